//go:build cgo

package sqlite

import (
	"fmt"
	"slices"
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

// The tag that the fewest events have leads, and to find it takes no longer than it is rare.
func TestTheRarestTagLeads(t *testing.T) {
	t.Parallel()
	s := openAt(t, newPath(t), WithReaders(1))
	tag := func(n int) es.Tag { return es.Tag{Key: "of", Value: fmt.Sprint(n)} }
	most := []int{2000, 1500, 300, 40, 7, 0}
	events := make([]es.NewEvent, most[0])
	for i := range events {
		var tags []es.Tag
		for _, n := range most {
			if i < n {
				tags = append(tags, tag(n))
			}
		}
		events[i] = event("made", tags...)
	}
	mustAppend(t, s, to("a", es.ExpectNone, events...))
	for _, test := range []struct {
		tags, want []int
		steps      int
	}{
		{[]int{300, 40, 7}, []int{7, 300, 40}, 1},
		{[]int{0, 7, 2000}, []int{0, 7, 2000}, 1},
		{[]int{2000, 40}, []int{40, 2000}, 2},
		{[]int{2000, 300}, []int{300, 2000}, 3},
		{[]int{2000, 1500}, []int{2000, 1500}, 3},
		{[]int{2000}, []int{2000}, 0},
	} {
		var tags, want, got []es.Tag
		for i := range test.tags {
			tags, want = append(tags, tag(test.tags[i])), append(want, tag(test.want[i]))
		}
		asked := statementsOf(t, s, func() {
			err := s.readers.with(t.Context(), func(c *conn) (err error) {
				got, err = byRarity(c, tags)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		})
		if !slices.Equal(got, want) || len(asked) != test.steps {
			t.Errorf("%v: the order is %v after %d steps, want %v after %d", test.tags, got, len(asked), want, test.steps)
		}
	}
}
