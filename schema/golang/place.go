package golang

import (
	"bytes"
	"cmp"
	"go/ast"
	"go/token"
	"slices"
	"strings"

	"github.com/esgen/esgen/schema"
)

// holder is what a comment group documents.
type holder struct {
	// on is where it stands in the sense of the table; empty for all that no
	// directive stands on.
	on Target
	// what describes it: "the function New".
	what string
	spec *ast.TypeSpec
	decl *ast.FuncDecl
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

// stray is a directive that no declaration has.
type stray struct {
	// help is empty where it can only be said where such a directive belongs.
	why, help string
	note      *schema.Note
	// from is the declaration that it is cut off from; the zero value where it isn't.
	from holder
}

func (w *stray) report(s *source, d *directive) {
	if w.note != nil && !slices.Contains(d.Targets, w.from.on) {
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
	line = bytes.TrimPrefix(line, []byte("\ufeff"))
	if !strings.HasPrefix(a.text, "//") {
		line = bytes.TrimLeft(line, " \t*/") // it stands in a block comment, and behind its beginning
	}
	if len(bytes.TrimSpace(line)) > 0 {
		return holder{}, &stray{why: "stands at the end of a line", help: "put it on a line of its own, above the declaration"}
	}
	if h, ok := holders[a.group]; ok {
		return h, nil
	}
	if pos < f.ast.Package {
		return holder{}, cutOff(fset, holder{on: OnPackage}, "the package clause", f.ast.Package, len("package"))
	}
	for _, decl := range f.ast.Decls {
		if decl.Pos() <= pos && pos < decl.End() {
			if fn, ok := decl.(*ast.FuncDecl); ok {
				return holder{}, &stray{why: "stands inside the function " + fn.Name.Name, help: "put it into the doc comment of a declaration of the package"}
			}
			// In a group of types, or behind the last field of a struct.
			if gen, ok := decl.(*ast.GenDecl); ok {
				if spec := nextType(gen, pos); spec != nil {
					return holder{}, cutOff(fset, holder{on: OnType, spec: spec}, spec.Name.Name, spec.Name.Pos(), len(spec.Name.Name))
				}
			}
			return holder{}, &stray{why: "stands inside a declaration, and on none", help: "put it into the doc comment above the declaration"}
		}
		if decl.Pos() > pos {
			from, name := declName(decl)
			if name == nil {
				return holder{}, &stray{why: "stands on no declaration"}
			}
			return holder{}, cutOff(fset, from, name.Name, name.Pos(), len(name.Name))
		}
	}
	return holder{}, &stray{why: "stands on no declaration: none follows"}
}

func cutOff(fset *token.FileSet, from holder, name string, at token.Pos, width int) *stray {
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
// the declaration as what directives can stand on.
func declName(decl ast.Decl) (holder, *ast.Ident) {
	switch decl := decl.(type) {
	case *ast.FuncDecl:
		if decl.Recv != nil {
			return holder{on: OnMethod, decl: decl}, decl.Name
		}
		return holder{}, decl.Name
	case *ast.GenDecl:
		for _, spec := range decl.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				if decl.Lparen.IsValid() {
					return holder{}, spec.Name
				}
				return holder{on: OnType, spec: spec}, spec.Name
			case *ast.ValueSpec:
				return holder{}, spec.Names[0]
			}
		}
	}
	return holder{}, nil
}
