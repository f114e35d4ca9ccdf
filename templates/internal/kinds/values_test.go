package kinds

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	jx "github.com/esgen/esgen/runtime/jsonx"
	"github.com/esgen/esgen/templates/internal/kinds/money"
)

func age(n uint8) Age { return Age{n} }

// full is an event with all kinds of value objects.
func full() Values {
	coin, err := money.ParseCoin("penny")
	if err != nil {
		panic(err)
	}
	name, seven := Name{"ptr"}, age(7)
	return Values{
		Name:    Name{"Ann"},
		Age:     age(42),
		Point:   Point{1, -2},
		Tags:    TagSet{[]string{"a", "b"}},
		When:    When{time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)},
		Field:   hidden{"secret"},
		Ptr:     &hidden{"pointed"},
		Strict:  Strict{true},
		Blob:    Blob{[]byte{1, 2, 3}},
		Wrapped: Wrapped{Name{"inner"}},
		ByPtr:   ByPointer{"by pointer"},
		Coin:    coin,
		NamePtr: &name,
		Slice:   []Name{{"x"}, {""}, {"y"}},
		Checked: []Age{age(1), age(2)},
		Array:   [2]Name{{"first"}, {"second"}},
		Map:     map[string]Name{"b": {"B"}, "a": {"A"}},
		Keys:    map[Name]int{{"k2"}: 2, {"k1"}: 1},
		Ages:    map[Age]bool{age(9): true, age(10): false},
		Nested:  Nested{[]Nested{{}, {[]Nested{}}, {[]Nested{{}}}}},
		Hiddens: Hiddens{{1}, {2}},
		Maybe:   &seven,
	}
}

const fullJSON = `{"Name":"Ann","Age":42,"Point":{"x":1,"y":-2},"Tags":["a","b"],"When":"2026-05-01T12:00:00Z",` +
	`"Field":"h:secret","Ptr":"pointed","Strict":"known","Blob":"AQID","Wrapped":"inner","ByPtr":"by pointer","Coin":"penny","NamePtr":"ptr",` +
	`"Slice":["x","","y"],"Checked":[1,2],"Array":["first","second"],"Map":{"a":"A","b":"B"},"Keys":{"k1":1,"k2":2},` +
	`"Ages":{"10":false,"9":true},"Nested":[null,[],[null]],"Hiddens":[{"N":1},{"N":2}],"Maybe":7}`

func readValues(payload string) (Values, error) {
	var e Values
	r := jx.NewReader([]byte(payload))
	readValuesJSON(&r, &e)
	return e, r.End("values")
}

func TestValues(t *testing.T) {
	e := full()
	got, err := appendValuesJSON(nil, &e)
	if err != nil || string(got) != fullJSON {
		t.Fatalf("got\n%s, %v\nwant\n%s", got, err, fullJSON)
	}
	back, err := readValues(fullJSON)
	if diff := cmp.Diff(e, back, exact); err != nil || diff != "" {
		t.Fatalf("%v\n%s", err, diff)
	}
}

// A null leaves a value object zero: its function is not called, unless null is
// one of the values that it is given.
func TestNullValues(t *testing.T) {
	back, err := readValues(`{"Name":null,"Age":null,"Point":null,"Tags":null,"When":null,"Field":null,"Ptr":null,"Strict":null,"Blob":null,` +
		`"Wrapped":null,"ByPtr":null,"NamePtr":null,"Slice":[null,"a",null],"Checked":[null],"Map":{"a":null},"Nested":null,"Hiddens":null,"Maybe":null}`)
	want := Values{Slice: []Name{{}, {"a"}, {}}, Checked: []Age{{}}, Map: map[string]Name{"a": {}}}
	if diff := cmp.Diff(want, back, exact); err != nil || diff != "" {
		t.Fatalf("%v\n%s", err, diff)
	}
}

func TestRefusedValues(t *testing.T) {
	tests := []struct {
		payload, field string
		is             error
	}{
		{`{"Age":151}`, "Age", errAge},
		{`{"Age":256}`, "Age", jx.ErrType},
		{`{"Age":"1"}`, "Age", jx.ErrType},
		{`{"Field":"x"}`, "Field", errAge},
		{`{"Strict":"else"}`, "Strict", errStrict},
		{`{"Checked":[1,2,200,3]}`, "Checked[2]", errAge},
		{`{"Ages":{"9":true,"200":true}}`, "Ages.200", errAge},
		{`{"Ages":{"09":true}}`, "Ages.09", jx.ErrType},
		{`{"Ages":{"9":true,"\u0039":true}}`, "Ages.9", jx.ErrDuplicate},
		{`{"Keys":{"a":1,"a":1}}`, "Keys.a", jx.ErrDuplicate},
		{`{"Point":{"x":1,"y":2,"x":1}}`, "Point", jx.ErrDuplicate},
		{`{"Point":{"x":1.5}}`, "Point.x", jx.ErrType},
		{`{"Point":{"x":1}`, "Point", jx.ErrSyntax},
		{`{"Name":5}`, "Name", jx.ErrType},
		{`{"Name":"`, "Name", jx.ErrSyntax},
		{`{"Nested":[[[5]]]}`, "Nested[0][0][0]", jx.ErrType},
		{`{"Maybe":151}`, "Maybe", errAge},
		{`{"Coin":"` + strings.Repeat("x", 101) + `"}`, "Coin", nil},
	}
	for _, test := range tests {
		_, err := readValues(test.payload)
		if err == nil || test.is != nil && !errors.Is(err, test.is) || !strings.Contains(err.Error(), "field "+test.field+" at") {
			t.Errorf("%.80s: got %v, want field %s and %v", test.payload, err, test.field, test.is)
		}
	}
}

// What cannot be encoded is an error that says where it is, and leaves the buffer
// as it was.
func TestEncodeErrors(t *testing.T) {
	bad := "\xff"
	nan := math.NaN()
	late := time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)
	loop := Tree{Name: "loop"}
	loop.Left = &loop
	list := make(List, 1)
	list[0] = list
	nested := Nested{make([]Nested, 1)}
	nested.inner[0] = nested
	anything := map[string]any{}
	anything["again"] = anything
	tests := []struct {
		typ   string
		write func(dst []byte) ([]byte, error)
		field string
		is    error
	}{
		{"Basics", func(dst []byte) ([]byte, error) { return appendBasicsJSON(dst, &Basics{String: bad}) }, "String", jx.ErrUTF8},
		{"Basics", func(dst []byte) ([]byte, error) {
			return appendBasicsJSON(dst, &Basics{Float32: float32(math.Inf(-1))})
		}, "Float32", jx.ErrNotFinite},
		{"Slices", func(dst []byte) ([]byte, error) {
			return appendSlicesJSON(dst, &Slices{Lines: []Line{{}, {Price: money.Amount{Currency: bad}}}})
		}, "Lines[1].price.currency", jx.ErrUTF8},
		{"Slices", func(dst []byte) ([]byte, error) { return appendSlicesJSON(dst, &Slices{Floats: []float64{1, 2, nan}}) }, "Floats[2]", jx.ErrNotFinite},
		{"Slices", func(dst []byte) ([]byte, error) { return appendSlicesJSON(dst, &Slices{Strings: []string{"", bad}}) }, "Strings[1]", jx.ErrUTF8},
		{"Slices", func(dst []byte) ([]byte, error) {
			return appendSlicesJSON(dst, &Slices{Deep: [][][]string{{{}, {bad}}}})
		}, "Deep[0][1][0]", jx.ErrUTF8},
		{"Maps", func(dst []byte) ([]byte, error) {
			return appendMapsJSON(dst, &Maps{Lines: map[string]Line{"a": {}, "b": {SKU: bad}}})
		}, "Lines.b.sku", jx.ErrUTF8},
		{"Maps", func(dst []byte) ([]byte, error) {
			return appendMapsJSON(dst, &Maps{Strings: map[string]string{bad: ""}})
		}, "Strings", jx.ErrUTF8},
		{"Known", func(dst []byte) ([]byte, error) { return appendKnownJSON(dst, &Known{Time: late}) }, "Time", jx.ErrYear},
		{"Known", func(dst []byte) ([]byte, error) { return appendKnownJSON(dst, &Known{Raw: []byte("{")}) }, "Raw", jx.ErrSyntax},
		{"Known", func(dst []byte) ([]byte, error) { return appendKnownJSON(dst, &Known{Any: []any{1, bad}}) }, "Any[1]", jx.ErrUTF8},
		{"Known", func(dst []byte) ([]byte, error) { return appendKnownJSON(dst, &Known{Any: anything}) }, "", jx.ErrDepth},
		{"Tree", func(dst []byte) ([]byte, error) { return appendTreeJSON(dst, &loop) }, "", jx.ErrDepth},
		{"Tree", func(dst []byte) ([]byte, error) { return appendTreeJSON(dst, &Tree{List: list}) }, "", jx.ErrDepth},
		{"Tree", func(dst []byte) ([]byte, error) {
			return appendTreeJSON(dst, &Tree{Children: []Tree{{}, {Left: &Tree{Name: bad}}}})
		}, "Children[1].Left.Name", jx.ErrUTF8},
		{"Values", func(dst []byte) ([]byte, error) { return appendValuesJSON(dst, &Values{Nested: nested}) }, "", jx.ErrDepth},
		{"Values", func(dst []byte) ([]byte, error) {
			return appendValuesJSON(dst, &Values{Map: map[string]Name{"k": {bad}}})
		}, "Map.k", jx.ErrUTF8},
	}
	for _, test := range tests {
		const before = "before"
		got, err := test.write([]byte(before))
		e, ok := errors.AsType[*jx.EncodeError](err)
		if !ok || !errors.Is(err, test.is) || e.Type != test.typ || test.field != "" && e.Field != test.field || e.Field == "" {
			t.Errorf("got %.200v, want %v in field %s of %s", err, test.is, test.field, test.typ)
		}
		if string(got) != before {
			t.Errorf("%v: the buffer has %d bytes", test.is, len(got))
		}
	}
}

// A tree may be as deep as the reader allows, and no deeper, either way.
func TestDepth(t *testing.T) {
	tree := func(n int) *Tree {
		top := new(Tree)
		for range n - 1 {
			top = &Tree{Left: top}
		}
		return top
	}
	// Besides its children a tree has a list, which may have one level more.
	payload, err := appendTreeJSON(nil, tree(jx.MaxDepth-1))
	if err != nil {
		t.Fatal(err)
	}
	back := new(Tree)
	r := jx.NewReader(payload)
	if readTreeJSON(&r, back); r.End("tree") != nil {
		t.Fatal(r.Err())
	}
	if again, err := appendTreeJSON(nil, back); err != nil || string(again) != string(payload) {
		t.Fatalf("%d bytes instead of %d, %v", len(again), len(payload), err)
	}
	if _, err := appendTreeJSON(nil, tree(jx.MaxDepth)); !errors.Is(err, jx.ErrDepth) {
		t.Fatal(err)
	}
	r = jx.NewReader([]byte(strings.Repeat(`{"Left":`, jx.MaxDepth+1)))
	if readTreeJSON(&r, new(Tree)); !errors.Is(r.Err(), jx.ErrDepth) {
		t.Fatal(r.Err())
	}
	// What is as deep as can be is still read.
	deepest := tree(jx.MaxDepth - 1)
	at := deepest
	for at.Left != nil {
		at = at.Left
	}
	at.List = List{}
	if payload, err = appendTreeJSON(nil, deepest); err != nil {
		t.Fatal(err)
	}
	r = jx.NewReader(payload)
	if readTreeJSON(&r, new(Tree)); r.End("tree") != nil {
		t.Fatal(r.Err())
	}
	at.List = List{{}}
	if _, err = appendTreeJSON(nil, deepest); !errors.Is(err, jx.ErrDepth) {
		t.Fatal(err)
	}
}

// Decoding allocates what the values own: the event itself may stay on the stack.
func TestNoEscape(t *testing.T) {
	lines, err := appendLeadingEmptyJSON(nil, &LeadingEmpty{A: 1, C: true, D: 2})
	if err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(100, func() {
		var e LeadingEmpty
		r := jx.NewReader(lines)
		readLeadingEmptyJSON(&r, &e)
		if r.End("leading") != nil || e.A+e.D != 3 {
			t.Fatal(e)
		}
	}); n != 0 {
		t.Errorf("decoding numbers allocates %v times", n)
	}
	values := []byte(`{"Name":"Ann","Age":42,"Point":{"x":1,"y":2},"When":"2026-05-01T12:00:00Z"}`)
	if n := testing.AllocsPerRun(100, func() {
		var e Values
		r := jx.NewReader(values)
		readValuesJSON(&r, &e)
		if r.End("values") != nil || e.Age.n != 42 {
			t.Fatal(e)
		}
	}); n > 1 {
		t.Errorf("decoding a name allocates %v times", n)
	}
	tree := []byte(`{"Children":null,"Left":{"Left":null}}`)
	if n := testing.AllocsPerRun(100, func() {
		var e Tree
		r := jx.NewReader(tree)
		readTreeJSON(&r, &e)
		if r.End("tree") != nil || e.Left == nil {
			t.Fatal(e)
		}
	}); n > 1 {
		t.Errorf("decoding a tree of two allocates %v times", n)
	}
	marshalers := []byte(`{"Level":"L3","Addr":"10.0.0.1"}`)
	if n := testing.AllocsPerRun(100, func() {
		var e Marshalers
		r := jx.NewReader(marshalers)
		readMarshalersJSON(&r, &e)
		if r.End("marshalers") != nil || e.Level != 3 {
			t.Fatal(e)
		}
	}); n > 1 {
		t.Errorf("decoding texts allocates %v times", n)
	}
}
