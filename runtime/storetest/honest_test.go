package storetest_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/storetest"
)

// The suite must ask for what the contract says, and not for what the memory store
// happens to do. So it has to pass stores that use all the freedom that there is.

func TestSound(t *testing.T) {
	t.Parallel()
	storetest.Config{Open: func(*testing.T) es.Store { return sound() }, Reopen: reopen}.Run(t)
}

func TestLending(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(*testing.T) es.Store { return lending() })
}

func TestSpaced(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(*testing.T) es.Store { return spaced() })
}

func TestLive(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(*testing.T) es.Store { return live() })
}

// lending takes back what an iterator yielded, at the next step: it writes over it.
// Tags come in another order than they were given.
func lending() *altered {
	return sound().reading(func(seq events) events {
		return func(yield func(*es.Stored, error) bool) {
			for e, err := range seq {
				if err != nil {
					yield(nil, err)
					return
				}
				lent := *e
				lent.Payload, lent.Metadata, lent.Tags = slices.Clone(e.Payload), slices.Clone(e.Metadata), slices.Clone(e.Tags)
				slices.Reverse(lent.Tags)
				payload, metadata, tags := lent.Payload, lent.Metadata, lent.Tags
				more := yield(&lent, nil)
				for _, b := range [][]byte{payload, metadata} {
					for i := range b {
						b[i] = '#'
					}
				}
				clear(tags)
				lent = es.Stored{Type: "taken back"}
				if !more {
					return
				}
			}
		}
	})
}

// spaced has gaps between positions: the event of position p in the store within it
// has position 10p+7.
func spaced() *altered {
	s := sound()
	outer := func(p int64) int64 { return 10*p + 7 }
	// inner is the last position within that lies at or below x.
	inner := func(x int64) int64 {
		if x < outer(1) {
			return 0
		}
		return (x - 7) / 10
	}
	s.append = func(ctx context.Context, a es.Append) (es.Result, error) {
		given := a.Conditions
		a.Conditions = slices.Clone(given)
		for i := range a.Conditions {
			a.Conditions[i].After = inner(a.Conditions[i].After)
		}
		r, err := s.inner.Append(ctx, a)
		if broken, ok := errors.AsType[*es.ConditionError](err); ok {
			for e, err := range s.inner.All(ctx, es.ReadAll{After: broken.Position - 1, Limit: 1}) {
				if err != nil {
					return es.Result{}, err
				}
				i := slices.IndexFunc(a.Conditions, func(c es.Condition) bool {
					return c.After == broken.After && c.Query.Matches(e.Type, e.Tags)
				})
				broken.After = given[i].After
			}
			broken.Position = outer(broken.Position)
		}
		for i := range r.Streams {
			part := &r.Streams[i]
			part.FirstPosition, part.LastPosition = outer(part.FirstPosition), outer(part.LastPosition)
		}
		if err == nil {
			r.Position = outer(r.Position)
		}
		return r, err
	}
	s.lookUp = func(ctx context.Context, stream, id string) (es.StreamResult, bool, error) {
		first, seen, err := s.inner.Command(ctx, stream, id)
		if seen {
			first.FirstPosition, first.LastPosition = outer(first.FirstPosition), outer(first.LastPosition)
		}
		return first, seen, err
	}
	moved := each(func(e *es.Stored) bool {
		e.Position = outer(e.Position)
		return true
	})
	s.stream = func(ctx context.Context, name string, opts es.ReadStream) events {
		return moved(s.inner.Stream(ctx, name, opts))
	}
	s.all = func(ctx context.Context, opts es.ReadAll) events {
		opts.After = inner(opts.After)
		if opts.To != 0 {
			if opts.To = inner(opts.To); opts.To == 0 {
				opts.To = -1 // below all positions, where 0 would be no bound
			}
		}
		return moved(s.inner.All(ctx, opts))
	}
	s.head = func(ctx context.Context) (int64, error) {
		head, err := s.inner.Head(ctx)
		if head > 0 {
			head = outer(head)
		}
		return head, err
	}
	return s
}

// live reads one event at a time, so that a reading sees what is appended while it
// is under way.
func live() *altered {
	s := sound()
	s.stream = func(ctx context.Context, name string, opts es.ReadStream) events {
		if opts.Backwards {
			return s.inner.Stream(ctx, name, opts)
		}
		return func(yield func(*es.Stored, error) bool) {
			from := max(opts.From, 1)
			for n := 0; opts.Limit == 0 || n < opts.Limit; n++ {
				found := false
				for e, err := range s.inner.Stream(ctx, name, es.ReadStream{From: from, To: opts.To, Limit: 1}) {
					if !yield(e, err) || err != nil {
						return
					}
					found, from = true, e.Version+1
				}
				if !found {
					return
				}
			}
		}
	}
	s.all = func(ctx context.Context, opts es.ReadAll) events {
		return func(yield func(*es.Stored, error) bool) {
			next := opts
			next.Limit = 1
			for n := 0; opts.Limit == 0 || n < opts.Limit; n++ {
				found := false
				for e, err := range s.inner.All(ctx, next) {
					if !yield(e, err) || err != nil {
						return
					}
					found, next.After = true, e.Position
				}
				if !found {
					return
				}
			}
		}
	}
	return s
}
