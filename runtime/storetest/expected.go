package storetest

import (
	"math"

	"github.com/esgen/esgen/runtime/es"
)

var expectedCases = []testCase{
	{"None", "ExpectNone expects that the stream has no event", func(s *subject) {
		s.expects(es.ExpectNone, map[int64]bool{0: true, 1: false, 3: false})
	}},
	{"Any", "ExpectAny expects nothing", func(s *subject) {
		s.expects(es.ExpectAny, map[int64]bool{0: true, 1: true, 3: true})
	}},
	{"Exists", "ExpectExists expects that the stream has an event", func(s *subject) {
		s.expects(es.ExpectExists, map[int64]bool{0: false, 1: true, 3: true})
	}},
	{"Exactly", "an exact version expects that the stream is at that version, neither below nor above", func(s *subject) {
		s.expects(es.Exactly(1), map[int64]bool{0: false, 1: true, 2: false, 3: false})
		s.expects(es.Exactly(3), map[int64]bool{0: false, 1: false, 2: false, 3: true, 4: false})
		s.expects(es.Exactly(math.MaxInt64), map[int64]bool{0: false, 1: false})
	}},
	{"OtherStreams", "an expected version is about its own stream, and positions do not count", otherStreams},
	{"OneOfSeveral", "an append is stored whole or not at all: one stream at another version refuses all", oneOfSeveral},
	{"AfterRefusal", "a refused append leaves no trace: versions go on without a gap", afterRefusal},
	{"BeforeConditions", "expected versions are judged before conditions", versionsFirst},
}

// expects appends with the expectation to streams at versions, and says at which
// it must hold.
func (s *subject) expects(expected es.Expected, holds map[int64]bool) {
	s.Helper()
	for actual, ok := range holds {
		name := describeExpected(expected) + " at " + string(rune('0'+actual))
		if actual > 0 {
			s.append(write(to(name, es.ExpectAny, events(int(actual), "thing.done")...)))
		}
		a := write(to(name, expected, events(2, "thing.done")...))
		if ok {
			s.append(a)
		} else {
			s.conflicts(a, es.ConflictError{Stream: name, Expected: expected, Actual: actual})
		}
	}
}

func otherStreams(s *subject) {
	s.append(write(to("a", es.ExpectNone, events(5, "thing.done")...)))
	s.append(write(to("b", es.ExpectNone, events(1, "thing.done")...)))
	s.append(write(to("b", es.Exactly(1), events(1, "thing.done")...)))
	s.conflicts(write(to("b", es.Exactly(5), event("thing.done"))), es.ConflictError{Stream: "b", Expected: 5, Actual: 2})
	s.conflicts(write(to("c", es.Exactly(7), event("thing.done"))), es.ConflictError{Stream: "c", Expected: 7, Actual: 0})
	s.append(write(to("c", es.ExpectNone, event("thing.done"))))
}

func oneOfSeveral(s *subject) {
	s.append(write(to("b", es.ExpectNone, events(2, "thing.done")...)))
	want := es.ConflictError{Stream: "b", Expected: 1, Actual: 2}
	stale := func() es.StreamAppend { return to("b", es.Exactly(1), events(2, "thing.done")...) }
	fresh := func(name string) es.StreamAppend { return to(name, es.ExpectAny, events(2, "thing.done")...) }
	s.conflicts(write(stale(), fresh("a")), want)
	s.conflicts(write(fresh("a"), stale()), want)
	s.conflicts(write(fresh("a"), stale(), fresh("c")), want)
	s.append(write(fresh("a"), to("b", es.Exactly(2), event("thing.done")), fresh("c")))
}

func afterRefusal(s *subject) {
	s.append(write(to("a", es.ExpectNone, event("thing.done"))))
	for range 3 {
		refused := write(to("a", es.ExpectNone, events(3, "thing.done")...))
		s.conflicts(refused, es.ConflictError{Stream: "a", Expected: es.ExpectNone, Actual: 1})
		// Its IDs were not stored, so that they can be now.
		refused.Streams[0].Stream.Name = "b"
		refused.Streams[0].Expected = es.ExpectAny
		s.append(refused)
	}
	s.append(write(to("a", es.Exactly(1), event("thing.done"))))
}

func versionsFirst(s *subject) {
	s.append(write(to("a", es.ExpectNone, event("thing.done"))))
	s.conflicts(provided(write(to("a", es.Exactly(4), event("thing.done"))), none(0)),
		es.ConflictError{Stream: "a", Expected: 4, Actual: 1})
}
