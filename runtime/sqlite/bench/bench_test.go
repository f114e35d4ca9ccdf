package main

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestMain lets a row run this test as the process that it measures.
func TestMain(m *testing.M) {
	if slices.Contains(os.Args, "-memory") {
		main()
		return
	}
	os.Exit(m.Run())
}

// Each row is measured, and its two sides do the same.
func TestRows(t *testing.T) {
	b, err := newBench(options{rounds: 1, dir: t.TempDir(),
		scale: scale{name: "tiny", saves: 2, batches: 1, loads: 2, tails: 2, group: time.Millisecond, replay: 3000, large: 20_000, tagged: 2000}})
	if err != nil {
		t.Fatal(err)
	}
	out, err := os.Create(t.TempDir() + "/table")
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	lines := 0
	for _, r := range b.rows() {
		if err := b.measure(t.Context(), out, r); err != nil {
			t.Errorf("%s: %v", r.name, err)
		}
		lines += len(r.lines)
	}
	table, err := os.ReadFile(out.Name())
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(string(table), "\n"); got != lines {
		t.Errorf("%d lines, want %d:\n%s", got, lines, table)
	}
	if err := b.close(); err != nil {
		t.Error(err)
	}
}

func TestVerdict(t *testing.T) {
	for _, tt := range []struct {
		l    line
		v    float64
		want string
	}{
		{line{goal: 1.5}, 1.5, "met"},
		{line{goal: 1.5}, 1.51, "MISSED"},
		{line{goal: 30, atLeast: true}, 30, "met"},
		{line{goal: 30, atLeast: true}, 29.9, "MISSED"},
		{line{}, 3, ""},
	} {
		if got := tt.l.verdict(tt.v); got != tt.want {
			t.Errorf("%v of a goal of %v: %q, want %q", tt.v, tt.l.goal, got, tt.want)
		}
	}
}
