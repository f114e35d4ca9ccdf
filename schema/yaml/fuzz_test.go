package yaml

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// seed adds all goldens and what is known to be nasty.
func seed(f *testing.F) {
	for _, folder := range []string{"findings", "lowered"} {
		for _, g := range goldens(f, folder) {
			for _, src := range g.sources() {
				f.Add(src.text)
			}
		}
	}
	for _, text := range nasty(1 << 10) {
		f.Add([]byte(text))
	}
}

// FuzzLoad holds Load to what it promises of any file: no panic, either declarations
// that are Go or errors that have a place, and never both.
func FuzzLoad(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) > 64<<10 {
			return
		}
		sources := []*source{newSource("/a.yaml", text)}
		declared, found := load("/", "example.com/app", sources)
		if declared == nil {
			checkFindings(t, found, sources)
			return
		}
		if len(found) > 0 {
			t.Errorf("declarations in spite of %v", found)
		}
		checkLowered(t, declared, sources)
	})
}

// nasty are files of about so many bytes on which a reader could spend more than they
// are worth.
func nasty(size int) map[string]string {
	const head = "esgen: 1\npackage: app\n"
	fill := func(piece string) string { return strings.Repeat(piece, size/len(piece)) }
	lines := func(format string) string {
		var b strings.Builder
		for i := 0; b.Len() < size; i++ {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	deepType := head + "types: {A: {fields: {a: \"" + fill("[]") + "int\"}}}\n"
	indented := func() string {
		var b strings.Builder
		for i := 0; b.Len() < size; i++ {
			b.WriteString(strings.Repeat(" ", i) + "a:\n")
		}
		return b.String()
	}
	laughs := head + "types:\n  A: &a0 {x: x}\n"
	for i := 0; len(laughs) < size; i++ {
		laughs += fmt.Sprintf("  A%d: &a%d [%s]\n", i, i+1, strings.Repeat(fmt.Sprintf("*a%d,", i), 9))
	}
	return map[string]string{
		"brackets":        head + "types: " + fill("["),
		"closed":          head + "types: " + strings.Repeat("[", size/2) + strings.Repeat("]", size/2),
		"braces":          head + "types: " + fill("{a: "),
		"dashes":          fill("- "),
		"questions":       fill("? "),
		"colons":          fill(": "),
		"tabs":            fill("\t"),
		"spaces":          head + fill(" ") + "x",
		"comments":        head + fill("#\n") + "types: {}\n",
		"comments within": head + "types:\n" + fill("  # a\n") + "  A: {is: string}\n",
		"blank lines":     head + fill("\n") + "types: {}\n",
		"indented":        indented(),
		"keys":            head + "types:\n" + lines("  T%d: {is: string}\n"),
		"unknown keys":    head + lines("k%d: 1\n"),
		"unknown types":   head + "types:\n" + lines("  T%d: {is: \"[]U\"}\n"),
		"fields":          head + "types:\n  A:\n    fields:\n" + lines("      f%d: int\n"),
		"collisions":      head + "types:\n  A:\n    fields:\n" + lines("      ? \"a%d\"\n      : int\n"),
		"structs":         head + "types:\n" + lines("  T%[1]d: {fields: {a: T0, b: T%[1]d}}\n"),
		"chain":           head + "types:\n" + lines("  T%d: {fields: {n: T, a: int}}\n"),
		"anchors":         head + lines("k%[1]d: &a%[1]d x\n"),
		"laughs":          laughs,
		"aliases":         head + "types:\n  A: &a {fields: {a: int, b: int, c: int}}\n" + lines("  T%d: *a\n"),
		"endless alias":   head + "types: &a {" + strings.Repeat("a: *a, ", size/7) + "}\n",
		"deep type":       deepType,
		"long scalar":     head + "doc: " + fill("x") + "\n",
		"long key":        head + fill("x") + ": 1\n",
		"quotes":          head + "doc: \"" + fill(`\u0041`) + "\"\n",
		"open quote":      head + "doc: \"" + fill("x\n "),
		"folded":          head + "doc: >\n" + fill("  x\n"),
		"literal":         head + "doc: |\n" + fill("  x\n"),
		"directives":      fill("%YAML 1.1\n"),
		"tag directives":  lines("%%TAG !a%d! b\n") + "--- {}\n",
		"documents":       fill("---\n"),
		"tags":            head + "types: " + fill("!a "),
		"anchors only":    head + "types: " + fill("&a "),
		"pattern":         head + "types: {A: {is: string, pattern: \"" + fill("(a*)*") + "\"}}\n",
		"deep pattern":    head + "types: {A: {is: string, pattern: \"" + fill("(") + "\"}}\n",
		"repeat":          head + "types: {A: {is: string, pattern: \"((((a{30}){30}){30}){30}){30}\"}}\n",
		"enum":            head + "types: {A: {enum: [" + lines("v%d, ") + "]}}\n",
		"one of":          head + "types: {A: {is: string, one_of: [" + lines("v%d, ") + "]}}\n",
		"bad lines":       head + fill("a: b: c\n"),
		"bad in braces":   head + "types: {\n" + fill("a: ?b,\n") + "}\n",
		"bytes":           fill("\xff\xfe\x00"),
		"merge":           head + fill("<<: {}\n"),
		"numbers":         head + "types: {A: {is: float64, min: " + fill("9") + "}}\n",
		"exponent":        head + "types: {A: {is: float64, min: 1e" + fill("9") + "}}\n",
		"children": head + "aggregates:\n  A:\n    id: a\n    state: {a: int}\n    children: " +
			strings.Repeat("{C: {state: {a: int}, children: ", size/64) + "{}" + strings.Repeat("}}", size/64) + "\n",
	}
}

// However a file of 64 KB is made, reading it takes no more than 256 MB.
func TestNasty(t *testing.T) {
	for name, text := range nasty(64 << 10) {
		t.Run(name, func(t *testing.T) {
			sources := []*source{newSource("/a.yaml", []byte(text))}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			declared, found := load("/", "example.com/app", sources)
			runtime.ReadMemStats(&after)
			// All that is allocated, kept or not, is more than what is ever in use.
			if used := after.TotalAlloc - before.TotalAlloc; used > 256<<20 {
				t.Errorf("%d MB are allocated", used>>20)
			}
			if declared == nil {
				checkFindings(t, found, sources)
				return
			}
			checkLowered(t, declared, sources)
		})
	}
}
