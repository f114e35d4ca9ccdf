package memory_test

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/memory"
)

var recordedAt = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

func newEvents(n int) []es.NewEvent {
	events := make([]es.NewEvent, n)
	for i := range events {
		events[i] = es.NewEvent{
			ID: uuid.New(), Type: "order.placed", TypeVersion: 1, RecordedAt: recordedAt,
			Payload: []byte(`{"orderId":"0196b2c8-7c1e-7d3a-9b6f-0123456789ab","total":"12.50"}`),
			Tags:    []es.Tag{{Key: "order", Value: fmt.Sprint(i)}},
		}
	}
	return events
}

func write(tb testing.TB, store *memory.Store, stream es.Stream, events ...es.NewEvent) {
	tb.Helper()
	_, err := store.Append(tb.Context(), es.Append{Streams: []es.StreamAppend{{Stream: stream, Expected: es.ExpectAny, Events: events}}})
	if err != nil {
		tb.Fatal(err)
	}
}

func TestReadingsSeeTheStoreAsItWas(t *testing.T) {
	store := memory.New()
	order := es.Stream{Name: "order-1"}
	write(t, store, order, newEvents(10)...)
	for name, seq := range map[string]func(func(*es.Stored, error) bool){
		"Stream":    store.Stream(t.Context(), "order-1", es.ReadStream{}),
		"backwards": store.Stream(t.Context(), "order-1", es.ReadStream{Backwards: true}),
		"All":       store.All(t.Context(), es.ReadAll{}),
		"by type":   store.All(t.Context(), es.ReadAll{Query: es.Query{Items: []es.Item{{Types: []string{"order.placed"}}}}}),
	} {
		head, err := store.Head(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		seen := int64(0)
		for e, err := range seq {
			if err != nil {
				t.Fatal(err)
			}
			if e.Position > head {
				t.Fatalf("%s: position %d was appended after the reading began", name, e.Position)
			}
			seen++
			write(t, store, order, newEvents(1)...)
		}
		if seen != head {
			t.Fatalf("%s: saw %d events, want %d", name, seen, head)
		}
	}
}

func TestWhatIsYieldedIsNoWayIntoTheStore(t *testing.T) {
	store := memory.New()
	write(t, store, es.Stream{Name: "order-1"}, newEvents(3)...)
	for e, err := range store.All(t.Context(), es.ReadAll{}) {
		if err != nil {
			t.Fatal(err)
		}
		payload := e.Payload
		_ = append(payload, "beyond"...) // must not reach the next event's payload
		*e = es.Stored{Type: "spoiled"}
	}
	for e, err := range store.Stream(t.Context(), "order-1", es.ReadStream{}) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Type != "order.placed" || e.Version != e.Position || !bytes.HasPrefix(e.Payload, []byte(`{"orderId"`)) {
			t.Fatalf("a reader changed the store: %+v", e)
		}
	}
}

func TestAStreamIsWhatItsFirstEventCameWith(t *testing.T) {
	store := memory.New()
	first := es.Stream{Name: "order-1", Category: "order-{id}", Key: "1"}
	write(t, store, first, newEvents(1)...)
	write(t, store, es.Stream{Name: "order-1", Category: "{id}", Key: "order-1"}, newEvents(1)...)
	for e, err := range store.All(t.Context(), es.ReadAll{}) {
		if err != nil || e.Stream != first {
			t.Fatalf("got %+v, %v, want %+v", e.Stream, err, first)
		}
	}
}

func TestCloseLetsIterationsEnd(t *testing.T) {
	store := memory.New()
	write(t, store, es.Stream{Name: "order-1"}, newEvents(5)...)
	seen := 0
	for _, err := range store.All(t.Context(), es.ReadAll{}) {
		if err != nil {
			t.Fatal(err)
		}
		seen++
		if err := store.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if seen != 5 {
		t.Fatalf("an iteration that was under way saw %d events, want 5", seen)
	}
	if _, err := store.Head(t.Context()); !errors.Is(err, es.ErrClosed) {
		t.Fatalf("Head of a closed store: %v, want es.ErrClosed", err)
	}
}

func TestLoadingDoesNotAllocateByEvent(t *testing.T) {
	store := memory.New()
	write(t, store, es.Stream{Name: "order-1"}, newEvents(1000)...)
	allocs := testing.AllocsPerRun(10, func() {
		for _, err := range store.Stream(t.Context(), "order-1", es.ReadStream{}) {
			if err != nil {
				t.Fatal(err)
			}
		}
	})
	if allocs > 10 {
		t.Errorf("loading 1,000 events allocates %v times", allocs)
	}
}
