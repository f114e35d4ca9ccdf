package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// file is where a store keeps its events.
type file struct {
	path   string // absolute, and not that of a link
	exists bool
	info   os.FileInfo // nil where it does not exist
}

// resolve finds out what is at path, and refuses what cannot be a file of events.
func resolve(path string) (file, error) {
	switch {
	case path == "":
		return file{}, errors.New("the path is empty")
	case path == ":memory:" || strings.HasPrefix(path, "file::memory:"):
		return file{}, errors.New("this store keeps its events in a file; for tests, use package runtime/memory, or a file in a temporary folder")
	case strings.HasPrefix(path, "file:"):
		return file{}, errors.New("the path must be that of a file, not a data source name: its settings are given as options (a file of that name is ./" + path + ")")
	case strings.ContainsRune(path, 0):
		return file{}, errors.New("the path holds a NUL byte")
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return file{}, err
	}
	// SQLite names the WAL after the file that a link leads to.
	if target, err := filepath.EvalSymlinks(abs); err == nil {
		abs = target
	}
	f := file{path: abs}
	switch info, err := os.Stat(abs); {
	case errors.Is(err, fs.ErrNotExist):
		if info, err := os.Stat(filepath.Dir(abs)); err != nil {
			return file{}, fmt.Errorf("its folder must exist: %w", err)
		} else if !info.IsDir() {
			return file{}, fmt.Errorf("%s is no folder", filepath.Dir(abs))
		}
	case err != nil:
		return file{}, err
	case info.IsDir():
		return file{}, errors.New("it is a folder; name a file in it")
	case !info.Mode().IsRegular():
		return file{}, errors.New("it is no regular file")
	default:
		f.exists, f.info = true, info
	}
	return f, nil
}

// stat is what is at the path of a file that has been opened.
func (f file) stat() (os.FileInfo, error) {
	info, err := os.Stat(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("%w: %w", ErrMoved, err)
	}
	return info, err
}

// checkWritable refuses a file that this user cannot write. SQLite would find out
// too, but only after it has made a WAL for it: one that belongs to this user, and
// that the file's owner then could not write in turn.
func (f file) checkWritable() error {
	if !f.exists {
		return nil
	}
	if err := access(f.path); err != nil {
		return fmt.Errorf("%w %w", errNoAccess, err)
	}
	return nil
}

// source is the driver's data source name for the file, with parameters of SQLite
// and of the driver.
func (f file) source(params ...string) string {
	path := filepath.ToSlash(f.path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // C:/events.db
	}
	// The escaped path has no question mark, at which the driver would cut it. A
	// connection is used by one goroutine at a time, and needs no locks of SQLite's.
	return "file://" + (&url.URL{Path: path}).EscapedPath() + "?" + strings.Join(append(params, "_mutex=no"), "&")
}

// hasWAL says whether there is a WAL that is not empty.
func (f file) hasWAL() bool {
	info, err := os.Stat(f.path + "-wal")
	return err == nil && info.Size() > 0
}

// identity is what a database says of itself.
type identity struct {
	application int64
	version     int64
	objects     int64 // tables, indexes and so on
}

func identify(c *conn) (id identity, err error) {
	if id.application, err = c.int("PRAGMA application_id"); err != nil {
		return identity{}, err
	}
	if id.version, err = c.int("PRAGMA user_version"); err != nil {
		return identity{}, err
	}
	id.objects, err = c.int("SELECT count(*) FROM sqlite_schema")
	return id, err
}

// empty says whether it is a database that nobody has made anything of.
func (id identity) empty() bool { return id == identity{} }

// check refuses what this package must not touch. An empty database passes.
func (id identity) check(ms []migration) error {
	switch {
	case id.empty():
		return nil
	case id.application == 0:
		return fmt.Errorf("%w: it is a SQLite database of something else, with %d tables, indexes and so on", ErrNotOurs, id.objects)
	case id.application != applicationID:
		return fmt.Errorf("%w: it is a SQLite database of something else, with the application ID %#x", ErrNotOurs, id.application)
	case id.version > formatVersion(ms):
		return fmt.Errorf("%w: it has format %d, and this program knows formats up to %d: use a newer version of the program",
			ErrNewerFormat, id.version, formatVersion(ms))
	}
	return nil
}

// peek refuses a file that is not ours before anything touches it: merely opening
// a database may roll back a journal or write back a WAL. It looks at the main
// file alone, takes no locks and writes nothing, and what it sees may be half
// written by somebody who is just creating the file; so it only believes what a
// file of ours never is, and leaves every error to those who look with locks.
//
// It does so through SQLite, because closing a file drops all locks that the
// process has on it, and SQLite alone knows whether it has some.
func (f file) peek(ms []migration) error {
	c, err := dial(f.source("mode=ro", "immutable=1"))
	if err != nil {
		return nil
	}
	defer c.close()
	id, err := identify(c)
	if err != nil {
		return nil
	}
	// We mark a file before it ever has a WAL. See create.
	if id.empty() && f.hasWAL() {
		return fmt.Errorf("%w: it is a SQLite database of something else, with a WAL of its own", ErrNotOurs)
	}
	return id.check(ms)
}
