package yaml

import (
	"bytes"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/esgen/esgen/schema"
)

var update = flag.Bool("update", false, "rewrite the goldens and the JSON Schema")

// golden is one file of testdata: schema files, and what they are expected to give.
type golden struct {
	path    string
	archive *txtar.Archive
}

func goldens(t testing.TB, folder string) []golden {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", folder, "*.txtar"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no goldens in %s: %v", folder, err)
	}
	var list []golden
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, golden{path, archive})
	}
	return list
}

func (g golden) name() string { return strings.TrimSuffix(filepath.Base(g.path), ".txtar") }

// sources are the schema files. What cannot stand in a text file is written \x00 or
// \r, in files that end in .esc.yaml.
func (g golden) sources() []*source {
	var list []*source
	for _, f := range g.archive.Files {
		if filepath.Ext(f.Name) != ".yaml" {
			continue
		}
		text := f.Data
		if strings.HasSuffix(f.Name, ".esc.yaml") {
			text = []byte(unescape.Replace(string(text)))
		}
		list = append(list, newSource("/"+f.Name, text))
	}
	return list
}

var unescape = strings.NewReplacer(`\r`, "\r", `\x00`, "\x00", `\xff`, "\xff", `\ufeff`, "\ufeff", `\u2028`, "\u2028", `\t`, "\t")

// compare holds a section of the golden against what came out.
func (g golden) compare(t *testing.T, section, got string) {
	t.Helper()
	i := slices.IndexFunc(g.archive.Files, func(f txtar.File) bool { return f.Name == section })
	if *update {
		if i < 0 {
			g.archive.Files = append(g.archive.Files, txtar.File{Name: section})
			i = len(g.archive.Files) - 1
		}
		g.archive.Files[i].Data = []byte(got)
		if err := os.WriteFile(g.path, txtar.Format(g.archive), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	if i < 0 {
		t.Fatalf("%s has no section %s; run with -update", g.path, section)
	}
	if diff := cmp.Diff(string(g.archive.Files[i].Data), got); diff != "" {
		t.Errorf("%s differs (-want +got), run with -update to accept it:\n%s", g.path, diff)
	}
}

// printed are findings as a person sees them.
func printed(t testing.TB, found schema.Diagnostics, sources []*source) string {
	t.Helper()
	var b bytes.Buffer
	err := schema.Print(&b, schema.FormatText, found, schema.PrintOptions{
		Base: "/", Limit: -1,
		Source: func(file string) ([]byte, error) {
			for _, src := range sources {
				if src.name == file {
					return src.text, nil
				}
			}
			return nil, os.ErrNotExist
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	// The last line says how to learn more, which is for terminals.
	text, _, _ := strings.Cut(b.String(), "; for more, run")
	return strings.TrimRight(text, "\n") + "\n"
}

// Each kind of error, where it is said to be and what is said about it.
func TestFindings(t *testing.T) {
	for _, g := range goldens(t, "findings") {
		t.Run(g.name(), func(t *testing.T) {
			sources := g.sources()
			declared, found := load("/", "example.com/app", sources)
			if declared != nil {
				t.Fatalf("no error is found; lowered to\n%s", declared.Source)
			}
			checkFindings(t, found, sources)
			g.compare(t, "want", printed(t, found, sources))
		})
	}
}

// checkFindings holds findings to what is promised of all of them.
func checkFindings(t testing.TB, found schema.Diagnostics, sources []*source) {
	t.Helper()
	if !found.HasErrors() {
		t.Error("there is no error")
	}
	for _, d := range found {
		spans := []schema.Span{d.Span}
		for _, n := range d.Notes {
			spans = append(spans, n.Span)
		}
		for _, span := range spans {
			i := slices.IndexFunc(sources, func(s *source) bool { return s.name == span.File })
			if i < 0 || span.Line < 1 || span.Line > len(sources[i].lines) || span.Column < 1 || span.Width < 1 {
				t.Errorf("%s: no place in a file: %+v", d.Message, span)
				continue
			}
			if line := sources[i].line(span.Line - 1); span.Column-1 > len(line) || span.Column-1+span.Width > max(len(line), span.Column) {
				t.Errorf("%s: %+v is beyond its line %q", d.Message, span, line)
			}
		}
		if strings.Contains(d.Message, "\n") || strings.Contains(d.Help, "\n") {
			t.Errorf("a message of several lines: %q, %q", d.Message, d.Help)
		}
	}
}

// What is right, as the Go that it is lowered to, and where each piece of that comes from.
func TestLowered(t *testing.T) {
	for _, g := range goldens(t, "lowered") {
		t.Run(g.name(), func(t *testing.T) {
			sources := g.sources()
			declared, found := load("/", "example.com/app", sources)
			if declared == nil {
				t.Fatal(printed(t, found, sources))
			}
			checkLowered(t, declared, sources)
			g.compare(t, "want", string(declared.Source))
			if slices.ContainsFunc(g.archive.Files, func(f txtar.File) bool { return f.Name == "places" }) {
				g.compare(t, "places", places(declared, sources))
			}
		})
	}
}

// checkLowered holds declarations to what is promised of all of them.
func checkLowered(t testing.TB, declared *schema.Declared, sources []*source) {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "", declared.Source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatalf("what is lowered is no Go: %v\n%s", err, declared.Source)
	}
	if file.Name.Name != declared.Package {
		t.Errorf("package %s, want %s", file.Name.Name, declared.Package)
	}
	// Nothing got out of its place: there are just the declared types, no other.
	var types, want []string
	for _, decl := range file.Decls {
		gen, ok := decl.(*ast.GenDecl)
		if !ok || gen.Tok != token.TYPE {
			continue
		}
		for _, spec := range gen.Specs {
			spec := spec.(*ast.TypeSpec)
			types = append(types, spec.Name.Name)
			place := declared.At(fset.Position(spec.Name.Pos()).Offset)
			if i := slices.IndexFunc(sources, func(s *source) bool { return s.name == place.File }); i < 0 || spanText(sources[i], place) != spec.Name.Name {
				t.Errorf("type %s stands for %+v", spec.Name.Name, place)
			}
		}
	}
	for _, d := range declared.Declarations {
		want = append(want, d.Name.Value)
	}
	if diff := cmp.Diff(want, types); diff != "" {
		t.Errorf("declared (-) and lowered (+) types:\n%s\n%s", diff, declared.Source)
	}
	for offset := range len(declared.Source) + 1 {
		if span := declared.At(offset); span.Line < 1 || span.File == "" {
			t.Fatalf("offset %d has no place", offset)
		}
	}
}

func spanText(src *source, span schema.Span) string {
	line := src.line(span.Line - 1)
	return string(line[span.Column-1 : min(len(line), span.Column-1+span.Width)])
}

// places lists what the pieces of a lowered source stand for.
func places(declared *schema.Declared, sources []*source) string {
	var b strings.Builder
	start := 0
	for offset := 1; offset <= len(declared.Source); offset++ {
		if offset < len(declared.Source) && declared.At(offset) == declared.At(start) {
			continue
		}
		span := declared.At(start)
		i := slices.IndexFunc(sources, func(s *source) bool { return s.name == span.File })
		fmt.Fprintf(&b, "%-34q %d:%d %s\n", declared.Source[start:offset], span.Line, span.Column, spanText(sources[i], span))
		start = offset
	}
	return b.String()
}
