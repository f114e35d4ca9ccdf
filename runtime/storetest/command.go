package storetest

import (
	"fmt"

	"github.com/esgen/esgen/runtime/es"
)

var commandCases = []testCase{
	{"SameCommand", "an append whose stream has seen its command ID is repeated, whatever events it brings", commandSame},
	{"BeforeVersionsAndConditions", "a command that its stream has seen is repeated before versions and conditions are judged", commandFirst},
	{"PerStream", "command IDs are remembered by each stream for itself", commandPerStream},
	{"NoCommand", "an append without a command ID is never repeated for its command", commandEmpty},
	{"SeveralStreams", "an append to several streams is repeated where each has seen its command", commandSeveral},
	{"SomeStreams", "an append of which only some streams have seen their command is ErrDuplicateEvent, and stores nothing", commandSome},
	{"AfterRefusal", "a command whose append was refused was not seen", commandAfterRefusal},
	{"WithEventIDs", "an append that bears a command may be repeated for its event IDs too", commandWithIDs},
	{"OddIDs", "command IDs are compared byte by byte, whatever they hold", commandOdd},
}

func commandSame(s *subject) {
	var firsts []es.Result
	for i := range 4 {
		firsts = append(firsts, s.append(write(commanded(fmt.Sprint("pay-", i), to("a", es.ExpectAny, events(i+1, "order.paid")...)))))
	}
	for i, first := range firsts {
		// Handling a command again makes new events: perhaps others, or more of them.
		s.repeats(write(commanded(fmt.Sprint("pay-", i), to("a", es.ExpectAny, events(i+1, "order.paid")...))), first)
		s.repeats(write(commanded(fmt.Sprint("pay-", i), to("a", es.ExpectAny, events(7, "order.refused")...))), first)
	}
}

func commandFirst(s *subject) {
	first := s.append(write(commanded("open", to("a", es.ExpectNone, events(2, "cart.opened", tag("cart", "1"))...))))
	s.append(write(to("a", es.Exactly(2), event("cart.filled"))))
	for _, expected := range []es.Expected{es.ExpectNone, es.ExpectAny, es.ExpectExists, es.Exactly(2), es.Exactly(3), es.Exactly(99)} {
		s.repeats(provided(write(commanded("open", to("a", expected, event("cart.opened")))),
			none(0), none(0, tagged(tag("cart", "1")))), first)
	}
}

func commandPerStream(s *subject) {
	a := s.append(write(commanded("c", to("a", es.ExpectNone, event("thing.done")))))
	b := s.append(write(commanded("c", to("b", es.ExpectNone, events(2, "thing.done")...))))
	s.append(write(commanded("d", to("a", es.Exactly(1), event("thing.done")))))
	s.repeats(write(commanded("c", to("a", es.ExpectNone, event("thing.done")))), a)
	s.repeats(write(commanded("c", to("b", es.ExpectNone, event("thing.done")))), b)
	s.conflicts(write(commanded("e", to("a", es.ExpectNone, event("thing.done")))),
		es.ConflictError{Stream: "a", Expected: es.ExpectNone, Actual: 2})
}

func commandEmpty(s *subject) {
	for range 3 {
		s.append(write(to("a", es.ExpectAny, event("thing.done"))))
	}
	s.conflicts(write(to("a", es.ExpectNone, event("thing.done"))), es.ConflictError{Stream: "a", Expected: 0, Actual: 3})
}

func commandSeveral(s *subject) {
	transfer := func() es.Append {
		return write(
			commanded("t-1", to("z", es.ExpectAny, events(2, "money.sent")...)),
			commanded("t-1", to("a", es.ExpectAny, event("money.received"))),
		)
	}
	first := s.append(transfer())
	s.repeats(transfer(), first)
	s.append(write(to("a", es.ExpectAny, event("account.closed"))))
	s.repeats(transfer(), first)
	// Each stream may have its own.
	mixed := func() es.Append {
		return write(
			commanded("t-2", to("z", es.ExpectAny, event("money.sent"))),
			commanded("t-3", to("a", es.ExpectAny, event("money.received"))),
		)
	}
	second := s.append(mixed())
	s.repeats(mixed(), second)
}

func commandSome(s *subject) {
	s.append(write(commanded("c", to("a", es.ExpectAny, event("thing.done")))))
	s.append(write(commanded("c", to("b", es.ExpectAny, event("thing.done")))))
	part := func(id, name string) es.StreamAppend {
		return commanded(id, to(name, es.ExpectAny, event("thing.done")))
	}
	s.refused(write(part("c", "a"), part("c", "new")), es.ErrDuplicateEvent)
	s.refused(write(part("c", "new"), part("c", "a")), es.ErrDuplicateEvent)
	s.refused(write(part("c", "a"), part("d", "b")), es.ErrDuplicateEvent)
	s.refused(write(part("c", "a"), part("", "b")), es.ErrDuplicateEvent)
	s.refused(write(part("c", "a"), part("c", "b"), part("", "new")), es.ErrDuplicateEvent)
	// Before versions and conditions, too.
	s.refused(provided(write(part("c", "a"), commanded("d", to("b", es.Exactly(9), event("thing.done")))), none(0)), es.ErrDuplicateEvent)
	s.append(write(part("d", "a"), part("c", "new")))
}

func commandAfterRefusal(s *subject) {
	s.append(write(to("a", es.ExpectNone, event("thing.done"))))
	s.conflicts(write(commanded("c", to("a", es.ExpectNone, event("thing.done")))), es.ConflictError{Stream: "a", Actual: 1})
	s.conflicts(write(commanded("c", to("new", es.ExpectAny, event("thing.done"))), to("a", es.ExpectNone, event("thing.done"))),
		es.ConflictError{Stream: "a", Actual: 1})
	s.refused(provided(write(commanded("c", to("a", es.Exactly(1), event("thing.done")))), none(0)), es.ErrCondition)
	first := s.append(write(commanded("c", to("a", es.Exactly(1), event("thing.done")))))
	s.append(write(commanded("c", to("new", es.ExpectNone, event("thing.done")))))
	s.repeats(write(commanded("c", to("a", es.Exactly(1), event("thing.done")))), first)
}

func commandWithIDs(s *subject) {
	a := write(commanded("c", to("a", es.ExpectNone, events(2, "thing.done")...)), to("b", es.ExpectNone, event("thing.done")))
	first := s.append(a)
	s.repeats(a, first) // b has no command: its event IDs decide
	plain := cloneAppend(a)
	plain.Streams[0].CommandID = ""
	s.repeats(plain, first)
	plain.Streams[1].CommandID = "never seen"
	s.repeats(plain, first)
}

func commandOdd(s *subject) {
	firsts := make(map[string]es.Result)
	for _, id := range oddTexts() {
		if id != "" {
			firsts[id] = s.append(write(commanded(id, to("a", es.ExpectAny, event("thing.done")))))
		}
	}
	for id, first := range firsts {
		s.repeats(write(commanded(id, to("a", es.ExpectAny, event("thing.done")))), first)
	}
}
