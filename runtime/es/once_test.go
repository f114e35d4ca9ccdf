package es_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/memory"
)

// A store that cannot be asked for commands is read through: its events say which command
// they come from.
func TestARepeatedCommandIsFoundBeforeItIsDecidedUpon(t *testing.T) {
	for name, open := range map[string]func() es.Store{
		"a store that can be asked": func() es.Store { return memory.New() },
		"a store that cannot":       func() es.Store { return &faulty{Store: memory.New()} },
	} {
		t.Run(name, func(t *testing.T) {
			repo := newAccounts(open())
			calls := 0
			send := func(command string, do func(opts ...es.SaveOption) error) (out es.Outcome) {
				t.Helper()
				if err := do(es.Once(command), es.Into(&out)); err != nil {
					t.Fatalf("%s: %v", command, err)
				}
				return out
			}
			create := func(opts ...es.SaveOption) error {
				return repo.CreateWithID(t.Context(), "ann", func(a *account) error {
					calls++
					a.record(opened{ID: "ann"})
					a.record(deposited{Amount: 100})
					return nil
				}, opts...)
			}
			update := func(opts ...es.SaveOption) error {
				return repo.Update(t.Context(), "ann", func(a *account) error { calls++; a.record(deposited{Amount: -a.balance}); return nil }, opts...)
			}
			either := func(opts ...es.SaveOption) error {
				return repo.UpdateOrCreate(t.Context(), "ann", func(a *account) error { calls++; a.record(noted{Text: "once"}); return nil }, opts...)
			}
			for i, do := range []func(...es.SaveOption) error{create, update, either} {
				command := string(rune('a' + i))
				first, again := send(command, do), send(command, do)
				if calls != i+1 || first.Repeated || !again.Repeated || first.Version != again.Version || first.Position != again.Position ||
					first.Stream != again.Stream || !slices.Equal(first.Events, again.Events) {
					t.Errorf("%s: %d calls: %+v, then %+v", command, calls, first, again)
				}
			}
			if out := send("a", create); out.Version != 2 || len(out.Events) != 2 {
				t.Errorf("the first command, long after: %+v", out)
			}
			// Without anybody who wants to know, too.
			if err := update(es.Once("b")); err != nil || calls != 3 {
				t.Errorf("%v after %d calls", err, calls)
			}
		})
	}
}

func TestUpdateOrCreate(t *testing.T) {
	repo, _ := opened100(t)
	add := func(id string) error {
		return repo.UpdateOrCreate(t.Context(), id, func(a *account) error {
			if a.Version() == 0 {
				a.record(opened{ID: id})
			}
			a.record(deposited{Amount: 1})
			return nil
		})
	}
	for _, id := range []string{"ann", "bob", "bob"} {
		if err := add(id); err != nil {
			t.Fatal(err)
		}
	}
	if ann, bob := load(t, repo, "ann"), load(t, repo, "bob"); ann.balance != 101 || bob.balance != 2 || bob.Version() != 3 {
		t.Errorf("ann has %d, bob %d at version %d", ann.balance, bob.balance, bob.Version())
	}
	// Whoever is too late to create finds what the other has created.
	calls := 0
	err := repo.UpdateOrCreate(t.Context(), "eve", func(a *account) error {
		if calls++; calls == 1 {
			if err := add("eve"); err != nil {
				return err
			}
			a.record(opened{ID: "eve"})
		}
		a.record(deposited{Amount: 10})
		return nil
	})
	if err != nil || calls != 2 {
		t.Fatalf("%v after %d calls", err, calls)
	}
	if eve := load(t, repo, "eve"); eve.balance != 11 {
		t.Errorf("eve has %d", eve.balance)
	}
	// A load that fails for another reason is no reason to create.
	broken := newAccounts(holed{Store: memoryWith(t), version: 1})
	err = broken.UpdateOrCreate(t.Context(), "ann", func(*account) error { t.Error("called"); return nil })
	if !errors.Is(err, es.ErrCorrupt) {
		t.Errorf("%v, want es.ErrCorrupt", err)
	}
}

// memoryWith is a store with an account at version 2.
func memoryWith(t *testing.T) es.Store {
	_, store := opened100(t)
	return store
}

func TestCreateWithID(t *testing.T) {
	repo, store := opened100(t)
	create := func(id, recorded string) error {
		return repo.CreateWithID(t.Context(), id, func(a *account) error { a.record(opened{ID: recorded}); return nil })
	}
	if err := create("bob", "bob"); err != nil {
		t.Fatal(err)
	}
	if err := create("ann", "ann"); !errors.Is(err, es.ErrExists) {
		t.Errorf("%v, want es.ErrExists", err)
	}
	if err := create("eve", "mallory"); err == nil || !strings.Contains(err.Error(), "gives it stream account-mallory, and it was to be that of account-eve") {
		t.Errorf("another ID: %v", err)
	}
	if err := create("", "eve"); !errors.Is(err, es.ErrNoID) {
		t.Errorf("%v, want es.ErrNoID", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := repo.CreateWithID(ctx, "eve", func(*account) error { t.Error("called"); return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want context.Canceled", err)
	}
	if err := repo.CreateWithID(t.Context(), "eve", func(a *account) error { a.record(opened{ID: "eve"}); return errDomain }); err != errDomain {
		t.Errorf("%v, want %v itself", err, errDomain)
	}
	var out es.Outcome
	if err := repo.CreateWithID(t.Context(), "eve", func(*account) error { return nil }, es.Into(&out)); err != nil || out.Stream != "account-eve" || out.Version != 0 {
		t.Errorf("nothing recorded: %+v, %v", out, err)
	}
	if head, err := store.Head(t.Context()); err != nil || head != 3 {
		t.Errorf("head %d, %v, want 3", head, err)
	}
}

// What cannot be looked up is not decided upon.
func TestACommandThatCannotBeLookedUp(t *testing.T) {
	_, store := opened100(t)
	putEvent(t, store, "account-ann", es.NewEvent{
		Type: "account.noted", TypeVersion: 1, RecordedAt: es.SystemClock.Now(), Payload: []byte(`{}`), Metadata: []byte(`{"commandId":7}`),
	})
	repo := newAccounts(&faulty{Store: store})
	err := repo.Update(t.Context(), "ann", func(*account) error { t.Error("called"); return nil }, es.Once("c-1"))
	if !errors.Is(err, es.ErrCorrupt) || !strings.Contains(err.Error(), `look for command "c-1" in account ann`) {
		t.Errorf("%v, want es.ErrCorrupt", err)
	}
}
