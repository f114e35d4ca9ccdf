package es

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
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
	// LastEvent is a digest of that event, by which a stream shows that it still has it.
	LastEvent uint64
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
		return fmt.Errorf("snapshot of stream %s: aggregate name %q is empty or not UTF-8", visible(s.Stream), s.Aggregate)
	case !utf8.ValidString(s.Fingerprint):
		return fmt.Errorf("snapshot of stream %s: fingerprint %q is not UTF-8", visible(s.Stream), s.Fingerprint)
	case s.Version < 1 || s.Position < 1:
		return fmt.Errorf("snapshot of stream %s: version %d, position %d: both count from 1", visible(s.Stream), s.Version, s.Position)
	}
	if err := checkTime(s.RecordedAt); err != nil {
		return fmt.Errorf("snapshot of stream %s: %w", visible(s.Stream), err)
	}
	return nil
}

// Snapshots says how the state of an aggregate is kept in snapshots. esgen
// generates it; it can be written by hand.
//
// A state that was encoded and decoded must behave as the one that it was made
// of: a load from a snapshot must give what a load from all events gives. Snapshots
// are made of what was read from a stream, never of an aggregate that a caller has
// had: a repository reads the stream once more where a save has made one due.
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

// tip is the end of what was read of a stream, for the sake of a snapshot of it.
type tip struct {
	position int64
	// latest is the latest time of the events up to there.
	latest time.Time
	// header and payload are what the digest of the last event is made of.
	header, payload []byte
}

// passed notes an event that is a part of the aggregate now.
func (t *tip) passed(s *Stored) {
	t.position = s.Position
	if s.RecordedAt.After(t.latest) {
		t.latest = s.RecordedAt
	}
	t.header = binary.LittleEndian.AppendUint64(t.header[:0], uint64(s.RecordedAt.UnixNano()))
	t.header = binary.LittleEndian.AppendUint64(t.header, uint64(s.TypeVersion))
	t.header = append(t.header, s.Type...)
	t.payload = append(t.payload[:0], s.Payload...) // which is borrowed
}

// lastEvent is the digest of the last event.
func (t *tip) lastEvent() uint64 {
	h := sha256.New()
	h.Write(binary.LittleEndian.AppendUint64(nil, uint64(len(t.header))))
	h.Write(t.header)
	h.Write(t.payload)
	return binary.LittleEndian.Uint64(h.Sum(nil))
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
	root.version, root.snapshot = s.Version, s.Version
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

// wantsSnapshot says whether enough events have come since the last snapshot.
func (r *Repository[A, ID, E]) wantsSnapshot(root *Root) bool {
	return r.snapshots != nil && root.base()-root.snapshot >= int64(r.def.Snapshots.Every)
}

// snapshotOfLoad has a snapshot written of an aggregate that was loaded and that nobody
// has seen yet. What goes wrong is the observer's alone to know: an aggregate is as good
// without a snapshot.
func (r *Repository[A, ID, E]) snapshotOfLoad(ctx context.Context, a *A, end *tip) {
	rootOf(a).snapshot = rootOf(a).version
	// The aggregate is the caller's when this returns, so that its state is encoded here;
	// the rest is done elsewhere.
	s, err := r.snapshot(a, end)
	if err != nil {
		r.opts.observer.snapshot(ctx, &s, SnapshotNotWritten, err)
		return
	}
	r.snapshots.add(ctx, r.opts.observer, s, nil)
}

// snapshotOfSave has a snapshot written of an aggregate that was saved, if it is time for
// one. It is made of the stream and not of the aggregate as the caller has it, which need
// not be what the events say: a method may have changed it without an event, and an event
// may look different once it was stored. So a save never waits for a state to be encoded,
// either.
func (r *Repository[A, ID, E]) snapshotOfSave(ctx context.Context, a *A) {
	root := rootOf(a)
	if root.mode != attached || !r.wantsSnapshot(root) {
		return
	}
	root.snapshot = root.base()
	s := Snapshot{Stream: root.stream, Aggregate: r.def.Name, Version: root.snapshot}
	id := r.def.ID(a)
	r.snapshots.add(ctx, r.opts.observer, s, func(ctx context.Context) (made Snapshot, err error) {
		made = s
		err = recovered(func() error {
			stream, err := r.Stream(id)
			if err != nil {
				return err
			}
			a, end, _, err := r.rebuild(ctx, id, stream, At{}, new(LoadReport))
			if err != nil {
				return err
			}
			made, err = r.snapshot(a, end)
			return err
		})
		return made, err
	})
}

// snapshot makes a snapshot of an aggregate that was rebuilt from its stream up to end.
func (r *Repository[A, ID, E]) snapshot(a *A, end *tip) (Snapshot, error) {
	root := rootOf(a)
	s := Snapshot{
		Stream: root.stream, Aggregate: r.def.Name, Version: root.version, Position: end.position,
		LastEvent: end.lastEvent(), RecordedAt: end.latest, Fingerprint: r.def.Snapshots.Fingerprint,
	}
	err := recovered(func() (err error) {
		s.State, err = r.def.Snapshots.Encode(nil, a)
		return err
	})
	if err != nil {
		return s, fmt.Errorf("encode the state: %w", err)
	}
	return s, nil
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
