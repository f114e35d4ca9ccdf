package templates

import (
	"github.com/dave/jennifer/jen"

	"github.com/esgen/esgen/schema"
)

// emitScan writes the function that makes a row of values.
//
//	// scanUserRow makes a row of its values.
//	func scanUserRow(values []any) (UserRow, error) {
//		r := es.ReadRow(&tableOfUser, values)
//		row := UserRow{
//			ID:    es.RowParsed(r, uuid.Parse, es.RowText[string](r)),
//			Email: es.RowText[string](r),
//		}
//		return row, r.Err()
//	}
//
// Calls within a literal are made in the order in which they are written.
func (t *table) emitScan() {
	l := t.f.locals()
	values, r, row := l.name("values"), l.name("r"), l.name("row")
	fields := make([]jen.Code, len(t.columns))
	for i := range t.columns {
		s := &columnScan{table: t, l: l.nested(), c: &t.columns[i], r: r}
		fields[i] = keyed(t.fields[i], s.field())
	}
	t.f.add(t.a.ScanRowFunc()+" makes a row of its values.",
		jen.Func().Id(t.a.ScanRowFunc()).Params(jen.Id(values).Index().Any()).Params(jen.Id(t.a.RowType()), jen.Error()).Block(
			jen.Id(r).Op(":=").Add(t.f.es("ReadRow")).Call(jen.Op("&").Id(t.a.TableVar()), jen.Id(values)),
			jen.Id(row).Op(":=").Id(t.a.RowType()).Add(elements("{", "}", fields...)),
			jen.Return(jen.Id(row), jen.Id(r).Dot("Err").Call()),
		))
}

// columnScan writes the expression that scans one column.
type columnScan struct {
	*table
	l *locals
	c *schema.TableColumn
	r string // the variable with the es.RowReader
}

func (s *columnScan) field() *jen.Statement {
	if s.c.Kind == schema.ColumnJSON {
		return s.json()
	}
	if !s.c.Pointer {
		return s.value(s.r)
	}
	function := s.leaf(s.c.Value)
	if named, ok := schema.Resolve(s.c.Value).(*schema.Named); ok && named.Encoding != schema.EncodeUnder && named.Encoding != schema.EncodeTime {
		r := s.l.name("r")
		function = jen.Func().Params(jen.Id(r).Op("*").Add(s.f.es("RowReader"))).Add(s.f.typ(s.c.Value)).
			Add(oneLine(jen.Return(s.value(r))))
	}
	return s.f.es("RowPointer").Call(jen.Id(s.r), function)
}

// value takes a value from reader r.
func (s *columnScan) value(r string) *jen.Statement {
	var chain []*schema.Value
	typ, value := s.c.Value, s.c.Field.Value
	for {
		named, _ := schema.Resolve(typ).(*schema.Named)
		if value == nil && named != nil && named.Encoding == schema.EncodeValue {
			value = named.Value
		}
		if value == nil {
			break
		}
		chain, typ, value = append(chain, value), value.Base, nil
	}
	taken := s.leaf(typ).Call(jen.Id(r))
	if named, ok := schema.Resolve(typ).(*schema.Named); ok && (named.Encoding == schema.EncodeUUID || named.Encoding == schema.EncodeText) {
		taken = s.f.es("RowParsed").Call(jen.Id(r), parseFunc(s.f, typ, nil), taken)
	}
	for i := len(chain) - 1; i >= 0; i-- { // from the innermost out
		make := "RowMade"
		if chain[i].Fails {
			make = "RowParsed"
		}
		taken = s.f.es(make).Call(jen.Id(r), s.f.function(*chain[i].Decode), taken)
	}
	return taken
}

// leaf is the function that takes a value of a type that is stored as it is, or the
// text of one that is parsed.
func (s *columnScan) leaf(typ schema.Type) *jen.Statement {
	take := func(function string) *jen.Statement { return s.f.es(function).Types(s.f.typ(typ)) }
	switch s.c.Kind {
	case schema.ColumnInteger:
		if kind, _ := basicOf(typ); isUnsigned(kind) {
			return take("RowUint")
		}
		return take("RowInt")
	case schema.ColumnReal:
		return take("RowFloat")
	case schema.ColumnBool:
		return take("RowBool")
	case schema.ColumnBlob:
		return take("RowBlob")
	case schema.ColumnTime:
		return s.f.es("RowTime")
	case schema.ColumnTimeText:
		return s.f.es("RowTimeText")
	}
	if named, ok := schema.Resolve(typ).(*schema.Named); ok && named.Encoding != schema.EncodeUnder {
		return s.f.es("RowText").Types(jen.String())
	}
	return take("RowText")
}

// json reads a value from its JSON form.
func (s *columnScan) json() *jen.Statement {
	b, v, r := s.l.name("b"), s.l.name("v"), s.l.name("r")
	return s.f.es("RowJSON").Call(jen.Id(s.r), jen.Func().
		Params(jen.Id(b).Index().Byte(), jen.Id(v).Op("*").Add(s.f.typ(s.c.Field.Type))).Error().Block(
		jen.Var().Id(r).Add(s.f.jsonx("Reader")),
		jen.Id(r).Dot("Reset").Call(jen.Id(b)),
		jen.Id(s.c.Read).Call(jen.Op("&").Id(r), jen.Id(v)),
		jen.Return(jen.Id(r).Dot("End").Call(jen.Lit(s.a.Table.Name.Value+"."+s.c.Name))),
	))
}
