package templates

import (
	"fmt"
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/esgen/esgen/schema"
)

// TestHostileNames declares, in packages of the user's, all the names that
// generated code chose for itself (imports, parameters, variables) and generates
// again: whatever emitters come to call their variables, they must get out of the
// way. What is generated at package level is spared, for there a rule refuses the
// user's name.
func TestHostileNames(t *testing.T) {
	for _, kind := range []string{"type %s struct{}\n", "var %s int\n"} {
		keyword, _, _ := strings.Cut(kind, " ")
		t.Run(keyword, func(t *testing.T) {
			user := newUserModule(t, "example.com/golden")
			for _, name := range []string{"children", "ids", "order", "profile", "schema"} {
				user.extract(t, name, readArchive(t, "testdata/golden/"+name+".txtar"))
			}
			user.adopt(t, "internal/kinds", "github.com/esgen/esgen/templates/internal/kinds", "kinds", "example.com/golden/kinds", false)
			m := user.load(t, "./...")
			files, err := Generate(m)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range m.Packages {
				var hostile strings.Builder
				fmt.Fprintf(&hostile, "package %s\n\n", p.Name)
				for _, name := range chosenNames(t, p, files) {
					fmt.Fprintf(&hostile, kind, name)
				}
				if err := os.WriteFile(filepath.Join(p.Dir, "hostile.go"), []byte(hostile.String()), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			user.generate(t, "./...")
			if output, err := user.command(t, "vet", "./..."); err != nil {
				t.Errorf("%v\n%s", err, output)
			}
		})
	}
}

// chosenNames are the names in a package's generated files that neither the user
// nor generated code declares at package level.
func chosenNames(t *testing.T, p *schema.Package, files []File) []string {
	t.Helper()
	names := make(map[string]bool)
	for _, f := range files {
		if filepath.Dir(f.Path) != p.Dir {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), f.Path, f.Content, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				names[id.Name] = true
			}
			return true
		})
	}
	for _, o := range p.Objects {
		if o.Recv == "" {
			delete(names, o.Name.Value)
		}
	}
	for _, name := range append(packageNames(p), roundTripTest, trySample, tryErrorSample, p.Name, "init", "main", "_") {
		delete(names, name)
	}
	maps.DeleteFunc(names, func(name string, _ bool) bool { return doc.IsPredeclared(name) || token.IsKeyword(name) })
	return slices.Sorted(maps.Keys(names))
}
