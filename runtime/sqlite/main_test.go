//go:build cgo

package sqlite

import (
	"bufio"
	"database/sql/driver"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
)

// children are what this test binary does when it is started by a test as another
// process, with the name in childEnv.
var children = map[string]func(args []string) error{
	"append": childAppend,
}

const childEnv = "ESGEN_SQLITE_CHILD"

func TestMain(m *testing.M) {
	if name := os.Getenv(childEnv); name != "" {
		if err := children[name](os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// child is the command that runs a child.
func child(t *testing.T, name string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
	cmd.Env = append(os.Environ(), childEnv+"="+name)
	return cmd
}

// lines reads what a child prints, until it ends.
func lines(t *testing.T, cmd *exec.Cmd, each func(line string)) {
	t.Helper()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var errs strings.Builder
	cmd.Stderr = &errs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for s := bufio.NewScanner(out); s.Scan(); {
		each(s.Text())
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("%v\n%s", err, errs.String())
	}
}

// newPath is that of a file in a folder of the test's own.
func newPath(t testing.TB) string { return filepath.Join(t.TempDir(), "events.db") }

func openAt(t testing.TB, path string, opts ...Option) *Store {
	t.Helper()
	s, err := Open(t.Context(), path, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeStore(t, s) })
	return s
}

func closeStore(t testing.TB, s *Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// withFaults is an option for tests.
func withFaults(f faults) Option {
	return func(c *config) error {
		c.faults = f
		return nil
	}
}

var epoch = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

func event(typ string, tags ...es.Tag) es.NewEvent {
	return es.NewEvent{
		ID: uuid.Must(uuid.NewV7()), Type: typ, TypeVersion: 1, RecordedAt: epoch,
		Payload: []byte(`{"name":"Ann"}`), Tags: tags,
	}
}

// to is an append to one stream.
func to(stream string, expected es.Expected, events ...es.NewEvent) es.Append {
	return es.Append{Streams: []es.StreamAppend{{
		Stream: es.Stream{Name: stream, Category: "thing-{id}", Key: stream}, Expected: expected, Events: events,
	}}}
}

func mustAppend(t testing.TB, s *Store, a es.Append) es.Result {
	t.Helper()
	r, err := s.Append(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// versions reads a stream and returns its versions.
func versions(t testing.TB, s *Store, stream string) []int64 {
	t.Helper()
	var vs []int64
	for e, err := range s.Stream(t.Context(), stream, es.ReadStream{}) {
		if err != nil {
			t.Fatal(err)
		}
		vs = append(vs, e.Version)
	}
	return vs
}

// positions reads everything that opts selects.
func positions(t testing.TB, s *Store, opts es.ReadAll) []int64 {
	t.Helper()
	var ps []int64
	for e, err := range s.All(t.Context(), opts) {
		if err != nil {
			t.Fatal(err)
		}
		ps = append(ps, e.Position)
	}
	return ps
}

// readError reads a stream, and is the error that ends it.
func readError(t testing.TB, s *Store, stream string, opts es.ReadStream) (read int, err error) {
	t.Helper()
	for _, err := range s.Stream(t.Context(), stream, opts) {
		if err != nil {
			return read, err
		}
		read++
	}
	return read, nil
}

// explainPlan calls step with each step of the plan that SQLite has for a query.
func explainPlan(c *conn, query string, args []driver.Value, step func(string)) error {
	if n := strings.Count(query, "?"); len(args) == 0 {
		args = make([]driver.Value, n)
	}
	return c.once("EXPLAIN QUERY PLAN "+query, func(row []driver.Value) (bool, error) {
		step(row[3].(string))
		return true, nil
	}, args...)
}
