package kinds

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
	jx "github.com/esgen/esgen/runtime/jsonx"
)

// codec is the generated codec of an event by reflection's means, so that one test
// can go through all of them.
type codec struct {
	zero   es.Event
	append func(dst []byte, e any) ([]byte, error)
	read   func(r *jx.Reader, e any)
}

func codecOf[E es.Event](appendJSON func([]byte, *E) ([]byte, error), read func(*jx.Reader, *E)) codec {
	var zero E
	return codec{
		zero:   zero,
		append: func(dst []byte, e any) ([]byte, error) { return appendJSON(dst, e.(*E)) },
		read:   func(r *jx.Reader, e any) { read(r, e.(*E)) },
	}
}

// likeEncoding are the codecs of the events that encoding/json knows how to encode
// as well: all those without value objects.
var likeEncoding = []codec{
	codecOf(appendBasicsJSON, readBasicsJSON),
	codecOf(appendDeclaredJSON, readDeclaredJSON),
	codecOf(appendKnownJSON, readKnownJSON),
	codecOf(appendPointersJSON, readPointersJSON),
	codecOf(appendSlicesJSON, readSlicesJSON),
	codecOf(appendArraysJSON, readArraysJSON),
	codecOf(appendMapsJSON, readMapsJSON),
	codecOf(appendEmbeddedJSON, readEmbeddedJSON),
	codecOf(appendTagsJSON, readTagsJSON),
	codecOf(appendLeadingEmptyJSON, readLeadingEmptyJSON),
	codecOf(appendAllEmptyJSON, readAllEmptyJSON),
	codecOf(appendNothingJSON, readNothingJSON),
	codecOf(appendMarshalersJSON, readMarshalersJSON),
	codecOf(appendForeignJSON, readForeignJSON),
	codecOf(appendTreeJSON, readTreeJSON),
	codecOf(appendShadowsJSON, readShadowsJSON),
	codecOf(appendImportsJSON, readImportsJSON),
	codecOf(appendWideJSON, readWideJSON),
}

func (c codec) name() string { return reflect.TypeOf(c.zero).Name() }

// decode reads a payload into a new event and gives a pointer to it.
func (c codec) decode(payload []byte) (any, error) {
	e := reflect.New(reflect.TypeOf(c.zero)).Interface()
	r := jx.NewReader(payload)
	c.read(&r, e)
	return e, r.End(c.name())
}

// standard gives what encoding/json makes of an event, without escaping HTML.
func standard(e any) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(e)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// compare compares with encoding/json what an event is encoded as, and what that,
// and variations of it, are decoded as.
func compare(t *testing.T, c codec, e any, rng *rand.Rand) {
	t.Helper()
	want, err := standard(e)
	if err != nil {
		t.Fatalf("%s: encoding/json: %v", c.name(), err)
	}
	const before = "before"
	got, err := c.append([]byte(before), e)
	if err != nil {
		t.Fatalf("%s: %v", c.name(), err)
	}
	if got = bytes.TrimPrefix(got, []byte(before)); !bytes.Equal(got, want) {
		t.Fatalf("%s is encoded as\n%s\nencoding/json has it as\n%s", c.name(), got, want)
	}
	decodeBoth(t, c, want, true)
	for range 3 {
		decodeBoth(t, c, vary(rng, want, false), true)
		decodeBoth(t, c, vary(rng, want, true), false)
	}
}

// decodeBoth decodes a payload with encoding/json too. What that refuses must be
// refused, and what both take give the same. What is right must be taken. Times
// are an exception: encoding/json does not see through what is escaped in them.
func decodeBoth(t *testing.T, c codec, payload []byte, right bool) {
	t.Helper()
	got, err := c.decode(payload)
	want := reflect.New(reflect.TypeOf(c.zero)).Interface()
	stdErr := json.Unmarshal(payload, want)
	if _, ok := errors.AsType[*time.ParseError](stdErr); ok && bytes.ContainsRune(payload, '\\') {
		return
	}
	switch {
	case stdErr != nil && (right || err == nil):
		t.Fatalf("%s: %s\nis refused by encoding/json: %v\nand by the codec: %v", c.name(), payload, stdErr, err)
	case err != nil && right:
		t.Fatalf("%s: %s\nis refused: %v", c.name(), payload, err)
	case err == nil:
		if diff := cmp.Diff(want, got, exact); diff != "" {
			t.Fatalf("%s: %s\nis decoded differently (-encoding/json +codec):\n%s", c.name(), payload, diff)
		}
	default:
		if _, ok := errors.AsType[*es.DecodeError](err); !ok {
			t.Fatalf("%s: %s\nis refused with %T: %v", c.name(), payload, err, err)
		}
	}
}

// exact looks at unexported fields too.
var exact = cmp.Exporter(func(reflect.Type) bool { return true })

func TestLikeEncodingJSON(t *testing.T) {
	for _, c := range likeEncoding {
		t.Run(c.name(), func(t *testing.T) {
			t.Parallel()
			compare(t, c, reflect.New(reflect.TypeOf(c.zero)).Interface(), rand.New(rand.NewPCG(0, 0)))
			for seed := range uint64(25) {
				rng := rand.New(rand.NewPCG(seed, 1))
				e := reflect.New(reflect.TypeOf(c.zero))
				fill(rng, e.Elem(), 0)
				compare(t, c, e.Interface(), rng)
			}
		})
	}
}

func FuzzLikeEncodingJSON(f *testing.F) {
	for i := range likeEncoding {
		f.Add(uint8(i), uint64(i))
	}
	f.Fuzz(func(t *testing.T, which uint8, seed uint64) {
		c := likeEncoding[int(which)%len(likeEncoding)]
		rng := rand.New(rand.NewPCG(seed, 2))
		e := reflect.New(reflect.TypeOf(c.zero))
		fill(rng, e.Elem(), 0)
		compare(t, c, e.Interface(), rng)
	})
}

// fill sets a value, with all that it holds, to something at random.
func fill(rng *rand.Rand, v reflect.Value, depth int) {
	if rng.IntN(8) == 0 {
		return // zero
	}
	switch p := v.Addr().Interface().(type) {
	case *time.Time:
		*p = time.Date(rng.IntN(10000), time.Month(1+rng.IntN(12)), 1+rng.IntN(31), rng.IntN(24), rng.IntN(60), rng.IntN(60),
			rng.IntN(2)*rng.IntN(1e9)/[]int{1, 1e3, 1e6}[rng.IntN(3)], time.UTC)
		return
	case *json.RawMessage:
		*p = json.RawMessage([]string{"null", "true", `{"a":[1,2,{"b":"c"}]}`, ` { "a" : "\u0041 \\" } `, "-1.50e+3", `"<&>"`}[rng.IntN(6)])
		return
	case *json.Number:
		*p = json.Number([]string{"0", "-1.5", "1e400"}[rng.IntN(3)])
		return
	case *any:
		*p = anything(rng, depth)
		return
	case *netip.Addr:
		*p = netip.AddrFrom4([4]byte{byte(rng.Int()), 2, 3, 4})
		return
	case *big.Int:
		p.SetInt64(rng.Int64() - 1<<62)
		return
	case *Level:
		*p = Level(rng.IntN(10))
		return
	case *PtrText:
		p.s = text(rng)
		return
	case *Kelvin:
		p.k = rng.IntN(1000)
		return
	case *uuid.UUID:
		_, _ = rngReader{rng}.Read(p[:])
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(rng.Int64N(math.MaxInt64) >> rng.IntN(63))
		if rng.IntN(2) == 0 {
			v.SetInt(-v.Int())
		}
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		v.SetUint(rng.Uint64() >> rng.IntN(64))
	case reflect.Float32, reflect.Float64:
		f := math.Float64frombits(rng.Uint64())
		if v.Kind() == reflect.Float32 {
			f = float64(math.Float32frombits(rng.Uint32()))
		}
		if math.IsNaN(f) || math.IsInf(f, 0) || rng.IntN(2) == 0 {
			f = float64(rng.IntN(20000)-10000) / 100
		}
		v.SetFloat(f)
	case reflect.String:
		v.SetString(text(rng))
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() || v.Type().Field(i).Anonymous {
				field := v.Field(i)
				if !field.CanSet() {
					// An embedded struct that is not exported has fields that are.
					for j := range field.NumField() {
						fill(rng, field.Field(j), depth+1)
					}
					continue
				}
				fill(rng, field, depth+1)
			}
		}
	case reflect.Pointer:
		if depth < 6 {
			v.Set(reflect.New(v.Type().Elem()))
			fill(rng, v.Elem(), depth+1)
		}
	case reflect.Slice:
		if depth < 6 {
			n := rng.IntN(4)
			v.Set(reflect.MakeSlice(v.Type(), n, n))
			for i := range n {
				fill(rng, v.Index(i), depth+2)
			}
		}
	case reflect.Array:
		for i := range v.Len() {
			fill(rng, v.Index(i), depth+2)
		}
	case reflect.Map:
		if depth < 6 {
			v.Set(reflect.MakeMap(v.Type()))
			for range rng.IntN(12) {
				key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
				fill(rng, key, depth+2)
				fill(rng, value, depth+2)
				v.SetMapIndex(key, value)
			}
		}
	default:
		panic("no values of kind " + v.Kind().String())
	}
}

type rngReader struct{ *rand.Rand }

func (r rngReader) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return len(b), nil
}

// text gives a string of valid UTF-8.
func text(rng *rand.Rand) string {
	pieces := []string{"a", "some words", "<&>", "\"", "\\", "/", "\n\t\r\b\f", "\x00\x1f\x7f", "größe", "\u2028\u2029", "日本語",
		"\U0001F600", "\ufffd", "null", "{}", strings.Repeat("x", 30), "\uffff", "e\u0301"}
	var b strings.Builder
	for range rng.IntN(5) {
		b.WriteString(pieces[rng.IntN(len(pieces))])
	}
	return b.String()
}

// anything gives a value as encoding/json decodes into an empty interface.
func anything(rng *rand.Rand, depth int) any {
	n := 6
	if depth > 6 {
		n = 4
	}
	switch rng.IntN(n) {
	case 0:
		return nil
	case 1:
		return rng.IntN(2) == 0
	case 2:
		return float64(rng.IntN(1e9)) / 1000
	case 3:
		return text(rng)
	case 4:
		elements := []any{}
		for range rng.IntN(4) {
			elements = append(elements, anything(rng, depth+2))
		}
		return elements
	default:
		members := map[string]any{}
		for range rng.IntN(4) {
			members[text(rng)] = anything(rng, depth+2)
		}
		return members
	}
}
