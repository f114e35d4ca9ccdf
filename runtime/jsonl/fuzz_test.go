package jsonl

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
)

// sampleRecords use all that a line can have.
func sampleRecords() []Record {
	plain := Record{Stored: es.Stored{
		Stream: es.Stream{Name: "a"}, Version: 1, Position: 1, ID: uuid.UUID{1}, Type: "t", TypeVersion: 1,
		RecordedAt: time.Unix(0, 0).UTC(), Payload: []byte("{}"),
	}, Last: true}
	full := Record{Stored: es.Stored{
		Stream: es.Stream{Name: "straße \"1\"\n", Category: "{id}", Key: "\x00"}, Version: 1, Position: 2, ID: uuid.UUID{2}, Type: "t\u2028", TypeVersion: 7,
		RecordedAt: time.Date(1815, 12, 10, 1, 2, 3, 400, time.UTC), Payload: []byte(`{"a":"}\"\\","b":[{}]}`), Metadata: []byte(`{"m":"{\\\""}`),
		Tags: []es.Tag{{Key: "k", Value: ""}, {Key: "\"", Value: "\\"}},
	}, CommandID: "c", Last: true, Synced: 1}
	text := Record{Stored: es.Stored{
		Stream: es.Stream{Name: "a"}, Version: 2, Position: 3, ID: uuid.UUID{3}, Type: "t", TypeVersion: 1,
		RecordedAt: time.Date(2026, 5, 1, 12, 0, 0, 120_000_000, time.UTC), Payload: []byte("[\n]"), Metadata: []byte("[]"),
	}}
	end := plain
	end.ID, end.Position, end.Version, end.Synced, end.Payload = uuid.UUID{4}, 4, 3, 2, []byte(`"x"`)
	return []Record{plain, full, text, end}
}

func sameRecord(a, b *Record) bool {
	tags := len(a.Tags) == len(b.Tags)
	for i := 0; tags && i < len(a.Tags); i++ {
		tags = a.Tags[i] == b.Tags[i]
	}
	return tags && a.Stream == b.Stream && a.Version == b.Version && a.Position == b.Position && a.ID == b.ID && a.Type == b.Type &&
		a.TypeVersion == b.TypeVersion && a.RecordedAt.Equal(b.RecordedAt) && bytes.Equal(a.Payload, b.Payload) && bytes.Equal(a.Metadata, b.Metadata) &&
		a.CommandID == b.CommandID && a.Last == b.Last && a.Synced == b.Synced
}

// sealed gives each line the checksum that it should have.
func sealed(data []byte) []byte {
	var out []byte
	for line := range bytes.Lines(data) {
		body, ended := bytes.CutSuffix(line, []byte("\n"))
		if n := len(body) - sealSize; n >= 0 {
			body = body[:n:n]
		}
		out = append(appendSeal(append(out, body...), body), '\n')
		if !ended {
			out = out[:len(out)-1]
		}
	}
	return out
}

func TestRecordsSurvive(t *testing.T) {
	t.Parallel()
	for _, want := range sampleRecords() {
		line, err := appendLine([]byte("before"), &want)
		if err != nil {
			t.Fatal(err)
		}
		line = bytes.TrimPrefix(line, []byte("before"))
		if bytes.IndexByte(line, '\n') != len(line)-1 {
			t.Errorf("not one line: %q", line)
		}
		got, err := parseRecord(line[:len(line)-1])
		if err != nil || !sameRecord(got, &want) {
			t.Errorf("got  %+v, %v\nwant %+v\nin %s", got, err, want, line)
		}
	}
	bad := sampleRecords()[0]
	bad.Type = "\xff"
	if got, err := appendLine([]byte("before"), &bad); err == nil || string(got) != "before" {
		t.Errorf("a type that is not UTF-8: %q, %v", got, err)
	}
}

// FuzzLine reads anything as a line that matches its checksum. What is accepted is written
// and read again as the same event.
func FuzzLine(f *testing.F) {
	for _, r := range sampleRecords() {
		line, _ := appendLine(nil, &r)
		f.Add(line[:len(line)-1-sealSize])
	}
	f.Add([]byte(`{"position":1,"stream":"\ud800","version":1,"id":"`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var l line
		if l.decode(body) == nil && !bytes.Contains(body, []byte(sealBegin)) {
			t.Fatalf("a line without a checksum was accepted: %q", body)
		}
		if bytes.IndexByte(body, '\n') >= 0 {
			return
		}
		r, err := parseRecord(appendSeal(bytes.Clone(body), body))
		if err != nil {
			return
		}
		again, err := appendLine(nil, r)
		if err != nil {
			t.Fatalf("%q was read as %+v, which cannot be written: %v", body, r, err)
		}
		got, err := parseRecord(again[:len(again)-1])
		if err != nil || !sameRecord(got, r) {
			t.Fatalf("%q was read as %+v, and that again as %+v, %v", body, r, got, err)
		}
	})
}

// FuzzOpen opens anything. If it is accepted, all of it can be read, and nothing is left out
// that is whole.
func FuzzOpen(f *testing.F) {
	var whole []byte
	for _, r := range sampleRecords() {
		whole, _ = appendLine(whole, &r)
		f.Add(bytes.Clone(whole), false)
		f.Add(bytes.Clone(whole[:len(whole)-5]), true)
	}
	f.Add([]byte(strings.Repeat("\x00", 100)), false)
	f.Fuzz(func(t *testing.T, data []byte, seal bool) {
		if seal {
			data = sealed(data)
		}
		path := filepath.Join(t.TempDir(), "events.jsonl")
		if err := os.WriteFile(path, data, 0o666); err != nil {
			t.Fatal(err)
		}
		var torn int64
		s, err := Open(t.Context(), path, withHaste, OnTorn(func(x Torn) { torn = x.Size }))
		if err != nil {
			if now, _ := os.ReadFile(path); !bytes.Equal(now, data) {
				t.Fatalf("refused with %v, and changed", err)
			}
			return
		}
		defer s.Close()
		head, _ := s.Head(t.Context())
		if n := int64(bytes.Count(data, []byte("\n"))); head > n+1 || torn == 0 && head < n {
			t.Fatalf("%d lines, %d events", n, head)
		}
		versions := make(map[string]int64)
		var last int64
		for e, err := range s.All(t.Context(), es.ReadAll{}) {
			if err != nil {
				// What stands behind the envelope is verified when it is read.
				if !errors.Is(err, es.ErrCorrupt) {
					t.Fatal(err)
				}
				return
			}
			versions[e.Stream.Name]++
			if last++; e.Position != last || e.Version != versions[e.Stream.Name] {
				t.Fatalf("event %+v", e)
			}
		}
		if last != head {
			t.Fatalf("read %d of %d events", last, head)
		}
		if _, err := s.Append(t.Context(), testAppend("new", es.NewEvent{
			ID: uuid.New(), Type: "t", TypeVersion: 1, RecordedAt: time.Unix(1, 1), Payload: []byte("1"),
		})); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if s, err = Open(t.Context(), path, withHaste, OnTorn(func(x Torn) { t.Errorf("torn: %+v", x) })); err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if now, _ := s.Head(t.Context()); now != head+1 {
			t.Fatalf("%d events after an append, and %d before", now, head)
		}
	})
}
