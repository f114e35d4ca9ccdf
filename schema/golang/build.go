package golang

import (
	"go/ast"
	"go/types"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/esgen/esgen/schema"
)

// build makes a package of the model of a unit.
func (c *converter) build(u *unit) *schema.Package {
	p := &schema.Package{
		Path: u.src.ImportPath, Name: u.src.Name, Dir: u.src.Dir,
		Generate: u.src.generate,
		Objects:  u.objects(),
		Declared: c.declarations(u),
	}
	if u.src.Module != nil {
		p.ModulePath = u.src.Module.Path
	}
	events, commands := u.src.named("event"), u.src.named("command")
	declared := map[string]bool{}
	for _, m := range u.src.types {
		name := m.spec.Name.Name
		obj, _ := u.pkg.Scope().Lookup(name).(*types.TypeName)
		if obj == nil || m.role == nil || declared[name] {
			continue // that a type is declared twice has been reported
		}
		declared[name] = true
		if m.spec.Assign.IsValid() {
			u.src.errorf(codeAlias, m.role.line, "%s is an alias, and cannot be //es:%s", m.spec.Name.Name, m.role.Name).
				Help = "declare a type of its own: type " + m.spec.Name.Name + " struct { … }"
			continue
		}
		switch m.role.Name {
		case "aggregate":
			p.Aggregates = append(p.Aggregates, c.aggregate(u, p, m, obj, events, commands))
		case "child":
			p.Children = append(p.Children, c.child(u, p, m, obj, events))
		case "event":
			p.Events = append(p.Events, c.event(u, p, m, obj))
		case "decision":
			p.Decisions = append(p.Decisions, c.decision(u, p, m, obj, events))
		case "command":
			p.Commands = append(p.Commands, c.command(u, p, m, obj))
		case "value":
			c.convert(obj.Type(), nil, u) // for what is wrong with it, should nobody use it
		}
	}
	for _, d := range u.src.registries {
		switch {
		case p.Registry != nil:
			p.Registry.Again = append(p.Registry.Again, d.name)
			continue
		case len(d.args) == 0 && d.faulty:
			continue // that it has no patterns was reported
		}
		p.Registry = &schema.Registry{Directive: d.name, Patterns: d.args}
	}
	return p
}

func (c *converter) aggregate(u *unit, p *schema.Package, m *markedType, obj *types.TypeName, events, commands map[string]bool) *schema.Aggregate {
	a := &schema.Aggregate{
		Package: p, GoName: u.text(m.spec.Name), Doc: docText(m.doc),
		Root:       u.embedding(obj, "Root"),
		TypeParams: m.spec.TypeParams != nil,
		Fields:     c.ownFields(u, m, obj),
		Applies:    c.applies(u, m, obj, events),
		Handlers:   u.handlers(m, commands),
		Snapshot:   m.snapshot(),
		Table:      m.table(),
	}
	if args := m.role.args; len(args) > 0 {
		a.Name = args[0]
	} else {
		// It was reported; with a likely name its events still find it.
		a.Name = schema.Text{Value: schema.LikelyName(a.GoName.Value), Span: m.role.line}
	}
	if d := m.directive("stream"); d != nil {
		if len(d.args) > 0 {
			a.Stream = &d.args[0]
		}
		a.Of = d.value("of")
		if a.Stream == nil && a.Of == nil && !d.faulty {
			u.src.errorf(codeMissingArg, d.line, "//es:stream lacks its argument").Help = d.usage()
		}
	}
	if d := m.directive("suppress"); d != nil {
		for _, arg := range d.args {
			if arg.Value == "all" {
				a.SuppressAll = &arg
			} else {
				a.Suppress = append(a.Suppress, arg)
			}
		}
	}
	return a
}

func (c *converter) child(u *unit, p *schema.Package, m *markedType, obj *types.TypeName, events map[string]bool) *schema.Child {
	return &schema.Child{
		Package: p, GoName: u.text(m.spec.Name), Doc: docText(m.doc),
		Embeds:     u.embedding(obj, "Child"),
		TypeParams: m.spec.TypeParams != nil,
		Fields:     c.ownFields(u, m, obj),
		Applies:    c.applies(u, m, obj, events),
	}
}

func (c *converter) event(u *unit, p *schema.Package, m *markedType, obj *types.TypeName) *schema.Event {
	e := &schema.Event{
		Package: p, GoName: u.text(m.spec.Name), Doc: docText(m.doc),
		TypeParams: m.spec.TypeParams != nil,
		Of:         m.role.value("of"),
		Aliases:    m.role.list("alias"),
		Version:    1,
	}
	if len(m.role.args) > 0 {
		e.Name = &m.role.args[0]
	}
	if version := m.role.value("version"); version != nil && version.Value != "1" {
		u.src.errorf(codeVersion, version.Span, "version %s of event %s: an event can have no other version than 1 yet", version.Value, m.spec.Name.Name).
			Help = "upcasters are still to come; until then give the new form of the event a name of its own"
	}
	e.Type = c.underlying(u, m, obj)
	return e
}

// underlying is the type of a declaration, without its name.
func (c *converter) underlying(u *unit, m *markedType, obj *types.TypeName) schema.Type {
	if n, ok := c.convert(obj.Type(), nil, u).(*schema.Named); ok {
		return n.Under
	}
	// Its methods do not encode it; what it holds is asked for all the same.
	return c.convert(obj.Type().Underlying(), c.structExpr(u, m.spec.Name.Name), u)
}

func (c *converter) ownFields(u *unit, m *markedType, obj *types.TypeName) []*schema.Field {
	if s, ok := schema.Resolve(c.underlying(u, m, obj)).(*schema.Struct); ok {
		return s.Fields
	}
	return nil
}

// embedding says how a struct embeds a type of the runtime.
func (u *unit) embedding(obj *types.TypeName, name string) schema.Embedding {
	s, ok := obj.Type().Underlying().(*types.Struct)
	if !ok {
		return schema.NotEmbedded
	}
	for f := range s.Fields() {
		if !f.Embedded() {
			continue
		}
		t, how := types.Unalias(f.Type()), schema.EmbeddedByValue
		if p, ok := t.(*types.Pointer); ok {
			t, how = types.Unalias(p.Elem()), schema.EmbeddedByPointer
		}
		named, ok := t.(*types.Named)
		if !ok || !isNamed(named.Obj(), runtimePath, name) {
			continue
		}
		if f.Name() != name {
			u.src.errorf(codeAlias, span(u.fset, f.Pos(), len(f.Name())), "es.%s is embedded through the alias %s", name, f.Name()).
				Help = "embed es." + name + " under its own name, by which generated code reaches it"
		}
		return how
	}
	return schema.NotEmbedded
}

// applies finds the apply methods of a type: those with a directive, and those
// called after an event.
func (c *converter) applies(u *unit, m *markedType, obj *types.TypeName, events map[string]bool) []*schema.Apply {
	var list []*schema.Apply
	for _, method := range u.methodsOf(m) {
		a := &schema.Apply{Method: u.text(method.fn.Name), Recv: m.spec.Name.Name, Source: u.digest(method)}
		if marked := u.src.applyOf(method.fn); marked != nil {
			a.Directive, a.Events = &marked.apply.name, marked.apply.args
		} else if event := inferredEvent(method.name, events); event != "" {
			a.Events = []schema.Text{{Value: event, Span: within(a.Method.Span, len("apply"), len(event))}}
		} else if m.is("decision") && misappliedEvent(method) != "" {
			a.Events = []schema.Text{{Value: misappliedEvent(method), Span: within(a.Method.Span, len("apply"), len(method.name)-len("apply"))}}
		} else if !u.seemsToApply(method, events) {
			u.reportStrayApply(m, method)
			continue
		}
		_, a.PointerRecv = ast.Unparen(method.fn.Recv.List[0].Type).(*ast.StarExpr)
		var params, results *types.Tuple // nil tuples are empty
		if named, ok := obj.Type().(*types.Named); ok {
			if f, _ := lookupMethod(named, method.name); f != nil {
				params, results = f.Signature().Params(), f.Signature().Results()
			}
		}
		a.Params = u.params(method, method.fn.Type.Params, params, events)
		if method.fn.Type.Results != nil {
			a.Results = u.params(method, method.fn.Type.Results, results, events)
		}
		list = append(list, a)
	}
	return list
}

// methodsOf are the methods of a type, in the order of the sources. That one is
// declared twice has been reported.
func (u *unit) methodsOf(m *markedType) []*declaration {
	methods := slices.Clone(u.methods[m.spec.Name.Name])
	slices.SortStableFunc(methods, func(a, b *declaration) int {
		if a.file != b.file {
			return strings.Compare(a.file.name, b.file.name)
		}
		return int(a.fn.Pos() - b.fn.Pos())
	})
	declared := map[string]bool{}
	return slices.DeleteFunc(methods, func(method *declaration) bool {
		again := declared[method.name]
		declared[method.name] = true
		return again
	})
}

// inferredEvent is the event that a method is called after; empty where it isn't.
func inferredEvent(method string, events map[string]bool) string {
	return calledAfter(method, "apply", events)
}

// calledAfter is the type of several that a method is called after, as applyPlaced is
// after Placed or placed; empty where it is none.
func calledAfter(method, verb string, types map[string]bool) string {
	name, ok := strings.CutPrefix(method, verb)
	if !ok || name == "" {
		return ""
	}
	if types[name] {
		return name
	}
	first, width := utf8.DecodeRuneInString(name)
	if unexported := string(unicode.ToLower(first)) + name[width:]; types[unexported] {
		return unexported
	}
	return ""
}

// seemsToApply says whether a method may have been meant to apply an event, as
// applyClose(e Closed) and onClosed(e Closed) may: it takes nothing else, returns
// nothing, and is called like it.
func (u *unit) seemsToApply(method *declaration, events map[string]bool) bool {
	params := method.fn.Type.Params.List
	if len(params) != 1 || len(params[0].Names) > 1 || method.fn.Type.Results.NumFields() > 0 {
		return false
	}
	event := u.eventSpelt(params[0].Type, events)
	if event == "" {
		return false
	}
	name := strings.ToLower(method.name)
	return strings.HasPrefix(name, "apply") || strings.HasSuffix(name, strings.ToLower(event))
}

// eventSpelt is the event that a parameter's type is, by its spelling; empty where
// it is none.
func (u *unit) eventSpelt(expr ast.Expr, events map[string]bool) string {
	expr = ast.Unparen(expr)
	if star, ok := expr.(*ast.StarExpr); ok {
		expr = ast.Unparen(star.X)
	}
	if id, ok := expr.(*ast.Ident); ok && events[u.src.unaliased(id.Name)] {
		return u.src.unaliased(id.Name)
	}
	return ""
}

// params lists parameters or results, each name with its type.
func (u *unit) params(method *declaration, list *ast.FieldList, types *types.Tuple, events map[string]bool) []schema.Param {
	var params []schema.Param
	for _, field := range list.List {
		for range max(1, len(field.Names)) {
			start := method.file.offset(u.fset, field.Type.Pos())
			end := method.file.offset(u.fset, field.Type.End())
			p := schema.Param{Type: schema.Text{Value: string(method.file.text[start:end]), Span: u.at(field.Type)}}
			if i := len(params); i < types.Len() {
				u.resolveParam(&p, types.At(i).Type(), field.Type, events)
			} else { // it was pruned away
				_, p.Pointer = ast.Unparen(field.Type).(*ast.StarExpr)
				p.Event = u.eventSpelt(field.Type, events)
				p.Pointer = p.Pointer && p.Event != ""
			}
			params = append(params, p)
		}
	}
	return params
}

func (u *unit) resolveParam(p *schema.Param, t types.Type, expr ast.Expr, events map[string]bool) {
	expr = ast.Unparen(expr)
	pointer := false
	if ptr, ok := types.Unalias(t).(*types.Pointer); ok {
		t, pointer = ptr.Elem(), true
	}
	if star, ok := expr.(*ast.StarExpr); ok {
		expr = ast.Unparen(star.X)
	}
	if named, ok := types.Unalias(t).(*types.Named); ok && named.Obj().Pkg() == u.pkg && events[named.Obj().Name()] {
		p.Event, p.Pointer = named.Obj().Name(), pointer
		return
	}
	if event := u.eventSpelt(expr, events); event != "" && types.Unalias(t) == types.Typ[types.Invalid] {
		p.Event, p.Pointer = event, pointer // it is generic, which is reported
		return
	}
	if id, ok := expr.(*ast.Ident); ok {
		_, missing := u.unresolved[id.Pos()]
		p.Undeclared = missing && u.pkg.Scope().Lookup(id.Name) == nil
	}
	p.Interface = p.Undeclared || types.IsInterface(t)
	if iface, ok := t.Underlying().(*types.Interface); ok {
		for method := range iface.Methods() {
			p.Methods = append(p.Methods, method.Name())
		}
	}
}

// docText is a doc comment without its directives.
func docText(doc *ast.CommentGroup) string {
	if doc == nil {
		return ""
	}
	return strings.TrimSpace(doc.Text())
}
