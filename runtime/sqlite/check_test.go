//go:build cgo

package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/esgen/esgen/runtime/es"
)

// checkable makes a file with three streams: positions 1 to 3 are a's, 4 to 6 b's,
// and 7 is c's. Event 2 and 5 have tags, a and b have seen a command each.
func checkable(t *testing.T) (path string) {
	t.Helper()
	path = newPath(t)
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer closeStore(t, s)
	for _, stream := range []string{"a", "b"} {
		a := to(stream, es.ExpectNone, event("made"), event("changed", es.Tag{Key: "k", Value: `v "1"`}, es.Tag{Key: "of", Value: stream}), event("changed"))
		a.Streams[0].CommandID = "command-" + stream
		for i := range a.Streams[0].Events {
			a.Streams[0].Events[i].Metadata = []byte(`{"commandId":"command-` + stream + `"}`)
		}
		mustAppend(t, s, a)
	}
	mustAppend(t, s, to("c", es.ExpectNone, event("ended")))
	return path
}

// mustCheck checks a file that can be checked.
func mustCheck(t testing.TB, path string, opts ...CheckOption) Report {
	t.Helper()
	report, err := Check(t.Context(), path, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// disarm lets statements do what triggers and references forbid.
func disarm(t *testing.T, path string, statements ...string) {
	t.Helper()
	db := openSQL(t, path)
	db.SetMaxOpenConns(1)
	rows, err := db.Query("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
	if err != nil {
		t.Fatal(err)
	}
	var names, texts []string
	for rows.Next() {
		var name, text string
		if err := rows.Scan(&name, &text); err != nil {
			t.Fatal(err)
		}
		names, texts = append(names, "DROP TRIGGER "+name), append(texts, text)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	for _, statement := range slices.Concat(names, statements, texts) {
		if _, err := db.Exec(statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestCheckFindsNothing(t *testing.T) {
	path := checkable(t)
	want := Report{Format: 1, Streams: 3, Events: 7, Types: 3, Tags: 4, Commands: 2}
	if diff := cmp.Diff(want, mustCheck(t, path)); diff != "" {
		t.Errorf("a file that nobody uses (-want +got):\n%s", diff)
	}
	if err := want.Err(); err != nil {
		t.Error(err)
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		t.Errorf("a check left files behind: %v, %v", entries, err)
	}
	s := openAt(t, path)
	if diff := cmp.Diff(want, mustCheck(t, path, nil)); diff != "" {
		t.Errorf("a file that is open (-want +got):\n%s", diff)
	}
	mustAppend(t, s, to("c", es.Exactly(1), event("ended")))
	want.Events++
	if diff := cmp.Diff(want, mustCheck(t, path)); diff != "" {
		t.Errorf("a file with a WAL (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(Report{Format: 1}, mustCheck(t, newStore(t))); diff != "" {
		t.Errorf("an empty store (-want +got):\n%s", diff)
	}
}

// newStore is the path of a store without events.
func newStore(t *testing.T) string {
	path := newPath(t)
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	closeStore(t, s)
	return path
}

func TestCheckFindsFaults(t *testing.T) {
	const firstSum, secondSum = "position, stream, version, type, time and payload do not match", "ID, category, key, tags and metadata do not match"
	at := func(kind FaultKind, stream string, version, position int64, typ, problem string) Fault {
		return Fault{kind, stream, version, position, typ, problem}
	}
	for _, test := range []struct {
		name   string
		damage string
		want   []Fault // whose problems are part of the problems to be found
	}{
		{"Payload", `UPDATE es_events SET payload = '{"name":"Bob"}' WHERE position = 5`, []Fault{at(FaultChecksum, "b", 2, 5, "changed", firstSum)}},
		{"Time", `UPDATE es_events SET recorded_at = recorded_at + 1 WHERE position = 5`, []Fault{at(FaultChecksum, "b", 2, 5, "changed", firstSum)}},
		{"TypeVersion", `UPDATE es_events SET type_version = 2 WHERE position = 5`, []Fault{at(FaultChecksum, "b", 2, 5, "changed", firstSum)}},
		{"Type", `UPDATE es_events SET type = 1 WHERE position = 5`, []Fault{at(FaultChecksum, "b", 2, 5, "made", firstSum)}},
		{"Checksum", `UPDATE es_events SET crc = crc + 0x100000000 WHERE position = 5`, []Fault{at(FaultChecksum, "b", 2, 5, "changed", firstSum)}},
		{"TypeName", `UPDATE es_types SET name = 'enden' WHERE name = 'ended'`, []Fault{at(FaultChecksum, "c", 1, 7, "enden", firstSum)}},
		{"StreamName", `UPDATE es_streams SET name = 'd' WHERE name = 'c'`, []Fault{at(FaultChecksum, "d", 1, 7, "ended", firstSum)}},
		{"Metadata", `UPDATE es_events SET metadata = '{}' WHERE position = 5`, []Fault{at(FaultChecksum, "b", 2, 5, "changed", secondSum)}},
		{"ID", `UPDATE es_events SET id = randomblob(16) WHERE position = 5`, []Fault{at(FaultChecksum, "b", 2, 5, "changed", secondSum)}},
		{"SecondChecksum", `UPDATE es_events SET crc_rest = 0 WHERE position = 5`, []Fault{at(FaultChecksum, "b", 2, 5, "changed", secondSum)}},
		{"Category", `UPDATE es_streams SET category = 'x' WHERE name = 'c'`, []Fault{at(FaultChecksum, "c", 1, 7, "ended", secondSum)}},
		{"Key", `UPDATE es_streams SET key = 'x' WHERE name = 'c'`, []Fault{at(FaultChecksum, "c", 1, 7, "ended", secondSum)}},
		{"ShortID", `UPDATE es_events SET id = x'00' WHERE position = 5`, []Fault{at(FaultValue, "", 0, 5, "", "column 7 cannot be")}},
		{"Hole", `DELETE FROM es_tags WHERE position = 2; DELETE FROM es_events WHERE position = 2`, []Fault{
			at(FaultPosition, "", 0, 3, "", "position 2 is missing before it"), at(FaultVersion, "a", 3, 3, "", "version 2 is missing before it"),
		}},
		{"LongerHole", `DELETE FROM es_commands; DELETE FROM es_tags WHERE position = 5; DELETE FROM es_events WHERE position IN (4, 5)`, []Fault{
			at(FaultPosition, "", 0, 6, "", "positions 4 to 5 are missing before it"), at(FaultVersion, "b", 3, 6, "", "versions 1 to 2 are missing before it"),
		}},
		{"LastOfAStream", `DELETE FROM es_commands; DELETE FROM es_events WHERE position = 3`, []Fault{
			at(FaultPosition, "", 0, 4, "", "position 3 is missing before it"), at(FaultHead, "a", 2, 0, "", "the head of the stream is version 3"),
		}},
		{"LastOfAll", `DELETE FROM es_events WHERE position = 7`, []Fault{
			at(FaultOrphan, "c", 0, 0, "", "no events, and its head is version 1"), at(FaultOrphan, "", 0, 0, "ended", "no events of this type"),
		}},
		{"WholeStream", `DELETE FROM es_commands WHERE stream = 1; DELETE FROM es_tags WHERE position = 2; DELETE FROM es_events WHERE stream = 1; DELETE FROM es_heads WHERE stream = 1; DELETE FROM es_streams WHERE id = 1`,
			[]Fault{at(FaultPosition, "", 0, 4, "", "positions 1 to 3 are missing before it")}},
		{"HeadTooHigh", `UPDATE es_heads SET head = 4 WHERE stream = 2`, []Fault{at(FaultHead, "b", 3, 0, "", "the head of the stream is version 4")}},
		{"HeadTooLow", `UPDATE es_heads SET head = 2 WHERE stream = 2`, []Fault{at(FaultHead, "b", 3, 0, "", "the head of the stream is version 2")}},
		{"HeadGone", `DELETE FROM es_heads WHERE stream = 2`, []Fault{at(FaultHead, "b", 3, 0, "", "the stream has no head")}},
		{"HeadOfNoStream", `INSERT INTO es_heads VALUES (9, 1)`, []Fault{at(FaultReference, "", 0, 0, "", "a head, version 1, of a stream of the number 9")}},
		{"EmptyStream", `INSERT INTO es_streams (name, category, key) VALUES ('d', '', '')`, []Fault{at(FaultOrphan, "d", 0, 0, "", "it has no events")}},
		{"UnusedType", `INSERT INTO es_types (name) VALUES ('unused')`, []Fault{at(FaultOrphan, "", 0, 0, "unused", "no events of this type")}},
		{"StreamGone", `DELETE FROM es_heads WHERE stream = 3; DELETE FROM es_streams WHERE name = 'c'`, []Fault{at(FaultReference, "", 1, 7, "ended", "its stream has the number 3")}},
		{"TypeGone", `DELETE FROM es_types WHERE name = 'ended'`, []Fault{at(FaultReference, "c", 1, 7, "", "its type has the number 3")}},
		{"StreamOfCommandGone", `UPDATE es_commands SET stream = 9 WHERE stream = 1`, []Fault{at(FaultReference, "", 1, 0, "", `the stream of command "command-a" has the number 9`)}},
		{"PositionsSwapped", `UPDATE es_events SET version = version + 10 WHERE stream = 1; UPDATE es_events SET version = 14 - version WHERE stream = 1`, []Fault{
			at(FaultChecksum, "a", 3, 1, "made", firstSum), at(FaultChecksum, "a", 1, 3, "changed", firstSum),
			at(FaultPosition, "a", 2, 2, "", "the version before it has a later position, 3"), at(FaultPosition, "a", 3, 1, "", "the version before it has a later position, 2"),
			at(FaultCommand, "a", 1, 3, "", "their positions are 3 and 1"),
		}},
		{"NegativePosition", `UPDATE es_events SET position = -7 WHERE position = 7`, []Fault{
			at(FaultPosition, "", 0, -7, "", "positions count from 1"), at(FaultChecksum, "c", 1, -7, "ended", firstSum),
		}},
		{"VersionZero", `UPDATE es_events SET version = 0 WHERE position = 7`, []Fault{
			at(FaultChecksum, "c", 0, 7, "ended", firstSum), at(FaultVersion, "c", 0, 7, "", "versions count from 1"), at(FaultOrphan, "c", 0, 0, "", "it has no events"),
		}},
		{"TagNotIndexed", `DELETE FROM es_tags WHERE position = 5 AND key = 'k'`, []Fault{at(FaultTag, "b", 2, 5, "changed", `do not find it by its tag "k", "v \"1\""`)}},
		{"TagOfAnother", `INSERT INTO es_tags VALUES ('of', 'a', 5), ('of', 'a', 4), ('of', 'a', 0)`, []Fault{
			at(FaultTag, "", 0, 0, "", `no such event, but queries look for one there by the tag "of", "a"`),
			at(FaultTag, "b", 1, 4, "", `the tag "of", "a", which it does not have`), at(FaultTag, "b", 2, 5, "", `the tag "of", "a", which it does not have`),
		}},
		{"TagChanged", `UPDATE es_tags SET value = 'c' WHERE position = 5 AND key = 'of'`, []Fault{
			at(FaultTag, "b", 2, 5, "changed", `its tag "of", "b"`), at(FaultTag, "b", 2, 5, "", `the tag "of", "c", which`),
		}},
		{"TagsMalformed", `UPDATE es_events SET tags = '[[]]' WHERE position = 5`, []Fault{
			at(FaultChecksum, "b", 2, 5, "changed", secondSum), at(FaultTag, "b", 2, 5, "changed", "tags are malformed"),
		}},
		{"CommandBeyondTheEnd", `UPDATE es_commands SET last_version = 4 WHERE stream = 2`, []Fault{at(FaultCommand, "b", 1, 0, "", `command "command-b" led to versions 1 to 4, not all of which are there`)}},
		{"CommandBackwards", `UPDATE es_commands SET first_version = 4 WHERE stream = 2`, []Fault{at(FaultCommand, "b", 4, 0, "", "cannot have led to versions 4 to 3")}},
		{"CommandOfAnother", `UPDATE es_commands SET id = 'x' WHERE stream = 2`, []Fault{at(FaultCommand, "b", 1, 4, "", `command "x" led to it, but its metadata names command "command-b"`)}},
		{"CommandOfOtherVersions", `UPDATE es_commands SET first_version = 2 WHERE stream = 2`, []Fault{at(FaultCommand, "b", 2, 5, "", `"command-b", that it led to versions 2 to 3, does not match its checksum`)}},
		{"TableChanged", `ALTER TABLE es_types ADD COLUMN x TEXT`, []Fault{at(FaultFile, "", 0, 0, "", "table es_types is not what it was made as")}},
		{"Index", `DROP INDEX es_streams_by_category`, []Fault{at(FaultFile, "", 0, 0, "", "index es_streams_by_category is missing")}},
		{"View", `DROP VIEW es_log`, []Fault{at(FaultFile, "", 0, 0, "", "view es_log is missing")}},
		{"ApplicationID", `PRAGMA application_id = 7`, []Fault{at(FaultFile, "", 0, 0, "", "application ID is 0x7, want 0x6573676e")}},
		{"Format", `PRAGMA user_version = 0`, []Fault{at(FaultFile, "", 0, 0, "", "user_version, which is that of the format, is 0")}},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := checkable(t)
			disarm(t, path, "PRAGMA foreign_keys = OFF", test.damage)
			var told []Fault
			report := mustCheck(t, path, OnFault(func(f Fault) { told = append(told, f) }))
			if diff := cmp.Diff(told, report.Faults); diff != "" || report.Found != int64(len(told)) {
				t.Errorf("%d faults; told and reported:\n%s", report.Found, diff)
			}
			matches := len(report.Faults) == len(test.want)
			for i := 0; matches && i < len(test.want); i++ {
				got, want := report.Faults[i], test.want[i]
				matches = strings.Contains(got.Problem, want.Problem)
				got.Problem, want.Problem = "", ""
				matches = matches && got == want
			}
			if !matches {
				t.Errorf("got\n%s\nwant\n%s", faultLines(report.Faults), faultLines(test.want))
			}
			if err := report.Err(); !errors.Is(err, es.ErrCorrupt) {
				t.Errorf("the report's error is %v, want es.ErrCorrupt", err)
			}
		})
	}
}

func faultLines(faults []Fault) string {
	var b strings.Builder
	for _, f := range faults {
		fmt.Fprintf(&b, "%s: %s\n", f.Kind, f)
	}
	return b.String()
}

// What is not there is named, whether or not the rest can be checked without it.
func TestCheckFindsWhatIsNotThere(t *testing.T) {
	for drop, want := range map[string][]string{
		"TRIGGER es_events_keep_update": {"trigger es_events_keep_update is missing"},
		"TABLE es_commands": {
			"table es_commands is missing",
			"trigger es_commands_keep_update is missing", "trigger es_commands_keep_delete is missing",
		},
	} {
		path := checkable(t)
		run(t, path, "DROP "+drop)
		report := mustCheck(t, path)
		var got []string
		for _, f := range report.Faults {
			got = append(got, f.Problem)
		}
		slices.Sort(got)
		slices.Sort(want)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", drop, diff)
		}
	}
}

// Pages that SQLite cannot read are a fault, and what else can be read is checked.
func TestCheckFindsDamagedPages(t *testing.T) {
	path := newPath(t)
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	fill(t, s, 2000, "a")
	var root int64
	err = s.readers.with(t.Context(), func(c *conn) (err error) {
		root, err = c.int("SELECT rootpage FROM sqlite_schema WHERE name = 'es_events'")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	closeStore(t, s)
	run(t, path, "UPDATE es_heads SET head = 7")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	// The right-most child of the root of the events, which leads to the newest.
	copy(data[(root-1)*4096+8:], []byte{0, 0xff, 0xff, 0xff})
	if err := os.WriteFile(path, data, 0o666); err != nil {
		t.Fatal(err)
	}
	report := mustCheck(t, path)
	kinds := make(map[FaultKind]int)
	for _, f := range report.Faults {
		kinds[f.Kind]++
	}
	if kinds[FaultPage] < 2 || kinds[FaultHead] != 1 {
		t.Errorf("found %v:\n%s", kinds, faultLines(report.Faults))
	}
}

func TestCheckRefuses(t *testing.T) {
	folder := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		return path
	}
	theirs := filepath.Join(folder, "theirs.db")
	run(t, theirs, "CREATE TABLE t (a)")
	newer := newStore(t)
	run(t, newer, "PRAGMA user_version = 2")
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for name, test := range map[string]struct {
		ctx  context.Context
		path string
		want error
	}{
		"no file":             {nil, filepath.Join(folder, "none.db"), fs.ErrNotExist},
		"no path":             {nil, "", nil},
		"a folder":            {nil, folder, nil},
		"an empty file":       {nil, write("empty.db", ""), ErrNotOurs},
		"no database":         {nil, write("text.db", strings.Repeat("no database ", 1000)), ErrNotOurs},
		"another database":    {nil, theirs, ErrNotOurs},
		"a newer format":      {nil, newer, ErrNewerFormat},
		"a cancelled context": {cancelled, newStore(t), context.Canceled},
	} {
		ctx := test.ctx
		if ctx == nil {
			ctx = t.Context()
		}
		report, err := Check(ctx, test.path)
		if err == nil || test.want != nil && !errors.Is(err, test.want) || report.Found > 0 {
			t.Errorf("%s: %v, %d faults, want %v", name, err, report.Found, test.want)
		}
	}
	if _, err := os.Stat(filepath.Join(folder, "none.db")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a check has made a file: %v", err)
	}
}

// A check can be cut off at each of its steps.
func TestCheckIsCutOff(t *testing.T) {
	path := checkable(t)
	var steps []string
	mustCheck(t, path, OnProgress(func(p Progress) {
		if !slices.Contains(steps, p.Step) {
			steps = append(steps, p.Step)
		}
		if p.Done > p.Total && p.Total != 0 {
			t.Errorf("%+v is more than all", p)
		}
	}))
	if want := []string{"pages", "events", "versions", "streams", "types", "commands", "snapshots"}; !slices.Equal(steps, want) {
		t.Errorf("the steps are %q, want %q", steps, want)
	}
	for _, step := range steps {
		ctx, cancel := context.WithCancel(t.Context())
		_, err := Check(ctx, path, OnProgress(func(p Progress) {
			if p.Step == step {
				cancel()
			}
		}))
		// The last step may be over when it says that it has done all.
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v, want context.Canceled", step, err)
		}
	}
}

// However many faults there are, the report holds some.
func TestCheckOfManyFaults(t *testing.T) {
	path := newPath(t)
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	fill(t, s, mostFaults+5, "a")
	closeStore(t, s)
	disarm(t, path, "UPDATE es_events SET crc = 0")
	told := 0
	report := mustCheck(t, path, OnFault(func(Fault) { told++ }))
	if len(report.Faults) != mostFaults || report.Found != mostFaults+5 || told != mostFaults+5 {
		t.Errorf("%d faults reported, %d found, %d told", len(report.Faults), report.Found, told)
	}
}

// A check of a file in use takes nothing for a fault that somebody is just writing,
// from its first step to its last.
func TestCheckWhileAppending(t *testing.T) {
	path := newPath(t)
	s := openAt(t, path)
	fill(t, s, fullPage, "s0", "s1", "s2")
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	var appended atomic.Int64
	for g := range 4 {
		wg.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				stream := fmt.Sprintf("s%d", i%(5+i/10)) // old ones and new ones
				a := to(stream, es.ExpectAny, event(fmt.Sprintf("type%d", i/50), es.Tag{Key: "g", Value: fmt.Sprint(g)}, es.Tag{Key: fmt.Sprint(i % 7), Value: stream}), event("other"))
				a.Streams[0].CommandID = fmt.Sprintf("command %d of %d", i, g)
				if _, err := s.Append(context.Background(), a); err != nil {
					t.Error(err)
					return
				}
				appended.Add(2)
			}
		})
	}
	const rounds = 8
	during := int64(0)
	for range rounds {
		before := appended.Load()
		report := mustCheck(t, path, OnProgress(func(p Progress) {
			// So that something is appended between any two pages.
			for seen := appended.Load(); appended.Load() == seen && !t.Failed(); {
				runtime.Gosched()
			}
		}))
		during += appended.Load() - before
		if report.Found > 0 {
			t.Errorf("found\n%s", faultLines(report.Faults))
		}
	}
	cancel()
	wg.Wait()
	t.Logf("%d checks, during which %d events were appended", rounds, during)
	if during == 0 {
		t.Error("nothing was appended")
	}
}

// Somebody begins to use a file that is being checked as one that nobody uses.
func TestCheckOfAFileThatComesIntoUse(t *testing.T) {
	for _, step := range []string{"pages", "events", "versions", "streams", "types", "commands"} {
		path := newPath(t)
		s, err := Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		fill(t, s, 4*fullPage, "a", "b")
		closeStore(t, s)
		calls := 0
		report := mustCheck(t, path, OnProgress(func(p Progress) {
			if p.Step != step {
				return
			}
			if calls++; calls > 2 {
				return
			}
			// Closing the store writes the pages of the file, in their places.
			s, err := Open(t.Context(), path)
			if err != nil {
				t.Fatal(err)
			}
			fill(t, s, 700, "a", "c", fmt.Sprint("new", calls))
			closeStore(t, s)
		}))
		if report.Found > 0 {
			t.Errorf("%s: found\n%s", step, faultLines(report.Faults))
		}
	}
}

// What was read of a file while somebody began to use it is read again: its pages may have
// been written in between, and the last events may be in a WAL.
func TestCheckReadsAgainWhatWasDisturbed(t *testing.T) {
	for name, use := range map[string]func(t *testing.T, s *Store){
		"Closed": func(t *testing.T, s *Store) { closeStore(t, s) },
		"Open":   func(*testing.T, *Store) {},
	} {
		t.Run(name, func(t *testing.T) {
			path := newPath(t)
			s, err := Open(t.Context(), path)
			if err != nil {
				t.Fatal(err)
			}
			fill(t, s, 3, "a")
			closeStore(t, s)
			f, err := resolve(path)
			if err != nil {
				t.Fatal(err)
			}
			var source checkSource
			if err := source.open(t.Context(), f); err != nil {
				t.Fatal(err)
			}
			defer source.close()
			var heads []int64
			for range 2 {
				err := source.with(t.Context(), func(c *conn) error {
					head, err := readHead(c)
					if heads = append(heads, head); len(heads) == 1 {
						s := openAt(t, path)
						fill(t, s, 2, "b")
						use(t, s)
					}
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			if want := []int64{3, 5, 5}; !slices.Equal(heads, want) {
				t.Errorf("read %v, want %v", heads, want)
			}
		})
	}
}

// The pages of a check are found by indexes, or a long file would take for ever.
func TestCheckPlans(t *testing.T) {
	s := openAt(t, newPath(t))
	err := s.readers.with(t.Context(), func(c *conn) error {
		for _, query := range []string{versionsQuery, streamsQuery, typesQuery, tagsQuery, commandsQuery} {
			err := explainPlan(c, query, []driver.Value{int64(1), int64(2), int64(3), int64(4)}[:strings.Count(query, "?")], func(step string) {
				if strings.HasPrefix(step, "SCAN es_") || strings.Contains(step, "SCAN e ") || strings.Contains(step, "TEMP B-TREE FOR ORDER") && query == versionsQuery {
					t.Errorf("%s\n%s", query, step)
				}
				t.Log(step)
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
