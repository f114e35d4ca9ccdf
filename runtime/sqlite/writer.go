package sqlite

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/internal/visible"
)

// Bounds of a group of appends. A group is as large as what waits when it begins:
// there is no timer, for the time that a commit takes gathers the next group.
const (
	mostAppends = 512
	mostEvents  = 4096
)

// mostRow is what SQLite holds in a row, in bytes, less room for small columns.
const mostRow = 1_000_000_000 - 4096

// request is an append that waits for its outcome.
type request struct {
	append *es.Append
	events int

	result es.Result
	err    error
	done   chan struct{}
}

func newRequest(a *es.Append) *request {
	r := &request{append: a, done: make(chan struct{})}
	for i := range a.Streams {
		r.events += len(a.Streams[i].Events)
	}
	return r
}

func (r *request) answer(err error) {
	if err != nil {
		r.result, r.err = es.Result{}, err
	}
	close(r.done)
}

// writer owns the one connection that writes, and the goroutine that uses it. An
// append that nobody else is in the way of is written by its own goroutine: two
// changes of goroutine would cost it more than some of its statements do.
type writer struct {
	store *Store
	queue *queue
	done  chan struct{} // closed when the goroutine has ended

	// turn is held by who uses what is below, and for good once the goroutine has ended.
	turn sync.Mutex
	// alone says that no append has lately had to wait for another. Where they do, one
	// that went ahead would be a group of its own, and keep the others from theirs.
	alone atomic.Bool

	snapshots      chan *snapshotRequest // not buffered: a snapshot is taken when it is written
	snapshotWriter snapshotWriter

	// conn is nil after a failure that it might not have survived.
	conn *conn
	seen seen // on that connection
	// suspect is set after a commit with an unknown outcome, until what the file
	// shows is known to be on disk.
	suspect bool
}

func startWriter(s *Store, c *conn) *writer {
	// A WAL that was there before us may hold commits of a process that died before
	// they were on disk. They are in the file's sight now, and an append that repeats
	// one of them would be acknowledged without a write, so without a sync.
	w := &writer{store: s, queue: newQueue(), done: make(chan struct{}), conn: c, suspect: s.file.hasWAL(),
		snapshots: make(chan *snapshotRequest)}
	w.alone.Store(true)
	// What cannot be read is told to the first append.
	w.seen.newest, _ = readNewest(c)
	go w.run()
	return w
}

// close closes the connection, once the goroutine has ended.
func (w *writer) close() error {
	err := w.snapshotWriter.close()
	if w.conn == nil {
		return err
	}
	return errors.Join(err, w.conn.close())
}

// Append implements [es.Store].
func (s *Store) Append(ctx context.Context, a es.Append) (es.Result, error) {
	if err := a.Validate(); err != nil {
		return es.Result{}, err
	}
	if err := s.ready(ctx); err != nil {
		return es.Result{}, err
	}
	if s.writer == nil {
		return es.Result{}, s.failed("append", ErrReadOnly)
	}
	if err := checkSize(&a, mostRow); err != nil {
		return es.Result{}, s.failed("append", err)
	}
	r := newRequest(&a)
	if s.writer.writeAlone(r) {
		return r.result, r.err
	}
	s.writer.queue.add(r)
	var cancelled error
	select {
	case <-r.done:
		return r.result, r.err
	case <-ctx.Done():
		cancelled = ctx.Err()
	case <-s.closing:
		cancelled = es.ErrClosed
	}
	if s.writer.queue.withdraw(r) {
		return es.Result{}, cancelled
	}
	<-r.done // what has begun has an outcome
	return r.result, r.err
}

// checkSize refuses an event of more than most bytes.
func checkSize(a *es.Append, most int) error {
	for i := range a.Streams {
		part := &a.Streams[i]
		for j := range part.Events {
			if n := rowSize(&part.Events[j]); n > most {
				return fmt.Errorf("%w: event %d for stream %s takes %d bytes", ErrTooLarge, j+1, visible.Text(part.Stream.Name), n)
			}
		}
	}
	return nil
}

func rowSize(e *es.NewEvent) int {
	n := len(e.Payload) + len(e.Metadata)
	for _, tag := range e.Tags {
		n += 6*(len(tag.Key)+len(tag.Value)) + len(`["",""],`) // at most, escaped
	}
	return n
}

func (w *writer) run() {
	defer close(w.done)
	for {
		select {
		case <-w.queue.filled:
			w.turn.Lock()
			w.writeQueue()
			w.turn.Unlock()
		case r := <-w.snapshots:
			w.turn.Lock()
			r.done <- w.writeSnapshot(r.snapshot)
			w.turn.Unlock()
		case <-w.store.closing:
			w.turn.Lock()
			return
		}
	}
}

// writeQueue writes a group of those that wait.
func (w *writer) writeQueue() {
	if group := w.queue.take(); len(group) > 0 {
		w.alone.Store(len(group) == 1)
		w.write(group)
	}
}

// writeAlone writes an append on the goroutine that calls it, unless others write or
// have lately done so together.
func (w *writer) writeAlone(r *request) bool {
	if !w.alone.Load() || !w.turn.TryLock() {
		w.alone.Store(false)
		return false
	}
	defer w.turn.Unlock() // though an observer may panic, on the goroutine of its own program
	w.write([]*request{r})
	return true
}

// write stores a group of appends, each on its own conditions, and answers them.
func (w *writer) write(requests []*request) {
	if w.beginFor(requests) {
		w.writeBegun(requests)
	}
}

// beginFor begins a transaction for the first of those requests. Where it cannot, that is
// the answer to all: they are not to wait one after the other for what is in the way.
func (w *writer) beginFor(requests []*request) bool {
	err := w.begin()
	if err != nil {
		for _, r := range requests {
			r.answer(w.failed(nothingStored(err)))
		}
	}
	return err == nil
}

// writeBegun is write in the transaction that has begun.
func (w *writer) writeBegun(requests []*request) {
	g, err := w.observed(requests)
	switch {
	case err == nil:
		for _, r := range requests {
			r.answer(r.err)
		}
	case errors.Is(err, es.ErrOutcomeUnknown):
		// Those that would have written something share the fate of the commit. The
		// others were judged by what may not have come to be: they are judged again.
		var again []*request
		for _, r := range requests {
			if g.wrote(r) {
				r.answer(w.failed(err))
			} else {
				again = append(again, r)
			}
		}
		if len(again) > 0 {
			w.write(again)
		}
	case len(requests) > 1:
		// One of them may be what the file cannot bear: its neighbours go on alone.
		for i := 0; i < len(requests) && w.beginFor(requests[i:]); i++ {
			w.writeBegun(requests[i : i+1])
		}
	default:
		requests[0].answer(w.failed(nothingStored(err)))
	}
}

func (w *writer) failed(err error) error { return w.store.failed("append", err) }

func nothingStored(err error) error { return fmt.Errorf("nothing was stored: %w", err) }

// begin begins a transaction that can write, which nobody else then can until it
// ends.
func (w *writer) begin() error {
	if err := w.store.inPlace(); err != nil {
		return err
	}
	if err := w.connect(); err != nil {
		return err
	}
	err := patiently(context.Background(), w.store.cfg.busyTimeout, func() error { return w.conn.exec("BEGIN IMMEDIATE") })
	if err != nil && kindOf(err) != kindBusy {
		w.drop()
	}
	return err
}

// observed is transact, which the store's observer is told of.
func (w *writer) observed(requests []*request) (*group, error) {
	o := w.store.cfg.observer
	if o == nil || o.Committed == nil {
		return w.transact(requests)
	}
	report := es.CommitReport{Store: w.store.file.path, Appends: len(requests), Start: time.Now()}
	g, err := w.transact(requests)
	report.Duration, report.Err = time.Since(report.Start), err
	if err == nil {
		for _, written := range g.writes {
			report.Events += len(written.part.Events)
		}
	}
	o.Committed(context.Background(), report)
	return g, err
}

// transact writes a group in the transaction that has begun, and ends that. An
// error is that of the whole group, of which nothing is stored unless the error
// matches es.ErrOutcomeUnknown. Without one each request has its own outcome.
func (w *writer) transact(requests []*request) (*group, error) {
	g := newGroup(w.conn, &w.store.cfg, w.store.types, &w.seen)
	if err := w.fill(g, requests); err != nil {
		w.rollback()
		return nil, explain(err)
	}
	if len(g.writes) == 0 {
		w.rollback()
		return g, nil
	}
	switch err := w.commit(); kindOf(err) {
	case kindNone:
		w.seen.committed(g)
		g.committed()
		return g, nil
	case kindBusy, kindFull:
		// SQLite gives up on these before it writes what makes a commit valid.
		w.rollback()
		return nil, explain(err)
	default:
		w.drop()
		w.suspect = true
		return g, fmt.Errorf("%w: commit: %w", es.ErrOutcomeUnknown, err)
	}
}

// fill judges the requests in their order, and writes what is good.
func (w *writer) fill(g *group, requests []*request) error {
	if hook := w.store.cfg.faults.begin; hook != nil {
		if err := hook(w.conn); err != nil {
			return err
		}
	}
	if err := w.seen.look(w.conn, w.store.cfg.migrations); err != nil {
		return err
	}
	g.head, g.rows.filed = w.seen.newest.position, w.seen.filed
	if err := g.load(requests); err != nil {
		return err
	}
	for _, r := range requests {
		var err error
		if r.result, r.err, err = g.judge(r); err != nil {
			return err
		}
	}
	return g.flush()
}

func (w *writer) commit() error {
	if hook := w.store.cfg.faults.commit; hook != nil {
		return hook(w.conn)
	}
	return w.conn.exec("COMMIT")
}

// connect makes sure that there is a connection.
func (w *writer) connect() error {
	if w.conn == nil {
		c, err := openWriter(context.Background(), w.store.file, &w.store.cfg)
		if err != nil {
			return fmt.Errorf("open the file anew: %w", err)
		}
		w.conn = c
	}
	if w.suspect {
		if err := w.settle(); err != nil {
			return err
		}
		w.suspect = false
	}
	return nil
}

// settle brings to disk what a commit of unknown outcome has left in the WAL. The
// commit may have written all that it had to and then failed to sync; the file
// shows its events then, and whoever sends the append again is told that they are
// stored. A sync that is repeated says nothing about pages that an earlier one has
// lost, but a checkpoint reads the WAL back and writes it elsewhere.
func (w *writer) settle() error {
	checkpoint := func() error {
		busy, err := w.conn.int("PRAGMA wal_checkpoint(TRUNCATE)")
		if err == nil && busy != 0 {
			err = ErrBusy
		}
		return err
	}
	if err := patiently(context.Background(), w.store.cfg.busyTimeout, checkpoint); err != nil {
		w.drop()
		return fmt.Errorf("bring the file to disk after a commit of unknown outcome: %w", err)
	}
	return nil
}

// rollback ends a transaction that is not to be.
func (w *writer) rollback() {
	// Some errors end the transaction by themselves, and then there is none to be
	// rolled back. A new connection costs little beside what has happened.
	if err := w.conn.exec("ROLLBACK"); err != nil {
		w.drop()
	}
}

// drop closes a connection that is not to be trusted any more. SQLite rolls its
// transaction back. The newest event that was committed must be there on the next one.
func (w *writer) drop() {
	_ = w.conn.close()
	w.conn, w.seen = nil, seen{newest: w.seen.newest}
}
