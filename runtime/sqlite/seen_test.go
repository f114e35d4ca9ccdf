//go:build cgo

package sqlite

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/mattn/go-sqlite3"

	"github.com/esgen/esgen/runtime/es"
)

// What one store has seen of a file does not outlive what another writes to it.
func TestStoresThatTakeTurns(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	stores := []*Store{openAt(t, path), openAt(t, path)}
	var head int64
	for turn := range 12 {
		s := stores[turn/2%2]
		if turn%3 == 0 { // what is rolled back leaves nothing behind either
			if _, err := s.Append(t.Context(), to("a", es.Exactly(99), event("made"))); err == nil {
				t.Error("an append at a version that is not there is good")
			}
		}
		if r := mustAppend(t, s, to("a", es.Exactly(head), event("made"))); r.Position != head+1 {
			t.Fatalf("turn %d: position %d, want %d", turn, r.Position, head+1)
		}
		head++
	}
	// Each transaction that only looks is held against the same number.
	before := stores[1].writer.seen.dataVersion
	mustAppend(t, stores[1], to("b", es.ExpectNone, event("made")))
	if got := stores[1].writer.seen.dataVersion; got != before {
		t.Errorf("a store takes its own appends for those of another: data version %d, then %d", before, got)
	}
	mustAppend(t, stores[0], to("c", es.ExpectNone, event("made")))
	mustAppend(t, stores[1], to("d", es.ExpectNone, event("made")))
	if got := stores[1].writer.seen.dataVersion; got == before {
		t.Error("a store does not notice the appends of another")
	}
}

// A stream that a store has seen is as it was left by what was committed, and by nothing else.
func TestSeenStreamsAfterFailures(t *testing.T) {
	t.Parallel()
	var fail error
	s := openAt(t, newPath(t), func(c *config) error {
		c.faults.commit = func(conn *conn) error {
			if fail != nil {
				return fail
			}
			return conn.exec("COMMIT")
		}
		return nil
	})
	mustAppend(t, s, to("a", es.ExpectNone, event("made")))
	fail = sqlite3.Error{Code: sqlite3.ErrFull}
	if _, err := s.Append(t.Context(), to("a", es.Exactly(1), event("made"))); err == nil {
		t.Fatal("a full disk is good")
	}
	fail = nil
	if got := s.writer.seen.streams["a"].version; got != 1 {
		t.Errorf("after a commit that was rolled back the stream is seen at version %d, want 1", got)
	}
	mustAppend(t, s, to("a", es.Exactly(1), event("made")))

	fail = sqlite3.Error{Code: sqlite3.ErrIoErr}
	if _, err := s.Append(t.Context(), to("a", es.Exactly(2), event("made"))); !errors.Is(err, es.ErrOutcomeUnknown) {
		t.Fatalf("got %v, want an unknown outcome", err)
	}
	fail = nil
	if got := len(s.writer.seen.streams); got != 0 {
		t.Errorf("after an unknown outcome %d streams are seen, want none", got)
	}
	mustAppend(t, s, to("a", es.Exactly(2), event("made"))) // the connection was closed before it committed
}

func TestSeenStreamsAreBounded(t *testing.T) {
	t.Parallel()
	var s seen
	for n, streams := range []int{1, mostSeenStreams - 1, 100, 3*mostSeenStreams + 7, 100} {
		g := new(group)
		for i := range streams {
			st := &streamState{Stream: es.Stream{Name: fmt.Sprint(n, "-", i)}, number: 1, inFile: 1}
			g.writes = append(g.writes, write{stream: st})
		}
		s.committed(g)
		if len(s.streams) < min(streams, 7) || len(s.streams) > mostSeenStreams {
			t.Fatalf("after a group of %d streams, %d are seen", streams, len(s.streams))
		}
	}

	// So are they by their texts, which can be of any length.
	long := strings.Repeat("a", mostSeenBytes)
	g := new(group)
	for _, stream := range []es.Stream{{Name: long}, {Name: long + "b"}, {Name: "b", Category: long}, {Name: "c", Key: long}} {
		g.writes = append(g.writes, write{stream: &streamState{Stream: stream}})
	}
	s.streams = nil
	s.committed(g)
	if _, ok := s.streams[long]; !ok || len(s.streams) != 1 {
		t.Errorf("%d streams with long texts are seen, want one", len(s.streams))
	}
}
