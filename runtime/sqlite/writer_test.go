//go:build cgo

package sqlite

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mattn/go-sqlite3"

	"github.com/esgen/esgen/runtime/es"
)

// writeGroup writes appends as one group. The writer's own goroutine idles in the
// meantime.
func writeGroup(s *Store, appends ...es.Append) []*request {
	group := make([]*request, len(appends))
	for i := range appends {
		group[i] = newRequest(&appends[i])
	}
	s.writer.write(group)
	return group
}

func TestGroupJudgesEachAppendAfterThoseBeforeIt(t *testing.T) {
	t.Parallel()
	s := openAt(t, newPath(t))
	mustAppend(t, s, to("a", es.ExpectNone, event("made")))

	person := es.Tag{Key: "person", Value: "7"}
	unlessTaken := func(stream string) es.Append {
		a := to(stream, es.ExpectNone, event("signed", person))
		a.Conditions = []es.Condition{{Query: es.Query{Items: []es.Item{{Tags: []es.Tag{person}}}}, After: 1}}
		return a
	}
	twice := to("d", es.ExpectNone, event("made"))
	stolen := to("e", es.ExpectNone, twice.Streams[0].Events[0])
	byCommand := func() es.Append {
		a := to("f", es.ExpectAny, event("made"))
		a.Streams[0].CommandID = "register"
		return a
	}
	group := writeGroup(s,
		to("a", es.Exactly(1), event("changed")), // 0: version 2
		to("a", es.Exactly(1), event("changed")), // 1: conflict
		to("a", es.Exactly(2), event("changed")), // 2: version 3
		unlessTaken("b"),                         // 3
		unlessTaken("c"),                         // 4: condition broken
		twice,                                    // 5
		twice,                                    // 6: repeated
		stolen,                                   // 7: duplicate
		byCommand(),                              // 8
		byCommand(),                              // 9: repeated
	)
	var got []string
	for i, r := range group {
		switch {
		case r.err == nil && r.result.Repeated:
			got = append(got, fmt.Sprintf("%d repeated at %d", i, r.result.Position))
		case r.err == nil:
			got = append(got, fmt.Sprintf("%d version %d", i, r.result.Streams[0].LastVersion))
		default:
			got = append(got, fmt.Sprintf("%d %v", i, r.err))
		}
	}
	want := []string{
		"0 version 2",
		"1 version conflict: stream a is at version 2, expected one at version 1",
		"2 version 3",
		"3 version 1",
		"4 condition broken: event signed at position 4 has come after position 1",
		"5 version 1",
		"6 repeated at 5",
		fmt.Sprintf("7 duplicate event ID: event %s is stored already, as version 1 of stream d, and this is not the append that stored it",
			stolen.Streams[0].Events[0].ID),
		"8 version 1",
		"9 repeated at 6",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
	if got, want := positions(t, s, es.ReadAll{}), []int64{1, 2, 3, 4, 5, 6}; !slices.Equal(got, want) {
		t.Errorf("positions %v, want %v", got, want)
	}
	if got := versions(t, s, "a"); !slices.Equal(got, []int64{1, 2, 3}) {
		t.Errorf("stream a has versions %v", got)
	}
}

// An append that is sent twice at once is stored and repeated in one transaction: nobody
// has to find out from SQLite that an event is there already.
func TestRepeatedWithinAGroup(t *testing.T) {
	t.Parallel()
	transactions := 0
	s := openAt(t, newPath(t), WithObserver(es.Observer{Committed: func(context.Context, es.CommitReport) { transactions++ }}))
	a, b := to("a", es.ExpectNone, event("made"), event("made")), to("b", es.ExpectNone, event("made"))
	for round := range 2 {
		group := writeGroup(s, a, b, a, b)
		for i, r := range group {
			if want := round > 0 || i > 1; r.err != nil || r.result.Repeated != want || r.result.Position != []int64{2, 3}[i%2] {
				t.Errorf("round %d, append %d: %+v, %v", round, i, r.result, r.err)
			}
		}
	}
	if transactions != 2 {
		t.Errorf("%d transactions, want one a group", transactions)
	}
}

// An append that SQLite cannot bear fails alone, whatever group it is in.
func TestPoisonedAppendSparesItsNeighbours(t *testing.T) {
	t.Parallel()
	s := openAt(t, newPath(t))
	s.writer.conn.raw.(*sqlite3.SQLiteConn).SetLimit(sqlite3.SQLITE_LIMIT_LENGTH, 10_000)

	poisoned := to("b", es.ExpectNone, event("made"))
	poisoned.Streams[0].Events[0].Payload = fmt.Appendf(nil, "%q", bytes.Repeat([]byte("x"), 20_000))
	group := writeGroup(s, to("a", es.ExpectNone, event("made")), poisoned, to("c", es.ExpectNone, event("made")))

	if err := errors.Join(group[0].err, group[2].err); err != nil {
		t.Errorf("a neighbour failed: %v", err)
	}
	if err := group[1].err; !errors.Is(err, ErrTooLarge) || errors.Is(err, es.ErrOutcomeUnknown) {
		t.Errorf("got %v, want ErrTooLarge", err)
	}
	if got := positions(t, s, es.ReadAll{}); len(got) != 2 {
		t.Errorf("%d events are stored, want 2", len(got))
	}
	mustAppend(t, s, to("b", es.ExpectNone, event("made")))
}

func TestTooLargeForAnyFile(t *testing.T) {
	e := event("made", es.Tag{Key: "key", Value: "value"})
	e.Payload, e.Metadata = make([]byte, 1000), make([]byte, 100)
	a := to("a", es.ExpectNone, event("made"), e)
	if err := checkSize(&a, 1200); err != nil {
		t.Errorf("an event of about 1,160 bytes: %v", err)
	}
	err := checkSize(&a, 1150)
	if !errors.Is(err, ErrTooLarge) || !strings.Contains(err.Error(), "event 2 for stream a") {
		t.Errorf("got %v, want ErrTooLarge for event 2", err)
	}
}

// A large event is not kept in memory after it was written, nor is a snapshot: neither by
// Go nor with a statement that stays prepared, of which the driver keeps what was bound.
func TestLargeEventsAreNotKept(t *testing.T) {
	t.Parallel()
	s := openAt(t, newPath(t), WithSynchronousNormal())
	keeps := func(c *conn, table string) (statement bool) {
		for _, arg := range c.args[:cap(c.args)] {
			if arg.Value != nil {
				t.Errorf("a value of type %T is kept", arg.Value)
			}
		}
		for query := range c.statements {
			statement = statement || strings.HasPrefix(query, "INSERT INTO "+table)
		}
		return statement
	}
	for i, bytes := range []int{10, mostKept, 10} {
		large := bytes == mostKept
		e := event("made")
		e.Payload = fmt.Appendf(nil, "%q", strings.Repeat("x", bytes))
		mustAppend(t, s, to("a", es.Exactly(int64(i)), e))
		if kept := keeps(s.writer.conn, "es_events"); kept == large {
			t.Errorf("after an event of %d bytes the statement is kept: %t", bytes, kept)
		}
		state := snapshotAt(int64(i) + 1)
		state.State = make([]byte, bytes)
		mustWriteSnapshot(t, s, state)
		if kept := keeps(s.writer.snapshotWriter.conn, "es_snapshots"); kept == large {
			t.Errorf("after a snapshot of %d bytes the statement is kept: %t", bytes, kept)
		}
	}
	if got := versions(t, s, "a"); len(got) != 3 {
		t.Errorf("versions %v, want 3", got)
	}
}

// Where a damaged file says that it has the last position, or a stream the last version,
// that there can be, what comes after it would be below all others.
func TestNumbersThatHaveRunOut(t *testing.T) {
	t.Parallel()
	for stream, damage := range map[string]string{
		"other": fmt.Sprintf(`INSERT INTO es_events SELECT %d, stream, 3, type, type_version, recorded_at, x'01', crc, crc_rest, tags, metadata, payload
			FROM es_events WHERE version = 2`, int64(math.MaxInt64)-1),
		"a": fmt.Sprintf("UPDATE es_heads SET head = %d", int64(math.MaxInt64)-1),
	} {
		t.Run(stream, func(t *testing.T) {
			path := newPath(t)
			s := openAt(t, path)
			fill(t, s, 2, "a")
			run(t, path, damage)
			for _, a := range []es.Append{to(stream, es.ExpectAny, event("x"), event("x")), to(stream, es.ExpectAny, event("x"), event("x"), event("x"))} {
				if r, err := s.Append(t.Context(), a); !errors.Is(err, es.ErrCorrupt) || errors.Is(err, es.ErrOutcomeUnknown) {
					t.Errorf("%+v, %v, want es.ErrCorrupt", r, err)
				}
			}
		})
	}
}

func TestFullDisk(t *testing.T) {
	t.Parallel()
	var pages int // 0 sets no limit
	s := openAt(t, newPath(t), withFaults(faults{begin: func(c *conn) error {
		limit := pages
		if limit == 0 {
			limit = 1 << 30
		}
		_, err := c.pragma(fmt.Sprintf("max_page_count = %d", limit))
		return err
	}}))
	large := func(stream string) es.Append {
		a := to(stream, es.ExpectNone, event("made"))
		a.Streams[0].Events[0].Payload = fmt.Appendf(nil, "%q", bytes.Repeat([]byte("x"), 20_000))
		return a
	}
	mustAppend(t, s, large("before"))

	pages = 1 // as few as the file has: SQLite never goes below that
	full := large("during")
	_, err := s.Append(t.Context(), full)
	if !errors.Is(err, ErrFull) || errors.Is(err, es.ErrOutcomeUnknown) {
		t.Fatalf("Append to a full disk: %v, want ErrFull", err)
	}
	group := writeGroup(s, large("x"), to("y", es.Exactly(7), event("made")), large("z"))
	if !errors.Is(group[0].err, ErrFull) || !errors.Is(group[1].err, es.ErrConflict) || !errors.Is(group[2].err, ErrFull) {
		t.Fatalf("a group on a full disk: %v, %v, %v", group[0].err, group[1].err, group[2].err)
	}
	if got := positions(t, s, es.ReadAll{}); len(got) != 1 {
		t.Fatalf("%d events are stored, want 1", len(got))
	}

	pages = 0
	if r := mustAppend(t, s, full); r.Repeated || r.Position != 2 {
		t.Fatalf("after there was room again: %+v", r)
	}
}

// waitingContext is cancelled by whoever waits for it.
type waitingContext struct {
	context.Context
	cancel context.CancelFunc
}

func (c waitingContext) Done() <-chan struct{} {
	c.cancel()
	return c.Context.Done()
}

// An append that waits behind a long transaction heeds its context, and is not
// stored when its turn would have come.
func TestCancelledWhileWaiting(t *testing.T) {
	t.Parallel()
	begun, end := make(chan struct{}), make(chan struct{})
	var once sync.Once
	s := openAt(t, newPath(t), withFaults(faults{begin: func(*conn) error {
		once.Do(func() {
			close(begun)
			<-end
		})
		return nil
	}}))
	var appending sync.WaitGroup
	appending.Go(func() {
		if _, err := s.Append(t.Context(), to("a", es.ExpectNone, event("made"))); err != nil {
			t.Error(err)
		}
	})
	<-begun
	cancelled := make(chan error, 1)
	appending.Go(func() {
		ctx, cancel := context.WithCancel(t.Context())
		_, err := s.Append(waitingContext{ctx, cancel}, to("b", es.ExpectNone, event("made")))
		cancelled <- err
	})
	// One that did not heed its context would wait here for as long as the test may run: any
	// shorter time is one that a machine under load may take.
	if err := <-cancelled; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	close(end)
	appending.Wait()
	if got := positions(t, s, es.ReadAll{}); len(got) != 1 {
		t.Errorf("%d events are stored, want 1", len(got))
	}
}

// Whoever finds the file locked waits, and then hears that nothing was stored.
func TestBusy(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	s := openAt(t, path, WithBusyTimeout(0))
	other, err := dial(s.file.source("mode=rw", "_busy_timeout=0"))
	if err != nil {
		t.Fatal(err)
	}
	defer other.close()
	if err := other.exec("BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	a := to("a", es.ExpectNone, event("made"))
	if _, err := s.Append(t.Context(), a); !errors.Is(err, ErrBusy) || errors.Is(err, es.ErrOutcomeUnknown) {
		t.Fatalf("Append to a locked file: %v, want ErrBusy", err)
	}
	if _, err := Open(t.Context(), path, WithBusyTimeout(0)); !errors.Is(err, ErrBusy) {
		t.Fatalf("Open of a locked file: %v, want ErrBusy", err)
	}
	if got := positions(t, s, es.ReadAll{}); len(got) != 0 {
		t.Fatalf("a reader sees %v", got)
	}
	if err := other.exec("ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	mustAppend(t, s, a)

	// A store that is patient gets its turn.
	patient := openAt(t, path)
	if err := other.exec("BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	var waiting sync.WaitGroup
	waiting.Go(func() {
		if _, err := patient.Append(t.Context(), to("b", es.ExpectNone, event("made"))); err != nil {
			t.Error(err)
		}
	})
	if err := other.exec("COMMIT"); err != nil {
		t.Fatal(err)
	}
	waiting.Wait()
}

// A group that is written one by one, after it has failed as a whole, waits for whoever
// has locked the file as long as one append would, and not once for each.
func TestBusyGroup(t *testing.T) {
	t.Parallel()
	const timeout, appends = 100 * time.Millisecond, 30
	path := newPath(t)
	other, failing := (*conn)(nil), true
	s := openAt(t, path, WithBusyTimeout(timeout), withFaults(faults{commit: func(c *conn) error {
		if !failing {
			return c.exec("COMMIT")
		}
		return errors.Join(sqlite3.Error{Code: sqlite3.ErrFull}, c.exec("ROLLBACK"), other.exec("BEGIN IMMEDIATE"))
	}}))
	other, err := dial(s.file.source("mode=rw", "_busy_timeout=0"))
	if err != nil {
		t.Fatal(err)
	}
	defer other.close()
	var all []es.Append
	for i := range appends {
		all = append(all, to(fmt.Sprint("a", i), es.ExpectNone, event("made")))
	}
	began := time.Now()
	group := writeGroup(s, all...)
	if took := time.Since(began); took > appends*timeout/3 {
		t.Errorf("%d appends have waited for %v, and one may wait for about %v", appends, took, timeout)
	}
	for i, r := range group {
		if !errors.Is(r.err, ErrBusy) || errors.Is(r.err, es.ErrOutcomeUnknown) {
			t.Fatalf("append %d: %v, want ErrBusy", i, r.err)
		}
	}
	failing = false
	if err := other.exec("ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	for i, r := range writeGroup(s, all...) {
		if r.err != nil || r.result.Repeated {
			t.Fatalf("append %d, sent again: %+v, %v", i, r.result, r.err)
		}
	}
}

func TestManyGoroutines(t *testing.T) {
	t.Parallel()
	const goroutines, each = 64, 20
	s := openAt(t, newPath(t))
	var wg sync.WaitGroup
	for g := range goroutines {
		wg.Go(func() {
			for range each {
				if _, err := s.Append(t.Context(), to("shared", es.ExpectAny, event("made"))); err != nil {
					t.Error(err)
				}
				if _, err := s.Append(t.Context(), to(fmt.Sprint("own-", g), es.ExpectAny, event("made"))); err != nil {
					t.Error(err)
				}
				versions(t, s, fmt.Sprint("own-", g))
			}
		})
	}
	wg.Wait()
	if n := len(versions(t, s, "shared")); n != goroutines*each {
		t.Errorf("%d events in the shared stream, want %d", n, goroutines*each)
	}
	for g := range goroutines {
		if n := len(versions(t, s, fmt.Sprint("own-", g))); n != each {
			t.Errorf("%d events in stream %d, want %d", n, g, each)
		}
	}
}

// Two stores make types in turns, and the transactions of one fail after they have
// made some: a number that was never committed is given to another name.
func TestTypesOfFailedTransactions(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	failing := false
	a := openAt(t, path, withFaults(faults{commit: func(c *conn) error {
		if failing {
			return sqlite3.Error{Code: sqlite3.ErrFull}
		}
		return c.exec("COMMIT")
	}}))
	b := openAt(t, path)
	for i := range 5 {
		x, y := to("x", es.ExpectAny, event(fmt.Sprint("x", i))), to("y", es.ExpectAny, event(fmt.Sprint("y", i)))
		failing = true
		if _, err := a.Append(t.Context(), x); !errors.Is(err, ErrFull) {
			t.Fatalf("got %v, want ErrFull", err)
		}
		failing = false
		mustAppend(t, b, y)
		mustAppend(t, a, x)
	}
	for _, s := range []*Store{a, b} {
		for i, e := range slices.Collect(typesOf(t, s)) {
			if want := fmt.Sprintf("%c%d", "yx"[i%2], i/2); e != want {
				t.Errorf("event %d is of type %s, want %s", i, e, want)
			}
		}
	}
}

// typesOf yields the types of all events.
func typesOf(t *testing.T, s *Store) iter.Seq[string] {
	return func(yield func(string) bool) {
		for e, err := range s.All(t.Context(), es.ReadAll{}) {
			if err != nil {
				t.Fatal(err)
			}
			if !yield(e.Type) {
				return
			}
		}
	}
}
