package es

import (
	"context"
	"fmt"
	"iter"
)

// StateTable is a state table with the code that fills it: what generated
// functions such as UserTable return, and what stores that keep tables take.
type StateTable interface {
	// Table describes the table.
	Table() *Table
	// RowOf makes the row of one aggregate of its events in store. Key is the text
	// that stands for {id} in the stream's name.
	RowOf(ctx context.Context, store Store, key string) ([]any, error)
}

// Rows reads the rows of a state table. It is safe for use by several goroutines
// at once.
//
// R is a row, ID the type of the aggregate's ID. Generated code embeds it.
type Rows[R any, ID comparable] struct {
	table   *Table
	key     func(ID) (any, error)
	scan    func([]any) (R, error)
	rowOf   func(ctx context.Context, store Store, key string) ([]any, error)
	deleted bool
}

// NewRows gives what reads the rows of the aggregate that def describes, which must
// have a table. Key gives an ID as the table's first column has it, scan makes a row
// of the values of all columns.
//
// Called by generated code.
func NewRows[A any, ID comparable, E Event, R any](def *Definition[A, ID, E], key func(ID) (any, error), scan func([]any) (R, error)) Rows[R, ID] {
	return Rows[R, ID]{
		table: def.Table, key: key, scan: scan,
		rowOf: func(ctx context.Context, store Store, text string) ([]any, error) {
			id, err := def.ParseID(text)
			if err != nil {
				return nil, fmt.Errorf("%s: %q is no ID: %w", def.Name, text, err)
			}
			// A snapshot may be of another time of the code than the row is to be of.
			a, err := NewRepository(store, def, WithoutSnapshots()).Load(ctx, id)
			if err != nil {
				return nil, err
			}
			values, err := def.Row(a)
			if err == nil {
				err = def.Table.CheckRow(values)
			}
			if err != nil {
				return nil, fmt.Errorf("%s %s: %w", def.Name, visible(text), err)
			}
			return values, nil
		},
	}
}

// Table implements [StateTable].
func (r Rows[R, ID]) Table() *Table { return r.table }

// RowOf implements [StateTable].
func (r Rows[R, ID]) RowOf(ctx context.Context, store Store, key string) ([]any, error) {
	return r.rowOf(ctx, store, key)
}

// WithDeletedRows reads rows that count as deleted as well.
//
// Called by generated code.
func WithDeletedRows[R any, ID comparable](r Rows[R, ID]) Rows[R, ID] {
	r.deleted = true
	return r
}

// Page says which rows to read, in the order of their keys. The zero value is all.
type Page[ID comparable] struct {
	// After is the ID after which to begin; the zero value begins with the first.
	After ID
	// Limit is the most rows to be read; 0 is no limit.
	Limit int
}

// Get reads the row of one aggregate. ErrNotFound where there is none, or where it
// counts as deleted; ErrNoTable where the store does not keep the table.
func (r Rows[R, ID]) Get(ctx context.Context, store Store, id ID) (R, error) {
	var zero R
	key, err := r.key(id)
	if err != nil {
		return zero, fmt.Errorf("table %s: %w", r.table.Name, err)
	}
	return r.One(ctx, store, r.table.Columns[0].Name, key)
}

// All reads rows in the order of their keys. What is yielded is the caller's; the
// first error ends the iteration.
func (r Rows[R, ID]) All(ctx context.Context, store Store, page Page[ID]) iter.Seq2[R, error] {
	return func(yield func(R, error) bool) {
		q := RowQuery{Limit: page.Limit}
		var zero ID
		if page.After != zero {
			after, err := r.key(page.After)
			if err != nil {
				var row R
				yield(row, fmt.Errorf("table %s: %w", r.table.Name, err))
				return
			}
			q.After = after
		}
		r.read(ctx, store, q)(yield)
	}
}

// One reads the row that has the value in a column whose values are unique.
// ErrNotFound where there is none.
//
// Called by generated code.
func (r Rows[R, ID]) One(ctx context.Context, store Store, column string, value any) (R, error) {
	var zero R
	for row, err := range r.read(ctx, store, RowQuery{Column: column, Value: value, Limit: 1}) {
		return row, err
	}
	return zero, fmt.Errorf("table %s: no row with that %s: %w", r.table.Name, column, ErrNotFound)
}

// By reads the rows that have the value in a column, in the order of their keys.
//
// Called by generated code.
func (r Rows[R, ID]) By(ctx context.Context, store Store, column string, value any) iter.Seq2[R, error] {
	return r.read(ctx, store, RowQuery{Column: column, Value: value})
}

func (r Rows[R, ID]) read(ctx context.Context, store Store, q RowQuery) iter.Seq2[R, error] {
	return func(yield func(R, error) bool) {
		var zero R
		tables, ok := store.(TableStore)
		if !ok {
			err := error(errNilStore)
			if store != nil {
				err = fmt.Errorf("%w: %T keeps no state tables", ErrNoTable, store)
			}
			yield(zero, err)
			return
		}
		q.Table, q.Deleted = r.table, r.deleted
		for values, err := range tables.Rows(ctx, q) {
			if err != nil {
				yield(zero, err)
				return
			}
			row, err := r.scan(values)
			if err != nil {
				yield(zero, fmt.Errorf("table %s: %w: %w", r.table.Name, ErrCorrupt, err))
				return
			}
			if !yield(row, nil) {
				return
			}
		}
	}
}

// FailedRows yields an error and nothing else.
//
// Called by generated code.
func FailedRows[R any](err error) iter.Seq2[R, error] {
	return func(yield func(R, error) bool) {
		var none R
		yield(none, err)
	}
}
