package sqlite

import (
	"fmt"
	"runtime"
	"time"

	"github.com/esgen/esgen/runtime/es"
)

// Option changes how a file is opened. An option that makes no sense fails Open; a
// nil one does nothing.
type Option func(*config) error

type config struct {
	synchronous string
	busyTimeout time.Duration
	readers     int
	readOnly    bool

	tables        []*stateTable
	tolerateDrift bool

	observer *es.Observer // nil where nobody wants to know

	// migrations and faults are other than the default in tests only.
	migrations []migration
	faults     faults
}

// faults are where tests put what a disk does to a store.
type faults struct {
	// begin is called on the writing connection at the start of each transaction.
	begin func(*conn) error
	// commit is called in place of a transaction's commit.
	commit func(*conn) error
}

func newConfig(opts []Option) (config, error) {
	cfg := config{
		synchronous: "FULL",
		busyTimeout: 30 * time.Second,
		readers:     max(4, runtime.GOMAXPROCS(0)),
		migrations:  migrations,
	}
	for _, opt := range opts {
		if opt == nil {
			continue
		}
		if err := opt(&cfg); err != nil {
			return config{}, err
		}
	}
	return cfg, nil
}

// WithSynchronousNormal lets an append return before it is on disk. Appending gets
// several times faster where it is not done in groups. What it risks: after a loss
// of power, or a crash of the operating system, appends that were acknowledged may
// be gone, usually those of the last seconds and at most those since the last
// checkpoint. The file stays whole, and what is gone is gone from its end. A crash
// of the program alone loses nothing.
func WithSynchronousNormal() Option {
	return func(c *config) error {
		c.synchronous = "NORMAL"
		return nil
	}
}

// WithBusyTimeout sets how long Open, an append or a read waits for other
// processes that use the file, before it fails with [ErrBusy]: 30 seconds if this
// option is not given. Zero does not wait.
func WithBusyTimeout(d time.Duration) Option {
	return func(c *config) error {
		if d < 0 {
			return fmt.Errorf("a busy timeout of %s is negative", d)
		}
		c.busyTimeout = d
		return nil
	}
}

// WithReaders sets how many reads can go on at the same time, each on a connection
// of its own that is opened when it is first needed and has up to 16 MiB of cache:
// at least 4 and as many as the program has processors, if this option is not
// given. More reads than that wait for one another, a page at a time.
func WithReaders(n int) Option {
	return func(c *config) error {
		if n < 1 {
			return fmt.Errorf("a store needs at least one reader, not %d", n)
		}
		c.readers = n
		return nil
	}
}

// WithObserver has the store report each transaction in which it writes appends, by
// the observer's Committed. The next one begins when that has returned: it may read from
// the store, and must not append to it, nor close it. Given again, it adds an observer.
func WithObserver(o es.Observer) Option {
	return func(c *config) error {
		if c.observer != nil {
			o = es.Observers(*c.observer, o)
		}
		c.observer = &o
		return nil
	}
}

// ReadOnly opens a file that exists and is in the current format, and refuses
// appends with [ErrReadOnly]. Others may go on appending to the file. SQLite still
// needs to create the files NAME-wal and NAME-shm beside it where they are not
// there, so that the folder must be writable; and since only a store that may write
// tidies up, they stay behind where no such store has the file open.
func ReadOnly() Option {
	return func(c *config) error {
		c.readOnly = true
		return nil
	}
}
