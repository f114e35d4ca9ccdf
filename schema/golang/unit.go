package golang

import (
	"bytes"
	"go/ast"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"slices"

	"github.com/esgen/esgen/schema"
)

// unit is a package whose types the model mentions, with its source: one that was
// asked for, or one that such a package imports.
type unit struct {
	*pruner
	// pkg has the types: all that were kept of a package that was asked for, else what
	// is exported.
	pkg *types.Package
	// main says that it belongs to a module that is worked on. Only in there places
	// are given, and what imported packages have wrong is reported.
	main bool
	// imported says that it was not asked for. Then withheld has what is wrong with
	// its directives, which matters as far as they are on types that are used.
	imported bool
	withheld []*schema.Diagnostic
	// usedValues says that one of its value objects is used.
	usedValues bool
}

// units finds the units of a run, and reads those that are needed on the way.
type units struct {
	fset *token.FileSet
	deps *dependencies
	// byPath has nil for packages without anything of interest.
	byPath map[string]*unit
}

// of is the unit that declares obj; nil where its source is of no interest.
func (u *units) of(obj types.Object) *unit {
	if obj.Pkg() == nil {
		return nil
	}
	path := obj.Pkg().Path()
	if standIns[path] != "" {
		return nil // or the model would show whether a stand-in was used
	}
	found, known := u.byPath[path]
	if !known {
		found = u.read(path)
		u.byPath[path] = found
	}
	return found
}

// read reads a package that was imported. Of another module's it needs but the
// value objects.
func (u *units) read(path string) *unit {
	p := u.deps.loaded[path]
	if p == nil || p.Module == nil || len(p.GoFiles) == 0 {
		return nil // the standard library, or a stand-in
	}
	src := &source{listed: &listed{
		Dir: filepath.Dir(p.GoFiles[0]), ImportPath: p.PkgPath, Name: p.Name,
		Module: &listedModule{Path: p.Module.Path, Main: p.Module.Main},
	}}
	annotated := false
	for _, path := range p.GoFiles {
		text, err := os.ReadFile(path)
		if err != nil || isOurs(text) {
			continue
		}
		annotated = annotated || looksAnnotated(text)
		src.files = append(src.files, &file{name: filepath.Base(path), path: path, text: text})
	}
	if !annotated && !p.Module.Main {
		return nil
	}
	for _, f := range src.files {
		src.parseFile(u.fset, f, false)
	}
	src.mark(u.fset)
	withheld := src.list
	src.list = nil
	return &unit{pruner: newPruner(src, u.fset), pkg: p.Types, main: p.Module.Main, imported: true, withheld: withheld}
}

// asImported is the unit for those of its types that were pruned, and are known
// only from being imported by another package.
func (u *unit) asImported() *unit {
	imported := *u
	imported.imported = true
	return &imported
}

// release reports what is wrong with the unit's directives after all.
func (u *unit) release() {
	u.src.list = append(u.src.list, u.withheld...)
	u.withheld = nil
}

// haveErrors says whether any unit has.
func (u *units) haveErrors() bool {
	for _, unit := range u.byPath {
		if unit != nil && slices.ContainsFunc(unit.src.list, func(d *schema.Diagnostic) bool { return d.Severity == schema.Error }) {
			return true
		}
	}
	return false
}

// spec is the declaration of a type; nil where it isn't at hand.
func (u *unit) spec(name string) *ast.TypeSpec {
	if u == nil {
		return nil
	}
	for _, d := range u.decls[name] {
		if spec, ok := d.spec.(*ast.TypeSpec); ok {
			return spec
		}
	}
	return nil
}

// function is the declaration of a function; nil where there is none.
func (u *unit) function(name string) *ast.FuncDecl {
	for _, d := range u.decls[name] {
		if d.fn != nil {
			return d.fn
		}
	}
	return nil
}

// tag reads a field's tag, and reports once what is wrong with it.
func (u *unit) tag(field *ast.Field) fieldTag {
	tag, known := u.tags[field]
	if !known && field.Tag != nil {
		tag = parseLiteral(field.Tag.Value, span(u.fset, field.Tag.Pos(), len(field.Tag.Value)), &u.src.findings)
		u.tags[field] = tag
	}
	return tag
}

// at is where a node stands, up to the end of its first line. It is no position
// for other modules, in which nobody can change anything.
func (u *unit) at(n ast.Node) schema.Span {
	if u == nil || !u.main {
		return schema.Span{}
	}
	width := int(n.End() - n.Pos())
	if f := u.src.fileAt(n.Pos()); f != nil {
		start := f.offset(u.fset, n.Pos())
		if end := bytes.IndexAny(f.text[start:start+width], "\r\n"); end >= 0 {
			width = end
		}
	}
	return span(u.fset, n.Pos(), width)
}

func (u *unit) text(id *ast.Ident) schema.Text {
	return schema.Text{Value: id.Name, Span: u.at(id)}
}
