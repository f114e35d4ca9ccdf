package sqlite

import (
	"database/sql/driver"
	"math"
	"time"

	"github.com/esgen/esgen/runtime/es"
)

// snapshotsPage is how many snapshots are checked in one transaction: states can be large.
const snapshotsPage = 32

// snapshotWalk is a walk through es_snapshots: it has reached the row that it names.
type snapshotWalk struct {
	stream    int64
	aggregate string
	rows      int64
}

const snapshotsQuery = `SELECT n.stream, n.aggregate, n.version, n.position, n.last_event, n.recorded_at, n.fingerprint, n.crc, n.state, s.name, e.position
	FROM (SELECT * FROM es_snapshots WHERE (stream, aggregate) > (?1, ?2) ORDER BY stream, aggregate LIMIT ?3) n
	LEFT JOIN es_streams s ON s.id = n.stream
	LEFT JOIN es_events e ON e.stream = n.stream AND e.version = n.version
	ORDER BY n.stream, n.aggregate`

// checkSnapshots checks that snapshots are as they were written, of events that are there.
// Whether a state is what the events come to is known to the aggregate's code alone.
func (k *checker) checkSnapshots() error {
	var total int64
	err := k.once(func(c *conn) (err error) {
		total, err = c.int("SELECT count(*) FROM es_snapshots")
		return err
	})
	if err != nil {
		return err
	}
	_, err = walk(k, snapshotWalk{stream: math.MinInt64}, func(c *conn, w snapshotWalk) (snapshotWalk, bool, error) {
		rows := 0
		err := c.each(snapshotsQuery, func(row []driver.Value) (bool, error) {
			s := scanner{row: row}
			w.stream, w.aggregate = s.int(0), s.text(1)
			if s.err != nil {
				return false, damaged("es_snapshots", s.err)
			}
			k.checkSnapshot(row)
			rows++
			return true, nil
		}, w.stream, w.aggregate, int64(snapshotsPage))
		w.rows += int64(rows)
		return w, rows == snapshotsPage, err
	}, func(w snapshotWalk) {
		k.report.Snapshots = w.rows
		k.progress("snapshots", w.rows, max(total, w.rows))
	})
	return err
}

func (k *checker) checkSnapshot(row []driver.Value) {
	s := scanner{row: row}
	number := s.int(0)
	v := es.Snapshot{
		Aggregate: s.text(1), Version: s.int(2), Position: s.int(3), LastEvent: uint64(s.int(4)),
		RecordedAt: time.Unix(0, s.int(5)), Fingerprint: s.text(6),
	}
	crc := s.int(7)
	v.State = s.bytes(8)
	at := Fault{Kind: FaultSnapshot, Version: v.Version, Position: v.Position}
	if row[9] != nil {
		v.Stream = s.text(9)
		at.Stream = v.Stream
	}
	var position int64
	if row[10] != nil {
		position = s.int(10)
	}
	const advice = "; loads pass over it, and it may be deleted"
	switch {
	case s.err != nil:
		at.Kind = FaultValue
		k.fault(at, "the snapshot of %s: %v"+advice, v.Aggregate, s.err)
	case row[9] == nil:
		at.Kind = FaultReference
		k.fault(at, "the stream of a snapshot of %s has the number %d, which the file does not name"+advice, v.Aggregate, number)
	case int64(k.sum.snapshot(&v)) != crc:
		k.fault(at, "the snapshot of %s does not match its checksum"+advice, v.Aggregate)
	case row[10] == nil:
		k.fault(at, "the snapshot of %s is of a version that the stream does not have"+advice, v.Aggregate)
	case position != v.Position:
		k.fault(at, "the snapshot of %s is of another history: that version is at position %d"+advice, v.Aggregate, position)
	}
}
