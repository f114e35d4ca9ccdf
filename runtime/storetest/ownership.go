package storetest

import (
	"errors"
	"reflect"

	"github.com/esgen/esgen/runtime/es"
)

var ownershipCases = []testCase{
	{"AppendKeepsNothing", "Append keeps nothing that it was given: the caller may write over all of it once Append has returned", ownerKeeps},
	{"AppendChangesNothing", "Append changes nothing that it was given, neither what is stored nor what is refused", ownerChanges},
	{"ResultIsTheCallers", "a result belongs to the caller, who may write over it", ownerResult},
	{"ErrorIsTheCallers", "an error belongs to the caller, who may write over it", ownerError},
	{"Copies", "what an iterator yields is right until the next step: copies made in between stay right", ownerCopies},
}

// spoil writes over all that a refers to.
func spoil(a es.Append) {
	for i := range a.Streams {
		part := &a.Streams[i]
		for j := range part.Events {
			e := &part.Events[j]
			for _, b := range [][]byte{e.Payload, e.Metadata} {
				for k := range b[:cap(b)] {
					b[:cap(b)][k] = '#'
				}
			}
			for k := range e.Tags {
				e.Tags[k] = tag("spoiled", "tag")
			}
			*e = es.NewEvent{Type: "spoiled"}
		}
		*part = es.StreamAppend{Stream: es.Stream{Name: "spoiled"}}
	}
	for i := range a.Conditions {
		for j := range a.Conditions[i].Query.Items {
			it := &a.Conditions[i].Query.Items[j]
			for k := range it.Types {
				it.Types[k] = "spoiled"
			}
			for k := range it.Tags {
				it.Tags[k] = tag("spoiled", "tag")
			}
		}
		a.Conditions[i] = es.Condition{}
	}
}

// full is an append that uses all there is, with room behind its buffers.
func full(s *subject) es.Append {
	a := provided(
		write(
			commanded("c", to("b", es.ExpectNone, events(2, "thing.done", tag("z", "1"), tag("a", "2"), tag("z", "1"), tag("m", "3"))...)),
			commanded("d", to("a", es.ExpectAny, events(3, "thing.done", tag("y", "1"))...)),
		),
		es.Condition{Query: query(es.Item{Types: []string{"z.none", "a.none"}, Tags: []es.Tag{tag("z", "9"), tag("a", "9")}}), After: s.head()},
	)
	for i := range a.Streams {
		for j := range a.Streams[i].Events {
			e := &a.Streams[i].Events[j]
			e.Payload = append(make([]byte, 0, 200), e.Payload...)
			e.Metadata = append(make([]byte, 0, 200), `{"m":1}`...)
			e.Tags = append(make([]es.Tag, 0, 10), e.Tags...)
		}
	}
	return a
}

func ownerKeeps(s *subject) {
	a := full(s)
	kept := cloneAppend(a)
	first := s.append(a)
	spoil(a)
	s.verify("after the caller wrote over what it had given")
	s.repeats(kept, first)
	fact := s.all(es.ReadAll{Query: query(tagged(tag("m", "3")))})
	s.wantEvents("by a tag that the caller wrote over", fact, s.record[:2])
	s.broken(fact[0], none(0, tagged(tag("a", "2"), tag("z", "1"))))
	s.holds(none(0, tagged(tag("spoiled", "tag"))), none(0, typed("spoiled")))

	refused := write(to("b", es.ExpectNone, events(2, "thing.done")...))
	s.refused(refused, es.ErrConflict)
	spoil(refused)
	s.verify("after the caller wrote over what was refused")
}

func ownerChanges(s *subject) {
	a := full(s)
	before := cloneAppend(a)
	first := s.append(a)
	check := func(what string, a, before es.Append) {
		s.Helper()
		if !reflect.DeepEqual(a, before) {
			s.Fatalf("%s changed the caller's append:\nbefore %+v\nafter  %+v", what, before, a)
		}
		for i := range a.Streams {
			for _, e := range a.Streams[i].Events {
				for _, b := range e.Payload[len(e.Payload):cap(e.Payload)] {
					if b != 0 {
						s.Fatalf("%s wrote behind the end of the caller's payload", what)
					}
				}
			}
		}
	}
	check("an append", a, before)
	s.repeats(a, first)
	check("a repeated append", a, before)
	b := full(s)
	before = cloneAppend(b)
	b.Streams[0].CommandID, b.Streams[1].CommandID = "", ""
	before.Streams[0].CommandID, before.Streams[1].CommandID = "", ""
	s.refused(b, es.ErrExists)
	check("a refused append", b, before)
}

func ownerResult(s *subject) {
	a := write(commanded("c", to("a", es.ExpectNone, events(2, "thing.done")...)), commanded("c", to("b", es.ExpectNone, event("thing.done"))))
	r := s.append(a)
	first := r
	first.Streams = append([]es.StreamResult(nil), r.Streams...)
	again := write(commanded("c", to("a", es.ExpectAny, event("thing.done"))), commanded("c", to("b", es.ExpectAny, event("thing.done"))))
	for range 3 {
		for i := range r.Streams {
			r.Streams[i] = es.StreamResult{FirstVersion: -1, LastVersion: -1, FirstPosition: -1, LastPosition: -1}
		}
		s.repeats(again, first)
		s.repeats(a, first)
		var err error
		if r, err = s.store.Append(s.Context(), a); err != nil {
			s.Fatal(err)
		}
	}
}

func ownerError(s *subject) {
	fact := s.put("room.booked", tag("room", "7"))
	stale := write(to("facts", es.ExpectNone, event("room.left")))
	broken := s.decide(none(0, tagged(tag("room", "7"))))
	for range 2 {
		if conflict, ok := errors.AsType[*es.ConflictError](s.refused(stale, es.ErrConflict)); ok {
			*conflict = es.ConflictError{Stream: "spoiled"}
		}
		if condition, ok := errors.AsType[*es.ConditionError](s.refused(broken, es.ErrCondition)); ok {
			*condition = es.ConditionError{Type: "spoiled"}
		}
	}
	s.conflicts(stale, es.ConflictError{Stream: "facts", Expected: es.ExpectNone, Actual: 1})
	s.breaks(broken, es.ConditionError{Position: fact.Position, Type: fact.Type, After: 0})
}

func ownerCopies(s *subject) {
	for i := range 40 {
		var made []es.NewEvent
		for range i%3 + 1 {
			e := event("thing.done", tag("k", "v"), tag("n", string(rune('a'+i%26))))
			for range i {
				e.Payload = append([]byte("[ "), append(e.Payload, ']')...)
			}
			if i%2 == 0 {
				e.Metadata = append([]byte(`{"m":`), append(e.Payload, '}')...)
			}
			e.Tags = e.Tags[:i%3]
			made = append(made, e)
		}
		s.append(write(to("a", es.ExpectAny, made...)))
	}
	for name, seq := range s.readings(s.Context()) {
		if name != "Stream" && name != "All" {
			continue
		}
		i := 0
		for e, err := range seq {
			if err != nil {
				s.Fatalf("%s: %v", name, err)
			}
			// Reading other events does not touch what this loop was lent.
			s.taken(s.store.Stream(s.Context(), "a", es.ReadStream{Backwards: true}), 2)
			if err := s.record[i].is(*e); err != nil {
				s.Fatalf("%s: event %d: %v", name, i, err)
			}
			i++
		}
	}
}
