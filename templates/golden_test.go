package templates

import (
	"bytes"
	"flag"
	"go/types"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/go/packages"
	"golang.org/x/tools/txtar"

	"github.com/esgen/esgen/schema"
)

var update = flag.Bool("update", false, "rewrite what is generated in testdata/golden")

// TestGolden generates for the packages in testdata/golden: each archive holds a
// folder of the user's files, and what is generated for them. All are folders of
// one module, which is then vetted, tested and looked into as a whole.
func TestGolden(t *testing.T) {
	archives, err := filepath.Glob("testdata/golden/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no goldens: %v", err)
	}
	user := newUserModule(t, "example.com/golden")
	for _, name := range archives {
		user.extract(t, goldenName(name), readArchive(t, name))
	}
	generated := user.generate(t, "./...")
	for _, name := range archives {
		t.Run(goldenName(name), func(t *testing.T) {
			want := readArchive(t, name)
			got := &txtar.Archive{Comment: want.Comment}
			for _, f := range want.Files {
				if !isGenerated(f.Name) {
					got.Files = append(got.Files, f)
				}
			}
			dir := filepath.Join(user.dir, goldenName(name)) + string(filepath.Separator)
			for _, f := range generated {
				if rel, ok := strings.CutPrefix(f.Path, dir); ok {
					got.Files = append(got.Files, txtar.File{Name: filepath.ToSlash(rel), Data: f.Content})
				}
			}
			if *update {
				if err := os.WriteFile(name, txtar.Format(got), 0o666); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(txtar.Format(want)), string(txtar.Format(got))); diff != "" {
				t.Errorf("%s has changed (-want +got); go test ./templates -run Golden -update rewrites it:\n%s", name, diff)
			}
		})
	}
	t.Run("determinism", func(t *testing.T) { testDeterminism(t, user, generated) })
	t.Run("methods", func(t *testing.T) { testMethods(t, user) })
	t.Run("vet", func(t *testing.T) {
		if output, err := user.command(t, "vet", "./..."); err != nil {
			t.Fatalf("%v\n%s", err, output)
		}
	})
	t.Run("test", func(t *testing.T) {
		if output, err := user.command(t, "test", "-vet=off", "-ldflags=-s -w", "./..."); err != nil {
			t.Fatalf("%v\n%s", err, output)
		}
	})
}

func goldenName(archive string) string {
	return strings.TrimSuffix(path.Base(filepath.ToSlash(archive)), ".txtar")
}

func readArchive(t *testing.T, name string) *txtar.Archive {
	t.Helper()
	archive, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return archive
}

// testDeterminism shuffles all that comes in no order of its own: the packages,
// and in each of them the declarations, as if files had been read in another
// order.
func testDeterminism(t *testing.T, user userModule, want []File) {
	m := user.load(t, "./...")
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 0))
		shuffle(random, m.Packages)
		for _, p := range m.Packages {
			shuffle(random, p.Aggregates)
			shuffle(random, p.Events)
			shuffle(random, p.Children)
			shuffle(random, p.Objects)
			for _, a := range p.Aggregates {
				shuffle(random, a.Applies)
			}
			if p.Registry != nil {
				shuffle(random, p.Registry.Packages)
			}
		}
		schema.Check(m)
		got, err := Generate(m)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.EqualFunc(want, got, sameFile) {
			t.Fatalf("shuffled with seed %d, the files are others:\n%s", seed, cmp.Diff(fileTexts(want), fileTexts(got)))
		}
	}
}

func sameFile(a, b File) bool { return a.Path == b.Path && bytes.Equal(a.Content, b.Content) }

func fileTexts(files []File) map[string]string {
	texts := make(map[string]string, len(files))
	for _, f := range files {
		texts[f.Path] = string(f.Content)
	}
	return texts
}

func shuffle[T any](random *rand.Rand, list []T) {
	random.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
}

// testMethods looks at what generated code adds to the user's types.
func testMethods(t *testing.T, user userModule) {
	cfg := &packages.Config{Mode: packages.NeedName | packages.NeedTypes | packages.NeedSyntax | packages.NeedTypesInfo |
		packages.NeedFiles | packages.NeedImports, Dir: user.dir, Env: user.env(), Context: t.Context()}
	loaded, err := packages.Load(cfg, "./...")
	if err != nil {
		t.Fatal(err)
	}
	aggregates, events, commands := 0, 0, 0
	for _, p := range loaded {
		for _, err := range p.Errors {
			t.Errorf("%v", err)
		}
		scope := p.Types.Scope()
		for _, name := range scope.Names() {
			typeName, ok := scope.Lookup(name).(*types.TypeName)
			if !ok || typeName.IsAlias() || types.IsInterface(typeName.Type()) {
				continue
			}
			var added, exported []string
			methods := types.NewMethodSet(types.NewPointer(typeName.Type()))
			for method := range methods.Methods() {
				obj := method.Obj()
				if len(method.Index()) == 1 && isGenerated(p.Fset.Position(obj.Pos()).Filename) {
					added = append(added, obj.Name())
				}
				if obj.Exported() && obj.Pkg().Path() == esPath {
					exported = append(exported, obj.Name())
				}
			}
			// What a schema file declares has methods that nobody wrote.
			declared := isGenerated(p.Fset.Position(typeName.Pos()).Filename)
			isExported := func(name string) bool { return name[0] >= 'A' && name[0] <= 'Z' }
			switch {
			case slices.Contains(added, schema.EventTypeMethod):
				events++
				if n := slices.IndexFunc(added, func(name string) bool { return isExported(name) && name != schema.EventTypeMethod }); n >= 0 {
					t.Errorf("event %s gets the method %s", typeName.Name(), added[n])
				}
			case slices.Contains(added, schema.RecordMethod):
				aggregates++
				if !declared && !slices.Equal(added, []string{schema.RecordMethod}) {
					t.Errorf("%s gets the methods %v, want record alone", typeName.Name(), added)
				}
				if len(exported) > 1 || len(exported) == 1 && exported[0] != "Version" {
					t.Errorf("%s has the methods %v of the runtime, want Version alone", typeName.Name(), exported)
				}
			case len(added) == 1 && strings.HasPrefix(added[0], "is") && strings.HasSuffix(added[0], "Command"):
				commands++
			case len(added) > 0 && !declared:
				t.Errorf("%s gets the methods %v", typeName.Name(), added)
			}
		}
	}
	if aggregates < 10 || events < 10 || commands < 4 {
		t.Errorf("looked at %d aggregates and children, %d events and %d commands: the goldens have more", aggregates, events, commands)
	}
}
