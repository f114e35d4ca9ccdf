//go:build cgo && linux

package torture

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/google/uuid"
	"golang.org/x/sys/unix"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/sqlite"
)

// Four processes append to the same streams of one file, with eight goroutines each,
// and load them. There is one order of all that they did, in which each did what it
// did between its beginning and its end, that explains what all of them saw.
func TestLinear(t *testing.T) {
	t.Parallel()
	testLinear(t, 1)
}

func TestTortureLinear(t *testing.T) { full(t); testLinear(t, 50) }

// Many histories are worth more than a long one, of which the checker would have to try
// very many orders.
const linearProcesses, linearGoroutines, linearOperations = 4, 8, 15

func testLinear(t *testing.T, histories int) {
	var all []porcupine.Operation
	var slowest time.Duration
	for round := range histories {
		path := filepath.Join(t.TempDir(), "events.db")
		history := linearHistory(t, path, round, false)
		began := time.Now()
		if got := porcupine.CheckOperationsTimeout(linearModel, history, 5*time.Minute); got != porcupine.Ok {
			t.Fatalf("history %d: no order explains it: %v", round, got)
		}
		slowest = max(slowest, time.Since(began))
		f := new(findings)
		s := open(t, path)
		read(t.Context(), s, f)
		closeStore(t, s)
		integrity(t.Context(), path, f)
		if !f.none() {
			t.Fatal(f)
		}
		all = append(all, history...)
	}
	t.Logf("%d histories: %v; the slowest was checked in %v", histories, countLinear(all), slowest.Round(time.Millisecond))
}

// A store that checks versions first and inserts then, with nothing to keep others from
// coming between, does not get through.
func TestLinearFindsStoreThatRaces(t *testing.T) {
	t.Parallel()
	history := linearHistory(t, filepath.Join(t.TempDir(), "events.db"), 0, true)
	if got := porcupine.CheckOperationsTimeout(linearModel, history, 5*time.Minute); got != porcupine.Illegal {
		t.Errorf("the history of a store that races: %v", got)
	}
	t.Log(countLinear(history))
}

// linearHistory has processes make a history.
func linearHistory(t *testing.T, path string, round int, racy bool) []porcupine.Operation {
	t.Helper()
	var history []porcupine.Operation
	var mu sync.Mutex
	var ready, ended sync.WaitGroup
	for p := range linearProcesses {
		cmd, stderr := child(t, "linear", path, p, round, racy)
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
		ready.Add(1)
		ended.Go(func() {
			lines := bufio.NewReader(out)
			_, err := lines.ReadString('\n')
			ready.Done()
			ready.Wait() // they begin together
			_, err2 := io.WriteString(in, "\n")
			var ops []porcupine.Operation
			for decoder := json.NewDecoder(lines); err == nil; {
				var op linearOperation
				if err = decoder.Decode(&op); err == nil {
					ops = append(ops, porcupine.Operation{ClientId: op.Client, Call: op.Call, Return: op.Return, Input: op.Input, Output: op.Output})
				}
			}
			if err := cmd.Wait(); err != nil || err2 != nil {
				t.Errorf("%v %v\n%v", err, err2, stderr)
			}
			mu.Lock()
			defer mu.Unlock()
			history = append(history, ops...)
		})
	}
	ended.Wait()
	if want := linearProcesses * linearGoroutines * linearOperations; len(history) != want {
		t.Fatalf("%d operations, want %d", len(history), want)
	}
	return history
}

// linearOperation is one thing that a client did.
type linearOperation struct {
	Client       int
	Call, Return int64 // of the system's monotonic clock, in nanoseconds
	Input        linearInput
	Output       linearOutput
}

// linearInput is an append where it has parts, a load where it names a stream, and
// else a look at the head.
type linearInput struct {
	Parts []linearPart `json:",omitempty"`
	// After is that of a condition that no event of any kind is after a position; -1
	// where there is none.
	After  int64
	Stream int
}

type linearPart struct {
	Stream   int
	Expected es.Expected
	IDs      []uuid.UUID
}

type linearOutput struct {
	// Firsts are the versions of the first events of an append, and Position that of
	// its last.
	Firsts   []int64 `json:",omitempty"`
	Position int64   // also the head that was seen
	// Conflict is the stream where an append met a conflict, and Actual its version;
	// -1 where it did not. Broken says that its condition did not hold.
	Conflict int
	Actual   int64
	Broken   bool
	// Count and Hash are those of the events that a load found.
	Count int64
	Hash  uint64
}

const linearStreams = 4

// linearState is what a store holds.
type linearState struct {
	head     int64
	versions [linearStreams]int64
	hashes   [linearStreams]uint64
}

// chain goes on with the hash of a stream's events.
func chain(hash uint64, id uuid.UUID) uint64 { return hashed(fmt.Sprint(hash, id)) }

const noStream = -1

var linearModel = porcupine.Model{
	Init: func() any { return linearState{} },
	Step: func(state, input, output any) (bool, any) {
		s, in, out := state.(linearState), input.(linearInput), output.(linearOutput)
		switch {
		case len(in.Parts) > 0:
			ok := s.append(in, out)
			return ok, s
		case in.Stream != noStream:
			return out.Count == s.versions[in.Stream] && out.Hash == s.hashes[in.Stream], s
		default:
			return out.Position == s.head, s
		}
	},
}

// append says whether an append to s can have come to what it came to, and does it.
func (s *linearState) append(in linearInput, out linearOutput) bool {
	for _, part := range in.Parts {
		if actual := s.versions[part.Stream]; !part.Expected.Holds(actual) {
			return out.Conflict == part.Stream && out.Actual == actual
		}
	}
	if out.Conflict != noStream {
		return false
	}
	if broken := in.After >= 0 && in.After < s.head; broken || out.Broken {
		return broken == out.Broken
	}
	events := int64(0)
	for i, part := range in.Parts {
		if out.Firsts[i] != s.versions[part.Stream]+1 {
			return false
		}
		for _, id := range part.IDs {
			s.hashes[part.Stream] = chain(s.hashes[part.Stream], id)
		}
		s.versions[part.Stream] += int64(len(part.IDs))
		events += int64(len(part.IDs))
	}
	// This store leaves no gaps. So the order of appends is plain, and the checker has
	// little to try.
	s.head += events
	return out.Position == s.head
}

func countLinear(history []porcupine.Operation) string {
	var appends, conflicts, broken, loads, heads, most int
	var ends []int64
	slices.SortFunc(history, func(a, b porcupine.Operation) int { return int(a.Call - b.Call) })
	for _, op := range history {
		in, out := op.Input.(linearInput), op.Output.(linearOutput)
		switch {
		case len(in.Parts) == 0 && in.Stream != noStream:
			loads++
		case len(in.Parts) == 0:
			heads++
		case out.Conflict != noStream:
			conflicts++
		case out.Broken:
			broken++
		default:
			appends++
		}
		ends = slices.DeleteFunc(ends, func(end int64) bool { return end < op.Call })
		ends = append(ends, op.Return)
		most = max(most, len(ends))
	}
	return fmt.Sprintf("%d processes with %d goroutines: %d appends, %d conflicts, %d broken conditions, %d loads, %d looks at the head, up to %d at once",
		linearProcesses, linearGoroutines, appends, conflicts, broken, loads, heads, most)
}

// childLinear makes its part of a history. Arguments: path, number of the process,
// number of the history, whether the store is to race.
func childLinear(args []string) error {
	process, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	round, err := strconv.Atoi(args[2])
	if err != nil {
		return err
	}
	s, err := sqlite.Open(context.Background(), args[0])
	if err != nil {
		return err
	}
	var store es.Store = s
	if args[3] == "true" {
		store = racy{s}
	}
	// Parents and children agree on when to begin by a line each way.
	fmt.Println("ready")
	if _, err := bufio.NewReader(os.Stdin).ReadString('\n'); err != nil {
		return err
	}
	ops, errs := make([][]linearOperation, linearGoroutines), make([]error, linearGoroutines)
	var wg sync.WaitGroup
	for g := range linearGoroutines {
		wg.Go(func() {
			number := process*linearGoroutines + g
			c := linearClient{store: store, number: number, rng: rand.New(rand.NewPCG(uint64(round), uint64(number)))}
			for range linearOperations {
				op, err := c.operate()
				if err != nil {
					errs[g] = err
					return
				}
				ops[g] = append(ops[g], op)
			}
		})
	}
	wg.Wait()
	if err := errors.Join(append(errs, s.Close())...); err != nil {
		return err
	}
	for _, op := range slices.Concat(ops...) {
		line, err := json.Marshal(op)
		if err != nil {
			return err
		}
		fmt.Println(string(line))
	}
	return nil
}

// linearClient does one thing after another, and knows what it saw last.
type linearClient struct {
	store    es.Store
	number   int
	rng      *rand.Rand
	versions [linearStreams]int64
	head     int64
}

func linearName(stream int) string { return fmt.Sprint("stream-", stream) }

// clock is the same for all processes.
func clock() (int64, error) {
	var now unix.Timespec
	err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &now)
	return now.Nano(), err
}

func (c *linearClient) operate() (op linearOperation, err error) {
	op.Client = c.number
	op.Input = linearInput{After: -1, Stream: noStream}
	op.Output.Conflict = noStream
	ctx := context.Background()
	do := func() error { return c.look(ctx, &op.Output) }
	switch n := c.rng.IntN(20); {
	case n < 13:
		a := c.plan(&op.Input)
		do = func() error { return c.append(ctx, a, &op) }
	case n < 19:
		op.Input.Stream = c.rng.IntN(linearStreams)
		do = func() error { return c.load(ctx, op.Input.Stream, &op.Output) }
	}
	if op.Call, err = clock(); err != nil {
		return op, err
	}
	if err := do(); err != nil {
		return op, err
	}
	op.Return, err = clock()
	return op, err
}

// plan makes an append, which mostly expects what the client saw last.
func (c *linearClient) plan(in *linearInput) es.Append {
	var a es.Append
	for _, stream := range c.rng.Perm(linearStreams)[:1+c.rng.IntN(5)/3] {
		expected := es.Exactly(c.versions[stream])
		if c.rng.IntN(3) == 0 {
			expected = es.ExpectAny
		}
		part := linearPart{Stream: stream, Expected: expected}
		to := es.StreamAppend{Stream: es.Stream{Name: linearName(stream)}, Expected: expected}
		for range 1 + c.rng.IntN(3) {
			e := es.NewEvent{ID: uuid.New(), Type: "thing.made", TypeVersion: 1, RecordedAt: epoch, Payload: []byte("{}")}
			part.IDs = append(part.IDs, e.ID)
			to.Events = append(to.Events, e)
		}
		in.Parts = append(in.Parts, part)
		a.Streams = append(a.Streams, to)
	}
	if c.rng.IntN(5) == 0 {
		in.After = c.head
		a.Conditions = []es.Condition{{After: c.head}}
	}
	return a
}

func (c *linearClient) append(ctx context.Context, a es.Append, op *linearOperation) error {
	r, err := c.store.Append(ctx, a)
	if conflict, ok := errors.AsType[*es.ConflictError](err); ok {
		for _, part := range op.Input.Parts {
			if linearName(part.Stream) == conflict.Stream {
				op.Output.Conflict, op.Output.Actual = part.Stream, conflict.Actual
				c.versions[part.Stream] = conflict.Actual
			}
		}
		return nil
	}
	if condition, ok := errors.AsType[*es.ConditionError](err); ok {
		op.Output.Broken = true
		c.head = max(c.head, condition.Position)
		return nil
	}
	if err != nil {
		return err
	}
	op.Output.Position, c.head = r.Position, max(c.head, r.Position)
	for i, at := range r.Streams {
		op.Output.Firsts = append(op.Output.Firsts, at.FirstVersion)
		c.versions[op.Input.Parts[i].Stream] = at.LastVersion
	}
	return nil
}

func (c *linearClient) load(ctx context.Context, stream int, out *linearOutput) error {
	for e, err := range c.store.Stream(ctx, linearName(stream), es.ReadStream{}) {
		if err != nil {
			return err
		}
		out.Count++
		out.Hash = chain(out.Hash, e.ID)
	}
	c.versions[stream] = out.Count
	return nil
}

func (c *linearClient) look(ctx context.Context, out *linearOutput) (err error) {
	out.Position, err = c.store.Head(ctx)
	c.head = max(c.head, out.Position)
	return err
}

// racy is a store that is wrong on purpose: it checks expected versions, and then
// appends without saying what it expects.
type racy struct{ es.Store }

func (s racy) Append(ctx context.Context, a es.Append) (es.Result, error) {
	var firsts []int64
	unchecked := es.Append{Conditions: a.Conditions, Streams: slices.Clone(a.Streams)}
	for i, part := range a.Streams {
		var version int64
		for e, err := range s.Stream(ctx, part.Stream.Name, es.ReadStream{Backwards: true, Limit: 1}) {
			if err != nil {
				return es.Result{}, err
			}
			version = e.Version
		}
		if !part.Expected.Holds(version) {
			return es.Result{}, &es.ConflictError{Stream: part.Stream.Name, Expected: part.Expected, Actual: version}
		}
		firsts = append(firsts, version+1)
		unchecked.Streams[i].Expected = es.ExpectAny
	}
	r, err := s.Store.Append(ctx, unchecked)
	for i := range r.Streams { // it believes what it has checked
		n := int64(len(a.Streams[i].Events))
		r.Streams[i].FirstVersion, r.Streams[i].LastVersion = firsts[i], firsts[i]+n-1
	}
	return r, err
}
