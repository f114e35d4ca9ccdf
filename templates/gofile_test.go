package templates

import (
	"errors"
	"strings"
	"testing"

	"github.com/dave/jennifer/jen"

	"github.com/esgen/esgen/schema"
)

// scoped is a package that declares the given names.
func scoped(names ...string) *schema.Package {
	p := &schema.Package{Path: "example.com/shop/order", Name: "order", ModulePath: "example.com/shop"}
	for _, name := range names {
		p.Objects = append(p.Objects, schema.Object{Name: schema.Text{Value: name}, Kind: "type"})
	}
	return p
}

func TestImportNames(t *testing.T) {
	tests := []struct {
		name string
		pkg  *schema.Package
		// build puts code into the file.
		build func(f *goFile)
		want  string
	}{
		{
			name: "no import",
			pkg:  scoped(),
			build: func(f *goFile) {
				f.add("", jen.Var().Id("_").Op("=").Add(f.qual("example.com/shop/order", "order", "Order")))
			},
			want: "\nvar _ = Order\n",
		},
		{
			name:  "one import",
			pkg:   scoped(),
			build: func(f *goFile) { f.add("", jen.Var().Id("_").Add(f.std("time", "Time"))) },
			want:  "\nimport \"time\"\n\nvar _ time.Time\n",
		},
		{
			name: "two groups",
			pkg:  scoped(),
			build: func(f *goFile) {
				f.add("A comment\nof two lines.", jen.Var().Id("_").Add(f.es("Root")))
				f.add("", jen.Var().Id("_").Add(f.std("encoding/json", "RawMessage")))
			},
			want: "\nimport (\n\t\"encoding/json\"\n\n\t\"github.com/esgen/esgen/runtime/es\"\n)\n\n" +
				"// A comment\n// of two lines.\nvar _ es.Root\n\nvar _ json.RawMessage\n",
		},
		{
			name: "two imports of one base name, in the order of their paths",
			pkg:  scoped(),
			build: func(f *goFile) {
				f.add("", jen.Var().Id("_").Add(f.qual("example.com/b/money", "money", "Cents")))
				f.add("", jen.Var().Id("_").Add(f.qual("example.com/a/money", "money", "Amount")))
			},
			want: "\nimport (\n\t\"example.com/a/money\"\n\tmoney2 \"example.com/b/money\"\n)\n\n" +
				"var _ money2.Cents\n\nvar _ money.Amount\n",
		},
		{
			name:  "a package whose name is not the end of its path",
			pkg:   scoped(),
			build: func(f *goFile) { f.add("", jen.Var().Id("_").Add(f.qual("gopkg.in/yaml.v3", "yaml", "Node"))) },
			want:  "\nimport yaml \"gopkg.in/yaml.v3\"\n\nvar _ yaml.Node\n",
		},
		{
			name:  "the package declares what an import is called",
			pkg:   scoped("time", "time2"),
			build: func(f *goFile) { f.add("", jen.Var().Id("_").Add(f.std("time", "Time"))) },
			want:  "\nimport time3 \"time\"\n\nvar _ time3.Time\n",
		},
		{
			name: "a parameter is called as an import",
			pkg:  scoped(),
			build: func(f *goFile) {
				f.add("", jen.Func().Id("at").Params(jen.Id("time").Add(f.std("time", "Time"))).Block())
			},
			want: "\nimport time2 \"time\"\n\nfunc at(time time2.Time) {}\n",
		},
		{
			name: "a field may be called as an import",
			pkg:  scoped(),
			build: func(f *goFile) {
				f.add("", jen.Func().Id("at").Params(jen.Id("e").Id("E")).Add(f.std("time", "Time")).
					Block(jen.Return(jen.Id("e").Dot("time"))))
			},
			want: "\nimport \"time\"\n\nfunc at(e E) time.Time {\n\treturn e.time\n}\n",
		},
		{
			name:  "a package that is called as a predeclared type",
			pkg:   scoped(),
			build: func(f *goFile) { f.add("", jen.Var().Id("_").Add(f.qual("example.com/string", "string", "Set"))) },
			want:  "\nimport string2 \"example.com/string\"\n\nvar _ string2.Set\n",
		},
		{
			name: "what is referred to but not used is not imported",
			pkg:  scoped(),
			build: func(f *goFile) {
				f.std("time", "Time")
				f.add("", jen.Var().Id("_").Int())
			},
			want: "\nvar _ int\n",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := newGoFile(test.pkg)
			test.build(f)
			got, err := f.bytes()
			if err != nil {
				t.Fatal(err)
			}
			if want := header + "\n\npackage order\n" + test.want; string(got) != want {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

func TestLocalsAvoidThePackage(t *testing.T) {
	p := scoped("dst")
	p.Objects = append(p.Objects,
		schema.Object{Name: schema.Text{Value: "err"}, Kind: "import"},
		schema.Object{Recv: "Order", Name: schema.Text{Value: "e"}, Kind: "field"})
	f := newGoFile(p, "r")
	for want, name := range map[string]string{"dst2": "dst", "r2": "r", "err": "err", "e": "e"} {
		if got := f.locals().name(name); got != want {
			t.Errorf("name(%q) is %q, want %q", name, got, want)
		}
	}
}

func TestBadFiles(t *testing.T) {
	f := newGoFile(scoped())
	f.add("", jen.Id("this is").Lit("not Go"))
	if _, err := f.bytes(); err == nil || !strings.Contains(err.Error(), "bug in esgen") {
		t.Errorf("code that does not parse: %v", err)
	}

	f = newGoFile(scoped("len"))
	f.add("", jen.Var().Id("_").Op("=").Len(jen.Lit("x")))
	_, err := f.bytes()
	if _, ok := errors.AsType[*shadowError](err); !ok {
		t.Errorf("a package that redeclares len: %v", err)
	}

	f = newGoFile(scoped())
	f.qual("example.com/a", "a", "X")
	f.qual("example.com/a", "b", "X")
	if _, err := f.bytes(); err == nil {
		t.Error("a package of two names is accepted")
	}

	f = newGoFile(scoped())
	f.typ(&schema.Unsupported{Spelling: "chan int", Reason: "a channel has no JSON form"})
	if _, err := f.bytes(); err == nil || !strings.Contains(err.Error(), "chan int") {
		t.Errorf("an unsupported type: %v", err)
	}
}
