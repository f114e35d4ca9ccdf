package sqlite

import (
	"database/sql/driver"
	"math"
)

// versionWalk is a walk through the events by stream and version.
type versionWalk struct {
	stream, version int64 // of the event that it has reached
	want            int64 // the version that should come next
	position        int64 // of the version before that
	events          int64
}

// place is where an event stands.
type versionPlace struct{ stream, version, position int64 }

// checkVersions checks that the versions of each stream are without holes, and that
// their positions rise. It reads the index that makes versions unique.
func (k *checker) checkVersions() error {
	var last int64
	err := k.once(func(c *conn) (err error) {
		last, err = c.int("SELECT max(ifnull((SELECT max(stream) FROM es_events), 0), ifnull((SELECT max(id) FROM es_streams), 0))")
		return err
	})
	if err != nil {
		return err
	}
	var page []versionPlace
	_, err = walk(k, versionWalk{stream: math.MinInt64}, func(c *conn, w versionWalk) (versionWalk, bool, error) {
		page = page[:0]
		err := c.each(versionsQuery, func(row []driver.Value) (bool, error) {
			s := scanner{row: row}
			page = append(page, versionPlace{s.int(0), s.int(1), s.int(2)})
			return true, damaged("es_events", s.err)
		}, w.stream, w.version, last, int64(versionsPage))
		for i := 0; i < len(page) && err == nil; i++ {
			err = k.checkVersion(c, &w, page[i])
		}
		return w, len(page) == versionsPage, err
	}, func(w versionWalk) { k.progress("versions", w.events, max(k.report.Events, w.events)) })
	return err
}

const (
	versionsPage  = 4096
	versionsQuery = `SELECT stream, version, position FROM es_events
		WHERE (stream, version) > (?1, ?2) AND stream <= ?3 ORDER BY stream, version LIMIT ?4`
)

func (k *checker) checkVersion(c *conn, w *versionWalk, p versionPlace) error {
	if p.stream != w.stream {
		w.want, w.position = 1, math.MinInt64
	}
	before := w.position
	w.stream, w.version, w.position = p.stream, p.version, p.position
	w.events++
	if p.version == w.want && p.position > before {
		w.want++
		return nil
	}
	at := Fault{Kind: FaultVersion, Version: p.version, Position: p.position}
	stream, err := k.stream(c, p.stream)
	if err != nil {
		return err
	}
	if stream != nil {
		at.Stream = stream.Name
	}
	switch {
	case p.version < 1:
		k.fault(at, "versions count from 1")
	case p.version > w.want:
		k.fault(at, "%s before it", missing("version", w.want, p.version-1))
	}
	if p.position < before {
		at.Kind = FaultPosition
		k.fault(at, "the version before it has a later position, %d", before)
	}
	w.want = max(w.want, p.version+1)
	return nil
}
