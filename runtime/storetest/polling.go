package storetest

import (
	"context"
	"fmt"
	"runtime"
	"sync"

	"github.com/esgen/esgen/runtime/es"
)

var pollingCases = []testCase{
	{"MissesNothing", "a reader that has seen position p never later finds a new event at or below p: one that reads on from the last position it saw misses none", pollAll},
	{"ByQuery", "that holds for readings by query and by stream too", pollSome},
	{"HeadIsFinal", "what lies at or below a head that was read does not change any more", pollHead},
}

// poll reads what opts selects after the last position seen, until stop is closed
// and once more.
func poll(ctx context.Context, store es.Store, opts es.ReadAll, stop <-chan struct{}) ([]es.Stored, error) {
	var seen []es.Stored
	for last := false; !last; {
		select {
		case <-stop:
			last = true
		default:
		}
		for {
			page, err := collect(store.All(ctx, opts))
			if err != nil {
				return seen, fmt.Errorf("polling after position %d: %w", opts.After, err)
			}
			if len(page) == 0 {
				runtime.Gosched() // it is the writers' turn
				break
			}
			if page[0].Position <= opts.After {
				return seen, fmt.Errorf("reading All after position %d yields position %d", opts.After, page[0].Position)
			}
			seen = append(seen, page...)
			opts.After = page[len(page)-1].Position
		}
	}
	return seen, nil
}

// whileAppending runs do in n goroutines while others append. stop is closed when
// those are through.
func (s *subject) whileAppending(n int, do func(i int, stop <-chan struct{})) {
	s.unrecorded = true
	const writers = 8
	quota := scale(80, 50)
	stop := make(chan struct{})
	var reading, writing sync.WaitGroup
	for i := range n {
		reading.Go(func() { do(i, stop) })
	}
	for i := range writers {
		writing.Go(func() {
			for j := range quota {
				made := events(j%4+1, fmt.Sprintf("type.%d", j%3), tag("writer", fmt.Sprint(i%2)))
				a := write(to(fmt.Sprintf("s-%d", i%5), es.ExpectAny, made...))
				if j%5 == 0 {
					a.Streams = append(a.Streams, to("common", es.ExpectAny, event("type.0")))
				}
				if _, err := s.store.Append(s.Context(), a); err != nil {
					s.Errorf("Append: %v", err)
					return
				}
			}
		})
	}
	writing.Wait()
	close(stop)
	reading.Wait()
}

// misses checks that readers who poll with these options while others append see
// all that there is in the end, each event once and in order.
func (s *subject) misses(options ...es.ReadAll) {
	s.Helper()
	polled := make([][]es.Stored, len(options))
	s.whileAppending(len(options), func(i int, stop <-chan struct{}) {
		var err error
		if polled[i], err = poll(s.Context(), s.store, options[i], stop); err != nil {
			s.Error(err)
		}
	})
	if s.Failed() {
		return
	}
	all := s.all(es.ReadAll{})
	for i, opts := range options {
		opts.Limit = 0
		seen := make(map[int64]bool)
		for _, e := range polled[i] {
			seen[e.Position] = true
		}
		want := allPart(all, opts)
		for _, e := range want {
			if !seen[e.Position] {
				s.Fatalf("a reader that always read on from the last position it had seen missed %s: it came up when the reader had seen a later position; positions must be given in the order of commits",
					describeStored(e))
			}
		}
		s.wantSame("what a polling reader saw", polled[i], want)
	}
}

func pollAll(s *subject) {
	s.misses(es.ReadAll{}, es.ReadAll{Limit: 3})
}

func pollSome(s *subject) {
	s.misses(
		es.ReadAll{Query: query(tagged(tag("writer", "1")))},
		es.ReadAll{Streams: []string{"s-1", "common"}, Limit: 5},
	)
}

func pollHead(s *subject) {
	type view struct {
		head   int64
		events int
	}
	views := make([][]view, 2)
	s.whileAppending(len(views), func(i int, stop <-chan struct{}) {
		for last := false; !last; {
			select {
			case <-stop:
				last = true
			default:
			}
			head, err := s.store.Head(s.Context())
			if err != nil {
				s.Errorf("Head: %v", err)
				return
			}
			if n := len(views[i]); head == 0 || n > 0 && views[i][n-1].head == head {
				runtime.Gosched()
				continue
			}
			// The newest hundred positions will do: and let writers have their turns.
			got, err := collect(s.store.All(s.Context(), es.ReadAll{After: head - 100, To: head}))
			if err != nil {
				s.Errorf("All: %v", err)
				return
			}
			if len(got) == 0 || got[len(got)-1].Position != head {
				s.Errorf("Head was %d, and no event is read at that position", head)
				return
			}
			views[i] = append(views[i], view{head, len(got)})
		}
	})
	all := s.all(es.ReadAll{})
	for _, views := range views {
		for _, v := range views {
			if n := len(allPart(all, es.ReadAll{After: v.head - 100, To: v.head})); n != v.events {
				s.Fatalf("when the head was %d there were %d events in the hundred positions up to it, and later %d: positions must be given in the order of commits",
					v.head, v.events, n)
			}
		}
	}
}
