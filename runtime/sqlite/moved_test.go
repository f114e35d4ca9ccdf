//go:build cgo && unix

package sqlite

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/mattn/go-sqlite3"

	"github.com/esgen/esgen/runtime/es"
)

// operations are all that a store does with its file.
func operations(t *testing.T, s *Store) map[string]error {
	errs := make(map[string]error)
	_, errs["append"] = s.Append(t.Context(), to("a", es.ExpectAny, event("changed")))
	_, errs["read the head"] = s.Head(t.Context())
	errs["write the snapshot of thing of stream a"] = s.WriteSnapshot(t.Context(), snapshotAt(1))
	_, errs["read stream a"] = readError(t, s, "a", es.ReadStream{})
	for name, opts := range map[string]es.ReadAll{"read": {}, "read ": {Streams: []string{"a"}}} {
		for _, err := range s.All(t.Context(), opts) {
			errs[name] = err
		}
	}
	return errs
}

func removeFiles(t *testing.T, path string) {
	t.Helper()
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(path + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
	}
}

// Where a file is deleted while it is open, the system goes on taking what is
// written to it, and drops it when it is closed: nothing of that kind may be
// acknowledged.
func TestFileThatIsMovedWhileItIsOpen(t *testing.T) {
	t.Parallel()
	for name, move := range map[string]func(t *testing.T, path string){
		"Deleted": removeFiles,
		"Moved": func(t *testing.T, path string) {
			if err := os.Rename(path, path+".old"); err != nil {
				t.Fatal(err)
			}
		},
		"Replaced": func(t *testing.T, path string) {
			removeFiles(t, path)
			other := openAt(t, path)
			fill(t, other, 3, "a")
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := newPath(t)
			s := openAt(t, path)
			fill(t, s, 2, "a")
			move(t, path)
			for what, err := range operations(t, s) {
				if !errors.Is(err, ErrMoved) || errors.Is(err, es.ErrOutcomeUnknown) {
					t.Errorf("%s: %v, want ErrMoved", what, err)
					continue
				}
				text := err.Error()
				if !strings.HasPrefix(text, "sqlite: "+path+": "+strings.TrimSpace(what)+": ") || strings.Count(text, "sqlite:") != 1 {
					t.Errorf("%s: the text is %q", what, text)
				}
				if missing := name != "Replaced"; errors.Is(err, fs.ErrNotExist) != missing {
					t.Errorf("%s: %v, want the cause too", what, err)
				}
			}
			if name == "Replaced" {
				if got := versions(t, openAt(t, path), "a"); len(got) != 3 {
					t.Errorf("the file that took its place has %v", got)
				}
			}
		})
	}
}

// A file that comes back to its place is the same file.
func TestFileThatIsMovedBack(t *testing.T) {
	path := newPath(t)
	s := openAt(t, path)
	fill(t, s, 2, "a")
	if err := os.Rename(path, path+".old"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Append(t.Context(), to("a", es.ExpectAny, event("changed"))); !errors.Is(err, ErrMoved) {
		t.Fatalf("Append: %v, want ErrMoved", err)
	}
	if err := os.Rename(path+".old", path); err != nil {
		t.Fatal(err)
	}
	mustAppend(t, s, to("a", es.Exactly(2), event("changed")))
	if got := versions(t, s, "a"); len(got) != 3 {
		t.Errorf("read %v", got)
	}
}

// Where the system cannot say whether the file is in its place, that is the error.
func TestFileThatCannotBeAskedFor(t *testing.T) {
	path := newPath(t)
	s := openAt(t, path)
	fill(t, s, 2, "a")
	// A link that leads to itself.
	if err := errors.Join(os.Rename(path, path+".old"), os.Symlink(path, path)); err != nil {
		t.Fatal(err)
	}
	for what, err := range operations(t, s) {
		if !errors.Is(err, syscall.ELOOP) || errors.Is(err, ErrMoved) {
			t.Errorf("%s: %v, want %q alone", what, err, syscall.ELOOP)
		}
	}
}

// A file that is overwritten where it stands, by a copy of what it was, is another: what the
// store knows of types, streams and positions is not so there, and readers have seen more.
func TestFileThatIsOverwritten(t *testing.T) {
	t.Parallel()
	overwrite := func(t *testing.T, path, backup string) {
		from, err := (&sqlite3.SQLiteDriver{}).Open("file:" + backup)
		if err != nil {
			t.Fatal(err)
		}
		defer from.Close()
		to, err := (&sqlite3.SQLiteDriver{}).Open("file:" + path)
		if err != nil {
			t.Fatal(err)
		}
		defer to.Close()
		b, err := to.(*sqlite3.SQLiteConn).Backup("main", from.(*sqlite3.SQLiteConn), "main")
		if err != nil {
			t.Fatal(err)
		}
		done, err := b.Step(-1)
		if err := errors.Join(err, b.Finish()); err != nil || !done {
			t.Fatal(done, err)
		}
	}
	for name, between := range map[string]func(t *testing.T, s *Store, path string){
		"Appended": func(t *testing.T, s *Store, _ string) { mustAppend(t, s, to("b", es.ExpectAny, event("new"))) },
		"Read":     func(*testing.T, *Store, string) {},
		"AppendedSince": func(t *testing.T, s *Store, path string) {
			mustAppend(t, s, to("b", es.ExpectAny, event("new")))
			other := openAt(t, path)
			mustAppend(t, other, to("c", es.ExpectNone, event("newer")))
			mustAppend(t, s, to("c", es.Exactly(1), event("newer")))
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := newPath(t)
			first := openAt(t, path)
			fill(t, first, 2, "a")
			closeStore(t, first)
			backup := path + ".old"
			overwrite(t, backup, path)
			first = openAt(t, path)
			mustAppend(t, first, to("b", es.ExpectAny, event("extra")))

			s := openAt(t, path)
			for range typesOf(t, s) { // which the store remembers
			}
			between(t, s, path)
			overwrite(t, path, backup)
			// Whoever opens it anew goes on from there, and past where it was before.
			other := openAt(t, path)
			if name == "AppendedSince" {
				fill(t, other, 7, "d")
			}
			for range 2 {
				if r, err := s.Append(t.Context(), to("e", es.ExpectAny, event("extra"))); !errors.Is(err, ErrMoved) || errors.Is(err, es.ErrOutcomeUnknown) {
					t.Errorf("%+v, %v, want ErrMoved", r, err)
				}
			}
			mustAppend(t, other, to("e", es.ExpectAny, event("other")))
			if report := mustCheck(t, path); report.Found > 0 {
				t.Error(report.Err())
			}
		})
	}
}
