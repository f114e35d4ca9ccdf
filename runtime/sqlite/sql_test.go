//go:build cgo

package sqlite

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
)

// openSQL opens a file as any other program would.
func openSQL(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite3", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// row is one row of a query, as text.
func row(t *testing.T, db *sql.DB, query string, args ...any) []string {
	t.Helper()
	rows, err := db.Query(query, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	values, dst := make([]sql.NullString, len(names)), make([]any, len(names))
	for i := range values {
		dst[i] = &values[i]
	}
	if !rows.Next() {
		t.Fatalf("%s: no row: %v", query, rows.Err())
	}
	if err := rows.Scan(dst...); err != nil {
		t.Fatal(err)
	}
	got := make([]string, len(names))
	for i, v := range values {
		got[i] = fmt.Sprintf("%s=%s", names[i], v.String)
	}
	return got
}

func TestPlainSQL(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	s := openAt(t, path)
	ann := event("profile.registered", es.Tag{Key: "person", Value: `a "b" \ c`}, es.Tag{Key: "x", Value: ""})
	ann.ID = uuid.MustParse("0195a0b1-c2d3-7e4f-8a1b-2c3d4e5f6071")
	ann.RecordedAt = time.Date(2026, 5, 1, 14, 0, 0, 7, time.FixedZone("", 2*60*60))
	ann.Metadata = []byte(`{"correlation":"c1"}`)
	old := event("profile.visited")
	old.RecordedAt = time.Date(1969, 12, 31, 23, 59, 58, 999_999_999, time.UTC)
	a := to("profile-7", es.ExpectNone, ann, old)
	a.Streams[0].Stream.Category, a.Streams[0].Stream.Key = "profile-{id}", "7"
	a.Streams[0].CommandID = "register"
	mustAppend(t, s, a)

	db := openSQL(t, path)
	for _, test := range []struct {
		query string
		want  []string
	}{
		{"SELECT * FROM es_log WHERE payload ->> '$.name' = 'Ann' LIMIT 1", []string{
			"position=1", "stream=profile-7", "version=1", "type=profile.registered", "type_version=1",
			"recorded_at=2026-05-01T12:00:00.000000007Z", "id=0195a0b1-c2d3-7e4f-8a1b-2c3d4e5f6071",
			"category=profile-{id}", "key=7", `tags=[["person","a \"b\" \\ c"],["x",""]]`,
			`metadata={"correlation":"c1"}`, `payload={"name":"Ann"}`,
		}},
		{"SELECT recorded_at FROM es_log WHERE version = 2", []string{"recorded_at=1969-12-31T23:59:58.999999999Z"}},
		{"SELECT metadata ->> '$.correlation' AS c, tags ->> '$[0][1]' AS t, tags ->> '$[0][0]' AS k FROM es_events WHERE position = 1", []string{"c=c1", `t=a "b" \ c`, "k=person"}},
		{"SELECT typeof(payload) AS p, typeof(metadata) AS m, typeof(id) AS i, length(id) AS n FROM es_events", []string{"p=text", "m=text", "i=blob", "n=16"}},
		{"SELECT name, category, key, head FROM es_streams JOIN es_heads ON stream = id", []string{"name=profile-7", "category=profile-{id}", "key=7", "head=2"}},
		{"SELECT count(*) AS n FROM es_tags WHERE key = 'person' AND position = 1", []string{"n=1"}},
		{"SELECT * FROM es_commands", []string{"stream=1", "id=register", "first_version=1", "last_version=2", "crc=3839167156"}},
		{"SELECT count(*) AS n, max(name) AS name FROM es_types", []string{"n=2", "name=profile.visited"}},
		{"PRAGMA application_id", []string{"application_id=1702061934"}},
		{"PRAGMA integrity_check", []string{"integrity_check=ok"}},
	} {
		if diff := cmp.Diff(test.want, row(t, db, test.query)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.query, diff)
		}
	}

	for _, statement := range []string{
		"UPDATE es_events SET payload = '{}'", "DELETE FROM es_events", "DELETE FROM es_events WHERE position = 2",
		"UPDATE es_tags SET value = 'x'", "DELETE FROM es_tags", "UPDATE es_types SET name = 'x'", "DELETE FROM es_types",
		"UPDATE es_commands SET id = 'x'", "DELETE FROM es_commands", "DELETE FROM es_streams",
		"UPDATE es_streams SET name = 'x'", "UPDATE es_streams SET key = 'x'", "UPDATE es_streams SET id = 9",
	} {
		if _, err := db.Exec(statement); err == nil || !strings.Contains(err.Error(), "never") {
			t.Errorf("%s: %v, want it refused", statement, err)
		}
	}
	if got := versions(t, s, "profile-7"); len(got) != 2 {
		t.Errorf("read %v", got)
	}
}

// NUL bytes end a string in C.
func TestNUL(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	s := openAt(t, path)
	const x, y = "a\x00x", "a\x00y"
	for _, text := range []string{x, y, "a"} {
		e := event(text, es.Tag{Key: text, Value: text})
		e.Payload, e.Metadata = fmt.Appendf(nil, "%q\x00", text), fmt.Appendf(nil, "\x00%q", text)
		a := to(text, es.ExpectNone, e)
		a.Streams[0].Stream = es.Stream{Name: text, Category: text, Key: text}
		a.Streams[0].CommandID = text
		mustAppend(t, s, a)
	}
	closeStore(t, s)
	s = openAt(t, path)
	for i, text := range []string{x, y, "a"} {
		for name, opts := range map[string]es.ReadAll{
			"tag":    {Query: es.Query{Items: []es.Item{{Tags: []es.Tag{{Key: text, Value: text}}}}}},
			"type":   {Query: es.Query{Items: []es.Item{{Types: []string{text}}}}},
			"stream": {Streams: []string{text}},
		} {
			n := 0
			for e, err := range s.All(t.Context(), opts) {
				if err != nil {
					t.Fatal(err)
				}
				n++
				stream := es.Stream{Name: text, Category: text, Key: text}
				if e.Position != int64(i+1) || e.Stream != stream || e.Type != text || e.Tags[0] != (es.Tag{Key: text, Value: text}) ||
					string(e.Payload) != fmt.Sprintf("%q\x00", text) || string(e.Metadata) != fmt.Sprintf("\x00%q", text) {
					t.Errorf("%q by %s: got %+v", text, name, e)
				}
			}
			if n != 1 {
				t.Errorf("%q by %s: %d events", text, name, n)
			}
		}
		a := to(text, es.ExpectNone, event("other"))
		a.Streams[0].CommandID = text
		if r := mustAppend(t, s, a); !r.Repeated || r.Position != int64(i+1) {
			t.Errorf("command %q: %+v", text, r)
		}
	}
}
