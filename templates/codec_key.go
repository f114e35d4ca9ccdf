package templates

import (
	"fmt"

	"github.com/dave/jennifer/jen"

	"github.com/esgen/esgen/schema"
)

// keyForm is how the keys of a map become the names of members. As encoding/json
// has it, a string is written as it is even where it can marshal itself, but
// read by its UnmarshalText.
type keyForm int

const (
	noKey keyForm = iota
	stringKey
	intKey
	uintKey
	// textKey calls MarshalText and UnmarshalText, valueKey the functions of a value
	// object.
	textKey
	valueKey
)

// writeForm is the form in which keys of type t are written.
func writeForm(t schema.Type) keyForm {
	form := readForm(t)
	if form == textKey {
		if b, ok := under(t).(*schema.Basic); ok && b.Kind == schema.String {
			return stringKey
		}
	}
	return form
}

// readForm is the form in which keys of type t are read.
func readForm(t schema.Type) keyForm {
	if n, ok := schema.Resolve(t).(*schema.Named); ok {
		switch n.Encoding {
		case schema.EncodeValue:
			switch kind := jsonKind(n.Value.Base); {
			case kind == schema.String, isSigned(kind), isUnsigned(kind):
				return valueKey
			}
			return noKey
		case schema.EncodeText, schema.EncodeTime, schema.EncodeUUID:
			return textKey
		case schema.EncodeUnder, schema.EncodeJSON:
		default:
			return noKey
		}
	}
	b, ok := under(t).(*schema.Basic)
	switch {
	case !ok:
	case b.Kind == schema.String:
		return stringKey
	case isSigned(b.Kind):
		return intKey
	case isUnsigned(b.Kind):
		return uintKey
	}
	return noKey
}

// members spells the members of the map at p, sorted. Where the text of a key can
// fail, they have been put into a variable before.
func (e *encoder) members(p place, key schema.Type) *jen.Statement {
	switch writeForm(key) {
	case stringKey:
		return e.f.jsonx("Members").Call(p.value())
	case intKey:
		return e.f.jsonx("MembersByInt").Call(p.value())
	case uintKey:
		return e.f.jsonx("MembersByUint").Call(p.value())
	case noKey:
		e.f.fail(fmt.Errorf("a map with keys that have no text"))
		return jen.Nil()
	}
	// The variable stays declared to the end of the block, so its name stays taken.
	members := e.local("members")
	e.fails = true
	e.add(jen.List(jen.Id(members), jen.Id(e.err)).Op(":=").Add(e.f.jsonx("MembersBy")).
		Call(p.value(), e.keyText(schema.Resolve(key).(*schema.Named))))
	e.add(jen.If(jen.Id(e.err).Op("!=").Nil()).Block(e.failed()))
	return jen.Id(members)
}

// keyText spells a function that gives the text of a key.
func (e *encoder) keyText(t *schema.Named) *jen.Statement {
	k := e.local("k")
	defer e.drop(k)
	key := jen.Id(k)
	if t.Encoding == schema.EncodeTime {
		key = jen.Id(k).Dot("UTC").Call()
	}
	function := func(result jen.Code, body ...jen.Code) *jen.Statement {
		return jen.Func().Params(jen.Id(k).Add(e.f.typ(t))).Params(result, jen.Error()).Block(body...)
	}
	if t.Encoding != schema.EncodeValue {
		return function(jen.Index().Byte(), jen.Return(key.Dot("MarshalText").Call()))
	}
	value := e.valueOf(variable(k), t.Value)
	switch kind := jsonKind(t.Value.Base); {
	case isSigned(kind):
		return function(jen.String(),
			jen.Return(e.f.std("strconv", "FormatInt").Call(jen.Int64().Parens(value), jen.Lit(10)), jen.Nil()))
	case isUnsigned(kind):
		return function(jen.String(),
			jen.Return(e.f.std("strconv", "FormatUint").Call(jen.Uint64().Parens(value), jen.Lit(10)), jen.Nil()))
	default:
		return function(jen.String(), jen.Return(jen.String().Parens(value), jen.Nil()))
	}
}

// valueOf spells what a value object is encoded as.
func (e *encoder) valueOf(p place, v *schema.Value) *jen.Statement {
	if v.Encode != nil {
		return e.f.function(*v.Encode).Call(p.value())
	}
	return p.selector(v.Method.Value).Call()
}

// readKey spells the reading of a key in one expression, and is nil where that
// takes statements.
func (d *decoder) readKey(t schema.Type) *jen.Statement {
	switch readForm(t) {
	case stringKey:
		return d.convert(t, jen.Id(d.r).Dot("Key").Call())
	case intKey:
		return d.f.jsonx("IntKey").Types(d.f.typ(t)).Call(jen.Id(d.r))
	case uintKey:
		return d.f.jsonx("UintKey").Types(d.f.typ(t)).Call(jen.Id(d.r))
	}
	return nil
}

// decodeKey reads a key into the variable k.
func (d *decoder) decodeKey(k string, t schema.Type) {
	if key := d.readKey(t); key != nil {
		d.add(jen.Id(k).Op(":=").Add(key))
		return
	}
	d.add(jen.Var().Id(k).Add(d.f.typ(t)))
	switch readForm(t) {
	case textKey:
		d.decodeText(variable(k), jen.Id(d.r).Dot("TextKey").Call())
	case valueKey:
		v := schema.Resolve(t).(*schema.Named).Value
		d.restore(variable(k), v, d.readKey(v.Base))
	}
}
