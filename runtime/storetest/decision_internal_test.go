package storetest

import (
	"strings"
	"testing"

	"github.com/esgen/esgen/runtime/es"
)

// What the histories of conditional appends are held against is no better than this.
func TestPromise(t *testing.T) {
	history := []es.Stored{
		{Position: 1, Type: "room.booked", Tags: []es.Tag{tag("room", "7")}},
		{Position: 2, Type: "room.booked", Tags: []es.Tag{tag("room", "8")}},
		{Position: 4, Type: "room.left", Tags: []es.Tag{tag("room", "7")}},
		{Position: 5, Type: "room.booked", Tags: []es.Tag{tag("room", "7")}},
	}
	room := query(tagged(tag("room", "7")))
	for name, c := range map[string]struct {
		promise
		wrong string
	}{
		"all that there was":        {promise{query: room, read: []int64{1, 4}, first: 5}, ""},
		"nothing, where is nothing": {promise{query: query(typed("no.such")), first: 5}, ""},
		"nothing, at the beginning": {promise{query: room, first: 1}, ""},
		"everything":                {promise{read: []int64{1, 2, 4}, first: 5}, ""},
		"the first only":            {promise{query: room, read: []int64{1}, first: 5}, "had not read the event room.left at position 4"},
		"the last only":             {promise{query: room, read: []int64{4}, first: 5}, "had not read the event room.booked at position 1"},
		"nothing":                   {promise{query: room, first: 2}, "had not read the event room.booked at position 1"},
		"its own":                   {promise{query: room, read: []int64{1, 4, 5}, first: 5}, "read an event at position 5"},
		"what came later":           {promise{query: room, read: []int64{1, 4}, first: 2}, "read an event at position 4"},
	} {
		err := c.holds(history)
		if c.wrong == "" && err != nil || c.wrong != "" && (err == nil || !strings.Contains(err.Error(), c.wrong)) {
			t.Errorf("who has read %s: %v, want %q", name, err, c.wrong)
		}
	}
}
