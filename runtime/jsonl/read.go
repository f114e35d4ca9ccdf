package jsonl

import (
	"context"
	"fmt"
	"io"
	"iter"
	"slices"
	"sync"

	"github.com/esgen/esgen/runtime/es"
)

// Stream implements [es.Store]. It reads the stream as it is when an iteration begins.
func (s *Store) Stream(ctx context.Context, name string, opts es.ReadStream) iter.Seq2[*es.Stored, error] {
	return func(yield func(*es.Stored, error) bool) {
		if err := s.look(ctx); err != nil {
			yield(nil, err)
			return
		}
		r := s.newReader(ctx, yield)
		r.brief = opts.Brief
		var events positions
		s.mu.RLock()
		r.note()
		if st := s.index.streams[name]; st != nil {
			r.stream, events = st, st.events
		}
		s.mu.RUnlock()

		first, last := max(opts.From, 1), int64(len(events))
		if opts.To != 0 {
			last = min(last, opts.To)
		}
		count := max(last-first+1, 0)
		if opts.Limit > 0 {
			count = min(count, int64(opts.Limit))
		}
		next := first
		if opts.Backwards {
			next = last
		}
		r.run(func(page []uint32) int {
			n := min(int64(len(page)), count)
			for i := range n {
				page[i] = events[next-1]
				if opts.Backwards {
					next--
				} else {
					next++
				}
			}
			count -= n
			return int(n)
		})
	}
}

// All implements [es.Store]. It reads the store as it is when an iteration begins.
func (s *Store) All(ctx context.Context, opts es.ReadAll) iter.Seq2[*es.Stored, error] {
	return func(yield func(*es.Stored, error) bool) {
		if err := s.look(ctx); err != nil {
			yield(nil, err)
			return
		}
		r := s.newReader(ctx, yield)
		var streams []positions
		s.mu.RLock()
		r.note()
		sel := s.index.selectBy(opts.Query)
		for _, name := range opts.Streams {
			if st := s.index.streams[name]; st != nil {
				streams = append(streams, st.events)
			}
		}
		s.mu.RUnlock()

		last := int64(len(r.offsets))
		from := min(max(opts.After, 0), last) + 1
		if opts.To != 0 {
			last = min(last, opts.To)
		}
		left := int64(opts.Limit)
		if left <= 0 {
			left = last
		}
		next := sel.next
		if len(opts.Streams) > 0 {
			next = within(&sel, merge(streams, from, last))
		}
		r.run(func(page []uint32) (n int) {
			for n < len(page) && left > 0 && from <= last {
				p := next(uint32(from))
				if p == 0 || int64(p) > last {
					from = last + 1
					break
				}
				page[n] = p
				n++
				left--
				from = int64(p) + 1
			}
			return n
		})
	}
}

// within finds the events that are selected and on a list.
func within(sel *selection, list positions) func(from uint32) uint32 {
	return func(from uint32) uint32 {
		for list = list.from(from); len(list) > 0; list = list.from(from) {
			p := sel.next(list[0])
			if p == 0 || p == list[0] {
				return p
			}
			from = p
		}
		return 0
	}
}

// merge returns those of the lists' positions that lie from first to last, rising and
// each once.
func merge(lists []positions, first, last int64) (merged positions) {
	for _, list := range lists {
		list = list.from(uint32(first))
		merged = append(merged, list[:len(list)-len(list.from(uint32(last+1)))]...)
	}
	slices.Sort(merged)
	return slices.Compact(merged)
}

// reader yields events of the file, one at a time.
type reader struct {
	store *Store
	ctx   context.Context
	yield func(*es.Stored, error) bool

	// The file as the index knew it.
	offsets []int64
	end     int64
	brief   bool // leave out tags, for which the index is asked

	// What the event before had is likely to come again.
	stream *stream
	typ    *typed

	line   line
	event  es.Stored
	tags   []es.Tag
	window window
}

func (s *Store) newReader(ctx context.Context, yield func(*es.Stored, error) bool) *reader {
	return &reader{store: s, ctx: ctx, yield: yield, window: window{file: s.file}}
}

// note notes what the index, which is locked, has.
func (r *reader) note() { r.offsets, r.end = r.store.index.offsets, r.store.index.end }

// Pages begin small, as many loops are left early.
const (
	firstPage = 16
	mostPage  = 512
)

// run yields the events whose positions more puts into a page, which returns how many,
// until there are no more.
func (r *reader) run(more func(page []uint32) int) {
	defer r.window.release()
	for page := make([]uint32, firstPage); ; {
		found := page[:more(page)]
		for i := range found {
			if err := r.store.ready(r.ctx); err != nil {
				r.yield(nil, err)
				return
			}
			if err := r.read(found[i:]); err != nil {
				r.yield(nil, err)
				return
			}
			if !r.yield(&r.event, nil) {
				return
			}
		}
		if len(found) < len(page) {
			break
		}
		if len(page) < mostPage {
			page = make([]uint32, 2*len(page))
		}
	}
	// A reading of nothing, too, says so when it was cut off.
	if err := r.store.ready(r.ctx); err != nil {
		r.yield(nil, err)
	}
}

// read reads the event at the first of some positions.
func (r *reader) read(next []uint32) error {
	position := int64(next[0])
	from, to := lineAt(r.offsets, r.end, position)
	b, err := r.window.get(from, to, func(i int) (from, to int64, ok bool) {
		if i >= len(next) {
			return 0, 0, false
		}
		from, to = lineAt(r.offsets, r.end, int64(next[i]))
		return from, to, true
	})
	if err == nil {
		if err = r.line.read(b, position); err == nil {
			err = r.decode()
		}
		if err != nil {
			err = &DamageError{Line: position, Offset: from, Err: err}
		}
	}
	if err == nil {
		return nil
	}
	if closed := r.store.ready(r.ctx); closed != nil {
		return closed // and that is why
	}
	r.store.mu.RLock()
	st, version := r.store.index.at(position)
	r.store.mu.RUnlock()
	return r.store.failed("read", &es.EventError{Stream: st.is.Name, Version: version, Position: position, Err: err})
}

// decode makes an event of the line.
func (r *reader) decode() error {
	l := &r.line
	metadata, payload, err := l.body()
	if err != nil {
		return err
	}
	if r.brief {
		l.tags = nil
	}
	if r.stream == nil || r.stream.is.Name != string(l.stream) || r.typ == nil || r.typ.name != string(l.typ) || len(l.tags) > 0 {
		if err := r.find(); err != nil {
			return err
		}
	}
	if len(l.tags) == 0 {
		r.event.Tags = nil
	}
	e := &r.event
	*e = es.Stored{
		Stream: r.stream.is, Version: l.version, Position: l.position, ID: l.id, Type: r.typ.name, TypeVersion: l.typeVersion,
		RecordedAt: l.recordedAt, Payload: payload, Metadata: metadata, Tags: e.Tags,
	}
	return nil
}

// find finds the texts of a line in the index, so that they need not be made.
func (r *reader) find() error {
	l := &r.line
	r.store.mu.RLock()
	defer r.store.mu.RUnlock()
	x := r.store.index
	r.stream, r.typ = x.streams[string(l.stream)], x.types[string(l.typ)]
	if r.brief {
		l.tags = nil
	}
	if r.stream == nil || r.typ == nil {
		return errStrange
	}
	r.tags = r.tags[:0]
	var err error
	l.eachTag(func(key, value []byte) {
		t := x.tags[es.Tag{Key: string(key), Value: string(value)}]
		if t == nil {
			err = errStrange
			return
		}
		r.tags = append(r.tags, t.tag)
	})
	r.event.Tags = slices.Clip(r.tags)
	return err
}

var errStrange = fmt.Errorf("%w: it has a stream, a type or a tag that the file did not have when it was opened", ErrChanged)

// window is a part of the file in memory. It is read ahead where the lines that are to
// come are near.
type window struct {
	file     io.ReaderAt
	from, to int64
	buf      *[]byte
}

const (
	mostWindow = 256 << 10 // bytes, for more than one line
	mostGap    = 4 << 10   // bytes that are read in vain rather than to read twice
)

var buffers = sync.Pool{New: func() any { return new([]byte) }}

// get returns what stands in the file from one byte to another. following gives the bounds
// of the lines that will be asked for next, of which that with the number 0 is this one.
func (w *window) get(from, to int64, following func(i int) (from, to int64, ok bool)) ([]byte, error) {
	if w.buf == nil {
		w.buf = buffers.Get().(*[]byte)
	}
	if from < w.from || to > w.to {
		w.from, w.to = from, to
		for i := 1; ; i++ {
			f, t, ok := following(i)
			if !ok || f > w.to+mostGap || t < w.from-mostGap || max(t, w.to)-min(f, w.from) > mostWindow {
				break
			}
			w.from, w.to = min(f, w.from), max(t, w.to)
		}
		n := int(w.to - w.from)
		*w.buf = slices.Grow((*w.buf)[:0], n)[:n]
		if err := readFull(w.file, *w.buf, w.from); err != nil {
			w.from, w.to = 0, 0
			return nil, err
		}
	}
	return (*w.buf)[from-w.from : to-w.from : to-w.from], nil
}

// release gives the memory back.
func (w *window) release() {
	if w.buf != nil && cap(*w.buf) <= 2*mostWindow {
		buffers.Put(w.buf)
	}
	w.buf = nil
}
