package schema

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// modelOf is a Go struct as a front end would read it.
func modelOf(t reflect.Type, seen map[reflect.Type]Type) Type {
	if m, ok := seen[t]; ok {
		return m
	}
	switch t.Kind() {
	case reflect.Pointer:
		return &Pointer{Elem: modelOf(t.Elem(), seen)}
	case reflect.Slice:
		return &Slice{Elem: modelOf(t.Elem(), seen)}
	case reflect.Struct:
		s := &Struct{}
		seen[t] = s
		if t.Name() != "" {
			n := &Named{Path: t.PkgPath(), Name: t.Name(), Under: s}
			if t == reflect.TypeFor[time.Time]() {
				n.Encoding = EncodeTime
				seen[t] = n
				return n
			}
			seen[t] = n
		}
		for i := range t.NumField() {
			f := t.Field(i)
			field := &Field{
				Name: Text{Value: f.Name}, Type: modelOf(f.Type, seen), Embedded: f.Anonymous, Exported: f.IsExported(),
			}
			if tag := f.Tag.Get("json"); tag == "-" {
				field.JSON.Skip = true
			} else {
				name, options, _ := strings.Cut(tag, ",")
				field.JSON.Name.Value = name
				field.JSON.String = options == "string"
			}
			s.Fields = append(s.Fields, field)
		}
		return seen[t]
	}
	basic := &Basic{Kind: BasicKind(t.Kind().String())}
	if t.Name() != t.Kind().String() {
		return &Named{Path: t.PkgPath(), Name: t.Name(), Under: basic}
	}
	return basic
}

// fill sets everything in a value, so that nothing of it is left out.
func fill(v reflect.Value, depth int) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.CanSet() && depth < 10 {
			v.Set(reflect.New(v.Type().Elem()))
			fill(v.Elem(), depth+1)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), depth+1)
		}
	case reflect.Int:
		if v.CanSet() {
			v.SetInt(7)
		}
	}
}

// members are the names that encoding/json gives to the fields of a value.
func members(t *testing.T, v any) []string {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	if _, err := d.Token(); err != nil {
		t.Fatal(err)
	}
	var names []string
	for d.More() {
		name, err := d.Token()
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, name.(string))
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			t.Fatal(err)
		}
	}
	return names
}

func fieldNames(fields []JSONField) []string {
	var names []string
	for _, f := range fields {
		names = append(names, f.Name)
	}
	return names
}

type (
	flatA struct {
		X int
		Y int `json:"y"`
	}
	flatB struct {
		X int
		Z int
	}
	Exported struct{ E int }
	nestedA  struct{ flatA }
	number   int
	Number   int
	Ring     struct {
		*Ring
		N int
	}
)

func TestJSONFieldsAreThoseOfEncodingJSON(t *testing.T) {
	for _, v := range []any{
		&struct{ A, B int }{},
		tagged("json:\"b\"", "json:\"a\"", "json:\"-\"", "json:\"-,\"", "json:\"bad'name\"", "json:\",omitempty\""),
		&struct {
			flatA
			X int
		}{},
		&struct {
			flatA
			flatB
		}{},
		&struct {
			flatA
			flatB
			X int `json:"Z"`
		}{},
		&struct {
			B int
			A int `json:"B"`
		}{},
		&struct {
			*Exported
			nestedA
			*flatNone
		}{},
		&struct {
			Exported `json:"named"`
			nestedA  `json:"nestedA"`
		}{},
		&struct {
			number
			Number
			At time.Time
		}{},
		&struct {
			nestedA
			flatA
		}{},
		&Ring{},
		&struct {
			A struct{ flatA }
			B []flatB
		}{},
	} {
		fill(reflect.ValueOf(v).Elem(), 0)
		s := modelOf(reflect.TypeOf(v).Elem(), map[reflect.Type]Type{})
		if n, ok := s.(*Named); ok {
			s = n.Under
		}
		if got, want := fieldNames(JSONFields(s.(*Struct))), members(t, v); !slices.Equal(got, want) {
			t.Errorf("%T: got %v, want %v", v, got, want)
		}
	}
}

type flatNone struct{ _ int }

// tagged is a struct with fields A, B, C … of these tags, which no source should have.
func tagged(tags ...reflect.StructTag) any {
	var fields []reflect.StructField
	for i, tag := range tags {
		fields = append(fields, reflect.StructField{Name: string(rune('A' + i)), Type: reflect.TypeFor[int](), Tag: tag})
	}
	return reflect.New(reflect.StructOf(fields)).Interface()
}

// TestJSONFieldsOfRandomStructs compares structs of random shape. Where two fields
// take a name from each other the results may differ: those are refused.
func TestJSONFieldsOfRandomStructs(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	names := []string{"A", "B", "C", "D"}
	tags := []reflect.StructTag{"", "", "", `json:"A"`, `json:"B"`, `json:"-"`, `json:"x,string"`}
	types := []reflect.Type{reflect.TypeFor[int](), reflect.TypeFor[string]()}
	depths := map[reflect.Type]int{}
	compared := 0
	for range 3000 {
		depth := 0
		var fields []reflect.StructField
		for _, i := range r.Perm(len(names))[:1+r.IntN(len(names))] {
			f := reflect.StructField{Name: names[i], Type: types[r.IntN(len(types))], Tag: tags[r.IntN(len(tags))]}
			if f.Type.Kind() == reflect.Struct {
				f.Anonymous = r.IntN(4) > 0
			}
			fields = append(fields, f)
			depth = max(depth, depths[f.Type]+1)
		}
		typ := reflect.StructOf(fields)
		depths[typ] = depth
		switch {
		case depth > 3: // what is held twice at each depth grows too fast
		case len(types) < 40:
			types = append(types, typ)
		default:
			types[2+r.IntN(38)] = typ
		}
		got, clashes := flattenJSON(modelOf(typ, map[reflect.Type]Type{}).(*Struct))
		if slices.ContainsFunc(clashes, func(c jsonClash) bool { return c.Tie }) {
			continue
		}
		compared++
		if want := members(t, reflect.New(typ).Interface()); !slices.Equal(fieldNames(got), want) {
			t.Fatalf("%v: got %v, want %v", typ, fieldNames(got), want)
		}
	}
	if compared < 1000 {
		t.Errorf("only %d structs were compared", compared)
	}
}

func TestJSONFieldsLeadToTheirValues(t *testing.T) {
	type inner struct {
		Amount int64 `json:"amount,string"`
		List   []int `json:"list"`
	}
	type middle struct{ *inner }
	type outer struct {
		middle
		Own int
	}
	model := modelOf(reflect.TypeFor[outer](), map[reflect.Type]Type{}).(*Named)
	list := model.Under.(*Struct).Fields[0].Type.(*Named).Under.(*Struct).Fields[0].Type.(*Pointer).Elem.(*Named).Under.(*Struct).Fields[1]
	list.JSON.String = true
	fields := JSONFields(model.Under.(*Struct))
	if len(fields) != 3 {
		t.Fatalf("got %d fields, want 3", len(fields))
	}
	amount := fields[0]
	if amount.Name != "amount" || len(amount.Path) != 2 || amount.Path[0].Name.Value != "middle" || amount.Path[1].Name.Value != "inner" {
		t.Errorf("amount has the wrong way: %+v", amount)
	}
	if !amount.String || fields[1].String {
		t.Error("the option string holds for numbers and not for slices")
	}
	if fields[2].Field.Name.Value != "Own" || len(fields[2].Path) != 0 {
		t.Errorf("Own is the struct's own: %+v", fields[2])
	}
}

func TestJSONFieldsKeepEmbeddedValueObjects(t *testing.T) {
	value := &Named{Name: "Name", Under: &Struct{}, Encoding: EncodeValue, Value: &Value{Base: &Basic{String}}}
	fields := JSONFields(&Struct{Fields: []*Field{{Name: Text{Value: "Name"}, Type: value, Embedded: true, Exported: true}}})
	if len(fields) != 1 || fields[0].Name != "Name" {
		t.Errorf("got %+v, want one member Name", fields)
	}
}

// TestCrosswiseEmbedding would not end if each way through the types were followed.
func TestCrosswiseEmbedding(t *testing.T) {
	level := []*Named{{Name: "L", Under: &Struct{Fields: []*Field{{Name: Text{Value: "X"}, Type: &Basic{Int}, Exported: true}}}}}
	for range 60 {
		s := &Struct{}
		for range 2 {
			s.Fields = append(s.Fields, &Field{Name: Text{Value: "E"}, Type: level[0], Embedded: true, Exported: true})
		}
		level = []*Named{{Name: "L", Under: s}}
	}
	if fields := JSONFields(level[0].Under.(*Struct)); len(fields) != 0 {
		t.Errorf("got %d fields that win against themselves", len(fields))
	}
}
