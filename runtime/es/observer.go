package es

import (
	"context"
	"errors"
	"time"
)

// Observer is told what repositories and stores do: for logs, metrics and traces.
// Functions that are nil are not called, and an Observer without any costs nothing.
// They are called on the goroutine that does the work, so they should be quick; and
// by several goroutines at once. A panic of theirs is not caught: what they are told of
// snapshots and transactions they may be told on goroutines that nobody else can recover.
//
// Pass it to repositories by WithObserver and to stores by their own options. Those
// called …Begins come before the work, and the context that they return is the one
// that the work goes on with, which is how a trace nests; they must not return nil.
// All others come after it. Reports are copies, for the Observer to keep.
type Observer struct {
	// LoadBegins and Loaded are about Load, LoadAt, and the loads of Update; not about
	// what is read to make a snapshot after a save. A LoadBegins knows the aggregate and
	// the stream only.
	LoadBegins func(ctx context.Context, l LoadReport) context.Context
	Loaded     func(ctx context.Context, l LoadReport)
	// SaveBegins and Saved are about each attempt to append what one or, in an atomic
	// save, several aggregates have recorded. A SaveBegins does not know the outcome. A
	// save that finds nothing pending is none.
	SaveBegins func(ctx context.Context, s SaveReport) context.Context
	Saved      func(ctx context.Context, s SaveReport)
	// Retrying is called by Update and Create before the pause between two attempts.
	Retrying func(ctx context.Context, r RetryReport)
	// Snapshot is called when a snapshot was written, or not, and when one that was
	// read cannot be used.
	Snapshot func(ctx context.Context, s SnapshotReport)
	// Committed is called by stores that write several appends in one transaction, when
	// it has ended.
	Committed func(ctx context.Context, c CommitReport)
}

// LoadReport is what a load came to.
type LoadReport struct {
	// Aggregate is the name of the aggregate, Stream the full name of its stream.
	Aggregate, Stream string
	// Version is that of the aggregate that was loaded, 0 where Err is set.
	Version int64
	// Snapshot is the version of the snapshot that it began with, 0 for none. Events is
	// how many events were read and applied.
	Snapshot int64
	Events   int
	// Start is when it began.
	Start    time.Time
	Duration time.Duration
	// Err is what the caller gets.
	Err error
}

// SaveReport is what an append of recorded events came to.
type SaveReport struct {
	// Aggregate is the name of the aggregate, Stream the full name of its stream: those
	// of the first, where there are several.
	Aggregate, Stream string
	// Streams is how many streams were appended to, Events how many events.
	Streams, Events int
	// Version and Position are those of the last event; both are 0 where Err is set.
	Version, Position int64
	// Repeated says that an earlier attempt had stored the events already.
	Repeated bool
	Start    time.Time
	Duration time.Duration
	// Err is the error of the store: it matches ErrConflict, ErrCondition or
	// ErrOutcomeUnknown where it is one of these.
	Err error
}

// RetryReport is about an attempt that failed and is followed by another.
type RetryReport struct {
	// Aggregate is the name of the aggregate.
	Aggregate string
	// Attempt counts the attempts that have failed, from 1.
	Attempt int
	// Err is why the attempt failed.
	Err error
}

// SnapshotReport is what became of a snapshot.
type SnapshotReport struct {
	// Aggregate is the name of the aggregate, Stream the full name of its stream,
	// Version that of the snapshot.
	Aggregate, Stream string
	Version           int64
	// Size is the number of bytes of its state.
	Size    int
	Outcome SnapshotOutcome
	// Err is why, nil where it was written.
	Err error
}

// SnapshotOutcome is what can become of a snapshot.
type SnapshotOutcome int

const (
	// SnapshotWritten says that the store took it. It keeps a newer one, should it
	// have one by now.
	SnapshotWritten SnapshotOutcome = iota + 1
	// SnapshotNotWritten says that the state could not be encoded, that the store
	// refused it, or that too many were waiting to be written.
	SnapshotNotWritten
	// SnapshotIgnored says that a load has read it and could not use it. What is
	// loaded is right all the same, and a new snapshot takes its place.
	SnapshotIgnored
)

// String is "written", "not written" or "ignored".
func (o SnapshotOutcome) String() string {
	switch o {
	case SnapshotWritten:
		return "written"
	case SnapshotNotWritten:
		return "not written"
	case SnapshotIgnored:
		return "ignored"
	}
	return "unknown"
}

// CommitReport is what one transaction of a store came to.
type CommitReport struct {
	// Store names what was written to: the path of a file.
	Store string
	// Appends is how many appends waited for it, refused ones included, Events how many
	// events were written for them.
	Appends, Events int
	Start           time.Time
	Duration        time.Duration
	// Err is that of the transaction; an append that was refused is no error here.
	Err error
}

// WithObserver has the repository report what it does. Given again, it adds an
// observer.
func WithObserver(o Observer) Option {
	return func(opts *options) error {
		if opts.observer != nil {
			o = Observers(*opts.observer, o)
		}
		opts.observer = &o
		return nil
	}
}

// Observers is an observer that tells all of these, in this order.
func Observers(list ...Observer) Observer {
	var all Observer
	for _, o := range list {
		all.LoadBegins = beginBoth(all.LoadBegins, o.LoadBegins)
		all.Loaded = tellBoth(all.Loaded, o.Loaded)
		all.SaveBegins = beginBoth(all.SaveBegins, o.SaveBegins)
		all.Saved = tellBoth(all.Saved, o.Saved)
		all.Retrying = tellBoth(all.Retrying, o.Retrying)
		all.Snapshot = tellBoth(all.Snapshot, o.Snapshot)
		all.Committed = tellBoth(all.Committed, o.Committed)
	}
	return all
}

func tellBoth[R any](first, second func(context.Context, R)) func(context.Context, R) {
	if first == nil {
		return second
	}
	if second == nil {
		return first
	}
	return func(ctx context.Context, report R) {
		first(ctx, report)
		second(ctx, report)
	}
}

func beginBoth[R any](first, second func(context.Context, R) context.Context) func(context.Context, R) context.Context {
	if first == nil {
		return second
	}
	if second == nil {
		return first
	}
	return func(ctx context.Context, report R) context.Context { return second(first(ctx, report), report) }
}

// The methods below can be called on a nil Observer, which tells nobody and does
// not ask for the time.

func (o *Observer) loadBegins(ctx context.Context, l *LoadReport) context.Context {
	if o == nil {
		return ctx
	}
	l.Start = time.Now()
	if o.LoadBegins == nil {
		return ctx
	}
	return o.LoadBegins(ctx, *l)
}

func (o *Observer) loaded(ctx context.Context, l *LoadReport, err error) {
	if o == nil || o.Loaded == nil {
		return
	}
	l.Duration, l.Err = time.Since(l.Start), err
	o.Loaded(ctx, *l)
}

func (o *Observer) saveBegins(ctx context.Context, s *SaveReport) context.Context {
	if o == nil {
		return ctx
	}
	s.Start = time.Now()
	if o.SaveBegins == nil {
		return ctx
	}
	return o.SaveBegins(ctx, *s)
}

func (o *Observer) saved(ctx context.Context, s *SaveReport, result *Result, err error) {
	if o == nil || o.Saved == nil {
		return
	}
	if s.Err = err; err == nil {
		s.Version, s.Position = result.Streams[len(result.Streams)-1].LastVersion, result.Position
		s.Repeated = result.Repeated
	}
	s.Duration = time.Since(s.Start)
	o.Saved(ctx, *s)
}

func (o *Observer) retrying(ctx context.Context, aggregate string, attempt int, err error) {
	if o != nil && o.Retrying != nil {
		o.Retrying(ctx, RetryReport{Aggregate: aggregate, Attempt: attempt, Err: err})
	}
}

func (o *Observer) snapshot(ctx context.Context, s *Snapshot, outcome SnapshotOutcome, err error) {
	if o != nil && o.Snapshot != nil {
		o.Snapshot(ctx, SnapshotReport{Aggregate: s.Aggregate, Stream: s.Stream, Version: s.Version, Size: len(s.State), Outcome: outcome, Err: err})
	}
}

// IsExpected says whether an error that an observer is told of is a part of normal life
// rather than a failure: a lost race, a broken condition, a value that is taken, an
// aggregate or a version that is not there.
func IsExpected(err error) bool {
	return errors.Is(err, ErrConflict) || errors.Is(err, ErrCondition) || errors.Is(err, ErrUnique) ||
		errors.Is(err, ErrNotFound) || errors.Is(err, ErrNoVersion)
}
