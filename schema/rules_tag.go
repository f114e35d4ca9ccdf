package schema

import "slices"

const (
	codeTagType  Code = "ES0707"
	codeTagKey   Code = "ES0708"
	codeStrayTag Code = "ES0709"
)

var tagRules = []rule{
	{CodeInfo{codeTagType, "the type of a tag has no text", `
The value of a tag is a text that is equal for equal values: that of a string, an integer,
a boolean, a UUID, a value object that is encoded as one of those, or a type with
MarshalText. In an event it may be a slice of those, which gives a tag for each element,
or a pointer, which gives none where it is nil. A float and a time have several texts.

Wrong:

	//es:event contract.signed
	type Signed struct {
		From time.Time ¦es:"tag=day"¦
	}

Right:

	//es:event contract.signed
	type Signed struct {
		From time.Time
		Day  Day ¦es:"tag=day"¦
	}

	type Day string
`}, checkTagType},
	{CodeInfo{codeTagKey, "the key of a tag is malformed", `
Keys of tags are typed by people, in queries and in commands: they have no spaces, quotes
or backslashes, and nothing that cannot be printed.

Wrong:

	//es:event contract.signed
	type Signed struct {
		PersonID PersonID ¦es:"tag=the person"¦
	}

Right:

	//es:event contract.signed
	type Signed struct {
		PersonID PersonID ¦es:"tag=person"¦
	}
`}, checkTagKey},
	{CodeInfo{codeStrayTag, "a tag stands where it means nothing", `
es:"tag=KEY" stands on a field of an event that is stored, or on a field of a decision
model. The struct that an event holds in a field has no tags: the event has.

Wrong:

	//es:event contract.signed
	type Signed struct {
		Party Party
	}

	type Party struct {
		PersonID PersonID ¦es:"tag=person"¦
	}

Right:

	//es:event contract.signed
	type Signed struct {
		PersonID PersonID ¦es:"tag=person"¦
	}
`}, checkStrayTag},
}

// textKind tells the texts of tags apart: those of two different kinds are never equal,
// except that textAny can be any.
type textKind int

const (
	textNone textKind = iota
	textAny
	textInteger
	textBool
	textUUID
)

// tagText is the kind of the text that values of a type have; textNone for a type whose
// values have no text, or several.
func tagText(t Type) textKind {
	for range 100 {
		switch u := Resolve(t).(type) {
		case *Basic:
			switch u.Kind {
			case String:
				return textAny
			case Bool:
				return textBool
			case Float32, Float64, Uintptr:
				return textNone
			}
			return textInteger
		case *Named:
			switch u.Encoding {
			case EncodeUUID:
				return textUUID
			case EncodeText:
				return textAny
			case EncodeValue:
				if u.Value == nil || endlessValue(u) != nil {
					return textNone
				}
				t = u.Value.Base
				continue
			case EncodeUnder:
				t = u.Under
				continue
			}
			return textNone
		default:
			return textNone
		}
	}
	return textNone
}

// fieldTagType is the type whose text the tag of a decision model's field is.
func fieldTagType(f *Field) Type {
	if f.Value != nil {
		return f.Value.Base
	}
	return f.Type
}

func checkTagType(c *checker) {
	const help = "a tag is a string, an integer, a boolean, a UUID, a //es:value of those, or a type with MarshalText"
	const helpInSchema = "a tag is a string, an integer, a bool, a uuid, an enum, or a declared type over one of those"
	for _, p := range c.packages() {
		for _, e := range p.Events {
			if e.TypeParams || !c.scopes[p].has(e) {
				continue
			}
			said := map[*Field]bool{}
			for _, tag := range e.Tags() {
				if tag.Value == nil || tagText(tag.Value) != textNone || said[tag.Field] {
					continue
				}
				said[tag.Field] = true
				c.errorf(codeTagType, at(tag.Field.TypeSpan, tag.Field.Name.Span, e.GoName.Span), "%s cannot be the tag of event %s: %s",
					tag.Field.Name.Value, e.GoName.Value, noTagText(tag.Value, p)).help(help).helpInSchema(helpInSchema)
			}
		}
	}
	c.eachModel(func(s *scope, m *DecisionModel) {
		for _, f := range m.Tagged {
			t := fieldTagType(f)
			if t == nil || tagText(t) != textNone {
				continue
			}
			d := c.errorf(codeTagType, at(f.TypeSpan, f.Name.Span, m.GoName.Span), "%s cannot be the tag of decision model %s: %s",
				f.Name.Value, m.GoName.Value, noTagText(t, s.pkg)).help(help).helpInSchema(helpInSchema)
			if p, ok := Resolve(t).(*Pointer); ok && tagText(p.Elem) != textNone {
				d.help("a decision model looks at one value: make it %s", spell(p.Elem, s.pkg.Path))
			} else if elem := tagElem(t); elem != nil && tagText(elem) != textNone {
				d.help("a decision model looks at one value: make it %s, and load a model for each", spell(elem, s.pkg.Path))
			}
		}
	})
}

// noTagText says why the values of a type are no tags.
func noTagText(t Type, p *Package) string {
	spelling := spell(t, p.Path)
	switch u := underlying(t).(type) {
	case *Basic:
		if u.Kind == Float32 || u.Kind == Float64 {
			return spelling + " has no single text"
		}
	}
	if kindOf(t) == kindTime {
		return spelling + " has other texts in other zones"
	}
	return spelling + " has no text"
}

func checkTagKey(c *checker) {
	check := func(f *Field) {
		for _, key := range f.Tags {
			if bad := firstBad(key.Value, notInAlias); bad != "" {
				c.errorf(codeTagKey, at(key.Span, f.Name.Span), "the key of tag %q of %s has %s in it", key.Value, f.Name.Value, bad).
					help("use letters, digits and - _ . : /")
			} else if key.Value == "" {
				c.errorf(codeTagKey, at(key.Span, f.Name.Span), "the key of a tag of %s is empty", f.Name.Value).help("write es:\"tag=KEY\"")
			}
		}
	}
	for _, v := range c.walk().fields {
		check(v.field)
	}
	c.eachModel(func(_ *scope, m *DecisionModel) {
		for _, f := range m.Fields {
			check(f)
		}
	})
}

func checkStrayTag(c *checker) {
	tags := map[*Field]bool{}
	for _, p := range c.packages() {
		for _, e := range p.Events {
			for _, f := range e.selectable() {
				tags[f] = true
			}
		}
	}
	report := func(place Span, key Text, where string) *Diagnostic {
		return c.errorf(codeStrayTag, at(key.Span, place), `es:"tag=%s" %s`, key.Value, where)
	}
	for _, v := range c.walk().fields {
		if len(v.field.Tags) == 0 || tags[v.field] || v.foreign {
			continue
		}
		d := report(v.at, v.field.Tags[0], "on "+v.name()+" tags no event").
			help("only the fields of events themselves are tags: give %s a field of its own for it", v.root)
		switch {
		case v.field.JSON.Skip:
			d.help("the field is not stored, and a tag belongs to what has happened: store it")
		case v.via != nil && v.via.Embedded:
			d.help("an embedded pointer can be nil: embed the struct itself")
		}
	}
	for _, p := range c.packages() {
		s := c.scopes[p]
		check := func(what string, fields []*Field) {
			for _, f := range fields {
				if len(f.Tags) > 0 {
					report(f.Name.Span, f.Tags[0], "on field "+f.Name.Value+" of "+what+" means nothing").
						help("events and decision models have tags: remove it, or tag the field of the event that sets this one")
				}
			}
		}
		for _, a := range p.Aggregates {
			check("aggregate "+a.GoName.Value, a.Fields)
		}
		for _, child := range p.Children {
			check("child "+child.GoName.Value, child.Fields)
		}
		for _, cmd := range p.Commands {
			if strct := cmd.Struct(); strct != nil && s.hasCommand(cmd) {
				check("command "+cmd.GoName.Value, slices.Clone(strct.Fields))
			}
		}
	}
}
