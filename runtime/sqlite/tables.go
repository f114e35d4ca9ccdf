package sqlite

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/internal/rows"
)

// WithTables keeps state tables in the file, one row an aggregate, written in the
// transaction of its events. A table that the file does not have yet is made, with
// its indexes and a view of the aggregate's events: user_events, with the columns
// id, user_id, version, event_type, payload, metadata and created_at, for an
// aggregate called user.
//
// From then on the file remembers the table: an append to one of its aggregates by
// a program that does not know it is refused with es.ErrNoTable. Open fails with
// [ErrTableDrift] where the file's table is not the one given, or where aggregates
// have events from before the table: open the store with [WithTableDrift] and call
// [Store.Rebuild].
func WithTables(tables ...es.StateTable) Option {
	return func(c *config) error {
		for _, source := range tables {
			if source == nil {
				return errors.New("a state table is nil")
			}
			kept, err := newStateTable(source.Table())
			if err != nil {
				return err
			}
			for _, other := range c.tables {
				if other.Category == kept.Category {
					return fmt.Errorf("the state tables %q and %q are both of the streams %s", other.Name, kept.Name, kept.Category)
				}
				for _, name := range slices.Sorted(maps.Keys(kept.names)) {
					if its := other.names[name]; its != "" {
						return fmt.Errorf("the %s of the state table %q of %s has the name of the %s of %q of %s",
							kept.names[name], kept.Name, kept.Aggregate, its, other.Name, other.Aggregate)
					}
				}
			}
			c.tables = append(c.tables, kept)
		}
		return nil
	}
}

// WithTableDrift opens a file although some of its state tables are not those of
// [WithTables]. Appends to their aggregates are refused with es.ErrNoTable until
// [Store.Rebuild] has made them anew.
func WithTableDrift() Option {
	return func(c *config) error {
		c.tolerateDrift = true
		return nil
	}
}

// stateTable is a table that the program knows.
type stateTable struct {
	*es.Table
	// definition is the table as the file remembers it.
	definition string
	sql        tableSQL
	deleted    int // the column that says that a row counts as deleted; -1 where there is none
	// names are those that the table, its view and its indexes have in the file, in lower
	// case as SQL compares them, with what has them.
	names map[string]string
}

func newStateTable(t *es.Table) (*stateTable, error) {
	if err := t.Validate(); err != nil {
		return nil, err
	}
	definition, err := json.Marshal(t)
	if err != nil {
		return nil, fmt.Errorf("table %q: %w", t.Name, err)
	}
	kept := &stateTable{Table: t, definition: string(definition)}
	kept.deleted = rows.DeletedColumn(t)
	kept.sql = newTableSQL(kept)
	return kept, kept.name()
}

// name collects the table's names.
func (t *stateTable) name() error {
	t.names = map[string]string{lower(t.Name): "table"}
	view := lower(t.viewName())
	if strings.HasPrefix(view, "es_") || strings.HasPrefix(view, "sqlite_") {
		return fmt.Errorf("table %q: its view of the events of %s would be called %q, and such names are taken", t.Name, t.Aggregate, t.viewName())
	}
	for _, other := range append([]index{{name: t.viewName()}}, t.sql.indexes(t.Name)...) {
		what := "view"
		if other.text != "" {
			what = "index"
		}
		name := lower(other.name)
		if its := t.names[name]; its != "" {
			return fmt.Errorf("table %q: its %s would have the name of its %s, %q", t.Name, what, its, other.name)
		}
		t.names[name] = what
	}
	return nil
}

// lower makes one of names that SQLite takes for the same.
func lower(name string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, name)
}

// table is the kept table of that name; nil where there is none.
func (c *config) table(name string) *stateTable {
	for _, t := range c.tables {
		if t.Name == name {
			return t
		}
	}
	return nil
}

// HasTable implements [es.TableStore].
func (s *Store) HasTable(t *es.Table) error {
	if t == nil {
		return fmt.Errorf("%w: the table is nil", es.ErrNoTable)
	}
	kept := s.cfg.table(t.Name)
	switch {
	case kept == nil:
		return fmt.Errorf("%w: open the store with sqlite.WithTables for table %q of %s", es.ErrNoTable, t.Name, t.Aggregate)
	case kept.Table == t || sameTable(kept.Table, t):
		return nil
	}
	return fmt.Errorf("%w: the store was opened with another table %q than that of %s", es.ErrNoTable, t.Name, t.Aggregate)
}

func sameTable(a, b *es.Table) bool {
	return a.Name == b.Name && a.Aggregate == b.Aggregate && a.Category == b.Category && slices.EqualFunc(a.Columns, b.Columns, sameColumn)
}

func sameColumn(a, b es.Column) bool {
	return a.Name == b.Name && a.Kind == b.Kind && a.Null == b.Null && slices.Equal(a.OneOf, b.OneOf) && a.Index == b.Index &&
		a.Unique == b.Unique && a.Fold == b.Fold && a.SoftDelete == b.SoftDelete && a.Frees == b.Frees
}

// filed is a table as the file remembers it.
type filed struct{ name, aggregate, category, definition string }

// table is the table that the file describes.
func (f filed) table() (*es.Table, error) {
	t := new(es.Table)
	return t, json.Unmarshal([]byte(f.definition), t)
}

func filedTables(c *conn) ([]filed, error) {
	var list []filed
	err := c.each("SELECT name, aggregate, category, definition FROM es_tables", func(row []driver.Value) (bool, error) {
		s := scanner{row: row}
		list = append(list, filed{s.text(0), s.text(1), s.text(2), s.text(3)})
		return true, damaged("tables", s.err)
	})
	return list, err
}

// openTables makes the tables that the file does not have, and says which of them
// it has otherwise.
func openTables(ctx context.Context, c *conn, cfg *config) error {
	if len(cfg.tables) == 0 {
		return nil
	}
	return patiently(ctx, cfg.busyTimeout, func() error {
		if err := c.exec("BEGIN IMMEDIATE"); err != nil {
			return err
		}
		err := cfg.openEach(c)
		if err == nil {
			err = c.exec("COMMIT")
		}
		if err != nil {
			// What failed may have ended the transaction by itself.
			_ = c.exec("ROLLBACK")
		}
		return err
	})
}

// openEach makes no table where another differs: Open fails then, and what it has
// made would keep programs that know no tables from the file.
func (c *config) openEach(conn *conn) error {
	list, err := filedTables(conn)
	if err != nil {
		return err
	}
	var drift []error
	for _, t := range c.tables {
		wrong, err := t.open(conn, list)
		if err != nil {
			return fmt.Errorf("table %q: %w", t.Name, err)
		}
		if wrong != nil {
			drift = append(drift, wrong)
		}
	}
	if c.tolerateDrift {
		return nil
	}
	return errors.Join(drift...)
}

// checkTables says which tables the file, which is not to be changed, has otherwise.
func checkTables(c *conn, cfg *config) error {
	list, err := filedTables(c)
	if err != nil || cfg.tolerateDrift {
		return err
	}
	var drift []error
	for _, t := range cfg.tables {
		if wrong := t.drift(list); wrong != nil {
			drift = append(drift, wrong)
		}
	}
	return errors.Join(drift...)
}

// open makes the table where the file has none. Drift is what keeps the two from
// being the same.
func (t *stateTable) open(c *conn, list []filed) (drift, err error) {
	i := slices.IndexFunc(list, func(f filed) bool { return f.name == t.Name })
	if i >= 0 {
		return t.drift(list), nil
	}
	if drift := t.drift(list); !errors.Is(drift, errNotFiled) {
		return drift, nil // the category has another table
	}
	if err := t.taken(c, nil); err != nil {
		return nil, err
	}
	streams, err := c.int("SELECT count(*) FROM (SELECT 1 FROM es_streams WHERE category = ? LIMIT 1)", t.Category)
	if err != nil {
		return nil, err
	}
	if streams > 0 {
		return &driftError{t, []string{"the file has no such table yet, and events from before it"}, nil}, nil
	}
	return nil, t.create(c)
}

// taken says which names that the table needs the file has for something else than
// the table, the indexes and the view of those that are to be replaced.
func (t *stateTable) taken(c *conn, replaced []filed) error {
	return c.each("SELECT type, name, tbl_name FROM sqlite_schema", func(row []driver.Value) (bool, error) {
		s := scanner{row: row}
		what, name, of := s.text(0), s.text(1), s.text(2)
		if t.names[lower(name)] == "" || s.err != nil {
			return true, damaged("sqlite_schema", s.err)
		}
		for _, f := range replaced {
			if lower(of) == lower(f.name) || what == "view" && lower(name) == lower(viewOf(f.aggregate)) {
				return true, nil
			}
		}
		return false, fmt.Errorf("the file has a %s %q already, which is a name that table %q of %s needs: call one of them otherwise", what, name, t.Name, t.Aggregate)
	})
}

func (t *stateTable) viewName() string { return viewOf(t.Aggregate) }

// viewOf is the view of the events of an aggregate.
func viewOf(aggregate string) string { return aggregate + "_events" }

// create makes the table, its indexes and its view, and has the file remember it.
func (t *stateTable) create(c *conn) error {
	if err := c.script(t.sql.create(t.Name)); err != nil {
		return err
	}
	for _, index := range t.sql.indexes(t.Name) {
		if err := c.script(index.text); err != nil {
			return err
		}
	}
	if err := c.script(t.sql.view()); err != nil {
		return err
	}
	return t.file(c)
}

// file has the file remember the table.
func (t *stateTable) file(c *conn) error {
	return c.exec("INSERT INTO es_tables (name, aggregate, category, definition) VALUES (?, ?, ?, ?)",
		t.Name, t.Aggregate, t.Category, t.definition)
}

var errNotFiled = errors.New("the file does not have the table")

// drift says how the file's table differs; nil where it doesn't.
func (t *stateTable) drift(list []filed) error {
	for _, f := range list {
		switch {
		case f.name != t.Name && f.category == t.Category:
			return &driftError{t, []string{fmt.Sprintf("the file keeps these aggregates in table %q", f.name)}, nil}
		case f.name != t.Name:
			continue
		case f.definition == t.definition:
			return nil
		}
		have, err := f.table()
		if err != nil {
			return &driftError{t, []string{"the file's own description of it cannot be read"}, err}
		}
		if sameTable(have, t.Table) {
			return nil // another version of this package has spelt it
		}
		return &driftError{t, difference(have, t.Table), nil}
	}
	return &driftError{t, []string{"the file does not have it"}, errNotFiled}
}

// driftError matches ErrTableDrift.
type driftError struct {
	table *stateTable
	what  []string
	err   error
}

func (e *driftError) Error() string {
	return fmt.Sprintf("%v: table %q of %s: %s: to make it from the events as the code has it, "+
		"open the store with sqlite.WithTableDrift and call Store.Rebuild (or use the program's own flag for that)",
		ErrTableDrift, e.table.Name, e.table.Aggregate, strings.Join(e.what, "; "))
}

func (e *driftError) Is(target error) bool { return target == ErrTableDrift }

func (e *driftError) Unwrap() error { return e.err }

// difference lists what the code's table has otherwise than the file's.
func difference(file, code *es.Table) []string {
	var list []string
	if file.Aggregate != code.Aggregate || file.Category != code.Category {
		list = append(list, fmt.Sprintf("the file's is of %s (%s), the code's of %s (%s)", file.Aggregate, file.Category, code.Aggregate, code.Category))
	}
	find := func(t *es.Table, name string) int {
		return slices.IndexFunc(t.Columns, func(c es.Column) bool { return c.Name == name })
	}
	for _, c := range code.Columns {
		switch i := find(file, c.Name); {
		case i < 0:
			list = append(list, fmt.Sprintf("column %q is new", c.Name))
		case !sameColumn(c, file.Columns[i]):
			list = append(list, fmt.Sprintf("column %q is %s in the file and %s in the code", c.Name, describeColumn(file.Columns[i]), describeColumn(c)))
		}
	}
	for _, c := range file.Columns {
		if find(code, c.Name) < 0 {
			list = append(list, fmt.Sprintf("column %q is gone from the code", c.Name))
		}
	}
	if len(list) == 0 {
		list = append(list, "the columns stand in another order")
	}
	return list
}

var columnKinds = [...]string{"an integer", "a real number", "a text", "a blob", "a bool", "a time", "JSON"}

func describeColumn(c es.Column) string {
	words := []string{"of an unknown kind"}
	if c.Kind >= 0 && int(c.Kind) < len(columnKinds) {
		words[0] = columnKinds[c.Kind]
	}
	for _, property := range []struct {
		has  bool
		word string
	}{
		{c.Null, "or nothing"}, {len(c.OneOf) > 0, "one of " + strings.Join(c.OneOf, "|")}, {c.Index, "indexed"},
		{c.Unique && !c.Fold, "unique"}, {c.Fold, "unique whatever the case"}, {c.SoftDelete, "a mark of deletion"}, {c.Frees, "which frees what was unique"},
	} {
		if property.has {
			words = append(words, property.word)
		}
	}
	return strings.Join(words, ", ")
}
