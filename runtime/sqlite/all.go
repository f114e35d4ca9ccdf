package sqlite

import (
	"context"
	"database/sql/driver"
	"fmt"
	"iter"
	"slices"

	"github.com/esgen/esgen/runtime/es"
)

// All implements [es.Store]. It reads the store as it is when an iteration begins:
// events that are appended later are not in its sight.
func (s *Store) All(ctx context.Context, opts es.ReadAll) iter.Seq2[*es.Stored, error] {
	return func(yield func(*es.Stored, error) bool) {
		if err := s.ready(ctx); err != nil {
			yield(nil, err)
			return
		}
		buf := newBuffer()
		defer buf.release()
		rd := &reader{store: s, ctx: ctx, yield: yield, limit: opts.Limit, buffer: buf}
		if len(opts.Streams) > 0 {
			rd.merge(opts)
		} else {
			rd.sweep(opts)
		}
	}
}

// sweep yields the events of all streams.
func (rd *reader) sweep(opts es.ReadAll) {
	s := rd.store
	sw := sweep{opts: opts, page: &rd.buffer.page}
	for !sw.ended {
		if err := s.readers.with(rd.ctx, func(c *conn) error { return sw.fill(c, s, rd.left(sw.pageSize())) }); err != nil {
			rd.yield(nil, s.failed("read", err))
			return
		}
		for i := range sw.page.records {
			r := &sw.page.records[i]
			wanted, err := rd.loadWanted(r, &sw)
			if err == nil && r.position <= sw.last {
				// The event is sound, and the way to it is not: SQLite does not look at the order
				// of what it goes through.
				err = &es.EventError{Stream: rd.event.Stream.Name, Version: r.version, Position: r.position, Type: rd.event.Type,
					Err: fmt.Errorf("%w: it was found behind the event at position %d", es.ErrCorrupt, sw.last)}
			}
			if sw.last = r.position; err != nil {
				rd.yield(nil, err)
				return
			}
			if wanted && !rd.step() {
				return
			}
		}
	}
	rd.end()
}

// loadWanted verifies r, makes it the event to be yielded, and says whether it is wanted.
func (rd *reader) loadWanted(r *record, sw *sweep) (wanted bool, err error) {
	q := &sw.opts.Query
	if sw.page.brief {
		if r.of != nil && rd.loadBrief(r, &r.of.Stream) {
			if sw.untagged {
				return q.Matches(rd.event.Type, nil), nil
			}
			// No checksum says that the tags are right. But the index that found the event
			// has those that are asked for as well, and what both say is so.
			if tags, err := rd.parseTags(r.tags); err == nil && q.Matches(rd.event.Type, tags) {
				return true, nil
			}
		}
		// Something does not agree. All of the event has the last word.
		if err := rd.readAgain(r); err != nil {
			return false, err
		}
	}
	if r.of == nil {
		return false, &es.EventError{Version: r.version, Position: r.position,
			Err: fmt.Errorf("%w: its stream has the number %d, which the file does not name", es.ErrCorrupt, r.stream)}
	}
	err = rd.load(r, r.of.Stream)
	return err == nil && q.Matches(rd.event.Type, rd.event.Tags), err
}

// readAgain reads all columns of a record that was read in brief. The record stays as it is
// where its position leads to another event or to none: then it is the position that is
// damaged, and that other event has its own turn.
func (rd *reader) readAgain(r *record) error {
	s, again := rd.store, new(page)
	err := s.readers.with(rd.ctx, func(c *conn) error {
		again.reset(1)
		if err := c.each("SELECT "+columns+" FROM es_events WHERE position = ?", again.add, r.position); err != nil {
			return err
		}
		if err := s.streams.find(c, again.records); err != nil {
			return err
		}
		return again.names(c, s.types)
	})
	if err != nil {
		return s.failed("read", err)
	}
	for _, whole := range again.records {
		if whole.stream == r.stream && whole.version == r.version && whole.crc == r.crc {
			*r = whole
		}
	}
	return nil
}

// sweep goes through the events of all streams, page by page.
type sweep struct {
	opts   es.ReadAll
	begun  bool
	after  int64 // the position that has been reached
	last   int64 // that of the event that was verified last
	to     int64
	wanted *selection
	// untagged says that the query asks for no tag.
	untagged bool
	page     *page
	pages    int
	ended    bool
}

func (sw *sweep) pageSize() int {
	if sw.pages == 0 {
		return firstPage
	}
	return fullPage
}

// fill reads the next page, of at most limit events that may be wanted.
func (sw *sweep) fill(c *conn, s *Store, limit int) error {
	if !sw.begun {
		var err error
		if sw.to, err = s.bound(c, sw.opts.To); err != nil {
			return err
		}
		if sw.wanted, err = newSelection(c, s.types, sw.opts.Query); err != nil {
			return err
		}
		sw.untagged = !slices.ContainsFunc(sw.opts.Query.Items, func(it es.Item) bool { return len(it.Tags) > 0 })
		sw.after, sw.begun = max(sw.opts.After, 0), true // no position is lower
	}
	sw.page.reset(limit)
	if sw.after >= sw.to {
		sw.ended = true
		return nil
	}
	if sw.wanted.scan && len(sw.opts.Query.Items) > 0 {
		sw.page.limit = fullPage // most of them may not be wanted
	}
	reached, err := sw.read(c)
	if err != nil {
		return err
	}
	if err := s.streams.find(c, sw.page.records); err != nil {
		return err
	}
	if err := sw.page.names(c, s.types); err != nil {
		return err
	}
	if sw.after = reached; sw.page.more {
		sw.after = sw.page.records[len(sw.page.records)-1].position
	}
	sw.ended = sw.after >= sw.to
	sw.pages++
	return nil
}

// bound is the position at which a reading ends that was asked to go on to a position,
// or to the end where that is 0: the head, if that comes first.
func (s *Store) bound(c *conn, to int64) (int64, error) {
	if to > 0 && to <= s.reached.Load() {
		return to, nil // a decision model has just asked for the head
	}
	head, err := s.readHead(c)
	if to != 0 {
		head = min(head, to)
	}
	return head, err
}

// longestScan is how many positions one statement goes through at most, whatever
// it finds: readers heed their context in between, and hold up no checkpoint.
const longestScan = 1 << 16

// read fills the page. Unless that is full, the events up to the position that it
// returns have been looked at.
func (sw *sweep) read(c *conn) (reached int64, err error) {
	sw.page.brief = sw.opts.Brief && (sw.untagged || sw.wanted.usual())
	if sw.wanted.scan {
		reached = sw.to
		if len(sw.wanted.types) > 0 && sw.to-sw.after > longestScan {
			reached = sw.after + longestScan
		}
		query := "SELECT " + columns + " FROM es_events"
		if sw.page.brief {
			query = "SELECT position, " + briefBehind + " FROM es_events"
		}
		return reached, sw.wanted.each(c, query, sw.page.add, sw.after, reached)
	}
	if sw.wanted.usual() {
		return sw.to, sw.readJoined(c)
	}
	return sw.to, sw.readPositions(c)
}

// readJoined reads events beside the index that finds them. Each branch of the query has
// a statement of its own, and what they find is put in order here: one statement for all
// of them would have to be prepared each time.
func (sw *sweep) readJoined(c *conn) error {
	p, limit, to, full := sw.page, sw.page.limit, sw.to, false
	add := func(row []driver.Value) (bool, error) {
		if row[1] == nil { // its stream
			return false, noSuchEvent(row[0])
		}
		return p.add(row)
	}
	for i := range sw.wanted.branches {
		p.limit, p.bytes, p.more = len(p.records)+limit, 0, false
		if err := sw.wanted.branches[i].joined(c, p.brief, add, sw.after, to); err != nil {
			return err
		}
		if p.more {
			// What the other branches have beyond is for the next page, with what this one has.
			full, to = true, p.records[len(p.records)-1].position
		}
	}
	p.more = full
	if len(sw.wanted.branches) > 1 {
		p.order(to)
	}
	return nil
}

func noSuchEvent(position any) error {
	return fmt.Errorf("%w: position %v is indexed by tag, and there is no such event", es.ErrCorrupt, position)
}

func (sw *sweep) readPositions(c *conn) error {
	positions, err := sw.wanted.positions(c, sw.after, sw.to, sw.page.limit)
	if err != nil {
		return err
	}
	for chunk := range slices.Chunk(positions, listChunk) {
		n := len(sw.page.records)
		if err := c.in("SELECT "+columns+" FROM es_events WHERE position IN (?) ORDER BY position", values(chunk), sw.page.add); err != nil {
			return err
		}
		for i, position := range chunk {
			switch {
			case n+i == len(sw.page.records) && sw.page.more:
				return nil
			case n+i == len(sw.page.records) || sw.page.records[n+i].position != position:
				return noSuchEvent(position)
			}
		}
		if sw.page.more {
			return nil
		}
	}
	return nil
}

func values[T any](list []T) []driver.Value {
	vs := make([]driver.Value, len(list))
	for i, v := range list {
		vs[i] = v
	}
	return vs
}

// merge yields the events of some streams in the order of their positions.
func (rd *reader) merge(opts es.ReadAll) {
	m := merge{opts: opts}
	for {
		if err := rd.store.readers.with(rd.ctx, func(c *conn) error { return m.fill(c, rd.store) }); err != nil {
			rd.yield(nil, rd.store.failed("read", err))
			return
		}
		for m.full() {
			cur, r, err := m.next()
			if err == nil && (r == nil || r.position > m.to) {
				rd.end()
				return
			}
			if err == nil {
				err = rd.load(r, cur.stream)
			}
			if err != nil {
				rd.yield(nil, err)
				return
			}
			if opts.Query.Matches(rd.event.Type, rd.event.Tags) && !rd.step() {
				return
			}
		}
	}
}

// merge goes through several streams at once. It holds a page of each.
type merge struct {
	opts    es.ReadAll
	to      int64
	cursors []*cursor
}

// fill reads the next page of each stream whose page has been used up.
func (m *merge) fill(c *conn, s *Store) error {
	if m.cursors == nil {
		var err error
		if m.to, err = s.bound(c, m.opts.To); err != nil {
			return err
		}
		cursors := make([]*cursor, 0, len(m.opts.Streams))
		for i, name := range m.opts.Streams {
			if slices.Contains(m.opts.Streams[:i], name) {
				continue
			}
			cur := &cursor{after: m.opts.After, sparse: m.opts.After > 0, page: new(page)}
			if err := cur.open(c, name, es.ReadStream{}); err != nil {
				return err
			}
			cursors = append(cursors, cur)
		}
		m.cursors = cursors
	}
	for _, cur := range m.cursors {
		if cur.spent() {
			if err := cur.fill(c, s.types, max(8, fullPage/len(m.cursors))); err != nil {
				return err
			}
		}
	}
	return nil
}

// full says that no stream has to be read on before next can tell which event
// comes next.
func (m *merge) full() bool {
	return !slices.ContainsFunc(m.cursors, (*cursor).spent)
}

// next is the record that comes next, nil at the end.
func (m *merge) next() (*cursor, *record, error) {
	var first *cursor
	for _, cur := range m.cursors {
		if cur.at == len(cur.page.records) { // for good
			if _, err := cur.next(); err != nil {
				return cur, nil, err
			}
			continue
		}
		if first == nil || cur.page.records[cur.at].position < first.page.records[first.at].position {
			first = cur
		}
	}
	if first == nil {
		return nil, nil, nil
	}
	r, err := first.next()
	return first, r, err
}
