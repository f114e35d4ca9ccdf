package storetest

import (
	"context"
	"errors"
	"fmt"

	"github.com/esgen/esgen/runtime/es"
)

// lookupCases are for stores that are an es.CommandReader.
var lookupCases = []testCase{
	{"First", "what a command came to can be asked for, and is the outcome of its first append", lookupFirst},
	{"Unseen", "a command that its stream has not seen is not found: it may be another stream's, or have been refused", lookupUnseen},
	{"SeveralStreams", "each stream of an append knows its own part of what the command came to", lookupSeveral},
	{"OddIDs", "command IDs are found byte by byte, whatever they hold", lookupOdd},
	{"Context", "a context that is done stops the question", lookupContext},
	{"Racing", "a command whose append has returned is found, whatever else is being appended", lookupRacing},
}

// finds asks for a command, which must have come to first.
func (s *subject) finds(stream, id string, first es.StreamResult) {
	s.Helper()
	got, seen, err := s.store.(es.CommandReader).Command(s.Context(), stream, id)
	if err != nil || !seen || got != first {
		s.Fatalf("Command(%q, %q): %+v, %t, %v, want %+v", brief(stream), brief(id), got, seen, err, first)
	}
}

func (s *subject) findsNot(stream, id string) {
	s.Helper()
	got, seen, err := s.store.(es.CommandReader).Command(s.Context(), stream, id)
	if err != nil || seen || got != (es.StreamResult{}) {
		s.Fatalf("Command(%q, %q), which the stream has not seen: %+v, %t, %v", brief(stream), brief(id), got, seen, err)
	}
}

func lookupFirst(s *subject) {
	s.append(write(to("a", es.ExpectNone, events(2, "order.placed")...)))
	var firsts []es.Result
	for i := range 3 {
		firsts = append(firsts, s.append(write(commanded(fmt.Sprint("pay-", i), to("a", es.ExpectAny, events(i+1, "order.paid")...)))))
	}
	for range 2 {
		for i, first := range firsts {
			s.finds("a", fmt.Sprint("pay-", i), first.Streams[0])
			s.repeats(write(commanded(fmt.Sprint("pay-", i), to("a", es.ExpectAny, events(7, "order.refused")...))), first)
		}
	}
}

func lookupUnseen(s *subject) {
	s.findsNot("a", "c")
	s.append(write(to("a", es.ExpectNone, event("thing.done"))))
	s.findsNot("a", "")
	s.append(write(commanded("c", to("b", es.ExpectNone, event("thing.done")))))
	s.findsNot("a", "c")
	s.findsNot("no such stream", "c")
	s.conflicts(write(commanded("c", to("a", es.ExpectNone, event("thing.done")))), es.ConflictError{Stream: "a", Actual: 1})
	s.findsNot("a", "c")
	first := s.append(write(commanded("c", to("a", es.Exactly(1), event("thing.done")))))
	s.finds("a", "c", first.Streams[0])
	s.findsNot("a", "C")
}

func lookupSeveral(s *subject) {
	s.append(write(to("a", es.ExpectNone, event("account.opened"))))
	first := s.append(write(
		commanded("t-1", to("z", es.ExpectAny, events(2, "money.sent")...)),
		to("y", es.ExpectAny, event("money.counted")),
		commanded("t-1", to("a", es.ExpectAny, event("money.received"))),
	))
	s.finds("z", "t-1", first.Streams[0])
	s.findsNot("y", "t-1")
	s.finds("a", "t-1", first.Streams[2])
}

func lookupOdd(s *subject) {
	firsts := make(map[string]es.Result)
	for _, id := range oddTexts() {
		if id != "" {
			firsts[id] = s.append(write(commanded(id, to("a", es.ExpectAny, event("thing.done")))))
		}
	}
	for id, first := range firsts {
		s.finds("a", id, first.Streams[0])
	}
}

func lookupContext(s *subject) {
	first := s.append(write(commanded("c", to("a", es.ExpectNone, event("thing.done")))))
	for name, ctx := range s.done() {
		if got, seen, err := s.store.(es.CommandReader).Command(ctx, "a", "c"); !errors.Is(err, ctx.Err()) || seen {
			s.Fatalf("Command with a context that is %s: %+v, %t, %v, want %v", name, got, seen, err, ctx.Err())
		}
	}
	ctx, cancel := context.WithCancel(s.Context())
	_, _, err := s.store.(es.CommandReader).Command(ctx, "a", "c")
	cancel()
	if err != nil {
		s.Fatal(err)
	}
	s.finds("a", "c", first.Streams[0])
}

func lookupRacing(s *subject) {
	s.unrecorded = true
	race(8, func(i int) {
		stream := fmt.Sprintf("s-%d", i%2)
		for n := range scale(50, 10) {
			id := fmt.Sprintf("c-%d-%d", i, n)
			first, err := s.store.Append(s.Context(), write(commanded(id, to(stream, es.ExpectAny, event("thing.done")))))
			if err != nil {
				s.Errorf("Append: %v", err)
				return
			}
			got, seen, err := s.store.(es.CommandReader).Command(s.Context(), stream, id)
			if err != nil || !seen || got != first.Streams[0] {
				s.Errorf("Command(%q, %q) after its append has returned: %+v, %t, %v, want %+v", stream, id, got, seen, err, first.Streams[0])
				return
			}
		}
	})
}
