package declared

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/esgen/esgen/runtime/es"
)

var (
	id     = ThingID{1, 2, 3, 15: 255}
	berlin = time.FixedZone("CEST", 2*60*60)
	moment = Moment(time.Date(2026, time.May, 1, 12, 34, 56, 123456789, time.UTC))
	nobody = Name("")
)

// events are values that keep to the rules and values that do not, zero ones and those
// that hold one another.
var events = []es.Event{
	Created{},
	Created{ThingID: id, Name: "Anna", Count: 3, Channel: ChannelPhone, Period: Period{From: moment, To: time.Time(moment)}, Names: Names{"Bob", ""}},
	Renamed{Name: "a name that is much too long <&> \u2028"},
	Scalars{},
	Scalars{
		Name: "x", Code: "no code", Quoted: "\"`\\',|", Size: "huge", Plain: "plain", Flag: true, Count: -1, Tiny: 127,
		Short: -32768, Medium: 1 << 30, Long: -1 << 63, Unsigned: 1 << 63, Octet: 0, Word: 3, DoubleWord: 1,
		Huge: 1<<64 - 1, Share: 1e300, Ratio: 1e-7, Discount: 1, Digest: Digest{1}, Patience: -1, Wait: 1,
		ThingID: id, Moment: moment, Names: Names{}, Scores: Scores{"b": 1, "a": 100}, Channel: "fax", Single: "other",
	},
	Optional{},
	Optional{Anything: json.RawMessage("null")},
	Optional{
		Name: "x", Count: 1, ThingID: id, Moment: moment, At: time.Time(moment), Digest: Digest{}, Channel: "fax",
		Period: Period{From: moment}, Names: Names{}, Pointer: &nobody, Anything: json.RawMessage(`{"a":[1,"b"]}`),
	},
	Keyed{},
	Keyed{
		ByChannel: map[Channel]int{ChannelWeb: 1, "fax": 2, "": 3}, BySingle: map[Single]Channel{SingleOnly: ChannelDesk},
		ByID: map[ThingID]Name{id: "Anna", {}: ""}, ByMoment: map[Moment][]Count{moment: {1, 2}, {}: nil},
		ByName: map[Name]Period{"ä": {To: time.Time(moment)}}, ByCount: map[Count]string{-1: "a", 10: "b", 2: "c"},
	},
	Nested{},
	Nested{
		Tree: Tree{
			Label: "root", Left: &Tree{Label: "left", Leaves: []Tree{{Label: "leaf"}, {}}},
			ByName: map[string]Tree{"b": {}, "a": {Right: &Tree{Leaves: []Tree{}}}},
		},
		Even: Even{&Odd{Next: &Even{&Odd{}}, Rest: []Even{{}, {&Odd{}}}}}, Channels: []Channel{"fax"},
		IDs: []*ThingID{&id, nil}, Lists: []Names{nil, {}, {"x"}}, Pointer: new(ChannelDesk),
	},
}

// standard is what encoding/json makes of a value, without escaping HTML.
func standard(t *testing.T, v any) []byte {
	t.Helper()
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		t.Fatal(err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

func encode(t *testing.T, event es.Event) []byte {
	t.Helper()
	payload, err := Registry().Encode(nil, event)
	if err != nil {
		t.Fatalf("%#v: %v", event, err)
	}
	return payload
}

func decode(t *testing.T, eventType, payload string) es.Event {
	t.Helper()
	event, err := Registry().Decode(&es.Stored{Type: eventType, TypeVersion: 1, Payload: []byte(payload)})
	if err != nil {
		t.Fatalf("%s: %v", payload, err)
	}
	return event
}

// sameMoments compares times as instants.
var sameMoments = cmp.Comparer(func(a, b Moment) bool { return time.Time(a).Equal(time.Time(b)) })

// The generated codecs and encoding/json agree on declared types, which stand in events
// and in commands alike, whether a value keeps to the rules or not.
func TestEncodingAgreesWithTheStandardLibrary(t *testing.T) {
	for _, event := range events {
		payload := encode(t, event)
		if want := standard(t, event); !bytes.Equal(payload, want) {
			t.Errorf("%T is encoded as\n%s\nencoding/json has it as\n%s", event, payload, want)
		}
		got := decode(t, event.EventType(), string(payload))
		want := reflect.New(reflect.TypeOf(event))
		if err := json.Unmarshal(payload, want.Interface()); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want.Elem().Interface(), any(got), sameMoments); diff != "" {
			t.Errorf("%T is not decoded as encoding/json does (-want +got):\n%s", event, diff)
		}
		if again := encode(t, got); !bytes.Equal(again, payload) {
			t.Errorf("%T is encoded as\n%s\nand, when it was decoded, as\n%s", event, payload, again)
		}
	}
}

// Rules may have come after the data.
func TestOldDataDecodes(t *testing.T) {
	e := decode(t, "thing.created", `{"name":"x","count":-7,"channel":"telegraph","thingId":"00000000-0000-0000-0000-000000000000"}`).(Created)
	if e.Name != "x" || e.Count != -7 || e.Channel != "telegraph" || e.Channel.Valid() {
		t.Errorf("decoded as %+v", e)
	}
	thing := new(Thing)
	thing.record(e)
	if thing.name != "x" || thing.count != -7 || thing.channel != "telegraph" {
		t.Errorf("applied as %+v", thing)
	}
}

// The fields that an event sets, and no others.
func TestSets(t *testing.T) {
	thing := new(Thing)
	thing.record(Created{ThingID: id, Name: "Anna", Count: 3, Channel: ChannelWeb, Period: Period{From: moment}, Names: Names{"a"}})
	thing.record(Renamed{Name: "Bert"})
	if thing.thingID != id || thing.name != "Bert" || thing.count != 3 || thing.channel != ChannelWeb || thing.period.From != moment || len(thing.names) != 1 {
		t.Errorf("the state is %+v", thing)
	}
}

// Times are kept and written in UTC, wherever they come from.
func TestMoments(t *testing.T) {
	local := Moment(time.Time(moment).In(berlin))
	const want = "2026-05-01T12:34:56.123456789Z"
	if text, err := local.MarshalText(); local.String() != want || string(text) != want || err != nil {
		t.Errorf("%s and %s, %v; want %s", local, text, err, want)
	}
	for _, text := range []string{want, "2026-05-01T14:34:56.123456789+02:00"} {
		var got Moment
		if err := got.UnmarshalText([]byte(text)); err != nil || got != moment {
			t.Errorf("%s is read as %v, %v", text, got, err)
		}
		e := decode(t, "thing.optional", `{"moment":"`+text+`"}`).(Optional)
		if e.Moment != moment {
			t.Errorf("%s is decoded as %v", text, e.Moment)
		}
	}
	got := moment
	if err := got.UnmarshalText([]byte("yesterday")); err == nil || got != moment {
		t.Errorf("a text that is no time is read as %v, %v", got, err)
	}
	late := Moment(time.Date(10000, time.January, 1, 0, 0, 0, 0, time.UTC))
	if text, err := late.MarshalText(); err == nil {
		t.Errorf("the year 10000 is written as %s", text)
	}
	var zero Moment
	if err := zero.UnmarshalText([]byte("0001-01-01T00:00:00Z")); err != nil || zero != (Moment{}) {
		t.Errorf("the zero time is read as %#v, %v", zero, err)
	}
}

func TestThingIDTexts(t *testing.T) {
	const text = "01020300-0000-0000-0000-0000000000ff"
	if got, err := id.MarshalText(); id.String() != text || string(got) != text || err != nil {
		t.Errorf("%s and %s, %v; want %s", id, got, err, text)
	}
	for _, form := range []string{text, strings.ToUpper(text), "urn:uuid:" + text, "{" + text + "}"} {
		var got ThingID
		if err := got.UnmarshalText([]byte(form)); err != nil || got != id {
			t.Errorf("%s is read as %v, %v", form, got, err)
		}
	}
	if err := new(ThingID).UnmarshalText([]byte("none")); err == nil {
		t.Error("a text that is no UUID is read")
	}
}

// Commands come as JSON.
func TestCommandsAreDecoded(t *testing.T) {
	var c Create
	err := json.Unmarshal([]byte(`{"thingId":"01020300-0000-0000-0000-0000000000ff","name":"Anna","count":2,"channel":"web",
		"period":{"from":"2026-05-01T14:34:56.123456789+02:00","to":"2026-05-01T14:34:56.123456789Z"}}`), &c)
	if err != nil || c.ThingID != id || c.Name != "Anna" || c.Count != 2 || c.Channel != ChannelWeb || c.Period.From != moment {
		t.Errorf("decoded as %+v, %v", c, err)
	}
	var d Describe
	if err := json.Unmarshal([]byte(`{"byChannel":{"web":"Anna"},"patience":90000000000,"remark":"now","tree":{"left":{"label":"Bert"}}}`), &d); err != nil ||
		d.ByChannel[ChannelWeb] != "Anna" || d.Patience.String() != "1m30s" || d.Note != "now" || d.Tree.Left.Label != "Bert" {
		t.Errorf("decoded as %+v, %v", d, err)
	}
}
