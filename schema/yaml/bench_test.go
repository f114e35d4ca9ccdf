package yaml

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// large is a package of aggregates with so many events each, written as people write.
func large(aggregates, events int) string {
	var b strings.Builder
	b.WriteString("esgen: 1\npackage: large\n\ntypes:\n")
	b.WriteString("  ID: {is: uuid}\n  Name: {is: string, min_length: 3, max_length: 80}\n  Channel: {enum: [web, phone, desk]}\n")
	b.WriteString("  Period: {fields: {from: time, to: time}}\n\naggregates:\n")
	for i := range aggregates {
		fmt.Fprintf(&b, "  Thing%d:\n    doc: A Thing%[1]d is one of many.\n    id: thingId\n", i)
		b.WriteString("    state:\n      thingId: ID\n      count: int\n      name: Name\n    events:\n")
		for j := range events {
			fmt.Fprintf(&b, `      # What happened.
      Thing%dChanged%d:
        doc: Something happened to it.
        name: thing%[1]d.changed%[2]d
        fields:
          thingId: ID
          name: {type: Name, doc: Its name.}
          count: int
          channel: Channel
          period: {type: "?Period", optional: true}
          notes: "[]string"
        sets: [name, count]
`, i, j)
		}
		fmt.Fprintf(&b, "    commands:\n      ChangeThing%d:\n        fields: {thingId: ID, name: Name, count: {type: int, min: 1}}\n", i)
	}
	return b.String()
}

// A schema of 100 aggregates and 1,000 events is read, checked and lowered.
func BenchmarkLoad(b *testing.B) {
	dir := b.TempDir()
	text := large(100, 10)
	write(b, dir, map[string]string{"go.mod": "module example.com/large\n", "large.yaml": text})
	files := []string{filepath.Join(dir, "large.yaml")}
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		declared, found, err := Load(b.Context(), dir, files)
		if err != nil || len(found) > 0 || len(declared.Declarations) != 4+100*12 {
			b.Fatal(found, err)
		}
	}
}

// The same schema is formatted.
func BenchmarkFormat(b *testing.B) {
	text := []byte(large(100, 10))
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, found := Format("large.yaml", text); len(found) > 0 {
			b.Fatal(found)
		}
	}
}
