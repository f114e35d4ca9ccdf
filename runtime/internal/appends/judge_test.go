package appends_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/internal/appends"
)

// ledger holds streams a, at version 3, and b, at version 1. Their events took
// positions 10 (a), 20 (a), 21 (b) and 30 (a).
type ledger struct{}

var places = map[uuid.UUID]appends.Place{
	{1}: {Stream: "a", Version: 1, Position: 10},
	{2}: {Stream: "a", Version: 2, Position: 20},
	{3}: {Stream: "b", Version: 1, Position: 21},
	{4}: {Stream: "a", Version: 3, Position: 30},
}

func (ledger) Version(stream string) int64 { return map[string]int64{"a": 3, "b": 1}[stream] }

func (ledger) Event(id uuid.UUID) (appends.Place, bool) {
	at, stored := places[id]
	return at, stored
}

func (ledger) Command(stream, id string) (es.StreamResult, bool) {
	switch {
	case id == "":
		panic("an append without a command was taken for one with one")
	case stream == "a" && id == "pay":
		return es.StreamResult{FirstVersion: 2, LastVersion: 2, FirstPosition: 20, LastPosition: 20}, true
	case stream == "b" && id == "pay":
		return es.StreamResult{FirstVersion: 1, LastVersion: 1, FirstPosition: 21, LastPosition: 21}, true
	}
	return es.StreamResult{}, false
}

func part(stream string, expected es.Expected, command string, ids ...byte) es.StreamAppend {
	p := es.StreamAppend{Stream: es.Stream{Name: stream}, Expected: expected, CommandID: command}
	for _, id := range ids {
		p.Events = append(p.Events, es.NewEvent{ID: uuid.UUID{id}})
	}
	return p
}

func TestJudge(t *testing.T) {
	at := func(versions, positions [2]int64) es.StreamResult {
		return es.StreamResult{FirstVersion: versions[0], LastVersion: versions[1], FirstPosition: positions[0], LastPosition: positions[1]}
	}
	b := at([2]int64{1, 1}, [2]int64{21, 21})
	const (
		stored  = "duplicate event ID: event 02000000-0000-0000-0000-000000000000 is stored already, as version 2 of stream a, and this is not the append that stored it"
		command = `duplicate event ID: stream a has seen command "pay", at version 2, and another stream of the append has not seen its own`
	)
	for _, test := range []struct {
		name   string
		append []es.StreamAppend
		want   es.Result
		err    string
	}{
		{name: "New", append: []es.StreamAppend{part("a", 3, "", 7), part("c", 0, "new", 8)}},
		{name: "Repeated", append: []es.StreamAppend{part("a", 1, "", 2), part("b", 0, "", 3)},
			want: es.Result{Repeated: true, Position: 21, Streams: []es.StreamResult{at([2]int64{2, 2}, [2]int64{20, 20}), b}}},
		{name: "RepeatedInPart", append: []es.StreamAppend{part("a", es.ExpectAny, "", 1, 2, 4)},
			want: es.Result{Repeated: true, Position: 30, Streams: []es.StreamResult{at([2]int64{1, 3}, [2]int64{10, 30})}}},
		{name: "SameCommands", append: []es.StreamAppend{part("b", 9, "pay", 7), part("a", 9, "pay", 8)},
			want: es.Result{Repeated: true, SameCommand: true, Position: 21, Streams: []es.StreamResult{b, at([2]int64{2, 2}, [2]int64{20, 20})}}},
		{name: "EventsCountBeforeCommands", append: []es.StreamAppend{part("a", 2, "pay", 4)},
			want: es.Result{Repeated: true, Position: 30, Streams: []es.StreamResult{at([2]int64{3, 3}, [2]int64{30, 30})}}},
		{name: "CommandsCountWhereEventsDoNot", append: []es.StreamAppend{part("a", 0, "pay", 2, 7)},
			want: es.Result{Repeated: true, SameCommand: true, Position: 20, Streams: []es.StreamResult{at([2]int64{2, 2}, [2]int64{20, 20})}}},
		{name: "OtherVersion", append: []es.StreamAppend{part("a", 0, "", 2)}, err: stored},
		{name: "OtherStream", append: []es.StreamAppend{part("b", es.ExpectAny, "", 2)}, err: stored},
		{name: "OtherOrder", append: []es.StreamAppend{part("a", es.ExpectAny, "", 2, 1)}, err: stored},
		{name: "OtherOrderOfStreams", append: []es.StreamAppend{part("b", 0, "", 3), part("a", 1, "", 2)},
			err: "duplicate event ID: event 03000000-0000-0000-0000-000000000000 is stored already, as version 1 of stream b, and this is not the append that stored it"},
		{name: "Hole", append: []es.StreamAppend{part("a", es.ExpectAny, "", 2, 7, 4)}, err: stored},
		{name: "SomeStored", append: []es.StreamAppend{part("c", 0, "", 7), part("a", 1, "", 2)}, err: stored},
		{name: "SomeCommands", append: []es.StreamAppend{part("c", 0, "pay", 7), part("a", 3, "pay", 8)}, err: command},
		{name: "SomeWithoutCommand", append: []es.StreamAppend{part("a", 3, "pay", 7), part("b", 1, "", 8)}, err: command},
		{name: "Conflict", append: []es.StreamAppend{part("b", 1, "", 7), part("a", 2, "", 8)},
			err: "version conflict: stream a is at version 3, expected one at version 2"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, repeated, err := appends.Judge(&es.Append{Streams: test.append}, ledger{})
			if test.err != "" {
				if err == nil || err.Error() != test.err || repeated {
					t.Fatalf("got %+v, %v\nwant the error %s", got, err, test.err)
				}
				if !errors.Is(err, es.ErrDuplicateEvent) && !errors.Is(err, es.ErrConflict) {
					t.Errorf("%v matches nothing", err)
				}
				return
			}
			if err != nil || repeated != test.want.Repeated {
				t.Fatalf("got %+v, %t, %v, want %+v", got, repeated, err, test.want)
			}
			if got.Repeated != repeated || got.SameCommand != test.want.SameCommand || got.Position != test.want.Position ||
				!slices.Equal(got.Streams, test.want.Streams) {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}

func TestDistinctTags(t *testing.T) {
	k, l, m := es.Tag{Key: "k", Value: "1"}, es.Tag{Key: "k", Value: "2"}, es.Tag{Key: "l", Value: "1"}
	for _, test := range []struct{ tags, want []es.Tag }{
		{nil, nil},
		{[]es.Tag{k}, []es.Tag{k}},
		{[]es.Tag{m, k, l}, []es.Tag{m, k, l}},
		{[]es.Tag{k, k}, []es.Tag{k}},
		{[]es.Tag{m, k, m, l, k, l, m}, []es.Tag{m, k, l}},
	} {
		given := slices.Clone(test.tags)
		if got := appends.DistinctTags(test.tags); !slices.Equal(got, test.want) {
			t.Errorf("of %v: got %v, want %v", test.tags, got, test.want)
		}
		if !slices.Equal(test.tags, given) {
			t.Errorf("%v was changed to %v", given, test.tags)
		}
	}
}
