package schema

const (
	codeSnapshotNumbers Code = "ES0801"
	codeNoSnapshotForm  Code = "ES0802"
	codeStrayDash       Code = "ES0803"
)

var snapshotRules = []rule{
	{CodeInfo{codeSnapshotNumbers, "a snapshot is taken never, or of a version that is none", `
every= says after how many events a snapshot is taken, from 1. version= is raised where
something changed that nobody else can see, such as a function of another package that
apply methods call; it is a whole number from 1.

Wrong:

	//es:aggregate order
	//es:snapshot every=0
	type Order struct {
		es.Root

		id uuid.UUID ¦es:"id"¦
	}

Right:

	//es:aggregate order
	//es:snapshot every=100
	type Order struct {
		es.Root

		id uuid.UUID ¦es:"id"¦
	}
`}, checkSnapshotNumbers},
	{CodeInfo{codeNoSnapshotForm, "a field of the state cannot be kept in a snapshot", `
A snapshot holds the state of an aggregate with its children, unexported fields included.
It cannot hold a channel, a function or an interface with methods, nor a type of another
package that hides what it is made of and has no methods MarshalText or MarshalJSON with
their counterparts. A cache is left out with es:"-", and is empty after a load; anything
else says how it is stored.

Wrong:

	//es:aggregate order
	//es:snapshot every=100
	type Order struct {
		es.Root

		id    uuid.UUID ¦es:"id"¦
		total money.Amount
		mu    sync.Mutex
	}

Right:

	//es:aggregate order
	//es:snapshot every=100
	type Order struct {
		es.Root

		id    uuid.UUID    ¦es:"id"¦
		total money.Amount ¦es:"encode=formatAmount,decode=parseAmount"¦
		mu    sync.Mutex   ¦es:"-"¦
	}
`}, checkSnapshotForms},
	{CodeInfo{codeStrayDash, `the tag es:"-" stands where it means nothing`, `
es:"-" leaves a field out of the snapshots of its aggregate. So it stands on a field of an
aggregate with //es:snapshot, of one of its children, or of a struct that these hold. The
ID, children and columns of a table cannot be left out: after a load from a snapshot they
would be empty. A field of an event is left out by json:"-".

Wrong:

	//es:aggregate order
	type Order struct {
		es.Root

		id    uuid.UUID      ¦es:"id"¦
		cache map[string]int ¦es:"-"¦
	}

Right:

	//es:aggregate order
	//es:snapshot every=100
	type Order struct {
		es.Root

		id    uuid.UUID      ¦es:"id"¦
		cache map[string]int ¦es:"-"¦
	}
`}, checkStrayDash},
}

func checkSnapshotNumbers(c *checker) {
	for _, p := range c.packages() {
		for _, a := range p.Aggregates {
			if a.Snapshot == nil {
				continue
			}
			place := at(a.Snapshot.Directive.Span, a.GoName.Span)
			if a.Snapshot.Every < 1 {
				c.errorf(codeSnapshotNumbers, place, "snapshots of %s are taken every %d events", a.GoName.Value, a.Snapshot.Every).
					help("take one every so many events, as in every=100")
			}
			if a.Snapshot.Version < 0 {
				c.errorf(codeSnapshotNumbers, place, "the version of the snapshots of %s is %d", a.GoName.Value, a.Snapshot.Version).
					help("a version is a whole number from 1; leave it out until it is needed")
			}
		}
	}
}

// stateVisit is a field of the state of an aggregate with snapshots.
type stateVisit struct {
	pkg       *Package
	aggregate *Aggregate
	// in is the type that has the field.
	in    string
	field *Field
	place Span
}

// stateFields visits the fields that make up the states which are kept in snapshots: those
// of the aggregates, of their children, and of the structs of the module that these hold,
// each once for each package. Fields that are left out are visited, too.
func (c *checker) stateFields() []stateVisit {
	var visits []stateVisit
	for _, p := range c.packages() {
		seen := map[*Named]bool{}
		for _, a := range p.Aggregates {
			if a.Snapshot == nil || c.scopes[p].aggregates[a.GoName.Value] != a {
				continue
			}
			var walk func(fields []*Field, in string, place Span)
			var enter func(t Type, place Span)
			walk = func(fields []*Field, in string, place Span) {
				for _, f := range fields {
					here := at(f.TypeSpan, f.Name.Span, place)
					visits = append(visits, stateVisit{p, a, in, f, here})
					switch {
					case f.NoSnapshot != nil && f.Child == nil || f.Embedded && runtimeType(f.Type) != "":
					case f.Value != nil:
						enter(f.Value.Base, here)
					default:
						enter(f.Type, here)
					}
				}
			}
			enter = func(t Type, place Span) {
				switch t := Resolve(t).(type) {
				case *Slice, *Array, *Pointer:
					enter(elemOf(t), place)
				case *Map:
					enter(t.Key, place)
					enter(t.Elem, place)
				case *Struct:
					walk(t.Fields, "a struct of "+a.GoName.Value, place)
				case *Named:
					if seen[t] || c.isAggregate(t) {
						return
					}
					seen[t] = true
					if !t.StateByParts(p.Path) {
						if t.Value != nil {
							enter(t.Value.Base, place)
						}
						return
					}
					if s, ok := t.Under.(*Struct); ok {
						if t.Span.Line > 0 && t.Path == p.Path && !t.HiddenFields {
							walk(s.Fields, t.Name, t.Span)
						}
						return
					}
					enter(t.Under, place)
				}
			}
			walk(a.Fields, a.GoName.Value, a.GoName.Span)
		}
	}
	return visits
}

func checkSnapshotForms(c *checker) {
	const help = "leave it out with `es:\"-\"`, or say how it is stored with `es:\"encode=FUNC,decode=FUNC\"`"
	for _, v := range c.stateFields() {
		f, p := v.field, v.pkg
		if f.NoSnapshot != nil || f.Name.Value == "_" || f.Embedded && runtimeType(f.Type) != "" {
			continue
		}
		r := newReach(p)
		// What is wrong in a struct of the package is said at its own field.
		inner := func(n *Named) bool {
			_, isStruct := n.Under.(*Struct)
			return isStruct && n.Path == p.Path && n.Span.Line > 0 && !n.HiddenFields && !c.isAggregate(n)
		}
		why := ""
		switch {
		case f.Value != nil:
			why = r.values(nil, f.Value)
		case c.heldAggregate(f.Type) != "":
			why = c.heldAggregate(f.Type) + " is an aggregate of its own"
		default:
			why = r.problem(f.Type, inner)
		}
		if why == "" {
			continue
		}
		d := c.errorf(codeNoSnapshotForm, v.place, "field %s of %s cannot be kept in a snapshot: %s", f.Name.Value, v.in, why).
			note(v.aggregate.Snapshot.Directive.Span, "%s is kept in snapshots", v.aggregate.GoName.Value)
		if d.help(help).helpInSchema("leave it out with snapshot: false, or give the field another type"); c.heldAggregate(f.Type) != "" {
			d.help("keep its ID instead, or leave it out with `es:\"-\"`").helpInSchema("keep its ID instead, or leave it out with snapshot: false")
		}
	}
}

// heldAggregate is the aggregate that a type is, points to or has as elements; empty where
// there is none.
func (c *checker) heldAggregate(t Type) string {
	if n := innermost(t); n != nil && c.isAggregate(n) {
		return n.Name
	}
	return ""
}

func checkStrayDash(c *checker) {
	state := map[*Field]bool{}
	for _, v := range c.stateFields() {
		state[v.field] = true
	}
	said := map[*Field]bool{}
	stray := func(f *Field, place Span, format string, args ...any) *Diagnostic {
		said[f] = true
		return c.errorf(codeStrayDash, at(f.NoSnapshot.Span, f.Name.Span, place), format, args...)
	}
	for _, v := range c.stateFields() {
		f := v.field
		if f.NoSnapshot == nil || said[f] {
			continue
		}
		switch {
		case f.ID != nil:
			stray(f, v.place, `the ID of %s cannot be left out of snapshots`, v.in).
				help(`remove "-": after a load the ID would be empty`).helpInSchema("remove it: after a load the ID would be empty")
		case f.Child != nil:
			stray(f, v.place, `child %s of %s cannot be left out of snapshots`, f.Name.Value, v.in).
				help(`remove "-": after a load the child would be lost; its own fields can be left out`).
				helpInSchema("remove it: after a load the child would be lost; its own fields can be left out")
		case f.Column != nil:
			stray(f, v.place, `column %s of %s cannot be left out of snapshots`, f.Name.Value, v.in).
				help(`remove "-": after a load the row would be written without it`).
				helpInSchema("remove it: after a load the row would be written without it")
		case f.Embedded && runtimeType(f.Type) != "":
			stray(f, v.place, `es:"-" on es.%s means nothing`, runtimeType(f.Type)).help("remove it: what the runtime keeps for itself is not part of the state")
		}
	}
	for _, p := range c.packages() {
		without := func(what string, declared Text, fields []*Field) {
			for _, f := range fields {
				if f.NoSnapshot != nil && !state[f] && !said[f] {
					stray(f, declared.Span, `%s on field %s of %s means nothing: no snapshot is taken of it`, leftOutKey(declared.Span), f.Name.Value, what).
						note(declared.Span, "%s is declared here", declared.Value).
						help("remove it, or add //es:snapshot every=100 to the aggregate").
						helpInSchema("remove it, or add snapshot: {every: 100} to the aggregate")
				}
			}
		}
		for _, a := range p.Aggregates {
			without(a.GoName.Value, a.GoName, a.Fields)
		}
		for _, child := range p.Children {
			without(child.GoName.Value, child.GoName, child.Fields)
		}
		for _, m := range p.Decisions {
			without(m.GoName.Value, m.GoName, m.Fields)
		}
		for _, cmd := range p.Commands {
			if s := cmd.Struct(); s != nil {
				without(cmd.GoName.Value, cmd.GoName, s.Fields)
			}
		}
	}
	for _, v := range c.walk().fields {
		if v.field.NoSnapshot == nil || state[v.field] || said[v.field] || v.foreign {
			continue
		}
		stray(v.field, v.at, `es:"-" on %s means nothing: no snapshot holds it`, v.name()).help("remove it; a field is left out of events with `json:\"-\"`")
	}
}

// leftOutKey is how it is said, in the file of a place, that a field is left out of
// snapshots.
func leftOutKey(place Span) string {
	if IsSchemaFile(place.File) {
		return "snapshot: false"
	}
	return `es:"-"`
}
