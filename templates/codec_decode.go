package templates

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/esgen/esgen/schema"
)

// decoder is the body of a read function.
type decoder struct {
	*body
	r    string
	code []jen.Code
	// codec is the function's own type, and topFields its list of members until that
	// is used.
	codec     *schema.CodecType
	topFields string
}

// addRead emits the function
//
//	var fieldsOfRegistered = [...]string{"profileId", "name"}
//
//	func readRegisteredJSON(r *jsonx.Reader, e *Registered) {
//		var o jsonx.Object
//		for o.Next(r, fieldsOfRegistered[:]) {
//			switch o.Name {
//			case "profileId":
//				e.ProfileID = r.UUID()
//			case "name":
//				if v := r.String(); r.Got() {
//					e.Name = restoreName(v)
//				}
//			}
//		}
//	}
func (c *codecs) addRead(t *schema.CodecType) {
	d := &decoder{body: c.newBody(t), codec: t, topFields: t.Fields}
	d.r = d.local("r")
	p := pointee(d.e)
	switch n, ok := t.Type().(*schema.Named); {
	case t.Column != nil && t.Column.Field.Value != nil:
		d.decodeValue(p, t.Column.Field.Value)
	case !ok || t.Column != nil:
		d.decode(p, t.Type())
	case n.Encoding == schema.EncodeValue:
		d.decodeValue(p, n.Value)
	default:
		d.decode(p, n.Under)
	}
	c.f.add(fmt.Sprintf("%s reads e from its JSON form.", t.Read),
		jen.Func().Id(t.Read).Params(
			jen.Id(d.r).Op("*").Add(c.f.jsonx("Reader")),
			d.param().Op("*").Add(c.spell(t)),
		).Block(d.code...))
}

func (d *decoder) add(code jen.Code) { d.code = append(d.code, code) }

// block collects the statements of a block.
func (d *decoder) block(write func()) []jen.Code {
	outer := d.code
	d.code = nil
	write()
	inner := d.code
	d.code = outer
	return inner
}

// read spells a call of a method of the reader.
func (d *decoder) read(method string, args ...jen.Code) *jen.Statement {
	return jen.Id(d.r).Dot(method).Call(args...)
}

// convert spells a conversion to t where t has a name of its own.
func (d *decoder) convert(t schema.Type, value *jen.Statement) *jen.Statement {
	if n, ok := schema.Resolve(t).(*schema.Named); ok {
		return d.f.typ(n).Call(value)
	}
	return value
}

// leaf spells the reading of a t in one expression, and is nil where that takes
// statements. At spells a value of the type, for functions that want to know it.
func (d *decoder) leaf(t schema.Type, at func() *jen.Statement) *jen.Statement {
	if n, ok := schema.Resolve(t).(*schema.Named); ok {
		if d.codecOf(n) != nil {
			return nil
		}
		switch n.Encoding {
		case schema.EncodeTime:
			return d.read("Time")
		case schema.EncodeUUID:
			return d.read("UUID")
		case schema.EncodeRaw:
			return d.read("RawMessage")
		case schema.EncodeOpaque:
			return d.f.jsonx("Opaque").Types(d.f.typ(n)).Call(jen.Id(d.r))
		case schema.EncodeUnder:
		default:
			return nil
		}
	}
	switch u := plain(t).(type) {
	case *schema.Basic:
		return d.convert(t, d.read(readMethod(u.Kind)))
	case *schema.Any:
		return d.read("Any")
	case *schema.Slice:
		if !isBytes(u.Elem) {
			return nil
		}
		if _, ok := schema.Resolve(u.Elem).(*schema.Named); ok {
			return d.f.jsonx("ByteSlice").Call(jen.Id(d.r), at())
		}
		return d.read("Bytes")
	}
	return nil
}

// readMethod is the reader's method for a predeclared type: "Int8".
func readMethod(kind schema.BasicKind) string {
	return strings.ToUpper(string(kind[:1])) + string(kind[1:])
}

// decode reads into p, which is of type t and zero.
func (d *decoder) decode(p place, t schema.Type) {
	if leaf := d.leaf(t, p.value); leaf != nil {
		d.usesE = true
		d.add(p.value().Op("=").Add(leaf))
		return
	}
	t = schema.Resolve(t)
	if s, ok := t.(*schema.Struct); !ok || len(schema.JSONFields(s)) > 0 {
		d.usesE = true
	}
	switch t := t.(type) {
	case *schema.Named:
		d.decodeNamed(p, t)
	case *schema.Pointer:
		d.decodePointer(p, t.Elem, func(to place) { d.decode(to, t.Elem) })
	case *schema.Slice:
		d.decodeSlice(p, t)
	case *schema.Array:
		d.decodeArray(p, t)
	case *schema.Map:
		d.decodeMap(p, t)
	case *schema.Struct:
		d.decodeStruct(p, t)
	default:
		d.f.typ(t) // says why not
	}
}

func (d *decoder) decodeNamed(p place, t *schema.Named) {
	if codec := d.codecOf(t); codec != nil {
		d.add(jen.Id(codec.Read).Call(jen.Id(d.r), p.address()))
		return
	}
	switch t.Encoding {
	case schema.EncodeUnder:
		d.decode(p, t.Under)
	case schema.EncodeValue:
		d.decodeValue(p, t.Value)
	case schema.EncodeText:
		d.decodeText(p, d.read("Text"))
	case schema.EncodeJSON:
		raw := d.local("raw")
		d.add(jen.If(jen.Id(raw).Op(":=").Add(d.read("Raw")), d.read("Err").Op("==").Nil()).Block(
			d.read("Fail", p.selector("UnmarshalJSON").Call(jen.Id(raw)))))
		d.drop(raw)
	}
}

// decodeText hands text to an UnmarshalText method.
func (d *decoder) decodeText(p place, read *jen.Statement) {
	text := d.local("text")
	d.add(jen.If(jen.Id(text).Op(":=").Add(read), d.read("Got")).Block(
		d.read("Fail", p.selector("UnmarshalText").Call(jen.Id(text)))))
	d.drop(text)
}

// decodeValue restores a value object from what it was encoded as. A null leaves
// it zero, unless null is one of the values that it can be encoded as.
func (d *decoder) decodeValue(p place, v *schema.Value) {
	d.usesE = true
	if !spellable(v.Base) {
		d.f.fail(fmt.Errorf("%s takes a struct type without a name", v.Decode.Name.Value))
		return
	}
	zero := func() *jen.Statement { return jen.Parens(d.f.typ(v.Base)).Parens(jen.Nil()) }
	if leaf := d.leaf(v.Base, zero); leaf != nil {
		d.restore(p, v, leaf)
		return
	}
	name := d.local("v")
	code := d.block(func() {
		d.add(jen.Var().Id(name).Add(d.f.typ(v.Base)))
		d.decode(variable(name), v.Base)
		d.add(jen.If(d.read("Err").Op("==").Nil()).Block(d.restored(p, v, jen.Id(name))...))
	})
	d.drop(name)
	if nillable(v.Base) {
		d.add(jen.Block(code...))
	} else {
		d.add(jen.If(jen.Op("!").Add(d.read("Null"))).Block(code...))
	}
}

// restore restores a value object from what is read in one expression.
func (d *decoder) restore(p place, v *schema.Value, read *jen.Statement) {
	there := d.read("Got")
	if nillable(v.Base) {
		there = d.read("Err").Op("==").Nil()
	}
	name := d.local("v")
	d.add(jen.If(jen.Id(name).Op(":=").Add(read), there).Block(d.restored(p, v, jen.Id(name))...))
	d.drop(name)
}

// restored calls the function that gives the value object back.
func (d *decoder) restored(p place, v *schema.Value, from *jen.Statement) []jen.Code {
	call := d.f.function(*v.Decode).Call(from)
	if !v.Fails {
		return []jen.Code{p.value().Op("=").Add(call)}
	}
	err := d.local("err")
	defer d.drop(err)
	return []jen.Code{
		jen.Var().Id(err).Error(),
		jen.List(p.value(), jen.Id(err)).Op("=").Add(call),
		d.read("Fail", jen.Id(err)),
	}
}

// decodePointer reads null, or allocates what the pointer is to point to.
func (d *decoder) decodePointer(p place, elem schema.Type, decode func(to place)) {
	d.add(jen.If(jen.Op("!").Add(d.read("Null"))).Block(d.block(func() {
		d.add(p.value().Op("=").Add(d.allocate(p, elem)))
		decode(p.deref())
	})...))
}

// allocate spells a new value for the pointer at p.
func (d *decoder) allocate(p place, elem schema.Type) *jen.Statement {
	if !spellable(elem) {
		return d.f.jsonx("New").Call(p.value())
	}
	return jen.New(d.f.typ(elem))
}

func (d *decoder) decodeSlice(p place, t *schema.Slice) {
	d.add(jen.For(p.value().Op("=").Add(d.f.jsonx("Slice")).Call(jen.Id(d.r), p.value()), d.read("More"), jen.Empty()).
		Block(d.block(func() {
			last := p.element(func() *jen.Statement { return jen.Len(p.value()).Op("-").Lit(1) })
			if leaf := d.leaf(t.Elem, last.value); leaf != nil && spellable(t.Elem) {
				d.add(p.value().Op("=").Append(p.value(), leaf))
				return
			}
			d.add(p.value().Op("=").Add(d.f.jsonx("Extend")).Call(p.value()))
			d.decodeElement(last, t.Elem)
		})...))
}

// decodeElement reads an element. What takes more than a call gets a variable
// for the place.
func (d *decoder) decodeElement(p place, t schema.Type) {
	if n, ok := schema.Resolve(t).(*schema.Named); ok && d.codecOf(n) != nil {
		d.decodeNamed(p, n)
		return
	}
	v := d.local("v")
	d.add(jen.Id(v).Op(":=").Add(p.address()))
	d.decode(pointee(v), t)
	d.drop(v)
}

func (d *decoder) decodeArray(p place, t *schema.Array) {
	i := d.local("i")
	d.add(d.read("Array"))
	d.add(jen.For(jen.Id(i).Op(":=").Lit(0), d.read("More"), jen.Id(i).Op("++")).Block(d.block(func() {
		if t.Len == 0 {
			d.add(d.read("Skip"))
			return
		}
		d.add(jen.If(jen.Id(i).Op(">=").Len(p.value())).Block(d.read("Skip"), jen.Continue()))
		at := p.element(func() *jen.Statement { return jen.Id(i) })
		if leaf := d.leaf(t.Elem, at.value); leaf != nil {
			d.add(at.value().Op("=").Add(leaf))
			return
		}
		d.decodeElement(at, t.Elem)
	})...))
	d.drop(i)
}

func (d *decoder) decodeMap(p place, t *schema.Map) {
	put := func(key, value *jen.Statement) {
		d.add(d.f.jsonx("Put").Call(jen.Id(d.r), p.value(), key, value))
	}
	d.add(jen.For(p.value().Op("=").Add(d.f.jsonx("Map")).Call(jen.Id(d.r), p.value()), d.read("MoreKeys"), jen.Empty()).
		Block(d.block(func() {
			key := d.readKey(t.Key)
			leaf := d.leaf(t.Elem, func() *jen.Statement { return d.f.jsonx("Value").Call(p.value()) })
			if key != nil && leaf != nil {
				put(key, leaf)
				return
			}
			k, v := d.local("k"), d.local("v")
			d.decodeKey(k, t.Key)
			if spellable(t.Elem) {
				d.add(jen.Var().Id(v).Add(d.f.typ(t.Elem)))
			} else {
				d.add(jen.Id(v).Op(":=").Add(d.f.jsonx("Value")).Call(p.value()))
			}
			d.decode(variable(v), t.Elem)
			put(jen.Id(k), jen.Id(v))
			d.drop(k, v)
		})...))
}

func (d *decoder) decodeStruct(p place, t *schema.Struct) {
	fields := schema.JSONFields(t)
	names := make([]string, len(fields))
	for i, field := range fields {
		names[i] = strconv.Quote(field.Name)
	}
	o := d.local("o")
	d.add(jen.Var().Id(o).Add(d.f.jsonx("Object")))
	d.add(jen.For(jen.Id(o).Dot("Next").Call(jen.Id(d.r), d.fieldList(names))).
		Block(d.block(func() {
			if len(fields) == 1 {
				d.decodeField(p, fields[0])
				return
			}
			if len(fields) == 0 {
				return
			}
			var cases []jen.Code
			for i, field := range fields {
				cases = append(cases, jen.Case(jen.Id(names[i])).Block(d.block(func() { d.decodeField(p, field) })...))
			}
			d.add(jen.Switch(jen.Id(o).Dot("Name")).Block(cases...))
		})...))
	d.drop(o)
}

// fieldList spells the names of a struct's members: a list of the package for the
// function's own type, which is where codecs spend their time, else one of the
// function.
func (d *decoder) fieldList(names []string) *jen.Statement {
	list := d.topFields
	switch {
	case len(names) == 0:
		return jen.Nil()
	case list != "":
		d.topFields = ""
		d.f.add(fmt.Sprintf("%s names what %s reads, in the order in which it is written.", list, d.codec.Read),
			jen.Var().Id(list).Op("=").Index(jen.Op("...")).String().Values(jen.Id(fill(names))))
	default:
		list = d.local("fields")
		d.add(jen.Id(list).Op(":=").Index(jen.Op("...")).String().Values(jen.Id(fill(names))))
	}
	return jen.Id(list).Index(jen.Op(":"))
}

// fill separates items by commas, and by line breaks where a line gets long.
func fill(items []string) string {
	const width = 90
	var b strings.Builder
	column := 0
	for i, item := range items {
		if i > 0 {
			b.WriteString(",")
			if column+len(item) > width {
				b.WriteString("\n")
				column = 0
			} else {
				b.WriteString(" ")
			}
		}
		b.WriteString(item)
		column += len(item) + 2
	}
	return b.String()
}

// decodeField reads a field, and allocates the embedded structs that it is in.
func (d *decoder) decodeField(p place, f schema.JSONField) {
	for i, step := range f.Path {
		pointer, ok := under(step.Type).(*schema.Pointer)
		if !ok {
			continue
		}
		at := d.field(p, schema.JSONField{Path: f.Path[:i], Field: step})
		d.add(jen.If(at.value().Op("==").Nil()).Block(at.value().Op("=").Add(d.allocate(at, pointer.Elem))))
	}
	at := d.field(p, f)
	switch {
	case f.Field.Value != nil:
		d.decodeValue(at, f.Field.Value)
	case f.String:
		d.decodeQuoted(at, f.Field.Type)
	default:
		d.decode(at, f.Field.Type)
	}
}

// decodeQuoted reads a field with the option string.
func (d *decoder) decodeQuoted(p place, t schema.Type) {
	d.usesE = true
	if pointer, ok := schema.Resolve(t).(*schema.Pointer); ok {
		d.decodePointer(p, pointer.Elem, func(to place) { d.decodeQuoted(to, pointer.Elem) })
		return
	}
	if jsonKind(t) == schema.String {
		d.add(p.value().Op("=").Add(d.convert(t, d.read("QuotedString"))))
		return
	}
	d.add(jen.If(d.read("Quote")).Block(
		p.value().Op("=").Add(d.leaf(t, p.value)),
		d.read("Unquote"),
	))
}
