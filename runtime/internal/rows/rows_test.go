package rows_test

import (
	"fmt"
	"maps"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/internal/rows"
)

var person = &es.Table{Name: "people", Aggregate: "person", Category: "person-{id}", Columns: []es.Column{
	{Name: "id", Kind: es.ColumnInteger, Unique: true},
	{Name: "mail", Kind: es.ColumnText, Null: true, Unique: true, Fold: true},
	{Name: "code", Kind: es.ColumnText, Unique: true},
	{Name: "name", Kind: es.ColumnText},
	{Name: "print", Kind: es.ColumnBlob, Null: true, Unique: true},
	{Name: "gone", Kind: es.ColumnBool, SoftDelete: true, Frees: true},
}}

func TestClaims(t *testing.T) {
	kept := *person
	kept.Columns = append([]es.Column(nil), person.Columns...)
	kept.Columns[5].Frees = false
	bare := &es.Table{Category: "x", Columns: person.Columns[:2]}
	for name, test := range map[string]struct {
		table  *es.Table
		values []any
		want   map[int]any
	}{
		"all":                  {person, []any{int64(7), "Ann@X", "A1", "Ann", []byte("p"), false}, map[int]any{1: "ann@x", 2: "A1", 4: [1]string{"p"}}},
		"nothing is no value":  {person, []any{int64(7), nil, "A1", "Ann", nil, false}, map[int]any{2: "A1"}},
		"an empty text is one": {person, []any{int64(7), "", "", "", nil, false}, map[int]any{1: "", 2: ""}},
		"deleted":              {person, []any{int64(7), "Ann@X", "A1", "Ann", []byte("p"), true}, map[int]any{}},
		"deleted, frees none":  {&kept, []any{int64(7), "Ann@X", "A1", "Ann", nil, true}, map[int]any{1: "ann@x", 2: "A1"}},
		"never deleted":        {bare, []any{int64(7), "Ann@X"}, map[int]any{1: "ann@x"}},
	} {
		if got := maps.Collect(rows.Claims(test.table, rows.DeletedColumn(test.table), test.values)); !maps.Equal(got, test.want) {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
	for range rows.Claims(person, 5, []any{int64(7), "a", "b", "c", nil, false}) {
		break // more would panic
	}
}

// The folding is in files: a text that folds otherwise would not be found any more.
func TestFolded(t *testing.T) {
	fold, plain := &es.Column{Fold: true}, &es.Column{}
	for text, want := range map[string]string{
		"Ann@X": "ann@x", "STRASSE": "strasse", "Straße": "strasse", "ẞ": "ss", "ΣΊΣΥΦΟΣ": "σίσυφοσ", "σίσυφος": "σίσυφοσ", "ſ": "s", "K": "k", "İ": "i\u0307", "ı": "ı", "ﬁ": "fi", "Ꭰꮿᏸ": "ᎠᏯᏰ",
	} {
		if got := rows.Folded(fold, text); got != want {
			t.Errorf("%q folds to %q, want %q", text, got, want)
		}
		if got := rows.Folded(plain, text); got != text {
			t.Errorf("%q becomes %q in a column that does not fold", text, got)
		}
	}
	for _, v := range []any{nil, int64(7), true, 1.5} {
		if got := rows.Folded(fold, v); got != v || rows.MapKey(v) != v {
			t.Errorf("%v becomes %v", v, got)
		}
	}
	if rows.MapKey([]byte("a")) != rows.MapKey([]byte("a")) || rows.MapKey([]byte("a")) == rows.MapKey("a") {
		t.Error("bytes are the same as the same bytes, and as no text")
	}
}

// Characters that differ in case alone fold to the same, and what is folded stays as it is.
func TestFoldedOfEveryCharacter(t *testing.T) {
	column := &es.Column{Fold: true}
	fold := func(text any) any { return rows.Folded(column, text) }
	for r := range rune(0x20000) { // ideographs follow
		if !utf8.ValidRune(r) {
			continue
		}
		folded := fold(string(r))
		if again := fold(folded); again != folded {
			t.Errorf("%U folds to %q, and that to %q", r, folded, again)
		}
		if other := unicode.SimpleFold(r); fold(string(other)) != folded {
			t.Errorf("%U folds to %q, and %U to %q", r, folded, other, fold(string(other)))
		}
	}
}

func TestStream(t *testing.T) {
	for _, test := range []struct {
		key  any
		want string
	}{{int64(-7), "person--7"}, {"ann", "person-ann"}, {"{id}", "person-{id}"}, {"", "person-"}} {
		if got := rows.Stream(person, test.key); got != test.want {
			t.Errorf("%s: %s, want %s", fmt.Sprint(test.key), got, test.want)
		}
	}
}
