package golang

import (
	"go/ast"
	"go/types"
	"strings"

	"github.com/esgen/esgen/schema"
)

// converter makes types of the model of what the type checker found. It walks
// types and their source side by side: the one says what a field is, the other
// where it stands.
type converter struct {
	*units
	// named has each declared type once, by its path, name and arguments. It has nil
	// for what could not be read.
	named map[string]schema.Type
	// unread are the fields of which the type could not be read.
	unread []unreadField
}

// convert converts a type that is spelt in a unit. expr is how it is spelt, nil
// where that is not at hand. The result is nil for a type that could not be read,
// which has been reported.
func (c *converter) convert(t types.Type, expr ast.Expr, u *unit) schema.Type {
	expr = unparen(expr)
	switch t := t.(type) {
	case *types.Alias:
		return c.convertAlias(t, u)
	case *types.Named:
		return c.convertNamed(t, u)
	case *types.Basic:
		return c.convertBasic(t, expr, u)
	case *types.Pointer:
		star, _ := expr.(*ast.StarExpr)
		return c.composite(func(elem schema.Type) schema.Type { return &schema.Pointer{Elem: elem} },
			t.Elem(), field(star, func(e *ast.StarExpr) ast.Expr { return e.X }), u)
	case *types.Slice:
		array, _ := expr.(*ast.ArrayType)
		return c.composite(func(elem schema.Type) schema.Type { return &schema.Slice{Elem: elem} },
			t.Elem(), field(array, func(e *ast.ArrayType) ast.Expr { return e.Elt }), u)
	case *types.Array:
		array, _ := expr.(*ast.ArrayType)
		if t.Len() < 0 {
			return unread(expr, u)
		}
		return c.composite(func(elem schema.Type) schema.Type { return &schema.Array{Len: t.Len(), Elem: elem} },
			t.Elem(), field(array, func(e *ast.ArrayType) ast.Expr { return e.Elt }), u)
	case *types.Map:
		m, _ := expr.(*ast.MapType)
		key := c.convert(t.Key(), field(m, func(e *ast.MapType) ast.Expr { return e.Key }), u)
		elem := c.convert(t.Elem(), field(m, func(e *ast.MapType) ast.Expr { return e.Value }), u)
		if key == nil || elem == nil {
			return nil
		}
		return &schema.Map{Key: key, Elem: elem}
	case *types.Struct:
		s, _ := expr.(*ast.StructType)
		return &schema.Struct{Fields: c.fields(t, s, u)}
	case *types.Interface:
		if t.Empty() {
			return &schema.Any{}
		}
	}
	return &schema.Unsupported{Spelling: spell(t, u), Reason: whyNot(t)}
}

// composite converts an element, and what is made of it.
func (c *converter) composite(of func(schema.Type) schema.Type, t types.Type, expr ast.Expr, u *unit) schema.Type {
	elem := c.convert(t, expr, u)
	if elem == nil {
		return nil
	}
	return of(elem)
}

// field goes on from an expression, if it is there.
func field[E any](e *E, get func(*E) ast.Expr) ast.Expr {
	if e == nil {
		return nil
	}
	return get(e)
}

func unparen(expr ast.Expr) ast.Expr {
	if expr == nil {
		return nil
	}
	return ast.Unparen(expr)
}

// whyNot says why a type has no JSON form.
func whyNot(t types.Type) string {
	switch t := t.(type) {
	case *types.Chan:
		return "a channel has no JSON form"
	case *types.Signature:
		return "a function has no JSON form"
	case *types.Interface:
		return "nothing says which type to decode into an interface"
	case *types.TypeParam:
		return "a type parameter stands for no one type"
	case *types.Basic:
		if t.Info()&types.IsComplex != 0 {
			return "a complex number has no JSON form"
		}
		return "a pointer of package unsafe has no JSON form"
	}
	return "it has no JSON form"
}

// spell is a type as the unit's package spells it.
func spell(t types.Type, u *unit) string {
	return types.TypeString(t, func(p *types.Package) string {
		if u != nil && u.pkg != nil && p.Path() == u.pkg.Path() {
			return ""
		}
		return p.Name()
	})
}

func (c *converter) convertBasic(t *types.Basic, expr ast.Expr, u *unit) schema.Type {
	switch {
	case t.Kind() == types.Invalid:
		if name := nameOfC(expr); name != "" {
			return &schema.Unsupported{Spelling: name, Reason: "a type of C has no JSON form"}
		}
		return unread(expr, u)
	case t.Info()&types.IsComplex != 0 || t.Kind() == types.UnsafePointer:
		return &schema.Unsupported{Spelling: t.String(), Reason: whyNot(t)}
	case t.Kind() == types.Uint8:
		return &schema.Basic{Kind: schema.Uint8}
	case t.Kind() == types.Int32:
		return &schema.Basic{Kind: schema.Int32}
	}
	return &schema.Basic{Kind: schema.BasicKind(t.Name())}
}

// unread stands for a type that is wrong. In a package that was asked for it is nil,
// as that has been reported.
func unread(expr ast.Expr, u *unit) schema.Type {
	if u != nil && !u.imported {
		return nil
	}
	spelling := "its type"
	if expr != nil {
		spelling = types.ExprString(expr)
	}
	return &schema.Unsupported{Spelling: spelling, Reason: "the package that declares it does not compile"}
}

// nameOfC finds a name of C in a type that could not be read; empty where there is
// none. The type checker says nothing about such names.
func nameOfC(expr ast.Expr) string {
	name := ""
	if expr != nil {
		ast.Inspect(expr, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				if id, ok := s.X.(*ast.Ident); ok && id.Name == "C" && name == "" {
					name = "C." + s.Sel.Name
				}
			}
			return true
		})
	}
	return name
}

// convertAlias keeps the name that was written: its target may be internal to
// another module.
func (c *converter) convertAlias(t *types.Alias, u *unit) schema.Type {
	obj := t.Obj()
	if obj.Pkg() == nil { // any
		return c.convert(t.Rhs(), nil, u)
	}
	key := typeKey(obj, t.TypeArgs())
	if known, ok := c.named[key]; ok {
		return known
	}
	n := c.newNamed(obj, t.TypeArgs(), u)
	if isNamed(obj, "encoding/json", "RawMessage") {
		// It may be an alias or not, as the Go version has it.
		n.Encoding, n.Under = schema.EncodeRaw, bytesType()
		c.named[key] = n
		return n
	}
	n.Alias = true
	c.named[key] = n
	declaring := c.of(obj)
	var expr ast.Expr
	if spec := declaring.spec(obj.Name()); spec != nil && t.TypeArgs().Len() == 0 {
		expr = spec.Type
	}
	n.Under = c.convert(t.Rhs(), expr, declaring)
	n.Comparable = isComparable(t)
	if n.Under == nil {
		c.named[key] = nil
		return nil
	}
	if target, ok := schema.Resolve(n.Under).(*schema.Named); ok {
		n.Encoding, n.Value, n.PointerEncode = target.Encoding, target.Value, target.PointerEncode
		n.IsZero, n.PointerIsZero, n.Judges = target.IsZero, target.PointerIsZero, target.Judges
	}
	return n
}

func (c *converter) convertNamed(t *types.Named, u *unit) schema.Type {
	t = c.canonical(t)
	obj := t.Obj()
	key := typeKey(obj, t.TypeArgs())
	if known, ok := c.named[key]; ok {
		return known
	}
	n := c.newNamed(obj, t.TypeArgs(), u)
	n.Comparable = isComparable(t)
	if zero, pointer := lookupMethod(t, "IsZero"); zero != nil && isIsZero(zero) {
		n.IsZero, n.PointerIsZero = !pointer, pointer
	}
	if valid, _ := lookupMethod(t, validMethod); valid != nil && isIsZero(valid) {
		n.Judges = true
	}
	declaring := c.of(obj)
	if declaring != nil && declaring.pkg != obj.Pkg() {
		declaring = declaring.asImported()
	}
	if c.wellKnown(n, obj) {
		c.named[key] = n
		return n
	}
	marked := declaring.value(obj.Name())
	if declaring.unsure(obj.Name()) {
		declaring.release()
		c.named[key] = nil
		return nil
	}
	if marked == nil {
		if why := c.byMethods(n, t); why != "" {
			bad := &schema.Unsupported{Spelling: spell(t, u), Reason: why}
			c.named[key] = bad
			return bad
		}
	}
	c.named[key] = n
	n.Under = c.convert(t.Underlying(), c.structExpr(declaring, obj.Name()), declaring)
	n.HiddenFields = hasHiddenFields(t)
	if marked != nil {
		declaring.usedValues = true
		n.Encoding, n.Value = schema.EncodeValue, c.valueObject(declaring, marked, t)
		if n.Value != nil {
			_, n.PointerEncode = lookupMethod(t, n.Value.Method.Value)
		}
	}
	if n.Under == nil || marked != nil && n.Value == nil {
		c.named[key] = nil
		return nil
	}
	return n
}

// hasHiddenFields says whether a struct has fields that its own package cannot see, as it
// was declared with the fields of another one.
func hasHiddenFields(t *types.Named) bool {
	s, ok := t.Underlying().(*types.Struct)
	if !ok {
		return false
	}
	for f := range s.Fields() {
		if !f.Exported() && f.Pkg() != t.Obj().Pkg() {
			return true
		}
	}
	return false
}

// newNamed fills what is the same for all.
func (c *converter) newNamed(obj *types.TypeName, args *types.TypeList, u *unit) *schema.Named {
	n := &schema.Named{Name: obj.Name()}
	if obj.Pkg() != nil {
		n.Path, n.Package = obj.Pkg().Path(), obj.Pkg().Name()
	}
	if declaring := c.of(obj); declaring != nil && declaring.main {
		n.Module = true
		if spec := declaring.spec(obj.Name()); spec != nil {
			n.Span = declaring.at(spec.Name)
		}
	}
	for i := range args.Len() {
		n.Args = append(n.Args, c.convert(args.At(i), nil, u))
	}
	return n
}

// structExpr is the source of a type's underlying type, where it is a struct of
// the same package: that of its own declaration, or of one that this repeats.
func (c *converter) structExpr(u *unit, name string) ast.Expr {
	for range 10 {
		spec := u.spec(name)
		if spec == nil {
			return nil
		}
		id, ok := unparen(spec.Type).(*ast.Ident)
		if !ok || u.spec(id.Name) == nil {
			return spec.Type
		}
		name = id.Name
	}
	return nil
}

// canonical exchanges a type that was imported for the same type of a package that
// was asked for: there it has all its functions, and its place.
func (c *converter) canonical(t *types.Named) *types.Named {
	declaring := c.of(t.Obj())
	if declaring == nil || declaring.pkg == nil || declaring.pkg == t.Obj().Pkg() {
		return t
	}
	obj, ok := declaring.pkg.Scope().Lookup(t.Obj().Name()).(*types.TypeName)
	if !ok {
		return t
	}
	own, ok := obj.Type().(*types.Named)
	if !ok || own.TypeParams().Len() != t.TypeArgs().Len() {
		return t
	}
	if own.TypeParams().Len() == 0 {
		return own
	}
	args := make([]types.Type, t.TypeArgs().Len())
	for i := range args {
		args[i] = t.TypeArgs().At(i)
	}
	instance, err := types.Instantiate(nil, own, args, false)
	if named, ok := instance.(*types.Named); ok && err == nil {
		return named
	}
	return t
}

func typeKey(obj *types.TypeName, args *types.TypeList) string {
	key := obj.Name()
	if obj.Pkg() != nil {
		key = obj.Pkg().Path() + "." + key
	}
	if args.Len() == 0 {
		return key
	}
	list := make([]string, args.Len())
	for i := range list {
		list[i] = types.TypeString(args.At(i), (*types.Package).Path)
	}
	return key + "[" + strings.Join(list, ",") + "]"
}

// value is the //es:value of a type; nil where there is none.
func (u *unit) value(name string) *markedType {
	if u == nil {
		return nil
	}
	if m := u.src.byName[name]; m != nil && m.is("value") {
		return m
	}
	return nil
}

// unsure says whether a wrong directive stands on a type that may have been meant
// to make a value object of it.
func (u *unit) unsure(name string) bool {
	if u == nil || !u.src.unsure[name] {
		return false
	}
	m := u.src.byName[name]
	return m == nil || m.role == nil
}
