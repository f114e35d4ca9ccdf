package schema

import (
	"fmt"
	"strings"
)

const (
	codeNoOwner  Code = "ES0106"
	codeNoStruct Code = "ES0115"
	codeGeneric  Code = "ES0116"
	codeEmbeds   Code = "ES0117"
)

var eventRules = []rule{
	{CodeInfo{codeNoOwner, "an event belongs to no aggregate", `
An event belongs to one aggregate of its package. Which one, is said by of=; else
by the part of its name before the first dot, where that is the name of an
aggregate; else it is the package's only aggregate.

Wrong, in a package with the aggregates order and cart:

	//es:event cancelled
	type Cancelled struct{}

Right:

	//es:event order.cancelled
	type Cancelled struct{}

	//es:event approved of=Order
	type Approved struct{}
`}, checkOwner},
	{CodeInfo{codeNoStruct, "an event is not a struct", `
An event is stored as a JSON object, so that it can get further fields later. A
struct is what becomes an object, one without fields too.

Wrong:

	//es:event order.cancelled
	type Cancelled string

Right:

	//es:event order.cancelled
	type Cancelled struct {
		Reason string
	}
`}, checkStruct},
	{CodeInfo{codeGeneric, "an annotated type is generic", `
An event has one stable name, and an aggregate one kind of stream. A generic type
stands for any number of types, so it can have neither. Declare a type for each
instance that there is; fields may well be of generic types.

Wrong:

	//es:event stock.changed
	type Changed[T any] struct {
		From, To T
	}

Right:

	//es:event stock.price_changed
	type PriceChanged struct {
		From, To Price
	}
`}, checkGeneric},
	{CodeInfo{codeEmbeds, "a type embeds what makes it something else", `
Embedding promotes methods. Whoever embeds es.Root is an aggregate, whoever embeds
es.Child is a child, and who embeds an event or a command passes for that one, so that
another aggregate would take it.

Wrong:

	//es:event order.cancelled
	type Cancelled struct {
		Placed
	}

Right:

	//es:event order.cancelled
	type Cancelled struct {
		Was Placed
	}
`}, checkEmbeds},
}

func checkOwner(c *checker) {
	for _, p := range c.packages() {
		s := c.scopes[p]
		for _, e := range p.Events {
			switch {
			case e.Owner != nil || !s.has(e):
			case e.Of != nil:
				c.reportUnknownOf(s, e)
			case len(p.Aggregates) == 0:
				c.errorf(codeNoOwner, e.GoName.Span, "event %s belongs to no aggregate: package %s has none", e.GoName.Value, p.Name).
					help("declare one with //es:aggregate NAME on a struct that embeds es.Root")
			default:
				c.reportCandidates(s, e)
			}
		}
	}
}

func (c *checker) reportUnknownOf(s *scope, e *Event) {
	of := e.Of.Value
	d := c.errorf(codeNoOwner, e.Of.Span, "event %s belongs to %s, which is no aggregate of package %s", e.GoName.Value, of, s.pkg.Name)
	if child := s.children[of]; child != nil {
		d.note(child.GoName.Span, "%s is a child", of)
		if child.Root != nil {
			d.help("an event belongs to the aggregate: of=%s", child.Root.GoName.Value)
		}
		return
	}
	if other := c.elsewhere(s.pkg, of); other != nil {
		d.note(other.GoName.Span, "%s is an aggregate of package %s", other.GoName.Value, other.Package.Name).
			help("events live in the package of their aggregate: move %s there", e.GoName.Value)
		return
	}
	if a := s.aggregateNames[of]; a != nil {
		d.note(a.GoName.Span, "%s is the name of this aggregate", of).help("of= takes the name of the type: of=%s", a.GoName.Value)
		return
	}
	d.help("%s", didYouMean(of, "aggregates", s.aggregateNamesInGo()))
}

// elsewhere is the aggregate of another package that a name means, nil where
// there is none: Invoice or billing.Invoice.
func (c *checker) elsewhere(p *Package, name string) *Aggregate {
	pkg, goName, qualified := strings.Cut(name, ".")
	if !qualified {
		goName = name
	}
	for _, other := range c.module.Packages {
		if other == p || qualified && other.Name != pkg {
			continue
		}
		for _, a := range other.Aggregates {
			if a.GoName.Value == goName && a.Package != nil {
				return a
			}
		}
	}
	return nil
}

func (s *scope) aggregateNamesInGo() []string {
	var names []string
	for _, a := range s.pkg.Aggregates {
		names = append(names, a.GoName.Value)
	}
	return names
}

func (c *checker) reportCandidates(s *scope, e *Event) {
	var of, stable []string
	for _, a := range s.pkg.Aggregates {
		of = append(of, "of="+a.GoName.Value)
		stable = append(stable, a.Name.Value)
	}
	if e.Name == nil {
		c.errorf(codeNoOwner, e.GoName.Span, "event %s could belong to %s", e.GoName.Value, alternatives(s.aggregateNamesInGo())).
			help("name it, as in //es:event %s, or say %s", inferWireName(stable[0], e.GoName.Value), alternatives(of))
		return
	}
	d := c.errorf(codeNoOwner, e.Name.Span, "event %s (%s) could belong to %s: its name begins with the name of none",
		e.GoName.Value, e.Name.Value, alternatives(s.aggregateNamesInGo()))
	prefix, rest, dotted := strings.Cut(e.Name.Value, ".")
	if near := Nearest(prefix, stable); dotted && near != "" {
		d.help("did you mean %s.%s? else say %s", near, rest, alternatives(of))
		return
	}
	d.help("begin it with the aggregate's name and a dot, as in %s.%s, or say %s", stable[0], e.Name.Value, alternatives(of))
}

// alternatives spells a choice: "A, B or C".
func alternatives(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}

func checkStruct(c *checker) {
	for _, p := range c.packages() {
		for _, e := range p.Events {
			if e.Type == nil || e.Struct() != nil || !c.scopes[p].has(e) {
				continue
			}
			c.errorf(codeNoStruct, e.GoName.Span, "event %s is not a struct but %s", e.GoName.Value, spellDeclared(e.Type, e.GoName.Value, p)).
				help("declare it as type %s struct { … }", e.GoName.Value)
		}
	}
}

// spellDeclared is what a declaration of the package declares its type to be.
func spellDeclared(t Type, goName string, p *Package) string {
	t = Resolve(t)
	if n, ok := t.(*Named); ok && n.Name == goName && n.Path == p.Path {
		t = n.Under
	}
	return spell(t, p.Path)
}

func checkGeneric(c *checker) {
	for _, p := range c.packages() {
		report := func(generic bool, what string, name Text, why string) {
			if generic {
				c.errorf(codeGeneric, name.Span, "%s %s is generic: %s", what, name.Value, why).
					help("declare a type without type parameters for each instance that there is")
			}
		}
		for _, a := range p.Aggregates {
			report(a.TypeParams, "aggregate", a.GoName, "one stable name would stand for many types")
		}
		for _, child := range p.Children {
			report(child.TypeParams, "child", child.GoName, "what it records must be of one type")
		}
		for _, e := range p.Events {
			report(e.TypeParams, "event", e.GoName, "one stable name would stand for many types")
		}
		for _, cmd := range p.Commands {
			report(cmd.TypeParams, "command", cmd.GoName, "one method would have to answer many types")
		}
		for _, m := range p.Decisions {
			report(m.TypeParams, "decision model", m.GoName, "what it looks at must be known")
		}
	}
}

func checkEmbeds(c *checker) {
	for _, p := range c.packages() {
		for _, a := range p.Aggregates {
			if f := c.embeddedAggregate(a.Fields); f != nil {
				c.errorf(codeEmbeds, f.Name.Span, "aggregate %s embeds %s, which is an aggregate itself", a.GoName.Value, f.Name.Value).
					help("embed es.Root, and share what the two have in common as a field")
			}
			c.refuseEmbedded("aggregate "+a.GoName.Value, a.Fields, "Child", "Decision")
		}
		for _, child := range p.Children {
			c.refuseEmbedded("child "+child.GoName.Value, child.Fields, "Root", "Decision")
		}
		for _, e := range p.Events {
			if s := e.Struct(); s != nil && c.scopes[p].has(e) {
				c.refuseEmbedded("event "+e.GoName.Value, s.Fields, "Root", "Child", "Decision")
				c.refuseEmbeddedRoles("event "+e.GoName.Value, s)
			}
		}
		for _, m := range p.Decisions {
			c.refuseEmbedded("decision model "+m.GoName.Value, m.Fields, "Root", "Child")
		}
		for _, cmd := range p.Commands {
			if s := cmd.Struct(); s != nil && c.scopes[p].hasCommand(cmd) {
				c.refuseEmbedded("command "+cmd.GoName.Value, s.Fields, "Root", "Child", "Decision")
				c.refuseEmbeddedRoles("command "+cmd.GoName.Value, s)
			}
		}
	}
}

func (c *checker) refuseEmbedded(what string, fields []*Field, names ...string) {
	for _, name := range names {
		if f := embedded(fields, name); f != nil {
			c.errorf(codeEmbeds, f.Name.Span, "%s embeds es.%s", what, name).
				help("%s", map[string]string{
					"Root":     "es.Root is for aggregates: remove it",
					"Child":    "es.Child is for the parts of an aggregate: remove it",
					"Decision": "es.Decision is for decision models: remove it",
				}[name])
		}
	}
}

// embeddedAggregate is the field that embeds an aggregate, nil where none does.
func (c *checker) embeddedAggregate(fields []*Field) *Field {
	for _, f := range fields {
		if n := namedBehindPointer(f.Type); f.Embedded && n != nil && c.isAggregate(n) {
			return f
		}
	}
	return nil
}

func (c *checker) isAggregate(n *Named) bool {
	s := c.scopeOf(n)
	return s != nil && s.aggregates[n.Name] != nil
}

// scopeOf is the scope of the package that declares n, nil where it is not one of
// the module's.
func (c *checker) scopeOf(n *Named) *scope { return c.byPath[n.Path] }

// refuseEmbeddedRoles finds events and commands that are promoted into an event or a
// command, through embedded structs too.
func (c *checker) refuseEmbeddedRoles(what string, s *Struct) {
	seen := map[*Named]bool{}
	var search func(s *Struct, path string, place Span)
	search = func(s *Struct, path string, place Span) {
		for _, f := range s.Fields {
			n := namedBehindPointer(f.Type)
			if !f.Embedded || n == nil || seen[n] {
				continue
			}
			seen[n] = true
			here := place
			if here.Line == 0 {
				here = f.Name.Span
			}
			if role, declared := c.sealed(n); role != "" && what != role+" "+n.Name {
				c.errorf(codeEmbeds, here, "%s embeds %s %s%s, and so would pass for it", what, role, n.Name, path).
					note(declared, "%s is declared here", n.Name).
					help("give the field a name, or move what the two have in common into a struct that is no %s", role)
				continue
			}
			if under, ok := n.Under.(*Struct); ok {
				search(under, fmt.Sprintf(" (through %s)", n.Name), here)
			}
		}
	}
	search(s, "", Span{})
}

// sealed says that a type is an event or a command, and where; the role is empty for
// others.
func (c *checker) sealed(n *Named) (role string, declared Span) {
	s := c.scopeOf(n)
	switch {
	case s == nil:
	case s.events[n.Name] != nil:
		return "event", s.events[n.Name].GoName.Span
	case s.commands[n.Name] != nil:
		return "command", s.commands[n.Name].GoName.Span
	}
	return "", Span{}
}
