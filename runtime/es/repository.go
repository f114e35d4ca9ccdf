package es

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"
)

// Repository loads and saves the aggregates of one type. It is safe for use by
// several goroutines at once.
//
// A is the aggregate's struct, ID the type of its ID, E the interface of the
// events of its stream.
type Repository[A any, ID comparable, E Event] struct {
	store    Store
	def      *Definition[A, ID, E]
	template template
	opts     options
	// snapshots is nil where none are kept: the aggregate has none, or the store
	// cannot.
	snapshots *snapshotQueue
	// err is why the repository cannot work; every method returns it.
	err error
}

// Option is an option of a repository. A nil one does nothing.
type Option func(*options) error

type options struct {
	clock      Clock
	decorators []Decorator
	attempts   int
	observer   *Observer // nil where nobody wants to know

	withoutSnapshots bool
}

// Decorator adds to the metadata of an event that is about to be saved. md is
// the event's own; its Headers are never nil. An error stops the save. It must
// be safe for use by several goroutines at once.
type Decorator func(ctx context.Context, event Event, md *Metadata) error

// WithClock sets the clock that events are dated by; SystemClock is the default.
func WithClock(c Clock) Option {
	return func(o *options) error {
		if c == nil {
			return errors.New("es.WithClock: the clock is nil")
		}
		o.clock = c
		return nil
	}
}

// WithDecorator adds a decorator. Decorators run in the order in which they were
// given, after the metadata of the context and of the save.
func WithDecorator(d Decorator) Option {
	return func(o *options) error {
		if d == nil {
			return errors.New("es.WithDecorator: the decorator is nil")
		}
		o.decorators = append(o.decorators, d)
		return nil
	}
}

// WithAttempts sets how often Update and Create try before they give up: 300 times
// by default, which serves some hundred writers of one aggregate at once.
func WithAttempts(n int) Option {
	return func(o *options) error {
		if n < 1 {
			return fmt.Errorf("es.WithAttempts: %d is less than one", n)
		}
		o.attempts = n
		return nil
	}
}

// NewRepository gives a repository of the aggregates that def describes. Where
// store, def or an option is no good, every method of the repository returns the
// error.
func NewRepository[A any, ID comparable, E Event](store Store, def *Definition[A, ID, E], opts ...Option) *Repository[A, ID, E] {
	r := &Repository[A, ID, E]{store: store, def: def, opts: options{clock: SystemClock, attempts: defaultAttempts}}
	if def == nil {
		r.def, r.err = new(Definition[A, ID, E]), errors.New("es: the definition is nil")
		return r
	}
	if store == nil {
		r.err = errNilStore
		return r
	}
	if r.template, r.err = parseTemplate(def.Stream); r.err != nil {
		return r
	}
	if _, ok := any(new(A)).(rooted); !ok {
		r.err = fmt.Errorf("es: %T does not embed es.Root", *new(*A))
		return r
	}
	for _, opt := range opts {
		if opt == nil {
			continue
		}
		if r.err = opt(&r.opts); r.err != nil {
			return r
		}
	}
	if def.Snapshots != nil {
		if r.err = def.Snapshots.validate(); r.err != nil {
			return r
		}
		if keeper, ok := store.(SnapshotStore); ok && !r.opts.withoutSnapshots {
			r.snapshots = &snapshotQueue{store: keeper}
		}
	}
	return r
}

// Definition is what the repository knows of its aggregate. It must not be
// changed.
func (r *Repository[A, ID, E]) Definition() *Definition[A, ID, E] { return r.def }

// Stream is the stream of the aggregate with that ID. ErrNoID where the ID is
// the zero value or its text is empty.
func (r *Repository[A, ID, E]) Stream(id ID) (Stream, error) {
	if r.err != nil {
		return Stream{}, r.err
	}
	var zero ID
	if id == zero {
		return Stream{}, fmt.Errorf("%s: %w", r.def.Name, ErrNoID)
	}
	key, err := r.def.FormatID(id)
	if err != nil {
		return Stream{}, fmt.Errorf("%s: the ID has no text: %w", r.def.Name, err)
	}
	s, err := r.template.stream(key)
	if err != nil {
		return Stream{}, fmt.Errorf("%s: %w", r.def.Name, err)
	}
	return s, nil
}

// Load rebuilds an aggregate from its events, or from a snapshot and the events
// after it.
//
// ErrNotFound where its stream has none. An event that cannot be applied is an
// *EventError. A load never gives a part of an aggregate without an error.
func (r *Repository[A, ID, E]) Load(ctx context.Context, id ID) (*A, error) {
	return r.load(ctx, id, At{})
}

// At is a point in the life of a stream: AtVersion or AtTime. The zero value is
// its end.
type At struct {
	kind    atKind
	version int64
	time    time.Time
}

type atKind uint8

const (
	atEnd atKind = iota
	atVersion
	atTime
)

// AtVersion is the point after the event of that version.
func AtVersion(v int64) At { return At{kind: atVersion, version: v} }

// AtTime is the end of the longest run of events, from the first, that were all
// recorded at or before t. Clocks of several machines need not agree, so an
// event behind it may have been recorded before t as well.
func AtTime(t time.Time) At { return At{kind: atTime, time: t} }

// LoadAt rebuilds an aggregate as it was at some point. The result is read-only:
// Save refuses it with ErrReadOnly.
//
// ErrNotFound where the stream does not exist, or had no event yet at that time;
// ErrNoVersion where it has no event of that version.
func (r *Repository[A, ID, E]) LoadAt(ctx context.Context, id ID, at At) (*A, error) {
	a, err := r.load(ctx, id, at)
	if err != nil {
		return nil, err
	}
	rootOf(a).mode = readOnly
	return a, nil
}

func (r *Repository[A, ID, E]) load(ctx context.Context, id ID, at At) (*A, error) {
	stream, err := r.Stream(id)
	if err != nil {
		return nil, err
	}
	if at.kind == atVersion && at.version < 1 {
		return nil, fmt.Errorf("%s %s: %w: %d, they count from 1", r.def.Name, visible(stream.Key), ErrNoVersion, at.version)
	}
	report := LoadReport{Aggregate: r.def.Name, Stream: stream.Name}
	ctx = r.opts.observer.loadBegins(ctx, &report)
	a, end, bad, err := r.rebuild(ctx, id, stream, at, &report)
	if err == nil && at.kind == atEnd && r.snapshots != nil && (bad || r.wantsSnapshot(rootOf(a))) {
		r.snapshotOfLoad(ctx, a, end)
	}
	r.opts.observer.loaded(ctx, &report, err)
	return a, err
}

// rebuild loads from a snapshot if there is one that holds good, else from all
// events. Bad says that there is one that does not; end is nil where the aggregate has
// no snapshots.
func (r *Repository[A, ID, E]) rebuild(ctx context.Context, id ID, stream Stream, at At, report *LoadReport) (a *A, end *tip, bad bool, err error) {
	base, bad, err := r.readSnapshot(ctx, stream, at)
	if err != nil {
		return nil, nil, false, fmt.Errorf("load %s %s: %w", r.def.Name, visible(stream.Key), err)
	}
	if base != nil {
		a, end, err = r.replay(ctx, id, stream, at, base, report)
		if why, ok := errors.AsType[*snapshotError](err); ok {
			r.ignore(ctx, &base.Snapshot, why.err)
			base, bad = nil, true
		}
	}
	if base == nil {
		a, end, err = r.replay(ctx, id, stream, at, nil, report)
	}
	if err != nil {
		return nil, nil, bad, err
	}
	report.Version = rootOf(a).version
	return a, end, bad, nil
}

// replay applies the events of a stream to the state of a snapshot, or to a new
// aggregate where base is nil. A *snapshotError says that the snapshot is not one of
// the stream, or may not be.
func (r *Repository[A, ID, E]) replay(ctx context.Context, id ID, stream Stream, at At, base *snapshotLoad[A], report *LoadReport) (*A, *tip, error) {
	var (
		read = ReadStream{Brief: true}
		a    *A
		root *Root
		last Stored // without what is borrowed
		end  *tip
	)
	if r.snapshots != nil {
		end = new(tip)
	}
	if at.kind == atVersion {
		read.To = at.version
	}
	report.Snapshot, report.Events = 0, 0
	if base != nil {
		// The last event of the snapshot is read again: it shows that the stream goes so
		// far, and that it is the stream that the snapshot was made of.
		read.From = base.Version
		a, report.Snapshot = base.aggregate, base.Version
	} else {
		a = new(A)
	}
	root = rootOf(a)
	for s, err := range r.store.Stream(ctx, stream.Name, read) {
		if err != nil {
			return nil, nil, fmt.Errorf("load %s %s: %w", r.def.Name, visible(stream.Key), err)
		}
		if at.kind == atTime && s.RecordedAt.After(at.time) {
			break
		}
		if base != nil && last.Version == 0 {
			if s.Version != base.Version || s.Position != base.Position {
				return nil, nil, &snapshotError{fmt.Errorf("%w: version %d of the stream is at position %d, and the snapshot at %d",
					errNotOfStream, s.Version, s.Position, base.Position)}
			}
			if end.passed(s); end.lastEvent() != base.LastEvent {
				return nil, nil, &snapshotError{fmt.Errorf("%w: version %d of the stream is another event", errNotOfStream, s.Version)}
			}
			end.latest = base.RecordedAt
			last.Stream, last.Version, last.Position, last.Type = s.Stream, s.Version, s.Position, s.Type
			continue
		}
		if s.Version != root.version+1 {
			return nil, nil, eventError(s, fmt.Errorf("%w: the version before it is %d", ErrCorrupt, root.version))
		}
		if err := r.apply(a, root, s); err != nil {
			return nil, nil, base.suspect(eventError(s, err))
		}
		root.version = s.Version
		if end != nil {
			end.passed(s)
		}
		report.Events++
		last.Stream, last.Version, last.Position, last.Type = s.Stream, s.Version, s.Position, s.Type
	}
	if base != nil && last.Version == 0 {
		return nil, nil, &snapshotError{fmt.Errorf("%w: the stream ends before version %d", errNotOfStream, base.Version)}
	}
	if root.version == 0 {
		return nil, nil, fmt.Errorf("%s %s: %w", r.def.Name, visible(stream.Key), ErrNotFound)
	}
	if at.kind == atVersion && root.version < at.version {
		return nil, nil, fmt.Errorf("%s %s: %w: %d, the stream ends at %d", r.def.Name, visible(stream.Key), ErrNoVersion, at.version, root.version)
	}
	if got := r.def.ID(a); got != id {
		// IDs that are spelt alike are alike, whatever == says of them.
		if text, err := r.def.FormatID(got); err != nil || text != stream.Key {
			return nil, nil, base.suspect(eventError(&last, fmt.Errorf("%w: the events up to this one give the aggregate the ID %s", ErrCorrupt, visible(fmt.Sprint(got)))))
		}
	}
	if r.def.Attach != nil {
		r.def.Attach(a)
	}
	root.stream = stream.Name
	return a, end, nil
}

// apply decodes and applies one event. A record in an apply method is refused
// here as well.
func (r *Repository[A, ID, E]) apply(a *A, root *Root, s *Stored) error {
	root.applying = true
	err := r.def.Load(a, s)
	root.applying = false
	return err
}

// History reads the events of one aggregate's stream, oldest first. ErrNotFound
// where there are none. The first error ends the iteration.
func (r *Repository[A, ID, E]) History(ctx context.Context, id ID) iter.Seq2[Recorded[E], error] {
	return func(yield func(Recorded[E], error) bool) {
		stream, err := r.Stream(id)
		if err != nil {
			yield(Recorded[E]{}, err)
			return
		}
		var last int64
		for s, err := range r.store.Stream(ctx, stream.Name, ReadStream{}) {
			if err != nil {
				yield(Recorded[E]{}, fmt.Errorf("history of %s %s: %w", r.def.Name, visible(stream.Key), err))
				return
			}
			if s.Version != last+1 {
				yield(Recorded[E]{}, eventError(s, fmt.Errorf("%w: the version before it is %d", ErrCorrupt, last)))
				return
			}
			last = s.Version
			recorded, err := recordedOf(s, r.def.Decode)
			if err != nil {
				yield(Recorded[E]{}, err)
				return
			}
			if !yield(recorded, nil) {
				return
			}
		}
		if last == 0 {
			yield(Recorded[E]{}, fmt.Errorf("%s %s: %w", r.def.Name, visible(stream.Key), ErrNotFound))
		}
	}
}

// recordedOf copies what is borrowed and decodes the event.
func recordedOf[E Event](s *Stored, decode func(*Stored) (E, error)) (Recorded[E], error) {
	event, err := decode(s)
	if err != nil {
		return Recorded[E]{}, eventError(s, err)
	}
	md, err := DecodeMetadata(s.Metadata)
	if err != nil {
		return Recorded[E]{}, eventError(s, err)
	}
	return Recorded[E]{
		Stream: s.Stream.Name, Version: s.Version, Position: s.Position, ID: s.ID,
		Type: event.EventType(), RecordedAt: s.RecordedAt, Metadata: md, Event: event,
	}, nil
}

// eventError says which event err is about.
func eventError(s *Stored, err error) error {
	return &EventError{Stream: s.Stream.Name, Version: s.Version, Position: s.Position, Type: s.Type, Err: err}
}

func rootOf[A any](a *A) *Root { return any(a).(rooted).root() }
