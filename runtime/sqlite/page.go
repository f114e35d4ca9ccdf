package sqlite

import (
	"cmp"
	"context"
	"database/sql/driver"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
)

// Pages begin small, for most streams are short, and end where they hold enough,
// in events or in bytes.
const (
	firstPage = 128
	fullPage  = 512
	pageBytes = 1 << 20
)

// columns of events, in the order that record.scan expects. Texts of any length
// are read as bytes, which saves a copy.
const (
	columns       = "position, " + columnsBehind
	columnsBehind = "stream, version, type, type_version, recorded_at, id, crc, tags, CAST(metadata AS BLOB), CAST(payload AS BLOB), crc_rest"
)

// briefColumns are those of es.ReadStream.Brief, in the order that record.scanBrief
// expects. The version is known beforehand, and the checksum tells whether it is
// the right one.
const briefColumns = "position, type, type_version, recorded_at, crc, CAST(payload AS BLOB)"

// briefBehind are those of es.ReadAll.Brief behind the position, in the order that
// record.scanTagged expects. The tags have no checksum here: they are read to be compared
// with what the index of tags says.
const briefBehind = "stream, version, type, type_version, recorded_at, crc, tags, CAST(payload AS BLOB)"

// record is a row of events, as it was read.
type record struct {
	position, stream, version    int64
	typ, typeVersion, recordedAt int64
	id                           uuid.UUID
	crc, rest                    int64
	tags                         string
	metadata, payload            []byte

	// name is the type's, nil where the file has none for the number.
	name *string
	// of is the stream, nil where the file has none for the number, and where the
	// reader knows the stream anyhow.
	of *numberedStream
}

func (r *record) scan(row []driver.Value) error {
	s := scanner{row: row}
	r.position, r.stream, r.version = s.int(0), s.int(1), s.int(2)
	r.typ, r.typeVersion, r.recordedAt = s.int(3), s.int(4), s.int(5)
	id := s.bytes(6)
	r.crc, r.tags = s.int(7), s.text(8)
	r.metadata, r.payload, r.rest = s.bytes(9), s.bytes(10), s.int(11)
	if len(id) != len(r.id) {
		s.fail(6)
	}
	copy(r.id[:], id)
	if s.err != nil {
		return fmt.Errorf("%w: events, position %v: %w", es.ErrCorrupt, row[0], s.err)
	}
	return nil
}

func (r *record) scanBrief(row []driver.Value) error {
	s := scanner{row: row}
	r.position, r.typ, r.typeVersion, r.recordedAt, r.crc, r.payload = s.int(0), s.int(1), s.int(2), s.int(3), s.int(4), s.bytes(5)
	return damaged("events", s.err)
}

func (r *record) scanTagged(row []driver.Value) error {
	s := scanner{row: row}
	r.position, r.stream, r.version, r.typ, r.typeVersion = s.int(0), s.int(1), s.int(2), s.int(3), s.int(4)
	r.recordedAt, r.crc, r.tags, r.payload = s.int(5), s.int(6), s.text(7), s.bytes(8)
	return damaged("events", s.err)
}

// scanner takes the columns of a row apart. STRICT tables hold what they are
// declared to hold, in a file that is whole; so its error is one of the file.
type scanner struct {
	row []driver.Value
	err error
}

func (s *scanner) fail(i int) {
	if s.err == nil {
		s.err = fmt.Errorf("column %d cannot be %T %.40v", i+1, s.row[i], s.row[i])
	}
}

func (s *scanner) int(i int) int64 {
	v, ok := s.row[i].(int64)
	if !ok {
		s.fail(i)
	}
	return v
}

// text is empty where the column is NULL.
func (s *scanner) text(i int) string {
	v, ok := s.row[i].(string)
	if !ok && s.row[i] != nil {
		s.fail(i)
	}
	return v
}

// bytes is nil where the column is NULL.
func (s *scanner) bytes(i int) []byte {
	v, ok := s.row[i].([]byte)
	if !ok && s.row[i] != nil {
		s.fail(i)
	}
	return v
}

// page is a stretch of events that was read at once. It is filled again and again.
type page struct {
	records []record
	// brief says that rows have the briefColumns. Their versions begin with version
	// and rise by step; where step is 0 they have a position and what is briefBehind it.
	brief         bool
	version, step int64
	// more says that the page ended because it was full.
	more  bool
	bytes int
	limit int
}

func (p *page) reset(limit int) {
	clear(p.records)
	p.records, p.more, p.bytes, p.limit = p.records[:0], false, 0, limit
}

// empty lets go of the events, and forgets how they were read.
func (p *page) empty() {
	clear(p.records)
	*p = page{records: p.records[:0]}
}

// add takes a row, and says whether there is room for another.
func (p *page) add(row []driver.Value) (bool, error) {
	p.records = append(p.records, record{})
	r := &p.records[len(p.records)-1]
	var err error
	switch {
	case !p.brief:
		err = r.scan(row)
	case p.step == 0:
		err = r.scanTagged(row)
	default:
		r.version = p.version
		p.version += p.step
		err = r.scanBrief(row)
	}
	if err != nil {
		return false, err
	}
	p.bytes += len(r.payload) + len(r.metadata)
	p.more = len(p.records) >= p.limit || p.bytes >= pageBytes
	return !p.more, nil
}

// order puts the records in the order of their positions, each once, up to a position.
func (p *page) order(to int64) {
	slices.SortFunc(p.records, func(a, b record) int { return cmp.Compare(a.position, b.position) })
	p.records = slices.CompactFunc(p.records, func(a, b record) bool { return a.position == b.position })
	n := len(p.records)
	for n > 0 && p.records[n-1].position > to {
		n--
	}
	clear(p.records[n:])
	p.records = p.records[:n]
}

// names looks up the names of the types in the page.
func (p *page) names(c *conn, types *typeNames) (err error) {
	for i := range p.records {
		r := &p.records[i]
		if i > 0 && p.records[i-1].typ == r.typ {
			r.name = p.records[i-1].name
		} else if r.name, err = types.name(c, r.typ); err != nil {
			return err
		}
	}
	return nil
}

// buffer is the memory of a reader, which it hands on to others when it is done: most
// read so little that to make it would take a good part of the time. Nothing that is
// yielded lies in it.
type buffer struct {
	page page
	sum  checksum
}

var buffers = sync.Pool{New: func() any {
	return &buffer{page: page{records: make([]record, 0, firstPage)}, sum: checksum{buf: make([]byte, 0, 256)}}
}}

func newBuffer() *buffer { return buffers.Get().(*buffer) }

// release is called by a reader that is done.
func (b *buffer) release() {
	b.page.empty()
	buffers.Put(b)
}

// reader yields what pages hold, verified, one event at a time.
type reader struct {
	store *Store
	ctx   context.Context
	yield func(*es.Stored, error) bool
	limit int // 0 is none

	buffer  *buffer
	yielded int
	event   es.Stored // what is yielded
	tags    []es.Tag
}

// load verifies r, which is of stream, and makes it the event to be yielded.
func (rd *reader) load(r *record, stream es.Stream) error {
	corrupt := func(typ, format string, args ...any) error {
		rd.store.streams.forget()
		return &es.EventError{Stream: stream.Name, Version: r.version, Position: r.position, Type: typ,
			Err: fmt.Errorf("%w: %s", es.ErrCorrupt, fmt.Sprintf(format, args...))}
	}
	if r.name == nil {
		return corrupt("", "its type has the number %d, which the file does not name", r.typ)
	}
	if got := rd.buffer.sum.event(r.position, stream.Name, r.version, *r.name, r.typeVersion, r.recordedAt, r.payload); int64(got) != r.crc {
		return corrupt(*r.name, firstMismatch, got, r.crc)
	}
	if got := rd.buffer.sum.rest(r.id, stream, r.tags, r.metadata); int64(got) != r.rest {
		return corrupt(*r.name, secondMismatch, got, r.rest)
	}
	tags, err := rd.parseTags(r.tags)
	if err != nil {
		return corrupt(*r.name, "%v", err)
	}
	rd.event = es.Stored{
		Stream: stream, Version: r.version, Position: r.position,
		ID: r.id, Type: *r.name, TypeVersion: int(r.typeVersion),
		RecordedAt: time.Unix(0, r.recordedAt).UTC(),
		Payload:    r.payload, Metadata: r.metadata, Tags: tags,
	}
	return nil
}

// parseTags parses the tags of an event. They are valid until the next call.
func (rd *reader) parseTags(text string) (tags []es.Tag, err error) {
	if text != "" {
		tags, err = parseTags(rd.tags[:0], text)
		rd.tags = tags
	}
	return tags, err
}

// What checksums that do not match are about.
const (
	firstMismatch  = "position, stream, version, type, time and payload do not match their checksum: %08x, want %08x"
	secondMismatch = "ID, category, key, tags and metadata do not match their checksum: %08x, want %08x"
)

// loadBrief is load for a record that has not all of the columns. It says whether the record is
// what it should be, and not what else it is.
func (rd *reader) loadBrief(r *record, stream *es.Stream) bool {
	if r.name == nil || int64(rd.buffer.sum.event(r.position, stream.Name, r.version, *r.name, r.typeVersion, r.recordedAt, r.payload)) != r.crc {
		return false
	}
	rd.event = es.Stored{
		Stream: *stream, Version: r.version, Position: r.position, Type: *r.name, TypeVersion: int(r.typeVersion),
		RecordedAt: time.Unix(0, r.recordedAt).UTC(), Payload: r.payload,
	}
	return true
}

// step yields the event that load made, and says whether there is to be another.
func (rd *reader) step() bool {
	if err := rd.store.ready(rd.ctx); err != nil {
		rd.yield(nil, err)
		return false
	}
	rd.yielded++
	return rd.yield(&rd.event, nil) && rd.yielded != rd.limit
}

// end ends an iteration that went through without an error: if it was cut off
// while there was nothing to be yielded, it says so all the same.
func (rd *reader) end() {
	if err := rd.store.ready(rd.ctx); err != nil {
		rd.yield(nil, err)
	}
}

// left is how many events there is use in reading, and no more than most.
func (rd *reader) left(most int) int {
	if rd.limit > 0 {
		most = min(most, rd.limit-rd.yielded)
	}
	return most
}
