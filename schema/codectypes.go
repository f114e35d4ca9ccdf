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
	// Append and Read are the names of the functions.
	Append, Read string
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
	if c.Named != nil {
		return c.Named
	}
	return c.Event.Type
}

// Span is the declaration that the functions are generated for: the type's, or
// the event's that reaches a type of another module.
func (c *CodecType) Span() Span {
	if c.Event != nil {
		return c.Event.GoName.Span
	}
	return c.Named.Span
}

// CodecTypes lists the types for which the generated code of p has codec
// functions: the events in their order, then what they reach, in the order in
// which it is met. It follows declarations alone, so it may be asked before
// Check has resolved p.
func CodecTypes(p *Package) []CodecType {
	w := codecWalk{known: make(map[codecKey]int), visited: make(map[*Named]bool)}
	for _, e := range p.Events {
		key := codecKey{p.Path, e.GoName.Value}
		if _, ok := w.known[key]; ok {
			continue // declared twice, which is another rule's finding
		}
		w.known[key] = len(w.types)
		w.types = append(w.types, CodecType{Path: p.Path, Package: p.Name, Name: e.GoName.Value, Event: e})
	}
	for _, e := range p.Events {
		w.walk(e.Type)
	}
	for i := range w.types {
		w.types[i].Deep = deep(w.types[i].Type())
	}
	w.name(p)
	return w.types
}

// codecKey identifies a declared type without type arguments.
type codecKey struct{ path, name string }

// codecWalk collects codec types.
type codecWalk struct {
	types   []CodecType
	known   map[codecKey]int
	visited map[*Named]bool
}

// walk adds what the encoding of t needs.
func (w *codecWalk) walk(t Type) {
	n, ok := Resolve(t).(*Named)
	if !ok {
		for _, part := range CodecParts(t) {
			w.walk(part)
		}
		return
	}
	if w.visited[n] {
		return
	}
	w.visited[n] = true
	if needsCodec(n) {
		key := codecKey{n.Path, n.Name}
		i, ok := w.known[key]
		if !ok {
			i = len(w.types)
			w.known[key] = i
			w.types = append(w.types, CodecType{Path: n.Path, Package: n.Package, Name: n.Name})
		}
		w.types[i].Named = n
	}
	for _, part := range CodecParts(n) {
		w.walk(part)
	}
}

// needsCodec says whether a declared type has functions of its own: a struct
// does, as does any type that holds itself.
func needsCodec(n *Named) bool {
	switch n.Encoding {
	case EncodeUnder:
		if _, ok := n.Under.(*Struct); ok {
			return true
		}
	case EncodeValue:
	default:
		return false
	}
	return Recursive(n)
}

// deep says whether the encoding of t can nest deeper than its declaration shows.
func deep(t Type) bool {
	visited := make(map[*Named]bool)
	var reaches func(Type) bool
	reaches = func(t Type) bool {
		switch t := Resolve(t).(type) {
		case *Any:
			return true
		case *Named:
			if visited[t] {
				return false
			}
			visited[t] = true
			switch t.Encoding {
			case EncodeRaw, EncodeJSON, EncodeOpaque:
				return true
			}
			if Recursive(t) {
				return true
			}
		}
		return slices.ContainsFunc(CodecParts(t), reaches)
	}
	return reaches(t)
}

// Recursive says whether the encoding of a value of type n can hold another
// value of type n.
func Recursive(n *Named) bool {
	visited := make(map[*Named]bool)
	var reaches func(Type) bool
	reaches = func(t Type) bool {
		if m, ok := Resolve(t).(*Named); ok {
			if m == n && visited[m] {
				return true
			}
			if visited[m] {
				return false
			}
			visited[m] = true
		}
		return slices.ContainsFunc(CodecParts(t), reaches)
	}
	return reaches(n)
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

// name gives the functions their names: appendOrderPlacedJSON for a type of p,
// appendMoneyAmountJSON for Amount of a package money. The names of p's own
// types depend on nothing else; a name of another package's type that is taken
// gets a number.
func (w *codecWalk) name(p *Package) {
	taken := make(map[string]bool)
	for i := range w.types {
		if c := &w.types[i]; c.Path == p.Path {
			taken[c.Name] = true
			c.Append, c.Read = codecNames(c.Name)
			if c.Event != nil && c.Named != nil && c.Deep {
				c.AppendAt = c.Append + "At"
			}
		}
	}
	for i := range w.types {
		c := &w.types[i]
		if c.Path == p.Path {
			continue
		}
		base := upperFirst(c.Package) + c.Name
		name := base
		for n := 2; taken[name]; n++ {
			name = base + strconv.Itoa(n)
		}
		taken[name] = true
		c.Append, c.Read = codecNames(name)
	}
}

// AppendFunc is the function that appends the event's JSON form to a buffer:
// "appendRegisteredJSON".
func (e *Event) AppendFunc() string {
	name, _ := codecNames(e.GoName.Value)
	return name
}

// ReadFunc is the function that reads the event from its JSON form:
// "readRegisteredJSON".
func (e *Event) ReadFunc() string {
	_, name := codecNames(e.GoName.Value)
	return name
}

func codecNames(name string) (appendFunc, readFunc string) {
	return "append" + name + "JSON", "read" + name + "JSON"
}
