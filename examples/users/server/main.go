// Command server keeps users over HTTP: a JSON API to make and change them, and pages to
// look at them.
//
//	go run ./examples/users/server [-addr 127.0.0.1:8080] [-db users.db] [-rebuild]
//
//	curl -H 'Content-Type: application/json' http://127.0.0.1:8080/users \
//		-d '{"name":"Ann","email":"ann@example.com","password":"correct horse"}'
//
//	POST   /users                  make a user: {"name", "email", "password"}
//	GET    /users                  the users, a page at a time: ?limit=, ?after=, and ?deleted=1
//	PATCH  /users/{id}             rename: {"name"}
//	PUT    /users/{id}/password    {"current", "new"}
//	DELETE /users/{id}             mark as deleted
//	GET    /users/{id}/events      what has happened, the hash of the password left out
//	GET    /                       a page of the users
//	GET    /users/{id}             a page of a user's life, with the state after each event
//
// There is no sign-in: whoever reaches the server may do everything. So it listens on this
// machine only, and takes nothing from pages of other sites. The pages only show; they
// have no forms and no scripts.
//
// The file is an ordinary SQLite database, for other clients to read while the server is
// running: SELECT name, email FROM users, and SELECT * FROM user_events. An interrupt or
// SIGTERM lets the requests end that have begun, and closes it. -rebuild makes the table
// anew of the events before the server begins, as is needed where its columns have changed.
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
	"syscall"

	"github.com/esgen/esgen/examples/internal/web"
	"github.com/esgen/esgen/examples/users"
	"github.com/esgen/esgen/runtime/sqlite"
)

// settings are what the flags say.
type settings struct {
	addr, db string
	rebuild  bool
}

func main() {
	var set settings
	flag.StringVar(&set.addr, "addr", "127.0.0.1:8080", "address to listen on; by default nobody but this machine gets an answer")
	flag.StringVar(&set.db, "db", "users.db", "file of the users; it is made where there is none")
	flag.BoolVar(&set.rebuild, "rebuild", false, "make the table of users anew of their events")
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "server: unexpected argument %q\n", flag.Arg(0))
		flag.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	if err := run(ctx, os.Stdout, slog.New(slog.NewTextHandler(os.Stderr, nil)), set); err != nil {
		fmt.Fprintln(os.Stderr, "server:", err)
		os.Exit(1)
	}
}

// run serves until ctx is done, and says on out where.
func run(ctx context.Context, out io.Writer, logger *slog.Logger, set settings) (err error) {
	store, err := open(ctx, set)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	listener, err := net.Listen("tcp", set.addr)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "listening on http://%s, with the users in %s\n", listener.Addr(), set.db)
	return web.Serve(ctx, listener, newService(store, logger, 0), logger)
}

// open opens the file, and makes the table anew where that is asked for.
func open(ctx context.Context, set settings) (*sqlite.Store, error) {
	table := users.UserTable()
	opts := []sqlite.Option{sqlite.WithTables(table)}
	if set.rebuild {
		opts = append(opts, sqlite.WithTableDrift())
	}
	store, err := sqlite.Open(ctx, set.db, opts...)
	if errors.Is(err, sqlite.ErrTableDrift) {
		return nil, fmt.Errorf("%w; the flag is -rebuild", err)
	}
	if err != nil || !set.rebuild {
		return store, err
	}
	if err := store.Rebuild(ctx, table, nil); err != nil {
		return nil, errors.Join(err, store.Close())
	}
	return store, nil
}
