// Command bench measures the SQLite store beside plain database/sql, and prints a table.
//
// Machines are noisy, and disks are more so. So a row and its reference are measured in turns, round
// by round, each round beginning with the other, and what is printed are medians: of what each takes,
// and of how the two relate in each round. Only the latter says something on a machine that is shared.
//
// The reference is what a careful program does without a store: prepared statements, the same settings
// of SQLite, a table of the same columns with the same constraints, and encoding/json. It has no
// checksums, no heads of streams and no triggers. Its source is in reference.go.
//
// What is measured are whole operations: a save begins with a recorded event and ends when it is
// acknowledged, a load ends with an aggregate. Reading is measured by the time of the processor where
// the system tells it, writing by both that and the time of day. Before anything is measured both sides have done it
// once, and where they read, what they have read must be the same.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"runtime/pprof"
)

func main() {
	var o options
	flag.IntVar(&o.rounds, "rounds", 9, "how many `times` each measurement is taken")
	scale := flag.String("scale", "full", "`small` or full: how long measurements take, and how large files are")
	only := flag.String("only", "", "measure the rows whose names match this `regexp`")
	flag.StringVar(&o.dir, "dir", "", "keep the files that are read in this `folder`, for the next time; it should be on a real disk")
	flag.BoolVar(&o.alone, "alone", false, "leave the references out: for profiles of the store alone")
	profile := flag.String("cpuprofile", "", "write a profile to this `file`, with the label side=ours or side=reference")
	memory := flag.String("memory", "", "replay this `file` and print the most memory that it took, in bytes")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var err error
	if *memory != "" {
		err = replayForMemory(ctx, os.Stdout, *memory)
	} else {
		err = run(ctx, o, *scale, *only, *profile)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(2)
	}
}

func run(ctx context.Context, o options, scaleName, only, profile string) error {
	pattern, err := regexp.Compile(only)
	if err != nil {
		return err
	}
	if o.rounds < 1 {
		return fmt.Errorf("%d rounds: want at least one", o.rounds)
	}
	s, ok := scales[scaleName]
	if !ok {
		return fmt.Errorf("there is no scale %q: it is small or full", scaleName)
	}
	o.scale = s
	b, err := newBench(o)
	if err != nil {
		return err
	}
	defer b.close()
	if profile != "" {
		f, err := os.Create(profile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	b.printHead(os.Stdout)
	for _, r := range b.rows() {
		if !pattern.MatchString(r.name) {
			continue
		}
		if err := b.measure(ctx, os.Stdout, r); err != nil {
			return fmt.Errorf("%s: %w", r.name, err)
		}
	}
	return nil
}
