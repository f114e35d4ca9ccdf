package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/esgen/esgen/runtime/es"
)

// isDamage says whether an error is what damage in a file comes to.
func isDamage(err error) bool {
	return errors.Is(err, es.ErrCorrupt) || kindOf(err) == kindDamaged || kindOf(err) == kindTooLarge
}

// checkSource is a file that is read, and never changed.
//
// A file that nobody has open is read without a WAL, for SQLite would make one, and
// leave it to somebody else: not every folder can be written, and whoever uses the
// file might not be able to write what another user has made. Where somebody begins
// to use the file meanwhile, reading goes on as with any other file in use.
type checkSource struct {
	file  file
	cfg   config
	conn  *conn
	still os.FileInfo // of the file that nobody uses, nil if it is in use
}

func (s *checkSource) open(ctx context.Context, f file) (err error) {
	if s.cfg, err = newConfig([]Option{ReadOnly()}); err != nil {
		return err
	}
	s.file = f
	if info, err := os.Stat(f.path); err == nil && !f.inUse() {
		s.still = info
	}
	return s.dial(ctx)
}

func (s *checkSource) dial(ctx context.Context) (err error) {
	s.close()
	source := s.file.source("mode=ro", "_busy_timeout=0", "_query_only=1")
	if s.still != nil {
		source = s.file.source("mode=ro", "immutable=1", "_query_only=1")
	}
	s.conn, err = dialing(ctx, &s.cfg, source, func(c *conn) error {
		return c.script(fmt.Sprintf("PRAGMA cache_size = -%d", readerCache))
	})
	return err
}

func (s *checkSource) close() {
	if s.conn != nil {
		_ = s.conn.close()
		s.conn = nil
	}
}

// inUse says whether somebody has the file open, or has left it in a hurry.
func (f file) inUse() bool {
	for _, suffix := range []string{"-wal", "-journal"} {
		if _, err := os.Stat(f.path + suffix); !errors.Is(err, fs.ErrNotExist) {
			return true
		}
	}
	return false
}

// disturbed says whether somebody has begun to use a file that nobody used.
func (s *checkSource) disturbed() bool {
	if s.still == nil {
		return false
	}
	info, err := os.Stat(s.file.path)
	return err != nil || !os.SameFile(info, s.still) || info.Size() != s.still.Size() || !info.ModTime().Equal(s.still.ModTime()) || s.file.inUse()
}

// with runs fn in a transaction that reads, and again where others were in its way.
func (s *checkSource) with(ctx context.Context, fn func(*conn) error) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := patiently(ctx, s.cfg.busyTimeout, func() error {
			if err := s.conn.exec("BEGIN"); err != nil {
				return err
			}
			err := fn(s.conn)
			// There is nothing to be kept, and some errors end the transaction.
			_ = s.conn.exec("ROLLBACK")
			return err
		})
		if !s.disturbed() {
			return err
		}
		s.still = nil
		if err := s.dial(ctx); err != nil {
			return err
		}
	}
}

// checkFile checks what the file says of itself, its tables and its pages. It says
// whether the tables can be read.
func (k *checker) checkFile() (whole bool, err error) {
	err = k.once(func(c *conn) (err error) {
		whole, err = k.checkSchema(c)
		return err
	})
	if err == nil {
		err = k.once(k.checkPages)
	} else {
		whole = false
	}
	return whole, k.survive("the file", err)
}

// checkSchema compares the file with an empty one that was just made.
func (k *checker) checkSchema(c *conn) (whole bool, err error) {
	id, err := identify(c)
	if err != nil {
		return false, err
	}
	is, err := readSchema(c)
	if err != nil {
		return false, err
	}
	_, ours := is["table es_events"]
	switch {
	case id.empty():
		return false, fmt.Errorf("%w: it is an empty database", ErrNotOurs)
	case !ours || id.application == applicationID && id.version > formatVersion(migrations):
		if err := id.check(migrations); err != nil {
			return false, err
		}
	}
	k.report.Format = id.version
	if id.application != applicationID {
		k.fault(Fault{Kind: FaultFile}, "its application ID is %#x, want %#x", id.application, applicationID)
	}
	switch {
	case id.version < 1 || id.version > formatVersion(migrations):
		k.fault(Fault{Kind: FaultFile}, "its user_version, which is that of the format, is %d, want %d", id.version, formatVersion(migrations))
	case id.version < formatVersion(migrations):
		return false, fmt.Errorf("%w: it has format %d, and this program checks format %d: open it once for writing",
			ErrOlderFormat, id.version, formatVersion(migrations))
	}

	want, err := newSchema()
	if err != nil {
		return false, err
	}
	whole = true
	for _, name := range want.names {
		text, exists := is[name]
		switch {
		case !exists:
			k.fault(Fault{Kind: FaultFile}, "%s is missing", name)
		case text != want.text[name]:
			k.fault(Fault{Kind: FaultFile}, "%s is not what it was made as", name)
		default:
			continue
		}
		if strings.HasPrefix(name, "table ") {
			whole = false
		}
	}
	return whole, nil
}

// schema is what sqlite_schema says, in its order.
type schema struct {
	names []string // "table es_events"
	text  map[string]string
}

// newSchema is what a new file has.
func newSchema() (*schema, error) {
	c, err := dial(":memory:")
	if err != nil {
		return nil, err
	}
	defer c.close()
	if err := migrate(c, migrations, 0); err != nil {
		return nil, err
	}
	s := &schema{}
	s.text, err = readSchema(c)
	if err != nil {
		return nil, err
	}
	return s, c.each("SELECT type || ' ' || name FROM sqlite_schema ORDER BY rowid", func(row []driver.Value) (bool, error) {
		s.names = append(s.names, row[0].(string))
		return true, nil
	})
}

func readSchema(c *conn) (map[string]string, error) {
	text := make(map[string]string)
	// What belongs to an application may be called anything else.
	err := c.each(`SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE tbl_name LIKE 'es\_%' ESCAPE '\'`, func(row []driver.Value) (bool, error) {
		text[fmt.Sprint(row[0], " ", row[1])] = fmt.Sprint(row[2], " ", row[3])
		return true, nil
	})
	return text, err
}

// checkPages is SQLite's own check.
func (k *checker) checkPages(c *conn) error {
	return c.onceUntil(k.ctx, "PRAGMA integrity_check", func(row []driver.Value) (bool, error) {
		if text := fmt.Sprint(row[0]); text != "ok" {
			k.fault(Fault{Kind: FaultPage}, "%s", text)
		}
		return true, nil
	})
}

// onceUntil is once for a query that takes long: the context cuts it off.
func (c *conn) onceUntil(ctx context.Context, query string, fn func(row []driver.Value) (more bool, err error), args ...driver.Value) error {
	rows, err := c.raw.(driver.QueryerContext).QueryContext(ctx, query, c.bind(args))
	if err == nil {
		err = drain(rows, fn)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}
