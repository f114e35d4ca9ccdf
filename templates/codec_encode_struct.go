package templates

import (
	"fmt"

	"github.com/dave/jennifer/jen"

	"github.com/esgen/esgen/runtime/jsonx"
	"github.com/esgen/esgen/schema"
)

// encodeStruct writes the members of a struct one after another.
func (e *encoder) encodeStruct(p place, t *schema.Struct) {
	fields := schema.JSONFields(t)
	if len(fields) == 0 {
		e.pending += "{}"
		return
	}
	e.nested++
	e.pending += "{"
	// certain says that a member stands before the next one for sure.
	certain := false
	for i, field := range fields {
		at := e.field(p, field)
		name := quoteName(field.Name) + ":"
		var conditions []*jen.Statement
		conditions = append(conditions, e.embedded(p, field)...)
		if kept := e.kept(at, field); kept != nil {
			conditions = append(conditions, kept)
		}
		write := func() {
			switch {
			case i == 0:
				e.pending += name
			case certain:
				e.pending += "," + name
			default:
				e.flush()
				e.add(jen.Id(e.dst).Op("=").Append(e.f.jsonx("Comma").Call(jen.Id(e.dst)), rawString(name).Op("...")))
			}
			e.encodeField(at, field)
		}
		if len(conditions) == 0 {
			write()
			certain = true
			continue
		}
		e.use()
		e.flush()
		condition := conditions[0]
		for _, c := range conditions[1:] {
			condition.Op("&&").Add(c)
		}
		e.add(jen.If(condition).Block(e.block(write)...))
	}
	e.pending += "}"
	e.nested--
}

// quoteName is the JSON form of a name.
func quoteName(name string) string {
	quoted, err := jsonx.AppendString(nil, name)
	if err != nil {
		quoted, _ = jsonx.AppendString(nil, fmt.Sprintf("%q", name))
	}
	return string(quoted)
}

func (e *encoder) encodeField(p place, f schema.JSONField) {
	switch {
	case f.Field.Value != nil:
		e.encodeValue(p, f.Field.Value, false)
	case f.String:
		e.encodeQuoted(p, f.Field.Type)
	default:
		e.encode(p, f.Field.Type)
	}
}

// encodeQuoted encodes a field with the option string.
func (e *encoder) encodeQuoted(p place, t schema.Type) {
	e.use()
	if pointer, ok := schema.Resolve(t).(*schema.Pointer); ok {
		e.encodePointer(p, func(to place) { e.encodeQuoted(to, pointer.Elem) })
		return
	}
	if jsonKind(t) == schema.String {
		e.try(e.f.jsonx("AppendQuotedString"), p.value())
		return
	}
	e.pending += `"`
	e.encodeBasic(p, jsonKind(t))
	e.pending += `"`
}

// embedded gives the conditions that the embedded pointers on the way to a field
// are not nil.
func (e *encoder) embedded(p place, f schema.JSONField) []*jen.Statement {
	var conditions []*jen.Statement
	for i, step := range f.Path {
		if isPointer(step.Type) {
			way := schema.JSONField{Path: f.Path[:i], Field: step}
			conditions = append(conditions, e.field(p, way).value().Op("!=").Nil())
		}
	}
	return conditions
}
