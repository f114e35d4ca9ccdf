package sqlite

import (
	"database/sql/driver"
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

// streamNames remembers streams for all who read a store, by their numbers in the file
// and by their names. A stream never changes its name and is never deleted, so what a
// reader has found, which sees nothing before its commit, holds for good. It is safe for
// use by several goroutines.
//
// It is bounded. Streams are added to a generation, and where that is full, it takes the
// place of the one before it, which is forgotten. A stream that is asked for is added
// again, so that those that are in use stay.
type streamNames struct {
	mu             sync.RWMutex
	recent, former generation
}

// numberedStream is a stream and its number. It never changes.
type numberedStream struct {
	es.Stream
	number int64
}

type generation struct {
	byNumber map[int64]*numberedStream
	byName   map[string]*numberedStream
	bytes    int // of texts
}

// Bounds of a generation. Two that are full take some 8 MiB, where the names are not
// long.
const (
	mostStreams     = 16384
	mostStreamBytes = 4 << 20
)

func newStreamNames() *streamNames {
	empty := func() generation {
		return generation{byNumber: make(map[int64]*numberedStream), byName: make(map[string]*numberedStream)}
	}
	return &streamNames{recent: empty(), former: empty()}
}

func (g *generation) clear() {
	clear(g.byNumber)
	clear(g.byName)
	g.bytes = 0
}

func (s *streamNames) add(streams ...*numberedStream) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, stream := range streams {
		if known := s.recent.byNumber[stream.number]; known != nil && known.Stream == stream.Stream {
			continue
		}
		size := len(stream.Name) + len(stream.Category) + len(stream.Key)
		if size > mostStreamBytes {
			continue
		}
		if len(s.recent.byNumber) == mostStreams || s.recent.bytes+size > mostStreamBytes {
			s.recent, s.former = s.former, s.recent
			s.recent.clear()
		}
		s.recent.byNumber[stream.number], s.recent.byName[stream.Name] = stream, stream
		s.recent.bytes += size
	}
}

// forget forgets all streams. It is called where an event does not match its checksum:
// if that was because its stream had another name when it was looked up, then the next
// who reads it shall not suffer from it.
func (s *streamNames) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.recent.clear()
	s.former.clear()
}

// named is the stream of that name, nil where it is not remembered.
func (s *streamNames) named(name string) *numberedStream {
	s.mu.RLock()
	stream := s.recent.byName[name]
	former := stream == nil
	if former {
		stream = s.former.byName[name]
	}
	s.mu.RUnlock()
	if former && stream != nil {
		s.add(stream)
	}
	return stream
}

// find sets the streams of records; nil where the file does not name the number. Those
// that are not remembered it looks up, many at a time.
func (s *streamNames) find(c *conn, records []record) error {
	var unknown int
	var former []*numberedStream
	s.mu.RLock()
	for i := range records {
		r := &records[i]
		if i > 0 && records[i-1].stream == r.stream {
			r.of = records[i-1].of
		} else if r.of = s.recent.byNumber[r.stream]; r.of == nil {
			if r.of = s.former.byNumber[r.stream]; r.of != nil {
				former = append(former, r.of)
			}
		}
		if r.of == nil {
			unknown++
		}
	}
	s.mu.RUnlock()
	if len(former) > 0 {
		s.add(former...)
	}
	if unknown == 0 {
		return nil
	}

	found := make(map[int64]*numberedStream, unknown)
	var numbers []driver.Value
	for i := range records {
		if number := records[i].stream; records[i].of == nil {
			if _, asked := found[number]; !asked {
				found[number] = nil
				numbers = append(numbers, number)
			}
		}
	}
	fresh := make([]*numberedStream, 0, len(numbers))
	err := c.in("SELECT id, name, category, key FROM es_streams WHERE id IN (?)", numbers, func(row []driver.Value) (bool, error) {
		sc := scanner{row: row}
		stream := &numberedStream{number: sc.int(0), Stream: es.Stream{Name: sc.text(1), Category: sc.text(2), Key: sc.text(3)}}
		found[stream.number], fresh = stream, append(fresh, stream)
		return true, damaged("streams", sc.err)
	})
	if err != nil {
		return err
	}
	for i := range records {
		if r := &records[i]; r.of == nil {
			r.of = found[r.stream]
		}
	}
	s.add(fresh...)
	return nil
}
