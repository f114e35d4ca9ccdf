// Command bench measures the generated codecs side by side with JSON libraries, and prints a table.
//
// Machines are noisy, and get slower and faster while they measure. So everything is measured in
// rounds, within a round each contestant right after the other, and what is printed are medians: of
// the time, and of how it relates in each round to that of encoding/json. Where the system tells, time is
// that of the processor.
//
// Whether encoding/json is built on its second version is decided when a program is built. Hence there
// are two programs, this one and one that it builds from the same source with GOEXPERIMENT=jsonv2. Both
// run as workers, which do one measurement at a time when they are told to.
//
// Contestants are checked before anything is measured: each must write an equivalent of what
// encoding/json writes, and read all that is to be read.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"time"
)

func main() {
	rounds := flag.Int("rounds", 21, "how many `times` each measurement is taken")
	duration := flag.Duration("time", 10*time.Millisecond, "how `long` a measurement takes")
	only := flag.String("only", "", "measure the lines that match this `regexp`: event/action/library")
	worker := flag.Bool("worker", false, "measure what standard input asks for")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var err error
	if *worker {
		err = work(os.Stdin, os.Stdout)
	} else {
		err = run(ctx, *rounds, *duration, *only)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(2)
	}
}

// run measures everything and prints the report.
func run(ctx context.Context, rounds int, duration time.Duration, only string) error {
	pattern, err := regexp.Compile(only)
	if err != nil {
		return err
	}
	if rounds < 1 {
		return fmt.Errorf("%d rounds: want at least one", rounds)
	}
	own, err := os.Executable()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	second := filepath.Join(dir, "bench-jsonv2")
	build := exec.CommandContext(ctx, "go", "build", "-o", second, "github.com/esgen/esgen/runtime/jsonx/bench")
	build.Env = append(os.Environ(), "GOEXPERIMENT=jsonv2")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return fmt.Errorf("building with GOEXPERIMENT=jsonv2: %w", err)
	}

	var tables []*table
	for _, path := range []string{own, second} {
		w, err := startWorker(ctx, path)
		if err != nil {
			return err
		}
		defer w.stop()
		for i, b := range w.benchmarks {
			if pattern.MatchString(b.Event + "/" + b.Action + "/" + b.Library) {
				tables = addContestant(tables, b, w, i)
			}
		}
	}
	if err := measureAll(tables, rounds, duration); err != nil {
		return err
	}
	return report(os.Stdout, tables, rounds)
}

// measureAll takes all measurements, round by round. Each round begins with another contestant.
func measureAll(tables []*table, rounds int, duration time.Duration) error {
	for round := range rounds {
		for _, t := range tables {
			for i := range t.contestants {
				c := t.contestants[(i+round)%len(t.contestants)]
				m, err := c.worker.measure(c.index, duration)
				if err != nil {
					return fmt.Errorf("%s, %s, %s: %w", c.library, t.event, t.action, err)
				}
				c.results = append(c.results, m)
			}
		}
		if isTerminal(os.Stderr) {
			fmt.Fprintf(os.Stderr, "\rround %d of %d ", round+1, rounds)
		}
	}
	if isTerminal(os.Stderr) {
		fmt.Fprint(os.Stderr, "\r\033[K")
	}
	return nil
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
