package storetest

import (
	"context"
	"iter"
	"slices"

	"github.com/esgen/esgen/runtime/es"
)

var iteratorCases = []testCase{
	{"Again", "an iterator may be ranged over again, and reads anew then", iterateAgain},
	{"Abandoned", "leaving a loop early gives back all that the iterator holds", iterateAbandoned},
	{"Panicked", "a panic in a loop, too, gives back all that the iterator holds", iteratePanicked},
	{"Unused", "an iterator that is never ranged over holds nothing", iterateUnused},
	{"Pulled", "iterators can be pulled, several at a time, and stopped", iteratePulled},
	{"Nested", "a store can be read inside a loop over a reading of it", iterateNested},
	{"AppendInside", "a store can be appended to inside a loop over a reading of it, which may see the new events, but never a hole", iterateAppend},
	{"LaterAppends", "a reading that To or Limit ends sees no event beyond", iterateBounded},
}

// readings are iterators of all kinds over the same events: those of stream a.
func (s *subject) readings(ctx context.Context) map[string]iter.Seq2[*es.Stored, error] {
	return map[string]iter.Seq2[*es.Stored, error]{
		"Stream":           s.store.Stream(ctx, "a", es.ReadStream{}),
		"Stream backwards": s.store.Stream(ctx, "a", es.ReadStream{Backwards: true}),
		"All":              s.store.All(ctx, es.ReadAll{}),
		"All of a stream":  s.store.All(ctx, es.ReadAll{Streams: []string{"a"}}),
		"All by type":      s.store.All(ctx, es.ReadAll{Query: query(typed("thing.done"))}),
		"All by tag":       s.store.All(ctx, es.ReadAll{Query: query(tagged(tag("k", "v")))}),
	}
}

// taken ranges over seq, leaves the loop after n events, and returns copies.
func (s *subject) taken(seq iter.Seq2[*es.Stored, error], n int) []es.Stored {
	s.Helper()
	var got []es.Stored
	for e, err := range seq {
		if err != nil {
			s.Fatalf("after %d events: %v", len(got), err)
		}
		if got = append(got, cloneStored(e)); len(got) == n {
			break
		}
	}
	return got
}

// fill appends n events to stream a.
func (s *subject) fill(n int) {
	s.Helper()
	s.append(write(to("a", es.ExpectAny, events(n, "thing.done", tag("k", "v"))...)))
}

func iterateAgain(s *subject) {
	readings := s.readings(s.Context()) // made before there is anything to read
	for range 3 {
		s.fill(5)
		for name, seq := range readings {
			got, err := collect(seq)
			if err != nil {
				s.Fatalf("%s: %v", name, err)
			}
			if name == "Stream backwards" {
				slices.Reverse(got)
			}
			s.wantEvents(name, got, s.record)
			s.taken(seq, 2)
			if again := s.taken(seq, 0); len(again) != len(s.record) {
				s.Fatalf("%s: ranged over again after a loop that was left early, it yields %d events, want %d", name, len(again), len(s.record))
			}
		}
	}
}

func iterateAbandoned(s *subject) {
	s.fill(8)
	for name, seq := range s.readings(s.Context()) {
		for i := range scale(1000, 300) {
			if got := s.taken(seq, i%4+1); len(got) != i%4+1 {
				s.Fatalf("%s: loop %d got %d events, want %d", name, i, len(got), i%4+1)
			}
		}
		s.fill(1)
	}
}

func iteratePanicked(s *subject) {
	s.fill(8)
	for name, seq := range s.readings(s.Context()) {
		for i := range scale(300, 150) {
			if v := recovered(seq); v != "in a loop" {
				s.Fatalf("%s: loop %d: recovered %v, want the panic of the loop", name, i, v)
			}
		}
		s.fill(1)
	}
}

// recovered panics in a loop over seq, and returns what comes out of it.
func recovered(seq iter.Seq2[*es.Stored, error]) (v any) {
	defer func() { v = recover() }()
	for range seq {
		panic("in a loop")
	}
	return nil
}

func iterateUnused(s *subject) {
	s.fill(5)
	for range scale(1000, 300) {
		s.readings(s.Context())
	}
	s.fill(5)
}

func iteratePulled(s *subject) {
	s.fill(20)
	type pulled struct {
		name string
		next func() (*es.Stored, error, bool)
		stop func()
	}
	var all []pulled
	for name, seq := range s.readings(s.Context()) {
		next, stop := iter.Pull2(seq)
		defer stop()
		all = append(all, pulled{name, next, stop})
	}
	for i := range 10 {
		for _, p := range all {
			e, err, ok := p.next()
			if !ok || err != nil {
				s.Fatalf("%s: step %d: %v, %t, want an event", p.name, i, err, ok)
			}
			want := s.record[i]
			if p.name == "Stream backwards" {
				want = s.record[len(s.record)-1-i]
			}
			if err := want.is(*e); err != nil {
				s.Fatalf("%s: step %d, with other iterations under way: %v", p.name, i, err)
			}
		}
	}
	for _, p := range all {
		p.stop()
		if _, _, ok := p.next(); ok {
			s.Fatalf("%s goes on after stop", p.name)
		}
	}
	s.fill(1)
}

func iterateNested(s *subject) {
	for range 3 {
		s.fill(2)
		s.append(write(to("b", es.ExpectAny, event("thing.done"))))
	}
	for e, err := range s.store.All(s.Context(), es.ReadAll{}) {
		if err != nil {
			s.Fatalf("outer loop: %v", err)
		}
		outer := cloneStored(e)
		for f, err := range s.store.Stream(s.Context(), outer.Stream.Name, es.ReadStream{}) {
			if err != nil {
				s.Fatalf("middle loop: %v", err)
			}
			middle := cloneStored(f)
			got := s.all(es.ReadAll{After: middle.Position - 1, Limit: 1})
			s.wantSame("inner loop", got, []es.Stored{middle})
			if err := same([]es.Stored{cloneStored(f)}, []es.Stored{middle}); err != nil {
				s.Fatalf("an inner loop changed what the middle one holds: %v", err)
			}
		}
		if err := same([]es.Stored{cloneStored(e)}, []es.Stored{outer}); err != nil {
			s.Fatalf("an inner loop changed what the outer one holds: %v", err)
		}
		if s.head() != s.record[len(s.record)-1].position {
			s.Fatal("Head inside a loop is not that of the last event")
		}
	}
}

func iterateAppend(s *subject) {
	s.fill(10)
	for _, name := range []string{"Stream", "Stream backwards", "All", "All of a stream", "All by type", "All by tag"} {
		before := len(s.record)
		var seen []es.Stored
		for e, err := range s.readings(s.Context())[name] {
			if err != nil {
				s.Fatalf("%s: after %d events: %v", name, len(seen), err)
			}
			seen = append(seen, cloneStored(e))
			if len(seen) <= 10 {
				s.fill(1)
			}
		}
		if name == "Stream backwards" {
			slices.Reverse(seen)
		}
		if len(seen) < before {
			s.Fatalf("%s: a loop that appended saw %d events, want the %d that there were, at least", name, len(seen), before)
		}
		s.wantEvents(name+", in a loop that appended", seen, s.record[:min(len(seen), len(s.record))])
	}
}

func iterateBounded(s *subject) {
	s.fill(10)
	head := s.head()
	for name, seq := range map[string]iter.Seq2[*es.Stored, error]{
		"Stream to a version":  s.store.Stream(s.Context(), "a", es.ReadStream{To: 10}),
		"Stream with a limit":  s.store.Stream(s.Context(), "a", es.ReadStream{Limit: 10}),
		"All to a position":    s.store.All(s.Context(), es.ReadAll{To: head}),
		"All with a limit":     s.store.All(s.Context(), es.ReadAll{Limit: 10}),
		"All by tag to there":  s.store.All(s.Context(), es.ReadAll{To: head, Query: query(tagged(tag("k", "v")))}),
		"All of a stream, too": s.store.All(s.Context(), es.ReadAll{To: head, Streams: []string{"a"}}),
	} {
		var got []es.Stored
		for e, err := range seq {
			if err != nil {
				s.Fatalf("%s: %v", name, err)
			}
			got = append(got, cloneStored(e))
			s.fill(1)
		}
		s.wantEvents(name, got, s.record[:10])
	}
}
