//go:build cgo

package sqlite

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/esgen/esgen/runtime/es"
)

// snapshot is what a folder holds.
func snapshot(t *testing.T, folder string) map[string][]byte {
	t.Helper()
	files := make(map[string][]byte)
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		data := []byte("a folder")
		if !entry.IsDir() {
			if data, err = os.ReadFile(filepath.Join(folder, entry.Name())); err != nil {
				t.Fatal(err)
			}
		}
		files[entry.Name()] = data
	}
	return files
}

func same(t *testing.T, before, after map[string][]byte) {
	t.Helper()
	for name, data := range after {
		if old, ok := before[name]; !ok {
			t.Errorf("%s was made", name)
		} else if !bytes.Equal(old, data) {
			t.Errorf("%s was changed", name)
		}
	}
	for name := range before {
		if _, ok := after[name]; !ok {
			t.Errorf("%s was removed", name)
		}
	}
}

// run runs statements on a file, past the store.
func run(t testing.TB, path string, statements ...string) {
	t.Helper()
	f, err := resolve(path)
	if err != nil {
		t.Fatal(err)
	}
	c, err := dial(f.source("mode=rwc", "_busy_timeout=5000"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	for _, s := range statements {
		if err := c.script(s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

func TestDurability(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	for want, opts := range map[string][]Option{"2": nil, "1": {WithSynchronousNormal()}} {
		s := openAt(t, newPath(t), opts...)
		mustAppend(t, s, to("a", es.ExpectNone, event("made")))
		for range 2 {
			for pragma, want := range map[string]string{
				"synchronous": want, "journal_mode": "wal", "wal_autocheckpoint": "4000",
				"application_id": fmt.Sprint(applicationID), "user_version": "1", "foreign_keys": "0",
			} {
				if got, err := s.writer.conn.pragma(pragma); err != nil || got != want {
					t.Errorf("%s is %s, %v, want %s", pragma, got, err, want)
				}
			}
			// And on the connection that takes the place of one that was lost.
			s.writer.drop()
			if err := s.writer.connect(); err != nil {
				t.Fatal(err)
			}
		}
		err := s.readers.with(ctx, func(c *conn) error {
			if err := c.script("CREATE TABLE x (y)"); err == nil {
				t.Error("a reader can write")
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// A driver that does not heed what it is told is noticed, in either mode.
func TestDurabilityIsAsserted(t *testing.T) {
	s := openAt(t, newPath(t))
	for _, cfg := range []config{{synchronous: "FULL", migrations: migrations}, {synchronous: "NORMAL", migrations: migrations}} {
		for setting, want := range map[string]string{"OFF": "", "NORMAL": "NORMAL", "FULL": "FULL"} {
			c, err := dial(s.file.source("mode=rw", "_synchronous="+setting))
			if err != nil {
				t.Fatal(err)
			}
			if err := prepareWriter(c, &cfg); (err == nil) != (cfg.synchronous == want) {
				t.Errorf("a connection with synchronous=%s, where %s was asked for: %v", setting, cfg.synchronous, err)
			}
			if err := c.close(); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestOptionsThatMakeNoSense(t *testing.T) {
	for _, opt := range []Option{WithReaders(0), WithBusyTimeout(-time.Second)} {
		path := newPath(t)
		if s, err := Open(t.Context(), path, opt); err == nil {
			closeStore(t, s)
			t.Error("Open succeeded")
		}
		if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
			t.Error("a file was made")
		}
	}
}

func TestPathsThatAreRefused(t *testing.T) {
	folder := t.TempDir()
	t.Chdir(folder)
	if err := os.Mkdir("folder", 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("file", nil, 0o666); err != nil {
		t.Fatal(err)
	}
	before := snapshot(t, folder)
	for path, want := range map[string]string{
		"":                       "the path is empty",
		":memory:":               "package runtime/memory",
		"file::memory:?cache=x":  "package runtime/memory",
		"file:events.db?mode=ro": "a file of that name is ./file:events.db?mode=ro",
		"a\x00b":                 "NUL",
		"folder":                 "it is a folder",
		"missing/events.db":      "its folder must exist",
		"file/events.db":         "not a directory",
		os.DevNull:               "no regular file",
	} {
		s, err := Open(t.Context(), path)
		if err == nil {
			closeStore(t, s)
			t.Errorf("%q was opened", path)
		} else if !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%q: got %q, want %q in it", path, err, want)
		}
	}
	if _, err := Open(t.Context(), "missing/events.db"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing folder: %v, want fs.ErrNotExist", err)
	}
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Open(canceled, "events.db"); !errors.Is(err, context.Canceled) {
		t.Errorf("with a context that is done: %v", err)
	}
	same(t, before, snapshot(t, folder))
}

func TestOddNames(t *testing.T) {
	for _, name := range []string{
		"a b.db", "what?.db", "a?mode=memory", "a#b.db", "100%.db", "%41.db", "%00", "a&b=c.db", "a+b.db", "ü.db",
		"file:x.db", "'quoted'.db", `"quoted".db`, ";.db", "-x", "a\nb.db", "\xff.db", strings.Repeat("n", 200),
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			path := filepath.Join(folder, name)
			s := openAt(t, path)
			mustAppend(t, s, to("a", es.ExpectNone, event("made")))
			closeStore(t, s)
			if got := snapshot(t, folder); len(got) != 1 || got[name] == nil {
				t.Errorf("the folder holds %d files, want %q alone", len(got), name)
			}
			if got := versions(t, openAt(t, path, ReadOnly()), "a"); len(got) != 1 {
				t.Errorf("read %v", got)
			}
		})
	}
}

func TestFilesOfOthers(t *testing.T) {
	t.Parallel()
	newer := []migration{migrations[0], {2, "something new", func(c *conn) error { return c.script("CREATE TABLE something (new)") }}}
	for _, test := range []struct {
		name string
		make func(t *testing.T, path string)
		want error
	}{
		{"Text", func(t *testing.T, path string) { overwrite(t, path, []byte("hello\n")) }, ErrNotOurs},
		{"LongText", func(t *testing.T, path string) { overwrite(t, path, bytes.Repeat([]byte("hello\n"), 10_000)) }, ErrNotOurs},
		{"Tables", func(t *testing.T, path string) { run(t, path, "CREATE TABLE users (name)") }, ErrNotOurs},
		{"TablesOfOurNames", func(t *testing.T, path string) { run(t, path, schema1) }, ErrNotOurs},
		{"TablesInWAL", func(t *testing.T, path string) {
			run(t, path, "PRAGMA journal_mode = WAL", "CREATE TABLE users (name)")
		}, ErrNotOurs},
		{"OtherApplication", func(t *testing.T, path string) { run(t, path, "PRAGMA application_id = 7") }, ErrNotOurs},
		{"OtherVersion", func(t *testing.T, path string) { run(t, path, "PRAGMA user_version = 7") }, ErrNotOurs},
		{"OtherEncoding", func(t *testing.T, path string) {
			run(t, path, "VACUUM")
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			data[59] = 2 // in the header: UTF-16, little endian
			overwrite(t, path, data)
		}, ErrNotOurs},
		{"NewerFormat", func(t *testing.T, path string) {
			s := openAt(t, path, func(c *config) error { c.migrations = newer; return nil })
			mustAppend(t, s, to("a", es.ExpectNone, event("made")))
			closeStore(t, s)
		}, ErrNewerFormat},
	} {
		t.Run(test.name, func(t *testing.T) {
			folder := t.TempDir()
			path := filepath.Join(folder, "app.db")
			test.make(t, path)
			before := snapshot(t, folder)
			for _, opts := range [][]Option{nil, {ReadOnly()}} {
				s, err := Open(t.Context(), path, opts...)
				if err == nil {
					closeStore(t, s)
				}
				if !errors.Is(err, test.want) || !strings.Contains(err.Error(), path) {
					t.Errorf("got %v, want %q", err, test.want)
				}
				same(t, before, snapshot(t, folder))
			}
		})
	}
}

func overwrite(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o666); err != nil {
		t.Fatal(err)
	}
}

// A database that somebody else is using: its WAL must not be written back.
func TestDatabaseOfOthersInUse(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "app.db")
	f, err := resolve(path)
	if err != nil {
		t.Fatal(err)
	}
	c, err := dial(f.source("mode=rwc"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	for _, s := range []string{"PRAGMA journal_mode = WAL", "CREATE TABLE users (name)", "INSERT INTO users VALUES ('Ann')"} {
		if err := c.script(s); err != nil {
			t.Fatal(err)
		}
	}
	before := snapshot(t, folder)
	if _, err := Open(t.Context(), path); !errors.Is(err, ErrNotOurs) {
		t.Errorf("got %v, want ErrNotOurs", err)
	}
	same(t, before, snapshot(t, folder))
}

func TestEmptyFilesAreTakenOver(t *testing.T) {
	for name, make := range map[string]func(t *testing.T, path string){
		"Empty":         func(t *testing.T, path string) { overwrite(t, path, nil) },
		"EmptyDatabase": func(t *testing.T, path string) { run(t, path, "VACUUM") },
	} {
		t.Run(name, func(t *testing.T) {
			path := newPath(t)
			make(t, path)
			mustAppend(t, openAt(t, path), to("a", es.ExpectNone, event("made")))
		})
	}
}

func TestMigration(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	s := openAt(t, path)
	mustAppend(t, s, to("a", es.ExpectNone, event("made")))

	fail := true
	newer := func(c *config) error {
		c.migrations = []migration{
			migrations[0],
			{2, "a note", func(c *conn) error { return c.script("CREATE TABLE notes (note TEXT) STRICT") }},
			{3, "a note of it", func(c *conn) error {
				if fail {
					return errors.New("something is missing")
				}
				return c.script("INSERT INTO notes VALUES ('migrated')")
			}},
		}
		return nil
	}
	if _, err := Open(t.Context(), path, newer); err == nil || !strings.Contains(err.Error(), "format 3 (a note of it): something is missing") {
		t.Fatalf("a migration that fails: %v", err)
	}
	mustAppend(t, s, to("a", es.Exactly(1), event("changed"))) // nothing has happened to the file
	if _, err := Open(t.Context(), path, newer, ReadOnly()); !errors.Is(err, ErrOlderFormat) {
		t.Fatalf("an older file, read-only: %v", err)
	}

	fail = false
	migrated := openAt(t, path, newer)
	if got := versions(t, migrated, "a"); len(got) != 2 {
		t.Fatalf("versions %v after the migration", got)
	}
	if n, err := migrated.writer.conn.int("SELECT count(*) FROM notes"); err != nil || n != 1 {
		t.Fatalf("the migrations ran %d times, %v", n, err)
	}
	// A program that does not know the format must not write it, however long it has
	// had the file open.
	if _, err := s.Append(t.Context(), to("a", es.Exactly(2), event("changed"))); !errors.Is(err, ErrNewerFormat) {
		t.Fatalf("an append by the older program: %v, want ErrNewerFormat", err)
	}
	if err := s.WriteSnapshot(t.Context(), snapshotAt(2)); !errors.Is(err, ErrNewerFormat) {
		t.Fatalf("a snapshot by the older program: %v, want ErrNewerFormat", err)
	}
	mustAppend(t, migrated, to("a", es.Exactly(2), event("changed")))
	closeStore(t, migrated)
	mustAppend(t, openAt(t, path, newer), to("a", es.Exactly(3), event("changed")))
}

func TestMigrationsAreMonotone(t *testing.T) {
	for i, m := range migrations {
		if m.version != int64(i+1) || m.name == "" {
			t.Errorf("migration %d has version %d and the name %q", i, m.version, m.name)
		}
	}
}

func TestReadOnly(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	if _, err := Open(t.Context(), path, ReadOnly()); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("a file that does not exist: %v", err)
	}
	s := openAt(t, path)
	mustAppend(t, s, to("a", es.ExpectNone, event("made")))
	r := openAt(t, path, ReadOnly())
	if _, err := r.Append(t.Context(), to("a", es.Exactly(1), event("changed"))); !errors.Is(err, ErrReadOnly) {
		t.Fatalf("Append: %v, want ErrReadOnly", err)
	}
	// It sees what others append.
	mustAppend(t, s, to("a", es.Exactly(1), event("changed")))
	if got := versions(t, r, "a"); len(got) != 2 {
		t.Fatalf("read %v", got)
	}
	closeStore(t, r)
	if _, err := r.Append(t.Context(), to("a", es.Exactly(1), event("changed"))); !errors.Is(err, es.ErrClosed) {
		t.Fatalf("Append once closed: %v, want es.ErrClosed", err)
	}
}

func TestNilOption(t *testing.T) {
	mustAppend(t, openAt(t, newPath(t), nil, WithReaders(1), nil), to("a", es.ExpectNone, event("made")))
}

func TestOpenAtOnce(t *testing.T) {
	t.Parallel()
	for range 5 {
		path := newPath(t)
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				s, err := Open(t.Context(), path)
				if err != nil {
					t.Error(err)
					return
				}
				defer closeStore(t, s)
				if _, err := s.Append(t.Context(), to(fmt.Sprint(i), es.ExpectNone, event("made"))); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if got := positions(t, openAt(t, path), es.ReadAll{}); len(got) != 8 {
			t.Fatalf("positions %v, want 8", got)
		}
	}
}

func TestLinkToAFile(t *testing.T) {
	folder := t.TempDir()
	target, link := filepath.Join(folder, "events.db"), filepath.Join(folder, "link.db")
	s := openAt(t, target)
	if err := os.Symlink(target, link); err != nil {
		t.Fatal(err)
	}
	linked := openAt(t, link)
	mustAppend(t, linked, to("a", es.ExpectNone, event("made")))
	if got := versions(t, s, "a"); len(got) != 1 {
		t.Fatalf("read %v", got)
	}
}
