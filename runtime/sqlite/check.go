package sqlite

import (
	"context"
	"fmt"
	"io/fs"
	"strings"

	"github.com/esgen/esgen/runtime/es"
)

// Check reads the whole file at path and looks for everything that contradicts
// itself: SQLite's own structures, the tables, indexes and triggers of the format,
// both checksums of every event and that of every command, versions and positions
// that are missing or out of order, heads of streams, tags in the row of an event
// beside those that queries find it by, commands beside their events, state
// tables beside what the file remembers of them, aggregates without a row and rows
// without an aggregate, snapshots that are damaged or of events that are not there,
// and what refers to nothing or is referred to by nothing.
//
// What it finds is in the report, and is no error. An error says that the file
// could not be checked: [fs.ErrNotExist], [ErrNotOurs], [ErrNewerFormat],
// [ErrOlderFormat], [ErrBusy] or that of the context, with the report of what was
// checked up to there.
//
// The file may be in use. What is appended while Check runs is not checked, and is
// never taken for damage; except for the first step, in which SQLite goes through
// its pages at once, no transaction is held for longer than a page takes, so that
// the WAL can be written back. Check changes nothing in the file. It holds a page
// of events at a time, whatever the length of the file, and takes some seconds for
// a million events.
//
// What it cannot find: appends that are missing from the end as a whole, for then
// the file is as it was before them; and rows of state tables that are not what the
// events come to, for that is known to the aggregate's code alone. [Store.Rebuild]
// makes them anew. The same holds for what is in snapshots, which may be deleted.
func Check(ctx context.Context, path string, opts ...CheckOption) (Report, error) {
	k := &checker{ctx: ctx}
	if err := k.check(path, opts); err != nil {
		return k.report, fmt.Errorf("sqlite: check %s: %w", path, err)
	}
	return k.report, nil
}

// Report is what [Check] has seen of a file.
type Report struct {
	// Format is the version of the file's format.
	Format int64
	// How many of each were checked.
	Streams, Events, Types, Tags, Commands int64
	// Tables are the state tables, Rows those of all of them.
	Tables, Rows int64
	// Snapshots are those of aggregates.
	Snapshots int64
	// Found is how many faults there are, and Faults are the first of them, at most
	// 1,000. See OnFault for the others.
	Found  int64
	Faults []Fault
}

const mostFaults = 1000

// Err is nil where no fault was found, and else an error that matches
// [es.ErrCorrupt] and names the first.
func (r *Report) Err() error {
	switch {
	case r.Found == 0:
		return nil
	case r.Found == 1:
		return fmt.Errorf("%w: %s", es.ErrCorrupt, r.Faults[0])
	}
	return fmt.Errorf("%w: %d faults, the first of which is: %s", es.ErrCorrupt, r.Found, r.Faults[0])
}

// FaultKind says what is at fault.
type FaultKind string

// The kinds of faults.
const (
	// FaultFile is about what the file says of itself, and about the tables, indexes
	// and triggers that it must have.
	FaultFile FaultKind = "file"
	// FaultPage is about structures of SQLite: pages, indexes, columns.
	FaultPage FaultKind = "page"
	// FaultValue is about a column that holds what it cannot hold.
	FaultValue FaultKind = "value"
	// FaultChecksum is about an event that is not what was appended.
	FaultChecksum FaultKind = "checksum"
	// FaultReference is about something that refers to what does not exist.
	FaultReference FaultKind = "reference"
	// FaultVersion is about versions of a stream that are missing or impossible.
	FaultVersion FaultKind = "version"
	// FaultHead is about a stream whose head is not the version of its newest event.
	FaultHead FaultKind = "head"
	// FaultPosition is about positions that are missing or out of order.
	FaultPosition FaultKind = "position"
	// FaultTag is about an event that a query by tags misses, or finds wrongly.
	FaultTag FaultKind = "tag"
	// FaultCommand is about a command and the events that it led to.
	FaultCommand FaultKind = "command"
	// FaultOrphan is about a stream or a type without events.
	FaultOrphan FaultKind = "orphan"
	// FaultTable is about a state table that is not what the file remembers of it.
	FaultTable FaultKind = "table"
	// FaultRow is about a row of a state table without its aggregate, or the other way
	// round.
	FaultRow FaultKind = "row"
	// FaultSnapshot is about a snapshot that is damaged, or of events that are not
	// there. It harms no load, and may be deleted.
	FaultSnapshot FaultKind = "snapshot"
)

// Fault is one thing that is wrong with a file. What does not apply, or is not
// known, is zero.
type Fault struct {
	Kind FaultKind
	// Stream, Version, Position and Type are those of the event that it is about, or
	// that stands in the place of what is missing.
	Stream            string
	Version, Position int64
	Type              string
	// Problem says what is wrong, for people.
	Problem string
}

// String says where the fault is, and what: "stream order-7, version 3, position
// 17, event order.placed: …".
func (f Fault) String() string {
	var b strings.Builder
	part := func(format string, v any) {
		if b.Len() > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, format, v)
	}
	if f.Stream != "" {
		part("stream %s", f.Stream)
	}
	if f.Version != 0 {
		part("version %d", f.Version)
	}
	if f.Position != 0 {
		part("position %d", f.Position)
	}
	if f.Type != "" {
		part("event %s", f.Type)
	}
	if b.Len() > 0 {
		b.WriteString(": ")
	}
	b.WriteString(f.Problem)
	return b.String()
}

// Progress says how far [Check] has come.
type Progress struct {
	// Step is what is being checked: "pages", "events", "versions" and so on.
	Step string
	// Done and Total count what Step names; Total is 0 where it is not known.
	Done, Total int64
}

// CheckOption changes what [Check] does. A nil one does nothing.
type CheckOption func(*checker)

// OnFault has each fault handed to fn as it is found, in the goroutine that called
// Check.
func OnFault(fn func(Fault)) CheckOption {
	return func(k *checker) { k.onFault = fn }
}

// OnProgress has fn told how far the check has come, at least at the beginning of
// each step and after each page, in the goroutine that called Check.
func OnProgress(fn func(Progress)) CheckOption {
	return func(k *checker) { k.onProgress = fn }
}

// checker is a check that is under way.
type checker struct {
	ctx        context.Context
	onFault    func(Fault)
	onProgress func(Progress)

	source  checkSource
	report  Report
	pending []Fault // of the page that is being checked

	types   *typeNames
	streams checkedStreams
	sum     checksum
	head    int64          // the newest event that is checked
	used    map[int64]bool // the numbers of the types of these events, nil if not all could be read
}

func (k *checker) check(path string, opts []CheckOption) (err error) {
	for _, opt := range opts {
		if opt != nil {
			opt(k)
		}
	}
	if err := k.ctx.Err(); err != nil {
		return err
	}
	f, err := resolve(path)
	if err != nil {
		return err
	}
	if !f.exists {
		return fs.ErrNotExist
	}
	k.progress("pages", 0, 0)
	k.types, k.streams = newTypeNames(), make(checkedStreams)
	if err := k.source.open(k.ctx, f); err != nil {
		return k.survive("the file", err)
	}
	defer k.source.close()

	whole, err := k.checkFile()
	if err != nil || !whole {
		return err
	}
	for _, step := range []struct {
		name string
		run  func() error
	}{
		{"events", k.checkEvents},
		{"versions", k.checkVersions},
		{"streams", k.checkStreams},
		{"types", k.checkTypes},
		{"commands", k.checkCommands},
		{"tables", k.checkTables},
		{"snapshots", k.checkSnapshots},
	} {
		if err := k.survive(step.name, step.run()); err != nil {
			return err
		}
	}
	return nil
}

// survive makes a fault of an error that says that the file is damaged: other steps
// may have more to say.
func (k *checker) survive(what string, err error) error {
	if !isDamage(err) {
		return err
	}
	k.tell(Fault{Kind: FaultPage, Problem: fmt.Sprintf("%s cannot be read to the end: %v", what, err)})
	return nil
}

// fault notes a fault of the page that is being checked.
func (k *checker) fault(f Fault, problem string, args ...any) {
	f.Problem = fmt.Sprintf(problem, args...)
	k.pending = append(k.pending, f)
}

func (k *checker) tell(f Fault) {
	k.report.Found++
	if len(k.report.Faults) < mostFaults {
		k.report.Faults = append(k.report.Faults, f)
	}
	if k.onFault != nil {
		k.onFault(f)
	}
}

func (k *checker) progress(step string, done, total int64) {
	if k.onProgress != nil {
		k.onProgress(Progress{Step: step, Done: done, Total: total})
	}
}

// once runs fn on a state of the file that does not change meanwhile, and tells the
// faults that it notes. Where others were in its way fn is run again: it must start
// from the beginning each time.
func (k *checker) once(fn func(*conn) error) error {
	err := k.source.with(k.ctx, func(c *conn) error {
		k.pending = k.pending[:0]
		return fn(c)
	})
	if err == nil || isDamage(err) {
		for _, f := range k.pending {
			k.tell(f)
		}
	}
	return err
}

// walk goes through a table page by page. A page leads from one state of the walk
// to the next.
func walk[S any](k *checker, state S, page func(c *conn, state S) (next S, more bool, err error), progress func(S)) (S, error) {
	progress(state)
	for more := true; more; {
		var next S
		err := k.once(func(c *conn) (err error) {
			next, more, err = page(c, state)
			return err
		})
		if err != nil {
			return state, err
		}
		state = next
		progress(state)
	}
	return state, nil
}
