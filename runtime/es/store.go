package es

import (
	"context"
	"iter"
	"math"
	"slices"
	"time"

	"github.com/google/uuid"
)

// Store keeps events. It is the one contract between aggregates and storage;
// runtime/storetest holds the suite that every implementation must pass.
//
// A Store is safe for use by several goroutines at once.
type Store interface {
	// Append stores all of a's events, or none.
	//
	// It judges, in this order and atomically with the write:
	//
	//  1. Repetition. Where all event IDs of a are stored already, in the same
	//     streams, order and versions that a's expectations allow, or where every
	//     stream append bears a command ID that its stream has seen, nothing is
	//     written and the first outcome is returned with Repeated set. Where only
	//     some of the IDs are stored, or elsewhere, the error is ErrDuplicateEvent.
	//  2. Expected versions: *ConflictError.
	//  3. Conditions: *ConditionError.
	//
	// A context that is done stops an append before it is queued; after that its
	// outcome is awaited, for an append cut off in the middle would have none. An
	// error that matches ErrOutcomeUnknown says that the append may or may not be
	// stored: the same append sent again settles it. Any other error says that
	// nothing was stored.
	//
	// Append must not keep, nor change, anything that a refers to after it
	// returns.
	Append(ctx context.Context, a Append) (Result, error)

	// Stream reads the events of one stream, named by its full name, in the order
	// of their versions. A stream that does not exist has no events, which is no
	// error.
	//
	// What an iterator yields is borrowed: the Stored, its Payload, Metadata and
	// Tags are valid until the next step. The first error ends the iteration. The
	// context is checked between steps; where it is done the last thing yielded is
	// its error, so that an iteration that ends without an error is complete.
	// Leaving a loop early gives back all that the iterator holds. An iterator may
	// be ranged over again, and reads anew then. It may or may not see events that
	// are appended after it began, but never leaves a hole; To or Limit say where it
	// ends.
	Stream(ctx context.Context, stream string, opts ReadStream) iter.Seq2[*Stored, error]

	// All reads the events of all streams in the order of their positions, with
	// the rules of Stream. A reader that has seen position p never later finds a
	// new event at or below p.
	All(ctx context.Context, opts ReadAll) iter.Seq2[*Stored, error]

	// Head is the position of the newest event, and 0 in an empty store.
	Head(ctx context.Context) (int64, error)
}

// Stream says which stream events go to.
type Stream struct {
	// Name is the full name, unique in the store: "order-17".
	Name string
	// Category is the template that the name was made of, "order-{id}", and Key
	// the text that stands for {id}. Stores keep them in columns of their own.
	// Both are empty for a stream without a template.
	Category, Key string
}

// Append is one atomic write: plain data, so that a store can queue it, judge it
// beside others, and repeat it.
type Append struct {
	// Streams are appended to in this order, and their events take positions in
	// this order. A stream must not be named twice. There must be at least one,
	// and each must bring an event.
	Streams []StreamAppend
	// Conditions must all hold.
	Conditions []Condition
	// Rows are written to state tables together with the events, by a TableStore; any
	// other store refuses them. An append that is a repetition writes none.
	Rows []Row
}

// StreamAppend is an append's part for one stream.
type StreamAppend struct {
	Stream   Stream
	Expected Expected
	Events   []NewEvent
	// CommandID, if it is not empty, makes the append idempotent within its
	// stream: see Store.Append.
	CommandID string
}

// NewEvent is an event to be stored.
type NewEvent struct {
	// ID must be unique in the store, and not the nil UUID.
	ID uuid.UUID
	// Type is the stable name, TypeVersion counts from 1.
	Type        string
	TypeVersion int
	// RecordedAt is stored in UTC to the nanosecond. It must be representable as
	// nanoseconds since 1970 in an int64 (the years 1678 to 2262) and not be zero.
	RecordedAt time.Time
	// Payload is a JSON value. Stores do not look into it.
	Payload []byte
	// Metadata is nil or a JSON object; see Metadata.
	Metadata []byte
	// Tags say what the event is about, for queries across streams. A tag that
	// is listed twice counts once.
	Tags []Tag
}

// Tag is what a query across streams can ask for: {Key: "person", Value: "7"}.
// The key must not be empty; both are any valid UTF-8.
type Tag struct{ Key, Value string }

// Expected is what an append expects of its stream: a version that the stream
// has, or one of ExpectNone, ExpectAny and ExpectExists. The zero value is
// ExpectNone.
type Expected int64

// What an append can expect beside an exact version.
const (
	// ExpectNone expects that the stream has no event.
	ExpectNone Expected = 0
	// ExpectAny expects nothing.
	ExpectAny Expected = -1
	// ExpectExists expects that the stream has an event.
	ExpectExists Expected = -2
)

// Exactly expects that the stream is at version v, with v = 0 for a stream that
// has no event.
//
// A negative version is none; an append that expects it is refused.
func Exactly(v int64) Expected {
	if v < 0 {
		return Expected(math.MinInt64)
	}
	return Expected(v)
}

// Holds says whether a stream at version actual, 0 where it does not exist, is
// what e expects.
func (e Expected) Holds(actual int64) bool {
	switch e {
	case ExpectAny:
		return true
	case ExpectExists:
		return actual > 0
	}
	return int64(e) == actual
}

// Condition is a condition on all streams: no event that matches Query has a
// position above After. After is the store's head as it was before the decision
// was read; one that lies beyond the head holds until an event lies beyond it.
type Condition struct {
	Query Query
	After int64
}

// Query selects events across streams: those that match any of its items. A
// query without items selects every event.
type Query struct{ Items []Item }

// Item selects the events that have any of its types (of any type where there
// are none) and all of its tags.
type Item struct {
	Types []string
	Tags  []Tag
}

// Matches says whether q selects an event of that type with those tags.
func (q Query) Matches(typ string, tags []Tag) bool {
	if len(q.Items) == 0 {
		return true
	}
	for i := range q.Items {
		if q.Items[i].matches(typ, tags) {
			return true
		}
	}
	return false
}

func (it *Item) matches(typ string, tags []Tag) bool {
	if len(it.Types) > 0 && !slices.Contains(it.Types, typ) {
		return false
	}
	for _, want := range it.Tags {
		if !slices.Contains(tags, want) {
			return false
		}
	}
	return true
}

// Result is what an append came to.
type Result struct {
	// Streams has an element for each StreamAppend, in its order.
	Streams []StreamResult
	// Position is that of the last event written.
	Position int64
	// Repeated says that all of it had been stored before, and that nothing was
	// written now.
	Repeated bool
	// SameCommand says, of a repetition, that only the command IDs are the same:
	// what is stored are the events of an earlier append, with IDs of their own.
	SameCommand bool
}

// StreamResult is what an append came to in one stream: its first and its last
// event.
type StreamResult struct {
	FirstVersion, LastVersion   int64
	FirstPosition, LastPosition int64
}

// Stored is an event as a store has it.
type Stored struct {
	Stream Stream
	// Version counts the events of the stream, from 1 and without gaps.
	Version int64
	// Position orders the events of all streams: it rises strictly, in the order
	// of commits, and may have gaps.
	Position    int64
	ID          uuid.UUID
	Type        string
	TypeVersion int
	// RecordedAt is in UTC.
	RecordedAt time.Time
	// Payload, Metadata and Tags are borrowed: see Store.Stream.
	Payload, Metadata []byte
	Tags              []Tag
}

// ReadStream says what to read of a stream. The zero value reads all of it.
type ReadStream struct {
	// From and To are the first and the last version to be read, in the order of
	// versions even where Backwards is set; 0 leaves that end open.
	From, To int64
	// Backwards reads from the newest event to the oldest.
	Backwards bool
	// Limit is the most events to be read; 0 is no limit.
	Limit int
	// Brief says that nobody will look at the ID, the Metadata and the Tags of the
	// events: a store may leave them out, where that spares it something. It is what
	// an aggregate is loaded with.
	Brief bool
}

// ReadAll says what to read of all streams. The zero value reads everything.
type ReadAll struct {
	// After is the position after which reading starts.
	After int64
	// To is the last position to be read; 0 leaves that end open, so the head of an
	// empty store is no bound.
	To int64
	// Query selects by types and tags.
	Query Query
	// Streams, if not empty, are the full names of the streams to be read.
	Streams []string
	// Limit is the most events to be read; 0 is no limit.
	Limit int
	// Brief says that nobody will look at the ID, the Metadata and the Tags of the
	// events, as ReadStream.Brief does. It is what LoadDecision reads with.
	Brief bool
}
