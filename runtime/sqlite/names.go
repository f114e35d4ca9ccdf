package sqlite

import (
	"database/sql/driver"
	"fmt"
	"sync"

	"github.com/esgen/esgen/runtime/es"
)

// typeNames remembers the names of event types by their numbers in the file, and
// the other way round. A number never changes its name, so what was once read,
// after its commit, holds for good. It is safe for use by several goroutines.
type typeNames struct {
	mu      sync.RWMutex
	names   map[int64]*string
	numbers map[string]int64
}

func newTypeNames() *typeNames {
	return &typeNames{names: make(map[int64]*string), numbers: make(map[string]int64)}
}

func (t *typeNames) add(number int64, name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.names[number], t.numbers[name] = &name, number
}

// name looks a number up, in the file where it has to; nil where there is none.
func (t *typeNames) name(c *conn, number int64) (*string, error) {
	t.mu.RLock()
	name := t.names[number]
	t.mu.RUnlock()
	if name != nil {
		return name, nil
	}
	err := c.each("SELECT name FROM es_types WHERE id = ?", func(row []driver.Value) (bool, error) {
		if text, ok := row[0].(string); ok {
			name = &text
		}
		return false, nil
	}, number)
	if name != nil && err == nil {
		t.add(number, *name)
	}
	return name, err
}

// number is name's counterpart. Neither must be called in a transaction that has
// made types itself, since these may never come to be.
func (t *typeNames) number(c *conn, name string) (number int64, ok bool, err error) {
	t.mu.RLock()
	number, ok = t.numbers[name]
	t.mu.RUnlock()
	if ok {
		return number, true, nil
	}
	number, ok, err = c.lookup("SELECT id FROM es_types WHERE name = ?", name)
	if ok && err == nil {
		t.add(number, name)
	}
	return number, ok, err
}

// streamNames remembers streams by their numbers, for one iteration, up to a
// bound.
type streamNames map[int64]*es.Stream

const mostStreamNames = 4096

// load looks up the streams of records that are not known yet, many at a time.
func (s streamNames) load(c *conn, records []record) error {
	if len(s)+len(records) > mostStreamNames {
		clear(s)
	}
	var numbers []driver.Value
	for i := range records {
		number := records[i].stream
		if _, known := s[number]; !known {
			s[number] = nil // looked for once
			numbers = append(numbers, number)
		}
	}
	return c.in("SELECT id, name, category, key FROM es_streams WHERE id IN (?)", numbers, func(row []driver.Value) (bool, error) {
		sc := scanner{row: row}
		number := sc.int(0)
		s[number] = &es.Stream{Name: sc.text(1), Category: sc.text(2), Key: sc.text(3)}
		return true, damaged("streams", sc.err)
	})
}

// stream is nil where there is none of that number.
func (s streamNames) stream(c *conn, number int64) (*es.Stream, error) {
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
		if len(s) == mostStreamNames {
			clear(s)
		}
		s[number] = stream
	}
	return stream, err
}
