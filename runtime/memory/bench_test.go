package memory_test

import (
	"fmt"
	"testing"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/memory"
)

func BenchmarkAppend(b *testing.B) {
	for _, n := range []int{1, 10, 1000} {
		b.Run(fmt.Sprintf("events=%d", n), func(b *testing.B) {
			store, events, version := memory.New(), newEvents(n), int64(0)
			b.ReportAllocs()
			for b.Loop() {
				for i := range events {
					events[i].ID = uuid.New()
				}
				_, err := store.Append(b.Context(), es.Append{Streams: []es.StreamAppend{{
					Stream: es.Stream{Name: "order-1"}, Expected: es.Exactly(version), Events: events,
				}}})
				if err != nil {
					b.Fatal(err)
				}
				version += int64(n)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(version), "ns/event")
		})
	}
}

// BenchmarkCondition appends on a condition that lies near the head of a store of
// 100,000 events, and on one that asks for a value that was never there.
func BenchmarkCondition(b *testing.B) {
	for _, near := range []bool{true, false} {
		b.Run(fmt.Sprintf("near=%t", near), func(b *testing.B) {
			store := memory.New()
			write(b, store, es.Stream{Name: "order-0"}, newEvents(100_000)...)
			events := newEvents(1)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				events[0].ID = uuid.New()
				events[0].Tags[0].Value = fmt.Sprintf("new-%d", i)
				c := es.Condition{Query: es.Query{Items: []es.Item{{Tags: events[0].Tags}}}}
				if near {
					c.Query.Items[0] = es.Item{Types: []string{"order.placed"}}
					c.After, _ = store.Head(b.Context())
				}
				_, err := store.Append(b.Context(), es.Append{
					Streams:    []es.StreamAppend{{Stream: es.Stream{Name: "order-1"}, Expected: es.ExpectAny, Events: events}},
					Conditions: []es.Condition{c},
				})
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkLoad reads a stream of 1,000 events, beside one of many.
func BenchmarkLoad(b *testing.B) {
	store := memory.New()
	for range 100 {
		write(b, store, es.Stream{Name: "order-1"}, newEvents(10)...)
		write(b, store, es.Stream{Name: "order-2"}, newEvents(90)...)
	}
	for name, seq := range map[string]func(func(*es.Stored, error) bool){
		"stream": store.Stream(b.Context(), "order-1", es.ReadStream{}),
		"all":    store.All(b.Context(), es.ReadAll{Limit: 1000}),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				n := 0
				for _, err := range seq {
					if err != nil {
						b.Fatal(err)
					}
					n++
				}
				if n != 1000 {
					b.Fatalf("read %d events, want 1000", n)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1000, "ns/event")
		})
	}
}
