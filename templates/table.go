package templates

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/dave/jennifer/jen"

	"github.com/esgen/esgen/schema"
)

// table emits what belongs to the state table of an aggregate.
type table struct {
	f       *goFile
	a       *schema.Aggregate
	columns []schema.TableColumn
	// fields are the Go names that the columns have in a row.
	fields []string
}

// newTable is nil where the aggregate has no table.
func newTable(f *goFile, a *schema.Aggregate) *table {
	if a.Table == nil {
		return nil
	}
	t := &table{f: f, a: a, columns: a.TableColumns()}
	taken := map[string]bool{}
	for _, c := range t.columns {
		name := distinct(rowField(c.Field.Name.Value), func(name string) bool { return taken[name] })
		taken[name] = true
		t.fields = append(t.fields, name)
	}
	return t
}

// rowField is the name of a field of the state in a row, where all are exported.
func rowField(field string) string {
	if field == "id" {
		return "ID"
	}
	first, width := utf8.DecodeRuneInString(field)
	return string(unicode.ToUpper(first)) + field[width:]
}

// emitTable writes what users read of a table: the row, what reads it, and the table
// itself. It is nothing where the aggregate has none.
func emitTable(f *goFile, a *schema.Aggregate) {
	t := newTable(f, a)
	if t == nil {
		return
	}
	t.emitRow()
	t.emitRows()
	for i := range t.columns {
		if c := t.columns[i].Field.Column; c != nil && i > 0 {
			switch {
			case c.Unique != nil:
				t.emitOne(i)
			case c.Index != nil:
				t.emitMany(i)
			}
		}
	}
}

// emitTablePlumbing writes what makes it work.
func emitTablePlumbing(f *goFile, a *schema.Aggregate) {
	t := newTable(f, a)
	if t == nil {
		return
	}
	t.emitDescription()
	t.emitRowOf()
	t.emitKey()
	t.emitScan()
}

// emitRow writes the type of a row.
//
//	// UserRow is a row of the table users: the state of a User.
//	type UserRow struct {
//		ID    uuid.UUID
//		Email string
//	}
func (t *table) emitRow() {
	fields := make([]jen.Code, len(t.columns))
	for i, c := range t.columns {
		fields[i] = jen.Id(t.fields[i]).Add(t.f.typ(c.Field.Type))
	}
	t.f.add(fmt.Sprintf("%s is a row of the table %s: the state of one %s.", t.a.RowType(), oneLineText(t.a.Table.Name.Value), t.a.GoName.Value),
		jen.Type().Id(t.a.RowType()).Struct(fields...))
}

// oneLineText is a name as a comment can hold it.
func oneLineText(s string) string { return strings.Join(strings.Fields(s), " ") }

// emitRows writes the type that reads rows, and the function that gives it.
//
//	// UserRows reads the table users.
//	type UserRows struct {
//		es.Rows[UserRow, uuid.UUID]
//	}
//
//	// UserTable is the state table of User. Hand it to the store, and read by it.
//	func UserTable() UserRows {
//		return UserRows{es.NewRows(userDefinition(), keyOfUserRow, scanUserRow)}
//	}
//
//	// WithDeleted reads rows that count as deleted as well.
//	func (r UserRows) WithDeleted() UserRows {
//		return UserRows{es.WithDeletedRows(r.Rows)}
//	}
func (t *table) emitRows() {
	rows, row := t.a.RowsType(), t.a.RowType()
	t.f.add(fmt.Sprintf("%s reads the table %s.", rows, oneLineText(t.a.Table.Name.Value)),
		jen.Type().Id(rows).Struct(t.f.es("Rows").Types(jen.Id(row), t.f.typ(t.a.ID.Type))))
	t.f.add(fmt.Sprintf("%s is the state table of %s. Hand it to the store, and read by it.", t.a.TableFunc(), t.a.GoName.Value),
		jen.Func().Id(t.a.TableFunc()).Params().Id(rows).Block(
			jen.Return(jen.Id(rows).Values(t.f.es("NewRows").Call(
				jen.Id(t.a.DefinitionFunc()).Call(), jen.Id(t.a.RowKeyFunc()), jen.Id(t.a.ScanRowFunc()))))))
	recv := t.f.locals().of(rows)
	t.f.add("WithDeleted reads rows that count as deleted as well.",
		jen.Func().Params(jen.Id(recv).Id(rows)).Id("WithDeleted").Params().Id(rows).Block(
			jen.Return(jen.Id(rows).Values(t.f.es("WithDeletedRows").Call(jen.Id(recv).Dot("Rows"))))))
}

// emitOne writes the method that reads the row with a value that is unique.
//
//	// ByEmail reads the row with that email. es.ErrNotFound where there is none.
//	func (r UserRows) ByEmail(ctx context.Context, store es.Store, email string) (UserRow, error) {
//		return r.One(ctx, store, "email", email)
//	}
func (t *table) emitOne(i int) {
	t.emitBy(i, fmt.Sprintf("By%s reads the row with that %s. es.ErrNotFound where there is none.", t.fields[i], oneLineText(t.columns[i].Name)),
		jen.Params(jen.Id(t.a.RowType()), jen.Error()), "One",
		func(err jen.Code) jen.Code {
			return jen.Return(jen.Id(t.a.RowType()).Values(), err)
		})
}

// emitMany writes the method that reads the rows with a value.
//
//	// ByName reads the rows with that name, in the order of their keys.
//	func (r UserRows) ByName(ctx context.Context, store es.Store, name string) iter.Seq2[UserRow, error] {
//		return r.By(ctx, store, "name", name)
//	}
func (t *table) emitMany(i int) {
	t.emitBy(i, fmt.Sprintf("By%s reads the rows with that %s, in the order of their keys.", t.fields[i], oneLineText(t.columns[i].Name)),
		t.f.std("iter", "Seq2").Types(jen.Id(t.a.RowType()), jen.Error()), "By",
		func(err jen.Code) jen.Code {
			return jen.Return(t.f.es("FailedRows").Types(jen.Id(t.a.RowType())).Call(err))
		})
}

func (t *table) emitBy(i int, doc string, result *jen.Statement, read string, failed func(err jen.Code) jen.Code) {
	c := &t.columns[i]
	l := t.f.locals()
	ctx, store, param := l.name("ctx"), l.name("store"), l.name(paramName(c.Field.Name.Value))
	recv := l.of(t.a.RowsType())
	v := &columnValue{table: t, l: l, w: l.name("w")}
	value := v.of(c, jen.Id(param))
	var body []jen.Code
	if v.used { // it can fail
		name := l.name("value")
		body = []jen.Code{
			jen.Var().Id(v.w).Add(t.f.es("RowWriter")),
			jen.Id(name).Op(":=").Add(value),
			jen.If(jen.Id(v.w).Dot("Err").Call().Op("!=").Nil()).Block(failed(jen.Id(v.w).Dot("Err").Call())),
		}
		value = jen.Id(name)
	}
	body = append(body, jen.Return(jen.Id(recv).Dot(read).Call(jen.Id(ctx), jen.Id(store), jen.Lit(c.Name), value)))
	t.f.add(doc, jen.Func().Params(jen.Id(recv).Id(t.a.RowsType())).Id("By"+t.fields[i]).
		Params(jen.Id(ctx).Add(t.f.std("context", "Context")), jen.Id(store).Add(t.f.es("Store")), jen.Id(param).Add(t.f.typ(c.Value))).
		Add(result).Block(body...))
}

// columnKinds spell the kinds of package es.
var columnKinds = map[schema.ColumnKind]string{
	schema.ColumnInteger: "ColumnInteger", schema.ColumnReal: "ColumnReal", schema.ColumnText: "ColumnText",
	schema.ColumnBlob: "ColumnBlob", schema.ColumnBool: "ColumnBool", schema.ColumnTime: "ColumnTime",
	schema.ColumnTimeText: "ColumnText", schema.ColumnJSON: "ColumnJSON",
}

// emitDescription writes the variable that describes the table.
//
//	// tableOfUser describes the state table of User.
//	var tableOfUser = es.Table{
//		Name:      "users",
//		Aggregate: "user",
//		Category:  "user-{id}",
//		Columns: []es.Column{
//			{Name: "id", Kind: es.ColumnText},
//		},
//	}
func (t *table) emitDescription() {
	columns := make([]jen.Code, len(t.columns))
	for i, c := range t.columns {
		items := []jen.Code{keyed("Name", jen.Lit(c.Name)), keyed("Kind", t.f.es(columnKinds[c.Kind]))}
		flag := func(name string, set bool) {
			if set {
				items = append(items, keyed(name, jen.True()))
			}
		}
		flag("Null", c.Null)
		if len(c.OneOf) > 0 {
			texts := make([]jen.Code, len(c.OneOf))
			for j, text := range c.OneOf {
				texts[j] = jen.Lit(text)
			}
			items = append(items, keyed("OneOf", jen.Index().String().Values(texts...)))
		}
		if tag := c.Field.Column; tag != nil && i > 0 {
			flag("Index", tag.Index != nil)
			flag("Unique", tag.Unique != nil)
			flag("Fold", tag.Unique != nil && tag.Unique.Value == "fold")
			flag("SoftDelete", tag.SoftDelete != nil)
			flag("Frees", tag.SoftDelete != nil && tag.SoftDelete.Value == "frees")
		}
		columns[i] = jen.Values(items...)
	}
	t.f.add(fmt.Sprintf("%s describes the state table of %s.", t.a.TableVar(), t.a.GoName.Value),
		jen.Var().Id(t.a.TableVar()).Op("=").Add(t.f.es("Table")).Add(elements("{", "}",
			keyed("Name", jen.Lit(t.a.Table.Name.Value)),
			keyed("Aggregate", jen.Lit(t.a.Name.Value)),
			keyed("Category", jen.Lit(streamTemplate(t.a))),
			keyed("Columns", jen.Index().Add(t.f.es("Column")).Add(elements("{", "}", columns...))),
		)))
}

// emitRowOf writes the function that gives the row of an aggregate.
//
//	// rowOfUser gives the values of the row of a User.
//	func rowOfUser(u *User) ([]any, error) {
//		var w es.RowWriter
//		return []any{
//			u.ID.String(),
//			u.Email,
//			w.Column("password_digest").Blob(u.PasswordHash),
//		}, w.Err()
//	}
func (t *table) emitRowOf() {
	l := t.f.locals()
	v := &columnValue{table: t, l: l, w: l.name("w")}
	recv := l.of(t.a.GoName.Value)
	values := make([]jen.Code, len(t.columns))
	for i := range t.columns {
		c := &t.columns[i]
		field := jen.Id(recv).Dot(c.Field.Name.Value)
		if !c.Pointer {
			values[i] = v.of(c, field)
			continue
		}
		inner := &columnValue{table: t, l: l.nested(), w: v.w}
		p := inner.l.name("v")
		values[i] = t.f.es("PointerColumn").Call(field, jen.Func().Params(jen.Id(p).Op("*").Add(t.f.typ(c.Value))).Any().
			Add(oneLine(jen.Return(inner.of(c, t.behind(c, p))))))
		v.used = v.used || inner.used
	}
	t.f.add(fmt.Sprintf("%s gives the values of the row of one %s.", t.a.RowOfFunc(), t.a.GoName.Value),
		jen.Func().Id(t.a.RowOfFunc()).Params(jen.Id(recv).Add(pointer(t.a.GoName.Value))).
			Params(jen.Index().Any(), jen.Error()).Block(v.body(jen.Index().Any().Add(elements("{", "}", values...)))...))
}

// behind is what a pointer points to; where a method is called on it, a selector
// finds that on the pointer.
func (t *table) behind(c *schema.TableColumn, pointer string) *jen.Statement {
	if named, ok := schema.Resolve(c.Value).(*schema.Named); ok && named.Encoding != schema.EncodeUnder && named.Encoding != schema.EncodeTime {
		return jen.Id(pointer)
	}
	return jen.Op("*").Id(pointer)
}

// columnValue writes what is stored of a value, as an expression.
type columnValue struct {
	*table
	l *locals
	// w is the variable with an es.RowWriter, and used says that it is needed.
	w    string
	used bool
}

// body returns a value, and the error of the writer where there is one.
func (v *columnValue) body(value jen.Code) []jen.Code {
	if !v.used {
		return []jen.Code{jen.Return(value, jen.Nil())}
	}
	return []jen.Code{jen.Var().Id(v.w).Add(v.f.es("RowWriter")), jen.Return(value, jen.Id(v.w).Dot("Err").Call())}
}

// write calls a method of the writer for a column.
func (v *columnValue) write(c *schema.TableColumn, method string, args ...jen.Code) *jen.Statement {
	v.used = true
	return jen.Id(v.w).Dot("Column").Call(jen.Lit(c.Name)).Dot(method).Call(args...)
}

// of is what is stored of x.
func (v *columnValue) of(c *schema.TableColumn, x *jen.Statement) *jen.Statement {
	if c.Kind == schema.ColumnJSON {
		return v.write(c, "Text", jen.Id(c.Append).Call(jen.Nil(), jen.Op("&").Add(x)))
	}
	x, typ := v.base(c.Value, c.Field.Value, x)
	kind, named := basicOf(typ)
	convert := func(to string, from schema.BasicKind) *jen.Statement {
		if kind == from && !named {
			return x
		}
		return jen.Id(to).Call(x)
	}
	switch c.Kind {
	case schema.ColumnInteger:
		switch kind {
		case schema.Uint64, schema.Uint, schema.Uintptr:
			return v.write(c, "Uint", convert("uint64", schema.Uint64))
		}
		return convert("int64", schema.Int64)
	case schema.ColumnReal:
		return convert("float64", schema.Float64)
	case schema.ColumnBool:
		return convert("bool", schema.Bool)
	case schema.ColumnBlob:
		return v.write(c, "Blob", x)
	case schema.ColumnTime:
		return v.write(c, "Time", x)
	case schema.ColumnTimeText:
		return v.write(c, "TimeText", x)
	}
	if n, ok := schema.Resolve(typ).(*schema.Named); ok {
		switch n.Encoding {
		case schema.EncodeUUID:
			return x.Dot("String").Call()
		case schema.EncodeText:
			return v.write(c, "Text", x.Dot("MarshalText").Call())
		}
	}
	if len(c.OneOf) > 0 {
		return v.write(c, "Enum", convert("string", schema.String))
	}
	return convert("string", schema.String)
}

// base gives what the functions of value objects make of x, down to a type that is
// stored as it is.
func (t *table) base(typ schema.Type, value *schema.Value, x *jen.Statement) (*jen.Statement, schema.Type) {
	for {
		named, _ := schema.Resolve(typ).(*schema.Named)
		if value == nil && named != nil && named.Encoding == schema.EncodeValue {
			value = named.Value
		}
		if value == nil {
			return x, typ
		}
		if value.Encode != nil {
			x = t.f.function(*value.Encode).Call(x)
		} else {
			x = x.Dot(value.Method.Value).Call()
		}
		typ, value = value.Base, nil
		if inner, ok := schema.Resolve(typ).(*schema.Named); ok && inner.PointerEncode {
			x = t.f.es("PointerTo").Call(x)
		}
	}
}

// basicOf is the predeclared type that a type is underneath, and whether it has a
// name of its own.
func basicOf(t schema.Type) (kind schema.BasicKind, named bool) {
	under := schema.Resolve(t)
	if n, ok := under.(*schema.Named); ok {
		under, named = schema.Resolve(n.Under), true
	}
	if basic, ok := under.(*schema.Basic); ok {
		return basic.Kind, named
	}
	return "", named
}

// emitKey writes the function that gives an ID as the table's key.
//
//	// keyOfUserRow gives an ID as the table has it.
//	func keyOfUserRow(id uuid.UUID) (any, error) { return id.String(), nil }
func (t *table) emitKey() {
	l := t.f.locals()
	id := l.name("id")
	v := &columnValue{table: t, l: l, w: l.name("w")}
	value := v.of(&t.columns[0], jen.Id(id))
	t.f.add(t.a.RowKeyFunc()+" gives an ID as the table has it.",
		jen.Func().Id(t.a.RowKeyFunc()).Params(jen.Id(id).Add(t.f.typ(t.columns[0].Field.Type))).Params(jen.Any(), jen.Error()).
			Add(idBody(v.body(value))))
}
