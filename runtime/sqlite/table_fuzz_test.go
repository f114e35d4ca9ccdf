//go:build cgo

package sqlite

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/cases"

	"github.com/esgen/esgen/runtime/es"
)

// Whatever tables, columns and aggregates are called, and whatever values they have, a
// file does what a map in Go does, and nothing else happens to it.
func FuzzTableNames(f *testing.F) {
	f.Add("users", "name", "user", "Ann", "ANN")
	f.Add("order", "select", "group", "", "\x00")
	f.Add(`select "x"; --`, `a"b`, `x'y`, `'; DROP TABLE es_events; --`, `"`)
	f.Add("x = ?", "IN (?", "LIMIT ?", "= ?", "(?)")
	f.Add("(?)", "(?)", "?", "?", "$1")
	f.Add(`"es_events"`, "rowid", "_rowid_", "stra\u00dfe", "STRASSE")
	f.Add("a]b`c", "%s", "\u200b", "\ufeff", "\u0130")
	f.Add("main.t", "position", "card", "1e3", "0x10")
	f.Add("excluded", "excluded", "excluded", "NULL", "null")
	f.Add("s", "key", "s", "r", "es_tables")
	f.Add("CARDS", "ID ", "card", "9007199254740993", "-0")
	f.Fuzz(func(t *testing.T, table, column, aggregate, first, second string) {
		c := cardTable(func(t *es.Table) {
			t.Name, t.Aggregate, t.Category = table, aggregate, aggregate+"-{id}"
			t.Columns[1].Name = column
			t.Columns = append(t.Columns, es.Column{Name: column + "'", Kind: es.ColumnText, Index: true, Null: true}, es.Column{Name: column + `"`, Kind: es.ColumnBlob, Null: true})
		})
		path := filepath.Join(t.TempDir(), "events.db")
		s, err := Open(t.Context(), path, WithTables(c), WithSynchronousNormal())
		if _, bad := newStateTable(c.table); bad != nil {
			if err == nil {
				t.Errorf("a table that cannot be was made: %v", bad)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		defer closeStore(t, s)
		m := &nameModel{table: c.table, rows: map[string][]any{}, stored: map[string]int64{}}
		for i, change := range [][]any{{"1", first, false}, {"2", second, false}, {"1", second, false}, {first, first, false}, {"1", nil, true}, {"2", first, false}, {"1", first, false}} {
			values := append(change, second, []byte(first))
			m.append(t, s, i, values)
		}
		m.compare(t, s, first, second)
		if report, err := Check(context.Background(), path); err != nil || report.Err() != nil || report.Tables != 1 || report.Rows != int64(len(m.rows)) {
			t.Errorf("%+v, %v", report, err)
		}
	})
}

// nameModel is what a table comes to, in a map.
type nameModel struct {
	table  *es.Table
	rows   map[string][]any
	stored map[string]int64
}

func (m *nameModel) append(t *testing.T, s *Store, i int, values []any) {
	key := values[0].(string)
	stream := es.Stream{Name: strings.Replace(m.table.Category, "{id}", key, 1), Category: m.table.Category, Key: key}
	for other := range m.rows { // another key may spell the same stream, in a template of two {id}
		if other != key && strings.Replace(m.table.Category, "{id}", other, 1) == stream.Name {
			t.Fatal("two keys of one stream")
		}
	}
	e := event("made")
	_, err := s.Append(t.Context(), es.Append{
		Streams: []es.StreamAppend{{Stream: stream, Expected: es.Exactly(m.stored[key]), Events: []es.NewEvent{e}}},
		Rows:    []es.Row{{Table: m.table.Name, Stream: stream.Name, Values: values}},
	})
	mail, claims := values[1].(string)
	switch {
	case !valid(values):
		if !errors.Is(err, es.ErrInvalidAppend) {
			t.Errorf("append %d of %q: %v, want es.ErrInvalidAppend", i, values, err)
		}
	case claims && values[2] == false && m.holder(mail, key) != "":
		taken, ok := errors.AsType[*es.UniqueError](err)
		if want := strings.Replace(m.table.Category, "{id}", m.holder(mail, key), 1); !ok || taken.Stream != want || taken.Column != m.table.Columns[1].Name {
			t.Errorf("append %d of %q: %v, want it taken by %q", i, values, err, want)
		}
	case err != nil:
		t.Errorf("append %d of %q: %v", i, values, err)
	default:
		m.rows[key] = values
		m.stored[key]++
	}
}

// valid says whether values can be stored.
func valid(values []any) bool {
	for _, v := range values {
		if text, ok := v.(string); ok && !utf8.ValidString(text) {
			return false
		}
	}
	return true
}

func (m *nameModel) holder(mail, key string) string {
	for other, row := range m.rows {
		if its, ok := row[1].(string); ok && other != key && row[2] == false && cases.Fold().String(its) == cases.Fold().String(mail) {
			return other
		}
	}
	return ""
}

func (m *nameModel) compare(t *testing.T, s *Store, values ...string) {
	read := func(q es.RowQuery) map[string]string {
		q.Table, q.Deleted = m.table, true
		got := make(map[string]string)
		for row, err := range s.Rows(t.Context(), q) {
			if err != nil {
				t.Errorf("%+v: %v", q, err)
				return nil
			}
			got[row[0].(string)] = fmt.Sprintf("%#v", row)
		}
		return got
	}
	compare := func(q es.RowQuery, is func(row []any) bool) {
		got, want := read(q), 0
		for key, row := range m.rows {
			if !is(row) {
				continue
			}
			want++
			if got[key] != fmt.Sprintf("%#v", row) {
				t.Errorf("%+v: row %s, want %#v", q, got[key], row)
			}
		}
		if len(got) != want {
			t.Errorf("%+v: %d rows, want %d", q, len(got), want)
		}
	}
	compare(es.RowQuery{}, func([]any) bool { return true })
	for _, v := range values {
		compare(es.RowQuery{Column: m.table.Columns[1].Name, Value: v}, func(row []any) bool {
			its, ok := row[1].(string)
			return ok && cases.Fold().String(its) == cases.Fold().String(v)
		})
		compare(es.RowQuery{Column: m.table.Columns[3].Name, Value: v}, func(row []any) bool { return row[3] == v })
		compare(es.RowQuery{Column: m.table.Columns[0].Name, Value: v}, func(row []any) bool { return row[0] == v })
	}
}
