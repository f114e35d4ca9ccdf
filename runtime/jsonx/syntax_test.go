package jsonx_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/jsonx"
)

// oddities are values that are nearly JSON, or JSON that is not what it seems.
// Random bytes rarely reach them.
var oddities = []string{
	``, `null`, `nul`, `nulll`, `Null`, `NaN`, `Infinity`, `-Infinity`, `true`, `tru`, `truefalse`, `True`, `false`, `falsy`, `undefined`,
	// Numbers.
	`0`, `-0`, `00`, `-00`, `01`, `-01`, `1`, `12`, `1.`, `1.0`, `.5`, `-.5`, `1.5.2`, `1e`, `1e+`, `1e-`, `1e5`, `1E+05`, `1e-07`, `1ee5`, `0e0`,
	`0.0e-0`, `+1`, `-`, `--1`, `-+1`, `1-2`, `1+2`, `1 2`, `0x10`, `1_000`, `1,000`, `1e1.5`, `1a`, `-a`, `0.`, `0.e1`, `1e400`, `-1e400`, `1e-400`,
	`9223372036854775807`, `9223372036854775808`, `-9223372036854775808`, `-9223372036854775809`, `18446744073709551615`, `18446744073709551616`,
	`99999999999999999999`, `123456789012345678901234567890`, `9007199254740993`, `0.1234567890123456`, `-0.0`, `1.7976931348623157e308`, `5e-324`,
	`3.4028236e38`, `127`, `128`, `-128`, `-129`, `255`, `256`, `65535`, `65536`, `4294967296`, `2147483648`,
	`0.30000000000000004`, `100000000000000000000`, `1` + strings.Repeat("0", 400), `0.` + strings.Repeat("0", 400) + `1`,
	// Strings.
	`""`, `"a"`, `"a`, `a"`, `"`, `'a'`, `"a""b"`, `"\""`, `"\"`, `"\\"`, `"\/"`, `"\b\f\n\r\t"`, `"\v"`, `"\a"`, `"\0"`, `"\x41"`, `"\'"`, `"\u"`, `"\u1"`,
	`"\u12"`, `"\u123"`, `"\u1234"`, `"\uD83D\uDE00"`, `"\ud83d\ude00x"`, `"\ud83d"`, `"\ud83dx"`, `"\ud83d\n"`, `"\ud83d\u0041"`, `"\ud83d\ud83d"`,
	`"\ude00"`, `"\ude00\ud83d"`, `"\ud83d\u"`, `"\ud83d\ude0"`, `"\u00e9"`, `"\u0000"`, `"\uFFFF"`, `"\ufffd"`, `"\uG000"`, `"\u 123"`, `"\U00000041"`,
	"\"\x00\"", "\"\x1f\"", "\"\n\"", "\"\t\"", "\"\x7f\"", "\"\xff\"", "\"\xc0\x80\"", "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"", "\"\xe2\x82\"", "\"\xe2\x82",
	"\"\xc3\"", "\"\xc3", "\"\xf0\x9f\x98\x80\"", "\"\xf0\x9f\x98\"", "\"\xef\xbb\xbf\"", "\"\xef\xbf\xbd\"", "\"\xe2\x80\xa8\"", "\"0123456\xff\"",
	`"01234567"`, `"0123456\n"`, "\"0123456\n\"", `"012345678901234567890123456789"`, "\"0123456789012345678901234567é\"",
	// Structure.
	`[]`, `[ ]`, `[1]`, `[1,2]`, `[1,]`, `[,1]`, `[,]`, `[1,,2]`, `[1 2]`, `[1;2]`, `[`, `]`, `[1`, `[1,`, `[}`, `[1}`, `[[]]`, `[[]`, `[]]`,
	`{}`, `{ }`, `{"a":1}`, `{"a":1,}`, `{,"a":1}`, `{,}`, `{"a":1,,"b":2}`, `{"a":1 "b":2}`, `{"a" 1}`, `{"a":}`, `{"a"}`, `{"a",1}`, `{a:1}`, `{1:1}`,
	`{null:1}`, `{'a':1}`, `{"a"::1}`, `{"a":1:2}`, `{:1}`, `{`, `}`, `{"a`, `{"a"`, `{"a":`, `{"a":1`, `{"a":1,`, `{"a":1]`, `{]`, `{}}`, `{"":1}`,
	`{"a":1,"a":2}`, `{"a":1,"b":2,"a":3}`, `{"a":1,"\u0061":2}`, `{"\u0061":1,"a":2}`, `{"a":1,"A":2}`, `{"a":{"a":1}}`, `{"a":{"b":1,"b":2}}`,
	`{"a":[{"b":1,"b":1}]}`, `{"":1,"":2}`, `{"\ud83d\ude00":1,"😀":2}`, `[{"a":1},{"a":1}]`, `{"a":1,"a":}`, "{\"\xff\":1}", `{"\ud800":1}`,
	`{"é":1,"\u00e9":1}`, `{"é":1,"e\u0301":1}`,
	// Space, and what only looks like it.
	` 1`, `1 `, "\t\n\r 1\t\n\r ", "\v1", "\f1", "\u00a01", "\ufeff1", "1\x00", "\x001", `1//c`, `/**/1`, `#1`, `1;`, "[1\u2028]", ` `, "\n",
	`{"a" : 1 , "b" : [ 1 , 2 ] }`, `{"a":1}{"a":1}`, `1,`, `[1]x`, `""1`, `null,null`,
}

// contexts put a value where it is read, skipped, or in between.
var contexts = []string{
	`%s`, ` %s `, `[%s]`, `[1,%s]`, `[%s,1]`, `{"a":%s}`, `{"a":%s,"b":2}`, `{"b":2,"a":%s}`, `{"x":%s}`, `{"x":{"y":[%s]}}`, `{"x":%s,"a":1}`,
	`{"a":1,"x":[{"y":%s}]}`, `[[[%s]]]`, `%s%s`, `{"x":1,"y":%s,"x":2}`, `{"x":1,"y":2,"z":%s}`,
}

func corpus() []string {
	var all []string
	for _, context := range contexts {
		for _, odd := range oddities {
			all = append(all, strings.ReplaceAll(context, "%s", odd))
		}
	}
	// Some that need many names.
	for _, n := range []int{7, 8, 9, 15, 16, 17, 18, 40, 300} {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, `"n%d":%d,`, i, i)
		}
		names := b.String()
		all = append(all, `{`+names+`"last":1}`, `{`+names+`"n0":1}`, fmt.Sprintf(`{%s"n%d":1}`, names, n-1), fmt.Sprintf(`{%s"\u006e%d":1}`, names, n/2),
			`{"x":{`+names+`"last":1}}`, `{"x":{`+names+`"n3":1}}`, `{"a":1,`+names+`"n5":[]}`, `{`+names+`"x":{`+names+`"a":{`+names+`"l":1}},"m":2}`,
			`{`+names+`"x":{`+names+`"a":{`+names+`"n1":1}},"m":2}`, `{`+names+`"x":{`+names+`"a":{}},"n2":2}`)
	}
	return all
}

// valid says what jsontext thinks of data.
func valid(data []byte) bool { return jsontext.Value(data).IsValid() }

// deep says whether data nests deeper than the reader allows, which jsontext does
// not mind. It is only asked about what is valid.
func deep(data []byte) bool {
	depth, deepest, quoted := 0, 0, false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case c == '"':
			quoted = !quoted
		case quoted && c == '\\':
			i++
		case quoted:
		case c == '[' || c == '{':
			depth++
			deepest = max(deepest, depth)
		case c == ']' || c == '}':
			depth--
		}
	}
	return deepest > jsonx.MaxDepth
}

// part is a struct that is read from objects: what is not one of its fields is
// skipped.
type part struct {
	A json.RawMessage `json:"a"`
	B int             `json:"b"`
}

func readPart(r *jsonx.Reader, p *part) {
	var o jsonx.Object
	for o.Next(r, []string{"a", "b"}) {
		switch o.Name {
		case "a":
			p.A = r.RawMessage()
		case "b":
			p.B = r.Int()
		}
	}
}

// checkSyntax compares what is accepted, read in different ways, with jsontext.
func checkSyntax(t *testing.T, data []byte) {
	t.Helper()
	want := valid(data) && !deep(data)

	r := jsonx.NewReader(data)
	r.Skip()
	skipErr := r.End("value")
	if (skipErr == nil) != want {
		t.Fatalf("%q: skipping it: %v, but valid is %v", data, skipErr, want)
	}
	if skipErr != nil {
		e, ok := errors.AsType[*es.DecodeError](skipErr)
		if !ok || e.Offset < 0 || e.Offset > int64(len(data)) || e.Type != "value" || e.Err == nil {
			t.Fatalf("%q: a poor error: %#v", data, skipErr)
		}
	}

	r.Reset(data)
	got := r.Any()
	err := r.End("any")
	if !want && err == nil {
		t.Fatalf("%q is read as %v", data, got)
	}
	if want {
		var std any
		stdErr := json.Unmarshal(data, &std)
		if (stdErr == nil) != (err == nil) || err == nil && !reflect.DeepEqual(got, std) {
			t.Fatalf("%q is read as\n%#v, %v, and by encoding/json as\n%#v, %v", data, got, err, std, stdErr)
		}
		if err == nil {
			checkAny(t, got)
		}
	}

	r.Reset(data)
	raw := r.RawMessage()
	if err := r.End("raw"); (err == nil) != want || err == nil && string(raw) != strings.Trim(string(data), " \t\r\n") {
		t.Fatalf("%q is read raw as %q, %v", data, raw, err)
	}
	compact, err := jsonx.AppendRaw(nil, append(json.RawMessage{}, data...), 0)
	if (err == nil) != want {
		t.Fatalf("%q is appended as %q, %v", data, compact, err)
	}

	var p, std part
	r.Reset(data)
	readPart(&r, &p)
	err = r.End("part")
	if err == nil && !want {
		t.Fatalf("%q is read as %+v", data, p)
	}
	if want && err == nil && exactNames(data) {
		if stdErr := json.Unmarshal(data, &std); stdErr != nil || !reflect.DeepEqual(p, std) {
			t.Fatalf("%q is read as %+v, and by encoding/json as %+v, %v", data, p, std, stdErr)
		}
	}
	if want && err != nil && json.Unmarshal(data, &std) == nil && exactNames(data) {
		t.Fatalf("%q is refused: %v", data, err)
	}
}

// exactNames says that encoding/json finds no name but for its case.
func exactNames(data []byte) bool { return !strings.ContainsAny(string(data), `AB\`) }

// checkAny checks that what was read is written as encoding/json writes it.
func checkAny(t *testing.T, v any) {
	t.Helper()
	got, err := jsonx.AppendAny(nil, v, 0)
	if err != nil {
		t.Fatalf("%#v: %v", v, err)
	}
	if want := standard(t, v); string(got) != want {
		t.Fatalf("%#v is written as\n%s\nand by encoding/json as\n%s", v, got, want)
	}
}

// standard is what encoding/json makes of v without escaping HTML.
func standard(t *testing.T, v any) string {
	t.Helper()
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func TestSyntax(t *testing.T) {
	for _, data := range corpus() {
		checkSyntax(t, []byte(data))
	}
}

func FuzzSyntax(f *testing.F) {
	for _, data := range corpus() {
		f.Add([]byte(data))
	}
	f.Fuzz(checkSyntax)
}

// scalars reads a value in every way that there is for one value, beside
// encoding/json's.
var scalars = []struct {
	name string
	read func(r *jsonx.Reader) any
	std  any
}{
	{"bool", func(r *jsonx.Reader) any { return r.Bool() }, new(bool)},
	{"string", func(r *jsonx.Reader) any { return r.String() }, new(string)},
	{"int", func(r *jsonx.Reader) any { return r.Int() }, new(int)},
	{"int8", func(r *jsonx.Reader) any { return r.Int8() }, new(int8)},
	{"int16", func(r *jsonx.Reader) any { return r.Int16() }, new(int16)},
	{"int32", func(r *jsonx.Reader) any { return r.Int32() }, new(int32)},
	{"int64", func(r *jsonx.Reader) any { return r.Int64() }, new(int64)},
	{"uint", func(r *jsonx.Reader) any { return r.Uint() }, new(uint)},
	{"uint8", func(r *jsonx.Reader) any { return r.Uint8() }, new(uint8)},
	{"uint16", func(r *jsonx.Reader) any { return r.Uint16() }, new(uint16)},
	{"uint32", func(r *jsonx.Reader) any { return r.Uint32() }, new(uint32)},
	{"uint64", func(r *jsonx.Reader) any { return r.Uint64() }, new(uint64)},
	{"uintptr", func(r *jsonx.Reader) any { return r.Uintptr() }, new(uintptr)},
	{"float32", func(r *jsonx.Reader) any { return r.Float32() }, new(float32)},
	{"float64", func(r *jsonx.Reader) any { return r.Float64() }, new(float64)},
	{"bytes", func(r *jsonx.Reader) any { return r.Bytes() }, new([]byte)},
	{"strings", func(r *jsonx.Reader) any {
		var s []string
		for s = jsonx.Slice(r, s); r.More(); {
			s = append(s, r.String())
		}
		return s
	}, new([]string)},
	{"map", func(r *jsonx.Reader) any {
		var m map[string]int
		for m = jsonx.Map(r, m); r.MoreKeys(); {
			jsonx.Put(r, m, r.Key(), r.Int())
		}
		return m
	}, new(map[string]int)},
	{"intmap", func(r *jsonx.Reader) any {
		var m map[int8]int
		for m = jsonx.Map(r, m); r.MoreKeys(); {
			jsonx.Put(r, m, jsonx.IntKey[int8](r), r.Int())
		}
		return m
	}, new(map[int8]int)},
	{"uintmap", func(r *jsonx.Reader) any {
		var m map[uint8]int
		for m = jsonx.Map(r, m); r.MoreKeys(); {
			jsonx.Put(r, m, jsonx.UintKey[uint8](r), r.Int())
		}
		return m
	}, new(map[uint8]int)},
	{"any", func(r *jsonx.Reader) any { return []any{r.Any()} }, nil},
}

// checkScalars compares each way of reading a value with encoding/json: what that
// refuses is refused, and what both take is equal. What is of the right type and
// valid is taken.
func checkScalars(t *testing.T, data []byte) {
	t.Helper()
	ok := valid(data)
	for _, scalar := range scalars {
		r := jsonx.NewReader(data)
		got := scalar.read(&r)
		err := r.End(scalar.name)
		if !ok && err == nil {
			t.Fatalf("%q is read as %s %#v", data, scalar.name, got)
		}
		if scalar.std == nil || !ok {
			continue
		}
		want := reflect.New(reflect.TypeOf(scalar.std).Elem())
		stdErr := json.Unmarshal(data, want.Interface())
		switch {
		case err == nil && stdErr != nil:
			t.Fatalf("%q is read as %s %#v, though encoding/json says: %v", data, scalar.name, got, stdErr)
		case err == nil && !equal(got, want.Elem().Interface()):
			t.Fatalf("%q is read as %s %#v, and by encoding/json as %#v", data, scalar.name, got, want.Elem())
		case err != nil && stdErr == nil && !stricter(scalar.name):
			t.Fatalf("%q is refused as %s: %v", data, scalar.name, err)
		}
	}
}

// stricter says where less is taken than encoding/json takes: bytes as arrays or
// with line breaks, keys with leading zeros.
func stricter(name string) bool {
	return name == "bytes" || name == "intmap" || name == "uintmap"
}

// equal tells 0 from -0.
func equal(a, b any) bool {
	if x, ok := a.(float64); ok {
		return math.Float64bits(x) == math.Float64bits(b.(float64))
	}
	return reflect.DeepEqual(a, b)
}

func TestScalars(t *testing.T) {
	for _, data := range corpus() {
		checkScalars(t, []byte(data))
	}
}

func FuzzScalars(f *testing.F) {
	for _, context := range []string{`%s`, `[%s]`, `{"1":%s}`, `{"-5":1,"300":%s}`, `{%s:1}`} {
		for _, odd := range oddities {
			f.Add([]byte(strings.ReplaceAll(context, "%s", odd)))
		}
	}
	f.Fuzz(checkScalars)
}
