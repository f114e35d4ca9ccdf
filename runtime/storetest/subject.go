package storetest

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"testing"

	"github.com/esgen/esgen/runtime/es"
)

// subject is the store that a case tests, beside a record of what is in it.
type subject struct {
	*testing.T
	config Config
	store  es.Store
	closed bool // by the case: there is nothing to be verified any more

	// record is what the store must hold, in the order of positions.
	record []entry
	// unrecorded is set by cases that append past the record.
	unrecorded bool
}

// entry is an event that was appended, and what is known of its place.
type entry struct {
	stream   es.Stream
	version  int64
	position int64 // 0 where the result did not tell
	event    es.NewEvent
}

// version is that of a stream by the record.
func (s *subject) version(stream string) int64 {
	for _, e := range slices.Backward(s.record) {
		if e.stream.Name == stream {
			return e.version
		}
	}
	return 0
}

// append stores a, which must succeed, and checks the result.
func (s *subject) append(a es.Append) es.Result {
	s.Helper()
	r, err := s.store.Append(s.Context(), a)
	if err != nil {
		s.Fatalf("Append of %s failed: %v", describe(a), err)
	}
	if err := checkResult(a, r); err != nil {
		s.Fatalf("Append of %s: %v\nresult %+v", describe(a), err, r)
	}
	for i, part := range a.Streams {
		got, before := r.Streams[i], s.version(part.Stream.Name)
		if got.FirstVersion != before+1 {
			s.Fatalf("Append of %s: the first version in stream %q is %d, want %d: versions count from 1 without gaps",
				describe(a), part.Stream.Name, got.FirstVersion, before+1)
		}
		for j, e := range part.Events {
			kept := entry{stream: part.Stream, version: got.FirstVersion + int64(j), event: cloneEvent(e)}
			if j == 0 {
				kept.position = got.FirstPosition
			}
			if j == len(part.Events)-1 {
				kept.position = got.LastPosition
			}
			s.record = append(s.record, kept)
		}
	}
	return r
}

// refused appends a, which must fail with an error that matches target and leave
// the store as it was.
func (s *subject) refused(a es.Append, target error) error {
	s.Helper()
	r, err := s.store.Append(s.Context(), a)
	if err == nil {
		s.Fatalf("Append of %s succeeded with %+v, want an error that matches %s", describe(a), r, describeError(target))
	}
	if !errors.Is(err, target) {
		s.Fatalf("Append of %s: the error is %q (%T), want one that matches %s", describe(a), err, err, describeError(target))
	}
	for _, other := range []error{es.ErrConflict, es.ErrCondition, es.ErrDuplicateEvent, es.ErrInvalidAppend, es.ErrOutcomeUnknown} {
		if other != target && target != es.ErrExists && errors.Is(err, other) {
			s.Fatalf("Append of %s: the error %q matches %s as it should, and %s too", describe(a), err, describeError(target), describeError(other))
		}
	}
	s.verify("after a refused append")
	return err
}

// conflicts appends a, which must be refused for the version of one stream.
func (s *subject) conflicts(a es.Append, want es.ConflictError) {
	s.Helper()
	err := s.refused(a, es.ErrConflict)
	got, ok := errors.AsType[*es.ConflictError](err)
	if !ok {
		s.Fatalf("Append of %s: errors.As finds no *es.ConflictError in %q (%T)", describe(a), err, err)
	}
	if *got != want {
		s.Fatalf("Append of %s: got %+v, want %+v", describe(a), *got, want)
	}
	if none := want.Expected == es.ExpectNone; errors.Is(err, es.ErrExists) != none {
		s.Fatalf("Append of %s: errors.Is(err, es.ErrExists) = %t, want %t: it is ErrExists exactly where no stream was expected",
			describe(a), !none, none)
	}
}

// breaks appends a, which must be refused for one of its conditions.
func (s *subject) breaks(a es.Append, want es.ConditionError) {
	s.Helper()
	err := s.refused(a, es.ErrCondition)
	got, ok := errors.AsType[*es.ConditionError](err)
	if !ok {
		s.Fatalf("Append of %s: errors.As finds no *es.ConditionError in %q (%T)", describe(a), err, err)
	}
	if *got != want {
		s.Fatalf("Append of %s: got %+v, want %+v: the first event after the position that the query selects",
			describe(a), *got, want)
	}
}

// repeats appends a, which must be found to be stored already with the outcome
// first.
func (s *subject) repeats(a es.Append, first es.Result) {
	s.Helper()
	r, err := s.store.Append(s.Context(), a)
	if err != nil {
		s.Fatalf("Append of %s, which is stored already, failed: %v\nwant its first result, with Repeated set", describe(a), err)
	}
	if !r.Repeated {
		s.Fatalf("Append of %s, which is stored already: Repeated is not set in %+v", describe(a), r)
	}
	if !r.SameCommand && !s.hasEventOf(a) {
		s.Fatalf("Append of %s: none of its events is stored, only its command is known, and SameCommand is not set", describe(a))
	}
	if r.SameCommand && a.Streams[0].CommandID == "" {
		s.Fatalf("Append of %s: SameCommand is set, and it bears no command", describe(a))
	}
	if r.Position != first.Position || !slices.Equal(r.Streams, first.Streams) {
		s.Fatalf("Append of %s, which is stored already: got %+v, want the first result %+v", describe(a), r, first)
	}
	s.verify("after a repeated append")
}

// hasEventOf says whether an event of a was appended.
func (s *subject) hasEventOf(a es.Append) bool {
	return slices.ContainsFunc(s.record, func(stored entry) bool {
		return slices.ContainsFunc(a.Streams, func(part es.StreamAppend) bool {
			return slices.ContainsFunc(part.Events, func(e es.NewEvent) bool { return e.ID == stored.event.ID })
		})
	})
}

// head is the store's own word.
func (s *subject) head() int64 {
	s.Helper()
	head, err := s.store.Head(s.Context())
	if err != nil {
		s.Fatalf("Head failed: %v", err)
	}
	return head
}

// all reads by All; the events are copies.
func (s *subject) all(opts es.ReadAll) []es.Stored {
	s.Helper()
	got, err := collect(s.store.All(s.Context(), opts))
	if err != nil {
		s.Fatalf("All(%s): %v", describeRead(opts), err)
	}
	return got
}

// stream reads by Stream; the events are copies.
func (s *subject) stream(name string, opts es.ReadStream) []es.Stored {
	s.Helper()
	got, err := collect(s.store.Stream(s.Context(), name, opts))
	if err != nil {
		s.Fatalf("Stream(%q, %+v): %v", brief(name), opts, err)
	}
	return got
}

// collect reads an iterator to its end. An error beside it is the last thing that
// it yielded.
func collect(seq iter.Seq2[*es.Stored, error]) ([]es.Stored, error) {
	var got []es.Stored
	var failed error
	for e, err := range seq {
		switch {
		case failed != nil:
			return got, fmt.Errorf("the iteration went on after its error %q: the first error must end it", failed)
		case err != nil:
			failed = err
		case e == nil:
			return got, errors.New("the iteration yielded neither an event nor an error")
		default:
			got = append(got, cloneStored(e))
		}
	}
	return got, failed
}

// wantSame checks that got are the wanted events, in that order.
func (s *subject) wantSame(what string, got, want []es.Stored) {
	s.Helper()
	if err := same(got, want); err != nil {
		s.Fatalf("%s: %v", what, err)
	}
}

// wantEvents checks that got are events of the record, in that order.
func (s *subject) wantEvents(what string, got []es.Stored, want []entry) {
	s.Helper()
	for i := range min(len(got), len(want)) {
		if err := want[i].is(got[i]); err != nil {
			s.Fatalf("%s: event %d: %v\ngot %s", what, i, err, describeStored(got[i]))
		}
	}
	if len(got) != len(want) {
		s.Fatalf("%s: got %d events, want %d", what, len(got), len(want))
	}
}
