//go:build cgo && linux

package torture

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/sqlite"
)

// A process that makes and renames members is killed. Folding the events gives exactly
// the rows of the table, and what was acknowledged is there.
func TestKillRows(t *testing.T) {
	t.Parallel()
	testKillRows(t, 3, false)
}

func TestTortureKillRows(t *testing.T) { full(t); testKillRows(t, 50, false) }

// The same while another process makes the table anew, over and over, and is killed
// too: the old table is whole, and the next rebuild starts over cleanly.
func TestKillRebuild(t *testing.T) {
	t.Parallel()
	testKillRows(t, 3, true)
}

func TestTortureKillRebuild(t *testing.T) { full(t); testKillRows(t, 50, true) }

func testKillRows(t *testing.T, kills int, rebuilding bool) {
	rng := random(t)
	path := ""
	var acked map[string]int // renames of each member
	total, members, midway, left := 0, 0, 0, 0
	for round := range kills {
		if round%10 == 0 {
			path, acked = filepath.Join(t.TempDir(), "events.db"), make(map[string]int)
		}
		var rebuild *exec.Cmd
		if rebuilding {
			if round%10 == 0 {
				fillMembers(t, path, 2000)
			}
			rebuild = startRebuild(t, path)
		}
		n := killMembers(t, rng, path, fmt.Sprint("r", round), acked)
		total += n
		if rebuilding {
			_ = rebuild.Process.Kill()
			_ = rebuild.Wait()
			if unfinished(t, path) {
				midway++
			}
		}
		judgeMembers(t, path, acked)
		if rebuilding {
			rows := rowsOf(membersTable(true))
			s := open(t, path, sqlite.WithTables(rows))
			if err := s.Rebuild(t.Context(), rows, nil); err != nil {
				t.Fatalf("after kill %d: %v", round+1, err)
			}
			closeStore(t, s)
			if unfinished(t, path) {
				left++
			}
			judgeMembers(t, path, acked)
		}
		if round%10 == 9 || round == kills-1 {
			n, _, err := strayMembers(t.Context(), path)
			if err != nil {
				t.Fatal(err)
			}
			members += n
		}
	}
	if left > 0 {
		t.Errorf("%d rebuilds have left something behind", left)
	}
	t.Logf("%d kills, of which %d in the midst of a rebuild; %d saves acknowledged before a kill, %d members in the end, rows and events agree", kills, midway, total, members)
}

// A program that writes the row after the events, in a transaction of its own, does not
// get through.
func TestKillRowsFindsSecondTransaction(t *testing.T) {
	t.Parallel()
	rng := random(t)
	found := 0
	for round := range 3 {
		path := filepath.Join(t.TempDir(), "events.db")
		killMembers(t, rng, path, "late", make(map[string]int), "-late")
		_, stray, err := strayMembers(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		found += len(stray)
		if round == 0 && len(stray) > 0 {
			t.Log(stray[0])
		}
	}
	if found == 0 {
		t.Error("rows in a transaction of their own were not found out")
	}
	t.Logf("3 kills: %d rows that are not what the events say", found)
}

// judgeMembers fails where rows and events differ, or a save that was acknowledged is
// not there.
func judgeMembers(t *testing.T, path string, acked map[string]int) {
	t.Helper()
	members, stray, err := strayMembers(t.Context(), path)
	if err != nil || stray != nil {
		t.Fatalf("%d members, %q, %v", members, stray, err)
	}
	db, err := sql.Open("sqlite3", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	renamed, err := texts(db, "SELECT id, CAST(renamed AS TEXT) FROM members")
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range acked {
		got := -1
		if text, ok := renamed[id]; ok {
			fmt.Sscan(text, &got)
		}
		if got < want {
			t.Fatalf("member %s was renamed %d times, and its row says %d", id, want, got)
		}
	}
	report, err := sqlite.Check(t.Context(), path)
	if err == nil {
		err = report.Err()
	}
	if err != nil {
		t.Fatal(err)
	}
}

// unfinished says whether a rebuild has left something in the file.
func unfinished(t *testing.T, path string) bool {
	t.Helper()
	db, err := sql.Open("sqlite3", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var n int
	if err := db.QueryRow(`SELECT (SELECT count(*) FROM es_rebuilds) + (SELECT count(*) FROM sqlite_schema WHERE name LIKE 'es\_new\_%' ESCAPE '\')`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n > 0
}

// fillMembers makes a table that takes a while to be made anew.
func fillMembers(t *testing.T, path string, count int) {
	t.Helper()
	rows := rowsOf(membersTable(true))
	s := open(t, path, sqlite.WithTables(rows))
	repo := es.NewRepository(s, memberDefinition(rows.Table()))
	for first := 0; first < count; first += 200 {
		var parts []es.Part
		for i := range 200 {
			m := new(member)
			m.record(joined{ID: fmt.Sprint("old-", first+i), Name: "Ann", Mail: fmt.Sprint("old-", first+i)})
			parts = append(parts, repo.Part(m))
		}
		if err := es.Atomic(s, parts...).Save(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	closeStore(t, s)
}

// startRebuild starts a process that makes the table anew without end, and waits until
// it has begun.
func startRebuild(t *testing.T, path string) *exec.Cmd {
	t.Helper()
	cmd, stderr := child(t, "rebuild", path)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if !bufio.NewScanner(out).Scan() {
		t.Fatalf("%v\n%s", cmd.Wait(), stderr)
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	return cmd
}

// killMembers starts a process that makes and renames members, and kills it after a
// random number of saves. It counts those that were acknowledged.
func killMembers(t *testing.T, rng *rand.Rand, path, name string, acked map[string]int, flags ...any) (saves int) {
	t.Helper()
	cmd, stderr := child(t, "members", append(flags, "-name", name, path)...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	most, wait := 20+rng.IntN(150), time.Duration(rng.IntN(int(5*time.Millisecond)))
	for lines := bufio.NewReader(out); ; {
		line, err := lines.ReadString('\n')
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		var id string
		var renamed int
		if _, err := fmt.Sscan(strings.TrimSpace(line), &id, &renamed); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		acked[id] = max(acked[id], renamed)
		if saves++; saves == most {
			time.AfterFunc(wait, func() { _ = cmd.Process.Kill() })
		}
	}
	wasKilled(t, cmd, stderr)
	return saves
}

// childMembers makes and renames members from several goroutines, and tells of each
// save that was acknowledged.
func childMembers(args []string) error {
	flags := flag.NewFlagSet("members", flag.ExitOnError)
	name := flags.String("name", "m", "first part of the members' IDs")
	late := flags.Bool("late", false, "write the row after the events, in a transaction of its own")
	if err := flags.Parse(args); err != nil {
		return err
	}
	ctx := context.Background()
	rows := rowsOf(membersTable(true))
	save, err := saving(ctx, flags.Arg(0), rows, *late)
	if err != nil {
		return err
	}
	errs := make([]error, 8)
	var wg sync.WaitGroup
	for g := range errs {
		wg.Go(func() {
			for n := 0; errs[g] == nil; n++ {
				m := new(member)
				id := fmt.Sprintf("%s-%d-%d", *name, g, n)
				m.record(joined{ID: id, Name: "Ann", Mail: id})
				for i := range 4 {
					if i > 0 {
						m.record(memberNamed{Name: fmt.Sprint("Ann the ", i)})
						m.record(memberMailed{Mail: fmt.Sprint(id, "@", i)})
					}
					if errs[g] = save(m); errs[g] != nil {
						return
					}
					fmt.Printf("%s %d\n", id, m.renamed)
				}
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// saving gives what saves a member with its row.
func saving(ctx context.Context, path string, rows memberRows, late bool) (func(*member) error, error) {
	if !late {
		s, err := sqlite.Open(ctx, path, sqlite.WithTables(rows))
		if err != nil {
			return nil, err
		}
		repo := es.NewRepository(s, memberDefinition(rows.Table()))
		return func(m *member) error { return repo.Save(ctx, m) }, nil
	}
	s, err := sqlite.Open(ctx, path)
	if err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite3", path+"?_busy_timeout=30000&_txlock=immediate")
	if err != nil {
		return nil, err
	}
	if _, err := db.Exec("CREATE TABLE members (id TEXT PRIMARY KEY, name TEXT, mail TEXT, renamed INTEGER)"); err != nil {
		return nil, err
	}
	repo := es.NewRepository(s, memberDefinition(nil))
	return func(m *member) error {
		if err := repo.Save(ctx, m); err != nil {
			return err
		}
		_, err := db.Exec("INSERT OR REPLACE INTO members VALUES (?, ?, ?, ?)", m.id, m.name, m.mail, m.renamed)
		return err
	}, nil
}

// childRebuild makes the table anew without end, and tells when it has begun.
func childRebuild(args []string) error {
	ctx := context.Background()
	rows := rowsOf(membersTable(true))
	s, err := sqlite.Open(ctx, args[0], sqlite.WithTables(rows))
	if err != nil {
		return err
	}
	for {
		if err := s.Rebuild(ctx, rows, func(done, _ int64) { fmt.Println(done) }); err != nil {
			return err
		}
	}
}
