package golang

import (
	"strings"
	"testing"
)

// What an apply method calls or reads, as far as the package declares it, is a part of
// what it does.
func TestApplySourceReaches(t *testing.T) {
	const before = `package second

import "github.com/esgen/esgen/runtime/es"

//es:aggregate order
//es:snapshot every=10
type Order struct {
	es.Root

	id    string ¦es:"id"¦
	total money
}

//es:event order.placed
type Placed struct{ ID string }

func (o *Order) applyPlaced(e Placed) {
	o.id = trim(e.ID)
	o.total = o.total.plus(price)
	o.setup(second)
}

func (o *Order) setup(k kind) { o.total *= money(k) }

type money int

func (m money) plus(n money) money { return m + n }

// kind cannot be told from it.
type kind int

const (
	first kind = iota + 1
	second
)

var price = money(vat * 3)

const vat = 19

func trim(s string) string {
	if s == "" {
		return s
	}
	return cut(s)
}

func cut(s string) string {
	if len(s) > limit {
		return trim(s[:limit])
	}
	return s
}

const limit, other = 10, 20

func (o *Order) Total() int { return int(o.total) }

func unrelated() int { return other }
`
	changes := []struct {
		what, old, new string
		same           bool
	}{
		{"a comment", "cannot be told from it", "is not it", true},
		{"a method that is not called", "return int(o.total)", "return 2 * int(o.total)", true},
		{"a function that is not called", "return other", "return 2 * other", true},
		{"a method of the aggregate", "o.total *= money(k)", "o.total += money(k)", false},
		{"a method of a value", "return m + n", "return m - n", false},
		{"a variable", "vat * 3", "vat * 4", false},
		{"a constant that a variable has", "vat = 19", "vat = 7", false},
		{"a constant that counts", "iota + 1", "iota + 2", false},
		{"a function", `if s == ""`, `if s == "x"`, false},
		{"a function that a function calls", "len(s) > limit", "len(s) >= limit", false},
		{"a constant that a function of a function has", "= 10, 20", "= 11, 20", false},
	}
	s := readScenario(t, "testdata/load/profile.txtar")
	var base string
	for i := -1; i < len(changes); i++ {
		text, what := before, ""
		if i >= 0 {
			what = changes[i].what
			if strings.Count(before, changes[i].old) != 1 {
				t.Fatalf("%s: %q is not there once", what, changes[i].old)
			}
			text = strings.Replace(before, changes[i].old, changes[i].new, 1)
		}
		s.write(t, "second/a.go", strings.ReplaceAll(text, "¦", "`"))
		module, findings, err := Load(t.Context(), s.config, "./second")
		if err != nil || len(findings) > 0 {
			t.Fatal(findings, err)
		}
		got := module.Packages[0].Aggregates[0].Applies[0].Source
		if i < 0 {
			base = got
		} else if changes[i].same != (got == base) {
			t.Errorf("%s: same is %t", what, got == base)
		}
	}
}
