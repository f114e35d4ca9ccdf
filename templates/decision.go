package templates

import (
	"fmt"
	"slices"
	"unicode"

	"github.com/dave/jennifer/jen"

	"github.com/esgen/esgen/schema"
)

// emitLoadModel writes the function that loads a decision model.
//
//	// LoadEmployment reads the events that Employment looks at. A save is made
//	// conditional on them by es.If.
//	func LoadEmployment(ctx context.Context, store es.Store, person uuid.UUID) (*Employment, error) {
//		e := &Employment{person: person}
//		personTag := es.Tag{Key: "person", Value: person.String()}
//		query := es.Query{Items: []es.Item{
//			{Types: []string{"contract.signed"}, Tags: []es.Tag{personTag}},
//		}}
//		if err := es.LoadDecision(ctx, store, &e.Decision, query, func(s *es.Stored) error { return applyToEmployment(e, s) }); err != nil {
//			return nil, err
//		}
//		return e, nil
//	}
func emitLoadModel(f *goFile, m *schema.DecisionModel) {
	l := f.locals()
	ctx, store, s, query, errName := l.name("ctx"), l.name("store"), l.name("s"), l.name("query"), l.name("err")
	params := []jen.Code{jen.Id(ctx).Add(f.std("context", "Context")), jen.Id(store).Add(f.es("Store"))}
	var fields, before []jen.Code
	names := make([]string, len(m.Tagged))
	for i, field := range m.Tagged {
		names[i] = l.name(paramName(field.Name.Value))
		params = append(params, jen.Id(names[i]).Add(f.typ(field.Type)))
		fields = append(fields, jen.Id(field.Name.Value).Op(":").Id(names[i]))
	}
	model := l.of(m.GoName.Value)
	// tags has the variable with the tag of each field and key.
	tags := map[string]string{}
	for i, field := range m.Tagged {
		text := formatID(f, l, field.Type, field.Value, jen.Id(names[i]))
		before = append(before, text.before...)
		if text.err != nil {
			before = append(before, jen.If(text.err.Clone().Op("!=").Nil()).Block(
				jen.Return(jen.Nil(), f.std("fmt", "Errorf").Call(jen.Lit("tag "+field.Tags[0].Value+": %w"), text.err))))
		}
		for _, key := range field.Tags {
			name := l.name(names[i] + "Tag")
			tags[key.Value] = name
			before = append(before, jen.Id(name).Op(":=").Add(f.es("Tag")).Values(tagFields(key.Value, text.value)...))
		}
	}
	body := append([]jen.Code{jen.Id(model).Op(":=").Op("&").Id(m.GoName.Value).Values(fields...)}, before...)
	body = append(body,
		jen.Id(query).Op(":=").Add(f.es("Query")).Values(jen.Id("Items").Op(":").Index().Add(f.es("Item")).Add(elements("{", "}", modelItems(f, m, tags)...))),
		jen.If(
			jen.Id(errName).Op(":=").Add(f.es("LoadDecision")).Call(jen.Id(ctx), jen.Id(store), jen.Op("&").Id(model).Dot("Decision"), jen.Id(query),
				jen.Func().Params(jen.Id(s).Op("*").Add(f.es("Stored"))).Error().Add(oneLine(jen.Return(jen.Id(m.ApplyFunc()).Call(jen.Id(model), jen.Id(s)))))),
			jen.Id(errName).Op("!=").Nil(),
		).Block(jen.Return(jen.Nil(), jen.Id(errName))),
		jen.Return(jen.Id(model), jen.Nil()),
	)
	f.add(fmt.Sprintf("%s reads the events that %s looks at. A save is made conditional on them by es.If.", m.LoadModelFunc(), m.GoName.Value),
		jen.Func().Id(m.LoadModelFunc()).Params(params...).Params(pointer(m.GoName.Value), jen.Error()).Block(body...))
}

// modelItems are the items of the model's query: one for all events that are found by
// the same tags.
func modelItems(f *goFile, m *schema.DecisionModel, tags map[string]string) []jen.Code {
	type item struct{ keys, types []string }
	var items []*item
	for _, read := range m.Reads {
		var keys []string
		for _, match := range read.Tags {
			keys = append(keys, match.Key)
		}
		i := slices.IndexFunc(items, func(it *item) bool { return slices.Equal(it.keys, keys) })
		if i < 0 {
			i, items = len(items), append(items, &item{keys: keys})
		}
		items[i].types = append(items[i].types, read.Event.WireName)
		for _, alias := range read.Event.Aliases {
			items[i].types = append(items[i].types, alias.Value)
		}
	}
	var list []jen.Code
	for _, it := range items {
		var types, values []jen.Code
		for _, t := range it.types {
			types = append(types, jen.Lit(t))
		}
		for _, key := range it.keys {
			values = append(values, jen.Id(tags[key]))
		}
		list = append(list, jen.Values(
			jen.Id("Types").Op(":").Index().String().Values(types...),
			jen.Id("Tags").Op(":").Index().Add(f.es("Tag")).Values(values...),
		))
	}
	return list
}

// emitApplyToModel writes the function that applies a stored event to a decision model.
//
//	// applyToEmployment decodes a stored event and calls its apply method.
//	func applyToEmployment(e *Employment, s *es.Stored) error {
//		switch s.Type {
//		case "contract.signed":
//			var event Signed
//			if err := decodeSigned(s, &event); err != nil {
//				return err
//			}
//			e.applySigned(event)
//			return nil
//		}
//		return es.UnknownEvent("Employment", s)
//	}
func emitApplyToModel(f *goFile, m *schema.DecisionModel) {
	l := f.locals()
	s, event, err := l.name("s"), l.name("event"), l.name("err")
	model := l.of(m.GoName.Value)
	var cases []jen.Code
	for _, read := range m.Reads {
		cases = append(cases, jen.Case(storedNames(read.Event)...).Block(
			jen.Var().Id(event).Id(read.Event.GoName.Value),
			jen.If(
				jen.Id(err).Op(":=").Id(read.Event.DecodeFunc()).Call(jen.Id(s), jen.Op("&").Id(event)),
				jen.Id(err).Op("!=").Nil(),
			).Block(jen.Return(jen.Id(err))),
			jen.Id(model).Dot(read.Apply.Method.Value).Call(jen.Id(event)),
			jen.Return(jen.Nil()),
		))
	}
	f.add(m.ApplyFunc()+" decodes a stored event and calls its apply method.",
		jen.Func().Id(m.ApplyFunc()).Params(jen.Id(model).Add(pointer(m.GoName.Value)), jen.Id(s).Op("*").Add(f.es("Stored"))).Error().Block(
			jen.Switch(jen.Id(s).Dot("Type")).Block(cases...),
			jen.Return(f.es("UnknownEvent").Call(jen.Lit(m.GoName.Value), jen.Id(s))),
		))
}

// paramName is a field's name as that of a parameter: person for Person, id for ID,
// sku for SKU, and urlOf for URLOf.
func paramName(field string) string {
	runes := []rune(field)
	upper := 0
	for upper < len(runes) && unicode.IsUpper(runes[upper]) {
		upper++
	}
	if upper > 1 && upper < len(runes) {
		upper-- // the last of them begins the next word
	}
	for i := range upper {
		runes[i] = unicode.ToLower(runes[i])
	}
	return string(runes)
}
