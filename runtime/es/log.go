package es

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

// LogObserver is an observer that writes to a log. What goes well is logged at debug
// level, and so are conflicts and attempts that are repeated, which are a part of
// normal life, and snapshots that a store was closed before. Snapshots that are of no use
// are logged at info level, those that could not be written as warnings, and what fails as
// errors, unless it is the context that is done or an aggregate that is not found.
func LogObserver(logger *slog.Logger) Observer {
	log := func(ctx context.Context, level slog.Level, message string, attrs ...slog.Attr) {
		logger.LogAttrs(ctx, level, message, attrs...)
	}
	return Observer{
		Loaded: func(ctx context.Context, l LoadReport) {
			level := levelOf(ctx, l.Err)
			if !logger.Enabled(ctx, level) {
				return
			}
			attrs, message := identityOf(l.Aggregate, l.Stream), "aggregate not loaded"
			if l.Err == nil {
				attrs, message = append(attrs, slog.Int64("version", l.Version)), "aggregate loaded"
			}
			attrs = append(attrs, slog.Int("events", l.Events))
			if l.Snapshot > 0 {
				attrs = append(attrs, slog.Int64("snapshot", l.Snapshot))
			}
			log(ctx, level, message, withOutcome(attrs, l.Duration, l.Err)...)
		},
		Saved: func(ctx context.Context, s SaveReport) {
			level := levelOf(ctx, s.Err)
			if !logger.Enabled(ctx, level) {
				return
			}
			attrs := append(identityOf(s.Aggregate, s.Stream), slog.Int("events", s.Events))
			if s.Streams > 1 {
				attrs = append(attrs, slog.Int("streams", s.Streams))
			}
			if s.Err == nil {
				attrs = append(attrs, slog.Int64("version", s.Version), slog.Int64("position", s.Position))
			}
			if s.Repeated {
				attrs = append(attrs, slog.Bool("repeated", true))
			}
			message := "events appended"
			switch {
			case errors.Is(s.Err, ErrOutcomeUnknown):
				message = "events perhaps appended"
			case s.Err != nil:
				message = "events not appended"
			}
			log(ctx, level, message, withOutcome(attrs, s.Duration, s.Err)...)
		},
		Retrying: func(ctx context.Context, r RetryReport) {
			log(ctx, slog.LevelDebug, "attempt is repeated",
				slog.String("aggregate", r.Aggregate), slog.Int("attempt", r.Attempt), slog.Any("error", r.Err))
		},
		Snapshot: func(ctx context.Context, s SnapshotReport) {
			level := slog.LevelDebug
			switch s.Outcome {
			case SnapshotIgnored:
				level = slog.LevelInfo
			case SnapshotNotWritten:
				if !errors.Is(s.Err, ErrClosed) { // which is how a program ends
					level = slog.LevelWarn
				}
			}
			attrs := append(identityOf(s.Aggregate, s.Stream), slog.Int64("version", s.Version), slog.Int("bytes", s.Size))
			if s.Err != nil {
				attrs = append(attrs, slog.Any("error", s.Err))
			}
			log(ctx, level, "snapshot "+s.Outcome.String(), attrs...)
		},
		Committed: func(ctx context.Context, c CommitReport) {
			attrs := []slog.Attr{slog.String("store", c.Store), slog.Int("appends", c.Appends), slog.Int("events", c.Events)}
			log(ctx, levelOf(ctx, c.Err), "transaction ended", withOutcome(attrs, c.Duration, c.Err)...)
		},
	}
}

func identityOf(aggregate, stream string) []slog.Attr {
	return append(make([]slog.Attr, 0, 8), slog.String("aggregate", aggregate), slog.String("stream", stream))
}

func withOutcome(attrs []slog.Attr, took time.Duration, err error) []slog.Attr {
	attrs = append(attrs, slog.Duration("duration", took))
	if err != nil {
		attrs = append(attrs, slog.Any("error", err))
	}
	return attrs
}

func levelOf(ctx context.Context, err error) slog.Level {
	if err == nil || IsExpected(err) || ctx.Err() != nil {
		return slog.LevelDebug
	}
	return slog.LevelError
}
