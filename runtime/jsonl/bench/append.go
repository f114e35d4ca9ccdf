package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sys/unix"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/jsonl"
)

func newEvent(n int) es.NewEvent {
	return es.NewEvent{
		ID: uuid.Must(uuid.NewV7()), Type: "order.line_added", TypeVersion: 1, RecordedAt: time.Now(),
		Payload:  fmt.Appendf(nil, `{"orderId":"0196b2c8-7c1e-7d3a-9b6f-0123456789ab","sku":"AB-%d","quantity":3,"price":"12.50","note":"as agreed by phone"}`, n),
		Metadata: []byte(`{"correlationId":"0196b2c8-7c1e-7d3a-9b6f-0123456789ab"}`),
	}
}

func newAppend(stream string, n int) es.Append {
	return es.Append{Streams: []es.StreamAppend{{
		Stream:   es.Stream{Name: "order-" + stream, Category: "order-{id}", Key: stream},
		Expected: es.Exactly(int64(n)), Events: []es.NewEvent{newEvent(n)},
	}}}
}

// slice is how many appends each goroutine does before the other side has its turn: what a disk
// takes changes from one moment to the next.
const slice = 25

// newAppends appends by some goroutines at once, each for so many times. What is appended is made
// before the clock runs, on both sides.
func newAppends(dir string, goroutines, each int) (contest, error) {
	turn := 0
	measure := func() (_, _ time.Duration, err error) {
		var ours, theirs []time.Duration // the disk stalls now and then, for either side
		turn++
		name := fmt.Sprintf("%d-%d.jsonl", goroutines, turn)
		s, err := jsonl.Open(context.Background(), filepath.Join(dir, "store-"+name))
		if err != nil {
			return 0, 0, err
		}
		defer s.Close()
		f, err := os.Create(filepath.Join(dir, "reference-"+name))
		if err != nil {
			return 0, 0, err
		}
		defer f.Close()
		write := func(b []byte) error {
			if _, err := f.Write(b); err != nil {
				return err
			}
			return unix.Fdatasync(int(f.Fd()))
		}
		line := bytes.Repeat([]byte("x"), 480)
		line = append(line, '\n')
		plain := func(int, int) error { return write(line) }
		if goroutines > 1 {
			group := newGroupWriter(write)
			defer group.close()
			plain = func(int, int) error { return group.write(line) }
		}
		slices := max(each/slice, 1)
		for i := range slices {
			appends := make([][slice]es.Append, goroutines)
			for g := range appends {
				for n := range appends[g] {
					appends[g][n] = newAppend(fmt.Sprint(g), i*slice+n)
				}
			}
			store := func(g, n int) error {
				_, err := s.Append(context.Background(), appends[g][n])
				return err
			}
			for side := range 2 {
				do, sum := store, &ours
				if (side+i)%2 == 1 {
					do, sum = plain, &theirs
				}
				took, err := atOnce(goroutines, slice, do)
				if err != nil {
					return 0, 0, err
				}
				*sum = append(*sum, took)
			}
		}
		if err := check(f, s, len(line), goroutines*slices*slice); err != nil {
			return 0, 0, err
		}
		return median(ours), median(theirs), nil
	}
	return contest{both: measure}, nil
}

// check verifies that both sides have written all there was.
func check(f *os.File, s *jsonl.Store, line, appends int) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	head, err := s.Head(context.Background())
	if err == nil && (head != int64(appends) || info.Size() != int64(appends*line)) {
		err = fmt.Errorf("%d appends came to %d events and %d bytes", appends, head, info.Size())
	}
	return err
}

// atOnce has goroutines do something for so many times each, and returns how long one took.
func atOnce(goroutines, each int, do func(goroutine, n int) error) (time.Duration, error) {
	errs := make([]error, goroutines)
	var group sync.WaitGroup
	start := time.Now()
	for g := range goroutines {
		group.Go(func() {
			for n := 0; n < each && errs[g] == nil; n++ {
				errs[g] = do(g, n)
			}
		})
	}
	group.Wait()
	took := time.Since(start) / time.Duration(goroutines*each)
	for _, err := range errs {
		if err != nil {
			return 0, err
		}
	}
	return took, nil
}

// groupWriter writes what waits at once.
type groupWriter struct {
	mu      sync.Mutex
	filled  sync.Cond
	buf     []byte
	waiting []chan error
	closed  bool
}

func newGroupWriter(write func([]byte) error) *groupWriter {
	w := &groupWriter{}
	w.filled.L = &w.mu
	go func() {
		var buf []byte
		for {
			w.mu.Lock()
			for len(w.waiting) == 0 && !w.closed {
				w.filled.Wait()
			}
			if w.closed {
				w.mu.Unlock()
				return
			}
			waiting := w.waiting
			buf, w.buf = w.buf, buf[:0]
			w.waiting = nil
			w.mu.Unlock()
			err := write(buf)
			for _, c := range waiting {
				c <- err
			}
		}
	}()
	return w
}

func (w *groupWriter) write(line []byte) error {
	done := make(chan error, 1)
	w.mu.Lock()
	w.buf = append(w.buf, line...)
	w.waiting = append(w.waiting, done)
	w.mu.Unlock()
	w.filled.Signal()
	return <-done
}

func (w *groupWriter) close() {
	w.mu.Lock()
	w.closed = true
	w.mu.Unlock()
	w.filled.Signal()
}
