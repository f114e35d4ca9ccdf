package schema

import (
	"strings"
)

const (
	codeJSONNameTwice Code = "ES0303"
	codeJSONHidden    Code = "ES0304"
	codeJSONName      Code = "ES0305"
	codeJSONOption    Code = "ES0306"
	codeJSONString    Code = "ES0307"
	codeJSONOmitEmpty Code = "ES0308"
)

var jsonRules = []rule{
	{CodeInfo{codeJSONNameTwice, "two fields are stored under one name", `
Each member of a JSON object has a name of its own. Where two fields lay claim to one,
be it through a tag or an embedded struct, encoding/json stores one of them, or neither,
and says nothing.

Wrong:

	//es:event order.placed
	type Placed struct {
		Gross int64 ¦json:"amount"¦
		Net   int64 ¦json:"amount"¦
	}

Right:

	//es:event order.placed
	type Placed struct {
		Gross int64 ¦json:"gross"¦
		Net   int64 ¦json:"net"¦
	}
`}, checkJSONNames},
	{CodeInfo{codeJSONHidden, "a field of an embedded struct is hidden", `
This is a warning. A field hides one of the same name in an embedded struct, as in Go:
what the hidden one holds is not stored.

Wrong:

	//es:event order.placed
	type Placed struct {
		Base
		At time.Time
	}

	type Base struct{ At time.Time }

Right:

	//es:event order.placed
	type Placed struct {
		Base
		PlacedAt time.Time
	}

	type Base struct{ At time.Time }
`}, checkJSONHidden},
	{CodeInfo{codeJSONName, "a json tag has a name that is none", `
encoding/json passes over a name with quotes, backslashes or characters that are neither
letters, digits nor common punctuation, and uses the name of the field instead.

Wrong:

	//es:event order.placed
	type Placed struct {
		Amount int64 ¦json:"'amount'"¦
	}

Right:

	//es:event order.placed
	type Placed struct {
		Amount int64 ¦json:"amount"¦
	}
`}, checkJSONNameForm},
	{CodeInfo{codeJSONOption, "a json tag has an unknown option", `
encoding/json knows omitempty, omitzero and string, and passes over everything else: so
a slip of the fingers goes unnoticed, as do options of other libraries.

Wrong:

	//es:event order.placed
	type Placed struct {
		Note string ¦json:"note,omitemtpy"¦
	}

Right:

	//es:event order.placed
	type Placed struct {
		Note string ¦json:"note,omitempty"¦
	}
`}, checkJSONOptions},
	{CodeInfo{codeJSONString, "the json option string does nothing", `
This is a warning. The option puts booleans, numbers and strings into quotes, and
pointers to them. Other types, and those that encode themselves, stay as they are.

Wrong:

	//es:event order.placed
	type Placed struct {
		Amounts []int64 ¦json:"amounts,string"¦
	}

Right:

	//es:event order.placed
	type Placed struct {
		Amounts []int64 ¦json:"amounts"¦
	}
`}, checkJSONString},
	{CodeInfo{codeJSONOmitEmpty, "the json option omitempty does nothing", `
This is a warning. encoding/json calls false, 0, nil and what has no elements empty. A
struct, a time.Time say, and an array are never that: omitzero leaves out their zero
values.

Wrong:

	//es:event order.placed
	type Placed struct {
		PaidAt time.Time ¦json:"paidAt,omitempty"¦
	}

Right:

	//es:event order.placed
	type Placed struct {
		PaidAt time.Time ¦json:"paidAt,omitzero"¦
	}
`}, checkJSONOmitEmpty},
}

// eachClash calls f for every field that is not stored for the sake of another.
func (c *checker) eachClash(f func(v structVisit, clash jsonClash)) {
	for _, v := range c.walk().structs {
		for _, clash := range v.clashes {
			f(v, clash)
		}
	}
}

// claim is a field that lays claim to a name, as a message spells it.
type claim struct {
	name string
	at   Span
}

func (v structVisit) claim(f JSONField) claim {
	cl := claim{name: f.Field.Name.Value, at: f.Field.Name.Span}
	if cl.at.Line > 0 {
		cl.at = at(f.Field.JSON.Name.Span, cl.at)
	}
	for i := len(f.Path) - 1; i >= 0; i-- {
		cl.name = f.Path[i].Name.Value + "." + cl.name
		cl.at = at(cl.at, f.Path[i].Name.Span)
	}
	if v.path != "" {
		cl.name = v.path + "." + cl.name
	}
	cl.at = at(cl.at, v.at)
	if v.foreign {
		cl.at = v.at
	}
	return cl
}

func checkJSONNames(c *checker) {
	c.eachClash(func(v structVisit, clash jsonClash) {
		if !clash.SameDepth {
			return
		}
		first, second := v.claim(clash.Winner), v.claim(clash.Loser)
		outcome := "and only " + first.name + " would be stored"
		if clash.Tie {
			outcome = "and neither would be stored"
		}
		if compareSpans(second.at, first.at) < 0 {
			first, second = second, first
		}
		d := c.errorf(codeJSONNameTwice, second.at, "fields %s and %s of %s have one JSON name, %q, %s", first.name, second.name, v.in,
			clash.Loser.Name, outcome).
			help("give one of them another name, as in `json:%q`", snakeCase(clash.Loser.Field.Name.Value))
		switch {
		case clash.Loser.Field.Name.Span.Line == 0:
			d.help(helpLeaveOut).helpInSchema(helpInstead)
		case first.at != second.at:
			d.note(first.at, "%s has it too", first.name)
		default:
			// It is one field, which comes in two ways.
			d.help("keep one of the two ways, or give one of them a name")
			for _, f := range []JSONField{clash.Winner, clash.Loser} {
				if len(f.Path) > 0 {
					d.note(f.Path[0].Name.Span, "it comes through %s", f.Path[0].Name.Value)
				}
			}
		}
		v.note(d)
	})
}

func checkJSONHidden(c *checker) {
	c.eachClash(func(v structVisit, clash jsonClash) {
		if clash.SameDepth {
			return
		}
		winner, loser := v.claim(clash.Winner), v.claim(clash.Loser)
		v.note(c.warnf(codeJSONHidden, winner.at, "field %s of %s hides %s, which is not stored", winner.name, v.in, loser.name).
			note(loser.at, "%s is declared here", loser.name).
			help("give one of them another name"))
	})
}

// eachTag calls f for every stored field whose tag somebody here can change.
func (c *checker) eachTag(f func(fieldVisit)) {
	for _, v := range c.walk().fields {
		if v.stores() && !v.foreign {
			f(v)
		}
	}
}

func checkJSONNameForm(c *checker) {
	c.eachTag(func(v fieldVisit) {
		if name := v.field.JSON.Name; name.Value != "" && !validJSONName(name.Value) {
			v.note(c.errorf(codeJSONName, at(name.Span, v.at), "%q, the JSON name of %s, is none that encoding/json takes", name.Value, v.name())).
				help("use letters, digits and punctuation, but no quotes and backslashes")
		}
	})
}

func checkJSONOptions(c *checker) {
	known := []string{"omitempty", "omitzero", "string"}
	c.eachTag(func(v fieldVisit) {
		for _, option := range v.field.JSON.Unknown {
			word := strings.TrimSpace(option.Value)
			if word == "" {
				continue // json:"-," is how a field gets the name "-"
			}
			help := "encoding/json knows " + enumerate(known)
			switch near := Nearest(word, known); {
			case near != "":
				help = "did you mean " + near + "?"
			case word == "inline" || word == "embed" || word == "squash":
				help = "a struct is flattened where it is embedded: give the field no name of its own"
			case strings.HasPrefix(word, "format:"):
				help = "say how the field is stored with `es:\"encode=FUNC,decode=FUNC\"`"
			}
			v.note(c.errorf(codeJSONOption, at(option.Span, v.at), "unknown option %q in the json tag of %s", option.Value, v.name())).
				help("%s", help)
		}
	})
}

func checkJSONString(c *checker) {
	c.eachTag(func(v fieldVisit) {
		if v.field.JSON.String && !v.field.quotable() && v.field.Type != nil {
			v.note(c.warnf(codeJSONString, v.at, "the option string does nothing for %s of type %s", v.name(), spell(v.field.Type, v.pkg.Path))).
				help("remove it: only booleans, numbers and strings are quoted, where they have no encoding of their own")
		}
	})
}

func checkJSONOmitEmpty(c *checker) {
	c.eachTag(func(v fieldVisit) {
		if v.field.JSON.OmitEmpty && neverEmpty(v.field.Type) {
			v.note(c.warnf(codeJSONOmitEmpty, v.at, "the option omitempty never leaves out %s of type %s", v.name(), spell(v.field.Type, v.pkg.Path))).
				help("use omitzero")
		}
	})
}

// neverEmpty says whether encoding/json calls no value of the type empty.
func neverEmpty(t Type) bool {
	t = Resolve(t)
	if n, ok := t.(*Named); ok {
		if n.Encoding == EncodeTime || n.Encoding == EncodeUUID {
			return true
		}
		t = n.Under
	}
	switch t := t.(type) {
	case *Struct:
		return true
	case *Array:
		return t.Len > 0
	}
	return false
}
