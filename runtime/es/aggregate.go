package es

import (
	"fmt"
	"time"

	"github.com/google/uuid"
)

// Event is what aggregates record. The method is generated; it returns the
// stable name under which the event is stored.
type Event interface{ EventType() string }

// Root makes a struct that embeds it an aggregate. Its zero value is an
// aggregate that no event has happened to.
//
// An aggregate is not safe for use by several goroutines at once and must not be
// copied.
type Root struct {
	_       noCopy
	version int64
	pending []pending
	// doubt is the append of the first pending events whose outcome is unknown.
	doubt    *attempt
	mode     mode
	applying bool
	// stream is the name under which the aggregate was loaded or saved.
	stream string
	// snapshot is the version of the newest snapshot that the aggregate was loaded from
	// or that one was asked for at, 0 where there is none.
	snapshot int64
}

type pending struct {
	id    uuid.UUID
	event Event
	// at is the zero time until the first attempt to save the event.
	at time.Time
}

type mode uint8

const (
	attached mode = iota
	detached
	readOnly
)

// Version counts the events that made this state: those that were loaded or
// saved, and those that were recorded since. A new aggregate is at 0.
func (r *Root) Version() int64 { return r.version }

// root lets the package find the Root of any aggregate. It is not exported, for
// the methods of an embedded struct are promoted.
func (r *Root) root() *Root { return r }

type rooted interface{ root() *Root }

func (r *Root) base() int64 { return r.version - int64(len(r.pending)) }

// Child makes a struct that embeds it a part of an aggregate: what it records
// is recorded by its root. It is attached to the root by generated code whenever
// an event was recorded and when the aggregate was loaded.
type Child struct {
	_    noCopy
	root any
}

// Pending are the events that an aggregate has recorded and not saved, oldest
// first: for tests and tools.
func Pending[A any](aggregate *A) []Event {
	root := rootOf(aggregate)
	events := make([]Event, len(root.pending))
	for i := range root.pending {
		events[i] = root.pending[i].event
	}
	return events
}

// Record applies event to the aggregate and queues it to be saved. It panics
// where the event cannot be applied; then neither queue nor version has moved.
//
// Called by generated code.
func Record[A any, E Event](aggregate *A, root *Root, event E, apply func(*A, E) error) {
	if root.applying {
		panic(fmt.Sprintf("es: an apply method of %T records %T: apply methods change state and do nothing else", aggregate, event))
	}
	id, err := uuid.NewV7()
	if err != nil {
		panic(fmt.Sprintf("es: no event ID: %v", err))
	}
	applyOne(aggregate, root, event, apply)
	root.pending = append(root.pending, pending{id: id, event: event})
	root.version++
}

func applyOne[A any, E Event](aggregate *A, root *Root, event E, apply func(*A, E) error) {
	root.applying = true
	defer func() { root.applying = false }()
	if err := apply(aggregate, event); err != nil {
		panic(fmt.Sprintf("es: %T cannot record %T: %v", aggregate, event, err))
	}
}

// Attach makes child a part of the aggregate root.
//
// Called by generated code.
func Attach[A any](child *Child, root *A) { child.root = root }

// RootOf is the aggregate that child is attached to. It panics where there is
// none.
//
// Called by generated code.
func RootOf[A any](child *Child) *A {
	root, ok := child.root.(*A)
	if !ok {
		panic(fmt.Sprintf("es: a child of %T that is not attached to one cannot record: "+
			"it is attached once an apply method has put it where the aggregate keeps it", root))
	}
	return root
}

// UnexpectedEvent is the error for an event that aggregate cannot apply, encode
// or decode: a pointer, nil, or a type that the generated code did not know.
//
// Called by generated code.
func UnexpectedEvent(aggregate string, event Event) error {
	if event == nil {
		return fmt.Errorf("%s takes no nil event", aggregate)
	}
	name := fmt.Sprintf("%T", event)
	if name[0] == '*' {
		return fmt.Errorf("%s takes events by value, and this is a %s: leave out the &", aggregate, name)
	}
	return fmt.Errorf("%s does not know %s: %w", aggregate, name, ErrUnknownType)
}

// UnknownEvent is the error for a stored event whose type the aggregate does not
// know.
//
// Called by generated code.
func UnknownEvent(aggregate string, s *Stored) error {
	return fmt.Errorf("%w: %s has no event %s; if it was renamed, give the new one alias=%[3]s; if it means nothing any more, keep its type and suppress it", ErrUnknownType, aggregate, s.Type)
}

// CheckVersion refuses a stored event whose type version is not the one that the
// code knows.
//
// Called by generated code.
func CheckVersion(s *Stored, known int) error {
	if s.TypeVersion == known {
		return nil
	}
	return fmt.Errorf("%w: version %d of event %s, the code knows version %d", ErrUnknownType, s.TypeVersion, s.Type, known)
}

// MissingChild is the error for an event that is for a child that the aggregate
// does not have. Field is the Go path of the child, "Cart.delivery", and id the one of
// several that the event is for.
//
// Called by generated code.
func MissingChild(field string, event Event, id ...any) error {
	if len(id) > 0 {
		return fmt.Errorf("%s is for %s of %s, which is not there", event.EventType(), visible(fmt.Sprint(id[0])), field)
	}
	return fmt.Errorf("%s is for %s, which is not there", event.EventType(), field)
}

// Generation1 exists as long as this runtime works with code that generation 1
// of esgen wrote. Generated code refers to it, so that a file and a runtime that
// do not fit fail to compile.
const Generation1 = 1

// noCopy lets vet's copylocks find copies of what contains it.
type noCopy struct{}

func (*noCopy) Lock()   {}
func (*noCopy) Unlock() {}
