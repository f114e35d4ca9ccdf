package golang

import "github.com/esgen/esgen/schema"

// table reads //es:table; nil where there is none.
func (m *markedType) table() *schema.Table {
	d := m.directive("table")
	if d == nil {
		return nil
	}
	if len(d.args) == 0 { // it was reported, and the columns are not to blame
		return &schema.Table{Directive: d.name, Name: schema.Text{Value: schema.LikelyName(m.spec.Name.Name) + "s", Span: d.line}}
	}
	return &schema.Table{Directive: d.name, Name: d.args[0]}
}

// columnTag is what the tag of a field says of a column.
type columnTag struct {
	// column is where the word stands, name its value.
	column, name                    *schema.Text
	index, unique, softDelete, time *schema.Text
}

// slot is where a part of the tag is kept.
func (t *columnTag) slot(part string) **schema.Text {
	switch part {
	case "column":
		return &t.column
	case "index":
		return &t.index
	case "unique":
		return &t.unique
	case "softdelete":
		return &t.softDelete
	}
	return &t.time
}

// model is the column for the model; nil where there is none.
func (t *columnTag) model() *schema.Column {
	if t.column == nil {
		return nil
	}
	return &schema.Column{Tag: *t.column, Name: t.name, Index: t.index, Unique: t.unique, SoftDelete: t.softDelete, Time: t.time}
}

// judge reports that index and the like stand without column.
func (t *columnTag) judge(f *findings) {
	if t.column != nil {
		return
	}
	for _, part := range []struct {
		name string
		text *schema.Text
	}{{"index", t.index}, {"unique", t.unique}, {"softdelete", t.softDelete}, {"time", t.time}} {
		if part.text != nil {
			f.errorf(codeAlone, part.text.Span, `es:"%s" stands without column`, part.name).Help = `it goes with es:"column" in the same tag: es:"column,` + part.name + `"`
		}
	}
}
