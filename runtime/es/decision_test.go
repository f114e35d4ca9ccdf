package es_test

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/memory"
)

func TestDecisions(t *testing.T) {
	repo, store := opened100(t)
	type names struct {
		es.Decision
		seen []string
	}
	query := es.Query{Items: []es.Item{{Types: []string{"account.opened"}}}}
	read := func() *names {
		n := new(names)
		err := es.ReadDecision(t.Context(), store, &n.Decision, query, func(s *es.Stored) error {
			n.seen = append(n.seen, s.Stream.Key)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	first, second := read(), read()
	if !slices.Equal(first.seen, []string{"ann"}) {
		t.Fatalf("read %v", first.seen)
	}
	if err := repo.Save(t.Context(), open("bob"), es.If(first)); err != nil {
		t.Fatal(err)
	}
	eve := open("eve")
	err := repo.Save(t.Context(), eve, es.If(second))
	var broken *es.ConditionError
	if !errors.As(err, &broken) || !errors.Is(err, es.ErrCondition) || broken.Position != 3 || broken.Type != "account.opened" || broken.After != 2 {
		t.Fatalf("%v", err)
	}
	if err := repo.Save(t.Context(), eve); !errors.Is(err, es.ErrDetached) {
		t.Fatalf("%v, want es.ErrDetached", err)
	}
	if err := repo.Save(t.Context(), open("eve"), es.If(new(names))); err == nil || !strings.Contains(err.Error(), "never loaded") {
		t.Fatalf("a model that was never loaded: %v", err)
	}
	attempts := 0
	err = es.Retry(t.Context(), func() error {
		n := read()
		if attempts++; attempts == 1 {
			put(t, store, "account-joe", time.Unix(1, 0), "account.opened", 1, `{"ID":"joe"}`)
		}
		return repo.Save(t.Context(), open("eve"), es.If(n))
	})
	if err != nil || attempts != 2 {
		t.Fatalf("%v after %d attempts", err, attempts)
	}
	attempts = 0
	err = es.Retry(t.Context(), func() error { attempts++; return repo.Save(t.Context(), open("eve")) })
	if !errors.Is(err, es.ErrExists) || attempts != 1 {
		t.Fatalf("%v after %d attempts", err, attempts)
	}
	// The first event of an empty store breaks what was read before it.
	store = memory.New()
	empty := read()
	put(t, store, "account-joe", time.Unix(1, 0), "account.opened", 1, `{"ID":"joe"}`)
	if err := newAccounts(store).Save(t.Context(), open("eve"), es.If(empty)); !errors.Is(err, es.ErrCondition) {
		t.Fatalf("%v, want es.ErrCondition", err)
	}
}

// crowded is a store to which somebody appends while it is read: once after its head
// was read, once after its events were.
type crowded struct {
	es.Store
	afterHead, afterEvents func()
}

func (c *crowded) Head(ctx context.Context) (int64, error) {
	head, err := c.Store.Head(ctx)
	c.afterHead()
	return head, err
}

func (c *crowded) All(ctx context.Context, opts es.ReadAll) iter.Seq2[*es.Stored, error] {
	return func(yield func(*es.Stored, error) bool) {
		for s, err := range c.Store.All(ctx, opts) {
			if !yield(s, err) {
				return
			}
		}
		c.afterEvents()
	}
}

// What comes while a decision is read is not part of it, and breaks its condition.
func TestADecisionBeginsAtTheHead(t *testing.T) {
	nobody := func() {}
	for name, when := range map[string]func(*crowded, func()){
		"between the head and the events": func(c *crowded, do func()) { c.afterHead = do },
		"after the events":                func(c *crowded, do func()) { c.afterEvents = do },
	} {
		t.Run(name, func(t *testing.T) {
			repo, store := opened100(t)
			c := &crowded{store, nobody, nobody}
			when(c, func() { put(t, store, "account-joe", time.Unix(1, 0), "account.opened", 1, `{"ID":"joe"}`) })
			var d struct{ es.Decision }
			var seen []int64
			err := es.ReadDecision(t.Context(), c, &d.Decision, es.Query{}, func(s *es.Stored) error {
				seen = append(seen, s.Position)
				return nil
			})
			if err != nil || !slices.Equal(seen, []int64{1, 2}) {
				t.Fatalf("read positions %v, %v; want 1 and 2", seen, err)
			}
			err = repo.Save(t.Context(), open("bob"), es.If(&d))
			if broken, ok := errors.AsType[*es.ConditionError](err); !ok || broken.Position != 3 || broken.After != 2 {
				t.Fatalf("%v, want the condition after 2 to be broken by the event at 3", err)
			}
		})
	}
}

// A model that could not be read again carries nothing, not what was read before.
func TestADecisionThatFailedToLoadCarriesNoCondition(t *testing.T) {
	repo, store := opened100(t)
	var d struct{ es.Decision }
	read := func(store es.Store, apply func(*es.Stored) error) error {
		return es.ReadDecision(t.Context(), store, &d.Decision, es.Query{}, apply)
	}
	closed := memory.New()
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	for name, again := range map[string]func() error{
		"apply fails":         func() error { return read(store, func(*es.Stored) error { return errDomain }) },
		"the store is closed": func() error { return read(closed, nil) },
	} {
		if err := read(store, func(*es.Stored) error { return nil }); err != nil {
			t.Fatal(err)
		}
		if err := again(); err == nil {
			t.Fatalf("%s: no error", name)
		}
		if err := repo.Save(t.Context(), open("bob"), es.If(&d)); err == nil || !strings.Contains(err.Error(), "never loaded") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// asked is a store that remembers what was asked of it.
type asked struct {
	es.Store
	read es.ReadAll
}

func (a *asked) All(ctx context.Context, opts es.ReadAll) iter.Seq2[*es.Stored, error] {
	a.read = opts
	return a.Store.All(ctx, opts)
}

// Whoever writes a decision model by hand may look at all of an event.
func TestOnlyGeneratedDecisionsAreReadInBrief(t *testing.T) {
	_, store := opened100(t)
	query := es.Query{Items: []es.Item{{Types: []string{"account.opened"}}}}
	for _, test := range []struct {
		read  func(context.Context, es.Store, *es.Decision, es.Query, func(*es.Stored) error) error
		brief bool
	}{{es.ReadDecision, false}, {es.LoadDecision, true}} {
		var d struct{ es.Decision }
		a, n := &asked{Store: store}, 0
		if err := test.read(t.Context(), a, &d.Decision, query, func(*es.Stored) error { n++; return nil }); err != nil || n != 1 {
			t.Fatalf("%d events, %v", n, err)
		}
		if a.read.Brief != test.brief || a.read.To != 2 {
			t.Errorf("asked for %+v, want brief: %t, and up to 2", a.read, test.brief)
		}
		if conditions, err := es.Conditions(&d); err != nil || conditions[0].After != 2 || len(conditions[0].Query.Items) != 1 {
			t.Errorf("conditions %+v, %v", conditions, err)
		}
	}
}
