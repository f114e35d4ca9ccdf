package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/jsonl"
)

// started is a program that runs, and what it prints.
type started struct {
	*exec.Cmd
	lines *bufio.Scanner
	errs  strings.Builder
}

func start(t *testing.T, args ...string) *started {
	t.Helper()
	p := &started{Cmd: exec.CommandContext(t.Context(), "esstore", args...)} // TestMain put it into PATH
	out, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.lines, p.Stderr = bufio.NewScanner(out), &p.errs
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	return p
}

// tail -f shows what is appended, by another process, and an interrupt ends it as it
// should end.
func TestTailFollows(t *testing.T) {
	path := filepath.Join(t.TempDir(), "events.db")
	event := func(i int) line { return line{Stream: "a", Type: "made", Payload: fmt.Append(nil, i)} }
	if err := appendLines(path, event(1), event(2), event(3)); err != nil {
		t.Fatal(err)
	}
	p := start(t, "tail", "-f", "-n", "1", path)
	for i := 3; i < 8; i++ {
		if !p.lines.Scan() || !strings.HasSuffix(p.lines.Text(), fmt.Sprintf("a@%d  made  %d", i, i)) {
			t.Fatalf("line %q, want event %d; it said %s", p.lines.Text(), i, &p.errs)
		}
		if err := appendLines(path, event(i+1)); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	rest := 0
	for ; p.lines.Scan(); rest++ { // event 8, perhaps
	}
	if err := p.Wait(); err != nil || p.errs.Len() > 0 || rest > 1 {
		t.Errorf("%v, %d more lines, and it said %q", err, rest, &p.errs)
	}
}

// tail -f of a store without events, and of one that is taken away.
func TestTailFollowsTheFile(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "events.db")
	if err := appendLines(path); err != nil {
		t.Fatal(err)
	}
	p := start(t, "tail", "-f", "--json", path)
	if err := appendLines(path, line{Stream: "a", Type: "made", Payload: []byte("{}")}); err != nil {
		t.Fatal(err)
	}
	if !p.lines.Scan() || !strings.Contains(p.lines.Text(), `"position":1,"stream":"a"`) {
		t.Fatalf("line %q; it said %s", p.lines.Text(), &p.errs)
	}
	if err := os.Rename(path, filepath.Join(folder, "moved.db")); err != nil {
		t.Fatal(err)
	}
	for p.lines.Scan() {
		t.Errorf("another line: %s", p.lines.Text())
	}
	if err := p.Wait(); p.ProcessState.ExitCode() != exitTrouble || !strings.Contains(p.errs.String(), "not in its place") {
		t.Errorf("%v, and it said %q", err, &p.errs)
	}
}

// Lines in a pipe are whole.
func TestPipes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "events.db")
	long := strings.Repeat("long ", 1000)
	if err := appendLines(path, line{Stream: "a", Type: "made", Payload: fmt.Appendf(nil, "%q", long)}); err != nil {
		t.Fatal(err)
	}
	p := start(t, "show", path, "a")
	out := ""
	for p.lines.Scan() {
		out += p.lines.Text()
	}
	if err := p.Wait(); err != nil || !strings.HasSuffix(out, fmt.Sprintf("  made  %q", long)) {
		t.Errorf("%v, %d bytes", err, len(out))
	}
}

// tail -f looks at a file of JSON lines while a store writes to it.
func TestTailFollowsLines(t *testing.T) {
	path := filepath.Join(t.TempDir(), "events.jsonl")
	s, err := jsonl.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	add := func(i int) {
		e := es.NewEvent{ID: uuid.New(), Type: "made", TypeVersion: 1, RecordedAt: epoch, Payload: fmt.Append(nil, i)}
		_, err := s.Append(t.Context(), es.Append{Streams: []es.StreamAppend{{Stream: es.Stream{Name: "a"}, Expected: es.ExpectAny, Events: []es.NewEvent{e}}}})
		if err != nil {
			t.Fatal(err)
		}
	}
	add(1)
	p := start(t, "tail", "-f", "-n", "1", path)
	for i := 1; i < 5; i++ {
		if !p.lines.Scan() || !strings.HasSuffix(p.lines.Text(), fmt.Sprintf("a@%d  made  %d", i, i)) {
			t.Fatalf("line %q, want event %d; it said %s", p.lines.Text(), i, &p.errs)
		}
		add(i + 1)
	}
	if err := p.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	for p.lines.Scan() {
	}
	if err := p.Wait(); err != nil || p.errs.Len() > 0 {
		t.Errorf("%v, and it said %q", err, &p.errs)
	}
}
