//go:build cgo

package sqlite

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/esgen/esgen/runtime/es"
)

// cards is a state table without an aggregate: the payload of each event is the state
// after it. It serves tests that make appends and their rows by hand.
type cards struct {
	table *es.Table
	// row, unless nil, is asked in place of the events.
	row func(ctx context.Context, store es.Store, key string) ([]any, error)
}

func cardTable(change ...func(*es.Table)) cards {
	t := &es.Table{Name: "cards", Aggregate: "card", Category: "card-{id}", Columns: []es.Column{
		{Name: "id", Kind: es.ColumnText},
		{Name: "mail", Kind: es.ColumnText, Null: true, Unique: true, Fold: true},
		{Name: "gone", Kind: es.ColumnBool, SoftDelete: true, Frees: true},
	}}
	for _, c := range change {
		c(t)
	}
	return cards{table: t}
}

func (c cards) Table() *es.Table { return c.table }

// state is what an event of a card says.
type state struct {
	Mail string
	Gone bool
}

func (c cards) RowOf(ctx context.Context, store es.Store, key string) ([]any, error) {
	if c.row != nil {
		return c.row(ctx, store, key)
	}
	var last state
	for e, err := range store.Stream(ctx, "card-"+key, es.ReadStream{}) {
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal(e.Payload, &last); err != nil {
			return nil, err
		}
	}
	return last.row(key), nil
}

func (s state) row(key string) []any {
	mail := any(s.Mail)
	if s.Mail == "" {
		mail = nil
	}
	return []any{key, mail, s.Gone}
}

// card appends a state, with its row. An empty mail is none.
func card(id string, version int64, mail string, gone ...bool) es.Append {
	s := state{Mail: mail, Gone: len(gone) > 0}
	e := event("card.changed")
	e.Payload, _ = json.Marshal(s)
	return es.Append{
		Streams: []es.StreamAppend{{Stream: es.Stream{Name: "card-" + id, Category: "card-{id}", Key: id}, Expected: es.Exactly(version), Events: []es.NewEvent{e}}},
		Rows:    []es.Row{{Table: "cards", Stream: "card-" + id, Values: s.row(id)}},
	}
}

// together is an append of all of some.
func together(appends ...es.Append) es.Append {
	var all es.Append
	for _, a := range appends {
		all.Streams, all.Rows = append(all.Streams, a.Streams...), append(all.Rows, a.Rows...)
	}
	return all
}

// fillCards makes cards, 0 to n-1, with addresses m0 and so on, in one append.
func fillCards(t *testing.T, s *Store, n int) {
	t.Helper()
	var all []es.Append
	for i := range n {
		all = append(all, card(fmt.Sprint(i), 0, fmt.Sprint("m", i)))
	}
	mustAppend(t, s, together(all...))
}

func openCards(t *testing.T, path string, c cards, opts ...Option) *Store {
	t.Helper()
	return openAt(t, path, append(opts, WithTables(c))...)
}

// cardRows reads all rows, deleted ones too.
func cardRows(t *testing.T, s *Store, c cards) (rows []string) {
	t.Helper()
	for row, err := range s.Rows(t.Context(), es.RowQuery{Table: c.table, Deleted: true}) {
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, fmt.Sprint(row))
	}
	return rows
}

// cardsAgree checks that the table holds what the events say, no more and no less.
func cardsAgree(t *testing.T, s *Store, c cards) {
	t.Helper()
	var want []string
	err := s.readers.with(t.Context(), func(conn *conn) error {
		want = nil
		streams, err := (&rebuilding{conn: conn, table: s.cfg.table("cards")}).changed(0)
		for _, k := range streams {
			values, rowErr := c.RowOf(t.Context(), s, k.key)
			if rowErr != nil {
				return rowErr
			}
			want = append(want, fmt.Sprint(values))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := cardRows(t, s, c); !sameSet(got, want) {
		t.Fatalf("rows\n%q\nwant, by the events,\n%q", got, want)
	}
}

func sameSet(a, b []string) bool {
	count := map[string]int{}
	for _, x := range a {
		count[x]++
	}
	for _, x := range b {
		count[x]--
	}
	for _, n := range count {
		if n != 0 {
			return false
		}
	}
	return true
}
