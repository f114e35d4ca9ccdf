package jsonl

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/internal/visible"
)

// scan reads a file from its beginning to its end, into an index.
type scan struct {
	file     io.ReaderAt
	size     int64
	index    *index
	progress func(Progress)

	// whole counts the events of whole appends, and end is where those end.
	whole, end int64
	// synced is up to which byte the file is on disk, as its last append tells.
	synced int64
	// unended says that the last line, which is whole otherwise, has no line feed.
	unended bool

	lines lineReader
	line  line
	tags  []*tagged // of the line

	// What the line before had is likely to come again.
	stream *stream
	typ    *typed
}

// reportEvery is after how many bytes progress is reported.
const reportEvery = 4 << 20

// scanFile reads all of a file. What is torn at its end is left out.
func scanFile(ctx context.Context, f io.ReaderAt, size int64, progress func(Progress)) (*scan, error) {
	for {
		s := &scan{file: f, size: size, index: newIndex(), progress: progress, lines: lineReader{file: f, size: size}}
		if err := s.run(ctx); err != nil {
			return nil, err
		}
		if s.whole == s.index.head() {
			return s, nil
		}
		// The index has lines of an append that is torn. Reading the others again is
		// simpler than to take those out, and happens after a crash only.
		size = s.end
	}
}

func (s *scan) run(ctx context.Context) error {
	var reported int64
	for {
		offset := s.lines.offset
		if offset-reported >= reportEvery {
			reported = offset
			if err := ctx.Err(); err != nil {
				return err
			}
			s.report(offset)
		}
		b, err := s.lines.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil && !errors.Is(err, ErrTooLarge) {
			return err
		}
		if err == nil {
			err = s.take(b)
		}
		if err != nil {
			damage := &DamageError{Line: s.index.head() + 1, Offset: offset, Err: err}
			if torn, e := s.torn(b); !torn {
				return cmp.Or(e, error(damage))
			}
			break
		}
	}
	s.report(s.size)
	return nil
}

func (s *scan) report(read int64) {
	s.progress(Progress{Read: read, Size: s.size, Events: s.index.head()})
}

// take takes a line into the index.
func (s *scan) take(b []byte) error {
	size := int64(len(b))
	b, ended := bytes.CutSuffix(b, []byte("\n"))
	l, x := &s.line, s.index
	if err := l.decode(b); err != nil {
		if x.head() == 0 && !bytes.HasPrefix(b, []byte(firstMember)) {
			err = fmt.Errorf("%w: %w", ErrNotOurs, err)
		}
		return err
	}
	switch {
	case l.position != x.head()+1:
		return fmt.Errorf("it is the line of position %d", l.position)
	case l.position > mostEvents:
		return errTooMany
	case l.synced > s.whole:
		return fmt.Errorf("it knows position %d to be on disk, which its own append or a later one has", l.synced)
	case !ended && !l.last:
		return errNoSum
	}
	s.find(l)
	if err := s.check(l); err != nil {
		return err
	}
	x.add(&entry{stream: s.stream, typ: s.typ, tags: s.tags, id: &l.id, command: string(l.command), size: size})
	if l.last {
		s.whole, s.end, s.unended = x.head(), x.end, !ended
		s.synced = x.offsets[l.synced]
	}
	return nil
}

var errTooMany = fmt.Errorf("a file holds at most %d events", int64(mostEvents))

// find finds what a line names, and makes what is new.
func (s *scan) find(l *line) {
	x := s.index
	if s.stream == nil || s.stream.is.Name != string(l.stream) {
		if s.stream = x.streams[string(l.stream)]; s.stream == nil {
			s.stream = x.newStream(es.Stream{Name: string(l.stream), Category: string(l.category), Key: string(l.key)})
		}
	}
	if s.typ == nil || s.typ.name != string(l.typ) {
		if s.typ = x.types[string(l.typ)]; s.typ == nil {
			s.typ = x.newType(string(l.typ))
		}
	}
	s.tags = s.tags[:0]
	if len(l.tags) > 0 {
		l.eachTag(func(key, value []byte) {
			t := x.tags[es.Tag{Key: string(key), Value: string(value)}]
			if t == nil {
				t = x.newTag(es.Tag{Key: string(key), Value: string(value)})
			}
			s.tags = append(s.tags, t)
		})
	}
}

// check verifies that a line goes with those before it.
func (s *scan) check(l *line) error {
	st := s.stream
	if next := st.version() + 1; l.version != next {
		return fmt.Errorf("it has version %d of stream %s, and the next is %d", l.version, visible.Text(st.is.Name), next)
	}
	if st.is.Category != string(l.category) || st.is.Key != string(l.key) {
		return fmt.Errorf("stream %s had another category or key before", visible.Text(st.is.Name))
	}
	for i, t := range s.tags {
		if slices.Contains(s.tags[:i], t) {
			return fmt.Errorf("it has the tag %q, %q twice", t.tag.Key, t.tag.Value)
		}
	}
	if c, seen := st.commands[string(l.command)]; seen {
		if int64(st.events[c.first-1]) <= s.whole || int64(c.first+c.count) != l.version {
			return fmt.Errorf("stream %s has seen command %q before", visible.Text(st.is.Name), l.command)
		}
	}
	var failed error
	s.index.ids.each(&l.id, func(position uint32) bool {
		var other line
		if failed = s.index.readLine(s.file, &other, int64(position)); failed == nil && other.id == l.id {
			failed = fmt.Errorf("event %s stands in line %d already", l.id, position)
		}
		return failed == nil
	})
	return failed
}

// firstMember is how every line begins.
const firstMember = `{"position":`

// torn says whether a line that cannot be read belongs to what a crash has left: whether it
// is cut off or has a hole, and nothing that follows was written after it was on disk.
func (s *scan) torn(b []byte) (bool, error) {
	if len(b) == 0 || bytes.HasSuffix(b, []byte("\n")) && bytes.IndexByte(b, 0) < 0 {
		return false, nil
	}
	// A line that has something in place of its line feed, and no hole, was whole, and may have
	// been acknowledged.
	if _, err := unseal(b[:len(b)-1]); err == nil && b[len(b)-1] != 0 {
		return false, nil
	}
	// No line of its append could know it to be on disk before the append was whole.
	first := s.whole + 1
	var err error
	for ; err == nil; b, err = s.lines.next() {
		if s.index.head() == 0 && !resembles(b) || synced(b) >= first {
			return false, nil
		}
	}
	if errors.Is(err, io.EOF) {
		return true, nil
	}
	return false, err
}

// synced is what a line knows to be on disk. There may be a hole before the line.
func synced(b []byte) int64 {
	b = b[bytes.LastIndexByte(b, 0)+1:]
	var l line
	if i := bytes.Index(b, []byte(firstMember)); i < 0 || l.decode(bytes.TrimSuffix(b[i:], []byte("\n"))) != nil {
		return 0
	}
	return l.synced
}

// resembles says whether a line can be one of ours with holes. If the first line cannot be
// read, the file may be one of something else.
func resembles(b []byte) bool {
	for i, c := range b {
		if i < len(firstMember) && c != 0 && c != firstMember[i] || c != 0 && c != '\n' && c < ' ' {
			return false
		}
	}
	return true
}

// lineReader reads a file by lines.
type lineReader struct {
	file   io.ReaderAt
	size   int64
	offset int64 // of the next line

	buf  []byte
	from int // the next line begins here in buf
	to   int // as far as buf is filled
}

// scanBuffer is how many bytes are read at once.
const scanBuffer = 1 << 20

// next returns the next line with its line feed, which only the last may not have. It is
// valid until the next call.
func (r *lineReader) next() ([]byte, error) {
	for searched := 0; ; {
		part := r.buf[r.from:r.to]
		if n := bytes.IndexByte(part[searched:], '\n'); n >= 0 {
			return r.pass(searched + n + 1), nil
		}
		searched = len(part)
		if r.offset+int64(len(part)) >= r.size {
			if len(part) == 0 {
				return nil, io.EOF
			}
			return r.pass(len(part)), nil
		}
		if len(part) > mostLine {
			return part[:0], ErrTooLarge
		}
		if err := r.fill(); err != nil {
			return nil, err
		}
	}
}

func (r *lineReader) pass(n int) []byte {
	b := r.buf[r.from : r.from+n : r.from+n]
	r.from += n
	r.offset += int64(n)
	return b
}

// fill reads more behind what is left of the buffer.
func (r *lineReader) fill() error {
	if r.from > 0 || r.buf == nil {
		if r.buf == nil {
			r.buf = make([]byte, min(scanBuffer, r.size))
		}
		r.to = copy(r.buf, r.buf[r.from:r.to])
		r.from = 0
	}
	if r.to == len(r.buf) {
		r.buf = append(r.buf, make([]byte, len(r.buf))...)
	}
	at := r.offset + int64(r.to)
	part := r.buf[r.to:min(int64(len(r.buf)), int64(r.to)+r.size-at)]
	if err := readFull(r.file, part, at); err != nil {
		return err
	}
	r.to += len(part)
	return nil
}
