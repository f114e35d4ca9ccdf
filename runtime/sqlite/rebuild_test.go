//go:build cgo

package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/esgen/esgen/runtime/es"
)

// leftovers lists what rebuilds have left in a file.
func leftovers(t *testing.T, path string) (names []string) {
	t.Helper()
	rows, err := openSQL(t, path).Query("SELECT name FROM sqlite_schema WHERE name LIKE 'es_new_%' UNION SELECT name FROM es_rebuilds")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	return names
}

func sqlExec(t *testing.T, path string, statements ...string) {
	t.Helper()
	db := openSQL(t, path)
	for _, text := range statements {
		if _, err := db.Exec(text); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
}

// A table can be called otherwise, in case alone too, and so can its aggregate.
func TestRebuildRenames(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*es.Table){
		"table":     func(t *es.Table) { t.Name = "people" },
		"case":      func(t *es.Table) { t.Name = "Cards" },
		"aggregate": func(t *es.Table) { t.Aggregate = "ticket" },
		"both":      func(t *es.Table) { t.Name, t.Aggregate = "card_events", "CARD_" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := newPath(t)
			s := openCards(t, path, cardTable())
			mustAppend(t, s, card("ann", 0, "a@x"))
			renamed := cardTable(change)
			if _, err := Open(t.Context(), path, WithTables(renamed)); !errors.Is(err, ErrTableDrift) {
				t.Fatalf("Open: %v", err)
			}
			next := openCards(t, path, renamed, WithTableDrift())
			if err := next.Rebuild(t.Context(), renamed, nil); err != nil {
				t.Fatal(err)
			}
			a := card("bob", 0, "A@x")
			a.Rows[0].Table = renamed.table.Name
			if _, err := next.Append(t.Context(), a); !errors.Is(err, es.ErrUnique) {
				t.Errorf("%v, want es.ErrUnique", err)
			}
			var tables, views, indexes int
			err := openSQL(t, path).QueryRow(`SELECT count(*) FILTER (WHERE type = 'table'), count(*) FILTER (WHERE type = 'view'), count(*) FILTER (WHERE type = 'index' AND sql IS NOT NULL)
				FROM sqlite_schema WHERE name NOT LIKE 'es\_%' ESCAPE '\'`).Scan(&tables, &views, &indexes)
			if err != nil || tables != 1 || views != 1 || indexes != 1 {
				t.Errorf("%d tables, %d views, %d indexes, %v", tables, views, indexes, err)
			}
			closeStore(t, openCards(t, path, renamed))
		})
	}
}

func TestRebuildMeetsStrangers(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	s := openCards(t, path, cardTable())
	mustAppend(t, s, card("ann", 0, "a@x"))
	sqlExec(t, path, "CREATE TABLE mine (x)", "CREATE VIEW theirs_events AS SELECT 1")
	for want, change := range map[string]func(*es.Table){
		`a table "mine" already`:          func(t *es.Table) { t.Name = "Mine" },
		`a view "theirs_events" already`:  func(t *es.Table) { t.Aggregate = "theirs" },
		`"es_events", and such names are`: func(t *es.Table) { t.Aggregate = "es" },
	} {
		c := cardTable(change)
		next, err := Open(t.Context(), path, WithTables(c), WithTableDrift())
		if err == nil {
			err = next.Rebuild(t.Context(), c, nil)
			closeStore(t, next)
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want an error with %q", err, want)
		}
	}
	cardsAgree(t, s, cardTable())
}

// An application's own views may read the table; they read the new one then.
func TestRebuildUnderViews(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	c := cardTable()
	s := openCards(t, path, c)
	mustAppend(t, s, card("ann", 0, "a@x"))
	sqlExec(t, path, "CREATE VIEW present AS SELECT * FROM cards WHERE NOT gone", "CREATE TABLE notes (card TEXT REFERENCES cards (id))",
		"CREATE TRIGGER noted AFTER INSERT ON notes BEGIN UPDATE notes SET card = (SELECT max(id) FROM cards); END")
	if err := s.Rebuild(t.Context(), c, nil); err != nil {
		t.Fatal(err)
	}
	mustAppend(t, s, card("bob", 0, "b@x"))
	var n int
	if err := openSQL(t, path).QueryRow("SELECT count(*) FROM present").Scan(&n); err != nil || n != 2 {
		t.Errorf("%d rows, %v", n, err)
	}
	var text string
	if err := openSQL(t, path).QueryRow("SELECT group_concat(sql) FROM sqlite_schema WHERE name IN ('present', 'notes', 'noted')").Scan(&text); err != nil || strings.Contains(text, "es_new") {
		t.Errorf("%s, %v", text, err)
	}
}

// A rebuild that fails, whatever the reason, leaves the table, and nothing else.
func TestRebuildFails(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	c := cardTable()
	s := openCards(t, path, c)
	fillCards(t, s, 300)
	broken := errors.New("broken")
	ctx, cancel := context.WithCancel(t.Context())
	for name, test := range map[string]struct {
		row  func(key string) ([]any, error)
		want func(err error) bool
	}{
		"an error":      {func(string) ([]any, error) { return nil, broken }, func(err error) bool { return errors.Is(err, broken) }},
		"another's row": {func(string) ([]any, error) { return state{}.row("x"), nil }, func(err error) bool { return strings.Contains(err.Error(), "is not that of stream card-") }},
		"a value":       {func(key string) ([]any, error) { return []any{key, 1, true}, nil }, func(err error) bool { return strings.Contains(err.Error(), `"mail" does not take this int`) }},
		"a value twice": {func(key string) ([]any, error) { return []any{key, "same", false}, nil }, func(err error) bool { return errors.Is(err, es.ErrUnique) }},
		"the context": {func(key string) ([]any, error) {
			if key == "280" { // in the second chunk
				cancel()
			}
			return state{}.row(key), nil
		}, func(err error) bool { return errors.Is(err, context.Canceled) }},
	} {
		failing := c
		failing.row = func(_ context.Context, _ es.Store, key string) ([]any, error) { return test.row(key) }
		if err := s.Rebuild(ctx, failing, nil); err == nil || !test.want(err) {
			t.Errorf("%s: %v", name, err)
		}
		ctx, cancel = context.WithCancel(t.Context())
		if left := leftovers(t, path); left != nil {
			t.Errorf("%s: left behind %q", name, left)
		}
	}
	cancel()
	if err := s.Rebuild(t.Context(), nil, nil); !errors.Is(err, es.ErrNoTable) {
		t.Errorf("no table: %v", err)
	}
	if err := s.Rebuild(t.Context(), cards{}, nil); !errors.Is(err, es.ErrNoTable) {
		t.Errorf("a table of nothing: %v", err)
	}
	cardsAgree(t, s, c)
}

// A panic of the aggregate's code is for whoever called Rebuild, wherever it strikes,
// and it holds up no writer.
func TestRebuildPanics(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	c := cardTable()
	s := openCards(t, path, c)
	mustAppend(t, s, card("ann", 0, "a@x"))
	panicking := c
	asked := 0
	panicking.row = func(ctx context.Context, store es.Store, key string) ([]any, error) {
		if asked++; asked == 1 { // the second time it is as the tables are swapped
			_, err := store.Append(ctx, card("ann", 1, "b@x"))
			return state{}.row(key), err
		}
		panic("no such state")
	}
	func() {
		defer func() {
			if p := recover(); p != "no such state" {
				t.Errorf("panic %v", p)
			}
		}()
		t.Errorf("no panic, but %v", s.Rebuild(t.Context(), panicking, nil))
	}()
	mustAppend(t, s, card("bob", 0, "a@x"))
	cardsAgree(t, s, c)
	if err := s.Rebuild(t.Context(), c, nil); err != nil {
		t.Fatal(err)
	}
	if left := leftovers(t, path); left != nil {
		t.Errorf("left behind %q", left)
	}
}

// What a rebuild that was killed has left is removed by the next one, and by none of
// another table.
func TestRebuildSweeps(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	c := cardTable()
	s := openCards(t, path, c)
	mustAppend(t, s, card("ann", 0, "a@x"))
	sqlExec(t, path, "CREATE TABLE es_new_1 (x)", "INSERT INTO es_rebuilds VALUES ('es_new_1', 'card-{id}'), ('es_new_gone', 'card-{id}')",
		"CREATE TABLE es_new_2 (x)", "INSERT INTO es_rebuilds VALUES ('es_new_2', 'other-{id}')")
	if err := s.Rebuild(t.Context(), c, nil); err != nil {
		t.Fatal(err)
	}
	if left := leftovers(t, path); len(left) != 1 || left[0] != "es_new_2" {
		t.Errorf("left behind %q", left)
	}
	cardsAgree(t, s, c)
}

// A rebuild does not begin anew in a file that has come in the place of the store's.
func TestRebuildOfAFileThatMoved(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	c := cardTable()
	s := openCards(t, path, c)
	mustAppend(t, s, card("ann", 0, "a@x"))
	if err := os.Rename(path, path+".old"); err != nil {
		t.Fatal(err)
	}
	if err := s.Rebuild(t.Context(), c, nil); !errors.Is(err, ErrMoved) {
		t.Errorf("%v, want ErrMoved", err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("a new file was made")
	}
	if err := os.Rename(path+".old", path); err != nil {
		t.Fatal(err)
	}
	if err := s.Rebuild(t.Context(), c, nil); err != nil {
		t.Error(err)
	}
	// In the midst of it, when the rows have been made.
	late := c
	late.row = func(_ context.Context, _ es.Store, key string) ([]any, error) {
		return state{}.row(key), os.Rename(path, path+".old")
	}
	if err := s.Rebuild(t.Context(), late, nil); !errors.Is(err, ErrMoved) {
		t.Errorf("%v, want ErrMoved", err)
	}
	if err := os.Rename(path+".old", path); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if err := s.Rebuild(t.Context(), c, nil); !errors.Is(err, es.ErrClosed) {
		t.Errorf("%v, want es.ErrClosed", err)
	}
}

// Close ends a rebuild, and nothing of that is left when it returns: no table, and no
// connection that could still write.
func TestCloseWhileRebuilding(t *testing.T) {
	t.Parallel()
	for name, chunk := range map[string]int64{"while it builds": 1, "while it swaps": rebuildChunk + 1} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := newPath(t)
			c := cardTable()
			s := openCards(t, path, c)
			fillCards(t, s, rebuildChunk)
			slow := c
			var asked atomic.Int64
			slow.row = func(ctx context.Context, store es.Store, key string) ([]any, error) {
				switch n := asked.Add(1); {
				case n == chunk:
					<-s.closing
					time.Sleep(20 * time.Millisecond) // a Close that does not wait is over by then
				case n == rebuildChunk && chunk > n:
					if _, err := store.Append(ctx, card(key, 1, "new")); err != nil {
						return nil, err
					}
				}
				return state{}.row(key), nil
			}
			ended := make(chan error, 1)
			go func() { ended <- s.Rebuild(t.Context(), slow, nil) }()
			for asked.Load() < chunk && len(ended) == 0 {
				time.Sleep(time.Millisecond)
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
			// The last connection to be closed is the one that removes the WAL.
			if _, err := os.Stat(path + "-wal"); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("something has the file open after Close: %v", err)
			}
			if err := <-ended; err != nil && !errors.Is(err, es.ErrClosed) {
				t.Errorf("%v, want es.ErrClosed", err)
			}
			if left := leftovers(t, path); left != nil {
				t.Errorf("left behind %q", left)
			}
		})
	}
}

// Of rebuilds of one table at the same time at least one succeeds, the others say that
// they were overtaken, and the table is right while writers go on.
func TestRebuildsAtTheSameTime(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	c := cardTable()
	s := openCards(t, path, c)
	fillCards(t, s, 600)
	other := openCards(t, path, c)
	var wg sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		wg.Go(func() { errs[i] = []*Store{s, other}[i%2].Rebuild(t.Context(), c, nil) })
	}
	for i := range 50 {
		mustAppend(t, s, card(fmt.Sprint(i), 1, fmt.Sprint("n", i)))
	}
	wg.Wait()
	won := 0
	for _, err := range errs {
		switch {
		case err == nil:
			won++
		case !errors.Is(err, errOvertaken):
			t.Error(err)
		}
	}
	if won == 0 {
		t.Error("none has succeeded")
	}
	t.Logf("%d of %d rebuilds were overtaken", len(errs)-won, len(errs))
	cardsAgree(t, s, c)
	if left := leftovers(t, path); left != nil {
		t.Errorf("left behind %q", left)
	}
}

// Open that fails because of one table makes none.
func TestOpenMakesAllTablesOrNone(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	s := openCards(t, path, cardTable())
	mustAppend(t, s, card("ann", 0, "a@x"))
	changed := cardTable(func(t *es.Table) { t.Columns[1].Fold = false })
	fresh := cardTable(func(t *es.Table) { t.Name, t.Aggregate, t.Category = "notes", "note", "note-{id}" })
	if _, err := Open(t.Context(), path, WithTables(fresh, changed)); !errors.Is(err, ErrTableDrift) {
		t.Fatal(err)
	}
	var n int
	if err := openSQL(t, path).QueryRow("SELECT count(*) FROM es_tables").Scan(&n); err != nil || n != 1 {
		t.Errorf("the file has %d tables, %v", n, err)
	}
	// Tolerated, the drift of the one keeps the other from nothing.
	closeStore(t, openAt(t, path, WithTables(fresh, changed), WithTableDrift()))
	if err := openSQL(t, path).QueryRow("SELECT count(*) FROM es_tables").Scan(&n); err != nil || n != 2 {
		t.Errorf("the file has %d tables, %v", n, err)
	}
}

// Another version of this package may spell what the file remembers otherwise.
func TestATableSpeltOtherwise(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	c := cardTable()
	s := openCards(t, path, c)
	mustAppend(t, s, card("ann", 0, "a@x"))
	sqlExec(t, path, `UPDATE es_tables SET definition = json_insert(json(definition), '$.New', 1) || ' '`)
	mustAppend(t, s, card("bob", 0, "b@x"))
	closeStore(t, openCards(t, path, c))
	cardsAgree(t, s, c)

	sqlExec(t, path, `UPDATE es_tables SET definition = '{'`)
	if _, err := Open(t.Context(), path, WithTables(c)); !errors.Is(err, ErrTableDrift) {
		t.Errorf("a description that cannot be read: %v", err)
	}
	if _, err := s.Append(t.Context(), card("eve", 0, "e@x")); !errors.Is(err, es.ErrNoTable) {
		t.Errorf("a description that cannot be read: %v", err)
	}
	if err := s.Rebuild(t.Context(), c, nil); err == nil {
		mustAppend(t, s, card("eve", 0, "e@x"))
	} else {
		t.Error(err)
	}
}

func TestTablesWhoseNamesMeet(t *testing.T) {
	t.Parallel()
	table := func(name, aggregate string, columns ...string) cards {
		return cardTable(func(t *es.Table) {
			t.Name, t.Aggregate, t.Category = name, aggregate, aggregate+"-{id}"
			for _, c := range columns {
				t.Columns = append(t.Columns, es.Column{Name: c, Kind: es.ColumnInteger, Null: true, Index: true})
			}
		})
	}
	for want, tables := range map[string][]es.StateTable{
		`its view would have the name of its table`:                                                      {table("card_events", "card")},
		`its view of the events of es would be called "es_events"`:                                       {table("cards", "es")},
		`its view of the events of sqlite_x would be called "sqlite_x_`:                                  {table("cards", "sqlite_x")},
		`the table of the state table "NOTES" of note has the name of the table of "notes" of card`:      {table("notes", "card"), table("NOTES", "note")},
		`the table of the state table "card_events" of note has the name of the view of "cards" of card`: {table("cards", "card"), table("card_events", "note")},
		`the view of the state table "notes" of card has the name of the view of "cards" of card`:        {cardTable(), cardTable(func(t *es.Table) { t.Name, t.Category = "notes", "x-{id}"; t.Columns = t.Columns[:1] })},
		`the index of the state table "a_by_b" of y has the name of the index of "a" of x`:               {table("a", "x", "b_by_c"), table("a_by_b", "y", "c")},
		`the state tables "cards" and "notes" are both of the streams card-{id}`:                         {cardTable(), cardTable(func(t *es.Table) { t.Name = "notes" })},
		`the table is nil`: {cards{}},
		`a state table is`: {nil},
	} {
		path := newPath(t)
		s, err := Open(t.Context(), path, WithTables(tables...))
		if err == nil {
			closeStore(t, s)
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want an error with %q", err, want)
		}
	}
	// In a file they meet where they come from two programs.
	path := newPath(t)
	closeStore(t, openAt(t, path, WithTables(table("cards", "card"))))
	if _, err := Open(t.Context(), path, WithTables(table("card_EVENTS", "note"))); err == nil || !strings.Contains(err.Error(), `a view "card_events" already`) {
		t.Error(err)
	}
}
