package schema

import (
	"slices"
	"strings"
)

const (
	codeValidateRule   Code = "ES0613"
	codeValidateParam  Code = "ES0614"
	codeValidateKind   Code = "ES0615"
	codeValidateField  Code = "ES0616"
	codeValidateUnread Code = "ES0617"
)

// All that validate tags have wrong is found by one walk over them; the other rules only
// explain.
var validationTagRules = []rule{
	{CodeInfo{codeValidateRule, "a validate tag has a rule that is not known", `
The rules of a validate tag are those of github.com/go-playground/validator/v10, and two
more: pattern=REGEXP, and valid, which calls the value's method Valid() bool. They are
separated by commas, without spaces; keys and endkeys stand in pairs behind dive. The
library panics when it meets anything else, which would be in the first dispatch.

Wrong:

	//es:command
	type Register struct {
		ID    uuid.UUID ¦es:"id"¦
		Email string    ¦validate:"required, mail"¦
	}

Right:

	//es:command
	type Register struct {
		ID    uuid.UUID ¦es:"id"¦
		Email string    ¦validate:"required,email"¦
	}
`}, checkValidation},
	{CodeInfo{codeValidateParam, "a rule of a validate tag has a wrong parameter", `
What follows the equals sign must be what the rule asks for: a number for min and max,
values separated by spaces for oneof, a regular expression for pattern. A comma in it is
written 0x2C, and a bar 0x7C. For times, min and gt compare with the time of day and take
no parameter.

Wrong:

	//es:command
	type Book struct {
		HotelID uuid.UUID ¦es:"id"¦
		Rooms   int       ¦validate:"min=one"¦
	}

Right:

	//es:command
	type Book struct {
		HotelID uuid.UUID ¦es:"id"¦
		Rooms   int       ¦validate:"min=1"¦
	}
`}, nil},
	{CodeInfo{codeValidateKind, "a rule of a validate tag does not fit the field", `
Rules are for certain kinds of values: email for strings, port for integers, dive for
slices and maps. For others the library panics, or refuses every value. Pointers are
followed.

Wrong:

	//es:command
	type Book struct {
		HotelID uuid.UUID ¦es:"id"¦
		Mails   []string  ¦validate:"email"¦
	}

Right:

	//es:command
	type Book struct {
		HotelID uuid.UUID ¦es:"id"¦
		Mails   []string  ¦validate:"dive,email"¦
	}
`}, nil},
	{CodeInfo{codeValidateField, "a rule of a validate tag names a field that is not there", `
Rules such as eqfield and required_if compare with other fields of the same struct. They
name them as Go does, not as JSON does.

Wrong:

	//es:command
	type Register struct {
		ID       uuid.UUID ¦es:"id"¦
		Password string    ¦json:"password"¦
		Again    string    ¦json:"again" validate:"eqfield=password"¦
	}

Right:

	//es:command
	type Register struct {
		ID       uuid.UUID ¦es:"id"¦
		Password string    ¦json:"password"¦
		Again    string    ¦json:"again" validate:"eqfield=Password"¦
	}
`}, nil},
	{CodeInfo{codeValidateUnread, "a validate tag is never looked at", `
Commands are validated before they are handled. Nothing validates an event, which has
happened, or the state of an aggregate, which follows from events: there it is a warning.
In a command the library passes over unexported fields, and over the elements of slices
and maps without the rule dive.

Wrong:

	//es:event order.placed
	type Placed struct {
		Amount int64 ¦validate:"min=1"¦
	}

Right:

	//es:command
	type Place struct {
		OrderID uuid.UUID ¦es:"id"¦
		Amount  int64     ¦validate:"min=1"¦
	}
`}, nil},
}

func checkValidation(c *checker) {
	for _, p := range c.packages() {
		s := c.scopes[p]
		for _, cmd := range p.Commands {
			if strct := cmd.Struct(); strct != nil && !cmd.TypeParams && s.hasCommand(cmd) {
				v := &validation{c: c, pkg: p, seen: map[*Struct]bool{}}
				v.strct(strct, "command "+cmd.GoName.Value, cmd.GoName.Span)
			}
		}
		for _, e := range p.Events {
			if strct := e.Struct(); strct != nil && s.has(e) {
				c.warnUnvalidated(strct.Fields, "an event has happened: validate the command that leads to it")
			}
		}
		for _, a := range p.Aggregates {
			c.warnUnvalidated(a.Fields, "the state follows from events: validate the commands that lead to them")
		}
		for _, child := range p.Children {
			c.warnUnvalidated(child.Fields, "the state follows from events: validate the commands that lead to them")
		}
	}
}

func (c *checker) warnUnvalidated(fields []*Field, help string) {
	for _, f := range fields {
		if f.Validate.Value != "" && f.Validate.Value != "-" {
			c.warnf(codeValidateUnread, at(f.Validate.Span, f.Name.Span), "the validate tag of %s is never looked at", f.Name.Value).help("%s", help)
		}
	}
}

// validation looks at the validate tags of a command and of the structs in it.
type validation struct {
	c    *checker
	pkg  *Package
	seen map[*Struct]bool
}

// strct looks at the fields of a struct, and at what these hold. place is the nearest
// place in the sources of the module.
func (v *validation) strct(s *Struct, in string, place Span) {
	if v.seen[s] {
		return
	}
	v.seen[s] = true
	for _, f := range s.Fields {
		tag := &validateTag{validation: v, strct: s, field: f, in: in, place: at(f.Name.Span, place)}
		text := f.Validate.Value
		if text == "-" {
			continue
		}
		if !f.Exported && !f.Embedded {
			if text != "" && f.Name.Span.Line > 0 {
				tag.errorf(codeValidateUnread, f.Validate.Span, "the validate tag of %s is never looked at: the field is not exported", tag.name()).
					help("export it, or check it in a method Validate() error")
			}
			continue
		}
		if text != "" && f.Type != nil {
			tag.parts(splitValidate(f.Validate), f.Type)
		}
		tag.inner(f.Type, false)
	}
}

// inner goes on to the struct that a field holds. behind says that it stands in a slice or
// a map, where the library looks at it only if the tag says dive.
func (t *validateTag) inner(typ Type, behind bool) {
	for range 100 {
		typ = Resolve(typ)
		switch u := typ.(type) {
		case *Pointer:
			typ = u.Elem
			continue
		case *Slice, *Array, *Map:
			typ, behind = elemOf(typ), true
			continue
		case *Named:
			switch u.Encoding {
			case EncodeTime, EncodeUUID:
				return
			}
			if s, ok := u.Under.(*Struct); ok && !isTimeStruct(s) {
				t.reach(s, spell(u, t.pkg.Path), u.Span, behind)
				return
			}
			typ = u.Under
			continue
		case *Struct:
			t.reach(u, "the struct of "+t.field.Name.Value, Span{}, behind)
		}
		return
	}
}

func (t *validateTag) reach(s *Struct, name string, declared Span, behind bool) {
	if behind && !t.dives() {
		i := slices.IndexFunc(s.Fields, func(f *Field) bool {
			return f.Validate.Value != "" && f.Validate.Value != "-" && (f.Exported || f.Embedded)
		})
		if i >= 0 && t.field.Name.Span.Line > 0 {
			t.c.warnf(codeValidateUnread, t.place, "the validate tags of %s are never looked at: %s does not say dive", name, t.name()).
				note(at(s.Fields[i].Validate.Span, declared), "%s has one", s.Fields[i].Name.Value).
				help("tag %s with `validate:\"dive\"`", t.field.Name.Value)
		}
		return
	}
	t.strctOf(s, name)
}

func (t *validateTag) strctOf(s *Struct, name string) { t.validation.strct(s, name, t.place) }

// dives says whether the tag says dive.
func (t *validateTag) dives() bool {
	return slices.Contains(strings.Split(t.field.Validate.Value, ","), "dive")
}
