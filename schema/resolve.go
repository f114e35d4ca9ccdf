package schema

import "strings"

// scope is what the names of one package mean.
type scope struct {
	pkg *Package
	// By Go name, and aggregates by their stable name too. Where a name is taken
	// twice, the first in the sources has it.
	aggregates, aggregateNames map[string]*Aggregate
	events                     map[string]*Event
	children                   map[string]*Child
	commands                   map[string]*Command
	// holders are all types with apply methods; uses is what these methods apply.
	holders []*holder
	uses    []*use
	// decisions are the decision models by Go name; modelUses is what their methods apply.
	decisions map[string]*DecisionModel
	modelUses []*use
	// refs are all fields that hold children, byParent those of each child.
	refs     []*childRef
	byParent map[*Child][]*childRef
	// lost are the aggregates whose of= leads nowhere. What their streams are is
	// anybody's guess, so nothing is said that rests on it.
	lost map[*Aggregate]bool
}

// holder is a type with apply methods: an aggregate, or a child on its way from
// one aggregate.
type holder struct {
	goName  Text
	applies []*Apply
	// root is the aggregate itself, or the child's; nil for a child that none holds, and for
	// a decision model.
	root *Aggregate
	// model is the decision model, nil for others.
	model *DecisionModel
	// path leads to a child, and is nil for an aggregate.
	path *ChildPath
}

// use is one event that a method applies.
type use struct {
	holder *holder
	apply  *Apply
	// name is where the event is named: in the directive, or in the method's name.
	name Text
	// event is nil where nothing has the name.
	event *Event
}

func newScope(p *Package) *scope {
	s := &scope{
		pkg:        p,
		aggregates: map[string]*Aggregate{}, aggregateNames: map[string]*Aggregate{},
		events: map[string]*Event{}, children: map[string]*Child{},
		commands:  map[string]*Command{},
		decisions: map[string]*DecisionModel{},
		lost:      map[*Aggregate]bool{},
	}
	for _, a := range p.Aggregates {
		putFirst(s.aggregates, a.GoName.Value, a)
		putFirst(s.aggregateNames, a.Name.Value, a)
	}
	for _, a := range p.Aggregates {
		// A malformed name is reported, and its events still find the aggregate.
		if !isStableName(a.Name.Value) {
			putFirst(s.aggregateNames, repairedName(a.Name.Value), a)
		}
	}
	for _, e := range p.Events {
		putFirst(s.events, e.GoName.Value, e)
	}
	for _, child := range p.Children {
		putFirst(s.children, child.GoName.Value, child)
	}
	for _, cmd := range p.Commands {
		putFirst(s.commands, cmd.GoName.Value, cmd)
	}
	for _, m := range p.Decisions {
		putFirst(s.decisions, m.GoName.Value, m)
	}
	return s
}

func putFirst[K comparable, V any](m map[K]V, k K, v V) {
	if _, taken := m[k]; !taken {
		m[k] = v
	}
}

// resolve links the declarations of a package to one another.
func (c *checker) resolve(p *Package) {
	s := c.scopes[p]
	for _, a := range p.Aggregates {
		a.StreamOwner, a.ID, a.Own, a.Siblings, a.Dispatch, a.Paths = nil, nil, nil, nil, nil, nil
		a.ID = idField(a.Fields)
	}
	for _, child := range p.Children {
		child.Root, child.ID = nil, idField(child.Fields)
	}
	for _, e := range p.Events {
		e.WireName, e.Owner = "", s.owner(e)
		switch {
		case e.Name != nil:
			e.WireName = e.Name.Value
		case e.Owner != nil:
			e.WireName = inferWireName(e.Owner.Name.Value, e.GoName.Value)
		}
		if e.Owner != nil {
			e.Owner.Own = append(e.Owner.Own, e)
		}
	}
	s.resolveStreams()
	s.resolveChildren()
	s.resolveUses()
	for _, a := range p.Aggregates {
		s.resolveDispatch(a)
	}
	s.resolveCommands()
	s.resolveDecisions()
}

// has says whether e is what its Go name means in the package. A type that is
// declared twice, or as two things at once, is reported as just that.
func (s *scope) has(e *Event) bool {
	name := e.GoName.Value
	return s.events[name] == e && s.aggregates[name] == nil && s.children[name] == nil
}

// owner is the aggregate that an event belongs to: the one that of= names; else
// the one whose name is the part before the event name's first dot; else the
// only one of the package. It is nil where none of these is.
func (s *scope) owner(e *Event) *Aggregate {
	if e.Of != nil {
		return s.aggregates[e.Of.Value]
	}
	if e.Name != nil {
		prefix, _, dotted := strings.Cut(e.Name.Value, ".")
		if a := s.aggregateNames[prefix]; dotted && a != nil {
			return a
		}
	}
	if len(s.pkg.Aggregates) == 1 {
		return s.pkg.Aggregates[0]
	}
	return nil
}

// idField is the first field tagged es:"id".
func idField(fields []*Field) *Field {
	for _, f := range fields {
		if f.ID != nil {
			return f
		}
	}
	return nil
}

// resolveStreams finds the owner of each aggregate's stream and who shares it.
func (s *scope) resolveStreams() {
	sharing := map[*Aggregate][]*Aggregate{}
	for _, a := range s.pkg.Aggregates {
		a.StreamOwner = s.followStream(a)
		if a.StreamOwner == nil {
			a.StreamOwner, s.lost[a] = a, true
		}
		if a.StreamOwner != a {
			sharing[a.StreamOwner] = append(sharing[a.StreamOwner], a)
		}
	}
	for _, a := range s.pkg.Aggregates {
		a.Siblings = append([]*Aggregate{a.StreamOwner}, sharing[a.StreamOwner]...)
	}
}

// followStream follows of= to the aggregate that has a stream of its own; nil
// where it leads to nothing or in a circle.
func (s *scope) followStream(a *Aggregate) *Aggregate {
	for range len(s.pkg.Aggregates) + 1 {
		if a.Of == nil {
			return a
		}
		a = s.aggregates[a.Of.Value]
		if a == nil {
			return nil
		}
	}
	return nil
}

// sharesStream says whether the event is one of a's stream. Where it cannot be
// known, the answer is yes: whatever is to be said about that is said elsewhere.
func (s *scope) sharesStream(a *Aggregate, e *Event) bool {
	if a == nil || e.Owner == nil || s.lost[a] || s.lost[e.Owner] {
		return true
	}
	return a.StreamOwner == e.Owner.StreamOwner
}

// resolveUses finds what each apply method applies.
func (s *scope) resolveUses() {
	reached := map[*Child]bool{}
	for _, a := range s.pkg.Aggregates {
		s.holders = append(s.holders, &holder{goName: a.GoName, applies: a.Applies, root: a})
		for i := range a.Paths {
			child := a.Paths[i].Child()
			reached[child] = true
			s.holders = append(s.holders, &holder{goName: child.GoName, applies: child.Applies, root: a, path: &a.Paths[i]})
		}
	}
	for _, child := range s.pkg.Children {
		if !reached[child] {
			s.holders = append(s.holders, &holder{goName: child.GoName, applies: child.Applies})
		}
	}
	for _, h := range s.holders {
		for _, apply := range h.applies {
			for _, name := range apply.Events {
				u := &use{holder: h, apply: apply, name: name, event: s.events[name.Value]}
				if apply.Directive != nil || s.meansEvent(u) {
					s.uses = append(s.uses, u)
				}
			}
		}
	}
}

// meansEvent says whether a method that is only called like an apply method is
// one. applyDiscount(d Discount) may be anything where no event is called so, or
// where the event is of another stream and the method does not take it.
func (s *scope) meansEvent(u *use) bool {
	return u.event != nil && (s.sharesStream(u.holder.root, u.event) || u.apply.takes(u.event))
}

// takes says whether a parameter is the event, or a pointer to it.
func (a *Apply) takes(e *Event) bool {
	for _, p := range a.Params {
		if p.Event != "" && p.Event == e.GoName.Value {
			return true
		}
	}
	return false
}

// usesOf are the uses of an event on an aggregate and its children.
func (s *scope) usesOf(a *Aggregate, e *Event) []*use {
	var uses []*use
	for _, u := range s.uses {
		if u.holder.root == a && u.event == e {
			uses = append(uses, u)
		}
	}
	return uses
}

// resolveDispatch says what each event of the stream does to the aggregate.
func (s *scope) resolveDispatch(a *Aggregate) {
	first := map[*Event]*use{}
	for _, u := range s.uses {
		if u.holder.root == a && u.event != nil && first[u.event] == nil {
			first[u.event] = u
		}
	}
	for _, sibling := range a.Siblings {
		for _, e := range sibling.Own {
			d := Dispatch{Event: e, Own: sibling == a}
			if u := first[e]; u != nil {
				d.Apply, d.Path = u.apply, u.holder.path
				d.Keys, _ = childKeys(e, d.Path)
			}
			a.Dispatch = append(a.Dispatch, d)
		}
	}
}
