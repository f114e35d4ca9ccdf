package golang

import (
	"go/token"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/go/packages"

	"github.com/esgen/esgen/schema"
)

// Whether a package is loaded or a stand-in is used must not be seen in the model,
// or one more import would change what is generated for the others.
func TestStandInsAreLikeTheirPackages(t *testing.T) {
	fset := token.NewFileSet()
	paths := slices.Sorted(maps.Keys(standIns))
	roots, err := packages.Load(&packages.Config{
		Mode: packages.NeedName | packages.NeedTypes | packages.NeedImports | packages.NeedModule, Fset: fset, Context: t.Context(),
	}, paths...)
	if err != nil {
		t.Fatal(err)
	}
	if len(roots) != len(paths) {
		t.Fatalf("%d packages for %v", len(roots), paths)
	}
	for _, root := range roots {
		real := newConverter(fset, &dependencies{})
		stand := newConverter(fset, &dependencies{})
		scope := standIn(root.PkgPath).Scope()
		compared := 0
		for _, name := range scope.Names() {
			if !token.IsExported(name) {
				continue
			}
			obj := root.Types.Scope().Lookup(name)
			if obj == nil {
				t.Errorf("%s has no %s", root.PkgPath, name)
				continue
			}
			want, got := real.convert(obj.Type(), nil, nil), stand.convert(scope.Lookup(name).Type(), nil, nil)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("stand-in of %s.%s (-package +stand-in):\n%s", root.PkgPath, name, diff)
			}
			compared++
		}
		if compared == 0 {
			t.Errorf("nothing of %s was compared", root.PkgPath)
		}
	}
}

func TestStandInsSuffice(t *testing.T) {
	for name, test := range map[string]struct {
		source string
		want   bool
	}{
		"known types":          {"import \"time\"\n//es:event a.e\ntype E struct { T time.Time; D []*time.Duration }", true},
		"nothing imported":     {"//es:event a.e\ntype E struct { X int }", true},
		"unused import":        {"import \"net/netip\"\n//es:event a.e\ntype E struct { X int }\nvar _ netip.Addr", true},
		"renamed":              {"import clock \"time\"\n//es:event a.e\ntype E struct { T clock.Time }", true},
		"unknown type":         {"import \"time\"\n//es:event a.e\ntype E struct { L *time.Location }", false},
		"constant":             {"import \"time\"\n//es:event a.e\ntype E struct { A [time.Nanosecond]int }", false},
		"other package":        {"import \"net/netip\"\n//es:event a.e\ntype E struct { A netip.Addr }", false},
		"dot":                  {"import . \"time\"\n//es:event a.e\ntype E struct { T Time }", false},
		"constraint":           {"import \"time\"\n//es:event a.e\ntype E struct { R R[time.Time] }\ntype R[T interface{ Before(T) bool }] struct{}", false},
		"not in an annotation": {"import \"net/netip\"\n//es:event a.e\ntype E struct { X int }\ntype F struct { A netip.Addr }", true},
		"promoted method":      {"import \"time\"\n//es:value encode=Unix decode=f\ntype V struct { time.Time }", false},
		"only C":               {"import \"C\"\n//es:event a.e\ntype E struct { X C.int }", true},
	} {
		t.Run(name, func(t *testing.T) {
			p := pruneText(t, "package a\n"+test.source)
			if got := standInsSuffice([]*pruner{p}, nil); got != test.want {
				t.Errorf("%t", got)
			}
		})
	}
}

// pruneText parses and prunes a file.
func pruneText(t *testing.T, text string) *pruner {
	t.Helper()
	fset := token.NewFileSet()
	s := &source{listed: &listed{Name: "a", ImportPath: "example.com/a"}, files: []*file{{name: "a.go", path: "/a/a.go", text: []byte(text)}}}
	s.parse(fset)
	s.mark(fset)
	p := newPruner(s, fset)
	p.prune()
	if len(s.list) > 0 {
		t.Fatal(s.list[0].Message)
	}
	return p
}

func newConverter(fset *token.FileSet, deps *dependencies) *converter {
	return &converter{units: &units{fset: fset, deps: deps, byPath: map[string]*unit{}}, named: map[string]schema.Type{}}
}
