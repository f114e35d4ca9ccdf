package schema

import (
	"go/token"
	"slices"
	"strings"
)

const (
	codeValueFallback Code = "ES0314"
	codeValueFuncs    Code = "ES0315"
	codeValueCircle   Code = "ES0316"
)

var valueRules = []rule{
	{CodeInfo{codeValueFallback, "a value object stands in a type that is left to encoding/json", `
A generic type without methods of its own goes through encoding/json, which knows
nothing of //es:value and es:"encode=…": it would store the inside of the value object
instead, or nothing.

Wrong:

	//es:event order.placed
	type Placed struct {
		By Optional[Name]
	}

	type Optional[T any] struct{ Value *T }

	//es:value encode=String decode=restoreName
	type Name struct{ value string }

Right:

	//es:event order.placed
	type Placed struct {
		By *Name
	}

	//es:value encode=String decode=restoreName
	type Name struct{ value string }
`}, checkValueFallback},
	{CodeInfo{codeValueFuncs, "the functions of a value object are not exported", `
The codec of an event is generated into the event's package. A value object of another
package is encoded and decoded there, so its method and its function are exported.

Wrong, in package shared:

	//es:value encode=String decode=restoreName
	type Name struct{ value string }

Right:

	//es:value encode=String decode=RestoreName
	type Name struct{ value string }
`}, checkValueFuncs},
	{CodeInfo{codeValueCircle, "value objects are encoded as one another", `
A value object is encoded as what its method gives. Where that is, or always holds, a
value object that is encoded as the first one in turn, there is no end to it.

Wrong:

	//es:value encode=Full decode=shorten
	type Short struct{ s string }

	func (s Short) Full() Full { return Full{s.s} }

	//es:value encode=Short decode=lengthen
	type Full struct{ s string }

	func (f Full) Short() Short { return Short{f.s} }

Right:

	//es:value encode=String decode=parseFull
	type Full struct{ s string }

	func (f Full) String() string { return f.s }
`}, checkValueCircle},
}

func checkValueFallback(c *checker) {
	w := c.walk()
	report := func(v fieldVisit, what string, directive Span) {
		v.note(c.errorf(codeValueFallback, v.at, "%s is left to encoding/json, which does not know that %s", v.name(), what).
			note(directive, "it is said here")).
			help("declare a type for this instance of %s, or give it MarshalJSON and UnmarshalJSON", v.fallback)
	}
	for _, v := range w.types {
		if n, ok := Resolve(v.typ).(*Named); ok && v.fallback != "" && n.Encoding == EncodeValue && n.Value != nil {
			report(v.fieldVisit, spell(n, v.pkg.Path)+" is a value object", n.Value.Directive.Span)
		}
	}
	for _, v := range w.fields {
		if v.fallback != "" && v.field.Value != nil && v.stores() {
			report(v, "it is encoded by functions", v.field.Value.Directive.Span)
		}
	}
}

func checkValueFuncs(c *checker) {
	w := c.walk()
	for _, v := range w.types {
		n, ok := Resolve(v.typ).(*Named)
		if !ok || n.Encoding != EncodeValue || n.Value == nil {
			continue
		}
		if m := n.Value.Method; n.Path != v.pkg.Path && m.Value != "" && !token.IsExported(m.Value) {
			c.reportUnreachable(v.fieldVisit, spell(n, v.pkg.Path), m)
		}
		c.checkFuncs(v.fieldVisit, spell(n, v.pkg.Path), n.Value)
	}
	for _, v := range w.fields {
		if v.field.Value != nil && v.stores() {
			c.checkFuncs(v, "it", v.field.Value)
		}
	}
}

func (c *checker) checkFuncs(v fieldVisit, what string, value *Value) {
	for _, f := range []*Func{value.Encode, value.Decode} {
		if f != nil && f.Path != v.pkg.Path && f.Name.Value != "" && !token.IsExported(f.Name.Value) {
			c.reportUnreachable(v, what, f.Name)
		}
	}
}

func (c *checker) reportUnreachable(v fieldVisit, what string, f Text) {
	v.note(c.errorf(codeValueFuncs, v.at, "%s cannot be stored by package %s: %s is encoded through %s, which is not exported", v.name(), v.pkg.Name, what, f.Value).
		note(f.Span, "%s is named here", f.Value)).
		help("export %s", f.Value)
}

func checkValueCircle(c *checker) {
	judged := map[*Named]bool{}
	for _, v := range c.walk().types {
		n, ok := Resolve(v.typ).(*Named)
		if !ok || n.Encoding != EncodeValue || n.Value == nil || judged[n] {
			continue
		}
		judged[n] = true
		circle := endlessValue(n)
		if circle == nil {
			continue
		}
		var names []string
		for _, member := range circle {
			judged[member] = true
			names = append(names, spell(member, v.pkg.Path))
		}
		d := c.errorf(codeValueCircle, at(n.Value.Directive.Span, v.at), "there is no end to the encoding of value object %s: %s", names[0],
			strings.Join(append(names, names[0]), ", then "))
		for _, member := range circle[1:] {
			d.note(member.Value.Directive.Span, "how %s is encoded is said here", spell(member, v.pkg.Path))
		}
		d.help("let one of them be encoded as something else, such as a string")
	}
}

// endlessValue is the way of value objects from one to itself that every encoding
// of it takes; nil where there is none.
func endlessValue(from *Named) []*Named {
	var way []*Named
	visited := map[*Named]bool{}
	var leadsBack func(t Type) bool
	leadsBack = func(t Type) bool {
		switch t := Resolve(t).(type) {
		case *Array:
			return t.Len > 0 && leadsBack(t.Elem)
		case *Struct:
			return slices.ContainsFunc(CodecParts(t), leadsBack)
		case *Named:
			if visited[t] {
				return t == from
			}
			visited[t] = true
			switch {
			case t.Encoding == EncodeUnder:
				return leadsBack(t.Under)
			case t.Encoding == EncodeValue && t.Value != nil:
				way = append(way, t)
				if leadsBack(t.Value.Base) {
					return true
				}
				way = way[:len(way)-1]
			}
		}
		return false
	}
	if leadsBack(from) {
		return way
	}
	return nil
}
