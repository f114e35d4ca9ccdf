//go:build cgo

package sqlite

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/esgen/esgen/runtime/es"
)

func init() { children["snapshots"] = childSnapshots }

func snapshotAt(version int64) es.Snapshot {
	return es.Snapshot{
		Stream: "a", Aggregate: "thing", Version: version, Position: version, RecordedAt: epoch, Fingerprint: "f",
		State: []byte(strings.Repeat(fmt.Sprint(version, ","), 1000)),
	}
}

func mustWriteSnapshot(t testing.TB, s *Store, snapshot es.Snapshot) {
	t.Helper()
	if err := s.WriteSnapshot(t.Context(), snapshot); err != nil {
		t.Fatal(err)
	}
}

// As with the other tables, a change is a migration.
func TestSnapshotsTableIsFrozen(t *testing.T) {
	const want = "62145b15e41f2316"
	if got := fmt.Sprintf("%x", sha256.Sum256([]byte(snapshotsTable)))[:16]; got != want {
		t.Errorf("the table of snapshots has the digest %s, want %s", got, want)
	}
	var sum checksum
	v := es.Snapshot{Stream: "profile-7", Aggregate: "profile", Version: 3, Position: 17, LastEvent: 5, RecordedAt: epoch, Fingerprint: "f", State: []byte{0, 1, 2}}
	if got := sum.snapshot(&v); got != 0x9d15a693 {
		t.Errorf("the checksum of a snapshot is %#x", got)
	}
}

// Whatever was changed in a snapshot is noticed, and the next snapshot takes its place.
func TestDamagedSnapshots(t *testing.T) {
	t.Parallel()
	s := openAt(t, newPath(t))
	mustAppend(t, s, to("a", es.ExpectNone, event("made"), event("made"), event("made")))
	mustAppend(t, s, to("b", es.ExpectNone, event("made")))
	for _, change := range []string{
		"state = CAST(x'00' || substr(state, 2) AS BLOB)", "state = substr(state, 2)", "state = CAST('' AS BLOB)", "version = 1", "position = 7", "last_event = 7",
		"recorded_at = recorded_at + 1", "fingerprint = 'g'", "crc = crc + 1", "aggregate = 'other'", "stream = 2",
	} {
		mustWriteSnapshot(t, s, snapshotAt(2))
		if err := s.writer.snapshotWriter.conn.script("UPDATE es_snapshots SET " + change); err != nil {
			t.Fatal(err)
		}
		stream, aggregate := "a", "thing"
		if strings.HasPrefix(change, "stream") {
			stream = "b"
		}
		if strings.HasPrefix(change, "aggregate") {
			aggregate = "other"
		}
		if _, found, err := s.ReadSnapshot(t.Context(), stream, aggregate); !errors.Is(err, es.ErrCorrupt) || found {
			t.Errorf("%s: found %t, %v, want es.ErrCorrupt", change, found, err)
		}
		mustWriteSnapshot(t, s, snapshotAt(2))
		if got, found, err := s.ReadSnapshot(t.Context(), "a", "thing"); err != nil || !found || got.Version != 2 {
			t.Errorf("%s: the snapshot that replaces it: %+v, found %t, %v", change, got, found, err)
		}
		if err := s.writer.snapshotWriter.conn.script("DELETE FROM es_snapshots"); err != nil {
			t.Fatal(err)
		}
	}
}

// One whose version lies beyond the end of its stream must not stay for ever.
func TestSnapshotBeyondTheEndIsReplaced(t *testing.T) {
	t.Parallel()
	s := openAt(t, newPath(t))
	mustAppend(t, s, to("a", es.ExpectNone, event("made"), event("made")))
	mustWriteSnapshot(t, s, snapshotAt(2))
	if err := s.writer.snapshotWriter.conn.script("UPDATE es_snapshots SET version = 99"); err != nil {
		t.Fatal(err)
	}
	mustWriteSnapshot(t, s, snapshotAt(1))
	if got, found, err := s.ReadSnapshot(t.Context(), "a", "thing"); err != nil || !found || got.Version != 1 {
		t.Errorf("%+v, found %t, %v", got, found, err)
	}
}

// Snapshots do not wait for the disk, and appends still do.
func TestAppendsStayDurableBesideSnapshots(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	s := openAt(t, path)
	for v := range int64(10) {
		mustAppend(t, s, to("a", es.Exactly(v), event("made")))
		mustWriteSnapshot(t, s, snapshotAt(v+1))
		if err := assertSynchronous(s.writer.conn, "FULL"); err != nil {
			t.Fatal(err)
		}
	}
	if err := assertSynchronous(s.writer.snapshotWriter.conn, "NORMAL"); err != nil {
		t.Error(err)
	}
	closeStore(t, s)
	s = openAt(t, path, ReadOnly())
	if got, found, err := s.ReadSnapshot(t.Context(), "a", "thing"); err != nil || !found || got.Version != 10 {
		t.Errorf("%+v, found %t, %v", got, found, err)
	}
	if err := s.WriteSnapshot(t.Context(), snapshotAt(10)); !errors.Is(err, ErrReadOnly) {
		t.Errorf("a store that is read-only wrote one: %v", err)
	}
	closeStore(t, s)
	if report, err := Check(t.Context(), path); err != nil || report.Found > 0 {
		t.Errorf("%+v, %v", report, err)
	}
}

func TestSnapshotTooLarge(t *testing.T) {
	s := openAt(t, newPath(t))
	mustAppend(t, s, to("a", es.ExpectNone, event("made")))
	big := snapshotAt(1)
	big.State = make([]byte, mostRow+1) // which is never touched, and so takes no memory
	if err := s.WriteSnapshot(t.Context(), big); !errors.Is(err, ErrTooLarge) {
		t.Errorf("%v", err)
	}
}

// childSnapshots appends and writes snapshots until it is killed.
func childSnapshots(args []string) error {
	ctx := context.Background()
	s, err := Open(ctx, args[0])
	if err != nil {
		return err
	}
	head, err := s.Head(ctx)
	if err != nil {
		return err
	}
	for v := head; ; v++ {
		if _, err := s.Append(ctx, to("a", es.Exactly(v), event("made"))); err != nil {
			return err
		}
		if err := s.WriteSnapshot(ctx, snapshotAt(v+1)); err != nil {
			return err
		}
		fmt.Println(v + 1)
	}
}

// After a kill the snapshot is a whole one of events that are there.
func TestKilledWhileWritingSnapshots(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	for round := range 5 {
		cmd := child(t, "snapshots", path)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		cmd.Stderr = os.Stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		last := int64(0)
		for n := 0; ; n++ {
			var version int64
			if _, err := fmt.Fscanln(out, &version); err != nil {
				break
			}
			last = version
			if n == 10+round {
				if err := cmd.Process.Kill(); err != nil {
					t.Error(err)
				}
			}
		}
		ended(t, cmd)
		s := openAt(t, path)
		got, found, err := s.ReadSnapshot(t.Context(), "a", "thing")
		if err != nil || !found || got.Version < last || string(got.State) != string(snapshotAt(got.Version).State) {
			t.Errorf("round %d: version %d after %d, found %t, %v", round, got.Version, last, found, err)
		}
		if end := int64(len(versions(t, s, "a"))); got.Version > end {
			t.Errorf("round %d: a snapshot of version %d of a stream of %d", round, got.Version, end)
		}
		closeStore(t, s)
	}
}

// A panic of an observer, on a goroutine that recovers it, leaves a store that works: what
// was written is acknowledged to nobody, and is there.
func TestObserverPanics(t *testing.T) {
	t.Parallel()
	panics := true
	s := openAt(t, newPath(t), WithObserver(es.Observer{Committed: func(context.Context, es.CommitReport) {
		if panics {
			panic("observed")
		}
	}}))
	a := to("a", es.ExpectNone, event("made"))
	func() {
		defer func() {
			if p := recover(); p != "observed" {
				t.Errorf("panic %v", p)
			}
		}()
		_, err := s.Append(t.Context(), a)
		t.Errorf("no panic, but %v", err)
	}()
	panics = false
	if r := mustAppend(t, s, a); !r.Repeated {
		t.Errorf("%+v, want it repeated", r)
	}
	mustAppend(t, s, to("a", es.Exactly(1), event("made")))
	mustWriteSnapshot(t, s, snapshotAt(2))
}

// Appends of a group are reported once, with what came of them.
func TestObserver(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var reports []es.CommitReport
	path := newPath(t)
	s := openAt(t, path, WithObserver(es.Observer{}), WithObserver(es.Observer{Committed: func(_ context.Context, c es.CommitReport) {
		mu.Lock()
		defer mu.Unlock()
		reports = append(reports, c)
	}}))
	writeGroup(s, to("a", es.ExpectNone, event("made"), event("made")), to("b", es.ExpectNone, event("made")), to("a", es.ExpectNone, event("made")))
	if len(reports) != 1 {
		t.Fatalf("%+v", reports)
	}
	if c := reports[0]; c.Store != s.file.path || c.Appends != 3 || c.Events != 3 || c.Err != nil || c.Duration <= 0 || c.Start.IsZero() {
		t.Errorf("%+v", c)
	}
}
