package es_test

import (
	"strings"
	"testing"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/memory"
)

func TestSaveAndLoad(t *testing.T) {
	repo, _ := opened100(t)
	a := load(t, repo, "ann")
	if a.balance != 100 || a.Version() != 2 || len(es.Pending(a)) != 0 {
		t.Fatalf("balance %d at version %d with %d pending", a.balance, a.Version(), len(es.Pending(a)))
	}
	// A save without pending events is no write; the instance can go on after one that was.
	var out es.Outcome
	if err := repo.Save(t.Context(), a, es.Into(&out)); err != nil || out.Version != 2 || out.Position != 0 || out.Events != nil {
		t.Fatalf("nothing to save: %+v, %v", out, err)
	}
	a.record(deposited{Amount: 5})
	if err := repo.Save(t.Context(), a, es.Into(&out)); err != nil {
		t.Fatal(err)
	}
	if out.Stream != "account-ann" || out.Version != 3 || out.Position != 3 || len(out.Events) != 1 || out.Repeated {
		t.Fatalf("outcome %+v", out)
	}
	a.record(deposited{Amount: 5})
	if err := repo.Save(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	if b := load(t, repo, "ann"); b == a || b.balance != 110 || b.Version() != 4 {
		t.Fatalf("balance %d at version %d", b.balance, b.Version())
	}
}

func TestARepositoryThatCannotWorkSaysWhy(t *testing.T) {
	bad := accountDefinition()
	bad.Stream = "accounts"
	for name, repo := range map[string]*accounts{
		"the store is nil":     newAccounts(nil),
		"must hold {id} once":  es.NewRepository(memory.New(), bad),
		"the clock is nil":     newAccounts(memory.New(), es.WithClock(nil)),
		"the decorator is nil": newAccounts(memory.New(), es.WithDecorator(nil)),
		"0 is less than one":   newAccounts(memory.New(), nil, es.WithAttempts(0)),
	} {
		_, loadErr := repo.Load(t.Context(), "ann")
		for _, err := range []error{
			loadErr, repo.Save(t.Context(), open("ann")),
			repo.Update(t.Context(), "ann", func(*account) error { return nil }),
			repo.Create(t.Context(), func(*account) error { return nil }),
		} {
			if err == nil || !strings.Contains(err.Error(), name) {
				t.Errorf("%v, want %q", err, name)
			}
		}
	}
}
