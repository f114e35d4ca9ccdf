package es

import (
	"sync"
	"time"
)

// Clock tells the time. Pass it in, so that what depends on time can be tested.
type Clock interface {
	// Now is the time. It must be safe for use by several goroutines at once.
	Now() time.Time
}

// SystemClock is the machine's clock, in UTC and without a monotonic reading.
const SystemClock systemClock = 0

type systemClock int

// Now is the time of the machine.
func (systemClock) Now() time.Time { return time.Now().UTC().Round(0) }

// Frozen is a clock that stands still until it is moved: for tests. It is safe
// for use by several goroutines at once.
type Frozen struct {
	mu  sync.Mutex
	now time.Time
}

// FrozenClock is a clock that stands at t.
func FrozenClock(t time.Time) *Frozen { return &Frozen{now: t} }

// Now is the time at which the clock stands.
func (c *Frozen) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock by d, which may be negative.
func (c *Frozen) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}
