package sqlite

import (
	"database/sql/driver"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/esgen/esgen/runtime/es"
)

// groupRows are the rows of state tables that a group's appends would write.
type groupRows struct {
	// filed are the tables that the file remembers.
	filed []filed
	// writes are the rows in the order in which they were taken on.
	writes []rowWrite
	// newest is, of these, the one of each aggregate; claims are the unique values that
	// they have.
	newest map[rowKey][]any
	claims map[claim]any
}

type rowWrite struct {
	table  *stateTable
	values []any
}

// rowKey is an aggregate of a table, by the value of the table's key.
type rowKey struct {
	table string
	key   any
}

// claim is a value of a column that must be unique.
type claim struct {
	table  string
	column int
	value  any
}

// judgeRows says why the rows of an append cannot be written, or an append must
// bring some; err is an error of the file.
func (g *group) judgeRows(a *es.Append) (refused, err error) {
	for i := range a.Streams {
		category := a.Streams[i].Stream.Category
		for _, f := range g.rows.filed {
			if f.category == category && !slices.ContainsFunc(a.Rows, func(r es.Row) bool { return r.Table == f.name && r.Stream == a.Streams[i].Stream.Name }) {
				return fmt.Errorf("%w: the file keeps table %q of the aggregates %s, and the append to stream %s brings no row for it: "+
					"generate the code anew and open the store with sqlite.WithTables", es.ErrNoTable, f.name, f.aggregate, a.Streams[i].Stream.Name), nil
			}
		}
	}
	for i := range a.Rows {
		row := &a.Rows[i]
		t := g.cfg.table(row.Table)
		if t == nil {
			return fmt.Errorf("%w: table %q: open the store with sqlite.WithTables", es.ErrNoTable, row.Table), nil
		}
		if drift := t.drift(g.rows.filed); drift != nil {
			return fmt.Errorf("%w: %w", es.ErrNoTable, drift), nil
		}
		if err := t.CheckRow(row.Values); err != nil {
			return fmt.Errorf("%w: %w", es.ErrInvalidAppend, err), nil
		}
		if refused, err := g.judgeRow(t, row); refused != nil || err != nil {
			return refused, err
		}
		for j := range a.Rows[:i] {
			if column := t.clash(row, &a.Rows[j]); column != "" {
				return &es.UniqueError{Aggregate: t.Aggregate, Column: column, Stream: a.Rows[j].Stream}, nil
			}
		}
	}
	return nil, nil
}

// judgeRow finds who has one of a row's unique values.
func (g *group) judgeRow(t *stateTable, row *es.Row) (refused, err error) {
	if !t.claims(row.Values) {
		return nil, nil
	}
	key := row.Values[0]
	for i := range t.Columns {
		if !t.Columns[i].Unique || row.Values[i] == nil {
			continue
		}
		value := t.uniqueValue(i, row.Values[i])
		holder := g.rows.claims[claim{t.Name, i, mapKey(value)}]
		if holder == nil {
			if holder, err = g.holderInFile(t, i, value, key); err != nil {
				return nil, err
			}
		}
		if holder != nil && holder != key {
			return &es.UniqueError{Aggregate: t.Aggregate, Column: t.Columns[i].Name, Stream: t.streamOf(holder)}, nil
		}
	}
	return nil, nil
}

// clash is the column in which two rows of one append claim the same value.
func (t *stateTable) clash(a, b *es.Row) string {
	if a.Table != b.Table || !t.claims(a.Values) || !t.claims(b.Values) {
		return ""
	}
	for i := range t.Columns {
		if t.Columns[i].Unique && a.Values[i] != nil && b.Values[i] != nil &&
			mapKey(t.uniqueValue(i, a.Values[i])) == mapKey(t.uniqueValue(i, b.Values[i])) {
			return t.Columns[i].Name
		}
	}
	return ""
}

// holderInFile is the key of the row that has a value, unless the group would write
// that row anew; nil where there is none.
func (g *group) holderInFile(t *stateTable, column int, value driver.Value, own any) (holder any, err error) {
	err = g.conn.each(t.sql.holder(t.Columns[column]), func(row []driver.Value) (bool, error) {
		if _, changed := g.rows.newest[rowKey{t.Name, row[0]}]; changed {
			return true, nil
		}
		holder = row[0]
		return false, nil
	}, value, bound(own))
	return holder, err
}

// claims says whether a row has its unique values for itself.
func (t *stateTable) claims(values []any) bool {
	return t.deleted < 0 || !t.Columns[t.deleted].Frees || values[t.deleted] != true
}

// streamOf is the stream of the aggregate that has a row.
func (t *stateTable) streamOf(key any) string {
	text, ok := key.(string)
	if n, integer := key.(int64); integer && !ok {
		text = strconv.FormatInt(n, 10)
	}
	return strings.Replace(t.Category, "{id}", text, 1)
}

// mapKey is a value as the key of a map.
func mapKey(v driver.Value) any {
	if b, ok := v.([]byte); ok {
		return [1]string{string(b)}
	}
	return v
}

// takeRows takes the rows of an append into the group.
func (g *group) takeRows(a *es.Append) {
	for i := range a.Rows {
		row := &a.Rows[i]
		t := g.cfg.table(row.Table)
		if g.rows.newest == nil {
			g.rows.newest, g.rows.claims = make(map[rowKey][]any), make(map[claim]any)
		}
		at := rowKey{t.Name, row.Values[0]}
		for j := range t.Columns {
			if !t.Columns[j].Unique {
				continue
			}
			if before := g.rows.newest[at]; before != nil && before[j] != nil {
				c := claim{t.Name, j, mapKey(t.uniqueValue(j, before[j]))}
				if g.rows.claims[c] == at.key {
					delete(g.rows.claims, c)
				}
			}
			if row.Values[j] != nil && t.claims(row.Values) {
				g.rows.claims[claim{t.Name, j, mapKey(t.uniqueValue(j, row.Values[j]))}] = at.key
			}
		}
		g.rows.newest[at] = row.Values
		g.rows.writes = append(g.rows.writes, rowWrite{t, row.Values})
	}
}

// flushRows writes the rows, in the order in which they were taken on: in another
// one might meet a unique value before it was given up.
func (g *group) flushRows() error {
	for _, w := range g.rows.writes {
		if err := g.conn.exec(w.table.sql.upsert, w.table.parameters(w.values)...); err != nil {
			return fmt.Errorf("table %s: %w", w.table.Name, err)
		}
	}
	return nil
}
