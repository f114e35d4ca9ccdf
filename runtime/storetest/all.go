package storetest

import (
	"fmt"
	"math"
	"slices"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
)

var allCases = []testCase{
	{"Range", "reading starts after position After and ends at To; Limit is the most events", allRange},
	{"Query", "Query selects by types and tags; Limit counts what is selected", allQuery},
	{"Streams", "Streams, if not empty, are the streams to be read, in the order of positions", allStreams},
	{"Combined", "After, To, Query, Streams and Limit all apply at once", allCombined},
	{"Pages", "reading on after the last position seen, a few events at a time, yields each event once", allPages},
	{"Brief", "a brief reading yields the same events, of which the ID, the metadata and the tags may be left out", allBrief},
	{"Wide", "queries and lists of streams may be long", allWide},
}

// mixed fills the store with events of several streams, types and tags, and
// returns what it holds.
func (s *subject) mixed(n int) []es.Stored {
	s.Helper()
	for i := range n {
		var tags []es.Tag
		if i%2 == 0 {
			tags = append(tags, tag("even", "yes"))
		}
		tags = append(tags, tag("three", fmt.Sprint(i%3)), tag("five", fmt.Sprint(i%5)))
		s.append(write(to(fmt.Sprintf("s-%d", i%4), es.ExpectAny, event(fmt.Sprintf("type.%d", i%7), tags...))))
	}
	return s.all(es.ReadAll{})
}

// allPart is what opts selects of everything.
func allPart(whole []es.Stored, opts es.ReadAll) []es.Stored {
	var part []es.Stored
	for _, e := range whole {
		switch {
		case e.Position <= opts.After, opts.To != 0 && e.Position > opts.To:
		case !opts.Query.Matches(e.Type, e.Tags):
		case len(opts.Streams) > 0 && !slices.Contains(opts.Streams, e.Stream.Name):
		case opts.Limit > 0 && len(part) == opts.Limit:
		default:
			part = append(part, e)
		}
	}
	return part
}

// reads checks what All yields with opts.
func (s *subject) reads(whole []es.Stored, opts es.ReadAll) {
	s.Helper()
	if err := same(s.all(opts), allPart(whole, opts)); err != nil {
		s.Fatalf("All(%s): %v", describeRead(opts), err)
	}
}

func allBrief(s *subject) {
	whole := s.mixed(40)
	last := whole[len(whole)-1].Position
	for _, opts := range []es.ReadAll{
		{}, {After: whole[3].Position, To: last, Limit: 9},
		{Query: query(typed("type.1", "type.2"))}, {Query: query(tagged(tag("even", "yes")))}, {Query: query(tagged(tag("even", "no")))},
		{Query: query(es.Item{Types: []string{"type.0", "type.3"}, Tags: []es.Tag{tag("three", "0")}}), After: whole[2].Position, Limit: 3},
		{Query: query(tagged(tag("three", "1"), tag("five", "2")), tagged(tag("three", "1")))},
		{Query: query(tagged(tag("five", "1"))), Streams: []string{"s-0", "s-1", "s-3"}},
	} {
		want := bare(allPart(whole, opts))
		opts.Brief = true
		if err := same(bare(s.all(opts)), want); err != nil {
			s.Fatalf("All(%s): %v", describeRead(opts), err)
		}
	}
}

// bare takes from events what a brief reading may leave out.
func bare(events []es.Stored) []es.Stored {
	events = slices.Clone(events)
	for i := range events {
		events[i].ID, events[i].Metadata, events[i].Tags = uuid.Nil, nil, nil
	}
	return events
}

func allRange(s *subject) {
	whole := s.mixed(30)
	last := whole[len(whole)-1].Position
	bounds := []int64{math.MinInt64, -1, 0, whole[0].Position, whole[0].Position + 1, whole[9].Position, last - 1, last, last + 1, math.MaxInt64}
	for _, after := range bounds {
		for _, to := range bounds {
			for _, limit := range []int{0, 1, 7, 30, 31, math.MaxInt} {
				s.reads(whole, es.ReadAll{After: after, To: to, Limit: limit})
			}
			s.reads(whole, es.ReadAll{After: after, To: to, Query: query(typed("type.3"))})
		}
	}
}

func allQuery(s *subject) {
	whole := s.mixed(60)
	for _, q := range []es.Query{
		query(),
		query(es.Item{}),
		query(typed("type.3")),
		query(typed("type.3", "type.5", "no.such")),
		query(typed("no.such")),
		query(tagged(tag("even", "yes"))),
		query(tagged(tag("even", "no"))),
		query(tagged(tag("three", "1"), tag("even", "yes"))),
		query(tagged(tag("even", "yes"), tag("three", "1"))),
		query(tagged(tag("three", "1"), tag("three", "2"))),
		query(tagged(tag("three", "1")), tagged(tag("five", "1")), tagged(tag("five", "2"), tag("even", "yes"))),
		query(es.Item{Types: []string{"type.1", "type.2"}, Tags: []es.Tag{tag("three", "1")}}, typed("type.1")),
		query(tagged(tag("three", "0")), tagged(tag("three", "0")), typed("type.0")),
		query(tagged(tag("three", "9")), es.Item{}),
	} {
		for _, limit := range []int{0, 1, 4, 60} {
			s.reads(whole, es.ReadAll{Query: q, Limit: limit})
			s.reads(whole, es.ReadAll{Query: q, Limit: limit, After: whole[20].Position})
			s.reads(whole, es.ReadAll{Query: q, Limit: limit, After: whole[10].Position, To: whole[40].Position})
		}
	}
}

func allStreams(s *subject) {
	whole := s.mixed(40)
	for _, names := range [][]string{
		{"s-0"}, {"s-1", "s-3"}, {"s-3", "s-1"}, {"s-2", "s-2"}, {"no such"}, {"no such", "s-0"}, {"S-0"}, {"s-"}, {"s-%"},
		{"s-0", "s-1", "s-2", "s-3"}, {},
	} {
		for _, limit := range []int{0, 1, 7} {
			s.reads(whole, es.ReadAll{Streams: names, Limit: limit})
			s.reads(whole, es.ReadAll{Streams: names, Limit: limit, After: whole[11].Position})
		}
	}
}

func allCombined(s *subject) {
	whole := s.mixed(120)
	for i := range 120 {
		opts := es.ReadAll{After: whole[i/2].Position, Limit: i % 11}
		if i%3 > 0 {
			opts.To = whole[min(i/2+40, 119)].Position
		}
		if i%2 > 0 {
			opts.Streams = []string{fmt.Sprintf("s-%d", i%4), "s-1"}
		}
		if i%5 > 0 {
			opts.Query = query(tagged(tag("three", fmt.Sprint(i%3))), es.Item{Types: []string{"type.1", "type.4"}, Tags: []es.Tag{tag("even", "yes")}})
		}
		s.reads(whole, opts)
	}
}

func allPages(s *subject) {
	whole := s.mixed(50)
	for _, q := range []es.Query{{}, query(tagged(tag("even", "yes"))), query(typed("type.1", "type.2"), tagged(tag("three", "0")))} {
		for _, limit := range []int{1, 3, 50, 51} {
			var got []es.Stored
			var after int64
			for {
				page := s.all(es.ReadAll{Query: q, After: after, Limit: limit})
				if len(page) == 0 {
					break
				}
				if got = append(got, page...); len(got) > len(whole) {
					s.Fatalf("pages of %d yield events again and again", limit)
				}
				after = page[len(page)-1].Position
			}
			s.wantSame(fmt.Sprintf("pages of %d", limit), got, allPart(whole, es.ReadAll{Query: q}))
		}
	}
}

func allWide(s *subject) {
	whole := s.mixed(40)
	var names, types []string
	var items []es.Item
	for i := range 2000 {
		names = append(names, fmt.Sprintf("s-%d", 2*i))
		types = append(types, fmt.Sprintf("type.%d", 3*i))
	}
	for i := range 1200 {
		items = append(items, tagged(tag("five", fmt.Sprint(4*i)), tag("even", "yes")))
	}
	s.reads(whole, es.ReadAll{Streams: names})
	s.reads(whole, es.ReadAll{Query: query(typed(types...))})
	s.reads(whole, es.ReadAll{Query: query(items...)})
	s.reads(whole, es.ReadAll{Query: query(append(items, typed(types...))...), Streams: names, Limit: 5})
}
