package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"time"
)

type options struct {
	rounds int
	scale  scale
	dir    string
	alone  bool // the reference is left out
}

// A scale says how much is done.
type scale struct {
	name    string
	saves   int           // in one turn, one after the other
	batches int           // of 1,000, in one turn
	loads   int           // of 1,000 events, in one turn
	tails   int           // of ten events, in one turn
	group   time.Duration // how long 64 goroutines append in one turn
	replay  int           // events
	large   int           // events of the large file
	tagged  int           // events with tags that are there before
}

var scales = map[string]scale{
	"small": {"small", 20, 1, 10, 200, 500 * time.Millisecond, 200_000, 1_000_000, 20_000},
	"full":  {"full", 50, 2, 50, 1000, 2 * time.Second, 1_000_000, 10_000_000, 20_000},
}

// bench is where the files are.
type bench struct {
	options
	temp string
}

func newBench(o options) (*bench, error) {
	if o.dir != "" {
		if err := os.MkdirAll(o.dir, 0o755); err != nil {
			return nil, err
		}
	}
	// Measured is a disk, and the system's own temporary folder is often none.
	temp, err := os.MkdirTemp(o.dir, "bench")
	return &bench{o, temp}, err
}

func (b *bench) close() error { return os.RemoveAll(b.temp) }

// fresh is the path of a file that is not there yet and is removed in the end.
func (b *bench) fresh(name string) string { return filepath.Join(b.temp, name) }

// A row is one thing to be done, in two ways.
type row struct {
	name  string
	lines []line
	// prepare gets ready what is to be measured.
	prepare func(context.Context) (*contest, error)
}

// A contest is the two sides of a row. Each does the thing often enough to be measured.
type contest struct {
	ours, reference func(context.Context) (measurement, error)
	// turns is how often the two take turns within a round, once if it is 0. The shorter a turn, the
	// more alike is what they meet.
	turns int
	// close may be nil.
	close func() error
}

// A measurement is what one turn came to. What is not asked for is zero.
type measurement struct {
	each      time.Duration // for one operation
	processor time.Duration // the same, as the time of all processors
	p99       time.Duration // 99 of 100 took no longer
	memory    int64         // in bytes
}

func (m measurement) plus(n measurement) measurement {
	return measurement{m.each + n.each, m.processor + n.processor, m.p99 + n.p99, m.memory + n.memory}
}

func (m measurement) by(n int) measurement {
	d := time.Duration(n)
	return measurement{m.each / d, m.processor / d, m.p99 / d, m.memory / int64(n)}
}

// measure measures one row and prints its lines.
func (b *bench) measure(ctx context.Context, out *os.File, r row) (err error) {
	c, err := r.prepare(ctx)
	if err != nil {
		return err
	}
	if c.close != nil {
		defer func() {
			if e := c.close(); err == nil {
				err = e
			}
		}()
	}
	sides := []*side{{label: "ours", turn: c.ours}}
	if c.reference != nil && !b.alone {
		sides = append(sides, &side{label: "reference", turn: c.reference})
	}
	for round := -1; round < b.rounds; round++ { // the first is not counted: caches are cold
		turns := max(c.turns, 1)
		sums := make([]measurement, len(sides))
		for turn := range turns {
			for i := range sides {
				i = (i + turn + round + 1) % len(sides)
				m, err := sides[i].measure(ctx)
				if err != nil {
					return fmt.Errorf("%s: %w", sides[i].label, err)
				}
				sums[i] = sums[i].plus(m)
			}
		}
		for i, s := range sides {
			if round >= 0 {
				s.results = append(s.results, sums[i].by(turns))
			}
		}
	}
	for _, l := range r.lines {
		l.print(out, r.name, sides)
	}
	return nil
}

// A side is one of the two ways, with what was measured in each round.
type side struct {
	label   string
	turn    func(context.Context) (measurement, error)
	results []measurement
}

// measure takes one turn, beginning with a heap that has just been collected.
func (s *side) measure(ctx context.Context) (m measurement, err error) {
	runtime.GC()
	pprof.Do(ctx, pprof.Labels("side", s.label), func(ctx context.Context) { m, err = s.turn(ctx) })
	return m, err
}

// repeated measures n operations, one after the other.
func repeated(n int, operation func() error) (measurement, error) {
	start, processor := timeOfDay(), processorTime()
	for range n {
		if err := operation(); err != nil {
			return measurement{}, err
		}
	}
	return measurement{each: timeOfDay() - start, processor: processorTime() - processor}.by(n), nil
}

var started = time.Now()

// timeOfDay is a clock.
func timeOfDay() time.Duration { return time.Since(started) }
