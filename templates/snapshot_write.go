package templates

import (
	"fmt"

	"github.com/dave/jennifer/jen"

	"github.com/esgen/esgen/schema"
)

// emitWriteState writes the function
//
//	func writeCartState(w *state.Writer, c *Cart) {
//		state.WriteString(w, c.id)
//		state.WriteSlice(w, c.lines)
//		for i := range c.lines {
//			if state.WritePointer(w, c.lines[i]) {
//				writeLineState(w, c.lines[i])
//			}
//		}
//	}
func (s *snapshots) emitWriteState(t *schema.StateType) {
	b := &stateWriter{stateBody: stateBody{snapshots: s, names: s.f.locals()}}
	b.io = b.names.name("w")
	v := b.names.of(t.Name)
	b.write(pointee(v), t.Type())
	s.f.add(fmt.Sprintf("%s writes %s to a snapshot.", t.Write, v),
		jen.Func().Id(t.Write).
			Params(jen.Id(b.io).Op("*").Add(s.f.state("Writer")), jen.Id(v).Op("*").Add(s.spell(t))).Block(b.code...))
}

// stateWriter is the body of a write function.
type stateWriter struct {
	stateBody
	// copied says that what is written is a copy, to which nothing can point.
	copied bool
}

// as runs write with copied set to a value.
func (b *stateWriter) as(copied bool, write func()) {
	outer := b.copied
	b.copied = copied
	write()
	b.copied = outer
}

// write writes the value at p, which is of type t.
func (b *stateWriter) write(p place, t schema.Type) {
	switch t := schema.Resolve(t).(type) {
	case *schema.Basic:
		b.add(b.call("Write"+stateFunc(t.Kind), p.value()))
	case *schema.Any:
		b.add(b.call("WriteAny", p.value()))
	case *schema.Pointer:
		b.add(jen.If(b.call("WritePointer", p.value())).Block(b.block(func() {
			b.as(false, func() { b.writePointee(p, t.Elem) })
		})...))
	case *schema.Slice:
		if isStateBytes(t.Elem, b.f.pkg.Path) {
			b.add(b.call("WriteBytes", p.value()))
			return
		}
		b.add(b.call("WriteSlice", p.value()))
		b.as(false, func() { b.writeElements(p, t.Elem) })
	case *schema.Array:
		if t.Len == 0 {
			b.add(b.call("WriteEmpty"))
			return
		}
		b.writeElements(p, t.Elem)
	case *schema.Map:
		b.writeMap(p, t)
	case *schema.Struct:
		fields := schema.StateFields(t)
		if len(fields) == 0 {
			b.add(b.call("WriteEmpty"))
		}
		for _, f := range fields {
			if f.Value != nil {
				b.writeValue(fieldOf(p, f), f.Value, false)
			} else {
				b.write(fieldOf(p, f), f.Type)
			}
		}
	case *schema.Named:
		b.writeNamed(p, t)
	default:
		b.f.typ(t) // says why not
	}
}

func (b *stateWriter) writeNamed(p place, t *schema.Named) {
	switch {
	case t.StateByParts(b.f.pkg.Path):
		if fn := b.of(t); fn != nil {
			if fn.Pointed && !b.copied {
				b.add(b.call("WritePlace", p.address()))
			}
			b.add(jen.Id(fn.Write).Call(jen.Id(b.io), p.address()))
			return
		}
		b.write(p, t.Under)
	case t.Encoding == schema.EncodeValue:
		b.writeValue(p, t.Value, t.PointerEncode)
	case t.Encoding == schema.EncodeTime:
		b.add(b.call("WriteTime", p.value()))
	case t.Encoding == schema.EncodeUUID:
		b.add(b.call("WriteUUID", p.value()))
	case t.Encoding == schema.EncodeRaw:
		b.add(b.call("WriteBytes", p.value()))
	case t.Encoding == schema.EncodeText, t.Encoding == schema.EncodeJSON:
		function, value := "WriteText", p.value()
		if t.Encoding == schema.EncodeJSON {
			function = "WriteJSON"
		}
		if t.PointerEncode {
			value = p.address()
		}
		b.add(jen.If(b.call("WritePresent", p.address())).Block(b.call(function, value)))
	}
}

// writePointee writes what the pointer at p points to.
func (b *stateWriter) writePointee(p place, elem schema.Type) {
	if n, ok := schema.Resolve(elem).(*schema.Named); ok && n.StateByParts(b.f.pkg.Path) {
		if fn := b.of(n); fn != nil {
			b.add(jen.Id(fn.Write).Call(jen.Id(b.io), p.value()))
			return
		}
	}
	b.write(p.deref(), elem)
}

// writeElements writes the elements of a slice or an array.
func (b *stateWriter) writeElements(p place, elem schema.Type) {
	if isEmptyState(elem) {
		b.add(jen.For(jen.Range().Add(p.value())).Block(b.call("WriteEmpty")))
		return
	}
	i := b.names.name("i")
	b.add(jen.For(jen.Id(i).Op(":=").Range().Add(p.value())).Block(b.block(func() { b.write(elementAt(p, i), elem) })...))
	b.drop(i)
}

func (b *stateWriter) writeMap(p place, t *schema.Map) {
	k, v := b.names.name("k"), b.names.name("v")
	vars := []jen.Code{jen.Id(k), jen.Id(v)}
	if isEmptyState(t.Key) {
		vars[0] = jen.Id("_")
	}
	if isEmptyState(t.Elem) {
		vars = vars[:1]
	}
	loop := jen.For(jen.List(vars...).Op(":=").Range().Add(p.value()))
	if len(vars) == 1 && isEmptyState(t.Key) {
		loop = jen.For(jen.Range().Add(p.value()))
	}
	b.add(jen.If(b.call("WriteMap", p.value())).Block(loop.Block(b.block(func() {
		b.as(true, func() {
			b.write(variable(k), t.Key)
			b.write(variable(v), t.Elem)
		})
	})...)))
	b.drop(k, v)
}

// writeValue writes what the functions of a value object make of it. The zero value
// is not given to them: it may be none that they know.
func (b *stateWriter) writeValue(p place, v *schema.Value, pointerEncode bool) {
	b.add(jen.If(b.call("WritePresent", p.address())).Block(b.block(func() {
		call := func() *jen.Statement { return p.selector(v.Method.Value).Call() }
		if v.Encode != nil {
			call = func() *jen.Statement {
				if pointerEncode {
					return b.f.function(*v.Encode).Call(p.address())
				}
				return b.f.function(*v.Encode).Call(p.value())
			}
		}
		if basic, ok := schema.Resolve(v.Base).(*schema.Basic); ok {
			b.add(b.call("Write"+stateFunc(basic.Kind), call()))
			return
		}
		name := b.names.name("base")
		b.add(jen.Id(name).Op(":=").Add(call()))
		if isEmptyState(v.Base) {
			b.add(jen.Id("_").Op("=").Id(name))
		}
		b.write(variable(name), v.Base)
		b.drop(name)
	})...))
}
