//go:build cgo

package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
)

// ack is an event that a child was told to be stored.
type ack struct {
	id                uuid.UUID
	stream            string
	version, position int64
}

func (a ack) String() string {
	return fmt.Sprintf("%s %s %d %d", a.id, a.stream, a.version, a.position)
}

func parseAck(line string) (a ack, err error) {
	var id string
	if _, err := fmt.Sscanf(line, "%s %s %d %d", &id, &a.stream, &a.version, &a.position); err != nil {
		return ack{}, fmt.Errorf("%q: %w", line, err)
	}
	a.id, err = uuid.Parse(id)
	return a, err
}

// childAppend appends from several goroutines at once, and prints what has been
// acknowledged. Arguments: path, name of the process, goroutines, appends of each,
// of which 0 are without end.
func childAppend(args []string) error {
	goroutines, err := strconv.Atoi(args[2])
	if err != nil {
		return err
	}
	count, err := strconv.Atoi(args[3])
	if err != nil {
		return err
	}
	ctx := context.Background()
	s, err := Open(ctx, args[0])
	if err != nil {
		return err
	}
	errs := make([]error, goroutines)
	var wg sync.WaitGroup
	for g := range goroutines {
		wg.Go(func() { errs[g] = appendPairs(ctx, s, fmt.Sprintf("own-%s-%d", args[1], g), count, os.Stdout) })
	}
	wg.Wait()
	return errors.Join(append(errs, s.Close())...)
}

// appendPairs appends to two streams at once: to one that all share, and to one of
// its own, whose version it knows.
func appendPairs(ctx context.Context, s *Store, own string, count int, out io.Writer) error {
	for i := 0; count == 0 || i < count; i++ {
		a := es.Append{Streams: []es.StreamAppend{
			{Stream: es.Stream{Name: "shared"}, Expected: es.ExpectAny, Events: []es.NewEvent{event("made")}},
			{Stream: es.Stream{Name: own}, Expected: es.Exactly(int64(i)), Events: []es.NewEvent{event("made")}},
		}}
		r, err := s.Append(ctx, a)
		if err != nil {
			return err
		}
		for j, part := range a.Streams {
			at := r.Streams[j]
			if _, err := fmt.Fprintln(out, ack{part.Events[0].ID, part.Stream.Name, at.LastVersion, at.LastPosition}); err != nil {
				return err
			}
		}
	}
	return nil
}

// verifyAcks opens a file and checks that it holds what was acknowledged and, for
// each event of the shared stream, one of another.
func verifyAcks(t *testing.T, path string, acks []ack) {
	t.Helper()
	s := openAt(t, path)
	stored := make(map[uuid.UUID]ack)
	last := make(map[string]int64)
	for e, err := range s.All(t.Context(), es.ReadAll{}) {
		if err != nil {
			t.Fatal(err)
		}
		stored[e.ID] = ack{e.ID, e.Stream.Name, e.Version, e.Position}
		if e.Version != last[e.Stream.Name]+1 {
			t.Fatalf("stream %s: version %d follows %d", e.Stream.Name, e.Version, last[e.Stream.Name])
		}
		last[e.Stream.Name] = e.Version
	}
	for _, want := range acks {
		if got := stored[want.id]; got != want {
			t.Fatalf("acknowledged: %v; stored: %v", want, got)
		}
	}
	if shared := last["shared"]; 2*shared != int64(len(stored)) {
		t.Fatalf("%d events, %d of them in the shared stream: an append is there in part", len(stored), shared)
	}
	for stream, n := range last {
		if got := versions(t, s, stream); int64(len(got)) != n {
			t.Fatalf("stream %s has %d events, read %d", stream, n, len(got))
		}
	}
}

// Processes that begin at once with no file, and append to one stream.
func TestManyProcesses(t *testing.T) {
	t.Parallel()
	const processes, goroutines, each = 4, 8, 10
	path := newPath(t)
	acks := make([][]ack, processes)
	var wg sync.WaitGroup
	for p := range processes {
		cmd := child(t, "append", path, fmt.Sprint(p), fmt.Sprint(goroutines), fmt.Sprint(each))
		wg.Go(func() {
			lines(t, cmd, func(line string) {
				a, err := parseAck(line)
				if err != nil {
					t.Error(err)
				}
				acks[p] = append(acks[p], a)
			})
		})
	}
	wg.Wait()
	var all []ack
	for p := range acks {
		if len(acks[p]) != 2*goroutines*each {
			t.Errorf("process %d: %d events were acknowledged, want %d", p, len(acks[p]), 2*goroutines*each)
		}
		all = append(all, acks[p]...)
	}
	if !t.Failed() {
		verifyAcks(t, path, all)
	}
}

// Processes that are killed while they append, at moments of no choice.
func TestKilledProcesses(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	var all []ack
	for round := range 5 {
		var mu sync.Mutex
		var wg sync.WaitGroup
		for p := range 2 {
			cmd := child(t, "append", path, fmt.Sprint(round, "-", p), "8", "0")
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			wg.Go(func() {
				defer ended(t, cmd)
				// What was printed before the kill is still in the pipe after it.
				for n := 0; ; n++ {
					var line string
					if _, err := fmt.Fscanf(out, "%36s", &line); err != nil {
						return
					}
					var a ack
					if _, err := fmt.Fscanf(out, " %s %d %d\n", &a.stream, &a.version, &a.position); err != nil {
						return // cut off in the middle
					}
					if a.id, err = uuid.Parse(line); err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					all = append(all, a)
					mu.Unlock()
					if n == 40*(p+1) {
						if err := cmd.Process.Kill(); err != nil {
							t.Error(err)
						}
					}
				}
			})
		}
		wg.Wait()
	}
	// A reader can make sense of what a kill has left, and leaves it as it is.
	if got := positions(t, openAt(t, path, ReadOnly()), es.ReadAll{}); len(got) < len(all) {
		t.Errorf("a store that is read-only finds %d events of %d", len(got), len(all))
	}
	verifyAcks(t, path, all)
	t.Logf("%d events were acknowledged", len(all))
}

func ended(t *testing.T, cmd *exec.Cmd) {
	if exit, ok := errors.AsType[*exec.ExitError](cmd.Wait()); !ok || exit.Exited() {
		t.Errorf("the process ended by itself: %v\n", exit)
	}
}
