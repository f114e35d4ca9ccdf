package sqlite

import (
	"slices"
	"sync"
)

// queue holds appends that wait to be written, in the order in which they came.
type queue struct {
	// filled holds an element where somebody may wait.
	filled chan struct{}

	mu      sync.Mutex
	waiting []*request
}

func newQueue() *queue { return &queue{filled: make(chan struct{}, 1)} }

func (q *queue) add(r *request) {
	q.mu.Lock()
	q.waiting = append(q.waiting, r)
	q.mu.Unlock()
	q.signal()
}

func (q *queue) signal() {
	select {
	case q.filled <- struct{}{}:
	default: // whoever receives finds all
	}
}

// withdraw says whether r still waited, and now does so no more.
func (q *queue) withdraw(r *request) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	i := slices.Index(q.waiting, r)
	if i >= 0 {
		q.waiting = slices.Delete(q.waiting, i, i+1)
	}
	return i >= 0
}

// take takes those that have waited longest: at least one, where there is one, and no
// more than a group may have.
func (q *queue) take() []*request {
	q.mu.Lock()
	defer q.mu.Unlock()
	n, events := 0, 0
	for n < len(q.waiting) && n < mostAppends && events < mostEvents {
		events += q.waiting[n].events
		n++
	}
	group := slices.Clone(q.waiting[:n])
	q.waiting = slices.Delete(q.waiting, 0, n)
	if len(q.waiting) > 0 {
		q.signal()
	}
	return group
}
