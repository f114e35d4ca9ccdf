package users_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	_ "github.com/mattn/go-sqlite3"

	"github.com/esgen/esgen/examples/users"
	"github.com/esgen/esgen/runtime/command"
	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/sqlite"
)

// cheap is the least that bcrypt takes; what the hashes are worth is not the matter here.
const cheap = 4

var noon = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

// fixture is a file with a table of users.
type fixture struct {
	file     string
	store    *sqlite.Store
	users    *users.UserRepository
	commands *users.UserCommands
}

func open(t *testing.T) fixture {
	t.Helper()
	file := filepath.Join(t.TempDir(), "app.db")
	store, err := sqlite.Open(t.Context(), file, sqlite.WithTables(users.UserTable()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	repository := users.NewUserRepository(store)
	return fixture{file, store, repository, users.NewUserCommands(repository)}
}

// id is an ID that is the same in each run.
func id(n int) uuid.UUID { return uuid.UUID{6: 0x70, 8: 0x80, 15: byte(n)} }

func create(n int) users.Create {
	return users.Create{
		UserID: id(n), Name: fmt.Sprint("User ", n), Email: fmt.Sprintf("user%d@example.com", n),
		Password: "correct horse", At: noon, Cost: cheap,
	}
}

func (f fixture) do(t *testing.T, commands ...users.UserCommand) {
	t.Helper()
	for _, c := range commands {
		if err := f.commands.Dispatch(t.Context(), c); err != nil {
			t.Fatalf("%T: %v", c, err)
		}
	}
}

// history has the types of a user's events.
func (f fixture) history(t *testing.T, id uuid.UUID) []string {
	t.Helper()
	var types []string
	for e, err := range f.users.History(t.Context(), id) {
		if err != nil {
			t.Fatal(err)
		}
		types = append(types, e.Type)
	}
	return types
}

func TestCommands(t *testing.T) {
	f := open(t)
	f.do(t, create(1), create(2), users.Destroy{UserID: id(2)})
	with := func(change func(*users.Create)) users.Create {
		c := create(3)
		change(&c)
		return c
	}
	for _, refused := range []struct {
		name    string
		command users.UserCommand
		want    error
		// rules are those that the command breaks.
		rules string
	}{
		{"an address that is taken", with(func(c *users.Create) { c.Email = "USER1@Example.com" }), es.ErrUnique, ""},
		{"the address of a deleted user", with(func(c *users.Create) { c.Email = "user2@example.com" }), es.ErrUnique, ""},
		{"a user that exists", create(1), es.ErrExists, ""},
		{"nothing given", users.Create{}, es.ErrInvalid, "name required, email required, password required, at required, userId required"},
		{"no address", with(func(c *users.Create) { c.Email = "user3" }), es.ErrInvalid, "email email"},
		{"short", with(func(c *users.Create) { c.Name, c.Password = "Al", "1234567" }), es.ErrInvalid, "name min=3, password min=8"},
		{"long", with(func(c *users.Create) { c.Name, c.Password = strings.Repeat("n", 81), strings.Repeat("p", 73) }), es.ErrInvalid, "name max=80, password max_bytes=72"},
		{"72 characters of more bytes", with(func(c *users.Create) { c.Password = strings.Repeat("é", 72) }), es.ErrInvalid, "password max_bytes=72"},
		{"spaces around", with(func(c *users.Create) { c.Name = "User 1 " }), es.ErrInvalid, "name printable"},
		{"a line feed", users.Rename{UserID: id(1), Name: "User\n1"}, es.ErrInvalid, "name printable"},
		{"nobody", users.Rename{UserID: id(9), Name: "Nobody"}, es.ErrNotFound, ""},
		{"renamed after the end", users.Rename{UserID: id(2), Name: "Ghost"}, users.ErrDeleted, ""},
		{"another password after the end", users.ChangePassword{UserID: id(2), Current: "correct horse", New: "battery staple"}, users.ErrDeleted, ""},
		{"deleted twice", users.Destroy{UserID: id(2)}, users.ErrDeleted, ""},
		{"a wrong password", users.ChangePassword{UserID: id(1), Current: "correct house", New: "battery staple"}, users.ErrWrongPassword, ""},
		{"a long new one", users.ChangePassword{UserID: id(1), Current: "correct horse", New: strings.Repeat("p", 73)}, es.ErrInvalid, "new max_bytes=72"},
	} {
		err := f.commands.Dispatch(t.Context(), refused.command)
		var rules []string
		for _, e := range command.Invalid(err) {
			rules = append(rules, e.Field+" "+e.Rule)
		}
		if got := strings.Join(rules, ", "); !errors.Is(err, refused.want) || got != refused.rules {
			t.Errorf("%s: %v, with the rules %q; want %v and %q", refused.name, err, got, refused.want, refused.rules)
		}
	}
	if taken := new(es.UniqueError); !errors.As(f.commands.Dispatch(t.Context(), with(func(c *users.Create) { c.Email = "USER1@Example.com" })), &taken) ||
		taken.Column != "email" || taken.Stream != "user-"+id(1).String() {
		t.Errorf("a taken address is told as %+v", taken)
	}
	if _, err := f.users.Load(t.Context(), id(3)); !errors.Is(err, es.ErrNotFound) {
		t.Errorf("the user that was refused: %v", err)
	}

	f.do(t,
		users.Rename{UserID: id(1), Name: "Ann"}, users.Rename{UserID: id(1), Name: "Ann"}, // nothing to do
		users.ChangePassword{UserID: id(1), Current: "correct horse", New: strings.Repeat("p", 72), Cost: cheap},
		users.ChangePassword{UserID: id(1), Current: strings.Repeat("p", 72), New: "correct horse", Cost: cheap},
	)
	want := []string{"user.created", "user.renamed", "user.password_changed", "user.password_changed"}
	if diff := cmp.Diff(want, f.history(t, id(1))); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

// Whatever many do at once, with success or without, the events of each user fold to
// the user's row, and there are no other rows; also for a client that knows nothing of
// events.
func TestTableAndEventsAgree(t *testing.T) {
	f := open(t)
	const people, clients, steps = 12, 6, 40
	var group sync.WaitGroup
	for client := range clients {
		group.Go(func() {
			dice := rand.New(rand.NewPCG(1, uint64(client)))
			for step := range steps {
				n := dice.IntN(people)
				var c users.UserCommand
				switch dice.IntN(6) {
				case 0, 1:
					create := create(n)
					create.Email = fmt.Sprintf("USER%d@example.com", n/2) // two people want each address
					c = create
				case 2:
					c = users.Destroy{UserID: id(n)}
				default:
					c = users.Rename{UserID: id(n), Name: fmt.Sprintf("User of %d in %d", client, step)}
				}
				err := f.commands.Dispatch(t.Context(), c)
				if err != nil && !errors.Is(err, es.ErrExists) && !errors.Is(err, es.ErrUnique) &&
					!errors.Is(err, es.ErrNotFound) && !errors.Is(err, users.ErrDeleted) {
					t.Errorf("%T: %v", c, err)
				}
			}
		})
	}
	group.Wait()

	folded := map[uuid.UUID]users.UserRow{}
	for n := range people {
		for moment, err := range users.Timeline(t.Context(), f.users, id(n)) {
			if errors.Is(err, es.ErrNotFound) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			folded[id(n)] = moment.State
		}
	}
	if len(folded) != people/2 {
		t.Errorf("%d users exist, want one for each of %d addresses", len(folded), people/2)
	}
	rows := map[uuid.UUID]users.UserRow{}
	for row, err := range users.UserTable().WithDeleted().All(t.Context(), f.store, es.Page[uuid.UUID]{}) {
		if err != nil {
			t.Fatal(err)
		}
		rows[row.ID] = row
	}
	if diff := cmp.Diff(folded, rows, cmp.Comparer(func(a, b users.PasswordHash) bool { return a == b })); diff != "" {
		t.Errorf("the table is not what the events say (-events +table):\n%s", diff)
	}

	db, err := sql.Open("sqlite3", "file:"+f.file+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, other := range []struct{ what, query string }{
		{"users without their first event", `SELECT count(*) FROM users WHERE id NOT IN (SELECT user_id FROM user_events WHERE event_type = 'user.created')`},
		{"events without a user", `SELECT count(*) FROM user_events WHERE user_id NOT IN (SELECT id FROM users)`},
		{"users whose last name is another", `SELECT count(*) FROM users u WHERE name <>
			(SELECT payload ->> '$.name' FROM user_events e WHERE e.user_id = u.id AND payload ->> '$.name' IS NOT NULL ORDER BY version DESC LIMIT 1)`},
	} {
		var n int
		if err := db.QueryRowContext(t.Context(), other.query).Scan(&n); err != nil || n != 0 {
			t.Errorf("%s: %d, %v", other.what, n, err)
		}
	}
}

// A loop that is left early, and a context that has ended, end the timeline.
func TestTimelineEndsEarly(t *testing.T) {
	f := open(t)
	f.do(t, create(1), users.Rename{UserID: id(1), Name: "Ann"})
	for moment := range users.Timeline(t.Context(), f.users, id(1)) {
		if moment.Version != 1 || moment.State.Name != "User 1" {
			t.Errorf("first moment: %+v", moment)
		}
		break
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, err := range users.Timeline(ctx, f.users, id(1)) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("on a context that has ended: %v", err)
		}
	}
}
