package state

import (
	"encoding"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"github.com/google/uuid"
)

// ErrMalformed says that bytes are not those of a state of the type that is read.
var ErrMalformed = errors.New("malformed state")

// Reader reads the values of a state. It is for one state and one goroutine.
type Reader struct {
	rest []byte
	err  error
	refs []any // *T and map[K]V, as the writer numbered them
}

// NewReader begins to read a state into root, which is new. The reader keeps nothing of
// the bytes in what it reads.
func NewReader[T any](b []byte, root *T) *Reader {
	return &Reader{rest: b, refs: []any{root}}
}

// End returns the first error. That there are bytes left is one.
func (r *Reader) End() error {
	if r.err == nil && len(r.rest) > 0 {
		r.malformed("%d bytes are left over", len(r.rest))
	}
	return r.err
}

// Fail notes an error, if it is one and the first.
func (r *Reader) Fail(err error) {
	if r.err == nil && err != nil {
		r.err = err
		r.rest = nil
	}
}

// OK says whether all went well so far.
func (r *Reader) OK() bool { return r.err == nil }

func (r *Reader) malformed(format string, args ...any) {
	r.Fail(fmt.Errorf("%w: %s", ErrMalformed, fmt.Sprintf(format, args...)))
}

// take gives the next n bytes, nil where there are not so many.
func (r *Reader) take(n uint64) []byte {
	if n > uint64(len(r.rest)) {
		r.malformed("it ends too soon")
		return nil
	}
	b := r.rest[:n:n]
	r.rest = r.rest[n:]
	return b
}

func (r *Reader) byte() byte {
	if b := r.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (r *Reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.rest)
	if n <= 0 {
		r.malformed("a number ends too soon")
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

// length reads how many values follow, each of at least a byte.
func (r *Reader) length() int {
	n := r.uvarint()
	if n > uint64(len(r.rest)) {
		r.malformed("%d values in %d bytes", n, len(r.rest))
		return 0
	}
	return int(n)
}

// ReadBool reads a boolean.
func ReadBool[T ~bool](r *Reader, v *T) {
	b := r.byte()
	if b > 1 {
		r.malformed("a boolean is %d", b)
	}
	*v = b == 1
}

// ReadInt reads a signed integer.
func ReadInt[T signed](r *Reader, v *T) {
	n, size := binary.Varint(r.rest)
	if size <= 0 {
		r.malformed("a number ends too soon")
		return
	}
	r.rest = r.rest[size:]
	if *v = T(n); int64(*v) != n {
		r.malformed("%d is no %T", n, *v)
	}
}

// ReadUint reads an unsigned integer.
func ReadUint[T unsigned](r *Reader, v *T) {
	n := r.uvarint()
	if *v = T(n); uint64(*v) != n {
		r.malformed("%d is no %T", n, *v)
	}
}

// ReadFloat reads a number.
func ReadFloat[T float](r *Reader, v *T) {
	if b := r.take(8); b != nil {
		*v = T(math.Float64frombits(binary.LittleEndian.Uint64(b)))
	}
}

// ReadString reads a string.
func ReadString[T ~string](r *Reader, v *T) { *v = T(r.take(uint64(r.length()))) }

// ReadBytes reads a slice of bytes.
func ReadBytes[S ~[]E, E ~uint8](r *Reader, v *S) {
	ReadSlice(r, v)
	for i, b := range r.take(uint64(len(*v))) {
		(*v)[i] = E(b)
	}
}

// ReadUUID reads a UUID.
func ReadUUID(r *Reader, v *uuid.UUID) { copy(v[:], r.take(uint64(len(v)))) }

// ReadEmpty reads a value that has no parts.
func ReadEmpty(r *Reader) {
	if r.byte() != 0 {
		r.malformed("there is something where nothing should be")
	}
}

// ReadSlice gives the slice its length; the elements follow.
func ReadSlice[S ~[]E, E any](r *Reader, v *S) {
	n := r.uvarint()
	switch {
	case n == 0:
		*v = nil
	case n-1 > uint64(len(r.rest)):
		r.malformed("%d values in %d bytes", n-1, len(r.rest))
		*v = nil
	default:
		*v = make(S, n-1)
	}
}

// ReadPointer reads a pointer, and says whether what it points to is to be read next.
func ReadPointer[P ~*T, T any](r *Reader, v *P) bool {
	switch n := r.uvarint(); {
	case !r.OK() || n == isNil:
		*v = nil
	case n == isNew:
		*v = P(new(T))
		r.refs = append(r.refs, (*T)(*v))
		return true
	default:
		*v = P(shared[*T](r, n-firstRef))
	}
	return false
}

// ReadMap makes a map, and says how many entries are to be read next.
func ReadMap[M ~map[K]V, K comparable, V any](r *Reader, v *M) int {
	switch n := r.uvarint(); {
	case !r.OK() || n == isNil:
		*v = nil
	case n == isNew:
		size := r.length()
		*v = make(M, size)
		r.refs = append(r.refs, map[K]V(*v))
		return size
	default:
		*v = M(shared[map[K]V](r, n-firstRef))
	}
	return 0
}

// shared is a pointer or a map that was read before.
func shared[V any](r *Reader, n uint64) V {
	var zero V
	if n >= uint64(len(r.refs)) {
		r.malformed("reference %d of %d", n, len(r.refs))
		return zero
	}
	v, ok := r.refs[n].(V)
	if !ok {
		r.malformed("reference %d is a %T, want a %T", n, r.refs[n], zero)
	}
	return v
}

// NewEntry gives variables for an entry of a map.
func NewEntry[M ~map[K]V, K comparable, V any](M) (key K, value V) { return key, value }

// ReadPresent says whether there is more to read than the zero value.
func ReadPresent(r *Reader) bool {
	var present bool
	ReadBool(r, &present)
	return present
}

// ReadText hands text to UnmarshalText.
func ReadText(r *Reader, v encoding.TextUnmarshaler) { r.unmarshal(v.UnmarshalText) }

// ReadJSON hands JSON to UnmarshalJSON.
func ReadJSON(r *Reader, v json.Unmarshaler) { r.unmarshal(v.UnmarshalJSON) }

func (r *Reader) unmarshal(decode func([]byte) error) {
	var text []byte
	ReadBytes(r, &text)
	if r.OK() {
		r.Fail(decode(text))
	}
}
