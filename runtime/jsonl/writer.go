package jsonl

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/esgen/esgen/runtime/es"
)

// Bounds of a group of appends. A group is as large as what waits when it begins: there
// is no timer, for the time that a sync takes gathers the next group.
const (
	mostAppends     = 512
	mostGroupEvents = 4096
)

// mostKept is the largest buffer, in bytes, that is kept for the next group.
const mostKept = 4 << 20

// request is an append that waits for its outcome.
type request struct {
	append *es.Append
	events int

	result es.Result
	err    error
	done   chan struct{}
}

func (r *request) answer(result es.Result, err error) {
	r.result, r.err = result, err
	r.done <- struct{}{}
}

// writer owns the end of the file. Whoever appends while nobody writes is the one who
// writes: that spares the way to another goroutine and back. Those who come meanwhile wait,
// and if there are some a goroutine goes on with them.
type writer struct {
	store *Store
	done  chan struct{} // closed when nothing will be written any more

	mu      sync.Mutex
	waiting []*request
	active  bool // somebody writes
	closing bool

	// What follows belongs to the one who writes.

	buf []byte // of the group before
	// suspect is set while it is not known what is on disk behind the end of the index,
	// and what a sync says is not to be believed: see settle.
	suspect bool
}

func newWriter(s *Store) *writer { return &writer{store: s, done: make(chan struct{})} }

// close lets what waits be written, and takes nothing else.
func (w *writer) close() {
	w.mu.Lock()
	w.closing = true
	if !w.active {
		close(w.done)
	}
	w.mu.Unlock()
	<-w.done
}

var requests = sync.Pool{New: func() any { return &request{done: make(chan struct{}, 1)} }}

// Append implements [es.Store].
func (s *Store) Append(ctx context.Context, a es.Append) (es.Result, error) {
	if err := a.Validate(); err != nil {
		return es.Result{}, err
	}
	if err := a.RefuseRows(); err != nil {
		return es.Result{}, err
	}
	if err := s.ready(ctx); err != nil {
		return es.Result{}, err
	}
	if s.writer == nil {
		return es.Result{}, s.failed("append", s.readOnly)
	}
	r := requests.Get().(*request)
	r.append, r.events = &a, countEvents(&a)
	if err := s.writer.queue(r); err != nil {
		return es.Result{}, err
	}
	<-r.done
	result, err := r.result, r.err
	r.append, r.result, r.err = nil, es.Result{}, nil
	requests.Put(r)
	return result, err
}

func countEvents(a *es.Append) (n int) {
	for i := range a.Streams {
		n += len(a.Streams[i].Events)
	}
	return n
}

// queue takes an append on, and writes it if nobody else writes.
func (w *writer) queue(r *request) error {
	w.mu.Lock()
	if w.closing {
		w.mu.Unlock()
		return es.ErrClosed
	}
	w.waiting = append(w.waiting, r)
	if w.active {
		w.mu.Unlock()
		return nil
	}
	w.active = true
	group := w.gather()
	w.mu.Unlock()
	if w.store.cfg.observer != nil {
		// A caller may recover from a panic of its observer, and nobody would write any more.
		go w.run(group)
		return nil
	}
	w.write(group)
	if group = w.next(); group != nil {
		go w.run(group)
	}
	return nil
}

// run writes groups until nothing waits.
func (w *writer) run(group []*request) {
	for ; group != nil; group = w.next() {
		w.write(group)
	}
}

// next takes the next group. If there is none, whoever calls it does not write any more.
func (w *writer) next() []*request {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.waiting) > 0 {
		return w.gather()
	}
	w.active = false
	if w.closing {
		close(w.done)
	}
	return nil
}

// gather takes what waits, up to the bounds of a group. The lock is held.
func (w *writer) gather() (group []*request) {
	events := 0
	for len(group) < len(w.waiting) && len(group) < mostAppends && events < mostGroupEvents {
		events += w.waiting[len(group)].events
		group = w.waiting[:len(group)+1]
	}
	if len(group) == len(w.waiting) {
		w.waiting = nil
	} else {
		w.waiting = w.waiting[len(group):]
	}
	return group
}

// write stores a group of appends, each on its own conditions, and answers them.
func (w *writer) write(requests []*request) {
	if err := w.prepare(); err != nil {
		for _, r := range requests {
			r.answer(es.Result{}, w.store.failed("append", nothingStored(err)))
		}
		return
	}
	g := newGroup(w.store, w.buf)
	outcomes := make([]outcome, len(requests))
	for i, r := range requests {
		o := &outcomes[i]
		before := len(g.written)
		o.result, o.err = g.judge(r.append)
		o.wrote = len(g.written) > before
	}
	if w.buf = g.buf[:0]; cap(w.buf) > mostKept {
		w.buf = nil
	}
	err := w.observed(g, len(requests))
	if err == nil {
		for i, r := range requests {
			r.answer(outcomes[i].result, w.explained(outcomes[i].err))
		}
		return
	}
	// The others were judged by what has not come to be, or may not: they are judged
	// again. Where nothing was stored one of those that wrote may have been too much, and
	// its neighbours go on alone.
	unknown := errors.Is(err, es.ErrOutcomeUnknown)
	var again []*request
	for i, r := range requests {
		if outcomes[i].wrote && (unknown || len(requests) == 1) {
			r.answer(es.Result{}, w.store.failed("append", err))
		} else {
			again = append(again, r)
		}
	}
	for i := range again {
		w.write(again[i : i+1])
	}
}

// outcome is what an append of a group comes to if the group is stored.
type outcome struct {
	result es.Result
	err    error
	wrote  bool
}

// explained says which file an error is about, unless it is one of the store's contract.
func (w *writer) explained(err error) error {
	if errors.Is(err, errNothing) {
		return w.store.failed("append", err)
	}
	return err
}

var errNothing = errors.New("nothing was stored")

func nothingStored(err error) error { return fmt.Errorf("%w: %w", errNothing, err) }

// prepare makes sure that the file ends where the index does.
func (w *writer) prepare() error {
	if err := w.store.inPlace(); err != nil {
		return err
	}
	if w.suspect {
		if err := w.settle(); err != nil {
			return fmt.Errorf("bring the file back to what is known to be on disk, after an error: %w", err)
		}
	}
	return w.checkEnd()
}

func (w *writer) checkEnd() error {
	info, err := w.store.file.Stat()
	if err == nil && info.Size() != w.store.index.end {
		err = fmt.Errorf("%w: it has %d bytes, and had %d", ErrChanged, info.Size(), w.store.index.end)
	}
	return err
}

// observed is commit, which the store's observer is told of.
func (w *writer) observed(g *group, appends int) error {
	o := w.store.cfg.observer
	if o == nil || o.Committed == nil {
		return w.commit(g)
	}
	report := es.CommitReport{Store: w.store.path, Appends: appends, Events: len(g.written), Start: time.Now()}
	err := w.commit(g)
	if report.Duration, report.Err = time.Since(report.Start), err; err != nil {
		report.Events = 0
	}
	o.Committed(context.Background(), report)
	return err
}

// commit brings the lines of a group to disk. An error says that nothing was stored,
// unless it matches es.ErrOutcomeUnknown.
func (w *writer) commit(g *group) error {
	if len(g.buf) == 0 {
		return nil
	}
	s := w.store
	if _, err := s.file.WriteAt(g.buf, s.index.end); err != nil {
		err = explainWrite(err)
		w.suspect = true
		if e := w.settle(); e != nil {
			return fmt.Errorf("%w: write: %w, and what was written could not be cut off: %w", es.ErrOutcomeUnknown, err, e)
		}
		return nothingStored(fmt.Errorf("write: %w", err))
	}
	if err := s.file.datasync(); err != nil {
		w.suspect = true
		return fmt.Errorf("%w: sync: %w", es.ErrOutcomeUnknown, err)
	}
	s.mu.Lock()
	g.publish()
	s.mu.Unlock()
	return nil
}

// settle cuts off what has been written behind the end of the index. Once that is synced
// it is known what is on disk. The sync is believed because it is one of the cut: nothing
// that an earlier one may have lost is left.
func (w *writer) settle() error {
	f := w.store.file
	if err := f.Truncate(w.store.index.end); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	w.suspect = false
	return nil
}
