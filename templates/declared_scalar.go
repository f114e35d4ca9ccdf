package templates

import (
	"fmt"

	"github.com/dave/jennifer/jen"

	"github.com/esgen/esgen/schema"
)

const uuidPath = "github.com/google/uuid"

// scalarBase is what a declared scalar is made of, as far as its functions differ.
type scalarBase int

const (
	baseOther scalarBase = iota
	baseText
	baseBytes
	baseInt
	baseFloat
	baseBool
	baseUUID
	baseTime
	baseDuration
)

func baseOf(d *schema.Declaration) scalarBase {
	switch t := schema.Resolve(d.Is).(type) {
	case *schema.Basic:
		switch t.Kind {
		case schema.String:
			return baseText
		case schema.Bool:
			return baseBool
		case schema.Float32, schema.Float64:
			return baseFloat
		}
		return baseInt
	case *schema.Slice:
		if isByteSlice(t) {
			return baseBytes
		}
	case *schema.Named:
		switch {
		case t.Encoding == schema.EncodeUUID:
			return baseUUID
		case t.Encoding == schema.EncodeTime:
			return baseTime
		case t.Path == "time" && t.Name == "Duration":
			return baseDuration
		}
	}
	return baseOther
}

// emitScalar writes a type over a built-in one. One with rules has a constructor
// that checks them:
//
//	// GuestName is a string of 3 to 80 characters.
//	type GuestName string
//
//	// NewGuestName makes a GuestName of s. The error is an *es.InvalidError if s breaks
//	// a rule.
//	func NewGuestName(s string) (GuestName, error) {
//		…
//	}
func emitScalar(f *goFile, d *schema.Declaration) {
	base := baseOf(d)
	if base == baseOther {
		if n, ok := schema.Resolve(d.Is).(*schema.Named); ok && n.Encoding != schema.EncodeUnder {
			f.fail(fmt.Errorf("%s: a type over %s.%s would lose its encoding", d.Name.Value, n.Package, n.Name))
		}
	}
	f.add(declaredDoc(f.pkg, d), jen.Type().Id(d.Name.Value).Add(f.typ(d.Is)))
	switch {
	case len(d.Rules) == 0:
	case base == baseUUID || base == baseTime:
		f.fail(fmt.Errorf("%s: there are no rules for its type", d.Name.Value))
	default:
		emitConstructor(f, d)
	}
	switch base {
	case baseUUID:
		emitUUIDFuncs(f, d)
		emitTextMethods(f, d)
	case baseTime:
		emitTextMethods(f, d)
	case baseDuration:
		emitString(f, d, "is the duration as time.Duration spells it: 1h30m0s.", func(v *jen.Statement) *jen.Statement {
			return f.typ(d.Is).Call(v).Dot("String").Call()
		})
	}
}

// emitUUIDFuncs writes what makes a type over a UUID, and reads one.
//
//	// NewHotelID makes a new HotelID: a UUID of version 7, so that later ones sort behind
//	// earlier ones.
//	func NewHotelID() HotelID { return HotelID(uuid.Must(uuid.NewV7())) }
//
//	// ParseHotelID reads a HotelID in any form that UUIDs have. The error is an
//	// *es.InvalidError.
//	func ParseHotelID(s string) (HotelID, error) {
//		id, err := uuid.Parse(s)
//		if err != nil {
//			return HotelID{}, &es.InvalidError{Field: "HotelID", Rule: "uuid"}
//		}
//		return HotelID(id), nil
//	}
func emitUUIDFuncs(f *goFile, d *schema.Declaration) {
	name := d.Name.Value
	uuidFunc := func(fn string) *jen.Statement { return f.qual(uuidPath, "uuid", fn) }
	f.add(wrapDoc(d.Constructor()+" makes a new "+name+": a UUID of version 7, so that later ones sort behind earlier ones."),
		jen.Func().Id(d.Constructor()).Params().Id(name).Add(oneLine(
			jen.Return(jen.Id(name).Call(uuidFunc("Must").Call(uuidFunc("NewV7").Call()))))))

	l := f.locals()
	s, id, err := l.name("s"), l.name("id"), l.name("err")
	f.add(wrapDoc(d.Parser()+" reads "+withArticle(name)+" in any form that UUIDs have. The error is an *es.InvalidError."),
		jen.Func().Id(d.Parser()).Params(jen.Id(s).String()).Params(jen.Id(name), jen.Error()).Block(
			jen.List(jen.Id(id), jen.Id(err)).Op(":=").Add(uuidFunc("Parse")).Call(jen.Id(s)),
			jen.If(jen.Id(err).Op("!=").Nil()).Block(
				jen.Return(jen.Id(name).Values(), f.invalid(name, "uuid")),
			),
			jen.Return(jen.Id(name).Call(jen.Id(id)), jen.Nil()),
		))
}

// emitTextMethods writes the methods that a type over a UUID or a time would lose.
//
//	// String is the usual form of a UUID.
//	func (h HotelID) String() string { return uuid.UUID(h).String() }
//
//	// MarshalText gives what String does.
//	func (h HotelID) MarshalText() ([]byte, error) { return uuid.UUID(h).MarshalText() }
//
//	// UnmarshalText reads any form that UUIDs have.
//	func (h *HotelID) UnmarshalText(text []byte) error { return (*uuid.UUID)(h).UnmarshalText(text) }
func emitTextMethods(f *goFile, d *schema.Declaration) {
	name := d.Name.Value
	isTime := baseOf(d) == baseTime
	l := f.locals()
	text := l.name("text")
	var t, err string
	if isTime {
		t, err = l.name("t"), l.name("err")
	}
	recv := l.of(name)
	inner := func() *jen.Statement { return f.typ(d.Is).Call(jen.Id(recv)) }
	value := func() *jen.Statement { return jen.Func().Params(jen.Id(recv).Id(name)) }

	if !isTime {
		emitString(f, d, "is the usual form of a UUID.", func(v *jen.Statement) *jen.Statement {
			return f.typ(d.Is).Call(v).Dot("String").Call()
		})
		f.add("MarshalText gives what String does.",
			value().Id("MarshalText").Params().Params(jen.Index().Byte(), jen.Error()).Add(oneLine(
				jen.Return(inner().Dot("MarshalText").Call()))))
		f.add("UnmarshalText reads any form that UUIDs have.",
			jen.Func().Params(jen.Id(recv).Op("*").Id(name)).Id("UnmarshalText").Params(jen.Id(text).Index().Byte()).Error().Add(oneLine(
				jen.Return(jen.Parens(jen.Op("*").Add(f.typ(d.Is))).Call(jen.Id(recv)).Dot("UnmarshalText").Call(jen.Id(text))))))
		return
	}
	emitString(f, d, "is the time in UTC, in RFC 3339 with nanoseconds.", func(v *jen.Statement) *jen.Statement {
		return f.typ(d.Is).Call(v).Dot("UTC").Call().Dot("Format").Call(f.std("time", "RFC3339Nano"))
	})
	f.add("MarshalText gives what String does. A year that has not four digits is an error.",
		value().Id("MarshalText").Params().Params(jen.Index().Byte(), jen.Error()).Add(oneLine(
			jen.Return(inner().Dot("UTC").Call().Dot("MarshalText").Call()))))
	f.add("UnmarshalText reads a time in RFC 3339, in any zone, and keeps it in UTC.",
		jen.Func().Params(jen.Id(recv).Op("*").Id(name)).Id("UnmarshalText").Params(jen.Id(text).Index().Byte()).Error().Block(
			jen.Var().Id(t).Add(f.typ(d.Is)),
			jen.If(jen.Id(err).Op(":=").Id(t).Dot("UnmarshalText").Call(jen.Id(text)), jen.Id(err).Op("!=").Nil()).Block(
				jen.Return(jen.Id(err)),
			),
			jen.Op("*").Id(recv).Op("=").Id(name).Call(jen.Id(t).Dot("UTC").Call()),
			jen.Return(jen.Nil()),
		))
}

// emitString writes a String method of one expression.
func emitString(f *goFile, d *schema.Declaration, doc string, text func(v *jen.Statement) *jen.Statement) {
	recv := f.locals().of(d.Name.Value)
	f.add("String "+doc,
		jen.Func().Params(jen.Id(recv).Id(d.Name.Value)).Id("String").Params().String().Add(oneLine(jen.Return(text(jen.Id(recv))))))
}
