package command

import (
	"errors"
	"fmt"
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

type explainer struct {
	found []located
	// keys are the elements of maps, by their place's order, whose keys have been explained.
	keys map[string]bool
}

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
	keys, rules := at.rulesHere()
	if _, ok := restOf(keys, rule); ok && e.isOfKey(at, keys) {
		at.value, rules = at.key, keys
	}
	rest, ok := restOf(rules, rule)
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

// isOfKey says whether the library has found the key of a map's element broken, rather
// than the value, about which it writes the same. It looks at the key first.
func (e *explainer) isOfKey(at place, keys []string) bool {
	order := fmt.Sprint(at.order)
	if e.keys[order] || !at.key.IsValid() || !at.key.CanInterface() {
		return false
	}
	err := judge(func(v *validator.Validate) error {
		return v.VarWithValue(at.key.Interface(), at.parent.Interface(), strings.Join(keys, ","))
	})
	if err == nil {
		return false
	}
	if e.keys == nil {
		e.keys = map[string]bool{}
	}
	e.keys[order] = true
	return true
}

// ruleOf is the rule as the tag spells it: "min=1".
func ruleOf(b validator.FieldError) string {
	if b.Param() == "" || b.Tag() != b.ActualTag() || strings.Contains(b.Tag(), "|") {
		return b.Tag() // without one, an alias, or alternatives with theirs
	}
	return b.Tag() + "=" + b.Param()
}

// rulesHere are the rules at a place: those of the key, if it is that of a map's element,
// and those of what stands there.
func (p place) rulesHere() (keys, rules []string) {
	rules = p.rules
	for range p.depth {
		dive := slices.Index(rules, "dive")
		if dive < 0 {
			return nil, nil
		}
		rules = rules[dive+1:]
	}
	if end := slices.Index(rules, "endkeys"); end > 0 && rules[0] == "keys" {
		return rules[1:end], rules[end+1:]
	}
	return nil, rules
}

// restOf are the rules that follow one.
func restOf(rules []string, rule string) (rest []string, ok bool) {
	end := len(rules)
	if dive := slices.Index(rules, "dive"); dive >= 0 {
		end = dive
	}
	i := slices.IndexFunc(rules[:end], func(r string) bool { return spelt(r) == rule })
	if i < 0 {
		return nil, false
	}
	return slices.Clone(rules[i+1:]), true
}

// spelt undoes what tags need for commas and bars.
func spelt(rule string) string {
	return strings.NewReplacer("0x2C", ",", "0x7C", "|").Replace(rule)
}
