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
	// handedOver says that of the append's rows that have just been judged one has a
	// unique value that another gives up.
	handedOver bool
}

type rowWrite struct {
	table  *stateTable
	values []any
	// remove says to remove the row, which another write brings back.
	remove bool
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
	g.rows.handedOver = false
	for i := range a.Streams {
		stream := &g.streams[a.Streams[i].Stream.Name].Stream // as the file has it
		for _, f := range g.rows.filed {
			if f.category == stream.Category && !slices.ContainsFunc(a.Rows, func(r es.Row) bool { return r.Table == f.name && r.Stream == stream.Name }) {
				return fmt.Errorf("%w: the file keeps table %q of the aggregates %s, and the append to stream %s brings no row for it: "+
					"generate the code anew and open the store with sqlite.WithTables", es.ErrNoTable, f.name, f.aggregate, stream.Name), nil
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
		if err := t.checkRow(row, &g.streams[row.Stream].Stream); err != nil {
			return fmt.Errorf("%w: %w", es.ErrInvalidAppend, err), nil
		}
		for j := range a.Rows[:i] {
			if a.Rows[j].Stream == row.Stream {
				return fmt.Errorf("%w: stream %s has two rows", es.ErrInvalidAppend, row.Stream), nil
			}
			if column := t.clash(row, &a.Rows[j]); column != "" {
				return &es.UniqueError{Aggregate: t.Aggregate, Column: column, Stream: a.Rows[j].Stream}, nil
			}
		}
	}
	for i := range a.Rows {
		if refused, err := g.judgeRow(a, &a.Rows[i]); refused != nil || err != nil {
			return refused, err
		}
	}
	return nil, nil
}

// checkRow says what is wrong with a row for a stream.
func (t *stateTable) checkRow(row *es.Row, stream *es.Stream) error {
	if err := t.CheckRow(row.Values); err != nil {
		return err
	}
	if stream.Category != t.Category || keyText(row.Values[0]) != stream.Key {
		return fmt.Errorf("the row of table %q with the key %v is not that of stream %s", t.Name, row.Values[0], stream.Name)
	}
	return nil
}

// judgeRow finds who has one of a row's unique values: an aggregate that the append
// does not write anew, for among those it does the newest rows alone count.
func (g *group) judgeRow(a *es.Append, row *es.Row) (refused, err error) {
	t := g.cfg.table(row.Table)
	if !t.claims(row.Values) {
		return nil, nil
	}
	for i := range t.Columns {
		if !t.Columns[i].Unique || i == 0 || row.Values[i] == nil {
			continue
		}
		value := t.uniqueValue(i, row.Values[i])
		holder := g.rows.claims[claim{t.Name, i, mapKey(value)}]
		if holder == nil {
			if holder, err = g.holderInFile(t, i, value, row.Values[0]); err != nil {
				return nil, err
			}
		}
		switch {
		case holder == nil || holder == row.Values[0]:
		case slices.ContainsFunc(a.Rows, func(r es.Row) bool { return r.Table == t.Name && r.Values[0] == holder }):
			g.rows.handedOver = true
		default:
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
	err = g.conn.each(t.sql.holder[column], func(row []driver.Value) (bool, error) {
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
	return strings.Replace(t.Category, "{id}", keyText(key), 1)
}

// keyText is a key as it stands for {id}.
func keyText(key any) string {
	if n, ok := key.(int64); ok {
		return strconv.FormatInt(n, 10)
	}
	text, _ := key.(string)
	return text
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
	if g.rows.handedOver {
		// SQLite would find the value taken, whatever the order: two may have swapped.
		for i := range a.Rows {
			g.rows.writes = append(g.rows.writes, rowWrite{g.cfg.table(a.Rows[i].Table), a.Rows[i].Values, true})
		}
	}
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
		g.rows.writes = append(g.rows.writes, rowWrite{t, row.Values, false})
	}
}

// flushRows writes the rows, in the order in which they were taken on: in another
// one might meet a unique value before it was given up.
func (g *group) flushRows() error {
	for _, w := range g.rows.writes {
		text, args := w.table.sql.upsert, w.table.parameters
		if w.remove {
			text, args = w.table.sql.remove, keyOnly
		}
		if err := g.conn.exec(text, args(w.values)...); err != nil {
			return fmt.Errorf("table %s: %w", w.table.Name, err)
		}
	}
	return nil
}

func keyOnly(values []any) []driver.Value { return []driver.Value{values[0]} }
