package schema_test

import (
	"fmt"
	"go/ast"
	"go/token"
	"path"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/esgen/esgen/schema"
)

// typ reads a type; args are what type parameters stand for.
func (s *sources) typ(p *sourcePackage, f *ast.File, e ast.Expr, args map[string]schema.Type) schema.Type {
	inner := func(e ast.Expr) schema.Type { return s.typ(p, f, e, args) }
	switch e := e.(type) {
	case *ast.Ident:
		switch {
		case args[e.Name] != nil:
			return args[e.Name]
		case p.types[e.Name] != nil:
			return s.declared(p, e.Name, nil)
		case e.Name == "any":
			return &schema.Any{}
		case e.Name == "error":
			return &schema.Unsupported{Spelling: "error", Reason: "an interface with methods has no JSON form"}
		case strings.HasPrefix(e.Name, "complex"):
			return &schema.Unsupported{Spelling: e.Name, Reason: "a complex number has no JSON form"}
		case e.Name == "byte":
			return &schema.Basic{Kind: schema.Uint8}
		}
		return &schema.Basic{Kind: schema.BasicKind(e.Name)}
	case *ast.SelectorExpr:
		return s.imported(f, e.X.(*ast.Ident).Name, e.Sel.Name)
	case *ast.StarExpr:
		return &schema.Pointer{Elem: inner(e.X)}
	case *ast.ParenExpr:
		return inner(e.X)
	case *ast.ArrayType:
		if e.Len == nil {
			return &schema.Slice{Elem: inner(e.Elt)}
		}
		n, err := strconv.ParseInt(s.spelling(e.Len), 10, 64)
		if err != nil {
			s.t.Fatal(err)
		}
		return &schema.Array{Len: n, Elem: inner(e.Elt)}
	case *ast.MapType:
		return &schema.Map{Key: inner(e.Key), Elem: inner(e.Value)}
	case *ast.ChanType:
		return &schema.Unsupported{Spelling: s.spelling(e), Reason: "a channel has no JSON form"}
	case *ast.FuncType:
		return &schema.Unsupported{Spelling: s.spelling(e), Reason: "a function has no JSON form"}
	case *ast.InterfaceType:
		if len(e.Methods.List) == 0 {
			return &schema.Any{}
		}
		return &schema.Unsupported{Spelling: s.spelling(e), Reason: "an interface with methods has no JSON form"}
	case *ast.IndexExpr:
		return s.declared(p, e.X.(*ast.Ident).Name, inner(e.Index))
	case *ast.StructType:
		st := &schema.Struct{}
		for _, field := range e.Fields.List {
			st.Fields = append(st.Fields, s.fields(p, f, field, args)...)
		}
		return st
	}
	s.t.Fatalf("%s: no such type in these tests", s.spelling(e))
	return nil
}

func (s *sources) imported(f *ast.File, pkg, name string) schema.Type {
	switch pkg + "." + name {
	case "time.Time":
		return s.known("time", pkg, name, schema.EncodeTime, true)
	case "uuid.UUID":
		return s.known("github.com/google/uuid", pkg, name, schema.EncodeUUID, true)
	case "time.Duration":
		d := s.known("time", pkg, name, schema.EncodeUnder, true).(*schema.Named)
		d.Under = &schema.Basic{Kind: schema.Int64}
		return d
	case "json.RawMessage":
		return s.known("encoding/json", pkg, name, schema.EncodeRaw, false)
	case "netip.Addr":
		return s.known("net/netip", pkg, name, schema.EncodeText, true)
	case "es.Root", "es.Child", "es.Decision":
		return s.known("github.com/esgen/esgen/runtime/es", pkg, name, schema.EncodeUnder, false)
	}
	for _, spec := range f.Imports {
		importPath, _ := strconv.Unquote(spec.Path.Value)
		if path.Base(importPath) != pkg {
			continue
		}
		for _, p := range s.pkgs {
			if p.path == importPath {
				return s.declared(p, name, nil)
			}
		}
	}
	s.t.Fatalf("%s.%s: no such type in these tests", pkg, name)
	return nil
}

func (s *sources) known(importPath, pkg, name string, encoding schema.Encoding, isComparable bool) schema.Type {
	key := importPath + "." + name
	if s.named[key] == nil {
		s.named[key] = &schema.Named{Path: importPath, Package: pkg, Name: name, Under: &schema.Struct{}, Encoding: encoding, Comparable: isComparable}
	}
	return s.named[key]
}

// declared is a type that a package of the archive declares, once for all uses.
func (s *sources) declared(p *sourcePackage, name string, arg schema.Type) schema.Type {
	key := fmt.Sprintf("%s.%s[%v]", p.path, name, arg)
	if n := s.named[key]; n != nil {
		return n
	}
	spec := p.types[name]
	n := &schema.Named{Path: p.path, Package: p.name, Name: name, Alias: spec.Assign.IsValid(), Module: !p.foreign}
	s.named[key] = n
	if !p.foreign {
		n.Span = s.span(spec.Name.Pos(), len(name))
	}
	var args map[string]schema.Type
	if arg != nil {
		n.Args = []schema.Type{arg}
		args = map[string]schema.Type{"T": arg}
		n.Encoding = schema.EncodeOpaque
	}
	file := p.files[slices.IndexFunc(p.files, func(f *ast.File) bool { return f.FileStart <= spec.Pos() && spec.Pos() < f.FileEnd })]
	n.Under = s.typ(p, file, spec.Type, args)
	if under, ok := n.Under.(*schema.Named); ok && !n.Alias {
		n.Under = under.Under
		if fields, ok := n.Under.(*schema.Struct); ok && under.Path != n.Path {
			n.HiddenFields = slices.ContainsFunc(fields.Fields, func(f *schema.Field) bool { return !f.Exported })
		}
	}
	_, isMap := n.Under.(*schema.Map)
	_, isSlice := n.Under.(*schema.Slice)
	n.Comparable = !isMap && !isSlice
	for _, m := range p.methods[name] {
		switch m.Name.Name {
		case "MarshalText":
			n.Encoding = schema.EncodeText
		case "MarshalJSON":
			n.Encoding = schema.EncodeJSON
		case "Valid":
			n.Judges = true
		}
	}
	for _, d := range file.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || !slices.Contains(g.Specs, ast.Spec(spec)) {
			continue
		}
		for _, d := range s.directives(g.Doc) {
			if d.name.Value == "value" {
				n.Encoding = schema.EncodeValue
				n.Value = s.value(p, d, p.methods[name])
			}
		}
	}
	return n
}

// value reads a value object's directive. What is encoded is what the method returns.
func (s *sources) value(p *sourcePackage, d directive, methods []*ast.FuncDecl) *schema.Value {
	v := &schema.Value{Directive: d.name, Method: d.keys["encode"], Base: &schema.Basic{Kind: schema.String}}
	v.Decode = &schema.Func{Path: p.path, Package: p.name, Name: d.keys["decode"]}
	for _, m := range methods {
		if m.Name.Name == v.Method.Value {
			v.Base = s.typ(p, p.files[0], m.Type.Results.List[0].Type, nil)
		}
	}
	return v
}

// fields reads one line of a struct, which may declare several.
func (s *sources) fields(p *sourcePackage, f *ast.File, field *ast.Field, args map[string]schema.Type) []*schema.Field {
	read := func(name schema.Text, embedded bool) *schema.Field {
		spelling := s.spelling(field.Type)
		made := &schema.Field{
			Name: name, Type: s.typ(p, f, field.Type, args), TypeSpan: s.span(field.Type.Pos(), len(spelling)),
			Embedded: embedded, Exported: token.IsExported(name.Value),
		}
		s.tag(p, made, field.Tag)
		if p.foreign {
			made.Name.Span, made.TypeSpan = schema.Span{}, schema.Span{}
		}
		return made
	}
	if field.Names == nil {
		name := strings.TrimPrefix(s.spelling(field.Type), "*")
		offset := len(s.spelling(field.Type)) - len(name)
		if _, sel, ok := strings.Cut(name, "."); ok {
			offset += len(name) - len(sel)
			name = sel
		}
		return []*schema.Field{read(schema.Text{Value: name, Span: s.span(field.Type.Pos()+token.Pos(offset), len(name))}, true)}
	}
	var list []*schema.Field
	for _, name := range field.Names {
		list = append(list, read(s.ident(name), false))
	}
	return list
}

func (s *sources) tag(p *sourcePackage, f *schema.Field, literal *ast.BasicLit) {
	if literal == nil {
		return
	}
	tag := reflect.StructTag(strings.Trim(literal.Value, "`"))
	text := func(word string) schema.Text {
		return schema.Text{Value: word, Span: s.span(literal.Pos()+token.Pos(strings.Index(literal.Value, word)), len(word))}
	}
	if value, ok := tag.Lookup("json"); ok {
		f.JSON.Skip = value == "-"
		for i, part := range strings.Split(value, ",") {
			switch {
			case f.JSON.Skip || i == 0 && part == "":
			case i == 0:
				f.JSON.Name = text(part)
			case part == "omitempty":
				f.JSON.OmitEmpty = true
			case part == "omitzero":
				f.JSON.OmitZero = true
			case part == "string":
				f.JSON.String = true
			default:
				f.JSON.Unknown = append(f.JSON.Unknown, text(part))
			}
		}
	}
	if value, ok := tag.Lookup("validate"); ok {
		f.Validate = text(value)
	}
	for part := range strings.SplitSeq(tag.Get("es"), ",") {
		name, value, hasValue := strings.Cut(part, "=")
		at := text(part)
		said := at
		said.Value = value
		if hasValue {
			said.Span.Column += len(name) + 1
			said.Span.Width = max(len(value), 1)
		}
		switch name {
		case "column":
			f.Column = &schema.Column{Tag: at}
			if hasValue {
				f.Column.Name = &said
			}
		case "index":
			f.Column.Index = &at
		case "unique":
			f.Column.Unique = &said
		case "softdelete":
			f.Column.SoftDelete = &said
		case "time":
			f.Column.Time = &said
		case "-":
			f.NoSnapshot = &at
		case "tag":
			at = text(part)
			at.Value = value
			at.Span.Column += len("tag=")
			at.Span.Width = max(len(value), 1)
			f.Tags = append(f.Tags, at)
		case "id":
			f.ID = &at
		case "child":
			f.Child = &at
		case "encode":
			f.Value = &schema.Value{Directive: at, Base: &schema.Basic{Kind: schema.String},
				Encode: &schema.Func{Path: p.path, Package: p.name, Name: text(value)}}
		case "decode":
			f.Value.Decode = &schema.Func{Path: p.path, Package: p.name, Name: text(value)}
		}
	}
}
