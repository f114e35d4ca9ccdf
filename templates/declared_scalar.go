package templates

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/dave/jennifer/jen"

	"github.com/esgen/esgen/schema"
)

const uuidPath = "github.com/google/uuid"

// scalarBase is what a declared scalar is made of, as far as its functions differ.
type scalarBase int

const (
	baseOther scalarBase = iota
	baseText
	baseBytes
	baseInt
	baseFloat
	baseBool
	baseUUID
	baseTime
	baseDuration
)

func baseOf(d *schema.Declaration) scalarBase {
	switch t := schema.Resolve(d.Is).(type) {
	case *schema.Basic:
		switch t.Kind {
		case schema.String:
			return baseText
		case schema.Bool:
			return baseBool
		case schema.Float32, schema.Float64:
			return baseFloat
		}
		return baseInt
	case *schema.Slice:
		if elem, ok := schema.Resolve(t.Elem).(*schema.Basic); ok && elem.Kind == schema.Uint8 {
			return baseBytes
		}
	case *schema.Named:
		switch {
		case t.Encoding == schema.EncodeUUID:
			return baseUUID
		case t.Encoding == schema.EncodeTime:
			return baseTime
		case t.Path == "time" && t.Name == "Duration":
			return baseDuration
		}
	}
	return baseOther
}

// emitScalar writes a type over a built-in one. One with rules has a constructor
// that checks them:
//
//	// GuestName is a string of 3 to 80 characters.
//	type GuestName string
//
//	// NewGuestName makes a GuestName of s. The error is an *es.InvalidError if s breaks
//	// a rule.
//	func NewGuestName(s string) (GuestName, error) {
//		…
//	}
func emitScalar(f *goFile, d *schema.Declaration) {
	base := baseOf(d)
	if base == baseOther {
		if n, ok := schema.Resolve(d.Is).(*schema.Named); ok && n.Encoding != schema.EncodeUnder {
			f.fail(fmt.Errorf("%s: a type over %s.%s would lose its encoding", d.Name.Value, n.Package, n.Name))
		}
	}
	f.add(declaredDoc(f.pkg, d), jen.Type().Id(d.Name.Value).Add(f.typ(d.Is)))
	switch {
	case len(d.Rules) == 0:
	case base == baseUUID || base == baseTime:
		f.fail(fmt.Errorf("%s: there are no rules for its type", d.Name.Value))
	default:
		emitConstructor(f, d)
	}
	switch base {
	case baseUUID:
		emitUUIDFuncs(f, d)
		emitTextMethods(f, d)
	case baseTime:
		emitTextMethods(f, d)
	case baseDuration:
		emitString(f, d, "is the duration as time.Duration spells it: 1h30m0s.", func(v *jen.Statement) *jen.Statement {
			return f.typ(d.Is).Call(v).Dot("String").Call()
		})
	}
}

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
		refusal := jen.Return(zero.Clone(), f.invalid(name, ruleText(rule)))
		if c.base == baseFloat && rule.Name.Value != "one_of" {
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

// breaks is the condition that holds where the value breaks the rule. Those on floating
// point numbers are turned round, since every comparison with NaN is false.
func (c *checks) breaks(rule schema.Rule) *jen.Statement {
	v := jen.Id(c.value)
	switch rule.Name.Value {
	case "min_length":
		return c.length.Clone().Op("<").Add(c.number(rule))
	case "max_length":
		return c.length.Clone().Op(">").Add(c.number(rule))
	case "min":
		if c.base == baseFloat {
			return jen.Op("!").Parens(v.Op(">=").Add(c.number(rule)))
		}
		return v.Op("<").Add(c.number(rule))
	case "max":
		if c.base == baseFloat {
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
		if isNumber(value) {
			return jen.Id(value)
		}
	case baseDuration:
		if d, ok := parseDuration(value); ok {
			return c.f.duration(d)
		}
	}
	c.f.fail(fmt.Errorf("%s: %q is not a value of its type", c.d.Name.Value, value))
	return jen.Id(c.value)
}

// isNumber says whether a text is a number as Go spells it, and no more: it becomes
// part of generated code.
func isNumber(s string) bool {
	digits := strings.TrimPrefix(s, "-")
	if digits == "" || digits[0] < '0' || digits[0] > '9' {
		return false
	}
	_, ok := new(big.Rat).SetString(digits)
	return ok && !strings.Contains(digits, "/")
}

// parseDuration reads a duration, or its nanoseconds.
func parseDuration(s string) (time.Duration, bool) {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return time.Duration(n), true
	}
	d, err := time.ParseDuration(s)
	return d, err == nil
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

// ruleText spells a rule as an error names it: "min=1", "one_of=[a, b]".
func ruleText(rule schema.Rule) string {
	if rule.Name.Value != "one_of" {
		return rule.Name.Value + "=" + ruleValue(rule)
	}
	values := make([]string, len(rule.Values))
	for i, v := range rule.Values {
		values[i] = v.Value
	}
	return "one_of=[" + strings.Join(values, ", ") + "]"
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

// emitUUIDFuncs writes what makes a type over a UUID, and reads one.
//
//	// NewHotelID makes a HotelID that no other has: a UUID of version 7, so that later
//	// ones sort behind earlier ones.
//	func NewHotelID() HotelID { return HotelID(uuid.Must(uuid.NewV7())) }
//
//	// ParseHotelID reads a HotelID in any form that UUIDs have. The error is an
//	// *es.InvalidError.
//	func ParseHotelID(s string) (HotelID, error) {
//		id, err := uuid.Parse(s)
//		if err != nil {
//			return HotelID{}, &es.InvalidError{Field: "HotelID", Rule: "uuid"}
//		}
//		return HotelID(id), nil
//	}
func emitUUIDFuncs(f *goFile, d *schema.Declaration) {
	name := d.Name.Value
	uuidFunc := func(fn string) *jen.Statement { return f.qual(uuidPath, "uuid", fn) }
	f.add(wrapDoc(d.Constructor()+" makes "+withArticle(name)+" that no other has: a UUID of version 7, so that later ones sort behind earlier ones."),
		jen.Func().Id(d.Constructor()).Params().Id(name).Add(oneLine(
			jen.Return(jen.Id(name).Call(uuidFunc("Must").Call(uuidFunc("NewV7").Call()))))))

	l := f.locals()
	s, id, err := l.name("s"), l.name("id"), l.name("err")
	f.add(wrapDoc(d.Parser()+" reads "+withArticle(name)+" in any form that UUIDs have. The error is an *es.InvalidError."),
		jen.Func().Id(d.Parser()).Params(jen.Id(s).String()).Params(jen.Id(name), jen.Error()).Block(
			jen.List(jen.Id(id), jen.Id(err)).Op(":=").Add(uuidFunc("Parse")).Call(jen.Id(s)),
			jen.If(jen.Id(err).Op("!=").Nil()).Block(
				jen.Return(jen.Id(name).Values(), f.invalid(name, "uuid")),
			),
			jen.Return(jen.Id(name).Call(jen.Id(id)), jen.Nil()),
		))
}

// emitTextMethods writes the methods that a type over a UUID or a time would lose.
//
//	// String is the usual form of a UUID.
//	func (h HotelID) String() string { return uuid.UUID(h).String() }
//
//	// MarshalText gives what String does.
//	func (h HotelID) MarshalText() ([]byte, error) { return uuid.UUID(h).MarshalText() }
//
//	// UnmarshalText reads any form that UUIDs have.
//	func (h *HotelID) UnmarshalText(text []byte) error { return (*uuid.UUID)(h).UnmarshalText(text) }
func emitTextMethods(f *goFile, d *schema.Declaration) {
	name := d.Name.Value
	isTime := baseOf(d) == baseTime
	l := f.locals()
	text := l.name("text")
	var t, err string
	if isTime {
		t, err = l.name("t"), l.name("err")
	}
	recv := l.of(name)
	inner := func() *jen.Statement { return f.typ(d.Is).Call(jen.Id(recv)) }
	value := func() *jen.Statement { return jen.Func().Params(jen.Id(recv).Id(name)) }

	if !isTime {
		emitString(f, d, "is the usual form of a UUID.", func(v *jen.Statement) *jen.Statement {
			return f.typ(d.Is).Call(v).Dot("String").Call()
		})
		f.add("MarshalText gives what String does.",
			value().Id("MarshalText").Params().Params(jen.Index().Byte(), jen.Error()).Add(oneLine(
				jen.Return(inner().Dot("MarshalText").Call()))))
		f.add("UnmarshalText reads any form that UUIDs have.",
			jen.Func().Params(jen.Id(recv).Op("*").Id(name)).Id("UnmarshalText").Params(jen.Id(text).Index().Byte()).Error().Add(oneLine(
				jen.Return(jen.Parens(jen.Op("*").Add(f.typ(d.Is))).Call(jen.Id(recv)).Dot("UnmarshalText").Call(jen.Id(text))))))
		return
	}
	emitString(f, d, "is the time in UTC, in RFC 3339 with nanoseconds.", func(v *jen.Statement) *jen.Statement {
		return f.typ(d.Is).Call(v).Dot("UTC").Call().Dot("Format").Call(f.std("time", "RFC3339Nano"))
	})
	f.add("MarshalText gives what String does. A year that has not four digits is an error.",
		value().Id("MarshalText").Params().Params(jen.Index().Byte(), jen.Error()).Add(oneLine(
			jen.Return(inner().Dot("UTC").Call().Dot("MarshalText").Call()))))
	f.add("UnmarshalText reads a time in RFC 3339, in any zone, and keeps it in UTC.",
		jen.Func().Params(jen.Id(recv).Op("*").Id(name)).Id("UnmarshalText").Params(jen.Id(text).Index().Byte()).Error().Block(
			jen.Var().Id(t).Add(f.typ(d.Is)),
			jen.If(jen.Id(err).Op(":=").Id(t).Dot("UnmarshalText").Call(jen.Id(text)), jen.Id(err).Op("!=").Nil()).Block(
				jen.Return(jen.Id(err)),
			),
			jen.Op("*").Id(recv).Op("=").Id(name).Call(jen.Id(t).Dot("UTC").Call()),
			jen.Return(jen.Nil()),
		))
}

// emitString writes a String method of one expression.
func emitString(f *goFile, d *schema.Declaration, doc string, text func(v *jen.Statement) *jen.Statement) {
	recv := f.locals().of(d.Name.Value)
	f.add("String "+doc,
		jen.Func().Params(jen.Id(recv).Id(d.Name.Value)).Id("String").Params().String().Add(oneLine(jen.Return(text(jen.Id(recv))))))
}
