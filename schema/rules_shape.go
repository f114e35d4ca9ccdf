package schema

import (
	"slices"
	"strings"
)

const (
	codeApplyResult   Code = "ES0109"
	codeApplyParams   Code = "ES0110"
	codeApplyReceiver Code = "ES0111"
)

var shapeRules = []rule{
	{CodeInfo{codeApplyResult, "an apply method returns something", `
An apply method says what an event does to the state. The event has happened, so
there is nothing to refuse: validate before recording. An error of an apply method
would make stored aggregates impossible to load.

Wrong:

	func (o *Order) applyPlaced(e Placed) error {
		if e.Amount <= 0 {
			return ErrAmount
		}
		o.amount = e.Amount
		return nil
	}

Right:

	func (o *Order) Place(amount int64) error {
		if amount <= 0 {
			return ErrAmount
		}
		o.record(Placed{Amount: amount})
		return nil
	}

	func (o *Order) applyPlaced(e Placed) { o.amount = e.Amount }
`}, checkApplyResult},
	{CodeInfo{codeApplyParams, "an apply method does not take the event that it applies", `
An apply method takes one parameter, the event, by value. A method of several
events takes an interface that they all are, such as the generated one of the
aggregate. All that the method needs is in the event: what comes from elsewhere,
the time say, would be another one when the aggregate is loaded.

Wrong:

	func (o *Order) applyPlaced(e *Placed, now time.Time) { o.placedAt = now }

Right:

	func (o *Order) applyPlaced(e Placed) { o.placedAt = e.PlacedAt }

	//es:apply Visited SignedIn
	func (o *Order) applyActivity(OrderEvent) { o.activity++ }
`}, checkApplyParams},
	{CodeInfo{codeApplyReceiver, "an apply method has a value receiver", `
With a value receiver the method changes a copy, and the state stays as it was.

Wrong:

	func (o Order) applyPlaced(e Placed) { o.amount = e.Amount }

Right:

	func (o *Order) applyPlaced(e Placed) { o.amount = e.Amount }
`}, checkApplyReceiver},
}

// applyMethod is an apply method with all its uses.
type applyMethod struct {
	*Apply
	pkg    *Package
	holder *holder
	uses   []*use
}

// applyMethods are the apply methods of the packages to be judged, each once.
func (c *checker) applyMethods() []*applyMethod {
	var methods []*applyMethod
	for _, p := range c.packages() {
		byApply := map[*Apply]*applyMethod{}
		for _, u := range c.scopes[p].allUses() {
			m := byApply[u.apply]
			if m == nil {
				m = &applyMethod{Apply: u.apply, pkg: p, holder: u.holder}
				byApply[u.apply] = m
				methods = append(methods, m)
			}
			if m.holder == u.holder {
				m.uses = append(m.uses, u)
			}
		}
	}
	return methods
}

func (m *applyMethod) name() string { return m.holder.goName.Value + "." + m.Method.Value }

func checkApplyResult(c *checker) {
	for _, m := range c.applyMethods() {
		if len(m.Results) == 0 {
			continue
		}
		var results []string
		for _, r := range m.Results {
			results = append(results, r.Type.Value)
		}
		d := c.errorf(codeApplyResult, at(m.Results[0].Type.Span, m.Method.Span), "apply method %s returns %s", m.name(), enumerate(results))
		if len(results) == 1 && results[0] == "error" {
			d.help("validate before recording: an event that has happened cannot be refused")
		} else {
			d.help("return nothing: nobody would receive it")
		}
	}
}

func checkApplyReceiver(c *checker) {
	for _, m := range c.applyMethods() {
		if !m.PointerRecv {
			c.errorf(codeApplyReceiver, m.Method.Span, "apply method %s has a value receiver, so what it sets is lost", m.name()).
				help("make the receiver *%s", m.holder.goName.Value)
		}
	}
}

func checkApplyParams(c *checker) {
	for _, m := range c.applyMethods() {
		problem, help := m.paramProblem()
		if problem == "" {
			problem, help = m.interfaceProblem()
		}
		if problem == "" {
			continue
		}
		place := m.Method.Span
		if len(m.Params) > 0 {
			place = at(m.Params[min(1, len(m.Params)-1)].Type.Span, place)
		}
		c.errorf(codeApplyParams, place, "apply method %s %s", m.name(), problem).help("%s", help)
	}
}

// paramProblem says what is wrong with the parameters, and what to do about it.
func (m *applyMethod) paramProblem() (problem, help string) {
	var events []string
	known := true
	seen := map[*Event]bool{}
	for _, u := range m.uses {
		if u.event != nil && seen[u.event] {
			continue
		}
		seen[u.event] = true
		events = append(events, u.name.Value)
		known = known && u.event != nil
	}
	several := len(events) > 1
	takes := "write " + m.Method.Value + "(e " + events[0] + ")"
	if several {
		takes = "take an interface that " + enumerate(events) + " all are, such as " + m.eventInterface()
	}
	switch len(m.Params) {
	case 0:
		return "takes no event", takes
	case 1:
	default:
		return "takes " + count(len(m.Params), "parameter") + ", not just the event",
			"all that it needs is in the event: what is passed beside it would be another value when the aggregate is loaded"
	}
	p := m.Params[0]
	if p.Interface && (several || m.Directive != nil) {
		return "", ""
	}
	if p.Event != "" && !p.Pointer && !several && (p.Event == events[0] || !known) {
		return "", ""
	}
	switch {
	case several:
		return "applies " + enumerate(events) + ", but takes " + p.Type.Value, takes
	case p.Event == events[0] && p.Pointer:
		return "takes a pointer to " + p.Event, "take " + p.Event + " by value: an event never changes"
	case !known && p.Event == "" && !strings.HasPrefix(p.Type.Value, "*"):
		// The event may be of just this type, if only it were one.
		return "", ""
	case p.Interface:
		return "takes " + p.Type.Value + ", not " + events[0],
			"take " + events[0] + ", or write //es:apply " + events[0] + " above it"
	case p.Event != "":
		return "applies " + events[0] + ", but takes " + p.Type.Value,
			"take " + events[0] + ", or write //es:apply " + p.Event + " above it"
	}
	return "applies " + events[0] + ", but takes " + p.Type.Value, takes
}

// interfaceProblem says what is wrong with an interface that a method takes: that
// nobody declares it, neither the user nor generated code, or that the events are
// none of it.
func (m *applyMethod) interfaceProblem() (problem, help string) {
	p := m.Params[0]
	if slices.ContainsFunc(m.uses, func(u *use) bool { return u.event == nil }) {
		return "", "" // the type may be the event that is missing
	}
	if p.Undeclared {
		var generated []string
		for _, a := range m.pkg.Aggregates {
			generated = append(generated, a.EventInterface())
			if a.StreamOwner == a && len(a.Siblings) > 1 {
				generated = append(generated, a.StreamInterface())
			}
		}
		if slices.Contains(generated, p.Type.Value) {
			return "", ""
		}
		return "takes " + p.Type.Value + ", which nothing declares", didYouMean(p.Type.Value, "generated interfaces", generated)
	}
	for _, u := range m.uses {
		if u.event.Owner == nil {
			continue
		}
		for _, method := range p.Methods {
			if !u.event.mayHave(method, m.pkg) {
				return "takes " + p.Type.Value + ", which " + u.name.Value + " is not: it has no method " + method,
					"declare " + method + " on " + u.name.Value + ", or take " + m.eventInterface()
			}
		}
	}
	return "", ""
}

// mayHave says whether an event has a method, its own or a generated one. Where it
// embeds something, nobody knows.
func (e *Event) mayHave(method string, p *Package) bool {
	if method == EventTypeMethod || method == Marker(e.Owner.EventInterface()) || method == Marker(e.Owner.StreamInterface()) {
		return true
	}
	if s := e.Struct(); s == nil || slices.ContainsFunc(s.Fields, func(f *Field) bool { return f.Embedded }) {
		return true
	}
	return slices.ContainsFunc(p.Objects, func(o Object) bool {
		return o.Kind == "method" && o.Recv == e.GoName.Value && o.Name.Value == method
	})
}

// eventInterface is the generated interface that all events of the method are.
func (m *applyMethod) eventInterface() string {
	root := m.holder.root
	if m.holder.model != nil {
		return "an interface of your own"
	}
	if root == nil {
		return "the one of the aggregate's events"
	}
	for _, u := range m.uses {
		if u.event != nil && u.event.Owner != root {
			return root.StreamInterface()
		}
	}
	return root.EventInterface()
}
