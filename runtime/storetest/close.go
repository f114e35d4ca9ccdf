package storetest

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/esgen/esgen/runtime/es"
)

var closeCases = []testCase{
	{"Closed", "every method of a closed store returns ErrClosed", closeMethods},
	{"Iterators", "an iterator that was made before the store was closed, and is ranged over after, yields ErrClosed", closeIterators},
	{"Twice", "closing a store again does no harm", closeTwice},
	{"RacingReaders", "a reading that meets the closing of its store is complete, or its last word is ErrClosed", closeRacingReaders},
	{"Racing", "an append that meets the closing of its store is stored, or is ErrClosed", closeRacing},
}

// close closes the store, once.
func (s *subject) close() {
	s.Helper()
	s.closed = true
	if err := s.store.(closer).Close(); err != nil {
		s.Fatalf("Close: %v", err)
	}
}

func (s *subject) wantClosed() {
	s.Helper()
	if r, err := s.store.Append(s.Context(), write(to("a", es.ExpectAny, event("thing.done")))); !errors.Is(err, es.ErrClosed) {
		s.Fatalf("Append to a closed store: %+v, %v, want es.ErrClosed", r, err)
	}
	if head, err := s.store.Head(s.Context()); !errors.Is(err, es.ErrClosed) {
		s.Fatalf("Head of a closed store: %d, %v, want es.ErrClosed", head, err)
	}
	if r, ok := s.store.(es.CommandReader); ok {
		if first, seen, err := r.Command(s.Context(), "a", "c"); seen || !errors.Is(err, es.ErrClosed) {
			s.Fatalf("Command of a closed store: %+v, %t, %v, want es.ErrClosed", first, seen, err)
		}
	}
	for name, seq := range s.readings(s.Context()) {
		if got, err := collect(seq); len(got) != 0 || !errors.Is(err, es.ErrClosed) {
			s.Fatalf("%s of a closed store: %d events, %v, want es.ErrClosed and no event", name, len(got), err)
		}
	}
}

func closeMethods(s *subject) {
	s.fill(3)
	s.close()
	s.wantClosed()
	if got, err := collect(s.store.Stream(s.Context(), "no such stream", es.ReadStream{})); len(got) != 0 || !errors.Is(err, es.ErrClosed) {
		s.Fatalf("Stream of a closed store and of no events: %v, want es.ErrClosed", err)
	}
}

func closeIterators(s *subject) {
	s.fill(3)
	readings := s.readings(s.Context())
	s.close()
	for name, seq := range readings {
		if got, err := collect(seq); len(got) != 0 || !errors.Is(err, es.ErrClosed) {
			s.Fatalf("%s: %d events, %v, want es.ErrClosed and no event", name, len(got), err)
		}
	}
}

func closeTwice(s *subject) {
	s.close()
	if err := s.store.(closer).Close(); err != nil && !errors.Is(err, es.ErrClosed) {
		s.Fatalf("Close of a closed store: %v, want nil or es.ErrClosed", err)
	}
	s.wantClosed()
}

// closing closes the store in the background once begin has been called. Then
// closed says whether Close has returned.
func (s *subject) closing() (begin func(), closed func() bool, wait func()) {
	s.closed = true
	begun, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		<-begun
		if err := s.store.(closer).Close(); err != nil {
			s.Errorf("Close, with calls under way: %v", err)
		}
	}()
	closed = func() bool {
		select {
		case <-done:
			return true
		default:
			return false
		}
	}
	return sync.OnceFunc(func() { close(begun) }), closed, func() { <-done }
}

func closeRacing(s *subject) {
	var acknowledged, unknown atomic.Int64
	begin, closed, wait := s.closing()
	race(8, func(i int) {
		defer begin()
		for n := 0; ; n++ {
			after := closed()
			_, err := s.store.Append(s.Context(), write(to(fmt.Sprintf("s-%d", i), es.ExpectAny, events(3, "thing.done")...)))
			switch {
			case err == nil && after:
				s.Error("Append succeeded after Close had returned, want es.ErrClosed")
				return
			case err == nil:
				acknowledged.Add(1)
			case errors.Is(err, es.ErrOutcomeUnknown):
				unknown.Add(1)
				return
			case errors.Is(err, es.ErrClosed):
				return
			default:
				s.Errorf("Append to a store that is being closed: %v, want es.ErrClosed", err)
				return
			}
			if n == 5 {
				begin()
			}
		}
	})
	wait()
	s.wantClosed()
	if s.config.Reopen == nil || s.Failed() {
		return
	}
	s.store, s.closed, s.unrecorded = s.config.Reopen(s.T, s.store), false, true
	n, sure := int64(len(s.all(es.ReadAll{}))), 3*acknowledged.Load()
	if n < sure || n > sure+3*unknown.Load() || n%3 != 0 {
		s.Fatalf("%d appends of 3 events succeeded before the store was closed, %d had an unknown outcome, and %d events are there when it is opened again",
			acknowledged.Load(), unknown.Load(), n)
	}
}

func closeRacingReaders(s *subject) {
	const n = 200
	s.append(write(to("a", es.ExpectNone, events(n, "thing.done", tag("k", "v"))...)))
	begin, closed, wait := s.closing()
	race(8, func(i int) {
		defer begin()
		for {
			for name, seq := range s.readings(s.Context()) {
				after := closed()
				got, err := collect(seq)
				switch {
				case errors.Is(err, es.ErrClosed):
					return
				case err != nil:
					s.Errorf("%s of a store that is being closed: %v, want es.ErrClosed", name, err)
					return
				case after:
					s.Errorf("%s yields %d events after Close had returned, want es.ErrClosed", name, len(got))
					return
				case len(got) != n:
					s.Errorf("%s of a store that is being closed yields %d events of %d, and no error", name, len(got), n)
					return
				}
			}
			begin()
		}
	})
	wait()
}
