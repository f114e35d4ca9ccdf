package es_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/esgen/esgen/runtime/es"
)

func TestAnUnknownOutcomeIsSettledBySavingAgain(t *testing.T) {
	for name, fault := range map[string]func(*faulty){
		"the append was stored":     func(f *faulty) { f.after = []error{errUnknown} },
		"the append was not stored": func(f *faulty) { f.before = []error{errUnknown} },
	} {
		t.Run(name, func(t *testing.T) {
			_, store := opened100(t)
			f := &faulty{Store: store}
			repo := newAccounts(f)
			a := load(t, repo, "ann")
			a.record(deposited{Amount: 1})
			fault(f)
			if err := repo.Save(t.Context(), a); !errors.Is(err, es.ErrOutcomeUnknown) {
				t.Fatal(err)
			}
			a.record(deposited{Amount: 2}) // what comes later is saved as well
			var out es.Outcome
			if err := repo.Save(t.Context(), a, es.Into(&out)); err != nil {
				t.Fatal(err)
			}
			if out.Version != 4 || len(out.Events) != 2 || a.Version() != 4 {
				t.Fatalf("outcome %+v", out)
			}
			if b := load(t, repo, "ann"); b.balance != 103 || b.Version() != 4 {
				t.Fatalf("balance %d at version %d", b.balance, b.Version())
			}
			first, again := f.appends[0].Streams[0].Events[0], f.appends[1].Streams[0].Events[0]
			if first.ID != again.ID || !first.RecordedAt.Equal(again.RecordedAt) {
				t.Fatalf("the append was not repeated as it was: %+v, %+v", first, again)
			}
		})
		t.Run(name+", in Update", func(t *testing.T) {
			_, store := opened100(t)
			f := &faulty{Store: store}
			fault(f)
			calls := 0
			err := newAccounts(f).Update(t.Context(), "ann", func(a *account) error { calls++; a.record(deposited{Amount: 1}); return nil })
			if err != nil || calls != 1 {
				t.Fatalf("%v after %d calls", err, calls)
			}
			if b := load(t, newAccounts(store), "ann"); b.balance != 101 || b.Version() != 3 {
				t.Fatalf("balance %d at version %d", b.balance, b.Version())
			}
		})
	}
}

// doubts are the ways in which an outcome gets unknown: the append reached the store, or
// did not.
var doubts = map[string]func(*faulty){
	"stored":     func(f *faulty) { f.after = []error{errUnknown} },
	"not stored": func(f *faulty) { f.before = []error{errUnknown} },
}

// inDoubt is an account, loaded at version 2 and a balance of 100, whose save of a
// deposit of 1 has an unknown outcome.
func inDoubt(t *testing.T, fault func(*faulty), opts ...es.SaveOption) (*account, *accounts, *faulty) {
	t.Helper()
	_, store := opened100(t)
	f := &faulty{Store: store}
	repo := newAccounts(f)
	a := load(t, repo, "ann")
	a.record(deposited{Amount: 1})
	fault(f)
	if err := repo.Save(t.Context(), a, opts...); !errors.Is(err, es.ErrOutcomeUnknown) {
		t.Fatal(err)
	}
	return a, repo, f
}

// What is in doubt is repeated as it was: with its command, its metadata and its
// conditions, whatever the next save says.
func TestAnAppendInDoubtIsRepeatedAsItWas(t *testing.T) {
	for name, fault := range doubts {
		t.Run(name, func(t *testing.T) {
			var d struct{ es.Decision }
			_, other := opened100(t)
			if err := es.ReadDecision(t.Context(), other, &d.Decision, es.Query{Items: []es.Item{{Types: []string{"account.opened"}}}}, func(*es.Stored) error { return nil }); err != nil {
				t.Fatal(err)
			}
			a, repo, f := inDoubt(t, fault, es.Once("c1"), es.If(&d), es.WithMetadata(es.Metadata{CorrelationID: "request-1"}))
			a.record(noted{})
			if err := repo.Save(t.Context(), a, es.Once("c2"), es.WithMetadata(es.Metadata{CorrelationID: "request-2"})); err != nil {
				t.Fatal(err)
			}
			if len(f.appends) != 3 {
				t.Fatalf("%d appends, want the one in doubt twice and what came later", len(f.appends))
			}
			first, again, later := f.appends[0], f.appends[1], f.appends[2]
			if !reflect.DeepEqual(first, again) || first.Streams[0].CommandID != "c1" || len(first.Conditions) != 1 {
				t.Errorf("the append was not repeated as it was:\n%+v\n%+v", first, again)
			}
			if later.Streams[0].CommandID != "c2" || len(later.Conditions) != 0 || len(later.Streams[0].Events) != 1 {
				t.Errorf("what came later was appended as %+v", later)
			}
			var correlations []string
			for e, err := range repo.History(t.Context(), "ann") {
				if err != nil {
					t.Fatal(err)
				}
				correlations = append(correlations, e.Metadata.CorrelationID)
			}
			if want := []string{"", "", "request-1", "request-2"}; !slices.Equal(correlations, want) {
				t.Errorf("correlations %q, want %q", correlations, want)
			}
		})
	}
}

// A command that is in doubt has been carried out once it is settled. What was recorded
// since is saved beside it, under the same command or another.
func TestWhatFollowsACommandInDoubtIsSaved(t *testing.T) {
	for name, fault := range doubts {
		for _, command := range []string{"c1", "c2"} {
			t.Run(name+", then "+command, func(t *testing.T) {
				a, repo, _ := inDoubt(t, fault, es.Once("c1"))
				a.record(deposited{Amount: 2})
				var out es.Outcome
				if err := repo.Save(t.Context(), a, es.Once(command), es.Into(&out)); err != nil {
					t.Fatal(err)
				}
				if got := load(t, repo, "ann"); got.balance != 103 || got.Version() != 4 || out.Version != 4 || len(out.Events) != 2 {
					t.Fatalf("balance %d at version %d, want 103 at 4; outcome %+v", got.balance, got.Version(), out)
				}
				a.record(noted{}) // the instance is that of its stream
				if err := repo.Save(t.Context(), a); err != nil {
					t.Fatal(err)
				}
			})
		}
	}
}

// carriedOutElsewhere is an append in doubt that was not stored, and whose command another
// process has carried out since, with a deposit of 1,000.
func carriedOutElsewhere(t *testing.T) (*account, *accounts) {
	t.Helper()
	ours, repo, f := inDoubt(t, doubts["not stored"], es.Once("c1"))
	err := newAccounts(f.Store).Update(t.Context(), "ann", func(a *account) error { a.record(deposited{Amount: 1000}); return nil }, es.Once("c1"))
	if err != nil {
		t.Fatal(err)
	}
	return ours, repo
}

// The command was carried out, which is all that was asked; but another's events stand in
// the stream, so the instance is not its state.
func TestACommandInDoubtThatWasCarriedOutElsewhere(t *testing.T) {
	ours, repo := carriedOutElsewhere(t)
	var out es.Outcome
	if err := repo.Save(t.Context(), ours, es.Once("c1"), es.Into(&out)); err != nil {
		t.Fatal(err)
	}
	if want := []es.Event{deposited{Amount: 1000}}; !out.Repeated || out.Version != 3 || !slices.Equal(out.Events, want) {
		t.Errorf("outcome %+v, want the other's, of %v", out, want)
	}
	ours.record(noted{})
	if err := repo.Save(t.Context(), ours); !errors.Is(err, es.ErrDetached) {
		t.Errorf("balance %d, where the stream says %d: %v, want es.ErrDetached", ours.balance, load(t, repo, "ann").balance, err)
	}
}

// What was decided after the doubt, on a state that never was, is refused and not dropped.
func TestWhatFollowsACommandThatWasCarriedOutElsewhereIsRefused(t *testing.T) {
	for name, opts := range map[string][]es.SaveOption{"no command": nil, "another command": {es.Once("c2")}, "the same command": {es.Once("c1")}} {
		t.Run(name, func(t *testing.T) {
			ours, repo := carriedOutElsewhere(t)
			ours.record(deposited{Amount: 5000})
			err := repo.Save(t.Context(), ours, opts...)
			if !errors.Is(err, es.ErrDetached) || !strings.Contains(err.Error(), `"c1" was carried out elsewhere`) {
				t.Errorf("%v, want es.ErrDetached", err)
			}
			if got := load(t, repo, "ann"); got.balance != 1100 {
				t.Errorf("balance %d, want 1100", got.balance)
			}
		})
	}
	// Nothing was recorded since, but the save asks for another command, which was not
	// carried out.
	ours, repo := carriedOutElsewhere(t)
	if err := repo.Save(t.Context(), ours, es.Once("c2")); !errors.Is(err, es.ErrDetached) {
		t.Errorf("%v, want es.ErrDetached", err)
	}
}

// The aggregate's own events, settled, do not break the condition under which they were
// saved; a stranger's do.
func TestAConditionIsNotBrokenByItsOwnAppendInDoubt(t *testing.T) {
	for name, fault := range doubts {
		for _, stranger := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, a stranger's event: %t", name, stranger), func(t *testing.T) {
				_, store := opened100(t)
				f := &faulty{Store: store}
				repo := newAccounts(f)
				var d struct{ es.Decision }
				query := es.Query{Items: []es.Item{{Types: []string{"account.deposited"}}}}
				if err := es.ReadDecision(t.Context(), store, &d.Decision, query, func(*es.Stored) error { return nil }); err != nil {
					t.Fatal(err)
				}
				a := load(t, repo, "ann")
				a.record(deposited{Amount: 1})
				fault(f)
				if err := repo.Save(t.Context(), a, es.If(&d)); !errors.Is(err, es.ErrOutcomeUnknown) {
					t.Fatal(err)
				}
				a.record(noted{})
				if stranger {
					// It comes once the append in doubt is settled.
					f.then = func() { put(t, store, "account-joe", time.Unix(1, 0), "account.deposited", 1, `{"Amount":1}`) }
				}
				err := repo.Save(t.Context(), a, es.If(&d))
				if stranger && !errors.Is(err, es.ErrCondition) || !stranger && err != nil {
					t.Fatal(err)
				}
			})
		}
	}
}

// A condition that was not part of the append in doubt holds from where its own decision
// was read.
func TestAConditionThatCameAfterADoubtKeepsItsPlace(t *testing.T) {
	a, repo, f := inDoubt(t, doubts["not stored"])
	var d struct{ es.Decision }
	query := es.Query{Items: []es.Item{{Types: []string{"account.deposited"}}}}
	if err := es.ReadDecision(t.Context(), f.Store, &d.Decision, query, func(*es.Stored) error { return nil }); err != nil {
		t.Fatal(err)
	}
	a.record(noted{})
	if err := repo.Save(t.Context(), a, es.If(&d)); !errors.Is(err, es.ErrCondition) {
		t.Fatalf("%v, want es.ErrCondition: the deposit in doubt is stored after the decision was read", err)
	}
}

// While an outcome is unknown no error reads as though nothing were stored.
func TestAnOutcomeStaysUnknown(t *testing.T) {
	t.Run("the context ends", func(t *testing.T) {
		a, repo, f := inDoubt(t, doubts["stored"])
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := repo.Save(ctx, a); !errors.Is(err, es.ErrOutcomeUnknown) || !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
		if err := repo.Save(t.Context(), a); err != nil {
			t.Errorf("settled later: %v", err)
		}
		if b := load(t, newAccounts(f.Store), "ann"); b.balance != 101 {
			t.Errorf("balance %d, want 101", b.balance)
		}
	})
	t.Run("the context ends, in Update", func(t *testing.T) {
		_, store := opened100(t)
		ctx, cancel := context.WithCancel(t.Context())
		f := &faulty{Store: store, after: []error{errUnknown, errUnknown, errUnknown}, then: cancel}
		err := newAccounts(f).Update(ctx, "ann", func(a *account) error { a.record(noted{}); return nil })
		if !errors.Is(err, es.ErrOutcomeUnknown) || !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
	})
	// What repeating cannot mend is not repeated.
	t.Run("the store is closed, in Update", func(t *testing.T) {
		_, store := opened100(t)
		f := &faulty{Store: store, after: []error{errUnknown}, then: func() { _ = store.Close() }}
		err := newAccounts(f).Update(t.Context(), "ann", func(a *account) error { a.record(noted{}); return nil })
		if !errors.Is(err, es.ErrOutcomeUnknown) || !errors.Is(err, es.ErrClosed) {
			t.Errorf("%v", err)
		}
		if n := len(f.appends); n != 2 {
			t.Errorf("%d appends, want the first and one that finds the store closed", n)
		}
	})
}
