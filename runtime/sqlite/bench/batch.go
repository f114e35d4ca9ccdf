package main

import (
	"context"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/sqlite/bench/ledger"
)

// batchRow appends 1,000 events at once, which are encoded beforehand.
func (b *bench) batchRow() row {
	const size = 1000
	return row{
		name:  "a batch of 1,000, FULL",
		lines: writing(1.25),
		prepare: func(ctx context.Context) (*contest, error) {
			w, err := b.newWriters(ctx, "batch", 1)
			if err != nil {
				return nil, err
			}
			events, err := newEvents(ledger.Registry(), 0, 2, size+1)
			if err != nil {
				return nil, err
			}
			// Batches have events with IDs of their own, which cost the same on both sides.
			renew := func() {
				for i := range events {
					events[i].ID = uuid.Must(uuid.NewV7())
				}
			}
			next, nextPlain := 0, 0
			return &contest{
				ours: func(ctx context.Context) (measurement, error) {
					return repeated(b.scale.batches, func() error {
						renew()
						next++
						_, err := w.store.Append(ctx, es.Append{Streams: []es.StreamAppend{
							{Stream: stream(next % accounts), Expected: es.ExpectExists, Events: events},
						}})
						return err
					})
				},
				reference: func(context.Context) (measurement, error) {
					return repeated(b.scale.batches, func() error {
						renew()
						nextPlain++
						account := nextPlain % accounts
						err := w.plain.insertAll(int64(account+1), w.versions[account], events)
						w.versions[account] += size
						return err
					})
				},
				turns: 5,
				close: w.close,
			}, nil
		},
	}
}
