package templates

import (
	"fmt"
	"strings"
	"testing"
)

// Types that hold one another in many ways have no end of values. Samples of them
// stay small.
func TestSamplesOfKnottedTypesAreBounded(t *testing.T) {
	var src strings.Builder
	src.WriteString(`package knot

import "github.com/esgen/esgen/runtime/es"

//es:aggregate knot
//es:suppress all
type Knot struct {
	es.Root

	id string ` + "`es:\"id\"`" + `
}

//es:event knot.tied
type Tied struct {
	Root  *N0
	Named map[string][]N1
}
`)
	for i := range 8 {
		fmt.Fprintf(&src, "\ntype N%d struct {\n", i)
		for j := range 8 {
			fmt.Fprintf(&src, "\tF%d *N%d\n", j, j)
		}
		src.WriteString("}\n")
	}
	user := newUserModule(t, "example.com/user")
	user.write(t, "knot/knot.go", []byte(src.String()))
	files, err := Generate(user.load(t, "./..."))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if len(f.Content) > 100<<10 {
			t.Errorf("%s has %d bytes", f.Path, len(f.Content))
		}
	}
}
