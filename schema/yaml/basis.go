package yaml

import (
	"strings"

	"github.com/esgen/esgen/schema"
)

// builtins are the types of the language, and how Go spells them. The packages are
// called by the names under which lowered sources import them.
var builtins = map[string]string{
	"string": "string", "bool": "bool", "int": "int", "int8": "int8", "int16": "int16", "int32": "int32", "int64": "int64",
	"uint": "uint", "uint8": "uint8", "uint16": "uint16", "uint32": "uint32", "uint64": "uint64",
	"float32": "float32", "float64": "float64", "bytes": "[]byte",
	"uuid": "uuid_.UUID", "time": "time_.Time", "duration": "time_.Duration", "any": "json_.RawMessage",
}

func isBuiltin(name string) bool { return builtins[name] != "" }

// basisKind is what a type comes down to.
type basisKind int

const (
	noBasis basisKind = iota
	basicBasis
	enumBasis
	structBasis
	listBasis
	mapBasis
	foreignBasis
)

// basis is what a type comes down to, with the rules of the declarations on the way.
type basis struct {
	kind basisKind
	// name is that of a basicBasis.
	name string
	// decl is the declaration that the type names, nil for a built-in type.
	decl *decl
}

func (b basis) isInteger() bool {
	return b.kind == basicBasis && (strings.HasPrefix(b.name, "int") || strings.HasPrefix(b.name, "uint"))
}

func (b basis) isFloat() bool { return b.kind == basicBasis && strings.HasPrefix(b.name, "float") }

// hasLength says whether the rules on lengths mean anything.
func (b basis) hasLength() bool {
	return b.kind == listBasis || b.kind == mapBasis || b.kind == basicBasis && (b.name == "string" || b.name == "bytes")
}

// isOrdered says whether min and max mean anything.
func (b basis) isOrdered() bool {
	return b.isInteger() || b.isFloat() || b.kind == basicBasis && b.name == "duration"
}

// basis finds out what a type comes down to, a pointer being what it points at.
func (p *program) basis(t *typeExpr) basis {
	if t == nil {
		return basis{}
	}
	switch t.form {
	case pointerType:
		return p.basis(t.elem)
	case listType:
		return basis{kind: listBasis}
	case mapType:
		return basis{kind: mapBasis}
	}
	if isBuiltin(t.name) {
		return basis{kind: basicBasis, name: t.name}
	}
	d := p.byName[t.name]
	switch {
	case d == nil:
		return basis{}
	case d.foreign:
		return basis{kind: foreignBasis, decl: d}
	case d.kind == schema.DeclaredEnum:
		return basis{kind: enumBasis, decl: d}
	case d.kind == schema.DeclaredStruct:
		return basis{kind: structBasis, decl: d}
	case d.kind != schema.DeclaredScalar || d.n.get("is") == nil:
		return basis{}
	case d.base == nil:
		// It has not been read yet: its own text says what it is.
		return declaredBasis(d)
	}
	b := p.basisOfBase(d.base)
	b.decl = d
	return b
}

func (p *program) basisOfBase(t *typeExpr) basis {
	switch t.form {
	case listType:
		return basis{kind: listBasis}
	case mapType:
		return basis{kind: mapBasis}
	}
	return basis{kind: basicBasis, name: t.name}
}

func declaredBasis(d *decl) basis {
	switch is := d.n.get("is").text; {
	case isBuiltin(is):
		return basis{kind: basicBasis, name: is, decl: d}
	case strings.HasPrefix(is, "[]"):
		return basis{kind: listBasis, decl: d}
	case strings.HasPrefix(is, "map"):
		return basis{kind: mapBasis, decl: d}
	}
	return basis{}
}

// ruleKeys are the keys of rules, in their order.
var ruleKeys = []string{"min", "max", "min_length", "max_length", "pattern", "one_of"}

// modelType is a base as the model has it, without what only Go's type checker knows.
func (p *program) modelType(t *typeExpr) schema.Type {
	switch t.form {
	case listType:
		return &schema.Slice{Elem: p.modelType(t.elem)}
	case mapType:
		return &schema.Map{Key: p.modelType(t.key), Elem: p.modelType(t.elem)}
	case pointerType:
		return &schema.Pointer{Elem: p.modelType(t.elem)}
	}
	switch t.name {
	case "bytes":
		return &schema.Slice{Elem: &schema.Basic{Kind: schema.Uint8}}
	case "uuid":
		return &schema.Named{
			Path: "github.com/google/uuid", Package: "uuid", Name: "UUID", Encoding: schema.EncodeUUID, Comparable: true,
			Under: &schema.Array{Len: 16, Elem: &schema.Basic{Kind: schema.Uint8}},
		}
	case "time":
		return &schema.Named{Path: "time", Package: "time", Name: "Time", Encoding: schema.EncodeTime, Comparable: true, IsZero: true, Under: &schema.Struct{}}
	case "duration":
		return &schema.Named{Path: "time", Package: "time", Name: "Duration", Comparable: true, Under: &schema.Basic{Kind: schema.Int64}}
	case "any":
		return &schema.Named{
			Path: "encoding/json", Package: "json", Name: "RawMessage", Encoding: schema.EncodeRaw,
			Under: &schema.Slice{Elem: &schema.Basic{Kind: schema.Uint8}},
		}
	}
	if isBuiltin(t.name) {
		return &schema.Basic{Kind: schema.BasicKind(t.name)}
	}
	named := &schema.Named{Package: p.pkg.Value, Path: p.ownPath, Name: t.name, Module: true}
	if d := p.byName[t.name]; d != nil {
		named.Span = d.name.Span
		if d.foreign {
			named.Path, named.Name, named.Package = d.path, d.goName, ""
		}
	}
	return named
}
