package golang

import (
	"go/ast"
	"go/token"
	"iter"
	"slices"
	"strings"

	"github.com/esgen/esgen/schema"
)

// marks are the annotated declarations of a package, by file and position.
type marks struct {
	types []*markedType
	// byName has the types, too.
	byName  map[string]*markedType
	applies []*markedMethod
	// registries should be one at most; that is for the rules to say.
	registries []*directive
	// attempted says that there was a directive at all, right or wrong; unsure has
	// the types that a wrong one stands on.
	attempted bool
	unsure    map[string]bool
	// aliases are those of types of the package, made when they are first asked for.
	aliases map[string]string
}

// markedType is a type declaration with directives.
type markedType struct {
	file *file
	spec *ast.TypeSpec
	doc  *ast.CommentGroup
	// role is aggregate, event, child, command, decision or value, nil where there is none
	// that is right.
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

// mark finds the directives of a package, and what they stand on.
func (s *source) mark(fset *token.FileSet) {
	s.unsure, s.byName = map[string]bool{}, map[string]*markedType{}
	for _, f := range s.files {
		if f.ast != nil {
			s.markFile(fset, f)
		}
	}
	slices.SortStableFunc(s.types, func(a, b *markedType) int {
		if a.file != b.file {
			return strings.Compare(a.file.name, b.file.name)
		}
		return int(a.spec.Pos() - b.spec.Pos())
	})
	for _, m := range s.types {
		s.byName[m.spec.Name.Name] = m
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
			if a.flaw != "" {
				continue
			}
			why, help := f.constraint()
			s.warnf(codeExcluded, a.at, "this file is left out here %s, and its directives with it", why).Help = help
			break
		}
	}
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
			d = guess(a.meant, a.text, a.args, a.at)
		} else {
			d = parseDirective(a.text, a.at, &s.findings)
		}
		if (d == nil || d.guessed) && h.spec != nil {
			s.unsure[h.spec.Name.Name] = true
		}
		if wrong != nil && d != nil && !d.guessed {
			wrong.report(s, d)
			h, d.faulty, d.guessed = wrong.from, true, true
		}
		if d == nil || d.guessed && !slices.Contains(d.Targets, h.on) {
			continue
		}
		if !slices.Contains(d.Targets, h.on) {
			s.errorf(codeMisplaced, d.line, "//es:%s stands on %s", d.Name, h.what).Help = "it belongs on " + place(d.Targets[0])
			continue
		}
		if h.on == OnType && h.spec.Name.Name == "_" {
			s.errorf(codeMisplaced, d.line, "//es:%s stands on a type without a name", d.Name).Help = "give the type a name"
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
				m = &markedType{file: f, spec: h.spec, doc: a.group}
				marked[h.spec] = m
				s.types = append(s.types, m)
			}
			s.addDirective(m, d)
		}
	}
}

func (s *source) addDirective(m *markedType, d *directive) {
	if other := m.directive(d.Name); other != nil {
		if !d.guessed && !other.guessed {
			s.repeated(d, other)
		}
		return
	}
	if d.guessed && d.Directive.role && m.role != nil {
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
		holders[name] = m.is("aggregate") || m.is("child") || m.is("decision")
		for _, d := range m.directives {
			if d.with != "" && m.directive(d.with) == nil && !s.unsure[name] {
				s.errorf(codeAlone, d.line, "//es:%s on %s, which is no %s", d.Name, name, d.with).
					Help = "it goes with //es:" + d.with + " on the same type"
			}
		}
	}
	for _, m := range s.applies {
		if recv := s.unaliased(receiver(m.decl)); !holders[recv] && !s.unsure[recv] {
			s.errorf(codeAlone, m.apply.line, "//es:apply on a method of %s, which is no aggregate, no child and no decision model", recv).
				Help = "put //es:aggregate, //es:child or //es:decision on " + recv + ", or the method on one that has it"
		}
	}
}

// unaliased is the type that a receiver's name leads to through the aliases of the
// package.
func (s *source) unaliased(name string) string {
	if s.aliases == nil {
		s.aliases = map[string]string{}
		for _, f := range s.files {
			for spec := range f.typeSpecs() {
				if to, ok := ast.Unparen(spec.Type).(*ast.Ident); ok && spec.Assign.IsValid() {
					s.aliases[spec.Name.Name] = to.Name
				}
			}
		}
	}
	for range 10 { // aliases in a circle are an error that the type checker finds
		target, ok := s.aliases[name]
		if !ok {
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
