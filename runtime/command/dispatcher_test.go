package command_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/esgen/esgen/runtime/command"
	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/memory"
)

func TestDispatch(t *testing.T) {
	commands, store := stocked100(t)
	for _, step := range []struct {
		cmd  itemCommand
		want error
		left string
	}{
		{take{ID: "nut", Count: 30}, nil, "70 at version 2"},
		{take{ID: "nut", Count: 71}, errShort, "70 at version 2"},
		{take{ID: "bolt", Count: 1}, es.ErrNotFound, "none"},
		{stock{ID: "nut", Count: 1}, es.ErrExists, "70 at version 2"},
		{stock{ID: "bolt", Count: 5}, nil, "5 at version 1"},
		{restock{ID: "nut", Count: 1}, nil, "71 at version 3"},
		{restock{ID: "screw", Count: 7}, nil, "7 at version 1"},
		{take{ID: "nut"}, es.ErrInvalid, "71 at version 3"},
	} {
		err := commands.Dispatch(t.Context(), step.cmd)
		if !errors.Is(err, step.want) {
			t.Errorf("%+v: %v, want %v", step.cmd, err, step.want)
		}
		id := strings.Fields(strings.Trim(fmt.Sprint(step.cmd), "{}"))[0]
		if got := left(t, store, id); got != step.left {
			t.Errorf("%+v: %s are left, want %s", step.cmd, got, step.left)
		}
	}
}

func TestTheOutcome(t *testing.T) {
	commands, _ := stocked100(t)
	var out es.Outcome
	if err := commands.Dispatch(t.Context(), take{ID: "nut", Count: 2}, es.Into(&out)); err != nil {
		t.Fatal(err)
	}
	if len(out.Events) != 1 || out.Events[0] != (taken{Count: 2}) || out.Stream != "item-nut" || out.Version != 2 || out.Position != 2 || out.Repeated {
		t.Errorf("%+v", out)
	}
}

// An error of the handler comes back as it is, and what was recorded before it is not
// saved.
func TestAHandlerRecordsAndFails(t *testing.T) {
	commands, store := stocked100(t)
	for name, cmd := range map[string]itemCommand{
		"existing": act{ID: "nut", Do: func(i *item) error { i.record(taken{Count: 1}); return errShort }},
		"new":      actNew{ID: "bolt", Do: func(i *item) error { i.record(stocked{ID: "bolt", Count: 1}); return errShort }},
		"either":   actEither{ID: "bolt", Do: func(i *item) error { i.record(stocked{ID: "bolt", Count: 1}); return errShort }},
	} {
		if err := commands.Dispatch(t.Context(), cmd); err != errShort {
			t.Errorf("%s: %v, want %v itself", name, err, errShort)
		}
	}
	if nut, bolt := left(t, store, "nut"), left(t, store, "bolt"); nut != "100 at version 1" || bolt != "none" {
		t.Errorf("nuts: %s, bolts: %s", nut, bolt)
	}
}

func TestAHandlerRecordsNothing(t *testing.T) {
	commands, store := stocked100(t)
	nothing := func(*item) error { return nil }
	for _, c := range []struct {
		cmd     itemCommand
		stream  string
		version int64
	}{
		{act{ID: "nut", Do: nothing}, "item-nut", 1},
		{actNew{ID: "bolt", Do: nothing}, "item-bolt", 0},
		{actEither{ID: "nut", Do: nothing}, "item-nut", 1},
		{actEither{ID: "bolt", Do: nothing}, "item-bolt", 0},
	} {
		var out es.Outcome
		err := commands.Dispatch(t.Context(), c.cmd, es.Into(&out), es.Once("c-1"))
		if err != nil || out.Stream != c.stream || out.Version != c.version || len(out.Events) != 0 || out.Position != 0 {
			t.Errorf("%T: %+v, %v", c.cmd, out, err)
		}
	}
	if head, err := store.Head(t.Context()); err != nil || head != 1 {
		t.Errorf("head %d, %v: something was stored", head, err)
	}
}

// What a creating command records must give the aggregate the ID that the command says.
func TestACreatingCommandWithAnotherID(t *testing.T) {
	commands, store := stocked100(t)
	other := func(i *item) error { i.record(stocked{ID: "nail", Count: 1}); return nil }
	none := func(i *item) error { i.record(taken{Count: 1}); return nil }
	for _, c := range []struct {
		cmd  itemCommand
		want string
	}{
		{actNew{ID: "bolt", Do: other}, "what was recorded gives it stream item-nail, and it was to be that of item-bolt"},
		{actEither{ID: "bolt", Do: other}, "what was recorded gives it stream item-nail"},
		{actNew{ID: "bolt", Do: none}, "no aggregate ID"},
		{act{ID: "nut", Do: other}, "an ID must not change"},
	} {
		if err := commands.Dispatch(t.Context(), c.cmd); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%T: %v, want %q", c.cmd, err, c.want)
		}
	}
	if head, err := store.Head(t.Context()); err != nil || head != 1 {
		t.Errorf("head %d, %v: something was stored", head, err)
	}
}

func TestWhatIsNoCommand(t *testing.T) {
	commands, _ := stocked100(t)
	for _, c := range []struct {
		cmd  itemCommand
		want string
	}{
		{nil, "item takes no nil command"},
		{&take{ID: "nut", Count: 1}, "item takes commands by value, and this is a *command_test.take: leave out the &"},
		{(*take)(nil), "leave out the &"},
		{struct{ take }{}, "item does not know the command struct { command_test.take }: unknown type"},
		{routeless{}, "routeless has an empty route"},
	} {
		if err := commands.Dispatch(t.Context(), c.cmd); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%T: %v, want %q", c.cmd, err, c.want)
		}
	}
	for name, d := range map[string]*itemCommands{
		"repository is nil":             newItemCommands(nil),
		"nothing says which aggregate":  command.NewDispatcher[item, string, itemEvent, itemCommand](newItems(memory.New()), nil),
		"a middleware is nil":           newItemCommands(newItems(memory.New()), command.WithMiddleware[itemCommand](nil)),
		"a middleware gave no handler":  newItemCommands(newItems(memory.New()), nil, command.WithMiddleware(func(command.Handler[itemCommand]) command.Handler[itemCommand] { return nil })),
		"store is nil":                  newItemCommands(newItems(nil)),
		"es.Into: the outcome is nil":   nil,
		"es.Once: the command ID is em": nil,
	} {
		var opts []es.SaveOption
		if d == nil {
			d, opts = commands, []es.SaveOption{es.Into(nil)}
			if strings.HasPrefix(name, "es.Once") {
				opts = []es.SaveOption{es.Once("")}
			}
		}
		if err := d.Dispatch(t.Context(), take{ID: "nut", Count: 1}, opts...); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%v, want %q", err, name)
		}
	}
}

// Each attempt decides upon what is there then.
func TestAConflictStartsOver(t *testing.T) {
	commands, store := stocked100(t)
	calls := 0
	err := commands.Dispatch(t.Context(), act{ID: "nut", Do: func(i *item) error {
		if calls++; calls < 4 { // somebody else is faster, three times
			if err := commands.Dispatch(t.Context(), take{ID: "nut", Count: 1}); err != nil {
				return err
			}
		}
		i.record(taken{Count: i.count})
		return nil
	}})
	if err != nil || calls != 4 {
		t.Errorf("%v after %d calls", err, calls)
	}
	if got := left(t, store, "nut"); got != "0 at version 5" {
		t.Error(got)
	}
}

func TestConflictsEnd(t *testing.T) {
	store := memory.New()
	commands := newItemCommands(newItems(store, es.WithAttempts(3)))
	if err := commands.Dispatch(t.Context(), stock{ID: "nut", Count: 100}); err != nil {
		t.Fatal(err)
	}
	calls := 0
	always := act{ID: "nut", Do: func(i *item) error {
		calls++
		i.record(taken{Count: 1})
		return commands.Dispatch(t.Context(), take{ID: "nut", Count: 1})
	}}
	if err := commands.Dispatch(t.Context(), always); !errors.Is(err, es.ErrConflict) || calls != 3 {
		t.Errorf("%v after %d calls", err, calls)
	}
	// A conflict that the handler returns is one of another stream.
	calls = 0
	foreign := &es.ConflictError{Stream: "another", Expected: 1, Actual: 2}
	err := commands.Dispatch(t.Context(), act{ID: "nut", Do: func(*item) error { calls++; return foreign }})
	if err != error(foreign) || calls != 1 {
		t.Errorf("%v after %d calls", err, calls)
	}
}

func TestAContextEndsTheRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		commands, _ := stocked100(t)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second) // of the bubble's clock
		defer cancel()
		err := commands.Dispatch(ctx, act{ID: "nut", Do: func(i *item) error {
			i.record(taken{Count: 1})
			return commands.Dispatch(t.Context(), restock{ID: "nut", Count: 1})
		}})
		if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, es.ErrConflict) {
			t.Errorf("%v", err)
		}
	})
}

func TestADoneContextReachesNoHandler(t *testing.T) {
	commands, store := stocked100(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	unreached := func(*item) error { t.Error("the handler was called"); return nil }
	for _, cmd := range []itemCommand{act{ID: "nut", Do: unreached}, actNew{ID: "bolt", Do: unreached}, actEither{ID: "nut", Do: unreached}} {
		if err := commands.Dispatch(ctx, cmd); !errors.Is(err, context.Canceled) {
			t.Errorf("%T: %v", cmd, err)
		}
	}
	// One that blocks until its context is done saves nothing.
	ctx, cancel = context.WithCancel(t.Context())
	for _, cmd := range []itemCommand{
		act{ID: "nut", Do: func(i *item) error { cancel(); i.record(taken{Count: 1}); return nil }},
	} {
		if err := commands.Dispatch(ctx, cmd); !errors.Is(err, context.Canceled) {
			t.Errorf("%T: %v", cmd, err)
		}
	}
	if got := left(t, store, "nut"); got != "100 at version 1" {
		t.Error(got)
	}
}

// Two start the same aggregate at once: the one that is too late finds it, and goes on
// from there.
func TestTwoStarters(t *testing.T) {
	store := memory.New()
	commands := newItemCommands(newItems(store))
	var seen []int64
	err := commands.Dispatch(t.Context(), actEither{ID: "nut", Do: func(i *item) error {
		seen = append(seen, i.Version())
		if len(seen) == 1 {
			if err := commands.Dispatch(t.Context(), restock{ID: "nut", Count: 7}); err != nil {
				return err
			}
		}
		i.record(stocked{ID: "nut", Count: 1})
		return nil
	}})
	if err != nil || len(seen) != 2 || seen[0] != 0 || seen[1] != 1 {
		t.Errorf("%v, versions %d", err, seen)
	}
	if got := left(t, store, "nut"); got != "8 at version 2" {
		t.Error(got)
	}
	const starters = 16
	var group sync.WaitGroup
	for range starters {
		group.Go(func() {
			if err := commands.Dispatch(t.Context(), restock{ID: "bolt", Count: 1}); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if got := left(t, store, "bolt"); got != "16 at version 16" {
		t.Error(got)
	}
}

// Somebody who may only create does not go on.
func TestALateCreator(t *testing.T) {
	commands, store := stocked100(t)
	calls := 0
	err := commands.Dispatch(t.Context(), actNew{ID: "bolt", Do: func(i *item) error {
		calls++
		i.record(stocked{ID: "bolt", Count: 1})
		return commands.Dispatch(t.Context(), stock{ID: "bolt", Count: 7})
	}})
	if !errors.Is(err, es.ErrExists) || calls != 1 {
		t.Errorf("%v after %d calls", err, calls)
	}
	if got := left(t, store, "bolt"); got != "7 at version 1" {
		t.Error(got)
	}
}

// A condition that is broken is not tried again: the decision was made outside.
func TestABrokenCondition(t *testing.T) {
	commands, store := stocked100(t)
	var seen struct{ es.Decision }
	err := es.ReadDecision(t.Context(), store, &seen.Decision, es.Query{Items: []es.Item{{Types: []string{"item.stocked"}}}}, func(*es.Stored) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	if err := commands.Dispatch(t.Context(), take{ID: "nut", Count: 1}, es.If(&seen)); err != nil {
		t.Fatal(err)
	}
	if err := commands.Dispatch(t.Context(), stock{ID: "bolt", Count: 1}); err != nil {
		t.Fatal(err)
	}
	calls := 0
	err = commands.Dispatch(t.Context(), act{ID: "nut", Do: func(i *item) error { calls++; i.record(taken{Count: 1}); return nil }}, es.If(&seen))
	if !errors.Is(err, es.ErrCondition) || calls != 1 {
		t.Errorf("%v after %d calls", err, calls)
	}
}

func TestDispatchRace(t *testing.T) {
	commands, store := stocked100(t)
	var group sync.WaitGroup
	for range 10 {
		group.Go(func() {
			for range 10 {
				if err := commands.Dispatch(t.Context(), take{ID: "nut", Count: 1}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	if got := left(t, store, "nut"); got != "0 at version 101" {
		t.Error(got)
	}
	if err := commands.Dispatch(t.Context(), take{ID: "nut", Count: 1}); err != errShort {
		t.Error(err)
	}
}
