package templates

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"github.com/dave/jennifer/jen"

	"github.com/esgen/esgen/schema"
)

// samples spells values of the types of a model, for generated tests. All values
// of one event differ, so that no two fields can be mixed up unseen.
type samples struct {
	f *goFile
	// n counts the values.
	n int
	// within are the declared types around the value that is being spelt. A type may
	// hold itself once; what is deeper stays zero.
	within map[*schema.Named]int
	// turns counts the values of the types that schema files declare.
	turns map[*schema.Declaration]int
	// literals counts the composite values of one event. Types that hold one another
	// would make them grow without measure; what comes after the most stays zero.
	literals int
	// elide says that the next literal needs no type.
	elide bool
	// foreign says that another package declares the type that is being spelt.
	foreign bool
	// guessed says that a value was made up that its own type may refuse.
	guessed bool
	// try and tryErr are the names of the functions that make such values. They are
	// used if usesTry and usesTryErr are set.
	try, tryErr         string
	usesTry, usesTryErr bool
}

// mostLiterals bounds the sample of one event.
const mostLiterals = 200

// event spells an event with all its fields.
func (s *samples) event(e *schema.Event) *jen.Statement {
	s.n, s.literals, s.guessed, s.within, s.turns = 0, 0, false, make(map[*schema.Named]int), nil
	st, ok := under(e.Type).(*schema.Struct)
	if !ok {
		s.f.fail(fmt.Errorf("event %s is not a struct", e.GoName.Value))
		return jen.Null()
	}
	return s.fields(jen.Id(e.GoName.Value), st)
}

// number is the number of the next value.
func (s *samples) number() int {
	s.n++
	return s.n
}

// value spells a value of type t as it can be assigned to a variable of the type,
// or gives nil where the zero value must do. Name is what the value is for.
func (s *samples) value(t schema.Type, name string) *jen.Statement {
	switch t := schema.Resolve(t).(type) {
	case *schema.Basic:
		return s.basic(t.Kind, name)
	case *schema.Any:
		return s.basic(schema.String, name)
	case *schema.Named:
		return s.named(t, name)
	case *schema.Pointer:
		to := s.typed(t.Elem, name)
		switch {
		case to == nil:
		case isLiteral(t.Elem):
			return jen.Op("&").Add(to)
		default:
			return jen.New(to)
		}
	case *schema.Slice, *schema.Array, *schema.Map:
		if s.spellable(t) && s.literals < mostLiterals {
			s.literals++
			return s.composite(s.f.typ(t), t, name)
		}
	case *schema.Struct:
		if s.spellable(t) && s.literals < mostLiterals {
			s.literals++
			return s.fields(s.literalType(t), t)
		}
	}
	return nil
}

// spellable says whether t can be spelt where it is needed. A struct type without a
// name that another package declares cannot, if it has fields that are not exported.
func (s *samples) spellable(t schema.Type) bool { return canSpell(s.f.pkg.Path, t, s.foreign) }

// literalType spells the type of a literal, where it is needed.
func (s *samples) literalType(t schema.Type) *jen.Statement {
	if s.elide {
		return new(jen.Statement)
	}
	return s.f.typ(t)
}

// isLiteral says whether values of t are spelt as literals of a struct.
func isLiteral(t schema.Type) bool {
	t = schema.Resolve(t)
	if n, ok := t.(*schema.Named); ok {
		if n.Encoding != schema.EncodeUnder {
			return false
		}
		t = schema.Resolve(n.Under)
	}
	_, ok := t.(*schema.Struct)
	return ok
}

// element is value where a literal can do without the type, which that of the
// slice, array or map says already.
func (s *samples) element(t schema.Type, name string) *jen.Statement {
	s.elide = isLiteral(t)
	if p, ok := schema.Resolve(t).(*schema.Pointer); ok && isLiteral(p.Elem) {
		s.elide = true
		t = p.Elem
	}
	defer func() { s.elide = false }()
	return s.value(t, name)
}

// typed is value with the type spelt out, where it would follow from the variable
// otherwise.
func (s *samples) typed(t schema.Type, name string) *jen.Statement {
	v := s.value(t, name)
	if v == nil {
		return nil
	}
	t = schema.Resolve(t)
	if n, ok := t.(*schema.Named); ok {
		if d := s.f.declarationOf(n); d != nil && d.Kind == schema.DeclaredEnum {
			return v // a constant, which has its type
		}
	}
	switch plain(t).(type) {
	case *schema.Basic, *schema.Pointer, *schema.Any:
		if b, ok := t.(*schema.Basic); ok && (b.Kind == schema.String || b.Kind == schema.Bool || b.Kind == schema.Int || b.Kind == schema.Float64) {
			return v
		}
		if _, ok := t.(*schema.Pointer); ok {
			return v
		}
		return s.f.typ(t).Parens(v)
	}
	return v
}

// basic spells a constant. Numbers fit every type of theirs.
func (s *samples) basic(kind schema.BasicKind, name string) *jen.Statement {
	n := s.number()
	switch {
	case kind == schema.Bool:
		return jen.True()
	case kind == schema.String:
		return jen.Lit(fmt.Sprintf("%s %d", words(name), n))
	case kind == schema.Float32, kind == schema.Float64:
		return jen.Lit(float64(n) + 0.5)
	default:
		return jen.Lit((n-1)%127 + 1)
	}
}

// words is a Go name in small letters, with spaces between its words.
func words(name string) string {
	var b strings.Builder
	runes := []rune(name)
	for i, r := range runes {
		if unicode.IsUpper(r) && i > 0 && (!unicode.IsUpper(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1])) {
			b.WriteByte(' ')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

func (s *samples) named(t *schema.Named, name string) *jen.Statement {
	if s.within[t] > 1 {
		return nil
	}
	s.within[t]++
	foreign := s.foreign
	s.foreign = t.Path != s.f.pkg.Path
	defer func() {
		s.within[t]--
		s.foreign = foreign
	}()
	if d := s.f.declarationOf(t); d != nil {
		if v, ok := s.declared(d, t, name); ok {
			return v
		}
	}
	switch t.Encoding {
	case schema.EncodeValue:
		return s.restored(t.Value, name)
	case schema.EncodeTime:
		n := s.number()
		return s.f.std("time", "Date").Call(jen.Lit(2026), s.f.std("time", "May"), jen.Lit(n%28+1),
			jen.Lit(12), jen.Lit(34), jen.Lit(56), jen.Lit(123456789), s.f.std("time", "UTC"))
	case schema.EncodeUUID:
		return s.f.typ(t).Values(jen.Lit((s.number()-1)%255 + 1))
	case schema.EncodeRaw:
		return s.f.typ(t).Parens(jen.Id(fmt.Sprintf("`{\"n\":%d}`", s.number())))
	case schema.EncodeText, schema.EncodeJSON, schema.EncodeOpaque:
		if t.Path == "encoding/json" && t.Name == "Number" {
			return s.f.typ(t).Parens(jen.Lit(strconv.Itoa(s.number())))
		}
		// Nobody but the type itself knows what its values look like.
		s.guessed = true
		return nil
	}
	switch schema.Resolve(t.Under).(type) {
	case *schema.Struct, *schema.Slice, *schema.Array, *schema.Map:
		if s.literals == mostLiterals {
			return nil
		}
		s.literals++
	}
	switch u := schema.Resolve(t.Under).(type) {
	case *schema.Struct:
		return s.fields(s.literalType(t), u)
	case *schema.Slice, *schema.Array, *schema.Map:
		if !s.spellable(u) {
			return nil
		}
		return s.composite(s.f.typ(t), u, name)
	default:
		return s.value(u, name)
	}
}

// restored spells a value object: the one that its sample function gives, or what
// its decode function makes of a made-up value.
func (s *samples) restored(v *schema.Value, name string) *jen.Statement {
	if v.Sample != nil {
		return s.f.function(*v.Sample).Call()
	}
	from := s.typed(v.Base, name)
	s.guessed = true
	if from == nil {
		return nil
	}
	if v.Fails {
		s.usesTryErr = true
		return jen.Id(s.tryErr).Call(s.f.function(*v.Decode), from)
	}
	s.usesTry = true
	return jen.Id(s.try).Call(s.f.function(*v.Decode), from)
}

// composite spells a slice or a map of two elements, or an array, of the type that
// is spelt already.
func (s *samples) composite(typ *jen.Statement, t schema.Type, name string) *jen.Statement {
	switch t := t.(type) {
	case *schema.Slice:
		return s.elements(typ, t.Elem, 2, name)
	case *schema.Array:
		return s.elements(typ, t.Elem, min(t.Len, 2), name)
	case *schema.Map:
		var entries []jen.Code
		seen := make(map[string]bool)
		for range 2 {
			key := s.key(t.Key, name)
			value := s.element(t.Elem, name)
			if spelt := fmt.Sprintf("%#v", key); key != nil && value != nil && !seen[spelt] {
				seen[spelt] = true // of some types there are not two values
				entries = append(entries, key.Op(":").Add(value))
			}
		}
		return typ.Values(entries...)
	}
	return nil
}

// key spells a key of a map: nil for a type of which there is but the zero value.
func (s *samples) key(t schema.Type, name string) *jen.Statement {
	if readForm(t) == textKey {
		if n := schema.Resolve(t).(*schema.Named); n.Encoding == schema.EncodeText && s.f.declarationOf(n) == nil {
			return nil
		}
	}
	return s.value(t, name)
}

func (s *samples) elements(typ *jen.Statement, elem schema.Type, n int64, name string) *jen.Statement {
	var elements []jen.Code
	for range n {
		if v := s.element(elem, name); v != nil {
			elements = append(elements, v)
		}
	}
	return typ.Values(elements...)
}

// fields spells a composite literal of a struct, of the type that is spelt
// already, with the fields that are encoded.
func (s *samples) fields(typ *jen.Statement, t *schema.Struct) *jen.Statement {
	s.elide = false
	return typ.Add(s.level(schema.JSONFields(t), 0))
}

// level spells the elements of a literal for the fields that have their first
// steps in common, and the literals of what is embedded.
func (s *samples) level(fields []schema.JSONField, depth int) *jen.Statement {
	var items []jen.Code
	for len(fields) > 0 {
		field := fields[0]
		if len(field.Path) == depth {
			fields = fields[1:]
			if v := s.field(field); v != nil {
				items = append(items, jen.Id(field.Field.Name.Value).Op(":").Add(v))
			}
			continue
		}
		step := field.Path[depth]
		n := 0
		for n < len(fields) && len(fields[n].Path) > depth && fields[n].Path[depth] == step {
			n++
		}
		if s.spellable(step.Type) {
			elem, typ := schema.Resolve(step.Type), new(jen.Statement)
			if p, ok := elem.(*schema.Pointer); ok {
				elem = p.Elem
				typ.Op("&")
			}
			items = append(items, jen.Id(step.Name.Value).Op(":").Add(typ.Add(s.f.typ(elem)).Add(s.level(fields[:n], depth+1))))
		}
		fields = fields[n:]
	}
	if len(items) < 3 {
		return jen.Values(items...)
	}
	return elements("{", "}", items...)
}

func (s *samples) field(f schema.JSONField) *jen.Statement {
	name := f.Field.Name.Value
	if f.Field.Value != nil {
		return s.restored(f.Field.Value, name)
	}
	if f.OmitZero && decidesItself(f.Field.Type) {
		return nil
	}
	return s.value(f.Field.Type, name)
}

// decidesItself says whether a type has a method that says which of its values are
// zero: any of them may be left out.
func decidesItself(t schema.Type) bool {
	t = schema.Resolve(t)
	if p, ok := t.(*schema.Pointer); ok {
		t = schema.Resolve(p.Elem)
	}
	n, ok := t.(*schema.Named)
	return ok && n.Encoding != schema.EncodeTime && (n.IsZero || n.PointerIsZero)
}

// zeroIsSafe says whether the zero value of a t comes back from its encoding for
// sure: not where a type's own functions may refuse it.
func (s *samples) zeroIsSafe(t schema.Type) bool {
	switch t := schema.Resolve(t).(type) {
	case *schema.Array:
		return t.Len == 0 || s.zeroIsSafe(t.Elem)
	case *schema.Struct:
		for _, f := range schema.JSONFields(t) {
			v := f.Field.Value
			if v != nil && (v.Fails || !s.zeroIsSafe(v.Base)) || v == nil && !s.zeroIsSafe(f.Field.Type) {
				return false
			}
		}
	case *schema.Named:
		if s.f.declarationOf(t) != nil && t.Encoding == schema.EncodeText {
			return true // a UUID or a time
		}
		switch t.Encoding {
		case schema.EncodeValue:
			return !t.Value.Fails && s.zeroIsSafe(t.Value.Base)
		case schema.EncodeText, schema.EncodeJSON, schema.EncodeOpaque, schema.EncodeRaw:
			return false
		case schema.EncodeUnder:
			return s.zeroIsSafe(t.Under)
		}
	}
	return true
}
