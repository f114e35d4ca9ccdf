package templates

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/esgen/esgen/schema"
	"github.com/esgen/esgen/schema/golang"
	"github.com/esgen/esgen/schema/yaml"
)

// The front end for schema files writes declarations of its own for the type checker,
// which nobody sees. They and those that are generated must mean the same: as if a user
// had written what is generated, with directives, in place of the schema file.
func TestDeclarationsAgreeWithTheFrontEnd(t *testing.T) {
	schemas, written := newUserModule(t, "example.com/user"), newUserModule(t, "example.com/user")
	source, err := os.ReadFile("internal/declared/declared.yaml")
	if err != nil {
		t.Fatal(err)
	}
	schemas.write(t, "declared/declared.yaml", source)
	for _, m := range []userModule{schemas, written} {
		if source, err = os.ReadFile("internal/declared/declared.go"); err != nil {
			t.Fatal(err)
		}
		m.write(t, "declared/declared.go", source)
		for _, f := range readArchive(t, "testdata/golden/schema.txtar").Files {
			if !isGenerated(f.Name) && (m == schemas || filepath.Ext(f.Name) != ".yaml") {
				m.write(t, "schema/"+f.Name, []byte(strings.ReplaceAll(string(f.Data), "example.com/golden", "example.com/user")))
			}
		}
	}

	count := 0
	for _, p := range schemas.load(t, "./...").Packages {
		if len(p.Declared) == 0 {
			continue
		}
		count += len(p.Declared)
		f := newGoFile(p, packageNames(p)...)
		emitDeclared(f)
		emitted, err := f.bytes()
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Replace(string(emitted), header, "// What a user may have written.", 1)
		for name, directives := range directivesOf(t, p.Dir) {
			if before := "\ntype " + name + " "; strings.Count(text, before) == 1 {
				text = strings.Replace(text, before, "\n//\n"+directives+before[1:], 1)
			} else {
				t.Errorf("%s is not declared", name)
			}
		}
		written.write(t, filepath.Base(p.Dir)+"/a_types.go", []byte(text))
	}
	if count < 50 {
		t.Errorf("only %d declarations are compared", count)
	}
	written.load(t, "./...")
	// What Check adds follows from what is compared, and would make the models a knot.
	diff := cmp.Diff(unresolved(t, schemas), unresolved(t, written), cmpopts.IgnoreTypes(schema.Span{}, &schema.Package{}),
		cmpopts.IgnoreFields(schema.Package{}, "Dir", "Declared", "Objects"), cmpopts.IgnoreFields(schema.Apply{}, "Source"),
		cmpopts.IgnoreFields(schema.Aggregate{}, "Doc"), cmpopts.IgnoreFields(schema.Child{}, "Doc"),
		cmpopts.IgnoreFields(schema.Event{}, "Doc"), cmpopts.IgnoreFields(schema.Command{}, "Doc"), cmpopts.IgnoreFields(schema.DecisionModel{}, "Doc"))
	if diff != "" {
		t.Errorf("what is generated means something else (-lowered +generated):\n%s", diff)
	}
}

// unresolved reads the packages of a module, without what Check adds to them.
func unresolved(t *testing.T, m userModule) []schema.Package {
	t.Helper()
	module, _, err := golang.Load(t.Context(), golang.Config{Dir: m.dir, Env: m.env(), Declare: declareIn(t.Context())}, "./...")
	if err != nil {
		t.Fatal(err)
	}
	packages := make([]schema.Package, len(module.Packages))
	for i, p := range module.Packages {
		packages[i] = *p
	}
	return packages
}

// directivesOf gives the directives that the front end writes for the types that the
// schema files of a folder declare.
func directivesOf(t *testing.T, dir string) map[string]string {
	t.Helper()
	files, err := yaml.Files(dir)
	if err != nil {
		t.Fatal(err)
	}
	lowered, findings, err := yaml.Load(t.Context(), dir, files)
	if err != nil || findings.HasErrors() {
		t.Fatalf("%v, %v", findings, err)
	}
	file, err := parser.ParseFile(token.NewFileSet(), "", lowered.Source, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	directives := make(map[string]string)
	for _, d := range file.Decls {
		gen, ok := d.(*ast.GenDecl)
		if !ok || gen.Tok != token.TYPE || gen.Doc == nil {
			continue
		}
		for _, c := range gen.Doc.List {
			if strings.HasPrefix(c.Text, "//es:") {
				directives[gen.Specs[0].(*ast.TypeSpec).Name.Name] += c.Text + "\n"
			}
		}
	}
	return directives
}
