package templates

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/tools/txtar"

	"github.com/esgen/esgen/schema"
)

// TestParity reads packages that are written both ways: each archive of testdata/parity
// has a schema.yaml and a schema.go that declare the same, and Go files that go with
// either. The two models are equal but for places, for the names that are the user's in
// the one case and generated in the other, and for what is to be generated. What is
// generated is equal but for just that: the declarations that schema.go has and the
// schema file has generated, and the guards that need not watch these.
func TestParity(t *testing.T) {
	archives, err := filepath.Glob(filepath.Join("testdata", "parity", "*.txtar"))
	if err != nil || len(archives) < 6 {
		t.Fatalf("%d packages, %v", len(archives), err)
	}
	modules := map[string]userModule{}
	for _, way := range []string{"schema.yaml", "schema.go"} {
		m := newUserModule(t, "example.com/parity")
		for _, path := range archives {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range archive.Files {
				if f.Name == way || !strings.HasPrefix(f.Name, "schema.") {
					m.write(t, parityFolder(path)+"/"+f.Name, f.Data)
				}
			}
		}
		modules[way] = m
	}
	fromYAML, fromGo := modules["schema.yaml"].load(t, "./..."), modules["schema.go"].load(t, "./...")
	for i, p := range fromYAML.Packages {
		t.Run(p.Name, func(t *testing.T) {
			other := fromGo.Packages[i]
			if len(p.Declared) == 0 || len(other.Declared) > 0 {
				t.Fatalf("%d and %d declared types", len(p.Declared), len(other.Declared))
			}
			if diff := cmp.Diff(other, p,
				cmpopts.IgnoreTypes(schema.Span{}),
				cmpopts.IgnoreFields(schema.Package{}, "Dir", "Declared", "Objects"),
			); diff != "" {
				t.Errorf("the models differ (-Go +YAML):\n%s", diff)
			}
			declared := map[string]bool{}
			for _, d := range p.Declared {
				declared[d.Name.Value] = true
			}
			if diff := cmp.Diff(parityText(t, other, nil, declared), parityText(t, p, onlyIn(p, other), nil)); diff != "" {
				t.Errorf("what is generated differs (-Go +YAML):\n%s", diff)
			}
		})
	}
}

func parityFolder(path string) string {
	return strings.TrimSuffix(filepath.Base(path), ".txtar")
}

// nameKey is a name at package level, or a method of a type.
type nameKey struct{ recv, name string }

// onlyIn are the names that are generated for p and not for other.
func onlyIn(p, other *schema.Package) map[nameKey]bool {
	names := map[nameKey]bool{}
	for _, g := range schema.GeneratedNames(p) {
		names[nameKey{g.Recv, g.Name}] = true
	}
	for _, g := range schema.GeneratedNames(other) {
		delete(names, nameKey{g.Recv, g.Name})
	}
	return names
}

// parityText is what is generated for a package, one declaration after the other with
// its comment, but for imports, for those with some names, which must be there, and for
// the guards of some types.
func parityText(t *testing.T, p *schema.Package, without map[nameKey]bool, unguarded map[string]bool) string {
	t.Helper()
	files, err := Generate(&schema.Module{Packages: []*schema.Package{p}})
	if err != nil {
		t.Fatal(err)
	}
	content := files[0].Content
	fset := token.NewFileSet()
	parsed, err := parser.ParseFile(fset, files[0].Path, content, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	left := map[nameKey]bool{}
	for key := range without {
		left[key] = true
	}
	for _, decl := range parsed.Decls {
		key, doc := declKey(decl)
		if without[key] {
			delete(left, key)
			if gen, ok := decl.(*ast.GenDecl); ok {
				for _, spec := range gen.Specs { // the values of an enum
					if value, ok := spec.(*ast.ValueSpec); ok {
						delete(left, nameKey{name: value.Names[0].Name})
					}
				}
			}
			continue
		}
		text := func(from, to token.Pos) {
			fmt.Fprintf(&b, "%s\n\n", content[fset.Position(from).Offset:fset.Position(to).Offset])
		}
		if gen, ok := decl.(*ast.GenDecl); ok && gen.Tok == token.IMPORT {
			continue
		} else if ok && gen.Tok == token.VAR {
			for _, spec := range gen.Specs {
				if !unguarded[guarded(spec)] {
					text(spec.Pos(), spec.End())
				}
			}
			continue
		}
		start := decl.Pos()
		if doc != nil {
			start = doc.Pos()
		}
		text(start, decl.End())
	}
	for key := range left {
		t.Errorf("%s has no declaration of %v", files[0].Path, key)
	}
	return b.String()
}

// declKey is the first name that a declaration declares.
func declKey(decl ast.Decl) (nameKey, *ast.CommentGroup) {
	switch decl := decl.(type) {
	case *ast.FuncDecl:
		key := nameKey{name: decl.Name.Name}
		if decl.Recv != nil {
			recv := decl.Recv.List[0].Type
			if star, ok := recv.(*ast.StarExpr); ok {
				recv = star.X
			}
			key.recv = recv.(*ast.Ident).Name
		}
		return key, decl.Doc
	case *ast.GenDecl:
		switch spec := decl.Specs[0].(type) {
		case *ast.TypeSpec:
			return nameKey{name: spec.Name.Name}, decl.Doc
		case *ast.ValueSpec:
			return nameKey{name: spec.Names[0].Name}, decl.Doc
		}
		return nameKey{}, decl.Doc
	}
	return nameKey{}, nil
}

// guarded is the type of which a guard watches the fields, as in
// _ = (*struct{})((*Placed)(nil)); empty for any other variable.
func guarded(spec ast.Spec) string {
	value, ok := spec.(*ast.ValueSpec)
	if !ok || value.Names[0].Name != "_" || len(value.Values) != 1 {
		return ""
	}
	name := ""
	if literal, ok := value.Values[0].(*ast.CompositeLit); ok {
		if id, ok := literal.Type.(*ast.Ident); ok {
			name = id.Name
		}
		return name
	}
	ast.Inspect(value.Values[0].(*ast.CallExpr).Args[0], func(n ast.Node) bool {
		if star, ok := n.(*ast.StarExpr); ok {
			if id, ok := star.X.(*ast.Ident); ok {
				name = id.Name
			}
		}
		return true
	})
	return name
}
