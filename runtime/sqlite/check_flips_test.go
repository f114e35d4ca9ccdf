//go:build cgo

package sqlite

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
)

// damageable makes a file of some pages, of all that a store can hold: long and short
// streams, payloads of many sizes, tags, metadata, commands. Its appends are
// returned, to be sent again.
func damageable(t *testing.T, path string) (appends []es.Append) {
	t.Helper()
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range 150 {
		stream := fmt.Sprintf("thing-%d", rng.IntN(40))
		a := to(stream, es.ExpectAny)
		part := &a.Streams[0]
		part.Stream.Key = strings.TrimPrefix(stream, "thing-")
		var metadata []byte
		if i%3 == 0 {
			part.CommandID = fmt.Sprintf("command-%d", i)
			metadata = fmt.Appendf(nil, `{"correlationId":"c%d","commandId":"command-%d"}`, i, i)
		}
		for range 1 + rng.IntN(4) {
			e := event(fmt.Sprintf("thing.type%d", rng.IntN(8)), es.Tag{Key: "stream", Value: stream}, es.Tag{Key: "seventh", Value: fmt.Sprint(i % 7)})
			e.RecordedAt = epoch.Add(time.Duration(i) * time.Second)
			e.Metadata = metadata
			e.Payload = fmt.Appendf(nil, `{"number":%d,"text":%q}`, i, strings.Repeat("x", rng.IntN(40)))
			if i%40 == 7 {
				e.Payload = fmt.Appendf(nil, `{"text":%q}`, strings.Repeat("long ", 2000))
			}
			part.Events = append(part.Events, e)
		}
		mustAppend(t, s, a)
		appends = append(appends, a)
	}
	closeStore(t, s)
	return appends
}

// observation is all that can be seen of a store through its interface: what was
// read, by the name of the reading, in the order of what was read.
type observation map[string][]string

// observe reads everything in every way. A reading that fails has an error in place
// of its events.
func observe(t *testing.T, path string, expected []es.Append) (seen observation, errs map[string]error) {
	seen, errs = make(observation), make(map[string]error)
	s, err := Open(t.Context(), path, ReadOnly(), WithReaders(1))
	if err != nil {
		errs["open"] = err
		return seen, errs
	}
	defer closeStore(t, s)
	read := func(name string, state bool, events func(yield func(*es.Stored, error) bool)) {
		var all []string
		for e, err := range events {
			if err != nil {
				errs[name] = err
				return
			}
			// What an aggregate is loaded from.
			text := fmt.Sprintf("%s %d %s %d %d %s", e.Stream.Name, e.Version, e.Type, e.TypeVersion, e.RecordedAt.UnixNano(), e.Payload)
			if !state {
				text += fmt.Sprintf(" %d %s %q %q %s", e.Position, e.ID, e.Stream, e.Tags, e.Metadata)
			}
			all = append(all, text)
		}
		seen[name] = all
	}
	streams, types, tags := make(map[string]bool), make(map[string]bool), make(map[es.Tag]bool)
	for _, a := range expected {
		streams[a.Streams[0].Stream.Name] = true
		for _, e := range a.Streams[0].Events {
			types[e.Type] = true
			for _, tag := range e.Tags {
				tags[tag] = true
			}
		}
	}
	for stream := range maps.Keys(streams) {
		read("load "+stream, true, s.Stream(t.Context(), stream, es.ReadStream{Brief: true}))
		read("load backwards "+stream, true, s.Stream(t.Context(), stream, es.ReadStream{Brief: true, Backwards: true}))
		read("stream "+stream, false, s.Stream(t.Context(), stream, es.ReadStream{}))
	}
	read("all", false, s.All(t.Context(), es.ReadAll{}))
	for typ := range types {
		q := es.Query{Items: []es.Item{{Types: []string{typ}}}}
		read("type "+typ, false, s.All(t.Context(), es.ReadAll{Query: q}))
		read("decision by type "+typ, true, s.All(t.Context(), es.ReadAll{Query: q, Brief: true}))
	}
	for tag := range tags {
		q := es.Query{Items: []es.Item{{Tags: []es.Tag{tag}}}}
		read(fmt.Sprintf("tag %q", tag), false, s.All(t.Context(), es.ReadAll{Query: q}))
		read(fmt.Sprintf("decision by tag %q", tag), true, s.All(t.Context(), es.ReadAll{Query: q, Brief: true}))
	}
	return seen, errs
}

// repeat sends appends again, as they were and as the same commands with other events. It
// changes the file where that forgot them.
func repeat(t *testing.T, path string, appends []es.Append) (seen []string, err error) {
	s, err := Open(t.Context(), path, WithSynchronousNormal())
	if err != nil {
		return nil, err
	}
	defer closeStore(t, s)
	for _, a := range appends {
		for _, ids := range []bool{false, true} {
			part := a.Streams[0]
			if ids {
				if part.CommandID == "" {
					continue
				}
				part.Events = slices.Clone(part.Events)
				for i := range part.Events {
					part.Events[i].ID = uuid.Must(uuid.NewV7())
				}
			}
			r, err := s.Append(t.Context(), es.Append{Streams: []es.StreamAppend{part}})
			if err != nil {
				return seen, err
			}
			text, err := json.Marshal(r)
			if err != nil {
				t.Fatal(err)
			}
			seen = append(seen, string(text))
		}
	}
	return seen, nil
}

// TestTortureBitFlips flips bits in the main file, each in a copy of its own: 40, and
// 600 where ESGEN_TORTURE is set. Each flip must be found, by a reading or by Check,
// or change nothing that can be seen; and no load of a stream may ever give another
// state than that which was stored. A load may find no stream, though, where the index
// of names is damaged: that is an es.ErrNotFound, and not a state.
func TestTortureBitFlips(t *testing.T) {
	flips, seed := 40, uint64(1)
	if os.Getenv("ESGEN_TORTURE") != "" {
		flips, seed = 600, rand.Uint64()
	}
	folder := t.TempDir()
	original := filepath.Join(folder, "original.db")
	appends := damageable(t, original)
	data, err := os.ReadFile(original)
	if err != nil {
		t.Fatal(err)
	}
	want, errs := observe(t, original, appends)
	if len(errs) > 0 || mustCheck(t, original).Found > 0 {
		t.Fatalf("the file is damaged already: %v", errs)
	}
	copied := filepath.Join(folder, "repeated.db")
	if err := os.WriteFile(copied, data, 0o666); err != nil {
		t.Fatal(err)
	}
	wantRepeated, err := repeat(t, copied, appends)
	if err != nil {
		t.Fatal(err)
	}

	rng := rand.New(rand.NewPCG(seed, 0))
	var byLoad, byReplay, byCheck, byCheckAlone, notFound, harmless int
	for i := range flips {
		bit := rng.IntN(8 * len(data))
		name := fmt.Sprintf("seed %d, flip %d, byte %d (page %d, at %d), bit %d", seed, i, bit/8, bit/8/4096+1, bit/8%4096, bit%8)
		path := filepath.Join(folder, fmt.Sprintf("%d.db", i))
		damaged := slices.Clone(data)
		damaged[bit/8] ^= 1 << (bit % 8)
		if err := os.WriteFile(path, damaged, 0o666); err != nil {
			t.Fatal(err)
		}

		report, checkErr := Check(t.Context(), path)
		checked := report.Found > 0 || checkErr != nil
		seen, errs := observe(t, path, appends)
		load, replay := false, errs["open"] != nil
		for name := range errs {
			load = load || strings.HasPrefix(name, "load ") || name == "open"
			replay = replay || !strings.HasPrefix(name, "load ")
		}
		same, lost := true, false
		for reading, events := range seen {
			if slices.Equal(events, want[reading]) {
				continue
			}
			same = false
			switch state := strings.HasPrefix(reading, "load "); {
			case state && len(events) == 0:
				lost = true
			case state:
				t.Errorf("%s: %s gives another state, without an error", name, reading)
			}
		}
		if len(errs) == 0 && same {
			repeated, err := repeat(t, path, appends)
			same = err == nil && slices.Equal(repeated, wantRepeated)
		}

		switch {
		case len(errs) > 0 || checked:
			count(&byLoad, load)
			count(&byReplay, replay)
			count(&byCheck, checked)
			count(&byCheckAlone, checked && len(errs) == 0)
			count(&notFound, lost)
		case same:
			harmless++
		default:
			t.Errorf("%s: something else is seen, and nothing finds the damage", name)
		}
		for _, suffix := range []string{"", "-wal", "-shm"} {
			_ = os.Remove(path + suffix)
		}
	}
	t.Logf("seed %d: %d flips in %d bytes: %d found by loads, %d by replays, %d by Check (%d by it alone); %d make a stream seem not to exist; %d change nothing",
		seed, flips, len(data), byLoad, byReplay, byCheck, byCheckAlone, notFound, harmless)
}

func count(n *int, is bool) {
	if is {
		*n++
	}
}
