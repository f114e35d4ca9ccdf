package es

import (
	"bytes"
	"fmt"
	"math"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
)

// Validate says what is wrong with a, whatever a store holds: an error that
// matches ErrInvalidAppend. Every store calls it first, so that all refuse the
// same.
func (a *Append) Validate() error {
	if len(a.Streams) == 0 {
		return fmt.Errorf("%w: it names no stream", ErrInvalidAppend)
	}
	events := 0
	for i := range a.Streams {
		s := &a.Streams[i]
		if s.Stream.Name == "" || !utf8.ValidString(s.Stream.Name) {
			return fmt.Errorf("%w: stream name %q is empty or not UTF-8", ErrInvalidAppend, s.Stream.Name)
		}
		if !utf8.ValidString(s.Stream.Category) || !utf8.ValidString(s.Stream.Key) || !utf8.ValidString(s.CommandID) {
			return fmt.Errorf("%w: stream %s: its category, its key or the command ID is not UTF-8", ErrInvalidAppend, visible(s.Stream.Name))
		}
		if s.Expected < ExpectExists {
			return fmt.Errorf("%w: stream %s: expected version %d", ErrInvalidAppend, visible(s.Stream.Name), s.Expected)
		}
		if len(s.Events) == 0 {
			return fmt.Errorf("%w: no events for stream %s", ErrInvalidAppend, visible(s.Stream.Name))
		}
		for j := range s.Events {
			if err := s.Events[j].validate(); err != nil {
				return fmt.Errorf("%w: stream %s, event %d of %d: %v", ErrInvalidAppend, visible(s.Stream.Name), j+1, len(s.Events), err)
			}
		}
		events += len(s.Events)
	}
	if err := a.checkNames(); err != nil || events == 1 {
		return err
	}
	return a.checkIDs(events)
}

// checkNames looks for a stream that is named twice, and for a row of one that is not
// named.
func (a *Append) checkNames() error {
	if len(a.Streams) == 1 {
		for i := range a.Rows {
			if err := a.Rows[i].check(a.Rows[i].Stream == a.Streams[0].Stream.Name); err != nil {
				return err
			}
		}
		return nil
	}
	names := make(map[string]struct{}, len(a.Streams))
	for i := range a.Streams {
		name := a.Streams[i].Stream.Name
		if _, twice := names[name]; twice {
			return fmt.Errorf("%w: stream %s is named twice", ErrInvalidAppend, visible(name))
		}
		names[name] = struct{}{}
	}
	for i := range a.Rows {
		_, named := names[a.Rows[i].Stream]
		if err := a.Rows[i].check(named); err != nil {
			return err
		}
	}
	return nil
}

// checkIDs looks for an event ID that stands twice.
func (a *Append) checkIDs(events int) error {
	if a.idsRise() {
		return nil
	}
	seen := make(map[uuid.UUID]struct{}, events)
	for i := range a.Streams {
		for j := range a.Streams[i].Events {
			id := a.Streams[i].Events[j].ID
			if _, twice := seen[id]; twice {
				return fmt.Errorf("%w: event ID %s stands twice", ErrInvalidAppend, id)
			}
			seen[id] = struct{}{}
		}
	}
	return nil
}

// idsRise says that each ID is greater than the one before, as those of events are that
// were recorded one after the other: none stands twice then.
func (a *Append) idsRise() bool {
	var last uuid.UUID
	for i := range a.Streams {
		for j := range a.Streams[i].Events {
			id := &a.Streams[i].Events[j].ID
			if bytes.Compare(id[:], last[:]) <= 0 {
				return false
			}
			last = *id
		}
	}
	return true
}

// RefuseRows is for stores that keep no state tables: ErrNoTable where a has a row.
func (a *Append) RefuseRows() error {
	if len(a.Rows) == 0 {
		return nil
	}
	return fmt.Errorf("%w: table %q", ErrNoTable, a.Rows[0].Table)
}

// check says what is wrong with a row; named says whether its stream is one of the
// append's.
func (r *Row) check(named bool) error {
	switch {
	case r.Table == "" || len(r.Values) == 0:
		return fmt.Errorf("%w: a row without a table or without values", ErrInvalidAppend)
	case !named:
		return fmt.Errorf("%w: the row of table %q is for stream %q, to which nothing is appended", ErrInvalidAppend, r.Table, r.Stream)
	}
	return nil
}

func (e *NewEvent) validate() error {
	switch {
	case e.ID == uuid.Nil:
		return fmt.Errorf("it has no ID")
	case e.Type == "" || !utf8.ValidString(e.Type):
		return fmt.Errorf("type %q is empty or not UTF-8", e.Type)
	case e.TypeVersion < 1 || e.TypeVersion > math.MaxInt32:
		return fmt.Errorf("type version %d", e.TypeVersion)
	case len(e.Payload) == 0:
		return fmt.Errorf("it has no payload")
	case !utf8.Valid(e.Payload) || !utf8.Valid(e.Metadata):
		return fmt.Errorf("its payload or its metadata is not UTF-8")
	}
	if err := checkTime(e.RecordedAt); err != nil {
		return err
	}
	for _, tag := range e.Tags {
		if tag.Key == "" || !utf8.ValidString(tag.Key) || !utf8.ValidString(tag.Value) {
			return fmt.Errorf("tag %q: the key is empty, or one of the two is not UTF-8", tag.Key)
		}
	}
	return nil
}

var (
	minTime = time.Unix(0, math.MinInt64)
	maxTime = time.Unix(0, math.MaxInt64)
)

// checkTime refuses what nanoseconds since 1970 cannot hold.
func checkTime(t time.Time) error {
	if t.IsZero() {
		return fmt.Errorf("its time is zero: does the clock run?")
	}
	if t.Before(minTime) || t.After(maxTime) {
		return fmt.Errorf("its time %s lies outside the years 1678 to 2262", t.Format(time.RFC3339))
	}
	return nil
}
