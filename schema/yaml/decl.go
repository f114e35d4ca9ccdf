package yaml

import (
	"fmt"
	"go/token"
	"strings"

	"golang.org/x/mod/module"

	"github.com/esgen/esgen/schema"
)

// decl is a declaration of a schema file.
type decl struct {
	kind schema.DeclarationKind
	// twin says that another declaration has the name already, which was reported.
	twin bool
	// foreign says that Go code declares the type, which has no Declaration.
	foreign bool
	// name is its Go name; n the mapping that declares it.
	name schema.Text
	n    *node

	// base and rules are those of a scalar, values those of an enum.
	base   *typeExpr
	rules  []rule
	values []schema.EnumValue
	fields []*fieldDecl
	// path and goName are the import path and the name of a foreign type; path is empty
	// for one of the package. pathAt is where the path stands.
	path, goName string
	pathAt       schema.Span

	// stable is the stable name of an aggregate.
	stable schema.Text
	// owner is the aggregate that an event or a command belongs to.
	owner *decl
	// id is the field with the ID of an aggregate or a child, target that of a command.
	id     *fieldDecl
	events []*decl
	sets   []set
}

// set is a state field that an event sets.
type set struct {
	state, event *fieldDecl
	at           schema.Span
}

// fieldDecl is a field of a declaration.
type fieldDecl struct {
	key  *node
	name schema.Text
	json schema.Text
	// n is the mapping that declares it, nil where it is just a type.
	n     *node
	typ   *typeExpr
	rules []rule
	// holdsChild says that the type is made of a child.
	holdsChild bool
}

// about is where the field speaks of one of its keys, or of itself.
func (f *fieldDecl) about(key string) schema.Span {
	if p := f.n.pair(key); p != nil {
		return p.key.span
	}
	return f.key.span
}

// program is what the files of a package declare together.
type program struct {
	*findings
	// ownPath is the import path of the package, empty where it is not known.
	ownPath string
	pkg     schema.Text
	files   []*node
	// decls are in the order of the files; byName has them by the name that types are
	// spelt with.
	decls  []*decl
	byName map[string]*decl
	// declared are the names that the package gets, and what each is.
	declared map[string]declaredName
	// refused are the names of declarations in which something is wrong as a whole: that a
	// type is one of them was not the mistake.
	refused map[string]bool
	// suggested are the names that a type can have, once they were asked for.
	suggested []string
	// open are the declarations whose rules are being looked up.
	open map[*decl]bool
}

type declaredName struct {
	span schema.Span
	what string
}

// declare notes a name of the package. A name that is there already is reported; the
// result is nil for all others.
func (p *program) declare(name string, at schema.Span, what string) *finding {
	before, taken := p.declared[name]
	if !taken {
		p.declared[name] = declaredName{at, what}
		return nil
	}
	return p.errorf(codeCollision, at, "%s would be declared twice: as %s and as %s", name, before.what, what).
		note(before.span, "%s is here", before.what).
		help("rename one of the two")
}

// declareFor notes the name of a function that is generated for a type.
func (p *program) declareFor(d *decl, name, what string) {
	if !d.twin {
		p.declare(name, d.name.Span, what+" "+d.name.Value)
	}
}

// add makes a declaration known.
func (p *program) add(kind schema.DeclarationKind, pr pair, what string) *decl {
	d := &decl{kind: kind, name: pr.key.value(), n: pr.value}
	if pr.value.get("go") != nil && kind == schema.DeclaredScalar {
		d.foreign = true
	} else {
		d.twin = p.declare(d.name.Value, d.name.Span, what+" "+d.name.Value) != nil
	}
	p.decls = append(p.decls, d)
	if p.byName[d.name.Value] == nil {
		p.byName[d.name.Value] = d
	}
	return d
}

// collect lists the declarations of all files, so that they can refer to one another.
func (p *program) collect() {
	for _, file := range p.files {
		p.refuse(file.get("types"))
		for _, pr := range file.get("types").good() {
			kind := schema.DeclaredScalar
			switch {
			case pr.value.pair("enum") != nil:
				kind = schema.DeclaredEnum
			case pr.value.pair("fields") != nil:
				kind = schema.DeclaredStruct
			}
			p.add(kind, pr, "the type")
		}
		for _, pr := range file.get("aggregates").good() {
			p.collectAggregate(pr)
		}
		for _, pr := range file.get("decisions").good() {
			p.add(schema.DeclaredDecision, pr, "the decision model")
		}
	}
}

func (p *program) collectAggregate(pr pair) {
	a := p.add(schema.DeclaredAggregate, pr, "the aggregate")
	a.stable = schema.Text{Value: schema.LikelyName(a.name.Value), Span: a.name.Span}
	if name := a.n.get("name"); name != nil {
		a.stable = name.value()
	} else if a.stable.Value == "" {
		p.errorf(codeMissing, a.name.Span, "the aggregate %s lacks the key name", a.name.Value).
			help("its stable name cannot be made of its Go name, as it is made of a to z, digits and underscores")
	}
	p.collectChildren(a.n)
	for _, pr := range a.n.get("events").good() {
		e := p.add(schema.DeclaredEvent, pr, "the event")
		e.owner = a
		a.events = append(a.events, e)
	}
	for _, pr := range a.n.get("commands").good() {
		p.add(schema.DeclaredCommand, pr, "the command").owner = a
	}
}

// refuse notes the names of the declarations that are left out.
func (p *program) refuse(declarations *node) {
	if declarations == nil {
		return
	}
	for _, pr := range declarations.pairs {
		if pr.key.bad || pr.value.bad {
			p.refused[pr.key.text] = true
		}
	}
}

func (p *program) collectChildren(parent *node) {
	p.refuse(parent.get("children"))
	for _, pr := range parent.get("children").good() {
		c := p.add(schema.DeclaredChild, pr, "the child")
		p.collectChildren(c.n)
	}
}

// resolve reads what is in the declarations.
func (p *program) resolve() {
	for _, d := range p.decls {
		switch {
		case d.foreign:
			p.resolveForeign(d)
		case d.kind == schema.DeclaredScalar:
			p.resolveScalar(d)
		case d.kind == schema.DeclaredEnum:
			p.resolveEnum(d)
		case d.kind == schema.DeclaredAggregate, d.kind == schema.DeclaredChild, d.kind == schema.DeclaredDecision:
			p.resolveFields(d, d.n.get("state"))
		default:
			p.resolveFields(d, d.n.get("fields"))
		}
	}
	for _, d := range p.decls {
		p.resolveRules(d)
		switch d.kind {
		case schema.DeclaredAggregate, schema.DeclaredChild:
			d.id = p.named(d, d.n.get("id"), "state field")
			p.checkSuppressed(d)
		case schema.DeclaredEvent:
			p.resolveSets(d)
		case schema.DeclaredStruct:
			p.checkEndless(d)
		}
	}
	for _, d := range p.decls {
		if d.kind == schema.DeclaredCommand {
			p.resolveTarget(d)
		}
	}
}

// named is the field that a key of d names.
func (p *program) named(d *decl, n *node, what string) *fieldDecl {
	if n == nil {
		return nil
	}
	if f := d.field(n.text); f != nil {
		return f
	}
	if d.holds(n.text) {
		return nil // there was something wrong about the field
	}
	n.bad = true
	x := p.errorf(codeField, n.span, "%s has no %s %s", d.name.Value, what, quoted(n.text))
	if help := p.didYouMean(n.text, d.fieldKeys()); help != "" {
		x.help("%s", help)
	} else if len(d.fields) > 0 {
		x.help("it has %s", strings.Join(d.fieldKeys(), ", "))
	} else {
		x.help("declare the field, as in {%s: TYPE}", n.text)
	}
	return nil
}

// field finds a field by its key.
func (d *decl) field(key string) *fieldDecl {
	for _, f := range d.fields {
		if f.key.text == key {
			return f
		}
	}
	return nil
}

// holds says whether the file has a field of that key, be it wrong, or may have it where
// the list of fields is wrong as a whole.
func (d *decl) holds(key string) bool {
	for _, list := range []string{"fields", "state"} {
		if p := d.n.pair(list); p != nil && (p.value.bad || p.value.pair(key) != nil) {
			return true
		}
	}
	return false
}

func (d *decl) fieldKeys() []string {
	list := make([]string, len(d.fields))
	for i, f := range d.fields {
		list[i] = f.key.text
	}
	return list
}

func (p *program) resolveForeign(d *decl) {
	n := d.n.get("go")
	path, name := n.get("import"), n.get("name")
	if path == nil || name == nil {
		return
	}
	if err := module.CheckImportPath(path.text); err != nil || path.text == "C" || path.text == "unsafe" {
		path.bad = true
		p.errorf(codeImport, path.span, "%s is no import path of a package with types for events", quoted(path.text)).
			help("it is written as in an import declaration of Go: example.com/shop/money")
		return
	}
	if path.text != p.ownPath && !isExportedName(name.text) || !token.IsIdentifier(name.text) {
		name.bad = true
		x := p.errorf(codeIdentifier, name.span, "%s cannot be the name of a type of another package", quoted(name.text)).
			help("it begins with a capital and goes on with letters and digits")
		if path.text == p.ownPath {
			x.Message = oneLine("%s cannot be the name of a type", []any{quoted(name.text)})
		}
		if strings.Contains(name.text, "[") {
			x.help("declare a type of your own in Go for the instance, and name that")
		}
		return
	}
	d.path, d.goName, d.pathAt = path.text, name.text, path.span
	if d.path == p.ownPath {
		d.path = ""
	}
}

func (p *program) resolveScalar(d *decl) {
	n := d.n.get("is")
	if n == nil {
		return
	}
	t := p.typeOf(n, d)
	if t == nil {
		return
	}
	if t.form == pointerType || t.form == namedType && (!isBuiltin(t.name) || t.name == "any") {
		n.bad = true
		x := p.errorf(codeType, n.span, "a type cannot be %s", t)
		if t.form == namedType && t.name != "any" {
			x.help("give it the base that %s has, or use %[1]s itself", t.name)
		} else {
			x.help("a base is a built-in type, a list or a map")
		}
		return
	}
	d.base = t
	if t.form != namedType {
		return
	}
	switch t.name {
	case "uuid":
		p.declareFor(d, "Parse"+d.name.Value, "the function that parses")
		p.declareFor(d, "New"+d.name.Value, "the constructor of")
	default:
		if d.n.hasAny(ruleKeys) {
			p.declareFor(d, "New"+d.name.Value, "the constructor of")
		}
	}
}

func (p *program) resolveEnum(d *decl) {
	p.declareFor(d, "Parse"+d.name.Value, "the function that parses")
	p.declareFor(d, d.name.Value+"Values", "the function that lists the values of")
	seen := map[string]*node{}
	for _, item := range d.n.get("enum").elements() {
		v := item
		if item.kind == mapping {
			if v = item.get("value"); v == nil {
				continue
			}
		}
		if i := breaking(v.text, "\"`\\"); i >= 0 {
			p.errorf(codeBreaksOut, v.span, "the value %s has %s in it, which would break generated code", quoted(v.text), describe(v.text[i:]))
			continue
		}
		if before := seen[v.text]; before != nil {
			p.errorf(codeDuplicate, v.span, "the value %s stands twice in one enum", quoted(v.text)).
				note(before.span, "the first one is here").help("leave one of the two out")
			continue
		}
		seen[v.text] = v
		value := schema.EnumValue{Value: v.value(), GoName: d.name.Value + exportedName(v.text)}
		if doc := item.get("doc"); doc != nil {
			value.Doc = trimDoc(doc.text)
		}
		at, spelt := v.span, item.get("go_name")
		if spelt != nil {
			value.GoName, at = spelt.text, spelt.span
		}
		if !isExportedName(value.GoName) || value.GoName == d.name.Value {
			if spelt != nil {
				p.errorf(codeIdentifier, at, "%s cannot be the name of a constant of %s", quoted(value.GoName), d.name.Value).
					help("it begins with a capital, goes on with letters and digits, and is not that of the type")
				continue
			}
			p.errorf(codeIdentifier, at, "Go cannot spell a constant for the value %s of %s", quoted(v.text), d.name.Value).
				help("say how it is called: {value: %s, go_name: %sSomething}", quoted(v.text), d.name.Value)
			continue
		}
		if !d.twin {
			if x := p.declare(value.GoName, at, fmt.Sprintf("the value %s of %s", v.text, d.name.Value)); x != nil {
				x.help("say how the constant is called: {value: %s, go_name: %sSomething}", quoted(v.text), d.name.Value)
			}
		}
		d.values = append(d.values, value)
	}
}

// trimDoc is a doc text as a doc comment would have it: without space at the ends, also
// of lines, and with one empty line at most between paragraphs.
func trimDoc(doc string) string {
	var lines []string
	for line := range strings.SplitSeq(strings.TrimSpace(doc), "\n") {
		line = strings.TrimRight(line, " \t")
		if line != "" || len(lines) > 0 && lines[len(lines)-1] != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// checkTwice refuses a word that stands in a list twice. Before are those that stand
// elsewhere already.
func (p *program) checkTwice(list []*node, what string, before map[string]schema.Span) {
	for _, n := range list {
		at, twice := before[n.text]
		if !twice {
			before[n.text] = n.span
			continue
		}
		p.errorf(codeDuplicate, n.span, "%s %s stands twice", what, quoted(n.text)).note(at, "the first one is here").
			help("leave one of the two out")
	}
}

func (p *program) checkSuppressed(d *decl) {
	list := d.n.get("suppress")
	own := map[string]schema.Span{}
	for _, e := range d.events {
		if pr := e.n.pair("suppress"); pr != nil {
			own[e.name.Value] = pr.key.span
		}
	}
	p.checkTwice(list.elements(), "the suppressed event", own)
	for _, n := range list.elements() {
		if n != list && !isExportedName(n.text) { // else it is the word all
			n.bad = true
			p.errorf(codeIdentifier, n.span, "%s is not the name of an event", quoted(n.text))
		}
	}
}

// resolveSets reads which state fields an event sets, and checks what else it says.
func (p *program) resolveSets(e *decl) {
	p.checkTwice(e.n.get("alias").elements(), "the alias", map[string]schema.Span{})
	if sets, none := e.n.pair("sets"), e.n.pair("suppress"); sets != nil && none != nil {
		p.errorf(codeTogether, none.key.span, "%s has sets and suppress", e.name.Value).
			note(sets.key.span, "sets is here").
			help("an event that sets fields changes the state: leave suppress out")
	}
	seen := map[string]*node{}
	for _, n := range e.n.get("sets").elements() {
		if before := seen[n.text]; before != nil {
			p.errorf(codeDuplicate, n.span, "%s is set twice", n.text).note(before.span, "the first one is here").
				help("leave one of the two out")
			continue
		}
		seen[n.text] = n
		state := p.namedSet(e.owner, n, "state field")
		from := p.namedSet(e, n, "field")
		if state == nil || from == nil {
			continue
		}
		if state.typ != nil && from.typ != nil && state.typ.String() != from.typ.String() {
			p.errorf(codeSets, n.span, "%s cannot set %s: it is %s in the event and %s in the state", e.name.Value, n.text, from.typ, state.typ).
				note(from.key.span, "the event's field").note(state.key.span, "the state's field").
				help("give both one type, or write apply%s in Go", e.name.Value)
			continue
		}
		e.sets = append(e.sets, set{state, from, n.span})
	}
}

func (p *program) namedSet(d *decl, n *node, what string) *fieldDecl {
	if f := d.field(n.text); f != nil || d.holds(n.text) {
		return f
	}
	x := p.errorf(codeSets, n.span, "%s has no %s %s to set", d.name.Value, what, quoted(n.text))
	if help := p.didYouMean(n.text, d.fieldKeys()); help != "" {
		x.help("%s", help)
	} else {
		x.help("an event sets a state field from its own field of the same name")
	}
	return nil
}

func (p *program) resolveTarget(c *decl) {
	if n := c.n.get("target"); n != nil {
		c.id = p.named(c, n, "field")
		return
	}
	id := c.owner.n.get("id")
	if c.n.pair("target") != nil || id == nil {
		return
	}
	if c.id = c.field(id.text); c.id == nil && !c.holds(id.text) {
		x := p.errorf(codeField, c.name.Span, "the command %s does not say which %s it is for: it has no field %s", c.name.Value, c.owner.name.Value, id.text).
			note(id.span, "the ID of %s", c.owner.name.Value)
		if f := c.owner.field(id.text); f != nil && f.typ != nil {
			x.help("add the field %s: %s, or name another one as target", id.text, f.typ)
		} else {
			x.help("add that field, or name another one as target")
		}
	}
}
