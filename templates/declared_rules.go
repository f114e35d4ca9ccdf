package templates

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/dave/jennifer/jen"

	"github.com/esgen/esgen/schema"
)

// emitConstructor writes the function that checks the rules of a scalar. The
// refused value is not in the error, which may be logged.
//
//	func NewGuestName(s string) (GuestName, error) {
//		switch n := utf8.RuneCountInString(s); {
//		case n < 3:
//			return "", &es.InvalidError{Field: "GuestName", Rule: "min_length=3"}
//		case n > 80:
//			return "", &es.InvalidError{Field: "GuestName", Rule: "max_length=80"}
//		case !guestNamePattern.MatchString(s):
//			return "", &es.InvalidError{Field: "GuestName", Rule: "pattern=^[A-Z]"}
//		}
//		return GuestName(s), nil
//	}
func emitConstructor(f *goFile, d *schema.Declaration) {
	name := d.Name.Value
	l := f.locals()
	want := map[scalarBase]string{baseText: "s", baseInt: "n", baseFloat: "x", baseBytes: "b", baseDuration: "d"}[baseOf(d)]
	if want == "" {
		want = "v"
	}
	c := &checks{f: f, d: d, base: baseOf(d), value: l.name(want)}
	c.length = c.lengthOf(jen.Id(c.value))
	lengths := 0
	for _, rule := range d.Rules {
		if isLength(rule) && !c.vacuous(rule) {
			lengths++
		}
	}
	var measure *jen.Statement
	if lengths > 1 {
		n := l.name("n")
		measure = jen.Id(n).Op(":=").Add(c.length)
		c.length = jen.Id(n)
	}

	zero := zeroOf(d.Is)
	var conditions []*jen.Statement
	var refusals []jen.Code
	for _, rule := range d.Rules {
		if rule.Name.Value == "pattern" {
			emitPattern(f, d, rule)
		}
		if c.vacuous(rule) {
			continue
		}
		conditions = append(conditions, c.breaks(rule))
		refusal := jen.Return(zero.Clone(), f.invalid(name, ruleText(d, rule)))
		if c.mayBeNaN(rule) {
			refusal = jen.Comment("NaN comes here too.").Line().Add(refusal)
		}
		refusals = append(refusals, refusal)
	}

	var body []jen.Code
	if len(conditions) == 1 {
		body = append(body, jen.If(conditions[0]).Block(refusals[0]))
	} else if len(conditions) > 1 {
		cases := make([]jen.Code, len(conditions))
		for i, condition := range conditions {
			cases[i] = jen.Case(condition).Block(refusals[i])
		}
		head := jen.Switch()
		if measure != nil {
			head = jen.Switch(measure, jen.Empty())
		}
		body = append(body, head.Block(cases...))
	}
	body = append(body, jen.Return(jen.Id(name).Call(jen.Id(c.value)), jen.Nil()))
	f.add(wrapDoc(fmt.Sprintf("%s makes %s of %s. The error is an *es.InvalidError if %[3]s breaks a rule.",
		d.Constructor(), withArticle(name), c.value)),
		jen.Func().Id(d.Constructor()).Params(jen.Id(c.value).Add(f.typ(d.Is))).Params(jen.Id(name), jen.Error()).Block(body...))
}

// emitPattern writes the regular expression of a scalar, which is compiled once.
//
//	// guestNamePattern is what a GuestName must match.
//	var guestNamePattern = regexp.MustCompile(`^[A-Z]`)
func emitPattern(f *goFile, d *schema.Declaration, rule schema.Rule) {
	f.add(fmt.Sprintf("%s is what %s must match.", d.PatternVar(), withArticle(d.Name.Value)),
		jen.Var().Id(d.PatternVar()).Op("=").Add(f.std("regexp", "MustCompile")).Call(rawText(ruleValue(rule))))
}

// invalid is the error of a value that breaks a rule of its type.
func (f *goFile) invalid(typeName, rule string) *jen.Statement {
	return jen.Op("&").Add(f.es("InvalidError")).Values(keyed("Field", jen.Lit(typeName)), keyed("Rule", rawText(rule)))
}

// checks spells the conditions under which a value breaks the rules of its type.
type checks struct {
	f    *goFile
	d    *schema.Declaration
	base scalarBase
	// value is the variable that is checked, length its length.
	value  string
	length *jen.Statement
}

// lengthOf counts as a schema does: the characters of a string, the elements of
// anything else.
func (c *checks) lengthOf(v *jen.Statement) *jen.Statement {
	if c.base == baseText {
		return c.f.std("unicode/utf8", "RuneCountInString").Call(v)
	}
	return jen.Len(v)
}

// mayBeNaN says whether a rule has to refuse NaN: the first one on a floating point
// number does. Every comparison with NaN is false.
func (c *checks) mayBeNaN(rule schema.Rule) bool {
	return c.base == baseFloat && rule.Name == c.d.Rules[0].Name
}

// breaks is the condition that holds where the value breaks the rule.
func (c *checks) breaks(rule schema.Rule) *jen.Statement {
	v := jen.Id(c.value)
	switch rule.Name.Value {
	case "min_length":
		return c.length.Clone().Op("<").Add(c.number(rule))
	case "max_length":
		return c.length.Clone().Op(">").Add(c.number(rule))
	case "min":
		if c.mayBeNaN(rule) {
			return jen.Op("!").Parens(v.Op(">=").Add(c.number(rule)))
		}
		return v.Op("<").Add(c.number(rule))
	case "max":
		if c.mayBeNaN(rule) {
			return jen.Op("!").Parens(v.Op("<=").Add(c.number(rule)))
		}
		return v.Op(">").Add(c.number(rule))
	case "pattern":
		return jen.Op("!").Id(c.d.PatternVar()).Dot("MatchString").Call(v)
	case "one_of":
		values := make([]jen.Code, len(rule.Values))
		for i, value := range rule.Values {
			values[i] = c.literal(value.Value)
		}
		return jen.Op("!").Add(c.f.std("slices", "Contains")).Call(jen.Index().Add(c.f.typ(c.d.Is)).Values(values...), v)
	}
	c.f.fail(fmt.Errorf("%s: there is no rule %s", c.d.Name.Value, rule.Name.Value))
	return jen.True()
}

// number spells the number that a rule has.
func (c *checks) number(rule schema.Rule) *jen.Statement {
	if isLength(rule) {
		n, err := strconv.ParseUint(ruleValue(rule), 0, 31)
		if err != nil {
			c.f.fail(fmt.Errorf("%s: %s=%s is not a length", c.d.Name.Value, rule.Name.Value, ruleValue(rule)))
		}
		return jen.Lit(int(n))
	}
	return c.literal(ruleValue(rule))
}

// literal spells a value of the type that the scalar is made of.
func (c *checks) literal(value string) *jen.Statement {
	switch c.base {
	case baseText:
		return rawText(value)
	case baseBool:
		if value == "true" || value == "false" {
			return jen.Id(value)
		}
	case baseInt, baseFloat:
		if n, ok := numberText(c.base, value); ok {
			return jen.Id(n)
		}
	case baseDuration:
		if d, ok := parseDuration(value); ok {
			return c.f.duration(d)
		}
	}
	c.f.fail(fmt.Errorf("%s: %q is not a value of its type", c.d.Name.Value, value))
	return jen.Id(c.value)
}

// numberText spells a number as Go does, and no more than a number: it becomes part of
// generated code.
func numberText(base scalarBase, s string) (string, bool) {
	if base == baseInt {
		n, ok := new(big.Int).SetString(s, 10)
		if !ok {
			return "", false
		}
		return n.String(), true
	}
	x, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
		return "", false
	}
	return strconv.FormatFloat(x, 'g', -1, 64), true
}

// parseDuration reads a duration, or its nanoseconds.
func parseDuration(s string) (time.Duration, bool) {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return time.Duration(n), true
	}
	d, err := time.ParseDuration(s)
	return d, err == nil
}

// durationText is a duration without units of which there are none: 2h, 1m30s.
func durationText(d time.Duration) string {
	text := d.String()
	for _, zero := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(text, zero) {
			text = text[:len(text)-len("0s")]
		}
	}
	return text
}

// duration spells a duration in the largest unit of which it is a multiple:
// 90*time.Second.
func (f *goFile) duration(d time.Duration) *jen.Statement {
	units := []struct {
		name string
		unit time.Duration
	}{
		{"Hour", time.Hour}, {"Minute", time.Minute}, {"Second", time.Second},
		{"Millisecond", time.Millisecond}, {"Microsecond", time.Microsecond},
	}
	for _, u := range units {
		if d != 0 && d%u.unit == 0 {
			return jen.Lit(int(d / u.unit)).Op("*").Add(f.std("time", u.name))
		}
	}
	return jen.Lit(int(d))
}

// vacuous says whether every value keeps to the rule by its type alone. To check it
// would be a mistake in the eyes of linters.
func (c *checks) vacuous(rule schema.Rule) bool {
	n, ok := new(big.Int).SetString(ruleValue(rule), 0)
	if !ok {
		return false
	}
	switch rule.Name.Value {
	case "min_length":
		return n.Sign() <= 0
	case "min", "max":
		b, ok := schema.Resolve(c.d.Is).(*schema.Basic)
		if !ok {
			return false
		}
		least, most, ok := bounds(b.Kind)
		return ok && (rule.Name.Value == "min" && n.Cmp(least) <= 0 || rule.Name.Value == "max" && n.Cmp(most) >= 0)
	}
	return false
}

// bounds are the least and the greatest value of an integer type.
func bounds(kind schema.BasicKind) (least, most *big.Int, ok bool) {
	bits := map[schema.BasicKind]uint{
		schema.Int: 64, schema.Int8: 8, schema.Int16: 16, schema.Int32: 32, schema.Int64: 64,
		schema.Uint: 64, schema.Uint8: 8, schema.Uint16: 16, schema.Uint32: 32, schema.Uint64: 64,
	}[kind]
	if bits == 0 {
		return nil, nil, false
	}
	one := big.NewInt(1)
	if strings.HasPrefix(string(kind), "uint") {
		return new(big.Int), new(big.Int).Sub(new(big.Int).Lsh(one, bits), one), true
	}
	half := new(big.Int).Lsh(one, bits-1)
	return new(big.Int).Neg(half), new(big.Int).Sub(half, one), true
}

func isLength(rule schema.Rule) bool {
	return rule.Name.Value == "min_length" || rule.Name.Value == "max_length"
}

// ruleValue is the value of a rule that has one.
func ruleValue(rule schema.Rule) string {
	if len(rule.Values) == 0 {
		return ""
	}
	return rule.Values[0].Value
}

// ruleText spells a rule as an error names it: "min=1", "min=1m30s", "one_of=[a, b]".
func ruleText(d *schema.Declaration, rule schema.Rule) string {
	values := make([]string, len(rule.Values))
	for i, v := range rule.Values {
		values[i] = v.Value
		if length, ok := parseDuration(v.Value); ok && baseOf(d) == baseDuration {
			values[i] = durationText(length)
		}
	}
	if rule.Name.Value == "one_of" {
		return "one_of=[" + strings.Join(values, ", ") + "]"
	}
	return rule.Name.Value + "=" + strings.Join(values, "")
}

// zeroOf spells the zero value of a type that a scalar may be made of.
func zeroOf(t schema.Type) *jen.Statement {
	switch t := schema.Resolve(t).(type) {
	case *schema.Basic:
		switch t.Kind {
		case schema.String:
			return jen.Lit("")
		case schema.Bool:
			return jen.False()
		}
		return jen.Lit(0)
	case *schema.Named:
		return zeroOf(t.Under)
	}
	return jen.Nil()
}
