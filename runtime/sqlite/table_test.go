//go:build cgo

package sqlite_test

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/sqlite"
)

// person is an aggregate with a state table, whose plumbing is written by hand.
type person struct {
	es.Root

	id, name, mail string
	rank           int64
	gone           bool
	photo          []byte
}

type personEvent interface {
	es.Event
	isPersonEvent()
}

type (
	came struct {
		ID, Name, Mail string
		Rank           int64
		Photo          []byte
	}
	moved struct{ Mail string }
	left  struct{}
)

func (came) EventType() string  { return "person.came" }
func (moved) EventType() string { return "person.moved" }
func (left) EventType() string  { return "person.left" }

func (came) isPersonEvent()  {}
func (moved) isPersonEvent() {}
func (left) isPersonEvent()  {}

func (p *person) record(e personEvent) { es.Record(p, &p.Root, e, applyPerson) }

func applyPerson(p *person, event personEvent) error {
	switch e := event.(type) {
	case came:
		p.id, p.name, p.mail, p.rank, p.photo = e.ID, e.Name, e.Mail, e.Rank, e.Photo
	case moved:
		p.mail = e.Mail
	case left:
		p.gone = true
	default:
		return es.UnexpectedEvent("person", event)
	}
	return nil
}

// personTable is the table; change makes another of it.
func personTable(change ...func(*es.Table)) *es.Table {
	t := &es.Table{Name: "people", Aggregate: "person", Category: "person-{id}", Columns: []es.Column{
		{Name: "id", Kind: es.ColumnText},
		{Name: "name", Kind: es.ColumnText, Index: true},
		{Name: "mail", Kind: es.ColumnText, Unique: true, Fold: true},
		{Name: "rank", Kind: es.ColumnInteger},
		{Name: "gone", Kind: es.ColumnBool, SoftDelete: true},
		{Name: "photo", Kind: es.ColumnBlob, Null: true},
	}}
	for _, c := range change {
		c(t)
	}
	return t
}

func personDefinition(t *es.Table) *es.Definition[person, string, personEvent] {
	return &es.Definition[person, string, personEvent]{
		Name: "person", Stream: "person-{id}",
		Events: []es.EventType{
			{Name: "person.came", Version: 1, Zero: came{}}, {Name: "person.moved", Version: 1, Zero: moved{}}, {Name: "person.left", Version: 1, Zero: left{}},
		},
		ID:       func(p *person) string { return p.id },
		FormatID: func(id string) (string, error) { return id, nil },
		ParseID:  func(s string) (string, error) { return s, nil },
		Apply:    applyPerson,
		Load: func(p *person, s *es.Stored) error {
			e, err := decodePerson(s)
			if err != nil {
				return err
			}
			return applyPerson(p, e)
		},
		Encode: func(dst []byte, e personEvent) ([]byte, error) {
			b, err := json.Marshal(e)
			return append(dst, b...), err
		},
		Decode: decodePerson,
		Table:  t,
		Row: func(p *person) ([]any, error) {
			var row []any
			for _, c := range t.Columns {
				row = append(row, map[string]any{
					"id": p.id, "name": p.name, "mail": p.mail, "rank": p.rank, "gone": p.gone, "photo": photo(p.photo), "initial": p.name[:1],
					`select "x"; --`: p.name,
				}[c.Name])
			}
			return row, nil
		},
	}
}

func photo(b []byte) any {
	if b == nil {
		return nil
	}
	return b
}

func decodePerson(s *es.Stored) (personEvent, error) {
	switch s.Type {
	case "person.came":
		return unmarshalled[came](s)
	case "person.moved":
		return unmarshalled[moved](s)
	case "person.left":
		return left{}, nil
	}
	return nil, es.UnknownEvent("person", s)
}

func unmarshalled[E personEvent](s *es.Stored) (personEvent, error) {
	var e E
	err := json.Unmarshal(s.Payload, &e)
	return e, err
}

type (
	people = es.Repository[person, string, personEvent]
	rows   = es.Rows[[]any, string]
)

// tableOf is the table with the code that fills it.
func tableOf(t *es.Table) rows {
	return es.NewRows(personDefinition(t), func(id string) (any, error) { return id, nil }, func(row []any) ([]any, error) { return row, nil })
}

func newPeople(store es.Store, t *es.Table) *people {
	return es.NewRepository(store, personDefinition(t))
}

func someone(id, mail string) *person {
	p := new(person)
	p.record(came{ID: id, Name: strings.ToUpper(id), Mail: mail, Rank: 7, Photo: []byte{0, 1}})
	return p
}

func openTabled(t *testing.T, path string, table *es.Table, opts ...sqlite.Option) *sqlite.Store {
	t.Helper()
	store, err := sqlite.Open(t.Context(), path, append(opts, sqlite.WithTables(tableOf(table)))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return store
}

func tabled(t *testing.T, table *es.Table) (*sqlite.Store, *people, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "events.db")
	store := openTabled(t, path, table)
	return store, newPeople(store, table), path
}

// mustSave saves, and query reads by another connection, as any program could.
func mustSave(t *testing.T, repo *people, p *person) {
	t.Helper()
	if err := repo.Save(t.Context(), p); err != nil {
		t.Fatal(err)
	}
}

func query(t *testing.T, path, text string, args ...any) [][]any {
	t.Helper()
	db, err := sql.Open("sqlite3", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	found, err := db.Query(text, args...)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	defer found.Close()
	names, _ := found.Columns()
	var list [][]any
	for found.Next() {
		row, at := make([]any, len(names)), make([]any, len(names))
		for i := range row {
			at[i] = &row[i]
		}
		if err := found.Scan(at...); err != nil {
			t.Fatal(err)
		}
		list = append(list, row)
	}
	if err := found.Err(); err != nil {
		t.Fatal(err)
	}
	return list
}

func TestARowIsWrittenWithItsEvents(t *testing.T) {
	table := personTable()
	store, repo, path := tabled(t, table)
	ann := someone("ann", "Ann@Example.com")
	mustSave(t, repo, ann)
	ann.record(moved{Mail: "ann@else.where"})
	mustSave(t, repo, ann)
	if got, want := fmt.Sprint(query(t, path, "SELECT id, name, mail, rank, gone, hex(photo) FROM people")), "[[ann ANN ann@else.where 7 0 0001]]"; got != want {
		t.Fatalf("rows %s, want %s", got, want)
	}
	row, err := tableOf(table).Get(t.Context(), store, "ann")
	if err != nil || fmt.Sprint(row) != "[ann ANN ann@else.where 7 false [0 1]]" {
		t.Fatalf("%v, %v", row, err)
	}
	// The view is for people, and finds an aggregate by an index.
	if got := fmt.Sprint(query(t, path, "SELECT version, event_type, payload ->> '$.Mail' FROM person_events WHERE person_id = 'ann' ORDER BY version")); got != "[[1 person.came Ann@Example.com] [2 person.moved ann@else.where]]" {
		t.Fatal(got)
	}
	plan := fmt.Sprint(query(t, path, "EXPLAIN QUERY PLAN SELECT * FROM person_events WHERE person_id = 'ann'"))
	if !strings.Contains(plan, "es_streams_by_category (category=? AND key=?)") || strings.Contains(plan, "SCAN e") {
		t.Fatalf("the plan is %s", plan)
	}
}

func TestAUniqueValueIsTakenOnce(t *testing.T) {
	table := personTable()
	store, repo, path := tabled(t, table)
	mustSave(t, repo, someone("ann", "straße@example.com"))
	bob := someone("bob", "STRASSE@example.COM")
	err := repo.Save(t.Context(), bob)
	taken, ok := errors.AsType[*es.UniqueError](err)
	if !ok || !errors.Is(err, es.ErrUnique) || *taken != (es.UniqueError{Aggregate: "person", Column: "mail", Stream: "person-ann"}) {
		t.Fatalf("%v", err)
	}
	if strings.Contains(strings.ToLower(fmt.Sprintf("%v %+v %#v", err, taken, taken)), "example") {
		t.Fatalf("the error holds the value: %v", err)
	}
	if err := repo.Save(t.Context(), bob); !errors.Is(err, es.ErrDetached) {
		t.Fatalf("%v, want es.ErrDetached", err)
	}
	if head, _ := store.Head(t.Context()); head != 1 || len(query(t, path, "SELECT * FROM people")) != 1 {
		t.Fatalf("head %d", head)
	}
	// Given up, it can be taken; by the one who has it, it can be written again.
	for _, p := range []*person{load(t, repo, "ann")} {
		p.record(moved{Mail: "STRASSE@EXAMPLE.com"})
		mustSave(t, repo, p)
		p.record(moved{Mail: "other"})
		mustSave(t, repo, p)
	}
	mustSave(t, repo, someone("bob", "strasse@example.com"))
}

func load(t *testing.T, repo *people, id string) *person {
	t.Helper()
	p, err := repo.Load(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestDeletedRows(t *testing.T) {
	for frees, want := range map[bool]error{false: es.ErrUnique, true: nil} {
		table := personTable(func(t *es.Table) { t.Columns[4].Frees = frees })
		store, repo, _ := tabled(t, table)
		ann := someone("ann", "a@b")
		mustSave(t, repo, ann)
		ann.record(left{})
		mustSave(t, repo, ann)
		if err := repo.Save(t.Context(), someone("bob", "A@B")); !errors.Is(err, want) {
			t.Fatalf("frees %v: %v, want %v", frees, err, want)
		}
		r := tableOf(table)
		if _, err := r.Get(t.Context(), store, "ann"); !errors.Is(err, es.ErrNotFound) {
			t.Fatalf("a deleted row: %v", err)
		}
		if row, err := es.WithDeletedRows(r).Get(t.Context(), store, "ann"); err != nil || row[4] != true {
			t.Fatalf("a deleted row, asked for: %v, %v", row, err)
		}
		if frees {
			// Who comes back finds the value taken.
			mustSave(t, repo, someone("eve", "e@b"))
		}
	}
}

func TestRowsAreReadInOrder(t *testing.T) {
	table := personTable()
	store, repo, _ := tabled(t, table)
	var want []string
	var parts []es.Part
	for i := range 600 {
		p := someone(fmt.Sprintf("p%03d", i), fmt.Sprintf("m%d", i))
		want = append(want, p.id)
		parts = append(parts, repo.Part(p))
	}
	if err := es.Atomic(store, parts...).Save(t.Context()); err != nil {
		t.Fatal(err)
	}
	r := tableOf(table)
	read := func(page es.Page[string]) (ids []string) {
		t.Helper()
		for row, err := range r.All(t.Context(), store, page) {
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, row[0].(string))
		}
		return ids
	}
	if got := read(es.Page[string]{}); !slices.Equal(got, want) {
		t.Fatalf("%d rows", len(got))
	}
	if got := read(es.Page[string]{After: "p100", Limit: 3}); !slices.Equal(got, want[101:104]) {
		t.Fatal(got)
	}
	if got := read(es.Page[string]{After: "p599"}); got != nil {
		t.Fatal(got)
	}
	for row, err := range r.By(t.Context(), store, "name", "P007") {
		if err != nil || row[0] != "p007" {
			t.Fatal(row, err)
		}
	}
	if row, err := r.One(t.Context(), store, "mail", "M8"); err != nil || row[0] != "p008" {
		t.Fatal(row, err)
	}
	for _, err := range r.By(t.Context(), store, "no such", "x") {
		if err == nil || !strings.Contains(err.Error(), `no column "no such"`) {
			t.Fatal(err)
		}
	}
	// A loop that is left holds nothing.
	for range r.All(t.Context(), store, es.Page[string]{}) {
		break
	}
}

func TestNamesAndValuesAreHarmless(t *testing.T) {
	for _, name := range []string{"order", `select "x"; --`, "групп'а", `a"b]c` + "`"} {
		table := personTable(func(t *es.Table) {
			t.Name, t.Columns[1].Name = name, `select "x"; --`
			t.Columns[0].OneOf = nil
		})
		store, repo, path := tabled(t, table)
		evil := `'; DROP TABLE es_events; -- "` + "\x00`"
		p := new(person)
		p.record(came{ID: evil, Name: evil, Mail: evil})
		mustSave(t, repo, p)
		row, err := tableOf(table).One(t.Context(), store, "mail", strings.ToUpper(evil))
		if err != nil || row[0] != evil || row[1] != evil {
			t.Fatalf("%q, %v", row, err)
		}
		if got := query(t, path, "SELECT count(*) FROM es_events"); fmt.Sprint(got) != "[[1]]" {
			t.Fatal(got)
		}
	}
}

func TestProgramsThatDoNotKnowATableAreRefused(t *testing.T) {
	table := personTable()
	store, repo, path := tabled(t, table)
	mustSave(t, repo, someone("ann", "a@b"))

	plain, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer plain.Close()
	without := personDefinition(table)
	without.Table = nil
	if err := es.NewRepository(plain, without).Save(t.Context(), someone("bob", "b@b")); !errors.Is(err, es.ErrNoTable) || !strings.Contains(err.Error(), "people") {
		t.Fatalf("code without the table: %v", err)
	}
	if err := newPeople(plain, table).Save(t.Context(), someone("bob", "b@b")); !errors.Is(err, es.ErrNoTable) {
		t.Fatalf("a store without the table: %v", err)
	}
	other := personTable(func(t *es.Table) { t.Columns = t.Columns[:5] })
	if err := newPeople(store, other).Save(t.Context(), someone("bob", "b@b")); !errors.Is(err, es.ErrNoTable) {
		t.Fatalf("code with another table: %v", err)
	}
	// Others' streams are theirs.
	_, err = plain.Append(t.Context(), es.Append{Streams: []es.StreamAppend{{Stream: es.Stream{Name: "x"}, Expected: es.ExpectAny, Events: []es.NewEvent{{
		ID: uuid.New(), Type: "a", TypeVersion: 1, RecordedAt: time.Unix(1, 0), Payload: []byte("{}"),
	}}}}})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(query(t, path, "SELECT * FROM es_events")); n != 2 {
		t.Fatalf("%d events", n)
	}
}

func TestDriftAndRebuild(t *testing.T) {
	table := personTable()
	store, repo, path := tabled(t, table)
	var parts []es.Part
	for i := range 700 {
		parts = append(parts, repo.Part(someone(fmt.Sprintf("p%d", i), fmt.Sprintf("m%d", i))))
	}
	if err := es.Atomic(store, parts...).Save(t.Context()); err != nil {
		t.Fatal(err)
	}
	wider := personTable(func(t *es.Table) {
		t.Columns = append(t.Columns, es.Column{Name: "initial", Kind: es.ColumnText, Index: true})
		t.Columns[3].Null = true
	})
	_, err := sqlite.Open(t.Context(), path, sqlite.WithTables(tableOf(wider)))
	const differs = `state table differs from the code: table "people" of person: ` +
		`column "rank" is an integer in the file and an integer, or nothing in the code; column "initial" is new: ` +
		"to make it from the events as the code has it, open the store with sqlite.WithTableDrift and call Store.Rebuild (or use the program's own flag for that)"
	if !errors.Is(err, sqlite.ErrTableDrift) || !strings.HasSuffix(err.Error(), differs) {
		t.Fatalf("Open of a table that has changed: %v", err)
	}
	next := openTabled(t, path, wider, sqlite.WithTableDrift())
	if err := newPeople(next, wider).Save(t.Context(), someone("new", "new")); !errors.Is(err, es.ErrNoTable) || !errors.Is(err, sqlite.ErrTableDrift) {
		t.Fatalf("a save before the rebuild: %v", err)
	}

	// Writers go on while the table is rebuilt, until it is there.
	var wg sync.WaitGroup
	stop := make(chan struct{})
	written := 0
	wg.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			p := load(t, repo, fmt.Sprintf("p%d", i%700))
			p.record(moved{Mail: fmt.Sprintf("again%d", i)})
			switch err := repo.Save(t.Context(), p); {
			case errors.Is(err, es.ErrNoTable):
				return
			case err != nil:
				t.Error(err)
				return
			}
			written++
		}
	})
	var last, total int64
	err = next.Rebuild(t.Context(), tableOf(wider), func(done, of int64) { last, total = done, of })
	close(stop)
	wg.Wait()
	if err != nil || last != 700 || total != 700 {
		t.Fatalf("Rebuild: %v, %d of %d", err, last, total)
	}
	if err := repo.Save(t.Context(), someone("old", "old")); !errors.Is(err, es.ErrNoTable) {
		t.Fatalf("a program with the old table: %v", err)
	}
	mustSave(t, newPeople(next, wider), someone("new", "new"))
	sameAsEvents(t, next, path, wider)
	if got := query(t, path, "SELECT name FROM sqlite_schema WHERE name LIKE 'es_new_%'"); len(got) != 0 {
		t.Fatalf("left behind: %v", got)
	}
	t.Logf("%d saves while the table was rebuilt", written)
	_ = store
}

// sameAsEvents checks that the table holds what folding the events gives.
func sameAsEvents(t *testing.T, store *sqlite.Store, path string, table *es.Table) {
	t.Helper()
	source := tableOf(table)
	n := 0
	for row, err := range es.WithDeletedRows(source).All(t.Context(), store, es.Page[string]{}) {
		if err != nil {
			t.Fatal(err)
		}
		want, err := source.RowOf(t.Context(), store, row[0].(string))
		if err != nil || fmt.Sprintf("%#v", row) != fmt.Sprintf("%#v", want) {
			t.Fatalf("row %#v, want %#v (%v)", row, want, err)
		}
		n++
	}
	if got := query(t, path, "SELECT count(*) FROM es_streams WHERE category = ?", table.Category)[0][0]; got != int64(n) {
		t.Fatalf("%d rows for %v aggregates", n, got)
	}
}

func TestATableForEventsFromBeforeIt(t *testing.T) {
	path := filepath.Join(t.TempDir(), "events.db")
	plain, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	without := personDefinition(personTable())
	without.Table = nil
	for _, id := range []string{"ann", "bob"} {
		if err := es.NewRepository(plain, without).Save(t.Context(), someone(id, "same@mail")); err != nil {
			t.Fatal(err)
		}
	}
	table := personTable()
	if _, err := sqlite.Open(t.Context(), path, sqlite.WithTables(tableOf(table))); !errors.Is(err, sqlite.ErrTableDrift) {
		t.Fatal(err)
	}
	store := openTabled(t, path, table, sqlite.WithTableDrift())
	err = store.Rebuild(t.Context(), tableOf(table), nil)
	if taken, ok := errors.AsType[*es.UniqueError](err); !ok || taken.Column != "mail" || taken.Stream != "person-ann" {
		t.Fatalf("two who have one address: %v", err)
	}
	p, err := es.NewRepository(plain, without).Load(t.Context(), "bob")
	if err != nil {
		t.Fatal(err)
	}
	p.record(moved{Mail: "bob@mail"})
	if err := es.NewRepository(plain, without).Save(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	if err := store.Rebuild(t.Context(), tableOf(table), nil); err != nil {
		t.Fatal(err)
	}
	sameAsEvents(t, store, path, table)
	mustSave(t, newPeople(store, table), someone("eve", "eve@mail"))
}

func TestTablesThatCannotBe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "events.db")
	store, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	query(t, path, "CREATE TABLE taken (x)")
	for want, change := range map[string]func(*es.Table){
		"names that begin with es_":  func(t *es.Table) { t.Name = "ES_events" },
		"a table \"taken\" already":  func(t *es.Table) { t.Name = "Taken" },
		"two columns called":         func(t *es.Table) { t.Columns[1].Name = "ID" },
		"only a bool can say":        func(t *es.Table) { t.Columns[1].SoftDelete = true },
		"only a unique text can":     func(t *es.Table) { t.Columns[1].Fold = true },
		"the key must be an integer": func(t *es.Table) { t.Columns[0].Kind = es.ColumnBlob },
	} {
		if _, err := sqlite.Open(t.Context(), path, sqlite.WithTables(tableOf(personTable(change)))); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want an error with %q", err, want)
		}
	}
	if _, err := sqlite.Open(t.Context(), path, sqlite.WithTables(tableOf(personTable()), tableOf(personTable()))); err == nil {
		t.Error("one table twice")
	}
}

// Of the many who want one value at once, exactly one gets it, and the others are
// told.
func TestOneClaimantWins(t *testing.T) {
	table := personTable()
	_, repo, path := tabled(t, table)
	for round := range 20 {
		errs := make([]error, 16)
		var wg sync.WaitGroup
		for i := range errs {
			wg.Go(func() {
				errs[i] = repo.Save(t.Context(), someone(fmt.Sprintf("p%d-%d", round, i), fmt.Sprintf("Mail%d", round)))
			})
		}
		wg.Wait()
		won := 0
		for _, err := range errs {
			switch {
			case err == nil:
				won++
			case !errors.Is(err, es.ErrUnique):
				t.Fatal(err)
			}
		}
		if n := fmt.Sprint(query(t, path, "SELECT count(*), (SELECT count(*) FROM es_streams) FROM people")); won != 1 || n != fmt.Sprintf("[[%d %d]]", round+1, round+1) {
			t.Fatalf("%d won; rows and streams %s", won, n)
		}
	}
}
