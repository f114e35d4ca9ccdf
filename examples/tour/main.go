// Command tour tells the whole story on a real SQLite file, and prints each step:
// two profiles are registered and renamed, two writers meet in a conflict, the
// past is looked at, and the file is read with plain SQL.
//
//	go run ./examples/tour [-dir DIR]
//
// Without -dir the file lies in a temporary folder that is removed at the end.
package main

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"time"

	"github.com/google/uuid"
	_ "github.com/mattn/go-sqlite3"

	"github.com/esgen/esgen/examples/profile"
	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/sqlite"
)

func main() {
	dir := flag.String("dir", "", "folder for the file events.db, which must not be there yet; a temporary one by default")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := inFolder(*dir, func(dir string) error { return run(ctx, os.Stdout, dir) }); err != nil {
		fmt.Fprintln(os.Stderr, "tour:", err)
		os.Exit(1)
	}
}

func inFolder(dir string, fn func(dir string) error) (err error) {
	if dir == "" {
		if dir, err = os.MkdirTemp("", "esgen-tour-"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	}
	return fn(dir)
}

// The story takes place at a fixed time, so that it can be told again.
var (
	noon = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	ann  = uuid.MustParse("0196896a-8b00-7000-8000-00000000000a")
	bob  = uuid.MustParse("0196896a-8b00-7000-8000-00000000000b")
)

// tour is what the steps share.
type tour struct {
	out      io.Writer
	file     string
	clock    *es.Frozen
	store    *sqlite.Store
	profiles *profile.ProfileRepository
}

func run(ctx context.Context, out io.Writer, dir string) (err error) {
	file := filepath.Join(dir, "events.db")
	if _, err := os.Stat(file); err == nil {
		return fmt.Errorf("%s is there already: name another folder", file)
	}
	store, err := sqlite.Open(ctx, file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	clock := es.FrozenClock(noon)
	t := &tour{out: out, file: file, clock: clock, store: store, profiles: profile.NewProfileRepository(store, es.WithClock(clock))}

	for i, step := range []struct {
		title string
		do    func(context.Context) error
	}{
		{"Register two people", t.register},
		{"Rename one of them, an hour later", t.rename},
		{"Two writers load the same version", t.conflict},
		{"Look at the past", t.timeTravel},
		{"Read a typed history", t.history},
		{"Replay everything", t.replay},
		{"Ask the file with plain SQL", t.query},
	} {
		t.printf("\n%d. %s\n", i+1, step.title)
		if err := step.do(ctx); err != nil {
			return fmt.Errorf("step %d: %w", i+1, err)
		}
	}
	return nil
}

func (t *tour) printf(format string, args ...any) { fmt.Fprintf(t.out, format, args...) }

func (t *tour) register(ctx context.Context) error {
	for _, person := range []struct {
		id   uuid.UUID
		name string
	}{{ann, "Ann"}, {bob, "Bob"}} {
		name, err := profile.NewName(person.name)
		if err != nil {
			return err
		}
		if err := t.profiles.Save(ctx, profile.Register(t.clock, person.id, name)); err != nil {
			return err
		}
		t.printf("   %s is registered\n", name)
	}
	_, err := profile.NewName("Al")
	t.printf("   rules are checked before anything is recorded: %v\n", err)
	return nil
}

func (t *tour) rename(ctx context.Context) error {
	t.clock.Advance(time.Hour)
	var saved es.Outcome
	err := t.profiles.Update(ctx, ann, renameTo("Anna"), es.Into(&saved))
	if err != nil {
		return err
	}
	t.printf("   Ann is Anna, at version %d of her stream and position %d of the store\n", saved.Version, saved.Position)
	return nil
}

func renameTo(s string) func(*profile.Profile) error {
	return func(p *profile.Profile) error {
		name, err := profile.NewName(s)
		if err != nil {
			return err
		}
		return p.Rename(name)
	}
}

func (t *tour) conflict(ctx context.Context) error {
	first, err := t.profiles.Load(ctx, ann)
	if err != nil {
		return err
	}
	second, err := t.profiles.Load(ctx, ann)
	if err != nil {
		return err
	}
	first.SignIn()
	second.Visit("/home")
	if err := t.profiles.Save(ctx, first); err != nil {
		return err
	}
	t.printf("   the first one saves\n")
	err = t.profiles.Save(ctx, second)
	if !errors.Is(err, es.ErrConflict) {
		return fmt.Errorf("no conflict: %w", err)
	}
	t.printf("   the second one is told: %v\n", err)
	err = t.profiles.Update(ctx, ann, func(p *profile.Profile) error { p.Visit("/home"); return nil })
	if err != nil {
		return err
	}
	t.printf("   Update loads, acts and saves, and starts over when somebody else was faster\n")
	return nil
}

func (t *tour) timeTravel(ctx context.Context) error {
	for _, point := range []struct {
		name string
		at   es.At
	}{
		{"at version 1", es.AtVersion(1)},
		{"half an hour after noon", es.AtTime(noon.Add(30 * time.Minute))},
		{"an hour after noon", es.AtTime(noon.Add(time.Hour))},
	} {
		p, err := t.profiles.LoadAt(ctx, ann, point.at)
		if err != nil {
			return err
		}
		t.printf("   %s: %s, version %d\n", point.name, p.Name(), p.Version())
	}
	return nil
}

func (t *tour) history(ctx context.Context) error {
	for e, err := range t.profiles.History(ctx, ann) {
		if err != nil {
			return err
		}
		t.printf("   %d ", e.Version)
		switch event := e.Event.(type) { // a profile.ProfileEvent
		case profile.Registered:
			t.printf("registered as %s\n", event.Name)
		case profile.Renamed:
			t.printf("renamed to %s\n", event.Name)
		case profile.Visited:
			t.printf("visited %s\n", event.Page)
		case profile.SignedIn:
			t.printf("signed in\n")
		}
	}
	return nil
}

func (t *tour) replay(ctx context.Context) error {
	for e, err := range es.Replay(ctx, t.store, profile.Registry()) {
		if err != nil {
			return err
		}
		t.printf("   %d %s@%d %s\n", e.Position, e.Stream, e.Version, e.Type)
	}
	return nil
}

func (t *tour) query(ctx context.Context) (err error) {
	const names = `SELECT recorded_at, payload ->> '$.name' FROM es_log WHERE payload ->> '$.name' LIKE 'Ann%' ORDER BY position`
	t.printf("   %s\n", names)
	db, err := sql.Open("sqlite3", t.file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	rows, err := db.QueryContext(ctx, names)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var recordedAt, name string
		if err := rows.Scan(&recordedAt, &name); err != nil {
			return err
		}
		t.printf("   %s %s\n", recordedAt, name)
	}
	return rows.Err()
}
