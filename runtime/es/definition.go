package es

import (
	"time"

	"github.com/google/uuid"
)

// Definition says what an aggregate is: plain data and plain functions, without
// reflection. esgen generates one an aggregate; it can be written by hand.
//
// A is the aggregate's struct, which embeds Root; ID the type of its ID; E the
// sealed interface of the events of its stream.
type Definition[A any, ID comparable, E Event] struct {
	// Name is the aggregate's stable name.
	Name string
	// Stream is the template of its streams' names: "order-{id}".
	Stream string
	// Events are the aggregate's own events.
	Events []EventType

	// ID is the aggregate's ID, the zero value where it has none yet.
	ID func(*A) ID
	// FormatID gives the text that stands for {id}, ParseID gives the ID back.
	FormatID func(ID) (string, error)
	ParseID  func(string) (ID, error)

	// Apply applies an event of the stream. It must not keep the aggregate.
	Apply func(*A, E) error
	// Load decodes a stored event and applies it. Its errors need not name the
	// event.
	Load func(*A, *Stored) error
	// Attach attaches the aggregate's children; nil where it has none.
	Attach func(*A)

	// Encode appends the payload of an event of the stream to dst. Decode gives
	// the event back.
	Encode func(dst []byte, event E) ([]byte, error)
	Decode func(*Stored) (E, error)
	// Tags are the event's tags; nil where no event of the aggregate has any.
	Tags func(event E) ([]Tag, error)

	// Snapshots says how the state is kept in snapshots; nil where it isn't.
	Snapshots *Snapshots[A]
	// Table is the aggregate's state table, nil where it has none. Row gives the values
	// of its columns; they must not refer to what the aggregate can change.
	Table *Table
	Row   func(*A) ([]any, error)
}

// EventType describes a type of event.
type EventType struct {
	// Name is the stable name under which events are stored, Version the version
	// of its form, from 1. Aliases are names under which older events are stored.
	Name    string
	Version int
	Aliases []string
	// Zero is the zero value of the Go type.
	Zero Event
}

// Recorded is an event that was read, with all that the store knows of it.
type Recorded[E Event] struct {
	// Stream is the full name of the stream.
	Stream string
	// Version counts the events of the stream, Position orders those of all.
	Version, Position int64
	ID                uuid.UUID
	// Type is the event type's name of today, also where it was stored under an
	// alias.
	Type string
	// RecordedAt is when the event was first offered to a store, by the clock of the
	// repository, in UTC.
	RecordedAt time.Time
	Metadata   Metadata
	Event      E
}
