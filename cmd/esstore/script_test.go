package main

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/sqlite"
)

var update = flag.Bool("update", false, "rewrite what the scripts expect")

// The test binary is the tool as well: a script that runs esstore runs main.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"esstore": main})
}

// TestScripts runs testdata/script, one story a file.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"append":   scriptAppend,
			"cut":      scriptCut,
			"damage":   scriptDamage,
			"garble":   scriptGarble,
			"holds":    scriptHolds,
			"snapshot": scriptSnapshot,
			"status":   scriptStatus,
			"table":    scriptTable,
		},
	})
}

// line is an append of one event, as a line of JSON in a script has it.
type line struct {
	Stream      string          `json:"stream"`
	Category    string          `json:"category"`
	Key         string          `json:"key"`
	Type        string          `json:"type"`
	TypeVersion int             `json:"typeVersion"`
	Payload     json.RawMessage `json:"payload"`
	Text        string          `json:"text"` // a payload as it is to be stored, be it JSON or not
	Metadata    json.RawMessage `json:"metadata"`
	Tags        [][2]string     `json:"tags"`
	Command     string          `json:"command"`
}

// scriptAppend is the command "append STORE FILE...": it appends the events that are
// the lines of the files. They are the same ones each time.
func scriptAppend(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: append STORE FILE...")
	}
	var lines []line
	for _, name := range args[1:] {
		for scanner := bufio.NewScanner(strings.NewReader(ts.ReadFile(name))); scanner.Scan(); {
			var l line
			ts.Check(json.Unmarshal(scanner.Bytes(), &l))
			lines = append(lines, l)
		}
	}
	path := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(filepath.Dir(path), 0o777))
	ts.Check(appendLines(path, lines...))
}

var epoch = time.Date(2026, 5, 1, 12, 0, 0, 123456789, time.UTC)

// appendLines appends to a file, which it makes where there is none. An event's ID
// and time follow from its position.
func appendLines(path string, lines ...line) error {
	ctx := context.Background()
	s, err := sqlite.Open(ctx, path)
	if err != nil {
		return err
	}
	head, err := s.Head(ctx)
	for i := 0; i < len(lines) && err == nil; i++ {
		l, position := lines[i], head+int64(i)+1
		e := es.NewEvent{
			ID: uuid.MustParse(fmt.Sprintf("0195a0b1-c2d3-7e4f-8a1b-%012x", position)), Type: l.Type, TypeVersion: max(1, l.TypeVersion),
			RecordedAt: epoch.Add(time.Duration(position) * time.Minute), Payload: l.Payload, Metadata: l.Metadata,
		}
		if l.Text != "" {
			e.Payload = []byte(l.Text)
		}
		for _, tag := range l.Tags {
			e.Tags = append(e.Tags, es.Tag{Key: tag[0], Value: tag[1]})
		}
		_, err = s.Append(ctx, es.Append{Streams: []es.StreamAppend{{
			Stream: es.Stream{Name: l.Stream, Category: l.Category, Key: l.Key}, Expected: es.ExpectAny, Events: []es.NewEvent{e}, CommandID: l.Command,
		}}})
	}
	if e := s.Close(); err == nil {
		err = e
	}
	return err
}

// keyed is a state table that has nothing but the key.
type keyed struct{ table es.Table }

func (k *keyed) Table() *es.Table { return &k.table }

func (k *keyed) RowOf(_ context.Context, _ es.Store, key string) ([]any, error) {
	return []any{key}, nil
}

// scriptTable is the command "table STORE NAME AGGREGATE": it makes a state table of the
// aggregate's streams.
func scriptTable(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: table STORE NAME AGGREGATE")
	}
	ctx := context.Background()
	table := &keyed{es.Table{Name: args[1], Aggregate: args[2], Category: args[2] + "-{id}", Columns: []es.Column{{Name: "id", Kind: es.ColumnText}}}}
	s, err := sqlite.Open(ctx, ts.MkAbs(args[0]), sqlite.WithTables(table), sqlite.WithTableDrift())
	ts.Check(err)
	err = s.Rebuild(ctx, table, nil)
	ts.Check(errors.Join(err, s.Close()))
}

// scriptSnapshot is the command "snapshot STORE AGGREGATE STREAM...": it writes a
// snapshot of each stream as of its newest event.
func scriptSnapshot(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: snapshot STORE AGGREGATE STREAM...")
	}
	ctx := context.Background()
	s, err := sqlite.Open(ctx, ts.MkAbs(args[0]))
	ts.Check(err)
	for _, stream := range args[2:] {
		for e, readErr := range s.Stream(ctx, stream, es.ReadStream{Backwards: true, Limit: 1}) {
			ts.Check(readErr)
			err = errors.Join(err, s.WriteSnapshot(ctx, es.Snapshot{
				Stream: stream, Aggregate: args[1], Version: e.Version, Position: e.Position, RecordedAt: e.RecordedAt, State: []byte("state"),
			}))
		}
	}
	ts.Check(errors.Join(err, s.Close()))
}

// scriptDamage is the command "damage STORE STATEMENT...": it does to the file what
// its triggers forbid.
func scriptDamage(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: damage STORE STATEMENT...")
	}
	db, err := sql.Open("sqlite3", ts.MkAbs(args[0]))
	ts.Check(err)
	defer db.Close()
	rows, err := db.Query("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
	ts.Check(err)
	var drops, creates []string
	for rows.Next() {
		var name, text string
		ts.Check(rows.Scan(&name, &text))
		drops, creates = append(drops, "DROP TRIGGER "+name), append(creates, text)
	}
	ts.Check(rows.Err())
	for _, statement := range slices.Concat(drops, args[1:], creates) {
		_, err := db.Exec(statement)
		ts.Check(err)
	}
}

// scriptHolds is the command "holds FOLDER FILE...": the folder holds just those files.
func scriptHolds(ts *testscript.TestScript, _ bool, args []string) {
	entries, err := os.ReadDir(ts.MkAbs(args[0]))
	ts.Check(err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if want := args[1:]; !slices.Equal(names, want) {
		ts.Fatalf("folder %s holds %q, want %q", args[0], names, want)
	}
}

// scriptStatus is the command "status N PROGRAM ARG...": the program must end with
// just that exit status.
func scriptStatus(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N PROGRAM ARG...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	if exit, ok := err.(*exec.ExitError); ok {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}
