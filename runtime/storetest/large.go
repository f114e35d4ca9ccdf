package storetest

import (
	"bytes"
	"fmt"

	"github.com/esgen/esgen/runtime/es"
)

var largeCases = []testCase{
	{"ManyEvents", "an append may bring 10,000 events", largeAppend},
	{"ManyStreams", "an append may go to 1,000 streams", largeStreams},
	{"Payload", "a payload may have 4 MB", largePayload},
	{"LongStream", "a stream may be long, and is read from anywhere in it", largeStream},
}

func largeAppend(s *subject) {
	n := scale(10_000, 3_000)
	s.append(write(to("before", es.ExpectNone, event("thing.done"))))
	a := write(to("a", es.ExpectNone, events(n, "thing.done", tag("k", "v"))...))
	first := s.append(a)
	s.repeats(a, first)
	partly := cloneAppend(a)
	partly.Streams[0].Events[n-1].ID = event("thing.done").ID
	s.refused(partly, es.ErrDuplicateEvent)
	s.conflicts(write(to("a", es.Exactly(int64(n-1)), event("thing.done"))),
		es.ConflictError{Stream: "a", Expected: es.Exactly(int64(n - 1)), Actual: int64(n)})
	s.append(write(to("a", es.Exactly(int64(n)), event("thing.done"))))
}

func largeStreams(s *subject) {
	n := scale(1000, 300)
	var parts []es.StreamAppend
	for i := range n {
		parts = append(parts, commanded("c", to(fmt.Sprintf("s-%d", i), es.ExpectNone, events(i%3+1, "thing.done")...)))
	}
	a := write(parts...)
	first := s.append(a)
	s.repeats(a, first)
	a = cloneAppend(a)
	for i := range a.Streams {
		a.Streams[i].Events = events(1, "thing.done")
	}
	s.repeats(a, first) // by its commands
	for i := range a.Streams {
		a.Streams[i].Expected, a.Streams[i].CommandID = es.ExpectExists, ""
	}
	a.Streams[n-1].Expected = es.ExpectNone
	s.conflicts(a, es.ConflictError{Stream: fmt.Sprintf("s-%d", n-1), Actual: int64((n-1)%3 + 1)})
}

func largePayload(s *subject) {
	for _, size := range []int{1 << 16, 1 << 20, 4 << 20} {
		e := event("file.uploaded")
		e.Payload = append(append([]byte(`"`), bytes.Repeat([]byte("0123456789abcdef"), size/16)...), '"')
		e.Metadata = append(append([]byte(`{"long":"`), bytes.Repeat([]byte("m"), size/64)...), `"}`...)
		s.append(write(to("a", es.ExpectAny, event("thing.done"), e, event("thing.done"))))
	}
}

func largeStream(s *subject) {
	n := int64(scale(5000, 1000))
	for v := int64(0); v < n; v += 50 {
		s.append(write(to("a", es.Exactly(v), events(50, "thing.done")...), to("b", es.ExpectAny, event("thing.done"))))
	}
	whole := s.stream("a", es.ReadStream{})
	for _, opts := range []es.ReadStream{
		{From: n / 2}, {From: n - 3}, {To: n / 3}, {From: n / 3, To: n/3 + 20}, {From: n / 2, Limit: 3}, {Limit: 300},
		{Backwards: true}, {Backwards: true, Limit: 1}, {Backwards: true, To: n / 2, Limit: 200}, {Backwards: true, From: n - 300},
	} {
		if err := same(s.stream("a", opts), streamPart(whole, opts)); err != nil {
			s.Fatalf("Stream(%+v) of %d events: %v", opts, n, err)
		}
	}
}
