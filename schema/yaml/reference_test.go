package yaml

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
)

// The reference page is made of the table that drives the checks, so that it cannot go
// stale.
func TestReference(t *testing.T) {
	const path = "LANGUAGE.md"
	got := reference(Language())
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

// The example at the top of the page is a schema file, and in the form of esgen fmt.
func TestReferenceExample(t *testing.T) {
	_, rest, _ := strings.Cut(referenceHead, "¦¦¦yaml\n")
	example, _, _ := strings.Cut(rest, "¦¦¦")
	file := filepath.Join(t.TempDir(), "shop.yaml")
	if err := os.WriteFile(file, []byte(example), 0o666); err != nil {
		t.Fatal(err)
	}
	_, found, err := Load(t.Context(), filepath.Dir(file), []string{file})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range found {
		t.Errorf("line %d: %s", d.Span.Line, d.Message)
	}
	if formatted, _ := Format(file, []byte(example)); string(formatted) != example {
		t.Error(cmp.Diff(example, string(formatted)))
	}
}

const referenceHead = `# Schema files

<!-- Made by "go test ./schema/yaml -run TestReference -update" of the table in language.go: edit that. -->

A schema file is YAML whose first key is ¦esgen¦. It declares what the aggregates of a Go package remember, what can
happen to them and what they are asked; what they decide is written in Go, beside the file. A folder can have several
schema files and annotated Go, which make one package together.

¦¦¦yaml
esgen: 1
package: shop

types:
  Name: {is: string, min_length: 1, max_length: 80}
  Channel: {enum: [web, phone]}

aggregates:
  Order:
    id: orderId
    table: orders
    state:
      orderId: uuid
      customer: {type: Name, column: {index: true}}
      lines: "[]?Line"
    children:
      Line:
        id: lineId
        state: {lineId: int, sku: string}
    events:
      Placed:
        fields: {orderId: uuid, customer: Name, channel: Channel}
        sets: [orderId, customer]
      LineAdded: {fields: {lineId: int, sku: string}}
      Viewed: {suppress: true}
    commands:
      Place:
        creates: true
        fields: {orderId: uuid, customer: Name, channel: Channel}
      AddLine: {fields: {orderId: uuid, sku: {type: string, min_length: 1}}}
¦¦¦

An event that sets state fields needs no more; another one has an apply method in Go, ¦func (o *Order)
applyLineAdded(e LineAdded)¦, or is suppressed. A command has a handler, ¦func (o *Order) handlePlace(c Place) error¦.

A type is one of ¦string¦, ¦bool¦, ¦int¦, ¦int8¦ to ¦int64¦, ¦uint¦ to ¦uint64¦, ¦float32¦, ¦float64¦, ¦bytes¦,
¦uuid¦, ¦time¦, ¦duration¦ and ¦any¦, which is raw JSON; a name that stands under ¦types¦; ¦[]T¦, ¦map[K]T¦, or ¦?T¦,
which may be null. YAML wants ¦"[]T"¦ in quotes, and within braces ¦"?T"¦ and ¦"map[K]T"¦ too.

What is marked with an asterisk cannot be left out. Whatever esgen does not know, or finds in the wrong place, is an
error with a suggestion. ¦esgen help yaml¦ shows the keys in a terminal, ¦esgen schema¦ prints a JSON Schema for editors,
¦esgen fmt¦ brings files into one form, ¦esgen explain¦ lists all errors.
`

// reference renders the language as Markdown.
func reference(language []Mapping) string {
	var b strings.Builder
	b.WriteString(strings.ReplaceAll(referenceHead, "¦", "`"))
	for _, m := range language {
		fmt.Fprintf(&b, "\n## %s\n\n", capital(m.What))
		if m.Doc != capital(m.What)+"." {
			fmt.Fprintln(&b, marked(m.Doc))
		}
		if len(m.OneOf) > 0 {
			fmt.Fprintf(&b, "It has one of %s.\n", strings.Join(codes(m.OneOf), ", "))
		}
		b.WriteByte('\n')
		for _, k := range m.Keys {
			star := ""
			if k.Required {
				star = "\\*"
			}
			fmt.Fprintf(&b, "- `%s`%s: %s\n", k.Example, star, marked(k.Doc))
		}
	}
	return b.String()
}

func codes(names []string) []string {
	var list []string
	for _, name := range names {
		list = append(list, "`"+name+"`")
	}
	return list
}

func capital(s string) string {
	return string(unicode.ToUpper(rune(s[0]))) + s[1:]
}

var spelling = regexp.MustCompile(`-?\{id\}|[a-z]+<[A-Z][a-z]+>|\[\]\??[A-Z]\w*|map\[\w+\]\??[A-Z]\w*|\?[A-Z]\w*`)

// marked sets what is code in a sentence as code.
func marked(text string) string {
	return spelling.ReplaceAllStringFunc(text, func(s string) string { return "`" + s + "`" })
}
