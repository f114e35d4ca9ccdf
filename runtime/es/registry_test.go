package es_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/memory"
)

func TestARegistryFindsAndLoads(t *testing.T) {
	_, store := opened100(t)
	registry, err := es.NewRegistry(accountDefinition())
	if err != nil {
		t.Fatal(err)
	}
	byName, err := registry.Load(t.Context(), store, "account", "ann")
	if a, ok := byName.(*account); err != nil || !ok || a.balance != 100 {
		t.Fatalf("%v, %v", byName, err)
	}
	if _, err := registry.Load(t.Context(), store, "acount", "ann"); !errors.Is(err, es.ErrUnknownType) || !strings.Contains(err.Error(), "there are account") {
		t.Errorf("unknown aggregate: %v", err)
	}
	if a, err := registry.Load(t.Context(), store, "account", "bob"); a != nil || !errors.Is(err, es.ErrNotFound) {
		t.Errorf("missing aggregate: %v, %v", a, err)
	}
	if e, ok := registry.Event("account.paid_in"); !ok || e.Name != "account.deposited" || e.Zero != es.Event(deposited{}) {
		t.Errorf("event by alias: %+v, %v", e, ok)
	}
	if _, ok := registry.Event("account.merged"); ok {
		t.Error("found an event that is not there")
	}
	if a, ok := registry.Aggregate("account"); !ok || a.Stream != "account-{id}" || len(a.Events) != 5 {
		t.Errorf("aggregate: %+v, %v", a, ok)
	}
	payload, err := registry.Encode(nil, deposited{Amount: 7})
	if err != nil || string(payload) != `{"Amount":7}` {
		t.Errorf("Encode: %s, %v", payload, err)
	}
	if _, err := registry.Encode(nil, strangeEvent{}); !errors.Is(err, es.ErrUnknownType) {
		t.Errorf("Encode of an unknown event: %v", err)
	}
	if _, err := registry.Encode(nil, (*deposited)(nil)); err == nil {
		t.Error("Encode of a nil pointer succeeded")
	}
}

type strangeEvent struct{}

func (strangeEvent) EventType() string { return "strange.event" }

// other is a second aggregate, whose definition a test changes.
type other struct{ account }

func otherDefinition(name, stream string, events ...es.EventType) *es.Definition[other, string, accountEvent] {
	return &es.Definition[other, string, accountEvent]{Name: name, Stream: stream, Events: events}
}

func TestRegistriesThatDoNotGoTogether(t *testing.T) {
	const here = "github.com/esgen/esgen/runtime/es_test."
	for name, tc := range map[string]struct {
		part es.RegistryPart
		want []string
	}{
		"name of an aggregate": {otherDefinition("account", "other-{id}"),
			[]string{"aggregate account is both " + here + "account and " + here + "other"}},
		"name of an event": {otherDefinition("other", "other-{id}", es.EventType{Name: "account.noted", Zero: blocked{}}),
			[]string{"event name account.noted belongs to both " + here + "noted and " + here + "blocked"}},
		"alias": {otherDefinition("other", "other-{id}", es.EventType{Name: "other.x", Aliases: []string{"account.paid_in"}, Zero: blocked{}}),
			[]string{"event name account.paid_in belongs to both " + here + "deposited and " + here + "blocked"}},
		"template": {otherDefinition("other", "account-item-{id}"),
			[]string{`"account-{id}" of ` + here + "account", `"account-item-{id}" of ` + here + "other"}},
		"the same template": {&es.Definition[other, string, es.Event]{Name: "other", Stream: "account-{id}"},
			[]string{`"account-{id}" of ` + here + "account", `"account-{id}" of ` + here + "other"}},
		"template without {id}": {otherDefinition("other", "other"), []string{"aggregate other", "must hold {id} once"}},
	} {
		t.Run(name, func(t *testing.T) {
			registry, err := es.NewRegistry(accountDefinition(), tc.part)
			if registry != nil || err == nil {
				t.Fatal("they were merged")
			}
			for _, want := range tc.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%v, want it to say %q", err, want)
				}
			}
		})
	}
}

func TestMerging(t *testing.T) {
	accounts, err := es.NewRegistry(accountDefinition())
	if err != nil {
		t.Fatal(err)
	}
	both, err := es.NewRegistry(otherDefinition("other", "other-{id}"), accounts, accountDefinition(), accounts)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, a := range both.Aggregates() {
		names = append(names, a.Name)
	}
	if !slices.Equal(names, []string{"account", "other"}) {
		t.Fatalf("%v", names)
	}
}

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

func TestDecisions(t *testing.T) {
	repo, store := opened100(t)
	type names struct {
		es.Decision
		seen []string
	}
	query := es.Query{Items: []es.Item{{Types: []string{"account.opened"}}}}
	read := func() *names {
		n := new(names)
		err := es.ReadDecision(t.Context(), store, &n.Decision, query, func(s *es.Stored) error {
			n.seen = append(n.seen, s.Stream.Key)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	first, second := read(), read()
	if !slices.Equal(first.seen, []string{"ann"}) {
		t.Fatalf("read %v", first.seen)
	}
	if err := repo.Save(t.Context(), open("bob"), es.If(first)); err != nil {
		t.Fatal(err)
	}
	eve := open("eve")
	err := repo.Save(t.Context(), eve, es.If(second))
	var broken *es.ConditionError
	if !errors.As(err, &broken) || !errors.Is(err, es.ErrCondition) || broken.Position != 3 || broken.Type != "account.opened" || broken.After != 2 {
		t.Fatalf("%v", err)
	}
	if err := repo.Save(t.Context(), eve); !errors.Is(err, es.ErrDetached) {
		t.Fatalf("%v, want es.ErrDetached", err)
	}
	if err := repo.Save(t.Context(), open("eve"), es.If(new(names))); err == nil || !strings.Contains(err.Error(), "never loaded") {
		t.Fatalf("a model that was never loaded: %v", err)
	}
	attempts := 0
	err = es.Retry(t.Context(), func() error {
		n := read()
		if attempts++; attempts == 1 {
			put(t, store, "account-joe", time.Unix(1, 0), "account.opened", 1, `{"ID":"joe"}`)
		}
		return repo.Save(t.Context(), open("eve"), es.If(n))
	})
	if err != nil || attempts != 2 {
		t.Fatalf("%v after %d attempts", err, attempts)
	}
	attempts = 0
	err = es.Retry(t.Context(), func() error { attempts++; return repo.Save(t.Context(), open("eve")) })
	if !errors.Is(err, es.ErrExists) || attempts != 1 {
		t.Fatalf("%v after %d attempts", err, attempts)
	}
	// The first event of an empty store breaks what was read before it.
	store = memory.New()
	empty := read()
	put(t, store, "account-joe", time.Unix(1, 0), "account.opened", 1, `{"ID":"joe"}`)
	if err := newAccounts(store).Save(t.Context(), open("eve"), es.If(empty)); !errors.Is(err, es.ErrCondition) {
		t.Fatalf("%v, want es.ErrCondition", err)
	}
}
