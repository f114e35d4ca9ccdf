package estest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/es/estest"
)

// switchboard is an aggregate by hand, with events whose codecs can be broken.
type switchboard struct {
	es.Root

	id string
	on bool
}

type event interface{ es.Event }

type (
	installed struct{ ID string }
	switched  struct {
		On    bool
		Rooms []string `json:",omitempty"`
		Plan  json.RawMessage
	}
	forgetful struct{ Secret string } // its decoder forgets the field
	fickle    struct{ N int }         // its decoder counts up
	silent    struct{}                // cannot be encoded
	garbled   struct{}                // cannot be decoded
)

func (installed) EventType() string { return "installed" }
func (switched) EventType() string  { return "switched" }
func (forgetful) EventType() string { return "forgetful" }
func (fickle) EventType() string    { return "fickle" }
func (silent) EventType() string    { return "silent" }
func (garbled) EventType() string   { return "garbled" }

var (
	errBroken = errors.New("the codec is broken")
	errIsOn   = errors.New("is on already")
)

func (s *switchboard) record(e event) { es.Record(s, &s.Root, e, dispatch) }

func (s *switchboard) switchOn() error {
	if s.on {
		return errIsOn
	}
	s.record(switched{On: true})
	return nil
}

func dispatch(s *switchboard, e event) error {
	switch e := e.(type) {
	case installed:
		s.id = e.ID
	case switched:
		s.on = e.On
	case forgetful, fickle, silent, garbled:
	default:
		return es.UnexpectedEvent("switchboard", e)
	}
	return nil
}

func encode(dst []byte, e event) ([]byte, error) {
	if _, ok := e.(silent); ok {
		return dst, errBroken
	}
	b, err := json.Marshal(e)
	return append(dst, b...), err
}

func decode(s *es.Stored) (event, error) {
	switch s.Type {
	case "installed":
		var e installed
		err := json.Unmarshal(s.Payload, &e)
		return e, err
	case "switched":
		var e switched
		err := json.Unmarshal(s.Payload, &e)
		return e, err
	case "forgetful":
		return forgetful{Secret: "***"}, nil
	case "fickle":
		var e fickle
		err := json.Unmarshal(s.Payload, &e)
		e.N++
		return e, err
	}
	return nil, errBroken
}

func definition() *es.Definition[switchboard, string, event] {
	return &es.Definition[switchboard, string, event]{
		Name: "switchboard", Stream: "switchboard-{id}",
		Events: []es.EventType{
			{Name: "installed", Version: 1, Zero: installed{}}, {Name: "switched", Version: 1, Zero: switched{}},
			{Name: "forgetful", Version: 1, Zero: forgetful{}}, {Name: "fickle", Version: 1, Zero: fickle{}},
			{Name: "silent", Version: 1, Zero: silent{}}, {Name: "garbled", Version: 1, Zero: garbled{}},
		},
		ID:       func(s *switchboard) string { return s.id },
		FormatID: func(id string) (string, error) { return id, nil },
		ParseID:  func(id string) (string, error) { return id, nil },
		Apply:    dispatch,
		Load: func(s *switchboard, stored *es.Stored) error {
			e, err := decode(stored)
			if err != nil {
				return err
			}
			return dispatch(s, e)
		},
		Encode: encode,
		Decode: decode,
	}
}

func newRepository(store es.Store, opts ...es.Option) *es.Repository[switchboard, string, event] {
	return es.NewRepository(store, definition(), opts...)
}

// newDeaf is a repository that decodes switched and yet cannot load it: loading is a
// path of its own.
func newDeaf(store es.Store, opts ...es.Option) *es.Repository[switchboard, string, event] {
	def := definition()
	load := def.Load
	def.Load = func(s *switchboard, stored *es.Stored) error {
		if stored.Type == "switched" {
			return errBroken
		}
		return load(s, stored)
	}
	return es.NewRepository(store, def, opts...)
}

// fakeTB notes what a test would report.
type fakeTB struct {
	ctx      context.Context
	reports  []string
	cleanups []func()
}

type fatal struct{}

func (f *fakeTB) Helper()                  {}
func (f *fakeTB) Context() context.Context { return f.ctx }
func (f *fakeTB) Cleanup(fn func())        { f.cleanups = append(f.cleanups, fn) }
func (f *fakeTB) Errorf(format string, args ...any) {
	f.reports = append(f.reports, fmt.Sprintf(format, args...))
}
func (f *fakeTB) Fatalf(format string, args ...any) {
	f.Errorf(format, args...)
	panic(fatal{})
}

// reports runs a test with a fake TB.
func reports(t *testing.T, test func(estest.TB)) string {
	t.Helper()
	f := &fakeTB{ctx: t.Context()}
	func() {
		defer func() {
			if v := recover(); v != nil && v != (fatal{}) {
				panic(v)
			}
		}()
		test(f)
	}()
	for _, fn := range f.cleanups {
		fn()
	}
	return strings.Join(f.reports, "\n")
}

func given(t estest.TB, events ...event) *estest.Case[switchboard, string, event] {
	return estest.For(t, newRepository).Given(installed{ID: "hall"}).Given(events...)
}

func TestRightExpectationsPass(t *testing.T) {
	for name, test := range map[string]func(estest.TB){
		"Then": func(t estest.TB) {
			given(t).When((*switchboard).switchOn).Then(switched{On: true}).ThenState(func(s *switchboard) {
				if !s.on || s.Version() != 2 {
					t.Errorf("%+v", s)
				}
			})
		},
		"ThenError": func(t estest.TB) { given(t, switched{On: true}).When((*switchboard).switchOn).ThenError(errIsOn) },
		"ThenError after an event that has a broken codec": func(t estest.TB) {
			given(t).When(func(s *switchboard) error { s.record(fickle{N: 1}); return errIsOn }).ThenError(errIsOn)
		},
		"ThenNothing": func(t estest.TB) { given(t).When(func(*switchboard) error { return nil }).ThenNothing() },
		"WhenNew": func(t estest.TB) {
			estest.For(t, newRepository).WhenNew(func() *switchboard {
				s := new(switchboard)
				s.record(installed{ID: "hall"})
				return s
			}).Then(installed{ID: "hall"})
		},
		"WhenNewErr": func(t estest.TB) {
			estest.For(t, newRepository).WhenNewErr(func() (*switchboard, error) { return nil, errIsOn }).ThenError(errIsOn)
		},
		"When of a new aggregate": func(t estest.TB) {
			estest.For(t, newRepository).When(func(s *switchboard) error { s.record(installed{ID: "hall"}); return nil }).Then(installed{ID: "hall"})
		},
		"an empty slice that omitempty leaves out": func(t estest.TB) {
			given(t, switched{Rooms: []string{}}).When(func(*switchboard) error { return nil }).ThenNothing()
		},
		"raw JSON that is nil": func(t estest.TB) {
			given(t, switched{Plan: nil}).When(func(*switchboard) error { return nil }).ThenNothing()
		},
		"RoundTrip": func(t estest.TB) {
			estest.RoundTrip(t, es.MustRegistry(definition()), installed{ID: "hall"}, switched{Rooms: []string{"a"}})
		},
	} {
		if got := reports(t, test); got != "" {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestWrongExpectationsFail(t *testing.T) {
	nothing := func(*switchboard) error { return nil }
	record := func(e event) func(*switchboard) error {
		return func(s *switchboard) error { s.record(e); return nil }
	}
	for name, tc := range map[string]struct {
		test func(estest.TB)
		want []string
	}{
		"another value": {func(t estest.TB) { given(t).When((*switchboard).switchOn).Then(switched{On: false}) },
			[]string{"recorded events differ (-want +got)", "On:"}},
		"too few": {func(t estest.TB) { given(t).When((*switchboard).switchOn).Then() },
			[]string{"recorded, where nothing should be:\n\tswitched {On:true"}},
		"too many": {func(t estest.TB) { given(t).When(nothing).Then(switched{On: true}) }, []string{"nothing recorded, want:\n\tswitched {On:true"}},
		"nothing, but something": {func(t estest.TB) { given(t).When((*switchboard).switchOn).ThenNothing() },
			[]string{"recorded, where nothing should be"}},
		"an error where events are wanted": {func(t estest.TB) { given(t, switched{On: true}).When((*switchboard).switchOn).Then(switched{On: true}) },
			[]string{"unexpected error: is on already"}},
		"no error where one is wanted": {func(t estest.TB) { given(t).When((*switchboard).switchOn).ThenError(errIsOn) },
			[]string{`no error, want "is on already"`, "switched {On:true"}},
		"another error": {func(t estest.TB) { given(t, switched{On: true}).When((*switchboard).switchOn).ThenError(errBroken) },
			[]string{`error "is on already", want one that matches "the codec is broken"`}},
		"ThenError of nil": {func(t estest.TB) { given(t).When(nothing).ThenError(nil) }, []string{"use Then or ThenNothing"}},
		"no expectation":   {func(t estest.TB) { given(t).When(nothing) }, []string{"nothing was expected of the outcome"}},
		"WhenNew after Given": {func(t estest.TB) { given(t).WhenNew(func() *switchboard { return new(switchboard) }).ThenNothing() },
			[]string{"leave out Given"}},
		"WhenNew of nil": {func(t estest.TB) {
			estest.For(t, newRepository).WhenNew(func() *switchboard { return nil }).ThenNothing()
		},
			[]string{"nil aggregate"}},
		"given events that say no ID": {func(t estest.TB) {
			estest.For(t, newRepository).Given(switched{On: true}).When(nothing).ThenNothing()
		}, []string{"do not say whose they are: begin with the one that gives the aggregate its ID"}},
		"a given pointer": {func(t estest.TB) { given(t, &switched{}).When(nothing).ThenNothing() }, []string{"given event 2", "by value"}},
		"a given event that is forgotten": {func(t estest.TB) { given(t, forgetful{Secret: "x"}).When(nothing).ThenNothing() },
			[]string{"given event 2", "changes when it is decoded and encoded again", `{"Secret":"x"}`}},
		"a recorded event that changes": {func(t estest.TB) { given(t).When(record(fickle{N: 1})).Then(fickle{N: 1}) },
			[]string{"changes when it is decoded"}},
		"a recorded event that cannot be encoded": {func(t estest.TB) { given(t).When(record(silent{})).Then(silent{}) },
			[]string{"cannot be encoded: the codec is broken"}},
		"no act": {func(t estest.TB) { given(t, switched{On: true}) }, []string{"nothing was asked of the aggregate"}},
		"two acts": {func(t estest.TB) {
			c := given(t)
			c.When(nothing).ThenNothing()
			c.When(nothing).ThenNothing()
		}, []string{"a case has one When or WhenNew"}},
		"two acts without Given": {func(t estest.TB) {
			c := estest.For(t, newRepository)
			c.When(nothing).ThenNothing()
			c.WhenNew(func() *switchboard { return new(switchboard) }).ThenNothing()
		}, []string{"a case has one When or WhenNew"}},
		"a recorded event that cannot be loaded": {func(t estest.TB) {
			estest.For(t, newDeaf).Given(installed{ID: "hall"}).When((*switchboard).switchOn).Then(switched{On: true})
		}, []string{"were saved and cannot be loaded", "the codec is broken"}},
		"a given event that cannot be loaded": {func(t estest.TB) {
			estest.For(t, newDeaf).Given(installed{ID: "hall"}, switched{On: true}).When(nothing).ThenNothing()
		}, []string{"given events cannot be loaded", "the codec is broken"}},
		"a recorded event of an aggregate without an ID": {func(t estest.TB) {
			estest.For(t, newRepository).When((*switchboard).switchOn).Then(switched{On: true})
		}, []string{"cannot be saved", "no aggregate ID"}},
		"RoundTrip of an event that cannot be decoded": {func(t estest.TB) { estest.RoundTrip(t, es.MustRegistry(definition()), garbled{}) },
			[]string{"cannot be decoded: the codec is broken"}},
		"RoundTrip of an event that nobody knows": {func(t estest.TB) { estest.RoundTrip(t, es.MustRegistry(), garbled{}) },
			[]string{"does not know event garbled"}},
	} {
		got := reports(t, tc.test)
		for _, want := range tc.want {
			// The diff separates words by spaces of its own choosing.
			if !strings.Contains(strings.ReplaceAll(got, "\u00a0", " "), want) {
				t.Errorf("%s: reported %q, want it to say %q", name, got, want)
			}
		}
	}
}
