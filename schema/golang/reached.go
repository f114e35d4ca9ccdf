package golang

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"
)

// reached gives the tokens of declarations and of all that these lead to within the
// package, and the paths of other packages that they name, sorted, so that it does not
// matter where anything stands.
//
// Nothing in bodies has types here: a name is taken for the declaration of the package
// that has it, though a local one may hide that, and a selection for the methods of that
// name, whatever type they are of. More than what is meant does no harm, for a change of
// that has snapshots made anew, and no more. Types are left out: the shapes of states and
// events count on their own.
func (u *unit) reached(from ...*declaration) []string {
	methods := map[string][]*declaration{}
	for _, list := range u.methods {
		for _, d := range list {
			methods[d.name] = append(methods[d.name], d)
		}
	}
	type reachedNode struct {
		ast.Node
		file *file
	}
	var texts []string
	var queue []reachedNode
	seen := map[ast.Node]bool{}
	reach := func(list []*declaration) {
		for _, d := range list {
			node := d.defining()
			if _, isType := node.(*ast.TypeSpec); isType || seen[node] {
				continue
			}
			seen[node] = true
			queue = append(queue, reachedNode{node, d.file})
			var text strings.Builder
			writeTokens(&text, u.textOf(d.file, node))
			texts = append(texts, text.String())
		}
	}
	reach(from)
	for len(queue) > 0 {
		node, file := queue[0].Node, queue[0].file
		queue = queue[1:]
		if fn, ok := node.(*ast.FuncDecl); ok {
			if fn.Body == nil {
				continue
			}
			node = fn.Body
		}
		var visit func(n ast.Node) bool
		visit = func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				reach(methods[n.Sel.Name])
				if x, ok := n.X.(*ast.Ident); ok {
					texts = append(texts, file.imports(x.Name)...)
				}
				ast.Inspect(n.X, visit)
				return false
			case *ast.Ident:
				reach(u.decls[n.Name])
			}
			return true
		}
		ast.Inspect(node, visit)
	}
	slices.Sort(texts)
	return slices.Compact(texts)
}

// imports are those of a file that it calls by a name, or may: a line that looks the same
// calls something else where the name is that of another package.
func (f *file) imports(name string) (texts []string) {
	if f.ast == nil {
		return nil
	}
	for _, spec := range f.ast.Imports {
		if imp := newImported(spec); imp.name == name || imp.name == "" {
			texts = append(texts, "import "+name+" "+imp.path)
		}
	}
	return texts
}

// defining is the part of the source that says what a declaration is: a constant that
// counts, or repeats what stands above it, is defined by its whole group.
func (d *declaration) defining() ast.Node {
	if d.fn != nil {
		return d.fn
	}
	spec, ok := d.spec.(*ast.ValueSpec)
	if !ok || d.gen.Tok != token.CONST {
		return d.spec
	}
	whole := len(spec.Values) == 0
	for _, value := range spec.Values {
		ast.Inspect(value, func(n ast.Node) bool {
			id, ok := n.(*ast.Ident)
			whole = whole || ok && id.Name == "iota"
			return !whole
		})
	}
	if whole {
		return d.gen
	}
	return spec
}

// textOf is the source of a part of a file.
func (u *unit) textOf(f *file, n ast.Node) []byte {
	return f.text[f.offset(u.fset, n.Pos()):f.offset(u.fset, n.End())]
}

// takesSnapshots says whether an aggregate of the package has snapshots.
func (u *unit) takesSnapshots() bool {
	return slices.ContainsFunc(u.src.types, func(m *markedType) bool { return m.directive("snapshot") != nil })
}
