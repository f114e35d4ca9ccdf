package sqlite

import (
	"context"
	"database/sql/driver"

	"github.com/esgen/esgen/runtime/es"
)

var _ es.CommandReader = (*Store)(nil)

// Command implements [es.CommandReader].
func (s *Store) Command(ctx context.Context, stream, commandID string) (first es.StreamResult, seen bool, err error) {
	if err := s.ready(ctx); err != nil || commandID == "" {
		return es.StreamResult{}, false, err
	}
	const query = `SELECT c.first_version, c.last_version, f.position, l.position
		FROM es_streams s JOIN es_commands c ON c.stream = s.id
		JOIN es_events f ON f.stream = c.stream AND f.version = c.first_version
		JOIN es_events l ON l.stream = c.stream AND l.version = c.last_version
		WHERE s.name = ? AND c.id = ?`
	err = s.readers.with(ctx, func(c *conn) error {
		seen = false
		return c.each(query, func(row []driver.Value) (bool, error) {
			r := scanner{row: row}
			first, seen = es.StreamResult{FirstVersion: r.int(0), LastVersion: r.int(1), FirstPosition: r.int(2), LastPosition: r.int(3)}, true
			return false, damaged("commands", r.err)
		}, stream, commandID)
	})
	if err != nil {
		return es.StreamResult{}, false, s.failed("look for a command in stream "+stream, err)
	}
	return first, seen, nil
}
