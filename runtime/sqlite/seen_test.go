package sqlite

import (
	"testing"

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
