package schema

// stored is everything that the codecs of the judged packages meet: all structs
// that are reached from events and from columns of tables, their fields, and the types
// of those.
type stored struct {
	structs []structVisit
	fields  []fieldVisit
	types   []typeVisit
}

// place says where on the way from an event, or from a column, something was met.
type place struct {
	pkg *Package
	// owner is what is stored, "event Placed" or "aggregate User", and root its Go name.
	owner, root string
	// in is the nearest declared struct of the module, and path leads from it through
	// structs that have no declaration there: "Price", "Lines[].Price".
	in, path string
	// at is the nearest place in the sources of the module. via is the event's own
	// field that leads here, or the column, nil in the event itself.
	at  Span
	via *Field
	// foreign says that the struct is declared in another module, whose authors
	// don't read what is said here.
	foreign bool
	// column says that it is the column itself, and nothing in it.
	column bool
	// fallback is the type that is left to encoding/json, which decides about all
	// that is in it; empty outside of such.
	fallback string
}

// structVisit is a struct whose fields are stored.
type structVisit struct {
	place
	strct *Struct
	// clashes are the fields that are not stored for the sake of others. They are empty
	// for an embedded struct, whose fields are judged with those of the one around it.
	clashes []jsonClash
}

// fieldVisit is a field of a stored struct, which need not be stored itself.
type fieldVisit struct {
	place
	field *Field
}

// typeVisit is a type within a field's type: the field's own, and then what that
// is made of, but for the fields of structs.
type typeVisit struct {
	fieldVisit
	typ Type
	// part leads from the field to the type: "[]" for an element.
	part string
	// key says that it is the key of a map.
	key bool
	// base is the value object that is encoded as this type, or as one made of it.
	base *Named
	// declared is the type whose declaration says that it is this one, nil where the type
	// is spelt as it is: error, of an interface with the method Error.
	declared *Named
}

// note says how an event or a table comes to what d is about, where that isn't plain.
func (p place) note(d *Diagnostic) *Diagnostic {
	if p.via == nil {
		return d
	}
	return d.note(p.via.Name.Span, "%s stores it in %s", p.owner, p.via.Name.Value)
}

// leaveOut says what to do about a value that cannot be stored.
func (p place) leaveOut() string {
	if p.column {
		return "remove `es:\"column\"`, or say how it is stored with `es:\"column,encode=FUNC,decode=FUNC\"`"
	}
	return helpLeaveOut
}

// name is how a message calls the field: "field Price.cents of Placed".
func (v fieldVisit) name() string {
	name := v.field.Name.Value
	if v.path != "" {
		name = v.path + "." + name
	}
	return "field " + name + " of " + v.in
}

// nameAt is where the field's name stands, or what leads to it.
func (v fieldVisit) nameAt() Span {
	if v.foreign {
		return v.at
	}
	return at(v.field.Name.Span, v.at)
}

// stores says whether the field, as opposed to what it may promote, is stored or
// meant to be.
func (v fieldVisit) stores() bool {
	return !v.field.JSON.Skip && v.field.Name.Value != "_" && !(v.field.Embedded && runtimeType(v.field.Type) != "")
}

// walk visits what is stored, once for all rules.
func (c *checker) walk() *stored {
	if c.stored != nil {
		return c.stored
	}
	c.stored = &stored{}
	for _, p := range c.packages() {
		w := &walker{stored: c.stored, seen: map[visitedType]bool{}, closed: func(n *Named) bool { return c.stateful(n) != "" }}
		for _, e := range p.Events {
			// What a type parameter stands for is not known, and a generic event is refused.
			if s := e.Struct(); s != nil && !e.TypeParams && c.scopes[p].has(e) {
				goName := e.GoName.Value
				w.strct(s, place{pkg: p, owner: "event " + goName, root: goName, in: goName, at: e.GoName.Span}, false, w.seen)
			}
		}
		for _, a := range p.Aggregates {
			goName := a.GoName.Value
			for _, col := range a.jsonColumns() {
				f, typ := col.Field, col.Field.Type
				if f.Value != nil {
					typ = f.Value.Base
				}
				if f.Child == nil && c.scopes[p].aggregates[goName] == a {
					v := fieldVisit{field: f, place: place{pkg: p, owner: "aggregate " + goName, root: goName, in: goName,
						at: at(f.TypeSpan, f.Name.Span, a.GoName.Span), column: true}}
					w.typ(typeVisit{fieldVisit: v, typ: typ}, map[*Named]bool{}, w.seen)
				}
			}
		}
	}
	return c.stored
}

// walker walks the events and the columns of one package.
type walker struct {
	*stored
	// seen are the structs of the module that were met: what is wrong in them is said
	// once, where it is. What is wrong in structs of other modules is said at each
	// field that has them, so for those every field begins anew.
	seen map[visitedType]bool
	// closed says that a type must not be stored, so that what is in it does not matter.
	closed func(*Named) bool
}

type visitedType struct {
	typ      *Named
	fallback bool
}

func (w *walker) strct(s *Struct, p place, flattened bool, seen map[visitedType]bool) {
	visit := structVisit{place: p, strct: s}
	if !flattened {
		_, visit.clashes = flattenJSON(s)
	}
	w.structs = append(w.structs, visit)
	for _, f := range s.Fields {
		v := fieldVisit{place: p, field: f}
		if !p.foreign {
			v.at = at(f.TypeSpan, f.Name.Span, p.at)
		}
		w.fields = append(w.fields, v)
		if !v.stores() {
			continue
		}
		_, tagged := f.jsonName()
		typ, inner := f.embeddedStruct()
		switch {
		case f.Value != nil:
			w.typ(typeVisit{fieldVisit: v, typ: f.Value.Base}, map[*Named]bool{}, seen)
		case inner != nil && !tagged:
			n, _ := typ.(*Named)
			w.enter(n, inner, v, "", true, seen)
		case f.Exported || inner != nil:
			w.typ(typeVisit{fieldVisit: v, typ: f.Type}, map[*Named]bool{}, seen)
		}
	}
}

// enter walks into a struct that a field holds; n is nil where it has no name.
func (w *walker) enter(n *Named, s *Struct, v fieldVisit, part string, flattened bool, seen map[visitedType]bool) {
	if n != nil && w.closed(n) {
		return
	}
	p := v.place
	p.column = false
	if p.path != "" {
		p.path += "."
	}
	p.path += v.field.Name.Value + part
	if p.via == nil {
		p.via = v.field
	}
	if n != nil {
		switch {
		case n.Span.Line > 0:
			p.in, p.path, p.foreign = spell(n, n.Path), "", false
			seen = w.seen
		case !p.foreign:
			p.foreign = true
			if v.via == nil {
				p.via = nil // it is said at the event's own field
			}
			seen = map[visitedType]bool{}
		}
		key := visitedType{n, p.fallback != ""}
		if seen[key] {
			return
		}
		seen[key] = true
	} else if v.via == nil {
		p.via = nil // the struct is spelt in the event
	}
	w.strct(s, p, flattened, seen)
}

// typ walks a type. met are the declared types that the field's type has led to.
func (w *walker) typ(v typeVisit, met map[*Named]bool, seen map[visitedType]bool) {
	if v.typ == nil {
		return
	}
	w.types = append(w.types, v)
	if v.key {
		return // a key is text, whatever it is made of
	}
	inner := func(t Type, part string, key bool) {
		next := v
		next.typ, next.part, next.key, next.declared = t, v.part+part, key, nil
		w.typ(next, met, seen)
	}
	switch t := Resolve(v.typ).(type) {
	case *Slice:
		inner(t.Elem, "[]", false)
	case *Array:
		inner(t.Elem, "[]", false)
	case *Pointer:
		inner(t.Elem, "", false)
	case *Map:
		inner(t.Key, "[key]", true)
		inner(t.Elem, "[]", false)
	case *Struct:
		w.enter(nil, t, v.fieldVisit, v.part, false, seen)
	case *Named:
		under := t.Under
		switch {
		case t.Encoding == EncodeValue && t.Value != nil:
			under, v.base = t.Value.Base, t
		case t.Encoding == EncodeOpaque && v.fallback == "":
			v.fallback = spell(t, v.pkg.Path)
		case t.Encoding == EncodeUnder || t.Encoding == EncodeOpaque:
		default:
			return
		}
		if s, ok := under.(*Struct); ok {
			w.enter(t, s, v.fieldVisit, v.part, false, seen)
			return
		}
		if !met[t] {
			met[t] = true
			v.typ = under
			if v.declared == nil && v.base == nil {
				v.declared = t
			}
			w.typ(v, met, seen)
		}
	}
}
