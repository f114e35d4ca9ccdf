package main

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/sqlite"
	"github.com/esgen/esgen/runtime/sqlite/bench/ledger"
)

// conditionRows append events with two tags, on the condition that no other event with both has come.
// The reference is the store itself, without the condition.
func (b *bench) conditionRows() []row {
	conditionRow := func(name string, after func(head int64) int64) row {
		return row{
			name:  name,
			lines: writing(1.5),
			prepare: func(ctx context.Context) (*contest, error) {
				t, err := b.newTagged(ctx)
				if err != nil {
					return nil, err
				}
				return &contest{
					ours: func(ctx context.Context) (measurement, error) {
						return together(b.scale.group, func(g, _ int) error { return t.append(ctx, g, after) })
					},
					reference: func(ctx context.Context) (measurement, error) {
						return together(b.scale.group, func(g, _ int) error { return t.append(ctx, g, nil) })
					},
					close: t.store.Close,
				}, nil
			},
		}
	}
	return []row{
		conditionRow("conditional append with two tags, 64 goroutines", func(head int64) int64 { return head }),
		conditionRow("the same, decided 10,000 events ago", func(head int64) int64 { return max(head-10_000, 0) }),
	}
}

// tagged is a store whose events have tags.
type tagged struct {
	store   *sqlite.Store
	payload []byte
	next    atomic.Int64
	// head is a position of which some goroutine has learnt.
	head atomic.Int64
}

// newTagged makes a store of events with two tags.
func (b *bench) newTagged(ctx context.Context) (*tagged, error) {
	payload, err := ledger.Registry().Encode(nil, deposited(2))
	if err != nil {
		return nil, err
	}
	path := b.fresh(fmt.Sprintf("tagged-%d.db", time.Now().UnixNano()))
	s, err := sqlite.Open(ctx, path)
	if err != nil {
		return nil, err
	}
	t := &tagged{store: s, payload: payload}
	for range b.scale.tagged / 1000 {
		a := es.Append{Streams: []es.StreamAppend{{Stream: stream(0), Expected: es.ExpectAny}}}
		for range 1000 {
			a.Streams[0].Events = append(a.Streams[0].Events, t.event())
		}
		result, err := s.Append(ctx, a)
		if err != nil {
			return nil, err
		}
		t.head.Store(result.Position)
	}
	return t, nil
}

// event has a pair of tags that no other has. One of them is shared by a thousand.
func (t *tagged) event() es.NewEvent {
	n := t.next.Add(1)
	return es.NewEvent{ID: newID(), Type: "account.deposited", TypeVersion: 1, RecordedAt: time.Now(), Payload: t.payload,
		Metadata: encodedMetadata(int(n)),
		Tags:     []es.Tag{{Key: "course", Value: fmt.Sprint("c", n%100)}, {Key: "student", Value: fmt.Sprint("s", n)}}}
}

// append appends an event to the goroutine's own stream. If after is set, it does so on the condition
// that no event with its tags lies after what after gives for the head.
func (t *tagged) append(ctx context.Context, goroutine int, after func(head int64) int64) error {
	e := t.event()
	a := es.Append{Streams: []es.StreamAppend{{Stream: stream(goroutine), Expected: es.ExpectAny, Events: []es.NewEvent{e}}}}
	if after != nil {
		a.Conditions = []es.Condition{{Query: es.Query{Items: []es.Item{{Tags: e.Tags}}}, After: after(t.head.Load())}}
	}
	result, err := t.store.Append(ctx, a)
	if err != nil {
		return err
	}
	for {
		head := t.head.Load()
		if result.Position <= head || t.head.CompareAndSwap(head, result.Position) {
			return nil
		}
	}
}
