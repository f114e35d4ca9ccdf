package storetest

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
)

var contextCases = []testCase{
	{"AppendDone", "a context that is done stops an append before it is queued: nothing is stored", contextAppend},
	{"AppendRaced", "an append that a context may cut off is stored whole or not at all, and the error says which", contextRaced},
	{"ReadDone", "with a context that is done, an iteration yields its error, and no event", contextReadDone},
	{"ReadCut", "where the context is done between steps, the last thing yielded is its error: an iteration that ends without one is complete", contextReadCut},
	{"ReadOn", "a context that is done after an iteration, or that belongs to another, does no harm", contextReadOn},
}

// done are contexts that are done, each for another reason.
func (s *subject) done() map[string]context.Context {
	canceled, cancel := context.WithCancel(s.Context())
	cancel()
	expired, cancel := context.WithDeadline(s.Context(), time.Unix(1, 0))
	s.Cleanup(cancel)
	caused, cancelCause := context.WithCancelCause(s.Context())
	cancelCause(errors.New("the client has gone"))
	return map[string]context.Context{"canceled": canceled, "expired": expired, "canceled with a cause": caused}
}

func contextAppend(s *subject) {
	for name, ctx := range s.done() {
		a := write(to("a", es.ExpectAny, events(2, "thing.done")...), to("b", es.ExpectAny, event("thing.done")))
		_, err := s.store.Append(ctx, a)
		if !errors.Is(err, ctx.Err()) {
			s.Fatalf("Append with a context that is %s: %v, want an error that matches %q", name, err, ctx.Err())
		}
		if errors.Is(err, es.ErrOutcomeUnknown) {
			s.Fatalf("Append with a context that was %s before: the error %q says that the outcome is unknown", name, err)
		}
		s.verify("after an append with a context that is done")
		s.append(a)
	}
}

func contextRaced(s *subject) {
	s.unrecorded = true
	type attempt struct {
		a   es.Append
		err error
	}
	attempts := make([]attempt, scale(400, 100))
	var group sync.WaitGroup
	for i := range attempts {
		attempts[i].a = write(to("a", es.ExpectAny, events(2, "thing.done")...), to("b", es.ExpectAny, event("thing.done")))
		ctx, cancel := context.WithCancel(s.Context())
		started := make(chan struct{})
		group.Go(func() {
			close(started)
			_, attempts[i].err = s.store.Append(ctx, attempts[i].a)
		})
		group.Go(func() {
			<-started
			cancel()
		})
		if i%8 == 7 {
			group.Wait()
		}
	}
	group.Wait()
	there := make(map[uuid.UUID]bool)
	for _, e := range s.all(es.ReadAll{}) {
		there[e.ID] = true
	}
	for i, at := range attempts {
		stored := 0
		for _, part := range at.a.Streams {
			for _, e := range part.Events {
				if there[e.ID] {
					stored++
				}
			}
		}
		switch {
		case stored != 0 && stored != 3:
			s.Fatalf("append %d of 3 events, cut off by its context, stored %d of them (error %v)", i, stored, at.err)
		case at.err == nil && stored == 0:
			s.Fatalf("append %d succeeded, and nothing of it is stored", i)
		case at.err != nil && stored == 3 && !errors.Is(at.err, es.ErrOutcomeUnknown):
			s.Fatalf("append %d failed with %q, which says that nothing was stored, and it is stored", i, at.err)
		case at.err != nil && !errors.Is(at.err, context.Canceled) && !errors.Is(at.err, es.ErrOutcomeUnknown):
			s.Fatalf("append %d failed with %q, want the error of its context", i, at.err)
		}
	}
}

func contextReadDone(s *subject) {
	for range 2 { // empty, then not
		for reason, ctx := range s.done() {
			for name, seq := range s.readings(ctx) {
				got, err := collect(seq)
				if len(got) != 0 || !errors.Is(err, ctx.Err()) {
					s.Fatalf("%s with a context that is %s: %d events and the error %v, want none and an error that matches %q",
						name, reason, len(got), err, ctx.Err())
				}
			}
			if head, err := s.store.Head(ctx); err == nil && head != s.head() || err != nil && !errors.Is(err, ctx.Err()) {
				s.Fatalf("Head with a context that is %s: %d, %v, want %d or the context's error", reason, head, err, s.head())
			}
		}
		s.fill(10)
	}
}

func contextReadCut(s *subject) {
	const n = 300
	s.fill(n)
	for name := range s.readings(s.Context()) {
		for _, at := range []int{1, 2, 100, n - 1, n} {
			ctx, cancel := context.WithCancel(s.Context())
			seen := 0
			var last error
			for _, err := range s.readings(ctx)[name] {
				if last = err; err != nil {
					continue // it must be the last
				}
				if seen++; seen == at {
					cancel()
				}
			}
			cancel()
			switch {
			case last == nil && seen < n:
				s.Fatalf("%s, canceled at event %d of %d, ended after %d events without an error: a short reading passes for a whole one",
					name, at, n, seen)
			case last != nil && !errors.Is(last, context.Canceled):
				s.Fatalf("%s, canceled at event %d of %d, ended with %q, want the error of the context", name, at, n, last)
			case seen != at:
				s.Fatalf("%s, canceled at event %d of %d, yielded %d events: the context is checked before each step", name, at, n, seen)
			}
		}
	}
	s.fill(1)
}

func contextReadOn(s *subject) {
	s.fill(10)
	for name := range s.readings(s.Context()) {
		ctx, cancel := context.WithCancel(s.Context())
		seq := s.readings(ctx)[name]
		if got, err := collect(seq); err != nil || len(got) != len(s.record) {
			s.Fatalf("%s: %d events and %v, want %d", name, len(got), err, len(s.record))
		}
		cancel()
		if got, err := collect(seq); !errors.Is(err, context.Canceled) || len(got) != 0 {
			s.Fatalf("%s, ranged over again after its context was canceled: %d events and %v", name, len(got), err)
		}
		s.fill(1)
	}
}
