package sqlite

import (
	"context"
	"database/sql/driver"
	"fmt"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/internal/visible"
)

var _ es.CommandReader = (*Store)(nil)

// Command implements [es.CommandReader].
func (s *Store) Command(ctx context.Context, stream, commandID string) (first es.StreamResult, seen bool, err error) {
	if err := s.ready(ctx); err != nil || commandID == "" {
		return es.StreamResult{}, false, err
	}
	const query = commandColumns + "FROM es_streams s JOIN es_commands c ON c.stream = s.id" + commandJoins + "WHERE s.name = ? AND c.id = ?"
	err = s.readers.with(ctx, func(c *conn) error {
		seen = false
		return c.each(query, func(row []driver.Value) (_ bool, err error) {
			seen = true
			first, err = toCommand(row, stream, commandID)
			return false, err
		}, stream, commandID)
	})
	if err != nil {
		return es.StreamResult{}, false, s.failed("look for a command in stream "+stream, err)
	}
	return first, seen, nil
}

// What is asked of es_commands c, with the first and the last event that a command
// led to.
const (
	commandColumns = "SELECT c.first_version, c.last_version, c.crc, f.position, l.position "
	commandJoins   = ` LEFT JOIN es_events f ON f.stream = c.stream AND f.version = c.first_version
		LEFT JOIN es_events l ON l.stream = c.stream AND l.version = c.last_version `
)

// toCommand is what a command came to. It is verified, for who repeats a command must
// not be told of events of another.
func toCommand(row []driver.Value, stream, id string) (es.StreamResult, error) {
	s := scanner{row: row}
	r := es.StreamResult{FirstVersion: s.int(0), LastVersion: s.int(1)}
	crc := s.int(2)
	var sum checksum
	if got := sum.command(stream, id, r.FirstVersion, r.LastVersion); s.err == nil && int64(got) != crc {
		return es.StreamResult{}, fmt.Errorf("%w: what is noted of command %q of stream %s does not match its checksum", es.ErrCorrupt, id, visible.Text(stream))
	}
	r.FirstPosition, r.LastPosition = s.int(3), s.int(4)
	return r, damaged("commands", s.err)
}
