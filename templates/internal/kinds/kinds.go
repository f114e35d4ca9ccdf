// Package kinds has an event for each kind of field that a Go struct can hold. Its
// generated code is checked in and compared with what encoding/json makes of the
// same types, in both directions.
package kinds

import (
	"encoding/json"
	"math/big"
	"net/netip"
	"time"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/templates/internal/kinds/money"
	cash "github.com/esgen/esgen/templates/internal/kinds/other/money"
)

// Thing records the events.
//
//es:aggregate thing
//es:suppress all
type Thing struct {
	es.Root

	id string `es:"id"`
}

// Basics has the predeclared types.
//
//es:event
type Basics struct {
	Bool    bool
	String  string
	Int     int
	Int8    int8
	Int16   int16
	Int32   int32
	Int64   int64
	Uint    uint
	Uint8   uint8
	Uint16  uint16
	Uint32  uint32
	Uint64  uint64
	Uintptr uintptr
	Float32 float32
	Float64 float64
	Byte    byte
	Rune    rune
}

// Declared types without methods encode as what they are underneath.
type (
	Flag   bool
	Word   string
	Small  int8
	Large  uint64
	Half   float32
	Whole  float64
	Octet  byte
	Words  []Word
	Hash   []byte
	Octets []Octet
	Digest [4]byte
	Table  map[Word]Small
	Link   *Word
	Alias  = Word
)

// Declared has declared types.
//
//es:event
type Declared struct {
	Flag   Flag
	Word   Word
	Small  Small
	Large  Large
	Half   Half
	Whole  Whole
	Octet  Octet
	Words  Words
	Hash   Hash
	Octets Octets
	Digest Digest
	Table  Table
	Link   Link
	Alias  Alias
}

// Known has types that the codec knows by name.
//
//es:event
type Known struct {
	Time     time.Time
	Duration time.Duration
	UUID     uuid.UUID
	Raw      json.RawMessage
	Any      any
	Number   json.Number
	Month    time.Month
}

// Pointers has pointers.
//
//es:event
type Pointers struct {
	String   *string
	Bool     *bool
	Named    *Word
	Int      **int
	Struct   *Line
	Slice    *[]int
	Map      *map[string]int
	Time     *time.Time
	UUID     *uuid.UUID
	Raw      *json.RawMessage
	Any      *any
	Text     *Level
	JSON     *Celsius
	Array    *[2]int
	Bytes    *[]byte
	Anon     *struct{ A, B int }
	Triple   ***Line
	OfNil    []*int
	MapOfPtr map[string]*Line
}

// Line is a part of events.
type Line struct {
	SKU      string       `json:"sku"`
	Quantity int          `json:"quantity"`
	Price    money.Amount `json:"price"`
}

// Slices has slices.
//
//es:event
type Slices struct {
	Strings []string
	Words   []Word
	Ints    []int
	Bools   []bool
	Bytes   []byte
	Octets  []Octet
	Lines   []Line
	Ptrs    []*Line
	Grid    [][]int
	Times   []time.Time
	UUIDs   []uuid.UUID
	Raws    []json.RawMessage
	Anys    []any
	Maps    []map[string]int
	Arrays  [][2]int
	Levels  []Level
	Floats  []float64
	Anon    []struct {
		A int `json:"a"`
		B []struct{ C string }
	}
	Blobs [][]byte
	Deep  [][][]string
}

// Arrays has arrays.
//
//es:event
type Arrays struct {
	Bytes  [4]byte
	Ints   [3]int
	Lines  [2]Line
	Empty  [0]int
	Grid   [2][2]int
	Ptrs   [2]*int
	Slices [2][]int
	Anon   [2]struct{ A int }
}

// Maps has maps.
//
//es:event
type Maps struct {
	Strings map[string]string
	Words   map[Word]int
	Ints    map[int]string
	Smalls  map[Small]string
	Uints   map[uint16]string
	Larges  map[Large]Line
	Lines   map[string]Line
	Ptrs    map[string]*Line
	Maps    map[string]map[string]int
	Slices  map[string][]int
	Bytes   map[string][]byte
	UUIDs   map[uuid.UUID]int
	Addrs   map[netip.Addr]string
	Levels  map[Level]int
	Times   map[time.Time]int
	Arrays  map[string][2]int
	Anys    map[string]any
	Raws    map[string]json.RawMessage
	Anon    map[string]struct {
		A int `json:"a"`
	}
	Texts map[string]Level
	Deep  map[int]map[string][]Line
}

// Base is embedded.
type Base struct {
	ID     int    `json:"id"`
	Hidden string `json:"hidden"`
	Twice  string
}

type inner struct {
	Inner string
	Base2
}

// Base2 is embedded within what is embedded.
type Base2 struct {
	Second int
	Twice  string
}

// Optional is embedded by a pointer.
type Optional struct {
	Maybe string
	Other *int
	*Further
}

// Further is embedded by a pointer within what is embedded by one.
type Further struct{ Far int }

// Named is embedded under a name.
type Named struct{ X int }

// Embedded has embedded structs.
//
//es:event
type Embedded struct {
	Base
	inner
	*Optional
	Named  `json:"named"`
	Hidden string `json:"hidden"`
	money.Amount
	Twice string
	Word
}

// Tags has the options of json tags.
//
//es:event
type Tags struct {
	Plain    string          `json:"plain"`
	Skipped  string          `json:"-"`
	Dash     string          `json:"-,"`
	Empty    string          `json:",omitempty"`
	EmptyInt int             `json:"emptyInt,omitempty"`
	EmptyPtr *int            `json:",omitempty"`
	EmptySl  []int           `json:",omitempty"`
	EmptyMap map[string]int  `json:",omitempty"`
	EmptyAny any             `json:",omitempty"`
	EmptyArr [0]int          `json:",omitempty"`
	EmptyFl  float64         `json:",omitempty"`
	EmptyB   bool            `json:",omitempty"`
	Struct   Line            `json:",omitempty"`
	Array    [2]int          `json:",omitempty"`
	ZeroTime time.Time       `json:",omitzero"`
	ZeroPtr  *time.Time      `json:",omitzero"`
	ZeroLine Line            `json:",omitzero"`
	ZeroUUID uuid.UUID       `json:",omitzero"`
	ZeroF    float64         `json:",omitzero"`
	ZeroF32  Half            `json:",omitzero"`
	ZeroS    []int           `json:",omitzero"`
	ZeroSt   WithSlice       `json:",omitzero"`
	ZeroOwn  Own             `json:",omitzero"`
	ZeroOwnP OwnPointer      `json:",omitzero"`
	ZeroArr  [2]int          `json:",omitzero"`
	ZeroAnon struct{ A int } `json:",omitzero"`
	Both     []int           `json:",omitempty,omitzero"`
	QInt     int             `json:",string"`
	QUint    Large           `json:",string"`
	QBool    bool            `json:",string"`
	QFloat   float64         `json:",string"`
	QFloat32 Half            `json:",string"`
	QString  string          `json:",string"`
	QWord    Word            `json:",string"`
	QPtr     *int            `json:",string"`
	QPtrStr  *string         `json:",string"`
	QEmpty   int             `json:",string,omitempty"`
	QSlice   []int           `json:",string"`
	HTML     string          `json:"a<b>&c"`
	Unicode  string          `json:"größe"`
	Symbols  string          `json:"$%/x y"`
}

// WithSlice cannot be compared.
type WithSlice struct{ S []int }

// Own says itself when it is zero, OwnPointer does by pointer.
type Own struct{ N int }

// IsZero is true for negative numbers too.
func (o Own) IsZero() bool { return o.N <= 0 }

// OwnPointer is like Own.
type OwnPointer struct{ N int }

// IsZero is true for negative numbers too.
func (o *OwnPointer) IsZero() bool { return o.N <= 0 }

// LeadingEmpty begins with fields that may be left out.
//
//es:event
type LeadingEmpty struct {
	A int    `json:"a,omitempty"`
	B string `json:"b,omitempty"`
	C bool   `json:"c"`
	D int    `json:"d,omitempty"`
}

// AllEmpty may have no member.
//
//es:event
type AllEmpty struct {
	A int    `json:"a,omitempty"`
	B string `json:"b,omitempty"`
}

// Nothing has no field.
//
//es:event
type Nothing struct{}

// Marshalers has types that encode themselves.
//
//es:event
type Marshalers struct {
	Level   Level
	Addr    netip.Addr
	Celsius Celsius
	Big     big.Int
	PtrBig  *big.Int
	PtrText PtrText
	Kelvin  Kelvin
}

// Level marshals itself as text.
type Level int

// MarshalText gives the level's name.
func (l Level) MarshalText() ([]byte, error) { return []byte{'L', byte('0' + l)}, nil }

// UnmarshalText is the other way.
func (l *Level) UnmarshalText(text []byte) error {
	if len(text) != 2 || text[0] != 'L' {
		return errLevel
	}
	*l = Level(text[1] - '0')
	return nil
}

// PtrText marshals itself as text, by pointer.
type PtrText struct{ s string }

// MarshalText gives the text.
func (p *PtrText) MarshalText() ([]byte, error) { return []byte("<" + p.s + ">"), nil }

// UnmarshalText is the other way.
func (p *PtrText) UnmarshalText(text []byte) error {
	if len(text) < 2 {
		return errLevel
	}
	p.s = string(text[1 : len(text)-1])
	return nil
}

// Celsius marshals itself as JSON.
type Celsius float64

// MarshalJSON gives an object, with whitespace.
func (c Celsius) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]float64{"celsius": float64(c)})
}

// UnmarshalJSON is the other way.
func (c *Celsius) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		*c = -1
		return nil
	}
	var m map[string]float64
	if err := json.Unmarshal(data, &m); err != nil {
		return err
	}
	*c = Celsius(m["celsius"])
	return nil
}

// Kelvin marshals itself as JSON, by pointer.
type Kelvin struct{ k int }

// MarshalJSON gives an indented array.
func (k *Kelvin) MarshalJSON() ([]byte, error) {
	return json.MarshalIndent([]int{k.k}, "", "  ")
}

// UnmarshalJSON is the other way.
func (k *Kelvin) UnmarshalJSON(data []byte) error {
	var ks [1]int
	err := json.Unmarshal(data, &ks)
	k.k = ks[0]
	return err
}

// Foreign has types of other packages.
//
//es:event
type Foreign struct {
	Amount  money.Amount
	Cash    cash.Amount
	Cents   money.Cents
	Opaque  money.Box[int]
	Boxes   []money.Box[Word]
	Account money.Account
}

// Tree is recursive through pointers, slices and maps.
//
//es:event
type Tree struct {
	Name     string
	Left     *Tree
	Children []Tree
	ByName   map[string]*Tree
	List     List
}

// List holds itself without a struct.
type List []List

// Nested is a value object that holds itself.
//
//es:value encode=parts decode=nest
type Nested struct{ inner []Nested }

func (n Nested) parts() []Nested { return n.inner }

func nest(parts []Nested) Nested { return Nested{parts} }

// Values has value objects.
//
//es:event
type Values struct {
	Name    Name
	Age     Age
	Point   Point
	Tags    TagSet
	When    When
	Field   hidden  `es:"encode=showHidden,decode=readHidden"`
	Ptr     *hidden `es:"encode=showPointer,decode=readPointer"`
	Strict  Strict
	Blob    Blob
	Wrapped Wrapped
	ByPtr   ByPointer
	Coin    money.Coin
	NamePtr *Name
	Slice   []Name
	Checked []Age
	Array   [2]Name
	Map     map[string]Name
	Keys    map[Name]int
	Ages    map[Age]bool
	Nested  Nested
	Hiddens Hiddens
	Maybe   *Age `json:",omitempty"`
}

// Hiddens has fields that are encoded by functions, in slices of it.
type Hiddens []struct{ N int }

// Name is encoded as a string.
//
//es:value encode=String decode=restoreName
type Name struct{ value string }

func (n Name) String() string { return n.value }

func restoreName(s string) Name { return Name{value: s} }

// Age is encoded as an integer, and checked.
//
//es:value encode=years decode=restoreAge sample=sampleAge
type Age struct{ n uint8 }

func (a Age) years() uint8 { return a.n }

func restoreAge(n uint8) (Age, error) {
	if n > 150 {
		return Age{}, errAge
	}
	return Age{n}, nil
}

func sampleAge() Age { return Age{42} }

// Point is encoded as a struct.
//
//es:value encode=Coordinates decode=restorePoint
type Point struct{ x, y int }

// Coordinates is the form of a Point.
type Coordinates struct {
	X int `json:"x"`
	Y int `json:"y"`
}

// Coordinates gives it.
func (p Point) Coordinates() Coordinates { return Coordinates{p.x, p.y} }

func restorePoint(c Coordinates) Point { return Point{c.X, c.Y} }

// TagSet is encoded as a slice.
//
//es:value encode=List decode=restoreTags
type TagSet struct{ tags []string }

// List gives the tags.
func (s TagSet) List() []string { return s.tags }

func restoreTags(tags []string) TagSet { return TagSet{tags} }

// When is encoded as a time.
//
//es:value encode=Time decode=restoreWhen
type When struct{ t time.Time }

// Time gives the time.
func (w When) Time() time.Time { return w.t }

func restoreWhen(t time.Time) (When, error) { return When{t}, nil }

type hidden struct{ secret string }

func showHidden(h hidden) string { return "h:" + h.secret }

func readHidden(s string) (hidden, error) {
	if len(s) < 2 {
		return hidden{}, errAge
	}
	return hidden{s[2:]}, nil
}

func showPointer(h *hidden) *string {
	if h == nil {
		return nil
	}
	return &h.secret
}

func readPointer(s *string) *hidden {
	if s == nil {
		return nil
	}
	return &hidden{*s}
}

// Strict refuses what it does not know, so that samples cannot be made up.
//
//es:value encode=code decode=restoreStrict
type Strict struct{ known bool }

func (s Strict) code() string {
	if s.known {
		return "known"
	}
	return ""
}

func restoreStrict(s string) (Strict, error) {
	switch s {
	case "":
		return Strict{}, nil
	case "known":
		return Strict{true}, nil
	}
	return Strict{}, errStrict
}

// Blob is encoded as bytes.
//
//es:value encode=Bytes decode=restoreBlob
type Blob struct{ b []byte }

// Bytes gives the bytes.
func (b Blob) Bytes() []byte { return b.b }

func restoreBlob(b []byte) Blob { return Blob{b} }

// Wrapped is a value object whose form is another one.
//
//es:value encode=Inner decode=wrap
type Wrapped struct{ name Name }

// Inner gives the name.
func (w Wrapped) Inner() Name { return w.name }

func wrap(n Name) Wrapped { return Wrapped{n} }

// ByPointer has its method on the pointer.
//
//es:value encode=text decode=restoreByPointer
type ByPointer struct{ s string }

func (b *ByPointer) text() string { return b.s }

func restoreByPointer(s string) ByPointer { return ByPointer{s} }

// Shadows has fields and types that are called as Go keywords or as the variables
// of generated code are.
//
//es:event
type Shadows struct {
	Type, Func, Range, Select int
	Dst, E, Err, R, O, V, I   string
	Len, Append, String, Nil  string
	Kind                      e
	Key                       map[dst]r
	Members                   []v
}

type (
	e     string
	dst   string
	r     struct{ O o }
	o     int
	v     struct{ V *err }
	err   int
	i     int
	jsonx struct{ I i }
)

// Imports has a type that is called as a package of the runtime.
//
//es:event
type Imports struct{ J jsonx }

// Wide has more fields than fit the bits of a word, or of four.
//
//es:event
type Wide struct {
	Wide100
	More Wide300
}

// Wide100 has 100 fields.
type Wide100 struct {
	F0  int
	F1  int
	F2  int
	F3  int
	F4  int
	F5  int
	F6  int
	F7  int
	F8  int
	F9  int
	F10 int
	F11 int
	F12 int
	F13 int
	F14 int
	F15 int
	F16 int
	F17 int
	F18 int
	F19 int
	F20 int
	F21 int
	F22 int
	F23 int
	F24 int
	F25 int
	F26 int
	F27 int
	F28 int
	F29 int
	F30 int
	F31 int
	F32 int
	F33 int
	F34 int
	F35 int
	F36 int
	F37 int
	F38 int
	F39 int
	F40 int
	F41 int
	F42 int
	F43 int
	F44 int
	F45 int
	F46 int
	F47 int
	F48 int
	F49 int
	F50 int
	F51 int
	F52 int
	F53 int
	F54 int
	F55 int
	F56 int
	F57 int
	F58 int
	F59 int
	F60 int
	F61 int
	F62 int
	F63 int
	F64 int
	F65 int
	F66 int
	F67 int
	F68 int
	F69 int
	F70 int
	F71 int
	F72 int
	F73 int
	F74 int
	F75 int
	F76 int
	F77 int
	F78 int
	F79 int
	F80 int
	F81 int
	F82 int
	F83 int
	F84 int
	F85 int
	F86 int
	F87 int
	F88 int
	F89 int
	F90 int
	F91 int
	F92 int
	F93 int
	F94 int
	F95 int
	F96 int
	F97 int
	F98 int
	F99 int
}

// Wide300 has 300 fields.
type Wide300 struct {
	G0   int
	G1   int
	G2   int
	G3   int
	G4   int
	G5   int
	G6   int
	G7   int
	G8   int
	G9   int
	G10  int
	G11  int
	G12  int
	G13  int
	G14  int
	G15  int
	G16  int
	G17  int
	G18  int
	G19  int
	G20  int
	G21  int
	G22  int
	G23  int
	G24  int
	G25  int
	G26  int
	G27  int
	G28  int
	G29  int
	G30  int
	G31  int
	G32  int
	G33  int
	G34  int
	G35  int
	G36  int
	G37  int
	G38  int
	G39  int
	G40  int
	G41  int
	G42  int
	G43  int
	G44  int
	G45  int
	G46  int
	G47  int
	G48  int
	G49  int
	G50  int
	G51  int
	G52  int
	G53  int
	G54  int
	G55  int
	G56  int
	G57  int
	G58  int
	G59  int
	G60  int
	G61  int
	G62  int
	G63  int
	G64  int
	G65  int
	G66  int
	G67  int
	G68  int
	G69  int
	G70  int
	G71  int
	G72  int
	G73  int
	G74  int
	G75  int
	G76  int
	G77  int
	G78  int
	G79  int
	G80  int
	G81  int
	G82  int
	G83  int
	G84  int
	G85  int
	G86  int
	G87  int
	G88  int
	G89  int
	G90  int
	G91  int
	G92  int
	G93  int
	G94  int
	G95  int
	G96  int
	G97  int
	G98  int
	G99  int
	G100 int
	G101 int
	G102 int
	G103 int
	G104 int
	G105 int
	G106 int
	G107 int
	G108 int
	G109 int
	G110 int
	G111 int
	G112 int
	G113 int
	G114 int
	G115 int
	G116 int
	G117 int
	G118 int
	G119 int
	G120 int
	G121 int
	G122 int
	G123 int
	G124 int
	G125 int
	G126 int
	G127 int
	G128 int
	G129 int
	G130 int
	G131 int
	G132 int
	G133 int
	G134 int
	G135 int
	G136 int
	G137 int
	G138 int
	G139 int
	G140 int
	G141 int
	G142 int
	G143 int
	G144 int
	G145 int
	G146 int
	G147 int
	G148 int
	G149 int
	G150 int
	G151 int
	G152 int
	G153 int
	G154 int
	G155 int
	G156 int
	G157 int
	G158 int
	G159 int
	G160 int
	G161 int
	G162 int
	G163 int
	G164 int
	G165 int
	G166 int
	G167 int
	G168 int
	G169 int
	G170 int
	G171 int
	G172 int
	G173 int
	G174 int
	G175 int
	G176 int
	G177 int
	G178 int
	G179 int
	G180 int
	G181 int
	G182 int
	G183 int
	G184 int
	G185 int
	G186 int
	G187 int
	G188 int
	G189 int
	G190 int
	G191 int
	G192 int
	G193 int
	G194 int
	G195 int
	G196 int
	G197 int
	G198 int
	G199 int
	G200 int
	G201 int
	G202 int
	G203 int
	G204 int
	G205 int
	G206 int
	G207 int
	G208 int
	G209 int
	G210 int
	G211 int
	G212 int
	G213 int
	G214 int
	G215 int
	G216 int
	G217 int
	G218 int
	G219 int
	G220 int
	G221 int
	G222 int
	G223 int
	G224 int
	G225 int
	G226 int
	G227 int
	G228 int
	G229 int
	G230 int
	G231 int
	G232 int
	G233 int
	G234 int
	G235 int
	G236 int
	G237 int
	G238 int
	G239 int
	G240 int
	G241 int
	G242 int
	G243 int
	G244 int
	G245 int
	G246 int
	G247 int
	G248 int
	G249 int
	G250 int
	G251 int
	G252 int
	G253 int
	G254 int
	G255 int
	G256 int
	G257 int
	G258 int
	G259 int
	G260 int
	G261 int
	G262 int
	G263 int
	G264 int
	G265 int
	G266 int
	G267 int
	G268 int
	G269 int
	G270 int
	G271 int
	G272 int
	G273 int
	G274 int
	G275 int
	G276 int
	G277 int
	G278 int
	G279 int
	G280 int
	G281 int
	G282 int
	G283 int
	G284 int
	G285 int
	G286 int
	G287 int
	G288 int
	G289 int
	G290 int
	G291 int
	G292 int
	G293 int
	G294 int
	G295 int
	G296 int
	G297 int
	G298 int
	G299 int
}
