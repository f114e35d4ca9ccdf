package command

import (
	"reflect"
	"slices"
	"testing"

	"github.com/esgen/esgen/schema"
)

// The generator refuses what the validation library does not know, by a table of its
// own: it must not import the library. The table must say what the library says.
func TestTheGeneratorKnowsTheRules(t *testing.T) {
	v := reflect.ValueOf(library()).Elem()
	var known []string
	for _, field := range []string{"validations", "aliases"} {
		for _, name := range v.FieldByName(field).MapKeys() {
			known = append(known, name.String())
		}
	}
	if len(known) < 100 {
		t.Fatalf("the library knows %d rules: does it keep them elsewhere?", len(known))
	}
	var listed []string
	for _, rule := range schema.ValidationRules() {
		_, own := ownRules[rule.Name]
		if own != rule.Own {
			t.Errorf("rule %s: the table says that it is our own: %t", rule.Name, rule.Own)
		}
		// The words are in the library's code, not in its lists, and so they are when they
		// are used as rules.
		if !rule.Word {
			listed = append(listed, rule.Name)
		}
	}
	slices.Sort(known)
	slices.Sort(listed)
	for _, name := range known {
		if !slices.Contains(listed, name) {
			t.Errorf("the library knows %s, and the table does not", name)
		}
	}
	for _, name := range listed {
		if !slices.Contains(known, name) {
			t.Errorf("the table knows %s, and the library does not", name)
		}
	}
}

// The words do what they are for: a library that did not know one would take it for a
// rule.
func TestTheLibraryKnowsTheWords(t *testing.T) {
	for _, rule := range schema.ValidationRules() {
		if !rule.Word {
			continue
		}
		tag := rule.Name
		switch tag {
		case "keys", "endkeys":
			tag = "dive,keys,min=1,endkeys"
		}
		if err := library().Var(map[string]struct{}{"a": {}}, tag); err != nil {
			t.Errorf("%s: %v", tag, err)
		}
	}
}
