package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/esgen/esgen/runtime/es"
)

// scriptCut is the command "cut FILE N": of the file its first N bytes are left.
func scriptCut(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: cut FILE N")
	}
	n, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	ts.Check(os.Truncate(ts.MkAbs(args[0]), n))
}

// scriptGarble is the command "garble FILE OLD NEW": in the file a text is another.
func scriptGarble(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: garble FILE OLD NEW")
	}
	garbled := strings.Replace(ts.ReadFile(args[0]), args[1], args[2], 1)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(garbled), 0o666))
}

// tool runs the tool, and returns what it prints.
func tool(ctx context.Context, args ...string) (string, error) {
	root := newRootCommand()
	var out bytes.Buffer
	root.SetOut(&out)
	root.SetErr(io.Discard)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	return out.String(), err
}

// randomEvents appends to a store as programs do: to one stream or two, by commands and
// without.
func randomEvents(t *testing.T, s es.Store, rng *rand.Rand, n int) {
	t.Helper()
	for i := range n {
		var a es.Append
		for j := range 1 + rng.IntN(2) {
			part := es.StreamAppend{Stream: es.Stream{Name: fmt.Sprintf("s-%d-%d", j, rng.IntN(300)), Category: "s-{id}"}, Expected: es.ExpectAny}
			if rng.IntN(3) == 0 {
				part.CommandID = fmt.Sprintf("c-%d", i)
			}
			for range 1 + rng.IntN(4) {
				e := es.NewEvent{ID: uuid.New(), Type: fmt.Sprintf("t.%d", rng.IntN(5)), TypeVersion: 1 + rng.IntN(2), RecordedAt: time.Unix(rng.Int64N(1<<31), rng.Int64N(1e9)),
					Payload: fmt.Appendf(nil, `{"n":%d}`, i)}
				switch rng.IntN(6) {
				case 0:
					e.Payload = []byte(" [\n\"spaced\"\t]\r\n")
				case 1:
					e.Metadata = fmt.Appendf(nil, `{"commandId":"c-%d"}`, i)
				case 2:
					e.Tags = []es.Tag{{Key: "k", Value: fmt.Sprint(i)}, {Key: "l\n"}}
				}
				part.Events = append(part.Events, e)
			}
			a.Streams = append(a.Streams, part)
		}
		if _, err := s.Append(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
}

func stored(t *testing.T, s es.Store) (all []es.Stored) {
	t.Helper()
	for e, err := range s.All(t.Context(), es.ReadAll{}) {
		if err != nil {
			t.Fatal(err)
		}
		c := *e
		c.Payload, c.Metadata, c.Tags = bytes.Clone(e.Payload), bytes.Clone(e.Metadata), slices.Clone(e.Tags)
		all = append(all, c)
	}
	return all
}

// Whatever programs append, to either store, comes through both ways as it was; the bytes of
// one export are those of the next; and an import that is interrupted goes on.
func TestExportAndImport(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 1))
	open := func(path string) store {
		s, _, err := openTarget(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	must := func(args ...string) string {
		t.Helper()
		out, err := tool(t.Context(), args...)
		if err != nil {
			t.Fatalf("esstore %v: %v", args, err)
		}
		return out
	}
	for _, first := range []string{"first.db", "first.jsonl"} {
		s := open(in(first))
		randomEvents(t, s, rng, 400)
		want := stored(t, s)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		lines := must("export", in(first))
		if err := os.WriteFile(in("lines"), []byte(lines), 0o666); err != nil {
			t.Fatal(err)
		}
		for i, name := range []string{"copy.db", "copy.jsonl"} {
			target := in(first + name)
			// Interrupted, by a context that is done when some lines have been read.
			ctx, cancel := context.WithCancel(t.Context())
			reads := 0
			half := &interruptedReader{r: strings.NewReader(lines), do: func() {
				if reads++; reads == 12 {
					cancel()
				}
			}}
			root := newRootCommand()
			root.SetIn(half)
			root.SetOut(io.Discard)
			root.SetErr(io.Discard)
			root.SetArgs([]string{"import", target, "-"})
			if err := root.ExecuteContext(ctx); !errors.Is(err, context.Canceled) {
				t.Fatalf("an import that is interrupted: %v", err)
			}
			cancel()
			var imported, already int
			if _, err := fmt.Sscanf(must("import", target, in("lines")), target+": %d events imported, %d were there already", &imported, &already); err != nil || already == 0 || imported+already != len(want) {
				t.Fatalf("%s to %s: imported %d of %d, and %d were there: %v", first, name, imported, len(want), already, err)
			}
			copied := open(target)
			got := stored(t, copied)
			if err := copied.Close(); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("%s to %s: %s", first, name, diff)
			}
			again := must("export", target)
			if (first == "first.db" || i == 1) && clearSynced(again) != clearSynced(lines) {
				t.Fatalf("%s to %s: the export has other bytes", first, name)
			}
			if first == "first.db" && again != lines {
				t.Fatalf("%s to %s: the export has other bytes", first, name)
			}
		}
	}
}

// clearSynced leaves out what depends on how appends were grouped, and with it checksums.
func clearSynced(lines string) string {
	return regexp.MustCompile(`,"synced":\d+|,"crc":"[0-9a-f]{8}"`).ReplaceAllString(lines, "")
}

// interruptedReader calls do at each read.
type interruptedReader struct {
	r  io.Reader
	do func()
}

func (r *interruptedReader) Read(b []byte) (int, error) {
	r.do()
	return r.r.Read(b[:min(len(b), 8<<10)])
}

// An import that is killed goes on where it was, and an export from whatever was written of it.
func TestKilledImportAndExport(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	rng := rand.New(rand.NewPCG(rand.Uint64(), 1))
	s, _, err := openTarget(t.Context(), in("first.db"))
	if err != nil {
		t.Fatal(err)
	}
	randomEvents(t, s, rng, 600)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	must := func(args ...string) string {
		t.Helper()
		out, err := tool(t.Context(), args...)
		if err != nil {
			t.Fatalf("esstore %v: %v", args, err)
		}
		return out
	}
	lines := must("export", in("first.db"))
	if err := os.WriteFile(in("lines"), []byte(lines), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, target := range []string{in("copy.db"), in("copy.jsonl")} {
		for range 3 {
			cmd := exec.CommandContext(t.Context(), "esstore", "import", target, "-")
			w, err := cmd.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			// It has read all of this but for what a pipe holds.
			_, err = io.WriteString(w, lines[:len(lines)/4+rng.IntN(len(lines)/2)])
			if err := errors.Join(err, cmd.Process.Kill()); err != nil {
				t.Fatal(err)
			}
			if err := cmd.Wait(); err == nil {
				t.Fatal("the import ended by itself")
			}
		}
		must("import", target, in("lines"))
		must("check", target)
		if must("export", target) != lines {
			t.Fatalf("%s: the export has other bytes", target)
		}
	}
	for range 10 {
		cut := rng.IntN(len(lines))
		if err := os.WriteFile(in("out.jsonl"), []byte(lines[:cut]), 0o666); err != nil {
			t.Fatal(err)
		}
		must("export", in("first.db"), "-o", in("out.jsonl"))
		if out, err := os.ReadFile(in("out.jsonl")); err != nil || string(out) != lines {
			t.Fatalf("an export that was cut at byte %d: %v, and other bytes", cut, err)
		}
	}
}
