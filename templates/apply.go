package templates

import (
	"fmt"

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
			about := []jen.Code{jen.Lit(place), jen.Id(e)}
			if key := d.Keys[i]; key != nil {
				about = append(about, jen.Id(e).Dot(key.Name.Value))
			}
			missing := jen.Return(f.es("MissingChild").Call(about...))
			var find []jen.Code
			target, find = findChild(f, l, target.Dot(step.Field.Name.Value), step, d.Keys[i], e, missing)
			statements = append(statements, find...)
		}
	}
	return append(statements, target.Dot(d.Apply.Method.Value).Call(jen.Id(e)))
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
