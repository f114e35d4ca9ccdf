package schema

import (
	"slices"
	"strconv"
)

// CodecType is a type that generated code encodes and decodes by a pair of
// functions: an event, a struct that is reached from one, or another type that
// holds itself.
type CodecType struct {
	// Path, Package and Name are the declared type's: its import path, its package's
	// own name, its name.
	Path, Package, Name string
	// Event is set where the type is an event of the package that is generated for,
	// Named where a field refers to the type.
	Event *Event
	Named *Named
	// Column is set where the functions are those of a column of a state table that is
	// stored as JSON.
	Column *TableColumn
	// Append and Read are the names of the functions.
	Append, Read string
	// Fields is the name of the list of the type's members, if it is a struct and has
	// any; else empty.
	Fields string
	// Deep says that values may nest deeper than the declarations show: the type
	// holds itself, or something of any depth such as raw JSON. Its Append then
	// takes the depth that it begins at, unless it is an event.
	Deep bool
	// AppendAt is the function that does so for an event that is also part of
	// another value; empty for every other type.
	AppendAt string
}

// Type is what the functions encode and decode.
func (c *CodecType) Type() Type {
	if c.Column != nil {
		return c.Column.Field.Type
	}
	if c.Named != nil {
		return c.Named
	}
	return c.Event.Type
}

// Span is the declaration that the functions are generated for: the type's, or
// the event's that reaches a type of another module.
func (c *CodecType) Span() Span {
	if c.Column != nil {
		return c.Column.Field.Name.Span
	}
	if c.Event != nil {
		return c.Event.GoName.Span
	}
	return c.Named.Span
}

// CodecTypes lists the types for which the generated code of p has codec
// functions: the events in their order, the columns of state tables that are stored
// as JSON, then what these reach, in the order in which it is met. It follows
// declarations alone, so it may be asked before Check has resolved p.
func CodecTypes(p *Package) []CodecType {
	g := codecGraph{nodes: make(map[*Named]*codecNode)}
	var types []CodecType
	known := make(map[codecKey]int)
	for _, e := range p.Events {
		key := codecKey{p.Path, e.GoName.Value}
		if _, ok := known[key]; ok {
			continue // declared twice, which is another rule's finding
		}
		known[key] = len(types)
		direct := g.visit(e.Type)
		types = append(types, CodecType{
			Path: p.Path, Package: p.Name, Name: e.GoName.Value, Event: e,
			Deep: direct.deep(),
		})
	}
	for _, a := range p.Aggregates {
		for _, column := range a.jsonColumns() {
			of := new(codecNode)
			if value := column.Field.Value; value != nil {
				g.part(Resolve(value.Base), of)
			} else {
				g.part(Resolve(column.Field.Type), of)
			}
			types = append(types, CodecType{Column: &column, Append: column.Append, Read: column.Read, Deep: of.deep()})
		}
	}
	for _, n := range g.order {
		if !n.needsCodec() {
			continue
		}
		key := codecKey{n.named.Path, n.named.Name}
		i, ok := known[key]
		if !ok {
			i = len(types)
			known[key] = i
			types = append(types, CodecType{Path: n.named.Path, Package: n.named.Package, Name: n.named.Name})
		}
		types[i].Named, types[i].Deep = n.named, n.deep()
	}
	nameCodecs(p, types)
	return types
}

// hasFields says whether the type is a struct that is encoded by its fields, of
// which there are some.
func (c *CodecType) hasFields() bool {
	t := Resolve(c.Type())
	if n, ok := t.(*Named); ok {
		if n.Encoding != EncodeUnder {
			return false
		}
		t = Resolve(n.Under)
	}
	s, ok := t.(*Struct)
	return ok && len(JSONFields(s)) > 0
}

// codecKey identifies a declared type without type arguments.
type codecKey struct{ path, name string }

// codecGraph is which declared types the encoding of which is made of.
type codecGraph struct {
	nodes map[*Named]*codecNode
	// order has the nodes as they are met first.
	order []*codecNode
	// open are the nodes whose parts are being visited, and those that may yet turn
	// out to hold one of these.
	open []*codecNode
}

// codecNode is a declared type.
type codecNode struct {
	named *Named
	// number is the node's place in order; low is the least number of an open node
	// that it leads to. Nodes that lead to one another have the same low.
	number, low int
	open        bool
	// recursive says that the type holds itself, unbounded that it holds something of
	// any depth, directly or not.
	recursive, unbounded bool
}

func (n *codecNode) deep() bool { return n.recursive || n.unbounded }

// needsCodec says whether a declared type has functions of its own: a struct
// does, as does any type that holds itself.
func (n *codecNode) needsCodec() bool {
	switch n.named.Encoding {
	case EncodeUnder:
		_, ok := n.named.Under.(*Struct)
		return ok || n.recursive
	case EncodeValue:
		return n.recursive
	}
	return false
}

// visit adds what the encoding of t is made of, and returns what is known of a
// node that stands for t. It is none of the graph: nothing leads to it.
func (g *codecGraph) visit(t Type) *codecNode {
	n := new(codecNode)
	g.parts(t, n)
	return n
}

// parts adds the parts of t to what is known of a node that has them.
func (g *codecGraph) parts(t Type, of *codecNode) {
	for _, part := range CodecParts(t) {
		g.part(Resolve(part), of)
	}
}

func (g *codecGraph) part(t Type, of *codecNode) {
	named, ok := t.(*Named)
	if !ok {
		if _, ok := t.(*Any); ok {
			of.unbounded = true
		}
		g.parts(t, of)
		return
	}
	switch named.Encoding {
	case EncodeRaw, EncodeJSON, EncodeOpaque:
		of.unbounded = true
	}
	n := g.nodes[named]
	if n == nil {
		n = g.node(named)
		of.low = min(of.low, n.low)
	} else if n.open {
		of.low = min(of.low, n.number)
		of.recursive = of.recursive || n == of
	}
	of.unbounded = of.unbounded || n.deep()
}

// node visits a declared type for the first time. Types that hold one another are
// found as Tarjan has it: they are above the first of them among those that are
// open when all that this one leads to has been visited.
func (g *codecGraph) node(named *Named) *codecNode {
	n := &codecNode{named: named, number: len(g.order), low: len(g.order), open: true}
	g.nodes[named] = n
	g.order = append(g.order, n)
	g.open = append(g.open, n)
	g.parts(named, n)
	if n.low == n.number {
		first := slices.Index(g.open, n)
		circle := g.open[first:]
		for _, m := range circle {
			m.open = false
			m.recursive = m.recursive || len(circle) > 1
		}
		g.open = g.open[:first]
	}
	return n
}

// CodecParts lists the types of the values that the encoding of a t is made of,
// one level deep: the fields of a struct, the elements of a slice, what a value
// object is encoded as. It is empty for a type that is encoded in one piece.
func CodecParts(t Type) []Type {
	switch t := Resolve(t).(type) {
	case *Slice:
		return []Type{t.Elem}
	case *Array:
		return []Type{t.Elem}
	case *Map:
		return []Type{t.Key, t.Elem}
	case *Pointer:
		return []Type{t.Elem}
	case *Struct:
		var parts []Type
		for _, f := range JSONFields(t) {
			if f.Field.Value != nil {
				parts = append(parts, f.Field.Value.Base)
			} else {
				parts = append(parts, f.Field.Type)
			}
		}
		return parts
	case *Named:
		switch t.Encoding {
		case EncodeUnder:
			if t.Under != nil {
				return []Type{t.Under}
			}
		case EncodeValue:
			if t.Value != nil && t.Value.Base != nil {
				return []Type{t.Value.Base}
			}
		}
	}
	return nil
}

// nameCodecs gives the functions their names: appendOrderPlacedJSON for a type of
// p, appendMoneyAmountJSON for Amount of a package money. Those of events depend
// on nothing else, those of p's other types on the events alone; what is taken
// gets a number.
func nameCodecs(p *Package, types []CodecType) {
	taken := make(map[string]bool)
	for i := range types {
		if c := &types[i]; c.Column != nil {
			taken[c.Append] = true
		} else if c.Event != nil {
			c.name(c.Event.GoName.Value)
			taken[c.Append] = true
			if c.Named != nil && c.Deep {
				c.AppendAt = c.Append + "At"
			}
		}
	}
	name := func(c *CodecType, base string) {
		c.name(base)
		for n := 2; taken[c.Append]; n++ {
			c.name(base + strconv.Itoa(n))
		}
		taken[c.Append] = true
	}
	for i := range types {
		if c := &types[i]; c.Event == nil && c.Column == nil && c.Path == p.Path {
			name(c, c.Name)
		}
	}
	for i := range types {
		if c := &types[i]; c.Column == nil && c.Path != p.Path {
			name(c, upperFirst(c.Package)+c.Name)
		}
	}
}

// AppendFunc is the function that appends the event's JSON form to a buffer:
// "appendRegisteredJSON".
func (e *Event) AppendFunc() string {
	return codecName("append", e.GoName.Value)
}

// ReadFunc is the function that reads the event from its JSON form:
// "readRegisteredJSON".
func (e *Event) ReadFunc() string {
	return codecName("read", e.GoName.Value)
}

func codecName(verb, name string) string { return verb + upperFirst(name) + "JSON" }

// name names what is generated for the type, which differs where base does in
// more than the case of its first letter.
func (c *CodecType) name(base string) {
	c.Append, c.Read = codecName("append", base), codecName("read", base)
	if c.hasFields() {
		c.Fields = "fieldsOf" + upperFirst(base)
	}
}
