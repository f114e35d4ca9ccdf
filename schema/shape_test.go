package schema

import "testing"

func TestTypes(t *testing.T) {
	named := func(name string, args ...Type) *Named {
		return &Named{Path: "p/" + name, Package: "p", Name: name, Args: args, Under: &Basic{String}, Comparable: true}
	}
	list := &Named{Path: "p/List", Package: "p", Name: "List"}
	list.Under = &Slice{list}
	member := func(name string, typ Type) *Field { return &Field{Name: Text{Value: name}, Type: typ} }
	// Each differs from all others; comparable is what == makes of it.
	types := []struct {
		typ        Type
		spelling   string
		comparable bool
	}{
		{&Basic{Int}, "int", true},
		{&Basic{Uint8}, "uint8", true},
		{&Slice{&Basic{Uint8}}, "[]byte", false},
		{&Slice{&Slice{&Basic{Int}}}, "[][]int", false},
		{&Array{4, &Basic{Uint8}}, "[4]byte", true},
		{&Array{5, &Basic{Uint8}}, "[5]byte", true},
		{&Array{5, &Slice{&Basic{Int}}}, "[5][]int", false},
		{&Map{&Basic{String}, &Basic{Int}}, "map[string]int", false},
		{&Map{&Basic{Int}, &Basic{String}}, "map[int]string", false},
		{&Pointer{&Basic{Int}}, "*int", false},
		{&Any{}, "any", false},
		{&Struct{}, "struct{}", true},
		{&Struct{Fields: []*Field{member("A", &Basic{Int})}}, "struct{…}", true},
		{&Struct{Fields: []*Field{member("B", &Basic{Int})}}, "struct{…}", true},
		{&Struct{Fields: []*Field{member("B", &Slice{&Basic{Int}})}}, "struct{…}", false},
		{named("Name"), "p.Name", true},
		{named("Pair", &Basic{Int}, named("Name")), "p.Pair[int, p.Name]", true},
		{named("Pair", &Basic{Int}, &Basic{Int}), "p.Pair[int, int]", true},
		{list, "p.List", false},
		{&Unsupported{Spelling: "chan int"}, "chan int", false},
		{&Unsupported{Spelling: "func()"}, "func()", false},
	}
	for i, a := range types {
		if got := spell(a.typ, ""); got != a.spelling {
			t.Errorf("%s is spelt %s", a.spelling, got)
		}
		if got := isComparable(a.typ); got != a.comparable {
			t.Errorf("%s: comparable is %v", a.spelling, got)
		}
		alias := &Named{Name: "Alias", Alias: true, Under: a.typ}
		for j, b := range types {
			if got := sameType(alias, b.typ); got != (i == j) {
				t.Errorf("%s and %s: same is %v", a.spelling, b.spelling, got)
			}
		}
	}
	if got := spell(named("Name"), "p/Name"); got != "Name" {
		t.Errorf("in its own package it is spelt %s", got)
	}
	if sameType(nil, nil) || sameType(nil, &Any{}) {
		t.Error("what is not known is the same as nothing")
	}
	if !sameType(&Struct{Fields: []*Field{member("A", &Basic{Int})}}, &Struct{Fields: []*Field{member("A", &Basic{Int})}}) {
		t.Error("structs of the same fields are the same")
	}
}
