package storetest

import (
	"math"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
)

var appendCases = []testCase{
	{"EveryField", "an event is read back with every field as it was appended", everyField},
	{"Times", "RecordedAt is stored in UTC to the nanosecond, in the years 1678 to 2262", times},
	{"Payloads", "stores do not look into payloads: their bytes are read back as they were", payloads},
	{"Metadata", "metadata is nil or a JSON object, and read back as it was", metadata},
	{"Tags", "a tag's key is any text but the empty one, its value any text; a tag that is listed twice counts once", tags},
	{"Types", "a type is any text but the empty one, and type versions count from 1", types},
	{"EventIDs", "an event ID is any UUID but the nil one", eventIDs},
	{"CategoryAndKey", "a stream's category and key are kept beside its name, and are empty for a stream without a template", categoryAndKey},
	{"Versions", "versions count the events of a stream, from 1 and without gaps", versions},
	{"Positions", "positions order the events of all streams: they rise strictly, in the order of the appends, and Head is the last", positions},
	{"Result", "the result has each stream's first and last event, in the order of the append, and the position of the last event", results},
	{"SeveralStreams", "streams are appended to in the order of the append, and their events take positions in this order", severalStreams},
}

func everyField(s *subject) {
	stream := es.Stream{Name: "order-17", Category: "order-{id}", Key: "17"}
	s.append(write(es.StreamAppend{
		Stream:   stream,
		Expected: es.ExpectNone,
		Events: []es.NewEvent{{
			ID: uuid.MustParse("0196b2c8-7c1e-7d3a-9b6f-0123456789ab"), Type: "order.placed", TypeVersion: 3,
			RecordedAt: time.Date(2026, 5, 1, 12, 30, 15, 123456789, time.UTC),
			Payload:    []byte(`{"total":"12.50","lines":[1,2]}`),
			Metadata:   []byte(`{"correlation":"c-1","headers":{"ip":"::1"}}`),
			Tags:       []es.Tag{tag("order", "17"), tag("person", "4")},
		}, event("order.paid")},
	}))
	s.verify("after the first append") // through All and through Stream
	s.append(write(es.StreamAppend{Stream: stream, Expected: es.Exactly(2), Events: events(1, "order.sent")}))
}

func times(s *subject) {
	newYork := time.FixedZone("EDT", -4*60*60)
	nepal := time.FixedZone("", 5*60*60+45*60)
	for _, at := range []time.Time{
		time.Unix(0, 0),
		time.Unix(0, 1),
		time.Unix(0, -1),
		time.Unix(-1, 0),
		time.Date(1969, 12, 31, 23, 59, 59, 999999999, time.UTC),
		time.Date(1815, 12, 10, 1, 2, 3, 4, time.UTC),
		time.Unix(0, math.MinInt64),
		time.Unix(0, math.MaxInt64),
		time.Date(2026, 5, 1, 12, 0, 0, 120000000, time.UTC),
		time.Date(2026, 5, 1, 12, 0, 0, 1, newYork),
		time.Date(2026, 12, 31, 23, 59, 59, 999999999, newYork),
		time.Date(1950, 1, 1, 0, 0, 0, 123456789, nepal),
		time.Date(2026, 5, 1, 12, 0, 0, 0, time.Local),
		time.Now(), // with a reading of the monotonic clock
	} {
		e := event("clock.struck")
		e.RecordedAt = at
		s.append(write(to("clock", es.ExpectAny, e)))
	}
}

func payloads(s *subject) {
	for _, p := range []string{
		`{}`, `[]`, `null`, `true`, `0`, `-0`, `""`, `"text"`,
		` { "spaced" : 1 } `,
		"{\n\t\"lines\": [\r\n1,\n2]\n}\n",
		`{"b":1,"a":2,"b":3}`,
		`{"big":12345678901234567890123456789,"small":1e-999,"precise":0.1000}`,
		`{"html":"<a href='x'>&amp;</a>","slash":"\/","sql":"'; DROP TABLE events; --"}`,
		`{"escaped":"\u0000\u001f\u20ac\ud83d\ude00\ud800","line":"` + "\u2028\u2029" + `"}`,
		`{"grüße":"世界 😀 e` + "\u0301" + `","del":"` + "\x7f" + `"}`,
		`"` + strings.Repeat("x", 70_000) + `"`,
		strings.Repeat("[", 500) + strings.Repeat("]", 500),
	} {
		e := event("note.taken")
		e.Payload = []byte(p)
		s.append(write(to("note", es.ExpectAny, e)))
	}
}

func metadata(s *subject) {
	for _, m := range [][]byte{
		nil,
		[]byte(`{}`),
		[]byte(`{"correlation":"a","causation":"b"}`),
		[]byte("{ \"spaced\": \"\\u0000\",\n\"headers\": {\"x\": \"'\\\"\"} }"),
		nil,
		[]byte(`{"long":"` + strings.Repeat("m", 5000) + `"}`),
	} {
		e := event("note.taken")
		e.Metadata = m
		s.append(write(to("note", es.ExpectAny, e)))
	}
}

func tags(s *subject) {
	var all []es.Tag
	for _, text := range oddTexts() {
		all = append(all, tag("odd", text))
		if text != "" {
			all = append(all, tag(text, "odd"))
		}
		s.append(write(to("odd", es.ExpectAny, event("odd.tagged", tag("k"+text, text)))))
	}
	s.append(write(to("all", es.ExpectAny, event("odd.tagged", all...), event("odd.untagged"))))

	twice := tag("person", "7")
	s.append(write(to("twice", es.ExpectAny, event("person.seen", twice, tag("hotel", "1"), twice, twice))))
	s.append(write(to("twice", es.ExpectAny, event("person.seen", twice))))
	s.wantEvents("tag person:7", s.all(es.ReadAll{Query: query(tagged(twice))}), s.record[len(s.record)-2:])
}

func types(s *subject) {
	for _, text := range oddTexts() {
		if text == "" {
			continue
		}
		e := event(text)
		s.append(write(to("types", es.ExpectAny, e)))
		s.wantEvents("type "+brief(text), s.all(es.ReadAll{Query: query(typed(text))}), s.record[len(s.record)-1:])
	}
	for _, v := range []int{1, 2, 255, 256, math.MaxInt16 + 1, math.MaxInt32} {
		e := event("types.versioned")
		e.TypeVersion = v
		s.append(write(to("types", es.ExpectAny, e)))
	}
}

func eventIDs(s *subject) {
	for _, id := range []uuid.UUID{
		uuid.New(),
		uuid.Max,
		{15: 1},
		{0: 1},
		{0: 0xff, 7: '\'', 8: 0x80},
		{0: ' ', 1: '%', 2: '_', 3: '"', 15: ' '},
	} {
		e := event("id.given")
		e.ID = id
		s.append(write(to("ids", es.ExpectAny, e)))
	}
}

func categoryAndKey(s *subject) {
	for _, stream := range []es.Stream{
		{Name: "order-16", Category: "order-{id}", Key: "16"},
		{Name: "order-18", Category: "order-{id}", Key: "18"},
		{Name: "17", Category: "{id}", Key: "17"},
		{Name: "inbox"},
		{Name: "tenant/7/cart's \"x\"", Category: "tenant/7/cart's {id}", Key: "\"x\""},
		{Name: "ключ-ß", Category: "ключ-{id}", Key: "ß"},
	} {
		s.append(write(es.StreamAppend{Stream: stream, Expected: es.ExpectNone, Events: events(2, "thing.done")}))
	}
	again := es.Stream{Name: "order-16", Category: "order-{id}", Key: "16"}
	s.append(write(es.StreamAppend{Stream: again, Expected: es.Exactly(2), Events: events(1, "thing.done")}))
}

func versions(s *subject) {
	for i := range 30 {
		name := []string{"a", "b", "c"}[i%3]
		s.append(write(to(name, es.ExpectAny, events(i%4+1, "thing.done")...)))
	}
}

func positions(s *subject) {
	if head := s.head(); head != 0 {
		s.Fatalf("Head of an empty store is %d, want 0", head)
	}
	if got := s.all(es.ReadAll{}); len(got) != 0 {
		s.Fatalf("All of an empty store yields %d events, want none", len(got))
	}
	var last int64
	for i := range 50 {
		// Names that go down, so that an order by name shows.
		name := string(rune('z' - i%10))
		r := s.append(write(to(name, es.ExpectAny, events(2, "thing.done")...)))
		if first := r.Streams[0].FirstPosition; first <= last {
			s.Fatalf("append %d begins at position %d, though the one before ended at %d", i, first, last)
		}
		if last = r.Position; s.head() != last {
			s.Fatalf("Head is %d after an append that ended at position %d", s.head(), last)
		}
	}
}

func results(s *subject) {
	first := s.append(write(to("a", es.ExpectNone, events(3, "thing.done")...)))
	second := s.append(write(
		to("b", es.ExpectNone, events(1, "thing.done")...),
		to("a", es.Exactly(3), events(2, "thing.done")...),
	))
	for _, r := range []es.Result{first, second} {
		for _, part := range r.Streams {
			got := s.all(es.ReadAll{After: part.FirstPosition - 1, To: part.LastPosition})
			n := int(part.LastVersion - part.FirstVersion + 1)
			if len(got) != n || got[0].Version != part.FirstVersion || got[n-1].Version != part.LastVersion ||
				got[0].Position != part.FirstPosition || got[n-1].Position != part.LastPosition {
				s.Fatalf("the result says %+v, and at these positions there are %d events", part, len(got))
			}
		}
	}
}

func severalStreams(s *subject) {
	s.append(write(to("m", es.ExpectNone, event("thing.begun"))))
	s.append(write(
		to("z", es.ExpectNone, events(2, "thing.done")...),
		to("a", es.ExpectAny, events(3, "thing.done")...),
		to("m", es.ExpectExists, events(1, "thing.done")...),
		to("k", es.Exactly(0), events(2, "thing.done")...),
	))
	var parts []es.StreamAppend
	for i := range 300 {
		parts = append(parts, to(string(rune('a'+i%26))+strings.Repeat("x", i/26), es.ExpectAny, event("thing.done")))
	}
	slices.Reverse(parts)
	s.append(write(parts...))
}
