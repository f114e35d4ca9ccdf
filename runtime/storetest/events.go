package storetest

import (
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
)

// epoch is when the events of the suite begin. Each is a second later than the one
// before: finer times have a case of their own, which is the one to fail for them.
var (
	epoch  = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	serial atomic.Int64
)

// event returns a new event with an ID, a payload and a time of its own.
func event(typ string, tags ...es.Tag) es.NewEvent {
	n := serial.Add(1)
	return es.NewEvent{
		ID:          uuid.Must(uuid.NewV7()),
		Type:        typ,
		TypeVersion: 1,
		RecordedAt:  epoch.Add(time.Duration(n) * time.Second),
		Payload:     fmt.Appendf(nil, `{"n":%d}`, n),
		Tags:        tags,
	}
}

// events returns n new events of one type.
func events(n int, typ string, tags ...es.Tag) []es.NewEvent {
	made := make([]es.NewEvent, n)
	for i := range made {
		made[i] = event(typ, tags...)
	}
	return made
}

// to is an append's part for one stream without a template.
func to(stream string, expected es.Expected, events ...es.NewEvent) es.StreamAppend {
	return es.StreamAppend{Stream: es.Stream{Name: stream}, Expected: expected, Events: events}
}

// write is an append without conditions.
func write(parts ...es.StreamAppend) es.Append { return es.Append{Streams: parts} }

// provided returns a with conditions.
func provided(a es.Append, conditions ...es.Condition) es.Append {
	a.Conditions = conditions
	return a
}

// none is the condition that nothing has come after a position that one of the
// items selects.
func none(after int64, items ...es.Item) es.Condition {
	return es.Condition{Query: es.Query{Items: items}, After: after}
}

// commanded returns a part that bears a command ID.
func commanded(id string, part es.StreamAppend) es.StreamAppend {
	part.CommandID = id
	return part
}

func tag(key, value string) es.Tag    { return es.Tag{Key: key, Value: value} }
func tagged(tags ...es.Tag) es.Item   { return es.Item{Tags: tags} }
func typed(types ...string) es.Item   { return es.Item{Types: types} }
func query(items ...es.Item) es.Query { return es.Query{Items: items} }

// cloneEvent returns a copy that shares no memory with e.
func cloneEvent(e es.NewEvent) es.NewEvent {
	e.Payload, e.Metadata, e.Tags = slices.Clone(e.Payload), slices.Clone(e.Metadata), slices.Clone(e.Tags)
	return e
}

// cloneStored returns a copy of what a store lent.
func cloneStored(e *es.Stored) es.Stored {
	c := *e
	c.Payload, c.Metadata, c.Tags = slices.Clone(e.Payload), slices.Clone(e.Metadata), slices.Clone(e.Tags)
	return c
}

// cloneAppend returns a copy that shares no memory with a.
func cloneAppend(a es.Append) es.Append {
	a.Streams, a.Conditions = slices.Clone(a.Streams), slices.Clone(a.Conditions)
	for i := range a.Streams {
		part := &a.Streams[i]
		part.Events = slices.Clone(part.Events)
		for j := range part.Events {
			part.Events[j] = cloneEvent(part.Events[j])
		}
	}
	for i := range a.Conditions {
		q := &a.Conditions[i].Query
		q.Items = slices.Clone(q.Items)
		for j := range q.Items {
			q.Items[j].Types, q.Items[j].Tags = slices.Clone(q.Items[j].Types), slices.Clone(q.Items[j].Tags)
		}
	}
	return a
}
