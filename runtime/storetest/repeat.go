package storetest

import (
	"slices"

	"github.com/esgen/esgen/runtime/es"
)

var repeatCases = []testCase{
	{"SameAppend", "an append that is stored already is not stored again: the first result is returned, with Repeated set", repeatSame},
	{"BeforeVersions", "repetition is judged before expected versions: an append that was stored is so also when its streams have gone on", repeatBeforeVersions},
	{"BeforeConditions", "repetition is judged before conditions, which the append's own first time may break", repeatBeforeConditions},
	{"AnyAndExists", "an append that expected no exact version is repeated wherever its events stand", repeatAny},
	{"OtherContents", "event IDs alone say that an append is repeated; nothing of what is stored changes", repeatOtherContents},
	{"PartOfAppend", "an append is repeated where all its event IDs are stored in its streams, in its order and next to each other", repeatPart},
	{"OtherVersion", "an append that is stored at other versions than it expects is no repetition, but ErrDuplicateEvent", duplicateOtherVersion},
	{"OtherStream", "event IDs that are stored in another stream are ErrDuplicateEvent", duplicateOtherStream},
	{"OtherOrder", "event IDs that are stored in another order are ErrDuplicateEvent", duplicateOtherOrder},
	{"SomeStored", "an append of which only some event IDs are stored is ErrDuplicateEvent, and stores nothing", duplicatePartly},
	{"BeforeVersionsAndConditions", "ErrDuplicateEvent is judged before expected versions and conditions", duplicateFirst},
	{"AfterRefusal", "an append that was refused is not stored, so that sending it again is no repetition", repeatAfterRefusal},
}

func repeatSame(s *subject) {
	for _, a := range []es.Append{
		write(to("a", es.ExpectNone, event("thing.done"))),
		write(to("a", es.Exactly(1), events(3, "thing.done", tag("k", "v"))...)),
		write(to("b", es.Exactly(0), events(2, "thing.done")...), to("a", es.Exactly(4), events(2, "thing.done")...)),
		write(to("z", es.ExpectAny, event("thing.done")), to("c", es.ExpectAny, event("thing.done")), to("a", es.ExpectExists, event("thing.done"))),
	} {
		first := s.append(a)
		s.repeats(a, first)
		s.repeats(cloneAppend(a), first)
		s.repeats(a, first)
	}
}

func repeatBeforeVersions(s *subject) {
	var appends []es.Append
	var results []es.Result
	for v := range int64(5) {
		a := write(to("a", es.Exactly(2*v), events(2, "thing.done")...), to("b", es.Exactly(v), event("thing.done")))
		appends, results = append(appends, a), append(results, s.append(a))
	}
	for i, a := range appends {
		s.repeats(a, results[i])
	}
	s.append(write(to("a", es.Exactly(10), event("thing.done"))))
	s.repeats(appends[0], results[0])
}

func repeatBeforeConditions(s *subject) {
	seat := tag("seat", "12a")
	a := provided(write(to("a", es.ExpectNone, event("seat.taken", seat))), none(0, tagged(seat)))
	first := s.append(a)
	s.repeats(a, first) // its own event would break it
	s.append(write(to("b", es.ExpectNone, event("seat.taken", seat))))
	s.repeats(a, first)
	a.Conditions = append(a.Conditions, none(0))
	s.repeats(a, first)
}

func repeatAny(s *subject) {
	s.append(write(to("a", es.ExpectNone, events(2, "thing.done")...)))
	free := write(to("a", es.ExpectAny, events(2, "thing.done")...))
	first := s.append(free)
	s.append(write(to("a", es.Exactly(4), event("thing.done"))))
	for _, expected := range []es.Expected{es.ExpectAny, es.ExpectExists, es.Exactly(2)} {
		free.Streams[0].Expected = expected
		s.repeats(free, first)
	}
}

func repeatOtherContents(s *subject) {
	a := write(to("a", es.ExpectNone, events(2, "thing.done", tag("k", "v"))...))
	first := s.append(a)
	b := cloneAppend(a)
	for i := range b.Streams[0].Events {
		e := &b.Streams[0].Events[i]
		e.Payload, e.Metadata, e.RecordedAt = []byte(`{"other":true}`), []byte(`{"attempt":2}`), e.RecordedAt.AddDate(0, 0, 1)
	}
	s.repeats(b, first) // verifies what is stored, too
}

func repeatPart(s *subject) {
	four := events(4, "thing.done")
	a := s.append(write(to("a", es.ExpectNone, four[:2]...)))
	b := s.append(write(to("a", es.Exactly(2), four[2:]...)))
	a0, b0 := a.Streams[0], b.Streams[0]
	s.repeats(write(to("a", es.ExpectNone, four...)), es.Result{Position: b.Position, Streams: []es.StreamResult{
		{FirstVersion: 1, LastVersion: 4, FirstPosition: a0.FirstPosition, LastPosition: b0.LastPosition}}})
	s.repeats(write(to("a", es.ExpectNone, four[0])), es.Result{Position: a0.FirstPosition, Streams: []es.StreamResult{
		{FirstVersion: 1, LastVersion: 1, FirstPosition: a0.FirstPosition, LastPosition: a0.FirstPosition}}})
	s.repeats(write(to("a", es.Exactly(3), four[3])), es.Result{Position: b.Position, Streams: []es.StreamResult{
		{FirstVersion: 4, LastVersion: 4, FirstPosition: b0.LastPosition, LastPosition: b0.LastPosition}}})
	s.refused(write(to("a", es.ExpectAny, four[0], four[2])), es.ErrDuplicateEvent)
	s.refused(write(to("a", es.ExpectAny, four[0], four[3])), es.ErrDuplicateEvent)
}

func duplicateOtherVersion(s *subject) {
	s.append(write(to("a", es.ExpectNone, events(2, "thing.done")...)))
	a := write(to("a", es.Exactly(2), events(2, "thing.done")...))
	first := s.append(a)
	for _, v := range []int64{0, 1, 3, 4, 5} {
		b := cloneAppend(a)
		b.Streams[0].Expected = es.Exactly(v)
		s.refused(b, es.ErrDuplicateEvent)
	}
	s.repeats(a, first)

	// What stands first in a stream was not stored by an append that expected it to exist.
	c := write(to("c", es.ExpectAny, event("thing.done")))
	first = s.append(c)
	s.repeats(c, first)
	c.Streams[0].Expected = es.ExpectExists
	s.refused(c, es.ErrDuplicateEvent)
}

func duplicateOtherStream(s *subject) {
	a := write(to("a", es.ExpectNone, events(2, "thing.done")...))
	s.append(a)
	s.append(write(to("b", es.ExpectNone, events(2, "thing.done")...)))
	for _, name := range []string{"b", "c", "A"} {
		b := cloneAppend(a)
		b.Streams[0].Stream.Name, b.Streams[0].Expected = name, es.ExpectAny
		s.refused(b, es.ErrDuplicateEvent)
	}
	both := write(to("x", es.ExpectAny, event("thing.done")), to("y", es.ExpectAny, event("thing.done")))
	first := s.append(both)
	s.repeats(both, first)
	swapped := cloneAppend(both)
	swapped.Streams[0].Stream, swapped.Streams[1].Stream = swapped.Streams[1].Stream, swapped.Streams[0].Stream
	s.refused(swapped, es.ErrDuplicateEvent)
}

func duplicateOtherOrder(s *subject) {
	a := write(to("a", es.ExpectAny, events(3, "thing.done")...), to("b", es.ExpectAny, events(2, "thing.done")...))
	s.append(a)
	for _, i := range []int{0, 1} {
		b := cloneAppend(a)
		slices.Reverse(b.Streams[i].Events)
		s.refused(b, es.ErrDuplicateEvent)
	}
	b := cloneAppend(a)
	slices.Reverse(b.Streams)
	s.refused(b, es.ErrDuplicateEvent)
}

func duplicatePartly(s *subject) {
	old := events(3, "thing.done")
	s.append(write(to("a", es.ExpectNone, old...)))
	fresh := event("thing.done")
	for _, a := range []es.Append{
		write(to("a", es.ExpectNone, append(slices.Clone(old), fresh)...)),
		write(to("a", es.ExpectAny, fresh, old[0])),
		write(to("a", es.ExpectAny, old[0], fresh, old[1])),
		write(to("a", es.Exactly(3), fresh, old[2])),
		write(to("b", es.ExpectNone, fresh), to("a", es.ExpectNone, old...)),
		write(to("a", es.ExpectNone, old...), to("b", es.ExpectNone, fresh)),
		write(to("b", es.ExpectNone, fresh, old[1])),
	} {
		s.refused(a, es.ErrDuplicateEvent)
	}
	s.append(write(to("b", es.ExpectNone, fresh)))
}

func duplicateFirst(s *subject) {
	old := event("thing.done")
	s.append(write(to("a", es.ExpectNone, old)))
	s.refused(write(to("a", es.Exactly(9), event("thing.done"), old)), es.ErrDuplicateEvent)
	s.refused(provided(write(to("b", es.ExpectNone, event("thing.done"), old)), none(0)), es.ErrDuplicateEvent)
}

func repeatAfterRefusal(s *subject) {
	fact := s.put("room.booked", tag("room", "7"))
	a := provided(write(to("a", es.Exactly(1), event("room.left"))), none(0, tagged(tag("room", "7"))))
	s.conflicts(a, es.ConflictError{Stream: "a", Expected: 1, Actual: 0})
	s.conflicts(a, es.ConflictError{Stream: "a", Expected: 1, Actual: 0})
	s.append(write(to("a", es.ExpectNone, event("room.cleaned"))))
	s.breaks(a, es.ConditionError{Position: fact.Position, Type: fact.Type, After: 0})
	a.Conditions[0].After = fact.Position
	first := s.append(a)
	s.repeats(a, first)
}
