package templates

import "github.com/dave/jennifer/jen"

// How code is laid out beyond what jennifer does by itself. gofmt aligns and
// spaces it; where lines break is decided here.

// oneLine is a function's body on one line: { return p.id }.
func oneLine(statements ...jen.Code) *jen.Statement {
	return jen.Custom(jen.Options{Open: "{", Close: "}", Separator: ";"}, statements...)
}

// elements are those of a composite literal, or the arguments of a call in
// parentheses, one a line.
func elements(open, closing string, items ...jen.Code) *jen.Statement {
	return jen.Custom(jen.Options{Open: open, Close: closing, Separator: ",", Multi: true}, items...)
}

// keyed is an element with its key: Name: "order".
func keyed(key string, value jen.Code) *jen.Statement { return jen.Id(key).Op(":").Add(value) }

// adjacent puts declarations on consecutive lines.
func adjacent(declarations ...jen.Code) *jen.Statement {
	all := new(jen.Statement)
	for i, d := range declarations {
		if i > 0 {
			all.Line()
		}
		all.Add(d)
	}
	return all
}

// pointer is *name.
func pointer(name string) *jen.Statement { return jen.Op("*").Id(name) }
