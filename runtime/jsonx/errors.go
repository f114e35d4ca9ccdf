package jsonx

import (
	"errors"
	"fmt"
	"slices"
)

// MaxDepth is how deep values may nest: an array in an array is two deep.
const MaxDepth = 1000

// What an error is about; test with errors.Is.
var (
	// ErrSyntax says that a payload is not JSON.
	ErrSyntax = errors.New("invalid JSON")
	// ErrType says that a payload holds another kind of value than its type asks
	// for, or a number that the type cannot hold.
	ErrType = errors.New("wrong type")
	// ErrDuplicate says that an object has a name twice, or that two keys of a map
	// have one text.
	ErrDuplicate = errors.New("duplicate name")
	// ErrUTF8 says that text is not valid UTF-8, or not valid Unicode where it is
	// escaped. It is refused in both directions.
	ErrUTF8 = errors.New("invalid UTF-8")

	errSurrogate = fmt.Errorf("%w: half of a surrogate pair", ErrUTF8)
	// ErrDepth says that values nest deeper than MaxDepth. On the way out that is
	// most likely a value that holds itself.
	ErrDepth = fmt.Errorf("nested more than %d deep", MaxDepth)
	// ErrNotFinite says that a float is infinite or not a number.
	ErrNotFinite = errors.New("not a finite number")
	// ErrYear says that a time lies outside the years 0 to 9999.
	ErrYear = errors.New("year outside 0 to 9999")
)

// EncodeError says which value could not be encoded.
type EncodeError struct {
	// Type is the Go type that was encoded.
	Type string
	// Field is the path of JSON names to the value, "stay.from" or "guests[2].name";
	// empty for the whole.
	Field string
	// Err says what is wrong.
	Err error
}

func (e *EncodeError) Error() string {
	if e.Field == "" {
		return fmt.Sprintf("encode %s: %v", e.Type, e.Err)
	}
	return fmt.Sprintf("encode %s: field %s: %v", e.Type, e.Field, e.Err)
}

// Unwrap returns Err.
func (e *EncodeError) Unwrap() error { return e.Err }

// EncodeFailed returns the buffer as it was before a value of the given type was
// appended at start, and an *EncodeError that names the field at the buffer's
// end, where the encoding stopped.
func EncodeFailed(typ string, dst []byte, start int, err error) ([]byte, error) {
	// A type that is encoded by itself and as a part of another says so twice.
	if inner, ok := errors.AsType[*EncodeError](err); ok {
		err = inner.Err
	}
	return dst[:start], &EncodeError{Type: typ, Field: pathAt(dst[start:]), Err: err}
}

// syntaxError wraps ErrSyntax, typeError ErrType.
func syntaxError(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, slices.Concat([]any{ErrSyntax}, args)...)
}

func typeError(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, slices.Concat([]any{ErrType}, args)...)
}
