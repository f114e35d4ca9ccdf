package main

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
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
			"append": scriptAppend,
			"damage": scriptDamage,
			"holds":  scriptHolds,
			"status": scriptStatus,
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

func TestPrintable(t *testing.T) {
	for text, want := range map[string]string{
		"order-17":           `order-17`,
		"ü 日本 🎉 e\u0301":     "ü 日本 🎉 e\u0301",
		"\x1b[2J":            `\x1b[2J`,
		"\u009b2J":           `\u009b2J`,
		"a\r\nb\tc\x00\x7f":  `a\r\nb\tc\x00\x7f`,
		"\u202egpj.exe":      `\u202egpj.exe`,
		"a\u200bb\u2028c":    `a\u200bb\u2028c`,
		"\xff\xfe":           `\xff\xfe`,
		"\U000e0041\ufffd!":  `\U000e0041\ufffd!`,
		`it's "so" \ plain`:  `it's "so" \ plain`,
		"\ue000\U0010ffff/a": `\ue000\U0010ffff/a`,
	} {
		if got := printable(text); got != want {
			t.Errorf("%q: got %s, want %s", text, got, want)
		}
	}
	for name, want := range map[string]string{
		"order-17": `order-17`, "a b": `a b`, "": `""`, " a": `" a"`, `a"b`: `"a\"b"`, `\x1b`: `"\\x1b"`, "\x1b": `"\x1b"`,
	} {
		if got := printableName(name); got != want {
			t.Errorf("%q: got %s, want %s", name, got, want)
		}
	}
}

// Whatever a text holds, nothing of it drives a terminal, and JSON keeps its meaning.
func FuzzPrintable(f *testing.F) {
	for _, s := range []string{"", "a", "\x1b]0;x\a", "\u009b\u202e\xff", `"\`, "\U000e0041", "\u2028", "\ufffd"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, got := range []string{printable(s), printableName(s)} {
			if !plain(got) {
				t.Errorf("%q became %q", s, got)
			}
		}
		if unquoted, err := strconv.Unquote(printableName(s)); err == nil && unquoted != s {
			t.Errorf("%q is shown as %s, which is %q", s, printableName(s), unquoted)
		}
		var b bytes.Buffer
		if err := printJSON(&b, s); err != nil {
			t.Fatal(err)
		}
		text := strings.TrimSuffix(b.String(), "\n")
		if !plain(text) {
			t.Errorf("%q became %q", s, text)
		}
		var back string
		if err := json.Unmarshal([]byte(text), &back); err != nil || back != strings.ToValidUTF8(s, "\ufffd") && len(s) == len([]rune(s)) {
			t.Errorf("%q became %s, which is %q, %v", s, text, back, err)
		}
	})
}

func TestCut(t *testing.T) {
	for _, test := range []struct {
		line  string
		width int
		want  string
	}{
		{"abcdef", 0, "abcdef"},
		{"abcdef", 6, "abcdef"},
		{"abcdef", 5, "abcd…"},
		{"日本語", 6, "日本語"},
		{"日本語", 5, "日本…"},
		{"日本語", 4, "日…"},
		{"e\u0301e\u0301e\u0301", 3, "e\u0301e\u0301e\u0301"},
		{"e\u0301e\u0301e\u0301", 2, "e\u0301…"},
		{"ab", 1, "…"},
	} {
		if got := cut(test.line, test.width); got != test.want {
			t.Errorf("%s cut to %d is %s, want %s", test.line, test.width, got, test.want)
		}
	}
}

func TestSize(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0 B", 999: "999 B", 1000: "1.0 kB", 12_345: "12.3 kB", 999_949: "999.9 kB", 999_950: "1.0 MB", 3_200_000_000: "3.2 GB", 7e15: "7000.0 TB",
	} {
		if got := size(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}
