package golang

import (
	"go/ast"
	"go/types"

	"github.com/esgen/esgen/schema"
)

// fields converts the fields of a struct. expr is its source, nil where that is
// not at hand; u the unit that declares it.
func (c *converter) fields(t *types.Struct, expr *ast.StructType, u *unit) []*schema.Field {
	fields := make([]*schema.Field, 0, t.NumFields())
	sources := fieldSources(expr)
	if len(sources) != t.NumFields() {
		sources = nil // the package was changed under our hands
	}
	for i := range t.NumFields() {
		v := t.Field(i)
		f := &schema.Field{
			Name:     schema.Text{Value: v.Name()},
			Embedded: v.Embedded(),
			Exported: v.Exported(),
			Tag:      t.Tag(i),
		}
		var tag fieldTag
		var typeExpr ast.Expr
		if sources == nil {
			tag = parseForeign(t.Tag(i))
		} else {
			src := sources[i]
			f.Name = u.text(src.name)
			f.TypeSpan = u.at(src.field.Type)
			typeExpr = src.field.Type
			tag = u.tag(src.field)
		}
		f.JSON, f.ID, f.Child, f.Validate = tag.json, tag.id, tag.child, tag.validate
		f.Tags, f.NoSnapshot, f.Column = tag.tags, tag.noSnapshot, tag.column.model()
		if u != nil && !u.main {
			f.JSON = withoutPlaces(f.JSON)
		}
		if (u == nil || !u.main) && !v.Exported() && !v.Embedded() {
			// Nobody stores it, and what it is made of is no end of things.
			f.Type = &schema.Unsupported{Spelling: spell(v.Type(), u), Reason: "it is not exported"}
		} else {
			f.Type = c.convert(v.Type(), typeExpr, u)
		}
		if tag.encode != nil && u != nil {
			if f.Value = c.fieldValue(u, tag, v.Type()); f.Value == nil {
				f.Type = nil // it is as good as unknown, and has been reported
			}
		}
		if f.Type == nil {
			c.unread = append(c.unread, unreadField{u, f})
		}
		fields = append(fields, f)
	}
	return fields
}

// unreadField is a field whose type could not be read.
type unreadField struct {
	unit  *unit
	field *schema.Field
}

// reportUnread reports fields that could not be read although nothing was found
// wrong. There should be none; but if there is, no code may be generated that
// passes over them.
func (c *converter) reportUnread() {
	for _, u := range c.unread {
		u.unit.src.errorf(codeType, u.field.TypeSpan, "the type of field %s cannot be read", u.field.Name.Value)
	}
}

// fieldSource is where a field stands. Several names can share one type and tag.
type fieldSource struct {
	name  *ast.Ident
	field *ast.Field
}

func fieldSources(expr *ast.StructType) []fieldSource {
	if expr == nil {
		return nil
	}
	var list []fieldSource
	for _, field := range expr.Fields.List {
		for _, name := range field.Names {
			list = append(list, fieldSource{name, field})
		}
		if len(field.Names) == 0 {
			list = append(list, fieldSource{embeddedName(field.Type), field})
		}
	}
	return list
}

// embeddedName is the name that an embedded field has by its type.
func embeddedName(expr ast.Expr) *ast.Ident {
	switch e := expr.(type) {
	case *ast.Ident:
		return e
	case *ast.ParenExpr:
		return embeddedName(e.X)
	case *ast.StarExpr:
		return embeddedName(e.X)
	case *ast.SelectorExpr:
		return e.Sel
	case *ast.IndexExpr:
		return embeddedName(e.X)
	case *ast.IndexListExpr:
		return embeddedName(e.X)
	}
	return ast.NewIdent("_")
}

// withoutPlaces drops the places of a tag in a module that nobody can change.
func withoutPlaces(tag schema.JSONTag) schema.JSONTag {
	tag.Name.Span = schema.Span{}
	for i := range tag.Unknown {
		tag.Unknown[i].Span = schema.Span{}
	}
	return tag
}
