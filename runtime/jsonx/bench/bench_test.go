package main

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/esgen/esgen/runtime/jsonx/bench/event"
)

// TestContestants checks that all contestants write equivalent JSON and read each other's.
func TestContestants(t *testing.T) {
	list, err := benchmarks()
	if err != nil {
		t.Fatal(err)
	}
	actions := make(map[string]int)
	for _, b := range list {
		actions[b.Event+", "+b.Action]++
		if err := b.run(2); err != nil {
			t.Errorf("%s, %s, %s: %v", b.Library, b.Event, b.Action, err)
		}
	}
	if want := 3*4 - 1; len(actions) != want {
		t.Errorf("%d things are measured, want %d: %v", len(actions), want, actions)
	}
}

// TestContestantsThatAreWrong shows that the check before the measuring would find them.
func TestContestantsThatAreWrong(t *testing.T) {
	right := esgenNoted()
	for name, wrong := range map[string]library[event.Noted]{
		"writes something else": {
			encode: func(dst []byte, _ *event.Noted) ([]byte, error) { return append(dst, `{"text":"x"}`...), nil },
			decode: right.decode,
		},
		"writes no JSON": {
			encode: func(dst []byte, _ *event.Noted) ([]byte, error) { return append(dst, `{"text":`...), nil },
			decode: right.decode,
		},
		"reads nothing": {
			encode: right.encode,
			decode: func([]byte, *event.Noted) error { return nil },
		},
	} {
		t.Run(name, func(t *testing.T) {
			wrong.name = "wrong"
			_, err := suite("event", &event.SampleNoted, []library[event.Noted]{right, wrong})
			if err == nil || !strings.HasPrefix(err.Error(), "wrong, event") {
				t.Errorf("suite: %.100v, want an error of the contestant that is wrong", err)
			}
		})
	}
}

func TestShuffled(t *testing.T) {
	canonical, err := canonicalForm(&event.SampleDispatched)
	if err != nil {
		t.Fatal(err)
	}
	changed, err := shuffled(canonical)
	if err != nil {
		t.Fatal(err)
	}
	before, after := memberNames(t, canonical), memberNames(t, changed)
	for i, name := range before[1:] {
		if at := slices.Index(after, name); at > 0 && after[at-1] == before[i] {
			t.Errorf("%s follows %s still", name, before[i])
		}
	}
	if slices.Sort(before); !slices.Equal(before, slices.Sorted(slices.Values(after))) {
		t.Errorf("the members are %v, want %v", after, before)
	}
	if !equivalent(t, changed, canonical) {
		t.Errorf("%s is not equivalent to %s", changed, canonical)
	}
}

func TestWithUnknown(t *testing.T) {
	for _, sample := range []any{&event.SamplePlaced, &event.SampleDispatched, &event.SampleNoted} {
		canonical, err := canonicalForm(sample)
		if err != nil {
			t.Fatal(err)
		}
		changed, err := withUnknown(canonical)
		if err != nil {
			t.Fatal(err)
		}
		names := memberNames(t, changed)
		known := slices.DeleteFunc(slices.Clone(names), func(name string) bool {
			return slices.Contains([]string{"source", "attempt", "dryRun"}, name)
		})
		if !slices.Equal(known, memberNames(t, canonical)) || len(names) != len(known)+3 {
			t.Errorf("%T: the members are %v, want three more than %v", sample, names, known)
		}
	}
}

func memberNames(t *testing.T, data []byte) []string {
	t.Helper()
	members, err := objectMembers(data)
	if err != nil {
		t.Fatal(err)
	}
	names := make([]string, len(members))
	for i, m := range members {
		if err := json.Unmarshal(m.name, &names[i]); err != nil {
			t.Fatal(err)
		}
	}
	return names
}

func equivalent(t *testing.T, a, b []byte) bool {
	t.Helper()
	x, err := generic(a)
	if err != nil {
		t.Fatal(err)
	}
	y, err := generic(b)
	if err != nil {
		t.Fatal(err)
	}
	return reflect.DeepEqual(x, y)
}

// Benchmark is for profiles: one contestant alone, with the flags of go test. Side by side they are
// measured by the command.
func Benchmark(b *testing.B) {
	list, err := benchmarks()
	if err != nil {
		b.Fatal(err)
	}
	for _, one := range list {
		path := []string{one.Event, one.Action, one.Library}
		for i := range path {
			path[i] = strings.NewReplacer(" ", "-", ",", "", "/", "-").Replace(path[i])
		}
		b.Run(strings.Join(path, "/"), func(b *testing.B) {
			b.ReportAllocs()
			if err := one.run(b.N); err != nil {
				b.Fatal(err)
			}
		})
	}
}
