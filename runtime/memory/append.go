package memory

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/internal/appends"
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
	if first, repeated, err := appends.Judge(&a, (*ledger)(s)); repeated || err != nil {
		return first, err
	}
	for _, c := range a.Conditions {
		if position := s.first(c.Query, c.After); position > 0 {
			return es.Result{}, &es.ConditionError{Position: position, Type: s.at(position).Type, After: c.After}
		}
	}
	if err := s.judgeRows(&a); err != nil {
		return es.Result{}, err
	}
	s.writeRows(&a)
	return s.write(&a), nil
}

// ledger is what the store has, for an append to be judged by. It is a type of its
// own so that its methods are none of the store's.
type ledger Store

func (l *ledger) Version(stream string) int64 { return l.streams[stream].version() }

func (l *ledger) Event(id uuid.UUID) (at appends.Place, stored bool) {
	position, stored := l.ids[id]
	if stored {
		e := (*Store)(l).at(position)
		at = appends.Place{Stream: e.Stream.Name, Version: e.Version, Position: position}
	}
	return at, stored
}

func (l *ledger) Command(stream, id string) (first es.StreamResult, seen bool) {
	if st := l.streams[stream]; st != nil {
		first, seen = st.commands[id]
	}
	return first, seen
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
				Payload:    data.keep(e.Payload), Metadata: data.keep(e.Metadata), Tags: keptTags(e.Tags),
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

// keptTags returns a copy of tags, each once, which is nil where there are none.
func keptTags(tags []es.Tag) []es.Tag {
	if len(tags) == 0 {
		return nil
	}
	return slices.Clip(slices.Clone(appends.DistinctTags(tags)))
}
