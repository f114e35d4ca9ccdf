package yaml

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

// Files before and after.
func TestFormat(t *testing.T) {
	for _, g := range goldens(t, "format") {
		t.Run(g.name(), func(t *testing.T) {
			text := g.sources()[0].text
			got, found := Format("/a.yaml", text)
			if len(found) > 0 {
				t.Fatal(printed(t, found, g.sources()))
			}
			checkFormat(t, text)
			// It is the formatter that has it right, not the guard behind it; but for the mark at
			// the end of a document, which it does not know.
			plain := bytes.ReplaceAll(bytes.TrimPrefix(text, []byte(bom)), []byte("\r\n"), []byte("\n"))
			if g.name() != "document" && !bytes.Equal(reformat(plain), got) {
				t.Errorf("what the formatter gives was given up:\n%s", reformat(plain))
			}
			g.compare(t, "want", string(got))
		})
	}
}

// checkFormat holds Format to its promises, for a text that can be parsed.
func checkFormat(t testing.TB, text []byte) {
	t.Helper()
	formatted, found := Format("/a.yaml", text)
	if len(found) > 0 {
		if formatted != nil {
			t.Errorf("a text in spite of %v", found)
		}
		return
	}
	again, found := Format("/a.yaml", formatted)
	if len(found) > 0 || !bytes.Equal(formatted, again) {
		t.Errorf("formatted twice (-once +twice), %v:\n%s\nof\n%s", found, cmp.Diff(string(formatted), string(again)), text)
	}
	var f findings
	before, after := parse(newSource("", text), &f), parse(newSource("", formatted), &f)
	if before == nil || after == nil || !sameNode(before, after) {
		t.Errorf("what is formatted means something else:\n%s\nof\n%s", formatted, text)
	}
	if a, b := comments(text), comments(formatted); !slices.Equal(a, b) {
		t.Errorf("comments, before (-) and after (+):\n%s", cmp.Diff(a, b))
	}
}

// comments are the lines that are nothing else, sorted.
func comments(text []byte) []string {
	var list []string
	for line := range strings.Lines(strings.ReplaceAll(strings.TrimPrefix(string(text), bom), "\r\n", "\n")) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "#") {
			list = append(list, line)
		}
	}
	slices.Sort(list)
	return list
}

// What is formatted lowers to the same Go.
func TestFormatKeepsMeaning(t *testing.T) {
	for _, g := range goldens(t, "lowered") {
		var formatted []*source
		for _, src := range g.sources() {
			text, found := Format(src.name, src.text)
			if len(found) > 0 {
				t.Fatal(found)
			}
			formatted = append(formatted, newSource(src.name, text))
		}
		declared, found := load("/", "example.com/app", formatted)
		if declared == nil {
			t.Fatal(printed(t, found, formatted))
		}
		i := slices.IndexFunc(g.archive.Files, func(f txtar.File) bool { return f.Name == "want" })
		if diff := cmp.Diff(string(g.archive.Files[i].Data), string(declared.Source)); diff != "" {
			t.Errorf("%s, formatted, gives something else:\n%s", g.path, diff)
		}
	}
}

// What cannot be read cannot be formatted.
func TestFormatFindings(t *testing.T) {
	for text, want := range map[string]string{
		"":                          "ES0505",
		"a: b\n":                    "ES0505",
		"- esgen: 1\n":              "ES0505",
		"esgen: 1\nesgen: 1\n":      "ES0517",
		"esgen: [\n":                "ES0501",
		"esgen: 1\n\tx: y\n":        "ES0502",
		"esgen: \xff\n":             "ES0503",
		"esgen: 1\n<<: {a: b}\n":    "ES0507",
		strings.Repeat("#", 9<<20):  "ES0504",
		"esgen: 1\n---\nesgen: 1\n": "ES0506",
	} {
		formatted, found := Format("/a.yaml", []byte(text))
		if formatted != nil || len(found) == 0 || string(found[0].Code) != want {
			t.Errorf("%.40q: %q, %v, want %s", text, formatted, found, want)
		}
	}
}

// FuzzFormat holds Format to its promises for any text, and the formatter itself to
// change nothing but what it may.
func FuzzFormat(f *testing.F) {
	seed(f)
	for _, g := range goldens(f, "format") {
		f.Add(g.sources()[0].text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) > 64<<10 {
			return
		}
		checkFormat(t, text)
	})
}
