package sqlite

import (
	"cmp"
	"database/sql/driver"
	"fmt"
	"math"
	"slices"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/internal/appends"
)

// group is what the appends of one transaction see: the file, and what the appends
// before them in the group would write.
type group struct {
	conn  *conn
	cfg   *config
	types *typeNames
	seen  *seen

	head    int64 // the newest position
	crc     int64 // of the event there, once the group is flushed
	streams map[string]*streamState
	stored  map[uuid.UUID]appends.Place // events of the group's appends that are stored
	// tail are the events after tailAfter, the group's own included: those that
	// conditions near the head are judged by.
	tail      []tailEvent
	tailAfter int64
	tailRead  bool // that which the file holds of it

	writes []write
	rows   groupRows
	made   map[string]int64 // numbers of types that this transaction has made
	sum    checksum
}

// streamState is a stream as the next append of the group finds it.
type streamState struct {
	es.Stream
	number   int64 // 0 where it is not in the file
	inFile   int64 // the version in the file
	version  int64
	commands map[string]es.StreamResult // of the group's appends, those that were seen
}

// write is an append's part for one stream, with its place.
type write struct {
	request *request
	part    *es.StreamAppend
	stream  *streamState
	place   es.StreamResult
}

func newGroup(c *conn, cfg *config, types *typeNames, seen *seen) *group {
	return &group{
		conn: c, cfg: cfg, types: types, seen: seen,
		streams: make(map[string]*streamState), stored: make(map[uuid.UUID]appends.Place), made: make(map[string]int64),
	}
}

// load reads what all appends of the group have to know: the streams that they name,
// and which of their events and commands are stored already.
func (g *group) load(requests []*request) error {
	if err := g.loadRows(requests); err != nil {
		return err
	}
	g.reach(requests)
	var names, ids []driver.Value
	for _, r := range requests {
		for i := range r.append.Streams {
			part := &r.append.Streams[i]
			if g.streams[part.Stream.Name] == nil {
				st := &streamState{Stream: part.Stream}
				g.streams[part.Stream.Name] = st
				if seen, ok := g.seen.streams[part.Stream.Name]; ok {
					st.found(seen)
				} else {
					names = append(names, part.Stream.Name)
				}
			}
			for j := range part.Events {
				ids = append(ids, part.Events[j].ID[:])
			}
		}
	}
	if err := g.loadStreams(names); err != nil {
		return err
	}
	if err := g.loadEvents(ids); err != nil {
		return err
	}
	for _, r := range requests {
		for i := range r.append.Streams {
			part := &r.append.Streams[i]
			if err := g.loadCommand(g.streams[part.Stream.Name], part.CommandID); err != nil {
				return err
			}
		}
	}
	return nil
}

func (g *group) loadStreams(names []driver.Value) error {
	return g.conn.in(`SELECT s.id, s.name, s.category, s.key, h.head
		FROM es_streams s LEFT JOIN es_heads h ON h.stream = s.id WHERE s.name IN (?)`, names, func(row []driver.Value) (bool, error) {
		s := scanner{row: row}
		found := seenStream{es.Stream{Name: s.text(1), Category: s.text(2), Key: s.text(3)}, s.int(0), s.int(4)}
		if st := g.streams[found.Name]; s.err == nil && st != nil {
			st.found(found)
		}
		return true, damaged("streams", s.err)
	})
}

func (g *group) loadEvents(ids []driver.Value) error {
	const query = `SELECT e.id, e.version, e.position, e.stream, s.name
		FROM es_events e LEFT JOIN es_streams s ON s.id = e.stream WHERE e.id IN (?)`
	return g.conn.in(query, ids, func(row []driver.Value) (bool, error) {
		s := scanner{row: row}
		id, err := uuid.FromBytes(s.bytes(0))
		g.stored[id] = appends.Place{Stream: s.text(4), Version: s.int(1), Position: s.int(2)}
		if row[4] == nil {
			err = fmt.Errorf("position %d: the file does not name stream %d", s.int(2), s.int(3))
		}
		return true, damaged("events", cmp.Or(s.err, err))
	})
}

func (g *group) loadCommand(st *streamState, id string) error {
	if id == "" || st.number == 0 {
		return nil
	}
	return g.conn.each(commandColumns+"FROM es_commands c"+commandJoins+"WHERE c.stream = ? AND c.id = ?", func(row []driver.Value) (bool, error) {
		first, err := toCommand(row, st.Name, id)
		st.saw(id, first)
		return false, err
	}, st.number, id)
}

// found has st be what the file says.
func (st *streamState) found(in seenStream) {
	st.Stream, st.number, st.inFile, st.version = in.Stream, in.number, in.version, in.version
}

func (st *streamState) saw(command string, first es.StreamResult) {
	if st.commands == nil {
		st.commands = make(map[string]es.StreamResult)
	}
	st.commands[command] = first
}

// Version implements [appends.Ledger].
func (g *group) Version(stream string) int64 { return g.streams[stream].version }

// Event implements [appends.Ledger].
func (g *group) Event(id uuid.UUID) (at appends.Place, stored bool) {
	at, stored = g.stored[id]
	return at, stored
}

// Command implements [appends.Ledger].
func (g *group) Command(stream, id string) (first es.StreamResult, seen bool) {
	first, seen = g.streams[stream].commands[id]
	return first, seen
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
	if first, repeated, refused := appends.Judge(a, g); repeated || refused != nil {
		return first, refused, nil
	}
	for i := range a.Conditions {
		broken, err := g.broken(&a.Conditions[i])
		if broken != nil || err != nil {
			return es.Result{}, broken, err
		}
	}
	if refused, err := g.judgeRows(a); refused != nil || err != nil {
		return es.Result{}, refused, err
	}
	if refused := g.checkRoom(r); refused != nil {
		return es.Result{}, refused, nil
	}
	return g.take(r), nil, nil
}

// checkRoom makes sure that there are positions and versions left. Only a file that is
// damaged can have come to their end; what followed would be below all others.
func (g *group) checkRoom(r *request) error {
	const last = math.MaxInt64
	if g.head > last-int64(r.events) {
		return fmt.Errorf("%w: its newest position is %d", errDamaged, g.head)
	}
	for i := range r.append.Streams {
		part := &r.append.Streams[i]
		if st := g.streams[part.Stream.Name]; st.version > last-int64(len(part.Events)) {
			return fmt.Errorf("%w: the head of stream %s is version %d", errDamaged, st.Name, st.version)
		}
	}
	return nil
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
			p := appends.Place{Stream: st.Name, Version: at.FirstVersion + int64(j), Position: at.FirstPosition + int64(j)}
			g.stored[e.ID] = p
			g.tail = append(g.tail, tailEvent{p.Position, e.Type, e.Tags})
		}
		st.version, g.head = at.LastVersion, at.LastPosition
		if part.CommandID != "" {
			st.saw(part.CommandID, at)
		}
		g.writes = append(g.writes, write{request: r, part: part, stream: st, place: at})
		result.Streams[i] = at
	}
	g.takeRows(r.append)
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
