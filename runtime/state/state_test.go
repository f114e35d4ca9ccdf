package state_test

import (
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/state"
)

type point struct{ x, y int }

// whole is a state of many parts.
type whole struct {
	flag   bool
	small  int8
	large  int64
	count  uint64
	ratio  float64
	half   float32
	name   string
	blob   []byte
	names  []string
	id     uuid.UUID
	one    *point
	same   *point
	self   *whole
	points map[string]*point
	alias  map[string]*point
	at     time.Time
	any    any
	host   netip.Addr
	price  *big.Int
}

func (v *whole) write(w *state.Writer) {
	state.WriteBool(w, v.flag)
	state.WriteInt(w, v.small)
	state.WriteInt(w, v.large)
	state.WriteUint(w, v.count)
	state.WriteFloat(w, v.ratio)
	state.WriteFloat(w, v.half)
	state.WriteString(w, v.name)
	state.WriteBytes(w, v.blob)
	state.WriteSlice(w, v.names)
	for i := range v.names {
		state.WriteString(w, v.names[i])
	}
	state.WriteUUID(w, v.id)
	v.one.write(w)
	v.same.write(w)
	if state.WritePointer(w, v.self) {
		v.self.write(w)
	}
	for _, m := range []map[string]*point{v.points, v.alias} {
		if state.WriteMap(w, m) {
			for k, p := range m {
				state.WriteString(w, k)
				p.write(w)
			}
		}
	}
	state.WriteTime(w, v.at)
	state.WriteAny(w, v.any)
	if state.WritePresent(w, &v.host) {
		state.WriteText(w, v.host)
	}
	if state.WritePointer(w, v.price) && state.WritePresent(w, v.price) {
		state.WriteJSON(w, v.price)
	}
	state.WriteEmpty(w)
}

func (p *point) write(w *state.Writer) {
	if state.WritePointer(w, p) {
		state.WriteInt(w, p.x)
		state.WriteInt(w, p.y)
	}
}

func (v *whole) read(r *state.Reader) {
	state.ReadBool(r, &v.flag)
	state.ReadInt(r, &v.small)
	state.ReadInt(r, &v.large)
	state.ReadUint(r, &v.count)
	state.ReadFloat(r, &v.ratio)
	state.ReadFloat(r, &v.half)
	state.ReadString(r, &v.name)
	state.ReadBytes(r, &v.blob)
	state.ReadSlice(r, &v.names)
	for i := range v.names {
		state.ReadString(r, &v.names[i])
	}
	state.ReadUUID(r, &v.id)
	readPoint(r, &v.one)
	readPoint(r, &v.same)
	if state.ReadPointer(r, &v.self) {
		v.self.read(r)
	}
	for _, m := range []*map[string]*point{&v.points, &v.alias} {
		for range state.ReadMap(r, m) {
			k, p := state.NewEntry(*m)
			state.ReadString(r, &k)
			readPoint(r, &p)
			(*m)[k] = p
		}
	}
	state.ReadTime(r, &v.at)
	state.ReadAny(r, &v.any)
	if state.ReadPresent(r) {
		state.ReadText(r, &v.host)
	}
	if state.ReadPointer(r, &v.price) && state.ReadPresent(r) {
		state.ReadJSON(r, v.price)
	}
	state.ReadEmpty(r)
}

func readPoint(r *state.Reader, p **point) {
	if state.ReadPointer(r, p) {
		state.ReadInt(r, &(*p).x)
		state.ReadInt(r, &(*p).y)
	}
}

func encode(t testing.TB, v *whole) []byte {
	t.Helper()
	w := state.NewWriter(nil, v)
	v.write(w)
	b, err := w.End()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func decode(b []byte) (*whole, error) {
	v := new(whole)
	r := state.NewReader(b, v)
	v.read(r)
	return v, r.End()
}

func samples(t testing.TB) []*whole {
	t.Helper()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	shared := &point{1, 2}
	full := &whole{
		flag: true, small: math.MinInt8, large: math.MinInt64, count: math.MaxUint64, ratio: math.Inf(-1), half: math.MaxFloat32,
		name: "\xff\x00é", blob: []byte{0, 255}, names: []string{"", "a"}, id: uuid.MustParse("0195a0b1-c2d3-7e4f-8a1b-2c3d4e5f6071"),
		one: shared, same: shared, points: map[string]*point{"s": shared, "nil": nil, "new": {3, 4}},
		at:   time.Date(2026, 7, 1, 12, 0, 0, 1, berlin),
		host: netip.MustParseAddr("::1%eth0"), price: big.NewInt(-7),
	}
	full.self, full.alias = full, full.points
	all := []*whole{new(whole), full, {blob: []byte{}, names: []string{}, points: map[string]*point{}, price: new(big.Int)}}
	for _, at := range []time.Time{
		time.Unix(0, 0), time.Unix(0, 0).UTC(), time.Unix(-1, 1).In(time.FixedZone("x", -3601)), time.Unix(1, 0).In(time.FixedZone("", 3600)),
		time.Date(-5000, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(9000, 1, 1, 0, 0, 0, 999999999, time.Local), time.Date(2026, 1, 1, 0, 0, 0, 0, berlin),
	} {
		all = append(all, &whole{at: at})
	}
	for _, v := range []any{
		true, "s", 1.5, json.Number("1e5"), 7, int64(-7), uint64(math.MaxUint64), time.Unix(5, 6).UTC(), uuid.Max, []byte("b"), []byte(nil),
		json.RawMessage(`{}`), []any{nil, 1.0, []any{}}, []any(nil), map[string]any{"a": map[string]any(nil), "b": []any{"c"}},
	} {
		all = append(all, &whole{any: v})
	}
	return all
}

func TestRoundTrip(t *testing.T) {
	for i, want := range samples(t) {
		b := encode(t, want)
		got, err := decode(b)
		if err != nil {
			t.Errorf("sample %d: %v", i, err)
			continue
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("sample %d: %+v, want %+v", i, got, want)
		}
		for cut := range b {
			if v, err := decode(b[:cut]); err == nil {
				t.Errorf("sample %d: %d of %d bytes give %+v", i, cut, len(b), v)
			}
		}
		if _, err := decode(append(b, 0)); !errors.Is(err, state.ErrMalformed) {
			t.Errorf("sample %d with a byte too many: %v", i, err)
		}
	}
	if got, err := decode(encode(t, &whole{ratio: math.NaN()})); err != nil || !math.IsNaN(got.ratio) {
		t.Errorf("NaN: %v, %v", got.ratio, err)
	}
}

// What is one thing stays one thing.
func TestIdentity(t *testing.T) {
	v := samples(t)[1]
	got, err := decode(encode(t, v))
	if err != nil {
		t.Fatal(err)
	}
	if got.one != got.same || got.points["s"] != got.one || got.self != got {
		t.Errorf("%p, %p, %p: want one pointer; self is %p and not %p", got.one, got.same, got.points["s"], got.self, got)
	}
	got.alias["late"] = nil
	if _, ok := got.points["late"]; !ok {
		t.Error("two maps, want one")
	}
}

func TestWriterErrors(t *testing.T) {
	list := []point{{1, 2}}
	deep := any(nil)
	for range 20_000 {
		deep = []any{deep}
	}
	for want, write := range map[string]func(*state.Writer){
		"is held by value": func(w *state.Writer) {
			state.WritePlace(w, &list[0])
			state.WritePointer(w, &list[0])
		},
		"a pointer elsewhere points to it": func(w *state.Writer) {
			state.WritePointer(w, &list[0])
			state.WritePlace(w, &list[0])
		},
		"holds a chan int":  func(w *state.Writer) { state.WriteAny(w, make(chan int)) },
		"nested too deeply": func(w *state.Writer) { state.WriteAny(w, deep) },
		"no text":           func(w *state.Writer) { state.WriteText(w, textless{}) },
	} {
		w := state.NewWriter([]byte("before"), new(whole))
		write(w)
		if b, err := w.End(); err == nil || b != nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q, %v, want %q", b, err, want)
		}
	}
}

type textless struct{}

func (textless) MarshalText() ([]byte, error) { return nil, errors.New("no text") }

func TestReaderErrors(t *testing.T) {
	for name, read := range map[string]func(*state.Reader){
		"number too large": func(r *state.Reader) { state.ReadInt(r, new(int8)) },
		"no boolean":       func(r *state.Reader) { state.ReadBool(r, new(bool)) },
		"not empty":        func(r *state.Reader) { state.ReadEmpty(r) },
		"reference":        func(r *state.Reader) { state.ReadPointer(r, new(*point)) },
		"map reference":    func(r *state.Reader) { state.ReadMap(r, new(map[string]int)) },
		"too many values":  func(r *state.Reader) { state.ReadSlice(r, new([]string)) },
		"kind of any":      func(r *state.Reader) { state.ReadAny(r, new(any)) },
	} {
		r := state.NewReader([]byte{0xfe, 0x7f}, new(whole))
		read(r)
		if err := r.End(); !errors.Is(err, state.ErrMalformed) || r.OK() {
			t.Errorf("%s: %v", name, err)
		}
	}
	r := state.NewReader([]byte{2}, new(whole))
	if state.ReadPointer(r, new(*point)); !errors.Is(r.End(), state.ErrMalformed) {
		t.Error("a reference to a whole is taken for a point")
	}
}

func FuzzRead(f *testing.F) {
	for _, v := range samples(f) {
		f.Add(encode(f, v))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		v, err := decode(b)
		if err != nil {
			return
		}
		w := state.NewWriter(nil, v)
		v.write(w)
		again, err := w.End()
		if err != nil {
			return // a zone that is known here only by an offset
		}
		if _, err := decode(again); err != nil {
			t.Errorf("%x was read, written as %x, and then not read: %v", b, again, err)
		}
	})
}

// Zero is what has no bits set: -0 equals it, and is another number.
func TestNegativeZeroIsPresent(t *testing.T) {
	type measure struct{ values [1]float64 }
	v := measure{[1]float64{math.Copysign(0, -1)}}
	w := state.NewWriter(nil, &v)
	if !state.WritePresent(w, &v) {
		t.Error("-0 in a struct is taken for the zero value")
	}
	if v = (measure{}); state.WritePresent(w, &v) {
		t.Error("0 is taken for something else")
	}
}
