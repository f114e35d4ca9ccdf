package templates

import (
	"fmt"

	"github.com/dave/jennifer/jen"

	"github.com/esgen/esgen/schema"
)

// streamEvents are the events of the stream that an aggregate owns, in the order
// of its siblings.
func streamEvents(owner *schema.Aggregate) []*schema.Event {
	var events []*schema.Event
	for _, sibling := range owner.Siblings {
		events = append(events, sibling.Own...)
	}
	return events
}

// emitEncode writes the function that encodes any event of a stream.
//
//	// encodeProfileEvent appends an event's payload to dst.
//	func encodeProfileEvent(dst []byte, event ProfileEvent) ([]byte, error) {
//		switch e := event.(type) {
//		case Registered:
//			return appendRegisteredJSON(dst, &e)
//		}
//		return dst, es.UnexpectedEvent("profile", event)
//	}
func emitEncode(f *goFile, owner *schema.Aggregate) {
	l := f.locals()
	dst, event, e := l.name("dst"), l.name("event"), l.name("e")

	var cases []jen.Code
	for _, ev := range streamEvents(owner) {
		cases = append(cases, jen.Case(jen.Id(ev.GoName.Value)).Block(
			jen.Return(jen.Id(ev.AppendFunc()).Call(jen.Id(dst), jen.Op("&").Id(e))),
		))
	}
	var body []jen.Code
	if len(cases) > 0 {
		body = append(body, jen.Switch(jen.Id(e).Op(":=").Id(event).Assert(jen.Type())).Block(cases...))
	}
	body = append(body, jen.Return(jen.Id(dst), f.es("UnexpectedEvent").Call(jen.Lit(owner.Name.Value), jen.Id(event))))
	f.add(owner.EncodeFunc()+" appends an event's payload to "+dst+".",
		jen.Func().Id(owner.EncodeFunc()).
			Params(jen.Id(dst).Index().Byte(), jen.Id(event).Id(owner.StreamInterface())).
			Params(jen.Index().Byte(), jen.Error()).Block(body...))
}

// emitDecode writes the function that decodes any event of a stream.
//
//	// decodeProfileEvent gives back a stored event.
//	func decodeProfileEvent(s *es.Stored) (ProfileEvent, error) {
//		switch s.Type {
//		case "profile.name_changed", "profile.renamed":
//			var e NameChanged
//			err := decodeNameChanged(s, &e)
//			return e, err
//		}
//		return nil, es.UnknownEvent("profile", s)
//	}
func emitDecode(f *goFile, owner *schema.Aggregate) {
	l := f.locals()
	s, e, err := l.name("s"), l.name("e"), l.name("err")

	var cases []jen.Code
	for _, ev := range streamEvents(owner) {
		cases = append(cases, jen.Case(storedNames(ev)...).Block(
			jen.Var().Id(e).Id(ev.GoName.Value),
			jen.Id(err).Op(":=").Id(ev.DecodeFunc()).Call(jen.Id(s), jen.Op("&").Id(e)),
			jen.Return(jen.Id(e), jen.Id(err)),
		))
	}
	var body []jen.Code
	if len(cases) > 0 {
		body = append(body, jen.Switch(jen.Id(s).Dot("Type")).Block(cases...))
	}
	body = append(body, jen.Return(jen.Nil(), f.es("UnknownEvent").Call(jen.Lit(owner.Name.Value), jen.Id(s))))
	f.add(owner.DecodeFunc()+" gives back a stored event.",
		jen.Func().Id(owner.DecodeFunc()).Params(jen.Id(s).Op("*").Add(f.es("Stored"))).
			Params(jen.Id(owner.StreamInterface()), jen.Error()).Block(body...))
}

// emitDecodeEvent writes the function that decodes a stored event of one type
// into a variable of the caller's, so that it need not be allocated.
//
//	func decodeRegistered(s *es.Stored, e *Registered) error {
//		if err := es.CheckVersion(s, 1); err != nil {
//			return err
//		}
//		var r jsonx.Reader
//		r.Reset(s.Payload)
//		readRegisteredJSON(&r, e)
//		return r.End("profile.registered")
//	}
func emitDecodeEvent(f *goFile, ev *schema.Event) {
	l := f.locals()
	s, e, err, r := l.name("s"), l.name("e"), l.name("err"), l.name("r")
	f.add(fmt.Sprintf("%s decodes a stored %s.", ev.DecodeFunc(), ev.GoName.Value),
		jen.Func().Id(ev.DecodeFunc()).
			Params(jen.Id(s).Op("*").Add(f.es("Stored")), jen.Id(e).Add(pointer(ev.GoName.Value))).
			Error().Block(
			jen.If(
				jen.Id(err).Op(":=").Add(f.es("CheckVersion")).Call(jen.Id(s), jen.Lit(ev.Version)),
				jen.Id(err).Op("!=").Nil(),
			).Block(jen.Return(jen.Id(err))),
			jen.Var().Id(r).Add(f.jsonx("Reader")),
			jen.Id(r).Dot("Reset").Call(jen.Id(s).Dot("Payload")),
			jen.Id(ev.ReadFunc()).Call(jen.Op("&").Id(r), jen.Id(e)),
			jen.Return(jen.Id(r).Dot("End").Call(jen.Lit(ev.WireName))),
		))
}
