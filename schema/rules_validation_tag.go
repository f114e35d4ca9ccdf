package schema

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// validateTag is the validate tag of a field.
type validateTag struct {
	*validation
	// strct is the struct that the field is in; in calls it in a sentence.
	strct *Struct
	field *Field
	in    string
	place Span
	// before is the rule before the one that is being judged, nil for the first.
	before *validatePart
}

// validatePart is one of the rules between the commas of a tag, or between the bars of
// these.
type validatePart struct {
	name, param Text
	hasParam    bool
	// or are further rules of which one is enough.
	or []validatePart
}

// splitValidate splits a tag as the library does.
func splitValidate(tag Text) []validatePart {
	// Where the text is not spelt as it is, through escapes or in another language, there
	// is but the place of the whole.
	exact := len(tag.Value) == tag.Span.Width && strings.HasSuffix(tag.Span.File, ".go")
	piece := func(from, to int) Text {
		t := Text{Value: tag.Value[from:to], Span: tag.Span}
		if exact {
			t.Span.Column += from
			t.Span.Width = max(to-from, 1)
		}
		return t
	}
	var parts []validatePart
	from := 0
	for word := range strings.SplitSeq(tag.Value, ",") {
		var alternatives []validatePart
		start := from
		for alternative := range strings.SplitSeq(word, "|") {
			name, param, hasParam := strings.Cut(alternative, "=")
			p := validatePart{name: piece(start, start+len(name)), hasParam: hasParam}
			if hasParam {
				p.param = piece(start+len(name)+1, start+len(alternative))
				p.param.Value = strings.NewReplacer("0x2C", ",", "0x7C", "|").Replace(param)
			}
			alternatives = append(alternatives, p)
			start += len(alternative) + 1
		}
		first := alternatives[0]
		first.or = alternatives[1:]
		parts = append(parts, first)
		from += len(word) + 1
	}
	return parts
}

func (t *validateTag) name() string { return "field " + t.field.Name.Value + " of " + t.in }

// errorf reports an error at a place of the tag, or at what leads to it.
func (t *validateTag) errorf(code Code, place Span, format string, args ...any) *Diagnostic {
	return t.c.errorf(code, at(place, t.place), format, args...)
}

// parts judges rules for values of a type.
func (t *validateTag) parts(parts []validatePart, typ Type) {
	null := nilPointers{typ: typ}
	for i := 0; i < len(parts); i++ {
		p := parts[i]
		t.before = nil
		if i > 0 {
			t.before = &parts[i-1]
		}
		if t.misusedWord(p) {
			return
		}
		if met := null.meets(p); met != nil {
			t.errorf(codeValidateKind, met.Span, "the rule %s does not fit %s where that is nil, which the rule %s lets through", met.Value, t.name(), null.passed).
				help("write omitempty between the two")
			return
		}
		switch p.name.Value {
		case "dive":
			if kindOf(typ)&(kindsList|kindOther) == 0 {
				t.errorf(codeValidateKind, p.name.Span, "the rule dive does not fit %s, which is %s", t.name(), spell(typ, t.pkg.Path)).
					help("dive goes into slices, arrays and maps; structs are gone into by themselves")
				return
			}
			container := containerOf(typ)
			if i+1 < len(parts) && parts[i+1].name.Value == "keys" {
				i = t.keys(parts, i+1, container)
			}
			if typ = elemOf(container); typ == nil {
				return // what an interface holds
			}
			null = nilPointers{typ: typ}
		case "keys":
			t.errorf(codeValidateRule, p.name.Span, "keys stands without dive right before it in the tag of %s", t.field.Name.Value).
				help("write dive,keys,…,endkeys")
			return
		case "endkeys":
			t.errorf(codeValidateRule, p.name.Span, "endkeys stands without keys before it in the tag of %s", t.field.Name.Value).
				help("write dive,keys,…,endkeys")
			return
		default:
			for _, alternative := range append([]validatePart{p}, p.or...) {
				t.rule(alternative, typ)
			}
		}
	}
}

// misusedWord reports a word such as dive that has a parameter, or is to be one of several
// rules. For the library it is another rule then, which it does not know.
func (t *validateTag) misusedWord(p validatePart) bool {
	for _, alternative := range append([]validatePart{p}, p.or...) {
		switch name := alternative.name.Value; {
		case !validationRules[name].Word:
		case alternative.hasParam:
			t.errorf(codeValidateParam, at(alternative.param.Span, alternative.name.Span), "%s takes no parameter", name).help("write %s alone", name)
			return true
		case len(p.or) > 0:
			t.errorf(codeValidateRule, alternative.name.Span, "%s cannot be one of several rules with bars between them", name).
				help("separate it from the others by a comma")
			return true
		}
	}
	return false
}

// keys judges the rules between keys and endkeys, and returns where the latter is.
func (t *validateTag) keys(parts []validatePart, start int, container Type) int {
	end := slices.IndexFunc(parts[start:], func(p validatePart) bool { return p.name.Value == "endkeys" })
	if end < 0 || end == 1 {
		t.errorf(codeValidateRule, parts[start].name.Span, "the tag of %s has no rules between keys and endkeys", t.field.Name.Value).
			help("write dive,keys,…,endkeys, and behind that the rules of the values")
		return len(parts)
	}
	m, ok := container.(*Map)
	if !ok {
		if container != nil {
			t.errorf(codeValidateKind, parts[start].name.Span, "the rule keys does not fit %s, which is no map", t.name()).
				help("only maps have keys that rules can be about")
		}
		return start + end
	}
	t.parts(parts[start+1:start+end], m.Key)
	return start + end
}

// containerOf is the slice, array or map that a type is, or points to; nil for others.
func containerOf(t Type) Type {
	for range 100 {
		t = underlying(t)
		p, ok := t.(*Pointer)
		if !ok {
			break
		}
		t = p.Elem
	}
	switch t.(type) {
	case *Slice, *Array, *Map:
		return t
	}
	return nil
}

// rule judges one rule for values of a type.
func (t *validateTag) rule(p validatePart, typ Type) {
	known, ok := validationRules[p.name.Value]
	switch {
	case !ok && strings.TrimSpace(p.name.Value) == "":
		t.errorf(codeValidateRule, p.name.Span, "the tag of %s has an empty rule", t.field.Name.Value).
			help("remove the comma or the bar beside it; a comma in a parameter is written 0x2C, and a bar 0x7C")
		return
	case !ok:
		t.unknown(p)
		return
	}
	kind := kindOf(typ)
	if kind&(known.on|kindOther) == 0 {
		d := t.errorf(codeValidateKind, p.name.Span, "the rule %s does not fit %s, which is %s", known.Name, t.name(), spell(typ, t.pkg.Path)).
			help("it is for %s", alternatives(kindNames(known.on)))
		if elem := elemOf(containerOf(typ)); elem != nil && kindOf(elem)&known.on != 0 {
			d.help("for the elements, write dive,%s", known.Name)
		}
		return
	}
	if method := known.method(p); method != "" && t.lacks(typ, method) {
		t.errorf(codeValidateKind, p.name.Span, "the rule %s does not fit %s: %s has no method %s", known.Name, t.name(), spell(typ, t.pkg.Path), method).
			help("write the method, or use rules such as oneof")
		return
	}
	t.param(known, p, typ, kind)
}

func (t *validateTag) unknown(p validatePart) {
	d := t.errorf(codeValidateRule, p.name.Span, "there is no validation rule %s", strconv.Quote(p.name.Value)).
		help("the rules are those of github.com/go-playground/validator/v10, and pattern and valid; others go into a method Validate() error")
	if trimmed := strings.TrimSpace(p.name.Value); validationRules[trimmed].Name != "" {
		d.help("remove the spaces around %s", trimmed)
		return
	}
	if before := t.before; before != nil && before.hasParam && !p.hasParam {
		switch validationRules[before.name.Value].param {
		case paramList:
			d.help("the values of %s have spaces between them: %[1]s=%s %s", before.name.Value, before.param.Value, p.name.Value)
			return
		case paramRegexp:
			d.help("a comma in a parameter is written 0x2C: %s=%s0x2C%s", before.name.Value, before.param.Value, p.name.Value)
			return
		}
	}
	names := make([]string, 0, len(validationRules))
	for name := range validationRules {
		names = append(names, name)
	}
	if better := map[string]string{"min_length": "min", "max_length": "max", "one_of": "oneof", "regexp": "pattern", "regex": "pattern",
		"enum": "oneof", "minlength": "min", "maxlength": "max", "length": "len", "mail": "email"}[p.name.Value]; better != "" {
		d.help("did you mean %s?", better)
	} else if near := Nearest(p.name.Value, names); near != "" {
		d.help("did you mean %s?", near)
	}
}

func kindNames(on kinds) []string {
	var names []string
	for _, k := range []struct {
		kind kinds
		name string
	}{
		{kindString, "strings"}, {kindText, "types with a text"}, {kindBytes, "bytes"}, {kindsWhole, "integers"}, {kindFloat, "floats"}, {kindBool, "booleans"},
		{kindsList, "slices and maps"}, {kindTime, "times"},
	} {
		if on&k.kind != 0 {
			names = append(names, k.name)
		}
	}
	return names
}

// param judges what follows the equals sign of a rule.
func (t *validateTag) param(r ValidationRule, p validatePart, typ Type, kind kinds) {
	wrong := func(what, help string) {
		t.errorf(codeValidateParam, at(p.param.Span, p.name.Span), "the rule %s of %s %s", r.Name, t.name(), what).help("%s", help)
	}
	value := p.param.Value
	optional := r.param == paramNone || r.param == paramMaybe || r.param == paramElement || r.param == paramSpiceDB || r.param == paramLimit && kind&kindTime != 0
	switch {
	case value == "" && (!optional || p.hasParam):
		wrong("lacks its parameter", "write "+r.Name+"="+map[validationParam]string{
			paramLimit: "1", paramField: "Field", paramFields: "Field Other", paramConditions: "Field value", paramRegexp: "^[a-z]+$", paramList: "one two",
			paramElement: "Field", paramSpiceDB: "id", paramText: "text", paramValue: "value",
		}[r.param])
		return
	case p.hasParam && (r.param == paramNone || kind&kindTime != 0 && r.param == paramLimit):
		help := "write " + r.Name + " alone"
		if kind&kindTime != 0 {
			help += ": it compares with the time at which the command is validated"
		}
		wrong("takes no parameter", help)
		return
	case value == "" && r.param != paramElement:
		return
	}
	switch r.param {
	case paramLimit, paramValue:
		if what := wrongNumber(value, typ, kind, r.param == paramValue); what != "" {
			wrong("needs "+what+", not "+strconv.Quote(value), "write it as Go does, as in "+r.Name+"="+likelyNumber(typ, kind))
		}
	case paramList:
		if kind&kindsWhole == 0 {
			return
		}
		for _, word := range validateWords(value) {
			if _, err := strconv.ParseInt(word, 10, 64); err != nil && !isUint(word) {
				wrong("compares an integer with "+strconv.Quote(word), "list integers, separated by spaces")
				return
			}
		}
	case paramRegexp:
		if _, err := regexp.Compile(value); err != nil {
			wrong("is no regular expression: "+strings.TrimPrefix(err.Error(), "error parsing regexp: "), "its syntax is that of package regexp; a comma in it is written 0x2C, and a bar 0x7C")
		}
	case paramSpiceDB:
		if value != "permission" && value != "type" && value != "id" {
			wrong("does not know "+strconv.Quote(value), "write permission, type or id")
		}
	case paramField:
		other := t.other(p.param, r.Name, value)
		switch {
		case other == nil || r.Name == "fieldcontains" || r.Name == "fieldexcludes":
		case r.Name != "postcode_iso3166_alpha2_field":
			t.sameKind(p.param, r.Name, value, typ, other)
		case kindOf(other)&kindString == 0:
			t.errorf(codeValidateField, p.param.Span, "the rule %s of %s takes the country from %s, which is %s", r.Name, t.name(), value, spell(other, t.pkg.Path)).
				help("name a field that is a string, with a code such as CH")
		}
	case paramFields:
		for _, name := range validateWords(value) {
			t.other(p.param, r.Name, name)
		}
	case paramConditions:
		t.conditions(r, p, wrong)
	case paramElement:
		if value == "" && containerOf(typ) == nil && kind != kindOther {
			wrong("lacks its parameter", "name the field that it must differ from: unique=Other")
			return
		}
		t.unique(p, typ, kind)
	}
}

func isUint(s string) bool {
	_, err := strconv.ParseUint(s, 10, 64)
	return err == nil
}

// wrongNumber says what a parameter must be where it isn't: what the library would panic
// about.
func wrongNumber(value string, typ Type, kind kinds, equal bool) string {
	var err error
	what := "a whole number"
	switch {
	case kind&kindString != 0 && equal:
		return ""
	case kind&kindBool != 0:
		_, err = strconv.ParseBool(value)
		what = "true or false"
	case kind&kindInt != 0 && isDuration(typ):
		if _, err = time.ParseDuration(value); err != nil {
			_, err = strconv.ParseInt(value, 0, 64)
		}
		what = "a duration such as 90s"
	case kind&(kindUint|kindUintptr) != 0:
		_, err = strconv.ParseUint(value, 0, 64)
		what = "a whole number that is not negative"
	case kind&kindFloat != 0:
		_, err = strconv.ParseFloat(value, 64)
		what = "a number"
		if b, ok := underlying(pointed(typ)).(*Basic); ok && b.Kind == Float32 {
			_, err = strconv.ParseFloat(value, 32)
		}
	case kind&(kindInt|kindString|kindsList) != 0:
		_, err = strconv.ParseInt(value, 0, 64)
	}
	if err != nil {
		return what
	}
	return ""
}

func likelyNumber(typ Type, kind kinds) string {
	switch {
	case kind&kindBool != 0:
		return "true"
	case kind&kindInt != 0 && isDuration(typ):
		return "90s"
	}
	return "10"
}

// pointed is what a type points to, through any number of pointers, or the type itself.
func pointed(t Type) Type {
	for range 100 {
		p, ok := underlying(t).(*Pointer)
		if !ok {
			break
		}
		t = p.Elem
	}
	return t
}

var validateWord = regexp.MustCompile(`'[^']*'|\S+`)

// validateWords splits a parameter at spaces, as the library does.
func validateWords(param string) []string {
	words := validateWord.FindAllString(param, -1)
	for i := range words {
		words[i] = strings.ReplaceAll(words[i], "'", "")
	}
	return words
}

// other is the type of the field that a parameter names, from the struct that the field is
// in. It is nil where there is none, which is reported, or where nobody knows.
func (t *validateTag) other(place Text, rule, path string) Type {
	var typ Type = t.strct
	for step := range strings.SplitSeq(path, ".") {
		name, index, indexed := strings.Cut(step, "[")
		s, ok := underlying(pointed(typ)).(*Struct)
		if !ok {
			if kindOf(typ) == kindOther {
				return nil
			}
			t.errorf(codeValidateField, place.Span, "the rule %s of %s names %s, but %s is no struct", rule, t.name(), path, spell(typ, t.pkg.Path)).
				help("name a field as Go would select it from the struct, as in Period.From")
			return nil
		}
		f, names := lookupField(s, name)
		if f == nil {
			d := t.errorf(codeValidateField, place.Span, "the rule %s of %s names the field %s, which is not there", rule, t.name(), name).
				help("%s", didYouMean(name, "fields", names))
			for _, other := range s.Fields {
				if other.JSON.Name.Value == name {
					d.help("fields are named as Go names them: %s", other.Name.Value)
				}
			}
			return nil
		}
		if typ = f.Type; indexed {
			container := containerOf(typ)
			if container == nil || !strings.HasSuffix(index, "]") {
				t.errorf(codeValidateField, place.Span, "the rule %s of %s names %s, but %s is no slice and no map", rule, t.name(), path, name).
					help("name a field, as in Period.From")
				return nil
			}
			typ = elemOf(container)
		}
		if typ == nil {
			return nil
		}
	}
	return typ
}

// lookupField finds a field by its name, its own or one of an embedded struct. names are
// all that there are.
func lookupField(s *Struct, name string) (found *Field, names []string) {
	visited := map[*Struct]bool{}
	for queue := []*Struct{s}; len(queue) > 0; queue = queue[1:] {
		if visited[queue[0]] {
			continue
		}
		visited[queue[0]] = true
		for _, f := range queue[0].Fields {
			if f.Name.Value == name && found == nil {
				found = f
			}
			names = append(names, f.Name.Value)
			if inner, ok := underlying(pointed(f.Type)).(*Struct); ok && f.Embedded {
				queue = append(queue, inner)
			}
		}
	}
	return found, names
}

// sameKind reports a comparison with a field of another kind, which is never or always
// true.
func (t *validateTag) sameKind(place Text, rule, path string, typ, other Type) {
	const beside = kindText | kindBytes
	a, b := kindOf(typ)&^beside, kindOf(other)&^beside
	if a == kindOther || b == kindOther || a == b {
		return
	}
	t.errorf(codeValidateField, place.Span, "the rule %s of %s compares %s with %s, which is %s", rule, t.name(), spell(typ, t.pkg.Path), path, spell(other, t.pkg.Path)).
		help("compare fields of one type, or check it in a method Validate() error")
}

// conditions judges fields and values in turn.
func (t *validateTag) conditions(r ValidationRule, p validatePart, wrong func(what, help string)) {
	words := validateWords(p.param.Value)
	if len(words)%2 != 0 {
		wrong("has a field without a value", "write pairs, as in "+r.Name+"=Kind card; a value with spaces in it is put into single quotes")
		return
	}
	seen := map[string]bool{}
	for i := 0; i < len(words); i += 2 {
		if seen[words[i]] {
			wrong("names the field "+words[i]+" twice", "each field has one value; what is more goes into a method Validate() error")
			return
		}
		seen[words[i]] = true
		other := t.other(p.param, r.Name, words[i])
		if other == nil {
			continue
		}
		kind := kindOf(other)
		if kind&(kindBool|kindTime|kindStruct|kindOther) != 0 || words[i+1] == "nil" && kind&(kindSlice|kindMap) != 0 {
			if kind&kindBool != 0 && words[i+1] != "true" && words[i+1] != "false" {
				wrong("compares "+words[i]+" with "+words[i+1]+", not with true or false", "write true or false")
			}
			continue
		}
		if what := wrongNumber(words[i+1], &Basic{Kind: Int}, kind, true); what != "" {
			wrong("compares "+words[i]+" with "+strconv.Quote(words[i+1])+", not with "+what, words[i]+" is "+spell(other, t.pkg.Path))
		}
	}
}

// unique judges the rule of that name: elements are keys of a map there.
func (t *validateTag) unique(p validatePart, typ Type, kind kinds) {
	container := containerOf(typ)
	if container == nil {
		t.uniqueBeside(p, typ, kind)
		return
	}
	elem := pointed(elemOf(container))
	s, isStruct := underlying(elem).(*Struct)
	if _, isMap := container.(*Map); p.param.Value != "" && !isMap {
		var f *Field
		var names []string
		if isStruct {
			f, names = lookupField(s, p.param.Value)
		}
		if f == nil {
			t.errorf(codeValidateField, p.param.Span, "the rule unique of %s names the field %s, which %s does not have", t.name(), p.param.Value, spell(elem, t.pkg.Path)).
				help("name a field of the elements").
				help("%s", didYouMean(p.param.Value, "fields", names))
			return
		}
		elem = f.Type
	}
	if !isComparable(elem) && kindOf(elem) != kindOther {
		t.errorf(codeValidateKind, p.name.Span, "the rule unique does not fit %s: == does not work on %s", t.name(), spell(elem, t.pkg.Path)).
			help("name a field of the elements that can be compared, as in unique=ID, or check it in a method Validate() error")
	}
}

// uniqueBeside judges unique for what is no list: another field of the struct must differ
// from it, and be of exactly its kind.
func (t *validateTag) uniqueBeside(p validatePart, typ Type, kind kinds) {
	if kind&kindOther != 0 {
		return
	}
	other := t.other(p.param, p.name.Value, p.param.Value)
	if other == nil && !strings.ContainsAny(p.param.Value, ".[") {
		return
	}
	if other != nil && !strings.ContainsAny(p.param.Value, ".[") {
		one, isBasic := underlying(pointed(typ)).(*Basic)
		same, alsoBasic := underlying(other).(*Basic)
		if isBasic && alsoBasic && one.Kind == same.Kind || kind&(kindStruct|kindTime) != 0 && sameType(pointed(typ), other) && isComparable(other) {
			return
		}
	}
	t.errorf(codeValidateField, p.param.Span, "the rule unique of %s compares %s with %s", t.name(), spell(typ, t.pkg.Path), p.param.Value).
		help("name a field of the same struct and the same type, or use nefield=%s", p.param.Value)
}
