package yaml

import (
	"regexp"
	"regexp/syntax"
	"strings"

	"github.com/esgen/esgen/schema"
)

// validateTag is the value of the validate tag of a field of a command, or of a type
// that commands may hold: its own rules and those of its declared types. It is empty
// where there is nothing to check.
func (p *program) validateTag(f *fieldDecl) string {
	if f.typ == nil {
		return ""
	}
	parts, dives := p.typeRules(f.typ)
	if f.typ.form == pointerType {
		parts = parts[min(1, len(parts)):]
	}
	parts = append(ruleParts(f.rules, p.basis(f.typ)), parts...)
	n := f.n.get("optional")
	optional := n != nil && n.isTrue()
	if len(parts) == 0 && !(dives && optional) {
		return "" // a struct with rules within is checked by itself, but for a nil one
	}
	if optional || f.typ.form == pointerType {
		parts = append([]string{"omitempty"}, parts...)
	}
	return strings.Join(parts, ",")
}

// typeRules are the rules that a type brings along. dives says that it is a struct
// with rules within: as a field it is checked by itself, as an element it must be asked
// for.
func (p *program) typeRules(t *typeExpr) (parts []string, dives bool) {
	switch t.form {
	case pointerType:
		parts, dives = p.typeRules(t.elem)
		if len(parts) > 0 {
			parts = append([]string{"omitempty"}, parts...)
		}
		return parts, dives
	case listType:
		return p.elementRules(nil, t.elem), false
	case mapType:
		keys, _ := p.typeRules(t.key)
		return p.elementRules(keys, t.elem), false
	}
	if isBuiltin(t.name) {
		return nil, false
	}
	d := p.byName[t.name]
	switch {
	case d == nil || d.foreign:
		return nil, false
	case d.kind == schema.DeclaredEnum:
		return []string{"valid"}, false
	case d.kind == schema.DeclaredStruct:
		return nil, p.rulesWithin(d, map[*decl]bool{})
	case d.base == nil:
		return nil, false
	case d.base.form != namedType:
		if p.open[d] {
			return nil, false // a list of itself
		}
		p.open[d] = true
		defer delete(p.open, d)
		return p.typeRules(d.base)
	}
	return ruleParts(d.rules, p.basisOfBase(d.base)), false
}

func (p *program) elementRules(keys []string, elem *typeExpr) []string {
	values, dives := p.typeRules(elem)
	if len(keys) == 0 && len(values) == 0 && !dives {
		return nil
	}
	parts := []string{"dive"}
	if len(keys) > 0 {
		parts = append(parts, "keys")
		parts = append(parts, keys...)
		parts = append(parts, "endkeys")
	}
	return append(parts, values...)
}

// rulesWithin says whether anything in a struct has rules.
func (p *program) rulesWithin(d *decl, seen map[*decl]bool) bool {
	if seen[d] {
		return false
	}
	seen[d] = true
	for _, f := range d.fields {
		if len(f.rules) > 0 || f.typ != nil && p.hasRulesWithin(f.typ, seen) {
			return true
		}
	}
	return false
}

func (p *program) hasRulesWithin(t *typeExpr, seen map[*decl]bool) bool {
	if t.form != namedType {
		return t.key != nil && p.hasRulesWithin(t.key, seen) || p.hasRulesWithin(t.elem, seen)
	}
	d := p.byName[t.name]
	switch {
	case isBuiltin(t.name) || d == nil || d.foreign:
		return false
	case d.kind == schema.DeclaredEnum:
		return true
	case d.kind == schema.DeclaredStruct:
		return p.rulesWithin(d, seen)
	case d.base != nil && d.base.form != namedType:
		if seen[d] {
			return false
		}
		seen[d] = true
		return p.hasRulesWithin(d.base, seen)
	}
	return len(d.rules) > 0
}

// ruleParts spells rules as the validation library reads them.
func ruleParts(rules []rule, b basis) []string {
	var parts []string
	for _, r := range rules {
		switch r.Name.Value {
		case "min", "min_length":
			parts = append(parts, "min="+r.Values[0].Value)
		case "max", "max_length":
			parts = append(parts, "max="+r.Values[0].Value)
		case "pattern":
			pattern, _ := validatePattern(r.Values[0].Value)
			parts = append(parts, "pattern="+pattern)
		case "one_of":
			parts = append(parts, oneOf(r.Values, b))
		}
	}
	return parts
}

// escapePart writes what would end a rule, or an alternative of rules.
var escapePart = strings.NewReplacer(",", "0x2C", "|", "0x7C")

// validatePattern spells a regular expression within a validate tag. It says whether it
// still means the same: the library takes 0x2C for a comma wherever it stands.
func validatePattern(pattern string) (string, bool) {
	spelt := strings.NewReplacer("0x2C", `0\x782C`, "0x7C", `0\x787C`).Replace(pattern)
	if spelt != pattern {
		before, errBefore := syntax.Parse(pattern, syntax.Perl)
		after, errAfter := syntax.Parse(spelt, syntax.Perl)
		if errBefore != nil || errAfter != nil || !before.Equal(after) {
			return "", false
		}
	}
	return escapePart.Replace(spelt), true
}

// oneOf spells a list of values: as the library has it, or, where a value cannot be
// spelt so, as a pattern.
func oneOf(values []schema.Text, b basis) string {
	words := make([]string, len(values))
	alternatives := make([]string, len(values))
	spelt := true
	for i, v := range values {
		spelt = spelt && v.Value != "" && !strings.ContainsAny(v.Value, "'") && !strings.Contains(v.Value, "0x2C") && !strings.Contains(v.Value, "0x7C")
		words[i] = "'" + escapePart.Replace(v.Value) + "'"
		if b.isInteger() {
			words[i] = v.Value
		}
		alternatives[i] = regexp.QuoteMeta(v.Value)
	}
	if spelt {
		return "oneof=" + strings.Join(words, " ")
	}
	pattern, _ := validatePattern("^(?:" + strings.Join(alternatives, "|") + ")$")
	return "pattern=" + pattern
}
