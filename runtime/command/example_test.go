package command_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"os"
	"time"

	"github.com/esgen/esgen/runtime/command"
	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/memory"
)

// The types and the constructor of the commands are generated. Here they are those of an
// aggregate whose plumbing is written by hand.
func ExampleDispatcher() {
	ctx := context.Background()
	commands := newItemCommands(newItems(memory.New()))
	do := func(cmd itemCommand) {
		var out es.Outcome
		err := commands.Dispatch(ctx, cmd, es.Into(&out))
		switch {
		case errors.Is(err, es.ErrInvalid):
			for _, e := range command.Invalid(err) {
				fmt.Println("invalid:", e.Field, e.Rule)
			}
		case err != nil:
			fmt.Println(err)
		default:
			fmt.Println(out.Stream, "is at version", out.Version)
		}
	}
	do(stock{ID: "nut", Count: 10})
	do(take{ID: "nut", Count: 4})
	do(take{ID: "nut", Count: 7})
	do(take{Count: 0})
	// Output:
	// item-nut is at version 1
	// item-nut is at version 2
	// not so many are left
	// invalid: count min=1
	// invalid: id required
}

// A client that got no answer sends its command again, under the ID that it had: it is
// carried out once.
func ExampleDispatcher_idempotent() {
	commands := newItemCommands(newItems(memory.New()))
	if err := commands.Dispatch(context.Background(), stock{ID: "nut", Count: 10}); err != nil {
		log.Fatal(err)
	}
	ctx := es.ContextWithMetadata(context.Background(), es.Metadata{CommandID: "request-17"})
	for range 2 {
		var out es.Outcome
		if err := commands.Dispatch(ctx, take{ID: "nut", Count: 10}, es.Into(&out)); err != nil {
			log.Fatal(err)
		}
		fmt.Println(out.Version, out.Events, out.Repeated)
	}
	// Output:
	// 2 [{10}] false
	// 2 [{10}] true
}

// The first middleware is outermost.
func ExampleWithMiddleware() {
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey || a.Key == "duration" {
			return slog.Attr{} // another each time
		}
		return a
	}}))
	commands := newItemCommands(newItems(memory.New()), command.WithMiddleware(
		command.Logging[itemCommand](logger),
		command.Recovery[itemCommand](),
		command.Timeout[itemCommand](10*time.Second),
	))
	_ = commands.Dispatch(context.Background(), stock{ID: "nut", Count: 10})
	_ = commands.Dispatch(context.Background(), stock{ID: "nut", Count: 10})
	// Output:
	// level=INFO msg=command command=stock id=nut outcome=done stream=item-nut version=1 events=1 repeated=false
	// level=WARN msg=command command=stock id=nut outcome=exists error="save item nut: stream item-nut exists already, at version 1"
}
