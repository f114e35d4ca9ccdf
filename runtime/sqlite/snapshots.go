package sqlite

import (
	"context"
	"database/sql/driver"
	"fmt"
	"hash/crc32"
	"time"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/internal/visible"
)

var _ es.SnapshotStore = (*Store)(nil)

// snapshotsTable holds what the events say once more, so its rows may be deleted at
// will. The checksum covers all that a load reads.
const snapshotsTable = `
CREATE TABLE es_snapshots (
  stream      INTEGER NOT NULL REFERENCES es_streams (id),
  aggregate   TEXT NOT NULL,    -- profile
  version     INTEGER NOT NULL, -- of the last event that made the state
  position    INTEGER NOT NULL, -- of that event
  last_event  INTEGER NOT NULL, -- digest of that event
  recorded_at INTEGER NOT NULL, -- latest time of the events up to it, as in es_events
  fingerprint TEXT NOT NULL,    -- of the code
  crc         INTEGER NOT NULL,
  state       BLOB NOT NULL,
  PRIMARY KEY (stream, aggregate)
) STRICT;
`

// snapshot covers all of a snapshot, with the name of its stream.
func (s *checksum) snapshot(v *es.Snapshot) uint32 {
	s.buf = s.buf[:0]
	s.text(v.Stream)
	s.text(v.Aggregate)
	s.number(v.Version)
	s.number(v.Position)
	s.number(int64(v.LastEvent))
	s.number(v.RecordedAt.UnixNano())
	s.text(v.Fingerprint)
	s.number(int64(len(v.State)))
	return crc32.Update(crc32.Checksum(s.buf, castagnoli), castagnoli, v.State)
}

// ReadSnapshot implements [es.SnapshotStore].
func (s *Store) ReadSnapshot(ctx context.Context, stream, aggregate string) (found es.Snapshot, ok bool, err error) {
	if err := s.ready(ctx); err != nil {
		return es.Snapshot{}, false, err
	}
	const query = `SELECT n.version, n.position, n.last_event, n.recorded_at, n.fingerprint, n.crc, n.state
		FROM es_streams s JOIN es_snapshots n ON n.stream = s.id WHERE s.name = ? AND n.aggregate = ?`
	err = s.readers.with(ctx, func(c *conn) error {
		ok = false
		return c.each(query, func(row []driver.Value) (bool, error) {
			r := scanner{row: row}
			found = es.Snapshot{
				Stream: stream, Aggregate: aggregate, Version: r.int(0), Position: r.int(1), LastEvent: uint64(r.int(2)),
				RecordedAt: time.Unix(0, r.int(3)).UTC(), Fingerprint: r.text(4), State: r.bytes(6),
			}
			crc := r.int(5)
			if r.err != nil {
				return false, damaged("snapshots", r.err)
			}
			var sum checksum
			if got := sum.snapshot(&found); int64(got) != crc {
				return false, fmt.Errorf("%w: a snapshot does not match its checksum: %08x, want %08x", es.ErrCorrupt, got, crc)
			}
			ok = true
			return false, nil
		}, stream, aggregate)
	})
	if err != nil {
		return es.Snapshot{}, false, s.failed(fmt.Sprintf("read the snapshot of %s of stream %s", aggregate, visible.Text(stream)), err)
	}
	return found, ok, nil
}

// WriteSnapshot implements [es.SnapshotStore]. It does not wait for the disk: after a
// loss of power the snapshot may be gone, and the older one that it replaced is there
// again. It fails with [ErrReadOnly] in a store that was opened with ReadOnly.
func (s *Store) WriteSnapshot(ctx context.Context, snapshot es.Snapshot) error {
	err := s.writeSnapshot(ctx, &snapshot)
	return s.failed(fmt.Sprintf("write the snapshot of %s of stream %s", snapshot.Aggregate, visible.Text(snapshot.Stream)), err)
}

func (s *Store) writeSnapshot(ctx context.Context, snapshot *es.Snapshot) error {
	if err := snapshot.Validate(); err != nil {
		return err
	}
	if err := s.ready(ctx); err != nil {
		return err
	}
	if s.writer == nil {
		return ErrReadOnly
	}
	if len(snapshot.State) > mostRow {
		return ErrTooLarge
	}
	r := &snapshotRequest{snapshot: snapshot, done: make(chan error, 1)}
	select {
	case s.writer.snapshots <- r:
	case <-ctx.Done():
		return ctx.Err()
	case <-s.closing:
		return es.ErrClosed
	}
	return <-r.done
}

// snapshotRequest is a snapshot that waits to be written.
type snapshotRequest struct {
	snapshot *es.Snapshot
	done     chan error
}

// snapshotWriter writes snapshots, on the goroutine that writes appends, and so never
// in their way for longer than the one takes that is being written. It has a
// connection of its own: there a commit does not wait for the disk, and the one that
// appends are acknowledged on never changes its settings. What it leaves in the WAL
// goes to disk with the next append, or with a checkpoint, which it leaves to that as
// well.
type snapshotWriter struct {
	conn *conn // nil until there is a snapshot, and after a failure
	sum  checksum
}

func (w *snapshotWriter) open(f file, cfg *config) (*conn, error) {
	return dialing(context.Background(), cfg, f.source("mode=rw", "_busy_timeout=0", "_synchronous=NORMAL"), func(c *conn) error {
		return c.script("PRAGMA wal_autocheckpoint = 0")
	})
}

func (w *snapshotWriter) close() error {
	if w.conn == nil {
		return nil
	}
	err := w.conn.close()
	w.conn = nil
	return err
}

// writeSnapshot writes one snapshot in a transaction of its own.
func (w *writer) writeSnapshot(s *es.Snapshot) error {
	if err := w.store.inPlace(); err != nil {
		return err
	}
	// What a commit of unknown outcome has left must be settled before anything else
	// is written.
	if err := w.connect(); err != nil {
		return err
	}
	sw := &w.snapshotWriter
	if sw.conn == nil {
		c, err := sw.open(w.store.file, &w.store.cfg)
		if err != nil {
			return err
		}
		sw.conn = c
	}
	err := patiently(context.Background(), w.store.cfg.busyTimeout, func() error { return sw.conn.exec("BEGIN IMMEDIATE") })
	if err != nil {
		if kindOf(err) != kindBusy {
			_ = sw.close()
		}
		return err
	}
	if err = sw.put(s, w.store.cfg.migrations); err == nil {
		err = sw.conn.exec("COMMIT")
	}
	if err != nil {
		// Closing rolls back.
		_ = sw.close()
	}
	return explain(err)
}

func (w *snapshotWriter) put(s *es.Snapshot, ms []migration) error {
	version, err := w.conn.int("PRAGMA user_version")
	if err != nil {
		return err
	}
	if err := (identity{application: applicationID, version: version}).check(ms); err != nil {
		return err
	}
	stream, ok, err := w.conn.lookup("SELECT id FROM es_streams WHERE name = ?", s.Stream)
	if err != nil || !ok {
		return err
	}
	end, err := w.conn.int("SELECT ifnull(max(version), 0) FROM es_events WHERE stream = ?", stream)
	if err != nil || s.Version > end {
		return err
	}
	state := s.State
	if state == nil {
		state = []byte{} // which is not NULL
	}
	return w.conn.exec(`INSERT INTO es_snapshots (stream, aggregate, version, position, last_event, recorded_at, fingerprint, crc, state)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
		ON CONFLICT (stream, aggregate) DO UPDATE SET version = excluded.version, position = excluded.position,
			last_event = excluded.last_event, recorded_at = excluded.recorded_at, fingerprint = excluded.fingerprint, crc = excluded.crc, state = excluded.state
		WHERE excluded.version >= version OR version > ?10`,
		stream, s.Aggregate, s.Version, s.Position, int64(s.LastEvent), s.RecordedAt.UnixNano(), s.Fingerprint, int64(w.sum.snapshot(s)), state, end)
}
