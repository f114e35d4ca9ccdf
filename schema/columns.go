package schema

// ColumnKind is what a column of a state table holds.
type ColumnKind int

// The kinds of columns.
const (
	ColumnInteger ColumnKind = iota
	ColumnReal
	ColumnText
	ColumnBlob
	ColumnBool
	ColumnTime
	ColumnTimeText
	// ColumnJSON is for all that is no single value: structs, slices, maps.
	ColumnJSON
)

// TableColumn is a column of an aggregate's state table.
type TableColumn struct {
	// Field is a field of the aggregate, Name the column's name.
	Field *Field
	Name  string
	Kind  ColumnKind
	// Pointer says that the field is a pointer, which is NULL where it is nil. Value is the
	// type of what is stored, without the pointer: the field's type where it is stored by
	// functions of the field's own.
	Pointer bool
	Value   Type
	// Null says that the column can be NULL: for a nil pointer, a nil slice of bytes, a
	// zero time, or an enum without a value.
	Null bool
	// OneOf are the values of an enum that a schema file declares.
	OneOf []string
	// Append and Read are the names of the codec functions of a ColumnJSON.
	Append, Read string
}

// TableColumns lists the columns of the aggregate's table: the key, which is its ID,
// then the other fields that are columns, in their order. It is empty where the
// aggregate has no table or no ID. It may be asked once the ID is resolved.
func (a *Aggregate) TableColumns() []TableColumn {
	if a.Table == nil || a.ID == nil {
		return nil
	}
	columns := []TableColumn{a.tableColumn(a.ID)}
	for _, f := range a.Fields {
		if f.Column != nil && f != a.ID {
			columns = append(columns, a.tableColumn(f))
		}
	}
	return columns
}

// jsonColumns lists those that are stored as JSON.
func (a *Aggregate) jsonColumns() []TableColumn {
	var columns []TableColumn
	if a.Table == nil {
		return nil
	}
	for _, f := range a.Fields {
		if f.Column == nil || f.ID != nil {
			continue
		}
		if c := a.tableColumn(f); c.Kind == ColumnJSON {
			columns = append(columns, c)
		}
	}
	return columns
}

func (a *Aggregate) tableColumn(f *Field) TableColumn {
	c := TableColumn{Field: f, Name: snakeCase(f.Name.Value), Value: f.Type}
	if f.Column != nil && f.Column.Name != nil {
		c.Name = f.Column.Name.Value
	}
	if f.Value == nil {
		if p, ok := Resolve(f.Type).(*Pointer); ok && columnKind(p.Elem) != ColumnJSON {
			c.Pointer, c.Value, c.Null = true, p.Elem, true
		}
		c.Kind = columnKind(c.Value)
	} else {
		c.Kind = columnKind(f.Value.Base)
	}
	if c.Kind == ColumnTime && f.Column != nil && f.Column.Time != nil && f.Column.Time.Value == "text" {
		c.Kind = ColumnTimeText
	}
	switch c.Kind {
	case ColumnBlob, ColumnTime, ColumnTimeText:
		c.Null = true
	case ColumnText:
		c.OneOf = a.enumValues(c.Value)
		// An enum that has no value yet is empty, which is none of its values.
		c.Null = c.Null || len(c.OneOf) > 0
	case ColumnJSON:
		base := upperFirst(a.GoName.Value) + upperFirst(f.Name.Value) + "Column"
		c.Append, c.Read = codecName("append", base), codecName("read", base)
	}
	return c
}

// enumValues are those of an enum that a schema file declares; none for another type.
func (a *Aggregate) enumValues(t Type) []string {
	n, ok := Resolve(t).(*Named)
	if !ok || a.Package == nil || n.Path != a.Package.Path {
		return nil
	}
	for _, d := range a.Package.Declared {
		if d.Kind == DeclaredEnum && d.Name.Value == n.Name {
			values := make([]string, len(d.Values))
			for i, v := range d.Values {
				values[i] = v.Value.Value
			}
			return values
		}
	}
	return nil
}

// columnKind is how values of a type are stored in a column.
func columnKind(t Type) ColumnKind {
	for range 100 {
		switch u := Resolve(t).(type) {
		case *Basic:
			switch u.Kind {
			case Bool:
				return ColumnBool
			case String:
				return ColumnText
			case Float32, Float64:
				return ColumnReal
			}
			return ColumnInteger
		case *Slice:
			if b, ok := Resolve(u.Elem).(*Basic); ok && b.Kind == Uint8 {
				return ColumnBlob
			}
			return ColumnJSON
		case *Named:
			switch u.Encoding {
			case EncodeUUID, EncodeText:
				return ColumnText
			case EncodeTime:
				return ColumnTime
			case EncodeUnder:
				t = u.Under
				continue
			case EncodeValue:
				if u.Value != nil {
					t = u.Value.Base
					continue
				}
			}
			return ColumnJSON
		default:
			return ColumnJSON
		}
	}
	return ColumnJSON
}
