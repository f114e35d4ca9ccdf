package templates

import (
	"fmt"
	"strings"
	"testing"
)

// Fields of struct types without a name have samples like all others, so that the
// generated test goes through what they hold. Tags are part of such a type.
func TestSamplesOfUnnamedStructs(t *testing.T) {
	user := newUserModule(t, "example.com/user")
	user.write(t, "parcel/parcel.go", []byte(strings.ReplaceAll(`package parcel

import (
	"example.com/user/size"
	"github.com/esgen/esgen/runtime/es"
)

//es:aggregate parcel
//es:suppress all
type Parcel struct {
	es.Root

	id string ¦es:"id"¦
}

//es:event parcel.sent
type Sent struct {
	To struct {
		Street string "json:\"street\" db:\"¦street¦\""
		mark   int ¦json:"-"¦
	}
	Stops []struct {
		City  string ¦json:"city" label:"a \"b\""¦
		Inner *struct{ Depth int }
	}
	ByDay map[string]struct{ Open bool }
	Size  size.Size
	Sizes []size.Size
}
`, "¦", "`")))
	user.write(t, "size/size.go", []byte(strings.ReplaceAll(`package size

type Size struct {
	Open struct{ Width int }
	Shut struct {
		Height int
		depth  int ¦json:"-"¦
	}
}
`, "¦", "`")))
	test := ""
	for _, f := range user.generate(t, "./...") {
		if strings.HasSuffix(f.Path, TestFile) {
			test = string(f.Content)
		}
	}
	for _, want := range []string{"Street:", "City:", "Depth:", "Open:", "Width:"} {
		if !strings.Contains(test, want) {
			t.Errorf("the sample has no %s\n%s", want, test)
		}
	}
	if strings.Contains(test, "Height:") {
		t.Error("the sample has a field of a type that cannot be spelt in another package")
	}
	if output, err := user.command(t, "test", "./..."); err != nil {
		t.Errorf("%v\n%s\n%s", err, output, test)
	}
}

// Types that hold one another in many ways have no end of values, and lists of lists have
// twice as many at each level. Samples of them stay small.
func TestSamplesAreBounded(t *testing.T) {
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

//es:event knot.listed
type Listed struct {
	Deep ` + strings.Repeat("[]", 20) + `int
	Maps ` + strings.Repeat("map[string]", 20) + `int
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
