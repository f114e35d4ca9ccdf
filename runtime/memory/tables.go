package memory

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"iter"
	"reflect"
	"slices"
	"strings"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/internal/rows"
	"github.com/esgen/esgen/runtime/internal/visible"
)

var _ es.TableStore = (*Store)(nil)

// table is a state table: its rows by their keys, and who has its unique values.
type table struct {
	*es.Table
	rows   map[any][]any
	claims map[claim]any
	// deleted is the column that says that a row counts as deleted; -1 where there is
	// none.
	deleted int
}

// claim is a value of a column that must be unique.
type claim struct {
	column int
	value  any
}

// HasTable implements [es.TableStore]. The store keeps any table from when it is
// first asked for it: it has no file that programs of several ages share.
func (s *Store) HasTable(t *es.Table) error {
	s.mu.RLock()
	known := s.tables[t.Name]
	s.mu.RUnlock()
	if known == nil {
		if err := t.Validate(); err != nil {
			return err
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if known = s.tables[t.Name]; known == nil {
			if s.tables == nil {
				s.tables = make(map[string]*table)
			}
			s.tables[t.Name] = &table{
				Table: t, rows: make(map[any][]any), claims: make(map[claim]any),
				deleted: rows.DeletedColumn(t),
			}
			return nil
		}
	}
	if known.Table != t && !reflect.DeepEqual(known.Table, t) {
		return fmt.Errorf("%w: the store keeps another table %q than that of %s", es.ErrNoTable, t.Name, t.Aggregate)
	}
	return nil
}

// judgeRows says why the rows of an append cannot be written.
func (s *Store) judgeRows(a *es.Append) error {
	for _, t := range s.tables {
		for i := range a.Streams {
			stream := &a.Streams[i].Stream
			if stream.Category == t.Category && len(t.rows) > 0 &&
				!slices.ContainsFunc(a.Rows, func(r es.Row) bool { return r.Table == t.Name && r.Stream == stream.Name }) {
				return fmt.Errorf("%w: the append to stream %s brings no row for table %q", es.ErrNoTable, visible.Text(stream.Name), t.Name)
			}
		}
	}
	claimed := map[string]map[claim]string{} // by the append's own rows: the stream
	for i := range a.Rows {
		row := &a.Rows[i]
		t := s.tables[row.Table]
		if t == nil {
			return fmt.Errorf("%w: table %q", es.ErrNoTable, row.Table)
		}
		if err := t.CheckRow(row.Values); err != nil {
			return fmt.Errorf("%w: %w", es.ErrInvalidAppend, err)
		}
		if claimed[t.Name] == nil {
			claimed[t.Name] = map[claim]string{}
		}
		for c := range t.claimsOf(row.Values) {
			holder, taken := claimed[t.Name][c]
			if key, ok := t.claims[c]; !taken && ok && key != row.Values[0] && !writes(a, t.Name, key) {
				holder, taken = rows.Stream(t.Table, key), true
			}
			if taken {
				return &es.UniqueError{Aggregate: t.Aggregate, Column: t.Columns[c.column].Name, Stream: holder}
			}
			claimed[t.Name][c] = row.Stream
		}
	}
	return nil
}

// writes says whether an append writes the row with that key.
func writes(a *es.Append, table string, key any) bool {
	return slices.ContainsFunc(a.Rows, func(r es.Row) bool { return r.Table == table && len(r.Values) > 0 && r.Values[0] == key })
}

// claimsOf are the unique values that a row has for itself.
func (t *table) claimsOf(values []any) iter.Seq[claim] {
	return func(yield func(claim) bool) {
		for i, value := range rows.Claims(t.Table, t.deleted, values) {
			if !yield(claim{i, value}) {
				return
			}
		}
	}
}

// comparable is a value of a column as it is compared with others.
func (t *table) comparable(column int, v any) any {
	return rows.MapKey(rows.Folded(&t.Columns[column], v))
}

// writeRows writes the rows of an append that was found good.
func (s *Store) writeRows(a *es.Append) {
	for i := range a.Rows {
		t := s.tables[a.Rows[i].Table]
		if before := t.rows[a.Rows[i].Values[0]]; before != nil {
			for c := range t.claimsOf(before) {
				delete(t.claims, c)
			}
		}
	}
	for i := range a.Rows {
		t := s.tables[a.Rows[i].Table]
		values := cloneRow(a.Rows[i].Values)
		for c := range t.claimsOf(values) {
			t.claims[c] = values[0]
		}
		t.rows[values[0]] = values
	}
}

func cloneRow(values []any) []any {
	values = slices.Clone(values)
	for i, v := range values {
		if b, ok := v.([]byte); ok {
			values[i] = bytes.Clone(b)
		}
	}
	return values
}

// Rows implements [es.TableStore]. It reads the rows as they are when an iteration
// begins.
func (s *Store) Rows(ctx context.Context, q es.RowQuery) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		rows, err := s.selectRows(q)
		if err != nil {
			yield(nil, err)
			return
		}
		for _, row := range rows {
			if err := ctx.Err(); err != nil {
				yield(nil, err)
				return
			}
			if !yield(row, nil) {
				return
			}
		}
		if err := ctx.Err(); err != nil {
			yield(nil, err)
		}
	}
}

func (s *Store) selectRows(q es.RowQuery) ([][]any, error) {
	if q.Table == nil {
		return nil, fmt.Errorf("%w: the query names none", es.ErrNoTable)
	}
	if err := s.HasTable(q.Table); err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		return nil, es.ErrClosed
	}
	t := s.tables[q.Table.Name]
	column := slices.IndexFunc(t.Columns, func(c es.Column) bool { return c.Name == q.Column })
	if q.Column != "" && column < 0 {
		return nil, fmt.Errorf("table %q has no column %q", t.Name, q.Column)
	}
	var rows [][]any
	for _, row := range t.rows {
		switch {
		case !q.Deleted && t.deleted >= 0 && row[t.deleted] == true:
		case q.Column != "" && (row[column] == nil || q.Value == nil || t.comparable(column, row[column]) != t.comparable(column, q.Value)):
		case q.After != nil && compareKeys(row[0], q.After) <= 0:
		default:
			rows = append(rows, cloneRow(row))
		}
	}
	slices.SortFunc(rows, func(a, b []any) int { return compareKeys(a[0], b[0]) })
	if q.Limit > 0 && len(rows) > q.Limit {
		rows = rows[:q.Limit]
	}
	return rows, nil
}

// compareKeys orders keys, which are all integers or all texts.
func compareKeys(a, b any) int {
	if n, ok := a.(int64); ok {
		m, _ := b.(int64)
		return cmp.Compare(n, m)
	}
	x, _ := a.(string)
	y, _ := b.(string)
	return strings.Compare(x, y)
}
