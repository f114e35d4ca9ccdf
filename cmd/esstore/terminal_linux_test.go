package main

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// terminal is what a person sees of a program: a pseudo-terminal's output, from the
// beginning.
type terminal struct {
	master, slave *os.File

	mu      sync.Mutex
	changed *sync.Cond
	seen    bytes.Buffer
	closed  bool
}

func openTerminal(t *testing.T, width uint16) *terminal {
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
	term := &terminal{master: master, slave: slave}
	term.changed = sync.NewCond(&term.mu)
	go term.read()
	return term
}

// read gathers what is written until nobody has the terminal open any more.
func (t *terminal) read() {
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

// await returns when the text has been seen, or when nothing more can come.
func (t *terminal) await(text string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	for !bytes.Contains(t.seen.Bytes(), []byte(text)) && !t.closed {
		t.changed.Wait()
	}
	return bytes.Contains(t.seen.Bytes(), []byte(text))
}

// all is what was seen in the end.
func (t *terminal) all() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	for !t.closed {
		t.changed.Wait()
	}
	return t.seen.String()
}

// start runs the tool on the terminal.
func (t *terminal) start(tb *testing.T, args ...string) *exec.Cmd {
	tb.Helper()
	cmd := exec.Command("esstore", args...)
	cmd.Stderr, cmd.Stdout = t.slave, t.slave
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	if err := t.slave.Close(); err != nil {
		tb.Fatal(err)
	}
	return cmd
}

func TestLinesOnATerminal(t *testing.T) {
	path := filepath.Join(t.TempDir(), "events.db")
	err := appendLines(path, line{Stream: "a", Type: "made", Payload: fmt.Appendf(nil, `{"text":"\u009b2J日本%s"}`, strings.Repeat("x", 100))})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		args []string
		want string // the end of the line
	}{
		{[]string{"show", path, "a"}, `"\u009b2J日…`},
		{[]string{"tail", path}, `  {"text":"\u009…`},
		{[]string{"show", "--full", path, "a"}, `xxx"}`},
		{[]string{"show", "--json", path, "a"}, `xxx"}}`},
	} {
		term := openTerminal(t, 60)
		if err := term.start(t, test.args...).Wait(); err != nil {
			t.Fatalf("%v\n%s", err, term.all())
		}
		first, _, _ := strings.Cut(term.all(), "\r\n")
		if !strings.HasSuffix(first, test.want) {
			t.Errorf("%s: the line ends otherwise than with %s:\n%s", test.args[0], test.want, first)
		}
	}
}

// A check that takes a while says how far it has come. Here somebody keeps the file
// locked until that has been seen.
func TestProgressOnATerminal(t *testing.T) {
	path := filepath.Join(t.TempDir(), "events.db")
	if err := appendLines(path, line{Stream: "a", Type: "made", Payload: []byte("1")}); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite3", path+"?_locking_mode=EXCLUSIVE")
	if err != nil {
		t.Fatal(err)
	}
	conn, err := db.Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{"BEGIN IMMEDIATE", "CREATE TABLE mine (a)", "COMMIT"} {
		if _, err := conn.ExecContext(context.Background(), statement); err != nil {
			t.Fatal(err)
		}
	}
	term := openTerminal(t, 80)
	cmd := term.start(t, "check", path)
	if !term.await("checking pages") {
		t.Errorf("nothing was shown but\n%q", term.all())
	}
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, term.all())
	}
	// What follows begins on a line that the progress has left empty.
	seen := term.all()
	before, _, found := strings.Cut(seen, path+": sound")
	if !found || !strings.HasSuffix(before, "\r") {
		t.Errorf("the progress is not taken away before the result:\n%q", seen)
	}
}
