package jsonl

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
)

func testEvent(n int) es.NewEvent {
	return es.NewEvent{
		ID: uuid.UUID{14: byte(n >> 8), 15: byte(n)}, Type: "thing.done", TypeVersion: 2, RecordedAt: time.Unix(1_777_777_777, int64(n)),
		Payload: fmt.Appendf(nil, `{"n":%d}`, n), Metadata: []byte(`{"commandId":"c"}`), Tags: []es.Tag{{Key: "n", Value: fmt.Sprint(n)}},
	}
}

func testAppend(stream string, events ...es.NewEvent) es.Append {
	return es.Append{Streams: []es.StreamAppend{{
		Stream: es.Stream{Name: stream, Category: "{id}", Key: stream}, Expected: es.ExpectAny, Events: events,
	}}}
}

// written makes a file of these appends, and returns what is in it.
func written(t *testing.T, path string, as ...es.Append) []byte {
	t.Helper()
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range as {
		if _, err := s.Append(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o666); err != nil {
		t.Fatal(err)
	}
}

// hasty is a disk for tests that open files often, and in which no power is lost.
type hasty struct{ system }

type hastyFile struct{ *systemFile }

func (hasty) syncFolder(string) error { return nil }
func (hastyFile) Sync() error         { return nil }
func (hastyFile) datasync() error     { return nil }

func (hasty) open(path string, writable bool) (file, error) {
	f, err := system{}.open(path, writable)
	if err != nil {
		return nil, err
	}
	return hastyFile{f.(*systemFile)}, nil
}

func withHaste(c *config) error { c.disk = hasty{}; return nil }

func TestTheFileIsAsDocumented(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "events.jsonl")
	a := testAppend("a-1", testEvent(1), testEvent(2))
	a.Streams[0].CommandID = "pay"
	odd := testEvent(3)
	odd.Payload, odd.Metadata, odd.Tags = []byte("[\n1]"), []byte(` {} `), nil
	data := written(t, path, a, testAppend("b\n", odd))
	want := `{"position":1,"stream":"a-1","version":1,"category":"{id}","key":"a-1","id":"00000000-0000-0000-0000-000000000001","type":"thing.done","typeVersion":2,"recordedAt":"2026-05-03T03:09:37.000000001Z","command":"pay","tags":[{"key":"n","value":"1"}],"metadata":{"commandId":"c"},"payload":{"n":1},"crc":"`
	if !strings.HasPrefix(string(data), want) {
		t.Errorf("got  %s\nwant %s", data, want)
	}
	lines := bytes.SplitAfter(data, []byte("\n"))
	for i, want := range []string{`"tags":[{"key":"n","value":"2"}],"last":true,"synced":0,"metadata"`, `"last":true,"synced":2,"metadataText":" {} ","payloadText":"[\n1]","crc"`} {
		if !strings.Contains(string(lines[i+1]), want) {
			t.Errorf("line %d: got %s, want %s in it", i+2, lines[i+1], want)
		}
	}
	for i, line := range lines[:3] {
		var members map[string]any
		if err := json.Unmarshal(line, &members); err != nil || members["position"] != float64(i+1) {
			t.Errorf("line %d: %v, %v", i+1, err, members)
		}
	}
}

// One save of three events, cut at every byte: there are none of them, or all.
func TestCutAtEveryByte(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "events.jsonl")
	before := written(t, path, testAppend("a", testEvent(1)))
	whole := written(t, path, testAppend("a", testEvent(2), testEvent(3), testEvent(4)))
	for _, start := range []int{0, len(before)} {
		all := whole
		kept := int64(1)
		if start == 0 {
			os.Remove(path)
			all, kept = written(t, path, testAppend("a", testEvent(2), testEvent(3), testEvent(4))), 0
		}
		for cut := start; cut <= len(all); cut++ {
			write(t, path, all[:cut])
			for _, opts := range [][]Option{{ReadOnly()}, nil, nil} {
				var torn []Torn
				s, err := Open(t.Context(), path, append(opts, withHaste, OnTorn(func(x Torn) { torn = append(torn, x) }))...)
				if err != nil {
					t.Fatalf("cut at byte %d of %d: %v", cut, len(all), err)
				}
				head, _ := s.Head(t.Context())
				want := kept
				if cut >= len(all)-1 { // the line feed is no loss
					want += 3
				}
				if head != want {
					t.Fatalf("cut at byte %d of %d: %d events, want %d", cut, len(all), head, want)
				}
				n := int64(0)
				for _, err := range s.All(t.Context(), es.ReadAll{}) {
					if err != nil {
						t.Fatalf("cut at byte %d: %v", cut, err)
					}
					n++
				}
				if n != head {
					t.Fatalf("cut at byte %d: read %d events of %d", cut, n, head)
				}
				if opts != nil {
					if now, _ := os.ReadFile(path); !bytes.Equal(now, all[:cut]) {
						t.Fatalf("cut at byte %d: a store that is read-only changed the file", cut)
					}
				}
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
				if cut > start && want == kept && len(torn) == 1 {
					want := Torn{Path: torn[0].Path, Line: kept + 1, Offset: int64(start), Size: int64(cut - start), Cut: opts == nil}
					if torn[0] != want {
						t.Fatalf("cut at byte %d: reported %+v, want %+v", cut, torn[0], want)
					}
					if opts == nil {
						break // it is gone the next time
					}
				} else if len(torn) != 0 || cut > start && want == kept {
					t.Fatalf("cut at byte %d: reported %v", cut, torn)
				}
			}
			now, _ := os.ReadFile(path)
			if want := all[:start]; cut < len(all)-1 && !bytes.Equal(now, want) || cut >= len(all)-1 && !bytes.Equal(now, all) {
				t.Fatalf("cut at byte %d: the file has %d bytes", cut, len(now))
			}
		}
	}
}

// Wherever a byte is another, it is found, and nothing is changed.
func TestEveryByteThatIsAnotherIsFound(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "events.jsonl")
	whole := written(t, path, testAppend("a", testEvent(1)), testAppend("b", testEvent(2), testEvent(3)))
	for i := range whole {
		for _, c := range []byte{whole[i] ^ 1, ' ', '"', '\n'} {
			if c == whole[i] {
				continue
			}
			data := bytes.Clone(whole)
			data[i] = c
			write(t, path, data)
			_, err := Open(t.Context(), path, withHaste)
			line := int64(bytes.Count(whole[:i], []byte("\n")) + 1)
			damage, ok := errors.AsType[*DamageError](err)
			if !ok || !errors.Is(err, es.ErrCorrupt) || damage.Line != line || !strings.Contains(err.Error(), fmt.Sprintf("line %d, which begins at byte %d,", line, damage.Offset)) {
				t.Fatalf("byte %d is %q for %q: %v, want a *DamageError of line %d", i, c, whole[i], err, line)
			}
			if now, _ := os.ReadFile(path); !bytes.Equal(now, data) {
				t.Fatalf("byte %d is %q: opening the file changed it", i, c)
			}
		}
	}
}

// A hole is what a crash leaves where nothing that follows knew the line to be on disk, and
// damage elsewhere.
func TestHoles(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "events.jsonl")
	one := written(t, path, testAppend("a", testEvent(1)))
	two := written(t, path, testAppend("a", testEvent(2)))
	all := written(t, path, testAppend("a", testEvent(3)))
	hole := func(data []byte, from, to int) []byte {
		data = bytes.Clone(data)
		clear(data[from:to])
		return data
	}
	for _, test := range []struct {
		what string
		data []byte
		kept int64 // -1 for damage
	}{
		{"in the last append", hole(all, len(two)+10, len(two)+40), 2},
		{"in place of the last line feed", hole(all, len(all)-1, len(all)), 2},
		{"that ends the file", hole(all, len(two)+10, len(all)), 2},
		{"in place of the last append", hole(all, len(two), len(all)), 2},
		{"before an append that knew it", hole(all, len(one)+10, len(one)+40), -1},
		{"in place of an append that another knew", hole(all, len(one), len(two)), -1},
		{"at the beginning", hole(all, 0, 20), -1},
		{"in the only append", hole(one, 0, 20), 0},
		{"alone", make([]byte, 1000), 0},
		{"of something else", append(make([]byte, 1000), 1, 2, 3), -1},
	} {
		write(t, path, test.data)
		s, err := Open(t.Context(), path)
		if test.kept < 0 {
			if !errors.Is(err, es.ErrCorrupt) {
				t.Errorf("a hole %s: %v, want es.ErrCorrupt", test.what, err)
			}
			if s != nil {
				s.Close()
			}
			continue
		}
		if err != nil {
			t.Errorf("a hole %s: %v", test.what, err)
			continue
		}
		if head, _ := s.Head(t.Context()); head != test.kept {
			t.Errorf("a hole %s: %d events, want %d", test.what, head, test.kept)
		}
		s.Close()
	}
}

func TestFilesOfSomethingElse(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "other")
	for _, data := range []string{"x", "Dear diary", "{}", "{}\n", `{"type":"a"}`, "\n", " ", "[", "SQLite format 3\x00" + strings.Repeat("\x00", 1000), "{\"position\":2\n"} {
		write(t, path, []byte(data))
		if s, err := Open(t.Context(), path); !errors.Is(err, ErrNotOurs) && !strings.HasPrefix(data, firstMember) || err == nil {
			t.Errorf("%q: %v, %v, want ErrNotOurs", data, s, err)
		}
		if now, _ := os.ReadFile(path); string(now) != data {
			t.Errorf("%q was changed to %q", data, now)
		}
	}
}

// Lines that are sound in themselves, and do not go with the others.
func TestLinesThatContradictOthers(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "events.jsonl")
	record := func(position, version int64, n int) Record {
		e := testEvent(n)
		return Record{Stored: es.Stored{
			Stream: es.Stream{Name: "a"}, Version: version, Position: position, ID: e.ID, Type: e.Type, TypeVersion: 1, RecordedAt: e.RecordedAt, Payload: e.Payload,
		}, Last: true, Synced: position - 1}
	}
	with := func(r Record, change func(*Record)) Record { change(&r); return r }
	for what, records := range map[string][]Record{
		"position":   {record(1, 1, 1), record(3, 2, 2)},
		"version":    {record(1, 1, 1), record(2, 3, 2)},
		"same again": {record(1, 1, 1), record(1, 1, 1)},
		"ID":         {record(1, 1, 1), record(2, 2, 1)},
		"category":   {record(1, 1, 1), with(record(2, 2, 2), func(r *Record) { r.Stream.Category = "{id}" })},
		"command": {with(record(1, 1, 1), func(r *Record) { r.CommandID = "c" }),
			with(record(2, 2, 2), func(r *Record) { r.CommandID = "c" })},
		"command again": {with(record(1, 1, 1), func(r *Record) { r.CommandID, r.Last, r.Synced = "c", false, 0 }), with(record(2, 2, 2), func(r *Record) { r.Last, r.Synced = false, 0 }),
			with(record(3, 3, 3), func(r *Record) { r.CommandID, r.Synced = "c", 0 })},
		"tag":    {record(1, 1, 1), with(record(2, 2, 2), func(r *Record) { r.Tags = []es.Tag{{Key: "a"}, {Key: "a"}} })},
		"synced": {with(record(1, 1, 1), func(r *Record) { r.Last, r.Synced = false, 0 }), record(2, 2, 2)},
	} {
		var data []byte
		for i := range records {
			data, _ = appendLine(data, &records[i])
		}
		write(t, path, data)
		damage, ok := errors.AsType[*DamageError](func() error { _, err := Open(t.Context(), path); return err }())
		if !ok || damage.Line != int64(len(records)) {
			t.Errorf("%s: %v, want line %d to be damaged", what, damage, len(records))
		}
	}
}

func TestProgressAndContext(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "events.jsonl")
	var many []es.NewEvent
	for i := range 60 {
		e := testEvent(i + 1)
		e.Payload = fmt.Appendf(nil, `"%s"`, strings.Repeat("x", 200_000))
		many = append(many, e)
	}
	data := written(t, path, testAppend("a", many...))
	var reports []Progress
	s, err := Open(t.Context(), path, OnProgress(func(p Progress) { reports = append(reports, p) }), nil, OnTorn(nil), OnProgress(nil))
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	size := int64(len(data))
	if len(reports) < 3 || reports[len(reports)-1] != (Progress{size, size, 60}) {
		t.Errorf("reported %v", reports)
	}
	if !slices.IsSortedFunc(reports, func(a, b Progress) int { return int(a.Read - b.Read) }) {
		t.Errorf("reports go backwards: %v", reports)
	}
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := Open(ctx, path, OnProgress(func(Progress) { cancel() })); !errors.Is(err, context.Canceled) {
		t.Errorf("Open that was cancelled: %v", err)
	}
	if _, err := Open(ctx, path); !errors.Is(err, context.Canceled) {
		t.Errorf("Open with a context that is done: %v", err)
	}
}

func TestReadOnly(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "events.jsonl")
	if _, err := Open(t.Context(), path, ReadOnly()); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("a file that does not exist: %v", err)
	}
	written(t, path, testAppend("a", testEvent(1)))
	if err := os.Chmod(path, 0o444); err != nil {
		t.Fatal(err)
	}
	for what, opt := range map[string]Option{
		"by option":   ReadOnly(),
		"by its mode": func(c *config) error { c.disk = guarded{}; return nil },
	} {
		t.Run(what, func(t *testing.T) {
			a, err := Open(t.Context(), path, opt)
			if err != nil {
				t.Fatal(err)
			}
			defer a.Close()
			b, err := Open(t.Context(), path, opt) // several may read
			if err != nil {
				t.Fatal(err)
			}
			defer b.Close()
			if head, err := b.Head(t.Context()); head != 1 || err != nil {
				t.Fatalf("the head is %d, %v", head, err)
			}
			if _, err := a.Append(t.Context(), testAppend("a", testEvent(2))); !errors.Is(err, ErrReadOnly) || errors.Is(err, es.ErrReadOnly) {
				t.Fatalf("Append: %v, want ErrReadOnly", err)
			}
		})
	}
}

// guarded is a disk whose files cannot be written, not even by root.
type guarded struct{ system }

func (guarded) open(path string, writable bool) (file, error) {
	if writable {
		return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrPermission}
	}
	return system{}.open(path, false)
}

func TestPaths(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, path := range []string{"", dir, "a\x00b", filepath.Join(dir, "none", "events.jsonl"), "/dev/null"} {
		if s, err := Open(t.Context(), path); err == nil {
			t.Errorf("Open(%q): no error", path)
			s.Close()
		}
	}
	if err := os.Symlink("target.jsonl", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	written(t, filepath.Join(dir, "target.jsonl"), testAppend("a", testEvent(1)))
	if data := written(t, filepath.Join(dir, "link"), testAppend("a", testEvent(2))); bytes.Count(data, []byte("\n")) != 2 {
		t.Errorf("through a link: %q", data)
	}
}

// namedDisk notes whose names were synced.
type namedDisk struct {
	system
	folders []string
}

func (d *namedDisk) syncFolder(path string) error {
	d.folders = append(d.folders, path)
	return d.system.syncFolder(path)
}

// A file that is made through a link has its name where the link leads.
func TestLinkToNothing(t *testing.T) {
	t.Parallel()
	here, there := t.TempDir(), t.TempDir()
	link := filepath.Join(here, "link")
	if err := os.Symlink(filepath.Join(there, "target.jsonl"), link); err != nil {
		t.Fatal(err)
	}
	there, err := filepath.EvalSymlinks(there)
	if err != nil {
		t.Fatal(err)
	}
	var d namedDisk
	s, err := openOn(&d, link)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if !slices.Contains(d.folders, there) {
		t.Errorf("the names in %v are on disk, and that of the file is in %s", d.folders, there)
	}
}

// What another program does to a file that is open.
func TestMovedAndChanged(t *testing.T) {
	t.Parallel()
	for what, test := range map[string]struct {
		do   func(path string) error
		want error
	}{
		"deleted":   {os.Remove, ErrMoved},
		"renamed":   {func(path string) error { return os.Rename(path, path+".old") }, ErrMoved},
		"replaced":  {func(path string) error { return errors.Join(os.Remove(path), os.WriteFile(path, nil, 0o666)) }, ErrMoved},
		"cut":       {func(path string) error { return os.Truncate(path, 10) }, ErrChanged},
		"added to":  {func(path string) error { return appendTo(path, "x") }, ErrChanged},
		"overwrite": {func(path string) error { return os.WriteFile(path, []byte("x"), 0o666) }, ErrChanged},
	} {
		t.Run(what, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "events.jsonl")
			s, err := Open(t.Context(), path)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			if _, err := s.Append(t.Context(), testAppend("a", testEvent(1), testEvent(2))); err != nil {
				t.Fatal(err)
			}
			if err := test.do(path); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				if _, err := s.Append(t.Context(), testAppend("a", testEvent(3))); !errors.Is(err, test.want) || errors.Is(err, es.ErrOutcomeUnknown) {
					t.Fatalf("Append: %v, want %v", err, test.want)
				}
			}
			for _, err := range s.Stream(t.Context(), "a", es.ReadStream{From: 2}) {
				event, ok := errors.AsType[*es.EventError](err)
				cut := what == "cut" || what == "overwrite"
				if ok != cut || cut && (event.Stream != "a" || event.Version != 2 || event.Position != 2) {
					t.Fatalf("reading: %v", err)
				}
			}
		})
	}
}

func appendTo(path, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err == nil {
		_, err = f.WriteString(text)
		err = errors.Join(err, f.Close())
	}
	return err
}

// A line that is changed while the file is open is not taken for an event.
func TestDamageWhileOpen(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "events.jsonl")
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.Append(t.Context(), testAppend("a", testEvent(1), testEvent(2), testEvent(3))); err != nil {
		t.Fatal(err)
	}
	data, _ := os.ReadFile(path)
	data[bytes.Index(data, []byte(`{"n":2}`))+5] = '7'
	write(t, path, data)
	for name, seq := range map[string]func(func(*es.Stored, error) bool){
		"All": s.All(t.Context(), es.ReadAll{}), "Stream": s.Stream(t.Context(), "a", es.ReadStream{}),
	} {
		n := 0
		for e, err := range seq {
			if err == nil {
				n++
				if e.Version == 2 {
					t.Errorf("%s yields what is damaged", name)
				}
				continue
			}
			event, ok := errors.AsType[*es.EventError](err)
			if !ok || !errors.Is(err, es.ErrCorrupt) || event.Stream != "a" || event.Version != 2 || event.Position != 2 {
				t.Errorf("%s: %v", name, err)
			}
		}
		if n != 1 {
			t.Errorf("%s yields %d events before the error, want 1", name, n)
		}
	}
}

func TestCloseGivesAllBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "events.jsonl")
	before, handles := runtime.NumGoroutine(), openFiles()
	for i := range 20 {
		s, err := Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Append(t.Context(), testAppend("a", testEvent(i+1))); err != nil {
			t.Fatal(err)
		}
		for range s.All(t.Context(), es.ReadAll{}) {
			break
		}
		if _, err := Open(t.Context(), path); !errors.Is(err, ErrLocked) {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	write(t, path, []byte("x"))
	for range 20 {
		if _, err := Open(t.Context(), path); err == nil {
			t.Fatal("no error")
		}
	}
	if n := runtime.NumGoroutine(); n > before {
		t.Errorf("%d goroutines, and %d before", n, before)
	}
	if n := openFiles(); n > handles {
		t.Errorf("%d open files, and %d before", n, handles)
	}
}

// openFiles is how many files this process has open, where the system tells.
func openFiles() int {
	entries, _ := os.ReadDir("/proc/self/fd")
	return len(entries)
}
