package es_test

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/memory"
)

// transfer is a pair of accounts with a pending event each.
func transfer(t *testing.T, repo *accounts) (from, to *account) {
	t.Helper()
	from, to = load(t, repo, "ann"), open("bob")
	from.record(deposited{Amount: -10})
	to.record(deposited{Amount: 10})
	return from, to
}

func head(t *testing.T, store es.Store) int64 {
	t.Helper()
	head, err := store.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return head
}

func TestAtomicSavesAllOrNone(t *testing.T) {
	repo, store := opened100(t)
	from, to := transfer(t, repo)
	idle := load(t, repo, "ann") // brings nothing
	var out es.Outcome
	if err := es.Atomic(store, repo.Part(idle), repo.Part(from), repo.Part(to)).Save(t.Context(), es.Into(&out)); err != nil {
		t.Fatal(err)
	}
	if out.Stream != "account-bob" || out.Version != 2 || out.Position != 5 || len(out.Events) != 3 || out.Repeated {
		t.Fatalf("outcome %+v", out)
	}
	if a, b := load(t, repo, "ann"), load(t, repo, "bob"); a.balance != 90 || b.balance != 10 {
		t.Fatalf("balances %d and %d", a.balance, b.balance)
	}
	// Saved again there is nothing to do, and both go on.
	out = es.Outcome{Version: 7}
	if err := es.Atomic(store, repo.Part(from), repo.Part(to)).Save(t.Context(), es.Into(&out)); err != nil || out.Version != 0 || head(t, store) != 5 {
		t.Fatalf("%+v, %v", out, err)
	}
	to.record(deposited{Amount: 1})
	if err := repo.Save(t.Context(), to); err != nil {
		t.Fatal(err)
	}

	// A conflict of one is the end of both.
	from.record(deposited{Amount: -1})
	to.record(deposited{Amount: 1})
	put(t, store, "account-bob", time.Unix(1, 0), "account.deposited", 1, `{"Amount":5}`)
	before := head(t, store)
	err := es.Atomic(store, repo.Part(from), repo.Part(to)).Save(t.Context())
	if conflict, ok := errors.AsType[*es.ConflictError](err); !ok || conflict.Stream != "account-bob" {
		t.Fatalf("%v, want a conflict of account-bob", err)
	}
	if head(t, store) != before {
		t.Fatal("something was stored")
	}
	for _, a := range []*account{from, to} {
		if err := repo.Save(t.Context(), a); !errors.Is(err, es.ErrDetached) {
			t.Fatalf("%v, want es.ErrDetached", err)
		}
	}
}

func TestAtomicInDoubt(t *testing.T) {
	for name, fault := range doubts {
		for which, again := range map[string]func(*testing.T, es.Store, *accounts, *account, *account) error{
			"batch": func(t *testing.T, store es.Store, repo *accounts, from, to *account) error {
				return es.Atomic(store, repo.Part(to), repo.Part(from)).Save(t.Context())
			},
			"one": func(t *testing.T, _ es.Store, repo *accounts, _, to *account) error {
				return repo.Save(t.Context(), to)
			},
		} {
			t.Run(name+", settled by "+which, func(t *testing.T) {
				_, store := opened100(t)
				f := &faulty{Store: store}
				repo := newAccounts(f)
				from, to := transfer(t, repo)
				fault(f)
				if err := es.Atomic(f, repo.Part(from), repo.Part(to)).Save(t.Context()); !errors.Is(err, es.ErrOutcomeUnknown) {
					t.Fatal(err)
				}
				from.record(noted{Text: "later"})
				if err := again(t, f, repo, from, to); err != nil {
					t.Fatal(err)
				}
				if err := repo.Save(t.Context(), from); err != nil {
					t.Fatal(err)
				}
				if a, b := load(t, repo, "ann"), load(t, repo, "bob"); a.balance != 90 || a.Version() != 4 || b.balance != 10 || b.Version() != 2 {
					t.Fatalf("balances %d and %d at versions %d and %d", a.balance, b.balance, a.Version(), b.Version())
				}
				if got := len(es.Pending(from)) + len(es.Pending(to)); got != 0 {
					t.Fatalf("%d events are pending still", got)
				}
			})
		}
	}
}

func TestAtomicWithConditionsAndCommands(t *testing.T) {
	repo, store := opened100(t)
	var d struct{ es.Decision }
	read := func() {
		t.Helper()
		if err := es.ReadDecision(t.Context(), store, &d.Decision, es.Query{}, func(*es.Stored) error { return nil }); err != nil {
			t.Fatal(err)
		}
	}
	read()
	put(t, store, "account-joe", time.Unix(1, 0), "account.opened", 1, `{"ID":"joe"}`)
	from, to := transfer(t, repo)
	if err := es.Atomic(store, repo.Part(from), repo.Part(to)).Save(t.Context(), es.If(&d)); !errors.Is(err, es.ErrCondition) {
		t.Fatalf("%v, want es.ErrCondition", err)
	}
	read()
	from, to = transfer(t, repo)
	var first es.Outcome
	if err := es.Atomic(store, repo.Part(from), repo.Part(to)).Save(t.Context(), es.If(&d), es.Once("t-1"), es.Into(&first)); err != nil {
		t.Fatal(err)
	}
	// The same command again: the first outcome, and nothing is written.
	from, to = load(t, repo, "ann"), load(t, repo, "bob")
	from.record(deposited{Amount: -10})
	to.record(deposited{Amount: 10})
	before := head(t, store)
	var out es.Outcome
	if err := es.Atomic(store, repo.Part(from), repo.Part(to)).Save(t.Context(), es.Once("t-1"), es.Into(&out)); err != nil || !out.Repeated || head(t, store) != before {
		t.Fatalf("%+v, %v", out, err)
	}
	if out.Repeated = false; !reflect.DeepEqual(first, out) {
		t.Fatalf("%+v, then %+v", first, out)
	}
	if err := repo.Save(t.Context(), from); !errors.Is(err, es.ErrDetached) {
		t.Fatalf("%v, want es.ErrDetached", err)
	}
}

func TestAtomicRefuses(t *testing.T) {
	repo, store := opened100(t)
	from, to := transfer(t, repo)
	again := load(t, repo, "ann")
	again.record(deposited{Amount: 1})
	for want, batch := range map[string]*es.Batch{
		"the store is nil":             es.Atomic(nil, repo.Part(from)),
		"over another store":           es.Atomic(memory.New(), repo.Part(from), repo.Part(to)),
		"a part is nil":                es.Atomic(store, nil),
		"the aggregate is nil":         es.Atomic(store, repo.Part(nil)),
		"the repository of a part is":  es.Atomic(store, (*accounts)(nil).Part(from)),
		"is given twice":               es.Atomic(store, repo.Part(from), repo.Part(to), repo.Part(from)),
		"both record into stream acco": es.Atomic(store, repo.Part(from), repo.Part(again)),
	} {
		if err := batch.Save(t.Context()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want an error with %q", err, want)
		}
	}
	if head(t, store) != 2 {
		t.Fatal("something was stored")
	}
	if err := es.Atomic(store).Save(t.Context()); err != nil {
		t.Fatal(err)
	}
	// What was refused can be saved still.
	if err := es.Atomic(store, repo.Part(from), repo.Part(to)).Save(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestAnEventWithoutAnAggregate(t *testing.T) {
	_, store := opened100(t)
	registry := es.MustRegistry(accountDefinition())
	var d struct{ es.Decision }
	if _, err := es.Conditions(&d); err == nil {
		t.Fatal("a model that was never loaded gave a condition")
	}
	query := es.Query{Items: []es.Item{{Tags: []es.Tag{{Key: "account", Value: "eve"}}}}}
	if err := es.ReadDecision(t.Context(), store, &d.Decision, query, func(*es.Stored) error { return nil }); err != nil {
		t.Fatal(err)
	}
	write := func() error {
		conditions, err := es.Conditions(&d)
		if err != nil {
			return err
		}
		event, err := registry.NewEvent(es.ContextWithMetadata(t.Context(), es.Metadata{CorrelationID: "c"}), opened{ID: "eve"}, time.Unix(5, 0))
		if err != nil {
			return err
		}
		_, err = store.Append(t.Context(), es.Append{
			Streams:    []es.StreamAppend{{Stream: es.Stream{Name: "imports"}, Expected: es.ExpectAny, Events: []es.NewEvent{event}}},
			Conditions: conditions,
		})
		return err
	}
	if err := write(); err != nil {
		t.Fatal(err)
	}
	if err := write(); !errors.Is(err, es.ErrCondition) {
		t.Fatalf("%v, want es.ErrCondition", err)
	}
	for s, err := range store.Stream(t.Context(), "imports", es.ReadStream{}) {
		md, _ := es.DecodeMetadata(s.Metadata)
		if err != nil || s.Type != "account.opened" || string(s.Payload) != `{"ID":"eve"}` || md.CorrelationID != "c" || !s.RecordedAt.Equal(time.Unix(5, 0)) ||
			!slices.Equal(s.Tags, []es.Tag{{Key: "account", Value: "eve"}}) {
			t.Fatalf("%+v, %v", s, err)
		}
	}
	if _, err := registry.NewEvent(t.Context(), exploded{}, time.Unix(5, 0)); !errors.Is(err, es.ErrUnknownType) {
		t.Fatalf("%v, want es.ErrUnknownType", err)
	}
}
