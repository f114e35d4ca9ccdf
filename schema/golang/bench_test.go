package golang

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/esgen/esgen/schema"
)

// writeEvents writes a package of ten events and their aggregate.
func writeEvents(tb testing.TB, dir, name, extraImport, extraField string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "package %s\n\nimport (\n\t\"context\"\n\t\"errors\"\n\t\"fmt\"\n\t\"time\"\n\n\t\"github.com/esgen/esgen/runtime/es\"\n\t\"github.com/google/uuid\"\n", name)
	if extraImport != "" {
		fmt.Fprintf(&b, "\t%q\n", extraImport)
	}
	fmt.Fprintf(&b, ")\n\n//es:aggregate %s\ntype Order struct {\n\tes.Root\n\n\tid uuid.UUID `es:\"id\"`\n}\n", name)
	fmt.Fprint(&b, "\nfunc (o *Order) Do(ctx context.Context) error {\n\to.record(E0{})\n\treturn errors.New(fmt.Sprint(ctx))\n}\n")
	for i := range 10 {
		fmt.Fprintf(&b, "\nfunc (o *Order) applyE%d(e E%d) {}\n", i, i)
		fmt.Fprintf(&b, "\n//es:event %s.e%d\ntype E%d struct {\n\tID uuid.UUID `json:\"id\"`\n\tAt time.Time `json:\"at\"`\n\tLines []Line `json:\"lines\"`\n\tNote *string `json:\"note\"`\n%s}\n", name, i, i, extraField)
	}
	fmt.Fprint(&b, "\ntype Line struct {\n\tSKU string `json:\"sku\"`\n\tQuantity int `json:\"quantity\"`\n}\n")
	path := filepath.Join(dir, name, name+".go")
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		tb.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(b.String()), 0o666); err != nil {
		tb.Fatal(err)
	}
	return path
}

func benchModule(tb testing.TB) string {
	dir := tb.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte(goMod(tb, "example.com/app")), 0o666); err != nil {
		tb.Fatal(err)
	}
	return dir
}

// edit changes a file as somebody who saves it does.
func edit(tb testing.TB, path string) {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		tb.Fatal(err)
	}
	fmt.Fprintln(f, "// edited")
	if err := f.Close(); err != nil {
		tb.Fatal(err)
	}
}

func benchLoad(b *testing.B, dir string, events int, patterns ...string) {
	module, findings, err := Load(b.Context(), Config{Dir: dir}, patterns...)
	if err != nil || len(findings) > 0 {
		b.Fatal(findings, err)
	}
	found := 0
	for _, p := range module.Packages {
		found += len(p.Events)
	}
	if found != events {
		b.Fatalf("%d events, want %d", found, events)
	}
}

// BenchmarkLoad measures a package of ten events that was edited right before.
// GoList is the floor: what `go list` takes for the same package.
func BenchmarkLoad(b *testing.B) {
	b.Run("GoList", func(b *testing.B) {
		dir := benchModule(b)
		path := writeEvents(b, dir, "order", "", "")
		for b.Loop() {
			edit(b, path)
			cmd := exec.Command("go", "list", ".")
			cmd.Dir = filepath.Dir(path)
			if out, err := cmd.CombinedOutput(); err != nil {
				b.Fatal(err, string(out))
			}
		}
	})
	b.Run("Edited", func(b *testing.B) {
		dir := benchModule(b)
		path := writeEvents(b, dir, "order", "", "")
		for b.Loop() {
			edit(b, path)
			benchLoad(b, filepath.Dir(path), 10, ".")
		}
	})
	b.Run("EditedWithOtherImports", func(b *testing.B) {
		dir := benchModule(b)
		path := writeEvents(b, dir, "order", "net/netip", "\tAddr netip.Addr\n")
		for b.Loop() {
			edit(b, path)
			benchLoad(b, filepath.Dir(path), 10, ".")
		}
	})
	b.Run("HundredPackages", func(b *testing.B) {
		dir := benchModule(b)
		for i := range 100 {
			writeEvents(b, dir, fmt.Sprintf("order%d", i), "", "")
		}
		for b.Loop() {
			benchLoad(b, dir, 1000, "./...")
		}
	})
	b.Run("HundredPackagesWithOtherImports", func(b *testing.B) {
		dir := benchModule(b)
		for i := range 100 {
			writeEvents(b, dir, fmt.Sprintf("order%d", i), "net/netip", "\tAddr netip.Addr\n")
		}
		for b.Loop() {
			benchLoad(b, dir, 1000, "./...")
		}
	})
}

// BenchmarkRead measures Load without the go command.
func BenchmarkRead(b *testing.B) {
	dir := benchModule(b)
	writeEvents(b, dir, "order", "", "")
	p := &listed{
		Dir: filepath.Join(dir, "order"), ImportPath: "example.com/app/order", Name: "order", GoFiles: []string{"order.go"},
		Module: &listedModule{Path: "example.com/app", Main: true, GoVersion: "1.26"},
	}
	for b.Loop() {
		l := newLoader(Config{Dir: dir})
		if err := l.read(b.Context(), []*listed{p}, true); err != nil {
			b.Fatal(err)
		}
		module := &schema.Module{}
		if err := l.build(b.Context(), module, nil); err != nil || len(module.Packages[0].Events) != 10 {
			b.Fatal(err)
		}
	}
}
