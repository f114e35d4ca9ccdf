package jsonl

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"sync/atomic"

	"github.com/esgen/esgen/runtime/es"
)

// Store is an [es.Store] in one file of JSON lines. It is safe for use by several
// goroutines at once.
//
// A stream keeps the category and the key that its first event came with.
type Store struct {
	path string
	cfg  config
	file file
	info fs.FileInfo // says which file it is

	// mu guards the index. The writer alone changes it, and so reads it without a lock; in
	// a store that is read-only it is whoever has locked growth.
	mu    sync.RWMutex
	index *index

	writer   *writer // nil in a store that is read-only
	readOnly error   // why
	growth   growth  // of the file, in a store that is read-only

	closed    atomic.Bool
	closeOnce sync.Once
	closeErr  error
}

var (
	_ es.Store         = (*Store)(nil)
	_ es.CommandReader = (*Store)(nil)
)

// Open opens the file at path, and creates it where there is none. The folder must exist.
//
// It reads the whole file: see [OnProgress]. What a crash has left at its end is cut off:
// see [OnTorn]. A file that is damaged fails with a [*DamageError], one that is in use
// with [ErrLocked]; neither is changed. The context is that of opening alone.
func Open(ctx context.Context, path string, opts ...Option) (*Store, error) {
	s, err := open(ctx, path, opts)
	if err != nil {
		return nil, fmt.Errorf("jsonl: open %s: %w", path, err)
	}
	return s, nil
}

// inPlace refuses to write where the file's name leads elsewhere by now, or where others
// have written. On most systems a file that is deleted while it is open can still be
// written to, and what is written is gone when it is closed.
func (s *Store) inPlace() error {
	info, err := s.cfg.disk.stat(s.path)
	switch {
	case os.IsNotExist(err):
		return fmt.Errorf("%w: %w", ErrMoved, err)
	case err != nil:
		return err
	case !os.SameFile(info, s.info):
		return fmt.Errorf("%w: another has taken it", ErrMoved)
	}
	return nil
}

// Close lets the appends end that have been taken on, ends iterations with
// es.ErrClosed, and closes the file. Every later call of the store fails with
// es.ErrClosed. Close may be called more than once.
func (s *Store) Close() error {
	s.closeOnce.Do(func() {
		if s.writer != nil {
			s.writer.close()
		}
		s.closed.Store(true)
		if err := s.file.Close(); err != nil {
			s.closeErr = fmt.Errorf("jsonl: close %s: %w", s.path, err)
		}
	})
	return s.closeErr
}

// ready says why a call cannot begin, or an iteration not go on.
func (s *Store) ready(ctx context.Context) error {
	if s.closed.Load() {
		return es.ErrClosed
	}
	return ctx.Err()
}

// Head implements [es.Store].
func (s *Store) Head(ctx context.Context) (int64, error) {
	if err := s.look(ctx); err != nil {
		return 0, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.index.head(), nil
}

// Command implements [es.CommandReader].
func (s *Store) Command(ctx context.Context, stream, commandID string) (first es.StreamResult, seen bool, err error) {
	if err := s.look(ctx); err != nil {
		return es.StreamResult{}, false, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	if st := s.index.streams[stream]; st != nil {
		if c, seen := st.commands[commandID]; seen {
			return st.result(c), true, nil
		}
	}
	return es.StreamResult{}, false, nil
}

// failed says what failed on which file.
func (s *Store) failed(what string, err error) error {
	return fmt.Errorf("jsonl: %s: %s: %w", s.path, what, err)
}
