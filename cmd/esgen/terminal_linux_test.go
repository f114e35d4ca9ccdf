package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
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

func openTerminal(t *testing.T) *terminal {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = master.Close() })
	if err := unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	number, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
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

// start runs the tool with its standard error on the terminal.
func (t *terminal) start(tb *testing.T, folder string, env []string, args ...string) *exec.Cmd {
	tb.Helper()
	cmd := exec.Command("esgen", args...) // TestMain put it into PATH
	cmd.Dir, cmd.Env = folder, append(append(os.Environ(), "GOPROXY=off", "NO_COLOR="), env...)
	cmd.Stderr, cmd.Stdout = t.slave, io.Discard
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	if err := t.slave.Close(); err != nil {
		tb.Fatal(err)
	}
	return cmd
}

// annotatedModule is a module with one package, which has an event that nothing
// applies unless applied.
func annotatedModule(t *testing.T, applied bool) string {
	t.Helper()
	source := syntheticPackage("order", 2)
	if !applied {
		source = strings.Replace(source, "func (a *Account) applyEvent1", "func (a *Account) ignoreEvent1", 1)
	}
	root := tree(t, map[string]string{"order/order.go": source})
	if err := writeGoMod(root, "example.com/shop"); err != nil {
		t.Fatal(err)
	}
	return root
}

func TestColourOnATerminal(t *testing.T) {
	root := annotatedModule(t, false)
	for _, test := range []struct {
		env     string
		colours bool
	}{
		{"NO_COLOR=", true},
		{"NO_COLOR=1", false},
		{"TERM=dumb", false},
	} {
		t.Run(test.env, func(t *testing.T) {
			term := openTerminal(t)
			cmd := term.start(t, root, []string{test.env}, "./order")
			if err := cmd.Wait(); cmd.ProcessState.ExitCode() != exitFindings {
				t.Fatalf("esgen: %v, want exit status %d; it said\n%s", err, exitFindings, term.all())
			}
			seen := term.all()
			if !strings.Contains(seen, "ES0107") {
				t.Fatalf("the finding is not shown:\n%s", seen)
			}
			if got := strings.Contains(seen, "\x1b["); got != test.colours {
				t.Errorf("colours: %v, want %v:\n%q", got, test.colours, seen)
			}
		})
	}
}

// A run that takes a while says what it is at. Here the go command takes its time
// until that has been seen.
func TestProgressOnATerminal(t *testing.T) {
	root := annotatedModule(t, true)
	goCommand, err := exec.LookPath("go")
	if err != nil {
		t.Fatal(err)
	}
	slow := tree(t, map[string]string{"go": "#!/bin/sh\nwhile [ ! -e '" + root + "/seen' ]; do sleep 0.02; done\nexec '" + goCommand + "' \"$@\"\n"})
	if err := os.Chmod(filepath.Join(slow, "go"), 0o777); err != nil {
		t.Fatal(err)
	}
	term := openTerminal(t)
	cmd := term.start(t, root, []string{"PATH=" + slow + ":" + os.Getenv("PATH")}, "-v", "./order")
	if !term.await("reading packages") {
		t.Errorf("nothing was shown but\n%q", term.all())
	}
	err = os.WriteFile(filepath.Join(root, "seen"), nil, 0o666)
	if err := errors.Join(err, cmd.Wait()); err != nil {
		t.Fatalf("%v\n%s", err, term.all())
	}
	// What follows begins on a line that the progress has left empty.
	seen := term.all()
	_, result, found := strings.Cut(seen, "written ")
	if before := strings.TrimSuffix(seen, "written "+result); !found || !strings.HasSuffix(before, "\r") {
		t.Errorf("the progress is not taken away before the result:\n%q", seen)
	}
}
