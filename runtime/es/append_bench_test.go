package es_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/memory"
)

// appendOf is an append to so many streams, with as many events each and a row each.
func appendOf(streams, events int, rows bool) *es.Append {
	a := new(es.Append)
	for i := range streams {
		part := es.StreamAppend{Stream: es.Stream{Name: fmt.Sprint("order-", i), Category: "order-{id}", Key: fmt.Sprint(i)}}
		for range events {
			part.Events = append(part.Events, es.NewEvent{
				ID: uuid.Must(uuid.NewV7()), Type: "order.placed", TypeVersion: 1, RecordedAt: time.Unix(1, 0), Payload: []byte(`{"customer":"7"}`),
			})
		}
		a.Streams = append(a.Streams, part)
		if rows {
			a.Rows = append(a.Rows, es.Row{Table: "orders", Stream: part.Stream.Name, Values: []any{part.Stream.Key}})
		}
	}
	return a
}

// What an append costs a stream must not grow with the number of streams.
func BenchmarkValidate(b *testing.B) {
	for _, size := range []struct{ streams, events int }{{1, 1}, {1, 3}, {1, 100}, {2, 1}, {100, 1}, {10_000, 1}} {
		for _, rows := range []bool{false, true} {
			b.Run(fmt.Sprintf("streams=%d/events=%d/rows=%t", size.streams, size.events, rows), func(b *testing.B) {
				a := appendOf(size.streams, size.events, rows)
				b.ReportAllocs()
				for b.Loop() {
					if err := a.Validate(); err != nil {
						b.Fatal(err)
					}
				}
				perStream(b, size.streams)
			})
		}
	}
}

// decided is a store that gives every append the same answer and keeps nothing, so that
// what is measured is what there is to do before and after.
type decided struct {
	es.Store
	err         error
	sameCommand bool
}

func (s *decided) Append(_ context.Context, a es.Append) (es.Result, error) {
	if s.err != nil {
		return es.Result{}, s.err
	}
	return es.Result{Position: 1, Streams: make([]es.StreamResult, len(a.Streams)), Repeated: s.sameCommand, SameCommand: s.sameCommand}, nil
}

// The aggregates are made anew for each save, which is not measured.
func BenchmarkAtomic(b *testing.B) {
	for _, answer := range []struct {
		name  string
		store decided
		opts  []es.SaveOption
	}{
		{name: "stored"},
		{name: "refused", store: decided{err: es.ErrConflict}},
		{name: "repeated", store: decided{sameCommand: true}, opts: []es.SaveOption{es.Once("c"), es.Into(new(es.Outcome))}},
	} {
		for _, streams := range []int{1, 2, 100, 10_000} {
			b.Run(fmt.Sprintf("%s/streams=%d", answer.name, streams), func(b *testing.B) {
				store := answer.store
				store.Store = memory.New()
				repo := newAccounts(&store)
				parts := make([]es.Part, streams)
				b.ReportAllocs()
				b.ResetTimer()
				for range b.N {
					b.StopTimer()
					for i := range parts {
						parts[i] = repo.Part(open(fmt.Sprint(i)))
					}
					b.StartTimer()
					if err := es.Atomic(&store, parts...).Save(b.Context(), answer.opts...); !errors.Is(err, store.err) {
						b.Fatal(err)
					}
				}
				perStream(b, streams)
			})
		}
	}
}

func perStream(b *testing.B, streams int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(streams), "ns/stream")
}
