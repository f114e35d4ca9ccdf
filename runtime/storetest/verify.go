package storetest

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/esgen/esgen/runtime/es"
)

// verify reads the whole store in every way, and checks that it agrees with
// itself and with the record.
func (s *subject) verify(when string) {
	s.Helper()
	all := s.all(es.ReadAll{})
	streams := make(map[string][]es.Stored)
	var last int64
	for i, e := range all {
		if e.Position <= last {
			s.Fatalf("%s: event %d that All yields has position %d after position %d: positions rise strictly, from above 0",
				when, i, e.Position, last)
		}
		last = e.Position
		name := e.Stream.Name
		streams[name] = append(streams[name], e)
		if want := int64(len(streams[name])); e.Version != want {
			s.Fatalf("%s: at position %d stream %q has version %d, want %d: versions count from 1 without gaps",
				when, e.Position, brief(name), e.Version, want)
		}
	}
	if head := s.head(); head != last {
		s.Fatalf("%s: Head is %d, want %d, the position of the last event that All yields", when, head, last)
	}
	for name, want := range streams {
		if err := same(s.stream(name, es.ReadStream{}), want); err != nil {
			s.Fatalf("%s: Stream(%q) yields other events than All: %v", when, brief(name), err)
		}
	}
	if s.unrecorded {
		return
	}
	for i, e := range all {
		if i == len(s.record) {
			s.Fatalf("%s: the store holds %d events, want %d; the first that should not be there is %s",
				when, len(all), len(s.record), describeStored(e))
		}
		if err := s.record[i].is(e); err != nil {
			s.Fatalf("%s: event %d of the store is not what was appended: %v\nstored: %s", when, i, err, describeStored(e))
		}
	}
	if len(all) < len(s.record) {
		want := s.record[len(all)]
		s.Fatalf("%s: the store holds %d events, want %d; the first that is missing is version %d of stream %q",
			when, len(all), len(s.record), want.version, brief(want.stream.Name))
	}
}

// is says in what got is not the event that was appended.
func (want entry) is(got es.Stored) error {
	w, g := want.event, got
	switch {
	case g.ID != w.ID:
		return fmt.Errorf("ID is %s, want %s", g.ID, w.ID)
	case g.Stream != want.stream:
		return fmt.Errorf("stream is %+q, want %+q", g.Stream, want.stream)
	case g.Version != want.version:
		return fmt.Errorf("version is %d, want %d", g.Version, want.version)
	case want.position != 0 && g.Position != want.position:
		return fmt.Errorf("position is %d, want %d, as the result said", g.Position, want.position)
	case g.Type != w.Type:
		return fmt.Errorf("type is %q, want %q", brief(g.Type), brief(w.Type))
	case g.TypeVersion != w.TypeVersion:
		return fmt.Errorf("type version is %d, want %d", g.TypeVersion, w.TypeVersion)
	case !g.RecordedAt.Equal(w.RecordedAt):
		return fmt.Errorf("time is %s, want %s, to the nanosecond",
			g.RecordedAt.Format(time.RFC3339Nano), w.RecordedAt.UTC().Format(time.RFC3339Nano))
	case g.RecordedAt.Location() != time.UTC:
		return fmt.Errorf("the location of the time is %s, want UTC", g.RecordedAt.Location())
	case !bytes.Equal(g.Payload, w.Payload):
		return fmt.Errorf("payload is %q, want the bytes %q", brief(string(g.Payload)), brief(string(w.Payload)))
	case !bytes.Equal(g.Metadata, w.Metadata):
		return fmt.Errorf("metadata is %q, want the bytes %q", brief(string(g.Metadata)), brief(string(w.Metadata)))
	case !slices.Equal(sortTags(g.Tags), slices.Compact(sortTags(w.Tags))):
		return fmt.Errorf("tags are %+q, want %+q, each once and in any order", g.Tags, slices.Compact(sortTags(w.Tags)))
	}
	return nil
}

// same says in what two readings of the same events differ.
func same(got, want []es.Stored) error {
	for i := range min(len(got), len(want)) {
		g, w := got[i], want[i]
		e := entry{stream: w.Stream, version: w.Version, position: w.Position, event: es.NewEvent{
			ID: w.ID, Type: w.Type, TypeVersion: w.TypeVersion, RecordedAt: w.RecordedAt,
			Payload: w.Payload, Metadata: w.Metadata, Tags: w.Tags,
		}}
		if err := e.is(g); err != nil {
			return fmt.Errorf("event %d: %w\ngot  %s\nwant %s", i, err, describeStored(g), describeStored(w))
		}
	}
	if len(got) != len(want) {
		return fmt.Errorf("got %d events, want %d", len(got), len(want))
	}
	return nil
}

// checkResult says what is wrong with the result of an append that was not
// repeated, as far as one can tell without the store.
func checkResult(a es.Append, r es.Result) error {
	if r.Repeated {
		return errors.New("the result says Repeated, though the append was new")
	}
	if len(r.Streams) != len(a.Streams) {
		return fmt.Errorf("the result has %d streams, want %d, one for each stream of the append", len(r.Streams), len(a.Streams))
	}
	var last int64
	for i, got := range r.Streams {
		name, n := brief(a.Streams[i].Stream.Name), int64(len(a.Streams[i].Events))
		if got.FirstVersion < 1 || got.LastVersion != got.FirstVersion+n-1 {
			return fmt.Errorf("in stream %q %d events have the versions %d to %d", name, n, got.FirstVersion, got.LastVersion)
		}
		if got.FirstPosition <= last || got.LastPosition < got.FirstPosition+n-1 || n == 1 && got.LastPosition != got.FirstPosition {
			return fmt.Errorf("in stream %q %d events have the positions %d to %d, after position %d: positions rise strictly, in the order of the append",
				name, n, got.FirstPosition, got.LastPosition, last)
		}
		last = got.LastPosition
	}
	if r.Position != last {
		return fmt.Errorf("the position of the result is %d, want %d, that of the last event", r.Position, last)
	}
	return nil
}

// sortTags returns a sorted copy.
func sortTags(tags []es.Tag) []es.Tag {
	return slices.SortedFunc(slices.Values(tags), func(a, b es.Tag) int {
		return cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(a.Value, b.Value))
	})
}
