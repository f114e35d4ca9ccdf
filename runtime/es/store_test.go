package es_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
)

func TestQueryMatches(t *testing.T) {
	red, big := es.Tag{Key: "colour", Value: "red"}, es.Tag{Key: "size", Value: "big"}
	for name, tc := range map[string]struct {
		items []es.Item
		want  bool
	}{
		"no items select everything":       {nil, true},
		"an empty item selects everything": {[]es.Item{{}}, true},
		"the type":                         {[]es.Item{{Types: []string{"a", "painted"}}}, true},
		"another type":                     {[]es.Item{{Types: []string{"a"}}}, false},
		"one of its tags":                  {[]es.Item{{Tags: []es.Tag{big}}}, true},
		"all tags, in another order":       {[]es.Item{{Tags: []es.Tag{big, red}}}, true},
		"one tag too many":                 {[]es.Item{{Tags: []es.Tag{big, red, {Key: "size", Value: "small"}}}}, false},
		"the value of another key":         {[]es.Item{{Tags: []es.Tag{{Key: "size", Value: "red"}}}}, false},
		"the type without the tag":         {[]es.Item{{Types: []string{"painted"}, Tags: []es.Tag{{Key: "x", Value: "y"}}}}, false},
		"the second item":                  {[]es.Item{{Types: []string{"a"}}, {Tags: []es.Tag{red}}}, true},
	} {
		if got := (es.Query{Items: tc.items}).Matches("painted", []es.Tag{red, big}); got != tc.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestExpected(t *testing.T) {
	for _, tc := range []struct {
		expected     es.Expected
		actual       int64
		holds        bool
		conflictText string
	}{
		{es.ExpectNone, 0, true, ""},
		{es.ExpectNone, 3, false, "stream s exists already, at version 3"},
		{es.ExpectAny, 0, true, ""},
		{es.ExpectAny, 3, true, ""},
		{es.ExpectExists, 3, true, ""},
		{es.ExpectExists, 0, false, "version conflict: stream s does not exist, expected one that exists"},
		{es.Exactly(3), 3, true, ""},
		{es.Exactly(3), 4, false, "version conflict: stream s is at version 4, expected one at version 3"},
		{es.Exactly(3), 0, false, "version conflict: stream s does not exist, expected one at version 3"},
		{es.Exactly(0), 0, true, ""},
		{es.Exactly(-1), 5, false, ""}, // not ExpectAny
		{es.Exactly(-2), 5, false, ""}, // nor ExpectExists
	} {
		if got := tc.expected.Holds(tc.actual); got != tc.holds {
			t.Errorf("%d holds for %d: %v", tc.expected, tc.actual, got)
		}
		if tc.conflictText == "" {
			continue
		}
		err := error(&es.ConflictError{Stream: "s", Expected: tc.expected, Actual: tc.actual})
		if err.Error() != tc.conflictText {
			t.Errorf("%q, want %q", err, tc.conflictText)
		}
		if errors.Is(err, es.ErrExists) != (tc.expected == es.ExpectNone) || !errors.Is(err, es.ErrConflict) {
			t.Errorf("%v matches the wrong sentinels", err)
		}
	}
}

func TestAppendValidate(t *testing.T) {
	event := func(change func(*es.NewEvent)) es.NewEvent {
		e := es.NewEvent{ID: uuid.UUID{1}, Type: "t", TypeVersion: 1, RecordedAt: time.Unix(1, 0), Payload: []byte("{}")}
		if change != nil {
			change(&e)
		}
		return e
	}
	stream := func(name string, events ...es.NewEvent) es.StreamAppend {
		return es.StreamAppend{Stream: es.Stream{Name: name}, Events: events}
	}
	one := func(change func(*es.NewEvent)) []es.StreamAppend {
		return []es.StreamAppend{stream("s", event(change))}
	}
	for name, tc := range map[string]struct {
		streams []es.StreamAppend
		want    string // empty where nothing is wrong
	}{
		"fine":                   {one(nil), ""},
		"the first nanosecond":   {one(func(e *es.NewEvent) { e.RecordedAt = time.Unix(0, math.MinInt64) }), ""},
		"the last nanosecond":    {one(func(e *es.NewEvent) { e.RecordedAt = time.Unix(0, math.MaxInt64) }), ""},
		"no stream":              {nil, "names no stream"},
		"no name":                {[]es.StreamAppend{stream("", event(nil))}, "stream name"},
		"a name not UTF-8":       {[]es.StreamAppend{stream("\xff", event(nil))}, "stream name"},
		"no events":              {[]es.StreamAppend{stream("s")}, "no events for stream s"},
		"a stream twice":         {[]es.StreamAppend{stream("s", event(nil)), stream("s", event(func(e *es.NewEvent) { e.ID = uuid.UUID{2} }))}, "stream s is named twice"},
		"an ID twice":            {[]es.StreamAppend{stream("s", event(nil)), stream("u", event(nil))}, "stands twice"},
		"an ID twice in one":     {[]es.StreamAppend{stream("s", event(nil), event(nil))}, "stands twice"},
		"an unknown expectation": {[]es.StreamAppend{{Stream: es.Stream{Name: "s"}, Expected: -3, Events: []es.NewEvent{event(nil)}}}, "expected version -3"},
		"no ID":                  {one(func(e *es.NewEvent) { e.ID = uuid.Nil }), "no ID"},
		"no type":                {one(func(e *es.NewEvent) { e.Type = "" }), "type"},
		"type version 0":         {one(func(e *es.NewEvent) { e.TypeVersion = 0 }), "type version 0"},
		"no payload":             {one(func(e *es.NewEvent) { e.Payload = nil }), "no payload"},
		"no time":                {one(func(e *es.NewEvent) { e.RecordedAt = time.Time{} }), "time is zero"},
		"too early":              {one(func(e *es.NewEvent) { e.RecordedAt = time.Unix(0, math.MinInt64).Add(-1) }), "1678 to 2262"},
		"too late":               {one(func(e *es.NewEvent) { e.RecordedAt = time.Unix(0, math.MaxInt64).Add(1) }), "1678 to 2262"},
		"a tag without a key":    {one(func(e *es.NewEvent) { e.Tags = []es.Tag{{Value: "v"}} }), "tag"},
		"a tag not UTF-8":        {one(func(e *es.NewEvent) { e.Tags = []es.Tag{{Key: "k", Value: "\xff"}} }), "tag"},
	} {
		err := (&es.Append{Streams: tc.streams}).Validate()
		switch {
		case tc.want == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case tc.want != "" && (!errors.Is(err, es.ErrInvalidAppend) || !strings.Contains(err.Error(), tc.want)):
			t.Errorf("%s: %v, want %q", name, err, tc.want)
		}
	}
}

// What is true of the streams, events and rows of an append is so whatever their number
// and order.
func TestAppendValidateOfSeveral(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*es.Append)
		want   string // empty where nothing is wrong
	}{
		"fine":                   {func(*es.Append) {}, ""},
		"IDs that fall":          {func(a *es.Append) { slices.Reverse(a.Streams) }, ""},
		"rows that fall":         {func(a *es.Append) { slices.Reverse(a.Rows) }, ""},
		"no rows":                {func(a *es.Append) { a.Rows = nil }, ""},
		"two rows of one stream": {func(a *es.Append) { a.Rows[0] = a.Rows[2] }, ""},
		"a row without a table":  {func(a *es.Append) { a.Rows[1].Table = "" }, "a row without a table"},
		"a row without values":   {func(a *es.Append) { a.Rows[1].Values = nil }, "without values"},
		"a row of another":       {func(a *es.Append) { a.Rows[2].Stream = "order-9" }, `for stream "order-9", to which nothing is appended`},
		"a row of a lone other":  {func(a *es.Append) { a.Streams, a.Rows = a.Streams[:1], a.Rows[1:2] }, `for stream "order-1", to which`},
		"a stream twice":         {func(a *es.Append) { a.Streams[2].Stream.Name = "order-0" }, "stream order-0 is named twice"},
		"an ID twice":            {func(a *es.Append) { a.Streams[2].Events[1].ID = a.Streams[0].Events[0].ID }, "stands twice"},
		"an ID twice in a row":   {func(a *es.Append) { a.Streams[1].Events[0].ID = a.Streams[0].Events[1].ID }, "stands twice"},
	} {
		a := appendOf(3, 2, true)
		tc.change(a)
		switch err := a.Validate(); {
		case tc.want == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case tc.want != "" && (!errors.Is(err, es.ErrInvalidAppend) || !strings.Contains(err.Error(), tc.want)):
			t.Errorf("%s: %v, want %q", name, err, tc.want)
		}
	}
}

// Two stream templates overlap just when some name is spelt by both.
func FuzzTemplatesOverlap(f *testing.F) {
	f.Add("order-", "", "order-item-", "", "item-5")
	f.Add("a", "b", "", "bb", "x")
	f.Add("a-", "-x", "a-b-", "-y-x", "")
	f.Fuzz(func(t *testing.T, p1, s1, p2, s2, middle string) {
		if strings.Contains(p1+s1+p2+s2, "{id}") {
			return
		}
		_, err := es.NewRegistry(otherDefinition("a", p1+"{id}"+s1), &es.Definition[account, string, accountEvent]{Name: "b", Stream: p2 + "{id}" + s2})
		if p1 == p2 && s1 == s2 {
			return // micro aggregates share a template
		}
		longer := func(a, b string) string {
			if len(a) > len(b) {
				return a
			}
			return b
		}
		name := longer(p1, p2) + "m" + middle + longer(s1, s2)
		spells := func(p, s string) bool {
			return strings.HasPrefix(name, p) && strings.HasSuffix(name, s) && len(name) > len(p)+len(s)
		}
		if both := spells(p1, s1) && spells(p2, s2); both != (err != nil) {
			t.Errorf("%q and %q: both spell %q: %v, error %v", p1+"{id}"+s1, p2+"{id}"+s2, name, both, err)
		}
	})
}
