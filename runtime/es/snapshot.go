package es

import (
	"context"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"
)

// Snapshot is an aggregate's state as of a version of its stream. It is a cache of
// what the events say, and never more: whoever deletes all snapshots of a store
// loses time and nothing else.
type Snapshot struct {
	// Stream is the full name of the stream, Aggregate the name of the aggregate:
	// those that share a stream have snapshots of their own.
	Stream, Aggregate string
	// Version and Position are those of the last event that made the state.
	Version, Position int64
	// RecordedAt is the latest time at which any of the events up to Version was
	// recorded, in UTC.
	RecordedAt time.Time
	// Fingerprint says which code the state is of. One of other code is of no use.
	Fingerprint string
	// State is what Snapshots.Encode made. Stores do not look into it.
	State []byte
}

// SnapshotStore is what a Store may be as well: one that keeps the newest snapshot
// of each aggregate. Where a store is none, aggregates are loaded from all their
// events.
//
// A SnapshotStore is safe for use by several goroutines at once.
type SnapshotStore interface {
	// ReadSnapshot gives the snapshot of an aggregate of a stream, if there is one. An
	// error that matches ErrCorrupt says that it is damaged. The caller owns the
	// result.
	ReadSnapshot(ctx context.Context, stream, aggregate string) (s Snapshot, found bool, err error)

	// WriteSnapshot keeps s in the place of the snapshot that the aggregate has. One
	// that is newer than s stays, unless it lies beyond the end of the stream; and s is
	// not kept where it lies beyond that itself. Neither is an error.
	//
	// A snapshot that was written need not survive a crash, but must be whole, or
	// found damaged, if it does. Writing must not hold up appends for as long as they
	// take to be on disk. WriteSnapshot keeps nothing of s after it returns.
	WriteSnapshot(ctx context.Context, s Snapshot) error
}

// Validate says what is wrong with s, whatever a store holds. Every store calls it
// before it writes one.
func (s *Snapshot) Validate() error {
	switch {
	case s.Stream == "" || !utf8.ValidString(s.Stream):
		return fmt.Errorf("snapshot: stream name %q is empty or not UTF-8", s.Stream)
	case s.Aggregate == "" || !utf8.ValidString(s.Aggregate):
		return fmt.Errorf("snapshot of stream %s: aggregate name %q is empty or not UTF-8", s.Stream, s.Aggregate)
	case !utf8.ValidString(s.Fingerprint):
		return fmt.Errorf("snapshot of stream %s: fingerprint %q is not UTF-8", s.Stream, s.Fingerprint)
	case s.Version < 1 || s.Position < 1:
		return fmt.Errorf("snapshot of stream %s: version %d, position %d: both count from 1", s.Stream, s.Version, s.Position)
	}
	if err := checkTime(s.RecordedAt); err != nil {
		return fmt.Errorf("snapshot of stream %s: %w", s.Stream, err)
	}
	return nil
}

// Snapshots says how the state of an aggregate is kept in snapshots. esgen
// generates it; it can be written by hand.
//
// A state that was encoded and decoded must behave as the one that it was made
// of: a load from a snapshot must give what a load from all events gives.
type Snapshots[A any] struct {
	// Every is how many events there are between two snapshots, at least 1.
	Every int
	// Fingerprint changes whenever the state that the same events make, or its
	// encoding, may have changed.
	Fingerprint string
	// Encode appends the state to dst, Decode restores it in an aggregate that is
	// new. Root and the children's attachment are not part of it.
	Encode func(dst []byte, a *A) ([]byte, error)
	Decode func(state []byte, a *A) error
}

func (s *Snapshots[A]) validate() error {
	switch {
	case s.Every < 1:
		return fmt.Errorf("es: Snapshots.Every is %d, and must be at least 1", s.Every)
	case s.Encode == nil || s.Decode == nil:
		return errors.New("es: Snapshots lacks Encode or Decode")
	}
	return nil
}

// WithoutSnapshots has the repository load from all events, and write no snapshots:
// for tests and tools that want to see what the events alone say.
func WithoutSnapshots() Option {
	return func(o *options) error {
		o.withoutSnapshots = true
		return nil
	}
}

// milestones is what a root knows of its stream for the next snapshot's sake.
type milestones struct {
	// snapshot is the version of the newest snapshot that the root was loaded from or
	// that was made of it, 0 where there is none.
	snapshot int64
	// position is that of the event that has the base version, latest the latest time of
	// the events up to that.
	position int64
	latest   time.Time
}

// passed notes an event that is a part of the stream now.
func (m *milestones) passed(position int64, at time.Time) {
	m.position = position
	if at.After(m.latest) {
		m.latest = at
	}
}

// snapshotLoad is an attempt to load from a snapshot.
type snapshotLoad[A any] struct {
	Snapshot
	aggregate *A
}

// readSnapshot gives the state that a load can begin with; nil where there is none.
// Bad says that there is one that is of no use to anybody.
func (r *Repository[A, ID, E]) readSnapshot(ctx context.Context, stream Stream, at At) (base *snapshotLoad[A], bad bool, err error) {
	if r.snapshots == nil {
		return nil, false, nil
	}
	s, found, err := r.snapshots.store.ReadSnapshot(ctx, stream.Name, r.def.Name)
	switch {
	case err != nil && (ctx.Err() != nil || errors.Is(err, ErrClosed)):
		return nil, false, err
	case err != nil:
		s = Snapshot{Stream: stream.Name, Aggregate: r.def.Name}
		r.ignore(ctx, &s, err)
		return nil, true, nil
	case !found:
		return nil, false, nil
	case at.kind == atVersion && s.Version > at.version, at.kind == atTime && s.RecordedAt.After(at.time):
		return nil, false, nil // it is good, and knows too much
	}
	if s.Fingerprint != r.def.Snapshots.Fingerprint {
		r.ignore(ctx, &s, fmt.Errorf("%w: it has the fingerprint %q, and the code has %q", errOtherCode, s.Fingerprint, r.def.Snapshots.Fingerprint))
		return nil, true, nil
	}
	a := new(A)
	root := rootOf(a)
	if err := recovered(func() error { return r.def.Snapshots.Decode(s.State, a) }); err != nil {
		r.ignore(ctx, &s, fmt.Errorf("decode its state: %w", err))
		return nil, true, nil
	}
	root.version = s.Version
	root.milestones = milestones{snapshot: s.Version, position: s.Position, latest: s.RecordedAt}
	return &snapshotLoad[A]{s, a}, false, nil
}

// Why a snapshot is ignored.
var (
	errOtherCode = errors.New("snapshot of other code")
	// errNotOfStream says that a snapshot is not one of the stream as it is.
	errNotOfStream = errors.New("snapshot of another history")
)

func (r *Repository[A, ID, E]) ignore(ctx context.Context, s *Snapshot, why error) {
	r.opts.observer.snapshot(ctx, s, SnapshotIgnored, why)
}

// snapshotError says why a load from a snapshot is no good.
type snapshotError struct{ err error }

func (e *snapshotError) Error() string { return e.err.Error() }

// suspect blames an error on the snapshot that a load began with, if there was one:
// whether it is to blame shows when all events are applied instead.
func (l *snapshotLoad[A]) suspect(err error) error {
	if l == nil {
		return err
	}
	return &snapshotError{fmt.Errorf("the events after it do not go with it: %w", err)}
}

// keepSnapshot has a snapshot written if enough events have come since the last one,
// or where the store has one that is bad. What goes wrong is the observer's alone to
// know: an aggregate is as good without a snapshot.
func (r *Repository[A, ID, E]) keepSnapshot(ctx context.Context, a *A, replace bool) {
	if r.snapshots == nil {
		return
	}
	root := rootOf(a)
	if root.mode != attached || len(root.pending) > 0 || root.version == 0 {
		return
	}
	if !replace && root.version-root.milestones.snapshot < int64(r.def.Snapshots.Every) {
		return
	}
	s := Snapshot{
		Stream: root.stream, Aggregate: r.def.Name, Version: root.version, Position: root.milestones.position,
		RecordedAt: root.milestones.latest, Fingerprint: r.def.Snapshots.Fingerprint,
	}
	root.milestones.snapshot = root.version
	// The aggregate is the caller's again when this returns, so that its state is
	// encoded here; the rest is done elsewhere.
	err := recovered(func() (err error) {
		s.State, err = r.def.Snapshots.Encode(nil, a)
		return err
	})
	if err != nil {
		r.opts.observer.snapshot(ctx, &s, SnapshotNotWritten, fmt.Errorf("encode the state: %w", err))
		return
	}
	r.snapshots.write(ctx, r.opts.observer, s)
}

// recovered makes an error of a panic, which functions of values can raise.
func recovered(fn func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v", v)
		}
	}()
	return fn()
}
