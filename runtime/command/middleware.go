package command

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/esgen/esgen/runtime/es"
)

// Logging logs each command once it is done: its type, the ID of its aggregate, how
// long it took, and what it came to. A command that was carried out is logged at level
// Info, with its stream, the version, and how many events there are; one that failed at
// level Warn, with the error, and at level Error where it panicked or its outcome is
// unknown. No field of the command but the aggregate's ID is logged,
// and no event. A nil logger is slog.Default().
func Logging[C any](logger *slog.Logger) Middleware[C] {
	return func(next Handler[C]) Handler[C] {
		return func(ctx context.Context, cmd C, opts ...es.SaveOption) error {
			to := logger
			if to == nil {
				to = slog.Default()
			}
			var outcome es.Outcome
			begun := time.Now()
			err := next(ctx, cmd, append(opts[:len(opts):len(opts)], es.Into(&outcome))...)
			level, attrs := slog.LevelInfo, []slog.Attr{slog.String("command", nameOf(cmd)), slog.Duration("duration", time.Since(begun))}
			if id, ok := targetOf(cmd); ok {
				attrs = append(attrs, slog.String("id", id))
			}
			if err != nil {
				level = slog.LevelWarn
				if _, panicked := errors.AsType[*PanicError](err); panicked || errors.Is(err, es.ErrOutcomeUnknown) {
					level = slog.LevelError
				}
				attrs = append(attrs, slog.String("outcome", outcomeOf(err)), slog.String("error", err.Error()))
			} else {
				attrs = append(attrs, slog.String("outcome", "done"), slog.String("stream", outcome.Stream), slog.Int64("version", outcome.Version),
					slog.Int("events", len(outcome.Events)), slog.Bool("repeated", outcome.Repeated))
			}
			to.LogAttrs(ctx, level, "command", attrs...)
			return err
		}
	}
}

// outcomeOf names what an error comes to, for those who count.
func outcomeOf(err error) string {
	if _, ok := errors.AsType[*PanicError](err); ok {
		return "panic"
	}
	for _, known := range []struct {
		target error
		name   string
	}{
		{es.ErrInvalid, "invalid"},
		{es.ErrOutcomeUnknown, "unknown"},
		{es.ErrNotFound, "not found"},
		{es.ErrExists, "exists"},
		{es.ErrUnique, "not unique"},
		{es.ErrConflict, "conflict"},
		{es.ErrCondition, "condition"},
		{context.Canceled, "canceled"},
		{context.DeadlineExceeded, "timeout"},
	} {
		if errors.Is(err, known.target) {
			return known.name
		}
	}
	return "refused"
}

// Recovery turns a panic, of the handler or of anything else within, into a
// *PanicError. Nothing is saved where the handler panics.
func Recovery[C any]() Middleware[C] {
	return func(next Handler[C]) Handler[C] {
		return func(ctx context.Context, cmd C, opts ...es.SaveOption) (err error) {
			defer func() {
				if value := recover(); value != nil {
					err = newPanicError(nameOf(cmd), value)
				}
			}()
			return next(ctx, cmd, opts...)
		}
	}
}

// Timeout ends a dispatch that takes longer than d, with the context's error. Nothing
// is saved then, unless the append was under way, whose outcome is awaited.
//
// A handler that is still running at the time is left behind: it goes on in a goroutine
// of its own, on an aggregate that nobody will save. It must not be holding what
// the caller uses again.
func Timeout[C any](d time.Duration) Middleware[C] {
	return func(next Handler[C]) Handler[C] {
		return func(ctx context.Context, cmd C, opts ...es.SaveOption) error {
			ctx, cancel := context.WithTimeout(ctx, d)
			defer cancel()
			return next(context.WithValue(ctx, leaveBehindKey{}, true), cmd, opts...)
		}
	}
}
