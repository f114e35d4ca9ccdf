package sqlite

import (
	"context"
	"math/rand/v2"
	"time"
)

// Waits between attempts grow from the first to the longest.
const (
	firstWait   = 200 * time.Microsecond
	longestWait = 20 * time.Millisecond
)

// patiently calls fn until it meets nobody in its way, for at most about timeout.
// SQLite's own busy handler waits in fixed steps, without jitter and without
// heed of the context; under contention its slowest attempts are much slower.
// Errors of SQLite are explained.
func patiently(ctx context.Context, timeout time.Duration, fn func() error) error {
	err := fn()
	if kindOf(err) != kindBusy {
		return explain(err)
	}
	deadline := time.Now().Add(timeout)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for wait := firstWait; kindOf(err) == kindBusy && time.Now().Before(deadline); wait = min(2*wait, longestWait) {
		timer.Reset(wait/2 + rand.N(wait))
		select {
		case <-timer.C:
		case <-ctx.Done():
			return ctx.Err()
		}
		err = fn()
	}
	return explain(err)
}
