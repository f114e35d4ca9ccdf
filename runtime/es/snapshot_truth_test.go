package es_test

import (
	"testing"
	"testing/synctest"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/memory"
)

// What an aggregate looks like when it is saved need not be what its events say: a method
// may have changed it without an event, and an event may lose something when it is
// encoded. A snapshot is of the events.
func TestSnapshotOfSaveIsWhatTheEventsSay(t *testing.T) {
	inBubble(t, func(b *bank) {
		repo := b.accounts(snapshotted(2, "f"))
		a := open("ann")
		a.record(deposited{Amount: 1})
		a.balance += 1000 // without an event
		if err := repo.Save(b.Context(), a); err != nil {
			b.Fatal(err)
		}
		b.wantSnapshots("2 written")
		b.wantLoad(repo, 2, 2, 0)
		if len(b.loads) != 1 {
			b.Errorf("%d loads were reported, want the caller's alone", len(b.loads))
		}
	})
}

// A store can have been restored, and have grown again to the same versions and positions
// by other events.
func TestSnapshotOfOtherEventsAtTheSamePlace(t *testing.T) {
	inBubble(t, func(b *bank) {
		repo := b.accounts(snapshotted(3, "f"))
		b.open(repo)
		b.deposit(repo, 2)
		b.wantSnapshots("3 written")

		again := memory.New()
		other := newAccounts(again)
		if err := other.Save(b.Context(), open("ann")); err != nil {
			b.Fatal(err)
		}
		for range 2 {
			a := load(b.T, other, "ann")
			a.record(deposited{Amount: 50})
			if err := other.Save(b.Context(), a); err != nil {
				b.Fatal(err)
			}
		}
		mixed := elsewhere{again, b.store}
		got := load(b.T, es.NewRepository(mixed, snapshotted(3, "f"), b.observer()), "ann")
		if got.balance != 100 {
			b.Errorf("the balance is %d, want 100", got.balance)
		}
		b.wantSnapshots("3 ignored: snapshot of another history: version 3 of the stream is another event", "3 written")
	})
}

// A snapshot after a save is made of the stream as it is by then, and where that cannot be
// read nobody but the observer hears of it.
func TestSnapshotOfSaveThatCannotBeRead(t *testing.T) {
	inBubble(t, func(b *bank) {
		def := snapshotted(1, "f")
		def.Load = func(*account, *es.Stored) error { panic("boom") }
		b.open(b.accounts(def))
		b.wantSnapshots("1 not written: panic: boom")
	})
	synctest.Test(t, func(t *testing.T) {
		store := memory.New()
		if err := es.NewRepository(store, snapshotted(1, "f")).Save(t.Context(), open(uuid.NewString())); err != nil {
			t.Fatal(err)
		}
		if err := store.Close(); err != nil {
			t.Fatal(err)
		}
	})
}
