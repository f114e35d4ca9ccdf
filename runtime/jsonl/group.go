package jsonl

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/internal/appends"
	"github.com/esgen/esgen/runtime/internal/visible"
)

// group is what the appends of one write see: the index, and what the appends before
// them in the group would write.
type group struct {
	store *Store
	index *index

	buf     []byte // the lines
	written []newLine
	streams map[string]*pendingStream // those that the group writes to
	ids     map[uuid.UUID]appends.Place
	record  Record

	// failed is the first error of reading the file, met where an error cannot be
	// returned.
	failed error
}

// newLine is an event of the group, in the order of positions.
type newLine struct {
	stream  *pendingStream
	event   *es.NewEvent
	tags    []es.Tag // each once
	command string
	size    int
}

// pendingStream is a stream as the next append of the group finds it.
type pendingStream struct {
	is       es.Stream
	version  int64
	commands map[string]es.StreamResult // nil until there is one
}

func newGroup(s *Store, buf []byte) *group {
	return &group{store: s, index: s.index, buf: buf[:0], streams: make(map[string]*pendingStream), ids: make(map[uuid.UUID]appends.Place)}
}

func (g *group) head() int64 { return g.index.head() + int64(len(g.written)) }

// Version implements [appends.Ledger].
func (g *group) Version(stream string) int64 {
	if st := g.streams[stream]; st != nil {
		return st.version
	}
	return g.index.streams[stream].version()
}

// Event implements [appends.Ledger].
func (g *group) Event(id uuid.UUID) (at appends.Place, stored bool) {
	if at, stored = g.ids[id]; stored {
		return at, true
	}
	g.index.ids.each(&id, func(position uint32) bool {
		var l line
		if err := g.index.readLine(g.store.file, &l, int64(position)); err != nil {
			if g.failed == nil {
				g.failed = err
			}
			return false
		}
		if stored = l.id == id; stored {
			at = appends.Place{Stream: string(l.stream), Version: l.version, Position: l.position}
		}
		return !stored
	})
	return at, stored
}

// Command implements [appends.Ledger].
func (g *group) Command(stream, id string) (first es.StreamResult, seen bool) {
	if st := g.streams[stream]; st != nil {
		if first, seen = st.commands[id]; seen {
			return first, true
		}
	}
	if st := g.index.streams[stream]; st != nil {
		if c, seen := st.commands[id]; seen {
			return st.result(c), true
		}
	}
	return es.StreamResult{}, false
}

// judge finds the outcome of an append, and takes it into the group if it is good.
func (g *group) judge(a *es.Append) (es.Result, error) {
	g.failed = nil
	first, repeated, err := appends.Judge(a, g)
	if g.failed != nil {
		return es.Result{}, nothingStored(g.failed)
	}
	if repeated || err != nil {
		return first, err
	}
	for i := range a.Conditions {
		if broken := g.broken(&a.Conditions[i]); broken != nil {
			return es.Result{}, broken
		}
	}
	return g.take(a)
}

// broken says which event breaks a condition, if one does. The result is an error.
func (g *group) broken(c *es.Condition) error {
	after, head := max(c.After, 0), g.index.head()
	if after < head {
		sel := g.index.selectBy(c.Query)
		if p := sel.next(uint32(after) + 1); p != 0 {
			return g.breaks(c, int64(p))
		}
	}
	for i := max(after-head, 0); i < int64(len(g.written)); i++ {
		if w := &g.written[i]; c.Query.Matches(w.event.Type, w.tags) {
			return &es.ConditionError{Position: head + i + 1, Type: w.event.Type, After: c.After}
		}
	}
	return nil
}

func (g *group) breaks(c *es.Condition, position int64) error {
	var l line
	if err := g.index.readLine(g.store.file, &l, position); err != nil {
		return nothingStored(err)
	}
	return &es.ConditionError{Position: position, Type: string(l.typ), After: c.After}
}

// take gives the events of an append their places, and writes their lines.
func (g *group) take(a *es.Append) (es.Result, error) {
	size, written, head := len(g.buf), len(g.written), g.head()
	if err := g.encode(a); err != nil {
		g.buf, g.written = g.buf[:size], g.written[:written]
		return es.Result{}, nothingStored(err)
	}
	result := es.Result{Streams: make([]es.StreamResult, len(a.Streams))}
	for i := range a.Streams {
		part := &a.Streams[i]
		st, n := g.streams[part.Stream.Name], int64(len(part.Events))
		at := es.StreamResult{FirstVersion: st.version + 1, LastVersion: st.version + n, FirstPosition: head + 1, LastPosition: head + n}
		for j := range part.Events {
			g.ids[part.Events[j].ID] = appends.Place{Stream: st.is.Name, Version: at.FirstVersion + int64(j), Position: at.FirstPosition + int64(j)}
		}
		if part.CommandID != "" {
			if st.commands == nil {
				st.commands = make(map[string]es.StreamResult)
			}
			st.commands[part.CommandID] = at
		}
		st.version, head = at.LastVersion, at.LastPosition
		result.Streams[i] = at
	}
	result.Position = head
	return result, nil
}

// encode writes the lines of an append.
func (g *group) encode(a *es.Append) error {
	r := &g.record
	for i := range a.Streams {
		part := &a.Streams[i]
		st := g.stream(&part.Stream)
		r.Stream, r.CommandID = st.is, part.CommandID
		for j := range part.Events {
			e := &part.Events[j]
			r.Position, r.Version = g.head()+1, st.version+int64(j)+1
			if r.Position > mostEvents {
				return fmt.Errorf("%w: %w", ErrFull, errTooMany)
			}
			r.ID, r.Type, r.TypeVersion, r.RecordedAt = e.ID, e.Type, e.TypeVersion, e.RecordedAt
			r.Payload, r.Metadata, r.Tags = e.Payload, e.Metadata, appends.DistinctTags(e.Tags)
			r.Last, r.Synced = false, 0
			if i == len(a.Streams)-1 && j == len(part.Events)-1 {
				r.Last, r.Synced = true, g.index.head()
			}
			start := len(g.buf)
			var err error
			if g.buf, err = appendLine(g.buf, r); err != nil {
				return fmt.Errorf("event %d for stream %s: %w", j+1, visible.Text(st.is.Name), err)
			}
			if n := len(g.buf) - start; n > mostLine {
				return fmt.Errorf("%w: event %d for stream %s takes %d bytes", ErrTooLarge, j+1, visible.Text(st.is.Name), n)
			}
			g.written = append(g.written, newLine{stream: st, event: e, tags: r.Tags, command: part.CommandID, size: len(g.buf) - start})
		}
	}
	return nil
}

// stream is what the group knows of a stream. The first append to it says what it is.
func (g *group) stream(is *es.Stream) *pendingStream {
	st := g.streams[is.Name]
	if st == nil {
		st = &pendingStream{is: *is}
		if x := g.index.streams[is.Name]; x != nil {
			st.is, st.version = x.is, x.version()
		}
		g.streams[is.Name] = st
	} else if st.version == 0 {
		st.is = *is
	}
	return st
}

// publish takes the lines, which are on disk now, into the index.
func (g *group) publish() {
	x := g.index
	var found []*tagged
	for i := range g.written {
		w := &g.written[i]
		e := entry{id: &w.event.ID, size: int64(w.size), command: w.command}
		if e.stream = x.streams[w.stream.is.Name]; e.stream == nil {
			e.stream = x.newStream(w.stream.is)
		}
		if e.typ = x.types[w.event.Type]; e.typ == nil {
			e.typ = x.newType(w.event.Type)
		}
		found = found[:0]
		for _, tag := range w.tags {
			t := x.tags[tag]
			if t == nil {
				t = x.newTag(tag)
			}
			found = append(found, t)
		}
		e.tags = found
		x.add(&e)
	}
}
