package templates

import (
	"fmt"

	"github.com/dave/jennifer/jen"

	"github.com/esgen/esgen/schema"
)

// emitScan writes the function that makes a row of values.
//
//	// scanUserRow makes a row of its values.
//	func scanUserRow(values []any) (UserRow, error) {
//		var row UserRow
//		text, err := es.RowText[string](values, 0)
//		if err == nil {
//			row.ID, err = uuid.Parse(text)
//		}
//		if err != nil {
//			return row, fmt.Errorf("column id: %w", err)
//		}
//		if row.Email, err = es.RowText[string](values, 1); err != nil {
//			return row, fmt.Errorf("column email: %w", err)
//		}
//		return row, nil
//	}
func (t *table) emitScan() {
	l := t.f.locals()
	values, row := l.name("values"), l.name("row")
	body := []jen.Code{jen.Var().Id(row).Id(t.a.RowType())}
	for i := range t.columns {
		s := &columnScan{table: t, l: l.nested(), c: &t.columns[i], values: values, row: row, i: i}
		body = append(body, s.statements()...)
	}
	body = append(body, jen.Return(jen.Id(row), jen.Nil()))
	t.f.add(t.a.ScanRowFunc()+" makes a row of its values.",
		jen.Func().Id(t.a.ScanRowFunc()).Params(jen.Id(values).Index().Any()).Params(jen.Id(t.a.RowType()), jen.Error()).Block(body...))
}

// columnScan writes the statements that scan one column.
type columnScan struct {
	*table
	l           *locals
	c           *schema.TableColumn
	values, row string
	i           int
}

func (s *columnScan) target() *jen.Statement { return jen.Id(s.row).Dot(s.fields[s.i]) }

// failed leaves the function where err is not nil.
func (s *columnScan) failed(err string) jen.Code {
	return jen.If(jen.Id(err).Op("!=").Nil()).Block(s.leave(err))
}

func (s *columnScan) leave(err string) jen.Code {
	return jen.Return(jen.Id(s.row), s.f.std("fmt", "Errorf").Call(jen.Lit("column "+escapeVerbs(s.c.Name)+": %w"), jen.Id(err)))
}

// take calls a function of package es that takes the value.
func (s *columnScan) take(function string, typ jen.Code) *jen.Statement {
	take := s.f.es(function)
	if typ != nil {
		take = take.Types(typ)
	}
	return take.Call(jen.Id(s.values), jen.Lit(s.i))
}

func (s *columnScan) statements() []jen.Code {
	switch {
	case s.c.Kind == schema.ColumnJSON:
		return s.json()
	case s.c.Pointer:
		v, err := s.l.name("v"), s.l.name("err")
		inner := s.assign(jen.Id(v), err)
		inner = append(append([]jen.Code{jen.Var().Id(v).Add(s.f.typ(s.c.Value))}, inner...), s.target().Op("=").Op("&").Id(v))
		return []jen.Code{jen.If(jen.Id(s.values).Index(jen.Lit(s.i)).Op("!=").Nil()).Block(inner...)}
	}
	err := s.l.name("err")
	statements := s.assign(s.target(), err)
	if len(statements) == 1 {
		return statements
	}
	return []jen.Code{jen.Block(statements...)}
}

// assign puts the value into target.
func (s *columnScan) assign(target *jen.Statement, err string) []jen.Code {
	typ, value := s.c.Value, s.c.Field.Value
	named, _ := schema.Resolve(typ).(*schema.Named)
	if value == nil && (named == nil || named.Encoding == schema.EncodeUnder || named.Encoding == schema.EncodeTime) {
		name := s.l.name("value")
		return []jen.Code{
			jen.List(jen.Id(name), jen.Id(err)).Op(":=").Add(s.leaf(typ)),
			s.failed(err),
			target.Clone().Op("=").Id(name),
		}
	}
	// What a value object is made of is taken first, then its functions make it.
	base := s.l.name("base")
	if s.c.Kind == schema.ColumnText {
		parsed := parseID(s.f, s.l, typ, value, jen.Id(base))
		statements := []jen.Code{
			jen.List(jen.Id(base), jen.Id(err)).Op(":=").Add(s.take("RowText", jen.String())),
			s.failed(err),
		}
		parsed.settle(s.f, s.l, typ, "parsed")
		statements = append(statements, parsed.before...)
		if parsed.err != nil {
			statements = append(statements, jen.If(parsed.err.Clone().Op("!=").Nil()).Block(
				jen.Return(jen.Id(s.row), s.f.std("fmt", "Errorf").Call(jen.Lit("column "+escapeVerbs(s.c.Name)+": %w"), parsed.err))))
		}
		return append(statements, target.Clone().Op("=").Add(parsed.value))
	}
	return s.restore(target, typ, value, err)
}

// leaf takes a value of a type that is stored as it is.
func (s *columnScan) leaf(typ schema.Type) *jen.Statement {
	switch s.c.Kind {
	case schema.ColumnInteger:
		kind, _ := basicOf(typ)
		if isUnsigned(kind) {
			return s.take("RowUint", s.f.typ(typ))
		}
		return s.take("RowInt", s.f.typ(typ))
	case schema.ColumnReal:
		return s.take("RowFloat", s.f.typ(typ))
	case schema.ColumnBool:
		return s.take("RowBool", s.f.typ(typ))
	case schema.ColumnBlob:
		return s.take("RowBlob", s.f.typ(typ))
	case schema.ColumnTime:
		return s.take("RowTime", nil)
	case schema.ColumnTimeText:
		return s.take("RowTimeText", nil)
	default:
		return s.take("RowText", s.f.typ(typ))
	}
}

// restore makes a value object of what it is encoded as, from the innermost base out.
func (s *columnScan) restore(target *jen.Statement, typ schema.Type, value *schema.Value, err string) []jen.Code {
	var chain []*schema.Value
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
	name := s.l.name("value")
	statements := []jen.Code{jen.List(jen.Id(name), jen.Id(err)).Op(":=").Add(s.leaf(typ)), s.failed(err)}
	for i := len(chain) - 1; i >= 0; i-- {
		call := s.f.function(*chain[i].Decode).Call(jen.Id(name))
		next := s.l.name("value")
		if chain[i].Fails {
			statements = append(statements, jen.List(jen.Id(next), jen.Id(err)).Op(":=").Add(call), s.failed(err))
		} else {
			statements = append(statements, jen.Id(next).Op(":=").Add(call))
		}
		name = next
	}
	return append(statements, target.Clone().Op("=").Id(name))
}

// json reads a value from its JSON form.
func (s *columnScan) json() []jen.Code {
	text, err, r := s.l.name("text"), s.l.name("err"), s.l.name("r")
	return []jen.Code{jen.Block(
		jen.List(jen.Id(text), jen.Id(err)).Op(":=").Add(s.take("RowText", jen.String())),
		s.failed(err),
		jen.Var().Id(r).Add(s.f.jsonx("Reader")),
		jen.Id(r).Dot("Reset").Call(jen.Index().Byte().Call(jen.Id(text))),
		jen.Id(s.c.Read).Call(jen.Op("&").Id(r), jen.Op("&").Add(s.target())),
		jen.If(jen.Id(err).Op(":=").Id(r).Dot("End").Call(jen.Lit(fmt.Sprintf("%s.%s", s.a.Table.Name.Value, s.c.Name))), jen.Id(err).Op("!=").Nil()).Block(s.leave(err)),
	)}
}
