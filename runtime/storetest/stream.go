package storetest

import (
	"fmt"
	"math"
	"slices"

	"github.com/esgen/esgen/runtime/es"
)

var streamCases = []testCase{
	{"Range", "From and To are the first and the last version, Limit the most events; Backwards reads from the newest", streamRange},
	{"Missing", "a stream that does not exist has no events, which is no error", streamMissing},
	{"Brief", "a brief reading yields the same events, of which the ID, the metadata and the tags may be left out", streamBrief},
	{"Alone", "a stream's reading yields nothing of other streams", streamAlone},
}

func streamRange(s *subject) {
	s.append(write(to("other", es.ExpectAny, events(3, "thing.done")...)))
	for range 4 {
		s.append(write(to("a", es.ExpectAny, events(3, "thing.done")...), to("other", es.ExpectAny, event("thing.done"))))
	}
	whole := s.stream("a", es.ReadStream{})
	if len(whole) != 12 {
		s.Fatalf("the stream has 12 events, and its reading yields %d", len(whole))
	}
	bounds := []int64{0, 1, 2, 6, 11, 12, 13, 1000, math.MaxInt64}
	for _, from := range bounds {
		for _, to := range bounds {
			for _, limit := range []int{0, 1, 5, 12, 13, math.MaxInt} {
				for _, backwards := range []bool{false, true} {
					opts := es.ReadStream{From: from, To: to, Limit: limit, Backwards: backwards}
					got := s.stream("a", opts)
					if err := same(got, streamPart(whole, opts)); err != nil {
						s.Fatalf("Stream(%+v) of a stream of 12 events: %v", opts, err)
					}
				}
			}
		}
	}
}

// streamPart is what opts selects of a whole stream.
func streamPart(whole []es.Stored, opts es.ReadStream) []es.Stored {
	var part []es.Stored
	for _, e := range whole {
		if e.Version >= opts.From && (opts.To == 0 || e.Version <= opts.To) {
			part = append(part, e)
		}
	}
	if opts.Backwards {
		slices.Reverse(part)
	}
	if opts.Limit > 0 && len(part) > opts.Limit {
		part = part[:opts.Limit]
	}
	return part
}

func streamBrief(s *subject) {
	for i := range 3 {
		e := event("thing.done", es.Tag{Key: "thing", Value: fmt.Sprint(i)})
		e.Metadata = []byte(`{"correlationId":"c"}`)
		s.append(write(to("a", es.ExpectAny, e, event("thing.made")), to("b", es.ExpectAny, event("thing.done"))))
	}
	for _, opts := range []es.ReadStream{{}, {Backwards: true}, {From: 2, To: 4}, {From: 3, Limit: 2, Backwards: true}} {
		want := bare(s.stream("a", opts))
		opts.Brief = true
		if err := same(bare(s.stream("a", opts)), want); err != nil {
			s.Fatalf("Stream(%+v): %v", opts, err)
		}
	}
}

func streamMissing(s *subject) {
	for range 2 {
		for _, name := range []string{"nope", "", "a%", "\x00", "bad\xff"} {
			for _, opts := range []es.ReadStream{{}, {Backwards: true}, {From: 1, To: 5, Limit: 2}} {
				if got := s.stream(name, opts); len(got) != 0 {
					s.Fatalf("Stream(%q, %+v) yields %d events, want none", name, opts, len(got))
				}
			}
		}
		s.append(write(to("a", es.ExpectAny, event("thing.done"))))
	}
}

func streamAlone(s *subject) {
	for i := range 20 {
		s.append(write(to("a", es.ExpectAny, event("thing.done")), to("ab", es.ExpectAny, events(i%3+1, "thing.done")...)))
	}
	for _, e := range s.stream("a", es.ReadStream{From: 5, Limit: 10}) {
		if e.Stream.Name != "a" {
			s.Fatalf("Stream(%q) yields an event of stream %q", "a", e.Stream.Name)
		}
	}
	s.verify("after appends to both in turn")
}
