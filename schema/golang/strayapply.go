package golang

import (
	"go/ast"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/esgen/esgen/schema"
)

// reportStrayApply warns of a method that looks like an apply method of what is no event of
// the package, and that nothing calls. One that is called, applyDiscount(d Discount) say,
// may be a part of another.
func (u *unit) reportStrayApply(m *markedType, method *declaration) {
	if !u.src.generate || u.imported || m.is("decision") || !method.takesWhatItIsCalled() {
		return
	}
	recv := m.spec.Name.Name + "." + method.name
	switch t := parameterType(method.fn).(type) {
	case *ast.Ident:
		name := u.src.unaliased(t.Name)
		spec := u.spec(name)
		if marked := u.src.byName[name]; spec == nil || u.src.unsure[name] || marked != nil && marked.role != nil || u.calls(method.name) {
			return
		}
		diag := u.src.warnf(codeStrayApply, u.text(method.fn.Name).Span, "nothing calls %s: %s is no event", recv, name)
		diag.Notes = []schema.Note{{Span: u.text(spec.Name).Span, Message: name + " is declared here"}}
		diag.Help = "add //es:event to " + name + ", or remove the method"
	case *ast.SelectorExpr:
		pkg, ok := t.X.(*ast.Ident)
		if !ok || u.calls(method.name) {
			return
		}
		name := pkg.Name + "." + t.Sel.Name
		u.src.warnf(codeStrayApply, u.text(method.fn.Name).Span, "nothing calls %s: %s is no event of package %s", recv, name, u.src.Name).
			Help = "an aggregate applies events of its own package: let it record one when " + name + " comes, or remove the method"
	}
}

// takesWhatItIsCalled says whether a method is applyPlaced(e Placed), or takes a Placed of
// another package.
func (d *declaration) takesWhatItIsCalled() bool {
	name, ok := strings.CutPrefix(d.name, "apply")
	if first, _ := utf8.DecodeRuneInString(name); !ok || name == "" || unicode.IsLower(first) || d.fn.Type.Results.NumFields() > 0 {
		return false
	}
	taken := ""
	switch t := parameterType(d.fn).(type) {
	case *ast.Ident:
		taken = t.Name
	case *ast.SelectorExpr:
		taken = t.Sel.Name
	}
	first, width := utf8.DecodeRuneInString(taken)
	return taken != "" && string(unicode.ToUpper(first))+taken[width:] == name
}

// parameterType is the type of a function's only parameter, or what it points to; nil where
// it has not just one.
func parameterType(fn *ast.FuncDecl) ast.Expr {
	if fn.Type.Params.NumFields() != 1 {
		return nil
	}
	t := ast.Unparen(fn.Type.Params.List[0].Type)
	if star, ok := t.(*ast.StarExpr); ok {
		t = ast.Unparen(star.X)
	}
	return t
}

// calls says whether anything in the package selects a name, and so may call the method of
// that name.
func (u *unit) calls(name string) bool {
	found := false
	for _, f := range u.src.files {
		if f.ast == nil {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			found = found || ok && sel.Sel.Name == name
			return !found
		})
	}
	return found
}
