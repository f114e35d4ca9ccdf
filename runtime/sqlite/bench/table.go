package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/sqlite"
	"github.com/esgen/esgen/runtime/sqlite/bench/ledger"
)

// tabled is what accounts are with a state table: one column is indexed, and one unique whatever the
// case.
func tabled() *es.Definition[ledger.Account, uuid.UUID, ledger.AccountEvent] {
	def := *ledger.NewAccountRepository(nil).Definition()
	def.Table = &es.Table{Name: "accounts", Aggregate: def.Name, Category: def.Stream, Columns: []es.Column{
		{Name: "id", Kind: es.ColumnText},
		{Name: "owner", Kind: es.ColumnText, Index: true},
		{Name: "number", Kind: es.ColumnText, Unique: true, Fold: true},
		{Name: "cents", Kind: es.ColumnInteger},
		{Name: "notes", Kind: es.ColumnInteger},
		{Name: "last", Kind: es.ColumnTime, Null: true},
	}}
	def.Row = func(a *ledger.Account) ([]any, error) {
		id := def.ID(a).String()
		s := a.State()
		var w es.RowWriter
		row := []any{id, s.Owner, "Nr " + id, s.Cents, int64(s.Notes), w.Column("last").Time(s.Last)}
		return row, w.Err()
	}
	return &def
}

func tableOf(def *es.Definition[ledger.Account, uuid.UUID, ledger.AccountEvent]) es.StateTable {
	return es.NewRows(def, func(id uuid.UUID) (any, error) { return id.String(), nil }, func(row []any) ([]any, error) { return row, nil })
}

// tableRows measure what a state table costs.
func (b *bench) tableRows() []row {
	return []row{
		{
			name: "64 goroutines, a save with a row beside one without",
			lines: []line{
				{suffix: ", time", value: func(m measurement) float64 { return float64(m.each) }, format: inTime, goal: 2},
				processorOf(),
			},
			prepare: func(ctx context.Context) (*contest, error) {
				with, err := b.newTabled(ctx, "rows.db", true)
				if err != nil {
					return nil, err
				}
				without, err := b.newTabled(ctx, "no-rows.db", false)
				if err != nil {
					return nil, errors.Join(err, with.store.Close())
				}
				turn := func(s *savers) func(context.Context) (measurement, error) {
					return func(ctx context.Context) (measurement, error) {
						return together(b.scale.group, func(g, i int) error { return s.save(ctx, ownAccount(g, i)) })
					}
				}
				return &contest{
					ours: turn(with), reference: turn(without),
					close: func() error { return errors.Join(with.store.Close(), without.store.Close()) },
				}, nil
			},
		},
		{
			name:    "rebuild of a table, beside a bare replay",
			lines:   []line{eventsOf()},
			prepare: b.prepareRebuild,
		},
	}
}

func eventsOf() line {
	l := throughputGoal(0)
	l.suffix = ", events"
	return l
}

// savers are accounts that were loaded, and what saves them.
type savers struct {
	store    *sqlite.Store
	accounts *ledger.AccountRepository
	loaded   []*ledger.Account
}

func (b *bench) newTabled(ctx context.Context, name string, table bool) (*savers, error) {
	def, opts := tabled(), []sqlite.Option(nil)
	if table {
		opts = append(opts, sqlite.WithTables(tableOf(def)))
	} else {
		def.Table, def.Row = nil, nil
	}
	s := new(savers)
	var err error
	if s.store, err = sqlite.Open(ctx, b.fresh(name), opts...); err != nil {
		return nil, err
	}
	s.accounts = es.NewRepository(s.store, def)
	for i := range accounts {
		a := ledger.Open(opened(i))
		if err := s.accounts.Save(ctx, a); err != nil {
			return nil, errors.Join(err, s.store.Close())
		}
		s.loaded = append(s.loaded, a)
	}
	return s, nil
}

func (s *savers) save(ctx context.Context, account int) error {
	a := s.loaded[account]
	a.Deposit(deposited(2))
	return s.accounts.Save(ctx, a, es.WithMetadata(metadataOf(account)))
}

// eventsEach is how many events each account of the file has that a table is rebuilt of.
const eventsEach = 20

func (b *bench) prepareRebuild(ctx context.Context) (*contest, error) {
	h := history{accounts: b.scale.replay / eventsEach, each: eventsEach, stretch: eventsEach}
	kept, err := b.file(ctx, h)
	if err != nil {
		return nil, err
	}
	path := b.fresh("rebuild.db")
	if err := copyFile(path, kept); err != nil {
		return nil, err
	}
	source := tableOf(tabled())
	store, err := sqlite.Open(ctx, path, sqlite.WithTables(source), sqlite.WithTableDrift())
	if err != nil {
		return nil, err
	}
	return &contest{
		ours: func(ctx context.Context) (measurement, error) {
			var rows int64
			m, err := repeated(1, func() error { return store.Rebuild(ctx, source, func(done, _ int64) { rows = done }) })
			if err == nil && rows != int64(h.accounts) {
				err = fmt.Errorf("%d rows, want %d", rows, h.accounts)
			}
			return m.by(b.scale.replay), err
		},
		reference: func(ctx context.Context) (measurement, error) {
			m, err := repeated(1, func() error { _, err := replay(ctx, store); return err })
			return m.by(b.scale.replay), err
		},
		close: store.Close,
	}, nil
}

func copyFile(to, from string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
