package jsonx

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/esgen/esgen/runtime/es"
)

// Reader reads one JSON value from a payload, piece by piece. The zero Reader
// reads nothing; NewReader makes one for a payload, and Reset gives it another. It
// must not be used by several goroutines at once. It keeps the payload until the
// next Reset, never changes it, and returns parts of it only where that is said.
//
// The first error stays: every read after it returns a zero value and every loop
// ends. End returns it.
type Reader struct {
	data []byte
	// pos is where the next read begins. After an error it is the end of data, so
	// that nothing more is found.
	pos   int
	depth int
	err   error
	// errPos is where err was met.
	errPos int
	// state is what More or MoreKeys has to expect.
	state containerState
	// null says that the last value was null.
	null  bool
	names nameStack
	// outer is the payload while data is the text of a string in it that is escaped
	// and is read for a value, and outerPos is what comes after the string.
	outer    []byte
	outerPos int
}

// containerState is how far an array or a map has been read.
type containerState uint8

const (
	// inside: an element has been read.
	inside containerState = iota
	// opened: the opening bracket has been read.
	opened
	// absent: there was null, or something wrong, in its place.
	absent
)

// checkedSize is the size from which on a payload is checked as a whole before
// any of it is read: what is damaged at its end should not cost the memory for
// all that comes before.
const checkedSize = 64 << 10

// NewReader makes a reader of data, which it borrows: data must not change until
// the reading is done. To Reset a variable saves the copy, which shows with small
// payloads.
func NewReader(data []byte) Reader {
	var r Reader
	r.Reset(data)
	return r
}

// Reset makes the reader read data, from its beginning, and forgets all errors.
// It borrows data as NewReader does.
func (r *Reader) Reset(data []byte) {
	// A struct that is put together elsewhere and copied costs more than this.
	r.data, r.pos, r.depth = data, 0, 0
	r.err, r.errPos = nil, 0
	r.state, r.null = inside, false
	r.names.n = 0
	r.outer, r.outerPos = nil, 0
	if len(data) >= checkedSize {
		r.check()
	}
}

// check reads all of the payload, and goes back to its beginning if it is right.
func (r *Reader) check() {
	r.Skip()
	r.end()
	if r.err == nil {
		r.pos, r.null = 0, false
	}
}

// Err is the first error that was met, as it is; End says more.
func (r *Reader) Err() error { return r.err }

// Got says that the value that was just read was there: it was not null, and
// there has been no error.
func (r *Reader) Got() bool { return r.err == nil && !r.null }

// Fail makes err the reader's error, as if the value that was just read were
// wrong. It does nothing where err is nil or there is an error already.
func (r *Reader) Fail(err error) {
	if err != nil {
		r.fail(r.pos, err)
	}
}

// End returns what was wrong with the payload, as an *es.DecodeError that names
// the given type, the path to the value and the byte, or nil. Anything but
// whitespace after the value is an error too.
func (r *Reader) End(typ string) error {
	r.end()
	if r.err == nil {
		return nil
	}
	return &es.DecodeError{Type: typ, Field: pathAt(r.data[:r.errPos]), Offset: int64(r.errPos), Err: r.err}
}

// end reports what stands after the value.
func (r *Reader) end() {
	if r.err != nil {
		return
	}
	if r.space(); r.pos < len(r.data) {
		r.fail(r.pos, syntaxError("%s after the value", r.found(r.pos)))
	}
}

// fail notes the first error and makes all further reads find nothing.
func (r *Reader) fail(pos int, err error) {
	if r.outer != nil {
		r.data, r.outer, pos = r.outer, nil, r.outerPos
	}
	if r.err == nil {
		r.err, r.errPos = err, pos
	}
	r.pos = len(r.data)
	r.state = absent
}

// space skips whitespace.
func (r *Reader) space() {
	for r.pos < len(r.data) && isSpace(r.data[r.pos]) {
		r.pos++
	}
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

// peek is the first byte of what stands next after whitespace, 0 at the end.
func (r *Reader) peek() byte {
	if r.pos < len(r.data) && r.data[r.pos] > ' ' {
		return r.data[r.pos]
	}
	r.space()
	if r.pos < len(r.data) {
		return r.data[r.pos]
	}
	return 0
}

// literal reads a keyword and says whether it was there.
func (r *Reader) literal(word string) bool {
	if len(r.data)-r.pos < len(word) || string(r.data[r.pos:r.pos+len(word)]) != word {
		return false
	}
	r.pos += len(word)
	return true
}

// Null reads a null if it stands next, and says whether it did. It says so too
// where there is an error, as there is nothing to read then.
func (r *Reader) Null() bool {
	if r.peek() == 'n' && r.literal("null") {
		r.null = true
	} else {
		r.null = false
	}
	return r.null || r.err != nil
}

// Bool reads a boolean.
func (r *Reader) Bool() bool {
	switch r.peek() {
	case 't':
		if r.literal("true") {
			return true
		}
	case 'f':
		if r.literal("false") {
			return false
		}
	}
	r.mismatch("a boolean")
	return false
}

// mismatch deals with a value that is not of the kind that was asked for: null
// is fine, anything else an error.
func (r *Reader) mismatch(want string) {
	if r.Null() {
		return // after an error too
	}
	pos := r.pos
	// What is no value at all is told as such.
	if r.Skip(); r.err != nil {
		return
	}
	r.fail(pos, typeError("want %s, got %s", want, r.found(pos)))
}

// found names what stands at pos. It never quotes text, which may be private.
func (r *Reader) found(pos int) string {
	if pos >= len(r.data) {
		return "the end"
	}
	switch c := r.data[pos]; {
	case c == '{':
		return "an object"
	case c == '[':
		return "an array"
	case c == '"':
		return "a string"
	case c == '-' || c >= '0' && c <= '9':
		return "a number"
	case bytes.HasPrefix(r.data[pos:], []byte("true")), bytes.HasPrefix(r.data[pos:], []byte("false")):
		return "a boolean"
	case c > ' ' && c < 0x7f:
		return fmt.Sprintf("%q", c)
	default:
		return fmt.Sprintf("byte %#02x", c)
	}
}

// unexpected is the error that something else should stand at pos.
func (r *Reader) unexpected(pos int, want string) {
	if r.err != nil {
		return
	}
	if pos >= len(r.data) {
		r.fail(len(r.data), syntaxError("want %s: %w", want, errEnd))
		return
	}
	r.fail(pos, syntaxError("want %s, got %s", want, r.found(pos)))
}

// Details of errors.
var (
	errEnd       = errors.New("the payload ends")
	errBase64    = errors.New("a line break")
	errNotQuoted = errors.New("not a string alone")
	errQuoted    = typeError("want a number or boolean in a string, got another string")
)

// open goes one level deeper; false where that is too deep.
func (r *Reader) open() bool {
	if r.depth >= MaxDepth {
		r.fail(r.pos, ErrDepth)
		return false
	}
	r.depth++
	return true
}
