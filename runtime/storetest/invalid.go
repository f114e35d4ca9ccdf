package storetest

import (
	"maps"
	"math"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
)

var invalidCases = []testCase{
	{"Refused", "an append that is not well formed is ErrInvalidAppend, whatever the store holds, and stores nothing", invalidRefused},
	{"NoTable", "an append with a row for a table that the store does not keep is ErrNoTable, and stores nothing", invalidRow},
	{"BeforeRepetition", "whether an append is well formed is judged first", invalidFirst},
}

func within(stream es.Stream) es.StreamAppend {
	return es.StreamAppend{Stream: stream, Expected: es.ExpectAny, Events: events(1, "thing.done")}
}

// invalidAppends are not well formed, each in one way.
func invalidAppends() map[string]es.Append {
	broken := func(change func(*es.NewEvent)) es.Append {
		e := event("thing.done", tag("k", "v"))
		change(&e)
		return write(to("good", es.ExpectAny, event("thing.done")), to("bad", es.ExpectAny, event("thing.done"), e))
	}
	twice := event("thing.done")
	return map[string]es.Append{
		"no stream":             {},
		"only a condition":      provided(es.Append{}, none(0)),
		"no event":              write(to("good", es.ExpectAny, event("thing.done")), to("bad", es.ExpectAny)),
		"no stream name":        write(to("good", es.ExpectAny, event("thing.done")), to("", es.ExpectAny, event("thing.done"))),
		"stream name not UTF-8": write(to("bad\xff", es.ExpectAny, event("thing.done"))),
		"category not UTF-8":    write(within(es.Stream{Name: "bad", Category: "\xff{id}", Key: "7"})),
		"key not UTF-8":         write(within(es.Stream{Name: "bad", Category: "bad-{id}", Key: "\xff"})),
		"command not UTF-8":     write(commanded("a\xffb", to("bad", es.ExpectAny, event("thing.done")))),
		"a stream twice":        write(to("a", es.ExpectAny, event("thing.done")), to("b", es.ExpectAny, event("thing.done")), to("a", es.ExpectAny, event("thing.done"))),
		"expected -3":           write(to("a", es.Exactly(-3), event("thing.done"))),
		"expected minimum":      write(to("a", es.Exactly(math.MinInt64), event("thing.done"))),
		"an ID twice":           write(to("a", es.ExpectAny, twice, event("thing.done"), twice)),
		"an ID in two streams":  write(to("a", es.ExpectAny, twice), to("b", es.ExpectAny, twice)),
		"nil ID":                broken(func(e *es.NewEvent) { e.ID = uuid.Nil }),
		"no type":               broken(func(e *es.NewEvent) { e.Type = "" }),
		"type not UTF-8":        broken(func(e *es.NewEvent) { e.Type = "a\xc3(" }),
		"type version 0":        broken(func(e *es.NewEvent) { e.TypeVersion = 0 }),
		"type version -1":       broken(func(e *es.NewEvent) { e.TypeVersion = -1 }),
		"no time":               broken(func(e *es.NewEvent) { e.RecordedAt = time.Time{} }),
		"time too early":        broken(func(e *es.NewEvent) { e.RecordedAt = time.Unix(0, math.MinInt64).Add(-1) }),
		"time too late":         broken(func(e *es.NewEvent) { e.RecordedAt = time.Unix(0, math.MaxInt64).Add(1) }),
		"nil payload":           broken(func(e *es.NewEvent) { e.Payload = nil }),
		"empty payload":         broken(func(e *es.NewEvent) { e.Payload = []byte{} }),
		"payload not UTF-8":     broken(func(e *es.NewEvent) { e.Payload = []byte("\"\xff\"") }),
		"metadata not UTF-8":    broken(func(e *es.NewEvent) { e.Metadata = []byte("{\"a\":\"\xff\"}") }),
		"tag without key":       broken(func(e *es.NewEvent) { e.Tags = append(e.Tags, tag("", "v")) }),
		"tag key not UTF-8":     broken(func(e *es.NewEvent) { e.Tags = append(e.Tags, tag("\xff", "v")) }),
		"tag value not UTF-8":   broken(func(e *es.NewEvent) { e.Tags = append(e.Tags, tag("k", "\xed\xa0\x80")) }),
	}
}

func invalidRefused(s *subject) {
	var name string
	defer func() {
		if s.Failed() {
			s.Logf("what is not well formed: %s", name)
		}
	}()
	for range 2 { // in an empty store, and in one with events
		appends := invalidAppends()
		for _, name = range slices.Sorted(maps.Keys(appends)) {
			s.refused(appends[name], es.ErrInvalidAppend)
		}
		s.append(write(to("a", es.ExpectAny, event("thing.done")), to("b", es.ExpectAny, event("thing.done"))))
	}
}

func invalidFirst(s *subject) {
	a := write(commanded("c", to("a", es.ExpectNone, events(2, "thing.done")...)))
	first := s.append(a)
	s.repeats(a, first)
	b := cloneAppend(a)
	b.Streams[0].Events[1].Payload = nil
	s.refused(b, es.ErrInvalidAppend)
	b = provided(write(commanded("c", to("a", es.ExpectNone))), none(0))
	s.refused(b, es.ErrInvalidAppend)
	s.refused(write(to("a", es.Exactly(-3), event("thing.done"))), es.ErrInvalidAppend)
}

func invalidRow(s *subject) {
	a := write(to("user-7", es.ExpectNone, event("user.created")))
	a.Rows = []es.Row{{Table: "no_such_table", Stream: "user-7", Values: []any{"7"}}}
	s.refused(a, es.ErrNoTable)
	a.Rows[0].Stream = "user-8"
	s.refused(a, es.ErrInvalidAppend)
	a.Rows[0] = es.Row{Stream: "user-7", Values: []any{"7"}}
	s.refused(a, es.ErrInvalidAppend)
	a.Rows = nil
	s.append(a)
}
