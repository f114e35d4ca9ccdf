package main

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/esgen/esgen/cmd/internal/terminal/terminaltest"
)

// startOn runs the tool with its standard error on a terminal.
func startOn(t *testing.T, term *terminaltest.Terminal, folder string, env []string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command("esgen", args...) // TestMain put it into PATH
	cmd.Dir, cmd.Env = folder, append(append(os.Environ(), "GOPROXY=off", "NO_COLOR="), env...)
	cmd.Stdout = io.Discard
	term.Start(t, cmd)
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
			term := terminaltest.Open(t, 80)
			cmd := startOn(t, term, root, []string{test.env}, "./order")
			if err := cmd.Wait(); cmd.ProcessState.ExitCode() != exitFindings {
				t.Fatalf("esgen: %v, want exit status %d; it said\n%s", err, exitFindings, term.All())
			}
			seen := term.All()
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
	term := terminaltest.Open(t, 80)
	cmd := startOn(t, term, root, []string{"PATH=" + slow + ":" + os.Getenv("PATH")}, "-v", "./order")
	if !term.Await("reading packages") {
		t.Errorf("nothing was shown but\n%q", term.All())
	}
	err = os.WriteFile(filepath.Join(root, "seen"), nil, 0o666)
	if err := errors.Join(err, cmd.Wait()); err != nil {
		t.Fatalf("%v\n%s", err, term.All())
	}
	// What follows begins on a line that the progress has left empty.
	seen := term.All()
	_, result, found := strings.Cut(seen, "written ")
	if before := strings.TrimSuffix(seen, "written "+result); !found || !strings.HasSuffix(before, "\r") {
		t.Errorf("the progress is not taken away before the result:\n%q", seen)
	}
}
