package storetest

import (
	"errors"
	"fmt"

	"github.com/esgen/esgen/runtime/es"
)

var reopenCases = []testCase{
	{"Empty", "a store that is opened again without an event is empty", reopenEmpty},
	{"Everything", "all that was appended is there when the store is opened again, with its positions", reopenEverything},
	{"GoesOn", "versions and positions go on from where they were", reopenGoesOn},
	{"Repetition", "an append that was stored before is found repeated after", reopenRepetition},
	{"Commands", "a command that a stream has seen before is known after", reopenCommands},
	{"Conditions", "conditions see the events from before", reopenConditions},
	{"Refused", "what was refused before is not there after", reopenRefused},
	{"Closed", "the store that was closed stays closed", reopenClosed},
	{"History", "a random history that is interrupted by reopening goes on as if it were not", reopenHistory},
}

// reopen closes the store and opens it again.
func (s *subject) reopen() {
	s.Helper()
	s.store = s.config.Reopen(s.T, s.store)
	if s.store == nil {
		s.Fatal("storetest: Config.Reopen returned nil")
	}
	s.verify("after reopening")
}

func reopenEmpty(s *subject) {
	for range 3 {
		s.reopen()
	}
	s.fill(1)
}

func reopenEverything(s *subject) {
	everyField(s)
	s.reopen()
	times(s)
	payloads(s)
	metadata(s)
	s.reopen()
	categoryAndKey(s)
	oddNames(s)
	s.reopen()
	tags(s)
	before := s.all(es.ReadAll{})
	for range 3 {
		s.reopen()
		s.wantSame("after reopening", s.all(es.ReadAll{}), before)
	}
	for _, text := range oddTexts() {
		s.reads(before, es.ReadAll{Query: query(tagged(tag("k"+text, text)))})
		s.reads(before, es.ReadAll{Streams: []string{text}})
	}
}

func reopenGoesOn(s *subject) {
	for v := range int64(5) {
		s.append(write(to("a", es.Exactly(2*v), events(2, "thing.done")...), to(fmt.Sprintf("b-%d", v), es.ExpectNone, event("thing.done"))))
		s.reopen()
		s.conflicts(write(to("a", es.Exactly(2*v), event("thing.done"))), es.ConflictError{Stream: "a", Expected: es.Exactly(2 * v), Actual: 2*v + 2})
		s.refused(write(to(fmt.Sprintf("b-%d", v), es.ExpectNone, event("thing.done"))), es.ErrExists)
	}
}

func reopenRepetition(s *subject) {
	a := write(to("b", es.ExpectNone, events(2, "thing.done")...), to("a", es.ExpectNone, events(3, "thing.done")...))
	first := s.append(a)
	b := write(to("a", es.Exactly(3), event("thing.done")))
	second := s.append(b)
	s.reopen()
	s.repeats(a, first)
	s.repeats(b, second)
	moved := cloneAppend(b)
	moved.Streams[0].Stream.Name, moved.Streams[0].Expected = "c", es.ExpectAny
	s.refused(moved, es.ErrDuplicateEvent)
	s.refused(write(to("a", es.Exactly(4), event("thing.done"), a.Streams[0].Events[0])), es.ErrDuplicateEvent)
	s.reopen()
	s.repeats(a, first)
}

func reopenCommands(s *subject) {
	transfer := func() es.Append {
		return write(
			commanded("t-1", to("z", es.ExpectAny, events(2, "money.sent")...)),
			commanded("t-1", to("a", es.ExpectAny, event("money.received"))),
		)
	}
	first := s.append(transfer())
	s.append(write(commanded("t-2", to("a", es.ExpectAny, event("money.received")))))
	for range 2 {
		s.reopen()
		s.repeats(transfer(), first)
		s.refused(write(commanded("t-2", to("a", es.ExpectAny, event("thing.done"))), commanded("t-2", to("z", es.ExpectAny, event("thing.done")))),
			es.ErrDuplicateEvent)
	}
}

func reopenConditions(s *subject) {
	fact := s.put("room.booked", tag("room", "7"), tag("day", "monday"))
	s.put("room.left", tag("room", "8"))
	s.reopen()
	s.broken(fact, none(0, tagged(tag("day", "monday"), tag("room", "7"))))
	s.broken(fact, none(0, typed("room.booked")))
	s.holds(none(fact.Position, tagged(tag("room", "7"))), none(0, tagged(tag("room", "9"))))
}

func reopenRefused(s *subject) {
	s.fill(2)
	s.refused(write(to("new", es.ExpectAny, events(2, "thing.done")...), to("a", es.ExpectNone, event("thing.done"))), es.ErrConflict)
	s.reopen()
	s.refused(provided(write(commanded("c", to("new", es.ExpectAny, events(2, "thing.done")...))), none(0)), es.ErrCondition)
	s.reopen()
	s.append(write(commanded("c", to("new", es.ExpectNone, events(2, "thing.done")...))))
}

func reopenClosed(s *subject) {
	s.fill(2)
	old := s.store
	s.reopen()
	s.fill(2)
	if _, err := old.Append(s.Context(), write(to("a", es.ExpectAny, event("thing.done")))); !errors.Is(err, es.ErrClosed) {
		s.Fatalf("Append to the store that was closed: %v, want es.ErrClosed", err)
	}
	if got, err := collect(old.All(s.Context(), es.ReadAll{})); !errors.Is(err, es.ErrClosed) {
		s.Fatalf("All of the store that was closed: %d events, %v, want es.ErrClosed", len(got), err)
	}
}

func reopenHistory(s *subject) {
	s.unrecorded = true
	s.history(5, scale(1000, 400), func(step int) {
		if step%100 == 99 {
			s.reopen()
		}
	})
}
