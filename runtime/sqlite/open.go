package sqlite

import (
	"cmp"
	"context"
	"fmt"
)

// Settings of connections. Four times SQLite's usual interval of checkpoints, in
// pages, makes them markedly cheaper under load. Cache sizes are in KiB. A larger cache
// for the writer costs more than it saves: where SQLite has split a page of an index, it
// goes through all pages that it has cached when it commits. bench/reference.go has the
// same settings.
const (
	autoCheckpoint = 4000
	writerCache    = 16 << 10
	readerCache    = 16 << 10
)

// openWriter opens the file for writing, creates or migrates it where it has to
// be, and makes sure that the connection is as durable as it was asked to be.
func openWriter(ctx context.Context, f file, cfg *config) (*conn, error) {
	return dialing(ctx, cfg, f.source("mode=rwc", "_busy_timeout=0", "_synchronous="+cfg.synchronous),
		func(c *conn) error { return prepareWriter(c, cfg) })
}

// openReader opens the file for reading. The connections of a store that may
// write are opened for writing too, and then told not to: so they can recover a
// WAL that a crash has left.
func openReader(ctx context.Context, f file, cfg *config) (*conn, error) {
	mode := "mode=rw"
	if cfg.readOnly {
		mode = "mode=ro"
	}
	return dialing(ctx, cfg, f.source(mode, "_busy_timeout=0", "_query_only=1"), func(c *conn) error {
		if err := c.script(fmt.Sprintf("PRAGMA cache_size = -%d", readerCache)); err != nil {
			return err
		}
		id, err := identify(c)
		if err != nil {
			return err
		}
		switch err := id.check(cfg.migrations); {
		case err != nil:
			return err
		case id.empty():
			return fmt.Errorf("%w: it is an empty database", ErrNotOurs)
		case id.version < formatVersion(cfg.migrations):
			return fmt.Errorf("%w: it has format %d, and this program needs %d: open it once for writing",
				ErrOlderFormat, id.version, formatVersion(cfg.migrations))
		}
		return nil
	})
}

// dialing dials and prepares a connection, and waits for others who keep it from
// that.
func dialing(ctx context.Context, cfg *config, source string, prepare func(*conn) error) (*conn, error) {
	var opened *conn
	err := patiently(ctx, cfg.busyTimeout, func() error {
		c, err := dial(source)
		if err != nil {
			return err
		}
		if err := prepare(c); err != nil {
			_ = c.close()
			return err
		}
		opened = c
		return nil
	})
	return opened, err
}

func prepareWriter(c *conn, cfg *config) error {
	if err := create(c, cfg); err != nil {
		return err
	}
	mode, err := c.pragma("journal_mode = WAL")
	if err != nil {
		return err
	}
	if mode != "wal" {
		return fmt.Errorf("SQLite cannot use a WAL here (the journal mode stays %s): is it a network file system?", mode)
	}
	if err := c.script(fmt.Sprintf("PRAGMA wal_autocheckpoint = %d; PRAGMA cache_size = -%d", autoCheckpoint, writerCache)); err != nil {
		return err
	}
	return assertSynchronous(c, cfg.synchronous)
}

// assertSynchronous reads the setting back: durability must not hang on how the
// driver was built or which of its parameters it heeds.
func assertSynchronous(c *conn, want string) error {
	number := map[string]string{"NORMAL": "1", "FULL": "2"}[want]
	got, err := c.pragma("synchronous")
	if err != nil {
		return err
	}
	if got != number {
		return fmt.Errorf("the driver runs with synchronous=%s, want %s (%s)", got, number, want)
	}
	return nil
}

// create makes the tables where there are none, or brings them to the current
// format. It always takes the write lock, for two reasons: another process may be
// about to do the same, and a file that cannot be written is to be refused here
// and not at the first append.
//
// A new file gets its tables and its application ID in one transaction, before it
// goes over to a WAL. So the main file says whose it is from its first byte on.
func create(c *conn, cfg *config) error {
	if err := c.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	changed, err := bringUpToDate(c, cfg.migrations)
	if err == nil && changed {
		err = c.exec("COMMIT")
	}
	if err == nil && changed {
		return nil
	}
	return cmp.Or(err, c.exec("ROLLBACK"))
}

// bringUpToDate says whether there was something to be done. If there was not, it
// changes what the transaction must roll back: SQLite lets a transaction on a file
// that is read-only begin, and fails when it first writes.
func bringUpToDate(c *conn, ms []migration) (changed bool, err error) {
	id, err := identify(c)
	if err != nil {
		return false, err
	}
	if err := id.check(ms); err != nil {
		return false, err
	}
	if id.version == formatVersion(ms) {
		return false, c.script(fmt.Sprintf("PRAGMA user_version = %d", id.version+1))
	}
	if id.empty() {
		// Texts are written as bytes of UTF-8; an empty database may be of UTF-16.
		encoding, err := c.pragma("encoding")
		if err != nil {
			return false, err
		}
		if encoding != "UTF-8" {
			return false, fmt.Errorf("%w: it is an empty database whose encoding is %s", ErrNotOurs, encoding)
		}
		if err := c.script(fmt.Sprintf("PRAGMA application_id = %d", applicationID)); err != nil {
			return false, err
		}
	}
	return true, migrate(c, ms, id.version)
}
