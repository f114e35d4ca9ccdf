package state

import (
	"encoding"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"

	"github.com/google/uuid"
)

// Generation changes whenever bytes that were written before mean something else.
const Generation = 1

// Writer writes the values of a state. It is for one state and one goroutine.
type Writer struct {
	buf []byte
	err error
	// refs numbers the pointers and maps that were written, in the order of their first
	// occurrence. places are structs that were written by value.
	refs   map[any]uint64
	places map[any]struct{}
}

// NewWriter begins a state whose bytes are appended to dst. Root is the pointer to the
// whole, which parts of it may point back to.
func NewWriter[T any](dst []byte, root *T) *Writer {
	w := &Writer{buf: dst, refs: make(map[any]uint64)}
	w.refs[root] = 0
	return w
}

// End gives the bytes, or the first error and no bytes.
func (w *Writer) End() ([]byte, error) {
	if w.err != nil {
		return nil, w.err
	}
	return w.buf, nil
}

// Fail notes an error, if it is one and the first.
func (w *Writer) Fail(err error) {
	if w.err == nil {
		w.err = err
	}
}

type (
	signed interface {
		~int | ~int8 | ~int16 | ~int32 | ~int64
	}
	unsigned interface {
		~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uintptr
	}
	float interface{ ~float32 | ~float64 }
)

// WriteBool writes a boolean.
func WriteBool[T ~bool](w *Writer, v T) {
	b := byte(0)
	if v {
		b = 1
	}
	w.buf = append(w.buf, b)
}

// WriteInt writes a signed integer.
func WriteInt[T signed](w *Writer, v T) { w.buf = binary.AppendVarint(w.buf, int64(v)) }

// WriteUint writes an unsigned integer.
func WriteUint[T unsigned](w *Writer, v T) { w.buf = binary.AppendUvarint(w.buf, uint64(v)) }

// WriteFloat writes a number with all its bits.
func WriteFloat[T float](w *Writer, v T) {
	w.buf = binary.LittleEndian.AppendUint64(w.buf, math.Float64bits(float64(v)))
}

// WriteString writes a string, whatever its bytes.
func WriteString[T ~string](w *Writer, v T) {
	w.buf = binary.AppendUvarint(w.buf, uint64(len(v)))
	w.buf = append(w.buf, v...)
}

// WriteBytes writes a slice of bytes; a nil one is not an empty one.
func WriteBytes[S ~[]E, E ~uint8](w *Writer, v S) {
	WriteSlice(w, v)
	for _, b := range v {
		w.buf = append(w.buf, byte(b))
	}
}

// WriteUUID writes a UUID.
func WriteUUID(w *Writer, v uuid.UUID) { w.buf = append(w.buf, v[:]...) }

// WriteEmpty stands for a value that has no parts.
func WriteEmpty(w *Writer) { w.buf = append(w.buf, 0) }

// WriteSlice writes what comes before the elements of a slice: how many there are,
// and whether it is nil.
func WriteSlice[S ~[]E, E any](w *Writer, v S) {
	n := uint64(0)
	if v != nil {
		n = uint64(len(v)) + 1
	}
	w.buf = binary.AppendUvarint(w.buf, n)
}

// What stands before a pointer or a map: nothing, contents, or from the third number
// on a reference.
const (
	isNil = iota
	isNew
	firstRef
)

// WritePointer writes a pointer, and says whether what it points to is to be written
// next: not for nil, nor where it was written before.
func WritePointer[P ~*T, T any](w *Writer, v P) bool {
	if v == nil {
		w.buf = append(w.buf, isNil)
		return false
	}
	key := any((*T)(v))
	if !w.reference(key) {
		return false
	}
	if _, ok := w.places[key]; ok {
		w.Fail(sharedError[T]())
	}
	return w.err == nil
}

// WriteMap writes what comes before the entries of a map, and says whether they are to
// be written next.
func WriteMap[M ~map[K]V, K comparable, V any](w *Writer, v M) bool {
	if v == nil {
		w.buf = append(w.buf, isNil)
		return false
	}
	type identity struct {
		of      reflect.Type
		address uintptr
	}
	if !w.reference(identity{reflect.TypeFor[map[K]V](), reflect.ValueOf(v).Pointer()}) {
		return false
	}
	w.buf = binary.AppendUvarint(w.buf, uint64(len(v)))
	return w.err == nil
}

// reference writes what stands before a pointer or a map that is not nil, and says
// whether its contents follow.
func (w *Writer) reference(key any) bool {
	if n, seen := w.refs[key]; seen {
		w.buf = binary.AppendUvarint(w.buf, firstRef+n)
		return false
	}
	w.refs[key] = uint64(len(w.refs))
	w.buf = append(w.buf, isNew)
	return true
}

// WritePlace notes a struct that is written by value, so that a pointer to it is found
// out: the pointer would be one to a copy when the state is read.
func WritePlace[T any](w *Writer, v *T) {
	if _, ok := w.refs[v]; ok {
		w.Fail(sharedError[T]())
	}
	if w.places == nil {
		w.places = make(map[any]struct{})
	}
	w.places[v] = struct{}{}
}

func sharedError[T any]() error {
	return fmt.Errorf("a %T is held by value, and a pointer elsewhere points to it: hold it by pointer in both places", *new(T))
}

// WritePresent writes whether a value differs from the zero value of its type, and
// says so. The zero value needs no more.
func WritePresent[T any](w *Writer, v *T) bool {
	present := !isZero(reflect.ValueOf(v).Elem())
	WriteBool(w, present)
	return present && w.err == nil
}

// isZero says whether v is the zero value and no -0, which Value.IsZero takes for it.
func isZero(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if !isZero(v.Field(i)) {
				return false
			}
		}
		return true
	case reflect.Array:
		for i := range v.Len() {
			if !isZero(v.Index(i)) {
				return false
			}
		}
		return true
	case reflect.Float32, reflect.Float64:
		return math.Float64bits(v.Float()) == 0
	case reflect.Complex64, reflect.Complex128:
		c := v.Complex()
		return math.Float64bits(real(c)) == 0 && math.Float64bits(imag(c)) == 0
	}
	return v.IsZero()
}

// WriteText writes what MarshalText gives.
func WriteText(w *Writer, v encoding.TextMarshaler) { w.marshaled(v.MarshalText()) }

// WriteJSON writes what MarshalJSON gives.
func WriteJSON(w *Writer, v json.Marshaler) { w.marshaled(v.MarshalJSON()) }

func (w *Writer) marshaled(text []byte, err error) {
	w.Fail(err)
	WriteBytes(w, text)
}

var errAnyDepth = errors.New("a value of type any is nested too deeply")
