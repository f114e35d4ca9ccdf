package templates

import (
	"fmt"
	"slices"

	"github.com/dave/jennifer/jen"

	"github.com/esgen/esgen/schema"
)

// The names that a generated test declares, next to those of the user's tests.
const (
	roundTripTest  = schema.RoundTripTest
	trySample      = schema.TrySample
	tryErrorSample = schema.TryErrorSample
)

// testFile gives the bytes of a package's TestFile: each event is encoded, decoded
// and encoded again, zero and with all its fields.
//
//	func TestEsgenRoundTrip(t *testing.T) {
//		estest.RoundTrip(t, Registry(),
//			Visited{},
//			Visited{Page: "page 1"},
//		)
//	}
//
// Values that are made up may be refused by the functions of the user's types, in
// all good faith. Such events are tested where they can be encoded and decoded at
// all:
//
//	for _, event := range []es.Event{
//		Registered{Email: esgenSampleErr(ParseEmail, "email 1")},
//	} {
//		…
//		estest.RoundTrip(t, registry, event)
//	}
func testFile(p *schema.Package) ([]byte, error) {
	f := newGoFile(p, append(packageNames(p), roundTripTest, trySample, tryErrorSample)...)
	f.tags = true
	s := &samples{f: f, try: trySample, tryErr: tryErrorSample}

	var sure, guessed []jen.Code
	for _, e := range p.Events {
		zero, full := jen.Id(e.GoName.Value).Values(), s.event(e)
		list := &sure
		if s.guessed {
			list = &guessed
		}
		if st, ok := under(e.Type).(*schema.Struct); ok && s.zeroIsSafe(st) {
			sure = append(sure, zero)
			if len(schema.JSONFields(st)) == 0 {
				continue
			}
		} else {
			guessed = append(guessed, zero)
		}
		*list = append(*list, full)
	}

	l := f.locals()
	t := l.name("t")
	registry := jen.Id(schema.RegistryFunc).Call()
	var body []jen.Code
	if len(guessed) > 0 {
		r := l.name("registry")
		body = append(body, jen.Id(r).Op(":=").Add(registry))
		registry = jen.Id(r)
	}
	if len(sure) > 0 {
		open := fmt.Sprintf("(%s, %#v,", t, registry)
		body = append(body, f.estest("RoundTrip").Add(elements(open, ")", sure...)))
	}
	if len(guessed) > 0 {
		body = append(body, guessedLoop(f, l, t, registry, guessed))
	}
	f.add(roundTripTest+" checks that every event comes back from its encoding.",
		jen.Func().Id(roundTripTest).Params(jen.Id(t).Op("*").Add(f.std("testing", "T"))).Block(body...))
	if s.usesTry {
		emitTrySample(f, trySample, false)
	}
	if s.usesTryErr {
		emitTrySample(f, tryErrorSample, true)
	}
	return f.bytes()
}

// guessedLoop emits the loop over events that their own types may refuse.
func guessedLoop(f *goFile, l *locals, t string, registry *jen.Statement, events []jen.Code) jen.Code {
	event, payload, err := l.name("event"), l.name("payload"), l.name("err")
	stored := jen.Op("&").Add(f.es("Stored")).Values(
		keyed("Type", jen.Id(event).Dot(schema.EventTypeMethod).Call()),
		keyed("TypeVersion", jen.Lit(1)),
		keyed("Payload", jen.Id(payload)),
	)
	failed := jen.Id(err).Op("!=").Nil()
	return jen.Add(
		jen.Comment("// The types of what is in these events may refuse made-up values, or change them when they"), jen.Line(),
		jen.Comment("// are first decoded. A function named by sample= of //es:value gives better ones."), jen.Line(),
		jen.For(jen.List(jen.Id("_"), jen.Id(event)).Op(":=").Range().Index().Add(f.es("Event")).Add(elements("{", "}", events...))).Block(
			jen.List(jen.Id(payload), jen.Id(err)).Op(":=").Add(registry).Dot("Encode").Call(jen.Nil(), jen.Id(event)),
			jen.If(jen.Id(err).Op("==").Nil()).Block(
				jen.List(jen.Id(event), jen.Id(err)).Op("=").Add(registry).Dot("Decode").Call(stored),
			),
			jen.If(failed).Block(
				jen.Id(t).Dot("Logf").Call(jen.Lit("not tested: %T: %v"), jen.Id(event), jen.Id(err)),
				jen.Continue(),
			),
			f.estest("RoundTrip").Call(jen.Id(t), registry, jen.Id(event)),
		),
	)
}

// emitTrySample emits the function that makes a value object of a made-up value.
func emitTrySample(f *goFile, name string, fails bool) {
	l := f.locals()
	decode, from, to := l.name("decode"), l.name("from"), l.name("to")
	B, T := l.name("B"), l.name("T")
	result, comment := jen.Id(T), "is what decode makes of a made-up value; zero where it panics."
	body := []jen.Code{jen.Id(to).Op("=").Id(decode).Call(jen.Id(from))}
	if fails {
		v, err := l.name("v"), l.name("err")
		result = jen.Params(jen.Id(T), jen.Error())
		comment = "is what decode makes of a made-up value; zero where it refuses it."
		body = []jen.Code{
			jen.If(jen.List(jen.Id(v), jen.Id(err)).Op(":=").Id(decode).Call(jen.Id(from)), jen.Id(err).Op("==").Nil()).Block(
				jen.Id(to).Op("=").Id(v),
			),
		}
	}
	f.add(name+" "+comment,
		jen.Func().Id(name).Types(jen.List(jen.Id(B), jen.Id(T)).Any()).
			Params(jen.Id(decode).Func().Params(jen.Id(B)).Add(result), jen.Id(from).Id(B)).
			Params(jen.Id(to).Id(T)).Block(slices.Concat(
			[]jen.Code{jen.Defer().Func().Params().Block(jen.Id("_").Op("=").Recover()).Call()},
			body,
			[]jen.Code{jen.Return(jen.Id(to))},
		)...))
}
