package sqlite

import (
	"cmp"
	"database/sql/driver"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
)

// group is what the appends of one transaction see: the file, and what the appends
// before them in the group would write.
type group struct {
	conn  *conn
	types *typeNames

	head    int64 // the newest position
	streams map[string]*streamState
	numbers map[int64]*streamState // of those that are in the file
	stored  map[uuid.UUID]place    // events of the group's appends that are stored
	// tail are the events after tailAfter, the group's own included: those that
	// conditions near the head are judged by.
	tail      []tailEvent
	tailAfter int64
	tailRead  bool // that which the file holds of it

	writes []write
	made   map[string]int64 // numbers of types that this transaction has made
	sum    checksum
}

// streamState is a stream as the next append of the group finds it.
type streamState struct {
	es.Stream
	number   int64 // 0 where it is not in the file
	inFile   int64 // the version in the file
	version  int64
	commands map[string]es.StreamResult // those of the group
}

// place is where an event stands.
type place struct {
	stream            *streamState // nil if no append of the group names it
	version, position int64
}

// write is an append's part for one stream, with its place.
type write struct {
	request *request
	part    *es.StreamAppend
	stream  *streamState
	place   es.StreamResult
}

func newGroup(c *conn, types *typeNames) *group {
	return &group{
		conn: c, types: types,
		streams: make(map[string]*streamState), numbers: make(map[int64]*streamState),
		stored: make(map[uuid.UUID]place), made: make(map[string]int64),
	}
}

// load reads what all appends of the group have to know: the head, the streams that
// they name, and which of their events are stored already.
func (g *group) load(requests []*request) (err error) {
	if g.head, err = readHead(g.conn); err != nil {
		return err
	}
	g.reach(requests)
	var names, ids []driver.Value
	for _, r := range requests {
		for i := range r.append.Streams {
			part := &r.append.Streams[i]
			if g.streams[part.Stream.Name] == nil {
				g.streams[part.Stream.Name] = &streamState{Stream: part.Stream}
				names = append(names, part.Stream.Name)
			}
			for j := range part.Events {
				ids = append(ids, part.Events[j].ID[:])
			}
		}
	}
	err = g.conn.in("SELECT id, name, category, key, head FROM es_streams WHERE name IN (?)", names, func(row []driver.Value) (bool, error) {
		s := scanner{row: row}
		number, stream, head := s.int(0), es.Stream{Name: s.text(1), Category: s.text(2), Key: s.text(3)}, s.int(4)
		if st := g.streams[stream.Name]; s.err == nil && st != nil {
			*st = streamState{Stream: stream, number: number, inFile: head, version: head}
			g.numbers[number] = st
		}
		return true, damaged("streams", s.err)
	})
	if err != nil {
		return err
	}
	return g.conn.in("SELECT id, stream, version, position FROM es_events WHERE id IN (?)", ids, func(row []driver.Value) (bool, error) {
		s := scanner{row: row}
		id, err := uuid.FromBytes(s.bytes(0))
		g.stored[id] = place{stream: g.numbers[s.int(1)], version: s.int(2), position: s.int(3)}
		return true, damaged("events", cmp.Or(s.err, err))
	})
}

// damaged wraps the error of a row that cannot be.
func damaged(table string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: table %s: %w", es.ErrCorrupt, table, err)
}

// judge finds the outcome of an append, and takes it into the group if it is good.
// The outcome's own error is refused; err is one of the file.
func (g *group) judge(r *request) (result es.Result, refused, err error) {
	a := r.append
	result, repeated, refused, err := g.repeated(a)
	if repeated || refused != nil || err != nil {
		return result, refused, err
	}
	for i := range a.Streams {
		part := &a.Streams[i]
		if actual := g.streams[part.Stream.Name].version; !part.Expected.Holds(actual) {
			return es.Result{}, &es.ConflictError{Stream: part.Stream.Name, Expected: part.Expected, Actual: actual}, nil
		}
	}
	for i := range a.Conditions {
		broken, err := g.broken(&a.Conditions[i])
		if broken != nil || err != nil {
			return es.Result{}, broken, err
		}
	}
	return g.take(r), nil, nil
}

// repeated looks for an earlier append that a repeats, and returns its outcome.
func (g *group) repeated(a *es.Append) (first es.Result, repeated bool, refused, err error) {
	events, stored, commands := 0, 0, 0
	byCommand := es.Result{Repeated: true, SameCommand: true, Streams: make([]es.StreamResult, len(a.Streams))}
	for i := range a.Streams {
		part := &a.Streams[i]
		for j := range part.Events {
			if _, ok := g.stored[part.Events[j].ID]; ok {
				stored++
			}
		}
		events += len(part.Events)
		if part.CommandID != "" {
			result, seen, err := g.command(g.streams[part.Stream.Name], part.CommandID)
			if err != nil {
				return es.Result{}, false, nil, err
			}
			if seen {
				commands++
				byCommand.Streams[i] = result
				byCommand.Position = max(byCommand.Position, result.LastPosition)
			}
		}
	}
	switch {
	case stored == 0 && commands == 0:
		return es.Result{}, false, nil, nil
	case stored == events:
		if first, ok := g.sameEvents(a); ok {
			return first, true, nil, nil
		}
	}
	if commands == len(a.Streams) {
		return byCommand, true, nil, nil
	}
	return es.Result{}, false, g.duplicate(a, byCommand), nil
}

// sameEvents says whether a's events, all of which are stored, stand where a would
// have put them: in the same streams and order, at versions that a expects.
func (g *group) sameEvents(a *es.Append) (es.Result, bool) {
	result := es.Result{Repeated: true, Streams: make([]es.StreamResult, len(a.Streams))}
	for i := range a.Streams {
		part := &a.Streams[i]
		first := g.stored[part.Events[0].ID]
		for j := range part.Events {
			p := g.stored[part.Events[j].ID]
			if p.stream != g.streams[part.Stream.Name] || p.version != first.version+int64(j) || p.position <= result.Position {
				return es.Result{}, false
			}
			result.Position = p.position
		}
		if !part.Expected.Holds(first.version - 1) {
			return es.Result{}, false
		}
		result.Streams[i] = es.StreamResult{
			FirstVersion: first.version, LastVersion: first.version + int64(len(part.Events)) - 1,
			FirstPosition: first.position, LastPosition: result.Position,
		}
	}
	return result, true
}

// command is what a command came to, if its stream has seen it.
func (g *group) command(st *streamState, id string) (result es.StreamResult, seen bool, err error) {
	if result, seen = st.commands[id]; seen || st.number == 0 {
		return result, seen, nil
	}
	err = g.conn.each(`SELECT c.first_version, c.last_version, f.position, l.position FROM es_commands c
		JOIN es_events f ON f.stream = c.stream AND f.version = c.first_version
		JOIN es_events l ON l.stream = c.stream AND l.version = c.last_version
		WHERE c.stream = ? AND c.id = ?`, func(row []driver.Value) (bool, error) {
		s := scanner{row: row}
		result = es.StreamResult{FirstVersion: s.int(0), LastVersion: s.int(1), FirstPosition: s.int(2), LastPosition: s.int(3)}
		seen = true
		return false, damaged("commands", s.err)
	}, st.number, id)
	return result, seen, err
}

// duplicate says what of a is stored already, where a as a whole is not.
func (g *group) duplicate(a *es.Append, byCommand es.Result) error {
	for i := range a.Streams {
		for j := range a.Streams[i].Events {
			id := a.Streams[i].Events[j].ID
			p, ok := g.stored[id]
			if !ok {
				continue
			}
			where := "another stream"
			if p.stream != nil {
				where = "stream " + p.stream.Name
			}
			return fmt.Errorf("%w: event %s is stored already, in %s at version %d, and this is not the append that stored it",
				es.ErrDuplicateEvent, id, where, p.version)
		}
	}
	for i := range a.Streams {
		if first := byCommand.Streams[i].FirstVersion; first > 0 {
			return fmt.Errorf("%w: stream %s has seen command %q, at version %d, and another stream of the append has not",
				es.ErrDuplicateEvent, a.Streams[i].Stream.Name, a.Streams[i].CommandID, first)
		}
	}
	return es.ErrDuplicateEvent
}

// take gives the events of an append their places.
func (g *group) take(r *request) es.Result {
	result := es.Result{Streams: make([]es.StreamResult, len(r.append.Streams))}
	for i := range r.append.Streams {
		part := &r.append.Streams[i]
		st := g.streams[part.Stream.Name]
		n := int64(len(part.Events))
		at := es.StreamResult{FirstVersion: st.version + 1, LastVersion: st.version + n, FirstPosition: g.head + 1, LastPosition: g.head + n}
		for j := range part.Events {
			e := &part.Events[j]
			p := place{stream: st, version: at.FirstVersion + int64(j), position: at.FirstPosition + int64(j)}
			g.stored[e.ID] = p
			g.tail = append(g.tail, tailEvent{p.position, e.Type, e.Tags})
		}
		st.version, g.head = at.LastVersion, at.LastPosition
		if part.CommandID != "" {
			if st.commands == nil {
				st.commands = make(map[string]es.StreamResult)
			}
			st.commands[part.CommandID] = at
		}
		g.writes = append(g.writes, write{request: r, part: part, stream: st, place: at})
		result.Streams[i] = at
	}
	result.Position = g.head
	return result
}

// wrote says whether r would have written something.
func (g *group) wrote(r *request) bool {
	return slices.ContainsFunc(g.writes, func(w write) bool { return w.request == r })
}

// committed makes known what is now in the file.
func (g *group) committed() {
	for name, number := range g.made {
		g.types.add(number, name)
	}
}
