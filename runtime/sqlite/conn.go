package sqlite

import (
	"cmp"
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/mattn/go-sqlite3"
)

// conn is a connection to the file, for one goroutine at a time. It speaks to the
// driver directly: database/sql would add a pool that this package does not want
// (there is one writer, for good) and a copy of everything that is read.
//
// Statements run on a background context, because the driver starts a goroutine
// for each statement whose context can be cancelled.
type conn struct {
	raw        driver.Conn
	statements map[string]driver.StmtQueryContext
	lists      map[list]string
	args       []driver.NamedValue
}

// list is a query with a list of that many parameters.
type list struct {
	query string
	n     int
}

// dial opens a connection to the data source that file.source made.
func dial(source string) (*conn, error) {
	raw, err := (&sqlite3.SQLiteDriver{}).Open(source)
	if err != nil {
		return nil, err
	}
	return &conn{raw: raw, statements: make(map[string]driver.StmtQueryContext), lists: make(map[list]string)}, nil
}

func (c *conn) close() error {
	var errs []error
	for _, s := range c.statements {
		errs = append(errs, s.(driver.Stmt).Close())
	}
	c.statements = nil
	return errors.Join(append(errs, c.raw.Close())...)
}

// script runs statements without parameters that yield no rows.
func (c *conn) script(text string) error {
	_, err := c.raw.(driver.ExecerContext).ExecContext(context.Background(), text, nil)
	return err
}

// exec runs a statement that yields no rows.
func (c *conn) exec(query string, args ...driver.Value) error {
	return c.each(query, func([]driver.Value) (bool, error) { return false, nil }, args...)
}

// each calls fn with each row, until it says that it wants no more. The row is
// valid during the call. The statement is prepared once for the life of the
// connection, so queries must come from a bounded set; once is for others. fn must
// not run the same query.
func (c *conn) each(query string, fn func(row []driver.Value) (more bool, err error), args ...driver.Value) error {
	s, ok := c.statements[query]
	if !ok {
		prepared, err := c.raw.Prepare(steadied(query))
		if err != nil {
			return err
		}
		s = prepared.(driver.StmtQueryContext)
		c.statements[query] = s
	}
	rows, err := s.QueryContext(context.Background(), c.bind(args))
	clear(c.args)
	if err == nil {
		err = drain(rows, fn)
	}
	if size(args) > mostKept {
		// The driver keeps a copy of what it has bound, and never gives back the room of it.
		delete(c.statements, query)
		err = cmp.Or(err, s.(driver.Stmt).Close())
	}
	return err
}

// mostKept is how large parameters may be, in bytes, for a statement to stay prepared.
const mostKept = 1 << 20

func size(args []driver.Value) (n int) {
	for _, arg := range args {
		switch v := arg.(type) {
		case string:
			n += len(v)
		case []byte:
			n += len(v)
		}
	}
	return n
}

// steady keeps statements prepared. SQLite looks at the values of parameters that
// stand alone behind "=" or LIMIT when it plans a query, and plans it anew when they
// are bound again; the driver clears them each time, so every execution would begin
// with the text of the query. No value of ours would change a plan, and a sign before
// the parameter tells SQLite not to look.
var steady = strings.NewReplacer("= ?", "= +?", "IN (?", "IN (+?", "LIMIT ?", "LIMIT +?")

// steadied has a query's parameters steady. What stands in quotes stays as it is: a
// state table can be called anything.
func steadied(query string) string {
	var b strings.Builder
	for {
		open := strings.IndexAny(query, `"'`)
		if open < 0 {
			b.WriteString(steady.Replace(query))
			return b.String()
		}
		b.WriteString(steady.Replace(query[:open]))
		quoted := query[open:]
		end := strings.IndexByte(quoted[1:], quoted[0]) + 2 // a quote that is doubled closes, and opens again
		b.WriteString(quoted[:end])
		query = quoted[end:]
	}
}

// in runs a query whose one parameter is a list, "(?)", the last one in its text: once
// for each 64 values. There are only a few lengths of lists, so that the statements stay prepared; the
// last value is repeated as often as need be.
func (c *conn) in(query string, values []driver.Value, fn func(row []driver.Value) (more bool, err error)) error {
	for chunk := range slices.Chunk(values, listChunk) {
		key := list{query, listChunk}
		for _, n := range []int{1, 8} {
			if len(chunk) <= n {
				key.n = n
				break
			}
		}
		text, ok := c.lists[key]
		if !ok {
			at := strings.LastIndex(query, "(?)") + len("(?")
			text = query[:at] + strings.Repeat(",?", key.n-1) + query[at:]
			c.lists[key] = text
		}
		args := slices.Grow(slices.Clip(chunk), key.n-len(chunk))
		for len(args) < key.n {
			args = append(args, chunk[len(chunk)-1])
		}
		if err := c.each(text, fn, args...); err != nil {
			return err
		}
	}
	return nil
}

const listChunk = 64

// once is each for a query that is not worth keeping prepared.
func (c *conn) once(query string, fn func(row []driver.Value) (more bool, err error), args ...driver.Value) error {
	rows, err := c.raw.(driver.QueryerContext).QueryContext(context.Background(), query, c.bind(args))
	clear(c.args)
	if err != nil {
		return err
	}
	return drain(rows, fn)
}

// bind numbers args. What it returns is valid until a statement has started, for the
// driver copies it; then it is cleared, so that nothing large is held on to.
func (c *conn) bind(args []driver.Value) []driver.NamedValue {
	c.args = c.args[:0]
	for i, arg := range args {
		c.args = append(c.args, driver.NamedValue{Ordinal: i + 1, Value: arg})
	}
	return c.args
}

func drain(rows driver.Rows, fn func(row []driver.Value) (more bool, err error)) error {
	defer rows.Close()
	row := make([]driver.Value, len(rows.Columns()))
	for {
		switch err := rows.Next(row); {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		}
		if more, err := fn(row); err != nil || !more {
			return err
		}
	}
}

// int is the first column of the first row, which must be there.
func (c *conn) int(query string, args ...driver.Value) (int64, error) {
	n, ok, err := c.lookup(query, args...)
	if err == nil && !ok {
		err = fmt.Errorf("%s: no row", query)
	}
	return n, err
}

// lookup is the first column of the first row, if there is a row.
func (c *conn) lookup(query string, args ...driver.Value) (n int64, ok bool, err error) {
	err = c.each(query, func(row []driver.Value) (bool, error) {
		if n, ok = row[0].(int64); !ok {
			return false, fmt.Errorf("%s: got %T, want an integer", query, row[0])
		}
		return false, nil
	}, args...)
	return n, ok, err
}

// pragma is the value of a setting, as text.
func (c *conn) pragma(query string) (value string, err error) {
	err = c.once("PRAGMA "+query, func(row []driver.Value) (bool, error) {
		value = fmt.Sprint(row[0])
		return false, nil
	})
	return value, err
}
