package es_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/esgen/esgen/runtime/es"
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

// Two definitions of one Go type that say different things are not one part that
// stands twice.
func TestDefinitionsOfOneTypeThatDiffer(t *testing.T) {
	for name, change := range map[string]func(*es.Definition[account, string, accountEvent]){
		"stream":  func(d *es.Definition[account, string, accountEvent]) { d.Stream = "konto-{id}" },
		"events":  func(d *es.Definition[account, string, accountEvent]) { d.Events = d.Events[1:] },
		"name":    func(d *es.Definition[account, string, accountEvent]) { d.Events[0].Name = "konto.opened" },
		"version": func(d *es.Definition[account, string, accountEvent]) { d.Events[0].Version = 2 },
		"alias":   func(d *es.Definition[account, string, accountEvent]) { d.Events[1].Aliases = nil },
	} {
		changed := accountDefinition()
		change(changed)
		_, err := es.NewRegistry(accountDefinition(), changed)
		if err == nil || !strings.Contains(err.Error(), "aggregate account has two definitions, both of github.com/esgen/esgen/runtime/es_test.account, that differ") {
			t.Errorf("%s: %v", name, err)
		}
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
