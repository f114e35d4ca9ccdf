package templates

import (
	"slices"
	"strconv"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/esgen/esgen/schema"
)

// codecs emits the functions that encode and decode a package's events and what
// they hold: for each of its codec types
//
//	func appendRenamedJSON(dst []byte, e *Renamed) ([]byte, error)
//	func readRenamedJSON(r *jsonx.Reader, e *Renamed)
//
// The first returns the buffer as it was where it fails, if it is an event's; the
// second leaves its error in the reader. Neither lets e escape. What is not a
// declared struct is encoded where it stands.
type codecs struct {
	f     *goFile
	types []schema.CodecType
	// named has the codec types by import path and name.
	named map[[2]string]*schema.CodecType
}

// emitCodecs puts the codec functions of the file's package into the file.
func emitCodecs(f *goFile) {
	c := newCodecs(f)
	for i := range c.types {
		t := &c.types[i]
		c.addAppend(t)
		c.addRead(t)
	}
}

func newCodecs(f *goFile) *codecs {
	c := &codecs{f: f, types: schema.CodecTypes(f.pkg), named: make(map[[2]string]*schema.CodecType)}
	for i := range c.types {
		t := &c.types[i]
		if t.Column == nil {
			c.named[[2]string{t.Path, t.Name}] = t
		}
	}
	return c
}

// codecOf gives the functions of a declared type, nil where it has none.
func (c *codecs) codecOf(t *schema.Named) *schema.CodecType {
	if len(t.Args) > 0 {
		return nil
	}
	return c.named[[2]string{t.Path, t.Name}]
}

// spell spells the codec type itself.
func (c *codecs) spell(t *schema.CodecType) *jen.Statement {
	if t.Column != nil {
		return c.f.typ(t.Column.Field.Type)
	}
	return c.f.qual(t.Path, t.Package, t.Name)
}

// body is a function while its statements are put together.
type body struct {
	*codecs
	// names are those of the variables in scope.
	names *locals
	// e is the parameter with the value; usesE says that it is needed.
	e     string
	usesE bool
}

func (c *codecs) newBody(t *schema.CodecType) *body {
	b := &body{codecs: c, names: c.f.locals()}
	b.e = b.local("e")
	return b
}

// local declares a variable. Use drop when its scope ends.
func (b *body) local(want string) string { return b.names.name(want) }

func (b *body) drop(names ...string) {
	for _, name := range names {
		delete(b.names.taken, name)
	}
}

// param is the parameter with the value, or the blank where nothing needs it.
func (b *body) param() *jen.Statement {
	if !b.usesE {
		return jen.Id("_")
	}
	return jen.Id(b.e)
}

// place is an addressable value in generated code: a variable, or what a pointer
// points to, and the fields and elements of either.
type place struct {
	// base spells an expression that a selector can follow, anew each time, as
	// jennifer's are built up in place.
	base func() *jen.Statement
	// stars is how many pointers lead from there to the place.
	stars int
}

// variable is a variable as a place, pointee what the variable points to.
func variable(name string) place {
	return place{base: func() *jen.Statement { return jen.Id(name) }}
}

func pointee(name string) place { return variable(name).deref() }

// deref is what the value, a pointer, points to.
func (p place) deref() place { return place{p.base, p.stars + 1} }

// value spells the value at the place.
func (p place) value() *jen.Statement {
	return jen.Op(strings.Repeat("*", p.stars)).Add(p.base())
}

// operand spells the value so that a selector or an index can follow.
func (p place) operand() *jen.Statement {
	if p.stars == 0 {
		return p.base()
	}
	return jen.Parens(p.value())
}

// address spells a pointer to the place.
func (p place) address() *jen.Statement {
	if p.stars == 0 {
		return jen.Op("&").Add(p.base())
	}
	return place{p.base, p.stars - 1}.value()
}

// selector spells a field or a method of the value, for which Go follows one
// pointer by itself.
func (p place) selector(name string) *jen.Statement {
	return place{p.base, max(p.stars-1, 0)}.operand().Dot(name)
}

// element is the element at an index.
func (p place) element(index func() *jen.Statement) place {
	return place{base: func() *jen.Statement { return p.operand().Index(index()) }}
}

// field is the place of a JSON field of the struct at p. The embedded structs on
// the way are spelt out, so that no field of the same name can come between.
func (b *body) field(p place, f schema.JSONField) place {
	return place{base: func() *jen.Statement {
		way := append(slices.Clip(f.Path), f.Field)
		s := p.selector(way[0].Name.Value)
		for _, step := range way[1:] {
			s.Dot(step.Name.Value)
		}
		return s
	}}
}

func isPointer(t schema.Type) bool {
	_, ok := under(t).(*schema.Pointer)
	return ok
}

// under is what a type is in the end, whatever its name and its encoding.
func under(t schema.Type) schema.Type {
	t = schema.Resolve(t)
	if n, ok := t.(*schema.Named); ok {
		return schema.Resolve(n.Under)
	}
	return t
}

// plain is the type whose encoding t has: t's underlying type, if t is a declared
// type without an encoding of its own.
func plain(t schema.Type) schema.Type {
	t = schema.Resolve(t)
	if n, ok := t.(*schema.Named); ok && n.Encoding == schema.EncodeUnder {
		return schema.Resolve(n.Under)
	}
	return t
}

// jsonKind is the kind of a type that is encoded as a predeclared one, else "".
func jsonKind(t schema.Type) schema.BasicKind {
	if b, ok := plain(t).(*schema.Basic); ok {
		return b.Kind
	}
	return ""
}

// isBytes says whether encoding/json writes slices of the element as base64.
func isBytes(elem schema.Type) bool { return jsonKind(elem) == schema.Uint8 }

func isSigned(k schema.BasicKind) bool { return strings.HasPrefix(string(k), "int") }

func isUnsigned(k schema.BasicKind) bool { return strings.HasPrefix(string(k), "uint") }

// nillable says whether null is one of the encodings of a t.
func nillable(t schema.Type) bool {
	switch t := plain(t).(type) {
	case *schema.Pointer, *schema.Slice, *schema.Map, *schema.Any:
		return true
	case *schema.Named:
		return t.Encoding != schema.EncodeTime && t.Encoding != schema.EncodeUUID && t.Encoding != schema.EncodeText
	}
	return false
}

// spellable says whether t can be spelt: not if it has struct types without a
// name, whose tags are a part of them and are not known here.
func spellable(t schema.Type) bool {
	switch t := schema.Resolve(t).(type) {
	case *schema.Slice:
		return spellable(t.Elem)
	case *schema.Array:
		return spellable(t.Elem)
	case *schema.Map:
		return spellable(t.Key) && spellable(t.Elem)
	case *schema.Pointer:
		return spellable(t.Elem)
	case *schema.Struct:
		return len(t.Fields) == 0
	}
	return true
}

// rawString spells a string constant, in back quotes where it has quotes.
func rawString(s string) *jen.Statement {
	if strings.Contains(s, `"`) && strconv.CanBackquote(s) {
		return jen.Id("`" + s + "`")
	}
	return jen.Lit(s)
}
