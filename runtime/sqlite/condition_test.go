//go:build cgo

package sqlite

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
)

func TestConditions(t *testing.T) {
	t.Parallel()
	s := openAt(t, newPath(t))
	fill(t, s, 2000, "a")
	mustAppend(t, s, to("rare", es.ExpectNone, event("rare", es.Tag{Key: "person", Value: "7"}))) // 2001
	fill(t, s, 2000, "b")
	var tags []es.Tag
	for i := range 2 * mostTags {
		tags = append(tags, es.Tag{Key: "many", Value: fmt.Sprint(i)})
	}
	mustAppend(t, s, to("almost", es.ExpectNone, event("tagged", tags[1:]...))) // 4002
	mustAppend(t, s, to("tagged", es.ExpectNone, event("tagged", tags...)))     // 4003
	fill(t, s, 2000, "c")

	person := es.Item{Tags: []es.Tag{{Key: "person", Value: "7"}}}
	for _, test := range []struct {
		item  es.Item
		after int64
		want  int64
	}{
		{person, 0, 2001}, {person, 2000, 2001}, {person, 2001, 0}, {person, 6003, 0}, {person, 1 << 60, 0}, {person, -1 << 63, 2001},
		{es.Item{Types: []string{"rare"}}, 7, 2001}, {es.Item{Types: []string{"rare", "type0"}}, 2000, 2001},
		{es.Item{Types: []string{"no such type"}}, 0, 0}, {es.Item{Types: []string{"no such type"}, Tags: person.Tags}, 0, 0},
		{es.Item{}, 17, 18}, {es.Item{}, 6002, 6003}, {es.Item{}, 6003, 0},
		{es.Item{Tags: tags}, 0, 4003}, {es.Item{Tags: tags[1:]}, 0, 4002},
		{es.Item{Types: []string{"type0"}}, 6003 - nearHead, 0}, {es.Item{Types: []string{"type1"}}, 6003 - nearHead - 1, 0},
	} {
		query := es.Query{Items: []es.Item{test.item}}
		want := test.want
		if want == 0 { // by the book
			for e, err := range s.All(t.Context(), es.ReadAll{After: test.after}) {
				if err != nil {
					t.Fatal(err)
				}
				if query.Matches(e.Type, e.Tags) {
					want = e.Position
					break
				}
			}
		}
		a := to(uuid.NewString(), es.ExpectNone, event("signed"))
		a.Conditions = []es.Condition{{Query: query, After: test.after}}
		// In a group the condition is judged beside others, and behind new events.
		group := writeGroup(s, to(uuid.NewString(), es.Exactly(3), event("never")), a)
		broken, _ := errors.AsType[*es.ConditionError](group[1].err)
		switch {
		case want == 0 && group[1].err != nil || want > 0 && broken == nil:
			t.Errorf("%+v after %d: %v, want it to break at %d", test.item, test.after, group[1].err, want)
		case want > 0 && (broken.Position != want || broken.After != test.after):
			t.Errorf("%+v after %d: broken at %d, want %d", test.item, test.after, broken.Position, want)
		}
	}
}

// Of very many tags only the rarest are asked of the index, and what it finds has
// to be looked at: candidates that have these and not the others may come in any
// number before the event that has all.
func TestConditionsOfManyTags(t *testing.T) {
	t.Parallel()
	common := es.Tag{Key: "common", Value: "1"}
	var tags []es.Tag
	for i := range mostTags {
		tags = append(tags, es.Tag{Key: "rare", Value: fmt.Sprint(i)})
	}
	// Pages of candidates have 1, 2, 4 and 8 positions: a page that is full and the
	// last is met, and one that is not.
	for candidates := range 9 {
		s := openAt(t, newPath(t))
		put := func(n int, tags ...es.Tag) (last int64) {
			events := make([]es.NewEvent, n)
			for i := range events {
				events[i] = event("made", tags...)
			}
			return mustAppend(t, s, to("a", es.ExpectAny, events...)).Position
		}
		put(1)
		if candidates > 0 {
			put(candidates, tags...)
		}
		put(2*nearHead, common) // what is near the head is judged without the index
		query := es.Query{Items: []es.Item{{Tags: append([]es.Tag{common}, tags...)}}}
		judge := func() error {
			a := to(uuid.NewString(), es.ExpectNone, event("decided"))
			a.Conditions = []es.Condition{{Query: query, After: 0}}
			_, err := s.Append(t.Context(), a)
			return err
		}
		if err := judge(); err != nil {
			t.Errorf("%d candidates, none of which matches: %v", candidates, err)
		}
		if got := positions(t, s, es.ReadAll{Query: query}); len(got) != 0 {
			t.Errorf("%d candidates, none of which matches: read %v", candidates, got)
		}

		want := put(1, query.Items[0].Tags...)
		put(2*nearHead, common)
		err := judge()
		if broken, ok := errors.AsType[*es.ConditionError](err); !ok || broken.Position != want {
			t.Errorf("%d candidates before one that matches: %v, want it to break at %d", candidates, err, want)
		}
		for _, opts := range []es.ReadAll{{Query: query}, {Query: query, Limit: 1}} {
			if got := positions(t, s, opts); len(got) != 1 || got[0] != want {
				t.Errorf("%d candidates before one that matches: read %v, want %d", candidates, got, want)
			}
		}
	}
}
