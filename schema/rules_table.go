package schema

import (
	"strings"
	"unicode/utf8"
)

const (
	codeTableName  Code = "ES1001"
	codeTableTwice Code = "ES1002"
	codeColumnName Code = "ES1003"
	codeNoColumns  Code = "ES1004"
	codeStrayCol   Code = "ES1005"
	codeColumnType Code = "ES1006"
	codeSoftDelete Code = "ES1007"
	codeTableMicro Code = "ES1008"
)

var tableRules = []rule{
	{CodeInfo{codeTableName, "a table cannot have its name", `
The name of a table is any text, an SQL keyword too, but for names that begin with es_ or
sqlite_, which are those of the store and of the database, and those of the views of
events: the events of an aggregate user are the view user_events.

Wrong:

	//es:aggregate user
	//es:table user_events
	type User struct{ es.Root }

Right:

	//es:aggregate user
	//es:table users
	type User struct{ es.Root }
`}, checkTableNames},
	{CodeInfo{codeTableTwice, "two aggregates have one table", `
A table has one row for each aggregate of one kind. Names are compared without regard to
case, as SQL does, among all packages of a run: they may well share a database.

Wrong:

	//es:aggregate user
	//es:table people
	type User struct{ es.Root }

	//es:aggregate guest
	//es:table People
	type Guest struct{ es.Root }

Right:

	//es:aggregate user
	//es:table users
	type User struct{ es.Root }

	//es:aggregate guest
	//es:table guests
	type Guest struct{ es.Root }
`}, checkTableTwice},
	{CodeInfo{codeColumnName, "a column cannot have its name", `
A column is called after its field, in snake case, or as es:"column=NAME" says. The names
of a table differ in more than case, and none begins with es_. The ID is a column of its
own: the key of the row.

Wrong:

	//es:aggregate user
	//es:table users
	type User struct {
		es.Root

		id    uuid.UUID ¦es:"id"¦
		email string    ¦es:"column=ID"¦
	}

Right:

	//es:aggregate user
	//es:table users
	type User struct {
		es.Root

		id    uuid.UUID ¦es:"id"¦
		email string    ¦es:"column"¦
	}
`}, checkColumnNames},
	{CodeInfo{codeNoColumns, "a table has no columns", `
A table holds the fields that are tagged es:"column", beside the ID. Without any it would
only list which aggregates there are, which the store knows.

Wrong:

	//es:aggregate user
	//es:table users
	type User struct {
		es.Root

		id    uuid.UUID ¦es:"id"¦
		email string
	}

Right:

	//es:aggregate user
	//es:table users
	type User struct {
		es.Root

		id    uuid.UUID ¦es:"id"¦
		email string    ¦es:"column"¦
	}
`}, checkNoColumns},
	{CodeInfo{codeStrayCol, `es:"column" stands where there is no table`, `
A column is a field of an aggregate with //es:table. A field of one of its children, or of
a struct that it holds, is none: it is stored with the field that holds it.

Wrong:

	//es:aggregate user
	type User struct {
		es.Root

		id    uuid.UUID ¦es:"id"¦
		email string    ¦es:"column"¦
	}

Right:

	//es:aggregate user
	//es:table users
	type User struct {
		es.Root

		id    uuid.UUID ¦es:"id"¦
		email string    ¦es:"column"¦
	}
`}, checkStrayColumns},
	{CodeInfo{codeColumnType, "what is said of a column does not fit its field", `
unique=fold is for strings, softdelete for a bool, time= for times. A child is no column,
for rows do not follow what changes in it. The ID is the key of the row, so it is unique
and indexed already.

Wrong:

	//es:aggregate user
	//es:table users
	type User struct {
		es.Root

		id      uuid.UUID ¦es:"id"¦
		deleted time.Time ¦es:"column,softdelete"¦
	}

Right:

	//es:aggregate user
	//es:table users
	type User struct {
		es.Root

		id      uuid.UUID ¦es:"id"¦
		deleted bool      ¦es:"column,softdelete"¦
	}
`}, checkColumnTypes},
	{CodeInfo{codeSoftDelete, "a soft delete says what cannot be", `
One column says whether a row counts as deleted. softdelete=frees gives the unique values
of such a row free for others, so that there must be some.

Wrong:

	//es:aggregate user
	//es:table users
	type User struct {
		es.Root

		id   uuid.UUID ¦es:"id"¦
		gone bool      ¦es:"column,softdelete=frees"¦
	}

Right:

	//es:aggregate user
	//es:table users
	type User struct {
		es.Root

		id    uuid.UUID ¦es:"id"¦
		email string    ¦es:"column,unique=fold"¦
		gone  bool      ¦es:"column,softdelete=frees"¦
	}
`}, checkSoftDelete},
	{CodeInfo{codeTableMicro, "an aggregate on a shared stream has a table", `
A row is written with the events of its aggregate, by whoever saves that. On a shared
stream the events of one aggregate change the state of another, which is not at hand then:
its row would be out of date. An aggregate with a table has a stream of its own.

Wrong:

	//es:aggregate shipping
	//es:stream of=Order
	//es:table shippings
	type Shipping struct{ es.Root }

Right:

	//es:aggregate shipping
	//es:table shippings
	type Shipping struct{ es.Root }
`}, checkTableMicro},
}

// eachTable calls f for the aggregates with a table of the packages to be judged.
func (c *checker) eachTable(f func(p *Package, a *Aggregate)) {
	for _, p := range c.packages() {
		for _, a := range p.Aggregates {
			if a.Table != nil {
				f(p, a)
			}
		}
	}
}

func (a *Aggregate) tableAt() Span {
	return at(a.Table.Name.Span, a.Table.Directive.Span, a.GoName.Span)
}

// columnAt is where the name of a field's column is spelt, or what it follows from.
func columnAt(a *Aggregate, f *Field) Span {
	if f.Column != nil && f.Column.Name != nil {
		return at(f.Column.Name.Span, f.Name.Span, a.tableAt())
	}
	return at(f.Name.Span, a.tableAt())
}

// foldSQL makes one of names that SQL takes for the same.
func foldSQL(name string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, name)
}

// badSQLName says why a name can be none of a table or a column; empty where it can.
func badSQLName(name string) string {
	switch {
	case name == "":
		return "it is empty"
	case strings.ContainsRune(name, 0):
		return "it has a NUL in it"
	case !utf8.ValidString(name):
		return "it is not UTF-8"
	}
	return ""
}

func checkTableNames(c *checker) {
	views := map[string]*Aggregate{}
	for _, p := range c.module.Packages {
		for _, a := range p.Aggregates {
			if a.Table != nil {
				putFirst(views, foldSQL(a.Name.Value)+"_events", a)
			}
		}
	}
	c.eachTable(func(_ *Package, a *Aggregate) {
		name := a.Table.Name.Value
		const help, helpInSchema = "call it otherwise, such as //es:table %ss", "call it otherwise, such as table: %ss"
		if why := badSQLName(name); why != "" {
			c.errorf(codeTableName, a.tableAt(), "the table of %s cannot be called %q: %s", a.GoName.Value, name, why).
				help(help, a.Name.Value).helpInSchema(helpInSchema, a.Name.Value)
			return
		}
		folded := foldSQL(name)
		for _, prefix := range []string{"es_", "sqlite_"} {
			if strings.HasPrefix(folded, prefix) {
				c.errorf(codeTableName, a.tableAt(), "the table of %s cannot be called %s: names that begin with %s are taken", a.GoName.Value, name, prefix).
					help(help, a.Name.Value).helpInSchema(helpInSchema, a.Name.Value)
				return
			}
		}
		if other := views[folded]; other != nil {
			c.errorf(codeTableName, a.tableAt(), "the table of %s cannot be called %s, which is the view of the events of %s", a.GoName.Value, name, other.GoName.Value).
				note(other.GoName.Span, "%s is declared here", other.GoName.Value).
				help(help, a.Name.Value).helpInSchema(helpInSchema, a.Name.Value)
		}
	})
}

func checkTableTwice(c *checker) {
	first := map[string]*Aggregate{}
	c.eachTable(func(_ *Package, a *Aggregate) {
		key := foldSQL(a.Table.Name.Value)
		before := first[key]
		putFirst(first, key, a)
		if before == nil || key == "" || before.GoName.Span == a.GoName.Span {
			return
		}
		c.errorf(codeTableTwice, a.tableAt(), "%s and %s have one table, %s", before.GoName.Value, a.GoName.Value, a.Table.Name.Value).
			note(before.tableAt(), "%s has it too", before.GoName.Value).
			help("give one of them another name")
	})
}

func checkColumnNames(c *checker) {
	c.eachTable(func(_ *Package, a *Aggregate) {
		first := map[string]TableColumn{}
		for _, col := range a.TableColumns() {
			field := col.Field.Name.Value
			if why := badSQLName(col.Name); why != "" {
				c.errorf(codeColumnName, columnAt(a, col.Field), "the column of %s cannot be called %q: %s", field, col.Name, why).
					help("give it a name, as in es:\"column=name\"").helpInSchema("give it a name, as in column: name")
				continue
			}
			folded := foldSQL(col.Name)
			if strings.HasPrefix(folded, "es_") {
				c.errorf(codeColumnName, columnAt(a, col.Field), "the column of %s cannot be called %s: names that begin with es_ are taken", field, col.Name).
					help("give it another name, as in es:\"column=name\"").helpInSchema("give it another name, as in column: name")
			}
			before, twice := first[folded]
			if putFirst(first, folded, col); twice {
				c.errorf(codeColumnName, columnAt(a, col.Field), "two columns of %s are called %s: those of %s and %s", a.GoName.Value, col.Name, before.Field.Name.Value, field).
					note(columnAt(a, before.Field), "%s is a column, too", before.Field.Name.Value).
					help("give one of them another name, as in es:\"column=NAME\"").helpInSchema("give one of them another name, as in column: NAME")
			}
		}
	})
}

func checkNoColumns(c *checker) {
	c.eachTable(func(_ *Package, a *Aggregate) {
		if columns := a.TableColumns(); len(columns) == 1 {
			c.errorf(codeNoColumns, a.tableAt(), "table %s has no columns but the key", a.Table.Name.Value).
				note(a.GoName.Span, "%s is declared here", a.GoName.Value).
				help("tag fields of %s with `es:\"column\"`", a.GoName.Value).
				helpInSchema("say column: true of fields of its state, as in name: {type: string, column: true}")
		}
	})
}

func checkStrayColumns(c *checker) {
	for _, p := range c.packages() {
		check := func(what string, fields []*Field, help, helpInSchema string) {
			for _, f := range fields {
				if f.Column != nil {
					place := at(f.Column.Tag.Span, f.Name.Span)
					c.errorf(codeStrayCol, place, `%s on field %s of %s, which has no table`, columnKey(place), f.Name.Value, what).
						help("%s", help).helpInSchema("%s", helpInSchema)
				}
			}
		}
		for _, a := range p.Aggregates {
			if a.Table == nil {
				check("aggregate "+a.GoName.Value, a.Fields, "remove it, or add //es:table "+likelyTable(a)+" to "+a.GoName.Value,
					"remove it, or add table: "+likelyTable(a)+" to "+a.GoName.Value)
			}
		}
		for _, child := range p.Children {
			check("child "+child.GoName.Value, child.Fields, "columns are fields of the aggregate: keep there what is to be found", "")
		}
		for _, m := range p.Decisions {
			check("decision model "+m.GoName.Value, m.Fields, "remove it: a decision model is kept nowhere", "")
		}
		for _, cmd := range p.Commands {
			if s := cmd.Struct(); s != nil && c.scopes[p].hasCommand(cmd) {
				check("command "+cmd.GoName.Value, s.Fields, "remove it: a command is kept nowhere", "")
			}
		}
	}
	for _, v := range c.walk().fields {
		if v.field.Column != nil && !v.foreign {
			c.errorf(codeStrayCol, at(v.field.Column.Tag.Span, v.at), `es:"column" on %s, which is no aggregate`, v.name()).
				help("columns are fields of aggregates with //es:table")
		}
	}
}

// columnKey is how it is said, where a place is, that a field is a column.
func columnKey(place Span) string {
	if IsSchemaFile(place.File) {
		return "column:"
	}
	return `es:"column"`
}

func likelyTable(a *Aggregate) string {
	if a.Name.Value == "" {
		return "NAME"
	}
	return a.Name.Value + "s"
}

func checkColumnTypes(c *checker) {
	c.eachTable(func(p *Package, a *Aggregate) {
		refs := map[*Field]*childRef{}
		for _, r := range c.scopes[p].refs {
			refs[r.step.Field] = r
		}
		for _, col := range a.TableColumns() {
			f, tag := col.Field, col.Field.Column
			if tag == nil || f.Type == nil {
				continue
			}
			name, spelling := f.Name.Value, spell(f.Type, p.Path)
			report := func(place Span, format string, args ...any) *Diagnostic {
				return c.errorf(codeColumnType, at(place, tag.Tag.Span, f.Name.Span), format, args...)
			}
			if refs[f] != nil {
				report(tag.Tag.Span, "%s holds children, and cannot be a column", name).
					help("keep what is to be found in a field of %s of its own", a.GoName.Value)
				continue
			}
			if f.Embedded && runtimeType(f.Type) != "" {
				report(tag.Tag.Span, "es.%s cannot be a column", runtimeType(f.Type)).help("remove the tag")
				continue
			}
			if f == a.ID && (tag.Index != nil || tag.Unique != nil || tag.SoftDelete != nil) {
				report(tag.Tag.Span, "the ID of %s is the key of its row, and needs neither an index nor anything else", a.GoName.Value).
					help("leave it at es:\"id\", or es:\"id,column=NAME\"").helpInSchema("leave it out, or write column: NAME")
				continue
			}
			if tag.Unique != nil && tag.Unique.Value != "" && tag.Unique.Value != "fold" {
				report(tag.Unique.Span, "unique=%s of column %s: its only value is fold", tag.Unique.Value, name).help("write unique or unique=fold")
			}
			if tag.Unique != nil && tag.Unique.Value == "fold" && (col.Kind != ColumnText || kindOf(col.Value)&kindString == 0) {
				report(tag.Unique.Span, "column %s cannot fold case: it is %s, not a string", name, spelling).help("write unique without fold").helpInSchema("write unique: true")
			}
			if tag.SoftDelete != nil && tag.SoftDelete.Value != "" && tag.SoftDelete.Value != "frees" {
				report(tag.SoftDelete.Span, "softdelete=%s of column %s: its only value is frees", tag.SoftDelete.Value, name).help("write softdelete or softdelete=frees")
			}
			if tag.SoftDelete != nil && (col.Kind != ColumnBool || col.Null) {
				report(tag.SoftDelete.Span, "column %s cannot say that a row is deleted: it is %s, not bool", name, spelling).
					help("add a field that is a bool, which the event sets that deletes")
			}
			switch {
			case tag.Time == nil:
			case col.Kind != ColumnTime && col.Kind != ColumnTimeText:
				sign := "="
				if IsSchemaFile(tag.Time.Span.File) {
					sign = ": "
				}
				report(tag.Time.Span, "time%s%s of column %s, which is %s and no time", sign, tag.Time.Value, name, spelling).help("remove it")
			case tag.Time.Value != "integer" && tag.Time.Value != "text":
				report(tag.Time.Span, "time=%s of column %s is neither integer nor text", tag.Time.Value, name).
					help("write time=integer for nanoseconds since 1970, or time=text for RFC 3339")
			}
		}
	})
}

func checkSoftDelete(c *checker) {
	c.eachTable(func(_ *Package, a *Aggregate) {
		var first *TableColumn
		unique := false
		columns := a.TableColumns()
		for i := range columns {
			col := &columns[i]
			tag := col.Field.Column
			if tag == nil {
				continue
			}
			unique = unique || tag.Unique != nil
			if tag.SoftDelete == nil {
				continue
			}
			if first == nil {
				first = col
				continue
			}
			c.errorf(codeSoftDelete, at(col.Field.Column.SoftDelete.Span, columnAt(a, col.Field)), "two columns of %s say that a row is deleted, %s and %s", a.GoName.Value, first.Name, col.Name).
				note(first.Field.Column.SoftDelete.Span, "%s does, too", first.Name).
				help("keep one of the two")
		}
		if first != nil && first.Field.Column.SoftDelete.Value == "frees" && !unique {
			c.errorf(codeSoftDelete, at(first.Field.Column.SoftDelete.Span, columnAt(a, first.Field)), "%s frees the unique values of deleted rows, but %s has no unique column", first.Name, a.GoName.Value).
				help("write softdelete, or make a column unique").helpInSchema("write softdelete: true, or make a column unique")
		}
	})
}

func checkTableMicro(c *checker) {
	c.eachTable(func(p *Package, a *Aggregate) {
		if c.scopes[p].lost[a] || len(a.Siblings) < 2 {
			return
		}
		d := c.errorf(codeTableMicro, a.tableAt(), "%s cannot have a table: its stream is shared, and the events of the others would change its row", a.GoName.Value)
		for _, sibling := range a.Siblings {
			if sibling != a && sibling.Of != nil {
				d.note(sibling.Of.Span, "%s shares it", sibling.GoName.Value)
			}
		}
		if a.Of != nil {
			d.note(a.Of.Span, "the stream is that of %s", a.StreamOwner.GoName.Value)
		}
		d.help("give %s a stream of its own, or leave the table out", a.GoName.Value)
	})
}
