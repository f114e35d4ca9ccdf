package command_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/esgen/esgen/runtime/command"
	"github.com/esgen/esgen/runtime/es"
)

func TestMiddleware(t *testing.T) {
	var trace []string
	tracing := func(name string) command.Middleware[itemCommand] {
		return func(next command.Handler[itemCommand]) command.Handler[itemCommand] {
			return func(ctx context.Context, cmd itemCommand, opts ...es.SaveOption) error {
				trace = append(trace, name)
				err := next(ctx, cmd, opts...)
				trace = append(trace, fmt.Sprint(name, ": ", err))
				return err
			}
		}
	}
	refusing := func(next command.Handler[itemCommand]) command.Handler[itemCommand] {
		return func(ctx context.Context, cmd itemCommand, opts ...es.SaveOption) error {
			if c, ok := cmd.(take); ok && c.Count > 50 {
				return errShort
			}
			return next(ctx, cmd, append(opts, es.Once("c-1"))...)
		}
	}
	commands, store := stocked100(t, command.WithMiddleware(tracing("outer"), tracing("inner")), command.WithMiddleware(refusing))
	trace = nil
	if err := commands.Dispatch(t.Context(), take{ID: "nut", Count: 60}); err != errShort {
		t.Error(err)
	}
	if want := []string{"outer", "inner", "inner: " + errShort.Error(), "outer: " + errShort.Error()}; !slices.Equal(trace, want) {
		t.Errorf("%q, want %q", trace, want)
	}
	// What is within sees validation errors, and adds options.
	if err := commands.Dispatch(t.Context(), take{ID: "nut"}); !errors.Is(err, es.ErrInvalid) || len(trace) != 8 {
		t.Errorf("%v, %q", err, trace)
	}
	for range 2 {
		if err := commands.Dispatch(t.Context(), take{ID: "nut", Count: 1}); err != nil {
			t.Error(err)
		}
	}
	if got := left(t, store, "nut"); got != "100 at version 1" { // c-1 was the first command
		t.Error(got)
	}
}

func TestLogging(t *testing.T) {
	var log bytes.Buffer
	commands, _ := stocked100(t, command.WithMiddleware(
		command.Logging[itemCommand](slog.New(slog.NewJSONHandler(&log, nil))), command.Recovery[itemCommand]()))
	const secret = 918273645
	send := func(cmd itemCommand, opts ...es.SaveOption) map[string]any {
		t.Helper()
		log.Reset()
		err := commands.Dispatch(t.Context(), cmd, opts...)
		if strings.Contains(log.String(), fmt.Sprint(secret)) {
			t.Errorf("the log holds a field: %s", log.String())
		}
		var line map[string]any
		if jsonErr := json.Unmarshal(log.Bytes(), &line); jsonErr != nil {
			t.Fatalf("%v: %s", jsonErr, log.String())
		}
		if err != nil && line["error"] != err.Error() {
			t.Errorf("%v is logged as %v", err, line["error"])
		}
		if d, ok := line["duration"].(float64); !ok || d < 0 {
			t.Errorf("duration %v", line["duration"])
		}
		return line
	}
	for _, c := range []struct {
		cmd  itemCommand
		opts []es.SaveOption
		want map[string]any
	}{
		{take{ID: "nut", Count: 1}, []es.SaveOption{es.Once("c-1")}, map[string]any{"level": "INFO", "msg": "command", "command": "take", "id": "nut",
			"outcome": "done", "stream": "item-nut", "version": 2.0, "events": 1.0, "repeated": false}},
		{take{ID: "nut", Count: 1}, []es.SaveOption{es.Once("c-1")}, map[string]any{"level": "INFO", "outcome": "done", "version": 2.0, "events": 1.0, "repeated": true}},
		{take{ID: "nut", Count: secret}, nil, map[string]any{"level": "WARN", "id": "nut", "outcome": "refused", "error": errShort.Error()}},
		{take{ID: "nut", Count: -secret}, nil, map[string]any{"level": "WARN", "outcome": "invalid"}},
		{stock{ID: "nut", Count: 7}, nil, map[string]any{"level": "WARN", "command": "stock", "outcome": "exists"}},
		{take{ID: "bolt", Count: 1}, nil, map[string]any{"level": "WARN", "outcome": "not found"}},
		{act{ID: "nut", Do: func(*item) error { panic(secret) }}, nil, map[string]any{"level": "ERROR", "outcome": "panic"}},
		{act{ID: "nut", Do: func(*item) error { return es.ErrOutcomeUnknown }}, nil, map[string]any{"level": "ERROR", "outcome": "unknown"}},
		{nil, nil, map[string]any{"level": "WARN", "command": "nil", "outcome": "refused"}},
		{&take{ID: "nut"}, nil, map[string]any{"level": "WARN", "command": "*command_test.take", "outcome": "refused"}},
		{routeless{}, nil, map[string]any{"level": "WARN", "command": "routeless"}},
	} {
		got := send(c.cmd, c.opts...)
		for key, want := range c.want {
			if got[key] != want {
				t.Errorf("%T: %s is %v, want %v", c.cmd, key, got[key], want)
			}
		}
	}
	// The caller's outcome is filled too.
	var out es.Outcome
	send(take{ID: "nut", Count: 1}, es.Into(&out))
	if out.Version != 3 {
		t.Errorf("%+v", out)
	}
}

func TestRecovery(t *testing.T) {
	const secret = "s3cret"
	for name, middleware := range map[string][]command.Middleware[itemCommand]{
		"here":  {command.Recovery[itemCommand]()},
		"apart": {command.Recovery[itemCommand](), command.Timeout[itemCommand](time.Hour)},
	} {
		commands, store := stocked100(t, command.WithMiddleware(middleware...))
		panics := func(do func()) *command.PanicError {
			t.Helper()
			err := commands.Dispatch(t.Context(), act{ID: "nut", Do: func(i *item) error {
				i.record(taken{Count: 1})
				do()
				return nil
			}})
			e, ok := errors.AsType[*command.PanicError](err)
			if !ok {
				t.Fatalf("%s: %v (%T)", name, err, err)
			}
			b, jsonErr := json.Marshal(err)
			if jsonErr != nil {
				t.Fatal(jsonErr)
			}
			for _, text := range []string{err.Error(), fmt.Sprintf("%+v %#v", err, err), string(b)} {
				if strings.Contains(text, secret) {
					t.Errorf("%s: it says %s", name, text)
				}
			}
			if e.Command != "act" || !strings.Contains(e.Stack, "panicsHere") || strings.Contains(e.Stack, "0x") {
				t.Errorf("%s: %+v, with the stack\n%s", name, e, e.Stack)
			}
			return e
		}
		e := panics(func() { panicsHere(secret) })
		if e.Value() != secret || !strings.HasPrefix(e.Error(), "command act: a panic with a string in github.com/esgen/esgen/runtime/command_test.panicsHere (") {
			t.Errorf("%s: %v", name, e)
		}
		e = panics(func() { panicsHere(io.ErrUnexpectedEOF) })
		if !errors.Is(e, io.ErrUnexpectedEOF) {
			t.Errorf("%s: %v does not match its value", name, e)
		}
		e = panics(func() { panicsHere(-1) })
		if _, ok := errors.AsType[runtime.Error](e); !ok || !strings.Contains(e.Error(), "index out of range [-1]") {
			t.Errorf("%s: %v", name, e)
		}
		if got := left(t, store, "nut"); got != "100 at version 1" {
			t.Errorf("%s: %s: what was recorded before the panic was saved", name, got)
		}
	}
}

func panicsHere(value any) {
	if i, ok := value.(int); ok {
		_ = []int{1}[i]
	}
	panic(value)
}

// Without Recovery a panic is the caller's, also one that was met in another goroutine.
func TestAPanicIsTheCallers(t *testing.T) {
	for name, opts := range map[string][]command.Option[itemCommand]{
		"here": nil, "apart": {command.WithMiddleware(command.Timeout[itemCommand](time.Hour))},
	} {
		commands, _ := stocked100(t, opts...)
		func() {
			defer func() {
				if value := fmt.Sprint(recover()); !strings.Contains(value, "boom") {
					t.Errorf("%s: recovered %s", name, value)
				}
			}()
			err := commands.Dispatch(t.Context(), act{ID: "nut", Do: func(*item) error { panic("boom") }})
			t.Errorf("%s: no panic, but %v", name, err)
		}()
	}
}

// A handler that never ends does not hold the dispatch up, and what it records is
// nowhere.
func TestTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		commands, store := stocked100(t, command.WithMiddleware(command.Timeout[itemCommand](time.Second)))
		release := make(chan struct{})
		begun := time.Now() // by the bubble's clock
		err := commands.Dispatch(t.Context(), act{ID: "nut", Do: func(i *item) error {
			<-release
			i.record(taken{Count: 1})
			return nil
		}})
		if took := time.Since(begun); !errors.Is(err, context.DeadlineExceeded) || took != time.Second {
			t.Errorf("%v after %s", err, took)
		}
		close(release)
		synctest.Wait()
		if got := left(t, store, "nut"); got != "100 at version 1" {
			t.Error(got)
		}
		// A caller that goes away does not wait either.
		ctx, cancel := context.WithCancel(t.Context())
		release = make(chan struct{})
		err = commands.Dispatch(ctx, act{ID: "nut", Do: func(*item) error { cancel(); <-release; panic("nobody is here") }})
		if !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		close(release)
		synctest.Wait()
		// In time.
		if err := commands.Dispatch(t.Context(), take{ID: "nut", Count: 1}); err != nil {
			t.Error(err)
		}
		err = commands.Dispatch(t.Context(), act{ID: "nut", Do: func(*item) error { runtime.Goexit(); return nil }})
		if err == nil || !strings.Contains(err.Error(), "ended its goroutine") {
			t.Error(err)
		}
	})
}
