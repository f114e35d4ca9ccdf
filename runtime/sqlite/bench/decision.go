package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/sqlite"
	"github.com/esgen/esgen/runtime/sqlite/bench/ledger"
)

// charges is how many events a card has. An account of the file of cards has one more.
const charges = 100

// decisionRow loads a decision model, whose events are of as many streams, beside an
// aggregate of as many events. Both lie as far apart in the file.
func (b *bench) decisionRow() row {
	return row{
		name:  fmt.Sprintf("load of a decision model of 100 events among %d, beside a stream", b.scale.replay),
		lines: reading(1.5),
		prepare: func(ctx context.Context) (*contest, error) {
			cards := b.scale.replay / charges
			path, err := b.cardFile(ctx, cards)
			if err != nil {
				return nil, err
			}
			store, err := sqlite.Open(ctx, path)
			if err != nil {
				return nil, err
			}
			accounts := ledger.NewAccountRepository(store)
			next, nextAccount := 0, 0
			return &contest{
				ours: func(ctx context.Context) (measurement, error) {
					return repeated(b.scale.tails, func() error {
						next += 7
						u, err := ledger.LoadCardUse(ctx, store, card(next%cards))
						if err == nil && u.Charges() != charges {
							err = fmt.Errorf("card %d has %d charges, want %d", next%cards, u.Charges(), charges)
						}
						return err
					})
				},
				reference: func(ctx context.Context) (measurement, error) {
					return repeated(b.scale.tails, func() error {
						nextAccount += 7
						a, err := accounts.Load(ctx, accountID(nextAccount%cards))
						if err == nil && a.Version() != charges+1 {
							err = fmt.Errorf("account %d has %d events, want %d", nextAccount%cards, a.Version(), charges+1)
						}
						return err
					})
				},
				turns: 5,
				close: store.Close,
			}, nil
		},
	}
}

func card(i int) string { return fmt.Sprintf("5105-1051-0510-%06d", i) }

// cardFile makes a file of as many accounts as there are cards, or finds the one that
// was made before. Each account is charged a hundred times, each time by another card.
func (b *bench) cardFile(ctx context.Context, cards int) (string, error) {
	dir := b.dir
	if dir == "" {
		dir = b.temp
	}
	name := fmt.Sprintf("cards-%d.db", cards)
	path := filepath.Join(dir, name)
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return path, err
	}
	partial := b.fresh(name + ".partial")
	s, err := sqlite.Open(ctx, partial, sqlite.WithSynchronousNormal())
	if err != nil {
		return "", err
	}
	if err := writeCards(ctx, s, cards); err != nil {
		return "", errors.Join(err, s.Close())
	}
	if err := s.Close(); err != nil {
		return "", err
	}
	return path, os.Rename(partial, path)
}

func writeCards(ctx context.Context, s es.Store, cards int) error {
	const most = 1000 // streams of one append
	registry := ledger.Registry()
	for version := range charges + 1 {
		for first := 0; first < cards; first += most {
			var a es.Append
			for account := first; account < min(first+most, cards); account++ {
				var e es.Event = opened(account)
				var tags []es.Tag
				at := epoch.Add(time.Duration(version) * time.Hour)
				if version > 0 {
					c := card((account + 31*version) % cards)
					e, tags = ledger.Charged{Card: c, Cents: int64(version), At: at}, []es.Tag{{Key: "card", Value: c}}
				}
				payload, err := registry.Encode(nil, e)
				if err != nil {
					return err
				}
				a.Streams = append(a.Streams, es.StreamAppend{Stream: stream(account), Expected: es.Exactly(int64(version)), Events: []es.NewEvent{{
					ID: newID(), Type: e.EventType(), TypeVersion: 1, RecordedAt: at, Payload: payload,
					Metadata: encodedMetadata(account), Tags: tags,
				}}})
			}
			if _, err := s.Append(ctx, a); err != nil {
				return err
			}
		}
	}
	return nil
}
