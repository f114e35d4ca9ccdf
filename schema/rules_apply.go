package schema

import (
	"fmt"
	"slices"
	"unicode"
	"unicode/utf8"
)

const (
	codeNoApply      Code = "ES0107"
	codeAppliedTwice Code = "ES0108"
	codeSuppressed   Code = "ES0112"
	codeUnknownEvent Code = "ES0113"
	codeOffStream    Code = "ES0114"
)

var applyRules = []rule{
	{CodeInfo{codeNoApply, "an event has no apply method", `
Every event of an aggregate is applied by exactly one method, on the aggregate or
on one of its children. A forgotten one would be noticed much later, by a state
that is wrong after loading. An event that changes no state is suppressed, which
says that nothing was forgotten.

Wrong:

	//es:aggregate order
	type Order struct {
		es.Root

		id uuid.UUID ¦es:"id"¦
	}

	//es:event order.cancelled
	type Cancelled struct{}

Right:

	//es:event order.cancelled
	type Cancelled struct{}

	func (o *Order) applyCancelled(e Cancelled) { o.cancelled = true }

Right, where the event changes no state:

	//es:aggregate order
	//es:suppress Cancelled
	type Order struct {
		es.Root

		id uuid.UUID ¦es:"id"¦
	}
`}, checkMissingApply},
	{CodeInfo{codeAppliedTwice, "an event is applied more than once", `
An event changes the state in one place. Were there two, the order of the two
would matter and nobody would see it. Where an event concerns both an aggregate
and its child, the aggregate applies it and hands on what the child needs.

Wrong:

	func (c *Cart) applyDelivered(e Delivered) { c.open = false }

	func (d *Delivery) applyDelivered(e Delivered) { d.done = true }

Right:

	func (c *Cart) applyDelivered(e Delivered) {
		c.open = false
		c.delivery.done = true
	}
`}, checkAppliedTwice},
	{CodeInfo{codeSuppressed, "an event is suppressed without need", `
//es:suppress names events that change no state and need no apply method. An event
that is applied is not suppressed; one line is enough for each; and "all" stands
for all events that have no apply method, so it stands alone.

Wrong:

	//es:aggregate cart
	//es:suppress Noted
	type Cart struct{ es.Root }

	func (c *Cart) applyNoted(e Noted) { c.notes++ }

Right:

	//es:aggregate cart
	type Cart struct{ es.Root }

	func (c *Cart) applyNoted(e Noted) { c.notes++ }
`}, checkSuppressed},
	{CodeInfo{codeUnknownEvent, "a directive names an event that is none", `
//es:apply and //es:suppress name events by their Go types, which are declared in
the same package with //es:event.

Wrong:

	//es:apply order.cancelled
	func (o *Order) close(OrderEvent) { o.open = false }

Right:

	//es:apply Cancelled Delivered
	func (o *Order) close(OrderEvent) { o.open = false }
`}, checkUnknownEvent},
	{CodeInfo{codeOffStream, "an event of another stream never arrives", `
An aggregate is loaded from one stream: its own, or the one that //es:stream of=
shares. It applies its own events, and may apply those of the aggregates on the
same stream. Events of other streams never reach it.

Wrong:

	//es:aggregate shipping
	type Shipping struct{ es.Root }

	func (s *Shipping) applyPlaced(e Placed) { s.id = e.OrderID }

	//es:event order.placed
	type Placed struct{ OrderID uuid.UUID }

Right:

	//es:aggregate shipping
	//es:stream of=Order
	type Shipping struct{ es.Root }

	func (s *Shipping) applyPlaced(e Placed) { s.id = e.OrderID }
`}, checkOffStream},
}

func checkMissingApply(c *checker) {
	for _, p := range c.packages() {
		s := c.scopes[p]
		for _, a := range p.Aggregates {
			if a.SuppressAll != nil || s.aggregates[a.GoName.Value] != a {
				continue
			}
			suppressed := s.named(a)
			for _, d := range a.Dispatch {
				e := d.Event
				if d.Own && d.Apply == nil && !suppressed[e] && s.has(e) {
					c.reportMissingApply(s, a, e)
				}
			}
		}
	}
}

// named are the events that are suppressed on a, that a directive on a or its
// children was probably meant to name, and that children apply which no aggregate
// holds. The latter are reported as what they are: unknown names, stray children.
func (s *scope) named(a *Aggregate) map[*Event]bool {
	named := map[*Event]bool{}
	for _, name := range a.Suppress {
		named[s.meant(name.Value)] = true
	}
	for _, u := range s.uses {
		switch {
		case u.holder.root == nil && u.event != nil:
			named[u.event] = true
		case u.event == nil && (u.holder.root == a || u.holder.root == nil):
			named[s.meant(u.name.Value)] = true
		}
	}
	return named
}

// meant is the event that a name in a directive means or was probably meant to,
// nil where there is none.
func (s *scope) meant(name string) *Event {
	if e := s.events[name]; e != nil {
		return e
	}
	for _, e := range s.pkg.Events {
		if e.WireName == name && name != "" {
			return e
		}
	}
	return s.events[Nearest(name, s.eventNames())]
}

func (s *scope) eventNames() []string {
	var names []string
	for _, e := range s.pkg.Events {
		names = append(names, e.GoName.Value)
	}
	return names
}

func (c *checker) reportMissingApply(s *scope, a *Aggregate, e *Event) {
	goName := e.GoName.Value
	d := c.errorf(codeNoApply, e.GoName.Span, "event %s (%s) has no apply method on %s", goName, e.WireName, a.GoName.Value).
		note(a.GoName.Span, "%s is declared here", a.GoName.Value).
		help("add %s, or //es:suppress %s on %s", applySignature(a.GoName.Value, goName), goName, a.GoName.Value).
		helpInSchema("write %s in a Go file of the package, or give the event sets: or suppress: true", applySignature(a.GoName.Value, goName))
	for _, h := range s.holders {
		if h.root != a {
			continue
		}
		for _, apply := range h.applies {
			if !apply.takes(e) || apply.Directive != nil {
				continue
			}
			d.note(apply.Method.Span, "%s takes %s, but is not called %s", apply.Method.Value, goName, applyName(goName)).
				help("rename %s to %s, or write //es:apply %s above it", apply.Method.Value, applyName(goName), goName)
			return
		}
	}
}

// applySignature is the head of the method that is missing.
func applySignature(recv, event string) string {
	r, _ := utf8.DecodeRuneInString(recv)
	name := unicode.ToLower(r)
	if !unicode.IsLetter(name) || name == 'e' {
		name = 'a'
	}
	return fmt.Sprintf("func (%c *%s) %s(e %s)", name, recv, applyName(event), event)
}

// applyName is the name of the method that applies an event without a directive.
func applyName(event string) string { return "apply" + upperFirst(event) }

func checkAppliedTwice(c *checker) {
	type target struct {
		root  *Aggregate
		model *DecisionModel
		event *Event
	}
	for _, p := range c.packages() {
		groups := map[target][]*use{}
		var order []target
		for _, u := range c.scopes[p].allUses() {
			t := target{u.holder.root, u.holder.model, u.event}
			if t.event == nil || t.root == nil && t.model == nil {
				continue
			}
			if groups[t] == nil {
				order = append(order, t)
			}
			groups[t] = append(groups[t], u)
		}
		for _, t := range order {
			uses := groups[t]
			slices.SortStableFunc(uses, func(a, b *use) int { return compareSpans(a.name.Span, b.name.Span) })
			for _, u := range uses[1:] {
				c.reportAppliedTwice(uses[0], u)
			}
		}
	}
}

func (c *checker) reportAppliedTwice(first, second *use) {
	goName := first.event.GoName.Value
	if first.apply == second.apply {
		c.errorf(codeAppliedTwice, second.name.Span, "the directive of %s names event %s twice", first.apply.Method.Value, goName).
			note(first.name.Span, "it stands here already").
			help("remove one of the two")
		return
	}
	c.errorf(codeAppliedTwice, second.name.Span, "event %s is applied twice, by %s and by %s", goName, first.method(), second.method()).
		note(first.name.Span, "%s applies it too", first.method()).
		help("an event changes the state in one place: keep one of the two, and let it do both")
}

// method is the method with its type: Order.applyPlaced.
func (u *use) method() string { return u.holder.goName.Value + "." + u.apply.Method.Value }

func checkSuppressed(c *checker) {
	for _, p := range c.packages() {
		s := c.scopes[p]
		for _, a := range p.Aggregates {
			first := map[string]Text{}
			for _, name := range a.Suppress {
				if before, twice := first[name.Value]; twice {
					c.errorf(codeSuppressed, name.Span, "event %s is suppressed twice on %s", name.Value, a.GoName.Value).
						note(before.Span, "it is suppressed here already").
						help("remove one of the two")
					continue
				}
				first[name.Value] = name
				if a.SuppressAll != nil {
					c.errorf(codeSuppressed, name.Span, "event %s is suppressed on %s by name and by all", name.Value, a.GoName.Value).
						note(a.SuppressAll.Span, "all stands here").
						help("remove one of the two: all covers every event that has no apply method")
				}
				e := s.events[name.Value]
				if e == nil || !s.sharesStream(a, e) {
					continue
				}
				if uses := s.usesOf(a, e); len(uses) > 0 {
					c.errorf(codeSuppressed, name.Span, "event %s is suppressed on %s, but applied by %s", name.Value, a.GoName.Value, uses[0].method()).
						note(uses[0].apply.Method.Span, "%s is declared here", uses[0].apply.Method.Value).
						help("remove the method, or //es:suppress %s", name.Value).
						helpInSchema("remove the method, or the suppress: of %s", name.Value)
				}
			}
		}
	}
}

func checkUnknownEvent(c *checker) {
	for _, p := range c.packages() {
		s := c.scopes[p]
		for _, u := range s.allUses() {
			if u.event == nil {
				c.reportUnknownEvent(s, u.name, u.method()+" applies")
			}
		}
		for _, a := range p.Aggregates {
			for _, name := range a.Suppress {
				if s.events[name.Value] == nil {
					c.reportUnknownEvent(s, name, a.GoName.Value+" suppresses")
				}
			}
		}
	}
}

func (c *checker) reportUnknownEvent(s *scope, name Text, who string) {
	d := c.errorf(codeUnknownEvent, name.Span, "%s %s, which is no event of package %s", who, name.Value, s.pkg.Name)
	switch e := s.meant(name.Value); {
	case e == nil:
	case e.WireName == name.Value:
		d.help("an event is named by its Go type here: %s", e.GoName.Value)
		return
	default:
		d.help("did you mean %s?", e.GoName.Value)
		return
	}
	if other := c.eventElsewhere(s.pkg, name.Value); other != nil {
		d.note(other.GoName.Span, "%s is an event of package %s", name.Value, other.Package.Name).
			help("what applies an event is declared in the package of the event: move one of the two")
		return
	}
	for _, o := range s.pkg.Objects {
		if o.Recv == "" && o.Kind == "type" && o.Name.Value == name.Value {
			d.note(o.Name.Span, "%s is declared here", name.Value).
				help("if %s is to be an event, it needs //es:event", name.Value)
			return
		}
	}
	d.help("declare it: a struct with //es:event").
		help("%s", didYouMean(name.Value, "events", s.eventNames()))
}

// eventElsewhere is the event of another package that has a name, nil where there is none.
func (c *checker) eventElsewhere(p *Package, goName string) *Event {
	for _, other := range c.module.Packages {
		for _, e := range other.Events {
			if other != p && e.GoName.Value == goName && e.Package != nil {
				return e
			}
		}
	}
	return nil
}

func checkOffStream(c *checker) {
	for _, p := range c.packages() {
		s := c.scopes[p]
		for _, u := range s.uses {
			if u.event != nil && !s.arrives(u) {
				c.reportOffStream(u.name, u.method()+" applies", u.holder.root, u.event)
			}
		}
		for _, a := range p.Aggregates {
			for _, name := range a.Suppress {
				if e := s.events[name.Value]; e != nil && !s.sharesStream(a, e) {
					c.reportOffStream(name, a.GoName.Value+" suppresses", a, e)
				}
			}
		}
	}
}

// arrives says whether the event of a use is on the stream of its aggregate. Of a
// child that two aggregates hold, which is reported, either will do.
func (s *scope) arrives(u *use) bool {
	for _, other := range s.uses {
		if other.apply == u.apply && other.event == u.event && s.sharesStream(other.holder.root, u.event) {
			return true
		}
	}
	return false
}

func (c *checker) reportOffStream(name Text, who string, a *Aggregate, e *Event) {
	owner := e.Owner.GoName.Value
	c.errorf(codeOffStream, name.Span, "%s %s, an event of %s, which is on another stream", who, e.GoName.Value, owner).
		note(e.GoName.Span, "%s is declared here", e.GoName.Value).
		note(a.GoName.Span, "%s is declared here", a.GoName.Value).
		help("remove it, or let %s share the stream: //es:stream of=%s", a.GoName.Value, owner).
		helpInSchema("remove it, or let %s share the stream, with stream: {of: %s}", a.GoName.Value, owner)
}
