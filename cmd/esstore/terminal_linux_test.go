package main

import (
	"context"
	"database/sql"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/esgen/esgen/cmd/internal/terminal/terminaltest"
)

func TestLinesOnATerminal(t *testing.T) {
	path := filepath.Join(t.TempDir(), "events.db")
	err := appendLines(path, line{Stream: "a", Type: "made", Payload: fmt.Appendf(nil, `{"text":"\u009b2J日本%s"}`, strings.Repeat("x", 100))})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		args []string
		want string // the end of the line
	}{
		{[]string{"show", path, "a"}, `"\u009b2J日…`},
		{[]string{"tail", path}, `  {"text":"\u009…`},
		{[]string{"show", "--full", path, "a"}, `xxx"}`},
		{[]string{"show", "--json", path, "a"}, `xxx"}}`},
	} {
		term := terminaltest.Open(t, 60)
		cmd := exec.Command("esstore", test.args...)
		term.Start(t, cmd)
		if err := cmd.Wait(); err != nil {
			t.Fatalf("%v\n%s", err, term.All())
		}
		first, _, _ := strings.Cut(term.All(), "\r\n")
		if !strings.HasSuffix(first, test.want) {
			t.Errorf("%s: the line ends otherwise than with %s:\n%s", test.args[0], test.want, first)
		}
	}
}

// A check that takes a while says how far it has come. Here somebody keeps the file
// locked until that has been seen.
func TestProgressOnATerminal(t *testing.T) {
	path := filepath.Join(t.TempDir(), "events.db")
	if err := appendLines(path, line{Stream: "a", Type: "made", Payload: []byte("1")}); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite3", path+"?_locking_mode=EXCLUSIVE")
	if err != nil {
		t.Fatal(err)
	}
	conn, err := db.Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{"BEGIN IMMEDIATE", "CREATE TABLE mine (a)", "COMMIT"} {
		if _, err := conn.ExecContext(context.Background(), statement); err != nil {
			t.Fatal(err)
		}
	}
	term := terminaltest.Open(t, 80)
	cmd := exec.Command("esstore", "check", path)
	term.Start(t, cmd)
	if !term.Await("checking pages") {
		t.Errorf("nothing was shown but\n%q", term.All())
	}
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, term.All())
	}
	// What follows begins on a line that the progress has left empty.
	seen := term.All()
	before, _, found := strings.Cut(seen, path+": sound")
	if !found || !strings.HasSuffix(before, "\r") {
		t.Errorf("the progress is not taken away before the result:\n%q", seen)
	}
}
