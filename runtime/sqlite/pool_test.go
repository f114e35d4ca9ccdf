//go:build cgo

package sqlite

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/mattn/go-sqlite3"

	"github.com/esgen/esgen/runtime/es"
)

// A connection on which SQLite has failed is closed, and another takes its place;
// what else goes wrong says nothing against a connection.
func TestConnectionsAfterErrors(t *testing.T) {
	s := openAt(t, newPath(t), WithReaders(1), WithBusyTimeout(0))
	use := func(fail error) *conn {
		t.Helper()
		var used *conn
		err := s.readers.with(t.Context(), func(c *conn) error {
			used = c
			return fail
		})
		if !errors.Is(err, fail) {
			t.Fatalf("got %v, want %v", err, fail)
		}
		return used
	}
	first := use(nil)
	for _, err := range []error{nil, es.ErrCorrupt, context.Canceled} {
		if use(err) != first || first.statements == nil {
			t.Errorf("after %v the connection is another", err)
		}
	}
	for _, code := range []sqlite3.ErrNo{sqlite3.ErrIoErr, sqlite3.ErrCorrupt, sqlite3.ErrBusy, sqlite3.ErrNomem} {
		failed := use(sqlite3.Error{Code: code})
		if failed.statements != nil {
			t.Errorf("after %v the connection is open", code)
		}
		if next := use(nil); next == failed || next.statements == nil {
			t.Errorf("after %v the connection is lent again", code)
		}
	}
	if got := positions(t, s, es.ReadAll{}); len(got) != 0 {
		t.Errorf("read %v", got)
	}
}

// A statement that fails for what the file holds takes its connection with it too:
// the next load is not to meet what the last one left.
func TestConnectionsAfterDamage(t *testing.T) {
	path := newPath(t)
	s := openAt(t, path, WithReaders(1))
	fill(t, s, 1, "a")
	run(t, path, "ALTER TABLE es_streams RENAME TO es_hidden")
	if _, err := readError(t, s, "a", es.ReadStream{}); err == nil {
		t.Fatal("a stream was read from a table that is not there")
	}
	if len(s.readers.idle) != 0 {
		t.Error("the connection is kept")
	}
	run(t, path, "ALTER TABLE es_hidden RENAME TO es_streams")
	if got := versions(t, s, "a"); !slices.Equal(got, []int64{1}) {
		t.Errorf("read %v", got)
	}
}
