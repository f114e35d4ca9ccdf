//go:build cgo

package sqlite

import (
	"sync"
	"testing"

	"github.com/esgen/esgen/runtime/es"
)

// Groups are bounded, those who have waited longest come first, and whoever is left
// is told of.
func TestQueue(t *testing.T) {
	t.Parallel()
	q := newQueue()
	requests := make([]*request, mostAppends+2)
	for i := range requests {
		requests[i] = &request{events: 1}
		q.add(requests[i])
	}
	<-q.filled
	if !q.withdraw(requests[1]) || q.withdraw(requests[1]) {
		t.Error("an append that waits is withdrawn, once")
	}
	group := q.take()
	if len(group) != mostAppends || group[0] != requests[0] || group[1] != requests[2] {
		t.Errorf("%d appends are taken, want the first %d that wait", len(group), mostAppends)
	}
	if q.withdraw(requests[0]) {
		t.Error("an append that was taken is withdrawn")
	}
	<-q.filled
	large := &request{events: mostEvents}
	q.add(large)
	q.add(&request{events: 1})
	if group := q.take(); len(group) != 2 || group[1] != large {
		t.Errorf("%d appends are taken, want two: the last of them has as many events as a group may have", len(group))
	}
	if group := q.take(); len(group) != 1 {
		t.Errorf("%d appends are taken, want the last", len(group))
	}
	if group := q.take(); len(group) != 0 {
		t.Errorf("%d appends are taken of none", len(group))
	}
}

// Appends that are written at once, on the goroutine of their own, and those that wait
// for others leave the same behind. What is closed in the middle of it stays closed.
func TestAloneAndTogether(t *testing.T) {
	t.Parallel()
	s := openAt(t, newPath(t))
	for round := range 20 {
		var wg sync.WaitGroup
		for g := range 1 + round%4 {
			wg.Go(func() {
				for range 10 {
					if _, err := s.Append(t.Context(), to(string(rune('a'+g)), es.ExpectAny, event("made"))); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
	}
	if got := len(positions(t, s, es.ReadAll{})); got != 5*(1+2+3+4)*10 {
		t.Errorf("%d events are stored, want 500", got)
	}
	var wg sync.WaitGroup
	const before = 500
	var mu sync.Mutex
	var acknowledged int64
	for range 3 {
		wg.Go(func() {
			for {
				r, err := s.Append(t.Context(), to("z", es.ExpectAny, event("made")))
				if err != nil {
					if err != es.ErrClosed {
						t.Error(err)
					}
					return
				}
				mu.Lock()
				acknowledged = max(acknowledged, r.Position)
				mu.Unlock()
			}
		})
	}
	for {
		head, err := s.Head(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if head > before+10 {
			break
		}
	}
	closeStore(t, s)
	wg.Wait()
	again := openAt(t, s.file.path)
	if got := positions(t, again, es.ReadAll{}); int64(len(got)) < acknowledged {
		t.Errorf("%d events are stored, and %d were acknowledged", len(got), acknowledged)
	}
}
