package es_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
)

func newID(t testing.TB) uuid.UUID {
	t.Helper()
	id, err := uuid.NewV7()
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestRecordingAppliesAtOnceAndCounts(t *testing.T) {
	a := open("ann")
	a.record(deposited{Amount: 100})
	a.record(noted{Text: "suppressed events count too"})
	if a.balance != 100 || a.Version() != 3 {
		t.Fatalf("balance %d at version %d, want 100 at 3", a.balance, a.Version())
	}
	if events := es.Pending(a); len(events) != 3 || events[1] != es.Event(deposited{Amount: 100}) {
		t.Fatalf("pending: %v", events)
	}
}

// panicOf calls f and gives the text that it panics with.
func panicOf(t *testing.T, f func()) (text string) {
	t.Helper()
	defer func() {
		switch v := recover().(type) {
		case nil:
			t.Fatal("no panic")
		case string:
			text = v
		default:
			t.Fatalf("panic with %v", v)
		}
	}()
	f()
	return ""
}

func TestAPanicInApplyMovesNeitherQueueNorVersion(t *testing.T) {
	a := open("ann")
	if got := panicOf(t, func() { a.record(exploded{}) }); got != "boom" {
		t.Fatalf("panic %q", got)
	}
	if a.Version() != 1 || len(es.Pending(a)) != 1 {
		t.Fatalf("version %d, %d pending, want 1 and 1", a.Version(), len(es.Pending(a)))
	}
	a.record(deposited{Amount: 1}) // the aggregate can still record
	if a.Version() != 2 {
		t.Fatalf("version %d, want 2", a.Version())
	}
}

func TestWhatCannotBeRecordedPanicsWithAReason(t *testing.T) {
	for name, tc := range map[string]struct {
		record func(a *account)
		want   string
	}{
		"a pointer":                 {func(a *account) { a.record(&deposited{Amount: 1}) }, "account takes events by value, and this is a *es_test.deposited"},
		"nil":                       {func(a *account) { a.record(nil) }, "account takes no nil event"},
		"in an apply method":        {func(a *account) { a.record(recursive{}) }, "an apply method of *es_test.account records es_test.deposited"},
		"for a child that is nil":   {func(a *account) { a.record(blocked{}) }, "account.blocked is for account.card, which is not there"},
		"on a child without a root": {func(a *account) { new(card).record(blocked{}) }, "not attached"},
	} {
		t.Run(name, func(t *testing.T) {
			a := open("ann")
			if got := panicOf(t, func() { tc.record(a) }); !strings.Contains(got, tc.want) {
				t.Errorf("panic %q, want it to say %q", got, tc.want)
			}
			if a.Version() != 1 || len(es.Pending(a)) != 1 {
				t.Errorf("version %d, %d pending, want 1 and 1", a.Version(), len(es.Pending(a)))
			}
		})
	}
}

func TestWhatAChildRecordsIsItsRoots(t *testing.T) {
	repo, _ := opened100(t)
	a := load(t, repo, "ann")
	a.record(carded{})
	a.card.record(blocked{})
	if a.Version() != 4 || !a.card.blocked {
		t.Fatalf("version %d, card blocked: %v", a.Version(), a.card.blocked)
	}
	if err := repo.Save(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	a = load(t, repo, "ann")
	a.card.record(blocked{}) // a child that came out of a load is attached
	if a.Version() != 5 {
		t.Fatalf("version %d, want 5", a.Version())
	}
}

func TestMissingChildSaysWhich(t *testing.T) {
	for want, err := range map[string]error{
		"account.blocked is for account.card, which is not there":        es.MissingChild("account.card", blocked{}),
		"account.blocked is for c7 of account.cards, which is not there": es.MissingChild("account.cards", blocked{}, "c7"),
	} {
		if err.Error() != want {
			t.Errorf("%q, want %q", err, want)
		}
	}
}
