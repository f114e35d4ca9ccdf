//go:build cgo

package sqlite

import (
	"crypto/sha256"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
)

// The format of a file that was released never changes: a change is a migration.
func TestFormatIsFrozen(t *testing.T) {
	const want = "aa3b47f68795db8b"
	if got := fmt.Sprintf("%x", sha256.Sum256([]byte(schema1)))[:16]; got != want {
		t.Errorf("the tables of format 1 have the digest %s, want %s", got, want)
	}
	var sum checksum
	id := uuid.MustParse("0195a0b1-c2d3-7e4f-8a1b-2c3d4e5f6071")
	stream := es.Stream{Name: "profile-7", Category: "profile-{id}", Key: "7"}
	if got := sum.event(17, stream.Name, 3, "profile.registered", 2, -1, []byte(`{"name":"Ann"}`)); got != 0x88f21f13 {
		t.Errorf("the first checksum of an event is %#x", got)
	}
	if got := sum.rest(id, stream, `[["person","7"]]`, []byte(`{"correlation":"c"}`)); got != 0xc2e610cb {
		t.Errorf("the second checksum of an event is %#x", got)
	}
	if got := sum.command(stream.Name, "c-1", 3, 4); got != 0x91ee08d7 {
		t.Errorf("the checksum of a command is %#x", got)
	}
}

// Each part of an event, and of a command, counts in a checksum, and the parts cannot flow
// into one another.
func TestChecksumsTellEventsApart(t *testing.T) {
	var sum checksum
	id := uuid.MustParse("0195a0b1-c2d3-7e4f-8a1b-2c3d4e5f6071")
	seen := make(map[uint32]int)
	for i, crc := range []uint32{
		sum.event(1, "ab", 1, "cd", 1, 1, []byte("ef")),
		sum.event(1, "a", 1, "bcd", 1, 1, []byte("ef")),
		sum.event(1, "abc", 1, "d", 1, 1, []byte("ef")),
		sum.event(1, "ab", 1, "cde", 1, 1, []byte("f")),
		sum.event(1, "ab", 2, "cd", 1, 1, []byte("ef")),
		sum.event(1, "ab", 1, "cd", 2, 1, []byte("ef")),
		sum.event(1, "ab", 1, "cd", 1, 2, []byte("ef")),
		sum.event(1, "ab", 1, "cd", 1, 1, []byte("eg")),
		sum.event(2, "ab", 1, "cd", 1, 1, []byte("ef")),
		sum.rest(id, es.Stream{Category: "a", Key: "b"}, "c", []byte("d")),
		sum.rest(uuid.Nil, es.Stream{Category: "a", Key: "b"}, "c", []byte("d")),
		sum.rest(id, es.Stream{Category: "ab", Key: ""}, "c", []byte("d")),
		sum.rest(id, es.Stream{Category: "a", Key: "bc"}, "", []byte("d")),
		sum.rest(id, es.Stream{Category: "a", Key: "b"}, "cd", nil),
		sum.command("ab", "cd", 1, 1),
		sum.command("abc", "d", 1, 1),
		sum.command("ab", "cd", 2, 1),
		sum.command("ab", "cd", 1, 2),
	} {
		if j, twice := seen[crc]; twice {
			t.Errorf("events %d and %d have the same checksum", i, j)
		}
		seen[crc] = i
	}
}

// What is written beside an event for later checks is right.
func TestSecondChecksum(t *testing.T) {
	s := openAt(t, newPath(t))
	e := event("made", es.Tag{Key: "k", Value: "v"}, es.Tag{Key: "k", Value: "v"}, es.Tag{Key: "k", Value: "w"})
	e.Metadata = []byte(`{"a":1}`)
	mustAppend(t, s, to("a", es.ExpectNone, e, event("made")))
	var sum checksum
	n := 0
	err := s.readers.with(t.Context(), func(c *conn) error {
		return c.each(`SELECT e.position, e.id, s.category, s.key, e.tags, CAST(e.metadata AS BLOB), e.crc_rest
			FROM es_events e JOIN es_streams s ON s.id = e.stream`, func(row []driver.Value) (bool, error) {
			s := scanner{row: row}
			id := uuid.UUID(s.bytes(1))
			if got := sum.rest(id, es.Stream{Category: s.text(2), Key: s.text(3)}, s.text(4), s.bytes(5)); int64(got) != s.int(6) {
				t.Errorf("position %d: %08x, want %08x", s.int(0), s.int(6), got)
			}
			n++
			return true, s.err
		})
	})
	if err != nil || n != 2 {
		t.Fatalf("%d events, %v", n, err)
	}
}

func FuzzTags(f *testing.F) {
	f.Add("person", "7", "", "")
	f.Add(`"`, `\`, "\x00\n\u2028", "]]")
	f.Add("ü", `","`, `"],["`, `\u0000`)
	f.Fuzz(func(t *testing.T, k1, v1, k2, v2 string) {
		tags := []es.Tag{{Key: k1, Value: v1}, {Key: k2, Value: v2}}
		for i := range tags {
			// The contract allows valid UTF-8 only.
			tags[i].Key, tags[i].Value = string([]rune(tags[i].Key)), string([]rune(tags[i].Value))
		}
		text := appendTags(nil, tags)
		got, err := parseTags(nil, string(text))
		if err != nil || !slices.Equal(got, tags) {
			t.Fatalf("%q became %s and then %q, %v", tags, text, got, err)
		}
		// SQLite and everybody else must be able to read it.
		var pairs [][2]string
		if err := json.Unmarshal(text, &pairs); err != nil || pairs[1] != [2]string{tags[1].Key, tags[1].Value} {
			t.Fatalf("%s is %q, %v by encoding/json", text, pairs, err)
		}
	})
}

func FuzzParseTags(f *testing.F) {
	for _, s := range []string{"", "[", "[]", "[[]]", `[["a","b"]]`, `[["a","b"],["c","d"]]`, `[["a","b"],]`, `[["a"]]`, `[["a","b","c"]]`, `[["\u0061","b"]]`, `[["a\"]]`, `[["a","b"]]x`, `null\`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		tags, err := parseTags(nil, s)
		if err != nil || !utf8.ValidString(s) {
			return
		}
		again, err := parseTags(nil, string(appendTags(nil, tags)))
		if len(tags) > 0 && (err != nil || !slices.Equal(again, tags)) {
			t.Fatalf("%q is %q, and then %q, %v", s, tags, again, err)
		}
	})
}
