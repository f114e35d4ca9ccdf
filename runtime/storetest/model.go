package storetest

import (
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
)

// model says what a store must answer, in the plainest way: it looks through all
// events that there are. Positions are the store's own business, so that it
// learns them from the store.
type model struct {
	log      []es.Stored
	places   map[uuid.UUID]int // in log
	versions map[string]int64
	commands map[string]map[string]es.StreamResult // by stream and command ID
}

func newModel() *model {
	return &model{
		places:   make(map[uuid.UUID]int),
		versions: make(map[string]int64),
		commands: make(map[string]map[string]es.StreamResult),
	}
}

func (m *model) head() int64 {
	if len(m.log) == 0 {
		return 0
	}
	return m.log[len(m.log)-1].Position
}

// verdict is what a store may answer to an append. Where several things are wrong
// on one level, it may name any of them.
type verdict struct {
	repeated   []es.Result
	duplicate  bool
	conflicts  []es.ConflictError
	conditions []es.ConditionError
}

// fresh says that the append is to be stored.
func (v verdict) fresh() bool {
	return len(v.repeated) == 0 && !v.duplicate && len(v.conflicts) == 0 && len(v.conditions) == 0
}

func (m *model) judge(a es.Append) verdict {
	var v verdict
	events, stored := 0, 0
	for _, part := range a.Streams {
		events += len(part.Events)
		for _, e := range part.Events {
			if _, ok := m.places[e.ID]; ok {
				stored++
			}
		}
	}
	byCommands, seen := m.byCommands(a)
	if r, ok := m.stands(a); stored == events && ok {
		v.repeated = append(v.repeated, r)
	}
	if seen == len(a.Streams) && len(v.repeated) == 0 {
		v.repeated = append(v.repeated, byCommands)
	}
	v.duplicate = len(v.repeated) == 0 && (stored > 0 || seen > 0)
	if len(v.repeated) > 0 || v.duplicate {
		return v
	}

	for _, part := range a.Streams {
		if actual := m.versions[part.Stream.Name]; !part.Expected.Holds(actual) {
			v.conflicts = append(v.conflicts, es.ConflictError{Stream: part.Stream.Name, Expected: part.Expected, Actual: actual})
		}
	}
	if len(v.conflicts) > 0 {
		return v
	}

	for _, c := range a.Conditions {
		i := slices.IndexFunc(m.log, func(e es.Stored) bool {
			return e.Position > c.After && c.Query.Matches(e.Type, e.Tags)
		})
		if i >= 0 {
			v.conditions = append(v.conditions, es.ConditionError{Position: m.log[i].Position, Type: m.log[i].Type, After: c.After})
		}
	}
	return v
}

// byCommands is what those of a's commands came to that their streams have seen,
// and how many these are.
func (m *model) byCommands(a es.Append) (r es.Result, seen int) {
	r = es.Result{Repeated: true, SameCommand: true}
	for _, part := range a.Streams {
		if first, ok := m.commands[part.Stream.Name][part.CommandID]; ok && part.CommandID != "" {
			seen++
			r.Streams = append(r.Streams, first)
			r.Position = max(r.Position, first.LastPosition)
		}
	}
	return r, seen
}

// stands says whether a's events stand where a would have put them, and what the
// result of that was.
func (m *model) stands(a es.Append) (es.Result, bool) {
	r := es.Result{Repeated: true}
	for _, part := range a.Streams {
		var places []es.Stored
		for _, e := range part.Events {
			place, ok := m.places[e.ID]
			if !ok {
				return r, false
			}
			places = append(places, m.log[place])
		}
		first, last := places[0], places[len(places)-1]
		for i, at := range places {
			if at.Stream.Name != part.Stream.Name || at.Version != first.Version+int64(i) {
				return r, false
			}
		}
		if first.Position <= r.Position || !part.Expected.Holds(first.Version-1) {
			return r, false
		}
		r.Position = last.Position
		r.Streams = append(r.Streams, es.StreamResult{
			FirstVersion: first.Version, LastVersion: last.Version,
			FirstPosition: first.Position, LastPosition: last.Position,
		})
	}
	return r, true
}

// allows says what is wrong with a store's answer.
func (v verdict) allows(r es.Result, err error) error {
	switch {
	case v.fresh():
		if err != nil {
			return fmt.Errorf("the error is %q, and the append is to be stored", err)
		}
		if r.Repeated {
			return fmt.Errorf("the result is %+v, and the append is new", r)
		}
	case len(v.repeated) > 0:
		if err != nil {
			return fmt.Errorf("the error is %q, want the first result %+v", err, v.repeated)
		}
		if !slices.ContainsFunc(v.repeated, func(want es.Result) bool {
			return r.Repeated && r.SameCommand == want.SameCommand && r.Position == want.Position && slices.Equal(r.Streams, want.Streams)
		}) {
			return fmt.Errorf("the result is %+v, want the first result %+v", r, v.repeated)
		}
	case v.duplicate:
		if !errors.Is(err, es.ErrDuplicateEvent) {
			return fmt.Errorf("got %+v and the error %v, want es.ErrDuplicateEvent", r, err)
		}
	case len(v.conflicts) > 0:
		if got, ok := errors.AsType[*es.ConflictError](err); !ok || !slices.Contains(v.conflicts, *got) {
			return fmt.Errorf("got %+v and the error %v, want one of %+v", r, err, v.conflicts)
		}
	default:
		if got, ok := errors.AsType[*es.ConditionError](err); !ok || !slices.Contains(v.conditions, *got) {
			return fmt.Errorf("got %+v and the error %v, want one of %+v", r, err, v.conditions)
		}
	}
	return nil
}

// store takes in an append that is fresh. events are what the store has of it.
func (m *model) store(a es.Append, r es.Result, events []es.Stored) error {
	next := 0
	for i, part := range a.Streams {
		name := part.Stream.Name
		at := events[next : next+len(part.Events)]
		next += len(part.Events)
		want := es.StreamResult{
			FirstVersion: m.versions[name] + 1, LastVersion: m.versions[name] + int64(len(at)),
			FirstPosition: at[0].Position, LastPosition: at[len(at)-1].Position,
		}
		if r.Streams[i] != want {
			return fmt.Errorf("the result for stream %q is %+v, want %+v", name, r.Streams[i], want)
		}
		for j, e := range part.Events {
			if err := (entry{stream: part.Stream, version: want.FirstVersion + int64(j), event: e}).is(at[j]); err != nil {
				return fmt.Errorf("event %d of stream %q: %w", j, name, err)
			}
			m.places[e.ID] = len(m.log)
			m.log = append(m.log, at[j])
		}
		m.versions[name] = want.LastVersion
		if part.CommandID != "" {
			if m.commands[name] == nil {
				m.commands[name] = make(map[string]es.StreamResult)
			}
			m.commands[name][part.CommandID] = want
		}
	}
	return nil
}
