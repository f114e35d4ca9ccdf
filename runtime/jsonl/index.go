package jsonl

import (
	"io"
	"slices"
	"sort"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
)

// mostEvents is what positions in 32 bits can count, and one that lies beyond.
const mostEvents = 1<<32 - 2

// index is what is in memory of a file: where its events stand, and what finds them. It
// holds only what is on disk.
//
// All lists grow at their ends and never change otherwise, so that a reader may go on
// with a list as it was while the index grows.
type index struct {
	offsets []int64 // at p-1 is where the line of position p begins
	end     int64   // where the next line will begin
	ids     idTable
	streams map[string]*stream
	types   map[string]*typed
	tags    map[es.Tag]*tagged
}

// positions are those of some events, rising.
type positions []uint32

type stream struct {
	is es.Stream
	// events has the event of version v at v-1.
	events   positions
	commands map[string]command // nil until there is one
}

// command is what a command came to in a stream.
type command struct {
	first, count uint32 // its first version, and of how many events
}

type typed struct {
	name   string
	events positions
}

type tagged struct {
	tag    es.Tag
	events positions
}

func newIndex() *index {
	return &index{streams: make(map[string]*stream), types: make(map[string]*typed), tags: make(map[es.Tag]*tagged)}
}

func (x *index) head() int64 { return int64(len(x.offsets)) }

// lineAt is where the line of a position begins and ends.
func lineAt(offsets []int64, end, position int64) (from, to int64) {
	if position < int64(len(offsets)) {
		end = offsets[position]
	}
	return offsets[position-1], end
}

// readLine reads the line of a position from the file.
func (x *index) readLine(f io.ReaderAt, l *line, position int64) error {
	from, to := lineAt(x.offsets, x.end, position)
	b := make([]byte, to-from)
	err := readFull(f, b, from)
	if err == nil {
		err = l.read(b, position)
	}
	if err != nil {
		err = &DamageError{Line: position, Offset: from, Err: err}
	}
	return err
}

// version is 0 for a stream that does not exist.
func (s *stream) version() int64 {
	if s == nil {
		return 0
	}
	return int64(len(s.events))
}

// result is what a command came to.
func (s *stream) result(c command) es.StreamResult {
	first, last := c.first, c.first+c.count-1
	return es.StreamResult{
		FirstVersion: int64(first), LastVersion: int64(last),
		FirstPosition: int64(s.events[first-1]), LastPosition: int64(s.events[last-1]),
	}
}

// entry is an event as the index takes it.
type entry struct {
	stream  *stream
	typ     *typed
	tags    []*tagged
	id      *uuid.UUID
	size    int64 // of its line
	command string
}

// add takes the event that comes next.
func (x *index) add(e *entry) {
	x.offsets = append(x.offsets, x.end)
	x.end += e.size
	position := uint32(len(x.offsets))
	x.ids.add(e.id, position)
	e.stream.events = append(e.stream.events, position)
	e.typ.events = append(e.typ.events, position)
	for _, t := range e.tags {
		t.events = append(t.events, position)
	}
	if e.command != "" {
		s := e.stream
		if s.commands == nil {
			s.commands = make(map[string]command)
		}
		c := s.commands[e.command]
		if c.count == 0 {
			c.first = uint32(len(s.events))
		}
		c.count++
		s.commands[e.command] = c
	}
}

func (x *index) newStream(is es.Stream) *stream {
	s := &stream{is: is}
	x.streams[is.Name] = s
	return s
}

func (x *index) newType(name string) *typed {
	t := &typed{name: name}
	x.types[name] = t
	return t
}

func (x *index) newTag(tag es.Tag) *tagged {
	t := &tagged{tag: tag}
	x.tags[tag] = t
	return t
}

// at finds the stream and the version of the event at a position by searching all
// streams, for an event whose line cannot be read.
func (x *index) at(position int64) (s *stream, version int64) {
	for _, s := range x.streams {
		if i, found := slices.BinarySearch(s.events, uint32(position)); found {
			return s, int64(i + 1)
		}
	}
	return &stream{}, 0
}

// from is the part of a list from a position on. It is quick where that is near the
// beginning.
func (ps positions) from(position uint32) positions {
	reach := 1
	for reach < len(ps) && ps[reach-1] < position {
		reach *= 2
	}
	low := reach / 2
	part := ps[low:min(reach, len(ps))]
	return ps[low+sort.Search(len(part), func(i int) bool { return part[i] >= position }):]
}
