package sqlite

import (
	"database/sql/driver"
	"fmt"
	"strings"

	"github.com/esgen/esgen/runtime/es"
)

// seen is what the writing connection has read of the file, and what others could not
// change without its data version being another.
type seen struct {
	dataVersion int64
	newest      newest
	filed       []filed
	// streams are some of those that the connection itself has appended to.
	streams map[string]seenStream
}

// newest is the newest event: its position, 0 where there is none, and its checksum.
type newest struct{ position, crc int64 }

func readNewest(c *conn) (n newest, err error) {
	err = c.each("SELECT position, crc FROM es_events ORDER BY position DESC LIMIT 1", func(row []driver.Value) (bool, error) {
		s := scanner{row: row}
		n = newest{s.int(0), s.int(1)}
		return false, damaged("events", s.err)
	})
	return n, err
}

// still makes sure that the file has the event that was its newest. Events are never
// deleted; but a program that restores a copy may overwrite the file where it stands, and
// then nothing that is known of it holds: not the numbers of types, nor what readers have
// seen of positions.
func (n newest) still(c *conn) error {
	if n.position == 0 {
		return nil
	}
	crc, ok, err := c.lookup("SELECT crc FROM es_events WHERE position = ?", n.position)
	if err == nil && (!ok || crc != n.crc) {
		err = fmt.Errorf("%w: it has been overwritten by something else, without the event that it had at position %d", ErrMoved, n.position)
	}
	return err
}

// seenStream is a stream as it stands in the file.
type seenStream struct {
	es.Stream
	number, version int64
}

// Bounds of the memory of what has been seen: about 2 MB where names are as short as they
// usually are, and 8 MB at most. A stream with longer texts is looked up each time.
const (
	mostSeenStreams = 8192
	mostSeenBytes   = 768 // of the texts of a stream
)

// look brings what has been seen up to date. It is called in the transaction in which
// it is to hold.
func (s *seen) look(c *conn, ms []migration) error {
	// The number stays as it is while nobody but the connection itself commits.
	version, err := c.int("PRAGMA data_version")
	if err != nil || version == s.dataVersion {
		return err
	}
	// Another process may have brought the file to a format that we would damage.
	id, err := c.int("PRAGMA user_version")
	if err != nil {
		return err
	}
	if err := (identity{application: applicationID, version: id}).check(ms); err != nil {
		return err
	}
	if err := s.newest.still(c); err != nil {
		return err
	}
	if s.newest, err = readNewest(c); err != nil {
		return err
	}
	if s.filed, err = filedTables(c); err != nil {
		return err
	}
	clear(s.streams)
	s.dataVersion = version
	return nil
}

// committed notes what a group has left in the file.
func (s *seen) committed(g *group) {
	s.newest = newest{g.head, g.crc}
	if s.streams == nil {
		s.streams = make(map[string]seenStream)
	}
	for i := range g.writes {
		st := g.writes[i].stream
		seen, ok := s.streams[st.Name]
		if !ok {
			if len(st.Name)+len(st.Category)+len(st.Key) > mostSeenBytes {
				continue
			}
			if len(s.streams) == mostSeenStreams {
				clear(s.streams) // those that are in use come back
			}
			// The names may be parts of much longer texts.
			seen = seenStream{Stream: es.Stream{Name: strings.Clone(st.Name), Category: strings.Clone(st.Category), Key: strings.Clone(st.Key)}, number: st.number}
		}
		seen.version = st.inFile
		s.streams[seen.Name] = seen
	}
}
