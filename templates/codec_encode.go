package templates

import (
	"fmt"

	"github.com/dave/jennifer/jen"

	"github.com/esgen/esgen/schema"
)

// encoder is the body of an append function.
type encoder struct {
	*body
	dst, err, start, depth string
	// event is the type's name where the function is an event's.
	event string
	// code are the statements of the block that is being written; ifs has those of
	// them that are an if.
	code []jen.Code
	ifs  map[jen.Code]bool
	// pending is constant text that comes before what is appended next.
	pending string
	// nested is how many containers are open within the function.
	nested int
	fails  bool
}

// addAppend emits the function
//
//	func appendRegisteredJSON(dst []byte, e *Registered) ([]byte, error) {
//		start := len(dst)
//		var err error
//		dst = jsonx.AppendUUID(append(dst, `{"profileId":`...), e.ProfileID)
//		if dst, err = jsonx.AppendString(append(dst, `,"name":`...), e.Name.String()); err != nil {
//			return jsonx.EncodeFailed("Registered", dst, start, err)
//		}
//		return append(dst, '}'), nil
//	}
func (c *codecs) addAppend(t *schema.CodecType) {
	if t.AppendAt != "" {
		c.addAppendAtTop(t)
	}
	e := &encoder{body: c.newBody(t), ifs: make(map[jen.Code]bool)}
	e.dst, e.err, e.start, e.depth = e.local("dst"), e.local("err"), e.local("start"), e.local("depth")
	name := t.Append
	takesDepth := t.Deep && t.Column == nil && (t.Event == nil || t.AppendAt != "")
	switch {
	case t.AppendAt != "":
		name = t.AppendAt
	case t.Event != nil:
		e.event = t.Name
	}
	if !takesDepth {
		e.depth = ""
	}

	if t.Column != nil {
		e.encodeColumn(pointee(e.e), t.Column)
	} else {
		e.encodeBody(pointee(e.e), t.Type())
	}
	end := jen.Return(e.buffer(), jen.Nil())

	var head []jen.Code
	if takesDepth {
		tooDeep := jen.Id(e.depth).Op("+").Lit(c.height(t.Type(), true)).Op(">").Add(c.f.jsonx("MaxDepth"))
		switch plain(t.Type()).(type) {
		case *schema.Slice, *schema.Map:
			tooDeep = pointee(e.e).value().Op("!=").Nil().Op("&&").Add(tooDeep)
		}
		head = append(head, jen.If(tooDeep).Block(jen.Return(jen.Id(e.dst), c.f.jsonx("ErrDepth"))))
	}
	if e.fails {
		if e.event != "" {
			head = append(head, jen.Id(e.start).Op(":=").Len(jen.Id(e.dst)))
		}
		head = append(head, jen.Var().Id(e.err).Error())
	}
	params := []jen.Code{jen.Id(e.dst).Index().Byte(), e.param().Op("*").Add(c.spell(t))}
	if takesDepth {
		params = append(params, jen.Id(e.depth).Int())
	}
	comment := fmt.Sprintf("%s appends the JSON form of e.", name)
	if takesDepth {
		comment = fmt.Sprintf("%s appends the JSON form of e, which stands within depth objects and arrays.", name)
	}
	c.f.add(comment, jen.Func().Id(name).Params(params...).Params(jen.Index().Byte(), jen.Error()).
		Block(append(append(head, e.code...), end)...))
}

// height is how many containers the encoding of a t nests by its declaration,
// without what functions that take the depth check for themselves. Top is set for
// the type of the function at hand.
func (c *codecs) height(t schema.Type, top bool) int {
	container := 0
	switch t := schema.Resolve(t).(type) {
	case *schema.Slice, *schema.Array, *schema.Map, *schema.Struct:
		container = 1
	case *schema.Named:
		if codec := c.codecOf(t); codec != nil && codec.Deep && !top {
			return 0
		}
	}
	highest := 0
	for _, part := range schema.CodecParts(t) {
		highest = max(highest, c.height(part, false))
	}
	return container + highest
}

// addAppendAtTop emits the function of an event that is a part of other values
// too, and of any depth.
func (c *codecs) addAppendAtTop(t *schema.CodecType) {
	b := c.newBody(t)
	dst, out, err := b.local("dst"), b.local("out"), b.local("err")
	c.f.add(fmt.Sprintf("%s appends the JSON form of e.", t.Append),
		jen.Func().Id(t.Append).Params(jen.Id(dst).Index().Byte(), jen.Id(b.e).Op("*").Add(c.spell(t))).
			Params(jen.Index().Byte(), jen.Error()).Block(
			jen.List(jen.Id(out), jen.Id(err)).Op(":=").Id(t.AppendAt).Call(jen.Id(dst), jen.Id(b.e), jen.Lit(0)),
			jen.If(jen.Id(err).Op("!=").Nil()).Block(
				jen.Return(c.f.jsonx("EncodeFailed").Call(jen.Lit(t.Name), jen.Id(out), jen.Len(jen.Id(dst)), jen.Id(err)))),
			jen.Return(jen.Id(out), jen.Nil()),
		))
}

// encodeColumn encodes the value of a column of a state table.
func (e *encoder) encodeColumn(p place, c *schema.TableColumn) {
	if v := c.Field.Value; v != nil {
		e.encodeValue(p, v, false)
		return
	}
	e.encode(p, c.Field.Type)
}

// encodeBody encodes a value of the function's own type, without a call of the
// function.
func (e *encoder) encodeBody(p place, t schema.Type) {
	n, ok := t.(*schema.Named)
	switch {
	case !ok:
		e.encode(p, t)
	case n.Encoding == schema.EncodeValue:
		e.encodeValue(p, n.Value, n.PointerEncode)
	default:
		if _, ok := schema.Resolve(n.Under).(*schema.Pointer); ok {
			e.f.fail(fmt.Errorf("type %s holds itself and nothing else", n.Name))
			return
		}
		e.encode(p, n.Under)
	}
}

// buffer spells the buffer with what is pending.
func (e *encoder) buffer() *jen.Statement {
	text := e.pending
	e.pending = ""
	switch len(text) {
	case 0:
		return jen.Id(e.dst)
	case 1:
		return jen.Append(jen.Id(e.dst), jen.LitRune(rune(text[0])))
	default:
		return jen.Append(jen.Id(e.dst), rawString(text).Op("..."))
	}
}

func (e *encoder) add(code jen.Code) { e.code = append(e.code, code) }

func (e *encoder) addIf(code jen.Code) {
	e.ifs[code] = true
	e.add(code)
}

// flush appends what is pending.
func (e *encoder) flush() {
	if e.pending != "" {
		e.add(jen.Id(e.dst).Op("=").Add(e.buffer()))
	}
}

// block collects the statements of a block. What is pending must have been
// flushed before; it is at the end of the block.
func (e *encoder) block(write func()) []jen.Code {
	outer := e.code
	e.code = nil
	write()
	e.flush()
	inner := e.code
	e.code = outer
	return inner
}

// use marks the parameter as used.
func (e *encoder) use() { e.usesE = true }

// append calls a function of jsonx that cannot fail, with the buffer and args.
func (e *encoder) append(function string, args ...jen.Code) {
	e.add(jen.Id(e.dst).Op("=").Add(e.f.jsonx(function)).Call(append([]jen.Code{e.buffer()}, args...)...))
}

// try calls a function that can fail, with the buffer and args.
func (e *encoder) try(function *jen.Statement, args ...jen.Code) {
	e.tryWith(e.buffer(), function, args...)
}

func (e *encoder) tryWith(buffer, function *jen.Statement, args ...jen.Code) {
	e.fails = true
	e.addIf(jen.If(
		jen.List(jen.Id(e.dst), jen.Id(e.err)).Op("=").Add(function).Call(append([]jen.Code{buffer}, args...)...),
		jen.Id(e.err).Op("!=").Nil(),
	).Block(e.failed()))
}

// failed returns the error.
func (e *encoder) failed() jen.Code {
	if e.event == "" {
		return jen.Return(jen.Id(e.dst), jen.Id(e.err))
	}
	return jen.Return(e.f.jsonx("EncodeFailed").Call(jen.Lit(e.event), jen.Id(e.dst), jen.Id(e.start), jen.Id(e.err)))
}

// depthHere spells the number of containers that are open.
func (e *encoder) depthHere() *jen.Statement {
	switch {
	case e.depth == "":
		return jen.Lit(e.nested)
	case e.nested == 0:
		return jen.Id(e.depth)
	default:
		return jen.Id(e.depth).Op("+").Lit(e.nested)
	}
}

// encode appends the value at p, which is of type t.
func (e *encoder) encode(p place, t schema.Type) {
	e.use()
	switch t := schema.Resolve(t).(type) {
	case *schema.Basic:
		e.encodeBasic(p, t.Kind)
	case *schema.Named:
		e.encodeNamed(p, t)
	case *schema.Pointer:
		e.encodePointer(p, func(to place) { e.encode(to, t.Elem) })
	case *schema.Slice:
		e.encodeSlice(p, t)
	case *schema.Array:
		e.encodeArray(p, t)
	case *schema.Map:
		e.encodeMap(p, t)
	case *schema.Struct:
		e.encodeStruct(p, t)
	case *schema.Any:
		e.try(e.f.jsonx("AppendAny"), p.value(), e.depthHere())
	default:
		e.f.typ(t) // says why not
	}
}

func (e *encoder) encodeBasic(p place, kind schema.BasicKind) {
	switch {
	case kind == schema.Bool:
		e.append("AppendBool", p.value())
	case kind == schema.String:
		e.try(e.f.jsonx("AppendString"), p.value())
	case kind == schema.Float64:
		e.try(e.f.jsonx("AppendFloat64"), p.value())
	case kind == schema.Float32:
		e.try(e.f.jsonx("AppendFloat32"), p.value())
	case isSigned(kind):
		e.append("AppendInt", p.value())
	default:
		e.append("AppendUint", p.value())
	}
}

func (e *encoder) encodeNamed(p place, t *schema.Named) {
	if codec := e.codecOf(t); codec != nil {
		name, args := codec.Append, []jen.Code{p.address()}
		if codec.AppendAt != "" {
			name = codec.AppendAt
		}
		if codec.AppendAt != "" || codec.Deep && codec.Event == nil {
			args = append(args, e.depthHere())
		}
		e.try(jen.Id(name), args...)
		return
	}
	switch t.Encoding {
	case schema.EncodeUnder:
		e.encode(p, t.Under)
	case schema.EncodeValue:
		e.encodeValue(p, t.Value, t.PointerEncode)
	case schema.EncodeTime:
		e.try(e.f.jsonx("AppendTime"), p.value())
	case schema.EncodeUUID:
		e.append("AppendUUID", p.value())
	case schema.EncodeRaw:
		e.try(e.f.jsonx("AppendRaw"), p.value(), e.depthHere())
	case schema.EncodeText:
		e.try(e.f.jsonx("AppendText"), p.selector("MarshalText"))
	case schema.EncodeJSON:
		e.try(e.f.jsonx("AppendJSON"), p.selector("MarshalJSON"), e.depthHere())
	case schema.EncodeOpaque:
		e.try(e.f.jsonx("AppendOpaque"), p.address(), e.depthHere())
	}
}

// encodeValue encodes what the functions of a value object make of it.
func (e *encoder) encodeValue(p place, v *schema.Value, pointer bool) {
	e.use()
	call := func() *jen.Statement { return p.selector(v.Method.Value).Call() }
	if v.Encode != nil {
		call = func() *jen.Statement {
			if pointer {
				return e.f.function(*v.Encode).Call(p.address())
			}
			return e.f.function(*v.Encode).Call(p.value())
		}
	}
	if isLeaf(v.Base) {
		e.encode(place{base: call}, v.Base)
		return
	}
	e.flush()
	name := e.local("v")
	e.add(jen.Block(e.block(func() {
		e.add(jen.Id(name).Op(":=").Add(call()))
		e.encode(variable(name), v.Base)
	})...))
	e.drop(name)
}

// isLeaf says whether the encoding of a t is a single call with its value, which
// need not be addressable then.
func isLeaf(t schema.Type) bool {
	switch t := plain(t).(type) {
	case *schema.Basic, *schema.Any:
		return true
	case *schema.Slice:
		return isBytes(t.Elem) || jsonKind(t.Elem) == schema.String
	case *schema.Named:
		switch t.Encoding {
		case schema.EncodeTime, schema.EncodeUUID, schema.EncodeRaw:
			return true
		}
	}
	return false
}

// encodePointer encodes null or what a pointer points to.
func (e *encoder) encodePointer(p place, encode func(to place)) {
	e.flush()
	null := jen.If(p.value().Op("==").Nil()).Block(
		jen.Id(e.dst).Op("=").Append(jen.Id(e.dst), jen.Lit("null").Op("...")),
	).Else()
	if there := e.block(func() { encode(p.deref()) }); len(there) == 1 && e.ifs[there[0]] {
		null.Add(there[0])
	} else {
		null.Block(there...)
	}
	e.addIf(null)
}

func (e *encoder) encodeSlice(p place, t *schema.Slice) {
	elem := schema.Resolve(t.Elem)
	switch {
	case isBytes(elem):
		if _, ok := elem.(*schema.Named); ok {
			e.append("AppendByteSlice", p.value())
		} else {
			e.append("AppendBytes", p.value())
		}
		return
	case jsonKind(elem) == schema.String:
		e.try(e.f.jsonx("AppendStrings"), p.value())
		return
	}
	e.encodeElements(p, t.Elem)
	e.append("EndSlice", p.value())
}

func (e *encoder) encodeArray(p place, t *schema.Array) {
	if t.Len == 0 {
		e.pending += "[]"
		return
	}
	e.encodeElements(p, t.Elem)
	e.pending += "]"
}

// encodeElements writes a loop over the elements of a slice or an array.
func (e *encoder) encodeElements(p place, elem schema.Type) {
	e.flush()
	i := e.local("i")
	e.nested++
	e.add(jen.For(jen.Id(i).Op(":=").Range().Add(p.value())).Block(e.block(func() {
		e.append("Elem", jen.Id(i))
		e.encode(p.element(func() *jen.Statement { return jen.Id(i) }), elem)
	})...))
	e.nested--
	e.drop(i)
}

func (e *encoder) encodeMap(p place, t *schema.Map) {
	e.flush()
	i, m := e.local("i"), e.local("m")
	members := e.members(p, t.Key)
	e.nested++
	e.add(jen.For(jen.List(jen.Id(i), jen.Id(m)).Op(":=").Range().Add(members)).Block(e.block(func() {
		e.try(e.f.jsonx("AppendName"), jen.Id(i), jen.Id(m).Dot("Name"))
		e.encode(place{base: func() *jen.Statement { return jen.Id(m).Dot("Value") }}, t.Elem)
	})...))
	e.nested--
	e.append("EndMap", p.value())
	e.drop(i, m)
}
