package templates

import (
	"fmt"

	"github.com/dave/jennifer/jen"

	"github.com/esgen/esgen/schema"
)

// emitReadState writes the function
//
//	func readCartState(r *state.Reader, c *Cart) {
//		state.ReadString(r, &c.id)
//		state.ReadSlice(r, &c.lines)
//		for i := range c.lines {
//			if state.ReadPointer(r, &c.lines[i]) {
//				readLineState(r, c.lines[i])
//			}
//		}
//	}
func (s *snapshots) emitReadState(t *schema.StateType) {
	b := &stateReader{stateBody{snapshots: s, names: s.f.locals()}}
	b.io = b.names.name("r")
	v := b.names.of(t.Name)
	b.read(pointee(v), t.Type())
	s.f.add(fmt.Sprintf("%s reads %s from a snapshot.", t.Read, v),
		jen.Func().Id(t.Read).
			Params(jen.Id(b.io).Op("*").Add(s.f.state("Reader")), jen.Id(v).Op("*").Add(s.spell(t))).Block(b.code...))
}

// stateReader is the body of a read function.
type stateReader struct{ stateBody }

// read reads a value of type t into p, which is zero.
func (b *stateReader) read(p place, t schema.Type) { b.readAs(p, t, false) }

// readAs is read for the underlying type t of a declared type, if named is set.
func (b *stateReader) readAs(p place, t schema.Type, named bool) {
	switch t := schema.Resolve(t).(type) {
	case *schema.Basic:
		b.add(b.call("Read"+stateFunc(t.Kind), p.address()))
	case *schema.Any:
		b.add(b.call("ReadAny", asAny(p, named)))
	case *schema.Pointer:
		b.add(jen.If(b.call("ReadPointer", p.address())).Block(b.block(func() { b.readPointee(p, t.Elem) })...))
	case *schema.Slice:
		if isStateBytes(t.Elem, b.f.pkg.Path) {
			b.add(b.call("ReadBytes", p.address()))
			return
		}
		b.add(b.call("ReadSlice", p.address()))
		b.readElements(p, t.Elem)
	case *schema.Array:
		if t.Len == 0 {
			b.add(b.call("ReadEmpty"))
			return
		}
		b.readElements(p, t.Elem)
	case *schema.Map:
		k, v := b.names.name("k"), b.names.name("v")
		b.add(jen.For(jen.Range().Add(b.call("ReadMap", p.address()))).Block(b.block(func() {
			b.add(jen.List(jen.Id(k), jen.Id(v)).Op(":=").Add(b.f.state("NewEntry")).Call(p.value()))
			b.read(variable(k), t.Key)
			b.read(variable(v), t.Elem)
			b.add(p.operand().Index(jen.Id(k)).Op("=").Id(v))
		})...))
		b.drop(k, v)
	case *schema.Struct:
		fields := schema.StateFields(t)
		if len(fields) == 0 {
			b.add(b.call("ReadEmpty"))
		}
		for _, f := range fields {
			if f.Value != nil {
				b.readValue(fieldOf(p, f), f.Value)
			} else {
				b.read(fieldOf(p, f), f.Type)
			}
		}
	case *schema.Named:
		b.readNamed(p, t)
	default:
		b.f.typ(t) // says why not
	}
}

func (b *stateReader) readNamed(p place, t *schema.Named) {
	switch {
	case t.StateByParts(b.f.pkg.Path):
		if fn := b.of(t); fn != nil {
			b.add(jen.Id(fn.Read).Call(jen.Id(b.io), p.address()))
			return
		}
		b.readAs(p, t.Under, true)
	case t.Encoding == schema.EncodeValue:
		b.readValue(p, t.Value)
	case t.Encoding == schema.EncodeTime:
		b.add(b.call("ReadTime", p.address()))
	case t.Encoding == schema.EncodeUUID:
		b.add(b.call("ReadUUID", p.address()))
	case t.Encoding == schema.EncodeRaw:
		b.add(b.call("ReadBytes", p.address()))
	case t.Encoding == schema.EncodeText:
		b.add(jen.If(b.call("ReadPresent")).Block(b.call("ReadText", p.address())))
	case t.Encoding == schema.EncodeJSON:
		b.add(jen.If(b.call("ReadPresent")).Block(b.call("ReadJSON", p.address())))
	}
}

// readPointee reads what the pointer at p, which is new, points to.
func (b *stateReader) readPointee(p place, elem schema.Type) {
	if n, ok := schema.Resolve(elem).(*schema.Named); ok && n.StateByParts(b.f.pkg.Path) {
		if fn := b.of(n); fn != nil {
			b.add(jen.Id(fn.Read).Call(jen.Id(b.io), p.value()))
			return
		}
	}
	b.read(p.deref(), elem)
}

func (b *stateReader) readElements(p place, elem schema.Type) {
	if isEmptyState(elem) {
		b.add(jen.For(jen.Range().Add(p.value())).Block(b.call("ReadEmpty")))
		return
	}
	i := b.names.name("i")
	b.add(jen.For(jen.Id(i).Op(":=").Range().Add(p.value())).Block(b.block(func() { b.read(elementAt(p, i), elem) })...))
	b.drop(i)
}

// readValue restores a value object from what it was written as.
func (b *stateReader) readValue(p place, v *schema.Value) {
	b.add(jen.If(b.call("ReadPresent")).Block(b.block(func() {
		if !spellable(v.Base) {
			b.f.fail(fmt.Errorf("%s takes a struct type without a name", v.Decode.Name.Value))
			return
		}
		name := b.names.name("base")
		b.add(jen.Var().Id(name).Add(b.f.typ(v.Base)))
		b.read(variable(name), v.Base)
		call := b.f.function(*v.Decode).Call(jen.Id(name))
		restore := []jen.Code{p.value().Op("=").Add(call)}
		if v.Fails {
			err := b.names.name("err")
			restore = []jen.Code{
				jen.Var().Id(err).Error(),
				jen.List(p.value(), jen.Id(err)).Op("=").Add(call),
				jen.Id(b.io).Dot("Fail").Call(jen.Id(err)),
			}
			b.drop(err)
		}
		b.add(jen.If(jen.Id(b.io).Dot("OK").Call()).Block(restore...))
		b.drop(name)
	})...))
}
