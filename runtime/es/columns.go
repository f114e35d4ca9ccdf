package es

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"
)

// RowReader takes the values of a row of a state table, one after the other in the
// order of the columns. After an error it gives zero values.
//
// Called by generated code, as are all functions that take one.
type RowReader struct {
	table  *Table
	values []any
	next   int
	err    error
}

// ReadRow begins to read a row of a table.
func ReadRow(table *Table, values []any) *RowReader { return &RowReader{table: table, values: values} }

// Err is the first error, which names the column.
func (r *RowReader) Err() error { return r.err }

// fail notes an error about the column that was taken last.
func (r *RowReader) fail(err error) {
	if r.err == nil {
		r.err = fmt.Errorf("column %s: %w", r.table.Columns[r.next-1].Name, err)
	}
}

// take gives the next value; ok is false where it is nil, or after an error.
func take[T any](r *RowReader) (v T, ok bool) {
	if r.err == nil && r.next >= min(len(r.values), len(r.table.Columns)) {
		r.err = fmt.Errorf("the row has %d values, and the table %d columns", len(r.values), len(r.table.Columns))
	}
	if r.err != nil {
		return v, false
	}
	value := r.values[r.next]
	r.next++
	if value == nil {
		return v, false
	}
	if v, ok = value.(T); !ok {
		r.fail(fmt.Errorf("it holds a value of type %T, want %T", value, v))
	}
	return v, ok
}

var errTooLarge = errors.New("its number does not fit the type of the field")

// RowInt takes an integer. One that T does not hold is an error.
func RowInt[T ~int | ~int8 | ~int16 | ~int32 | ~int64](r *RowReader) T {
	n, _ := take[int64](r)
	if int64(T(n)) != n {
		r.fail(errTooLarge)
	}
	return T(n)
}

// RowUint takes an integer that is not negative.
func RowUint[T ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64](r *RowReader) T {
	n, _ := take[int64](r)
	if n < 0 || uint64(T(n)) != uint64(n) {
		r.fail(errTooLarge)
	}
	return T(n)
}

// RowFloat takes a real number.
func RowFloat[T ~float32 | ~float64](r *RowReader) T {
	f, _ := take[float64](r)
	return T(f)
}

// RowText takes a text.
func RowText[T ~string](r *RowReader) T {
	s, _ := take[string](r)
	return T(s)
}

// RowBool takes a truth value.
func RowBool[T ~bool](r *RowReader) T {
	b, _ := take[bool](r)
	return T(b)
}

// RowBlob takes bytes, nil where there are none.
func RowBlob[T ~[]byte](r *RowReader) T {
	b, _ := take[[]byte](r)
	return T(b)
}

// RowTime takes a time that is stored as an integer, in UTC; the zero time where
// there is none.
func RowTime(r *RowReader) time.Time {
	n, ok := take[int64](r)
	if !ok {
		return time.Time{}
	}
	return time.Unix(0, n).UTC()
}

// RowTimeText takes a time that is stored as text.
func RowTimeText(r *RowReader) time.Time {
	s, ok := take[string](r)
	if !ok {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		r.fail(err)
	}
	return t.UTC()
}

// RowMade makes a value of what was taken.
func RowMade[B, T any](r *RowReader, make func(B) T, base B) T {
	if r.err != nil {
		var none T
		return none
	}
	return make(base)
}

// RowParsed is RowMade for a function that can fail.
func RowParsed[B, T any](r *RowReader, parse func(B) (T, error), base B) T {
	var none T
	if r.err != nil {
		return none
	}
	v, err := parse(base)
	if err != nil {
		r.fail(err)
		return none
	}
	return v
}

// RowJSON takes a value that is stored as JSON.
func RowJSON[T any](r *RowReader, decode func([]byte, *T) error) (v T) {
	text, ok := take[string](r)
	if !ok {
		return v
	}
	if err := decode([]byte(text), &v); err != nil {
		r.fail(err)
	}
	return v
}

// RowPointer takes a value behind a pointer, nil where there is none.
func RowPointer[T any](r *RowReader, value func(*RowReader) T) *T {
	if r.err == nil && r.next < len(r.values) && r.values[r.next] == nil {
		r.next++
		return nil
	}
	v := value(r)
	return &v
}

// RowWriter makes the values of a row of a state table. It keeps the first error.
//
// Called by generated code.
type RowWriter struct {
	column string
	err    error
}

// Err is the first error, which names the column.
func (w *RowWriter) Err() error { return w.err }

// Column says which column the next value is for.
func (w *RowWriter) Column(name string) *RowWriter {
	w.column = name
	return w
}

func (w *RowWriter) fail(err error) any {
	if w.err == nil {
		w.err = fmt.Errorf("column %s: %w", w.column, err)
	}
	return nil
}

// Uint is an unsigned integer. One above the largest int64 is an error.
func (w *RowWriter) Uint(n uint64) any {
	if n > math.MaxInt64 {
		return w.fail(errors.New("an integer above the largest int64 cannot be stored in a column"))
	}
	return int64(n)
}

// Text is what MarshalText and functions like it give.
func (w *RowWriter) Text(text []byte, err error) any {
	if err != nil {
		return w.fail(err)
	}
	return string(text)
}

// Enum is the value of an enum, nil for the empty text.
func (w *RowWriter) Enum(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// Blob is a copy of bytes, nil where b is.
func (w *RowWriter) Blob(b []byte) any {
	if b == nil {
		return nil
	}
	return slices.Clone(b)
}

// Time is a time as an integer: nanoseconds since 1970, or nil for the zero time. A
// time outside the years 1678 to 2262 is an error.
func (w *RowWriter) Time(t time.Time) any {
	switch {
	case t.IsZero():
		return nil
	case t.Before(minTime) || t.After(maxTime):
		return w.fail(errors.New("a time outside the years 1678 to 2262 cannot be stored as an integer"))
	}
	return t.UnixNano()
}

// timeText has nine digits always, so that texts sort as their times do.
const timeText = "2006-01-02T15:04:05.000000000Z"

// TimeText is a time as text, in UTC to the nanosecond, or nil for the zero time. A
// time outside the years 0 to 9999 is an error.
func (w *RowWriter) TimeText(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	if t = t.UTC(); t.Year() < 0 || t.Year() > 9999 {
		return w.fail(errors.New("a time outside the years 0 to 9999 cannot be stored as text"))
	}
	return t.Format(timeText)
}

// PointerColumn is the value behind a pointer, nil where there is none.
//
// Called by generated code.
func PointerColumn[T any](p *T, value func(*T) any) any {
	if p == nil {
		return nil
	}
	return value(p)
}

// PointerTo lets a method of the pointer be called on a value.
//
// Called by generated code.
func PointerTo[T any](v T) *T { return &v }
