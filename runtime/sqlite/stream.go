package sqlite

import (
	"context"
	"database/sql/driver"
	"fmt"
	"iter"

	"github.com/esgen/esgen/runtime/es"
)

// Stream implements [es.Store]. It reads the stream as it is when an iteration
// begins: events that are appended later are not in its sight.
func (s *Store) Stream(ctx context.Context, stream string, opts es.ReadStream) iter.Seq2[*es.Stored, error] {
	return func(yield func(*es.Stored, error) bool) {
		rd := &reader{store: s, ctx: ctx, yield: yield, limit: opts.Limit}
		if err := s.ready(ctx); err != nil {
			yield(nil, err)
			return
		}
		cur := &cursor{backwards: opts.Backwards}
		for {
			err := s.readers.with(ctx, func(c *conn) error {
				if cur.number == 0 {
					if err := cur.open(c, stream, opts); err != nil {
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
				if err == nil && r != nil {
					err = rd.load(r, cur.stream)
				}
				if err != nil {
					yield(nil, err)
					return
				}
				if r == nil {
					break
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

func (s *Store) failedRead(stream string, err error) error {
	return s.failed("read stream "+stream, err)
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
	page     page
	at       int // the record of the page that comes next
	pages    int
	last     bool // there is no page after this one
	// after is the position to begin after. If it is set, the first record may have
	// any version, and there may be none.
	after  int64
	sparse bool
}

// open looks the stream up and finds the versions to be read. A stream that does
// not exist has none.
func (cur *cursor) open(c *conn, name string, opts es.ReadStream) error {
	cur.from, cur.to = 1, 0
	const query = `SELECT id, name, category, key, head, (SELECT ifnull(max(version), 0) FROM es_events WHERE stream = es_streams.id)
		FROM es_streams WHERE name = ?`
	return c.each(query, func(row []driver.Value) (bool, error) {
		s := scanner{row: row}
		cur.number, cur.stream = s.int(0), es.Stream{Name: s.text(1), Category: s.text(2), Key: s.text(3)}
		head, newest := s.int(4), s.int(5)
		if s.err != nil {
			return false, fmt.Errorf("%w: streams: %w", es.ErrCorrupt, s.err)
		}
		if newest > head {
			// A head that is too high shows when the events run out.
			return false, fmt.Errorf("%w: stream %s: its head is version %d, and it has an event of version %d", es.ErrCorrupt, name, head, newest)
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
	order := "ORDER BY version"
	if cur.backwards {
		order = "ORDER BY version DESC"
	}
	cur.page.reset(limit)
	err := c.each("SELECT "+columns+" FROM es_events WHERE stream = ?1 AND version BETWEEN ?2 AND ?3 AND position > ?4 "+order+" LIMIT ?5",
		cur.page.add, cur.number, cur.from, cur.to, cur.after, int64(limit))
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
