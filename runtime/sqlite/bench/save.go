package main

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/sqlite"
	"github.com/esgen/esgen/runtime/sqlite/bench/ledger"
)

const (
	goroutines = 64
	// accounts is how many streams writers take turns with.
	accounts = 1024
)

// saveRows save one event at a time, to accounts that were loaded before.
func (b *bench) saveRows() []row {
	return []row{
		{
			name:  "one event a save, FULL",
			lines: writing(1.2),
			prepare: func(ctx context.Context) (*contest, error) {
				w, err := b.newWriters(ctx, "save", 1)
				if err != nil {
					return nil, err
				}
				next, nextPlain := 0, 0
				return &contest{
					ours: func(ctx context.Context) (measurement, error) {
						return repeated(b.scale.saves, func() error { next++; return w.save(ctx, next%accounts) })
					},
					reference: func(context.Context) (measurement, error) {
						return repeated(b.scale.saves, func() error { nextPlain++; return w.insertPlain(nextPlain % accounts) })
					},
					turns: 10,
					close: w.close,
				}, nil
			},
		},
		{
			name:  "64 goroutines, one event a save, FULL",
			lines: []line{throughputGoal(30), p99Goal(0.02), processorOf()},
			prepare: func(ctx context.Context) (*contest, error) {
				w, err := b.newWriters(ctx, "group", goroutines)
				if err != nil {
					return nil, err
				}
				return &contest{
					ours: func(ctx context.Context) (measurement, error) {
						return together(b.scale.group, func(g, i int) error { return w.save(ctx, ownAccount(g, i)) })
					},
					reference: func(context.Context) (measurement, error) {
						return together(b.scale.group, func(g, i int) error { return w.savePlain(ownAccount(g, i)) })
					},
					close: w.close,
				}, nil
			},
		},
	}
}

// ownAccount is the one that a goroutine writes to the i-th time. No two write to the same.
func ownAccount(goroutine, i int) int {
	const each = accounts / goroutines
	return goroutine*each + i%each
}

// together has 64 goroutines do something over and over, for some time.
func together(d time.Duration, operation func(goroutine, i int) error) (measurement, error) {
	var wg sync.WaitGroup
	processor := processorTime()
	took := make([][]time.Duration, goroutines)
	inTime := make([]int, goroutines)
	errs := make([]error, goroutines)
	start := timeOfDay()
	for g := range goroutines {
		wg.Go(func() {
			for i := 0; i == 0 || timeOfDay()-start < d; i++ { // at least once, however busy the machine is
				begun := timeOfDay()
				if errs[g] = operation(g, i); errs[g] != nil {
					return
				}
				ended := timeOfDay()
				took[g] = append(took[g], ended-begun)
				if ended-start <= d {
					inTime[g]++
				}
			}
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return measurement{}, err
	}
	spent := processorTime() - processor
	count := 0
	for _, n := range inTime {
		count += n
	}
	// What was under way when the time was up counts for how long it took, not for how many there were.
	all := slices.Concat(took...)
	slices.Sort(all)
	return measurement{each: d / time.Duration(max(count, 1)), processor: spent / time.Duration(len(all)), p99: all[len(all)*99/100]}, nil
}

// writers are the two sides of what saves events.
type writers struct {
	store    *sqlite.Store
	accounts *ledger.AccountRepository
	loaded   []*ledger.Account

	plain *reference
	// versions are those of the accounts in the reference's file.
	versions []int64
	payload  []byte
}

// newWriters makes two files that hold the first event of each account.
func (b *bench) newWriters(ctx context.Context, name string, connections int) (_ *writers, err error) {
	w := &writers{versions: make([]int64, accounts)}
	if w.store, err = sqlite.Open(ctx, b.fresh(name+".db")); err != nil {
		return nil, err
	}
	if w.plain, err = createReference(ctx, b.fresh(name+"-reference.db"), connections); err != nil {
		return nil, errors.Join(err, w.store.Close())
	}
	if err := w.begin(ctx); err != nil {
		return nil, errors.Join(err, w.close())
	}
	return w, nil
}

func (w *writers) begin(ctx context.Context) error {
	registry := ledger.Registry()
	if err := (history{accounts: accounts, each: 1, stretch: 1}).write(ctx, w.store); err != nil {
		return err
	}
	w.accounts = ledger.NewAccountRepository(w.store)
	for i := range accounts {
		a, err := w.accounts.Load(ctx, accountID(i))
		if err != nil {
			return err
		}
		w.loaded = append(w.loaded, a)
		first, err := newEvents(registry, i, 1, 1)
		if err != nil {
			return err
		}
		if err := w.plain.insertAll(int64(i+1), 0, first); err != nil {
			return err
		}
		w.versions[i] = 1
	}
	var err error
	w.payload, err = registry.Encode(nil, deposited(2))
	return err
}

func (w *writers) close() error { return errors.Join(w.store.Close(), w.plain.close()) }

func (w *writers) save(ctx context.Context, account int) error {
	a := w.loaded[account]
	a.Deposit(deposited(2))
	return w.accounts.Save(ctx, a, es.WithMetadata(metadataOf(account)))
}

// plainEvent is what save would store, encoded beforehand.
func (w *writers) plainEvent(account int) *es.NewEvent {
	return &es.NewEvent{ID: newID(), Type: "account.deposited", TypeVersion: 1, RecordedAt: time.Now(),
		Payload: w.payload, Metadata: encodedMetadata(account)}
}

func (w *writers) insertPlain(account int) error {
	err := w.plain.insertOne(int64(account+1), w.versions[account]+1, w.plainEvent(account))
	w.versions[account]++
	return err
}

func (w *writers) savePlain(account int) error {
	err := w.plain.save(int64(account+1), w.versions[account], w.plainEvent(account))
	w.versions[account]++
	return err
}
