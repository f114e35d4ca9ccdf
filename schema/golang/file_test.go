package golang

import (
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/esgen/esgen/schema"
)

// FuzzFile reads whole files: whatever stands in one, nothing panics, and what is
// found stands within it. The type checker's own findings are Go's business.
func FuzzFile(f *testing.F) {
	archives, err := filepath.Glob("testdata/load/*.txtar")
	if err != nil || len(archives) == 0 {
		f.Fatal("no seeds", err)
	}
	for _, path := range archives {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range archive.Files {
			if strings.HasSuffix(file.Name, ".go") {
				f.Add(string(file.Data))
			}
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		l := newLoader(Config{})
		s := &source{
			listed:   &listed{Name: "a", ImportPath: "example.com/a", Dir: "/a"},
			generate: true,
			files:    []*file{{name: "a.go", path: "/a/a.go", text: []byte(text)}},
		}
		s.parse(l.fset)
		s.mark(l.fset)
		l.sources = []*source{s}
		module := &schema.Module{}
		deps := &dependencies{direct: map[string]bool{}}
		pruners, err := l.pruned(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := l.model(t.Context(), module, pruners, deps, nil); err != nil {
			t.Fatal(err)
		}
		var spans []schema.Span
		for _, d := range l.list {
			if d.Code != codeType {
				spans = append(spans, d.Span)
			}
			if d.Message == "" {
				t.Errorf("%s says nothing", d.Code)
			}
		}
		for _, p := range module.Packages {
			for _, o := range p.Objects {
				spans = append(spans, o.Name.Span)
			}
			for _, a := range p.Aggregates {
				spans = append(spans, a.GoName.Span, a.Name.Span)
				spans = append(spans, fieldSpans(a.Fields)...)
				for _, h := range a.Handlers {
					spans = append(spans, h.Method.Span)
				}
				if a.Snapshot != nil {
					spans = append(spans, a.Snapshot.Directive.Span)
				}
				if a.Table != nil {
					spans = append(spans, a.Table.Directive.Span, a.Table.Name.Span)
				}
			}
			for _, cmd := range p.Commands {
				spans = append(spans, cmd.GoName.Span, cmd.Directive.Span)
				if s, ok := cmd.Type.(*schema.Struct); ok {
					spans = append(spans, fieldSpans(s.Fields)...)
				}
			}
			for _, m := range p.Decisions {
				spans = append(spans, m.GoName.Span)
				spans = append(spans, fieldSpans(m.Fields)...)
				for _, a := range m.Applies {
					spans = append(spans, a.Method.Span)
				}
			}
			for _, e := range p.Events {
				spans = append(spans, e.GoName.Span)
				if s, ok := e.Type.(*schema.Struct); ok {
					spans = append(spans, fieldSpans(s.Fields)...)
				}
			}
		}
		spansWithin(t, text, spans)
	})
}

func fieldSpans(fields []*schema.Field) []schema.Span {
	var spans []schema.Span
	for _, f := range fields {
		if f.Name.Span.Line > 0 {
			spans = append(spans, f.Name.Span, f.TypeSpan)
			for _, t := range []*schema.Text{f.ID, f.Child, f.NoSnapshot} {
				if t != nil {
					spans = append(spans, t.Span)
				}
			}
			for _, t := range f.Tags {
				spans = append(spans, t.Span)
			}
			if f.Column != nil {
				spans = append(spans, f.Column.Tag.Span)
			}
			if f.Validate.Value != "" {
				spans = append(spans, f.Validate.Span)
			}
		}
	}
	return spans
}
