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
	err := k.checkNumbered("streams", &k.report.Streams, streamsQuery, func(c *conn, row []driver.Value) error {
		s := scanner{row: row}
		at := Fault{Stream: s.text(2)}
		newest := s.int(3)
		headless := row[4] == nil
		var head int64
		if !headless {
			head = s.int(4)
		}
		switch {
		case s.err != nil:
			at.Kind = FaultValue
			k.fault(at, "es_streams, number %d: %v", row[0], s.err)
		case newest == 0:
			at.Kind = FaultOrphan
			k.fault(at, "it has no events, and its head is version %d", head)
		case headless:
			at.Kind, at.Version = FaultHead, newest
			k.fault(at, "this is the newest event, and the stream has no head")
		case newest != head:
			at.Kind, at.Version = FaultHead, newest
			k.fault(at, "this is the newest event, and the head of the stream is version %d", head)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return k.once(k.checkHeads)
}

// checkHeads checks that each head is that of a stream.
func (k *checker) checkHeads(c *conn) error {
	const query = "SELECT stream, head FROM es_heads WHERE stream NOT IN (SELECT id FROM es_streams)"
	return c.onceUntil(k.ctx, query, func(row []driver.Value) (bool, error) {
		k.fault(Fault{Kind: FaultReference}, "there is a head, version %v, of a stream of the number %v, which the file does not name", row[1], row[0])
		return true, nil
	})
}

// checkTypes checks that each type has events. The events have been gone through
// up to k.head, and their types are known.
func (k *checker) checkTypes() error {
	if k.used == nil {
		return nil
	}
	return k.checkNumbered("types", &k.report.Types, typesQuery, func(c *conn, row []driver.Value) error {
		s := scanner{row: row}
		at := Fault{Type: s.text(2)}
		number := s.int(0)
		if s.err != nil {
			at.Kind = FaultValue
			k.fault(at, "es_types, number %d: %v", row[0], s.err)
			return nil
		}
		if k.used[number] {
			return nil
		}
		_, used, err := c.lookup("SELECT 1 FROM es_events WHERE position > ? AND type = ? LIMIT 1", k.head, number)
		if err == nil && !used {
			at.Kind = FaultOrphan
			k.fault(at, "there are no events of this type")
		}
		return err
	})
}

// The first columns are the number, and the greatest that there is.
const (
	streamsQuery = `SELECT s.id, (SELECT max(id) FROM es_streams), s.name, (SELECT ifnull(max(version), 0) FROM es_events WHERE stream = s.id), h.head
		FROM es_streams s LEFT JOIN es_heads h ON h.stream = s.id WHERE s.id > ? ORDER BY s.id LIMIT ?`
	typesQuery = "SELECT id, (SELECT max(id) FROM es_types), name FROM es_types WHERE id > ? ORDER BY id LIMIT ?"
)

func (k *checker) checkNumbered(step string, counted *int64, query string, check func(c *conn, row []driver.Value) error) error {
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
			w.after = id
			rows++
			return true, check(c, row)
		}, w.after, int64(fullPage))
		w.rows += int64(rows)
		return w, rows == fullPage && w.after < last, err
	}, func(w numberWalk) {
		*counted = w.rows
		k.progress(step, w.rows, max(last, w.rows))
	})
	return err
}
