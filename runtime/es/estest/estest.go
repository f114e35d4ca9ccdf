package estest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/memory"
)

// TB is the part of testing.TB that the package needs.
type TB interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Cleanup(func())
	Context() context.Context
}

// Case is a test of one aggregate. It is not safe for use by several goroutines
// at once.
type Case[A any, ID comparable, E es.Event] struct {
	t     TB
	store *memory.Store
	repo  *es.Repository[A, ID, E]
	given []E
	acted bool
}

// For starts a test of the aggregate that the repository is for. newRepository
// is the generated constructor; opts are handed to it.
func For[A any, ID comparable, E es.Event](t TB, newRepository func(es.Store, ...es.Option) *es.Repository[A, ID, E], opts ...es.Option) *Case[A, ID, E] {
	t.Helper()
	store := memory.New()
	c := &Case[A, ID, E]{t: t, store: store, repo: newRepository(store, opts...)}
	t.Cleanup(func() {
		if !c.acted {
			t.Errorf("estest: nothing was asked of the aggregate: go on with When or WhenNew")
		}
	})
	return c
}

// Given says what has happened to the aggregate, oldest first. Called again, it
// adds to that. Without it, When is called with a new aggregate.
func (c *Case[A, ID, E]) Given(events ...E) *Case[A, ID, E] {
	c.given = append(c.given, events...)
	return c
}

// When asks something of the aggregate. A case has one When or WhenNew.
func (c *Case[A, ID, E]) When(do func(*A) error) *Outcome[A, ID, E] {
	c.t.Helper()
	c.act()
	a := new(A)
	if len(c.given) > 0 {
		id := c.storeGiven()
		var err error
		if a, err = c.repo.Load(c.t.Context(), id); err != nil {
			c.t.Fatalf("estest: the given events cannot be loaded: %v", err)
		}
	}
	return c.outcome(a, do(a))
}

// WhenNew makes an aggregate by a constructor of the domain. Given events would
// have happened to another aggregate, so there must be none.
func (c *Case[A, ID, E]) WhenNew(make func() *A) *Outcome[A, ID, E] {
	c.t.Helper()
	return c.WhenNewErr(func() (*A, error) { return make(), nil })
}

// WhenNewErr is WhenNew for a constructor that can refuse.
func (c *Case[A, ID, E]) WhenNewErr(make func() (*A, error)) *Outcome[A, ID, E] {
	c.t.Helper()
	c.act()
	if len(c.given) > 0 {
		c.t.Fatalf("estest: WhenNew makes an aggregate that nothing has happened to; leave out Given, or use When")
	}
	a, err := make()
	if a == nil {
		if err == nil {
			c.t.Fatalf("estest: the constructor returned a nil aggregate and no error")
		}
		a = new(A)
	}
	return c.outcome(a, err)
}

func (c *Case[A, ID, E]) act() {
	c.t.Helper()
	if c.acted {
		c.t.Fatalf("estest: a case has one When or WhenNew; begin another with For")
	}
	c.acted = true
}

// storeGiven appends the given events to the stream of the aggregate whose ID
// they give.
func (c *Case[A, ID, E]) storeGiven() ID {
	c.t.Helper()
	def := c.repo.Definition()
	scratch := new(A)
	events := make([]es.NewEvent, len(c.given))
	for i, event := range c.given {
		if err := def.Apply(scratch, event); err != nil {
			c.t.Fatalf("estest: given event %d cannot be applied: %v", i+1, err)
		}
		if def.Attach != nil {
			def.Attach(scratch)
		}
		payload, err := roundTrip(def.Encode, def.Decode, event)
		if err != nil {
			c.t.Fatalf("estest: given event %d: %v", i+1, err)
		}
		id, err := uuid.NewV7()
		if err != nil {
			c.t.Fatalf("estest: no event ID: %v", err)
		}
		events[i] = es.NewEvent{ID: id, Type: event.EventType(), TypeVersion: typeVersion, RecordedAt: es.SystemClock.Now(), Payload: payload}
	}
	id := def.ID(scratch)
	stream, err := c.repo.Stream(id)
	if errors.Is(err, es.ErrNoID) {
		c.t.Fatalf("estest: the given events do not say whose they are: begin with the one that gives the aggregate its ID")
	}
	if err != nil {
		c.t.Fatalf("estest: the given events do not say whose they are: %v", err)
	}
	_, err = c.store.Append(c.t.Context(), es.Append{Streams: []es.StreamAppend{{Stream: stream, Events: events}}})
	if err != nil {
		c.t.Fatalf("estest: the given events cannot be stored: %v", err)
	}
	return id
}

func (c *Case[A, ID, E]) outcome(a *A, err error) *Outcome[A, ID, E] {
	c.t.Helper()
	o := &Outcome[A, ID, E]{t: c.t, a: a, err: err}
	def := c.repo.Definition()
	for _, event := range es.Pending(a) {
		e, ok := event.(E)
		if !ok {
			c.t.Fatalf("estest: %T is no event of the stream", event)
		}
		o.recorded = append(o.recorded, e)
	}
	if err == nil {
		for _, e := range o.recorded {
			if _, err := roundTrip(def.Encode, def.Decode, e); err != nil {
				c.t.Errorf("%v", err)
			}
		}
		c.saveAndLoad(a)
	}
	c.t.Cleanup(func() {
		if !o.checked {
			c.t.Errorf("estest: nothing was expected of the outcome: end with Then, ThenNothing, ThenError or ThenState")
		}
	})
	return o
}

// saveAndLoad takes what was recorded through the store, as an application would.
func (c *Case[A, ID, E]) saveAndLoad(a *A) {
	c.t.Helper()
	if len(es.Pending(a)) == 0 {
		return
	}
	if err := c.repo.Save(c.t.Context(), a); err != nil {
		c.t.Fatalf("estest: the recorded events cannot be saved: %v", err)
	}
	if _, err := c.repo.Load(c.t.Context(), c.repo.Definition().ID(a)); err != nil {
		c.t.Fatalf("estest: the recorded events were saved and cannot be loaded: %v", err)
	}
}

// Outcome is what an aggregate did. Its methods report what differs from what is
// expected, and return it so that more can be expected.
type Outcome[A any, ID comparable, E es.Event] struct {
	t        TB
	a        *A
	err      error
	recorded []E
	checked  bool
}

// Then expects that just these events were recorded, in this order, and that no
// error was returned.
func (o *Outcome[A, ID, E]) Then(events ...E) *Outcome[A, ID, E] {
	o.t.Helper()
	o.checked = true
	if o.err != nil {
		o.t.Errorf("unexpected error: %v", o.err)
		return o
	}
	switch diff := diffEvents(events, o.recorded); {
	case diff == "":
	case len(events) == 0:
		o.t.Errorf("recorded, where nothing should be:\n%s", describe(o.recorded))
	case len(o.recorded) == 0:
		o.t.Errorf("nothing recorded, want:\n%s", describe(events))
	default:
		o.t.Errorf("recorded events differ (-want +got):\n%s", diff)
	}
	return o
}

// ThenNothing expects that nothing was recorded, and that no error was returned.
func (o *Outcome[A, ID, E]) ThenNothing() *Outcome[A, ID, E] {
	o.t.Helper()
	return o.Then()
}

// ThenError expects an error that matches target, by errors.Is. What was
// recorded before the error is never saved, and is not looked at.
func (o *Outcome[A, ID, E]) ThenError(target error) *Outcome[A, ID, E] {
	o.t.Helper()
	o.checked = true
	switch {
	case target == nil:
		o.t.Errorf("estest: ThenError(nil) expects nothing: use Then or ThenNothing")
	case o.err == nil:
		o.t.Errorf("no error, want %q; recorded:\n%s", target, describe(o.recorded))
	case !errors.Is(o.err, target):
		o.t.Errorf("error %q, want one that matches %q", o.err, target)
	}
	return o
}

// ThenState hands the aggregate to check, as it is after the act.
func (o *Outcome[A, ID, E]) ThenState(check func(*A)) *Outcome[A, ID, E] {
	o.t.Helper()
	o.checked = true
	check(o.a)
	return o
}

// RoundTrip checks for each event that it is encoded, decoded and encoded again
// without a change, and that decoding gives the event back. Generated tests call
// it with samples of every event.
func RoundTrip(t TB, registry *es.Registry, events ...es.Event) {
	t.Helper()
	for _, event := range events {
		if _, err := roundTrip(registry.Encode, registry.Decode, event); err != nil {
			t.Errorf("%v", err)
		}
	}
}

// roundTrip gives the event's payload, and an error where it does not come back
// as it was.
func roundTrip[E es.Event](encode func([]byte, E) ([]byte, error), decode func(*es.Stored) (E, error), event E) ([]byte, error) {
	payload, err := encode(nil, event)
	if err != nil {
		return nil, fmt.Errorf("%T cannot be encoded: %w", event, err)
	}
	decoded, err := decode(&es.Stored{Type: event.EventType(), TypeVersion: typeVersion, Payload: payload})
	if err != nil {
		return nil, fmt.Errorf("%T was encoded as %s, which cannot be decoded: %w", event, payload, err)
	}
	again, err := encode(nil, decoded)
	if err != nil {
		return nil, fmt.Errorf("%T was decoded from %s and cannot be encoded again: %w", event, payload, err)
	}
	if !bytes.Equal(again, payload) {
		return nil, fmt.Errorf("%T changes when it is decoded and encoded again:\nfirst: %s\nagain: %s", event, payload, again)
	}
	if diff := diff(event, decoded); diff != "" {
		return nil, fmt.Errorf("%T is another after it was encoded as %s and decoded (-before +after):\n%s", event, payload, diff)
	}
	return payload, nil
}

// typeVersion is the version of every event type until upcasters exist.
const typeVersion = 1

func diffEvents[E es.Event](want, got []E) string {
	if len(want) == 0 && len(got) == 0 {
		return ""
	}
	return diff(want, got)
}

// diff compares values with their unexported fields. Times are compared as
// instants. Nil slices and maps equal empty ones, for omitempty leaves out both;
// and raw JSON that is nil equals null, for so it is encoded.
func diff(want, got any) string {
	return cmp.Diff(want, got, cmp.Exporter(func(reflect.Type) bool { return true }),
		cmpopts.EquateEmpty(), cmp.FilterValues(nilAndNull, cmp.Ignore()))
}

func nilAndNull(a, b json.RawMessage) bool {
	return a == nil && string(b) == "null" || b == nil && string(a) == "null"
}

func describe[E es.Event](events []E) string {
	if len(events) == 0 {
		return "\tnothing"
	}
	var b strings.Builder
	for _, e := range events {
		fmt.Fprintf(&b, "\t%s %+v\n", e.EventType(), e)
	}
	return strings.TrimSuffix(b.String(), "\n")
}
