package golang

import (
	"go/ast"
	"go/token"
	"iter"
	"slices"

	"github.com/esgen/esgen/schema"
)

// object is a name that a file declares at package level, or a method or a field.
type object struct {
	// recv is the type that a method or a field belongs to, as it is spelt.
	recv string
	id   *ast.Ident
	// kind is schema.Object's Kind.
	kind string
}

// objects are the names that a file declares, but for its imports.
func (f *file) objects() iter.Seq[object] {
	return func(yield func(object) bool) {
		for _, decl := range f.ast.Decls {
			for _, o := range objectsOf(decl) {
				if o.id != nil && o.id.Name != "_" && !yield(o) {
					return
				}
			}
		}
	}
}

func objectsOf(decl ast.Decl) []object {
	switch decl := decl.(type) {
	case *ast.FuncDecl:
		if decl.Recv != nil {
			return []object{{receiver(decl), decl.Name, "method"}}
		}
		if decl.Name.Name != "init" {
			return []object{{"", decl.Name, "func"}}
		}
	case *ast.GenDecl:
		var list []object
		for _, spec := range decl.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				list = append(list, object{"", spec.Name, "type"})
				if s, ok := ast.Unparen(spec.Type).(*ast.StructType); ok {
					for _, field := range fieldSources(s) {
						list = append(list, object{spec.Name.Name, field.name, "field"})
					}
				}
			case *ast.ValueSpec:
				kind := "var"
				if decl.Tok == token.CONST {
					kind = "const"
				}
				for _, name := range spec.Names {
					list = append(list, object{"", name, kind})
				}
			}
		}
		return list
	}
	return nil
}

// objects lists the names that the user's own files have. Those of schema files are
// none of them: they are names of what is generated.
func (u *unit) objects() []schema.Object {
	var list []schema.Object
	annotated := map[string]bool{}
	for _, m := range u.src.types {
		annotated[m.spec.Name.Name] = true
	}
	for key := range u.src.declaredObjects() {
		if key.recv == "" {
			annotated[key.name] = true
		}
	}
	for _, f := range slices.Concat(u.src.files, u.src.testFiles) {
		if f.ast == nil || f.declared != nil {
			continue
		}
		for _, imp := range f.ast.Imports {
			list = append(list, u.importObjects(imp)...)
		}
		for o := range f.objects() {
			recv := o.recv
			if o.kind == "method" {
				recv = u.src.unaliased(recv)
			}
			if o.kind == "method" || o.kind == "field" {
				if !annotated[recv] {
					continue
				}
			}
			if !u.src.clashing[o.id] {
				list = append(list, schema.Object{
					Recv: recv, Name: schema.Text{Value: o.id.Name, Span: span(u.fset, o.id.Pos(), len(o.id.Name))}, Kind: o.kind,
				})
			}
		}
	}
	return list
}

// importObjects has the name by which a file calls an import.
func (u *unit) importObjects(spec *ast.ImportSpec) []schema.Object {
	imp := newImported(spec)
	if imp.name == "" || imp.name == "_" || imp.name == "." || imp.name == "C" {
		return nil
	}
	at := span(u.fset, spec.Path.Pos(), len(spec.Path.Value))
	if spec.Name != nil {
		at = span(u.fset, spec.Name.Pos(), len(spec.Name.Name))
	}
	return []schema.Object{{Name: schema.Text{Value: imp.name, Span: at}, Kind: "import"}}
}
