//go:build cgo && linux

package torture

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/sqlite"
)

// Several processes read the same boundary, all of them before the first appends. One
// append is stored.
func TestBoundaries(t *testing.T) {
	t.Parallel()
	testBoundaries(t, 12)
}

func TestTortureBoundaries(t *testing.T) { full(t); testBoundaries(t, 500) }

func testBoundaries(t *testing.T, rounds int) {
	path := filepath.Join(t.TempDir(), "events.db")
	for round, winners := range raceForBoundaries(t, path, rounds) {
		if winners != 1 {
			t.Errorf("boundary %d: %d of %d were stored, want one", round, winners, processes*each)
		}
	}
	s := open(t, path)
	defer closeStore(t, s)
	for round := range rounds {
		there := 0
		for _, err := range s.All(t.Context(), es.ReadAll{Query: boundary(round)}) {
			if err != nil {
				t.Fatal(err)
			}
			there++
		}
		if there != 1 {
			t.Errorf("boundary %d: %d events, want one", round, there)
		}
	}
	t.Logf("%d boundaries, each read by %d goroutines in %d processes before the first of them appended: one winner each", rounds, processes*each, processes)
}

// A store that judges conditions before its transaction lets all of a process win.
func TestBoundariesFindStoreThatJudgesEarly(t *testing.T) {
	t.Parallel()
	const rounds = 3
	for round, winners := range raceForBoundaries(t, filepath.Join(t.TempDir(), "events.db"), rounds, "-careless") {
		if winners < each {
			t.Errorf("boundary %d: %d winners, want those of one process at least", round, winners)
		}
	}
}

// raceForBoundaries has all processes read each boundary, then append, and counts the
// winners.
func raceForBoundaries(t *testing.T, path string, rounds int, flags ...any) []int {
	t.Helper()
	type racer struct {
		in  io.WriteCloser
		out *bufio.Scanner
	}
	racers := make([]racer, processes)
	for i := range racers {
		cmd, stderr := child(t, "race", append(append([]any{"-name", fmt.Sprint("p", i), "-goroutines", each}, flags...), path)...)
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
		defer func() {
			_ = in.Close()
			if err := cmd.Wait(); err != nil {
				t.Errorf("%v\n%s", err, stderr)
			}
		}()
		racers[i] = racer{in, bufio.NewScanner(out)}
	}
	// all sends one line to every process, and waits for an answer of each.
	all := func(line string) (sum int) {
		for _, r := range racers {
			if _, err := fmt.Fprintln(r.in, line); err != nil {
				t.Fatal(err)
			}
		}
		for i, r := range racers {
			n := 0
			if !r.out.Scan() {
				t.Fatalf("process %d ended", i)
			}
			if _, err := fmt.Sscan(r.out.Text(), &n); err != nil {
				t.Fatalf("process %d: %q", i, r.out.Text())
			}
			sum += n
		}
		return sum
	}
	winners := make([]int, rounds)
	for round := range winners {
		if read := all(fmt.Sprint("read ", round)); read != processes*each {
			t.Fatalf("boundary %d: %d found it free, want all", round, read)
		}
		winners[round] = all(fmt.Sprint("append ", round))
	}
	return winners
}

func boundary(round int) es.Query {
	return es.Query{Items: []es.Item{{Types: []string{"seat.taken"}, Tags: []es.Tag{{Key: "seat", Value: fmt.Sprint(round)}}}}}
}

// childRace answers lines: "read N" with how many of its goroutines found boundary N
// free, "append N" with how many of those have then taken it.
func childRace(args []string) error {
	flags := flag.NewFlagSet("race", flag.ExitOnError)
	name := flags.String("name", "r", "first part of the streams' names")
	goroutines := flags.Int("goroutines", 8, "")
	careless := flags.Bool("careless", false, "judge conditions before the transaction")
	if err := flags.Parse(args); err != nil {
		return err
	}
	ctx := context.Background()
	s, err := sqlite.Open(ctx, flags.Arg(0))
	if err != nil {
		return err
	}
	var store es.Store = s
	if *careless {
		store = &judgesEarly{Store: s, meet: newMeeting(*goroutines)}
	}
	models := make([]struct{ es.Decision }, *goroutines)
	// count has every goroutine do something, and says how many did it.
	count := func(do func(g int) (bool, error)) error {
		did, errs := make([]bool, *goroutines), make([]error, *goroutines)
		var wg sync.WaitGroup
		for g := range *goroutines {
			wg.Go(func() { did[g], errs[g] = do(g) })
		}
		wg.Wait()
		if err := errors.Join(errs...); err != nil {
			return err
		}
		n := 0
		for _, d := range did {
			if d {
				n++
			}
		}
		_, err := fmt.Println(n)
		return err
	}
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		what, number, _ := strings.Cut(lines.Text(), " ")
		var round int
		if _, err := fmt.Sscan(number, &round); err != nil {
			return fmt.Errorf("%q: %w", lines.Text(), err)
		}
		read := func(g int) (bool, error) {
			free := true
			err := es.ReadDecision(ctx, store, &models[g].Decision, boundary(round), func(*es.Stored) error { free = false; return nil })
			return free, err
		}
		take := func(g int) (bool, error) {
			conditions, err := es.Conditions(&models[g])
			if err != nil {
				return false, err
			}
			_, err = store.Append(ctx, es.Append{Conditions: conditions, Streams: []es.StreamAppend{{
				Stream: es.Stream{Name: fmt.Sprintf("guest-%s-%d", *name, g)}, Expected: es.ExpectAny,
				Events: []es.NewEvent{{
					ID: uuid.Must(uuid.NewV7()), Type: "seat.taken", TypeVersion: 1, RecordedAt: epoch,
					Payload: []byte(`{}`), Tags: boundary(round).Items[0].Tags,
				}},
			}}})
			if errors.Is(err, es.ErrCondition) {
				return false, nil
			}
			return err == nil, err
		}
		if err := count(map[string]func(int) (bool, error){"read": read, "append": take}[what]); err != nil {
			return err
		}
	}
	return s.Close()
}
