//go:build cgo

package sqlite

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/esgen/esgen/runtime/es"
)

// A stream that the store remembers is read with one statement, where one page holds it.
func TestOneStatementReadsAStream(t *testing.T) {
	t.Parallel()
	s := openAt(t, newPath(t), WithReaders(1))
	fill(t, s, firstPage, "a")
	for _, opts := range []es.ReadStream{{}, {Brief: true}, {From: 3, Brief: true}, {From: 3, To: 7}, {Limit: 2}} {
		read := func() { _, _ = readError(t, s, "a", opts) }
		read()
		if asked := statementsOf(t, s, read); len(asked) != 1 || strings.Contains(asked[0], "es_streams") {
			t.Errorf("%+v: %d statements: %s", opts, len(asked), strings.Join(asked, "\n"))
		}
	}
}

// What a store reads of a stream that it remembers is what one reads that has just been
// opened, and so is what it says of damage.
func TestRememberedStreams(t *testing.T) {
	t.Parallel()
	const n = firstPage + 3
	for _, damage := range []string{
		"",
		"DELETE FROM es_events WHERE version = 1",
		"DELETE FROM es_events WHERE version = 2",
		fmt.Sprint("DELETE FROM es_events WHERE version = ", firstPage),
		fmt.Sprint("DELETE FROM es_events WHERE version = ", firstPage+1),
		fmt.Sprint("DELETE FROM es_events WHERE version = ", n),
		"DELETE FROM es_events",
		"DELETE FROM es_events WHERE version > 1",
		"UPDATE es_heads SET head = 0",
		"UPDATE es_heads SET head = 2",
		fmt.Sprint("UPDATE es_heads SET head = ", n+1),
		"DROP TRIGGER es_heads_keep_delete; DELETE FROM es_heads",
		"UPDATE es_events SET payload = '{}' WHERE version = 1",
		"UPDATE es_events SET payload = '{}' WHERE version = 2",
		"UPDATE es_events SET type = 77 WHERE version = 3",
		"UPDATE es_events SET version = -version WHERE version = 3",
		// Events of another stream under this one's number.
		"DELETE FROM es_events WHERE stream = 1; UPDATE es_events SET stream = 1; UPDATE es_heads SET head = 2 WHERE stream = 1",
	} {
		path := newPath(t)
		s := openAt(t, path)
		fill(t, s, n, "a")
		fill(t, s, 2, "b")
		if s.streams.named("a") != nil {
			t.Fatal("a store remembers a stream that nobody has read")
		}
		got := versions(t, s, "a")
		known := s.streams.named("a")
		if len(got) != n || known == nil {
			t.Fatalf("read %v, and remember %v", got, known)
		}
		if damage != "" {
			tamper(t, path, damage)
		}
		for _, opts := range []es.ReadStream{
			{}, {From: 2}, {From: n - 1}, {From: n}, {From: n + 1}, {From: n + 2}, {To: 2}, {From: 2, To: 2}, {From: 2, To: 1}, {From: -5, To: -3},
			{From: 3, To: n + 9}, {Limit: 1}, {Limit: firstPage}, {Limit: firstPage + 1}, {Limit: n}, {From: n, Limit: 5}, {Backwards: true},
		} {
			for _, opts.Brief = range []bool{false, true} {
				// Damage makes a store forget.
				s.streams.add(known)
				got, want := readings(t, s, opts), readings(t, openAt(t, path), opts)
				if !slices.Equal(got, want) {
					t.Errorf("%s: %+v: of a remembered stream %d read, and then %q; want %d, and then %q",
						damage, opts, len(got), got[len(got)-1], len(want), want[len(want)-1])
				}
			}
		}
	}
}

// readings is what a reading of stream a yields, and that it ends.
func readings(t *testing.T, s *Store, opts es.ReadStream) (seen []string) {
	for e, err := range s.Stream(t.Context(), "a", opts) {
		if err != nil {
			return append(seen, err.Error())
		}
		seen = append(seen, fmt.Sprintf("%d %d %s %s", e.Position, e.Version, e.Type, e.Payload))
	}
	return append(seen, "the end")
}

// The number that a store remembers may be that of another stream by now, or of none, if
// somebody has restored a backup into the file while it was open.
func TestRememberedNumberOfAnother(t *testing.T) {
	t.Parallel()
	s := openAt(t, newPath(t))
	fill(t, s, 3, "b", "a")
	for _, number := range []int64{1, 77} { // that of b, and of none
		s.streams.forget()
		s.streams.add(&numberedStream{es.Stream{Name: "a"}, number})
		read, err := readError(t, s, "a", es.ReadStream{Brief: true})
		if err != nil && read == 0 {
			read, err = readError(t, s, "a", es.ReadStream{Brief: true})
		}
		if read != 3 || err != nil {
			t.Errorf("number %d: in the end %d events, %v", number, read, err)
		}
	}
}

// What a stream is called is often what a request says.
func TestStreamInTheErrorOfARead(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	s := openAt(t, path)
	removeFiles(t, path)
	for stream, want := range map[string]string{"a-1": "read stream a-1: ", "a-\x1b[2J": `read stream "a-\x1b[2J": `} {
		if _, err := readError(t, s, stream, es.ReadStream{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", stream, err, want)
		}
	}
}

// Readers hand their memory on, with nothing of what they have read, nor of how.
func TestReadersHandOnTheirMemory(t *testing.T) {
	t.Parallel()
	s := openAt(t, newPath(t))
	fill(t, s, 2*firstPage, "a", "b")
	var kept *es.Stored
	for e := range s.Stream(t.Context(), "a", es.ReadStream{From: 2, Brief: true}) {
		kept = e
		break
	}
	payload := string(kept.Payload)
	seen := 0
	for e, err := range s.All(t.Context(), es.ReadAll{}) {
		if err != nil || len(e.Tags) != 2 {
			t.Fatalf("after a brief reading: %+v, %v", e, err)
		}
		// A reading within another has memory of its own.
		if seen++; seen == firstPage/2 {
			for _, opts := range []es.ReadStream{{Brief: true}, {Backwards: true}} {
				if n, err := readError(t, s, "b", opts); n != 2*firstPage || err != nil {
					t.Fatalf("%+v: %d events, %v", opts, n, err)
				}
			}
		}
	}
	if seen != 4*firstPage {
		t.Errorf("read %d events, want %d", seen, 4*firstPage)
	}
	if string(kept.Payload) != payload {
		t.Error("what was yielded changed when the memory was handed on")
	}

	p := page{brief: true}
	p.reset(8)
	p.records = append(p.records, record{payload: []byte("{}"), position: 7})
	p.empty()
	if r := p.records[:1][0]; r.payload != nil || r.position != 0 || p.brief {
		t.Errorf("a page that is empty holds %+v, brief %t", r, p.brief)
	}
}
