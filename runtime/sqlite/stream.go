package sqlite

import (
	"context"
	"database/sql/driver"
	"fmt"
	"iter"
	"math"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/internal/visible"
)

// Stream implements [es.Store]. It reads the stream as it is when an iteration
// begins: events that are appended later are not in its sight.
func (s *Store) Stream(ctx context.Context, stream string, opts es.ReadStream) iter.Seq2[*es.Stored, error] {
	return func(yield func(*es.Stored, error) bool) {
		if err := s.ready(ctx); err != nil {
			yield(nil, err)
			return
		}
		buf := newBuffer()
		defer buf.release()
		rd := &reader{store: s, ctx: ctx, yield: yield, limit: opts.Limit, buffer: buf}
		cur := &cursor{backwards: opts.Backwards, page: &buf.page}
		cur.page.brief = opts.Brief
		for {
			err := s.readers.with(ctx, func(c *conn) error {
				if cur.number == 0 {
					if err := cur.begin(c, s, stream, opts, rd.left(firstPage)); err != nil {
						return err
					}
				}
				if !cur.spent() {
					return nil
				}
				return cur.fill(c, s.types, rd.left(cur.pageSize()))
			})
			if err != nil {
				yield(nil, s.failedRead(stream, err))
				return
			}
			for {
				r, err := cur.next()
				switch {
				case err != nil || r == nil:
				case !opts.Brief:
					err = rd.load(r, cur.stream)
				case !rd.loadBrief(r, &cur.stream):
					err = rd.diagnose(cur, r.version)
				}
				if err != nil {
					yield(nil, err)
					return
				}
				if r == nil {
					break
				}
				if !cur.remembered {
					// Only now is it known that this is the stream of that name.
					s.streams.add(&numberedStream{cur.stream, cur.number})
					cur.remembered = true
				}
				if !rd.step() {
					return
				}
			}
			if !cur.spent() {
				rd.end()
				return
			}
		}
	}
}

// diagnose says what is wrong with an event that is not what its checksum says: it
// reads that again, with all its columns.
func (rd *reader) diagnose(cur *cursor, version int64) error {
	again := &cursor{stream: cur.stream, number: cur.number, backwards: cur.backwards, from: version, to: cur.to, page: new(page)}
	if cur.backwards {
		again.from, again.to = cur.from, version
	}
	err := rd.store.readers.with(rd.ctx, func(c *conn) error { return again.fill(c, rd.store.types, 1) })
	if err != nil {
		return rd.store.failedRead(cur.stream.Name, err)
	}
	r, err := again.next()
	if err == nil {
		err = rd.load(r, cur.stream)
	}
	if err == nil {
		err = &es.EventError{Stream: cur.stream.Name, Version: version, Position: r.position, Type: *r.name,
			Err: fmt.Errorf("%w: another event stood in its place when it was first read", es.ErrCorrupt)}
	}
	return err
}

func (s *Store) failedRead(stream string, err error) error {
	return s.failed("read stream "+visible.Text(stream), err)
}

// cursor goes through one stream, page by page, and sees to it that no version is
// missing: not in between, and not at the end either, since it knows the version
// of the stream's newest event.
type cursor struct {
	stream    es.Stream
	number    int64 // 0 where the stream does not exist, or was not looked up yet
	backwards bool

	// from and to bound the versions that are still to be yielded.
	from, to int64
	page     *page
	at       int // the record of the page that comes next
	pages    int
	last     bool // there is no page after this one
	// after is the position to begin after. If it is set, the first record may have
	// any version, and there may be none.
	after  int64
	sparse bool

	remembered bool // the store remembers the number of the stream
}

// begin is open and, where the store remembers the number of the stream, has read the
// first page as well.
func (cur *cursor) begin(c *conn, s *Store, name string, opts es.ReadStream, limit int) error {
	if stream := s.streams.named(name); stream != nil && !opts.Backwards {
		if begun, err := cur.beginKnown(c, s.types, stream, opts, limit); begun || err != nil {
			return err
		}
	}
	return cur.open(c, name, opts)
}

// beginKnown reads the first page of a stream whose number is known, and where the
// stream ends, in one statement. It does not begin where the first event is not the one
// that is asked for, or where the head of the stream contradicts its events: open says
// what is wrong, if anything.
func (cur *cursor) beginKnown(c *conn, types *typeNames, stream *numberedStream, opts es.ReadStream, limit int) (begun bool, err error) {
	// The first row alone has the head, so that no other brings it to Go.
	const first = `, CASE WHEN version = ?2 THEN
			(SELECT head FROM es_heads WHERE stream = ?1 AND head >= (SELECT max(version) FROM es_events WHERE stream = ?1)) END
		FROM es_events WHERE stream = ?1 AND version BETWEEN ?2 AND ?3 ORDER BY version`
	query := "SELECT " + columns + first
	if cur.page.brief {
		query = "SELECT " + briefColumns + first
	}
	from, to := max(opts.From, 1), opts.To
	if to == 0 {
		to = math.MaxInt64
	}
	p := cur.page
	p.reset(limit)
	p.version, p.step = from, 1
	err = c.each(query, func(row []driver.Value) (bool, error) {
		if !begun {
			head, ok := row[len(row)-1].(int64)
			if begun = ok; !begun {
				return false, nil
			}
			cur.from, cur.to = from, min(head, to)
			p.limit = int(min(int64(limit), cur.to-from+1))
		}
		return p.add(row)
	}, stream.number, from, to)
	if begun && err == nil {
		err = p.names(c, types)
	}
	if !begun || err != nil {
		p.reset(limit)
		return false, err
	}
	cur.stream, cur.number, cur.remembered = stream.Stream, stream.number, true
	cur.at, cur.last = 0, !p.more
	cur.pages++
	return true, nil
}

// open looks the stream up and finds the versions to be read. A stream that does
// not exist has none.
func (cur *cursor) open(c *conn, name string, opts es.ReadStream) error {
	cur.from, cur.to = 1, 0
	const query = `SELECT s.id, s.name, s.category, s.key, h.head, (SELECT ifnull(max(version), 0) FROM es_events WHERE stream = s.id)
		FROM es_streams s LEFT JOIN es_heads h ON h.stream = s.id WHERE s.name = ?`
	return c.each(query, func(row []driver.Value) (bool, error) {
		s := scanner{row: row}
		cur.number, cur.stream = s.int(0), es.Stream{Name: s.text(1), Category: s.text(2), Key: s.text(3)}
		head, newest := s.int(4), s.int(5)
		if s.err != nil {
			return false, fmt.Errorf("%w: streams: %w", es.ErrCorrupt, s.err)
		}
		if newest > head {
			// A head that is too high shows when the events run out.
			return false, fmt.Errorf("%w: stream %s: its head is version %d, and it has an event of version %d", es.ErrCorrupt, visible.Text(name), head, newest)
		}
		cur.from, cur.to = max(opts.From, 1), head
		if opts.To != 0 {
			cur.to = min(head, opts.To)
		}
		return false, nil
	}, name)
}

// spent says that another page has to be read before next can go on.
func (cur *cursor) spent() bool {
	return cur.at == len(cur.page.records) && cur.from <= cur.to && !cur.last
}

func (cur *cursor) pageSize() int {
	if cur.pages == 0 {
		return firstPage
	}
	return fullPage
}

// fill reads the next page, of at most limit events. Where it fails it can be
// called again.
func (cur *cursor) fill(c *conn, types *typeNames, limit int) error {
	// With the last event the page is full, so that SQLite does not look for another.
	limit = int(min(int64(limit), cur.to-cur.from+1))
	cur.page.reset(limit)
	p := cur.page
	if p.version, p.step = cur.from, 1; cur.backwards {
		p.version, p.step = cur.to, -1
	}
	if p.records == nil {
		p.records = make([]record, 0, limit)
	}
	err := c.each(cur.query(), p.add, cur.number, cur.from, cur.to, cur.after)
	if err == nil {
		err = cur.page.names(c, types)
	}
	if err != nil {
		cur.page.reset(limit)
		return err
	}
	cur.at, cur.last = 0, !cur.page.more
	cur.pages++
	return nil
}

func (cur *cursor) query() string {
	// There is no LIMIT, for the page says when it is full; and a bound LIMIT is one that
	// SQLite prepares the statement anew for, each time.
	const (
		forwards = " FROM es_events WHERE stream = ?1 AND version BETWEEN ?2 AND ?3 AND position > ?4 ORDER BY version"
		back     = forwards + " DESC"
	)
	switch {
	case cur.page.brief && cur.backwards:
		return "SELECT " + briefColumns + back
	case cur.page.brief:
		return "SELECT " + briefColumns + forwards
	case cur.backwards:
		return "SELECT " + columns + back
	}
	return "SELECT " + columns + forwards
}

// next is the record that comes next, nil where there is none in the page.
func (cur *cursor) next() (*record, error) {
	if cur.at == len(cur.page.records) {
		if cur.last && cur.from <= cur.to && !cur.sparse {
			return nil, cur.missing(nil)
		}
		return nil, nil
	}
	r := &cur.page.records[cur.at]
	want := cur.from
	if cur.backwards {
		want = cur.to
	}
	if cur.sparse {
		want, cur.sparse = r.version, false
	}
	if r.version != want {
		return nil, cur.missing(r)
	}
	cur.at++
	if cur.backwards {
		cur.to = r.version - 1
	} else {
		cur.from = r.version + 1
	}
	return r, nil
}

// missing says that the version that comes next is missing, and what stands in
// its place, if anything.
func (cur *cursor) missing(found *record) error {
	e := &es.EventError{Stream: cur.stream.Name, Version: cur.from}
	if cur.backwards {
		e.Version = cur.to
	}
	if found == nil {
		e.Err = fmt.Errorf("%w: version %d is missing", es.ErrCorrupt, e.Version)
		return e
	}
	e.Position = found.position
	if found.name != nil {
		e.Type = *found.name
	}
	e.Err = fmt.Errorf("%w: version %d is missing: version %d stands in its place", es.ErrCorrupt, e.Version, found.version)
	return e
}
