package jsonl

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sync"
	"syscall"
	"time"
)

// growth is what a store that is read-only knows of the file beside its index. Another
// store may append to it, so that the file is looked at before each reading.
type growth struct {
	mu sync.Mutex

	// What the last look has seen of the file.
	size    int64
	changed time.Time
	unended bool // the index ends with a line that had no line feed

	err error // which no later look can mend
}

// look takes a look at the store before something is read from it.
func (s *Store) look(ctx context.Context) error {
	if err := s.ready(ctx); err != nil || s.readOnly == nil {
		return err
	}
	s.growth.mu.Lock()
	err := s.follow(ctx)
	s.growth.mu.Unlock()
	if err == nil {
		return nil
	}
	if closed := s.ready(ctx); closed != nil {
		return closed // and that is why
	}
	return s.failed("read", err)
}

// follow takes into the index what has been appended to the file.
func (s *Store) follow(ctx context.Context) error {
	g, x := &s.growth, s.index
	if g.err != nil {
		return g.err
	}
	info, err := s.file.Stat()
	if err != nil {
		return err
	}
	size := info.Size()
	if size < x.end {
		return fmt.Errorf("%w: it has %d bytes, and had %d", ErrChanged, size, x.end)
	}
	if size == g.size && info.ModTime().Equal(g.changed) {
		return nil
	}
	begin, unended := x.end, g.unended
	if unended && size > begin {
		var feed [1]byte
		if err := readFull(s.file, feed[:], begin); err != nil {
			return err
		}
		if feed[0] != '\n' {
			return fmt.Errorf("%w: line %d has become longer", ErrChanged, x.head())
		}
		begin, unended = begin+1, false
	}
	scanTo := func(end int64) *scan {
		return &scan{
			file: s.file, size: end, index: x, progress: func(Progress) {}, whole: x.head(), end: begin,
			lines: lineReader{file: s.file, size: end, offset: begin},
		}
	}
	end, err := scanTo(size).ahead(ctx)
	if err != nil {
		return err
	}
	if err := s.secureShown(end > begin); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	x.end, g.unended = begin, unended
	// What is begun has to be ended, for the index cannot go back.
	if err := scanTo(end).run(context.WithoutCancel(ctx)); err != nil || x.end != end {
		g.err = cmp.Or(err, fmt.Errorf("%w: line %d, while it was read", ErrChanged, x.head()))
		return g.err
	}
	g.size, g.changed = size, info.ModTime()
	return nil
}

// secureShown brings to disk what is about to be shown. The store that has appended it may
// still be at that; and nobody is to act on what a loss of power could take back.
func (s *Store) secureShown(something bool) error {
	if !something {
		return nil
	}
	err := s.file.datasync()
	if err == nil || errors.Is(err, fs.ErrPermission) || errors.Is(err, errors.ErrUnsupported) || errors.Is(err, syscall.EINVAL) || readOnlyDisk(err) {
		return nil // a system that lets only those sync who can write
	}
	return fmt.Errorf("sync: %w", err)
}

// ahead finds where the last whole append ends, and takes nothing into the index. The rest
// may be just being written.
func (s *scan) ahead(ctx context.Context) (end int64, err error) {
	end = s.end
	var l line
	for position := s.whole + 1; ; position++ {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		offset := s.lines.offset
		b, err := s.lines.next()
		if errors.Is(err, io.EOF) {
			return end, nil
		}
		if err != nil && !errors.Is(err, ErrTooLarge) {
			return 0, err
		}
		text, ended := bytes.CutSuffix(b, []byte("\n"))
		if err == nil && !ended {
			return end, nil
		}
		if err == nil {
			err = l.decode(text)
		}
		if err == nil && l.position != position {
			err = fmt.Errorf("it is the line of position %d", l.position)
		}
		if err != nil {
			if torn, e := s.torn(b); !torn {
				return 0, cmp.Or(e, error(&DamageError{Line: position, Offset: offset, Err: err}))
			}
			return end, nil
		}
		if l.last {
			s.whole, end = position, s.lines.offset
		}
	}
}
