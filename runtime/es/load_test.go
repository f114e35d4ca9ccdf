package es_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/memory"
)

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
	if _, err := repo.Load(ctx, "\x1b[2Jbob\n"); !errors.Is(err, es.ErrNotFound) || err.Error() != `account "\x1b[2Jbob\n": not found` {
		t.Errorf("Load of an ID that a terminal would obey: %q", err)
	}
	if _, err := repo.Load(ctx, ""); !errors.Is(err, es.ErrNoID) {
		t.Errorf("Load without an ID: %v", err)
	}
}

func second[A any](_ A, err error) error { return err }

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
		"unknown type":    {"account.merged", 1, `{}`, es.ErrUnknownType, "account has no event account.merged; if it was renamed, give the new one alias=account.merged; if it means nothing any more, keep its type and suppress it"},
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
		a, err := repo.Load(t.Context(), "bob")
		var where *es.EventError
		if a != nil || !errors.Is(err, es.ErrCorrupt) || !errors.As(err, &where) {
			t.Fatalf("%v, %v", a, err)
		}
		if where.Stream != "account-bob" || where.Version != 1 || where.Position != 3 || where.Type != "account.opened" || !strings.Contains(err.Error(), "the ID eve") {
			t.Errorf("%v", err)
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

// A hole is found wherever it is, and the first event behind it is named.
func TestAHoleInTheVersions(t *testing.T) {
	for _, lost := range []int64{1, 2} {
		_, store := opened100(t)
		put(t, store, "account-ann", time.Unix(1, 0), "account.noted", 1, `{}`)
		put(t, store, "account-ann", time.Unix(1, 0), "account.noted", 1, `{}`)
		repo := newAccounts(holed{store, lost})
		a, loadErr := repo.Load(t.Context(), "ann")
		if a != nil {
			t.Errorf("without version %d: a partial aggregate", lost)
		}
		var versions []int64
		var historyErr error
		for e, err := range repo.History(t.Context(), "ann") {
			if historyErr != nil {
				t.Errorf("without version %d: the history goes on after its error", lost)
			}
			if historyErr = err; err == nil {
				versions = append(versions, e.Version)
			}
		}
		if int64(len(versions)) != lost-1 {
			t.Errorf("without version %d: the history gave versions %v", lost, versions)
		}
		for name, err := range map[string]error{"Load": loadErr, "History": historyErr} {
			where, ok := errors.AsType[*es.EventError](err)
			if !ok || !errors.Is(err, es.ErrCorrupt) || where.Version != lost+1 || where.Position != lost+1 || where.Stream != "account-ann" {
				t.Errorf("%s without version %d: %v", name, lost, err)
				continue
			}
			if want := fmt.Sprintf("the version before it is %d", lost-1); !strings.Contains(err.Error(), want) {
				t.Errorf("%s without version %d: %v, want it to say %q", name, lost, err, want)
			}
		}
	}
}

// IDs that FormatID spells alike name one stream, whatever == says of them: letter
// case here, as good as time zones.
func TestIDsThatAreSpeltAlike(t *testing.T) {
	def := accountDefinition()
	def.FormatID = func(id string) (string, error) { return strings.ToLower(id), nil }
	repo := es.NewRepository(memory.New(), def)
	if err := repo.Save(t.Context(), open("Ann@example.com")); err != nil {
		t.Fatal(err)
	}
	a, err := repo.Load(t.Context(), "ann@example.com")
	if err != nil {
		t.Fatal(err)
	}
	a.record(noted{})
	if err := repo.Save(t.Context(), a); err != nil {
		t.Fatal(err)
	}
}

// What was stored under an older name loads; what is saved bears the name of today.
func TestAliases(t *testing.T) {
	repo, store := opened100(t)
	put(t, store, "account-ann", time.Unix(1, 0), "account.paid_in", 1, `{"Amount":7}`)
	a := load(t, repo, "ann")
	if a.balance != 107 {
		t.Fatalf("balance %d, want 107", a.balance)
	}
	a.record(deposited{Amount: 1})
	if err := repo.Save(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	want := []string{"account.opened", "account.deposited", "account.paid_in", "account.deposited"}
	if got := types(t, store, "account-ann"); !slices.Equal(got, want) {
		t.Fatalf("stored types %v, want %v", got, want)
	}
}
