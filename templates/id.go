package templates

import (
	"fmt"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/esgen/esgen/schema"
)

// idFuncs gives the functions that turn an aggregate's ID into the text that
// stands for {id}, and back.
//
//	func(id uuid.UUID) (string, error) { return id.String(), nil }     uuid.Parse
//
//	func(id Number) (string, error) { return strconv.FormatInt(int64(id), 10), nil }
//	func(s string) (Number, error) {
//		n, err := strconv.ParseInt(s, 10, 64)
//		return Number(n), err
//	}
func idFuncs(f *goFile, id *schema.Field) (format, parse jen.Code) {
	l := f.locals()
	param := l.name("id")
	text := formatID(f, l, id.Type, id.Value, jen.Id(param))
	format = jen.Func().Params(jen.Id(param).Add(f.typ(id.Type))).Params(jen.String(), jen.Error()).
		Add(idBody(append(text.before, jen.Return(text.value, text.error()))))

	return format, parseFunc(f, id.Type, id.Value)
}

// parseFunc is a function that gives the value of type t that a text spells.
func parseFunc(f *goFile, t schema.Type, value *schema.Value) jen.Code {
	l := f.locals()
	param := l.name("s")
	parsed := parseID(f, l, t, value, jen.Id(param))
	if parsed.function != nil {
		return parsed.function
	}
	if parsed.call == nil || parsed.convert {
		parsed.settle(f, l, t, "n")
		parsed.before = append(parsed.before, jen.Return(parsed.value, parsed.error()))
	} else {
		parsed.before = append(parsed.before, jen.Return(parsed.call))
	}
	return jen.Func().Params(jen.Id(param).String()).Params(f.typ(t), jen.Error()).Add(idBody(parsed.before))
}

// idBody puts a body of one statement on the line of its function's head.
func idBody(statements []jen.Code) jen.Code {
	if len(statements) == 1 {
		return oneLine(statements...)
	}
	return jen.Block(statements...)
}

// idValue is a value on the way from an ID to its text, or back: an expression,
// and the statements that must come before it.
type idValue struct {
	before []jen.Code
	value  *jen.Statement
	// err is the variable that says whether value is good; nil where it is always.
	err *jen.Statement
	// call gives the value and an error; it stands in the place of value and err, and
	// convert says that what it gives has yet to become the wanted type. Function is
	// what is called, where that does no more and no less than the whole.
	call     *jen.Statement
	convert  bool
	function jen.Code
}

func (v *idValue) error() jen.Code {
	if v.err != nil {
		return v.err
	}
	return jen.Nil()
}

// settle puts a call into a statement of its own, so that value and err stand for
// what it gives.
func (v *idValue) settle(f *goFile, l *locals, t schema.Type, want string) {
	if v.call == nil {
		return
	}
	name, err := l.name(want), l.name("err")
	v.before = append(v.before, jen.List(jen.Id(name), jen.Id(err)).Op(":=").Add(v.call))
	v.value, v.err = jen.Id(name), jen.Id(err)
	if v.convert {
		v.value = f.typ(t).Call(v.value)
	}
	v.call, v.convert, v.function = nil, false, nil
}

// formatID gives the text of an ID of type t, which is encoded as value says
// where a tag of its field does.
func formatID(f *goFile, l *locals, t schema.Type, value *schema.Value, id *jen.Statement) idValue {
	named, _ := schema.Resolve(t).(*schema.Named)
	switch {
	case value == nil && named != nil && named.Encoding == schema.EncodeValue:
		value = named.Value
	case value != nil:
	case named != nil && named.Encoding == schema.EncodeUUID:
		return idValue{value: id.Dot("String").Call()}
	case named != nil && named.Encoding == schema.EncodeText:
		text, err := l.name("text"), l.name("err")
		return idValue{
			before: []jen.Code{jen.List(jen.Id(text), jen.Id(err)).Op(":=").Add(id).Dot("MarshalText").Call()},
			value:  jen.String().Call(jen.Id(text)),
			err:    jen.Id(err),
		}
	default:
		return idValue{value: formatBasic(f, t, id)}
	}

	base := id.Clone().Dot(value.Method.Value).Call()
	if value.Encode != nil {
		base = f.function(*value.Encode).Call(id)
	}
	if inner, ok := schema.Resolve(value.Base).(*schema.Named); !ok || !inner.PointerEncode {
		return formatID(f, l, value.Base, nil, base)
	}
	name := l.name("base")
	text := formatID(f, l, value.Base, nil, jen.Id(name))
	text.before = append([]jen.Code{jen.Id(name).Op(":=").Add(base)}, text.before...)
	return text
}

// parseID gives the ID of type t that a text spells; see formatID.
func parseID(f *goFile, l *locals, t schema.Type, value *schema.Value, s *jen.Statement) idValue {
	named, _ := schema.Resolve(t).(*schema.Named)
	switch {
	case value == nil && named != nil && named.Encoding == schema.EncodeValue:
		value = named.Value
	case value != nil:
	case named != nil && named.Encoding == schema.EncodeUUID:
		parse := f.qual(named.Path, named.Package, "Parse")
		return idValue{call: parse.Clone().Call(s), function: parse}
	case named != nil && named.Encoding == schema.EncodeText:
		id, err := l.name("id"), l.name("err")
		return idValue{
			before: []jen.Code{
				jen.Var().Id(id).Add(f.typ(t)),
				jen.Id(err).Op(":=").Id(id).Dot("UnmarshalText").Call(jen.Index().Byte().Call(s)),
			},
			value: jen.Id(id),
			err:   jen.Id(err),
		}
	default:
		return parseBasic(f, t, s)
	}

	parsed := parseID(f, l, value.Base, nil, s)
	parsed.settle(f, l, value.Base, "base")
	if parsed.err != nil {
		none := l.name("none")
		parsed.before = append(parsed.before, jen.If(parsed.err.Clone().Op("!=").Nil()).Block(
			jen.Var().Id(none).Add(f.typ(t)),
			jen.Return(jen.Id(none), parsed.err),
		))
	}
	restored := f.function(*value.Decode).Call(parsed.value)
	if value.Fails {
		return idValue{before: parsed.before, call: restored}
	}
	return idValue{before: parsed.before, value: restored}
}

// formatBasic gives the text of a string or an integer, or of a value of a
// declared type that is one underneath.
func formatBasic(f *goFile, t schema.Type, id *jen.Statement) *jen.Statement {
	if isBool(t) { // tags can be, IDs cannot
		if _, named := schema.Resolve(t).(*schema.Named); named {
			id = jen.Bool().Call(id)
		}
		return f.std("strconv", "FormatBool").Call(id)
	}
	kind, named := basicKind(f, t)
	as := func(target schema.BasicKind) *jen.Statement {
		if kind == target && !named {
			return id
		}
		return jen.Id(string(target)).Call(id)
	}
	switch {
	case kind == schema.String:
		return as(schema.String)
	case kind == schema.Int:
		return f.std("strconv", "Itoa").Call(as(schema.Int))
	case strings.HasPrefix(string(kind), "u"):
		return f.std("strconv", "FormatUint").Call(as(schema.Uint64), jen.Lit(10))
	default:
		return f.std("strconv", "FormatInt").Call(as(schema.Int64), jen.Lit(10))
	}
}

// isBool says whether a type is a bool underneath.
func isBool(t schema.Type) bool {
	under := schema.Resolve(t)
	if n, ok := under.(*schema.Named); ok && n.Encoding == schema.EncodeUnder {
		under = schema.Resolve(n.Under)
	}
	basic, ok := under.(*schema.Basic)
	return ok && basic.Kind == schema.Bool
}

// parseBasic is the other way of formatBasic.
func parseBasic(f *goFile, t schema.Type, s *jen.Statement) idValue {
	kind, named := basicKind(f, t)
	switch kind {
	case schema.String:
		if named {
			s = f.typ(t).Call(s)
		}
		return idValue{value: s}
	case schema.Int:
		atoi := f.std("strconv", "Atoi")
		v := idValue{call: atoi.Clone().Call(s), convert: named}
		if !named {
			v.function = atoi
		}
		return v
	}
	parse, widest := "ParseInt", schema.Int64
	if strings.HasPrefix(string(kind), "u") {
		parse, widest = "ParseUint", schema.Uint64
	}
	return idValue{
		call:    f.std("strconv", parse).Call(s, jen.Lit(10), jen.Lit(idBits[kind])),
		convert: named || kind != widest,
	}
}

// basicKind is what a type is underneath, and whether it has a name of its own.
// Every other type should have been refused by a rule.
func basicKind(f *goFile, t schema.Type) (kind schema.BasicKind, named bool) {
	under := schema.Resolve(t)
	if n, ok := under.(*schema.Named); ok && n.Encoding == schema.EncodeUnder {
		under, named = schema.Resolve(n.Under), true
	}
	if basic, ok := under.(*schema.Basic); ok {
		if _, fits := idBits[basic.Kind]; fits {
			return basic.Kind, named
		}
	}
	f.fail(fmt.Errorf("%T cannot be the ID of an aggregate", under))
	return schema.String, named
}

// idBits has the kinds that IDs can have, with their size as strconv.ParseInt
// takes it: 0 is that of an int.
var idBits = map[schema.BasicKind]int{
	schema.String: 0,
	schema.Int:    0, schema.Int8: 8, schema.Int16: 16, schema.Int32: 32, schema.Int64: 64,
	schema.Uint: 0, schema.Uint8: 8, schema.Uint16: 16, schema.Uint32: 32, schema.Uint64: 64,
}
