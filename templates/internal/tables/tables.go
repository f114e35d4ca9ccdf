// Package tables has a state table with a column of every kind, and tables with keys of
// every kind. What esgen generates for it is checked in; the tests write and read all of
// it with SQLite.
package tables

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
)

// Item has a column of every kind. Some are called as SQL's own words are, or worse.
//
//es:aggregate item
//es:table "order by"
type Item struct {
	es.Root

	id uuid.UUID `es:"id"`

	Flag  bool    `es:"column=select"`
	Int   int     `es:"column"`
	I8    int8    `es:"column"`
	I16   int16   `es:"column"`
	I32   int32   `es:"column"`
	I64   int64   `es:"column,index"`
	Uint  uint    `es:"column"`
	U8    uint8   `es:"column"`
	U16   uint16  `es:"column"`
	U32   uint32  `es:"column"`
	U64   uint64  `es:"column"`
	F32   float32 `es:"column"`
	F64   float64 `es:"column=group"`
	Text  string  `es:"column,index"`
	Bytes []byte  `es:"column"`

	NamedFlag  On    `es:"column"`
	NamedInt   Level `es:"column"`
	NamedUint  Count `es:"column"`
	NamedFloat Ratio `es:"column"`
	NamedText  Name  `es:"column,unique=fold"`
	NamedBytes Blob  `es:"column"`

	Time     time.Time  `es:"column,index"`
	TimeText time.Time  `es:"column,time=text,index"`
	UUID     uuid.UUID  `es:"column"`
	Addr     netip.Addr `es:"column,unique"`

	PFlag     *bool       `es:"column"`
	PInt      *int32      `es:"column,unique"`
	PUint     *uint64     `es:"column"`
	PFloat    *float32    `es:"column"`
	PText     *string     `es:"column"`
	PBytes    *[]byte     `es:"column"`
	PNamed    *Name       `es:"column"`
	PTime     *time.Time  `es:"column"`
	PTimeText *time.Time  `es:"column,time=text"`
	PUUID     *uuid.UUID  `es:"column"`
	PAddr     *netip.Addr `es:"column"`

	Money   Money   `es:"column,index"`
	Code    Code    `es:"column,unique"`
	Secret  Secret  `es:"column"`
	Day     Day     `es:"column"`
	Deep    Deep    `es:"column"`
	PMoney  *Money  `es:"column"`
	PCode   *Code   `es:"column"`
	PDeep   *Deep   `es:"column"`
	Foreign [2]int  `es:"column,encode=pairText,decode=parsePair"`
	Hidden  *[2]int `es:"column,encode=pointerText,decode=parsePointer"`

	Struct  Point            `es:"column"`
	PStruct *Point           `es:"column"`
	List    []string         `es:"column"`
	Map     map[string]int   `es:"column"`
	Any     any              `es:"column"`
	Raw     json.RawMessage  `es:"column"`
	Deeper  map[string][]Day `es:"column"`

	Gone bool `es:"column,softdelete=frees"`
}

type (
	// On is a bool by another name.
	On bool
	// Level is an integer by another name.
	Level int8
	// Count is an unsigned integer by another name.
	Count uint16
	// Ratio is a number by another name.
	Ratio float64
	// Name is a text by another name.
	Name string
	// Blob is bytes by another name.
	Blob []byte
)

// Point is stored as JSON.
type Point struct {
	X int `json:"x"`
	Y int `json:"y,omitempty"`
}

// Money is a value object whose base is an integer.
//
//es:value encode=Cents decode=MoneyOf
type Money struct{ cents int64 }

// MoneyOf gives an amount of cents.
func MoneyOf(cents int64) Money { return Money{cents} }

// Cents is the amount.
func (m Money) Cents() int64 { return m.cents }

// Code is a value object whose base is a text that can be wrong.
//
//es:value encode=String decode=ParseCode sample=SampleCode
type Code struct{ text string }

// ParseCode refuses a code in small letters.
func ParseCode(text string) (Code, error) {
	if strings.ToUpper(text) != text {
		return Code{}, errors.New("a code has no small letters")
	}
	return Code{text}, nil
}

// SampleCode is some code.
func SampleCode() Code { return Code{"C1"} }

func (c Code) String() string { return c.text }

// Secret is a value object whose base is bytes.
//
//es:value encode=Bytes decode=SecretOf
type Secret struct{ text string }

// SecretOf makes a secret of bytes.
func SecretOf(b []byte) Secret { return Secret{string(b)} }

// Bytes are those of the secret.
func (s Secret) Bytes() []byte { return []byte(s.text) }

// Day is a value object whose base is a time.
//
//es:value encode=Time decode=DayOf
type Day struct{ unix int64 }

// DayOf is the day of a time.
func DayOf(t time.Time) Day { return Day{t.Unix() / 86400} }

// Time is the day's beginning.
func (d Day) Time() time.Time { return time.Unix(d.unix*86400, 0).UTC() }

// Deep is a value object whose base is another one.
//
//es:value encode=Inner decode=DeepOf
type Deep struct{ code Code }

// DeepOf wraps a code.
func DeepOf(c Code) Deep { return Deep{c} }

// Inner is the code.
func (d Deep) Inner() Code { return d.code }

func pairText(p [2]int) string { return fmt.Sprint(p[0], "/", p[1]) }

func parsePair(text string) (p [2]int, err error) {
	_, err = fmt.Sscanf(text, "%d/%d", &p[0], &p[1])
	return p, err
}

func pointerText(p *[2]int) string {
	if p == nil {
		return ""
	}
	return pairText(*p)
}

func parsePointer(text string) (*[2]int, error) {
	if text == "" {
		return nil, nil
	}
	p, err := parsePair(text)
	return &p, err
}

// Changed says by name what an item's state is to be.
//
//es:event item.changed
type Changed struct {
	ID    uuid.UUID `json:"id"`
	Which string    `json:"which"`
}

// states are what items change to, by name: an event of all these fields would test the
// codecs, and those have tests of their own.
var states = map[string]func(*Item){}

func (i *Item) applyChanged(e Changed) {
	i.id = e.ID
	if change := states[e.Which]; change != nil {
		change(i)
	}
}

// change makes an item, or changes one.
func (i *Item) change(id uuid.UUID, which string) { i.record(Changed{ID: id, Which: which}) }

// Ticket has an integer for its key.
//
//es:aggregate ticket
//es:table tickets
type Ticket struct {
	es.Root

	Number int32  `es:"id,column=no"`
	Title  string `es:"column,unique"`
}

// Titled gives a ticket its title.
//
//es:event of=Ticket
type Titled struct {
	Number int32
	Title  string
}

func (t *Ticket) applyTitled(e Titled) { t.Number, t.Title = e.Number, e.Title }

// Room has a text by another name for its key.
//
//es:aggregate room
//es:stream floor/{id}/room
//es:table rooms
type Room struct {
	es.Root

	Name Name `es:"id"`
	Beds uint `es:"column,index"`
}

// Furnished gives a room its beds.
//
//es:event of=Room
type Furnished struct {
	Name Name
	Beds uint
}

func (r *Room) applyFurnished(e Furnished) { r.Name, r.Beds = e.Name, e.Beds }

// Host has a type with MarshalText for its key.
//
//es:aggregate host
//es:table hosts
type Host struct {
	es.Root

	Addr netip.Addr `es:"id"`
	Up   bool       `es:"column,softdelete"`
}

// Pinged says whether a host is up.
//
//es:event of=Host
type Pinged struct {
	Addr netip.Addr
	Up   bool
}

func (h *Host) applyPinged(e Pinged) { h.Addr, h.Up = e.Addr, e.Up }

// Serial is a value object for a key, whose base is an unsigned integer.
//
//es:value encode=Number decode=SerialOf
type Serial struct{ n uint64 }

// SerialOf makes a serial of its number.
func SerialOf(n uint64) (Serial, error) {
	if n == 13 {
		return Serial{}, errors.New("there is no " + strconv.Itoa(13))
	}
	return Serial{n}, nil
}

// Number is the serial's.
func (s Serial) Number() uint64 { return s.n }

// Device has a value object for its key.
//
//es:aggregate device
//es:table devices
type Device struct {
	es.Root

	Serial Serial `es:"id"`
	Model  string `es:"column"`
}

// Shipped gives a device its model.
//
//es:event of=Device
type Shipped struct {
	Serial Serial
	Model  string
}

func (d *Device) applyShipped(e Shipped) { d.Serial, d.Model = e.Serial, e.Model }
