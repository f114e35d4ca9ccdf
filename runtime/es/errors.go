package es

import (
	"errors"
	"fmt"
)

// What an error is about; test with errors.Is.
var (
	// ErrNotFound says that a stream has no event. Returned by a repository's
	// Load, LoadAt, Update and History, and by Registry.Load.
	ErrNotFound = errors.New("not found")
	// ErrConflict says that a stream is not at the version that an append
	// expected. Returned by Save, Update, Create and Store.Append, as a
	// *ConflictError.
	ErrConflict = errors.New("version conflict")
	// ErrExists says that a stream that was to be created exists. It is a conflict
	// too.
	ErrExists = errors.New("stream exists already")
	// ErrCondition says that an event has come that a decision did not see.
	// Returned by Save, Update, Create and Store.Append, as a *ConditionError.
	ErrCondition = errors.New("condition broken")
	// ErrUnique says that a value that must be unique is taken. Returned by Save,
	// Update, Create and Store.Append of a store that keeps state tables.
	ErrUnique = errors.New("value is taken")
	// ErrNoTable says that an aggregate has a state table, and the store does not keep
	// it: neither an event nor a row is written. Returned by every method that saves.
	ErrNoTable = errors.New("the store does not keep the aggregate's table")
	// ErrDuplicateEvent says that an append holds an event ID that the store has
	// already, and is not that earlier append repeated. Returned by Store.Append.
	ErrDuplicateEvent = errors.New("duplicate event ID")
	// ErrOutcomeUnknown says that an append may or may not be stored. The same
	// append sent again settles it. Returned by Save, Update, Create and Store.Append.
	ErrOutcomeUnknown = errors.New("outcome unknown")
	// ErrDetached says that an aggregate's state is not that of its stream, since a
	// save of it failed: load it again. Returned by Save.
	ErrDetached = errors.New("aggregate is detached")
	// ErrReadOnly says that an aggregate was loaded as of an earlier version or
	// time and cannot be saved. Returned by Save. (A store that was opened for
	// reading has an error of its own.)
	ErrReadOnly = errors.New("aggregate is read-only")
	// ErrNoID says that an aggregate has no ID, or that one was asked for by an
	// empty one. Returned by every method of a repository that takes either.
	ErrNoID = errors.New("no aggregate ID")
	// ErrNoVersion says that a stream has no event of that version. Returned by
	// LoadAt.
	ErrNoVersion = errors.New("no such version")
	// ErrUnknownType says that a registry or an aggregate does not know an event
	// type, or that version of it, or an aggregate's name.
	ErrUnknownType = errors.New("unknown type")
	// ErrCorrupt says that what a store holds contradicts itself: a damaged
	// payload, a hole in the versions, an ID that is not the stream's.
	ErrCorrupt = errors.New("corrupt")
	// ErrClosed says that the store is closed. Returned by every method of a store.
	ErrClosed = errors.New("store is closed")
	// ErrInvalidAppend says that an append is not well formed, whatever the store
	// holds. Returned by Store.Append.
	ErrInvalidAppend = errors.New("invalid append")
	// ErrInvalid says that a value breaks a rule of its schema. Returned as an
	// *InvalidError by the dispatch of commands, before any aggregate is loaded, and by
	// generated constructors of types with rules.
	ErrInvalid = errors.New("invalid value")
)

// ConflictError says that a stream was not at the version that an append
// expected. It matches ErrConflict, and ErrExists where no stream was expected.
type ConflictError struct {
	Stream   string
	Expected Expected
	// Actual is the version of the stream, 0 where it does not exist.
	Actual int64
}

func (e *ConflictError) Error() string {
	var want string
	switch e.Expected {
	case ExpectNone:
		return fmt.Sprintf("stream %s exists already, at version %d", visible(e.Stream), e.Actual)
	case ExpectExists:
		want = "that exists"
	default:
		want = fmt.Sprintf("at version %d", e.Expected)
	}
	if e.Actual == 0 {
		return fmt.Sprintf("version conflict: stream %s does not exist, expected one %s", visible(e.Stream), want)
	}
	return fmt.Sprintf("version conflict: stream %s is at version %d, expected one %s", visible(e.Stream), e.Actual, want)
}

// Is matches ErrConflict and, where no stream was expected, ErrExists.
func (e *ConflictError) Is(target error) bool {
	return target == ErrConflict || target == ErrExists && e.Expected == ExpectNone
}

// ConditionError says which event broke a condition: the first that matches its
// query. It matches ErrCondition.
type ConditionError struct {
	// Position and Type are those of the event.
	Position int64
	Type     string
	// After is what the condition said.
	After int64
}

func (e *ConditionError) Error() string {
	return fmt.Sprintf("condition broken: event %s at position %d has come after position %d", e.Type, e.Position, e.After)
}

// Is matches ErrCondition.
func (e *ConditionError) Is(target error) bool { return target == ErrCondition }

// EventError says which stored event could not be read, and why. Err matches
// ErrUnknownType or ErrCorrupt, or is a *DecodeError.
type EventError struct {
	Stream string
	// Position and Type are zero where they are not known, as of an event that is
	// missing.
	Version, Position int64
	Type              string
	Err               error
}

func (e *EventError) Error() string {
	where := fmt.Sprintf("stream %s, version %d", visible(e.Stream), e.Version)
	if e.Position > 0 {
		where += fmt.Sprintf(", position %d", e.Position)
	}
	if e.Type != "" {
		where += ", event " + e.Type
	}
	return fmt.Sprintf("%s: %v", where, e.Err)
}

// Unwrap returns Err.
func (e *EventError) Unwrap() error { return e.Err }

// DecodeError says where in a payload decoding failed.
type DecodeError struct {
	// Type is the Go type or the event type that was decoded.
	Type string
	// Field is the path of JSON names to the value, "stay.from" or "guests[2].name";
	// empty for the whole.
	Field string
	// Offset is the byte in the payload at which the fault was met.
	Offset int64
	// Err says what is wrong.
	Err error
}

func (e *DecodeError) Error() string {
	if e.Field == "" {
		return fmt.Sprintf("decode %s at byte %d: %v", e.Type, e.Offset, e.Err)
	}
	return fmt.Sprintf("decode %s: field %s at byte %d: %v", e.Type, e.Field, e.Offset, e.Err)
}

// Unwrap returns Err.
func (e *DecodeError) Unwrap() error { return e.Err }

// InvalidError says which rule a value breaks. The value itself is nowhere in it,
// so that it may be logged and shown: it can be a password. It matches ErrInvalid.
type InvalidError struct {
	// Command is the Go name of the command that was refused. It is empty where a
	// constructor refused a value; Field is then the name of the type: "GuestName".
	Command string
	// Field is the path of JSON names to the value, "rooms" or "lines[2].sku"; empty where
	// the rule is about the command as a whole.
	Field string
	// Rule is the rule as the schema or the struct tag spells it: "min=1",
	// "max_length=80", "required".
	Rule string
}

func (e *InvalidError) Error() string {
	switch {
	case e.Command == "":
		return fmt.Sprintf("invalid %s: the value breaks the rule %s", e.Field, e.Rule)
	case e.Field == "":
		return fmt.Sprintf("invalid %s: the command breaks the rule %s", e.Command, e.Rule)
	default:
		return fmt.Sprintf("invalid %s: field %s breaks the rule %s", e.Command, e.Field, e.Rule)
	}
}

// Is matches ErrInvalid.
func (e *InvalidError) Is(target error) bool { return target == ErrInvalid }
