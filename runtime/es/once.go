package es

import (
	"context"
	"fmt"
)

// CommandReader is a Store that can be asked what a command came to. Repositories
// ask before they let a command be decided upon a second time; a store that is none
// has its streams read through for events that bear the command ID.
type CommandReader interface {
	// Command is what the append that bore that command ID came to in a stream, named
	// by its full name. Seen is false where the stream has seen no such command, and so
	// for a stream that does not exist and for an empty ID. What an append has
	// been acknowledged for is seen by every call that begins later.
	Command(ctx context.Context, stream, commandID string) (first StreamResult, seen bool, err error)
}

// repeats says whether the save that o describes would repeat a command that the
// stream has seen. If so, the outcomes are filled with what it came to.
func (r *Repository[A, ID, E]) repeats(ctx context.Context, stream Stream, o *saveOptions) (bool, error) {
	if o.once == "" {
		return false, nil
	}
	first, seen, err := lookUp(ctx, r.store, stream.Name, o.once)
	if err == nil && seen {
		err = r.recall(ctx, stream, first, o.outcomes)
	}
	if err != nil {
		return false, fmt.Errorf("look for command %q in %s %s: %w", o.once, r.def.Name, visible(stream.Key), err)
	}
	return seen, nil
}

// lookUp asks the store, or reads the stream where the store cannot be asked.
func lookUp(ctx context.Context, store Store, stream, commandID string) (first StreamResult, seen bool, err error) {
	if reader, ok := store.(CommandReader); ok {
		return reader.Command(ctx, stream, commandID)
	}
	for s, err := range store.Stream(ctx, stream, ReadStream{}) {
		if err != nil {
			return StreamResult{}, false, err
		}
		md, err := DecodeMetadata(s.Metadata)
		if err != nil {
			return StreamResult{}, false, eventError(s, err)
		}
		switch {
		case md.CommandID == commandID:
			if !seen {
				first.FirstVersion, first.FirstPosition, seen = s.Version, s.Position, true
			}
			first.LastVersion, first.LastPosition = s.Version, s.Position
		case seen:
			return first, true, nil
		}
	}
	return first, seen, nil
}

// recall fills the outcomes with those of an earlier append, whose events it reads
// back.
func (r *Repository[A, ID, E]) recall(ctx context.Context, stream Stream, first StreamResult, outcomes []*Outcome) error {
	if len(outcomes) == 0 {
		return nil
	}
	total := Outcome{Stream: stream.Name, Version: first.LastVersion, Position: first.LastPosition, Repeated: true}
	for s, err := range r.store.Stream(ctx, stream.Name, ReadStream{From: first.FirstVersion, To: first.LastVersion}) {
		if err != nil {
			return err
		}
		event, err := r.def.Decode(s)
		if err != nil {
			return eventError(s, err)
		}
		total.Events = append(total.Events, event)
	}
	for _, out := range outcomes {
		*out = total
	}
	return nil
}
