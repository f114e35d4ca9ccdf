package jsonx_test

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/jsonx"
)

func TestDecodeErrors(t *testing.T) {
	refused := errors.New("refused")
	tests := []struct {
		payload string
		field   string
		offset  int64
		is      error
		text    string
	}{
		{``, "", 0, jsonx.ErrSyntax, "the payload ends"},
		{`5`, "", 0, jsonx.ErrType, "want an object, got a number"},
		{`{"orderId":1}`, "orderId", 11, jsonx.ErrType, "want a string, got a number"},
		{`{"amount":"1"}`, "amount", 10, jsonx.ErrType, "want an int64, got a string"},
		{`{"amount":1.5}`, "amount", 10, jsonx.ErrType, "fraction"},
		{`{"amount":9223372036854775808}`, "amount", 10, jsonx.ErrType, "does not fit an int64"},
		{`{"amount":01}`, "amount", 10, jsonx.ErrSyntax, "begins with 0"},
		{`{"amount":-}`, "amount", 11, jsonx.ErrSyntax, "want a digit"},
		{`{"at":"yesterday"}`, "at", 6, jsonx.ErrType, "want a time"},
		{`{"tags":["a",2]}`, "tags[1]", 13, jsonx.ErrType, "want a string"},
		{`{"tags":["a","b"`, "tags[1]", 16, jsonx.ErrSyntax, "want ',' or ']'"},
		{`{"tags":{}}`, "tags", 8, jsonx.ErrType, "want an array, got an object"},
		{`{"tags":["a",]}`, "tags[1]", 13, jsonx.ErrSyntax, ""},
		{`{"address":{"zip":"8400"}}`, "address.zip", 18, jsonx.ErrType, "want an int, got a string"},
		{`{"address":{"city":"\ud800"}}`, "address.city", 20, jsonx.ErrUTF8, "surrogate"},
		{"{\"address\":{\"city\":\"abc\xff\"}}", "address.city", 23, jsonx.ErrUTF8, ""},
		{`{"address":{"city":"\x"}}`, "address.city", 20, jsonx.ErrSyntax, "escape"},
		{"{\"address\":{\"city\":\"a\nb\"}}", "address.city", 21, jsonx.ErrSyntax, "control character"},
		{`{"amount":1,"amount":2}`, "", 12, jsonx.ErrDuplicate, `"amount"`},
		{`{"address":{"zip":1,"zip":2}}`, "address", 20, jsonx.ErrDuplicate, `"zip"`},
		{`{"x":1,"amount":1,"x":2}`, "", 18, jsonx.ErrDuplicate, `"x"`},
		{`{"x":{"y":[0,{"z":1,"z":2}]}}`, "x.y[1]", 20, jsonx.ErrDuplicate, `"z"`},
		{`{"x":{"y":[0,{"z":tru}]}}`, "x.y[1].z", 18, jsonx.ErrSyntax, ""},
		{`{"a.b":{"":[{"c]":nul}]}}`, `["a.b"][""][0]["c]"]`, 18, jsonx.ErrSyntax, ""},
		{`{"\u0061":nul}`, "a", 10, jsonx.ErrSyntax, ""},
		{`{"amount":1}x`, "", 12, jsonx.ErrSyntax, "after the value"},
		{`{"amount":1} {}`, "", 13, jsonx.ErrSyntax, "an object after the value"},
		{`{"amount" 1}`, "amount", 10, jsonx.ErrSyntax, "want ':'"},
		{`{"amount":1 "at":2}`, "amount", 12, jsonx.ErrSyntax, "want ',' or '}'"},
		{`{"amount":1,}`, "", 12, jsonx.ErrSyntax, "want the name of a member"},
		{`{amount:1}`, "", 1, jsonx.ErrSyntax, "want the name of a member"},
		{`{"x":` + strings.Repeat("[", 1000), "x" + strings.Repeat("[0]", 999), 1004, jsonx.ErrDepth, ""},
		{`{"orderId":"refused"}`, "orderId", 20, refused, "refused"},
	}
	for _, test := range tests {
		var e placed
		r := jsonx.NewReader([]byte(test.payload))
		readPlacedJSON(&r, &e)
		if e.OrderID == "refused" {
			// As a value object does it that comes last in the payload.
			r = jsonx.NewReader([]byte(test.payload))
			var o jsonx.Object
			for o.Next(&r, []string{"orderId"}) {
				if r.String() == "refused" {
					r.Fail(refused)
				}
			}
		}
		err := r.End("order.placed")
		d, ok := errors.AsType[*es.DecodeError](err)
		if !ok {
			t.Errorf("%.60s: %v", test.payload, err)
			continue
		}
		if d.Type != "order.placed" || d.Field != test.field || d.Offset != test.offset || !errors.Is(err, test.is) ||
			!strings.Contains(err.Error(), test.text) {
			t.Errorf("%.60s:\ngot  %s (field %q, offset %d)\nwant %q in it, field %q, offset %d, and %v",
				test.payload, err, d.Field, d.Offset, test.text, test.field, test.offset, test.is)
		}
		if again := r.End("order.placed"); again == nil || again.Error() != err.Error() {
			t.Errorf("%.60s: asked again, the error is %v", test.payload, again)
		}
	}
}

// After an error nothing is read, and everything ends.
func TestAfterAnError(t *testing.T) {
	r := jsonx.NewReader([]byte(`[1,"a",{"b":2}]`))
	r.Array()
	r.More()
	r.Bool()
	first := r.Err()
	if first == nil {
		t.Fatal("a number is a boolean")
	}
	r.Fail(errors.New("another"))
	r.Fail(nil)
	for r.Array(); r.More(); {
		t.Error("an element")
	}
	var o jsonx.Object
	for o.Next(&r, []string{"b"}) {
		t.Error("a member")
	}
	var m map[string]int
	for m = jsonx.Map(&r, m); r.MoreKeys(); {
		t.Error("a key")
	}
	jsonx.Put(&r, m, "a", 1)
	s := jsonx.Slice(&r, []int{1})
	if r.More() || s != nil || m != nil || r.Got() || !r.Null() || r.Quote() || r.String() != "" || r.Int() != 0 || r.Bool() || r.Any() != nil ||
		r.Raw() != nil || r.RawMessage() != nil || r.Text() != nil || r.Bytes() != nil || r.Float64() != 0 || !r.Time().IsZero() ||
		r.UUID() != [16]byte{} || r.QuotedString() != "" || r.Key() != "" || r.TextKey() != nil || jsonx.IntKey[int](&r) != 0 ||
		jsonx.UintKey[uint](&r) != 0 || jsonx.Opaque[int](&r) != 0 {
		t.Error("something is read after an error")
	}
	r.Unquote()
	r.Skip()
	if r.Err() != first {
		t.Errorf("the first error was %v, and is now %v", first, r.Err())
	}
}

func TestNull(t *testing.T) {
	var e placed
	e.Tags = []string{"kept out"}
	r := jsonx.NewReader([]byte(`{"orderId":null,"amount":null,"at":null,"tags":null,"address":null}`))
	readPlacedJSON(&r, &e)
	if err := r.End("placed"); err != nil || e.OrderID != "" || e.Amount != 0 || !e.At.IsZero() || e.Tags != nil || e.Address != (address{}) {
		t.Errorf("nulls: %+v, %v", e, err)
	}

	r.Reset([]byte(`[null,"a",null,[null],{"x":null},5]`))
	var got []string
	for r.Array(); r.More(); {
		switch len(got) {
		case 3:
			for r.Array(); r.More(); {
				r.Int()
			}
		case 4:
			var o jsonx.Object
			for o.Next(&r, []string{"x"}) {
				r.Int()
			}
		case 5:
			r.Int()
		default:
			_ = r.String()
		}
		got = append(got, fmt.Sprint(r.Got()))
	}
	if want := "false true false true true true"; strings.Join(got, " ") != want || r.End("nulls") != nil {
		t.Errorf("Got gave %v, want %s; %v", got, want, r.Err())
	}
}

func TestQuoted(t *testing.T) {
	for payload, want := range map[string]string{
		`"5"`: "5 <nil>", `"-5"`: "-5 <nil>", `"\u0035"`: "5 <nil>", `"\u002d\u0035"`: "-5 <nil>", `null`: "0 <nil>", ` "7" `: "7 <nil>",
		`5`: "refused", `""`: "refused", `" 5"`: "refused", `"5 "`: "refused", `"\u00205"`: "refused", `"\u0035 "`: "refused", `"null"`: "refused",
		`"5`: "refused", `"5,`: "refused", `"05"`: "refused", `"\u0030\u0035"`: "refused", `"5.0"`: "refused", `"x"`: "refused", `"\u00355\""`: "refused",
		`"\ud800"`: "refused", `true`: "refused", `"9223372036854775808"`: "refused", `"t"`: "refused", `"5"5`: "refused", `"\u0035"5`: "refused",
	} {
		r := jsonx.NewReader([]byte(payload))
		n := int64(0)
		if r.Quote() {
			n = r.Int64()
			r.Unquote()
		}
		err := r.End("quoted")
		got := fmt.Sprint(n, err)
		if err != nil {
			got = "refused"
			if d, ok := errors.AsType[*es.DecodeError](err); !ok || d.Offset > int64(len(payload)) {
				t.Errorf("%s: %#v", payload, err)
			}
		}
		if got != want {
			t.Errorf("%s is read as %s (%v), want %s", payload, got, err, want)
		}
	}
	for payload, want := range map[string]string{
		`"\"a\""`: "a", `"\"\\u0061\\n\""`: "a\n", `null`: "",
		`"a"`: "refused", `"\"a"`: "refused", `"\"a\" "`: "refused", `" \"a\""`: "refused", `""`: "refused", `"5"`: "refused", `5`: "refused",
		`"\"\\ud800\""`: "refused", `"null"`: "refused", `"\"a\"\"b\""`: "refused",
	} {
		r := jsonx.NewReader([]byte(payload))
		got := r.QuotedString()
		if r.End("quoted") != nil {
			got = "refused"
		}
		if got != want {
			t.Errorf("%s is read as %q (%v), want %q", payload, got, r.Err(), want)
		}
	}
}

// A struct's members come in any order, with others between, at any number of
// fields, and none may come twice.
func TestObject(t *testing.T) {
	for _, n := range []int{1, 2, 63, 64, 65, 128, 256, 257, 400} {
		fields := make([]string, n)
		for i := range fields {
			fields[i] = fmt.Sprintf("field%d", i)
		}
		read := func(payload string) (sum int, err error) {
			r := jsonx.NewReader([]byte(payload))
			var o jsonx.Object
			for o.Next(&r, fields) {
				var i int
				if _, err := fmt.Sscanf(o.Name, "field%d", &i); err != nil {
					t.Fatal(err)
				}
				if got := r.Int(); got == i {
					sum++
				}
			}
			return sum, r.End("object")
		}
		orders := map[string]func(i int) int{
			"canonical": func(i int) int { return i },
			"backwards": func(i int) int { return n - 1 - i },
			"rotated":   func(i int) int { return (i + n/2) % n },
		}
		for name, order := range orders {
			for _, unknown := range []bool{false, true} {
				var members []string
				for i := range n {
					if unknown && i%3 == 0 {
						members = append(members, fmt.Sprintf(`"unknown%d":[{}]`, i))
					}
					members = append(members, fmt.Sprintf(`"%s":%d`, fields[order(i)], order(i)))
				}
				if sum, err := read("{" + strings.Join(members, ",") + "}"); err != nil || sum != n {
					t.Fatalf("%d fields, %s, unknown ones %v: %d read, %v", n, name, unknown, sum, err)
				}
				for _, twice := range []int{0, n / 2, n - 1} {
					all := append(members, fmt.Sprintf(`"field%d":%d`, twice, twice))
					if _, err := read("{ " + strings.Join(all, ", ") + " }"); !errors.Is(err, jsonx.ErrDuplicate) {
						t.Fatalf("%d fields, %s, unknown ones %v: field %d twice: %v", n, name, unknown, twice, err)
					}
				}
			}
		}
	}
}

// A reader that is used again behaves as a new one.
func TestReset(t *testing.T) {
	r := jsonx.NewReader([]byte(`{"x":[{"y":1,`))
	r.Skip()
	if r.End("first") == nil {
		t.Fatal("what breaks off is taken")
	}
	for range 3 {
		r.Reset([]byte(`{"orderId":"a","x":1,"y":2,"z":3,"amount":5}`))
		var e placed
		readPlacedJSON(&r, &e)
		if err := r.End("placed"); err != nil || e.OrderID != "a" || e.Amount != 5 {
			t.Fatalf("%+v, %v", e, err)
		}
	}
	r.Reset(nil)
	if err := r.End("nothing"); err != nil {
		t.Fatalf("nothing was read of nothing: %v", err)
	}
}

// FuzzReader calls methods in any order on any payload. They must not panic, and
// loops must end.
func FuzzReader(f *testing.F) {
	f.Add([]byte(`[1,"a",{"b":[null,true]}]`), []byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
	f.Add([]byte(`{"a":"5","b":"\u0035"}`), []byte{9, 19, 5, 20, 9, 19, 5, 20})
	f.Fuzz(func(t *testing.T, payload, calls []byte) {
		r := jsonx.NewReader(payload)
		var m map[string]int
		var o *jsonx.Object
		for _, call := range calls {
			switch call % 26 {
			case 0:
				r.Array()
			case 1:
				r.More()
			case 2:
				_ = r.String()
			case 3:
				r.Bool()
			case 4:
				r.Int8()
			case 5:
				r.Uint64()
			case 6:
				r.Float32()
			case 7:
				r.Time()
			case 8:
				r.UUID()
			case 9:
				o = new(jsonx.Object)
			case 10:
				if o != nil {
					o.Next(&r, []string{"a", "b", "c"})
				}
			case 11:
				m = jsonx.Map(&r, m)
			case 12:
				r.MoreKeys()
			case 13:
				_ = r.Key()
			case 14:
				jsonx.IntKey[int8](&r)
			case 15:
				r.Skip()
			case 16:
				r.Raw()
			case 17:
				r.Any()
			case 18:
				r.Null()
			case 19:
				r.Quote()
			case 20:
				r.Unquote()
			case 21:
				_ = r.QuotedString()
			case 22:
				r.Bytes()
			case 23:
				r.Fail(errors.New("failed"))
			case 24:
				jsonx.Opaque[any](&r)
			case 25:
				jsonx.UintKey[uint16](&r)
			}
		}
		err := r.End("any")
		if d, ok := errors.AsType[*es.DecodeError](err); err != nil && (!ok || d.Offset < 0 || d.Offset > int64(len(payload))) {
			t.Fatalf("%#v", err)
		}
		for n := 0; r.Err() != nil && r.More(); n++ {
			if n > 1 {
				t.Fatal("an array goes on after an error")
			}
		}
	})
}

// Numbers that are read without strconv round as it does.
func TestFloatRounding(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		digits := fmt.Sprintf("%017d", rng.Uint64N(1e17))[rng.IntN(16):]
		point := rng.IntN(len(digits))
		text := strings.TrimLeft(digits[:point], "0")
		text = cmp.Or(text, "0") + "." + digits[point:]
		want, err := strconv.ParseFloat(text, 64)
		if err != nil {
			t.Fatal(err)
		}
		r := jsonx.NewReader([]byte(text))
		if got := r.Float64(); got != want || r.End("float") != nil {
			t.Fatalf("%s is read as %v, want %v; %v", text, got, want, r.Err())
		}
	}
}

func TestBytes(t *testing.T) {
	for payload, want := range map[string]string{
		`"AQI="`: "[1 2] <nil>", `""`: "[] <nil>", `null`: "[] <nil>", `"\u0041QI="`: "[1 2] <nil>", `"/+8="`: "[255 239] <nil>",
	} {
		r := jsonx.NewReader([]byte(payload))
		if got := fmt.Sprint(r.Bytes(), r.End("bytes")); got != want {
			t.Errorf("%s is read as %s, want %s", payload, got, want)
		}
	}
	for _, payload := range []string{`"AQI"`, `"AQ=="x`, `"AQ\nI="`, `"AQI=\r\n"`, `"_-8="`, `"A"`, `[1,2]`, `5`, `"AQI=AQI="`} {
		r := jsonx.NewReader([]byte(payload))
		if got := r.Bytes(); r.End("bytes") == nil {
			t.Errorf("%s is read as %v", payload, got)
		}
		type octet byte
		r.Reset([]byte(payload))
		if got := jsonx.ByteSlice(&r, []octet(nil)); r.End("bytes") == nil {
			t.Errorf("%s is read as %v", payload, got)
		}
	}
}
