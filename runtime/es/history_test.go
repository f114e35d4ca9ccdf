package es_test

import (
	"errors"
	"testing"
	"time"

	"github.com/esgen/esgen/runtime/es"
)

func TestHistory(t *testing.T) {
	at := time.Date(2026, 5, 1, 12, 0, 0, 123456789, time.FixedZone("", 7200))
	repo, store := opened100(t, es.WithClock(es.FrozenClock(at)))
	put(t, store, "account-ann", at, "account.paid_in", 1, `{"Amount":7}`)
	var got []es.Recorded[accountEvent]
	for e, err := range repo.History(t.Context(), "ann") {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, e)
	}
	if len(got) != 3 {
		t.Fatalf("%d events", len(got))
	}
	e := got[2] // stored under an alias, known under its name
	if e.Type != "account.deposited" || e.Event != accountEvent(deposited{Amount: 7}) || e.Version != 3 || e.Position != 3 || e.Stream != "account-ann" {
		t.Fatalf("%+v", e)
	}
	if e := got[0]; !e.RecordedAt.Equal(at) || e.RecordedAt.Location() != time.UTC || e.ID == [16]byte{} {
		t.Fatalf("%+v", e)
	}
	put(t, store, "account-ann", at, "account.deposited", 1, `[]`)
	var last error
	for _, err := range repo.History(t.Context(), "ann") {
		last = err
	}
	var where *es.EventError
	if !errors.As(last, &where) || where.Version != 4 {
		t.Fatalf("%v", last)
	}
}

func TestAThousandAbandonedHistories(t *testing.T) {
	repo, _ := opened100(t)
	for range 1000 {
		for _, err := range repo.History(t.Context(), "ann") {
			if err != nil {
				t.Fatal(err)
			}
			break
		}
	}
	if err := repo.Update(t.Context(), "ann", func(a *account) error { a.record(noted{}); return nil }); err != nil {
		t.Fatal(err)
	}
}

func TestTheHistoryOfNothingIsOneError(t *testing.T) {
	repo, _ := opened100(t)
	for id, want := range map[string]error{"bob": es.ErrNotFound, "": es.ErrNoID} {
		var steps []error
		for e, err := range repo.History(t.Context(), id) {
			if e.Event != nil {
				t.Errorf("%q: event %+v", id, e)
			}
			steps = append(steps, err)
		}
		if len(steps) != 1 || !errors.Is(steps[0], want) {
			t.Errorf("%q: %v, want %v once", id, steps, want)
		}
	}
}
