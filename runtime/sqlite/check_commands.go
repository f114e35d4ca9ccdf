package sqlite

import (
	"database/sql/driver"
	"encoding/json"
	"math"

	"github.com/esgen/esgen/runtime/es"
)

// commandWalk is a walk through es_commands: it has reached the row that it names.
type commandWalk struct {
	stream int64
	id     string
	rows   int64
}

const commandsQuery = `SELECT c.stream, c.id, c.first_version, c.last_version, s.name, f.position, l.position, CAST(f.metadata AS BLOB), c.crc
	FROM (SELECT * FROM es_commands WHERE (stream, id) > (?1, ?2) AND stream <= ?3 ORDER BY stream, id LIMIT ?4) c
	LEFT JOIN es_streams s ON s.id = c.stream
	LEFT JOIN es_events f ON f.stream = c.stream AND f.version = c.first_version
	LEFT JOIN es_events l ON l.stream = c.stream AND l.version = c.last_version
	ORDER BY c.stream, c.id`

// checkCommands checks that each command led to events that are there.
func (k *checker) checkCommands() error {
	var total, last int64
	err := k.once(func(c *conn) error {
		return c.onceUntil(k.ctx, "SELECT count(*), ifnull(max(stream), 0) FROM es_commands", func(row []driver.Value) (bool, error) {
			s := scanner{row: row}
			total, last = s.int(0), s.int(1)
			return false, damaged("es_commands", s.err)
		})
	})
	if err != nil {
		return err
	}
	_, err = walk(k, commandWalk{stream: math.MinInt64}, func(c *conn, w commandWalk) (commandWalk, bool, error) {
		rows := 0
		err := c.each(commandsQuery, func(row []driver.Value) (bool, error) {
			s := scanner{row: row}
			w.stream, w.id = s.int(0), s.text(1)
			if s.err != nil {
				return false, damaged("es_commands", s.err)
			}
			k.checkCommand(row)
			rows++
			return true, nil
		}, w.stream, w.id, last, int64(fullPage))
		w.rows += int64(rows)
		return w, rows == fullPage, err
	}, func(w commandWalk) {
		k.report.Commands = w.rows
		k.progress("commands", w.rows, max(total, w.rows))
	})
	return err
}

func (k *checker) checkCommand(row []driver.Value) {
	s := scanner{row: row}
	number, id, first, last, stream := s.int(0), s.text(1), s.int(2), s.int(3), s.text(4)
	at := Fault{Kind: FaultCommand, Stream: stream, Version: first}
	var from, to int64
	if row[5] != nil && row[6] != nil {
		from, to = s.int(5), s.int(6)
		at.Position = from
	}
	metadata, crc := s.bytes(7), s.int(8)
	switch {
	case s.err != nil:
		at.Kind = FaultValue
		k.fault(at, "command %q: %v", id, s.err)
	case row[4] == nil:
		at.Kind = FaultReference
		k.fault(at, "the stream of command %q has the number %d, which the file does not name", id, number)
	case first < 1 || last < first:
		k.fault(at, "command %q cannot have led to versions %d to %d", id, first, last)
	case row[5] == nil || row[6] == nil:
		k.fault(at, "command %q led to versions %d to %d, not all of which are there", id, first, last)
	case to-from != last-first:
		// The events of an append to a stream stand together.
		k.fault(at, "command %q led to versions %d to %d, which were not appended at once: their positions are %d and %d", id, first, last, from, to)
	default:
		if other := commandOf(metadata); other != "" && other != id {
			k.fault(at, "command %q led to it, but its metadata names command %q", id, other)
		} else if int64(k.sum.command(stream, id, first, last)) != crc {
			k.fault(at, "what is noted of command %q, that it led to versions %d to %d, does not match its checksum", id, first, last)
		}
	}
}

// commandOf is the command that the metadata of an event names, if it names one.
func commandOf(metadata []byte) string {
	var md es.Metadata
	if len(metadata) == 0 || json.Unmarshal(metadata, &md) != nil {
		return ""
	}
	return md.CommandID
}
