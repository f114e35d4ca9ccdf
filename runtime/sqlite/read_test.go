//go:build cgo

package sqlite

import (
	"bytes"
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"iter"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/esgen/esgen/runtime/es"
)

// fill makes streams of n events each, whose events take turns.
func fill(t testing.TB, s *Store, n int, streams ...string) {
	t.Helper()
	const atOnce = 500
	for version := 0; version < n; version += atOnce {
		a := es.Append{}
		for _, stream := range streams {
			events := make([]es.NewEvent, min(atOnce, n-version))
			for i := range events {
				events[i] = event(fmt.Sprintf("type%d", i%3), es.Tag{Key: "stream", Value: stream}, es.Tag{Key: "tenth", Value: fmt.Sprint(i % 10)})
			}
			a.Streams = append(a.Streams, to(stream, es.ExpectAny, events...).Streams...)
		}
		mustAppend(t, s, a)
	}
}

func TestPages(t *testing.T) {
	t.Parallel()
	const n = 2*fullPage + firstPage + 1
	s := openAt(t, newPath(t))
	fill(t, s, n, "a", "b")

	want := make([]int64, n)
	for i := range want {
		want[i] = int64(i + 1)
	}
	if got := versions(t, s, "a"); !slices.Equal(got, want) {
		t.Errorf("read %d versions, want %d", len(got), n)
	}
	var backwards []int64
	for e, err := range s.Stream(t.Context(), "b", es.ReadStream{Backwards: true, From: 3, To: n - 2}) {
		if err != nil {
			t.Fatal(err)
		}
		backwards = append(backwards, e.Version)
	}
	slices.Reverse(backwards)
	if !slices.Equal(backwards, want[2:n-2]) {
		t.Errorf("read %d versions backwards, want %d", len(backwards), n-4)
	}

	all := positions(t, s, es.ReadAll{})
	if len(all) != 2*n || !slices.IsSorted(all) {
		t.Fatalf("read %d events, want %d", len(all), 2*n)
	}
	for name, opts := range map[string]es.ReadAll{
		"types and tags of all": {Query: es.Query{Items: []es.Item{
			{Types: []string{"type0"}}, {Types: []string{"type1", "no such type"}}, {Types: []string{"type2"}, Tags: []es.Tag{{Key: "stream", Value: "a"}}},
			{Tags: []es.Tag{{Key: "stream", Value: "b"}}},
		}}},
		"both streams":          {Streams: []string{"a", "no such stream", "b", "a"}},
		"an item that says nil": {Query: es.Query{Items: []es.Item{{Types: []string{"type0"}}, {}}}},
	} {
		if got := positions(t, s, opts); !slices.Equal(got, all) {
			t.Errorf("%s: read %d events, want %d", name, len(got), len(all))
		}
	}

	// What is selected in one way is selected in any other.
	ofA := positions(t, s, es.ReadAll{Streams: []string{"a"}})
	for _, types := range [][]string{nil, {"type0", "type1", "type2"}} {
		opts := es.ReadAll{Query: es.Query{Items: []es.Item{{Types: types, Tags: []es.Tag{{Key: "stream", Value: "a"}}}}}}
		if got := positions(t, s, opts); !slices.Equal(got, ofA) {
			t.Errorf("%v: read %d events by tag, want %d", types, len(got), len(ofA))
		}
		opts.After, opts.To, opts.Limit = ofA[1], ofA[n-2], firstPage+fullPage+1
		if got := positions(t, s, opts); !slices.Equal(got, ofA[2:firstPage+fullPage+3]) {
			t.Errorf("%v, a part: read %d events by tag, want %d", types, len(got), firstPage+fullPage+1)
		}
	}
	item := es.Item{Types: []string{"type0", "type2"}, Tags: []es.Tag{{Key: "tenth", Value: "7"}, {Key: "stream", Value: "a"}}}
	var tenths []int64
	for e, err := range s.All(t.Context(), es.ReadAll{}) {
		if err != nil {
			t.Fatal(err)
		}
		if (es.Query{Items: []es.Item{item}}).Matches(e.Type, e.Tags) {
			tenths = append(tenths, e.Position)
		}
	}
	manyTags := es.Item{Types: item.Types, Tags: slices.Repeat(item.Tags, mostTags)}
	manyTypes := es.Item{Types: slices.Clone(item.Types), Tags: item.Tags}
	for i := range mostTypes {
		manyTypes.Types = append(manyTypes.Types, fmt.Sprint("no such type ", i))
	}
	for name, opts := range map[string]es.ReadAll{
		"one item":      {Query: es.Query{Items: []es.Item{item}}},
		"of a stream":   {Query: es.Query{Items: []es.Item{item}}, Streams: []string{"a", "b"}},
		"many tags":     {Query: es.Query{Items: []es.Item{manyTags}}},
		"many types":    {Query: es.Query{Items: []es.Item{manyTypes}}},
		"many branches": {Query: es.Query{Items: slices.Repeat([]es.Item{item}, mostBranches)}},
		"too many":      {Query: es.Query{Items: slices.Repeat([]es.Item{item}, mostBranches+1)}},
	} {
		if got := positions(t, s, opts); !slices.Equal(got, tenths) {
			t.Errorf("%s: read %v, want %v", name, got, tenths)
		}
		opts.After, opts.To, opts.Limit = tenths[1], tenths[20], 15
		if got := positions(t, s, opts); !slices.Equal(got, tenths[2:17]) {
			t.Errorf("%s, a part: read %v, want %v", name, got, tenths[2:17])
		}
	}
}

// A page is bounded in bytes too, or long events would fill the memory.
func TestPagesOfLongEvents(t *testing.T) {
	t.Parallel()
	s := openAt(t, newPath(t))
	payload := fmt.Appendf(nil, "%q", bytes.Repeat([]byte("x"), pageBytes/3))
	for range 10 {
		e := event("made", es.Tag{Key: "long", Value: "1"})
		e.Payload = payload
		mustAppend(t, s, to("a", es.ExpectAny, e))
	}
	if got := versions(t, s, "a"); len(got) != 10 {
		t.Errorf("read %v, want 10 versions", got)
	}
	for _, opts := range []es.ReadAll{
		{}, {Query: es.Query{Items: []es.Item{{Tags: []es.Tag{{Key: "long", Value: "1"}}}}}}, {Streams: []string{"a"}},
	} {
		if got := positions(t, s, opts); len(got) != 10 {
			t.Errorf("%+v: read %v, want 10 positions", opts, got)
		}
	}
	var p page
	p.reset(100)
	err := s.readers.with(t.Context(), func(c *conn) error {
		return c.each("SELECT "+columns+" FROM es_events ORDER BY position", p.add)
	})
	if err != nil || len(p.records) != 3 || !p.more {
		t.Errorf("a page holds %d long events, more %t, %v, want 3", len(p.records), p.more, err)
	}
}

// Iterations hold no connection between pages, so that one reader is enough for
// those that stand in one another, and for those that nobody ends.
func TestIterationsHoldNothing(t *testing.T) {
	t.Parallel()
	s := openAt(t, newPath(t), WithReaders(1))
	fill(t, s, 3, "a")
	n := 0
	for range s.All(t.Context(), es.ReadAll{}) {
		for range s.Stream(t.Context(), "a", es.ReadStream{}) {
			for range s.Stream(t.Context(), "a", es.ReadStream{Backwards: true}) {
				n++
			}
			mustAppend(t, s, to("b", es.ExpectAny, event("made")))
		}
	}
	if n != 27 {
		t.Errorf("%d steps, want 27", n)
	}
	for range 1000 {
		for range s.All(t.Context(), es.ReadAll{}) {
			break
		}
		for range s.Stream(t.Context(), "a", es.ReadStream{}) {
			break
		}
	}
	mustAppend(t, s, to("a", es.Exactly(3), event("changed")))
	if got := versions(t, s, "a"); len(got) != 4 {
		t.Errorf("read %v", got)
	}
}

// An iteration sees the store as it was when it began.
func TestIterationSeesNoLaterAppends(t *testing.T) {
	t.Parallel()
	s := openAt(t, newPath(t))
	fill(t, s, 2*fullPage, "a")
	for _, seq := range []func() (n int){
		func() (n int) {
			for _, err := range s.All(t.Context(), es.ReadAll{}) {
				if n++; err != nil {
					t.Fatal(err)
				}
				if n%100 == 0 {
					mustAppend(t, s, to("b", es.ExpectAny, event("made")))
				}
			}
			return n - len(versions(t, s, "b")) + 2*fullPage/100
		},
		func() (n int) {
			for _, err := range s.Stream(t.Context(), "a", es.ReadStream{}) {
				if n++; err != nil {
					t.Fatal(err)
				}
				if n == 1 {
					mustAppend(t, s, to("a", es.ExpectAny, event("made")))
				}
			}
			return n
		},
	} {
		if n := seq(); n != 2*fullPage {
			t.Errorf("%d events, want %d", n, 2*fullPage)
		}
	}
}

func TestCloseWhileIterating(t *testing.T) {
	t.Parallel()
	for name, read := range map[string]func(s *Store) iter.Seq2[*es.Stored, error]{
		"All": func(s *Store) iter.Seq2[*es.Stored, error] { return s.All(t.Context(), es.ReadAll{}) },
		"Merge": func(s *Store) iter.Seq2[*es.Stored, error] {
			return s.All(t.Context(), es.ReadAll{Streams: []string{"a"}})
		},
		"Stream": func(s *Store) iter.Seq2[*es.Stored, error] { return s.Stream(t.Context(), "a", es.ReadStream{}) },
	} {
		s := openAt(t, newPath(t))
		fill(t, s, 3*fullPage, "a")
		n, last := 0, error(nil)
		for _, last = range read(s) {
			if n++; n == 2 {
				closeStore(t, s)
			}
		}
		if n != 3 || !errors.Is(last, es.ErrClosed) {
			t.Errorf("%s: step %d is %v, want es.ErrClosed at step 3", name, n, last)
		}
	}
}

func TestCloseWhileReading(t *testing.T) {
	t.Parallel()
	s := openAt(t, newPath(t))
	fill(t, s, 3*fullPage, "a")
	read := make(chan struct{}, 1)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for {
				for _, err := range s.All(context.Background(), es.ReadAll{}) {
					if err == nil {
						select {
						case read <- struct{}{}:
						default:
						}
						continue
					}
					if !errors.Is(err, es.ErrClosed) {
						t.Error(err)
					}
					return
				}
			}
		})
	}
	<-read
	closeStore(t, s)
	wg.Wait()
}

// tamper changes a file behind the back of its triggers.
func tamper(t *testing.T, path string, statements ...string) {
	t.Helper()
	run(t, path, append([]string{
		"DROP TRIGGER es_events_keep_update", "DROP TRIGGER es_events_keep_delete", "DROP TRIGGER es_types_keep_update",
		"DROP TRIGGER es_types_keep_delete", "DROP TRIGGER es_streams_keep_update", "DROP TRIGGER es_streams_keep_delete",
	}, statements...)...)
}

func TestDamage(t *testing.T) {
	t.Parallel()
	corrupt := func(version, position int64, typ, text string) func(*es.EventError) error {
		return func(e *es.EventError) error {
			if e.Stream != "a" || e.Version != version || e.Position != position || e.Type != typ || !strings.Contains(e.Error(), text) {
				return fmt.Errorf("got %+v: %w; want version %d, position %d, type %q, and %q in the text", *e, e, version, position, typ, text)
			}
			return nil
		}
	}
	const mismatch = "do not match their checksum"
	for _, test := range []struct {
		name   string
		damage string
		read   int // events before the error, in the stream
		want   func(*es.EventError) error
		// all is set where reading all events finds it too.
		all bool
	}{
		{"Payload", `UPDATE es_events SET payload = replace(payload, 'Ann', 'Bob') WHERE position = 3`, 1, corrupt(2, 3, "type1", mismatch), true},
		{"Time", `UPDATE es_events SET recorded_at = recorded_at + 1 WHERE position = 3`, 1, corrupt(2, 3, "type1", mismatch), true},
		{"TypeVersion", `UPDATE es_events SET type_version = 2 WHERE position = 3`, 1, corrupt(2, 3, "type1", mismatch), true},
		{"TypeName", `UPDATE es_types SET name = 'other' WHERE name = 'type1'`, 1, corrupt(2, 3, "other", mismatch), true},
		{"Type", `UPDATE es_events SET type = 1 WHERE position = 3`, 1, corrupt(2, 3, "type0", mismatch), true},
		{"TypeGone", `DELETE FROM es_types WHERE name = 'type1'`, 1, corrupt(2, 3, "", "does not name"), true},
		{"Hole", `DELETE FROM es_events WHERE position = 3`, 1, corrupt(2, 4, "type2", "version 2 is missing: version 3 stands in its place"), false},
		{"FirstGone", `DELETE FROM es_events WHERE position = 2`, 0, corrupt(1, 3, "type1", "version 1 is missing"), false},
		{"LastGone", `DELETE FROM es_events WHERE position = 4`, 2, corrupt(3, 0, "", "version 3 is missing"), false},
		{"Swapped", `UPDATE es_events SET version = 9 WHERE position = 2; UPDATE es_events SET version = 1 WHERE position = 3; UPDATE es_events SET version = 2 WHERE position = 2`,
			0, corrupt(1, 3, "type1", mismatch), true},
		{"Tags", `UPDATE es_events SET tags = '[["a"]]' WHERE position = 3`, 1, corrupt(2, 3, "type1", "metadata do not match their checksum"), true},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := newPath(t)
			s := openAt(t, path)
			fill(t, s, 1, "b")
			fill(t, s, 3, "a") // positions 2 to 4
			closeStore(t, s)
			tamper(t, path, test.damage)
			s = openAt(t, path)

			read, err := readError(t, s, "a", es.ReadStream{})
			e, ok := errors.AsType[*es.EventError](err)
			if !ok || !errors.Is(err, es.ErrCorrupt) || read != test.read {
				t.Fatalf("%d events and %v, want %d and an *es.EventError that matches es.ErrCorrupt", read, err, test.read)
			}
			if err := test.want(e); err != nil {
				t.Error(err)
			}
			if _, err := readError(t, s, "a", es.ReadStream{Backwards: true}); !errors.Is(err, es.ErrCorrupt) {
				t.Errorf("backwards: %v, want es.ErrCorrupt", err)
			}
			// What is not asked for is not verified.
			brief := test.name != "Tags"
			if read, again := readError(t, s, "a", es.ReadStream{Brief: true}); brief && (read != test.read || again == nil || again.Error() != err.Error()) {
				t.Errorf("brief: %d events, then %v, want %d, then %v", read, again, test.read, err)
			}
			if _, err := readError(t, s, "a", es.ReadStream{Brief: true, Backwards: true}); brief != errors.Is(err, es.ErrCorrupt) {
				t.Errorf("brief and backwards: %v, want es.ErrCorrupt: %t", err, brief)
			}
			for name, opts := range map[string]es.ReadAll{"All": {}, "Streams": {Streams: []string{"b", "a"}}} {
				var err error
				for _, e := range s.All(t.Context(), opts) {
					err = e
				}
				if want := test.all || name == "Streams"; errors.Is(err, es.ErrCorrupt) != want {
					t.Errorf("%s: %v, want es.ErrCorrupt: %t", name, err, want)
				}
			}
			// The damage of one stream is not that of another.
			if got := versions(t, s, "b"); len(got) != 1 {
				t.Errorf("stream b: %v", got)
			}
		})
	}
}

// Where the index of names has lost a stream, a second one of its name is not made.
func TestDamagedIndexOfNames(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	s := openAt(t, path)
	a := to("hidden-stream-7", es.ExpectNone, event("made"))
	a.Streams[0].Stream.Category, a.Streams[0].Stream.Key = "hidden-stream-{id}", "7"
	mustAppend(t, s, a)
	closeStore(t, s)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	// In the table the category comes behind the name, in the index nothing does.
	name, changed := []byte("hidden-stream-7"), 0
	for at := 0; ; at += len(name) {
		i := bytes.Index(data[at:], name)
		if i < 0 {
			break
		}
		if at += i; !bytes.HasPrefix(data[at+len(name):], []byte("hidden-stream-{id}")) {
			data[at+len(name)-1] = '8'
			changed++
		}
	}
	if changed != 1 {
		t.Fatalf("the name was found %d times in indexes, want 1", changed)
	}
	overwrite(t, path, data)
	s = openAt(t, path)
	a.Streams[0].Events = []es.NewEvent{event("made")}
	if _, err := s.Append(t.Context(), a); !errors.Is(err, es.ErrCorrupt) {
		t.Errorf("Append: %v, want es.ErrCorrupt", err)
	}
}

func TestDamagedIndexesAndStreams(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	s := openAt(t, path)
	fill(t, s, 3, "a")
	closeStore(t, s)
	tamper(t, path, `INSERT INTO es_tags VALUES ('tenth', '0', 77)`, `INSERT INTO es_events SELECT 90, 77, version, type, type_version, recorded_at, randomblob(16), crc, crc_rest, tags, metadata, payload FROM es_events WHERE position = 1`)
	s = openAt(t, path)
	tenth := es.Tag{Key: "tenth", Value: "0"}
	for _, items := range [][]es.Item{
		nil, {{Tags: []es.Tag{tenth}}}, {{Tags: []es.Tag{tenth}, Types: []string{"type0", "type1"}}},
		{{Tags: []es.Tag{tenth}}, {Tags: []es.Tag{{Key: "tenth", Value: "1"}}}},
	} {
		opts := es.ReadAll{Query: es.Query{Items: items}}
		var last error
		for _, err := range s.All(t.Context(), opts) {
			last = err
		}
		if !errors.Is(last, es.ErrCorrupt) {
			t.Errorf("%+v: %v, want es.ErrCorrupt", opts, last)
		}
	}
}

// Whoever repeats a command is not told of events of another.
func TestDamagedCommand(t *testing.T) {
	t.Parallel()
	for _, damage := range []string{"last_version = 3", "first_version = 2", "id = 'other'", "stream = 2", "crc = crc + 1"} {
		path := newPath(t)
		s := openAt(t, path)
		a := to("a", es.ExpectAny, event("made"), event("made"))
		a.Streams[0].CommandID = "make"
		mustAppend(t, s, a)
		fill(t, s, 1, "b")
		mustAppend(t, s, to("a", es.ExpectAny, event("made")))
		run(t, path, "DROP TRIGGER es_commands_keep_update", "UPDATE es_commands SET "+damage)
		name, id := "a", "make"
		switch damage {
		case "id = 'other'":
			id = "other"
		case "stream = 2":
			name = "b"
		}
		if first, seen, err := s.Command(t.Context(), name, id); !errors.Is(err, es.ErrCorrupt) {
			t.Errorf("%s: %+v, %t, %v, want es.ErrCorrupt", damage, first, seen, err)
		}
		again := to(name, es.ExpectAny, event("made"))
		again.Streams[0].CommandID = id
		if r, err := s.Append(t.Context(), again); !errors.Is(err, es.ErrCorrupt) {
			t.Errorf("%s: %+v, %v, want es.ErrCorrupt", damage, r, err)
		}
	}
}

// The head of a stream has no checksum. It is compared with the events that there
// are: one that is too low must not hide any.
func TestDamagedHead(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	s := openAt(t, path)
	fill(t, s, 3, "a")
	closeStore(t, s)
	for _, test := range []struct {
		head           int
		reading, event string // what the errors say
	}{
		{0, "its head is version 0, and it has an event of version 3", "the file contradicts itself"},
		{2, "its head is version 2, and it has an event of version 3", "the file contradicts itself"},
		{4, "version 4 is missing", ""},
	} {
		run(t, path, fmt.Sprint("UPDATE es_heads SET head = ", test.head))
		s := openAt(t, path)
		errs := make(map[string]error)
		for _, opts := range []es.ReadStream{{}, {Backwards: true}, {From: 2}} {
			_, errs[fmt.Sprintf("Stream %+v", opts)] = readError(t, s, "a", opts)
		}
		for _, errs["All of the stream"] = range s.All(t.Context(), es.ReadAll{Streams: []string{"a"}}) {
		}
		for what, err := range errs {
			if !errors.Is(err, es.ErrCorrupt) || !strings.Contains(err.Error(), test.reading) {
				t.Errorf("head %d: %s: %v, want es.ErrCorrupt with %q", test.head, what, err, test.reading)
			}
		}
		if test.event != "" {
			_, err := s.Append(t.Context(), to("a", es.ExpectAny, event("made")))
			if !errors.Is(err, es.ErrCorrupt) || !strings.Contains(err.Error(), test.event) {
				t.Errorf("head %d: Append: %v, want es.ErrCorrupt with %q", test.head, err, test.event)
			}
		}
		if got := positions(t, s, es.ReadAll{}); len(got) != 3 {
			t.Errorf("read %v", got)
		}
		closeStore(t, s)
	}
}

// What is missing has no position and no type, and the error makes none up.
func TestErrorOfWhatIsMissing(t *testing.T) {
	path := newPath(t)
	s := openAt(t, path)
	fill(t, s, 3, "a")
	closeStore(t, s)
	tamper(t, path, "DELETE FROM es_events WHERE position = 3")
	_, err := readError(t, openAt(t, path), "a", es.ReadStream{})
	if want := "stream a, version 3: corrupt: version 3 is missing"; err == nil || err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}
}

// A file whose pages are damaged is an error, never less than was there.
func TestDamagedPages(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	s := openAt(t, path)
	fill(t, s, 2000, "a")
	closeStore(t, s)
	data := snapshot(t, strings.TrimSuffix(path, "/events.db"))["events.db"]
	for page := 16 * 4096; page < len(data); page += 8 * 4096 {
		copy(data[page:], bytes.Repeat([]byte{0xa5}, 64))
	}
	overwrite(t, path, data)
	s, err := Open(t.Context(), path)
	if err == nil {
		defer closeStore(t, s)
		_, err = readError(t, s, "a", es.ReadStream{})
	}
	if !errors.Is(err, es.ErrCorrupt) {
		t.Fatalf("got %v, want es.ErrCorrupt", err)
	}
}

// What is asked for by tag is found by an index, in the order of positions
// and without sorting, so that a page costs no more than it yields.
func TestQueriesUseIndexes(t *testing.T) {
	t.Parallel()
	s := openAt(t, newPath(t))
	fill(t, s, 10, "a")
	tag := func(v string) es.Tag { return es.Tag{Key: "tenth", Value: v} }
	err := s.readers.with(t.Context(), func(c *conn) error {
		sel, err := newSelection(c, s.types, es.Query{Items: []es.Item{
			{Tags: []es.Tag{tag("1"), {Key: "stream", Value: "a"}}}, {Types: []string{"type1", "type2"}, Tags: []es.Tag{tag("2"), tag("3")}},
		}})
		if err != nil {
			return err
		}
		// The rarer tag leads.
		if got := sel.branches[0].tags[0]; got != tag("1") {
			t.Errorf("the tag that leads is %v", got)
		}
		check := func(query string, args []driver.Value) error {
			return explainPlan(c, query, args, func(step string) {
				if strings.Contains(step, "SCAN") || strings.Contains(step, "TEMP B-TREE") {
					t.Errorf("%s: the plan has the step %q", query, step)
				}
			})
		}
		for tags := 1; tags <= usualTags; tags++ {
			for types := 0; types <= usualTypes; types++ {
				if err := check(steadied(joinOf(columnsBehind, tags, types)), nil); err != nil {
					return err
				}
			}
		}
		return check(sel.statement(0, 10, 10))
	})
	if err != nil {
		t.Fatal(err)
	}
	for query, index := range map[string]string{
		"SELECT id FROM es_streams WHERE category = ? AND key = ?":                     "es_streams_by_category",
		"SELECT position FROM es_events WHERE stream = ? AND version BETWEEN ? AND ?":  "sqlite_autoindex_es_events_",
		"SELECT position FROM es_events WHERE id = ?":                                  "sqlite_autoindex_es_events_",
		"SELECT payload FROM es_log WHERE stream = ? AND version = ?":                  "sqlite_autoindex_es_events_",
		"SELECT head FROM es_heads WHERE stream = ?":                                   "INTEGER PRIMARY KEY",
		"SELECT first_version FROM es_commands WHERE stream = ? AND id = ?":            "PRIMARY KEY",
		"SELECT e.payload FROM es_log e WHERE e.category = ? AND e.key = ?":            "es_streams_by_category",
		"SELECT position FROM es_tags WHERE key = ? AND value = ? ORDER BY position":   "PRIMARY KEY",
		"SELECT position FROM es_events WHERE position > ? ORDER BY position LIMIT 10": "INTEGER PRIMARY KEY",
	} {
		var plan []string
		err := s.readers.with(t.Context(), func(c *conn) error {
			return explainPlan(c, query, nil, func(step string) { plan = append(plan, step) })
		})
		if err != nil {
			t.Fatal(err)
		}
		if text := strings.Join(plan, "; "); !strings.Contains(text, index) || strings.Contains(text, "SCAN") {
			t.Errorf("%s: the plan is %q, want it to use %s", query, text, index)
		}
	}
}
