package templates

import (
	"fmt"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/esgen/esgen/schema"
)

// emitRecord writes the method by which an aggregate records its own events.
//
//	// record applies an event and queues it to be saved.
//	func (c *Cart) record(event CartEvent) {
//		es.Record(c, &c.Root, event, dispatchCart)
//		attachCart(c)
//	}
//
// On a stream that several aggregates share, the event is converted to the
// interface that the dispatcher takes.
func emitRecord(f *goFile, a *schema.Aggregate) {
	l := f.locals()
	event := l.name("event")
	recv := l.of(a.GoName.Value)
	arg := jen.Id(event)
	if stream := a.StreamInterface(); stream != a.EventInterface() {
		arg = jen.Id(stream).Call(arg)
	}
	body := []jen.Code{
		f.es("Record").Call(jen.Id(recv), jen.Op("&").Id(recv).Dot("Root"), arg, jen.Id(a.DispatchFunc())),
	}
	if len(a.Paths) > 0 {
		body = append(body, jen.Id(a.AttachFunc()).Call(jen.Id(recv)))
	}
	f.add(schema.RecordMethod+" applies an event and queues it to be saved.",
		jen.Func().Params(jen.Id(recv).Add(pointer(a.GoName.Value))).Id(schema.RecordMethod).
			Params(jen.Id(event).Id(a.EventInterface())).Block(body...))
}

// emitChildRecord writes the method by which a child records an event of its
// aggregate.
//
//	// record records an event of the Cart that the Delivery is part of.
//	func (d *Delivery) record(event CartEvent) {
//		es.RootOf[Cart](&d.Child).record(event)
//	}
func emitChildRecord(f *goFile, c *schema.Child) {
	l := f.locals()
	event := l.name("event")
	recv := l.of(c.GoName.Value)
	root := c.Root
	f.add(fmt.Sprintf("%s records an event of the %s that the %s is part of.", schema.RecordMethod, root.GoName.Value, c.GoName.Value),
		jen.Func().Params(jen.Id(recv).Add(pointer(c.GoName.Value))).Id(schema.RecordMethod).
			Params(jen.Id(event).Id(root.EventInterface())).Block(
			f.es("RootOf").Types(jen.Id(root.GoName.Value)).Call(jen.Op("&").Id(recv).Dot("Child")).
				Dot(schema.RecordMethod).Call(jen.Id(event)),
		))
}

// emitDispatch writes the function that applies a recorded event.
//
//	// dispatchOrder calls the apply method of an event.
//	func dispatchOrder(o *Order, event OrderStreamEvent) error {
//		switch e := event.(type) {
//		case OrderCreated:
//			o.applyOrderCreated(e)
//		case ShippingArrived: // an event of Shipping, which changes nothing here
//		default:
//			return es.UnexpectedEvent("order", event)
//		}
//		return nil
//	}
func emitDispatch(f *goFile, a *schema.Aggregate) {
	l := f.locals()
	event, e := l.name("event"), l.name("e")
	recv := l.of(a.GoName.Value)

	unexpected := jen.Return(f.es("UnexpectedEvent").Call(jen.Lit(a.Name.Value), jen.Id(event)))
	var cases []jen.Code
	applies := false
	for _, group := range groupIdle(a.Dispatch) {
		if d := group[0]; d.Apply != nil {
			applies = true
			cases = append(cases, jen.Case(jen.Id(d.Event.GoName.Value)).Block(applyEvent(f, l, a, d, recv, e)...))
			continue
		}
		types := make([]jen.Code, len(group))
		for i, d := range group {
			types[i] = jen.Id(d.Event.GoName.Value)
		}
		// The comment stands on the line of the case: alone on the next, gofmt would put it
		// to the case after it.
		cases = append(cases, jen.Case(types...).Comment(whyIdle(group)))
	}
	body := []jen.Code{unexpected}
	if len(cases) > 0 {
		subject := jen.Id(event).Assert(jen.Type())
		if applies {
			subject = jen.Id(e).Op(":=").Add(subject)
		}
		cases = append(cases, jen.Default().Block(unexpected))
		body = []jen.Code{jen.Switch(subject).Block(cases...), jen.Return(jen.Nil())}
	}
	f.add(a.DispatchFunc()+" calls the apply method of an event.",
		jen.Func().Id(a.DispatchFunc()).
			Params(jen.Id(recv).Add(pointer(a.GoName.Value)), jen.Id(event).Id(a.StreamInterface())).
			Error().Block(body...))
}

// emitLoad writes the function that decodes a stored event and applies it,
// without making an interface of it on the way. What changes no state is not
// decoded; its version is checked all the same.
//
//	// loadOrder decodes a stored event and calls its apply method.
//	func loadOrder(o *Order, s *es.Stored) error {
//		switch s.Type {
//		case "order.created":
//			var e OrderCreated
//			if err := decodeOrderCreated(s, &e); err != nil {
//				return err
//			}
//			o.applyOrderCreated(e)
//		case "shipping.arrived":
//			return es.CheckVersion(s, 1) // an event of Shipping, which changes nothing here
//		default:
//			return es.UnknownEvent("order", s)
//		}
//		return nil
//	}
func emitLoad(f *goFile, a *schema.Aggregate) {
	l := f.locals()
	s, e, err := l.name("s"), l.name("e"), l.name("err")
	recv := l.of(a.GoName.Value)

	unknown := jen.Return(f.es("UnknownEvent").Call(jen.Lit(a.Name.Value), jen.Id(s)))
	var cases []jen.Code
	applies := false
	for _, group := range groupIdle(a.Dispatch) {
		if d := group[0]; d.Apply != nil {
			applies = true
			body := append([]jen.Code{
				jen.Var().Id(e).Id(d.Event.GoName.Value),
				jen.If(
					jen.Id(err).Op(":=").Id(d.Event.DecodeFunc()).Call(jen.Id(s), jen.Op("&").Id(e)),
					jen.Id(err).Op("!=").Nil(),
				).Block(jen.Return(jen.Id(err))),
			}, applyEvent(f, l, a, d, recv, e)...)
			cases = append(cases, jen.Case(storedNames(d.Event)...).Block(body...))
			continue
		}
		var names []jen.Code
		for _, d := range group {
			names = append(names, storedNames(d.Event)...)
		}
		cases = append(cases, jen.Case(names...).Block(
			jen.Return(f.es("CheckVersion").Call(jen.Id(s), jen.Lit(group[0].Event.Version))).Comment(whyIdle(group)),
		))
	}
	body := []jen.Code{unknown}
	if len(cases) > 0 {
		cases = append(cases, jen.Default().Block(unknown))
		body = []jen.Code{jen.Switch(jen.Id(s).Dot("Type")).Block(cases...)}
		if applies {
			body = append(body, jen.Return(jen.Nil()))
		}
	}
	f.add(a.LoadFunc()+" decodes a stored event and calls its apply method.",
		jen.Func().Id(a.LoadFunc()).
			Params(jen.Id(recv).Add(pointer(a.GoName.Value)), jen.Id(s).Op("*").Add(f.es("Stored"))).
			Error().Block(body...))
}

// applyEvent gives the statements that apply event e to the aggregate recv, or to
// the child of it that the event is for.
func applyEvent(f *goFile, l *locals, a *schema.Aggregate, d schema.Dispatch, recv, e string) []jen.Code {
	target := jen.Id(recv)
	var statements []jen.Code
	if d.Path != nil {
		// Each case is a block of its own, so its names are free again in the next.
		l = l.nested()
		place := a.GoName.Value
		for i, step := range d.Path.Steps {
			place += "." + step.Field.Name.Value
			missing := jen.Return(f.es("MissingChild").Call(jen.Lit(place), jen.Id(e)))
			var find []jen.Code
			target, find = findChild(f, l, target.Dot(step.Field.Name.Value), step, d.Keys[i], e, missing)
			statements = append(statements, find...)
		}
	}
	return append(statements, target.Dot(d.Apply.Method.Value).Call(jen.Id(e)))
}

// findChild gives the expression of the child that the event means, and the
// statements before it that find it in holder, or run missing where it is not
// there.
//
//	if c.delivery == nil {
//		return es.MissingChild("Cart.delivery", e)
//	}
//
//	i := slices.IndexFunc(c.lines, func(l *Line) bool { return l != nil && l.id == e.LineID })
//	if i < 0 {
//		return es.MissingChild("Cart.lines", e)
//	}
//
//	line := c.linesByID[e.LineID]
//	if line == nil {
//		return es.MissingChild("Cart.linesByID", e)
//	}
func findChild(f *goFile, l *locals, holder *jen.Statement, step schema.ChildStep, key *schema.Field, e string, missing jen.Code) (*jen.Statement, []jen.Code) {
	switch step.Container {
	case schema.InSlice:
		i := l.name("i")
		child := l.nested().of(step.Child.GoName.Value)
		isMeant := jen.Func().Params(jen.Id(child).Add(pointer(step.Child.GoName.Value))).Bool().Add(oneLine(
			jen.Return(jen.Id(child).Op("!=").Nil().Op("&&").
				Id(child).Dot(step.Child.ID.Name.Value).Op("==").Id(e).Dot(key.Name.Value)),
		))
		return holder.Clone().Index(jen.Id(i)), []jen.Code{
			jen.Id(i).Op(":=").Add(f.std("slices", "IndexFunc")).Call(holder.Clone(), isMeant),
			jen.If(jen.Id(i).Op("<").Lit(0)).Block(missing),
		}
	case schema.InMap:
		child := l.of(step.Child.GoName.Value)
		return jen.Id(child), []jen.Code{
			jen.Id(child).Op(":=").Add(holder.Clone()).Index(jen.Id(e).Dot(key.Name.Value)),
			jen.If(jen.Id(child).Op("==").Nil()).Block(missing),
		}
	}
	if step.Pointer {
		return holder.Clone(), []jen.Code{jen.If(holder.Clone().Op("==").Nil()).Block(missing)}
	}
	return holder.Clone(), nil
}

// groupIdle puts neighbours that change no state together, so that one case
// stands for them: those of the same aggregate and the same version. All others
// are groups of one.
func groupIdle(dispatch []schema.Dispatch) [][]schema.Dispatch {
	var groups [][]schema.Dispatch
	for _, d := range dispatch {
		if n := len(groups); n > 0 && d.Apply == nil {
			before := groups[n-1][0]
			if before.Apply == nil && before.Event.Owner == d.Event.Owner && before.Event.Version == d.Event.Version {
				groups[n-1] = append(groups[n-1], d)
				continue
			}
		}
		groups = append(groups, []schema.Dispatch{d})
	}
	return groups
}

// whyIdle says why nothing is done for a group of events.
func whyIdle(group []schema.Dispatch) string {
	switch owner := group[0].Event.Owner.GoName.Value; {
	case group[0].Own && len(group) == 1:
		return "suppressed: it changes no state"
	case group[0].Own:
		return "suppressed: they change no state"
	case len(group) == 1:
		return fmt.Sprintf("an event of %s, which changes nothing here", owner)
	default:
		return fmt.Sprintf("events of %s, which change nothing here", owner)
	}
}

// storedNames are the names that an event is or was stored under.
func storedNames(e *schema.Event) []jen.Code {
	names := []jen.Code{jen.Lit(e.WireName)}
	for _, alias := range e.Aliases {
		names = append(names, jen.Lit(alias.Value))
	}
	return names
}

// emitAttach writes the function that makes all children, wherever the
// aggregate keeps them, parts of it.
//
//	// attachCart lets the children of Cart record.
//	func attachCart(c *Cart) {
//		if c.delivery != nil {
//			es.Attach(&c.delivery.Child, c)
//		}
//		for _, l := range c.lines {
//			if l != nil {
//				es.Attach(&l.Child, c)
//			}
//		}
//	}
func emitAttach(f *goFile, a *schema.Aggregate) {
	l := f.locals()
	recv := l.of(a.GoName.Value)
	body := attachChildren(f, l, childTree(a), jen.Id(recv), recv)
	f.add(fmt.Sprintf("%s lets the children of %s record.", a.AttachFunc(), a.GoName.Value),
		jen.Func().Id(a.AttachFunc()).Params(jen.Id(recv).Add(pointer(a.GoName.Value))).Block(body...))
}

// attachChildren gives the statements that attach what holder holds, and what
// that holds in turn, to the aggregate root.
func attachChildren(f *goFile, l *locals, nodes []*childNode, holder *jen.Statement, root string) []jen.Code {
	var statements []jen.Code
	for _, n := range nodes {
		field := holder.Clone().Dot(n.step.Field.Name.Value)
		attach := func(l *locals, child *jen.Statement) []jen.Code {
			call := f.es("Attach").Call(jen.Op("&").Add(child.Clone()).Dot("Child"), jen.Id(root))
			return append([]jen.Code{call}, attachChildren(f, l, n.children, child, root)...)
		}
		switch {
		case n.step.Container != schema.One:
			inner := l.nested()
			child := inner.of(n.step.Child.GoName.Value)
			statements = append(statements, jen.For(jen.List(jen.Id("_"), jen.Id(child)).Op(":=").Range().Add(field)).Block(
				jen.If(jen.Id(child).Op("!=").Nil()).Block(attach(inner, jen.Id(child))...),
			))
		case n.step.Pointer:
			statements = append(statements, jen.If(field.Clone().Op("!=").Nil()).Block(attach(l, field)...))
		default:
			statements = append(statements, attach(l, field)...)
		}
	}
	return statements
}

// childNode is a child with the children that it has itself.
type childNode struct {
	step     schema.ChildStep
	children []*childNode
}

// childTree gives the children of an aggregate, whose paths are listed parents
// first, as a tree.
func childTree(a *schema.Aggregate) []*childNode {
	var top []*childNode
	byPath := map[string]*childNode{}
	for _, p := range a.Paths {
		steps := make([]string, len(p.Steps))
		for i, step := range p.Steps {
			steps[i] = step.Field.Name.Value
		}
		n := &childNode{step: p.Steps[len(p.Steps)-1]}
		byPath[strings.Join(steps, ".")] = n
		if parent := byPath[strings.Join(steps[:len(steps)-1], ".")]; parent != nil {
			parent.children = append(parent.children, n)
		} else {
			top = append(top, n)
		}
	}
	return top
}
