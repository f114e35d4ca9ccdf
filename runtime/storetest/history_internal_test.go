package storetest

import (
	"testing"

	"github.com/esgen/esgen/runtime/es"
)

// An append may be answered by its command at first, and its events be stored later,
// when they are sent again without it. That a store answers so is no fault of its.
func TestAnswersThatGoOutOfDate(t *testing.T) {
	m := newModel()
	stored := func(position int64, a es.Append) es.Result {
		t.Helper()
		part := a.Streams[0]
		version := m.versions[part.Stream.Name] + 1
		e := part.Events[0]
		at := es.StreamResult{FirstVersion: version, LastVersion: version, FirstPosition: position, LastPosition: position}
		r := es.Result{Position: position, Streams: []es.StreamResult{at}}
		err := m.store(a, r, []es.Stored{{
			Stream: part.Stream, Version: version, Position: position, ID: e.ID, Type: e.Type, TypeVersion: e.TypeVersion,
			RecordedAt: e.RecordedAt, Payload: e.Payload, Metadata: e.Metadata, Tags: e.Tags,
		}})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	byCommand := stored(1, write(commanded("pay", to("a", es.ExpectNone, event("order.paid")))))
	byCommand.Repeated, byCommand.SameCommand = true, true
	again := write(commanded("pay", to("a", es.ExpectAny, event("order.paid"))))
	if err := m.explains(outcome{a: again, r: byCommand}); err != nil {
		t.Errorf("before its event is stored: %v", err)
	}
	without := cloneAppend(again)
	without.Streams[0].CommandID = ""
	byEvent := stored(2, without)
	byEvent.Repeated = true
	for name, r := range map[string]es.Result{"by its command": byCommand, "by its event": byEvent} {
		if err := m.explains(outcome{a: again, r: r}); err != nil {
			t.Errorf("an answer %s: %v", name, err)
		}
	}
	// What came to be in no way is a fault.
	for name, wrong := range map[string]es.Result{
		"position": {Position: 2, Streams: byCommand.Streams, Repeated: true, SameCommand: true},
		"kind":     {Position: 1, Streams: byCommand.Streams, Repeated: true},
		"command":  {Position: 2, Streams: byEvent.Streams, Repeated: true, SameCommand: true},
	} {
		if err := m.explains(outcome{a: again, r: wrong}); err == nil {
			t.Errorf("an answer with a wrong %s passes", name)
		}
	}
	if err := m.explains(outcome{a: without, r: byCommand}); err == nil {
		t.Error("an append that bears no command passes for one that was found by it")
	}
}
