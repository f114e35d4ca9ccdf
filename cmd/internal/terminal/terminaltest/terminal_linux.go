package terminaltest

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// Terminal is a pseudo-terminal, with what is seen on it from the beginning.
type Terminal struct {
	master, slave *os.File

	mu      sync.Mutex
	changed *sync.Cond
	seen    bytes.Buffer
	closed  bool
}

// Open gives a terminal of so many columns, for one program.
func Open(t testing.TB, width uint16) *Terminal {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = master.Close() })
	fd := int(master.Fd())
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: width}); err != nil {
		t.Fatal(err)
	}
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	slave, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = slave.Close() })
	term := &Terminal{master: master, slave: slave}
	term.changed = sync.NewCond(&term.mu)
	go term.read()
	return term
}

// read gathers what is written until nobody has the terminal open any more.
func (t *Terminal) read() {
	buffer := make([]byte, 4096)
	for {
		n, err := t.master.Read(buffer)
		t.mu.Lock()
		t.seen.Write(buffer[:n])
		t.closed = err != nil
		t.changed.Broadcast()
		t.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// Start starts a program with its standard error on the terminal, and with its standard
// output there too unless that leads elsewhere.
func (t *Terminal) Start(tb testing.TB, cmd *exec.Cmd) {
	tb.Helper()
	cmd.Stderr = t.slave
	if cmd.Stdout == nil {
		cmd.Stdout = t.slave
	}
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	// From here on the program alone has the terminal open.
	if err := t.slave.Close(); err != nil {
		tb.Fatal(err)
	}
}

// Await returns when the text has been seen, or when nothing more can come: it says
// whether it has been seen.
func (t *Terminal) Await(text string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	for !bytes.Contains(t.seen.Bytes(), []byte(text)) && !t.closed {
		t.changed.Wait()
	}
	return bytes.Contains(t.seen.Bytes(), []byte(text))
}

// All is what was seen until the program ended.
func (t *Terminal) All() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	for !t.closed {
		t.changed.Wait()
	}
	return t.seen.String()
}
