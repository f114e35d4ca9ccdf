package es

import (
	"context"
	"errors"
	"sync"
)

// mostSnapshots is how many snapshots wait to be written. More than that are not
// worth the memory: the next load or save of the aggregate makes another.
const mostSnapshots = 64

var errTooManySnapshots = errors.New("too many snapshots wait to be written")

// snapshotQueue makes and writes snapshots one after another, off the path of whoever has
// crossed a threshold. Of several of one stream it writes the newest. Its goroutine lives as long as
// there is something to write, so that nobody has to stop it: once the store is
// closed it finds that out with the next one.
type snapshotQueue struct {
	store SnapshotStore

	mu      sync.Mutex
	running bool
	waiting map[string]waitingSnapshot // by stream
	order   []string
}

type waitingSnapshot struct {
	Snapshot
	// make makes the snapshot that is written, nil where it is made already.
	make     func(context.Context) (Snapshot, error)
	ctx      context.Context
	observer *Observer
}

// add takes over a snapshot, or what is known of it and how it is made. The context is
// for its values alone: the work outlives it.
func (q *snapshotQueue) add(ctx context.Context, o *Observer, s Snapshot, made func(context.Context) (Snapshot, error)) {
	w := waitingSnapshot{s, made, context.WithoutCancel(ctx), o}
	if !q.put(w) {
		o.snapshot(ctx, &s, SnapshotNotWritten, errTooManySnapshots)
	}
}

func (q *snapshotQueue) put(w waitingSnapshot) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	before, again := q.waiting[w.Stream]
	switch {
	case again && before.Version > w.Version:
		return true
	case !again && len(q.waiting) == mostSnapshots:
		return false
	case !again:
		q.order = append(q.order, w.Stream)
	}
	if q.waiting == nil {
		q.waiting = make(map[string]waitingSnapshot)
	}
	q.waiting[w.Stream] = w
	if !q.running {
		q.running = true
		go q.run()
	}
	return true
}

func (q *snapshotQueue) run() {
	for {
		w, ok := q.take()
		if !ok {
			return
		}
		var err error
		if w.make != nil {
			w.Snapshot, err = w.make(w.ctx)
		}
		if err == nil {
			err = q.store.WriteSnapshot(w.ctx, w.Snapshot)
		}
		if err != nil {
			w.observer.snapshot(w.ctx, &w.Snapshot, SnapshotNotWritten, err)
		} else {
			w.observer.snapshot(w.ctx, &w.Snapshot, SnapshotWritten, nil)
		}
	}
}

// take gives the snapshot that has waited longest. Without one, the goroutine ends.
func (q *snapshotQueue) take() (waitingSnapshot, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.order) == 0 {
		q.running = false
		return waitingSnapshot{}, false
	}
	w := q.waiting[q.order[0]]
	delete(q.waiting, q.order[0])
	q.order = q.order[1:]
	return w, true
}
