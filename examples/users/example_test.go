package users_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/google/uuid"

	"github.com/esgen/esgen/examples/users"
	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/sqlite"
)

// temporary opens a store with a table of users, in a file that goes with it.
func temporary(ctx context.Context) (store *sqlite.Store, file string, remove func()) {
	dir, err := os.MkdirTemp("", "users")
	if err != nil {
		log.Fatal(err)
	}
	file = filepath.Join(dir, "users.db")
	store, err = sqlite.Open(ctx, file, sqlite.WithTables(users.UserTable()))
	if err != nil {
		log.Fatal(err)
	}
	return store, file, func() {
		if err := errors.Join(store.Close(), os.RemoveAll(dir)); err != nil {
			log.Fatal(err)
		}
	}
}

func dispatch(ctx context.Context, commands *users.UserCommands, list ...users.UserCommand) {
	for _, c := range list {
		if err := commands.Dispatch(ctx, c); err != nil {
			log.Fatal(err)
		}
	}
}

// A user's row is there as soon as the events are, and typed code reads it. Deleted
// users are left out unless they are asked for.
func Example() {
	ctx := context.Background()
	store, _, remove := temporary(ctx)
	defer remove()
	commands := users.NewUserCommands(users.NewUserRepository(store))
	dispatch(ctx, commands,
		users.Create{UserID: id(1), Name: "Ann", Email: "ann@example.com", Password: "correct horse", At: noon, Cost: cheap},
		users.Create{UserID: id(2), Name: "Bob", Email: "bob@example.com", Password: "battery staple", At: noon, Cost: cheap},
		users.Rename{UserID: id(1), Name: "Anna"},
		users.Destroy{UserID: id(2)},
	)

	table := users.UserTable()
	for row, err := range table.All(ctx, store, es.Page[uuid.UUID]{}) {
		fmt.Println(row.Name, row.Email, row.PasswordHash, err)
	}
	_, err := table.Get(ctx, store, id(2))
	fmt.Println(errors.Is(err, es.ErrNotFound))
	bob, err := table.WithDeleted().Get(ctx, store, id(2))
	fmt.Println(bob.Name, bob.Deleted, err)
	// Output:
	// Anna ann@example.com [redacted] <nil>
	// true
	// Bob true <nil>
}

// An address is unique whatever its case. Who comes second gets neither an event nor a
// row, also where both come at once.
func ExampleUserRows_ByEmail() {
	ctx := context.Background()
	store, _, remove := temporary(ctx)
	defer remove()
	commands := users.NewUserCommands(users.NewUserRepository(store))
	ann := users.Create{UserID: id(1), Name: "Ann", Email: "ann@example.com", Password: "correct horse", At: noon, Cost: cheap}
	other := users.Create{UserID: id(2), Name: "Another Ann", Email: "ANN@example.com", Password: "battery staple", At: noon, Cost: cheap}
	dispatch(ctx, commands, ann)

	err := commands.Dispatch(ctx, other)
	var taken *es.UniqueError
	fmt.Println(errors.As(err, &taken) && taken.Column == "email", errors.Is(err, es.ErrUnique))

	row, err := users.UserTable().ByEmail(ctx, store, "Ann@Example.com")
	fmt.Println(row.Name, err)
	// Output:
	// true true
	// Ann <nil>
}

// Each event comes with the state that it led to.
func ExampleTimeline() {
	ctx := context.Background()
	store, _, remove := temporary(ctx)
	defer remove()
	repository := users.NewUserRepository(store)
	dispatch(ctx, users.NewUserCommands(repository),
		users.Create{UserID: id(1), Name: "Ann", Email: "ann@example.com", Password: "correct horse", At: noon, Cost: cheap},
		users.Rename{UserID: id(1), Name: "Anna"},
		users.ChangePassword{UserID: id(1), Current: "correct horse", New: "battery staple", Cost: cheap},
		users.Destroy{UserID: id(1)},
	)
	for moment, err := range users.Timeline(ctx, repository, id(1)) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(moment.Version, moment.Type, moment.State.Name, moment.State.Deleted)
	}
	// Output:
	// 1 user.created Ann false
	// 2 user.renamed Anna false
	// 3 user.password_changed Anna false
	// 4 user.destroyed Anna true
}

// The file is an ordinary database: any client reads the table, and the history beside it.
func Example_sql() {
	ctx := context.Background()
	store, file, remove := temporary(ctx)
	defer remove()
	dispatch(ctx, users.NewUserCommands(users.NewUserRepository(store)),
		users.Create{UserID: id(1), Name: "Ann", Email: "ann@example.com", Password: "correct horse", At: noon, Cost: cheap},
		users.Rename{UserID: id(1), Name: "Anna"},
	)
	db, err := sql.Open("sqlite3", file)
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	rows, err := db.QueryContext(ctx, `
		SELECT u.name, date(u.created_at), e.version, e.event_type, e.payload ->> '$.name'
		FROM users u JOIN user_events e ON e.user_id = u.id
		WHERE u.email = 'ann@example.com' ORDER BY e.version`)
	if err != nil {
		log.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var now, since, event, then string
		var version int
		if err := rows.Scan(&now, &since, &version, &event, &then); err != nil {
			log.Fatal(err)
		}
		fmt.Println(now, since, version, event, then)
	}
	fmt.Println(rows.Err())
	// Output:
	// Anna 2026-05-01 1 user.created Ann
	// Anna 2026-05-01 2 user.renamed Anna
	// <nil>
}
