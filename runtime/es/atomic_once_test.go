package es_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/memory"
)

// A command counts for every stream of a batch, also for those that are appended to only
// after one of them was in doubt.
func TestACommandCountsForStreamsThatWereNotInDoubt(t *testing.T) {
	for name, fault := range doubts {
		t.Run(name, func(t *testing.T) {
			from, repo, f := inDoubt(t, fault, es.Once("c1"))
			from.record(noted{Text: "later"})
			to := open("bob")
			if err := es.Atomic(f, repo.Part(from), repo.Part(to)).Save(t.Context(), es.Once("c1")); err != nil {
				t.Fatal(err)
			}
			for _, stream := range []string{"account-ann", "account-bob"} {
				if _, seen, err := f.Store.(*memory.Store).Command(t.Context(), stream, "c1"); err != nil || !seen {
					t.Errorf("%s has seen the command: %t, %v", stream, seen, err)
				}
			}
		})
	}
}

// Where the command of a part in doubt turns out to be another's, what the other parts
// recorded was decided upon a state that never was: they are not saved without it.
func TestAnAtomicSaveOfWhichAPartWasCarriedOutElsewhere(t *testing.T) {
	ours, repo, f := inDoubt(t, doubts["not stored"], es.Once("c1"))
	err := newAccounts(f.Store).Update(t.Context(), "ann", func(a *account) error { a.record(deposited{Amount: 1000}); return nil }, es.Once("c1"))
	if err != nil {
		t.Fatal(err)
	}
	to := open("bob")
	err = es.Atomic(f, repo.Part(ours), repo.Part(to)).Save(t.Context(), es.Once("c1"))
	if !errors.Is(err, es.ErrDetached) {
		t.Errorf("%v, want es.ErrDetached", err)
	}
	if _, err := repo.Load(t.Context(), "bob"); !errors.Is(err, es.ErrNotFound) {
		t.Errorf("a part was saved without the other: %v", err)
	}
	if err := repo.Save(t.Context(), to); !errors.Is(err, es.ErrDetached) {
		t.Errorf("the part that was left: %v, want es.ErrDetached", err)
	}
}

// The end of a part that was in doubt is the end of all, as it is where none was.
func TestAnAtomicSaveOfWhichAPartInDoubtIsTooLate(t *testing.T) {
	from, repo, f := inDoubt(t, doubts["not stored"])
	put(t, f.Store, "account-ann", time.Unix(1, 0), "account.deposited", 1, `{"Amount":5}`)
	to := open("bob")
	if err := es.Atomic(f, repo.Part(to), repo.Part(from)).Save(t.Context()); !errors.Is(err, es.ErrConflict) {
		t.Errorf("%v, want es.ErrConflict", err)
	}
	if err := repo.Save(t.Context(), to); !errors.Is(err, es.ErrDetached) {
		t.Errorf("the part that was left: %v, want es.ErrDetached", err)
	}
	// A part that is in doubt for itself can be settled still.
	from, repo, f = inDoubt(t, doubts["not stored"])
	put(t, f.Store, "account-ann", time.Unix(1, 0), "account.deposited", 1, `{"Amount":5}`)
	to = open("bob")
	f.after = []error{errUnknown}
	if err := repo.Save(t.Context(), to); !errors.Is(err, es.ErrOutcomeUnknown) {
		t.Fatal(err)
	}
	if err := es.Atomic(f, repo.Part(from), repo.Part(to)).Save(t.Context()); !errors.Is(err, es.ErrConflict) {
		t.Errorf("%v, want es.ErrConflict", err)
	}
	if err := repo.Save(t.Context(), to); err != nil || to.Version() != 1 {
		t.Errorf("version %d, %v", to.Version(), err)
	}
}

// So it is where another part was in doubt under the same command, and is stored now.
func TestAnAtomicSaveOfWhichOnlyAPartCarriedTheCommandOut(t *testing.T) {
	from, repo, f := inDoubt(t, doubts["not stored"], es.Once("c1"))
	to := open("bob")
	f.before = []error{errUnknown}
	if err := repo.Save(t.Context(), to, es.Once("c1")); !errors.Is(err, es.ErrOutcomeUnknown) {
		t.Fatal(err)
	}
	err := newAccounts(f.Store).CreateWithID(t.Context(), "bob", func(a *account) error { a.record(opened{ID: "bob"}); return nil }, es.Once("c1"))
	if err != nil {
		t.Fatal(err)
	}
	if err := es.Atomic(f, repo.Part(from), repo.Part(to)).Save(t.Context(), es.Once("c1")); !errors.Is(err, es.ErrDetached) {
		t.Errorf("%v, want es.ErrDetached", err)
	}
	from.record(noted{}) // it is what its stream says
	if err := repo.Save(t.Context(), from); err != nil {
		t.Error(err)
	}
}

// Of a command that only some of the streams have seen nothing is repeated, and nothing
// saved.
func TestACommandThatSomeStreamsHaveSeen(t *testing.T) {
	repo, store := opened100(t)
	if err := repo.Update(t.Context(), "ann", func(a *account) error { a.record(noted{}); return nil }, es.Once("c1")); err != nil {
		t.Fatal(err)
	}
	from, to := transfer(t, repo)
	before := head(t, store)
	if err := es.Atomic(store, repo.Part(from), repo.Part(to)).Save(t.Context(), es.Once("c1")); !errors.Is(err, es.ErrDuplicateEvent) {
		t.Errorf("%v, want es.ErrDuplicateEvent", err)
	}
	if head(t, store) != before {
		t.Error("something was stored")
	}
}

// oddStore is a store whose values cannot be compared.
type oddStore struct {
	es.Store
	_ func()
}

func TestAtomicOverAStoreThatCannotBeCompared(t *testing.T) {
	_, inner := opened100(t)
	store := oddStore{Store: inner}
	repo := newAccounts(store)
	from, to := transfer(t, repo)
	err := es.Atomic(store, repo.Part(from), repo.Part(to)).Save(t.Context())
	if err == nil || head(t, inner) != 2 {
		t.Errorf("%v, want that it says why", err)
	}
}

// An observer is told of an atomic save, whichever part's repository has it.
func TestAnAtomicSaveIsObserved(t *testing.T) {
	plain, store := opened100(t)
	var saves []es.SaveReport
	watched := newAccounts(store, es.WithObserver(es.Observer{Saved: func(_ context.Context, s es.SaveReport) { saves = append(saves, s) }}))
	from, to := transfer(t, plain)
	if err := es.Atomic(store, plain.Part(from), watched.Part(to)).Save(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(saves) != 1 || saves[0].Streams != 2 || saves[0].Events != 3 || saves[0].Stream != "account-ann" || saves[0].Position != 5 {
		t.Errorf("%+v", saves)
	}
	from.record(noted{})
	to.record(noted{})
	if err := es.Atomic(store, watched.Part(to), watched.Part(from)).Save(t.Context()); err != nil || len(saves) != 2 {
		t.Errorf("%v, %d reports, want one for a batch", err, len(saves)-1)
	}
}

// Each aggregate of an atomic save has its snapshot, as if it had been saved by itself:
// also when what was in doubt is settled by another.
func TestSnapshotsOfAnAtomicSave(t *testing.T) {
	inBubble(t, func(b *bank) {
		f := &faulty{Store: b.store}
		store := struct {
			*faulty
			es.SnapshotStore
		}{f, b.store}
		repo := es.NewRepository(es.Store(&store), snapshotted(3, "f"), b.observer())
		every5 := es.NewRepository(es.Store(&store), snapshotted(5, "f"), b.observer())
		ann, bob, eve := open("ann"), open("bob"), open("eve")
		save := func(opts ...es.SaveOption) error {
			for range 2 {
				for _, a := range []*account{ann, bob, eve} {
					a.record(deposited{Amount: 1})
				}
			}
			return es.Atomic(&store, repo.Part(ann), every5.Part(bob), repo.Part(eve)).Save(b.Context(), opts...)
		}
		if err := save(); err != nil {
			t.Fatal(err)
		}
		b.wantSnapshots("3 written", "3 written")
		f.after = []error{errUnknown}
		if err := save(); !errors.Is(err, es.ErrOutcomeUnknown) {
			t.Fatal(err)
		}
		b.wantSnapshots()
		if err := repo.Save(b.Context(), ann); err != nil {
			t.Fatal(err)
		}
		b.wantSnapshots("5 written")
		if err := save(); err != nil {
			t.Fatal(err)
		}
		b.wantSnapshots("7 written", "7 written")
		b.wantLoad(repo, 7, 7, 0)
		for _, id := range []string{"bob", "eve"} {
			if got := load(t, repo, id); got.balance != 6 || got.Version() != 7 {
				t.Errorf("%s has %d at version %d", id, got.balance, got.Version())
			}
		}
	})
}
