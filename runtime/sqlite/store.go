package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"sync/atomic"

	"github.com/esgen/esgen/runtime/es"
)

// Store is an [es.Store] in one SQLite file. It is safe for use by several
// goroutines at once.
type Store struct {
	file    file
	cfg     config
	writer  *writer // nil in a store that is read-only
	readers *pool
	types   *typeNames
	streams *streamNames
	reached atomic.Int64 // a position that the head has reached

	opened    os.FileInfo   // says which file it is
	closing   chan struct{} // closed by Close
	rebuilds  sync.RWMutex  // held for reading by each rebuild, which writes on a connection of its own
	closeOnce sync.Once
	closeErr  error
}

var _ es.Store = (*Store)(nil)

// Open opens the file at path, and creates it where there is none. The path is
// that of a file, in whatever characters the system allows, and not a data source
// name. The folder must exist.
//
// The file is verified to be an esgen store and brought to the current format. A
// file that is something else fails with [ErrNotOurs], one of a newer format with
// [ErrNewerFormat]; neither is changed. The context is that of opening alone.
func Open(ctx context.Context, path string, opts ...Option) (*Store, error) {
	s, err := open(ctx, path, opts)
	if err != nil {
		return nil, fmt.Errorf("sqlite: open %s: %w", path, err)
	}
	return s, nil
}

func open(ctx context.Context, path string, opts []Option) (*Store, error) {
	cfg, err := newConfig(opts)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	f, err := resolve(path)
	if err != nil {
		return nil, err
	}
	if f.exists && f.info.Size() > 0 {
		if err := f.peek(cfg.migrations); err != nil {
			return nil, err
		}
	}
	// A file that exists is known by what it was before it was opened: if another has
	// come in its place since, no page of it is taken for one of this.
	s := &Store{file: f, opened: f.info, cfg: cfg, types: newTypeNames(), streams: newStreamNames(), closing: make(chan struct{})}
	s.readers = newPool(&s.cfg, s.closing, s.inPlace, func(ctx context.Context) (*conn, error) {
		return openReader(ctx, s.file, &s.cfg)
	})
	if cfg.readOnly {
		if !f.exists {
			return nil, fmt.Errorf("%w: a store that is read-only is not created", fs.ErrNotExist)
		}
		// Whatever is wrong with the file shows when it is first read.
		if err := s.readers.with(ctx, func(c *conn) error { return checkTables(c, &s.cfg) }); err != nil {
			return nil, errors.Join(err, s.readers.close())
		}
		return s, nil
	}
	if err := f.checkWritable(); err != nil {
		return nil, err
	}
	c, err := openWriter(ctx, f, &s.cfg)
	if err != nil {
		return nil, err
	}
	if !f.exists {
		if s.opened, err = f.stat(); err != nil {
			return nil, errors.Join(err, c.close())
		}
	}
	if err := openTables(ctx, c, &s.cfg); err != nil {
		return nil, errors.Join(err, c.close())
	}
	s.writer = startWriter(s, c)
	return s, nil
}

// inPlace refuses to go on where the file's name leads elsewhere by now. On most
// systems a file that is deleted while it is open can still be written to, and what
// is written is gone when it is closed. It asks the file system, and so it is
// called for each page and each group of appends, not for each event.
func (s *Store) inPlace() error {
	info, err := s.file.stat()
	if err == nil && !os.SameFile(info, s.opened) {
		err = fmt.Errorf("%w: another has taken it", ErrMoved)
	}
	return err
}

// Close lets the appends end that have been taken on, ends iterations and rebuilds
// with es.ErrClosed, and closes the file. Every later call of the store fails with
// es.ErrClosed. Close may be called more than once; an observer, or what Rebuild calls,
// must not call it, for it waits for them.
func (s *Store) Close() error {
	s.closeOnce.Do(func() {
		close(s.closing)
		if s.writer != nil {
			<-s.writer.done
		}
		s.rebuilds.Lock()
		defer s.rebuilds.Unlock()
		err := s.readers.close()
		// Last, for the last connection to a file is the one that tidies up its WAL.
		if s.writer != nil {
			if e := s.writer.close(); e != nil {
				err = e
			}
		}
		if err != nil {
			s.closeErr = fmt.Errorf("sqlite: close %s: %w", s.file.path, err)
		}
	})
	return s.closeErr
}

// ready says why a call cannot begin, or an iteration not go on.
func (s *Store) ready(ctx context.Context) error {
	select {
	case <-s.closing:
		return es.ErrClosed
	default:
	}
	return ctx.Err()
}

// Head implements [es.Store].
func (s *Store) Head(ctx context.Context) (head int64, err error) {
	if err := s.ready(ctx); err != nil {
		return 0, err
	}
	err = s.readers.with(ctx, func(c *conn) (err error) {
		head, err = s.readHead(c)
		return err
	})
	return head, s.failed("read the head", err)
}

// readHead is what a reader sees of the head. The store remembers how far it has come.
func (s *Store) readHead(c *conn) (int64, error) {
	head, err := readHead(c)
	for seen := s.reached.Load(); err == nil && head > seen && !s.reached.CompareAndSwap(seen, head); {
		seen = s.reached.Load()
	}
	return head, err
}

// readHead is the position of the newest event. Events are never deleted, so it
// never falls.
func readHead(c *conn) (int64, error) {
	return c.int("SELECT ifnull(max(position), 0) FROM es_events")
}

// failed says what failed on which file, unless the error is one of the store's
// contract, or there is none.
func (s *Store) failed(what string, err error) error {
	if err == nil || err == es.ErrClosed || err == context.Canceled || err == context.DeadlineExceeded {
		return err
	}
	return fmt.Errorf("sqlite: %s: %s: %w", s.file.path, what, err)
}
