package appends

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/internal/visible"
)

// Ledger is what a store has when an append is judged. It is asked for what the
// append names, and for nothing else.
type Ledger interface {
	// Version is that of a stream, 0 where it does not exist.
	Version(stream string) int64
	// Event finds an event by its ID.
	Event(id uuid.UUID) (at Place, stored bool)
	// Command is what the command with that ID came to in a stream.
	Command(stream, id string) (first es.StreamResult, seen bool)
}

// Place is where an event stands.
type Place struct {
	Stream            string
	Version, Position int64
}

// Judge finds the outcome of a valid append, as far as it does not hang on its
// conditions: the first outcome, if it is a repetition; an error that matches
// es.ErrDuplicateEvent, or an *es.ConflictError, if it must be refused; and else
// neither.
func Judge(a *es.Append, l Ledger) (first es.Result, repeated bool, err error) {
	if first, repeated, err = repetition(a, l); repeated || err != nil {
		return first, repeated, err
	}
	for i := range a.Streams {
		part := &a.Streams[i]
		if actual := l.Version(part.Stream.Name); !part.Expected.Holds(actual) {
			return es.Result{}, false, &es.ConflictError{Stream: part.Stream.Name, Expected: part.Expected, Actual: actual}
		}
	}
	return es.Result{}, false, nil
}

// repetition looks for earlier appends that a repeats.
func repetition(a *es.Append, l Ledger) (first es.Result, repeated bool, err error) {
	events, stored, commands := 0, 0, 0
	for i := range a.Streams {
		part := &a.Streams[i]
		for j := range part.Events {
			if _, ok := l.Event(part.Events[j].ID); ok {
				stored++
			}
		}
		events += len(part.Events)
		if _, ok := command(part, l); ok {
			commands++
		}
	}
	if stored == 0 && commands == 0 {
		return es.Result{}, false, nil
	}
	if stored == events {
		if first, ok := sameEvents(a, l); ok {
			return first, true, nil
		}
	}
	if commands == len(a.Streams) {
		return sameCommands(a, l), true, nil
	}
	return es.Result{}, false, duplicate(a, l)
}

func command(part *es.StreamAppend, l Ledger) (first es.StreamResult, seen bool) {
	if part.CommandID == "" {
		return es.StreamResult{}, false
	}
	return l.Command(part.Stream.Name, part.CommandID)
}

// sameEvents says whether a's events, all of which are stored, stand where a would
// have put them: in the same streams and order, at versions that a expects.
func sameEvents(a *es.Append, l Ledger) (es.Result, bool) {
	result := es.Result{Repeated: true, Streams: make([]es.StreamResult, len(a.Streams))}
	for i := range a.Streams {
		part, r := &a.Streams[i], &result.Streams[i]
		for j := range part.Events {
			at, _ := l.Event(part.Events[j].ID)
			if j == 0 {
				r.FirstVersion, r.FirstPosition = at.Version, at.Position
			}
			if at.Stream != part.Stream.Name || at.Version != r.FirstVersion+int64(j) || at.Position <= result.Position {
				return es.Result{}, false
			}
			r.LastVersion, r.LastPosition = at.Version, at.Position
			result.Position = at.Position
		}
		if !part.Expected.Holds(r.FirstVersion - 1) {
			return es.Result{}, false
		}
	}
	return result, true
}

// sameCommands is what a's commands came to, all of which their streams have seen.
func sameCommands(a *es.Append, l Ledger) es.Result {
	result := es.Result{Repeated: true, SameCommand: true, Streams: make([]es.StreamResult, len(a.Streams))}
	for i := range a.Streams {
		result.Streams[i], _ = command(&a.Streams[i], l)
		result.Position = max(result.Position, result.Streams[i].LastPosition)
	}
	return result
}

// duplicate says what of a the store has already, where it has not all of it.
func duplicate(a *es.Append, l Ledger) error {
	for i := range a.Streams {
		for j := range a.Streams[i].Events {
			id := a.Streams[i].Events[j].ID
			if at, ok := l.Event(id); ok {
				return fmt.Errorf("%w: event %s is stored already, as version %d of stream %s, and this is not the append that stored it",
					es.ErrDuplicateEvent, id, at.Version, visible.Text(at.Stream))
			}
		}
	}
	for i := range a.Streams {
		part := &a.Streams[i]
		if r, ok := command(part, l); ok {
			return fmt.Errorf("%w: stream %s has seen command %q, at version %d, and another stream of the append has not seen its own",
				es.ErrDuplicateEvent, visible.Text(part.Stream.Name), part.CommandID, r.FirstVersion)
		}
	}
	return es.ErrDuplicateEvent
}
