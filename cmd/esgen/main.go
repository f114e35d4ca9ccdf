package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
)

// The exit statuses.
const (
	exitFine     = 0
	exitFindings = 1 // something is wrong with the user's sources, or generated files are stale
	exitTrouble  = 2 // the tool could not do its work
)

// errFindings ends a command whose findings have been printed.
var errFindings = errors.New("there are findings")

func main() { os.Exit(run(os.Args[1:])) }

// run is the tool without the process around it.
func run(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if os.Getenv("GOGC") == "" {
		// A short life: collecting less often saves a third of the time of a large schema.
		debug.SetGCPercent(400)
	}
	// The first signal ends the run in an orderly way, a second one at once.
	context.AfterFunc(ctx, stop)

	root := newRootCommand()
	root.SetArgs(args)
	switch err := root.ExecuteContext(ctx); {
	case err == nil:
		return exitFine
	case errors.Is(err, errFindings):
		return exitFindings
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(os.Stderr, "esgen: interrupted")
		return exitTrouble
	default:
		fmt.Fprintf(os.Stderr, "esgen: %v\n", err)
		return exitTrouble
	}
}
