package sqlite

import (
	"bytes"
	"database/sql/driver"
	"fmt"
	"iter"
	"slices"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/internal/rows"
	"github.com/esgen/esgen/runtime/internal/visible"
)

// groupRows are the rows of state tables that a group's appends would write.
type groupRows struct {
	// filed are the tables that the file remembers.
	filed []filed
	// inFile are the rows that the file has of the aggregates that the group names.
	inFile map[rowKey][]any
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
	table *stateTable
	// before is the row that is there, nil where there is none.
	before, values []any
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

// loadRows reads the rows that the group's appends would write anew.
func (g *group) loadRows(requests []*request) error {
	keys := make(map[*stateTable][]driver.Value)
	for _, r := range requests {
		for i := range r.append.Rows {
			row := &r.append.Rows[i]
			if t := g.cfg.table(row.Table); t != nil && t.isKey(row.Values[0]) && t.drift(g.rows.filed) == nil {
				keys[t] = append(keys[t], row.Values[0])
			}
		}
	}
	for t, list := range keys {
		if g.rows.inFile == nil {
			g.rows.inFile = make(map[rowKey][]any)
		}
		err := g.conn.in(t.sql.byKeys, list, func(row []driver.Value) (bool, error) {
			g.rows.inFile[rowKey{t.Name, row[0]}] = t.values(row)
			return true, nil
		})
		if err != nil {
			return fmt.Errorf("table %s: %w", t.Name, err)
		}
	}
	return nil
}

// isKey says whether a value is of the type of the table's key.
func (t *stateTable) isKey(v any) bool {
	switch v.(type) {
	case int64:
		return t.Columns[0].Kind == es.ColumnInteger
	case string:
		return t.Columns[0].Kind == es.ColumnText
	}
	return false
}

// now is the row of an aggregate as the next append of the group finds it; nil where
// there is none.
func (g *group) now(key rowKey) []any {
	if row := g.rows.newest[key]; row != nil {
		return row
	}
	return g.rows.inFile[key]
}

// judgeRows says why the rows of an append cannot be written, or an append must
// bring some; err is an error of the file.
func (g *group) judgeRows(a *es.Append) (refused, err error) {
	g.rows.handedOver = false
	if len(a.Rows) == 0 && len(g.rows.filed) == 0 {
		return nil, nil
	}
	tables := make(map[string]string, len(a.Rows)) // of the rows, by stream
	own := make(map[claim]string)                  // what the rows claim, and for which stream
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
		if tables[row.Stream] != "" {
			return fmt.Errorf("%w: stream %s has two rows", es.ErrInvalidAppend, visible.Text(row.Stream)), nil
		}
		tables[row.Stream] = row.Table
		for column, c := range t.claimsOf(row.Values) {
			if own[c] != "" {
				return &es.UniqueError{Aggregate: t.Aggregate, Column: t.Columns[column].Name, Stream: own[c]}, nil
			}
			own[c] = row.Stream
		}
	}
	for i := range a.Streams {
		stream := &g.streams[a.Streams[i].Stream.Name].Stream // as the file has it
		for _, f := range g.rows.filed {
			if f.category == stream.Category && tables[stream.Name] != f.name {
				return fmt.Errorf("%w: the file keeps table %q of the aggregates %s, and the append to stream %s brings no row for it: "+
					"generate the code anew and open the store with sqlite.WithTables", es.ErrNoTable, f.name, f.aggregate, visible.Text(stream.Name)), nil
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

// claimsOf are the unique values that a row has for itself, with their columns.
func (t *stateTable) claimsOf(values []any) iter.Seq2[int, claim] {
	return func(yield func(int, claim) bool) {
		for i, value := range rows.Claims(t.Table, t.deleted, values) {
			if !yield(i, claim{t.Name, i, value}) {
				return
			}
		}
	}
}

// checkRow says what is wrong with a row for a stream.
func (t *stateTable) checkRow(row *es.Row, stream *es.Stream) error {
	if err := t.CheckRow(row.Values); err != nil {
		return err
	}
	if stream.Category != t.Category || rows.KeyText(row.Values[0]) != stream.Key {
		return fmt.Errorf("the row of table %q with the key %s is not that of stream %s", t.Name, visible.Text(fmt.Sprint(row.Values[0])), visible.Text(stream.Name))
	}
	return nil
}

// judgeRow finds who has one of a row's unique values: an aggregate that the append
// does not write anew, for among those it does the newest rows alone count.
func (g *group) judgeRow(a *es.Append, row *es.Row) (refused, err error) {
	t := g.cfg.table(row.Table)
	before := g.now(rowKey{t.Name, row.Values[0]})
	if before != nil && !rows.Claiming(t.Table, t.deleted, before) {
		before = nil
	}
	for i, c := range t.claimsOf(row.Values) {
		if before != nil && sameValue(before[i], row.Values[i]) {
			continue // it has it already
		}
		holder := g.rows.claims[c]
		if holder == nil {
			if holder, err = g.holderInFile(t, i, t.uniqueValue(i, row.Values[i]), row.Values[0]); err != nil {
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

// streamOf is the stream of the aggregate that has a row.
func (t *stateTable) streamOf(key any) string { return rows.Stream(t.Table, key) }

// takeRows takes the rows of an append into the group.
func (g *group) takeRows(a *es.Append) {
	handedOver := g.rows.handedOver
	if handedOver {
		// SQLite would find the value taken, whatever the order: two may have swapped.
		for i := range a.Rows {
			g.rows.writes = append(g.rows.writes, rowWrite{table: g.cfg.table(a.Rows[i].Table), values: a.Rows[i].Values, remove: true})
		}
	}
	for i := range a.Rows {
		row := &a.Rows[i]
		t := g.cfg.table(row.Table)
		if g.rows.newest == nil {
			g.rows.newest, g.rows.claims = make(map[rowKey][]any), make(map[claim]any)
		}
		at := rowKey{t.Name, row.Values[0]}
		w := rowWrite{table: t, values: row.Values}
		if !handedOver {
			w.before = g.now(at)
		}
		if before := g.rows.newest[at]; before != nil {
			for _, c := range t.claimsOf(before) {
				if g.rows.claims[c] == at.key {
					delete(g.rows.claims, c)
				}
			}
		}
		for _, c := range t.claimsOf(row.Values) {
			g.rows.claims[c] = at.key
		}
		g.rows.newest[at] = row.Values
		g.rows.writes = append(g.rows.writes, w)
	}
}

// flushRows writes the rows, in the order in which they were taken on: in another
// one might meet a unique value before it was given up.
func (g *group) flushRows() error {
	for _, w := range g.rows.writes {
		if err := g.flushRow(&w); err != nil {
			return fmt.Errorf("table %s: %w", w.table.Name, err)
		}
	}
	return nil
}

// flushRow writes one row. SQLite writes an index anew for each column that a statement
// sets, whether it changes or not, so those of indexes are set only where one does.
func (g *group) flushRow(w *rowWrite) error {
	t := w.table
	switch {
	case w.remove:
		return g.conn.exec(t.sql.remove, w.values[0])
	case w.before == nil || !t.sameIn(t.sql.indexed, w.before, w.values):
		return g.conn.exec(t.sql.upsert, t.parameters(w.values)...)
	case t.sameIn(t.sql.others, w.before, w.values):
		return nil
	}
	args := make([]driver.Value, 0, len(t.sql.others)+1)
	for _, i := range t.sql.others {
		args = append(args, bound(w.values[i]))
	}
	return g.conn.exec(t.sql.update, append(args, w.values[0])...)
}

// sameIn says whether two rows are the same in some columns.
func (t *stateTable) sameIn(columns []int, a, b []any) bool {
	for _, i := range columns {
		if !sameValue(a[i], b[i]) {
			return false
		}
	}
	return true
}

// sameValue says whether two values of a column are stored alike.
func sameValue(a, b any) bool {
	if x, ok := a.([]byte); ok {
		y, ok := b.([]byte)
		return ok && bytes.Equal(x, y)
	}
	if _, ok := b.([]byte); ok {
		return false
	}
	return a == b
}
