package templates

import (
	"go/token"
	"slices"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/esgen/esgen/schema"
)

// emitGenerationGuard writes the line that does not compile where the runtime no
// longer works with what this esgen writes.
func emitGenerationGuard(f *goFile) {
	f.add("An error here means that this file and the esgen runtime are of different ages: run esgen again.",
		jen.Const().Id("_").Op("=").Add(f.es("Generation1")))
}

// emitDriftGuards writes a line that no longer compiles once a type has changed, for
// each type that the generated code knows the inside of: the events, the module's own
// types that they are made of, and those of IDs. What is a struct is assigned to the
// struct that it was: a field that is added, removed, moved, retyped or tagged
// otherwise is an error until esgen is run again, for tags are the names in what is
// stored. The value is a literal, as what holds a lock must not be copied. Other types
// are converted. That is blind to tags, but only a struct without a name could have any
// in there: those are esgen check's to find.
//
//	var (
//		_ struct {
//			ProfileID uuid.UUID `json:"profileId"`
//			Name      Name      `json:"name"`
//		} = Registered{}
//		_ = (*string)((*Country)(nil))
//	)
//
// Two kinds of struct cannot be spelt in full. Of one that has fields of types
// without a JSON form, such as channels, only the number of fields is guarded:
//
//	_ = func(v *Registered) Registered { return Registered{v.ProfileID, v.done} }
//
// And one of another package that has unexported fields is left to esgen check. What
// schema files of the package declare needs no guard: its declaration is generated too.
func emitDriftGuards(f *goFile) {
	var guards []jen.Code
	for _, g := range guardedTypes(f.pkg) {
		name := f.qual(g.path, g.pkg, g.name)
		switch s, isStruct := g.under.(*schema.Struct); {
		case isStruct && canSpell(f.pkg.Path, s, g.path != f.pkg.Path):
			guards = append(guards, jen.Id("_").Add(f.spell(s, true)).Op("=").Add(name.Values()))
		case canSpell(f.pkg.Path, g.under, g.path != f.pkg.Path):
			guards = append(guards, jen.Id("_").Op("=").
				Parens(jen.Op("*").Add(f.typ(g.under))).
				Call(jen.Parens(jen.Op("*").Add(name)).Call(jen.Nil())))
		case isStruct && !g.state && g.path == f.pkg.Path && !slices.ContainsFunc(s.Fields, isBlank):
			v := f.locals().name("v")
			fields := make([]jen.Code, len(s.Fields))
			for i, field := range s.Fields {
				fields[i] = jen.Id(v).Dot(field.Name.Value)
			}
			guards = append(guards, jen.Id("_").Op("=").Func().Params(jen.Id(v).Op("*").Add(name)).Add(name).
				Add(oneLine(jen.Return(name.Clone().Values(fields...)))))
		}
	}
	if len(guards) == 0 {
		return
	}
	f.add("An error here means that a type was changed after this file was written: run esgen again.", jen.Var().Defs(guards...))
}

func isBlank(f *schema.Field) bool { return f.Name.Value == "_" }

// guardedType is a declared type, and what it is as far as generated code knows.
type guardedType struct {
	path, pkg, name string
	under           schema.Type
	// state says that it is a part of snapshots. It may be one that must not be copied.
	state bool
}

// guardedTypes are the types that the generated code of p knows the inside of and
// that can change with p's module: first the events, then what they and the IDs
// are made of, in the order in which it is met.
func guardedTypes(p *schema.Package) []guardedType {
	var types []guardedType
	seen := make(map[guardedType]bool) // without what they are underneath
	for _, d := range p.Declared {
		seen[guardedType{path: p.Path, pkg: p.Name, name: d.Name.Value}] = true
	}
	add := func(path, pkg, name string, under schema.Type) {
		if key := (guardedType{path: path, pkg: pkg, name: name}); !seen[key] {
			seen[key] = true
			types = append(types, guardedType{path: path, pkg: pkg, name: name, under: under})
		}
	}
	for _, e := range p.Events {
		add(p.Path, p.Name, e.GoName.Value, e.Struct())
	}

	visited := make(map[*schema.Named]bool)
	var walk func(schema.Type)
	walkField := func(f *schema.Field) {
		if f.Value != nil {
			walk(f.Value.Base)
		} else {
			walk(f.Type)
		}
	}
	walk = func(t schema.Type) {
		switch t := t.(type) {
		case *schema.Named:
			if visited[t] {
				return
			}
			visited[t] = true
			known := t.Alias || t.Encoding == schema.EncodeUnder
			if known && t.Module && len(t.Args) == 0 && (t.Path == p.Path || token.IsExported(t.Name) && canImport(p.Path, t.Path)) {
				add(t.Path, t.Package, t.Name, t.Under)
			}
			switch {
			case known:
				walk(t.Under)
			case t.Encoding == schema.EncodeValue && t.Value != nil:
				walk(t.Value.Base)
			}
		case *schema.Struct:
			// The fields of an embedded struct are stored even where its type is not
			// exported.
			for _, f := range t.Fields {
				if !f.JSON.Skip && (f.Exported || f.Embedded) {
					walkField(f)
				}
			}
		default:
			for _, part := range schema.CodecParts(t) {
				walk(part)
			}
		}
	}
	for _, e := range p.Events {
		walk(e.Type)
	}
	for _, a := range p.Aggregates {
		walkField(a.ID)
	}
	for _, t := range schema.StateTypes(p) {
		if t.Named == nil || len(t.Named.Args) == 0 && (t.Path == p.Path || t.Named.Module) {
			n := len(types)
			add(t.Path, t.Package, t.Name, t.Type())
			for i := range types[n:] {
				types[n+i].state = true
			}
		}
	}
	return types
}

// canSpell says whether a package can spell a type, down to the names of other
// types: it needs to see the names, and the fields where the type is part of one
// that another package declares.
func canSpell(from string, t schema.Type, foreign bool) bool {
	switch t := t.(type) {
	case *schema.Slice:
		return canSpell(from, t.Elem, foreign)
	case *schema.Array:
		return canSpell(from, t.Elem, foreign)
	case *schema.Map:
		return canSpell(from, t.Key, foreign) && canSpell(from, t.Elem, foreign)
	case *schema.Pointer:
		return canSpell(from, t.Elem, foreign)
	case *schema.Struct:
		return !slices.ContainsFunc(t.Fields, func(f *schema.Field) bool {
			return foreign && !f.Exported || !canSpell(from, f.Type, foreign)
		})
	case *schema.Named:
		if t.Path != from && t.Path != "" && (!token.IsExported(t.Name) || !canImport(from, t.Path)) {
			return false
		}
		return !slices.ContainsFunc(t.Args, func(arg schema.Type) bool { return !canSpell(from, arg, foreign) })
	case *schema.Unsupported:
		return false
	}
	return true
}

// canImport applies the rule of internal packages.
func canImport(from, to string) bool {
	parts := strings.Split(to, "/")
	for i := len(parts) - 1; i >= 0; i-- {
		if parts[i] == "internal" {
			parent := strings.Join(parts[:i], "/")
			return from == parent || strings.HasPrefix(from, parent+"/")
		}
	}
	return true
}
