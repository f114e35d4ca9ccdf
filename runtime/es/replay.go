package es

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"time"
)

// ReplayOption narrows a replay. A nil one does nothing.
type ReplayOption func(*replayOptions) error

type replayOptions struct {
	types   []string
	streams []string
	tags    []Tag
	after   int64
	until   *time.Time
}

// OfTypes replays the events of these types only, each by its name or an alias.
// What was stored under an alias is one of them. Given again, it adds to the types.
func OfTypes(names ...string) ReplayOption {
	return func(o *replayOptions) error {
		if len(names) == 0 {
			return fmt.Errorf("es.OfTypes: no type is named")
		}
		o.types = append(o.types, names...)
		return nil
	}
}

// OfStreams replays the events of these streams only, by their full names. Given
// again, it adds to the streams.
func OfStreams(names ...string) ReplayOption {
	return func(o *replayOptions) error {
		if len(names) == 0 {
			return fmt.Errorf("es.OfStreams: no stream is named")
		}
		o.streams = append(o.streams, names...)
		return nil
	}
}

// WithTags replays the events that bear all of these tags.
func WithTags(tags ...Tag) ReplayOption {
	return func(o *replayOptions) error {
		o.tags = append(o.tags, tags...)
		return nil
	}
}

// AfterPosition replays from behind a position: with the position of the last
// event that was seen, a replay goes on where it ended. The last one given holds.
func AfterPosition(position int64) ReplayOption {
	return func(o *replayOptions) error {
		if position < 0 {
			return fmt.Errorf("es.AfterPosition: position %d is negative", position)
		}
		o.after = position
		return nil
	}
}

// UntilTime replays the longest run of events that were all recorded at or before t:
// it ends at the first event that was recorded later. The last one given holds.
func UntilTime(t time.Time) ReplayOption {
	return func(o *replayOptions) error {
		o.until = &t
		return nil
	}
}

// Replay reads the events that the registry knows, across all streams, in the
// order of their positions. The store's other events are passed over. The first
// error ends the iteration; an event that cannot be decoded is an *EventError.
//
// It ends with the events that are there. Who follows them replays again now and then, from
// the position of the last that was seen: see AfterPosition.
func Replay(ctx context.Context, store Store, registry *Registry, opts ...ReplayOption) iter.Seq2[Recorded[Event], error] {
	return func(yield func(Recorded[Event], error) bool) {
		read, until, err := registry.replay(store, opts)
		if err != nil {
			yield(Recorded[Event]{}, fmt.Errorf("replay: %w", err))
			return
		}
		if len(read.Query.Items) == 0 {
			return // a registry that knows nothing; a query without items would select everything
		}
		for s, err := range store.All(ctx, read) {
			if err != nil {
				yield(Recorded[Event]{}, fmt.Errorf("replay: %w", err))
				return
			}
			if until != nil && s.RecordedAt.After(*until) {
				return
			}
			recorded, err := recordedOf(s, registry.Decode)
			if !yield(recorded, err) || err != nil {
				return
			}
		}
	}
}

func (r *Registry) replay(store Store, opts []ReplayOption) (ReadAll, *time.Time, error) {
	if store == nil {
		return ReadAll{}, nil, errNilStore
	}
	if r == nil {
		return ReadAll{}, nil, errNilRegistry
	}
	var o replayOptions
	for _, opt := range opts {
		if opt == nil {
			continue
		}
		if err := opt(&o); err != nil {
			return ReadAll{}, nil, err
		}
	}
	var names []string
	if len(o.types) > 0 {
		for _, name := range o.types {
			e, ok := r.byEvent[name]
			if !ok {
				return ReadAll{}, nil, fmt.Errorf("%w: the registry does not know event %s", ErrUnknownType, name)
			}
			names = append(append(names, e.Name), e.Aliases...)
		}
	} else {
		for name := range r.byEvent {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	read := ReadAll{After: o.after, Streams: o.streams}
	if names = slices.Compact(names); len(names) > 0 {
		read.Query = Query{Items: []Item{{Types: names, Tags: o.tags}}}
	}
	return read, o.until, nil
}
