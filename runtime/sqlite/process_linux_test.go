//go:build cgo

package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/esgen/esgen/runtime/es"
)

func init() {
	children["open"] = childOpen
	children["fileSize"] = childFileSize
}

// childOpen opens a file and appends to it.
func childOpen(args []string) error {
	s, err := Open(context.Background(), args[0])
	if err != nil {
		fmt.Println(err)
		return nil
	}
	if _, err := s.Append(context.Background(), to("a", es.ExpectAny, event("made"))); err != nil {
		fmt.Println("Append:", err)
	}
	return s.Close()
}

// Permissions mean nothing to root, so another user tries, if it is root that runs
// the tests.
func TestNotWritable(t *testing.T) {
	old, err := os.MkdirTemp("", "esgen")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = filepath.WalkDir(old, func(path string, _ os.DirEntry, err error) error { return os.Chmod(path, 0o700) })
		os.RemoveAll(old)
	})
	path := filepath.Join(old, "events.db")
	s := openAt(t, path)
	mustAppend(t, s, to("a", es.ExpectNone, event("made")))
	closeStore(t, s)

	for _, test := range []struct {
		name         string
		path         string
		folder, file os.FileMode
	}{
		{"ReadOnlyFile", path, 0o777, 0o444},
		{"ReadOnlyFolder", path, 0o555, 0o666},
		{"NewFile", filepath.Join(old, "new.db"), 0o555, 0o666},
		{"Unreadable", path, 0o777, 0o000},
	} {
		t.Run(test.name, func(t *testing.T) {
			if err := errors.Join(os.Chmod(old, test.folder), os.Chmod(path, test.file)); err != nil {
				t.Fatal(err)
			}
			before := snapshot(t, old)
			cmd := child(t, "open", test.path)
			if os.Getuid() == 0 {
				// The link leads to the test binary, in a folder that is closed to others.
				cmd.Path = "/proc/self/exe"
				cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
			}
			cmd.Dir = "/"
			var said string
			lines(t, cmd, func(line string) { said += line })
			for _, want := range []string{"sqlite: open " + test.path, "cannot use the file: do it and its folder exist, and may this user write to both?"} {
				if !strings.Contains(said, want) {
					t.Errorf("got %q, want %q in it", said, want)
				}
			}
			same(t, before, snapshot(t, old))
		})
	}
}

// childFileSize meets an I/O error at a commit: the limit of a process on the size
// of files lets SQLite write the WAL up to it, and no further.
func childFileSize(args []string) error {
	signal.Ignore(syscall.SIGXFSZ)
	ctx := context.Background()
	s, err := Open(ctx, args[0])
	if err != nil {
		return err
	}
	defer s.Close()
	if _, err := s.Append(ctx, to("a", es.ExpectNone, event("made"))); err != nil {
		return err
	}
	wal, err := os.Stat(args[0] + "-wal")
	if err != nil {
		return err
	}
	var unlimited syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &unlimited); err != nil {
		return err
	}
	limit := syscall.Rlimit{Cur: uint64(wal.Size()) + 100, Max: unlimited.Max}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		return err
	}
	a := to("a", es.Exactly(1), event("changed"))
	if _, err := s.Append(ctx, a); !errors.Is(err, es.ErrOutcomeUnknown) {
		return fmt.Errorf("Append where the WAL cannot grow: %v, want es.ErrOutcomeUnknown", err)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &unlimited); err != nil {
		return err
	}
	r, err := s.Append(ctx, a)
	if err != nil || r.Streams[0].LastVersion != 2 {
		return fmt.Errorf("the same append after it: %+v, %v", r, err)
	}
	if _, err := s.Append(ctx, to("a", es.Exactly(2), event("changed"))); err != nil {
		return err
	}
	return nil
}

func TestIOErrorAtCommit(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	lines(t, child(t, "fileSize", path), func(line string) { t.Error(line) })
	if got := versions(t, openAt(t, path), "a"); len(got) != 3 {
		t.Errorf("versions %v, want 3", got)
	}
}

// Nothing of a store is left when it is closed.
func TestNoLeaks(t *testing.T) {
	path := newPath(t)
	use := func() {
		s, err := Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		for range 10 {
			mustAppend(t, s, to("a", es.ExpectAny, event("made")))
		}
		for range s.All(t.Context(), es.ReadAll{}) {
			for range s.Stream(t.Context(), "a", es.ReadStream{}) {
				break
			}
		}
		if s2, err := Open(t.Context(), path, WithReaders(0)); err == nil {
			closeStore(t, s2)
			t.Fatal("Open took an option that makes no sense")
		}
		closeStore(t, s)
	}
	count := func() (goroutines, files int) {
		entries, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Fatal(err)
		}
		return runtime.NumGoroutine(), len(entries)
	}
	use()
	goroutines, files := count()
	for range 5 {
		use()
	}
	if g, f := count(); g > goroutines || f > files {
		t.Errorf("%d goroutines and %d file handles, before %d and %d", g, f, goroutines, files)
	}
}
