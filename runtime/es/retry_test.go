package es_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/esgen/esgen/runtime/es"
)

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
	foreign := &es.ConflictError{Stream: "another", Expected: 3, Actual: 4}
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

// The decision was made outside of the function: only its maker can make it again.
func TestUpdateReturnsABrokenCondition(t *testing.T) {
	repo, store := opened100(t)
	var d struct{ es.Decision }
	if err := es.ReadDecision(t.Context(), store, &d.Decision, es.Query{}, func(*es.Stored) error { return nil }); err != nil {
		t.Fatal(err)
	}
	put(t, store, "else-1", time.Unix(1, 0), "else.happened", 1, `{}`)
	calls := 0
	err := repo.Update(t.Context(), "ann", func(a *account) error { calls++; a.record(noted{}); return nil }, es.If(&d))
	if !errors.Is(err, es.ErrCondition) || calls != 1 {
		t.Fatalf("%v after %d calls, want es.ErrCondition after one", err, calls)
	}
}

func TestUpdateReturnsTheFunctionsErrorAsItIs(t *testing.T) {
	repo, _ := opened100(t)
	calls := 0
	err := repo.Update(t.Context(), "ann", func(a *account) error { calls++; a.record(noted{}); return errDomain })
	if err != errDomain || calls != 1 {
		t.Fatalf("%v after %d calls, want %v itself after one", err, calls, errDomain)
	}
	if a := load(t, repo, "ann"); a.Version() != 2 {
		t.Fatalf("version %d: what the function recorded before its error was saved", a.Version())
	}
}

func TestRetryStopsAtWhatItCannotMend(t *testing.T) {
	lost := &es.ConflictError{Stream: "s", Expected: 3, Actual: 4}
	for name, tc := range map[string]struct {
		err   error
		calls int
	}{
		"nil":             {nil, 1},
		"conflict":        {lost, 2},
		"condition":       {&es.ConditionError{Position: 2, After: 1}, 2},
		"exists":          {&es.ConflictError{Stream: "s", Expected: es.ExpectNone, Actual: 4}, 1},
		"unique":          {fmt.Errorf("email: %w", es.ErrUnique), 1},
		"duplicate event": {es.ErrDuplicateEvent, 1},
		"detached":        {es.ErrDetached, 1},
		"the domain's":    {errDomain, 1},
	} {
		calls := 0
		err := es.Retry(t.Context(), func() error {
			if calls++; calls == 1 {
				return tc.err
			}
			return nil
		})
		if calls != tc.calls {
			t.Errorf("%s: %d calls, want %d", name, calls, tc.calls)
		}
		if tc.calls == 1 && err != tc.err || tc.calls > 1 && err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRetryGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		err := es.Retry(t.Context(), func() error { calls++; return &es.ConditionError{} })
		if calls != 300 || !errors.Is(err, es.ErrCondition) || !strings.Contains(err.Error(), "gave up after 300 attempts") {
			t.Errorf("%v after %d calls", err, calls)
		}
	})
}

// A pause ends when the context does, and the error names both reasons.
func TestAPauseEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const deadline = time.Second // of the bubble's clock; the pauses are 100 ms at most
		ctx, cancel := context.WithTimeout(t.Context(), deadline)
		defer cancel()
		start := time.Now()
		err := es.Retry(ctx, func() error { return &es.ConflictError{Stream: "s", Expected: 3, Actual: 4} })
		if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, es.ErrConflict) {
			t.Errorf("%v", err)
		}
		if took := time.Since(start); took != deadline {
			t.Errorf("returned after %s, want %s", took, deadline)
		}
	})
}
