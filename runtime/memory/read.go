package memory

import (
	"context"
	"iter"
	"slices"

	"github.com/esgen/esgen/runtime/es"
)

// Stream implements [es.Store]. It reads the stream as it is when an iteration
// begins. What it yields is borrowed: the Stored is written anew at each step,
// and its Payload, Metadata and Tags are the store's own, which nobody may change.
func (s *Store) Stream(ctx context.Context, stream string, opts es.ReadStream) iter.Seq2[*es.Stored, error] {
	return func(yield func(*es.Stored, error) bool) {
		s.mu.RLock()
		closed, log := s.closed, s.log
		var events positions
		if st := s.streams[stream]; st != nil {
			events = st.events
		}
		s.mu.RUnlock()
		if closed {
			yield(nil, es.ErrClosed)
			return
		}

		first, last := max(opts.From, 1), int64(len(events))
		if opts.To != 0 {
			last = min(last, opts.To)
		}
		count := max(last-first+1, 0)
		if opts.Limit > 0 {
			count = min(count, int64(opts.Limit))
		}
		r := reader{ctx: ctx, log: log, yield: yield}
		for i := range count {
			version := first + i
			if opts.Backwards {
				version = last - i
			}
			if !r.step(events[version-1]) {
				return
			}
		}
		r.end()
	}
}

// All implements [es.Store]. It reads the store as it is when an iteration
// begins. What it yields is borrowed, as with Stream.
func (s *Store) All(ctx context.Context, opts es.ReadAll) iter.Seq2[*es.Stored, error] {
	return func(yield func(*es.Stored, error) bool) {
		s.mu.RLock()
		closed, log := s.closed, s.log
		var lists []positions
		every := len(opts.Streams) == 0
		for _, name := range opts.Streams {
			if st := s.streams[name]; st != nil {
				lists = append(lists, st.events)
			}
		}
		if every {
			lists, every = s.candidates(opts.Query)
		}
		s.mu.RUnlock()
		if closed {
			yield(nil, es.ErrClosed)
			return
		}

		last := int64(len(log))
		first := min(max(opts.After, 0), last) + 1
		if opts.To != 0 {
			last = min(last, opts.To)
		}
		r := reader{ctx: ctx, log: log, yield: yield, query: opts.Query, limit: opts.Limit}
		if every {
			for position := first; position <= last; position++ {
				if !r.step(position) {
					return
				}
			}
		} else {
			for _, position := range merge(lists, first, last) {
				if !r.step(position) {
					return
				}
			}
		}
		r.end()
	}
}

// Command implements [es.CommandReader].
func (s *Store) Command(ctx context.Context, stream, commandID string) (first es.StreamResult, seen bool, err error) {
	if err := ctx.Err(); err != nil {
		return first, false, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		return first, false, es.ErrClosed
	}
	first, seen = (*ledger)(s).Command(stream, commandID)
	return first, seen, nil
}

// reader yields events of a log, one at a time.
type reader struct {
	ctx   context.Context
	log   []es.Stored
	yield func(*es.Stored, error) bool
	query es.Query
	limit int // 0 is none

	yielded int
	event   *es.Stored // what is yielded: a copy, so that nobody can change the log through it
}

// step yields the event at position, if the query selects it. It says whether
// there is to be another step.
func (r *reader) step(position int64) bool {
	if err := r.ctx.Err(); err != nil {
		r.yield(nil, err)
		return false
	}
	e := &r.log[position-1]
	if !r.query.Matches(e.Type, e.Tags) {
		return true
	}
	if r.event == nil {
		r.event = new(es.Stored)
	}
	*r.event = *e
	r.yielded++
	return r.yield(r.event, nil) && r.yielded != r.limit
}

// end yields the context's error if the iteration went through without one: a
// reading of nothing, too, says so when it was cut off.
func (r *reader) end() {
	if err := r.ctx.Err(); err != nil {
		r.yield(nil, err)
	}
}

// merge returns those of the lists' positions that lie from first to last, rising
// and each once.
func merge(lists []positions, first, last int64) positions {
	total := 0
	for i, list := range lists {
		from, _ := slices.BinarySearch(list, first)
		to, _ := slices.BinarySearch(list, last+1)
		lists[i] = list[from:max(from, to)]
		total += len(lists[i])
	}
	if len(lists) == 1 {
		return lists[0]
	}
	merged := make(positions, 0, total)
	for _, list := range lists {
		merged = append(merged, list...)
	}
	slices.Sort(merged)
	return slices.Compact(merged)
}
