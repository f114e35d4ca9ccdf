package golang

import (
	"go/ast"
	"go/types"
	"slices"
	"strings"
)

// walker goes through one declaration.
type walker struct {
	*pruner
	in *declaration
	// shadowed are the names of type parameters.
	shadowed []string
	excused  bool
}

func (w *walker) typeParams(list *ast.FieldList) {
	if list == nil {
		return
	}
	for _, field := range list.List {
		for _, name := range field.Names {
			w.shadowed = append(w.shadowed, name.Name)
		}
	}
	w.walk(list)
}

func (w *walker) function(fn *ast.FuncDecl) {
	if fn.Recv != nil {
		ast.Inspect(fn.Recv, func(n ast.Node) bool {
			if index, ok := n.(*ast.IndexExpr); ok {
				w.shadow(index.Index)
			}
			if index, ok := n.(*ast.IndexListExpr); ok {
				for _, param := range index.Indices {
					w.shadow(param)
				}
			}
			return true
		})
		w.keepName(receiver(fn)) // which may be an alias
		m := w.src.byName[w.src.unaliased(receiver(fn))]
		w.excused = m != nil && w.isApply(m, fn)
	}
	w.typeParams(fn.Type.TypeParams)
	w.walk(fn.Type.Params)
	w.excused = false
	if fn.Type.Results != nil {
		w.walk(fn.Type.Results)
	}
}

func (w *walker) shadow(expr ast.Expr) {
	if id, ok := expr.(*ast.Ident); ok {
		w.shadowed = append(w.shadowed, id.Name)
	}
}

func (w *walker) walk(n ast.Node) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Field:
			w.field(n)
			return false
		case *ast.Ident:
			w.ident(n)
			return false
		case *ast.SelectorExpr:
			if id, ok := n.X.(*ast.Ident); ok && !slices.Contains(w.shadowed, id.Name) && w.decls[id.Name] == nil {
				w.selector(id, n)
				return false
			}
			w.walk(n.X)
			return false
		case *ast.ValueSpec:
			if n.Type != nil {
				w.walk(n.Type)
			}
			for _, value := range n.Values {
				w.walk(value)
			}
			return false
		case *ast.FuncLit:
			w.walk(n.Type)
			return false
		case *ast.IndexExpr, *ast.IndexListExpr:
			w.generic = true
		}
		return true
	})
}

// field goes on with a field's type and tag; its name refers to nothing.
func (w *walker) field(n *ast.Field) {
	if n.Tag != nil {
		tag := parseLiteral(n.Tag.Value, span(w.fset, n.Tag.Pos(), len(n.Tag.Value)), &w.src.findings)
		w.tags[n] = tag
		if tag.encode != nil {
			w.keepName(tag.encode.Value)
			w.keepName(tag.decode.Value)
		}
	}
	// An apply method takes the generated interface, and nothing made of it.
	t := ast.Unparen(n.Type)
	if star, ok := t.(*ast.StarExpr); ok {
		t = star.X
	}
	if _, plain := t.(*ast.Ident); !plain && w.excused {
		w.excused = false
		defer func() { w.excused = true }()
	}
	w.walk(n.Type)
}

func (w *walker) ident(n *ast.Ident) {
	if slices.Contains(w.shadowed, n.Name) {
		return
	}
	if w.decls[n.Name] != nil {
		w.keepName(n.Name)
		return
	}
	if types.Universe.Lookup(n.Name) != nil || n.Name == "_" {
		return
	}
	w.unresolved[n.Pos()] = unresolved{ident: n, in: w.in, excused: w.excused}
	for _, imp := range w.imports[w.in.file] {
		if imp.name == "." {
			imp.use(w.extras)
		}
	}
}

// selector notes the use of a name of another package. What the file calls that
// package is not always known before it is loaded.
func (w *walker) selector(id *ast.Ident, n *ast.SelectorExpr) {
	s := &selection{sel: n, in: w.in}
	w.selected[n.Sel.Pos()] = s
	for _, imp := range w.imports[w.in.file] {
		if imp.name == id.Name {
			s.from = append(s.from, imp)
		}
	}
	if len(s.from) == 0 {
		for _, imp := range w.imports[w.in.file] {
			if imp.name == "" || imp.guessed {
				s.from = append(s.from, imp)
			}
		}
	}
	if len(s.from) == 0 {
		w.unresolved[id.Pos()] = unresolved{ident: id, in: w.in}
	}
	for _, imp := range s.from {
		imp.use(w.extras)
	}
}

// strayTags reports es tags of structs that nothing annotated is made of.
func (p *pruner) strayTags() {
	if !p.src.attempted {
		return
	}
	for _, f := range p.src.files {
		if f.ast == nil {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			s, ok := n.(*ast.StructType)
			if !ok {
				return true
			}
			for _, field := range s.Fields.List {
				if _, known := p.tags[field]; known || field.Tag == nil || !strings.Contains(field.Tag.Value, "es:") {
					continue
				}
				tag := parseLiteral(field.Tag.Value, span(p.fset, field.Tag.Pos(), len(field.Tag.Value)), &p.src.findings)
				if tag.id != nil {
					p.src.errorf(codeTagPlace, tag.id.Span, `es:"id" on a field of a struct that is no aggregate, no child and no command`).
						Help = "put //es:aggregate, //es:child or //es:command on the struct, or leave the tag out"
				}
				if tag.column.column != nil {
					p.src.errorf(codeTagPlace, tag.column.column.Span, `es:"column" on a field of a struct that is no aggregate`).
						Help = "leave the tag out: columns are fields of aggregates with //es:table"
				}
				if tag.noSnapshot != nil {
					p.src.errorf(codeTagPlace, tag.noSnapshot.Span, `es:"-" on a field of a struct that is no part of an aggregate's state`).
						Help = "leave the tag out: it says what snapshots do not hold"
				}
				for _, key := range tag.tags {
					p.src.errorf(codeTagPlace, key.Span, `es:"tag=%s" on a field of a struct that is no event and no decision model`, key.Value).
						Help = "put //es:event or //es:decision on the struct, or leave the tag out"
				}
				if tag.child != nil {
					p.src.errorf(codeTagPlace, tag.child.Span, `es:"child" on a field of a struct that is no aggregate, no child and no event`).
						Help = "put //es:aggregate, //es:child or //es:event on the struct, or leave the tag out"
				}
			}
			return true
		})
	}
}
