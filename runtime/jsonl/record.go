package jsonl

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/esgen/esgen/runtime/es"
)

// Writer writes events as the lines of a file that Open accepts, for programs that make a
// copy of a store. It neither syncs nor locks. It must not be used by several goroutines at
// once.
type Writer struct {
	w      *bufio.Writer
	buf    []byte
	record Record
	whole  int64 // the position of the last event of the append before
}

// NewWriter returns a writer to w, whose first line has the position after the given one: 0
// for a new file, or else the number of lines that stand before. Flush it in the end.
func NewWriter(w io.Writer, after int64) *Writer {
	writer := &Writer{w: bufio.NewWriterSize(w, 64<<10), whole: after}
	writer.record.Position = after
	return writer
}

// Write writes an event as the next line: its position is the number of that line, whatever
// r says, and Synced is as if each append had been synced before the next. The caller sees
// to it that versions and commands are right. It keeps nothing of r.
func (w *Writer) Write(r *Record) error {
	rec := &w.record
	position := rec.Position + 1
	*rec = *r
	rec.Position, rec.Synced = position, 0
	if rec.Last {
		rec.Synced = w.whole
		w.whole = position
	}
	var err error
	if w.buf, err = appendLine(w.buf[:0], rec); err != nil {
		return fmt.Errorf("line %d: %w", position, err)
	}
	_, err = w.w.Write(w.buf)
	return err
}

// Flush writes what is still in memory.
func (w *Writer) Flush() error { return w.w.Flush() }

// Reader reads events from the lines of a file, without keeping an index of it. It must not
// be used by several goroutines at once.
type Reader struct {
	r      *bufio.Reader
	buf    []byte
	line   int64
	offset int64
}

// NewReader returns a reader of r.
func NewReader(r io.Reader) *Reader { return &Reader{r: bufio.NewReaderSize(r, 64<<10)} }

// Offset is how many bytes were read so far.
func (r *Reader) Offset() int64 { return r.offset }

// Read reads the next line. It verifies that the line matches its checksum and has the
// position that comes next; that versions, commands and appends go together is what Open
// verifies. A line that is damaged, or cut off, is a *DamageError. After the last line the
// error is io.EOF. Payload and metadata are valid until the next call.
func (r *Reader) Read() (*Record, error) {
	r.buf = r.buf[:0]
	for {
		part, err := r.r.ReadSlice('\n')
		r.buf = append(r.buf, part...)
		if errors.Is(err, bufio.ErrBufferFull) && len(r.buf) <= mostLine {
			continue
		}
		if err == io.EOF && len(r.buf) > 0 {
			err = nil
		}
		if err == bufio.ErrBufferFull {
			err = &DamageError{Line: r.line + 1, Offset: r.offset, Err: ErrTooLarge}
		}
		if err != nil {
			return nil, err
		}
		break
	}
	b := r.buf
	if b[len(b)-1] == '\n' {
		b = b[:len(b)-1]
	}
	rec, err := parseRecord(b)
	if err == nil && rec.Position != r.line+1 {
		err = fmt.Errorf("it is the line of position %d", rec.Position)
	}
	if err != nil {
		if r.line == 0 && !strings.HasPrefix(string(b), firstMember) {
			err = fmt.Errorf("%w: %w", ErrNotOurs, err)
		}
		return nil, &DamageError{Line: r.line + 1, Offset: r.offset, Err: err}
	}
	r.line++
	r.offset += int64(len(r.buf))
	return rec, nil
}

// parseRecord reads a line without its line feed. What it returns shares its payload and
// metadata with the line.
func parseRecord(b []byte) (*Record, error) {
	var l line
	if err := l.decode(b); err != nil {
		return nil, err
	}
	metadata, payload, err := l.body()
	if err != nil {
		return nil, err
	}
	r := &Record{
		Stored: es.Stored{
			Stream:  es.Stream{Name: string(l.stream), Category: string(l.category), Key: string(l.key)},
			Version: l.version, Position: l.position, ID: l.id, Type: string(l.typ), TypeVersion: l.typeVersion,
			RecordedAt: l.recordedAt, Payload: payload, Metadata: metadata,
		},
		CommandID: string(l.command), Last: l.last, Synced: l.synced,
	}
	l.eachTag(func(key, value []byte) {
		r.Tags = append(r.Tags, es.Tag{Key: string(key), Value: string(value)})
	})
	return r, nil
}
