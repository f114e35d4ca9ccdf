package golang

import (
	"testing"
)

// A fingerprint of an apply method changes with what the method does, and with nothing else.
func TestApplySource(t *testing.T) {
	sourceWith := func(imports, method string) string {
		s := readScenario(t, "testdata/load/profile.txtar")
		s.write(t, "second/a.go", `package second

import "github.com/esgen/esgen/runtime/es"
`+imports+`

//es:aggregate order
//es:snapshot every=10
type Order struct {
	es.Root

	id string `+"`es:\"id\"`"+`
	n  int
}

//es:event order.placed
type Placed struct{ ID string }

`+method)
		module, findings, err := Load(t.Context(), s.config, "./second")
		if err != nil || len(findings) > 0 {
			t.Fatal(findings, err)
		}
		return module.Packages[0].Aggregates[0].Applies[0].Source
	}
	source := func(method string) string { return sourceWith("", method) }
	base := source("func (o *Order) applyPlaced(e Placed) { o.id, o.n = e.ID, 1 }\n")
	if len(base) != 32 {
		t.Errorf("the fingerprint is %q", base)
	}
	for _, same := range []string{
		"// Comments do not matter.\nfunc (o *Order) applyPlaced(e Placed) { o.id, o.n = e.ID, /* one */ 1 } // none\n",
		"func (o *Order) applyPlaced(\n\te Placed,\n) {\n\t// well\n\to.id, o.n = e.ID,\n\t\t1\n}\n",
		"func (o *Order) applyPlaced(e Placed) { o.id, o.n = e.ID, 1; }\n",
		"\n\n\nfunc  (o  *Order)  applyPlaced(e  Placed)  {o.id,o.n=e.ID,1}\n",
	} {
		if got := source(same); got != base {
			t.Errorf("laid out otherwise it has another fingerprint:\n%s", same)
		}
	}
	seen := map[string]string{base: "the first"}
	for _, other := range []string{
		"func (o *Order) applyPlaced(e Placed) { o.id, o.n = e.ID, 2 }\n",
		"func (o *Order) applyPlaced(e Placed) { o.id, o.n = e.ID, '1' }\n",
		"func (o *Order) applyPlaced(e Placed) { o.id, o.n = \"e.ID\", 1 }\n",
		"func (o *Order) applyPlaced(e Placed) { o.n, o.id = e.ID, 1 }\n",
		"func (o *Order) applyPlaced(e Placed) { o.id, o.n = e.ID, 1; o.n-- }\n",
		"func (o *Order) applyPlaced(e Placed) { o.id, o.n = e.ID, - 1 }\n",
		"func (o *Order) applyPlaced(e Placed) { o.id, o.n = e.ID, helper(1) }\n",
		"//es:apply Placed\nfunc (o *Order) place(e Placed) { o.id, o.n = e.ID, 1 }\n",
		"func (o *Order) applyPlaced(e Placed) { }\n",
	} {
		got := source(other)
		if seen[got] != "" {
			t.Errorf("these have one fingerprint:\n%s\n%s", seen[got], other)
		}
		seen[got] = other
	}

	// The same line may call another package.
	const calls = "func (o *Order) applyPlaced(e Placed) { o.id = text.ToUpper(e.ID) }\n"
	upper := sourceWith("import text \"strings\"\n", calls)
	if upper == sourceWith("import text \"bytes\"\n", calls) {
		t.Error("a call of another package has the same fingerprint")
	}
	if upper != sourceWith("import (\n\t\"bytes\"\n\ttext \"strings\"\n)\nvar _ = bytes.Equal\n", calls) {
		t.Error("an import that the method does not name changes its fingerprint")
	}
}
