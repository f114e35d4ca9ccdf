package sqlite

import (
	"database/sql/driver"
	"fmt"
	"math"

	"github.com/esgen/esgen/runtime/es"
)

// eventWalk is a walk through the events by position.
type eventWalk struct {
	from   int64 // the position to go on at
	want   int64 // the position that should come next
	events int64
	tags   int64 // of these events, that are in es_tags too
}

// checkEvents checks each event by itself, the order of all, and their tags.
func (k *checker) checkEvents() error {
	const step = "events"
	err := k.once(func(c *conn) (err error) {
		k.head, err = readHead(c)
		return err
	})
	if err != nil {
		return err
	}
	k.used = make(map[int64]bool)
	var p eventPage
	w, err := walk(k, eventWalk{from: math.MinInt64, want: 1}, func(c *conn, w eventWalk) (eventWalk, bool, error) {
		if err := p.read(c, w.from, k.head); err != nil {
			return w, false, err
		}
		for i := range p.rows {
			if err := k.checkEvent(c, &w, &p.rows[i]); err != nil {
				return w, false, err
			}
		}
		return w, p.more && w.from <= k.head, nil
	}, func(w eventWalk) {
		k.report.Events, k.report.Tags = w.events, w.tags
		k.progress(step, w.events, k.head)
	})
	if err != nil {
		k.used = nil
	}
	if err := k.survive(step, err); err != nil {
		return err
	}
	return k.checkTags(w.tags, err == nil)
}

// eventPage is a page of events with all their columns, read as far as they can be.
type eventPage struct {
	page
	rows []eventRow
}

type eventRow struct {
	record
	err error // a column holds what it cannot hold
}

func (p *eventPage) read(c *conn, from, to int64) error {
	p.reset(fullPage)
	clear(p.rows)
	p.rows = p.rows[:0]
	return c.each("SELECT "+columns+" FROM es_events WHERE position >= ?1 AND position <= ?2 ORDER BY position LIMIT ?3", func(row []driver.Value) (bool, error) {
		r := eventRow{}
		r.err = r.scan(row)
		position, ok := row[0].(int64)
		if !ok {
			return false, fmt.Errorf("%w: events: a position is %T", es.ErrCorrupt, row[0])
		}
		r.position = position
		p.rows = append(p.rows, r)
		p.bytes += len(r.payload) + len(r.metadata)
		p.more = len(p.rows) >= p.limit || p.bytes >= pageBytes
		return !p.more, nil
	}, from, to, int64(p.limit))
}

func (k *checker) checkEvent(c *conn, w *eventWalk, r *eventRow) error {
	w.events++
	// Positions may have gaps as far as the contract of stores goes. This package
	// leaves none, and so a gap shows what nothing else does: a stream that is gone
	// with all its events.
	switch {
	case r.position < 1:
		k.fault(Fault{Kind: FaultPosition, Position: r.position}, "positions count from 1")
	case r.position > w.want:
		k.fault(Fault{Kind: FaultPosition, Position: r.position}, "%s before it", missing("position", w.want, r.position-1))
	}
	w.from, w.want = r.position+1, max(r.position+1, w.want)
	if r.err != nil {
		k.fault(Fault{Kind: FaultValue, Position: r.position}, "%v", r.err)
		return nil
	}

	k.used[r.typ] = true
	at := Fault{Version: r.version, Position: r.position}
	stream, err := k.stream(c, r.stream)
	if err != nil {
		return err
	}
	name, err := k.types.name(c, r.typ)
	if err != nil {
		return err
	}
	if name != nil {
		at.Type = *name
	}
	if stream == nil {
		at.Kind = FaultReference
		k.fault(at, "its stream has the number %d, which the file does not name", r.stream)
	} else {
		at.Stream = stream.Name
	}
	if name == nil {
		at.Kind = FaultReference
		k.fault(at, "its type has the number %d, which the file does not name", r.typ)
	}
	at.Kind = FaultChecksum
	if stream != nil && name != nil {
		if got := k.sum.event(r.position, stream.Name, r.version, *name, r.typeVersion, r.recordedAt, r.payload); int64(got) != r.crc {
			k.fault(at, firstMismatch, got, r.crc)
		}
	}
	if stream != nil {
		if got := k.sum.rest(r.id, *stream, r.tags, r.metadata); int64(got) != r.rest {
			k.fault(at, secondMismatch, got, r.rest)
		}
	}
	return k.checkTagsOf(c, w, r, at)
}

// stream is nil where the file does not name the number, or not properly.
func (k *checker) stream(c *conn, number int64) (*es.Stream, error) {
	stream, err := k.streams.stream(c, number)
	if err != nil && !isDamage(err) {
		return nil, err
	}
	if err != nil {
		k.fault(Fault{Kind: FaultValue}, "%v", err)
		return nil, nil
	}
	return stream, nil
}

// checkedStreams remembers streams by their numbers, up to a bound.
type checkedStreams map[int64]*es.Stream

const mostCheckedStreams = 4096

// stream is nil where there is none of that number.
func (s checkedStreams) stream(c *conn, number int64) (*es.Stream, error) {
	stream := s[number]
	if stream != nil {
		return stream, nil
	}
	err := c.each("SELECT name, category, key FROM es_streams WHERE id = ?", func(row []driver.Value) (bool, error) {
		s := scanner{row: row}
		stream = &es.Stream{Name: s.text(0), Category: s.text(1), Key: s.text(2)}
		if s.err != nil {
			return false, fmt.Errorf("%w: streams, number %d: %w", es.ErrCorrupt, number, s.err)
		}
		return false, nil
	}, number)
	if stream != nil && err == nil {
		if len(s) == mostCheckedStreams {
			clear(s)
		}
		s[number] = stream
	}
	return stream, err
}

// missing says that some numbers are missing: "versions 3 to 5 are missing".
func missing(what string, first, last int64) string {
	if first == last {
		return fmt.Sprintf("%s %d is missing", what, first)
	}
	return fmt.Sprintf("%ss %d to %d are missing", what, first, last)
}
