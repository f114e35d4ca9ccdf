package jsonl

import (
	"bytes"
	"hash/crc32"
	"strconv"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/jsonx"
)

// Record is an event as a line has it.
type Record struct {
	es.Stored
	// CommandID is that which the event's append bore in its stream, if any.
	CommandID string
	// Last says that the event is the last of its append.
	Last bool
	// Synced is the position up to which the file was known to be on disk when the
	// append was written. It is 0 where Last is false.
	Synced int64
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// sealSize is what a line has after that which its checksum covers: `,"crc":"01234567"}`.
const sealSize = len(sealBegin) + 8 + len(sealEnd)

const (
	sealBegin = `,"crc":"`
	sealEnd   = `"}`
)

// mostLine is the length of the longest line, in bytes.
const mostLine = 1 << 30

// appendLine appends the line of r, with its line feed. An error says that a text is not
// UTF-8 or a time has no place in a line, and the buffer is as it was then.
func appendLine(dst []byte, r *Record) ([]byte, error) {
	w := lineWriter{dst: dst}
	w.number(`{"position":`, r.Position)
	w.text(`,"stream":`, r.Stream.Name)
	w.number(`,"version":`, r.Version)
	if r.Stream.Category != "" {
		w.text(`,"category":`, r.Stream.Category)
	}
	if r.Stream.Key != "" {
		w.text(`,"key":`, r.Stream.Key)
	}
	w.dst = jsonx.AppendUUID(append(w.dst, `,"id":`...), r.ID)
	w.text(`,"type":`, r.Type)
	w.number(`,"typeVersion":`, int64(r.TypeVersion))
	w.dst = append(w.dst, `,"recordedAt":`...)
	w.keep(jsonx.AppendTime(w.dst, r.RecordedAt))
	if r.CommandID != "" {
		w.text(`,"command":`, r.CommandID)
	}
	for i, tag := range r.Tags {
		before := `,{"key":`
		if i == 0 {
			before = `,"tags":[{"key":`
		}
		w.text(before, tag.Key)
		w.text(`,"value":`, tag.Value)
		w.dst = append(w.dst, '}')
	}
	if len(r.Tags) > 0 {
		w.dst = append(w.dst, ']')
	}
	if r.Last {
		w.number(`,"last":true,"synced":`, r.Synced)
	}
	if len(r.Metadata) > 0 {
		w.json(`,"metadata":`, `,"metadataText":`, r.Metadata, true)
	}
	w.json(`,"payload":`, `,"payloadText":`, r.Payload, false)
	if w.err != nil {
		return dst, w.err
	}
	return append(appendSeal(w.dst, w.dst[len(dst):]), '\n'), nil
}

func appendSeal(dst, covered []byte) []byte {
	const digits = "0123456789abcdef"
	sum := crc32.Checksum(covered, castagnoli)
	dst = append(dst, sealBegin...)
	for shift := 28; shift >= 0; shift -= 4 {
		dst = append(dst, digits[sum>>shift&15])
	}
	return append(dst, sealEnd...)
}

type lineWriter struct {
	dst []byte
	err error // the first
}

func (w *lineWriter) keep(dst []byte, err error) {
	if w.dst = dst; w.err == nil {
		w.err = err
	}
}

func (w *lineWriter) number(name string, n int64) {
	w.dst = strconv.AppendInt(append(w.dst, name...), n, 10)
}

func (w *lineWriter) text(name, s string) {
	w.dst = append(w.dst, name...)
	w.keep(jsonx.AppendString(w.dst, s))
}

// json appends a value as it is, or where that cannot be as a text.
func (w *lineWriter) json(name, nameOfText string, value []byte, object bool) {
	if fitsLine(value, object) {
		w.dst = append(append(w.dst, name...), value...)
		return
	}
	w.text(nameOfText, string(value))
}

// fitsLine says whether a value can stand in a line as it is, for every reader of JSON
// to understand, and so that the same bytes are read again. What is not a JSON object must
// not take its place in metadata.
func fitsLine(value []byte, object bool) bool {
	if len(value) == 0 || space(value[0]) || space(value[len(value)-1]) || object && value[0] != '{' {
		return false
	}
	if bytes.IndexByte(value, '\n') >= 0 || bytes.IndexByte(value, '\r') >= 0 {
		return false
	}
	r := jsonx.NewReader(value)
	r.Skip()
	return r.End("") == nil
}

func space(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }
