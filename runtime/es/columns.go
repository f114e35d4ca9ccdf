package es

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"
)

// errRowKind says that a value of a stored row is not what the code expects.
var errRowKind = errors.New("a value is of another type than its column")

// rowValue takes a value of a row; ok is false where it is nil.
func rowValue[T any](values []any, i int) (v T, ok bool, err error) {
	if i >= len(values) {
		return v, false, fmt.Errorf("%w: column %d is missing", errRowKind, i+1)
	}
	if values[i] == nil {
		return v, false, nil
	}
	if v, ok = values[i].(T); !ok {
		err = fmt.Errorf("%w: column %d is %T", errRowKind, i+1, values[i])
	}
	return v, ok, err
}

// RowInt takes an integer of a row. An integer that T does not hold is an error.
//
// Called by generated code, as all functions of this kind.
func RowInt[T ~int | ~int8 | ~int16 | ~int32 | ~int64](values []any, i int) (T, error) {
	n, _, err := rowValue[int64](values, i)
	if err == nil && int64(T(n)) != n {
		err = fmt.Errorf("%w: column %d is too large", errRowKind, i+1)
	}
	return T(n), err
}

// RowUint takes an integer that is not negative.
func RowUint[T ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64](values []any, i int) (T, error) {
	n, _, err := rowValue[int64](values, i)
	if err == nil && (n < 0 || uint64(T(n)) != uint64(n)) {
		err = fmt.Errorf("%w: column %d is negative or too large", errRowKind, i+1)
	}
	return T(n), err
}

// RowFloat takes a real number.
func RowFloat[T ~float32 | ~float64](values []any, i int) (T, error) {
	f, _, err := rowValue[float64](values, i)
	return T(f), err
}

// RowText takes a text.
func RowText[T ~string](values []any, i int) (T, error) {
	s, _, err := rowValue[string](values, i)
	return T(s), err
}

// RowBool takes a truth value.
func RowBool[T ~bool](values []any, i int) (T, error) {
	b, _, err := rowValue[bool](values, i)
	return T(b), err
}

// RowBlob takes bytes, nil where there are none.
func RowBlob[T ~[]byte](values []any, i int) (T, error) {
	b, _, err := rowValue[[]byte](values, i)
	return T(b), err
}

// RowTime takes a time that is stored as an integer, in UTC; the zero time where it
// is nil.
func RowTime(values []any, i int) (time.Time, error) {
	n, ok, err := rowValue[int64](values, i)
	if !ok {
		return time.Time{}, err
	}
	return time.Unix(0, n).UTC(), nil
}

// RowTimeText takes a time that is stored as text.
func RowTimeText(values []any, i int) (time.Time, error) {
	s, ok, err := rowValue[string](values, i)
	if !ok {
		return time.Time{}, err
	}
	return time.Parse(time.RFC3339Nano, s)
}

// UintColumn is an unsigned integer as the value of a column. One above the largest
// int64 is an error.
func UintColumn(n uint64) (any, error) {
	if n > math.MaxInt64 {
		return nil, errors.New("an integer above the largest int64 cannot be stored in a column")
	}
	return int64(n), nil
}

// BlobColumn is a copy of bytes as the value of a column.
func BlobColumn(b []byte) any {
	if b == nil {
		return nil
	}
	return slices.Clone(b)
}

// TimeColumn is a time as an integer: nanoseconds since 1970, or nil for the zero
// time. A time outside the years 1678 to 2262 is an error.
func TimeColumn(t time.Time) (any, error) {
	if t.IsZero() {
		return nil, nil
	}
	if t.Before(minTime) || t.After(maxTime) {
		return nil, errors.New("a time outside the years 1678 to 2262 cannot be stored as an integer")
	}
	return t.UnixNano(), nil
}

// timeText has nine digits always, so that texts sort as their times do.
const timeText = "2006-01-02T15:04:05.000000000Z"

// TimeTextColumn is a time as text, in UTC to the nanosecond, or nil for the zero
// time. A time outside the years 0 to 9999 is an error.
func TimeTextColumn(t time.Time) (any, error) {
	if t.IsZero() {
		return nil, nil
	}
	t = t.UTC()
	if t.Year() < 0 || t.Year() > 9999 {
		return nil, errors.New("a time outside the years 0 to 9999 cannot be stored as text")
	}
	return t.Format(timeText), nil
}
