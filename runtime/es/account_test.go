package es_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"testing"
	"time"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/memory"
)

// account is an aggregate whose plumbing is written by hand, as generated code
// would have it: the tests of the package cannot wait for the generator.
type account struct {
	es.Root

	id      string
	balance int
	card    *card
}

// card is a child.
type card struct {
	es.Child

	blocked bool
}

type accountEvent interface {
	es.Event
	isAccountEvent()
}

type (
	opened    struct{ ID string }
	deposited struct{ Amount int }
	noted     struct{ Text string } // suppressed
	carded    struct{}
	blocked   struct{} // the child's
	exploded  struct{} // its apply method panics
	recursive struct{} // its apply method records
)

func (opened) EventType() string    { return "account.opened" }
func (deposited) EventType() string { return "account.deposited" }
func (noted) EventType() string     { return "account.noted" }
func (carded) EventType() string    { return "account.carded" }
func (blocked) EventType() string   { return "account.blocked" }
func (exploded) EventType() string  { return "account.exploded" }
func (recursive) EventType() string { return "account.recursive" }

func (opened) isAccountEvent()    {}
func (deposited) isAccountEvent() {}
func (noted) isAccountEvent()     {}
func (carded) isAccountEvent()    {}
func (blocked) isAccountEvent()   {}
func (exploded) isAccountEvent()  {}
func (recursive) isAccountEvent() {}

func (a *account) record(event accountEvent) {
	es.Record(a, &a.Root, event, dispatchAccount)
	attachAccount(a)
}

func (c *card) record(event accountEvent) { es.RootOf[account](&c.Child).record(event) }

func attachAccount(a *account) {
	if a.card != nil {
		es.Attach(&a.card.Child, a)
	}
}

func dispatchAccount(a *account, event accountEvent) error {
	switch e := event.(type) {
	case opened:
		a.id = e.ID
	case deposited:
		a.balance += e.Amount
	case noted:
	case carded:
		a.card = new(card)
	case blocked:
		if a.card == nil {
			return es.MissingChild("account.card", e)
		}
		a.card.blocked = true
	case exploded:
		panic("boom")
	case recursive:
		a.record(deposited{Amount: 1})
	default:
		return es.UnexpectedEvent("account", event)
	}
	return nil
}

func decodeAccountEvent(s *es.Stored) (accountEvent, error) {
	if err := es.CheckVersion(s, 1); err != nil {
		return nil, err
	}
	switch s.Type {
	case "account.opened":
		return decodeJSON[opened](s)
	case "account.deposited", "account.paid_in":
		return decodeJSON[deposited](s)
	case "account.noted":
		return decodeJSON[noted](s)
	case "account.carded":
		return decodeJSON[carded](s)
	case "account.blocked":
		return decodeJSON[blocked](s)
	}
	return nil, es.UnknownEvent("account", s)
}

func decodeJSON[E accountEvent](s *es.Stored) (accountEvent, error) {
	var e E
	if err := json.Unmarshal(s.Payload, &e); err != nil {
		return nil, &es.DecodeError{Type: s.Type, Err: err}
	}
	return e, nil
}

func accountDefinition() *es.Definition[account, string, accountEvent] {
	return &es.Definition[account, string, accountEvent]{
		Name:   "account",
		Stream: "account-{id}",
		Events: []es.EventType{
			{Name: "account.opened", Version: 1, Zero: opened{}},
			{Name: "account.deposited", Version: 1, Aliases: []string{"account.paid_in"}, Zero: deposited{}},
			{Name: "account.noted", Version: 1, Zero: noted{}},
			{Name: "account.carded", Version: 1, Zero: carded{}},
			{Name: "account.blocked", Version: 1, Zero: blocked{}},
		},
		ID:       func(a *account) string { return a.id },
		FormatID: func(id string) (string, error) { return id, nil },
		ParseID:  func(s string) (string, error) { return s, nil },
		Apply:    dispatchAccount,
		Load: func(a *account, s *es.Stored) error {
			e, err := decodeAccountEvent(s)
			if err != nil {
				return err
			}
			return dispatchAccount(a, e)
		},
		Attach: attachAccount,
		Encode: func(dst []byte, e accountEvent) ([]byte, error) {
			if _, pointer := e.(interface{ isPointer() }); pointer {
				return nil, es.UnexpectedEvent("account", e)
			}
			b, err := json.Marshal(e)
			return append(dst, b...), err
		},
		Decode: decodeAccountEvent,
		Tags: func(e accountEvent) ([]es.Tag, error) {
			if o, ok := e.(opened); ok {
				return []es.Tag{{Key: "account", Value: o.ID}}, nil
			}
			return nil, nil
		},
	}
}

type accounts = es.Repository[account, string, accountEvent]

func newAccounts(store es.Store, opts ...es.Option) *accounts {
	return es.NewRepository(store, accountDefinition(), opts...)
}

func open(id string) *account {
	a := new(account)
	a.record(opened{ID: id})
	return a
}

// opened100 is a repository with one account at version 2.
func opened100(t *testing.T, opts ...es.Option) (*accounts, *memory.Store) {
	t.Helper()
	store := memory.New()
	repo := newAccounts(store, opts...)
	a := open("ann")
	a.record(deposited{Amount: 100})
	if err := repo.Save(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	return repo, store
}

func load(t *testing.T, repo *accounts, id string) *account {
	t.Helper()
	a, err := repo.Load(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// put appends an event as another program might have written it.
func put(t *testing.T, store es.Store, stream string, at time.Time, typ string, version int, payload string) {
	t.Helper()
	putEvent(t, store, stream, es.NewEvent{Type: typ, TypeVersion: version, RecordedAt: at, Payload: []byte(payload)})
}

func putEvent(t *testing.T, store es.Store, stream string, event es.NewEvent) {
	t.Helper()
	event.ID = newID(t)
	_, err := store.Append(t.Context(), es.Append{Streams: []es.StreamAppend{{
		Stream: es.Stream{Name: stream}, Expected: es.ExpectAny, Events: []es.NewEvent{event},
	}}})
	if err != nil {
		t.Fatal(err)
	}
}

// types are the names under which a stream's events are stored.
func types(t *testing.T, store es.Store, stream string) []string {
	t.Helper()
	var names []string
	for s, err := range store.Stream(t.Context(), stream, es.ReadStream{}) {
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, s.Type)
	}
	return names
}

// faulty is a store whose appends fail as a test wants: before the append
// reached the store, or after.
type faulty struct {
	es.Store
	before, after []error
	appends       []es.Append
	then          func() // called once, when an append has reached the store
}

func (f *faulty) Append(ctx context.Context, a es.Append) (es.Result, error) {
	f.appends = append(f.appends, a)
	if err := shift(&f.before); err != nil {
		return es.Result{}, err
	}
	result, err := f.Store.Append(ctx, a)
	if then := f.then; then != nil {
		f.then = nil
		then()
	}
	if lost := shift(&f.after); lost != nil {
		return es.Result{}, lost
	}
	return result, err
}

func shift(errs *[]error) error {
	if len(*errs) == 0 {
		return nil
	}
	err := (*errs)[0]
	*errs = (*errs)[1:]
	return err
}

var errUnknown = fmt.Errorf("commit: %w", es.ErrOutcomeUnknown)

var errDomain = errors.New("the domain says no")

// holed is a store that lost an event of every stream: the one of that version.
type holed struct {
	es.Store
	version int64
}

func (h holed) Stream(ctx context.Context, stream string, opts es.ReadStream) iter.Seq2[*es.Stored, error] {
	return func(yield func(*es.Stored, error) bool) {
		for s, err := range h.Store.Stream(ctx, stream, opts) {
			if err == nil && s.Version == h.version {
				continue
			}
			if !yield(s, err) {
				return
			}
		}
	}
}
