package state

import (
	"fmt"
	"time"
)

// How a time says where it was told.
const (
	inUTC = iota
	inLocal
	inFixed // at an offset from UTC that never changes
	inNamed // in a zone of the time zone database
)

// WriteTime writes a time with its zone, without its monotonic reading.
func WriteTime(w *Writer, t time.Time) {
	kind, loc := byte(inNamed), t.Location()
	name, offset := t.Zone()
	start, end := t.ZoneBounds()
	switch {
	case loc == time.UTC:
		kind = inUTC
	case loc == time.Local:
		kind = inLocal
	case start.IsZero() && end.IsZero() && loc.String() == name:
		kind = inFixed
	default:
		if _, err := time.LoadLocation(loc.String()); err != nil {
			w.Fail(fmt.Errorf("time %s: its zone cannot be told by its name: %w", t, err))
		}
	}
	w.buf = append(w.buf, kind)
	WriteInt(w, t.Unix())
	WriteInt(w, t.Nanosecond())
	switch kind {
	case inFixed:
		WriteString(w, name)
		WriteInt(w, offset)
	case inNamed:
		WriteString(w, loc.String())
		WriteInt(w, offset)
	}
}

// ReadTime reads a time. That of a zone which this machine knows otherwise than the
// one that wrote it is an error.
func ReadTime(r *Reader, v *time.Time) {
	var seconds, nanoseconds int64
	kind := r.byte()
	ReadInt(r, &seconds)
	ReadInt(r, &nanoseconds)
	var name string
	var offset int
	if kind == inFixed || kind == inNamed {
		ReadString(r, &name)
		ReadInt(r, &offset)
	}
	if !r.OK() {
		return
	}
	if nanoseconds < 0 || nanoseconds >= 1e9 || kind > inNamed {
		r.malformed("time of kind %d with %d nanoseconds", kind, nanoseconds)
		return
	}
	t := time.Unix(seconds, nanoseconds)
	switch kind {
	case inUTC:
		t = t.UTC()
	case inLocal:
		t = t.In(time.Local)
	case inFixed:
		t = t.In(time.FixedZone(name, offset))
	case inNamed:
		loc, err := time.LoadLocation(name)
		if err != nil {
			r.Fail(fmt.Errorf("zone of a time: %w", err))
			return
		}
		t = t.In(loc)
		if _, got := t.Zone(); got != offset {
			r.Fail(fmt.Errorf("time %s: its offset is %d seconds here, and was %d", t, got, offset))
			return
		}
	}
	*v = t
}
