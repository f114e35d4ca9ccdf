package templates

import (
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/esgen/esgen/schema"
)

// shop is a package to be spoilt.
const shop = `
-- shop.go --
package shop

import (
	"github.com/esgen/esgen/runtime/es"
)

//es:aggregate order
type Order struct {
	es.Root

	id Number ¦es:"id"¦
}

func (o *Order) applyPlaced(e Placed) { o.id = e.Number }

func (o *Order) Place(n Number) { o.record(Placed{Number: n}) }

//es:aggregate parcel
//es:stream of=Order
type Parcel struct {
	es.Root

	id Number ¦es:"id"¦
}

func (p *Parcel) applyPlaced(e Placed) { p.id = e.Number }
func (p *Parcel) applySent(Sent)       {}

func (p *Parcel) Send() { p.record(Sent{}) }

type Number string

type Line struct {
	Product string
	Count   int
}

//es:event order.placed
type Placed struct {
	Number Number
	Lines  []Line
	Extra  map[string]struct{ A int ¦json:"a"¦ }
}

//es:event parcel.sent
type Sent struct{}
`

// TestCompiler changes a package after it was generated: the compiler must say
// that something is wrong, and about what.
func TestCompiler(t *testing.T) {
	tests := []struct {
		name string
		// old is replaced by new.
		old, new string
		// want must be part of the output; without it all is well.
		want string
	}{
		{"sound", "", "", ""},
		{"tag", "Number Number\n", "Number Number ¦json:\"n\"¦\n", "cannot use Placed{} (value of struct type Placed) as struct{"},
		{"deep", "Product string", `Product string ¦json:"p"¦`, "cannot use Line{}"},
		{"unnamed", `A int ¦json:"a"¦`, `A int ¦json:"b"¦`, "cannot use Placed{}"},
		{"sibling", "o.record(Placed{Number: n})", "o.record(Sent{})",
			"cannot use Sent{} (value of struct type Sent) as OrderEvent value in argument to o.record: Sent does not implement OrderEvent (missing method isOrderEvent)"},
		{"stranger", "o.record(Placed{Number: n})", "o.record(n)",
			"Number does not implement OrderEvent (missing method EventType)"},
		{"added", "Number Number\n", "Number Number\n\tNote string\n", "cannot use Placed{} (value of struct type Placed) as struct{"},
		{"removed", "type Sent struct{}", "type Sent struct{ _ int }", "cannot use Sent{}"},
		{"retyped", "Count   int", "Count   int32", "cannot use Line{}"},
		{"swapped", "Number Number\n\tLines  []Line", "Lines  []Line\n\tNumber Number", "cannot use Placed{}"},
		{"inner", "type Number string", "type Number []byte", "cannot convert (*Number)(nil)"},
	}
	source := txtar.Parse([]byte(strings.ReplaceAll(shop, "¦", "`"))).Files[0].Data
	user := newUserModule(t, "example.com/user")
	for _, test := range tests {
		user.write(t, test.name+"/shop.go", source)
	}
	user.generate(t, "./...")
	for _, test := range tests {
		quote := strings.NewReplacer("¦", "`")
		before, after := quote.Replace(test.old), quote.Replace(test.new)
		if !strings.Contains(string(source), before) {
			t.Fatalf("%s: there is no %q", test.name, before)
		}
		user.write(t, test.name+"/shop.go", []byte(strings.Replace(string(source), before, after, 1)))
	}
	output, err := user.command(t, "build", "./...")
	if err == nil {
		t.Fatal("all of it compiles")
	}
	// One part of the output a package, each under the package's name.
	outputs := make(map[string]string)
	for part := range strings.SplitSeq("\n"+output, "\n# example.com/user/") {
		name, rest, _ := strings.Cut(part, "\n")
		outputs[name] = rest
	}
	for _, test := range tests {
		got := outputs[test.name]
		if test.want == "" && got != "" || test.want != "" && !strings.Contains(got, test.want) {
			t.Errorf("%s: the compiler says:\n%s\nwant: %s", test.name, got, test.want)
		}
	}
}

// Types with arguments are the same only where these are, down to the tags.
func TestTaggedTypeArguments(t *testing.T) {
	user := newUserModule(t, "example.com/user")
	source := strings.ReplaceAll(shop[strings.Index(shop, "package"):], "¦", "`")
	source = strings.Replace(source, "type Sent struct{}", "type Sent struct {\n\tBox Box[struct{ A int `json:\"a\"` }]\n\tCount Count\n}\n\n"+
		"type Box[T any] struct{ V T }\n\ntype Count map[string]Box[[]struct{ B int `json:\"b\"` }]", 1)
	user.write(t, "shop/shop.go", []byte(source))
	user.generate(t, "./...")
	if output, err := user.command(t, "vet", "./..."); err != nil {
		t.Errorf("%v:\n%s", err, output)
	}
}

// A package that gives a predeclared name a meaning of its own is told so, where
// generated code needs the usual one.
func TestShadowedPredeclared(t *testing.T) {
	for _, name := range []string{"string", "error", "nil"} {
		user := newUserModule(t, "example.com/user")
		user.write(t, "shop/shop.go", []byte(strings.ReplaceAll(shop[strings.Index(shop, "package"):], "¦", "`")))
		m := user.load(t, "./...")
		p := m.Packages[0]
		p.Objects = append(p.Objects, schema.Object{Name: schema.Text{Value: name}, Kind: "func"})
		_, err := Generate(m)
		if err == nil || !strings.Contains(err.Error(), "the package declares a "+name+" of its own: rename it") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
