//go:build cgo

package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func init() { children["check"] = childCheck }

// childCheck checks a file, and prints what comes of it.
func childCheck(args []string) error {
	report, err := Check(context.Background(), args[0])
	fmt.Println(report.Events, report.Found, err)
	return nil
}

// A copy that is kept where nobody can write can be checked all the same, by anybody
// who can read it. Permissions mean nothing to root, so another user tries, if it is
// root that runs the tests.
func TestCheckWhereNobodyCanWrite(t *testing.T) {
	folder, err := os.MkdirTemp("", "esgen")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = errors.Join(os.Chmod(folder, 0o700), os.RemoveAll(folder)) })
	path := filepath.Join(folder, "copy.db")
	data, err := os.ReadFile(checkable(t))
	if err := errors.Join(err, os.WriteFile(path, data, 0o444), os.Chmod(folder, 0o555)); err != nil {
		t.Fatal(err)
	}
	before := snapshot(t, folder)
	cmd := child(t, "check", path)
	if os.Getuid() == 0 {
		// The link leads to the test binary, in a folder that is closed to others.
		cmd.Path = "/proc/self/exe"
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
	cmd.Dir = "/"
	var said string
	lines(t, cmd, func(line string) { said += line })
	if said != "7 0 <nil>" {
		t.Errorf("got %q, want 7 events, no faults and no error", said)
	}
	same(t, before, snapshot(t, folder))
}
