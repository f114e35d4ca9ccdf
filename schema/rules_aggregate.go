package schema

import (
	"slices"
	"strings"
)

// The import path of the runtime, and the types that are embedded from it.
const runtimePath = "github.com/esgen/esgen/runtime/es"

const (
	codeRoot       Code = "ES0101"
	codeNoID       Code = "ES0102"
	codeSeveralIDs Code = "ES0103"
	codeUnfitID    Code = "ES0104"
	codeStrayID    Code = "ES0105"
)

var aggregateRules = []rule{
	{CodeInfo{codeRoot, "an aggregate does not embed es.Root", `
An aggregate embeds es.Root by value: it holds the version and the events that
are recorded but not saved yet. Its zero value is ready to use; a pointer would
be nil in a new aggregate. A struct that is embedded in turn does not count, as
generated code must reach the root of exactly this aggregate.

Wrong:

	//es:aggregate order
	type Order struct {
		id uuid.UUID ¦es:"id"¦
	}

Right:

	//es:aggregate order
	type Order struct {
		es.Root

		id uuid.UUID ¦es:"id"¦
	}
`}, checkRoot},
	{CodeInfo{codeNoID, "an aggregate has no ID field", `
The field tagged es:"id" holds the aggregate's ID. It says which stream the
events go to, and a loaded aggregate is checked against it. An apply method sets
it, from the first event.

Wrong:

	//es:aggregate order
	type Order struct {
		es.Root

		id uuid.UUID
	}

Right:

	//es:aggregate order
	type Order struct {
		es.Root

		id uuid.UUID ¦es:"id"¦
	}
`}, checkNoID},
	{CodeInfo{codeSeveralIDs, "an aggregate or a child has several ID fields", `
An aggregate has one ID, and so has a child. An ID of two parts is a struct with
MarshalText and UnmarshalText, or one that a //es:value directive makes a string.

Wrong:

	//es:aggregate seat
	type Seat struct {
		es.Root

		row    int ¦es:"id"¦
		number int ¦es:"id"¦
	}

Right:

	//es:aggregate seat
	type Seat struct {
		es.Root

		id SeatID ¦es:"id"¦
	}

	//es:value encode=String decode=parseSeatID
	type SeatID struct{ row, number int }
`}, checkSeveralIDs},
	{CodeInfo{codeUnfitID, "the type of an ID cannot be one", `
An aggregate's ID is written into the name of its stream and compared with ==. So
it is a string, an integer, a uuid.UUID, a value object encoded as one of those,
or a comparable type with MarshalText and UnmarshalText. A time.Time is none: equal
instants differ by == in different zones. A child's ID need only be comparable.

Wrong:

	//es:aggregate measurement
	type Measurement struct {
		es.Root

		id float64 ¦es:"id"¦
	}

Right:

	//es:aggregate measurement
	type Measurement struct {
		es.Root

		id string ¦es:"id"¦
	}
`}, checkUnfitID},
	{CodeInfo{codeStrayID, `the tag es:"id" stands where it means nothing`, `
es:"id" marks the ID of an aggregate or of a child, and in a command that of the aggregate
which is to answer it. An event needs no such tag: it is recorded by its aggregate, whose
ID is known. A decision model is about tags.

Wrong:

	//es:event order.placed
	type Placed struct {
		OrderID uuid.UUID ¦es:"id"¦
	}

Right:

	//es:event order.placed
	type Placed struct {
		OrderID uuid.UUID
	}
`}, checkStrayID},
}

func checkRoot(c *checker) {
	for _, p := range c.packages() {
		for _, a := range p.Aggregates {
			switch a.Root {
			case EmbeddedByPointer:
				at := a.GoName.Span
				if f := embedded(a.Fields, "Root"); f != nil {
					at = f.Name.Span
				}
				c.errorf(codeRoot, at, "aggregate %s embeds a pointer to es.Root", a.GoName.Value).
					help("embed es.Root itself: its zero value is ready to use, and a nil pointer is not")
			case NotEmbedded:
				unread := func(f *Field) bool { return f.Embedded && f.Type == nil }
				if c.embeddedAggregate(a.Fields) != nil || slices.ContainsFunc(a.Fields, unread) {
					continue
				}
				d := c.errorf(codeRoot, a.GoName.Span, "aggregate %s does not embed es.Root", a.GoName.Value).
					help("make es.Root the first field of %s", a.GoName.Value)
				for _, f := range a.Fields {
					if _, s := f.embeddedStruct(); s != nil && embedded(s.Fields, "Root") != nil {
						d.note(f.Name.Span, "%s embeds it, but each aggregate must do so itself", f.Name.Value)
					}
				}
			}
		}
	}
}

// embedded is the field that embeds a type of the runtime, nil where none does.
func embedded(fields []*Field, name string) *Field {
	for _, f := range fields {
		if f.Embedded && runtimeType(f.Type) == name {
			return f
		}
	}
	return nil
}

// runtimeType is the name of the runtime's type that a type, or what it points
// to, is; empty for others.
func runtimeType(t Type) string {
	if n := namedBehindPointer(t); n != nil && n.Path == runtimePath {
		return n.Name
	}
	return ""
}

func namedBehindPointer(t Type) *Named {
	t = Resolve(t)
	if p, ok := t.(*Pointer); ok {
		t = Resolve(p.Elem)
	}
	n, _ := t.(*Named)
	return n
}

func checkNoID(c *checker) {
	for _, p := range c.packages() {
		for _, a := range p.Aggregates {
			if a.ID != nil {
				continue
			}
			d := c.errorf(codeNoID, a.GoName.Span, "aggregate %s has no ID field", a.GoName.Value).
				help("add a field such as id uuid.UUID `es:\"id\"`")
			for _, f := range a.Fields {
				if name := strings.ToLower(f.Name.Value); !f.Embedded && (name == "id" || name == strings.ToLower(a.GoName.Value)+"id") {
					d.note(f.Name.Span, "this field looks like it").help("tag %s with `es:\"id\"`", f.Name.Value)
					break
				}
				if _, s := f.embeddedStruct(); s != nil && idField(s.Fields) != nil {
					d.note(idField(s.Fields).ID.Span, "%s has one, but an aggregate must have it itself", f.Name.Value).
						help("make %s a field of %s", idField(s.Fields).Name.Value, a.GoName.Value)
					break
				}
			}
		}
	}
}

// idHolder is a type that can have an ID.
type idHolder struct {
	pkg    *Package
	what   string
	goName Text
	fields []*Field
	child  bool
}

func (c *checker) idHolders() []idHolder {
	var holders []idHolder
	for _, p := range c.packages() {
		for _, a := range p.Aggregates {
			holders = append(holders, idHolder{p, "aggregate", a.GoName, a.Fields, false})
		}
		for _, child := range p.Children {
			holders = append(holders, idHolder{p, "child", child.GoName, child.Fields, true})
		}
	}
	return holders
}

func checkSeveralIDs(c *checker) {
	for _, h := range c.idHolders() {
		var first *Field
		for _, f := range h.fields {
			if f.ID == nil {
				continue
			}
			if first == nil {
				first = f
				continue
			}
			c.errorf(codeSeveralIDs, f.ID.Span, "%s %s has two ID fields, %s and %s", h.what, h.goName.Value, first.Name.Value, f.Name.Value).
				note(first.ID.Span, "%s is tagged here", first.Name.Value).
				help("keep the tag on one of them; an ID of several parts is a type of its own with MarshalText and UnmarshalText")
		}
	}
}

func checkUnfitID(c *checker) {
	for _, h := range c.idHolders() {
		f := idField(h.fields)
		if f == nil || f.Type == nil {
			continue
		}
		var why string
		switch {
		case h.child && !isComparable(f.Type):
			why = "== does not work on it"
		case !h.child && f.Value != nil && !isComparable(f.Type):
			why = "== does not work on it"
		case !h.child && f.Value != nil:
			why = unfitID(f.Value.Base)
		case !h.child:
			why = unfitID(f.Type)
		}
		if why == "" {
			continue
		}
		d := c.errorf(codeUnfitID, at(f.TypeSpan, f.Name.Span), "%s cannot be the ID of %s: %s", spell(f.Type, h.pkg.Path), h.goName.Value, why)
		if h.child {
			d.help("the ID of a child is comparable, such as a string, an integer or a uuid.UUID")
		} else {
			d.help("an ID is a string, an integer, a uuid.UUID, a //es:value of those, or a comparable type with MarshalText and UnmarshalText").
				helpInSchema("an ID is a string, an integer, a uuid, a declared type over one of those, or a comparable Go type with MarshalText and UnmarshalText")
		}
	}
}

// unfitID says why a type cannot be an aggregate's ID; empty where it can.
func unfitID(t Type) string {
	switch t := Resolve(t).(type) {
	case nil:
		return ""
	case *Basic:
		switch t.Kind {
		case Bool:
			return "it has no more than two values"
		case Float32, Float64:
			return "a float has no single text"
		case Uintptr:
			return "an address means nothing to another process"
		}
		return ""
	case *Pointer:
		return "== compares where pointers point, not what is there"
	case *Named:
		switch t.Encoding {
		case EncodeUUID:
			return ""
		case EncodeTime:
			return "equal instants in different zones differ by =="
		case EncodeValue:
			if !t.Comparable {
				return "== does not work on it"
			}
			if t.Value == nil {
				return ""
			}
			if endlessValue(t) != nil {
				return "there is no end to its encoding"
			}
			return unfitID(t.Value.Base)
		case EncodeText:
			if !t.Comparable {
				return "== does not work on it"
			}
			return ""
		case EncodeJSON, EncodeRaw, EncodeOpaque:
			return "it has no text"
		}
		if _, named := t.Under.(*Named); named {
			return ""
		}
		return unfitID(t.Under)
	case *Slice, *Map:
		return "== does not work on it"
	case *Unsupported:
		return t.Reason
	}
	return "it has no text"
}

// at is the first of some places that is one.
func at(spans ...Span) Span {
	for _, s := range spans {
		if s.Line > 0 {
			return s
		}
	}
	return Span{}
}

func checkStrayID(c *checker) {
	for _, v := range c.walk().fields {
		if v.field.ID == nil {
			continue
		}
		v.note(c.errorf(codeStrayID, at(v.field.ID.Span, v.at), `es:"id" on %s of %s, which is no aggregate and no child`, v.field.Name.Value, v.in)).
			help(`remove it; if it is to say which child of a slice or a map an event is about, that is es:"child"`)
	}
	c.eachModel(func(_ *scope, m *DecisionModel) {
		for _, f := range m.Fields {
			if f.ID != nil {
				c.errorf(codeStrayID, at(f.ID.Span, f.Name.Span), `es:"id" on field %s of decision model %s, which is no aggregate and no child`, f.Name.Value, m.GoName.Value).
					help(`a decision model is found by tags: write es:"tag=KEY", or remove it`)
			}
		}
	})
}
