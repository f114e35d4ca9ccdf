package schema_test

import (
	"bytes"
	"flag"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/esgen/esgen/schema"
)

var update = flag.Bool("update", false, "rewrite what the golden files want")

func goldenFiles(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "rules", "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	return files
}

// TestRules holds every rule to the very text that its findings are printed as.
func TestRules(t *testing.T) {
	for _, file := range goldenFiles(t) {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			m, s := readSources(t, a)
			got := render(t, schema.Check(m), s)
			i := slices.IndexFunc(a.Files, func(f txtar.File) bool { return f.Name == "want" })
			if *update {
				if i < 0 {
					a.Files = append(a.Files, txtar.File{Name: "want"})
					i = len(a.Files) - 1
				}
				a.Files[i].Data = []byte(got)
				if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if i < 0 {
				t.Fatal("no want in the archive: run the test with -update, and read what it wrote")
			}
			if diff := cmp.Diff(string(a.Files[i].Data), got); diff != "" {
				t.Errorf("findings differ (-want +got):\n%s", diff)
			}
		})
	}
}

func render(t *testing.T, d schema.Diagnostics, s *sources) string {
	t.Helper()
	var b bytes.Buffer
	if err := schema.Print(&b, schema.FormatText, d, schema.PrintOptions{Base: sourceRoot, Source: s.source}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestEveryFindingHelps looks at all findings of the golden files: each has its
// place, a message in the common style, and says what to do.
func TestEveryFindingHelps(t *testing.T) {
	seen := map[schema.Code]bool{}
	known := map[schema.Code]bool{}
	for _, info := range schema.Codes() {
		known[info.Code] = true
	}
	for _, file := range goldenFiles(t) {
		a, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		m, s := readSources(t, a)
		for _, d := range schema.Check(m) {
			seen[d.Code] = true
			if !known[d.Code] {
				t.Errorf("%s: %s is in no table", file, d.Code)
			}
			if d.Span.Line == 0 || d.Span.Width < 1 {
				t.Errorf("%s: %q has no place", file, d.Message)
			}
			if d.Help == "" {
				t.Errorf("%s: %q does not say what to do", file, d.Message)
			}
			for _, text := range append([]string{d.Message, d.Help}, noteTexts(d)...) {
				if strings.HasSuffix(text, ".") && !strings.HasSuffix(text, "/...") || strings.Contains(text, "\n") || strings.Contains(text, "  ") || strings.Contains(text, "%!") {
					t.Errorf("%s: %q is not one line without a full stop", file, text)
				}
			}
			for _, n := range d.Notes {
				if _, err := s.source(n.Span.File); err != nil {
					t.Errorf("%s: the note %q leads nowhere", file, n.Message)
				}
			}
		}
	}
	for code := range known {
		if !seen[code] {
			t.Errorf("no golden file shows %s", code)
		}
	}
}

func noteTexts(d schema.Diagnostic) []string {
	var texts []string
	for _, n := range d.Notes {
		texts = append(texts, n.Message)
	}
	return texts
}

// TestGoldenNames keeps the corpus findable: a file is called after the code that it
// is about, and shows it.
func TestGoldenNames(t *testing.T) {
	name := regexp.MustCompile(`^(ES\d{4}|clean)_[a-z_]+\.txtar$`)
	for _, file := range goldenFiles(t) {
		match := name.FindStringSubmatch(filepath.Base(file))
		if match == nil {
			t.Errorf("%s: want CODE_what_it_shows.txtar", file)
			continue
		}
		a, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if len(bytes.TrimSpace(a.Comment)) == 0 {
			t.Errorf("%s: does not say what it shows", file)
		}
		want := string(a.Files[len(a.Files)-1].Data)
		if clean := match[1] == "clean"; clean != (want == "") || !clean && !strings.Contains(want, "["+match[1]+"]") {
			t.Errorf("%s: the findings are not those that the name promises", file)
		}
	}
}

// TestOrderDoesNotMatter shuffles all lists whose order a front end might get wrong.
func TestOrderDoesNotMatter(t *testing.T) {
	for _, file := range goldenFiles(t) {
		a, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		m, s := readSources(t, a)
		want := render(t, schema.Check(m), s)
		for seed := range uint64(4) {
			m, s := readSources(t, a)
			shuffle(m, rand.New(rand.NewPCG(seed, 1)))
			if diff := cmp.Diff(want, render(t, schema.Check(m), s)); diff != "" {
				t.Fatalf("%s: another order gives other findings:\n%s", file, diff)
			}
			if diff := cmp.Diff(want, render(t, schema.Check(m), s)); diff != "" {
				t.Fatalf("%s: a second check of a module gives other findings:\n%s", file, diff)
			}
		}
	}
}

func shuffle(m *schema.Module, r *rand.Rand) {
	mix := func(n int, swap func(i, j int)) { r.Shuffle(n, swap) }
	mix(len(m.Packages), func(i, j int) { m.Packages[i], m.Packages[j] = m.Packages[j], m.Packages[i] })
	for _, p := range m.Packages {
		mix(len(p.Aggregates), func(i, j int) { p.Aggregates[i], p.Aggregates[j] = p.Aggregates[j], p.Aggregates[i] })
		mix(len(p.Events), func(i, j int) { p.Events[i], p.Events[j] = p.Events[j], p.Events[i] })
		mix(len(p.Children), func(i, j int) { p.Children[i], p.Children[j] = p.Children[j], p.Children[i] })
		mix(len(p.Commands), func(i, j int) { p.Commands[i], p.Commands[j] = p.Commands[j], p.Commands[i] })
		mix(len(p.Decisions), func(i, j int) { p.Decisions[i], p.Decisions[j] = p.Decisions[j], p.Decisions[i] })
		for _, m := range p.Decisions {
			mix(len(m.Applies), func(i, j int) { m.Applies[i], m.Applies[j] = m.Applies[j], m.Applies[i] })
		}
		mix(len(p.Objects), func(i, j int) { p.Objects[i], p.Objects[j] = p.Objects[j], p.Objects[i] })
		for _, a := range p.Aggregates {
			mix(len(a.Applies), func(i, j int) { a.Applies[i], a.Applies[j] = a.Applies[j], a.Applies[i] })
			mix(len(a.Handlers), func(i, j int) { a.Handlers[i], a.Handlers[j] = a.Handlers[j], a.Handlers[i] })
		}
		for _, c := range p.Children {
			mix(len(c.Applies), func(i, j int) { c.Applies[i], c.Applies[j] = c.Applies[j], c.Applies[i] })
		}
		if p.Registry != nil {
			q := p.Registry.Packages
			mix(len(q), func(i, j int) { q[i], q[j] = q[j], q[i] })
		}
	}
}
