package templates

import (
	"github.com/dave/jennifer/jen"

	"github.com/esgen/esgen/schema"
)

// emitTags writes the function that gives the tags of any event of a stream. It is
// nothing where no event has one.
//
//	// tagsOfContractEvent are the tags by which decision models find an event.
//	func tagsOfContractEvent(event ContractEvent) ([]es.Tag, error) {
//		switch e := event.(type) {
//		case Signed:
//			return []es.Tag{{Key: "person", Value: e.PersonID.String()}}, nil
//		case Witnessed:
//			var tags []es.Tag
//			for _, v := range e.Witnesses {
//				tags = append(tags, es.Tag{Key: "person", Value: v.String()})
//			}
//			return tags, nil
//		}
//		return nil, nil
//	}
func emitTags(f *goFile, owner *schema.Aggregate) {
	if !owner.Tagged() {
		return
	}
	l := f.locals()
	event, e := l.name("event"), l.name("e")
	var cases []jen.Code
	for _, ev := range streamEvents(owner) {
		if tags := ev.Tags(); len(tags) > 0 {
			cases = append(cases, jen.Case(jen.Id(ev.GoName.Value)).Block(tagsOf(f, l.nested(), tags, e)...))
		}
	}
	f.add(owner.TagsFunc()+" are the tags by which decision models find an event.",
		jen.Func().Id(owner.TagsFunc()).Params(jen.Id(event).Id(owner.StreamInterface())).
			Params(jen.Index().Add(f.es("Tag")), jen.Error()).Block(
			jen.Switch(jen.Id(e).Op(":=").Id(event).Assert(jen.Type())).Block(cases...),
			jen.Return(jen.Nil(), jen.Nil()),
		))
}

// tagsOf gives the statements that return the tags of event e.
func tagsOf(f *goFile, l *locals, tags []schema.EventTag, e string) []jen.Code {
	if list := plainTags(f, l, tags, e); list != nil {
		return []jen.Code{jen.Return(jen.Index().Add(f.es("Tag")).Values(list...), jen.Nil())}
	}
	all := l.name("tags")
	body := []jen.Code{jen.Var().Id(all).Index().Add(f.es("Tag"))}
	for _, tag := range tags {
		body = append(body, tagStatements(f, l.nested(), tag, all, e)...)
	}
	return append(body, jen.Return(jen.Id(all), jen.Nil()))
}

// plainTags are the elements of a list of tags, each an expression; nil where one of
// them takes more than that.
func plainTags(f *goFile, l *locals, tags []schema.EventTag, e string) []jen.Code {
	var list []jen.Code
	for _, tag := range tags {
		if tag.Each || tag.Pointer {
			return nil
		}
		text := formatID(f, l.nested(), tag.Field.Type, tag.Field.Value, jen.Id(e).Dot(tag.Field.Name.Value))
		if len(text.before) > 0 || text.err != nil {
			return nil
		}
		list = append(list, jen.Values(tagFields(tag.Key, text.value)...))
	}
	return list
}

func tagFields(key string, text jen.Code) []jen.Code {
	return []jen.Code{jen.Id("Key").Op(":").Lit(key), jen.Id("Value").Op(":").Add(text)}
}

// tagStatements append what a field gives to a list of tags.
func tagStatements(f *goFile, l *locals, tag schema.EventTag, all, e string) []jen.Code {
	value, t := jen.Id(e).Dot(tag.Field.Name.Value), tag.Field.Type
	var element string
	if tag.Each || tag.Pointer {
		element, t = l.name("v"), tag.Value
		if tag.Each {
			value = jen.Id(element)
		}
	}
	if tag.Pointer {
		value = jen.Op("*").Id(element)
		if named, ok := schema.Resolve(t).(*schema.Named); ok && named.Encoding != schema.EncodeUnder {
			value = jen.Id(element) // a selector finds the method
		}
	}
	text := formatID(f, l, t, tag.Field.Value, value)
	body := text.before
	if text.err != nil {
		body = append(body, jen.If(text.err.Clone().Op("!=").Nil()).Block(jen.Return(jen.Nil(), text.err)))
	}
	body = append(body, jen.Id(all).Op("=").Append(jen.Id(all), f.es("Tag").Values(tagFields(tag.Key, text.value)...)))
	switch {
	case tag.Each && tag.Pointer:
		body = []jen.Code{jen.If(jen.Id(element).Op("!=").Nil()).Block(body...)}
	case tag.Pointer:
		return []jen.Code{jen.If(jen.Id(element).Op(":=").Id(e).Dot(tag.Field.Name.Value), jen.Id(element).Op("!=").Nil()).Block(body...)}
	}
	if tag.Each {
		return []jen.Code{jen.For(jen.List(jen.Id("_"), jen.Id(element)).Op(":=").Range().Id(e).Dot(tag.Field.Name.Value)).Block(body...)}
	}
	if len(text.before) > 0 {
		return []jen.Code{jen.Block(body...)}
	}
	return body
}
