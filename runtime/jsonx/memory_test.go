package jsonx_test

import (
	"bytes"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/jsonx"
)

// allocated is how many bytes f allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// Damaged payloads end in an error, and cost next to no memory, whatever they seem
// to hold.
func TestDamagedPayloads(t *testing.T) {
	const huge, large = 100 << 20, 1 << 20
	fill := func(prefix, unit, suffix string, size int) []byte {
		return slices.Concat([]byte(prefix), bytes.Repeat([]byte(unit), size/len(unit)), []byte(suffix))
	}
	numbered := func(prefix, format, suffix string, size int) []byte {
		b := append(make([]byte, 0, size+100), prefix...)
		for i := 0; len(b) < size; i++ {
			b = fmt.Appendf(b, format, i)
		}
		return append(b, suffix...)
	}
	payloads := []struct {
		name    string
		payload []byte
	}{
		{"a string without an end", fill(`{"orderId":"`, "some text, ", "", huge)},
		{"zeros", make([]byte, huge)},
		{"nested arrays", fill("", "[", strings.Repeat("]", 10_000), 10_000)},
		{"nested arrays in an unknown member", fill(`{"x":`, "[", "", huge)},
		{"nested objects", fill("", `{"address":`, "", large)},
		{"nested unknown objects", fill("", `{"x":`, "", large)},
		{"a list that breaks off", fill(`{"tags":[`, `"a",`, "", large)},
		{"a list with damage at the end", fill(`{"tags":[`, `"a",`, `"b"]]`, large)},
		{"an escaped string with damage at the end", fill(`{"orderId":"`, `\n`, `\x"}`, large)},
		{"a number of many digits", fill(`{"amount":`, "1", "}", large)},
		{"a fraction of many digits", fill(`{"amount":0.`, "1", "}", large)},
		{"another type at the end", fill(`{"x":"`, "text", `","amount":"1"}`, large)},
		{"a name twice, one of many", numbered(`{"x0":1,`, `"x%d":1,`, `"y":1}`, large)},
		{"a name twice, one of many that are skipped", numbered(`{"x":{"x0":1,`, `"x%d":1,`, `"y":1}}`, large)},
		{"one name, very often", fill(`{"x":1,`, `"x":1,`, `"y":1}`, large)},
		{"names within names", bytes.Repeat([]byte(numbered(`{"x":{`, `"x%d":1,`, `"y":`, 1<<18)), 16)},
		{"names that break off", numbered(`{"x":{`, `"x%d":{"a":1},`, ``, large)},
	}
	for _, p := range payloads {
		t.Run(p.name, func(t *testing.T) {
			var err error
			bytes := allocated(func() {
				var e placed
				r := jsonx.NewReader(p.payload)
				readPlacedJSON(&r, &e)
				err = r.End("placed")
			})
			if _, ok := errors.AsType[*es.DecodeError](err); !ok {
				t.Errorf("got %v", err)
			}
			if bytes > 1<<20 {
				t.Errorf("%d bytes allocated, for %.200v", bytes, err)
			}
		})
	}
}

// Objects of any number of names are looked through, in bounded memory.
func TestManyNames(t *testing.T) {
	for _, n := range []int{1 << 15, 1<<15 + 1, 40_000} {
		var b bytes.Buffer
		b.WriteString(`{"x":{"a":{"b":1,"c":2}`)
		for i := range n {
			fmt.Fprintf(&b, `,"n%d":{}`, i)
		}
		unique := b.String()
		for _, test := range []struct {
			payload string
			want    error
		}{
			{unique + `}}`, nil},
			{unique + `,"n7":1}}`, jsonx.ErrDuplicate},
			{unique + `,"a":1}}`, jsonx.ErrDuplicate},
			{unique + fmt.Sprintf(`,"n%d":1}}`, n-1), jsonx.ErrDuplicate},
			{unique + `,"\u006e7":1}}`, jsonx.ErrDuplicate},
			{unique + `,"z":{"d":1,"d":2}}}`, jsonx.ErrDuplicate},
		} {
			var err error
			payload := []byte(test.payload)
			bytes := allocated(func() {
				var e placed
				r := jsonx.NewReader(payload)
				readPlacedJSON(&r, &e)
				err = r.End("placed")
			})
			if !errors.Is(err, test.want) || test.want == nil && err != nil {
				t.Errorf("%d names: %v, want %v", n, err, test.want)
			}
			if bytes > 1<<20 {
				t.Errorf("%d names: %d bytes allocated", n, bytes)
			}
		}
	}
}

func TestAllocations(t *testing.T) {
	payload, err := appendPlacedJSON(nil, &sample)
	if err != nil {
		t.Fatal(err)
	}
	buffer := make([]byte, 0, 2*len(payload))
	if n := testing.AllocsPerRun(100, func() { _, _ = appendPlacedJSON(buffer, &sample) }); n != 0 {
		t.Errorf("encoding allocates %v times", n)
	}
	decode := func(payload []byte, want float64) {
		t.Helper()
		n := testing.AllocsPerRun(100, func() {
			var e placed
			r := jsonx.NewReader(payload)
			readPlacedJSON(&r, &e)
			if err := r.End("placed"); err != nil {
				t.Fatal(err)
			}
		})
		if n > want {
			t.Errorf("decoding %s allocates %v times, want %v", payload, n, want)
		}
	}
	// Six strings and a slice.
	decode(payload, 7)
	decode([]byte(`{"amount":5,"at":"2026-05-01T12:00:00Z"}`), 0)
	decode([]byte(`{"x":"unknown","y":[{"a":1,"b":{"c":2,"d":3}}],"z":1.5e9,"amount":5}`), 0)
	decode([]byte(`{"orderId":"\u0061\n escaped"}`), 1)
	decode([]byte(`{"amount":5,"tags":null,"orderId":"","address":{"zip":1}} `), 0)

	for name, f := range map[string]func(r *jsonx.Reader){
		"5.25":                                   func(r *jsonx.Reader) { r.Float64() },
		"5.123456789012345678":                   func(r *jsonx.Reader) { r.Float64() },
		`"0197a3c2-7d1e-7b52-9a8c-3f1f4a6be001"`: func(r *jsonx.Reader) { r.UUID() },
		`"2026-05-01T12:00:00.123Z"`:             func(r *jsonx.Reader) { r.Time() },
		`{"a":1,"b":[1,2,{"c":[]}],"d":"x"}`:     func(r *jsonx.Reader) { r.Skip() },
		`["-12"]`: func(r *jsonx.Reader) {
			for r.Array(); r.More(); {
				if r.Quote() {
					r.Int()
					r.Unquote()
				}
			}
		},
	} {
		payload := []byte(name)
		r := new(jsonx.Reader)
		if n := testing.AllocsPerRun(100, func() {
			r.Reset(payload)
			f(r)
		}); n != 0 {
			t.Errorf("reading %s allocates %v times", name, n)
		}
	}
	at := time.Now()
	if n := testing.AllocsPerRun(100, func() { _, _ = jsonx.AppendTime(buffer, at) }); n != 0 {
		t.Errorf("writing a time allocates %v times", n)
	}
}
