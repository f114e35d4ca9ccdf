//go:build cgo && linux

package torture

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/sqlite"
)

// childDecide decides from several goroutines at once, and tells of it.
func childDecide(args []string) error {
	flags := flag.NewFlagSet("decide", flag.ExitOnError)
	name := flags.String("name", "d", "first part of the authors' names")
	goroutines := flags.Int("goroutines", 8, "")
	count := flags.Int("count", 0, "decisions of each goroutine, 0 is without end")
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
	var wg sync.WaitGroup
	for g := range *goroutines {
		wg.Go(func() {
			if err := decideMany(ctx, store, fmt.Sprintf("%s-%d", *name, g), *count); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1) // others may be waiting for this one
			}
		})
	}
	wg.Wait()
	return s.Close()
}

func decideMany(ctx context.Context, s es.Store, author string, count int) error {
	say := func(r ruling) error {
		line, err := json.Marshal(r)
		if err == nil {
			_, err = os.Stdout.Write(append(line, '\n'))
		}
		return err
	}
	rng := rand.New(rand.NewPCG(hashed(author), 1))
	for seq := 0; count == 0 || seq < count; seq++ {
		d, err := decideOn(ctx, s, decision{
			Author: author, Seq: seq, Kind: rng.IntN(queryKinds), Room: rng.IntN(rooms), Type: rng.IntN(decisionTypes),
		})
		if err != nil {
			return fmt.Errorf("%s: %w", d.name(), err)
		}
		if err := say(ruling{What: "begin", Decision: d}); err != nil {
			return err
		}
		r, err := s.Append(ctx, d.append())
		told := ruling{What: "stored", Decision: d, Position: r.Position}
		if errors.Is(err, es.ErrCondition) {
			told, err = ruling{What: "refused", Decision: d}, nil
		}
		if err := errors.Join(err, say(told)); err != nil {
			return fmt.Errorf("%s: %w", d.name(), err)
		}
	}
	return nil
}

// judgesEarly is a store that is wrong on purpose: it judges conditions, and then
// appends. All goroutines of the process have judged before any of them appends.
type judgesEarly struct {
	es.Store
	meet *meeting
}

func (s *judgesEarly) Append(ctx context.Context, a es.Append) (es.Result, error) {
	var broken error
	for _, c := range a.Conditions {
		for e, err := range s.All(ctx, es.ReadAll{After: c.After, Query: c.Query, Limit: 1}) {
			if err != nil {
				return es.Result{}, err
			}
			broken = &es.ConditionError{Position: e.Position, Type: e.Type, After: c.After}
		}
	}
	s.meet.wait()
	if broken != nil {
		return es.Result{}, broken
	}
	a.Conditions = nil
	return s.Store.Append(ctx, a)
}

// meeting is where n goroutines wait for one another, again and again.
type meeting struct {
	mu      sync.Mutex
	n, here int
	open    chan struct{}
}

func newMeeting(n int) *meeting { return &meeting{n: n, open: make(chan struct{})} }

func (m *meeting) wait() {
	m.mu.Lock()
	open := m.open
	if m.here++; m.here == m.n {
		m.here, m.open = 0, make(chan struct{})
		close(open)
	}
	m.mu.Unlock()
	<-open
}

// Processes are killed while they append on conditions. Every acknowledged append
// must be there, none in part and none that was refused; and of each that is there the
// condition must have held, be it acknowledged or not.
func TestKillDecisions(t *testing.T) {
	t.Parallel()
	testKillDecisions(t, 4)
}

func TestTortureKillDecisions(t *testing.T) { full(t); testKillDecisions(t, 50) }

func testKillDecisions(t *testing.T, kills int) {
	rng := random(t)
	path := ""
	var known *rulings
	var total struct{ stored, refused, inFlight, repeated, anew, broken int }
	for round := range kills {
		if round%5 == 0 { // a file lives through five kills
			path, known = filepath.Join(t.TempDir(), "events.db"), newRulings()
		}
		begun, ended := len(known.begun), len(known.stored)+len(known.refused)
		killDecisions(t, rng, path, fmt.Sprint("r", round), known)
		inFlight := len(known.begun) - begun - (len(known.stored) + len(known.refused) - ended)
		if inFlight == 0 {
			t.Errorf("no append was in flight at kill %d", round+1)
		}
		total.inFlight += inFlight
		known.mustHold(t, path, fmt.Sprintf("after kill %d", round+1))
		repeated, anew, broken, err := known.settle(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		total.repeated, total.anew, total.broken = total.repeated+repeated, total.anew+anew, total.broken+broken
		if round%5 == 4 || round == kills-1 {
			known.mustHold(t, path, "after what had no outcome was sent again")
			total.stored, total.refused = total.stored+len(known.stored), total.refused+len(known.refused)
		}
	}
	t.Logf("%d kills, with %d conditional appends in flight (of which %d were stored, %d were not and are now, %d are refused now); %d stored in all, and %d refused",
		kills, total.inFlight, total.repeated, total.anew, total.broken, total.stored, total.refused)
}

// killDecisions starts a process that decides, and kills it at a random moment.
func killDecisions(t *testing.T, rng *rand.Rand, path, name string, known *rulings) {
	t.Helper()
	cmd, stderr := child(t, "decide", "-name", name, path)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	left, wait := 1+rng.IntN(120), time.Duration(rng.IntN(int(5*time.Millisecond)))
	err = known.take(out, func() {
		if left--; left == 0 {
			time.AfterFunc(wait, func() { _ = cmd.Process.Kill() })
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	wasKilled(t, cmd, stderr)
}

func (k *rulings) mustHold(t *testing.T, path, when string) {
	t.Helper()
	f, unfounded := k.judge(t.Context(), path)
	if !f.none() {
		t.Fatalf("%s:\n%v", when, f)
	}
	if len(unfounded) > 0 {
		t.Fatalf("%s: %d conditions did not hold: %q", when, len(unfounded), unfounded[:min(3, len(unfounded))])
	}
}

// Several processes decide on one file. The history shows that every condition held,
// across all of them.
func TestDecisions(t *testing.T) {
	t.Parallel()
	testDecisions(t, 12)
}

func TestTortureDecisions(t *testing.T) { full(t); testDecisions(t, 150) }

const (
	processes = 4
	each      = 8
)

func testDecisions(t *testing.T, count int) {
	path := filepath.Join(t.TempDir(), "events.db")
	known := decideTogether(t, path, "-count", count)
	known.mustHold(t, path, "in the end")
	if len(known.stored) == 0 || len(known.refused) == 0 {
		t.Fatalf("%d appends were stored and %d refused: the history shows nothing", len(known.stored), len(known.refused))
	}
	t.Logf("%d processes of %d goroutines: %d conditional appends stored, %d refused", processes, each, len(known.stored), len(known.refused))
}

// decideTogether runs processes that decide at the same time, to their end.
func decideTogether(t *testing.T, path string, flags ...any) *rulings {
	t.Helper()
	known := make([]*rulings, processes)
	errs := make([]error, processes)
	var wg sync.WaitGroup
	for i := range processes {
		cmd, stderr := child(t, "decide", append(append([]any{"-name", fmt.Sprint("p", i), "-goroutines", each}, flags...), path)...)
		wg.Go(func() {
			known[i] = newRulings()
			out, err := cmd.Output()
			if err != nil {
				err = fmt.Errorf("%w\n%s", err, stderr)
			}
			errs[i] = errors.Join(err, known[i].take(bytes.NewReader(out), func() {}))
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	all := newRulings()
	for _, k := range known {
		maps.Copy(all.begun, k.begun)
		maps.Copy(all.stored, k.stored)
		maps.Copy(all.refused, k.refused)
	}
	return all
}

// A store that judges conditions before its transaction does not get through.
func TestDecisionsFindStoreThatJudgesEarly(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "events.db")
	known := decideTogether(t, path, "-count", 12, "-careless")
	f, unfounded := known.judge(t.Context(), path)
	if !f.none() {
		t.Fatalf("more is wrong than that conditions did not hold:\n%v", f)
	}
	if len(unfounded) == 0 {
		t.Error("a store that judges conditions before its transaction was not found out")
	}
	t.Logf("%d of %d appends stood on what was no longer so", len(unfounded), len(known.stored))
}
