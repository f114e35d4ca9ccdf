//go:build cgo

package sqlite

import (
	"errors"
	"os"
	"testing"

	"github.com/mattn/go-sqlite3"

	"github.com/esgen/esgen/runtime/es"
)

var errFsync = sqlite3.Error{Code: sqlite3.ErrIoErr, ExtendedCode: sqlite3.ErrIoErrFsync}

func TestUnknownOutcome(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		commit func(*conn) error
		stored bool
	}{
		{"Stored", func(c *conn) error { return errors.Join(c.exec("COMMIT"), errFsync) }, true},
		{"Lost", func(*conn) error { return errFsync }, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			failing := false
			s := openAt(t, newPath(t), withFaults(faults{commit: func(c *conn) error {
				if !failing {
					return c.exec("COMMIT")
				}
				failing = false // the disk recovers
				return test.commit(c)
			}}))
			mustAppend(t, s, to("a", es.ExpectNone, event("made")))

			failing = true
			written, other := to("a", es.Exactly(1), event("changed")), to("b", es.ExpectNone, event("made"))
			behind := to("a", es.Exactly(2), event("changed")) // good only if the one before is stored
			ahead := to("a", es.Exactly(1), event("changed"))  // good only if it is not
			// A conflict within the group is judged by what may not have come to be.
			group := writeGroup(s, written, to("b", es.Exactly(3), event("made")), other, ahead)
			for _, i := range []int{0, 2} {
				if err := group[i].err; !errors.Is(err, es.ErrOutcomeUnknown) {
					t.Fatalf("append %d: %v, want es.ErrOutcomeUnknown", i, err)
				}
			}
			if err := group[1].err; !errors.Is(err, es.ErrConflict) {
				t.Fatalf("append 1: %v, want a conflict", err)
			}
			if test.stored {
				if err := group[3].err; !errors.Is(err, es.ErrConflict) {
					t.Fatalf("an append at a version that was taken: %v, want a conflict", err)
				}
			} else if err := group[3].err; err != nil {
				t.Fatalf("an append whose conflict never came to be: %v", err)
			}

			// The same append settles it.
			r, err := s.Append(t.Context(), written)
			if test.stored {
				if err != nil || !r.Repeated || r.Position != 2 {
					t.Fatalf("sent again: %+v, %v, want it repeated at position 2", r, err)
				}
				mustAppend(t, s, behind)
			} else if !errors.Is(err, es.ErrConflict) {
				t.Fatalf("sent again after another took its place: %+v, %v, want a conflict", r, err)
			}
			if r := mustAppend(t, s, other); r.Repeated != test.stored {
				t.Fatalf("sent again: %+v, want Repeated %t", r, test.stored)
			}
		})
	}
}

// Of what can go wrong with a commit, two things say that nothing was stored. Whatever it
// is, whether SQLite has ended the transaction or not, the store goes on, and the same append
// sent again is stored once.
func TestErrorsOfCommits(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		code sqlite3.ErrNo
		want error
	}{
		{sqlite3.ErrBusy, ErrBusy}, {sqlite3.ErrFull, ErrFull}, {sqlite3.ErrIoErr, es.ErrOutcomeUnknown}, {sqlite3.ErrNomem, es.ErrOutcomeUnknown},
		{sqlite3.ErrInterrupt, es.ErrOutcomeUnknown}, {sqlite3.ErrCorrupt, es.ErrOutcomeUnknown}, {sqlite3.ErrError, es.ErrOutcomeUnknown},
	} {
		for name, end := range map[string]string{"still open": "SELECT 1", "rolled back": "ROLLBACK", "committed": "COMMIT"} {
			unknown := test.want == es.ErrOutcomeUnknown
			if name == "committed" && !unknown {
				continue // that is what SQLite does not do
			}
			failing := false
			s := openAt(t, newPath(t), withFaults(faults{commit: func(c *conn) error {
				if failing {
					return errors.Join(c.exec(end), sqlite3.Error{Code: test.code})
				}
				return c.exec("COMMIT")
			}}))
			mustAppend(t, s, to("a", es.ExpectNone, event("made")))
			failing = true
			a := to("a", es.Exactly(1), event("new"), event("made"))
			if r, err := s.Append(t.Context(), a); !errors.Is(err, test.want) || errors.Is(err, es.ErrOutcomeUnknown) != unknown {
				t.Errorf("%v, %s: %+v, %v, want %v", test.code, name, r, err, test.want)
			}
			failing = false
			if r := mustAppend(t, s, a); r.Repeated != (name == "committed") || r.Position != 3 {
				t.Errorf("%v, %s: sent again: %+v", test.code, name, r)
			}
			mustAppend(t, s, to("b", es.ExpectNone, event("new")))
			if got := positions(t, s, es.ReadAll{}); len(got) != 4 {
				t.Errorf("%v, %s: positions %v, want 4", test.code, name, got)
			}
			if report := mustCheck(t, s.file.path); report.Found > 0 {
				t.Errorf("%v, %s: %v", test.code, name, report.Err())
			}
		}
	}
}

// What a commit of unknown outcome has left in the WAL may be on its way to the disk
// for ever. It is brought to the main file, on a connection of its own, before
// anything is said of it: before the append that is sent again, or any other, is
// judged.
func TestUnknownOutcomeIsBroughtToDisk(t *testing.T) {
	t.Parallel()
	var (
		failing bool
		before  *conn   // that met the error
		begun   []*conn // at the start of each transaction after that
		sizes   []int64 // of the WAL, at that time
		path    = newPath(t)
	)
	s := openAt(t, path, WithBusyTimeout(0), withFaults(faults{
		commit: func(c *conn) error {
			if failing {
				failing, before = false, c
				return errors.Join(c.exec("COMMIT"), errFsync)
			}
			return c.exec("COMMIT")
		},
		begin: func(c *conn) error {
			if before == nil {
				return nil
			}
			begun = append(begun, c)
			info, err := os.Stat(path + "-wal")
			if err != nil {
				return err
			}
			sizes = append(sizes, info.Size())
			return nil
		},
	}))
	mustAppend(t, s, to("a", es.ExpectNone, event("made")))
	// Whoever else has the file open keeps SQLite from emptying the WAL when the
	// writer's connection is closed.
	reader, err := dial(s.file.source("mode=rw", "_busy_timeout=0"))
	if err != nil {
		t.Fatal(err)
	}
	defer reader.close()

	failing = true
	doubtful := to("a", es.Exactly(1), event("changed"))
	if _, err := s.Append(t.Context(), doubtful); !errors.Is(err, es.ErrOutcomeUnknown) {
		t.Fatalf("got %v, want es.ErrOutcomeUnknown", err)
	}
	if before.statements != nil {
		t.Error("the connection that met the error is still open")
	}

	// While somebody reads, the WAL cannot be emptied, and nothing is said.
	if err := reader.script("BEGIN; SELECT count(*) FROM es_events"); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if r, err := s.Append(t.Context(), doubtful); !errors.Is(err, ErrBusy) || errors.Is(err, es.ErrOutcomeUnknown) {
			t.Fatalf("sent again while the WAL cannot be emptied: %+v, %v, want ErrBusy", r, err)
		}
	}
	if err := s.WriteSnapshot(t.Context(), snapshotAt(1)); !errors.Is(err, ErrBusy) {
		t.Errorf("a snapshot while the WAL cannot be emptied: %v, want ErrBusy", err)
	}
	if len(begun) > 0 {
		t.Error("a transaction began before what the WAL holds was on disk")
	}

	if err := reader.exec("ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	if r := mustAppend(t, s, doubtful); !r.Repeated || r.Position != 2 {
		t.Errorf("sent again: %+v, want it repeated at position 2", r)
	}
	mustAppend(t, s, to("a", es.Exactly(2), event("changed")))
	mustAppend(t, s, to("a", es.Exactly(3), event("changed")))
	if len(begun) != 3 || begun[0] == before || begun[0] != begun[1] || begun[0] != begun[2] {
		t.Errorf("%d transactions on the connections %v, want 3 on one that is not %p", len(begun), begun, before)
	}
	// The WAL is emptied before the first of them, and then left alone.
	if len(sizes) != 3 || sizes[0] != 0 || sizes[2] == 0 {
		t.Errorf("when these transactions began, the WAL had %d bytes", sizes)
	}
}
