package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/sqlite"
	"github.com/esgen/esgen/runtime/sqlite/bench/kept"
)

// snapshotRow loads an account of 10,000 events from a snapshot and the last 10, beside
// a load of all of them.
func (b *bench) snapshotRow() row {
	const events, tail = 10_000, 10
	return row{
		name:  "load of 10,000 events, by a snapshot and the last 10 beside all",
		lines: reading(0.05),
		prepare: func(ctx context.Context) (*contest, error) {
			store, err := sqlite.Open(ctx, b.fresh("snapshots.db"))
			if err != nil {
				return nil, err
			}
			id, err := keptAccount(ctx, store, events, tail)
			if err != nil {
				return nil, errors.Join(err, store.Close())
			}
			with := kept.NewAccountRepository(store)
			without := kept.NewAccountRepository(store, es.WithoutSnapshots())
			load := func(r *kept.AccountRepository, times int) func(context.Context) (measurement, error) {
				return func(ctx context.Context) (measurement, error) {
					return repeated(times, func() error {
						a, err := r.Load(ctx, id)
						if err == nil && (a.Version() != events || a.Cents() != events-1) {
							err = fmt.Errorf("version %d with %d cents", a.Version(), a.Cents())
						}
						return err
					})
				}
			}
			return &contest{ours: load(with, b.scale.tails), reference: load(without, max(1, b.scale.loads/10)), close: store.Close}, nil
		},
	}
}

// keptAccount writes an account of so many events, of which the last ones have come
// after its snapshot.
func keptAccount(ctx context.Context, store es.Store, events, tail int) (uuid.UUID, error) {
	id := uuid.New()
	written := make(chan es.SnapshotReport, 1)
	accounts := kept.NewAccountRepository(store, es.WithObserver(es.Observer{
		Snapshot: func(_ context.Context, s es.SnapshotReport) { written <- s },
	}))
	a := kept.Open(id)
	at := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	deposit := func(n int) {
		for range n {
			at = at.Add(time.Minute)
			a.Deposit(kept.Deposited{Cents: 1, Reference: "INV-2026-000123", At: at})
		}
	}
	deposit(events - tail - 1)
	if err := accounts.Save(ctx, a); err != nil {
		return id, err
	}
	if s := <-written; s.Outcome != es.SnapshotWritten {
		return id, fmt.Errorf("snapshot %s: %w", s.Outcome, s.Err)
	}
	deposit(tail)
	return id, accounts.Save(ctx, a)
}
