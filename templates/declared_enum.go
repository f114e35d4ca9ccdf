package templates

import (
	"fmt"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/esgen/esgen/schema"
)

// fewValues is how many values of an enum may stand on one line.
const fewValues = 5

// emitEnum writes a string that has one of some values. Stored ones may be of an
// older or a newer schema, so that a value decodes whatever it is.
//
//	// Channel: the way in which a booking came.
//	type Channel string
//
//	// The values of Channel.
//	const (
//		ChannelWeb   Channel = "web"
//		ChannelPhone Channel = "phone"
//	)
func emitEnum(f *goFile, d *schema.Declaration) {
	name := d.Name.Value
	if len(d.Values) == 0 {
		f.fail(fmt.Errorf("enum %s has no values", name))
		return
	}
	constants := make([]jen.Code, len(d.Values))
	names := make([]jen.Code, len(d.Values))
	texts := make([]string, len(d.Values))
	for i, v := range d.Values {
		code := new(jen.Statement)
		if v.Doc != "" {
			code = commentLines(docComment(v.GoName, v.Doc))
		}
		constants[i] = code.Id(v.GoName).Id(name).Op("=").Add(jen.Lit(v.Value.Value))
		names[i] = jen.Id(v.GoName)
		texts[i] = v.Value.Value
	}
	f.add(declaredDoc(f.pkg, d), jen.Type().Id(name).String())
	f.add("The values of "+name+".", jen.Const().Defs(constants...))
	emitEnumFuncs(f, d, names, "enum=["+strings.Join(texts, ", ")+"]")
}

// emitEnumFuncs writes the functions and methods of an enum.
//
//	// ChannelValues lists the values of Channel in the order of the schema.
//	func ChannelValues() []Channel { return []Channel{ChannelWeb, ChannelPhone} }
//
//	// ParseChannel gives the Channel that s spells. The error is an *es.InvalidError if
//	// there is none.
//	func ParseChannel(s string) (Channel, error) {
//		c := Channel(s)
//		if !c.Valid() {
//			return "", &es.InvalidError{Field: "Channel", Rule: "enum=[web, phone]"}
//		}
//		return c, nil
//	}
//
//	// Valid says whether c is one of ChannelValues. Stored data may hold others.
//	func (c Channel) Valid() bool {
//		switch c {
//		case ChannelWeb, ChannelPhone:
//			return true
//		}
//		return false
//	}
//
//	// String is the value as it is stored.
//	func (c Channel) String() string { return string(c) }
func emitEnumFuncs(f *goFile, d *schema.Declaration, values []jen.Code, rule string) {
	name := d.Name.Value
	body := oneLine(jen.Return(jen.Index().Id(name).Values(values...)))
	if len(values) > fewValues {
		body = jen.Block(jen.Return(jen.Index().Id(name).Add(elements("{", "}", values...))))
	}
	f.add(wrapDoc(d.ValuesFunc()+" lists the values of "+name+" in the order of the schema. The slice is the caller's."),
		jen.Func().Id(d.ValuesFunc()).Params().Index().Id(name).Add(body))

	l := f.locals()
	s := l.name("s")
	v := l.of(name)
	f.add(wrapDoc(d.Parser()+" gives the "+name+" that "+s+" spells. The error is an *es.InvalidError if there is none."),
		jen.Func().Id(d.Parser()).Params(jen.Id(s).String()).Params(jen.Id(name), jen.Error()).Block(
			jen.Id(v).Op(":=").Id(name).Call(jen.Id(s)),
			jen.If(jen.Op("!").Id(v).Dot("Valid").Call()).Block(jen.Return(jen.Lit(""), f.invalid(name, rule))),
			jen.Return(jen.Id(v), jen.Nil()),
		))

	recv := f.locals().of(name)
	check := jen.Block(
		jen.Switch(jen.Id(recv)).Block(jen.Case(values...).Block(jen.Return(jen.True()))),
		jen.Return(jen.False()),
	)
	if len(values) > fewValues {
		check = oneLine(jen.Return(f.std("slices", "Contains").Call(jen.Id(d.ValuesFunc()).Call(), jen.Id(recv))))
	}
	f.add(wrapDoc("Valid says whether "+recv+" is one of "+d.ValuesFunc()+". Stored data may hold others, of another version of the schema."),
		jen.Func().Params(jen.Id(recv).Id(name)).Id("Valid").Params().Bool().Add(check))
	emitString(f, d, "is the value as it is stored.", func(v *jen.Statement) *jen.Statement { return jen.String().Call(v) })
}
