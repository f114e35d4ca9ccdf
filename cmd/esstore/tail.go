package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/spf13/cobra"

	"github.com/esgen/esgen/runtime/es"
)

const tailHelp = `tail prints the newest events of all streams, each on a line: position, time, stream and
version, type and payload. --full adds ID, tags and metadata.

With --follow it goes on with the events that are appended, by whichever program, until it is
interrupted.`

// pollInterval is how long an event may wait to be shown.
const pollInterval = 200 * time.Millisecond

func newTailCommand() *cobra.Command {
	var flags eventFlags
	var n int64
	var follow bool
	cmd := &cobra.Command{
		Use:   "tail FILE",
		Short: "Print the newest events, and those that come",
		Long:  tailHelp + "\n" + exitHelp,
		Example: `  esstore tail events.db
  esstore tail -n 100 --full events.db
  esstore tail -f events.db`,
		Args:              takes("FILE"),
		ValidArgsFunction: completeFile,
		RunE: func(cmd *cobra.Command, args []string) error {
			if n < 0 {
				return usageError(cmd, fmt.Errorf("--lines %d is negative", n))
			}
			p := newEventPrinter(cmd.OutOrStdout(), flags)
			p.streams = true
			return withStore(cmd.Context(), args[0], func(s store) error {
				last, err := printNewest(cmd.Context(), s, p, n)
				if err != nil || !follow {
					return err
				}
				return printComing(cmd.Context(), s, p, last)
			})
		},
	}
	flags.register(cmd)
	cmd.Flags().Int64VarP(&n, "lines", "n", 10, "print the newest `N` events")
	cmd.Flags().BoolVarP(&follow, "follow", "f", false, "go on with events that are appended")
	return cmd
}

// printNewest prints the newest n events, and returns the position of the last.
func printNewest(ctx context.Context, s store, p *eventPrinter, n int64) (last int64, err error) {
	head, err := s.Head(ctx)
	if err != nil || n == 0 {
		return head, err
	}
	// Positions may have gaps, if only in a file that is damaged. So it takes a look
	// to know how far back the newest n events reach.
	for reach := n; ; reach *= 2 {
		opts := es.ReadAll{After: max(0, head-reach), To: head}
		found, err := count(s.All(ctx, opts))
		if err != nil {
			return 0, err
		}
		if found >= n || opts.After == 0 {
			return head, printEvents(ctx, s, p, opts, max(0, found-n))
		}
	}
}

func count(events iter.Seq2[*es.Stored, error]) (n int64, err error) {
	for _, err := range events {
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// printComing prints the events after a position as they come, until the context ends.
func printComing(ctx context.Context, s store, p *eventPrinter, last int64) error {
	ticker := time.NewTicker(pollInterval)
	defer ticker.Stop()
	for {
		head, err := s.Head(ctx)
		if err == nil && head > last {
			err = printEvents(ctx, s, p, es.ReadAll{After: last, To: head}, 0)
			last = head
		}
		if errors.Is(err, context.Canceled) && ctx.Err() != nil {
			return nil // this is how it is ended
		}
		if err != nil {
			return err
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// printEvents prints events, without the first few.
func printEvents(ctx context.Context, s store, p *eventPrinter, opts es.ReadAll, skip int64) error {
	for e, err := range s.All(ctx, opts) {
		if skip--; skip >= 0 && err == nil {
			continue
		}
		if err == nil {
			err = p.print(e)
		}
		if err != nil {
			_ = p.flush() // what comes before the error
			return err
		}
	}
	return p.flush()
}
