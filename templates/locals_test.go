package templates

import (
	"testing"

	"github.com/esgen/esgen/schema"
)

func TestLocals(t *testing.T) {
	p := scoped("o", "order", "err")
	p.Objects = append(p.Objects,
		schema.Object{Name: schema.Text{Value: "s"}, Kind: "var"},
		schema.Object{Name: schema.Text{Value: "clock", Span: schema.Span{File: "/src/order_test.go"}}, Kind: "func"},
		schema.Object{Name: schema.Text{Value: "uuid"}, Kind: "import"},
		schema.Object{Recv: "Order", Name: schema.Text{Value: "dst"}, Kind: "field"})
	l := newGoFile(p, "r").locals()
	for _, test := range []struct{ what, got, want string }{
		{"a free name", l.name("e"), "e"},
		{"the name of a type", l.name("err"), "err2"},
		{"the same again", l.name("err"), "err3"},
		{"a generated name", l.name("r"), "r2"},
		{"the name of a variable of the package", l.name("s"), "s"},
		{"the name of a test's function", l.name("clock"), "clock"},
		{"the name of an import", l.name("uuid"), "uuid"},
		{"the name of a field", l.name("dst"), "dst"},
		{"the first letter of a type", l.of("Cart"), "c"},
		{"the whole name, where the letter is taken", l.of("Customer"), "customer"},
		{"a letter with a number, where both are", l.of("Order"), "o2"},
		{"not a keyword", l.of("Chan"), "c2"},
		{"not a predeclared name", l.of("Cap"), "c3"},
		{"not the type itself", l.of("cup"), "c4"},
		{"a letter that is not ASCII", l.of("Übung"), "ü"},
		{"the first letter behind underscores", l.of("_Quota"), "q"},
		{"the rest of the name, where that is taken", l.of("__Quantity"), "quantity"},
		{"a letter for a name without any", l.of("_1"), "v"},
	} {
		if test.got != test.want {
			t.Errorf("%s is %s, want %s", test.what, test.got, test.want)
		}
	}
	inner := l.nested()
	if name := inner.name("e"); name != "e2" {
		t.Errorf("a block takes %s again", name)
	}
	if inner.name("i"); l.name("i") != "i" {
		t.Error("the name of a block is not free after it")
	}
}
