package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/sqlite"
	"github.com/esgen/esgen/runtime/sqlite/bench/ledger"
)

// Accounts of these files have a hundred events, which were saved ten at a time.
func fileOf(events int) history { return history{accounts: events / 100, each: 100, stretch: 10} }

// sizeRows append to accounts that are picked at random, in a large file and, as the reference, in a
// small one.
func (b *bench) sizeRows() []row {
	name := fmt.Sprintf("append to a file of %d events, beside 10000", b.scale.large)
	prepare := func(ctx context.Context, turn func(*sized) func(context.Context) (measurement, error)) (*contest, error) {
		large, err := b.newSized(ctx, fileOf(b.scale.large))
		if err != nil {
			return nil, err
		}
		small, err := b.newSized(ctx, fileOf(10_000))
		if err != nil {
			return nil, errors.Join(err, large.store.Close())
		}
		return &contest{ours: turn(large), reference: turn(small), turns: 5, close: func() error {
			return errors.Join(large.store.Close(), small.store.Close())
		}}, nil
	}
	return []row{
		{
			name:  name,
			lines: writing(1.5),
			prepare: func(ctx context.Context) (*contest, error) {
				return prepare(ctx, func(s *sized) func(context.Context) (measurement, error) {
					return func(ctx context.Context) (measurement, error) {
						return repeated(b.scale.saves, func() error { return s.append(ctx) })
					}
				})
			},
		},
		{
			name:  "the same, 64 goroutines",
			lines: writing(1.5),
			prepare: func(ctx context.Context) (*contest, error) {
				return prepare(ctx, func(s *sized) func(context.Context) (measurement, error) {
					return func(ctx context.Context) (measurement, error) {
						return together(b.scale.group, func(int, int) error { return s.append(ctx) })
					}
				})
			},
		},
	}
}

// sized is a store of some size.
type sized struct {
	store    *sqlite.Store
	accounts int
	payload  []byte
}

func (b *bench) newSized(ctx context.Context, h history) (*sized, error) {
	path, err := b.file(ctx, h)
	if err != nil {
		return nil, err
	}
	payload, err := ledger.Registry().Encode(nil, deposited(2))
	if err != nil {
		return nil, err
	}
	// A file that is kept for the next time is to have the same size then.
	if path, err = b.copied(path); err != nil {
		return nil, err
	}
	s, err := sqlite.Open(ctx, path)
	return &sized{s, h.accounts, payload}, err
}

func (s *sized) append(ctx context.Context) error {
	account := rand.N(s.accounts)
	_, err := s.store.Append(ctx, es.Append{Streams: []es.StreamAppend{{
		Stream: stream(account), Expected: es.ExpectExists,
		Events: []es.NewEvent{{ID: newID(), Type: "account.deposited", TypeVersion: 1, RecordedAt: time.Now(),
			Payload: s.payload, Metadata: encodedMetadata(account)}},
	}}})
	return err
}
