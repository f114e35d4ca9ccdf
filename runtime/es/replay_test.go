package es_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/memory"
)

func TestReplay(t *testing.T) {
	start := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	clock := es.FrozenClock(start)
	repo, store := opened100(t, es.WithClock(clock)) // 1 opened, 2 deposited
	put(t, store, "else-1", start, "else.happened", 1, `{}`)
	put(t, store, "account-ann", start, "account.paid_in", 1, `{"Amount":7}`) // 4
	clock.Advance(time.Hour)
	if err := repo.Save(t.Context(), open("bob")); err != nil { // 5
		t.Fatal(err)
	}
	registry := es.MustRegistry(accountDefinition())
	for name, tc := range map[string]struct {
		opts []es.ReplayOption
		want []int64
	}{
		"everything it knows":    {nil, []int64{1, 2, 4, 5}},
		"after a position":       {[]es.ReplayOption{es.AfterPosition(2)}, []int64{4, 5}},
		"until a time":           {[]es.ReplayOption{es.UntilTime(start.Add(time.Minute))}, []int64{1, 2, 4}},
		"by type, alias as well": {[]es.ReplayOption{es.OfTypes("account.deposited")}, []int64{2, 4}},
		"by alias, name as well": {[]es.ReplayOption{es.OfTypes("account.paid_in")}, []int64{2, 4}},
		"by stream":              {[]es.ReplayOption{es.OfStreams("account-bob", "account-eve")}, []int64{5}},
		"by tag":                 {[]es.ReplayOption{es.WithTags(es.Tag{Key: "account", Value: "ann"})}, []int64{1}},
		"all of it at once": {[]es.ReplayOption{es.OfTypes("account.opened"), es.OfStreams("account-bob"),
			es.WithTags(es.Tag{Key: "account", Value: "bob"}), es.AfterPosition(1), es.UntilTime(start.Add(time.Hour)), nil}, []int64{5}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []int64
			for e, err := range es.Replay(t.Context(), store, registry, tc.opts...) {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, e.Position)
			}
			if !slices.Equal(got, tc.want) {
				t.Fatalf("positions %v, want %v", got, tc.want)
			}
		})
	}
	for name, tc := range map[string]struct {
		store    es.Store
		registry *es.Registry
		opt      es.ReplayOption
	}{
		"unknown event":     {store, registry, es.OfTypes("account.merged")},
		"negative position": {store, registry, es.AfterPosition(-1)},
		"no stream":         {store, registry, es.OfStreams()},
		"no type":           {store, registry, es.OfTypes()},
		"nil store":         {nil, registry, nil},
		"nil registry":      {store, nil, nil},
	} {
		n := 0
		for _, err := range es.Replay(t.Context(), tc.store, tc.registry, tc.opt) {
			if n++; err == nil {
				t.Errorf("%s: an event", name)
			}
		}
		if n != 1 {
			t.Errorf("%s: %d steps, want one error", name, n)
		}
	}
	empty := es.MustRegistry()
	for range es.Replay(t.Context(), store, empty) {
		t.Error("a registry that knows nothing replayed something")
	}
	put(t, store, "account-ann", start, "account.noted", 9, `{}`)
	var last error
	for _, err := range es.Replay(t.Context(), store, registry) {
		last = err
	}
	var where *es.EventError
	if !errors.As(last, &where) || where.Position != 6 || !errors.Is(last, es.ErrUnknownType) {
		t.Fatalf("%v", last)
	}
}

// Clocks of several machines need not agree: a replay until a time is a prefix of the
// whole one, so that it can be resumed after its last position.
func TestAReplayUntilATimeOverUnorderedClocksEnds(t *testing.T) {
	start := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	store := memory.New()
	for _, at := range []time.Time{start, start.Add(time.Hour), start} {
		put(t, store, "account-ann", at, "account.noted", 1, `{}`)
	}
	registry := es.MustRegistry(accountDefinition())
	for name, tc := range map[string]struct {
		until time.Time
		want  []int64
	}{
		"just before the first":   {start.Add(-1), nil},
		"just before the second":  {start.Add(time.Hour - 1), []int64{1}},
		"at the second":           {start.Add(time.Hour), []int64{1, 2, 3}},
		"the zero time, year one": {time.Time{}, nil},
	} {
		var got []int64
		for e, err := range es.Replay(t.Context(), store, registry, es.UntilTime(tc.until)) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, e.Position)
		}
		if !slices.Equal(got, tc.want) {
			t.Errorf("%s: positions %v, want %v", name, got, tc.want)
		}
	}
}
