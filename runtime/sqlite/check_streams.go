package sqlite

import (
	"database/sql/driver"
	"math"
)

// numberWalk is a walk through a table by its number.
type numberWalk struct {
	after int64
	rows  int64
}

// checkStreams checks that each stream has events, and that its head is the version
// of the newest.
func (k *checker) checkStreams() error {
	return k.checkNumbered("streams", &k.report.Streams, streamsQuery, func(c *conn, row []driver.Value) {
		s := scanner{row: row}
		at := Fault{Stream: s.text(2)}
		head, newest := s.int(3), s.int(4)
		switch {
		case s.err != nil:
			at.Kind = FaultValue
			k.fault(at, "es_streams, number %d: %v", row[0], s.err)
		case newest == 0:
			at.Kind = FaultOrphan
			k.fault(at, "it has no events, and its head is version %d", head)
		case newest != head:
			at.Kind, at.Version = FaultHead, newest
			k.fault(at, "this is the newest event, and the head of the stream is version %d", head)
		}
	})
}

// checkTypes checks that each type has events.
func (k *checker) checkTypes() error {
	return k.checkNumbered("types", &k.report.Types, typesQuery, func(c *conn, row []driver.Value) {
		s := scanner{row: row}
		at := Fault{Type: s.text(2)}
		used := s.int(3)
		switch {
		case s.err != nil:
			at.Kind = FaultValue
			k.fault(at, "es_types, number %d: %v", row[0], s.err)
		case used == 0:
			at.Kind = FaultOrphan
			k.fault(at, "there are no events of this type")
		}
	})
}

// The first columns are the number, and the greatest that there is.
const (
	streamsQuery = `SELECT id, (SELECT max(id) FROM es_streams), name, head, (SELECT ifnull(max(version), 0) FROM es_events WHERE stream = es_streams.id)
		FROM es_streams WHERE id > ? ORDER BY id LIMIT ?`
	typesQuery = `SELECT id, (SELECT max(id) FROM es_types), name, EXISTS (SELECT 1 FROM es_events WHERE type = es_types.id)
		FROM es_types WHERE id > ? ORDER BY id LIMIT ?`
)

func (k *checker) checkNumbered(step string, counted *int64, query string, check func(c *conn, row []driver.Value)) error {
	var last int64 // as of the beginning: there is no use in running after those that append
	_, err := walk(k, numberWalk{after: math.MinInt64}, func(c *conn, w numberWalk) (numberWalk, bool, error) {
		rows := 0
		err := c.each(query, func(row []driver.Value) (bool, error) {
			s := scanner{row: row}
			id, greatest := s.int(0), s.int(1)
			if s.err != nil {
				return false, damaged("es_"+step, s.err)
			}
			if w.rows == 0 && rows == 0 {
				last = greatest
			}
			check(c, row)
			w.after = id
			rows++
			return true, nil
		}, w.after, int64(fullPage))
		w.rows += int64(rows)
		return w, rows == fullPage && w.after < last, err
	}, func(w numberWalk) {
		*counted = w.rows
		k.progress(step, w.rows, max(last, w.rows))
	})
	return err
}
