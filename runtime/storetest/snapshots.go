package storetest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/esgen/esgen/runtime/es"
)

// snapshotCases are for stores that are an es.SnapshotStore.
var snapshotCases = []testCase{
	{"None", "an aggregate without a snapshot has none, whether its stream exists or not", snapshotNone},
	{"EveryField", "a snapshot comes back as it was written, its time in UTC to the nanosecond and its state byte by byte", snapshotEveryField},
	{"OwnPerAggregate", "each aggregate of each stream has a snapshot of its own", snapshotOwn},
	{"Newer", "a newer snapshot takes the place of an older one, never the other way round; of the same version the later one counts", snapshotNewer},
	{"BeyondEnd", "a snapshot beyond the end of its stream is not kept", snapshotBeyondEnd},
	{"Invalid", "what is no snapshot is refused", snapshotInvalid},
	{"NoEvent", "snapshots take no positions and change no stream", snapshotNoEvent},
	{"Ownership", "the state belongs to the caller, before and after", snapshotOwnership},
	{"Context", "a context that is done stops reading, and writing too where that can still be stopped", snapshotContext},
	{"Closed", "a closed store neither reads nor writes snapshots", snapshotClosed},
	{"Racing", "of writers that race the newest snapshot stays, and readers see whole ones, which never get older", snapshotRacing},
	{"Reopen", "a snapshot that is there after reopening is the one that was written", snapshotReopen},
}

func (s *subject) snapshots() es.SnapshotStore { return s.store.(es.SnapshotStore) }

// snapshotOf is a snapshot of a stream that has been appended to.
func (s *subject) snapshotOf(stream, aggregate string, version int64, state string) es.Snapshot {
	return es.Snapshot{
		Stream: stream, Aggregate: aggregate, Version: version, Position: 1000 + version, LastEvent: 1<<63 + uint64(version), Fingerprint: "f1",
		RecordedAt: time.Date(2026, 5, 1, 12, 30, 0, 123456789, time.UTC), State: []byte(state),
	}
}

func (s *subject) writeSnapshot(snapshot es.Snapshot) {
	s.Helper()
	if err := s.snapshots().WriteSnapshot(s.Context(), snapshot); err != nil {
		s.Fatalf("WriteSnapshot of %s of stream %q at version %d: %v", snapshot.Aggregate, brief(snapshot.Stream), snapshot.Version, err)
	}
}

func (s *subject) wantSnapshot(want es.Snapshot) {
	s.Helper()
	got, found, err := s.snapshots().ReadSnapshot(s.Context(), want.Stream, want.Aggregate)
	if err != nil || !found {
		s.Fatalf("ReadSnapshot(%q, %q): found %t, %v, want the one at version %d", brief(want.Stream), want.Aggregate, found, err, want.Version)
	}
	if string(got.State) != string(want.State) {
		s.Fatalf("ReadSnapshot(%q, %q): state %q, want %q", brief(want.Stream), want.Aggregate, brief(string(got.State)), brief(string(want.State)))
	}
	want.RecordedAt = want.RecordedAt.Round(0).UTC()
	got.State, want.State = nil, nil
	if !reflect.DeepEqual(got, want) {
		s.Fatalf("ReadSnapshot: got %+v, want %+v", got, want)
	}
}

func (s *subject) wantNoSnapshot(stream, aggregate string) {
	s.Helper()
	if got, found, err := s.snapshots().ReadSnapshot(s.Context(), stream, aggregate); err != nil || found {
		s.Fatalf("ReadSnapshot(%q, %q): %+v, found %t, %v, want none", brief(stream), aggregate, got, found, err)
	}
}

func snapshotNone(s *subject) {
	s.wantNoSnapshot("a", "thing")
	s.fill(2)
	s.wantNoSnapshot("a", "thing")
	s.wantNoSnapshot("no such stream", "thing")
}

func snapshotEveryField(s *subject) {
	for i, name := range oddTexts() {
		if name == "" {
			continue
		}
		s.append(write(to(name, es.ExpectAny, events(3, "thing.done")...)))
		snapshot := s.snapshotOf(name, name, 3, "")
		snapshot.Fingerprint, snapshot.Position = name, int64(i+1)<<40
		s.writeSnapshot(snapshot)
		s.wantSnapshot(snapshot)
	}
	s.append(write(to("times", es.ExpectNone, event("thing.done"))))
	for i, at := range []time.Time{
		time.Unix(0, -1<<63).UTC(), time.Unix(0, 1<<63-1).UTC(), time.Unix(0, 0).UTC(), time.Unix(0, -1).UTC(), time.Now(),
		time.Date(2026, 5, 1, 12, 0, 0, 1, time.FixedZone("east", 5*3600)),
	} {
		snapshot := s.snapshotOf("times", fmt.Sprint("a", i), 1, "x")
		snapshot.RecordedAt, snapshot.Fingerprint = at, ""
		s.writeSnapshot(snapshot)
		s.wantSnapshot(snapshot)
	}
	s.append(write(to("states", es.ExpectNone, event("thing.done"))))
	for i, state := range []string{"", "\x00", "\xff\xfe not UTF-8 \xc3", `{"json": true}`, strings.Repeat("\x00\x01", 1<<20)} {
		snapshot := s.snapshotOf("states", fmt.Sprint("a", i), 1, state)
		s.writeSnapshot(snapshot)
		s.wantSnapshot(snapshot)
	}
}

func snapshotOwn(s *subject) {
	var all []es.Snapshot
	for _, stream := range []string{"order-1", "order-2", "Order-1", "order-1 "} {
		s.append(write(to(stream, es.ExpectNone, events(2, "thing.done")...)))
		for _, aggregate := range []string{"order", "Order", "order_lines", "order "} {
			snapshot := s.snapshotOf(stream, aggregate, int64(1+len(all)%2), stream+"/"+aggregate)
			s.writeSnapshot(snapshot)
			all = append(all, snapshot)
		}
	}
	for _, snapshot := range all {
		s.wantSnapshot(snapshot)
	}
	s.wantNoSnapshot("order-1", "shipping")
}

func snapshotNewer(s *subject) {
	s.append(write(to("a", es.ExpectNone, events(5, "thing.done")...)))
	second, fourth := s.snapshotOf("a", "thing", 2, "two"), s.snapshotOf("a", "thing", 4, "four")
	s.writeSnapshot(second)
	s.writeSnapshot(fourth)
	s.wantSnapshot(fourth)
	s.writeSnapshot(second)
	s.wantSnapshot(fourth)
	otherCode := s.snapshotOf("a", "thing", 4, "four, in another form")
	otherCode.Fingerprint = "f2"
	s.writeSnapshot(otherCode)
	s.wantSnapshot(otherCode)
	fifth := s.snapshotOf("a", "thing", 5, "five")
	s.writeSnapshot(fifth)
	s.writeSnapshot(otherCode)
	s.wantSnapshot(fifth)
}

func snapshotBeyondEnd(s *subject) {
	s.writeSnapshot(s.snapshotOf("a", "thing", 1, "one"))
	s.wantNoSnapshot("a", "thing")
	s.append(write(to("a", es.ExpectNone, events(2, "thing.done")...)))
	s.wantNoSnapshot("a", "thing")
	s.writeSnapshot(s.snapshotOf("a", "thing", 3, "three"))
	s.wantNoSnapshot("a", "thing")
	last := s.snapshotOf("a", "thing", 2, "two")
	s.writeSnapshot(last)
	s.writeSnapshot(s.snapshotOf("a", "thing", 3, "three"))
	s.wantSnapshot(last)
}

func snapshotInvalid(s *subject) {
	s.append(write(to("a", es.ExpectNone, event("thing.done"))))
	for what, spoil := range map[string]func(*es.Snapshot){
		"no stream":         func(s *es.Snapshot) { s.Stream = "" },
		"stream not UTF-8":  func(s *es.Snapshot) { s.Stream = "a\xff" },
		"no aggregate":      func(s *es.Snapshot) { s.Aggregate = "" },
		"version 0":         func(s *es.Snapshot) { s.Version = 0 },
		"position 0":        func(s *es.Snapshot) { s.Position = 0 },
		"no time":           func(s *es.Snapshot) { s.RecordedAt = time.Time{} },
		"time out of range": func(s *es.Snapshot) { s.RecordedAt = time.Date(3000, 1, 1, 0, 0, 0, 0, time.UTC) },
	} {
		snapshot := s.snapshotOf("a", "thing", 1, "one")
		spoil(&snapshot)
		if err := s.snapshots().WriteSnapshot(s.Context(), snapshot); err == nil {
			s.Fatalf("WriteSnapshot of a snapshot with %s succeeded", what)
		}
	}
	s.wantNoSnapshot("a", "thing")
}

func snapshotNoEvent(s *subject) {
	for v := range int64(5) {
		r := s.append(write(to("a", es.Exactly(v), event("thing.done"))))
		head := s.head()
		s.writeSnapshot(s.snapshotOf("a", "thing", v+1, "state"))
		if got := s.head(); got != head {
			s.Fatalf("the head was %d, and is %d after a snapshot was written", head, got)
		}
		s.holds(none(r.Position))
	}
	s.conflicts(write(to("a", es.Exactly(4), event("thing.done"))), es.ConflictError{Stream: "a", Expected: 4, Actual: 5})
}

func snapshotOwnership(s *subject) {
	s.append(write(to("a", es.ExpectNone, event("thing.done"))))
	want := s.snapshotOf("a", "thing", 1, "state")
	given := s.snapshotOf("a", "thing", 1, "state")
	s.writeSnapshot(given)
	copy(given.State, "#####")
	s.wantSnapshot(want)
	got, _, err := s.snapshots().ReadSnapshot(s.Context(), "a", "thing")
	if err != nil {
		s.Fatal(err)
	}
	copy(got.State, "#####")
	s.wantSnapshot(want)
}

func snapshotContext(s *subject) {
	s.append(write(to("a", es.ExpectNone, event("thing.done"))))
	snapshot := s.snapshotOf("a", "thing", 1, "state")
	s.writeSnapshot(snapshot)
	ctx, cancel := context.WithCancel(s.Context())
	cancel()
	if _, _, err := s.snapshots().ReadSnapshot(ctx, "a", "thing"); !errors.Is(err, context.Canceled) {
		s.Fatalf("ReadSnapshot with a context that is done: %v, want context.Canceled", err)
	}
	if err := s.snapshots().WriteSnapshot(ctx, snapshot); !errors.Is(err, context.Canceled) {
		s.Fatalf("WriteSnapshot with a context that is done: %v, want context.Canceled", err)
	}
}

func snapshotClosed(s *subject) {
	if _, ok := s.store.(closer); !ok {
		return // there is no such thing as a closed store of this kind
	}
	s.append(write(to("a", es.ExpectNone, event("thing.done"))))
	snapshot := s.snapshotOf("a", "thing", 1, "state")
	store := s.snapshots()
	begin, _, wait := s.closing()
	race(4, func(i int) {
		defer begin()
		for n := 0; ; n++ {
			err := store.WriteSnapshot(s.Context(), snapshot)
			if errors.Is(err, es.ErrClosed) {
				return
			}
			if err != nil {
				s.Errorf("WriteSnapshot to a store that is being closed: %v, want es.ErrClosed", err)
				return
			}
			if n == 5 {
				begin()
			}
		}
	})
	wait()
	if err := store.WriteSnapshot(s.Context(), snapshot); !errors.Is(err, es.ErrClosed) {
		s.Fatalf("WriteSnapshot to a closed store: %v, want es.ErrClosed", err)
	}
	if _, _, err := store.ReadSnapshot(s.Context(), "a", "thing"); !errors.Is(err, es.ErrClosed) {
		s.Fatalf("ReadSnapshot of a closed store: %v, want es.ErrClosed", err)
	}
}

func snapshotRacing(s *subject) {
	quota := int64(scale(100, 30))
	s.append(write(to("a", es.ExpectNone, events(int(quota), "thing.done")...)))
	state := func(version int64) string { return strings.Repeat(fmt.Sprintf("%d,", version), 100) }
	race(racers, func(i int) {
		if i%2 == 0 {
			for v := range quota {
				if err := s.snapshots().WriteSnapshot(s.Context(), s.snapshotOf("a", "thing", v+1, state(v+1))); err != nil {
					s.Errorf("WriteSnapshot: %v", err)
					return
				}
			}
			return
		}
		for newest := int64(0); newest < quota && !s.Failed(); {
			got, found, err := s.snapshots().ReadSnapshot(s.Context(), "a", "thing")
			if err != nil {
				s.Errorf("ReadSnapshot: %v", err)
				return
			}
			if !found {
				continue
			}
			if got.Version < newest || string(got.State) != state(got.Version) {
				s.Errorf("ReadSnapshot: version %d with the state %q, after one of version %d", got.Version, brief(string(got.State)), newest)
				return
			}
			newest = got.Version
		}
	})
	if !s.Failed() {
		s.wantSnapshot(s.snapshotOf("a", "thing", quota, state(quota)))
	}
}

func snapshotReopen(s *subject) {
	if s.config.Reopen == nil {
		return // it does not outlive its process
	}
	s.append(write(to("a", es.ExpectNone, events(3, "thing.done")...)))
	snapshot := s.snapshotOf("a", "thing", 2, "two")
	s.writeSnapshot(snapshot)
	s.reopen()
	if _, found, err := s.snapshots().ReadSnapshot(s.Context(), "a", "thing"); err != nil || found {
		s.wantSnapshot(snapshot)
	}
	last := s.snapshotOf("a", "thing", 3, "three")
	s.writeSnapshot(last)
	s.wantSnapshot(last)
}
