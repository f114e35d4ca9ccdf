package golang

import (
	"go/ast"
	"go/types"
	"maps"
	"slices"

	"github.com/esgen/esgen/schema"
)

// valueObject resolves an //es:value. It returns nil where something is wrong with
// it, and reports what.
func (c *converter) valueObject(u *unit, m *markedType, t *types.Named) *schema.Value {
	d := m.role
	encode, decode, sample := d.value("encode"), d.value("decode"), d.value("sample")
	if encode == nil || decode == nil {
		u.release() // it was reported when the directive was read
		return nil
	}
	switch {
	case t.TypeParams().Len() > 0:
		u.src.errorf(codeValueType, d.line, "%s is generic, and cannot be a value object", m.spec.Name.Name).
			Help = "declare a type for the instance, and make that a value object"
		return nil
	case types.IsInterface(t):
		u.src.errorf(codeValueType, d.line, "%s is an interface, and cannot be a value object", m.spec.Name.Name).
			Help = "make a struct of it"
		return nil
	}
	base := u.encodeMethod(t, *encode)
	if base == nil {
		return nil
	}
	value := &schema.Value{Directive: d.name, Method: *encode, Source: u.valueSource(m.spec.Name.Name, encode.Value, *decode)}
	if value.Decode, value.Fails = u.decodeFunc(*decode, base, t); value.Decode == nil {
		return nil
	}
	if sample != nil {
		if value.Sample = u.sampleFunc(*sample, t); value.Sample == nil {
			return nil
		}
	}
	if value.Base = c.convert(base, nil, u); value.Base == nil {
		return nil
	}
	return value
}

// encodeMethod finds the method of a value object, and returns what it gives; nil
// where it is wrong.
func (u *unit) encodeMethod(t *types.Named, name schema.Text) types.Type {
	typeName := t.Obj().Name()
	method, _ := lookupMethod(t, name.Value)
	if method == nil {
		diag := u.src.errorf(codeNoFunction, name.Span, "%s has no method %s", typeName, name.Value)
		diag.Help = "declare func (v " + typeName + ") " + name.Value + "() string, or whatever else is to be stored"
		var known []string
		for _, m := range u.methods[typeName] {
			known = append(known, m.name)
		}
		if near := schema.Nearest(name.Value, known); near != "" {
			diag.Help = "did you mean " + near + "?"
		} else if u.function(name.Value) != nil {
			diag.Help = name.Value + " is a function: encode names a method, decode a function"
		}
		return nil
	}
	sig := method.Signature()
	if sig.Params().Len() > 0 || sig.Results().Len() != 1 {
		diag := u.src.errorf(codeFunctionForm, name.Span, "method %s of %s must take nothing and return one value", name.Value, typeName)
		diag.Help = "it has the form func (v " + typeName + ") " + name.Value + "() string, or whatever else is to be stored"
		u.noteMethod(diag, typeName, name.Value)
		return nil
	}
	base := sig.Results().At(0).Type()
	if result, ok := types.Unalias(base).(*types.Named); ok && result.Obj().Name() == typeName && result.Obj().Pkg() == t.Obj().Pkg() {
		u.src.errorf(codeFunctionForm, name.Span, "method %s of %s returns %s again, so there is no end to encoding it", name.Value, typeName, typeName).
			Help = "let it return what is to be stored, a string say"
		return nil
	}
	return base
}

func (u *unit) noteMethod(diag *schema.Diagnostic, recv, name string) {
	for _, m := range u.methods[recv] {
		if m.name == name {
			diag.Notes = append(diag.Notes, schema.Note{Span: u.at(m.fn.Name), Message: name + " is declared here"})
			return
		}
	}
}

// fieldValue resolves the es:"encode=FUNC,decode=FUNC" of a field.
func (c *converter) fieldValue(u *unit, tag fieldTag, t types.Type) *schema.Value {
	encode, base := u.encodeFunc(*tag.encode, t)
	if encode == nil {
		return nil
	}
	value := &schema.Value{Directive: tag.es, Encode: encode, Source: u.valueSource("", "", *tag.encode, *tag.decode)}
	if value.Decode, value.Fails = u.decodeFunc(*tag.decode, base, t); value.Decode == nil {
		return nil
	}
	if value.Base = c.convert(base, nil, u); value.Base == nil {
		return nil
	}
	return value
}

// encodeFunc finds a function that turns a t into what is stored.
func (u *unit) encodeFunc(name schema.Text, t types.Type) (*schema.Func, types.Type) {
	form := "func(" + spell(t, u) + ") string, or whatever else is to be stored"
	sig := u.signature(name, form)
	if sig == nil {
		return nil, nil
	}
	if sig.Params().Len() != 1 || sig.Variadic() || !types.Identical(sig.Params().At(0).Type(), t) || sig.Results().Len() != 1 {
		u.badForm(name, "must take one "+spell(t, u)+" and return one value", form)
		return nil, nil
	}
	return u.funcOf(name), sig.Results().At(0).Type()
}

// decodeFunc finds a function that turns a base into a t. fails says that it
// returns an error too.
func (u *unit) decodeFunc(name schema.Text, base, t types.Type) (f *schema.Func, fails bool) {
	if fn := u.hidden(name.Value); fn != nil {
		return u.funcOf(name), fn.Type.Results.NumFields() == 2
	}
	form := "func(" + spell(base, u) + ") " + spell(t, u)
	sig := u.signature(name, form)
	if sig == nil {
		return nil, false
	}
	results := sig.Results()
	fails = results.Len() == 2 && isError(results.At(1).Type())
	if sig.Params().Len() != 1 || sig.Variadic() || !types.Identical(sig.Params().At(0).Type(), base) ||
		results.Len() != 1 && !fails || !types.Identical(results.At(0).Type(), t) {
		u.badForm(name, "must take one "+spell(base, u)+" and return one "+spell(t, u)+", with or without an error", form)
		return nil, false
	}
	return u.funcOf(name), fails
}

// sampleFunc finds a function that makes a t of nothing.
func (u *unit) sampleFunc(name schema.Text, t types.Type) *schema.Func {
	if u.hidden(name.Value) != nil {
		return u.funcOf(name)
	}
	form := "func() " + spell(t, u)
	sig := u.signature(name, form)
	if sig == nil {
		return nil
	}
	if sig.Params().Len() != 0 || sig.Results().Len() != 1 || !types.Identical(sig.Results().At(0).Type(), t) {
		u.badForm(name, "must take nothing and return one "+spell(t, u), form)
		return nil
	}
	return u.funcOf(name)
}

// signature is the signature of a function of the unit; nil where there is none,
// which it reports.
func (u *unit) signature(name schema.Text, form string) *types.Signature {
	if fn := u.function(name.Value); fn != nil && fn.Type.TypeParams != nil {
		u.badForm(name, "must not be generic", form)
		return nil
	}
	switch obj := u.pkg.Scope().Lookup(name.Value).(type) {
	case *types.Func:
		return obj.Signature()
	case nil:
	default:
		u.badForm(name, "must be a function", form)
		return nil
	}
	diag := u.src.errorf(codeNoFunction, name.Span, "package %s has no function %s", u.src.Name, name.Value)
	diag.Help = "declare it: it has the form " + form
	var known []string
	for _, n := range slices.Sorted(maps.Keys(u.decls)) {
		if u.function(n) != nil {
			known = append(known, n)
		}
	}
	if near := schema.Nearest(name.Value, known); near != "" {
		diag.Help = "did you mean " + near + "?"
	} else if u.hasMethod(name.Value) {
		diag.Help = name.Value + " is a method: only encode of //es:value names a method"
	}
	return nil
}

// hidden is a function of an imported package that the type checker does not know,
// as it is not exported or the package was not imported by itself. It is taken at
// its word: it is checked when its own package is generated.
func (u *unit) hidden(name string) *ast.FuncDecl {
	if fn := u.function(name); u.imported && u.pkg.Scope().Lookup(name) == nil {
		return fn
	}
	return nil
}

func (u *unit) badForm(name schema.Text, must, form string) {
	diag := u.src.errorf(codeFunctionForm, name.Span, "%s %s", name.Value, must)
	diag.Help = "it has the form " + form
	if fn := u.function(name.Value); fn != nil {
		diag.Notes = []schema.Note{{Span: u.at(fn.Name), Message: name.Value + " is declared here"}}
	}
}

func (u *unit) funcOf(name schema.Text) *schema.Func {
	return &schema.Func{Path: u.pkg.Path(), Package: u.pkg.Name(), Name: name}
}
