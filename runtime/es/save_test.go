package es_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/memory"
)

func TestAStaleSaveIsAConflict(t *testing.T) {
	repo, _ := opened100(t)
	first, stale := load(t, repo, "ann"), load(t, repo, "ann")
	first.record(deposited{Amount: 1})
	first.record(deposited{Amount: 1})
	stale.record(deposited{Amount: 2})
	if err := repo.Save(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	err := repo.Save(t.Context(), stale)
	var conflict *es.ConflictError
	if !errors.As(err, &conflict) || *conflict != (es.ConflictError{Stream: "account-ann", Expected: 2, Actual: 4}) {
		t.Fatalf("stale save: %v", err)
	}
	if !errors.Is(err, es.ErrConflict) || errors.Is(err, es.ErrExists) {
		t.Fatalf("stale save: %v", err)
	}
	if err := repo.Save(t.Context(), stale); !errors.Is(err, es.ErrDetached) {
		t.Fatalf("save after a conflict: %v, want es.ErrDetached", err)
	}
}

func TestAFirstSaveIntoAnExistingStream(t *testing.T) {
	repo, _ := opened100(t)
	again := open("ann")
	if err := repo.Save(t.Context(), again); !errors.Is(err, es.ErrExists) || !errors.Is(err, es.ErrConflict) {
		t.Fatalf("%v, want es.ErrExists, which is a conflict", err)
	}
	if err := repo.Save(t.Context(), again); !errors.Is(err, es.ErrDetached) {
		t.Fatalf("%v, want es.ErrDetached", err)
	}
	err := repo.Create(t.Context(), func(a *account) error { a.record(opened{ID: "ann"}); return nil })
	if !errors.Is(err, es.ErrExists) {
		t.Fatalf("Create: %v, want es.ErrExists", err)
	}
	if err := repo.Create(t.Context(), func(a *account) error { a.record(opened{ID: "bob"}); return nil }); err != nil {
		t.Fatal(err)
	}
	if err := repo.Create(t.Context(), func(*account) error { return errDomain }); err != errDomain {
		t.Fatalf("Create: %v, want the error of the function as it is", err)
	}
}

func TestWhatCannotBeSaved(t *testing.T) {
	repo, store := opened100(t)
	ctx := t.Context()
	if err := repo.Save(ctx, nil); err == nil || !strings.Contains(err.Error(), "nil") {
		t.Errorf("nil aggregate: %v", err)
	}
	nameless := new(account)
	nameless.record(deposited{Amount: 1})
	if err := repo.Save(ctx, nameless); !errors.Is(err, es.ErrNoID) || !strings.Contains(err.Error(), "account") {
		t.Errorf("without an ID: %v", err)
	}
	renamed := load(t, repo, "ann")
	renamed.record(opened{ID: "eve"})
	if err := repo.Save(ctx, renamed); err == nil || !strings.Contains(err.Error(), "an ID must not change") {
		t.Errorf("with another ID: %v", err)
	}
	then, err := repo.LoadAt(ctx, "ann", es.AtVersion(1))
	if err != nil {
		t.Fatal(err)
	}
	then.record(deposited{Amount: 1})
	if err := repo.Save(ctx, then); !errors.Is(err, es.ErrReadOnly) {
		t.Errorf("an old state: %v", err)
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	a := load(t, repo, "ann")
	a.record(deposited{Amount: 1})
	if err := repo.Save(cancelled, a); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if err := repo.Save(ctx, a); err != nil {
		t.Errorf("after a save that was cancelled before it began: %v", err)
	}
	timeless := newAccounts(store, es.WithClock(es.FrozenClock(time.Time{})))
	if err := timeless.Save(ctx, open("bob")); err == nil || !strings.Contains(err.Error(), "time is zero") {
		t.Errorf("a clock at zero: %v", err)
	}
	far := newAccounts(store, es.WithClock(es.FrozenClock(time.Date(2400, 1, 1, 0, 0, 0, 0, time.UTC))))
	if err := far.Save(ctx, open("bob")); err == nil || !strings.Contains(err.Error(), "1678 to 2262") {
		t.Errorf("a clock in 2400: %v", err)
	}
	if _, err := repo.Load(ctx, "bob"); !errors.Is(err, es.ErrNotFound) {
		t.Errorf("something was stored: %v", err)
	}
}

func TestOnce(t *testing.T) {
	repo, _ := opened100(t)
	var first, again es.Outcome
	deposit := func(out *es.Outcome) error {
		return repo.Update(t.Context(), "ann", func(a *account) error { a.record(deposited{Amount: 1}); return nil },
			es.Once("command-7"), es.Into(out))
	}
	if err := deposit(&first); err != nil {
		t.Fatal(err)
	}
	if err := deposit(&again); err != nil {
		t.Fatal(err)
	}
	if again.Version != first.Version || again.Position != first.Position || !again.Repeated || first.Repeated {
		t.Fatalf("first %+v, again %+v", first, again)
	}
	a := load(t, repo, "ann")
	if a.balance != 101 {
		t.Fatalf("balance %d, want 101", a.balance)
	}
	a.record(noted{})
	if err := repo.Save(t.Context(), a, es.Once("command-7")); err != nil {
		t.Fatal(err)
	}
	if err := repo.Save(t.Context(), a); !errors.Is(err, es.ErrDetached) {
		t.Fatalf("an instance whose save was a repetition: %v, want es.ErrDetached", err)
	}
}

// After these the state is not known to be that of the stream; after any other error
// the save can be repeated.
func TestWhichErrorsDetach(t *testing.T) {
	for name, tc := range map[string]struct {
		err      error
		detaches bool
	}{
		"conflict":        {&es.ConflictError{Stream: "account-ann", Expected: 2, Actual: 3}, true},
		"condition":       {&es.ConditionError{Position: 3, After: 2}, true},
		"unique":          {fmt.Errorf("email: %w", es.ErrUnique), true},
		"duplicate event": {fmt.Errorf("append: %w", es.ErrDuplicateEvent), true},
		"unknown outcome": {errUnknown, false},
		"full disk":       {errors.New("no space left on device"), false},
	} {
		t.Run(name, func(t *testing.T) {
			_, store := opened100(t)
			f := &faulty{Store: store}
			repo := newAccounts(f)
			a := load(t, repo, "ann")
			a.record(deposited{Amount: 1})
			f.before = []error{tc.err}
			if err := repo.Save(t.Context(), a); !errors.Is(err, tc.err) {
				t.Fatalf("%v, want %v", err, tc.err)
			}
			err := repo.Save(t.Context(), a)
			if tc.detaches != errors.Is(err, es.ErrDetached) || !tc.detaches && err != nil {
				t.Fatalf("saved again: %v", err)
			}
			if want := map[bool]int{true: 100, false: 101}[tc.detaches]; load(t, repo, "ann").balance != want {
				t.Fatalf("balance %d, want %d", load(t, repo, "ann").balance, want)
			}
		})
	}
}

// ticking is a clock that moves on by a second each time it is asked.
type ticking struct {
	now   time.Time
	asked int
}

func (c *ticking) Now() time.Time {
	c.asked++
	c.now = c.now.Add(time.Second)
	return c.now
}

// An event is dated once, when it is first offered to a store: however often its
// append is repeated, it is the same append.
func TestAnEventIsDatedOnce(t *testing.T) {
	for name, fault := range map[string]error{"unknown outcome": errUnknown, "nothing stored": errors.New("no space left on device")} {
		t.Run(name, func(t *testing.T) {
			clock := &ticking{now: time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)}
			f := &faulty{Store: memory.New(), before: []error{fault, fault}}
			repo := newAccounts(f, es.WithClock(clock))
			a := open("ann")
			a.record(noted{})
			for range 2 {
				if err := repo.Save(t.Context(), a); !errors.Is(err, fault) {
					t.Fatal(err)
				}
			}
			if err := repo.Save(t.Context(), a); err != nil {
				t.Fatal(err)
			}
			if clock.asked != 2 {
				t.Errorf("the clock was asked %d times for 2 events", clock.asked)
			}
			for _, again := range f.appends[1:] {
				if !reflect.DeepEqual(f.appends[0], again) {
					t.Errorf("not the same append:\n%+v\n%+v", f.appends[0], again)
				}
			}
		})
	}
}

// The payloads of one append may lie in one piece of memory, but a store that appends
// to one of them does not write into the next.
func TestPayloadsDoNotOverlap(t *testing.T) {
	f := &faulty{Store: memory.New()}
	a := open("ann")
	a.record(deposited{Amount: 7})
	a.record(noted{Text: "last"})
	if err := newAccounts(f).Save(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	events := f.appends[0].Streams[0].Events
	for i := range events {
		_ = append(events[i].Payload, "OVERWRITTEN"...)
	}
	for i, want := range []string{`{"ID":"ann"}`, `{"Amount":7}`, `{"Text":"last"}`} {
		if got := string(events[i].Payload); got != want {
			t.Errorf("payload %d is %s, want %s", i+1, got, want)
		}
	}
}

// cashier is a micro aggregate: it shares the stream of the account, applies what it
// likes of it, and records deposits only.
type cashier struct {
	es.Root

	id string
}

func (c *cashier) record(event accountEvent) { es.Record(c, &c.Root, event, dispatchCashier) }

func dispatchCashier(c *cashier, event accountEvent) error {
	if e, ok := event.(opened); ok {
		c.id = e.ID
	}
	return nil
}

func newCashiers(store es.Store) *es.Repository[cashier, string, accountEvent] {
	whole := accountDefinition()
	return es.NewRepository(store, &es.Definition[cashier, string, accountEvent]{
		Name:   "cashier",
		Stream: whole.Stream,
		Events: []es.EventType{{Name: "account.deposited", Version: 1, Zero: deposited{}}},
		ID:     func(c *cashier) string { return c.id }, FormatID: whole.FormatID, ParseID: whole.ParseID,
		Apply: dispatchCashier,
		Load: func(c *cashier, s *es.Stored) error {
			e, err := decodeAccountEvent(s)
			if err != nil {
				return err
			}
			return dispatchCashier(c, e)
		},
		Encode: whole.Encode, Decode: whole.Decode,
	})
}

func TestAMicroAggregateSavesItsOwnEventsOnly(t *testing.T) {
	accounts, store := opened100(t)
	cashiers := newCashiers(store)
	err := cashiers.Update(t.Context(), "ann", func(c *cashier) error { c.record(deposited{Amount: 1}); return nil })
	if err != nil {
		t.Fatal(err)
	}
	if a := load(t, accounts, "ann"); a.balance != 101 || a.Version() != 3 {
		t.Fatalf("balance %d at version %d, want 101 at 3", a.balance, a.Version())
	}
	err = cashiers.Update(t.Context(), "ann", func(c *cashier) error { c.record(noted{}); return nil })
	if !errors.Is(err, es.ErrUnknownType) || !strings.Contains(err.Error(), "cashier does not record event account.noted") {
		t.Fatalf("a sibling's event: %v", err)
	}
	if a := load(t, accounts, "ann"); a.Version() != 3 {
		t.Fatalf("version %d, want 3", a.Version())
	}
}

// What cannot be saved is called by its ID, and its error says what to do.
func TestRefusedSavesNameTheAggregate(t *testing.T) {
	repo, store := opened100(t)
	stale := load(t, repo, "ann")
	stale.record(deposited{Amount: 1})
	if err := repo.Update(t.Context(), "ann", func(a *account) error { a.record(deposited{Amount: 2}); return nil }); err != nil {
		t.Fatal(err)
	}
	if err := repo.Save(t.Context(), stale); !errors.Is(err, es.ErrConflict) {
		t.Fatal(err)
	}
	then, err := newAccounts(store).LoadAt(t.Context(), "ann", es.AtVersion(1))
	if err != nil {
		t.Fatal(err)
	}
	nameless := new(account)
	nameless.record(deposited{Amount: 1})
	for want, a := range map[string]*account{
		"save account ann: aggregate is detached, its state is not that of its stream any more: load it again": stale,
		"save account ann: aggregate is read-only: it was loaded as of an earlier point":                       then,
		"save account: no aggregate ID: no apply method of what it has recorded has set it":                    nameless,
	} {
		if err := repo.Save(t.Context(), a); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
