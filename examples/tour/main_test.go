package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite testdata/tour.txt")

func TestTheTourTellsTheSameStoryEveryTime(t *testing.T) {
	var out bytes.Buffer
	if err := run(t.Context(), &out, t.TempDir()); err != nil {
		t.Fatal(err)
	}
	golden := filepath.Join("testdata", "tour.txt")
	if *update {
		if err := os.WriteFile(golden, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), out.String()); diff != "" {
		t.Errorf("the story differs (-want +got):\n%s", diff)
	}
}

func TestTheTourLeavesAFileAloneThatIsThere(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "events.db")
	if err := os.WriteFile(file, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	err := run(t.Context(), &bytes.Buffer{}, dir)
	if err == nil || !strings.Contains(err.Error(), "is there already") {
		t.Fatalf("%v", err)
	}
	if got, _ := os.ReadFile(file); string(got) != "mine" {
		t.Fatalf("the file is now %q", got)
	}
}
