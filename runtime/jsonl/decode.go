package jsonl

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/jsonx"
)

// line is what stands in a line. Its slices are parts of the line, but for those that had
// to be unescaped.
type line struct {
	position, version, synced int64
	typeVersion               int
	recordedAt                time.Time
	id                        uuid.UUID
	stream, category, key     []byte
	typ, command              []byte
	tags                      []byte // what stands in the brackets
	last                      bool

	rest []byte // from the metadata on, without the checksum
}

var (
	errSum   = errors.New("it does not match its checksum")
	errNoSum = errors.New("it does not end with a checksum")
	// A line that matches its checksum is as it was written.
	errForm = errors.New("it is not in the form that this program knows: was the file written by a newer version?")
)

// decode reads all of a line, without its line feed, but what stands from the metadata on.
func (l *line) decode(b []byte) error {
	covered, err := unseal(b)
	if err != nil {
		return err
	}
	s := lineScanner{b: covered}
	l.position = s.number(`{"position":`)
	l.stream = s.text(`,"stream":`)
	l.version = s.number(`,"version":`)
	l.category = s.optional(`,"category":`)
	l.key = s.optional(`,"key":`)
	l.id = s.uuid(`,"id":`)
	l.typ = s.text(`,"type":`)
	typeVersion := s.number(`,"typeVersion":`)
	l.recordedAt = s.time(`,"recordedAt":`)
	l.command = s.optional(`,"command":`)
	l.tags = s.tags(`,"tags":[`)
	l.last, l.synced = false, 0
	if s.has(`,"last":true`) {
		l.last = true
		l.synced = s.number(`,"synced":`)
	}
	l.rest = s.b
	if !bytes.HasPrefix(l.rest, []byte(`,"payload`)) && !bytes.HasPrefix(l.rest, []byte(`,"metadata`)) {
		s.failed = true
	}
	if s.failed || l.position < 1 || l.version < 1 || typeVersion < 1 || typeVersion > math.MaxInt32 ||
		len(l.stream) == 0 || len(l.typ) == 0 || l.id == uuid.Nil || l.synced >= l.position {
		return errForm
	}
	l.typeVersion = int(typeVersion)
	return nil
}

// unseal returns what a line's checksum covers, after it has been verified.
func unseal(b []byte) ([]byte, error) {
	n := len(b) - sealSize
	if n < 0 || string(b[n:n+len(sealBegin)]) != sealBegin || string(b[len(b)-len(sealEnd):]) != sealEnd {
		return nil, errNoSum
	}
	var sum uint32
	for _, c := range b[n+len(sealBegin) : len(b)-len(sealEnd)] {
		switch {
		case c-'0' <= 9:
			sum = sum<<4 | uint32(c-'0')
		case c-'a' <= 5:
			sum = sum<<4 | uint32(c-'a'+10)
		default:
			return nil, errNoSum
		}
	}
	if crc32.Checksum(b[:n], castagnoli) != sum {
		return nil, errSum
	}
	return b[:n], nil
}

// body reads what stands from the metadata on.
func (l *line) body() (metadata, payload []byte, err error) {
	s := lineScanner{b: l.rest}
	switch {
	case s.has(`,"metadataText":`):
		metadata = s.quoted()
	case s.has(`,"metadata":`):
		n := objectEnd(s.b)
		metadata, s.b = s.b[:n:n], s.b[n:]
	}
	if s.has(`,"payloadText":`) {
		payload = s.quoted()
		s.failed = s.failed || len(s.b) > 0
	} else if s.has(`,"payload":`) {
		payload = s.b[:len(s.b):len(s.b)]
	}
	if s.failed || len(payload) == 0 {
		return nil, nil, errForm
	}
	return metadata, payload, nil
}

// objectEnd is where the object ends that b begins with, which is known to be JSON; 0
// where it is none.
func objectEnd(b []byte) int {
	depth := 0
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '"':
			n := stringEnd(b[i+1:])
			if n < 0 {
				return 0
			}
			i += n + 1
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
		if depth == 0 {
			return 0
		}
	}
	return 0
}

// stringEnd is the index of the quote that ends a string whose first quote stands before
// b, and -1 where there is none.
func stringEnd(b []byte) int {
	for i := 0; ; {
		n := bytes.IndexByte(b[i:], '"')
		if n < 0 {
			return -1
		}
		i += n
		before := i
		for before > 0 && b[before-1] == '\\' {
			before--
		}
		if (i-before)%2 == 0 {
			return i
		}
		i++
	}
}

// lineScanner reads the members of a line, which come in a fixed order. After a failure
// what it reads means nothing.
type lineScanner struct {
	b      []byte // what is left
	failed bool
}

// has says whether what is next is literally this, and passes it.
func (s *lineScanner) has(literal string) bool {
	if len(s.b) < len(literal) || string(s.b[:len(literal)]) != literal {
		return false
	}
	s.b = s.b[len(literal):]
	return true
}

func (s *lineScanner) want(literal string) {
	if !s.has(literal) {
		s.failed = true
	}
}

// number reads an integer that is not negative.
func (s *lineScanner) number(name string) int64 {
	s.want(name)
	var n int64
	i := 0
	for ; i < len(s.b) && s.b[i]-'0' <= 9 && i < 18; i++ {
		n = n*10 + int64(s.b[i]-'0')
	}
	if i == 0 || i > 1 && s.b[0] == '0' {
		s.failed = true
	}
	s.b = s.b[i:]
	return n
}

func (s *lineScanner) text(name string) []byte {
	s.want(name)
	return s.quoted()
}

// optional reads a text that is left out where it is empty.
func (s *lineScanner) optional(name string) []byte {
	if !s.has(name) {
		return nil
	}
	text := s.quoted()
	if len(text) == 0 {
		s.failed = true
	}
	return text
}

// quoted reads a string.
func (s *lineScanner) quoted() []byte {
	if !s.has(`"`) {
		s.failed = true
		return nil
	}
	n := bytes.IndexByte(s.b, '"')
	if n < 0 {
		s.failed = true
		return nil
	}
	text := s.b[:n:n]
	if bytes.IndexByte(text, '\\') >= 0 {
		return s.escaped()
	}
	if !utf8.Valid(text) {
		s.failed = true
	}
	s.b = s.b[n+1:]
	return text
}

// escaped reads a string with escapes, whose first quote has been read.
func (s *lineScanner) escaped() []byte {
	n := stringEnd(s.b)
	if n < 0 {
		s.failed = true
		return nil
	}
	var quoted strings.Builder
	quoted.WriteByte('"')
	quoted.Write(s.b[:n+1])
	r := jsonx.NewReader([]byte(quoted.String()))
	text := r.Text()
	s.failed = s.failed || r.End("") != nil
	s.b = s.b[n+1:]
	return text
}

func (s *lineScanner) uuid(name string) (id uuid.UUID) {
	s.want(name)
	const form = `"01234567-0123-0123-0123-0123456789ab"`
	if len(s.b) < len(form) || s.b[0] != '"' || s.b[9] != '-' || s.b[14] != '-' || s.b[19] != '-' || s.b[24] != '-' || s.b[37] != '"' {
		s.failed = true
		return id
	}
	var wrong byte
	for i, at := range [16]int{1, 3, 5, 7, 10, 12, 15, 17, 20, 22, 25, 27, 29, 31, 33, 35} {
		high, low := hexDigits[s.b[at]], hexDigits[s.b[at+1]]
		wrong |= high | low
		id[i] = high<<4 | low
	}
	if wrong > 15 {
		s.failed = true
	}
	s.b = s.b[len(form):]
	return id
}

// hexDigits is the value of each digit, and 255 for what is none.
var hexDigits = func() (table [256]byte) {
	for c := range table {
		table[c] = 255
	}
	for i, c := range []byte("0123456789abcdef") {
		table[c] = byte(i)
	}
	return table
}()

// time reads a time as it is written: in UTC, with no more digits than it needs.
func (s *lineScanner) time(name string) time.Time {
	s.want(name)
	const form = `"2006-01-02T15:04:05`
	b := s.b
	if len(b) < len(form)+2 || b[0] != '"' || b[5] != '-' || b[8] != '-' || b[11] != 'T' || b[14] != ':' || b[17] != ':' {
		s.failed = true
		return time.Time{}
	}
	year := s.digits(b[1:5])
	month, day := s.digits(b[6:8]), s.digits(b[9:11])
	hour, minute, second := s.digits(b[12:14]), s.digits(b[15:17]), s.digits(b[18:20])
	b = b[len(form):]
	nanosecond := 0
	if b[0] == '.' {
		i := 1
		for ; i < len(b) && i <= 9 && b[i]-'0' <= 9; i++ {
			nanosecond = nanosecond*10 + int(b[i]-'0')
		}
		if i == 1 || b[i-1] == '0' {
			s.failed = true
		}
		b = b[i:]
		for ; i <= 9; i++ {
			nanosecond *= 10
		}
	}
	at := time.Date(year, time.Month(month), day, hour, minute, second, nanosecond, time.UTC)
	// The package time takes 30 February for a day in March.
	if d := at.Day(); d != day || month < 1 || month > 12 || hour > 23 || minute > 59 || second > 59 ||
		at.Before(minTime) || at.After(maxTime) {
		s.failed = true
	}
	s.b = b
	s.want(`Z"`)
	return at
}

// The times that can be appended: see es.NewEvent.
var (
	minTime = time.Unix(0, math.MinInt64)
	maxTime = time.Unix(0, math.MaxInt64)
)

func (s *lineScanner) digits(b []byte) (n int) {
	for _, c := range b {
		if c-'0' > 9 {
			s.failed = true
		}
		n = n*10 + int(c-'0')
	}
	return n
}

// tags reads an array of tags that is left out where it is empty, and returns what stands
// in its brackets.
func (s *lineScanner) tags(name string) []byte {
	if !s.has(name) {
		return nil
	}
	start := s.b
	for more := true; more && !s.failed; more = s.has(`,`) {
		s.tag()
	}
	end := len(start) - len(s.b)
	s.want(`]`)
	return start[:end:end]
}

func (s *lineScanner) tag() (key, value []byte) {
	key = s.text(`{"key":`)
	value = s.text(`,"value":`)
	s.want(`}`)
	if len(key) == 0 {
		s.failed = true
	}
	return key, value
}

// eachTag calls yield with the tags of a line that has been decoded.
func (l *line) eachTag(yield func(key, value []byte)) {
	if len(l.tags) == 0 {
		return
	}
	s := lineScanner{b: l.tags}
	for more := true; more && !s.failed; more = s.has(`,`) {
		yield(s.tag())
	}
}

// read reads the line of an event that is known to be at a position.
func (l *line) read(b []byte, position int64) error {
	if err := l.decode(bytes.TrimSuffix(b, []byte("\n"))); err != nil {
		return err
	}
	if l.position != position {
		return fmt.Errorf("it is the line of position %d", l.position)
	}
	return nil
}
