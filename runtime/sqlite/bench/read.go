package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/sqlite"
	"github.com/esgen/esgen/runtime/sqlite/bench/ledger"
)

// loaded is a file of a few accounts whose events were written in turns. It has room in the cache of
// a connection.
var loaded = history{accounts: 20, each: 1000, stretch: 1}

// readRows load accounts. Everything is in memory before: what is measured is the way from a page of
// SQLite's to an aggregate.
func (b *bench) readRows() []row {
	whole := func(r *readers) func(ctx context.Context, account int) (ledger.State, error) {
		return func(ctx context.Context, account int) (ledger.State, error) {
			a, err := r.accounts.Load(ctx, accountID(account))
			if err != nil {
				return ledger.State{}, err
			}
			return a.State(), nil
		}
	}
	return []row{
		{
			name:  "load of 1,000 events, verified, decoded and applied",
			lines: reading(0.5),
			prepare: func(ctx context.Context) (*contest, error) {
				return b.readContest(ctx, b.scale.loads, whole, func(r *readers) func(int) (ledger.State, error) {
					return func(account int) (ledger.State, error) { return r.plain.state(r.plain.load, stream(account).Name) }
				})
			},
		},
		{
			name:  "the same, beside a SELECT of types and payloads alone",
			lines: reading(0),
			prepare: func(ctx context.Context) (*contest, error) {
				return b.readContest(ctx, b.scale.loads, whole, func(r *readers) func(int) (ledger.State, error) {
					return func(account int) (ledger.State, error) { return r.plain.briefState(stream(account).Name) }
				})
			},
		},
		{
			name:  "the last 10 of 1,000",
			lines: reading(0.6),
			prepare: func(ctx context.Context) (*contest, error) {
				last := loaded.each - 10
				ours := func(r *readers) func(context.Context, int) (ledger.State, error) {
					apply := r.accounts.Definition().Load
					return func(ctx context.Context, account int) (ledger.State, error) {
						var a ledger.Account
						for s, err := range r.store.Stream(ctx, stream(account).Name, es.ReadStream{From: int64(last + 1), Brief: true}) {
							if err != nil {
								return ledger.State{}, err
							}
							if err := apply(&a, s); err != nil {
								return ledger.State{}, err
							}
						}
						return a.State(), nil
					}
				}
				return b.readContest(ctx, b.scale.tails, ours, func(r *readers) func(int) (ledger.State, error) {
					return func(account int) (ledger.State, error) {
						return r.plain.state(r.plain.tail, stream(account).Name, last)
					}
				})
			},
		},
	}
}

// readers are the two sides of what reads a file.
type readers struct {
	store    *sqlite.Store
	accounts *ledger.AccountRepository
	plain    *referenceReader
}

func (b *bench) newReaders(ctx context.Context, h history) (*readers, error) {
	path, err := b.file(ctx, h)
	if err != nil {
		return nil, err
	}
	r := &readers{}
	if r.store, err = sqlite.Open(ctx, path); err != nil {
		return nil, err
	}
	r.accounts = ledger.NewAccountRepository(r.store)
	if r.plain, err = openReference(ctx, path); err != nil {
		return nil, errors.Join(err, r.store.Close())
	}
	return r, nil
}

func (r *readers) close() error { return errors.Join(r.plain.close(), r.store.Close()) }

// readContest reads accounts in turns, after it has made sure that both sides read the same.
func (b *bench) readContest(ctx context.Context, n int,
	ours func(*readers) func(context.Context, int) (ledger.State, error),
	plain func(*readers) func(int) (ledger.State, error),
) (*contest, error) {
	r, err := b.newReaders(ctx, loaded)
	if err != nil {
		return nil, err
	}
	read, readPlain := ours(r), plain(r)
	for account := range loaded.accounts {
		got, err := read(ctx, account)
		if err != nil {
			return nil, errors.Join(err, r.close())
		}
		want, err := readPlain(account)
		if err != nil {
			return nil, errors.Join(err, r.close())
		}
		if got != want || got.Cents == 0 {
			return nil, errors.Join(fmt.Errorf("account %d is %+v, and the reference says %+v", account, got, want), r.close())
		}
	}
	next, nextPlain := 0, 0
	return &contest{
		ours: func(ctx context.Context) (measurement, error) {
			return repeated(n, func() error {
				next++
				_, err := read(ctx, next%loaded.accounts)
				return err
			})
		},
		reference: func(context.Context) (measurement, error) {
			return repeated(n, func() error {
				nextPlain++
				_, err := readPlain(nextPlain % loaded.accounts)
				return err
			})
		},
		close: r.close,
	}, nil
}
