package schema_test

import (
	"fmt"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/esgen/esgen/schema"
)

// BenchmarkCheck judges 100 packages of ten events each, which one registry has all
// of.
func BenchmarkCheck(b *testing.B) {
	a := &txtar.Archive{}
	registry := "//es:registry"
	for i := range 100 {
		src := fmt.Sprintf("package p%d\n\n//es:aggregate a%d\ntype A struct {\n\tes.Root\n\tid uuid.UUID `es:\"id\"`\n}\n", i, i)
		for j := range 10 {
			src += fmt.Sprintf("\nfunc (a *A) applyE%d(e E%d) {}\n\n//es:event a%d.e%d\ntype E%d struct {\n\tAt time.Time `json:\"at\"`\n\tTo Address `json:\"to\"`\n\tN []int\n}\n", j, j, i, j, j)
		}
		src += "\ntype Address struct{ Street, City string }\n"
		a.Files = append(a.Files, txtar.File{Name: fmt.Sprintf("p%d/p.go", i), Data: []byte(src)})
		registry += fmt.Sprintf(" ../p%d", i)
	}
	a.Files = append(a.Files, txtar.File{Name: "app/app.go", Data: []byte(registry + "\npackage app\n")})
	m, _ := readSources(b, a)
	b.ReportAllocs()
	for b.Loop() {
		if d := schema.Check(m); len(d) > 0 {
			b.Fatal(d)
		}
	}
}
