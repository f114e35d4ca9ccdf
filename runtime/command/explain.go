package command

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/go-playground/validator/v10"

	"github.com/esgen/esgen/runtime/es"
)

// explain tells of the rules that a command breaks, as its sender spells its fields.
// The library's own errors hold the values, so nothing of them is kept but the names of
// the rules.
func (k *kind) explain(cmd any, broken validator.ValidationErrors) violations {
	v := reflect.ValueOf(cmd)
	var e explainer
	for _, b := range broken {
		at, ok := place{value: v}.inStruct(strings.TrimPrefix(b.StructNamespace(), v.Type().Name()+"."))
		e.add(at, ok, b)
	}
	slices.SortStableFunc(e.found, func(a, b located) int { return slices.Compare(a.at.order, b.at.order) })
	all := make(violations, len(e.found))
	for i, f := range e.found {
		all[i] = &es.InvalidError{Command: k.name, Field: f.at.path, Rule: f.rule}
	}
	return all
}

type explainer struct{ found []located }

type located struct {
	at   place
	rule string
}

// add notes a broken rule, and all that the library did not look at once it had met
// it.
func (e *explainer) add(at place, ok bool, b validator.FieldError) {
	rule := ruleOf(b)
	if !ok {
		// Not met so far: a path that cannot be followed is left out, for what it holds is
		// not known.
		e.found = append(e.found, located{place{order: []int{1 << 30}}, rule})
		return
	}
	e.found = append(e.found, located{at.withoutValue(), rule})
	if strings.HasPrefix(rule, "required") {
		return // there is nothing to be judged
	}
	rest, ok := restOf(at, rule)
	value := behindPointers(at.value)
	if !ok || !value.IsValid() || !value.CanInterface() {
		return
	}
	one, parent := value.Interface(), at.parent.Interface()
	rest = slices.DeleteFunc(rest, func(r string) bool {
		return at.within && strings.Contains(r, "csfield=") // it asks for a field of the command
	})
	// What follows is not judged by the whole tag, or the same would be found again.
	at.rules, at.depth = rest, 0
	var prefix string
	err := judge(func(v *validator.Validate) error {
		tag := strings.Join(rest, ",")
		if _, isTime := one.(time.Time); value.Kind() == reflect.Struct && !isTime {
			prefix = value.Type().Name() + "."
			return v.Struct(one)
		}
		return v.VarWithValue(one, parent, tag)
	})
	further, _ := errors.AsType[validator.ValidationErrors](err)
	for _, b := range further {
		path := b.StructNamespace()
		if prefix != "" {
			path = "." + strings.TrimPrefix(path, prefix)
		}
		within, ok := at.inField(path)
		e.add(within, ok, b)
	}
}

// ruleOf is the rule as the tag spells it: "min=1".
func ruleOf(b validator.FieldError) string {
	if b.Param() == "" || b.Tag() != b.ActualTag() || strings.Contains(b.Tag(), "|") {
		return b.Tag() // without one, an alias, or alternatives with theirs
	}
	return b.Tag() + "=" + b.Param()
}

// restOf are the rules that follow one at a place. A rule that stands among those of
// a map's keys is none of its values.
func restOf(at place, rule string) (rest []string, ok bool) {
	rules := at.rules
	for range at.depth {
		dive := slices.Index(rules, "dive")
		if dive < 0 {
			return nil, false
		}
		rules = rules[dive+1:]
	}
	if len(rules) > 0 && rules[0] == "keys" {
		end := slices.Index(rules, "endkeys")
		if end < 0 || slices.ContainsFunc(rules[1:end], func(r string) bool { return spelt(r) == rule }) {
			return nil, false
		}
		rules = rules[end+1:]
	}
	here := rules
	if dive := slices.Index(rules, "dive"); dive >= 0 {
		here = rules[:dive]
	}
	i := slices.IndexFunc(here, func(r string) bool { return spelt(r) == rule })
	if i < 0 {
		return nil, false
	}
	return slices.Clone(rules[i+1:]), true
}

// spelt undoes what tags need for commas and bars.
func spelt(rule string) string {
	return strings.NewReplacer("0x2C", ",", "0x7C", "|").Replace(rule)
}
