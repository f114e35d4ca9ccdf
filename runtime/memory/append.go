package memory

import (
	"context"
	"fmt"
	"slices"

	"github.com/esgen/esgen/runtime/es"
)

// Append implements [es.Store]. It copies what it keeps.
func (s *Store) Append(ctx context.Context, a es.Append) (es.Result, error) {
	if err := a.Validate(); err != nil {
		return es.Result{}, err
	}
	if err := ctx.Err(); err != nil {
		return es.Result{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return es.Result{}, es.ErrClosed
	}
	if first, repeated, err := s.repeated(&a); repeated || err != nil {
		return first, err
	}
	for i := range a.Streams {
		part := &a.Streams[i]
		if actual := s.streams[part.Stream.Name].version(); !part.Expected.Holds(actual) {
			return es.Result{}, &es.ConflictError{Stream: part.Stream.Name, Expected: part.Expected, Actual: actual}
		}
	}
	for _, c := range a.Conditions {
		if position := s.first(c.Query, c.After); position > 0 {
			return es.Result{}, &es.ConditionError{Position: position, Type: s.at(position).Type, After: c.After}
		}
	}
	return s.write(&a), nil
}

// repeated looks for an earlier append that a repeats, and returns its outcome.
func (s *Store) repeated(a *es.Append) (first es.Result, repeated bool, err error) {
	events, stored, commands := 0, 0, 0
	for i := range a.Streams {
		part := &a.Streams[i]
		for j := range part.Events {
			if _, ok := s.ids[part.Events[j].ID]; ok {
				stored++
			}
		}
		events += len(part.Events)
		if _, ok := s.outcome(part); ok {
			commands++
		}
	}
	switch {
	case stored == events:
		if first, ok := s.sameEvents(a); ok {
			return first, true, nil
		}
	case stored == 0 && commands == 0:
		return es.Result{}, false, nil
	}
	if commands == len(a.Streams) {
		return s.sameCommands(a), true, nil
	}
	return es.Result{}, false, s.notRepeated(a)
}

// outcome is what the command of part came to, if the stream has seen it.
func (s *Store) outcome(part *es.StreamAppend) (es.StreamResult, bool) {
	if part.CommandID == "" {
		return es.StreamResult{}, false
	}
	stream := s.streams[part.Stream.Name]
	if stream == nil {
		return es.StreamResult{}, false
	}
	r, ok := stream.commands[part.CommandID]
	return r, ok
}

// sameEvents says whether a's events, which are all stored, stand where a would
// have put them: in the same streams and order, at versions that follow what a
// expects.
func (s *Store) sameEvents(a *es.Append) (es.Result, bool) {
	result := es.Result{Repeated: true, Streams: make([]es.StreamResult, 0, len(a.Streams))}
	for i := range a.Streams {
		part := &a.Streams[i]
		var r es.StreamResult
		for j := range part.Events {
			e := s.at(s.ids[part.Events[j].ID])
			if j == 0 {
				r.FirstVersion, r.FirstPosition = e.Version, e.Position
			}
			r.LastVersion, r.LastPosition = e.Version, e.Position
			inPlace := e.Stream.Name == part.Stream.Name && e.Version == r.FirstVersion+int64(j)
			if !inPlace || e.Position <= result.Position {
				return es.Result{}, false
			}
			result.Position = e.Position
		}
		if !part.Expected.Holds(r.FirstVersion - 1) {
			return es.Result{}, false
		}
		result.Streams = append(result.Streams, r)
	}
	return result, true
}

// sameCommands is what a's commands came to, all of which their streams have seen.
func (s *Store) sameCommands(a *es.Append) es.Result {
	result := es.Result{Repeated: true, SameCommand: true, Streams: make([]es.StreamResult, 0, len(a.Streams))}
	for i := range a.Streams {
		r, _ := s.outcome(&a.Streams[i])
		result.Streams = append(result.Streams, r)
		result.Position = max(result.Position, r.LastPosition)
	}
	return result
}

// notRepeated says what of a the store has already, and that the rest is other
// than it was.
func (s *Store) notRepeated(a *es.Append) error {
	for i := range a.Streams {
		part := &a.Streams[i]
		for j := range part.Events {
			id := part.Events[j].ID
			if position, ok := s.ids[id]; ok {
				e := s.at(position)
				return fmt.Errorf("%w: event %s is stored already, as version %d of stream %s, and the append is not the one that stored it",
					es.ErrDuplicateEvent, id, e.Version, e.Stream.Name)
			}
		}
	}
	for i := range a.Streams {
		part := &a.Streams[i]
		if r, ok := s.outcome(part); ok {
			return fmt.Errorf("%w: stream %s has seen command %q, at version %d, and another stream of the append has not",
				es.ErrDuplicateEvent, part.Stream.Name, part.CommandID, r.FirstVersion)
		}
	}
	return es.ErrDuplicateEvent
}

// write stores the events of an append that was found good.
func (s *Store) write(a *es.Append) es.Result {
	result := es.Result{Streams: make([]es.StreamResult, 0, len(a.Streams))}
	data := make(arena, 0, size(a))
	for i := range a.Streams {
		part := &a.Streams[i]
		st := s.streams[part.Stream.Name]
		if st == nil {
			st = &stream{is: part.Stream}
			s.streams[part.Stream.Name] = st
		}
		r := es.StreamResult{FirstVersion: st.version() + 1, FirstPosition: s.head() + 1}
		for j := range part.Events {
			e := &part.Events[j]
			s.index(st, es.Stored{
				Stream: st.is, Version: st.version() + 1, Position: s.head() + 1,
				ID: e.ID, Type: e.Type, TypeVersion: e.TypeVersion,
				// As every store does, keep neither zone nor monotonic reading.
				RecordedAt: e.RecordedAt.Round(0).UTC(),
				Payload:    data.keep(e.Payload), Metadata: data.keep(e.Metadata), Tags: distinct(e.Tags),
			})
		}
		r.LastVersion, r.LastPosition = st.version(), s.head()
		if part.CommandID != "" {
			if st.commands == nil {
				st.commands = make(map[string]es.StreamResult)
			}
			st.commands[part.CommandID] = r
		}
		result.Streams = append(result.Streams, r)
	}
	result.Position = s.head()
	return result
}

// index puts e at the end of the log and of the lists that it belongs to.
func (s *Store) index(st *stream, e es.Stored) {
	s.log = append(s.log, e)
	s.ids[e.ID] = e.Position
	st.events = append(st.events, e.Position)
	s.types[e.Type] = append(s.types[e.Type], e.Position)
	for _, tag := range e.Tags {
		s.tags[tag] = append(s.tags[tag], e.Position)
	}
}

// arena holds the payloads and metadata of one append, in one piece of memory.
type arena []byte

func size(a *es.Append) int {
	n := 0
	for i := range a.Streams {
		for j := range a.Streams[i].Events {
			e := &a.Streams[i].Events[j]
			n += len(e.Payload) + len(e.Metadata)
		}
	}
	return n
}

// keep returns a copy of b, which is nil where b is empty.
func (a *arena) keep(b []byte) []byte {
	if len(b) == 0 {
		return nil
	}
	start := len(*a)
	*a = append(*a, b...)
	return slices.Clip((*a)[start:])
}

// distinct returns a copy of tags, in their order, each tag once.
func distinct(tags []es.Tag) []es.Tag {
	if len(tags) == 0 {
		return nil
	}
	kept := make([]es.Tag, 0, len(tags))
	for _, tag := range tags {
		if !slices.Contains(kept, tag) {
			kept = append(kept, tag)
		}
	}
	return kept
}
