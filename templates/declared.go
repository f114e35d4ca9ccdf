package templates

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/dave/jennifer/jen"

	"github.com/esgen/esgen/schema"
)

// emitDeclared writes the types that the package's schema files declare, in the
// order of the files: what a user would have written in Go instead. Each comes with
// its own functions and methods behind it.
func emitDeclared(f *goFile) {
	for _, d := range f.pkg.Declared {
		switch d.Kind {
		case schema.DeclaredScalar:
			emitScalar(f, d)
		case schema.DeclaredEnum:
			emitEnum(f, d)
		default:
			emitStruct(f, d)
		}
		if len(d.Sets) > 0 {
			emitSets(f, d)
		}
	}
}

// emitStruct writes a type with fields.
//
//	// Hotel: a Hotel takes bookings until it is full.
//	type Hotel struct {
//		es.Root
//
//		hotelID HotelID `es:"id"`
//		rooms   int
//	}
//
//	// RoomBooked: somebody has a room.
//	type RoomBooked struct {
//		Guest   GuestName `json:"guest"`
//		Channel Channel   `json:"channel"`
//	}
func emitStruct(f *goFile, d *schema.Declaration) {
	t, ok := under(d.Type).(*schema.Struct)
	if !ok {
		f.fail(fmt.Errorf("%s is not a struct", d.Name.Value))
		return
	}
	var fields []jen.Code
	if name := embeddedBy(d.Kind); name != "" {
		embedded := f.es(name)
		if len(d.Fields) > 0 {
			embedded.Line()
		}
		fields = append(fields, embedded)
	}
	for _, field := range d.Fields {
		i := slices.IndexFunc(t.Fields, func(other *schema.Field) bool { return other.Name.Value == field.Name.Value })
		if i < 0 {
			f.fail(fmt.Errorf("%s has no field %s", d.Name.Value, field.Name.Value))
			return
		}
		fields = append(fields, declaredField(f, field, t.Fields[i].Type))
	}
	f.add(declaredDoc(f.pkg, d), jen.Type().Id(d.Name.Value).Struct(fields...))
}

// embeddedBy is the type of the runtime that a kind of declaration embeds.
func embeddedBy(kind schema.DeclarationKind) string {
	switch kind {
	case schema.DeclaredAggregate:
		return "Root"
	case schema.DeclaredChild:
		return "Child"
	case schema.DeclaredDecision:
		return "Decision"
	}
	return ""
}

func declaredField(f *goFile, field *schema.DeclaredField, t schema.Type) jen.Code {
	code := commentLines(wrapDoc(field.Doc)).Id(field.Name.Value).Add(f.typ(t))
	if field.Tag != "" {
		code.Add(rawText(field.Tag))
	}
	return code
}

// emitSets writes the apply method of an event that sets fields of the state.
//
//	// applyOpened sets what an Opened says of the Hotel.
//	func (h *Hotel) applyOpened(e Opened) { h.hotelID, h.rooms = e.HotelID, e.Rooms }
func emitSets(f *goFile, d *schema.Declaration) {
	l := f.locals()
	e := l.name("e")
	recv := l.of(d.State)
	method := d.ApplyMethod()
	state, event := make([]jen.Code, len(d.Sets)), make([]jen.Code, len(d.Sets))
	for i, set := range d.Sets {
		state[i] = jen.Id(recv).Dot(set.State.Value)
		event[i] = jen.Id(e).Dot(set.Event.Value)
	}
	head := jen.Func().Params(jen.Id(recv).Add(pointer(d.State))).Id(method).Params(jen.Id(e).Id(d.Name.Value))
	if len(d.Sets) <= 3 {
		head.Add(oneLine(jen.List(state...).Op("=").List(event...)))
	} else {
		var lines []jen.Code
		for i := range state {
			lines = append(lines, jen.Add(state[i]).Op("=").Add(event[i]))
		}
		head.Block(lines...)
	}
	f.add(fmt.Sprintf("%s sets what %s says of the %s.", method, withArticle(d.Name.Value), d.State), head)
}

// rawText spells a string constant: in back quotes where it has quotes or
// backslashes and nothing that cannot be seen.
func rawText(s string) *jen.Statement {
	if strings.ContainsAny(s, "\"\\") && strconv.CanBackquote(s) && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return jen.Id("`" + s + "`")
	}
	return jen.Lit(s)
}

// declarationOf is what a schema file of the file's own package says of a type, nil
// where none declares it.
func (f *goFile) declarationOf(t *schema.Named) *schema.Declaration {
	if t.Path != f.pkg.Path || t.Alias {
		return nil
	}
	for _, d := range f.pkg.Declared {
		if d.Name.Value == t.Name {
			return d
		}
	}
	return nil
}
