//go:build cgo

package sqlite

import (
	"strings"
	"testing"

	"github.com/esgen/esgen/runtime/es"
)

// A decision model is loaded with one statement for the head and one for its events.
func TestOneStatementReadsADecision(t *testing.T) {
	t.Parallel()
	s := openAt(t, newPath(t), WithReaders(1))
	fill(t, s, 3, "a", "b")
	q := es.Query{Items: []es.Item{{Types: []string{"type0"}, Tags: []es.Tag{{Key: "stream", Value: "b"}}}}}
	read := func() {
		var d es.Decision
		n := 0
		if err := es.ReadDecision(t.Context(), s, &d, q, func(*es.Stored) error { n++; return nil }); n != 1 || err != nil {
			t.Errorf("%d events, %v", n, err)
		}
	}
	read()
	if asked := statementsOf(t, s, read); len(asked) != 2 {
		t.Errorf("%d statements: %s", len(asked), strings.Join(asked, "\n"))
	}
	// The head that others ask for is not taken from memory.
	other := openAt(t, s.file.path)
	mustAppend(t, other, to("a", es.ExpectAny, event("made")))
	for _, opts := range []es.ReadAll{{}, {To: 7}, {To: 99}, {Streams: []string{"a", "b"}, To: 7}} {
		if got := positions(t, s, opts); len(got) != 7 {
			t.Errorf("%+v: read %v, want 7 positions", opts, got)
		}
	}
}
