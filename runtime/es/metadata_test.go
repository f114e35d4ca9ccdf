package es_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/memory"
)

func TestMetadata(t *testing.T) {
	store := memory.New()
	repo := newAccounts(store, es.WithDecorator(func(_ context.Context, e es.Event, md *es.Metadata) error {
		md.Headers["type"] = e.EventType()
		return nil
	}))
	ctx := es.ContextWithMetadata(t.Context(), es.Metadata{CorrelationID: "request-1", Headers: map[string]string{"user": "ann", "ip": "::1"}})
	ctx = es.ContextWithMetadata(ctx, es.Metadata{CausationID: "message-2"})
	a := open("ann")
	a.record(noted{})
	err := repo.Save(ctx, a, es.WithMetadata(es.Metadata{Headers: map[string]string{"ip": "<hidden>"}}))
	if err != nil {
		t.Fatal(err)
	}
	var types []string
	for e, err := range repo.History(t.Context(), "ann") {
		if err != nil {
			t.Fatal(err)
		}
		md := e.Metadata
		if md.CorrelationID != "request-1" || md.CausationID != "message-2" || md.Headers["user"] != "ann" || md.Headers["ip"] != "<hidden>" {
			t.Fatalf("metadata %+v", md)
		}
		types = append(types, md.Headers["type"])
	}
	if len(types) != 2 || types[1] != "account.noted" {
		t.Fatalf("decorated with %v", types)
	}
	refusing := newAccounts(store, es.WithDecorator(func(context.Context, es.Event, *es.Metadata) error { return errDomain }))
	if err := refusing.Save(ctx, open("bob")); !errors.Is(err, errDomain) {
		t.Fatalf("%v", err)
	}
}

// Contexts and saves merge metadata without touching the maps that they were given.
func TestMetadataLeavesTheCallersMapsAlone(t *testing.T) {
	repo := newAccounts(memory.New(), es.WithDecorator(func(_ context.Context, _ es.Event, md *es.Metadata) error {
		md.Headers["decorated"] = "yes"
		return nil
	}))
	outer, inner, given := map[string]string{"a": "outer"}, map[string]string{"b": "inner"}, map[string]string{"c": "given"}
	outerCtx := es.ContextWithMetadata(t.Context(), es.Metadata{Headers: outer})
	innerCtx := es.ContextWithMetadata(outerCtx, es.Metadata{Headers: inner})
	err := repo.Save(innerCtx, open("ann"), es.WithMetadata(es.Metadata{Headers: given}), es.WithMetadata(es.Metadata{Headers: map[string]string{"d": "more"}}))
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct{ got, want map[string]string }{
		"the outer map":     {outer, map[string]string{"a": "outer"}},
		"the inner map":     {inner, map[string]string{"b": "inner"}},
		"the save's map":    {given, map[string]string{"c": "given"}},
		"the outer context": {es.MetadataFromContext(outerCtx).Headers, map[string]string{"a": "outer"}},
		"the inner context": {es.MetadataFromContext(innerCtx).Headers, map[string]string{"a": "outer", "b": "inner"}},
	} {
		if !maps.Equal(tc.got, tc.want) {
			t.Errorf("%s: %v, want %v", name, tc.got, tc.want)
		}
	}
	for e, err := range repo.History(t.Context(), "ann") {
		want := map[string]string{"a": "outer", "b": "inner", "c": "given", "d": "more", "decorated": "yes"}
		if err != nil || !maps.Equal(e.Metadata.Headers, want) {
			t.Errorf("stored headers %v, %v; want %v", e.Metadata.Headers, err, want)
		}
	}
	// What a caller does to its map afterwards changes no context.
	outer["a"] = "changed"
	if got := es.MetadataFromContext(outerCtx).Headers["a"]; got != "outer" {
		t.Errorf("the outer context says %q after the caller's map was changed", got)
	}
}

// What a decorator says of one event is not said of the next.
func TestDecoratorsChangeOneEventsMetadata(t *testing.T) {
	repo := newAccounts(memory.New(), es.WithDecorator(func(_ context.Context, e es.Event, md *es.Metadata) error {
		if _, first := e.(opened); first {
			md.CausationID = "signup"
			md.Headers["first"] = "yes"
		}
		return nil
	}))
	a := open("ann")
	a.record(noted{})
	if err := repo.Save(t.Context(), a, es.WithMetadata(es.Metadata{Headers: map[string]string{"user": "ann"}})); err != nil {
		t.Fatal(err)
	}
	for e, err := range repo.History(t.Context(), "ann") {
		if err != nil {
			t.Fatal(err)
		}
		if decorated := e.Version == 1; (e.Metadata.Headers["first"] == "yes") != decorated || (e.Metadata.CausationID == "signup") != decorated {
			t.Errorf("version %d: %+v", e.Version, e.Metadata)
		}
	}
}

func TestDamagedMetadata(t *testing.T) {
	if md, err := es.DecodeMetadata(nil); err != nil || md.Headers != nil || md.CorrelationID != "" {
		t.Errorf("no metadata: %+v, %v", md, err)
	}
	for _, damaged := range []string{`[]`, `{"correlationId":`, `{"correlationId":"a","headers":{"b":1}}`} {
		md, err := es.DecodeMetadata([]byte(damaged))
		if !errors.Is(err, es.ErrCorrupt) || md.CorrelationID != "" || md.Headers != nil {
			t.Errorf("%s: %+v, %v", damaged, md, err)
		}
	}
	repo, store := opened100(t)
	putEvent(t, store, "account-ann", es.NewEvent{Type: "account.noted", TypeVersion: 1, RecordedAt: time.Unix(1, 0), Payload: []byte(`{}`), Metadata: []byte(`[]`)})
	var last error
	for _, err := range repo.History(t.Context(), "ann") {
		last = err
	}
	if where, ok := errors.AsType[*es.EventError](last); !ok || where.Version != 3 || !errors.Is(last, es.ErrCorrupt) {
		t.Errorf("history: %v", last)
	}
}

// encoding/json would store U+FFFD in place of what is not UTF-8.
func TestMetadataThatIsNotUTF8IsRefused(t *testing.T) {
	repo, _ := opened100(t)
	const bad = "a\xffb"
	for name, md := range map[string]es.Metadata{
		"correlation": {CorrelationID: bad}, "causation": {CausationID: bad}, "command": {CommandID: bad},
		"key": {Headers: map[string]string{bad: "x"}}, "value": {Headers: map[string]string{"x": bad}},
	} {
		a := load(t, repo, "ann")
		a.record(noted{})
		if err := repo.Save(t.Context(), a, es.WithMetadata(md)); err == nil || !strings.Contains(err.Error(), "is not UTF-8") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if a := load(t, repo, "ann"); a.Version() != 2 {
		t.Errorf("version %d: something was stored", a.Version())
	}
}

// encodedByLibrary is what encoding/json makes of md.
func encodedByLibrary(md es.Metadata) (string, error) {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(md)
	return strings.TrimSuffix(b.String(), "\n"), err
}

// Metadata is encoded as encoding/json encodes it, but for what is not UTF-8, which is
// refused; where there is nothing to say, nothing is stored.
func checkEncoded(t *testing.T, md es.Metadata) {
	t.Helper()
	valid := utf8.ValidString(md.CorrelationID + "|" + md.CausationID + "|" + md.CommandID)
	for key, value := range md.Headers {
		valid = valid && utf8.ValidString(key) && utf8.ValidString(value)
	}
	want, err := encodedByLibrary(md)
	if err != nil {
		t.Fatal(err)
	}
	if want == "{}" {
		want = ""
	}
	got, err := es.EncodeMetadata(md)
	switch {
	case (err == nil) != valid:
		t.Fatalf("%#v: %v, and it is UTF-8: %v", md, err, valid)
	case err != nil:
		return
	case string(got) != want || (got == nil) != (want == ""):
		t.Fatalf("%#v is %s, and encoding/json makes it %s", md, got, want)
	}
	again, err := es.DecodeMetadata(got)
	if len(md.Headers) == 0 {
		md.Headers = nil
	}
	if err != nil || !reflect.DeepEqual(again, md) {
		t.Fatalf("%#v comes back as %#v, %v", md, again, err)
	}
}

func TestMetadataIsEncodedAsTheLibraryDoes(t *testing.T) {
	// Every character for itself and between others, as each of the texts.
	texts := []string{"", "a", "\u2028", "\u2029", "\u2027\u202a", "\xe2\x80", "\xe2", "\xff", "\xed\xa0\x80", "\ufffd", "日本", "\U0001f600", "<&>", "{", "\\\"", "a\x00b"}
	for c := range 0x80 {
		texts = append(texts, string(rune(c)), "x"+string(rune(c))+"y"+string(rune(c)))
	}
	for _, s := range texts {
		for _, md := range []es.Metadata{
			{CorrelationID: s}, {CausationID: s}, {CommandID: s}, {CorrelationID: s, CausationID: s, CommandID: s}, {Headers: map[string]string{s: s}},
			{CommandID: "c", Headers: map[string]string{s: s, "b": "1", "a": "2", "ab": "3", "": "4"}},
			{CorrelationID: "c", Headers: map[string]string{}},
		} {
			checkEncoded(t, md)
		}
	}
	many := map[string]string{}
	for i := range 100 {
		many[fmt.Sprint("key ", i*i%101)] = fmt.Sprint(i)
		checkEncoded(t, es.Metadata{Headers: many})
	}
}

func FuzzEncodeMetadata(f *testing.F) {
	f.Add("correlation", "causation", "command", "user", "ann", "ip", "::1")
	f.Add("", "", "", "", "", "", "")
	f.Add("\u2028", "\x00\b\f\n\r\t\x1f\x7f", "\"\\/", "b", "\xff", "a", "<&>")
	f.Fuzz(func(t *testing.T, correlation, causation, command, key1, value1, key2, value2 string) {
		md := es.Metadata{CorrelationID: correlation, CausationID: causation, CommandID: command}
		checkEncoded(t, md)
		md.Headers = map[string]string{key1: value1}
		checkEncoded(t, md)
		md.Headers[key2] = value2
		checkEncoded(t, md)
	})
}

// Every save encodes metadata once at least, so it must cost no more than the bytes
// that it makes.
func TestEncodingMetadataAllocatesTheResult(t *testing.T) {
	for name, md := range map[string]es.Metadata{
		"IDs":     {CorrelationID: "request-1", CausationID: "message-2", CommandID: "c"},
		"headers": {CorrelationID: "request-1", Headers: map[string]string{"user": "ann", "ip": "::1", "agent": "a \"b\""}},
		"nothing": {},
	} {
		want := 1.0
		if name == "nothing" {
			want = 0
		}
		if got := testing.AllocsPerRun(100, func() {
			if _, err := es.EncodeMetadata(md); err != nil {
				t.Fatal(err)
			}
		}); got > want {
			t.Errorf("%s: %v allocations, want %v", name, got, want)
		}
	}
}

func BenchmarkEncodeMetadata(b *testing.B) {
	const id = "0195a0b1-c2d3-7e4f-8a1b-000000000001"
	for _, bench := range []struct {
		name string
		md   es.Metadata
	}{
		{"none", es.Metadata{}},
		{"command", es.Metadata{CommandID: id}},
		{"IDs", es.Metadata{CorrelationID: id, CausationID: id, CommandID: id}},
		{"headers", es.Metadata{CorrelationID: id, CausationID: id, Headers: map[string]string{"user": "ann", "ip": "2001:db8::1", "agent": "curl/8.0"}}},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := es.EncodeMetadata(bench.md); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// The command of es.Once is what the stream remembers, so it is what the events say.
func TestOnceIsTheCommandInTheMetadata(t *testing.T) {
	for name, opts := range map[string][]es.SaveOption{
		"alone":                    {es.Once("c1")},
		"before other metadata":    {es.Once("c1"), es.WithMetadata(es.Metadata{CommandID: "c2"})},
		"after other metadata":     {es.WithMetadata(es.Metadata{CommandID: "c2"}), es.Once("c1")},
		"the metadata's own alone": {es.WithMetadata(es.Metadata{CommandID: "c1"})},
	} {
		repo := newAccounts(memory.New())
		a := open("ann")
		a.record(noted{})
		if err := repo.Save(t.Context(), a, opts...); err != nil {
			t.Fatal(err)
		}
		for e, err := range repo.History(t.Context(), "ann") {
			if err != nil || e.Metadata.CommandID != "c1" {
				t.Errorf("%s: version %d bears command %q, %v", name, e.Version, e.Metadata.CommandID, err)
			}
		}
	}
}

// Metadata is decoded as encoding/json decodes it, whoever wrote it.
func FuzzDecodeMetadata(f *testing.F) {
	for _, s := range []string{
		`{}`, `null`, `{"correlationId":"c","causationId":"d","commandId":"e","headers":{"a":"b","c":"d"}}`, `{"headers":{}}`,
		`{"headers":{"a":"1","a":"2"}}`, `{"headers":{"a":"1"},"headers":{"b":"2"}}`, `{"headers":null}`, `{"headers":{"a":1}}`, `{"headers":{"a":"1"`,
		`{"commandId":"a","commandId":"b"}`, `{"commandid":"a"}`, `{"commandId":"\u0041"}`, `{"commandId":"a\\"}`, `{"commandId":"a`, `{"commandId":7}`,
		` {"commandId" : "a"}`, `{"commandId":"a"} `, `{"commandId":"a",}`, `{"commandId":"a"}}`, `{"commandId":"a"`, `{"commandId"`, `{"other":"a"}`, `{"commandId":"ü\u2028"}`,
		"{\"commandId\":\"a\xff\"}", "{\"commandId\":\"\n\"}", `[]`, `{`, `{,}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) == 0 {
			return
		}
		var want es.Metadata
		wantErr := json.Unmarshal(b, &want)
		got, err := es.DecodeMetadata(b)
		if (err == nil) != (wantErr == nil) || err != nil && !errors.Is(err, es.ErrCorrupt) {
			t.Fatalf("%s: %v, and encoding/json says %v", b, err, wantErr)
		}
		if err == nil && !reflect.DeepEqual(got, want) {
			t.Fatalf("%s is %#v, and encoding/json says %#v", b, got, want)
		}
	})
}
