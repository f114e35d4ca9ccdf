//go:build cgo

package sqlite

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

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
		if err := es.LoadDecision(t.Context(), s, &d, q, func(*es.Stored) error { n++; return nil }); n != 1 || err != nil {
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

// What several branches of a query find comes in the order of positions, each event once,
// over however many pages.
func TestBranchesArePutInOrder(t *testing.T) {
	t.Parallel()
	s := openAt(t, newPath(t))
	fill(t, s, 2*fullPage+firstPage+1, "a", "b")
	mustAppend(t, s, to("c", es.ExpectNone, event("type0", es.Tag{Key: "stream", Value: "c"}, es.Tag{Key: "tenth", Value: "3"})))
	all := events(t, s, es.ReadAll{})
	stream := func(v string) es.Tag { return es.Tag{Key: "stream", Value: v} }
	tenth := func(v string) es.Tag { return es.Tag{Key: "tenth", Value: v} }
	for _, items := range [][]es.Item{
		{{Tags: []es.Tag{stream("a")}}, {Tags: []es.Tag{stream("b")}}},
		{{Tags: []es.Tag{stream("a")}}, {Tags: []es.Tag{tenth("3")}}},
		{{Tags: []es.Tag{tenth("3"), stream("c")}}, {Tags: []es.Tag{stream("b")}}},
		{{Tags: []es.Tag{stream("b")}}, {Tags: []es.Tag{tenth("3"), stream("c")}}},
		{{Tags: []es.Tag{stream("b")}, Types: []string{"type1"}}, {Tags: []es.Tag{tenth("4")}, Types: []string{"type1", "type2"}}, {Tags: []es.Tag{stream("none")}}},
		{{Tags: []es.Tag{stream("a")}}, {Tags: []es.Tag{stream("a")}}, {Tags: []es.Tag{stream("b")}}, {Tags: []es.Tag{stream("c")}}},
		{{Tags: []es.Tag{stream("a")}}, {Tags: []es.Tag{tenth("1")}}, {Tags: []es.Tag{tenth("2")}}, {Tags: []es.Tag{tenth("3")}}, {Tags: []es.Tag{tenth("4")}}},
	} {
		q := es.Query{Items: items}
		for _, opts := range []es.ReadAll{
			{}, {After: 17}, {To: 600}, {Limit: 1}, {Limit: firstPage}, {Limit: firstPage + 1}, {Limit: fullPage + firstPage + 1}, {After: 400, To: 900, Limit: 300},
		} {
			opts.Query = q
			var want []int64
			for _, e := range all {
				if e.Position > opts.After && (opts.To == 0 || e.Position <= opts.To) && q.Matches(e.Type, e.Tags) && (opts.Limit == 0 || len(want) < opts.Limit) {
					want = append(want, e.Position)
				}
			}
			if got := positions(t, s, opts); !slices.Equal(got, want) {
				t.Errorf("%+v: read %d events, want %d", opts, len(got), len(want))
			}
		}
	}
}

// events is what a reading yields.
func events(t *testing.T, s *Store, opts es.ReadAll) (seen []es.Stored) {
	t.Helper()
	for e, err := range s.All(t.Context(), opts) {
		if err != nil {
			t.Fatal(err)
		}
		kept := *e
		kept.Tags = slices.Clone(e.Tags)
		seen = append(seen, kept)
	}
	return seen
}

// A brief reading finds whatever is wrong with an event that a decision model would see,
// and says of it what any other reading says.
func TestBriefReadingsOfDamage(t *testing.T) {
	t.Parallel()
	tag := es.Tag{Key: "stream", Value: "a"}
	for _, test := range []struct {
		damage string
		// How many events there are, -1 where the file is found to be damaged.
		byTag, byTagAndType, byType, byTagOrType int
	}{
		{"", 4, 4, 1, 4},
		{"UPDATE es_events SET payload = '{}' WHERE position = 3", -1, -1, -1, -1},
		{"UPDATE es_events SET type = 2 WHERE position = 3", -1, -1, 0, -1},
		{"UPDATE es_events SET type = 77 WHERE position = 3", -1, 3, 0, -1},
		{"UPDATE es_events SET stream = 77 WHERE position = 3", -1, -1, -1, -1},
		{"UPDATE es_events SET version = 9 WHERE position = 3; UPDATE es_events SET stream = 2 WHERE position = 3", -1, -1, -1, -1},
		{"UPDATE es_streams SET name = 'x' WHERE name = 'a'", -1, -1, -1, -1},
		{"DELETE FROM es_events WHERE position = 3", -1, -1, 0, 3},
		// What says that the event bears the tag is changed, in one place or the other.
		{`UPDATE es_events SET tags = '[["stream","b"]]' WHERE position = 3`, -1, -1, 1, -1},
		{`UPDATE es_events SET tags = 'nonsense' WHERE position = 3`, -1, -1, 1, -1},
		{`UPDATE es_events SET tags = NULL WHERE position = 3`, -1, -1, 1, -1},
		{"INSERT INTO es_tags VALUES ('stream', 'a', 5)", 4, 4, 1, 4},
		// Nobody looks at these.
		{"UPDATE es_events SET metadata = '{}' WHERE position = 3", 4, 4, 1, -1},
		{"UPDATE es_events SET id = randomblob(16) WHERE position = 3", 4, 4, 1, -1},
	} {
		path := newPath(t)
		s := openAt(t, path)
		fill(t, s, 4, "a")
		fill(t, s, 2, "b")
		closeStore(t, s)
		if test.damage != "" {
			tamper(t, path, test.damage)
		}
		s = openAt(t, path)
		read := func(items []es.Item, brief bool) (n int, last error) {
			for e, err := range s.All(t.Context(), es.ReadAll{Query: es.Query{Items: items}, Brief: brief}) {
				if err != nil {
					return n, err
				}
				if brief && items[len(items)-1].Tags != nil && (e.ID != uuid.Nil || e.Tags != nil || e.Metadata != nil) {
					t.Errorf("a brief reading yields %+v", e)
				}
				n++
			}
			return n, nil
		}
		for what, c := range map[string]struct {
			items []es.Item
			want  int
		}{
			"by tag":          {[]es.Item{{Tags: []es.Tag{tag}}}, test.byTag},
			"by two tags":     {[]es.Item{{Tags: []es.Tag{{Key: "none", Value: ""}}}, {Tags: []es.Tag{tag}}}, test.byTag},
			"by tag and type": {[]es.Item{{Tags: []es.Tag{tag}, Types: []string{"type0", "type1", "type2"}}}, test.byTagAndType},
			"by type":         {[]es.Item{{Types: []string{"type2"}}}, test.byType},
			"by tag or type":  {[]es.Item{{Tags: []es.Tag{tag}}, {Types: []string{"no such type", "type2"}}}, test.byTagOrType},
		} {
			n, err := read(c.items, true)
			if errors.Is(err, es.ErrCorrupt) != (c.want < 0) || err == nil && n != c.want {
				t.Errorf("%s: %s: %d events, %v, want %d", test.damage, what, n, err, c.want)
			}
			if whole, other := read(c.items, false); err != nil && (other == nil || err.Error() != other.Error() || n != whole) {
				t.Errorf("%s: %s: in brief %d events, and then %v; else %d, and then %v", test.damage, what, n, err, whole, other)
			}
		}
	}
}

// Where the position of an event is damaged, another event may be read in its place: a
// brief reading, which reads it again, does not yield that one in the place of this.
func TestBriefReadingOfADamagedPosition(t *testing.T) {
	t.Parallel()
	s := openAt(t, newPath(t))
	fill(t, s, 4, "a", "b")
	for _, position := range []int64{2, 77} { // that of another event, and of none
		sw := &sweep{opts: es.ReadAll{Brief: true}, page: new(page)}
		if err := s.readers.with(t.Context(), func(c *conn) error { return sw.fill(c, s, 8) }); err != nil {
			t.Fatal(err)
		}
		r := &sw.page.records[5]
		r.position = position
		rd := &reader{store: s, ctx: t.Context(), buffer: new(buffer)}
		_, err := rd.loadWanted(r, sw)
		want := fmt.Sprintf("stream b, version 2, position %d, event type1: ", position)
		if !errors.Is(err, es.ErrCorrupt) || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("position %d: %+v, %v, want an error that begins with %q", position, rd.event, err, want)
		}
	}
}

// Where SQLite's way to sound events is damaged, they are not yielded in another order.
func TestEventsThatAreFoundOutOfOrder(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	s := openAt(t, path)
	fill(t, s, 3, "a")
	root, err := s.writer.conn.int("SELECT rootpage FROM sqlite_schema WHERE name = 'es_events'")
	if err != nil {
		t.Fatal(err)
	}
	size, err := s.writer.conn.int("PRAGMA page_size")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	page := file[(root-1)*size : root*size]
	const leafOfTable, header = 13, 8
	if page[0] != leafOfTable {
		t.Fatalf("the page is of kind %d", page[0])
	}
	// Behind the header stand the pointers to the rows, two bytes each. The first two change places.
	first, second := page[header:header+2], page[header+2:header+4]
	first[0], first[1], second[0], second[1] = second[0], second[1], first[0], first[1]
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	s = openAt(t, path)
	for _, opts := range []es.ReadAll{{}, {Brief: true}, {Limit: 2}} {
		var got []int64
		var failed error
		for e, err := range s.All(t.Context(), opts) {
			if failed = err; err != nil {
				break
			}
			got = append(got, e.Position)
		}
		var at *es.EventError
		if !errors.Is(failed, es.ErrCorrupt) || !errors.As(failed, &at) || at.Position != 1 || at.Stream != "a" {
			t.Errorf("%+v: positions %v, %v, want es.ErrCorrupt at position 1", opts, got, failed)
		}
	}
}
