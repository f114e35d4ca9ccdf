//go:build cgo

package sqlite

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/esgen/esgen/runtime/es"
)

// tabledFile has two state tables: one with a text and one with an integer as its key.
func tabledFile(t *testing.T) (path string, c, n cards) {
	t.Helper()
	path = newPath(t)
	c = cardTable()
	n = cardTable(func(t *es.Table) {
		t.Name, t.Aggregate, t.Category = `a "note"`, "note", "note-{id}"
		t.Columns = []es.Column{{Name: "id", Kind: es.ColumnInteger}, {Name: "select", Kind: es.ColumnText, Null: true, Index: true}}
	})
	s, err := Open(t.Context(), path, WithTables(c, n))
	if err != nil {
		t.Fatal(err)
	}
	defer closeStore(t, s)
	for i := range 3 {
		mustAppend(t, s, card(fmt.Sprint("c", i), 0, fmt.Sprint("M", i)))
		a := card(fmt.Sprint(i-1), 0, "")
		a.Streams[0].Stream = es.Stream{Name: fmt.Sprint("note-", i-1), Category: "note-{id}", Key: fmt.Sprint(i - 1)}
		a.Rows[0] = es.Row{Table: `a "note"`, Stream: fmt.Sprint("note-", i-1), Values: []any{int64(i - 1), nil}}
		mustAppend(t, s, a)
	}
	mustAppend(t, s, card("nil", 0, ""))
	return path, c, n
}

func TestCheckTables(t *testing.T) {
	t.Parallel()
	path, c, _ := tabledFile(t)
	want := Report{Format: 1, Streams: 7, Events: 7, Types: 1, Tables: 2, Rows: 7}
	if diff := cmp.Diff(want, mustCheck(t, path)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	// A table that was made anew is spelt as a new one, and what a rebuild has left is no
	// fault.
	s := openCards(t, path, c)
	if err := s.Rebuild(t.Context(), c, nil); err != nil {
		t.Fatal(err)
	}
	sqlExec(t, path, "CREATE TABLE es_new_1 (x)", "INSERT INTO es_rebuilds VALUES ('es_new_1', 'card-{id}'), ('es_new_2', 'card-{id}')",
		"CREATE INDEX mine ON cards (gone)", "CREATE VIEW my_view AS SELECT * FROM cards")
	if diff := cmp.Diff(want, mustCheck(t, path)); diff != "" {
		t.Errorf("after a rebuild (-want +got):\n%s", diff)
	}
}

func TestCheckFindsFaultsOfTables(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		damage string
		want   []string // what faults begin with
	}{
		{"DELETE FROM cards WHERE id = 'c1'", []string{`row: stream card-c1: table "cards" has no row for it`}},
		{"INSERT INTO cards VALUES ('c7', NULL, 0, NULL)", []string{`row: stream card-c7: table "cards" has a row for it, and the file no such stream`}},
		{"UPDATE cards SET id = 'C1' WHERE id = 'c1'", []string{`row: stream card-C1: `, `row: stream card-c1: `}},
		{"UPDATE cards SET mail = 'x' WHERE id = 'c1'", []string{`row: stream card-c1: the row in table "cards" has a mail that is not unique by its fold`}},
		{"UPDATE cards SET es_fold_mail = NULL WHERE id = 'c1'", []string{`row: stream card-c1: the row in table "cards" has a mail that is not`}},
		{`DELETE FROM "a ""note""" WHERE id = -1`, []string{`row: stream note--1: table "a \"note\"" has no row for it`}},
		{`INSERT INTO "a ""note""" VALUES (7, NULL)`, []string{`row: stream note-7: `}},
		{"DROP INDEX cards_unique_mail", []string{`table: index "cards_unique_mail" is missing, and the file remembers state table "cards" of card`}},
		{"DROP INDEX cards_unique_mail; CREATE INDEX cards_unique_mail ON cards (mail)", []string{`table: index "cards_unique_mail" is not what`}},
		{"DROP VIEW card_events", []string{`table: view "card_events" is missing`}},
		{"DROP TABLE cards", []string{`table: table "cards" is missing`, `table: index "cards_unique_mail" is missing`}},
		{"ALTER TABLE cards ADD COLUMN more TEXT", []string{`table: table "cards" is not what the file remembers`}},
		{"DELETE FROM es_tables WHERE name = 'cards'", nil},
		{"UPDATE es_tables SET definition = '{' WHERE name = 'cards'", []string{`table: es_tables: the description of table "cards" of card cannot be: unexpected end`}},
		{"UPDATE es_tables SET name = 'kards' WHERE name = 'cards'", []string{`table: es_tables: the description of table "kards" of card cannot be: it is that of table "cards"`}},
		{`UPDATE es_tables SET definition = json_set(definition, '$.Columns[1].Kind', 9) WHERE name = 'cards'`, []string{`table: es_tables: the description of table "cards" of card cannot be: table "cards", column "mail": there is no kind 9`}},
	} {
		path, _, _ := tabledFile(t)
		sqlExec(t, path, test.damage)
		report := mustCheck(t, path)
		var got []string
		for _, f := range report.Faults {
			got = append(got, fmt.Sprintf("%s: %s", f.Kind, f))
		}
		same := len(got) == len(test.want)
		for i := range test.want {
			same = same && strings.HasPrefix(got[i], test.want[i])
		}
		if !same {
			t.Errorf("%s: found\n%q\nwant\n%q", test.damage, got, test.want)
		}
	}
}

// A table with more rows than a page, under a rebuild that swaps it away meanwhile.
func TestCheckWhileATableIsRebuilt(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	c := cardTable()
	s := openCards(t, path, c)
	fillCards(t, s, 3*fullPage)
	wider := cardTable(func(t *es.Table) { t.Columns[1].Index = true })
	next := openCards(t, path, wider, WithTableDrift())
	steps := 0
	report := mustCheck(t, path, OnProgress(func(p Progress) {
		if p.Step != "rows" {
			return
		}
		if steps++; steps == 2 {
			if err := next.Rebuild(t.Context(), wider, nil); err != nil {
				t.Error(err)
			}
		}
	}))
	if err := report.Err(); err != nil || steps < 2 {
		t.Errorf("%d steps, %v", steps, err)
	}
	if report := mustCheck(t, path); report.Err() != nil || report.Rows < 3*fullPage {
		t.Errorf("%+v", report)
	}
}
