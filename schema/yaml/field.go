package yaml

import (
	"go/token"
	"strings"

	"github.com/esgen/esgen/schema"
)

// resolveFields reads the fields of a declaration.
func (p *program) resolveFields(d *decl, fields *node) {
	byName, byJSON := map[string]*fieldDecl{}, map[string]*fieldDecl{}
	for _, pr := range fields.good() {
		f := &fieldDecl{key: pr.key, json: pr.key.value()}
		typ := pr.value
		if pr.value.kind == mapping {
			f.n = pr.value
			typ = f.n.get("type")
		}
		if n := f.n.get("json"); n != nil {
			f.json = n.value()
		}
		if !p.nameField(d, f) || !p.checkJSON(f) {
			continue
		}
		if before := byName[f.name.Value]; before != nil {
			p.errorf(codeCollision, f.name.Span, "the fields %s and %s are both %s in Go", before.key.text, f.key.text, f.name.Value).
				note(before.name.Span, "%s is here", before.key.text).
				help("give one of them another name with go_name")
			continue
		}
		byName[f.name.Value] = f
		if before := byJSON[f.json.Value]; before != nil && !d.hasState() {
			p.errorf(codeCollision, f.json.Span, "the fields %s and %s are both %s in JSON", before.key.text, f.key.text, quoted(f.json.Value)).
				note(before.json.Span, "%s is here", before.key.text).
				help("give one of them another name")
			continue
		}
		byJSON[f.json.Value] = f
		if typ != nil {
			f.typ = p.typeOf(typ, d)
		}
		if f.typ != nil {
			f.holdsChild = p.holdsChild(f.typ)
		}
		d.fields = append(d.fields, f)
	}
}

// hasState says whether the fields are unexported ones, which have no JSON names.
func (d *decl) hasState() bool {
	return d.kind == schema.DeclaredAggregate || d.kind == schema.DeclaredChild || d.kind == schema.DeclaredDecision
}

// nameField finds the field's Go name.
func (p *program) nameField(d *decl, f *fieldDecl) bool {
	if n := f.n.get("go_name"); n != nil {
		f.name = n.value()
		switch {
		case !token.IsIdentifier(n.text) || n.text == "_":
			p.errorf(codeIdentifier, n.span, "%s is no name of Go's", quoted(n.text)).
				help("it begins with a letter and goes on with letters and digits")
			return false
		case !d.hasState() && !token.IsExported(n.text):
			p.errorf(codeIdentifier, n.span, "the field %s must be exported, or it is not in the JSON", n.text).
				help("begin its name with a capital")
			return false
		case d.hasState() && token.IsExported(n.text):
			p.errorf(codeIdentifier, n.span, "the state field %s must not be exported: only events change it", n.text).
				help("begin its name with a small letter")
			return false
		}
		return p.meetsNoMethod(d, f)
	}
	f.name = schema.Text{Value: exportedName(f.key.text), Span: f.key.span}
	fine := isExportedName(f.name.Value)
	if d.hasState() {
		f.name.Value = unexportedName(f.key.text)
		fine = token.IsIdentifier(f.name.Value)
	}
	if !fine {
		x := p.errorf(codeIdentifier, f.key.span, "Go cannot spell the field %s", quoted(f.key.text))
		if f.n == nil {
			x.help("say how it is called there: %s: {type: …, go_name: NAME}", f.key.text)
		} else {
			x.help("say how it is called there, with go_name: NAME")
		}
		return false
	}
	return p.meetsNoMethod(d, f)
}

// meetsNoMethod refuses a field that is called as a generated method of its type is.
func (p *program) meetsNoMethod(d *decl, f *fieldDecl) bool {
	method := ""
	switch d.kind {
	case schema.DeclaredEvent:
		if f.name.Value == schema.EventTypeMethod {
			method = "gives the event's name"
		}
	case schema.DeclaredAggregate, schema.DeclaredChild:
		if f.name.Value == schema.RecordMethod {
			method = "records events"
		}
		for _, e := range d.events {
			if f.name.Value == "apply"+e.name.Value && e.n.pair("sets") != nil {
				method = "applies " + e.name.Value
			}
		}
	}
	if method == "" {
		return true
	}
	p.errorf(codeCollision, f.name.Span, "the field %s is called %s in Go, and so is the generated method that %s", f.key.text, f.name.Value, method).
		help("give it another name with go_name")
	return false
}

// checkJSON refuses names that a struct tag cannot hold. What encoding/json does not
// take either is for the rules to say.
func (p *program) checkJSON(f *fieldDecl) bool {
	name := f.json.Value
	i := breaking(name, "\"'`\\,")
	switch {
	case name == "":
		p.errorf(codeBreaksOut, f.json.Span, "the JSON name of %s is empty", f.key.text)
	case i >= 0:
		p.errorf(codeBreaksOut, f.json.Span, "the JSON name %s has %s in it, which would break generated code", quoted(name), describe(name[i:]))
	default:
		return true
	}
	return false
}

// typeOf reads a type and looks up its names. The result is nil where there is an
// error.
func (p *program) typeOf(n *node, user *decl) *typeExpr {
	if p.refused[strings.TrimLeft(n.text, "[]? ")] {
		n.bad = true // also where it is a name that no type can have
		return nil
	}
	t := parseType(p.findings, n)
	if t != nil && !p.lookUp(t, user) {
		n.bad = true
		return nil
	}
	return t
}

// lookUp checks the names of a type.
func (p *program) lookUp(t *typeExpr, user *decl) bool {
	switch t.form {
	case listType, pointerType:
		return p.lookUp(t.elem, user)
	case mapType:
		return p.lookUp(t.key, user) && p.checkMapKey(t.key) && p.lookUp(t.elem, user)
	}
	if isBuiltin(t.name) {
		return true
	}
	d := p.byName[t.name]
	if d == nil && p.refused[t.name] {
		return false
	}
	if d == nil {
		x := p.errorf(codeType, t.span, "unknown type %s", t.name)
		switch help := p.didYouMean(t.name, p.typeNames()); {
		case foreignNames[t.name] != "":
			x.help("here it is called %s", foreignNames[t.name])
		case help != "":
			x.help("%s", help)
		default:
			x.help("declare it under types; one that Go code declares with go: {import: PATH, name: %s}", t.name)
		}
		return false
	}
	switch {
	case d.kind == schema.DeclaredScalar, d.kind == schema.DeclaredEnum, d.kind == schema.DeclaredStruct:
		return true
	case d.kind == schema.DeclaredChild && (user.kind == schema.DeclaredAggregate || user.kind == schema.DeclaredChild):
		return true
	}
	p.errorf(codeType, t.span, "%s is %s, and no type for fields of %s", t.name, kindName(d.kind), kindName(user.kind)).
		note(d.name.Span, "%s is declared here", t.name).
		help("fields have the types that stand under types, and built-in ones")
	return false
}

// foreignNames are the names that other languages have for our types.
var foreignNames = map[string]string{
	"str": "string", "text": "string", "varchar": "string", "integer": "int", "long": "int64", "float": "float64", "double": "float64",
	"number": "float64", "decimal": "string", "boolean": "bool", "byte": "uint8", "rune": "int32", "datetime": "time", "date": "time",
	"timestamp": "time", "Time": "time", "UUID": "uuid", "guid": "uuid", "object": "any", "json": "any", "interface": "any", "Duration": "duration",
}

// checkMapKey says whether JSON can spell keys of a type.
func (p *program) checkMapKey(t *typeExpr) bool {
	b := p.basis(t)
	if t.form == namedType && (b.isInteger() || b.kind == basicBasis && b.name == "string" || b.kind == enumBasis || b.kind == foreignBasis) {
		return true
	}
	if t.form == namedType && !isBuiltin(t.name) && b.kind == basicBasis && (b.name == "uuid" || b.name == "time") {
		return true
	}
	p.errorf(codeType, t.span, "%s cannot be the key of a map", t).
		help("a key is a string, an integer, an enum, or a declared type over a string, an integer, uuid or time")
	return false
}

// typeNames are the names that a type can have, for suggestions.
func (p *program) typeNames() []string {
	if p.suggested != nil {
		return p.suggested
	}
	var list []string
	for name := range builtins {
		list = append(list, name)
	}
	for name, d := range p.byName {
		switch d.kind {
		case schema.DeclaredScalar, schema.DeclaredEnum, schema.DeclaredStruct, schema.DeclaredChild:
			list = append(list, name)
		}
	}
	p.suggested = list
	return list
}

func kindName(k schema.DeclarationKind) string {
	switch k {
	case schema.DeclaredAggregate:
		return "an aggregate"
	case schema.DeclaredChild:
		return "a child"
	case schema.DeclaredEvent:
		return "an event"
	case schema.DeclaredCommand:
		return "a command"
	case schema.DeclaredDecision:
		return "a decision model"
	}
	return "a type"
}

// holdsChild says whether a state field holds children.
func (p *program) holdsChild(t *typeExpr) bool {
	if t.form != namedType {
		return p.holdsChild(t.elem)
	}
	d := p.byName[t.name]
	return !isBuiltin(t.name) && d != nil && d.kind == schema.DeclaredChild
}

// checkEndless refuses a type that holds itself, and so would be of no finite size.
func (p *program) checkEndless(d *decl) {
	var visit func(from *decl, seen map[*decl]bool) bool
	visit = func(from *decl, seen map[*decl]bool) bool {
		for _, f := range from.fields {
			if f.typ == nil || f.typ.form != namedType {
				continue
			}
			to := p.byName[f.typ.name]
			if to == d {
				return true
			}
			if to != nil && to.kind == schema.DeclaredStruct && !seen[to] {
				seen[to] = true
				if visit(to, seen) {
					return true
				}
			}
		}
		return false
	}
	for _, f := range d.fields {
		if f.typ == nil || f.typ.form != namedType {
			continue
		}
		to := p.byName[f.typ.name]
		if to == d || to != nil && to.kind == schema.DeclaredStruct && visit(to, map[*decl]bool{to: true}) {
			p.errorf(codeType, f.typ.span, "%s holds itself, without an end", d.name.Value).
				help("let it be null, with ?%s, or be a list", f.typ)
			return
		}
	}
}
