package schema

import "strconv"

// StateType is a type that generated code writes to and reads from snapshots by a
// pair of functions: an aggregate that has snapshots, or what its state is made of.
type StateType struct {
	// Path, Package and Name are the declared type's: its import path, its package's
	// own name, its name.
	Path, Package, Name string
	// Aggregate is set where the type is an aggregate with snapshots, Named where a field
	// refers to the type.
	Aggregate *Aggregate
	Named     *Named
	// Write and Read are the names of the functions.
	Write, Read string
	// Pointed says that a pointer to the type is a part of some state.
	Pointed bool
}

// Type is what the functions write and read.
func (s *StateType) Type() Type {
	if s.Named != nil {
		return s.Named.Under
	}
	return &Struct{Fields: s.Aggregate.Fields}
}

// Span is the declaration that the functions are generated for.
func (s *StateType) Span() Span {
	if s.Aggregate != nil {
		return s.Aggregate.GoName.Span
	}
	return s.Named.Span
}

// EncodeStateFunc and DecodeStateFunc are the aggregate's part in its definition:
// "encodeCartState", "decodeCartState".
func (a *Aggregate) EncodeStateFunc() string { return "encode" + upperFirst(a.GoName.Value) + "State" }

// DecodeStateFunc is the other way of EncodeStateFunc.
func (a *Aggregate) DecodeStateFunc() string { return "decode" + upperFirst(a.GoName.Value) + "State" }

// StateTypes lists the types for which the generated code of p has functions for
// snapshots: the aggregates that have them, in their order, then what those are made
// of, in the order in which it is met. It follows declarations alone, so it may be
// asked before Check has resolved p.
func StateTypes(p *Package) []StateType {
	var types []StateType
	known := make(map[string]int)
	for _, a := range p.Aggregates {
		if a.Snapshot != nil {
			known[stateKey(p.Path, a.GoName.Value, nil)] = len(types)
			types = append(types, StateType{Path: p.Path, Package: p.Name, Name: a.GoName.Value, Aggregate: a})
		}
	}
	var walk func(t Type)
	walk = func(t Type) {
		switch t := Resolve(t).(type) {
		case *Pointer:
			walk(t.Elem)
			if n, ok := Resolve(t.Elem).(*Named); ok {
				if i, ok := known[stateKey(n.Path, n.Name, n.Args)]; ok {
					types[i].Pointed = true
				}
			}
			return
		case *Named:
			if !t.StateByParts(p.Path) || !hasStateFunc(t) {
				break
			}
			key := stateKey(t.Path, t.Name, t.Args)
			if i, ok := known[key]; ok {
				if types[i].Named == nil {
					types[i].Named = t
				}
				return
			}
			known[key] = len(types)
			types = append(types, StateType{Path: t.Path, Package: t.Package, Name: t.Name, Named: t})
		}
		for _, part := range stateParts(t, p.Path) {
			walk(part)
		}
	}
	for i := range types {
		for _, f := range StateFields(&Struct{Fields: types[i].Aggregate.Fields}) {
			walk(fieldState(f))
		}
	}
	taken := make(map[string]bool)
	for i := range types {
		t := &types[i]
		base := upperFirst(t.Name)
		if t.Path != p.Path {
			base = upperFirst(t.Package) + base
		}
		name := base
		for n := 2; taken[name]; n++ {
			name = base + strconv.Itoa(n)
		}
		taken[name] = true
		t.Write, t.Read = "write"+name+"State", "read"+name+"State"
	}
	return types
}

// stateKey identifies a declared type.
func stateKey(path, name string, args []Type) string {
	return path + "." + spell(&Named{Path: path, Name: name, Args: args}, path)
}

// hasStateFunc says whether a type that is written by its parts has functions of its
// own: all but the predeclared ones under another name do.
func hasStateFunc(n *Named) bool {
	switch Resolve(n.Under).(type) {
	case *Basic, *Any, *Unsupported, nil:
		return false
	}
	return true
}

// StateByParts says whether a snapshot taken in the package at path has the values of
// n by their parts, rather than by functions of theirs: that is exact, and possible
// where the package can see all parts.
func (n *Named) StateByParts(path string) bool {
	switch n.Encoding {
	case EncodeUnder, EncodeOpaque:
		return true
	case EncodeText, EncodeJSON:
		return n.Path == path && !n.HiddenFields
	}
	return false
}

// StateFields are the fields of a struct that are a part of snapshots: all but blank
// ones, those tagged es:"-", and what the runtime keeps in an aggregate or a child.
func StateFields(s *Struct) []*Field {
	var fields []*Field
	for _, f := range s.Fields {
		if f.Name.Value == "_" || f.NoSnapshot != nil || f.Embedded && isRuntimePart(f.Type) {
			continue
		}
		fields = append(fields, f)
	}
	return fields
}

func isRuntimePart(t Type) bool {
	n, ok := Resolve(t).(*Named)
	return ok && n.Path == "github.com/esgen/esgen/runtime/es" && (n.Name == "Root" || n.Name == "Child")
}

// fieldState is the type of what a snapshot has of a field.
func fieldState(f *Field) Type {
	if f.Value != nil {
		return f.Value.Base
	}
	return f.Type
}

// stateParts lists the types of the values that a snapshot of a t is made of, one
// level deep.
func stateParts(t Type, path string) []Type {
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
		for _, f := range StateFields(t) {
			parts = append(parts, fieldState(f))
		}
		return parts
	case *Named:
		switch {
		case t.StateByParts(path):
			return []Type{t.Under}
		case t.Encoding == EncodeValue && t.Value != nil:
			return []Type{t.Value.Base}
		}
	}
	return nil
}
