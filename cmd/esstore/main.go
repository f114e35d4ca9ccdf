package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

// The exit statuses.
const (
	exitFine    = 0
	exitFaults  = 1 // the file has faults
	exitTrouble = 2 // the tool could not do its work
)

// errFaults ends a check whose faults have been printed.
var errFaults = errors.New("there are faults")

func main() { os.Exit(run(os.Args[1:])) }

// run is the tool without the process around it.
func run(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// The first signal ends the run in an orderly way, a second one at once.
	context.AfterFunc(ctx, stop)

	root := newRootCommand()
	root.SetArgs(args)
	switch err := root.ExecuteContext(ctx); {
	case err == nil:
		return exitFine
	case errors.Is(err, errFaults):
		return exitFaults
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(os.Stderr, "esstore: interrupted")
		return exitTrouble
	default:
		// Errors name streams, and those may be called anything.
		lines := strings.Split(err.Error(), "\n")
		for i := range lines {
			lines[i] = printable(lines[i])
		}
		fmt.Fprintf(os.Stderr, "esstore: %s\n", strings.Join(lines, "\n"))
		return exitTrouble
	}
}
