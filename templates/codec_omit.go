package templates

import (
	"github.com/dave/jennifer/jen"

	"github.com/esgen/esgen/schema"
)

// kept is the condition on which a field with omitempty or omitzero is written,
// nil where it always is.
func (e *encoder) kept(p place, f schema.JSONField) *jen.Statement {
	var kept *jen.Statement
	if f.OmitEmpty {
		kept = e.notEmpty(p, f.Field.Type)
	}
	if f.OmitZero {
		notZero := e.notZero(p, f.Field.Type)
		if kept == nil {
			return notZero
		}
		kept.Op("&&").Add(notZero)
	}
	return kept
}

// notEmpty says that a value is not what encoding/json calls empty: false, 0,
// nil, or of no length. Structs never are, nor arrays that have elements.
func (e *encoder) notEmpty(p place, t schema.Type) *jen.Statement {
	switch t := under(t).(type) {
	case *schema.Basic:
		return e.notZeroBasic(p, t.Kind)
	case *schema.Slice, *schema.Map:
		return jen.Len(p.value()).Op(">").Lit(0)
	case *schema.Pointer, *schema.Any:
		return p.value().Op("!=").Nil()
	case *schema.Array:
		if t.Len == 0 {
			return jen.False()
		}
	}
	return nil
}

func (e *encoder) notZeroBasic(p place, kind schema.BasicKind) *jen.Statement {
	switch kind {
	case schema.Bool:
		return p.value()
	case schema.String:
		return p.value().Op("!=").Lit("")
	default:
		return p.value().Op("!=").Lit(0)
	}
}

// notZero says that a value is not the zero value of its type, or what its
// method IsZero takes for one.
func (e *encoder) notZero(p place, t schema.Type) *jen.Statement {
	t = schema.Resolve(t)
	if pointer, ok := t.(*schema.Pointer); ok {
		condition := p.value().Op("!=").Nil()
		if n, ok := schema.Resolve(pointer.Elem).(*schema.Named); ok && (n.IsZero || n.PointerIsZero) {
			condition.Op("&&").Op("!").Add(p.selector("IsZero")).Call()
		}
		return condition
	}
	if n, ok := t.(*schema.Named); ok && (n.IsZero || n.PointerIsZero) {
		return jen.Op("!").Add(p.selector("IsZero")).Call()
	}
	comparable := false
	switch u := under(t).(type) {
	case *schema.Basic:
		if u.Kind == schema.Float32 || u.Kind == schema.Float64 {
			// Minus zero is not the zero value, and == does not tell it from that.
			return e.f.std("math", "Float64bits").Call(jen.Float64().Parens(p.value())).Op("!=").Lit(0)
		}
		return e.notZeroBasic(p, u.Kind)
	case *schema.Slice, *schema.Map, *schema.Pointer, *schema.Any:
		return p.value().Op("!=").Nil()
	case *schema.Array:
		comparable = comparableType(u.Elem)
	}
	if n, ok := t.(*schema.Named); ok {
		comparable = n.Comparable
	}
	if comparable && spellable(t) {
		return p.value().Op("!=").Parens(e.f.typ(t).Values())
	}
	return jen.Op("!").Add(e.f.jsonx("IsZero")).Call(p.address())
}

// comparableType says whether values of t can be compared without a panic.
func comparableType(t schema.Type) bool {
	switch t := schema.Resolve(t).(type) {
	case *schema.Basic, *schema.Pointer:
		return true
	case *schema.Array:
		return comparableType(t.Elem)
	case *schema.Named:
		return t.Comparable
	}
	return false
}
