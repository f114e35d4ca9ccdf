package golang

import (
	"fmt"
	"go/format"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/esgen/esgen/schema"
)

// The reference page is made of the table that drives the parser, so that it cannot
// go stale.
func TestReference(t *testing.T) {
	const path = "DIRECTIVES.md"
	got := reference(Directives())
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s is stale, -update makes it anew (-want +got):\n%s", path, diff)
	}
}

const referenceHead = `# Directives and tags

<!-- Made by "go test ./schema/golang -run TestReference -update" of the table in table.go: edit that. -->

A directive is a line of its own in the doc comment of a declaration: ¦//es:¦, its name, and words, some of them
¦KEY=VALUE¦. There is no space after the slashes, and no empty line between the comment and the declaration. The order
of words and of directives does not matter. A word with spaces in it is quoted as a whole: ¦"key=some value"¦.

A tag is the key ¦es¦ of a struct field's tag: ¦¦ id uuid.UUID ¦es:"id"¦ ¦¦.

In square brackets stands what may be left out. Whatever esgen does not know, or finds in the wrong place, is an error
with a suggestion. ¦esgen help directives¦ shows this page in a terminal, ¦esgen explain¦ lists all errors.
`

// reference renders a table of directives and tags as Markdown.
func reference(table []Directive) string {
	var b strings.Builder
	b.WriteString(strings.ReplaceAll(referenceHead, "¦", "`"))
	section := func(title string, tag bool) {
		fmt.Fprintf(&b, "\n## %s\n", title)
		for _, d := range table {
			if d.Tag == tag {
				b.WriteString(d.section())
			}
		}
	}
	section("Directives", false)
	section("Tags", true)
	return b.String()
}

func (d Directive) section() string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n### %s\n\n%s %s\n", code(d.Usage()), places(d.Targets), marked(d.Doc))
	if len(d.Keys) > 0 {
		b.WriteByte('\n')
	}
	for _, k := range d.Keys {
		fmt.Fprintf(&b, "- %s: %s\n", code(k.Name+"="+k.Value), marked(k.Doc))
	}
	if d.Example != "" {
		fmt.Fprintf(&b, "\n```go\n%s```\n", d.Example)
	}
	return b.String()
}

// places says where a directive or a tag stands: "On a field of an aggregate or a child."
func places(targets []Target) string {
	words := make([]string, len(targets))
	for i, t := range targets {
		words[i] = string(t)
		if i > 0 {
			words[i] = strings.TrimPrefix(words[i], "field of ")
		}
	}
	last := len(words) - 1
	if last == 0 {
		return "On a " + words[0] + "."
	}
	return "On a " + strings.Join(words[:last], ", ") + " or " + words[last] + "."
}

// code sets a text as code.
func code(text string) string { return "`" + text + "`" }

var spelling = regexp.MustCompile(`es\.[A-Z][a-z]+|es:"[a-z]+"|[a-z]+<[A-Z][a-z]+>|-?\{id\}|\b[A-Z]{4,}\b`)

// marked sets what is code in a sentence as code.
func marked(text string) string { return spelling.ReplaceAllStringFunc(text, code) }

// Each directive has an example, which is Go and holds it, and in
// which nothing is wrong.
func TestReferenceExamples(t *testing.T) {
	for _, d := range Directives() {
		if d.Tag && d.Name == "decode" {
			continue // see encode
		}
		use := prefix + d.Name
		if d.Tag {
			use = `es:"` + d.Name
		}
		if !strings.Contains(d.Example, use) && !(d.Tag && strings.Contains(d.Example, `es:"column,`+d.Name)) {
			t.Errorf("the example of %s does not show it", d.Usage())
		}
		source := d.Example
		if !strings.Contains(source, "\npackage ") {
			source = "package p\n\n" + source
		}
		if formatted, err := format.Source([]byte(source)); err != nil || string(formatted) != source {
			t.Errorf("the example of %s is not formatted as Go: %v\n%s", d.Usage(), err, formatted)
		}
		for line := range strings.Lines(source) {
			var found findings
			if strings.HasPrefix(line, prefix) {
				parseDirective(strings.TrimSpace(line), schema.Span{}, &found)
			} else if i := strings.IndexByte(line, '`'); i >= 0 {
				parseLiteral(strings.TrimSpace(line[i:]), schema.Span{}, &found)
			}
			for _, finding := range found.list {
				t.Errorf("the example of %s: %s", d.Usage(), finding.Message)
			}
		}
	}
}
