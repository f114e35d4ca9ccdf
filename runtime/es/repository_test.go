package es_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

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

func TestWhatIsNotThere(t *testing.T) {
	repo, _ := opened100(t)
	ctx := t.Context()
	for name, err := range map[string]error{
		"Load":   second(repo.Load(ctx, "bob")),
		"LoadAt": second(repo.LoadAt(ctx, "bob", es.AtVersion(1))),
		"Update": repo.Update(ctx, "bob", func(*account) error { t.Error("called"); return nil }),
	} {
		if !errors.Is(err, es.ErrNotFound) || !strings.Contains(err.Error(), "account bob") {
			t.Errorf("%s: %v, want es.ErrNotFound that names the account", name, err)
		}
	}
	for _, err := range repo.History(ctx, "bob") {
		if !errors.Is(err, es.ErrNotFound) {
			t.Errorf("History: %v", err)
		}
	}
	if _, err := repo.Load(ctx, ""); !errors.Is(err, es.ErrNoID) {
		t.Errorf("Load without an ID: %v", err)
	}
}

func second[A any](_ A, err error) error { return err }

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

func TestLoadAt(t *testing.T) {
	start := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	clock := es.FrozenClock(start)
	repo, store := opened100(t, es.WithClock(clock)) // versions 1 and 2 at start
	clock.Advance(time.Hour)
	err := repo.Update(t.Context(), "ann", func(a *account) error { a.record(deposited{Amount: 10}); return nil })
	if err != nil {
		t.Fatal(err)
	}
	// Another machine's clock runs behind: version 4 was recorded before version 3.
	put(t, store, "account-ann", start.Add(time.Minute), "account.deposited", 1, `{"Amount":1}`)

	for name, tc := range map[string]struct {
		at      es.At
		version int64
		balance int
		err     error
	}{
		"version 1":             {es.AtVersion(1), 1, 0, nil},
		"version 4":             {es.AtVersion(4), 4, 111, nil},
		"version 5":             {es.AtVersion(5), 0, 0, es.ErrNoVersion},
		"version 0":             {es.AtVersion(0), 0, 0, es.ErrNoVersion},
		"just before the start": {es.AtTime(start.Add(-1)), 0, 0, es.ErrNotFound},
		"the start":             {es.AtTime(start), 2, 100, nil},
		"just before version 3": {es.AtTime(start.Add(time.Hour - 1)), 2, 100, nil},
		"at version 3":          {es.AtTime(start.Add(time.Hour)), 4, 111, nil},
		"in another time zone":  {es.AtTime(start.In(time.FixedZone("", 3600))), 2, 100, nil},
		"long after":            {es.AtTime(start.AddDate(1, 0, 0)), 4, 111, nil},
	} {
		t.Run(name, func(t *testing.T) {
			a, err := repo.LoadAt(t.Context(), "ann", tc.at)
			if tc.err != nil {
				if !errors.Is(err, tc.err) {
					t.Fatalf("%v, want %v", err, tc.err)
				}
				return
			}
			if err != nil || a.Version() != tc.version || a.balance != tc.balance {
				t.Fatalf("%+v, %v; want version %d, balance %d", a, err, tc.version, tc.balance)
			}
		})
	}
}

func TestALoadIsWholeOrAnError(t *testing.T) {
	at := time.Unix(1, 0)
	for name, tc := range map[string]struct {
		typ     string
		version int
		payload string
		is      error
		want    string
	}{
		"unknown type":    {"account.merged", 1, `{}`, es.ErrUnknownType, "account has no event account.merged; if it was renamed"},
		"unknown version": {"account.noted", 2, `{}`, es.ErrUnknownType, "version 2 of event account.noted, the code knows version 1"},
		"damaged payload": {"account.noted", 1, `{"Text":`, nil, "decode account.noted"},
		"no child":        {"account.blocked", 1, `{}`, nil, "account.blocked is for account.card, which is not there"},
	} {
		t.Run(name, func(t *testing.T) {
			repo, store := opened100(t)
			put(t, store, "account-ann", at, tc.typ, tc.version, tc.payload)
			put(t, store, "account-ann", at, "account.deposited", 1, `{"Amount":1}`)
			a, err := repo.Load(t.Context(), "ann")
			var where *es.EventError
			if a != nil || !errors.As(err, &where) || where.Stream != "account-ann" || where.Version != 3 || where.Position != 3 || where.Type != tc.typ {
				t.Fatalf("%v, %v", a, err)
			}
			if tc.is != nil && !errors.Is(err, tc.is) || !strings.Contains(err.Error(), tc.want) {
				t.Fatalf("%v", err)
			}
		})
	}
	t.Run("an ID that is not the stream's", func(t *testing.T) {
		repo, store := opened100(t)
		put(t, store, "account-bob", at, "account.opened", 1, `{"ID":"eve"}`)
		if a, err := repo.Load(t.Context(), "bob"); a != nil || !errors.Is(err, es.ErrCorrupt) || !strings.Contains(err.Error(), "account-bob") {
			t.Fatalf("%v, %v", a, err)
		}
	})
	t.Run("a hole", func(t *testing.T) {
		_, store := opened100(t)
		if a, err := newAccounts(holed{store}).Load(t.Context(), "ann"); a != nil || !errors.Is(err, es.ErrCorrupt) {
			t.Fatalf("%v, %v", a, err)
		}
	})
	t.Run("a context that is done", func(t *testing.T) {
		repo, _ := opened100(t)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if a, err := repo.Load(ctx, "ann"); a != nil || !errors.Is(err, context.Canceled) {
			t.Fatalf("%v, %v", a, err)
		}
	})
}

func TestUpdateStartsOver(t *testing.T) {
	repo, store := opened100(t)
	calls := 0
	err := repo.Update(t.Context(), "ann", func(a *account) error {
		if calls++; calls < 3 { // somebody else is faster, twice
			put(t, store, "account-ann", time.Unix(1, 0), "account.deposited", 1, `{"Amount":1}`)
		}
		a.record(deposited{Amount: a.balance}) // depends on what was loaded
		return nil
	})
	if err != nil || calls != 3 {
		t.Fatalf("%v after %d calls", err, calls)
	}
	if a := load(t, repo, "ann"); a.balance != 204 {
		t.Fatalf("balance %d, want 2 × 102", a.balance)
	}
}

func TestUpdateReturnsWhatItCannotMend(t *testing.T) {
	repo, store := opened100(t, es.WithAttempts(3))
	calls := 0
	err := repo.Update(t.Context(), "ann", func(a *account) error {
		calls++
		put(t, store, "account-ann", time.Unix(1, 0), "account.deposited", 1, `{"Amount":1}`)
		a.record(noted{})
		return nil
	})
	if !errors.Is(err, es.ErrConflict) || calls != 3 || !strings.Contains(err.Error(), "gave up after 3 attempts") {
		t.Fatalf("always too late: %v after %d calls", err, calls)
	}
	calls = 0
	foreign := &es.ConflictError{Stream: "another"}
	err = repo.Update(t.Context(), "ann", func(*account) error { calls++; return foreign })
	if err != error(foreign) || calls != 1 {
		t.Fatalf("a conflict of another stream: %v after %d calls", err, calls)
	}
	ctx, cancel := context.WithCancel(t.Context())
	err = repo.Update(ctx, "ann", func(a *account) error {
		put(t, store, "account-ann", time.Unix(1, 0), "account.deposited", 1, `{"Amount":1}`)
		a.record(noted{})
		return nil
	})
	if err == nil {
		t.Fatal("no conflict")
	}
	cancel()
	if err = repo.Update(ctx, "ann", func(*account) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Fatalf("%v, want context.Canceled", err)
	}
}

func TestConcurrentUpdatesLoseNothing(t *testing.T) {
	repo, _ := opened100(t, es.WithAttempts(1000))
	const writers, each = 8, 25
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for range each {
				if err := repo.Update(t.Context(), "ann", func(a *account) error { a.record(deposited{Amount: 1}); return nil }); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if a := load(t, repo, "ann"); a.balance != 100+writers*each || a.Version() != 2+writers*each {
		t.Fatalf("balance %d at version %d", a.balance, a.Version())
	}
}

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

func TestMetadata(t *testing.T) {
	store := memory.New()
	repo := newAccounts(store, es.WithDecorator(func(_ context.Context, e es.Event, md *es.Metadata) error {
		md.Headers["type"] = e.EventType()
		return nil
	}))
	ctx := es.ContextWithMetadata(t.Context(), es.Metadata{CorrelationID: "request-1", Headers: map[string]string{"user": "ann", "ip": "::1"}})
	ctx = es.ContextWithMetadata(ctx, es.Metadata{CausationID: "message-2"})
	a := open("ann")
	a.record(noted{})
	err := repo.Save(ctx, a, es.WithMetadata(es.Metadata{Headers: map[string]string{"ip": "<hidden>"}}))
	if err != nil {
		t.Fatal(err)
	}
	var types []string
	for e, err := range repo.History(t.Context(), "ann") {
		if err != nil {
			t.Fatal(err)
		}
		md := e.Metadata
		if md.CorrelationID != "request-1" || md.CausationID != "message-2" || md.Headers["user"] != "ann" || md.Headers["ip"] != "<hidden>" {
			t.Fatalf("metadata %+v", md)
		}
		types = append(types, md.Headers["type"])
	}
	if len(types) != 2 || types[1] != "account.noted" {
		t.Fatalf("decorated with %v", types)
	}
	refusing := newAccounts(store, es.WithDecorator(func(context.Context, es.Event, *es.Metadata) error { return errDomain }))
	if err := refusing.Save(ctx, open("bob")); !errors.Is(err, errDomain) {
		t.Fatalf("%v", err)
	}
}

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
