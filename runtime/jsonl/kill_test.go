//go:build unix

package jsonl

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// The test binary is also a program that appends until it is killed, and one that opens a
// file.
func TestMain(m *testing.M) {
	if path := os.Getenv("ESGEN_JSONL_WRITER"); path != "" {
		fmt.Fprintln(os.Stderr, appendUntilKilled(path, os.Getenv("ESGEN_JSONL_EARLY") != ""))
		os.Exit(2)
	}
	if path := os.Getenv("ESGEN_JSONL_OPEN"); path != "" {
		s, err := Open(context.Background(), path)
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println("open")
		_, _ = bufio.NewReader(os.Stdin).ReadString('\n')
		_ = s.Close()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// appendUntilKilled says of each deed that it is acknowledged when it is; or, being wrong
// on purpose, before it is even written.
func appendUntilKilled(path string, early bool) error {
	s, err := Open(context.Background(), path)
	if err != nil {
		return err
	}
	head, err := s.Head(context.Background())
	if err != nil {
		return err
	}
	errs := make(chan error)
	for i := range 8 {
		go func() {
			for j := 0; ; j++ {
				d := deed{int(head) + i, j}
				if early {
					fmt.Println(d)
				}
				if _, err := s.Append(context.Background(), d.append()); err != nil {
					errs <- err
				}
				if !early {
					fmt.Println(d)
				}
			}
		}()
	}
	return <-errs
}

// A process that appends is killed. All that it said was acknowledged is there, and
// nothing in part.
func TestKill(t *testing.T) {
	t.Parallel()
	if lost := kill(t, 6, false); lost != 0 {
		t.Errorf("%d acknowledged appends were lost", lost)
	}
}

func TestKillFindsStoreThatIsEarly(t *testing.T) {
	t.Parallel()
	lost := kill(t, 4, true)
	if lost == 0 {
		t.Error("a store that acknowledges before it writes was not found out")
	}
	t.Logf("%d appends were lost", lost)
}

func TestTortureKill(t *testing.T) {
	full(t)
	if lost := kill(t, 100, false); lost != 0 {
		t.Errorf("%d acknowledged appends were lost", lost)
	}
}

// kill kills a process some times, each of which goes on with the file that the one before
// has left, and returns how many acknowledged deeds are gone in the end.
func kill(t *testing.T, times int, early bool) (lost int) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "events.jsonl")
	var acknowledged []deed
	torn := 0
	for range times {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "ESGEN_JSONL_WRITER="+path)
		if early {
			cmd.Env = append(cmd.Env, "ESGEN_JSONL_EARLY=1")
		}
		var stderr strings.Builder
		cmd.Stderr = &stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		left := 1 + rand.IntN(60)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			var d deed
			if _, err := fmt.Sscanf(lines.Text(), "%d/%d", &d.writer, &d.number); err != nil {
				continue // the last line may be cut off
			}
			acknowledged = append(acknowledged, d)
			if left--; left == 0 {
				_ = cmd.Process.Kill() // and the rest of what it said is read
			}
		}
		if left > 0 {
			t.Fatalf("the writer ended by itself: %s", stderr.String())
		}
		if err := cmd.Wait(); err == nil {
			t.Fatal("the writer ended by itself")
		}
		s, err := Open(t.Context(), path, OnTorn(func(Torn) { torn++ }))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	gone, err := missing(path, acknowledged)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d kills, %d appends acknowledged, %d times a torn append was cut off", times, len(acknowledged), torn)
	return len(gone)
}

func TestSecondProcessIsRefused(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "events.jsonl")
	opened := func() (*exec.Cmd, string, func()) {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "ESGEN_JSONL_OPEN="+path)
		in, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		said, _ := bufio.NewReader(out).ReadString('\n')
		var once sync.Once
		end := func() { once.Do(func() { in.Close(); _ = cmd.Wait() }) }
		t.Cleanup(end)
		return cmd, strings.TrimSpace(said), end
	}
	_, said, end := opened()
	if said != "open" {
		t.Fatalf("the first process: %s", said)
	}
	if _, err := Open(t.Context(), path); !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), path) {
		t.Fatalf("a second store: %v, want ErrLocked and the name of the file", err)
	}
	reader, err := Open(t.Context(), path, ReadOnly())
	if err != nil {
		t.Fatalf("a second store that is read-only: %v", err)
	}
	defer reader.Close()
	if _, said, _ := opened(); !strings.Contains(said, path+": the file is in use by another store that writes") {
		t.Fatalf("the second process said %q", said)
	}
	end()
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatalf("after the first process has ended: %v", err)
	}
	if _, said, _ := opened(); !strings.Contains(said, "in use") {
		t.Fatalf("another process, while this one has the file open: %q", said)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}
