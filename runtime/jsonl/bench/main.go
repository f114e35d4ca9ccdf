// Command bench measures the store of JSON lines beside the least that could do the same, and
// prints a table.
//
// The store and its reference take turns, round by round, and what is printed are medians: of what
// each takes, and of how the two relate in each round. Only the latter says something on a machine
// that is shared.
//
//   - one at a time: appends of one event, beside a loop of write and fdatasync of lines of that
//     length that were made before.
//   - 64 goroutines: the same by many at once, beside one goroutine that writes what waits, syncs
//     once and wakes who waited.
//   - opening: Open of a file, beside reading it, looking for its line feeds and decoding each line
//     into a struct by the fastest of some libraries of JSON, of which it keeps nothing.
//
// It is a module of its own so that nobody else gets those libraries.
package main

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"runtime"
	"slices"
	"time"
)

func main() {
	rounds := flag.Int("rounds", 7, "how many `times` each measurement is taken")
	events := flag.Int("events", 1_000_000, "how many `events` the file has that is opened")
	saves := flag.Int("saves", 1000, "how many `appends` are done one after the other in one turn")
	each := flag.Int("each", 300, "how many `appends` each of 64 goroutines does in one turn")
	only := flag.String("only", "", "measure the rows whose names match this `regexp`")
	dir := flag.String("dir", "", "put files into this `folder`; it should be on a real disk")
	flag.Parse()
	if err := run(*dir, *only, *rounds, *events, *saves, *each); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(2)
	}
}

func run(dir, only string, rounds, events, saves, each int) error {
	if rounds < 1 || events < 1 || saves < 1 || each < 1 {
		return fmt.Errorf("numbers must be at least 1")
	}
	pattern, err := regexp.Compile(only)
	if err != nil {
		return err
	}
	temp, err := os.MkdirTemp(dir, "bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	fmt.Printf("%s, %d processors, %d rounds\n", runtime.Version(), runtime.GOMAXPROCS(0), rounds)
	fmt.Printf("%-28s %12s %12s %8s %8s\n", "", "store", "reference", "ratio", "at most")
	contests := []struct {
		name    string
		most    float64
		prepare func() (contest, error)
	}{
		{"append, one at a time", 1.15, func() (contest, error) { return newAppends(temp, 1, saves) }},
		{"append, 64 goroutines", 1.5, func() (contest, error) { return newAppends(temp, 64, each) }},
		{fmt.Sprintf("open, %d events", events), 1.5, func() (contest, error) { return newOpening(temp, events) }},
	}
	for _, c := range contests {
		if !pattern.MatchString(c.name) {
			continue
		}
		sides, err := c.prepare()
		if err == nil {
			err = sides.measure(c.name, c.most, rounds)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
	}
	return nil
}

// A contest is the two sides of a row. Each says how long one operation took.
type contest struct {
	store, reference func() (time.Duration, error)
	// both does both, where they take turns that are too short for the garbage to be collected
	// before each.
	both func() (store, reference time.Duration, err error)
	// note is printed behind the row.
	note string
}

// turns has each side take its turn, the store first or last.
func (c contest) turns(storeFirst bool) (ours, theirs time.Duration, err error) {
	runtime.GC()
	if c.both != nil {
		return c.both()
	}
	if storeFirst {
		if ours, err = c.store(); err != nil {
			return 0, 0, err
		}
		runtime.GC()
	}
	if theirs, err = c.reference(); err != nil {
		return 0, 0, err
	}
	if !storeFirst {
		runtime.GC()
		ours, err = c.store()
	}
	return ours, theirs, err
}

func (c contest) measure(name string, most float64, rounds int) error {
	var ours, theirs []time.Duration
	var ratios []float64
	for round := -1; round < rounds; round++ { // the first is not counted: caches are cold
		store, reference, err := c.turns(round%2 == 0)
		if err != nil {
			return err
		}
		if round >= 0 {
			ours, theirs = append(ours, store), append(theirs, reference)
			ratios = append(ratios, float64(store)/float64(reference))
		}
	}
	fmt.Printf("%-28s %12v %12v %8.2f %8.2f  %s\n", name, median(ours), median(theirs), median(ratios), most, c.note)
	return nil
}

func median[T int64 | float64 | time.Duration](values []T) T {
	slices.Sort(values)
	return values[len(values)/2]
}
