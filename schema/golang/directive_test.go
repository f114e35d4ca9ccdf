package golang

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"
	"testing"

	"github.com/esgen/esgen/schema"
)

// Go's own reader of directives must agree with ours on what the words are.
func TestWordsAreThoseOfGo(t *testing.T) {
	for _, line := range []string{
		"//es:apply A B C",
		"//es:apply \t A   B\u00a0C \u3000",
		`//es:registry "a b" ./... ` + "`c d`",
		`//es:registry "a\tb" "\u00fc"`,
		"//es:apply",
		"//es:apply ",
	} {
		var f findings
		d := parseDirective(line, schema.Span{File: "a.go", Line: 1, Column: 1}, &f)
		parsed, ok := ast.ParseDirective(token.Pos(1), line)
		if !ok || parsed.Name != d.Name {
			t.Fatalf("%q is no directive", line)
		}
		args, err := parsed.ParseArgs()
		if err != nil {
			t.Fatal(err)
		}
		if len(args) != len(d.args) {
			t.Fatalf("%q: %d words, want %d", line, len(d.args), len(args))
		}
		for i, arg := range args {
			if arg.Arg != d.args[i].Value || int(arg.Pos) != d.args[i].Span.Column {
				t.Errorf("%q: word %d is %q at %d, want %q at %d", line, i, d.args[i].Value, d.args[i].Span.Column, arg.Arg, arg.Pos)
			}
		}
	}
}

// spansWithin fails where something stands outside of the input.
func spansWithin(t *testing.T, input string, spans []schema.Span) {
	t.Helper()
	lines := strings.Split(input, "\n")
	for _, s := range spans {
		if s.Line < 1 || s.Line > len(lines) || s.Column < 1 || s.Width < 1 || s.Column-1+s.Width > max(len(lines[s.Line-1]), s.Column) {
			t.Errorf("%q: a span at %d:%d of width %d is outside", input, s.Line, s.Column, s.Width)
		}
	}
}

func findingSpans(f *findings) []schema.Span {
	var spans []schema.Span
	for _, d := range f.list {
		spans = append(spans, d.Span)
	}
	return spans
}

func FuzzDirective(f *testing.F) {
	for _, seed := range []string{
		"//es:aggregate order", "//es:aggregate", "//es:aggregate Order two", "//es:stream order-{id}", "//es:stream of=Order",
		"//es:event order.placed alias=a.b,c.d of=Order version=1", "//es:event alias=,,a", "//es:event a.b.", "//es:event = == a=b=c",
		`//es:event "order.placed" "alias=a"`, `//es:event "`, `//es:event "a"b`, "//es:event `", `//es:event "alias=\u00fc,\x00"`,
		"//es:value encode=String decode=f sample=g", "//es:value encode", "//es:apply A A", "//es:suppress all", "//es:",
		"//es: event", "//es:registry ./... \"", "//es:\u3000", "//es:event \xff\xfe", "//es:event alias=\u3000x", `//es:event "\"=="`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, line string) {
		line, _, _ = strings.Cut(line, "\n")
		if !strings.HasPrefix(line, prefix) {
			line = prefix + line
		}
		var found findings
		d := parseDirective(line, schema.Span{File: "a.go", Line: 1, Column: 1}, &found)
		spans := findingSpans(&found)
		if d != nil {
			spans = append(spans, d.line, d.name.Span)
			if len(d.args) < d.minArgs && len(found.list) == 0 {
				t.Errorf("%q lacks an argument, and nobody said so", line)
			}
			for _, arg := range d.args {
				spans = append(spans, arg.Span)
				if d.form.wrong(arg.Value) != "" {
					t.Errorf("%q: argument %q is not of its form", line, arg.Value)
				}
			}
			for _, kv := range d.keys {
				for _, value := range kv.values {
					spans = append(spans, value.Span)
					if kv.key.form.wrong(value.Value) != "" {
						t.Errorf("%q: value %q is not of its form", line, value.Value)
					}
				}
			}
		} else if len(found.list) == 0 {
			t.Errorf("%q was ignored", line)
		}
		spansWithin(t, line, spans)
	})
}

func FuzzTag(f *testing.F) {
	for _, seed := range []string{
		"`es:\"id\"`", "`es:\"id\" json:\"id,omitempty\"`", "`es:id`", "\"es:\\\"id\\\"\"", "\"json:\\\"\\u00fc,x\\\" es:\\\"chlid\\\"\"",
		"`es:\"encode=f,decode=g\"`", "`es:\"encode=f\"`", "`es:\"\\x41\"`", "`es:\"`", "`:\"\"`", "``", "`a:\"b\"es:\"x\"`", "`json:\"-,\"`",
		"`\nes:\"xx\"`", "`x:\"1\n2\" es:\"xx\"`", "`es:\",,,\"`", "`,es:\"id\"`", "\"", "`", "\"\\", "`es:\"id,id=,child\"`", "\"\\xff:\\\"\\\"\"",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, literal string) {
		var found findings
		tag := parseLiteral(literal, schema.Span{File: "a.go", Line: 1, Column: 1, Width: max(1, len(literal))}, &found)
		spans := findingSpans(&found)
		for _, text := range []*schema.Text{tag.id, tag.child, tag.encode, tag.decode} {
			if text != nil {
				spans = append(spans, text.Span)
			}
		}
		if (tag.encode == nil) != (tag.decode == nil) {
			t.Errorf("%q: encode without decode, or the other way round", literal)
		}
		for _, text := range slices.Concat([]schema.Text{tag.json.Name}, tag.json.Unknown) {
			if text.Value != "" {
				spans = append(spans, text.Span)
			}
		}
		spansWithin(t, literal, spans)
	})
}
