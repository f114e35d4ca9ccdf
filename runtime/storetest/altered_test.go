package storetest_test

import (
	"context"
	"iter"
	"sync/atomic"
	"testing"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/memory"
)

type (
	appendFunc func(context.Context, es.Append) (es.Result, error)
	events     = iter.Seq2[*es.Stored, error]
)

// altered is a store with some of its methods replaced; those that are nil are as
// they were. Closing it leaves the store in it open, so that it can be opened again.
type altered struct {
	inner  *memory.Store
	closed atomic.Bool

	append appendFunc
	stream func(context.Context, string, es.ReadStream) events
	all    func(context.Context, es.ReadAll) events
	head   func(context.Context) (int64, error)
	lookUp func(ctx context.Context, stream, id string) (es.StreamResult, bool, error)
	close  func() error

	readSnapshot  func(ctx context.Context, stream, aggregate string) (es.Snapshot, bool, error)
	writeSnapshot func(context.Context, es.Snapshot) error
}

// sound is a store that nothing has been done to.
func sound() *altered { return alter(memory.New()) }

func alter(inner *memory.Store) *altered {
	s := &altered{inner: inner, append: inner.Append, stream: inner.Stream, all: inner.All, head: inner.Head, lookUp: inner.Command,
		readSnapshot: inner.ReadSnapshot, writeSnapshot: inner.WriteSnapshot}
	s.close = func() error {
		s.closed.Store(true)
		return nil
	}
	return s
}

// reopen opens a store anew.
func reopen(t *testing.T, store es.Store) es.Store {
	if err := store.(*altered).Close(); err != nil {
		t.Fatal(err)
	}
	return alter(store.(*altered).inner)
}

func (s *altered) Append(ctx context.Context, a es.Append) (es.Result, error) {
	if s.closed.Load() {
		return es.Result{}, es.ErrClosed
	}
	return s.append(ctx, a)
}

func (s *altered) Stream(ctx context.Context, name string, opts es.ReadStream) events {
	return s.unlessClosed(s.stream(ctx, name, opts))
}

func (s *altered) All(ctx context.Context, opts es.ReadAll) events {
	return s.unlessClosed(s.all(ctx, opts))
}

func (s *altered) unlessClosed(seq events) events {
	return func(yield func(*es.Stored, error) bool) {
		if s.closed.Load() {
			yield(nil, es.ErrClosed)
			return
		}
		seq(yield)
	}
}

func (s *altered) Head(ctx context.Context) (int64, error) {
	if s.closed.Load() {
		return 0, es.ErrClosed
	}
	return s.head(ctx)
}

func (s *altered) Command(ctx context.Context, stream, id string) (es.StreamResult, bool, error) {
	if s.closed.Load() {
		return es.StreamResult{}, false, es.ErrClosed
	}
	return s.lookUp(ctx, stream, id)
}

func (s *altered) Close() error { return s.close() }

// reading replaces both ways to read: what the store yields goes through
// change.
func (s *altered) reading(change func(events) events) *altered {
	s.stream = func(ctx context.Context, name string, opts es.ReadStream) events {
		return change(s.inner.Stream(ctx, name, opts))
	}
	s.all = func(ctx context.Context, opts es.ReadAll) events {
		return change(s.inner.All(ctx, opts))
	}
	return s
}

// each changes copies of the events of a reading, and leaves out those for which
// change returns false.
func each(change func(*es.Stored) bool) func(events) events {
	return func(seq events) events {
		return func(yield func(*es.Stored, error) bool) {
			for e, err := range seq {
				if err != nil {
					yield(nil, err)
					return
				}
				changed := *e
				if change(&changed) && !yield(&changed, nil) {
					return
				}
			}
		}
	}
}

// eachPart returns an append whose parts are copies that change has been at.
func eachPart(a es.Append, change func(*es.StreamAppend)) es.Append {
	parts := make([]es.StreamAppend, len(a.Streams))
	for i, part := range a.Streams {
		part.Events = append([]es.NewEvent(nil), part.Events...)
		change(&part)
		parts[i] = part
	}
	a.Streams = parts
	return a
}

// version is that of a stream at this moment.
func version(ctx context.Context, store es.Store, name string) (v int64) {
	for e, err := range store.Stream(ctx, name, es.ReadStream{Backwards: true, Limit: 1}) {
		if err == nil {
			v = e.Version
		}
	}
	return v
}

// holdsNow says whether a's expected versions hold at this moment.
func holdsNow(ctx context.Context, store es.Store, a es.Append) bool {
	for _, part := range a.Streams {
		if !part.Expected.Holds(version(ctx, store, part.Stream.Name)) {
			return false
		}
	}
	return true
}

// unbroken says whether a's conditions held when the store's head was at to.
func unbroken(ctx context.Context, store es.Store, a es.Append, to int64) bool {
	for _, c := range a.Conditions {
		for e, err := range store.All(ctx, es.ReadAll{After: c.After, Query: c.Query, Limit: 1}) {
			if err != nil || e.Position <= to {
				return false
			}
		}
	}
	return true
}

func (s *altered) ReadSnapshot(ctx context.Context, stream, aggregate string) (es.Snapshot, bool, error) {
	if s.closed.Load() {
		return es.Snapshot{}, false, es.ErrClosed
	}
	return s.readSnapshot(ctx, stream, aggregate)
}

func (s *altered) WriteSnapshot(ctx context.Context, snapshot es.Snapshot) error {
	if s.closed.Load() {
		return es.ErrClosed
	}
	return s.writeSnapshot(ctx, snapshot)
}
