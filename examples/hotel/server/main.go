// Command server lets hotels over HTTP: each command of package hotel is a request,
// with the command as its body.
//
//	go run ./examples/hotel/server [-addr 127.0.0.1:8080] [-file hotels.db]
//
//	curl -H 'Content-Type: application/json' -H 'Idempotency-Key: 1' \
//		-d '{"hotelId":"01890a5d-ac96-774b-bcce-b302099a8057","name":"Adlon","at":"1907-10-23T00:00:00Z"}' \
//		http://127.0.0.1:8080/commands/open-hotel
//
// Without -file the events are in a temporary file that is removed at the end. An
// interrupt or SIGTERM lets the requests end that have begun, and closes the file.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/esgen/esgen/examples/hotel"
	"github.com/esgen/esgen/examples/internal/web"
	"github.com/esgen/esgen/runtime/sqlite"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:8080", "address to listen on; by default nobody but this machine gets an answer")
	file := flag.String("file", "", "file to keep the events in; a temporary one by default")
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "server: unexpected argument %q\n", flag.Arg(0))
		flag.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	if err := run(ctx, os.Stdout, slog.New(slog.NewTextHandler(os.Stderr, nil)), *addr, *file); err != nil {
		fmt.Fprintln(os.Stderr, "server:", err)
		os.Exit(1)
	}
}

// run serves until ctx is done, and says on out where.
func run(ctx context.Context, out io.Writer, logger *slog.Logger, addr, file string) (err error) {
	if file == "" {
		dir, err := os.MkdirTemp("", "esgen-hotels-")
		if err != nil {
			return err
		}
		defer func() {
			if err := os.RemoveAll(dir); err != nil {
				logger.Error("the temporary file stays", "error", err)
			}
		}()
		file = filepath.Join(dir, "hotels.db")
	}
	store, err := sqlite.Open(ctx, file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()

	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "listening on http://%s, with the events in %s\n", listener.Addr(), file)
	return web.Serve(ctx, listener, newService(hotel.NewHotelRepository(store), logger), logger)
}
