package command_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/memory"
)

// stores are one that can be asked for commands, and one that cannot.
var stores = map[string]func() es.Store{
	"memory":       func() es.Store { return memory.New() },
	"no questions": func() es.Store { return &faulty{Store: memory.New()} },
}

// A command that comes again is not decided upon again, for the handler would refuse it.
func TestACommandSentTwice(t *testing.T) {
	asOption := func(ctx context.Context, id string) (context.Context, []es.SaveOption) {
		return ctx, []es.SaveOption{es.Once(id)}
	}
	inContext := func(ctx context.Context, id string) (context.Context, []es.SaveOption) {
		return es.ContextWithMetadata(ctx, es.Metadata{CommandID: id}), nil
	}
	overContext := func(ctx context.Context, id string) (context.Context, []es.SaveOption) {
		return es.ContextWithMetadata(ctx, es.Metadata{CommandID: "request"}), []es.SaveOption{es.Once(id)}
	}
	for name, open := range stores {
		for i, bear := range []func(context.Context, string) (context.Context, []es.SaveOption){asOption, inContext, overContext} {
			t.Run(fmt.Sprint(name, i), func(t *testing.T) {
				store := open()
				commands := newItemCommands(newItems(store))
				send := func(id string, cmd itemCommand) es.Outcome {
					t.Helper()
					var out es.Outcome
					ctx, opts := bear(t.Context(), id)
					if err := commands.Dispatch(ctx, cmd, append(opts, es.Into(&out))...); err != nil {
						t.Fatalf("%s: %v", id, err)
					}
					return out
				}
				both := act{ID: "nut", Do: func(i *item) error {
					i.record(stocked{ID: "nut", Count: 1})
					i.record(taken{Count: 2})
					return nil
				}}
				for _, c := range []struct {
					id  string
					cmd itemCommand
				}{{"c-1", stock{ID: "nut", Count: 100}}, {"c-2", take{ID: "nut", Count: 60}}, {"c-3", both}, {"c-4", restock{ID: "nut", Count: 1}}, {"c-5", restock{ID: "bolt", Count: 1}}} {
					first := send(c.id, c.cmd)
					again := send(c.id, c.cmd)
					if first.Repeated || !again.Repeated {
						t.Errorf("%s: %+v, then %+v", c.id, first, again)
					}
					if again.Repeated = false; !equal(first, again) {
						t.Errorf("%s: %+v, then %+v", c.id, first, again)
					}
				}
				send("c-2", take{ID: "nut", Count: 60}) // long after
				if nut, bolt := left(t, store, "nut"), left(t, store, "bolt"); nut != "40 at version 5" || bolt != "1 at version 1" {
					t.Errorf("nuts: %s, bolts: %s", nut, bolt)
				}
			})
		}
	}
}

func equal(a, b es.Outcome) bool {
	return a.Stream == b.Stream && a.Version == b.Version && a.Position == b.Position && a.Repeated == b.Repeated && slices.Equal(a.Events, b.Events)
}

// What was refused was not carried out, and is decided upon anew.
func TestARefusedCommandSentAgain(t *testing.T) {
	commands, store := stocked100(t)
	if err := commands.Dispatch(t.Context(), take{ID: "nut", Count: 101}, es.Once("c-1")); err != errShort {
		t.Fatal(err)
	}
	if err := commands.Dispatch(t.Context(), restock{ID: "nut", Count: 1}); err != nil {
		t.Fatal(err)
	}
	if err := commands.Dispatch(t.Context(), take{ID: "nut", Count: 101}, es.Once("c-1")); err != nil {
		t.Fatal(err)
	}
	if got := left(t, store, "nut"); got != "0 at version 3" {
		t.Error(got)
	}
}

// The other is carried out after this one was loaded, and before it is saved.
func TestACommandSentTwiceAtOnce(t *testing.T) {
	for name, open := range stores {
		store := open()
		commands := newItemCommands(newItems(store))
		var first, second es.Outcome
		for _, c := range []struct {
			id  string
			cmd func(do func(*item) error) itemCommand
		}{
			{"c-1", func(do func(*item) error) itemCommand { return actNew{ID: "nut", Do: do} }},
			{"c-2", func(do func(*item) error) itemCommand { return act{ID: "nut", Do: do} }},
			{"c-3", func(do func(*item) error) itemCommand { return actEither{ID: "nut", Do: do} }},
		} {
			one := func(i *item) error { i.record(stocked{ID: "nut", Count: 1}); return nil }
			err := commands.Dispatch(t.Context(), c.cmd(func(i *item) error {
				i.record(stocked{ID: "nut", Count: 1000})
				return commands.Dispatch(t.Context(), c.cmd(one), es.Once(c.id), es.Into(&first))
			}), es.Once(c.id), es.Into(&second))
			if err != nil {
				t.Errorf("%s, %s: %v", name, c.id, err)
				continue
			}
			if second.Repeated = !second.Repeated; !equal(first, second) {
				t.Errorf("%s, %s: %+v, and %+v", name, c.id, first, second)
			}
		}
		if got := left(t, store, "nut"); got != "3 at version 3" {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// Whether the append was stored or not, the command is carried out once, and so is the same
// command sent again by somebody who was not told.
func TestACommandOfUnknownOutcome(t *testing.T) {
	unknown := fmt.Errorf("commit: %w", es.ErrOutcomeUnknown)
	for name, fail := range map[string]func(*faulty){
		"stored":     func(f *faulty) { f.after = []error{unknown} },
		"not stored": func(f *faulty) { f.before = []error{unknown} },
	} {
		t.Run(name, func(t *testing.T) {
			_, store := stocked100(t)
			f := &faulty{Store: store}
			commands := newItemCommands(newItems(f))
			fail(f)
			calls := 0
			var first, again es.Outcome
			all := act{ID: "nut", Do: func(i *item) error {
				if calls++; i.count == 0 {
					return errShort
				}
				i.record(taken{Count: i.count})
				return nil
			}}
			for _, out := range []*es.Outcome{&first, &again} {
				if err := commands.Dispatch(t.Context(), all, es.Once("c-1"), es.Into(out)); err != nil {
					t.Fatal(err)
				}
			}
			if calls != 1 || f.appends != 2 || !again.Repeated {
				t.Errorf("%d calls of the handler, %d appends: %+v", calls, f.appends, again)
			}
			if first.Repeated = true; !equal(first, again) {
				t.Errorf("%+v, then %+v", first, again)
			}
			if got := left(t, store, "nut"); got != "0 at version 2" {
				t.Error(got)
			}
		})
		t.Run(name+", and nobody was told", func(t *testing.T) {
			_, store := stocked100(t)
			f := &faulty{Store: store}
			fail(f)
			// One attempt: the caller gives up.
			err := newItemCommands(newItems(f, es.WithAttempts(1))).Dispatch(t.Context(), take{ID: "nut", Count: 100}, es.Once("c-1"))
			if !errors.Is(err, es.ErrOutcomeUnknown) {
				t.Fatal(err)
			}
			if err := newItemCommands(newItems(store)).Dispatch(t.Context(), take{ID: "nut", Count: 100}, es.Once("c-1")); err != nil {
				t.Fatal(err)
			}
			if got := left(t, store, "nut"); got != "0 at version 2" {
				t.Error(got)
			}
		})
	}
}

// All send the same commands: each is carried out once, and everybody is told the same.
func TestCommandsSentTwiceRace(t *testing.T) {
	commands, store := stocked100(t)
	const senders, each = 8, 20
	outcomes := make([][each]es.Outcome, senders)
	var group sync.WaitGroup
	for s := range senders {
		group.Go(func() {
			for n := range each {
				// None is left for a second time.
				err := commands.Dispatch(t.Context(), take{ID: "nut", Count: 5}, es.Once(fmt.Sprint("c-", n)), es.Into(&outcomes[s][n]))
				if err != nil {
					t.Errorf("sender %d, command %d: %v", s, n, err)
				}
			}
		})
	}
	group.Wait()
	if got := left(t, store, "nut"); got != "0 at version 21" {
		t.Error(got)
	}
	for n := range each {
		firsts := 0
		for s := range senders {
			out := outcomes[s][n]
			if !out.Repeated {
				firsts++
			}
			out.Repeated = outcomes[0][n].Repeated
			if !equal(out, outcomes[0][n]) {
				t.Errorf("command %d: %+v, and %+v", n, out, outcomes[0][n])
			}
		}
		if firsts != 1 {
			t.Errorf("command %d was carried out %d times", n, firsts)
		}
	}
}
