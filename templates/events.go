package templates

import (
	"fmt"

	"github.com/dave/jennifer/jen"

	"github.com/esgen/esgen/schema"
)

// emitStreamInterface writes the interface of all events of a stream that
// several aggregates share; their own interfaces embed it.
//
//	// OrderStreamEvent is an event of the stream that Order and Shipping share.
//	type OrderStreamEvent interface {
//		es.Event
//		isOrderStreamEvent()
//	}
func emitStreamInterface(f *goFile, owner *schema.Aggregate) {
	iface := owner.StreamInterface()
	f.add(fmt.Sprintf("%s is an event of the stream that %s share.", iface, enumerate(goNames(owner.Siblings))),
		jen.Type().Id(iface).Interface(f.es("Event"), jen.Id(schema.Marker(iface)).Params()))
}

// emitEventInterface writes the interface of an aggregate's own events.
//
//	// ProfileEvent is an event of Profile.
//	type ProfileEvent interface {
//		es.Event
//		isProfileEvent()
//	}
func emitEventInterface(f *goFile, a *schema.Aggregate) {
	iface := a.EventInterface()
	embedded := f.es("Event")
	if stream := a.StreamInterface(); stream != iface {
		embedded = jen.Id(stream)
	}
	f.add(fmt.Sprintf("%s is an event of %s.", iface, a.GoName.Value),
		jen.Type().Id(iface).Interface(embedded, jen.Id(schema.Marker(iface)).Params()))
}

// emitEventMethods writes the name of an event, and what makes it one of its
// aggregate's.
//
//	// EventType is "order.created".
//	func (OrderCreated) EventType() string   { return "order.created" }
//	func (OrderCreated) isOrderStreamEvent() {}
//	func (OrderCreated) isOrderEvent()       {}
func emitEventMethods(f *goFile, e *schema.Event) {
	recv := jen.Id(e.GoName.Value)
	methods := []jen.Code{
		jen.Func().Params(recv.Clone()).Id(schema.EventTypeMethod).Params().String().Add(oneLine(jen.Return(jen.Lit(e.WireName)))),
	}
	if stream := e.Owner.StreamInterface(); stream != e.Owner.EventInterface() {
		methods = append(methods, jen.Func().Params(recv.Clone()).Id(schema.Marker(stream)).Params().Block())
	}
	methods = append(methods, jen.Func().Params(recv.Clone()).Id(schema.Marker(e.Owner.EventInterface())).Params().Block())
	f.add(fmt.Sprintf("%s is %q.", schema.EventTypeMethod, e.WireName), adjacent(methods...))
}

func goNames(aggregates []*schema.Aggregate) []string {
	names := make([]string, len(aggregates))
	for i, a := range aggregates {
		names[i] = a.GoName.Value
	}
	return names
}

// enumerate spells a list of names: A, B and C.
func enumerate(names []string) string {
	list := names[0]
	for i, name := range names[1:] {
		if i == len(names)-2 {
			list += " and " + name
		} else {
			list += ", " + name
		}
	}
	return list
}
