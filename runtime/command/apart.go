package command

import (
	"context"
	"errors"
	"fmt"
)

// leaveBehindKey marks a context whose end is not to be held up by a handler.
type leaveBehindKey struct{}

func leavesBehind(ctx context.Context) bool { return ctx.Value(leaveBehindKey{}) != nil }

// apart runs fn in a goroutine of its own, and leaves it behind when ctx is done. A
// panic of fn is one of the caller, unless it is left behind.
func apart(ctx context.Context, fn func() error) error {
	type result struct {
		err      error
		panicked *relayedPanic
	}
	done := make(chan result, 1)
	go func() {
		r := result{err: errors.New("command: the handler ended its goroutine")} // runtime.Goexit
		defer func() {
			if value := recover(); value != nil {
				r.panicked = &relayedPanic{value: value, stack: panicStack()}
			}
			done <- r
		}()
		r.err = fn()
	}()
	select {
	case r := <-done:
		if r.panicked != nil {
			panic(r.panicked)
		}
		return r.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// relayedPanic is a panic that was met in another goroutine. Where nobody recovers
// it, the runtime prints it as an error.
type relayedPanic struct {
	value any
	stack string
}

func (p *relayedPanic) Error() string { return fmt.Sprintf("%v\n\n%s", p.value, p.stack) }
