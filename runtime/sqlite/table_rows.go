package sqlite

import (
	"cmp"
	"context"
	"database/sql/driver"
	"fmt"
	"iter"
	"slices"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/internal/rows"
)

var _ es.TableStore = (*Store)(nil)

// rowPage is how many rows are read at once.
const rowPage = 256

// Rows implements [es.TableStore]. Rows are read a page at a time, and no
// transaction is held in between.
func (s *Store) Rows(ctx context.Context, q es.RowQuery) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		if err := s.readRows(ctx, q, yield); err != nil {
			yield(nil, err)
		}
	}
}

func (s *Store) readRows(ctx context.Context, q es.RowQuery, yield func([]any, error) bool) error {
	if err := s.ready(ctx); err != nil {
		return err
	}
	if q.Table == nil {
		return s.failed("read rows", fmt.Errorf("%w: the query names none", es.ErrNoTable))
	}
	if err := s.HasTable(q.Table); err != nil {
		return s.failed("read rows", err)
	}
	t := s.cfg.table(q.Table.Name)
	after, left := q.After, q.Limit
	for {
		most := rowPage
		if q.Limit > 0 {
			most = min(most, left)
		}
		var rows [][]any
		err := s.readers.with(ctx, func(c *conn) (err error) {
			rows, err = t.page(c, &q, after, most)
			return err
		})
		if err != nil {
			return s.failed("read table "+t.Name, err)
		}
		for _, row := range rows {
			if err := s.ready(ctx); err != nil {
				return err
			}
			after = row[0]
			if !yield(row, nil) {
				return nil
			}
		}
		left -= len(rows)
		if len(rows) < most || q.Limit > 0 && left == 0 {
			return s.ready(ctx)
		}
	}
}

// page reads a page of rows. The file's table is that of the program in the
// transaction in which it is read: another program may have made it anew.
func (t *stateTable) page(c *conn, q *es.RowQuery, after any, most int) (rows [][]any, err error) {
	if err := c.exec("BEGIN"); err != nil {
		return nil, err
	}
	if err = t.inFile(c); err == nil {
		rows, err = t.selectPage(c, q, after, most)
	}
	return rows, cmp.Or(err, c.exec("ROLLBACK"))
}

// inFile says how the file's table differs.
func (t *stateTable) inFile(c *conn) error {
	same := false
	err := c.each("SELECT category, definition FROM es_tables WHERE name = ?", func(row []driver.Value) (bool, error) {
		same = row[0] == t.Category && row[1] == t.definition
		return false, nil
	}, t.Name)
	if same || err != nil {
		return err
	}
	list, err := filedTables(c)
	if err != nil {
		return err
	}
	if drift := t.drift(list); drift != nil {
		return fmt.Errorf("%w: %w", es.ErrNoTable, drift)
	}
	return nil
}

func (t *stateTable) selectPage(c *conn, q *es.RowQuery, after any, most int) ([][]any, error) {
	text, err := t.sql.read(q, after != nil)
	if err != nil {
		return nil, err
	}
	var args []driver.Value
	for i := range t.Columns {
		if t.Columns[i].Name == q.Column {
			args = append(args, t.uniqueValue(i, q.Value))
		}
	}
	if after != nil {
		args = append(args, bound(after))
	}
	var rows [][]any
	err = c.each(text, func(row []driver.Value) (bool, error) {
		values := t.values(row)
		rows = append(rows, values)
		return true, damaged(t.Name, t.CheckRow(values))
	}, append(args, int64(most))...)
	return rows, err
}

// values are a row's, as es.Row has them.
func (t *stateTable) values(row []driver.Value) []any {
	values := make([]any, len(row))
	for i, v := range row {
		switch v := v.(type) {
		case []byte:
			values[i] = slices.Clone(v)
		case int64:
			values[i] = v
			if t.Columns[i].Kind == es.ColumnBool {
				values[i] = v != 0
			}
		default:
			values[i] = v
		}
	}
	return values
}

// uniqueValue is a value of column i as it is compared with others.
func (t *stateTable) uniqueValue(i int, v any) driver.Value {
	return bound(rows.Folded(&t.Columns[i], v))
}

// bound is a value as a parameter, and as SQLite gives it back: it has no bools.
func bound(v any) driver.Value {
	if b, ok := v.(bool); ok {
		if b {
			return int64(1)
		}
		return int64(0)
	}
	return v
}

// parameters are a row's values for the upsert.
func (t *stateTable) parameters(values []any) []driver.Value {
	args := make([]driver.Value, 0, len(t.sql.names))
	for _, v := range values {
		args = append(args, bound(v))
	}
	for i := range t.Columns {
		if t.Columns[i].Fold {
			args = append(args, t.uniqueValue(i, values[i]))
		}
	}
	return args
}
