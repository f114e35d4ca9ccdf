package jsonx_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/jsonx"
)

func TestAppendString(t *testing.T) {
	texts := []string{"", "a", "seven b", "eight by", "nine byte", `"`, `\`, "/", "<&>", "\x00\x01\x1f", "\b\f\n\r\t\v", "\x7f", "é", "日本語", "\U0001f600",
		"\u2028", "\u2029", "\u202a", "\ufffd", "\ufeff", "1234567\"", "12345678\"", "1234567é", "12345678é", strings.Repeat("long ", 100) + "\n"}
	for _, text := range texts {
		checkString(t, text)
	}
	// Each byte at each place of a word.
	for c := range 256 {
		for i := range 9 {
			b := []byte("abcdefghi")
			b[i] = byte(c)
			checkString(t, string(b))
		}
	}
}

// What is not plain is found at each place of a long string.
func TestAppendLongString(t *testing.T) {
	long := strings.Repeat("sixteen letters ", 50)
	for _, odd := range []string{`"`, `\`, "\x00", "\x1f", "é", "\u2028"} {
		for i := range len(long) {
			got, err := jsonx.AppendString(nil, long[:i]+odd+long[i:])
			// What is before and after it is plain.
			want := `"` + long[:i] + strings.Trim(standard(t, odd), `"`) + long[i:] + `"`
			if odd == `"` {
				want = `"` + long[:i] + `\"` + long[i:] + `"`
			}
			if err != nil || string(got) != want {
				t.Fatalf("%q after %d letters is written as %s, %v", odd, i, got, err)
			}
			r := jsonx.NewReader(got)
			if back := r.String(); back != long[:i]+odd+long[i:] || r.End("string") != nil {
				t.Fatalf("%q after %d letters comes back as %q, %v", odd, i, back, r.Err())
			}
		}
	}
}

// checkString compares a string's form with encoding/json's, both ways.
func checkString(t *testing.T, s string) {
	t.Helper()
	got, err := jsonx.AppendString([]byte("x"), s)
	if !validUTF8(s) {
		if !errors.Is(err, jsonx.ErrUTF8) || string(got) != "x" {
			t.Fatalf("%q is written as %q, %v", s, got, err)
		}
		return
	}
	if want := "x" + standard(t, s); err != nil || string(got) != want {
		t.Fatalf("%q is written as %s, %v; want %s", s, got, err, want)
	}
	text, err := jsonx.AppendText([]byte("x"), func() ([]byte, error) { return []byte(s), nil })
	if err != nil || string(text) != string(got) {
		t.Fatalf("%q is written as text as %s, %v", s, text, err)
	}
	r := jsonx.NewReader(got[1:])
	if back := r.String(); back != s || r.End("string") != nil {
		t.Fatalf("%q comes back as %q, %v", s, back, r.End("string"))
	}
	r.Reset(got[1:])
	if back := r.Text(); string(back) != s {
		t.Fatalf("%q comes back as text as %q", s, back)
	}

	quoted, err := jsonx.AppendQuotedString(nil, s)
	want := standard(t, struct {
		S string `json:",string"`
	}{s})
	if err != nil || `{"S":`+string(quoted)+`}` != want {
		t.Fatalf("%q is written quoted as %s, %v; want %s", s, quoted, err, want)
	}
	r.Reset(quoted)
	if back := r.QuotedString(); back != s || r.End("string") != nil {
		t.Fatalf("%q comes back from quotes as %q, %v", s, back, r.End("string"))
	}
}

func validUTF8(s string) bool { return strings.ToValidUTF8(s, "") == s }

func FuzzAppendString(f *testing.F) {
	f.Add("a")
	f.Add("\xff\u2028\"\\\n")
	f.Fuzz(checkString)
}

func checkFloat(t *testing.T, bits uint64) {
	t.Helper()
	f := math.Float64frombits(bits)
	got, err := jsonx.AppendFloat64(nil, f)
	f32 := math.Float32frombits(uint32(bits))
	got32, err32 := jsonx.AppendFloat32(nil, f32)
	if math.IsNaN(f) || math.IsInf(f, 0) {
		if !errors.Is(err, jsonx.ErrNotFinite) {
			t.Fatalf("%v is written as %s, %v", f, got, err)
		}
	} else if want := standard(t, f); err != nil || string(got) != want {
		t.Fatalf("%v is written as %s, %v; want %s", f, got, err, want)
	} else if r := jsonx.NewReader(got); math.Float64bits(r.Float64()) != bits || r.End("float") != nil {
		t.Fatalf("%s does not come back: %v", got, r.Err())
	}
	if f := float64(f32); math.IsNaN(f) || math.IsInf(f, 0) {
		if !errors.Is(err32, jsonx.ErrNotFinite) {
			t.Fatalf("%v is written as %s, %v", f32, got32, err32)
		}
	} else if want := standard(t, f32); err32 != nil || string(got32) != want {
		t.Fatalf("%v is written as %s, %v; want %s", f32, got32, err32, want)
	} else if r := jsonx.NewReader(got32); math.Float32bits(r.Float32()) != uint32(bits) || r.End("float") != nil {
		t.Fatalf("%s does not come back: %v", got32, r.Err())
	}
}

var floats = []float64{0, math.Copysign(0, -1), 1, -1, 0.1, 1e-6, 9.99e-7, 1e-7, 1e-9, 1e-10, 1e20, 1e21, 1e22, 1e100, 123456789.125, math.MaxFloat64,
	math.SmallestNonzeroFloat64, math.MaxInt64, 1 << 53, 1<<53 + 2, math.Pi, math.NaN(), math.Inf(1), math.Inf(-1)}

func TestAppendFloat(t *testing.T) {
	for _, f := range floats {
		checkFloat(t, math.Float64bits(f))
		checkFloat(t, uint64(math.Float32bits(float32(f))))
	}
	// Decimals of few digits, and their neighbours.
	for n := range 2_000 {
		scaled := float64(n*n*n) / 1e4
		for _, f := range []float64{scaled, -scaled, scaled / 10, math.Nextafter(scaled, 0), math.Nextafter(scaled, 1e18), float64(n) / 1e4} {
			checkFloat(t, math.Float64bits(f))
			f32 := math.Float32bits(float32(f))
			checkFloat(t, uint64(f32))
			checkFloat(t, uint64(f32+1))
		}
	}
}

func FuzzAppendFloat(f *testing.F) {
	for _, x := range floats {
		f.Add(math.Float64bits(x))
		f.Add(uint64(math.Float32bits(float32(x))))
	}
	f.Fuzz(checkFloat)
}

// checkTime compares a time's form with encoding/json's, both ways.
func checkTime(t *testing.T, at time.Time) {
	t.Helper()
	got, err := jsonx.AppendTime(nil, at)
	if year := at.UTC().Year(); year < 0 || year > 9999 {
		if !errors.Is(err, jsonx.ErrYear) {
			t.Fatalf("%v is written as %s, %v", at, got, err)
		}
		return
	}
	if want := standard(t, at.UTC()); err != nil || string(got) != want {
		t.Fatalf("%v is written as %s, %v; want %s", at, got, err, want)
	}
	r := jsonx.NewReader(got)
	if back := r.Time(); !back.Equal(at) || back.Location() != time.UTC || r.End("time") != nil {
		t.Fatalf("%s comes back as %v, %v", got, back, r.Err())
	}
}

func TestAppendTime(t *testing.T) {
	zone := time.FixedZone("odd", 3600+30)
	checkTime(t, time.Time{})
	checkTime(t, time.Now())
	for _, at := range []time.Time{
		time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC),
		time.Date(0, 1, 1, 0, 0, 0, -1, time.UTC),
		time.Date(9999, 12, 31, 23, 59, 59, 999999999, time.UTC),
		time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC),
		time.Date(10000, 1, 1, 0, 0, 0, 0, zone),
		time.Date(0, 1, 1, 0, 0, 0, 0, zone),
		time.Date(-1, 12, 31, 23, 59, 59, 0, time.FixedZone("", -7200)),
		time.Date(2026, 5, 1, 12, 0, 0, 120000000, zone),
	} {
		checkTime(t, at)
	}
	// Every day of four centuries, and the ends of February in all years.
	day := func(at time.Time) {
		got, err := jsonx.AppendTime(nil, at)
		if want := `"` + at.Format(time.RFC3339Nano) + `"`; err != nil || string(got) != want {
			t.Fatalf("got %s, %v, want %s", got, err, want)
		}
	}
	for at := time.Date(1999, 12, 31, 1, 2, 3, 100, time.UTC); at.Year() < 2401; at = at.AddDate(0, 0, 1) {
		day(at)
	}
	for year := range 10000 {
		day(time.Date(year, 3, 0, 23, 59, 59, year, time.UTC))
	}
}

// Every day that can be written is read, and none that there is not.
func TestDays(t *testing.T) {
	var payload []byte
	var r jsonx.Reader
	last := time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC).Unix()
	for day := time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC).Unix(); day <= last; day += 24 * 60 * 60 {
		at := time.Unix(day, 0).UTC()
		payload, _ = jsonx.AppendTime(payload[:0], at)
		r.Reset(payload)
		if got := r.Time(); got != at || r.End("time") != nil {
			t.Fatalf("%s is read as %v, %v", payload, got, r.Err())
		}
	}
	for year := range 10000 {
		for month := 1; month <= 12; month++ {
			days := time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
			payload = fmt.Appendf(payload[:0], `"%04d-%02d-%02dT00:00:00Z"`, year, month, days+1)
			r.Reset(payload)
			if got := r.Time(); r.Err() == nil {
				t.Fatalf("%s is read as %v", payload, got)
			}
		}
	}
}

func FuzzTime(f *testing.F) {
	f.Add(int64(0), int64(0), 0)
	f.Add(int64(1777638896), int64(123456789), 3630)
	f.Fuzz(func(t *testing.T, seconds, nanos int64, offset int) {
		checkTime(t, time.Unix(seconds, nanos).In(time.FixedZone("", offset%86400)))
	})
}

// Whatever text is taken for a time is what package time takes for one.
func checkTimeText(t *testing.T, text string) {
	t.Helper()
	payload, err := jsonx.AppendString(nil, text)
	if err != nil {
		return
	}
	var want time.Time
	wantErr := want.UnmarshalText([]byte(text))
	r := jsonx.NewReader(payload)
	got := r.Time()
	if err := r.End("time"); (err == nil) != (wantErr == nil) || !got.Equal(want) {
		t.Fatalf("%q is read as %v, %v, and by package time as %v, %v", text, got, err, want, wantErr)
	}
	if r.Err() == nil && got.Location() != time.UTC {
		t.Fatalf("%q is in %v", text, got.Location())
	}
}

var timeTexts = []string{"2026-05-01T12:34:56Z", "2026-05-01T12:34:56.1Z", "2026-05-01T12:34:56.123456789Z", "2026-05-01T12:34:56.1234567891Z",
	"2026-05-01T12:34:56.Z", "2026-05-01T12:34:56,1Z", "2026-05-01T12:34:56+02:00", "2026-05-01T12:34:56.5-23:59", "2026-05-01T12:34:56+24:00",
	"2026-05-01T12:34:56z", "2026-05-01t12:34:56Z", "2026-05-01 12:34:56Z", "2026-02-28T00:00:00Z", "2026-02-29T00:00:00Z", "2024-02-29T00:00:00Z",
	"1900-02-29T00:00:00Z", "2000-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "2026-12-31T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
	"2026-01-00T00:00:00Z", "2026-01-32T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T23:60:00Z", "2026-01-01T23:59:60Z", "0000-01-01T00:00:00Z",
	"9999-12-31T23:59:59.999999999Z", "10000-01-01T00:00:00Z", "-001-01-01T00:00:00Z", "2026-1-1T00:00:00Z", "2026-05-01T12:34:56", "2026-05-01T1:34:56Z",
	"", "Z", "2026-05-01T12:34:5:Z", "2026-05-01T12:34:56.12x4Z", "2026-05-01T12:34:56ZZ", "+026-05-01T12:34:56Z", "2026-05-01T12:3a:56Z"}

func TestTimeText(t *testing.T) {
	for _, text := range timeTexts {
		checkTimeText(t, text)
	}
}

func FuzzTimeText(f *testing.F) {
	for _, text := range timeTexts {
		f.Add(text)
	}
	f.Fuzz(checkTimeText)
}

// Whatever text is taken for a UUID is what package uuid takes for one.
func checkUUIDText(t *testing.T, text string) {
	t.Helper()
	payload, err := jsonx.AppendString(nil, text)
	if err != nil {
		return
	}
	want, wantErr := uuid.ParseBytes([]byte(text))
	r := jsonx.NewReader(payload)
	got := uuid.UUID(r.UUID())
	err = r.End("uuid")
	if len(text) == 36+2 && wantErr == nil && (text[0] != '{' || text[37] != '}') {
		wantErr = errors.New("package uuid takes anything for a brace")
	}
	if (err == nil) != (wantErr == nil) || err == nil && got != want {
		t.Fatalf("%q is read as %v, %v, and by package uuid as %v, %v", text, got, err, want, wantErr)
	}
	if err == nil {
		if back := string(jsonx.AppendUUID(nil, got)); back != standard(t, want) {
			t.Fatalf("%v is written as %s", want, back)
		}
	}
}

var uuidTexts = []string{"0197a3c2-7d1e-7b52-9a8c-3f1f4a6be001", "0197A3C2-7D1E-7B52-9A8C-3F1F4A6BE001", "0197a3c27d1e7b529a8c3f1f4a6be001",
	"{0197a3c2-7d1e-7b52-9a8c-3f1f4a6be001}", "urn:uuid:0197a3c2-7d1e-7b52-9a8c-3f1f4a6be001", "URN:UUID:0197a3c2-7d1e-7b52-9a8c-3f1f4a6be001",
	"urn-uuid-0197a3c2-7d1e-7b52-9a8c-3f1f4a6be001", "(0197a3c2-7d1e-7b52-9a8c-3f1f4a6be001)", "0197a3c2-7d1e-7b52-9a8c-3f1f4a6be00", "",
	"0197a3c2-7d1e-7b52-9a8c-3f1f4a6be00g", "0197a3c2x7d1e-7b52-9a8c-3f1f4a6be001", "0197a3c27d1e-7b52-9a8c-3f1f4a6be001-", "0197a3c27d1e7b529a8c3f1f4a6be00é"}

func TestUUIDText(t *testing.T) {
	for _, text := range uuidTexts {
		checkUUIDText(t, text)
	}
}

func FuzzUUIDText(f *testing.F) {
	for _, text := range uuidTexts {
		f.Add(text)
	}
	f.Fuzz(checkUUIDText)
}

func TestAppendContainers(t *testing.T) {
	type word string
	type octet byte
	appendInts := func(s []int) string {
		var dst []byte
		for i := range s {
			dst = jsonx.AppendInt(jsonx.Elem(dst, i), s[i])
		}
		return string(jsonx.EndSlice(dst, s))
	}
	appendMap := func(m map[string]bool) string {
		var dst []byte
		for i, member := range jsonx.Members(m) {
			var err error
			if dst, err = jsonx.AppendName(dst, i, member.Name); err != nil {
				t.Fatal(err)
			}
			dst = jsonx.AppendBool(dst, member.Value)
		}
		return string(jsonx.EndMap(dst, m))
	}
	strings := func(s []word) string {
		dst, err := jsonx.AppendStrings(nil, s)
		if err != nil {
			t.Fatal(err)
		}
		return string(dst)
	}
	for want, got := range map[string]string{
		`null`:                appendInts(nil),
		`[]`:                  appendInts([]int{}),
		`[1,2,3]`:             appendInts([]int{1, 2, 3}),
		`null `:               appendMap(nil) + " ",
		`{}`:                  appendMap(map[string]bool{}),
		`{"":true,"a":false}`: appendMap(map[string]bool{"a": false, "": true}),
		`null  `:              strings(nil) + "  ",
		`[] `:                 strings([]word{}) + " ",
		`["a","b"]`:           strings([]word{"a", "b"}),
		`"AQI="`:              string(jsonx.AppendBytes(nil, []byte{1, 2})),
		`""`:                  string(jsonx.AppendBytes(nil, []byte{})),
		`null   `:             string(jsonx.AppendBytes(nil, []byte(nil))) + "   ",
		`"AQI=" `:             string(jsonx.AppendByteSlice(nil, []octet{1, 2})) + " ",
		`null    `:            string(jsonx.AppendByteSlice(nil, []octet(nil))) + "    ",
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	if got := jsonx.MembersByInt(map[int]int{-1: 1, 9: 2, 10: 3}); got[0].Name != "-1" || got[1].Name != "10" || got[2].Value != 2 {
		t.Errorf("members by int: %v", got)
	}
	if got := jsonx.MembersByUint(map[uint8]int{9: 2, 10: 3}); got[0].Name != "10" || got[1].Value != 2 {
		t.Errorf("members by uint: %v", got)
	}
	same := func(int) (string, error) { return "same", nil }
	if _, err := jsonx.MembersBy(map[int]int{1: 1, 2: 2}, same); !errors.Is(err, jsonx.ErrDuplicate) {
		t.Errorf("two keys of one text: %v", err)
	}
	if _, err := jsonx.AppendName(nil, 0, "\xff"); !errors.Is(err, jsonx.ErrUTF8) {
		t.Errorf("a name that is not UTF-8: %v", err)
	}
	if _, err := jsonx.AppendStrings(nil, []string{"a", "\xff"}); !errors.Is(err, jsonx.ErrUTF8) {
		t.Errorf("a string that is not UTF-8: %v", err)
	}
}

func TestAppendAny(t *testing.T) {
	type own struct{ A string }
	for _, v := range []any{nil, true, "a<b", 1.5, 7, int64(8), []any{}, []any(nil), map[string]any(nil), map[string]any{"b": 1.0, "a": []any{nil}},
		own{"<"}, &own{"x"}, []int{1}, json.Number("12"), uint8(3)} {
		checkAny(t, v)
	}
	for _, v := range []any{"\xff", math.NaN(), []any{"\xff"}, map[string]any{"\xff": 1}, map[string]any{"a": math.Inf(1)}, make(chan int), []float64{math.NaN()}} {
		if got, err := jsonx.AppendAny(nil, v, 0); err == nil {
			t.Errorf("%#v is written as %s", v, got)
		}
	}
	// A value that holds itself.
	loop := []any{nil}
	loop[0] = loop
	if _, err := jsonx.AppendAny(nil, loop, 0); !errors.Is(err, jsonx.ErrDepth) {
		t.Errorf("a slice that holds itself: %v", err)
	}
	ring := map[string]any{}
	ring["ring"] = ring
	if _, err := jsonx.AppendAny(nil, ring, 0); !errors.Is(err, jsonx.ErrDepth) {
		t.Errorf("a map that holds itself: %v", err)
	}
}

func TestAppendRaw(t *testing.T) {
	for raw, want := range map[string]string{
		` { "a b" : [ 1 , "\" \\" ] } `: `{"a b":[1,"\" \\"]}`,
		"null":                          "null",
		"\t1e5\n":                       "1e5",
		`"<\u0041>"`:                    `"<\u0041>"`,
	} {
		if got, err := jsonx.AppendRaw(nil, json.RawMessage(raw), 0); err != nil || string(got) != want {
			t.Errorf("%s is written as %s, %v; want %s", raw, got, err, want)
		}
	}
	if got, err := jsonx.AppendRaw(nil, json.RawMessage(nil), 0); err != nil || string(got) != "null" {
		t.Errorf("nothing is written as %s, %v", got, err)
	}
	for _, raw := range []string{"", " ", "1 2", `{"a":1,"a":1}`, "\"\xff\"", `"\ud800"`, "01"} {
		if got, err := jsonx.AppendRaw([]byte("x"), json.RawMessage(raw), 0); err == nil || string(got) != "x" {
			t.Errorf("%q is written as %s, %v", raw, got, err)
		}
	}
	marshal := func(raw []byte, err error) func() ([]byte, error) {
		return func() ([]byte, error) { return raw, err }
	}
	if got, err := jsonx.AppendJSON(nil, marshal([]byte(" [ 1 ] "), nil), 0); err != nil || string(got) != "[1]" {
		t.Errorf("what a type marshals is written as %s, %v", got, err)
	}
	if got, err := jsonx.AppendJSON(nil, marshal(nil, nil), 0); err == nil {
		t.Errorf("nothing is written as %s", got)
	}
	trouble := errors.New("trouble")
	if _, err := jsonx.AppendJSON(nil, marshal(nil, trouble), 0); !errors.Is(err, trouble) {
		t.Errorf("the error of a type: %v", err)
	}
	if _, err := jsonx.AppendText(nil, marshal(nil, trouble)); !errors.Is(err, trouble) {
		t.Errorf("the error of a type: %v", err)
	}
	if _, err := jsonx.AppendText(nil, marshal([]byte("\xff"), nil)); !errors.Is(err, jsonx.ErrUTF8) {
		t.Errorf("text that is not UTF-8: %v", err)
	}
}

// What is written as deep as it may be is read again, and nothing deeper is
// written.
func TestAppendDepth(t *testing.T) {
	nested := func(n int) json.RawMessage {
		return json.RawMessage(strings.Repeat("[", n) + strings.Repeat("]", n))
	}
	for _, around := range []int{0, 1, 10, jsonx.MaxDepth} {
		room := jsonx.MaxDepth - around
		got, err := jsonx.AppendRaw([]byte(strings.Repeat("[", around)), nested(room), around)
		if room == 0 {
			got, err = jsonx.AppendRaw([]byte(strings.Repeat("[", around)), json.RawMessage("1"), around)
		}
		if err != nil {
			t.Fatalf("%d deep in %d: %v", room, around, err)
		}
		r := jsonx.NewReader(append(got, strings.Repeat("]", around)...))
		v := r.Any()
		if err := r.End("any"); err != nil {
			t.Fatalf("%d deep in %d: %v", room, around, err)
		}
		if _, err := jsonx.AppendAny(nil, v, 0); err != nil {
			t.Fatalf("%d deep in %d: %v", room, around, err)
		}
		if _, err := jsonx.AppendRaw(nil, nested(room+1), around); !errors.Is(err, jsonx.ErrDepth) {
			t.Fatalf("%d deep in %d: %v", room+1, around, err)
		}
		if _, err := jsonx.AppendAny(nil, []any{v}, 0); !errors.Is(err, jsonx.ErrDepth) {
			t.Fatalf("%d deep: %v", jsonx.MaxDepth+1, err)
		}
		for _, empty := range []any{[]any{}, map[string]any{}} {
			_, err := jsonx.AppendAny(nil, empty, around)
			if (err != nil) != (room == 0) {
				t.Fatalf("%T in %d: %v", empty, around, err)
			}
		}
	}
}

func TestGenericHelpers(t *testing.T) {
	var anonymous *struct{ A int }
	anonymous = jsonx.New(anonymous)
	if anonymous == nil || jsonx.Value(map[string]int{"a": 1}) != 0 {
		t.Error("no zero values")
	}
	type held struct{ S []int }
	if !jsonx.IsZero(new(held)) || jsonx.IsZero(&held{[]int{}}) {
		t.Error("IsZero")
	}
	r := jsonx.NewReader([]byte(`{"S":[1]}`))
	if got := jsonx.Opaque[held](&r); !reflect.DeepEqual(got, held{[]int{1}}) || r.End("held") != nil {
		t.Errorf("opaque: %v, %v", got, r.Err())
	}
	r.Reset([]byte(`{"S":1}`))
	if jsonx.Opaque[held](&r); r.End("held") == nil {
		t.Error("what encoding/json refuses is taken")
	}
	if got, err := jsonx.AppendOpaque(nil, &held{[]int{1}}, 0); err != nil || string(got) != `{"S":[1]}` {
		t.Errorf("opaque: %s, %v", got, err)
	}
}
