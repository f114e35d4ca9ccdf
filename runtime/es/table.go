package es

import (
	"context"
	"fmt"
	"iter"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// Table describes a state table: one row an aggregate, with its current state,
// written in the append of its events. esgen generates one for //es:table.
//
// A Table must not be changed once a store or a repository has it.
type Table struct {
	// Name is the table's, Aggregate the aggregate's stable name, Category the
	// template of its streams.
	Name, Aggregate, Category string
	// Columns has at least the key, which is the first: the aggregate's ID, as an
	// integer or as the text that stands for {id}.
	Columns []Column
}

// Column is a column of a state table.
type Column struct {
	Name string
	Kind ColumnKind
	// Null says that values may be nil.
	Null bool
	// OneOf, unless empty, are the texts that values can be.
	OneOf []string
	// Index asks for an index. Unique says that no two rows have the same value, nil
	// apart; Fold that texts are the same for that which differ in case alone.
	Index, Unique, Fold bool
	// SoftDelete says that a row counts as deleted where the value is true. Frees says
	// that such a row's unique values can be taken by others.
	SoftDelete, Frees bool
}

// ColumnKind is what a column holds.
type ColumnKind int

// The kinds of columns, with the Go type that their values have in a Row.
const (
	ColumnInteger ColumnKind = iota // int64
	ColumnReal                      // float64
	ColumnText                      // string
	ColumnBlob                      // []byte
	ColumnBool                      // bool
	ColumnTime                      // int64: nanoseconds since 1970
	ColumnJSON                      // string: a JSON value
)

// Row is the state of one aggregate after an append, to be written with it.
type Row struct {
	// Table is the name of the table, Stream the full name of the stream, one of the
	// append's.
	Table, Stream string
	// Values are those of all columns, in the table's order, each of the column's type
	// or nil.
	Values []any
}

// TableStore is a store that keeps state tables.
//
// Beyond the contract of Store, an append's rows are written if and only if its
// events are; a value that is taken is a *UniqueError, judged after conditions.
// Once a store has kept a table, an append to a stream of the table's category that
// brings no row for it is refused.
type TableStore interface {
	Store
	// HasTable returns an error that says what is amiss, unless the store keeps the
	// table with these columns.
	HasTable(t *Table) error
	// Rows reads rows, in the order of their keys. What an iterator yields is the
	// caller's; else the rules of Store.Stream hold.
	Rows(ctx context.Context, q RowQuery) iter.Seq2[[]any, error]
}

// RowQuery says which rows of a table to read. The zero value but for Table reads
// all that do not count as deleted.
type RowQuery struct {
	Table *Table
	// Column and Value select the rows with that value in that column; with regard to
	// case only where the column does not fold. An empty Column selects all.
	Column string
	Value  any
	// After is the key after which to begin; nil begins with the first.
	After any
	// Limit is the most rows to be read; 0 is no limit.
	Limit int
	// Deleted reads those that count as deleted as well.
	Deleted bool
}

// UniqueError says that a value that must be unique is taken. It matches
// ErrUnique. It does not hold the value.
type UniqueError struct {
	// Aggregate is the stable name, Column the column of its table.
	Aggregate, Column string
	// Stream is the stream of the aggregate that has the value.
	Stream string
}

func (e *UniqueError) Error() string {
	return fmt.Sprintf("%s: its %s is taken, by stream %s", e.Aggregate, e.Column, visible(e.Stream))
}

// Is matches ErrUnique.
func (e *UniqueError) Is(target error) bool { return target == ErrUnique }

// Validate says what is wrong with t, whatever a store holds. Every store that
// keeps tables calls it.
func (t *Table) Validate() error {
	if t == nil {
		return fmt.Errorf("the table is nil")
	}
	if err := checkName(t.Name); err != nil {
		return fmt.Errorf("table %q: %w", t.Name, err)
	}
	if lower := strings.ToLower(t.Name); strings.HasPrefix(lower, "es_") || strings.HasPrefix(lower, "sqlite_") {
		return fmt.Errorf("table %q: names that begin with es_ or sqlite_ are taken", t.Name)
	}
	if len(t.Columns) == 0 {
		return fmt.Errorf("table %q has no columns", t.Name)
	}
	if err := checkName(t.Aggregate); err != nil {
		return fmt.Errorf("table %q: the aggregate's name %q: %w", t.Name, t.Aggregate, err)
	}
	if err := checkName(t.Category); err != nil {
		return fmt.Errorf("table %q: the template of its streams %q: %w", t.Name, t.Category, err)
	}
	seen := map[string]bool{}
	deletes := 0
	for i := range t.Columns {
		c := &t.Columns[i]
		name := strings.ToLower(c.Name)
		switch err := checkName(c.Name); {
		case err != nil:
			return fmt.Errorf("table %q, column %q: %w", t.Name, c.Name, err)
		case seen[name]:
			return fmt.Errorf("table %q has two columns called %q", t.Name, c.Name)
		case strings.HasPrefix(name, "es_"):
			return fmt.Errorf("table %q, column %q: names that begin with es_ are taken", t.Name, c.Name)
		case c.Kind < ColumnInteger || c.Kind > ColumnJSON:
			return fmt.Errorf("table %q, column %q: there is no kind %d", t.Name, c.Name, c.Kind)
		case len(c.OneOf) > 0 && c.Kind != ColumnText:
			return fmt.Errorf("table %q, column %q: only a text can be one of some", t.Name, c.Name)
		case slices.ContainsFunc(c.OneOf, notText):
			return fmt.Errorf("table %q, column %q: what it can be is not UTF-8, or has a NUL in it", t.Name, c.Name)
		case i == 0 && (c.Null || c.Kind != ColumnInteger && c.Kind != ColumnText):
			return fmt.Errorf("table %q, column %q: the key must be an integer or a text, and never nil", t.Name, c.Name)
		case i == 0 && c.Fold:
			return fmt.Errorf("table %q, column %q: the key does not fold, for an ID is told from others by case too", t.Name, c.Name)
		case c.Fold && (!c.Unique || c.Kind != ColumnText):
			return fmt.Errorf("table %q, column %q: only a unique text can fold", t.Name, c.Name)
		case c.SoftDelete && c.Kind != ColumnBool:
			return fmt.Errorf("table %q, column %q: only a bool can say that a row is deleted", t.Name, c.Name)
		case c.Frees && !c.SoftDelete:
			return fmt.Errorf("table %q, column %q: only what says that a row is deleted can free its values", t.Name, c.Name)
		}
		seen[name] = true
		if c.SoftDelete {
			deletes++
		}
	}
	if deletes > 1 {
		return fmt.Errorf("table %q: two columns say that a row is deleted", t.Name)
	}
	return nil
}

func checkName(name string) error {
	if name == "" || notText(name) {
		return fmt.Errorf("a name must be text, not empty, and without NUL")
	}
	return nil
}

// notText says that a text cannot stand in a statement.
func notText(text string) bool { return !utf8.ValidString(text) || strings.ContainsRune(text, 0) }

// CheckRow says what is wrong with the values of a row of t.
func (t *Table) CheckRow(values []any) error {
	if len(values) != len(t.Columns) {
		return fmt.Errorf("table %q has %d columns, and the row %d values", t.Name, len(t.Columns), len(values))
	}
	for i, v := range values {
		c := &t.Columns[i]
		ok := c.Null
		switch v := v.(type) {
		case nil:
		case int64:
			ok = c.Kind == ColumnInteger || c.Kind == ColumnTime
		case float64:
			ok = c.Kind == ColumnReal
			if ok && math.IsNaN(v) {
				return fmt.Errorf("table %q, column %q does not take NaN", t.Name, c.Name)
			}
		case string:
			ok = c.Kind == ColumnText || c.Kind == ColumnJSON
			switch {
			case !ok:
			case !utf8.ValidString(v):
				return fmt.Errorf("table %q, column %q does not take what is not UTF-8", t.Name, c.Name)
			case len(c.OneOf) > 0 && !slices.Contains(c.OneOf, v):
				return fmt.Errorf("table %q, column %q takes but %s", t.Name, c.Name, strings.Join(c.OneOf, ", "))
			}
		case []byte:
			ok = c.Kind == ColumnBlob && v != nil // what is nil is nil itself
		case bool:
			ok = c.Kind == ColumnBool
		default:
			ok = false
		}
		if !ok {
			return fmt.Errorf("table %q, column %q does not take this %T", t.Name, c.Name, v)
		}
	}
	return nil
}
