package command

import (
	"fmt"
	"runtime"
	"strings"
)

// PanicError says that a command was cut off by a panic. Its text holds what the
// runtime says of an error of its own, such as an index out of range. The value of any other
// panic is not part of it, however it is printed, for it may be made of the
// command's fields.
type PanicError struct {
	// Command is the Go name of the command.
	Command string
	// Stack says where it was: a line a function, the innermost first, without the
	// values of arguments.
	Stack string

	value any
}

func newPanicError(command string, value any) *PanicError {
	if relayed, ok := value.(*relayedPanic); ok {
		return &PanicError{Command: command, Stack: relayed.stack, value: relayed.value}
	}
	return &PanicError{Command: command, Stack: panicStack(), value: value}
}

func (e *PanicError) Error() string {
	what := fmt.Sprintf("a panic with a %T", e.value)
	if fault, ok := e.value.(runtime.Error); ok {
		what = fault.Error()
	}
	where, _, _ := strings.Cut(e.Stack, "\n")
	return fmt.Sprintf("command %s: %s in %s", e.Command, what, where)
}

// GoString is for %#v, which would print the value.
func (e *PanicError) GoString() string { return fmt.Sprintf("&command.PanicError{%q}", e.Error()) }

// Value is what was given to panic.
func (e *PanicError) Value() any { return e.value }

// Unwrap is the value, where it is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.value.(error)
	return err
}

// panicStack describes the functions that led to a panic, from a deferred function
// that has recovered it. What debug.Stack says has words of the arguments in it.
func panicStack() string {
	callers := make([]uintptr, 64)
	frames := runtime.CallersFrames(callers[:runtime.Callers(2, callers)])
	var b strings.Builder
	panicked := false
	for {
		f, more := frames.Next()
		switch {
		case f.Function == "runtime.gopanic":
			panicked = true
			b.Reset()
		case panicked && strings.HasPrefix(f.Function, "runtime.") && b.Len() == 0: // runtime.panicIndex
		default:
			fmt.Fprintf(&b, "%s (%s:%d)\n", f.Function, f.File, f.Line)
		}
		if !more {
			return strings.TrimSuffix(b.String(), "\n")
		}
	}
}
