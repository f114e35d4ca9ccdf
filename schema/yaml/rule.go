package yaml

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/esgen/esgen/schema"
)

// rule is a rule of a type or a field, as the model has it.
type rule = schema.Rule

var durationText = regexp.MustCompile(`^-?([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$`)

// resolveRules reads the rules of a declaration and of its fields.
func (p *program) resolveRules(d *decl) {
	if d.base != nil {
		if d.base.form != namedType {
			for _, key := range ruleKeys {
				if pr := d.n.pair(key); pr != nil {
					p.errorf(codeRule, pr.key.span, "%s is a list or a map, which has no rules", d.name.Value).
						help("put the rules on the fields that have this type")
				}
			}
			return
		}
		d.rules = p.readRules(d.n, p.basisOfBase(d.base), d.base)
	}
	for _, f := range d.fields {
		if f.n != nil && f.typ != nil && (d.kind == schema.DeclaredCommand || d.kind == schema.DeclaredStruct) {
			f.rules = p.readRules(f.n, p.basis(f.typ), f.typ)
		}
	}
}

// readRules reads the rules that stand in a mapping, about a value of type t.
func (p *program) readRules(n *node, b basis, t *typeExpr) []rule {
	var list []rule
	for _, pr := range n.good() {
		if !slices.Contains(ruleKeys, pr.key.text) {
			continue
		}
		var values []schema.Text
		fits := false
		switch name := pr.key.text; name {
		case "min", "max":
			if fits = b.isOrdered(); fits {
				values = p.readNumber(pr.value, b)
			}
		case "min_length", "max_length":
			if fits = b.hasLength(); fits {
				values = []schema.Text{pr.value.value()}
			}
		case "pattern":
			if fits = b.kind == basicBasis && b.name == "string"; fits {
				values = p.readPattern(pr.value)
			}
		case "one_of":
			if fits = b.kind == basicBasis && b.name == "string" || b.isInteger(); fits {
				values = p.readOneOf(pr.value, b)
			}
		}
		if !fits {
			p.errorf(codeRule, pr.key.span, "the rule %s does not fit the type %s", pr.key.text, t).
				help("%s", ruleHelp(pr.key.text, b))
			continue
		}
		if len(values) > 0 {
			list = append(list, rule{Name: pr.key.value(), Values: values})
		}
	}
	slices.SortStableFunc(list, func(a, b rule) int {
		return slices.Index(ruleKeys, a.Name.Value) - slices.Index(ruleKeys, b.Name.Value)
	})
	p.checkBounds(list, "min", "max")
	p.checkBounds(list, "min_length", "max_length")
	return list
}

func ruleHelp(name string, b basis) string {
	switch {
	case (name == "min" || name == "max") && b.hasLength():
		return "the rule on lengths is " + name + "_length"
	case strings.HasSuffix(name, "_length") && b.isOrdered():
		return "the rule on numbers is " + strings.TrimSuffix(name, "_length")
	case name == "min" || name == "max":
		return "it is for numbers and durations"
	case name == "pattern":
		return "it is for strings"
	case name == "one_of":
		return "it is for strings and whole numbers"
	}
	return "it is for strings, bytes, lists and maps"
}

// readNumber reads a bound, spelt as Go spells it.
func (p *program) readNumber(n *node, b basis) []schema.Text {
	spelt := n.value()
	switch {
	case b.name == "duration":
		d, err := time.ParseDuration(n.text)
		if n.tag != "!!str" || err != nil {
			p.errorf(codeNumber, n.span, "%s is no length of time", quoted(n.text)).help("it is written like 90s, 1h30m or 250ms")
			return nil
		}
		spelt.Value = strconv.FormatInt(int64(d), 10)
	case n.tag == "!!str":
		p.errorf(codeKind, n.span, "a bound is a number, not the text %s", quoted(n.text)).help("lengths of time are for the type duration")
		return nil
	case b.isFloat():
		bits := 64
		if b.name == "float32" {
			bits = 32
		}
		if _, err := strconv.ParseFloat(n.text, bits); err != nil {
			p.errorf(codeNumber, n.span, "%s is more than a %s can hold", n.text, b.name)
			return nil
		}
	default:
		if !fitsInteger(n.text, b.name) {
			p.errorf(codeNumber, n.span, "%s is no %s", n.text, b.name).help("a bound is a value that the type can have")
			return nil
		}
	}
	return []schema.Text{spelt}
}

// fitsInteger says whether a number is one of an integer type. int and uint have 32
// bits on some machines, but what runs there is the user's to know.
func fitsInteger(text, kind string) bool {
	name, unsigned := strings.CutPrefix(kind, "u")
	bits := 64
	if width := strings.TrimPrefix(name, "int"); width != "" {
		bits, _ = strconv.Atoi(width)
	}
	if !wholeNumber.MatchString(text) {
		return false
	}
	if unsigned {
		_, err := strconv.ParseUint(text, 10, bits)
		return err == nil
	}
	_, err := strconv.ParseInt(text, 10, bits)
	return err == nil
}

func (p *program) readPattern(n *node) []schema.Text {
	if n.text == "" {
		p.errorf(codeRule, n.span, "the pattern is empty, and so matches everything").help("leave it out")
		return nil
	}
	if _, err := regexp.Compile(n.text); err != nil {
		p.errorf(codeRule, n.span, "the pattern is no regular expression: %s", strings.TrimPrefix(err.Error(), "error parsing regexp: ")).
			help("the syntax is that of Go's package regexp, RE2")
		return nil
	}
	if i := strings.IndexFunc(n.text, unicode.IsControl); i >= 0 {
		p.errorf(codeBreaksOut, n.span, "the pattern has %s in it", describe(n.text[i:])).help(`write it as an escape: \n, \t`)
		return nil
	}
	if _, ok := validatePattern(n.text); !ok {
		p.errorf(codeRule, n.span, "the pattern has 0x2C or 0x7C between \\Q and \\E, which struct tags take for something else").
			help("write the x as \\x78, outside of \\Q and \\E")
		return nil
	}
	return []schema.Text{n.value()}
}

func (p *program) readOneOf(n *node, b basis) []schema.Text {
	var values []schema.Text
	seen := map[string]*node{}
	for _, item := range n.elements() {
		what := "a value of one_of"
		switch {
		case b.isInteger() && (item.tag != "!!int" || !fitsInteger(item.text, b.name)):
			p.errorf(codeNumber, item.span, "%s is no %s", quoted(item.text), b.name)
			continue
		case !b.isInteger() && !isText(p.findings, item, place{span: item.span, what: what}, "text"):
			continue
		}
		if i := strings.IndexFunc(item.text, unicode.IsControl); i >= 0 {
			p.errorf(codeBreaksOut, item.span, "%s has %s in it, which would break generated code", what, describe(item.text[i:]))
			continue
		}
		if before := seen[item.text]; before != nil {
			p.errorf(codeDuplicate, item.span, "the value %s stands twice in one_of", quoted(item.text)).
				note(before.span, "the first one is here").help("leave one of the two out")
			continue
		}
		seen[item.text] = item
		values = append(values, item.value())
	}
	return values
}

// checkBounds refuses a range with nothing in it.
func (p *program) checkBounds(list []rule, low, high string) {
	find := func(name string) *schema.Text {
		for i := range list {
			if list[i].Name.Value == name {
				return &list[i].Values[0]
			}
		}
		return nil
	}
	from, to := find(low), find(high)
	if from == nil || to == nil {
		return
	}
	if compareNumbers(from.Value, to.Value) > 0 {
		p.errorf(codeRule, to.Span, "%s is less than %s, so no value is right", high, low).note(from.Span, "%s is here", low)
	}
}

// compareNumbers compares integers exactly, and others as floats.
func compareNumbers(a, b string) int {
	x, errX := strconv.ParseInt(a, 10, 64)
	y, errY := strconv.ParseInt(b, 10, 64)
	if errX == nil && errY == nil {
		switch {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	}
	f, _ := strconv.ParseFloat(a, 64)
	g, _ := strconv.ParseFloat(b, 64)
	switch d := f - g; {
	case d < 0:
		return -1
	case d > 0 && !math.IsNaN(d):
		return 1
	}
	return 0
}
