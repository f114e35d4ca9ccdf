package es_test

import (
	"math"
	"strings"
	"testing"

	"github.com/esgen/esgen/runtime/es"
)

func validTable() *es.Table {
	return &es.Table{Name: "order", Aggregate: "user", Category: "user-{id}", Columns: []es.Column{
		{Name: "id", Kind: es.ColumnInteger},
		{Name: "mail", Kind: es.ColumnText, Null: true, Unique: true, Fold: true, Index: true},
		{Name: "kind", Kind: es.ColumnText, OneOf: []string{"a", "it's"}},
		{Name: "gone", Kind: es.ColumnBool, SoftDelete: true, Frees: true},
		{Name: "score", Kind: es.ColumnReal},
		{Name: "photo", Kind: es.ColumnBlob, Null: true},
		{Name: "since", Kind: es.ColumnTime},
		{Name: "tags", Kind: es.ColumnJSON},
	}}
}

func TestTableValidate(t *testing.T) {
	if err := validTable().Validate(); err != nil {
		t.Fatal(err)
	}
	if err := (*es.Table)(nil).Validate(); err == nil {
		t.Error("no table passes")
	}
	for want, spoil := range map[string]func(t *es.Table){
		`table "":`:                      func(t *es.Table) { t.Name = "" },
		`table "a\x00b":`:                func(t *es.Table) { t.Name = "a\x00b" },
		`table "\xff":`:                  func(t *es.Table) { t.Name = "\xff" },
		"begin with es_ or sqlite_":      func(t *es.Table) { t.Name = "Sqlite_x" },
		"the aggregate's name":           func(t *es.Table) { t.Aggregate = "" },
		"the template of its streams":    func(t *es.Table) { t.Category = "user-{id}\x00" },
		"has no columns":                 func(t *es.Table) { t.Columns = nil },
		`column "":`:                     func(t *es.Table) { t.Columns[1].Name = "" },
		`two columns called "MAIL"`:      func(t *es.Table) { t.Columns[2].Name = "MAIL" },
		"names that begin with es_":      func(t *es.Table) { t.Columns[2].Name = "ES_fold_mail" },
		"there is no kind 8":             func(t *es.Table) { t.Columns[1].Kind = 8 },
		"there is no kind -1":            func(t *es.Table) { t.Columns[1].Kind = -1 },
		"only a text can be one of some": func(t *es.Table) { t.Columns[7].OneOf = []string{"{}"} },
		"has a NUL in it":                func(t *es.Table) { t.Columns[2].OneOf = []string{"a", "b\x00"} },
		"the key must be an integer":     func(t *es.Table) { t.Columns[0].Null = true },
		"the key does not fold":          func(t *es.Table) { t.Columns[0] = es.Column{Name: "id", Kind: es.ColumnText, Unique: true, Fold: true} },
		"only a unique text can fold":    func(t *es.Table) { t.Columns[1].Unique = false },
		"only a bool can say":            func(t *es.Table) { t.Columns[4].SoftDelete = true },
		"can free its values":            func(t *es.Table) { t.Columns[3].SoftDelete = false },
		"two columns say that a row":     func(t *es.Table) { t.Columns[4] = es.Column{Name: "off", Kind: es.ColumnBool, SoftDelete: true} },
	} {
		table := validTable()
		spoil(table)
		if err := table.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want an error with %q", err, want)
		}
	}
}

func TestCheckRow(t *testing.T) {
	valid := func() []any { return []any{int64(1), "a@b", "it's", false, 1.5, []byte{}, int64(0), "[]"} }
	if err := validTable().CheckRow(valid()); err != nil {
		t.Fatal(err)
	}
	for i, good := range map[int]any{1: nil, 4: math.Inf(1), 5: nil, 1 << 10: nil} {
		row := valid()
		if i < len(row) {
			row[i] = good
		}
		if err := validTable().CheckRow(row); err != nil {
			t.Errorf("column %d does not take %v: %v", i, good, err)
		}
	}
	for _, test := range []struct {
		column int
		value  any
		want   string
	}{
		{0, nil, `column "id" does not take this <nil>`}, {0, 1, "does not take this int"}, {0, "1", "does not take this string"},
		{1, "\xff", "not UTF-8"}, {2, "b", "takes but a, it's"}, {2, "", "takes but"}, {3, int64(1), "does not take this int64"},
		{4, math.NaN(), "NaN"}, {4, int64(1), "does not take this int64"}, {4, float32(1), "does not take this float32"},
		{5, []byte(nil), "does not take this []uint8"}, {5, "x", "does not take this string"}, {7, []byte("{}"), "does not take this []uint8"}, {7, nil, "<nil>"},
	} {
		row := valid()
		row[test.column] = test.value
		if err := validTable().CheckRow(row); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("column %d, %#v: %v, want an error with %q", test.column, test.value, err, test.want)
		}
	}
	if err := validTable().CheckRow(valid()[1:]); err == nil || !strings.Contains(err.Error(), "8 columns, and the row 7 values") {
		t.Errorf("a row that is too short: %v", err)
	}
}
