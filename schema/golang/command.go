package golang

import (
	"go/ast"
	"go/types"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/esgen/esgen/schema"
)

// named are the types that have a role.
func (s *source) named(role string) map[string]bool {
	names := map[string]bool{}
	for _, m := range s.types {
		if m.is(role) {
			names[m.spec.Name.Name] = true
		}
	}
	return names
}

func (c *converter) command(u *unit, p *schema.Package, m *markedType, obj *types.TypeName) *schema.Command {
	command := &schema.Command{
		Package: p, Directive: m.role.name, GoName: u.text(m.spec.Name), Doc: docText(m.doc),
		Of:         m.role.value("of"),
		TypeParams: m.spec.TypeParams != nil,
		Type:       c.underlying(u, m, obj),
	}
	ifMissing := m.role.value("creates")
	switch {
	case ifMissing != nil && len(m.role.args) > 0:
		u.src.errorf(codeRepeated, ifMissing.Span, "//es:command says creates twice").Help = "leave one of the two out"
	case ifMissing != nil:
		command.Creates, command.CreatesAt = schema.CreatesIfMissing, ifMissing
	case len(m.role.args) > 0:
		command.Creates, command.CreatesAt = schema.CreatesNew, &m.role.args[0]
	}
	if named, ok := obj.Type().(*types.Named); ok {
		if method, pointer := lookupMethod(named, validateMethod); method != nil && returnsError(method) {
			command.Validates, command.PointerValidates = !pointer, pointer
		}
	}
	return command
}

// validateMethod is the method of a command that checks it.
const validateMethod = "Validate"

// isValidate says whether a method is Validate() error, by its spelling. Others of that
// name are not looked into: what they take may be yet to be generated.
func isValidate(fn *ast.FuncDecl) bool {
	results := fn.Type.Results
	if fn.Name.Name != validateMethod || fn.Type.Params.NumFields() > 0 || results.NumFields() != 1 {
		return false
	}
	id, ok := ast.Unparen(results.List[0].Type).(*ast.Ident)
	return ok && id.Name == "error"
}

// validMethod is the method that the validation rule valid calls.
const validMethod = "Valid"

// isValid says whether a method is Valid() bool, by its spelling.
func isValid(fn *ast.FuncDecl) bool {
	results := fn.Type.Results
	if fn.Name.Name != validMethod || fn.Type.Params.NumFields() > 0 || results.NumFields() != 1 {
		return false
	}
	id, ok := ast.Unparen(results.List[0].Type).(*ast.Ident)
	return ok && id.Name == "bool"
}

func returnsError(f *types.Func) bool {
	sig := f.Signature()
	return sig.Params().Len() == 0 && sig.Results().Len() == 1 && isError(sig.Results().At(0).Type())
}

// handlers finds the methods of an aggregate that are called handle<Name>. Of which of
// these is a command, and what is wrong with the others, is for the rules to say. They
// are read by their spelling alone: nothing that they mention is part of the model.
func (u *unit) handlers(m *markedType, commands map[string]bool) []*schema.Handler {
	var list []*schema.Handler
	for _, method := range u.methodsOf(m) {
		name, ok := strings.CutPrefix(method.name, "handle")
		if first, _ := utf8.DecodeRuneInString(name); !ok || name == "" || unicode.IsLower(first) {
			continue
		}
		h := &schema.Handler{Method: u.text(method.fn.Name), Recv: m.spec.Name.Name, Command: name}
		if command := calledAfter(method.name, "handle", commands); command != "" {
			h.Command = command
		}
		_, h.PointerRecv = ast.Unparen(method.fn.Recv.List[0].Type).(*ast.StarExpr)
		h.Params = u.params(method, method.fn.Type.Params, nil, commands)
		if method.fn.Type.Results != nil {
			h.Results = u.params(method, method.fn.Type.Results, nil, nil)
		}
		list = append(list, h)
	}
	return list
}
