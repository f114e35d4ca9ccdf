package jsonl

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
)

// A deed is an append whose events tell of themselves: which deed they belong to, and how
// many they are.
type deed struct{ writer, number int }

func (d deed) String() string { return fmt.Sprintf("%d/%d", d.writer, d.number) }

// append is the same each time. It has up to three events in one or two streams, some of
// which are longer than what a disk writes at once.
func (d deed) append() es.Append {
	rng := rand.New(rand.NewPCG(uint64(d.writer), uint64(d.number)))
	n := 1 + rng.IntN(3)
	event := func(i int) es.NewEvent {
		id := uuid.UUID{0: byte(d.writer + 1), 1: byte(d.writer >> 8), 4: byte(d.number >> 16), 5: byte(d.number >> 8), 6: byte(d.number), 7: byte(i), 15: 1}
		return es.NewEvent{
			ID: id, Type: "deed.done", TypeVersion: 1, RecordedAt: time.Unix(1_777_777_777, int64(d.number)),
			Payload: fmt.Appendf(nil, `{"deed":"%v","of":%d,"fill":"%s"}`, d, n, strings.Repeat("x", rng.IntN(1200))),
			Tags:    []es.Tag{{Key: "deed", Value: d.String()}},
		}
	}
	own := es.StreamAppend{Stream: es.Stream{Name: fmt.Sprintf("w-%d", d.writer)}, Expected: es.ExpectAny}
	a := es.Append{}
	for i := range n {
		if i == 2 {
			common := es.StreamAppend{Stream: es.Stream{Name: "common"}, Expected: es.ExpectAny, Events: []es.NewEvent{event(i)}}
			a.Streams = append(a.Streams, own, common)
			return a
		}
		own.Events = append(own.Events, event(i))
	}
	a.Streams = append(a.Streams, own)
	return a
}

// missing opens a file, reads all of it, and says which deeds are not there of those that
// were acknowledged. An error says that the file is not what it must be.
func missing(path string, acknowledged []deed) (lost []deed, err error) {
	s, err := Open(context.Background(), path, withHaste)
	if err != nil {
		return nil, err
	}
	defer func() {
		if e := s.Close(); err == nil {
			err = e
		}
	}()
	found := make(map[string]int)
	for e, err := range s.All(context.Background(), es.ReadAll{}) {
		if err != nil {
			return nil, err
		}
		found[e.Tags[0].Value]++
	}
	for what, n := range found {
		var d deed
		if _, err := fmt.Sscanf(what, "%d/%d", &d.writer, &d.number); err != nil {
			return nil, err
		}
		a := d.append()
		if want := countEvents(&a); n != want {
			return nil, fmt.Errorf("%d of %d events of deed %v are there", n, want, d)
		}
	}
	for _, d := range acknowledged {
		if found[d.String()] == 0 {
			lost = append(lost, d)
		}
	}
	// The store goes on from there.
	for _, d := range append(lost, deed{1000, len(acknowledged)}) {
		if _, err := s.Append(context.Background(), d.append()); err != nil {
			return nil, fmt.Errorf("append after the crash: %w", err)
		}
	}
	return lost, nil
}
