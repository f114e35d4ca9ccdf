package templates

import (
	"fmt"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/esgen/esgen/schema"
)

// statePath is the package of the runtime that snapshot codecs call.
const statePath = "github.com/esgen/esgen/runtime/state"

// state spells a name of that package.
func (f *goFile) state(name string) *jen.Statement { return f.qual(statePath, "state", name) }

// emitSnapshots writes the snapshot codecs of the package's aggregates: for each
// aggregate
//
//	// encodeCartState appends the state of c to dst, for snapshots.
//	func encodeCartState(dst []byte, c *Cart) ([]byte, error) {
//		w := state.NewWriter(dst, c)
//		writeCartState(w, c)
//		return w.End()
//	}
//
//	// decodeCartState restores the state of a snapshot in c, which is new.
//	func decodeCartState(b []byte, c *Cart) error {
//		r := state.NewReader(b, c)
//		readCartState(r, c)
//		return r.End()
//	}
//
// and a pair of functions for it and for each declared type that its state is made of.
func emitSnapshots(f *goFile) {
	s := newSnapshots(f)
	for _, a := range f.pkg.Aggregates {
		if a.Snapshot != nil {
			s.emitEncodeState(a)
			s.emitDecodeState(a)
		}
	}
	for i := range s.types {
		s.emitWriteState(&s.types[i])
		s.emitReadState(&s.types[i])
	}
}

// snapshots emits the functions that write states and read them.
type snapshots struct {
	f     *goFile
	types []schema.StateType
}

func newSnapshots(f *goFile) *snapshots { return &snapshots{f: f, types: schema.StateTypes(f.pkg)} }

// of gives the functions of a type, nil where it has none.
func (s *snapshots) of(n *schema.Named) *schema.StateType {
	for i := range s.types {
		t := &s.types[i]
		if t.Named == n || t.Aggregate != nil && t.Path == n.Path && t.Name == n.Name {
			return t
		}
	}
	return nil
}

// spell spells the type itself.
func (s *snapshots) spell(t *schema.StateType) *jen.Statement {
	if t.Named != nil {
		return s.f.typ(t.Named)
	}
	return s.f.qual(t.Path, t.Package, t.Name)
}

func (s *snapshots) emitEncodeState(a *schema.Aggregate) {
	l := s.f.locals()
	dst, w := l.name("dst"), l.name("w")
	recv := l.of(a.GoName.Value)
	s.f.add(fmt.Sprintf("%s appends the state of %s to %s, for snapshots.", a.EncodeStateFunc(), recv, dst),
		jen.Func().Id(a.EncodeStateFunc()).
			Params(jen.Id(dst).Index().Byte(), jen.Id(recv).Add(pointer(a.GoName.Value))).
			Params(jen.Index().Byte(), jen.Error()).Block(
			jen.Id(w).Op(":=").Add(s.f.state("NewWriter")).Call(jen.Id(dst), jen.Id(recv)),
			jen.Id(s.function(a).Write).Call(jen.Id(w), jen.Id(recv)),
			jen.Return(jen.Id(w).Dot("End").Call()),
		))
}

func (s *snapshots) emitDecodeState(a *schema.Aggregate) {
	l := s.f.locals()
	b, r := l.name("b"), l.name("r")
	recv := l.of(a.GoName.Value)
	s.f.add(fmt.Sprintf("%s restores the state of a snapshot in %s, which is new.", a.DecodeStateFunc(), recv),
		jen.Func().Id(a.DecodeStateFunc()).
			Params(jen.Id(b).Index().Byte(), jen.Id(recv).Add(pointer(a.GoName.Value))).Error().Block(
			jen.Id(r).Op(":=").Add(s.f.state("NewReader")).Call(jen.Id(b), jen.Id(recv)),
			jen.Id(s.function(a).Read).Call(jen.Id(r), jen.Id(recv)),
			jen.Return(jen.Id(r).Dot("End").Call()),
		))
}

// function gives the functions of an aggregate.
func (s *snapshots) function(a *schema.Aggregate) *schema.StateType {
	for i := range s.types {
		if s.types[i].Aggregate == a {
			return &s.types[i]
		}
	}
	return nil
}

// snapshotsOf is the element of a definition that says how snapshots are kept.
//
//	Snapshots: &es.Snapshots[Cart]{
//		Every:       100,
//		Fingerprint: "2f6c0de1a7b3c4d5",
//		Encode:      encodeCartState,
//		Decode:      decodeCartState,
//	},
func snapshotsOf(f *goFile, a *schema.Aggregate) jen.Code {
	return keyed("Snapshots", jen.Op("&").Add(f.es("Snapshots")).Types(jen.Id(a.GoName.Value)).Add(elements("{", "}",
		keyed("Every", jen.Lit(a.Snapshot.Every)),
		keyed("Fingerprint", jen.Lit(fingerprint(a))),
		keyed("Encode", jen.Id(a.EncodeStateFunc())),
		keyed("Decode", jen.Id(a.DecodeStateFunc())),
	)))
}

// stateBody is a function while its statements are put together.
type stateBody struct {
	*snapshots
	names *locals
	// io is the writer or the reader.
	io   string
	code []jen.Code
}

func (b *stateBody) add(code jen.Code) { b.code = append(b.code, code) }

// block collects the statements of a block.
func (b *stateBody) block(write func()) []jen.Code {
	outer := b.code
	b.code = nil
	write()
	inner := b.code
	b.code = outer
	return inner
}

func (b *stateBody) drop(names ...string) {
	for _, name := range names {
		delete(b.names.taken, name)
	}
}

// call spells a call of a function of package state.
func (b *stateBody) call(name string, args ...jen.Code) *jen.Statement {
	return b.f.state(name).Call(append([]jen.Code{jen.Id(b.io)}, args...)...)
}

// fieldOf is a field of the struct at p.
func fieldOf(p place, f *schema.Field) place {
	return place{base: func() *jen.Statement { return p.selector(f.Name.Value) }}
}

// elementAt is the element of the slice or array at p with the index in a variable.
func elementAt(p place, i string) place {
	return p.element(func() *jen.Statement { return jen.Id(i) })
}

// isEmptyState says whether values of a type are written without being looked at.
func isEmptyState(t schema.Type) bool {
	switch t := schema.Resolve(t).(type) {
	case *schema.Array:
		return t.Len == 0
	case *schema.Struct:
		return len(schema.StateFields(t)) == 0
	}
	return false
}

// isStateBytes says whether slices of the element are written in one piece.
func isStateBytes(elem schema.Type, path string) bool {
	switch t := schema.Resolve(elem).(type) {
	case *schema.Basic:
		return t.Kind == schema.Uint8
	case *schema.Named:
		basic, ok := schema.Resolve(t.Under).(*schema.Basic)
		return ok && basic.Kind == schema.Uint8 && t.StateByParts(path)
	}
	return false
}

// stateFunc is the ending of the functions for a predeclared type: "Int".
func stateFunc(kind schema.BasicKind) string {
	switch {
	case kind == schema.Bool:
		return "Bool"
	case kind == schema.String:
		return "String"
	case strings.HasPrefix(string(kind), "float"):
		return "Float"
	case isSigned(kind):
		return "Int"
	}
	return "Uint"
}

// asAny converts a pointer to a value of a declared type that is an empty interface.
func asAny(p place, named bool) *jen.Statement {
	if !named {
		return p.address()
	}
	return jen.Parens(jen.Op("*").Any()).Call(p.address())
}
