package golang

import (
	"bytes"
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"iter"
	"slices"
	"strings"

	"github.com/esgen/esgen/schema"
)

// marks are the annotated declarations of a package, by file and position.
type marks struct {
	types   []*markedType
	applies []*markedMethod
	// registries should be one at most; that is for the rules to say.
	registries []*directive
	// attempted says that there was a directive at all, right or wrong; unsure has
	// the types that a wrong one stands on.
	attempted bool
	unsure    map[string]bool
}

// markedType is a type declaration with directives.
type markedType struct {
	file *file
	spec *ast.TypeSpec
	doc  *ast.CommentGroup
	// role is aggregate, event, child or value, nil where there is none that is right.
	role       *directive
	directives []*directive
}

func (m *markedType) is(role string) bool { return m.role != nil && m.role.Name == role }

// directive finds one by its name; nil where there is none.
func (m *markedType) directive(name string) *directive {
	for _, d := range m.directives {
		if d.Name == name {
			return d
		}
	}
	return nil
}

// markedMethod is a method with //es:apply.
type markedMethod struct {
	file  *file
	decl  *ast.FuncDecl
	apply *directive
}

// holder is what a comment group documents.
type holder struct {
	// on is where it stands in the sense of the table; empty for all that no
	// directive stands on.
	on Target
	// what describes it: "the function New".
	what string
	file *file
	spec *ast.TypeSpec
	decl *ast.FuncDecl
}

// attempt is a comment, or a line of one, that is a directive or was meant to be.
type attempt struct {
	// text is the line from its first slash, or from es: in a block comment.
	text string
	at   schema.Span
	// flaw says why it is none, and fixed how it is written; both are empty for a
	// directive.
	flaw, fixed string
}

// mark finds the directives of a package, and what they stand on.
func (s *source) mark(fset *token.FileSet) {
	s.unsure = map[string]bool{}
	for _, f := range s.files {
		if f.ast != nil {
			s.markFile(fset, f)
		}
	}
	s.judgeMarks()
	for _, f := range s.tests {
		for _, a := range f.attempts(fset) {
			if a.flaw == "" {
				s.errorf(codeTestFile, a.at, "a directive in a test file").
					Help = "move the declaration into a file of the package itself: code is generated for that"
			}
		}
	}
	for _, f := range s.ignored {
		for _, a := range f.attempts(fset) {
			if name, _ := directiveNameOf(a); find(directives, name) == nil || a.flaw != "" {
				continue
			}
			why, help := f.constraint()
			s.warnf(codeExcluded, a.at, "this file is left out here %s, and its directives with it", why).Help = help
			break
		}
	}
}

func directiveNameOf(a attempt) (name, rest string) {
	if !strings.HasPrefix(a.text, prefix) {
		return "", ""
	}
	return directiveName(a.text)
}

func (s *source) markFile(fset *token.FileSet, f *file) {
	attempts := f.attempts(fset)
	if len(attempts) == 0 {
		return
	}
	s.attempted = true
	holders := f.holders()
	marked := map[*ast.TypeSpec]*markedType{}
	for _, a := range attempts {
		h, wrong := f.holderOf(fset, a, holders)
		var d *directive
		if a.flaw != "" {
			s.errorf(codeNoDirective, a.at, "this is no directive: %s", a.flaw).Help = "write " + a.fixed
		} else {
			d = parseDirective(a.text, a.at, &s.findings)
		}
		if d == nil {
			if h.spec != nil {
				s.unsure[h.spec.Name.Name] = true
			}
			continue
		}
		if wrong != nil {
			wrong.report(s, d)
			continue
		}
		if !slices.Contains(d.Targets, h.on) {
			s.errorf(codeMisplaced, d.line, "//es:%s stands on %s", d.Name, h.what).Help = "it belongs on " + place(d.Targets[0])
			continue
		}
		switch h.on {
		case OnPackage:
			s.registries = append(s.registries, d)
		case OnMethod:
			if last := len(s.applies) - 1; last >= 0 && s.applies[last].decl == h.decl {
				s.repeated(d, s.applies[last].apply)
				continue
			}
			s.applies = append(s.applies, &markedMethod{file: f, decl: h.decl, apply: d})
		case OnType:
			m := marked[h.spec]
			if m == nil {
				m = &markedType{file: f, spec: h.spec, doc: f.docOf(h.spec)}
				marked[h.spec] = m
				s.types = append(s.types, m)
			}
			s.addDirective(m, d)
		}
	}
	slices.SortStableFunc(s.types, func(a, b *markedType) int {
		if a.file != b.file {
			return strings.Compare(a.file.name, b.file.name)
		}
		return int(a.spec.Pos() - b.spec.Pos())
	})
}

func (s *source) addDirective(m *markedType, d *directive) {
	if other := m.directive(d.Name); other != nil {
		s.repeated(d, other)
		return
	}
	if d.Directive.role && m.role != nil {
		diag := s.errorf(codeTwoRoles, d.line, "%s is //es:%s already, and cannot be //es:%s too", m.spec.Name.Name, m.role.Name, d.Name)
		diag.Notes = []schema.Note{{Span: m.role.line, Message: "that is said here"}}
		diag.Help = "leave one of the two out, or make two types of it"
		return
	}
	if d.Directive.role {
		m.role = d
	}
	m.directives = append(m.directives, d)
}

func (s *source) repeated(second, first *directive) {
	diag := s.errorf(codeRepeated, second.line, "//es:%s stands twice on one declaration", second.Name)
	diag.Notes = []schema.Note{{Span: first.line, Message: "the first is here"}}
	diag.Help = "leave one of the two out"
	if second.maxArgs < 0 {
		diag.Help = "name everything in one of the two"
	}
}

// judgeMarks reports directives that need another one which is not there. Where a
// wrong directive stands, nobody knows what it would have been.
func (s *source) judgeMarks() {
	holders := map[string]bool{}
	for _, m := range s.types {
		name := m.spec.Name.Name
		holders[name] = m.is("aggregate") || m.is("child")
		for _, d := range m.directives {
			if d.with != "" && m.directive(d.with) == nil && !s.unsure[name] {
				s.errorf(codeAlone, d.line, "//es:%s on %s, which is no %s", d.Name, name, d.with).
					Help = "it goes with //es:" + d.with + " on the same type"
			}
		}
	}
	for _, m := range s.applies {
		if recv := s.unaliased(receiver(m.decl)); !holders[recv] && !s.unsure[recv] {
			s.errorf(codeAlone, m.apply.line, "//es:apply on a method of %s, which is no aggregate and no child", recv).
				Help = "put //es:aggregate or //es:child on " + recv + ", or the method on one that has it"
		}
	}
}

// unaliased is the type that a receiver's name leads to through the aliases of the
// package.
func (s *source) unaliased(name string) string {
	for range 10 { // aliases in a circle are an error that the type checker finds
		target := ""
		for _, f := range s.files {
			for spec := range f.typeSpecs() {
				if to, ok := ast.Unparen(spec.Type).(*ast.Ident); ok && spec.Assign.IsValid() && spec.Name.Name == name {
					target = to.Name
				}
			}
		}
		if target == "" {
			break
		}
		name = target
	}
	return name
}

// typeSpecs are the types that a file declares at package level.
func (f *file) typeSpecs() iter.Seq[*ast.TypeSpec] {
	return func(yield func(*ast.TypeSpec) bool) {
		if f.ast == nil {
			return
		}
		for _, decl := range f.ast.Decls {
			gen, ok := decl.(*ast.GenDecl)
			if !ok {
				continue
			}
			for _, spec := range gen.Specs {
				if t, ok := spec.(*ast.TypeSpec); ok && !yield(t) {
					return
				}
			}
		}
	}
}

// place is a target in a sentence.
func place(t Target) string {
	switch t {
	case OnPackage:
		return "the package clause of one file"
	case OnMethod:
		return "a method"
	}
	return "a type declaration"
}

// holders maps the doc comments of a file to what they document.
func (f *file) holders() map[*ast.CommentGroup]holder {
	m := map[*ast.CommentGroup]holder{}
	put := func(doc *ast.CommentGroup, h holder) {
		if doc != nil {
			h.file = f
			m[doc] = h
		}
	}
	put(f.ast.Doc, holder{on: OnPackage, what: "the package clause"})
	for _, decl := range f.ast.Decls {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			h := holder{what: "the function " + decl.Name.Name, decl: decl}
			if decl.Recv != nil {
				h.on, h.what = OnMethod, "the method "+decl.Name.Name
			}
			put(decl.Doc, h)
		case *ast.GenDecl:
			for _, spec := range decl.Specs {
				h, doc := specHolder(decl.Tok, spec)
				put(doc, h)
				if !decl.Lparen.IsValid() {
					put(decl.Doc, h)
				}
			}
			if decl.Lparen.IsValid() {
				put(decl.Doc, holder{what: "a group of declarations"})
			}
		}
	}
	ast.Inspect(f.ast, func(n ast.Node) bool {
		if field, ok := n.(*ast.Field); ok {
			what := "a field"
			if len(field.Names) > 0 {
				what = "the field " + field.Names[0].Name
			}
			put(field.Doc, holder{what: what})
		}
		return true
	})
	return m
}

func specHolder(tok token.Token, spec ast.Spec) (holder, *ast.CommentGroup) {
	switch spec := spec.(type) {
	case *ast.TypeSpec:
		return holder{on: OnType, what: "the type " + spec.Name.Name, spec: spec}, spec.Doc
	case *ast.ValueSpec:
		kind := "variable"
		if tok == token.CONST {
			kind = "constant"
		}
		return holder{what: "the " + kind + " " + spec.Names[0].Name}, spec.Doc
	case *ast.ImportSpec:
		return holder{what: "an import"}, spec.Doc
	}
	return holder{what: "no type"}, nil
}

// docOf is a type's doc comment, wherever the parser has put it.
func (f *file) docOf(spec *ast.TypeSpec) *ast.CommentGroup {
	if spec.Doc != nil {
		return spec.Doc
	}
	for _, decl := range f.ast.Decls {
		if gen, ok := decl.(*ast.GenDecl); ok && !gen.Lparen.IsValid() && slices.Contains(gen.Specs, ast.Spec(spec)) {
			return gen.Doc
		}
	}
	return nil
}

// stray is a directive that no declaration has.
type stray struct {
	// help is empty where it can only be said where such a directive belongs.
	why, help string
	note      *schema.Note
	// from is what kind of declaration it is cut off from; empty where it isn't.
	from Target
}

func (w *stray) report(s *source, d *directive) {
	if w.note != nil && !slices.Contains(d.Targets, w.from) {
		// It would be wrong there, too.
		*w = stray{why: "stands on no declaration"}
	}
	diag := s.errorf(codeStray, d.line, "//es:%s %s", d.Name, w.why)
	diag.Help = cmp.Or(w.help, "it belongs on "+place(d.Targets[0]))
	if w.note != nil {
		diag.Notes = []schema.Note{*w.note}
	}
}

// holderOf finds what an attempt stands on.
func (f *file) holderOf(fset *token.FileSet, a attempt, holders map[*ast.CommentGroup]holder) (holder, *stray) {
	tf := fset.File(f.ast.FileStart)
	pos := tf.LineStart(a.at.Line) + token.Pos(a.at.Column-1)
	line := f.text[tf.Offset(tf.LineStart(a.at.Line)):tf.Offset(pos)]
	if len(bytes.TrimSpace(bytes.TrimPrefix(line, []byte("\ufeff")))) > 0 {
		return holder{}, &stray{why: "stands at the end of a line", help: "put it on a line of its own, above the declaration"}
	}
	for group, h := range holders {
		if group.Pos() <= pos && pos < group.End() {
			return h, nil
		}
	}
	if pos < f.ast.Package {
		return holder{}, cutOff(fset, OnPackage, "the package clause", f.ast.Package, len("package"))
	}
	for _, decl := range f.ast.Decls {
		if decl.Pos() <= pos && pos < decl.End() {
			if fn, ok := decl.(*ast.FuncDecl); ok {
				return holder{}, &stray{why: "stands inside the function " + fn.Name.Name, help: "put it into the doc comment of a declaration of the package"}
			}
			// In a group of types, or behind the last field of a struct.
			if gen, ok := decl.(*ast.GenDecl); ok {
				if spec := nextType(gen, pos); spec != nil {
					return holder{}, cutOff(fset, OnType, spec.Name.Name, spec.Name.Pos(), len(spec.Name.Name))
				}
			}
			return holder{}, &stray{why: "stands inside a declaration, and on none", help: "put it into the doc comment above the declaration"}
		}
		if decl.Pos() > pos {
			on, name := declName(decl)
			if name == nil {
				return holder{}, &stray{why: "stands on no declaration"}
			}
			return holder{}, cutOff(fset, on, name.Name, name.Pos(), len(name.Name))
		}
	}
	return holder{}, &stray{why: "stands on no declaration: none follows"}
}

func cutOff(fset *token.FileSet, from Target, name string, at token.Pos, width int) *stray {
	return &stray{
		why:  "is cut off from " + name + " by an empty line",
		help: "remove the empty line, so that it is part of the doc comment",
		note: &schema.Note{Span: span(fset, at, width), Message: name + " is here"},
		from: from,
	}
}

// nextType is the type of a group that follows a position between its types; nil
// where none does.
func nextType(decl *ast.GenDecl, pos token.Pos) *ast.TypeSpec {
	for _, spec := range decl.Specs {
		if spec.Pos() <= pos && pos < spec.End() {
			return nil
		}
		if t, ok := spec.(*ast.TypeSpec); ok && spec.Pos() > pos {
			return t
		}
	}
	return nil
}

// declName is the first name that a declaration declares, nil for an import, and
// what directives can stand on it.
func declName(decl ast.Decl) (Target, *ast.Ident) {
	switch decl := decl.(type) {
	case *ast.FuncDecl:
		if decl.Recv != nil {
			return OnMethod, decl.Name
		}
		return "", decl.Name
	case *ast.GenDecl:
		for _, spec := range decl.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				if decl.Lparen.IsValid() {
					return "", spec.Name
				}
				return OnType, spec.Name
			case *ast.ValueSpec:
				return "", spec.Names[0]
			}
		}
	}
	return "", nil
}

// attempts finds all directives of a file, and what was meant to be one.
func (f *file) attempts(fset *token.FileSet) []attempt {
	if f.ast == nil {
		return nil
	}
	var list []attempt
	for _, group := range f.ast.Comments {
		for _, c := range group.List {
			if strings.HasPrefix(c.Text, prefix) {
				list = append(list, attempt{text: c.Text, at: span(fset, c.Slash, len(c.Text))})
				continue
			}
			if strings.HasPrefix(c.Text, "//") {
				if a, ok := misspelt(c.Text, 2); ok {
					a.at = span(fset, c.Slash, len(c.Text))
					list = append(list, a)
				}
				continue
			}
			list = append(list, f.blockAttempts(fset, c)...)
		}
	}
	return list
}

// blockAttempts looks for directives in a block comment. It reads the file and not
// the comment, whose text has lost its carriage returns.
func (f *file) blockAttempts(fset *token.FileSet, c *ast.Comment) []attempt {
	var list []attempt
	offset := f.offset(fset, c.Slash)
	text := f.text[offset:]
	if end := bytes.Index(text[2:], []byte("*/")); end >= 0 {
		text = text[:2+end]
	}
	for line := range bytes.Lines(text) {
		start := len(line) - len(bytes.TrimLeft(line, " \t*/"))
		trimmed := strings.TrimRight(string(line[start:]), " \t\r\n*")
		if a, ok := misspelt(trimmed, 0); ok {
			a.flaw = "it stands in a block comment"
			a.at = f.spanAt(offset+start, len(trimmed))
			list = append(list, a)
		}
		offset += len(line)
	}
	return list
}

// misspelt says whether a line of comment, behind its slashes, was meant to be a
// directive. It takes only the names of directives, and what is close to one, for
// that: "es: " may begin a sentence.
func misspelt(text string, slashes int) (attempt, bool) {
	inner := strings.TrimLeft(text[slashes:], " \t")
	tool, rest, ok := strings.Cut(inner, ":")
	if !ok || !strings.EqualFold(tool, "es") && !strings.EqualFold(tool, "esgen") {
		return attempt{}, false
	}
	end := strings.IndexAny(rest, " \t")
	if end < 0 {
		end = len(rest)
	}
	name := nearest(rest[:end], names(directives))
	if name == "" {
		return attempt{}, false
	}
	a := attempt{text: text, fixed: strings.TrimRight(prefix+name+rest[end:], " \t\r")}
	switch {
	case inner != text[slashes:]:
		a.flaw = "a space stands between // and es:"
	case strings.EqualFold(tool, "esgen"):
		a.flaw = fmt.Sprintf("directives begin with //es:, not with //%s:", tool)
	default:
		a.flaw = "es: must be in lower case"
	}
	return a, true
}

// receiver is the name of a method's receiver type; empty for a function.
func receiver(fn *ast.FuncDecl) string {
	if fn.Recv == nil || len(fn.Recv.List) == 0 {
		return ""
	}
	expr := fn.Recv.List[0].Type
	for {
		switch e := expr.(type) {
		case *ast.ParenExpr:
			expr = e.X
		case *ast.StarExpr:
			expr = e.X
		case *ast.IndexExpr:
			expr = e.X
		case *ast.IndexListExpr:
			expr = e.X
		case *ast.Ident:
			return e.Name
		default:
			return ""
		}
	}
}
