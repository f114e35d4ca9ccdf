package jsonl

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
)

func open(ctx context.Context, path string, opts []Option) (_ *Store, err error) {
	cfg, err := newConfig(opts)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s := &Store{cfg: cfg}
	if s.path, err = resolve(path); err != nil {
		return nil, err
	}
	if err := s.openFile(); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.file.Close())
		}
	}()
	if s.info, err = s.file.Stat(); err != nil {
		return nil, err
	}
	sc, err := scanFile(ctx, s.file, s.info.Size(), cfg.progress)
	if err != nil {
		return nil, err
	}
	s.index = sc.index
	torn := Torn{Path: s.path, Line: s.index.head() + 1, Offset: s.index.end, Size: s.info.Size() - s.index.end}
	if s.readOnly != nil {
		s.growth = growth{unended: sc.unended, size: s.info.Size(), changed: s.info.ModTime()}
		if err := s.secureShown(sc.synced < s.index.end); err != nil {
			return nil, err
		}
		if torn.Size > 0 {
			cfg.torn(torn)
		}
		return s, nil
	}
	// A name that was made before a crash may not be on disk yet, and neither may one be
	// that was made by somebody else just before. Later no event would be without it.
	if s.index.head() == 0 {
		if err := cfg.disk.syncFolder(filepath.Dir(s.path)); err != nil {
			return nil, fmt.Errorf("sync its folder: %w", err)
		}
	}
	if err := s.secure(sc, torn.Size > 0); err != nil {
		return nil, err
	}
	if torn.Size > 0 {
		torn.Cut = true
		cfg.torn(torn)
	}
	s.writer = newWriter(s)
	return s, nil
}

// openFile opens the file, for writing if that can be, and locks it then.
func (s *Store) openFile() (err error) {
	if s.cfg.readOnly {
		s.readOnly = ErrReadOnly
	} else if s.file, err = s.cfg.disk.open(s.path, true); unwritable(err) {
		s.readOnly = fmt.Errorf("%w: %w", ErrReadOnly, err)
	} else if err != nil {
		return err
	}
	if s.readOnly != nil {
		s.file, err = s.cfg.disk.open(s.path, false)
		return err
	}
	if err := s.file.lock(); err != nil {
		return errors.Join(err, s.file.Close())
	}
	// A link that led to no file leads to this one now.
	if target, err := filepath.EvalSymlinks(s.path); err == nil {
		s.path = target
	}
	return nil
}

// unwritable says whether an error of opening a file may be none of reading it.
func unwritable(err error) bool {
	return errors.Is(err, fs.ErrPermission) || readOnlyDisk(err)
}

// secure brings to disk what the scan has found, and cuts off what is torn.
//
// What the last lines knew to be synced is synced. The rest can be the work of a store
// that died before its sync, or after a sync that failed: then the system may take for
// written what is not on disk, and a sync would change nothing. So these bytes are
// written once more.
func (s *Store) secure(sc *scan, torn bool) error {
	changed := false
	if torn {
		if err := s.file.Truncate(s.index.end); err != nil {
			return fmt.Errorf("cut off a torn append: %w", err)
		}
		changed = true
	}
	if sc.unended {
		if _, err := s.file.WriteAt([]byte("\n"), s.index.end); err != nil {
			return fmt.Errorf("end the last line: %w", err)
		}
		s.index.end++
		changed = true
	}
	buf := make([]byte, 1<<20)
	for at := sc.synced; at < s.index.end; {
		part := buf[:min(int64(len(buf)), s.index.end-at)]
		if err := readFull(s.file, part, at); err != nil {
			return err
		}
		if _, err := s.file.WriteAt(part, at); err != nil {
			return fmt.Errorf("write the last lines once more: %w", err)
		}
		at += int64(len(part))
		changed = true
	}
	if !changed {
		return nil
	}
	if err := s.file.Sync(); err != nil {
		return fmt.Errorf("sync: %w", err)
	}
	return nil
}

// readFull fills b with what stands in the file from an offset on.
func readFull(f io.ReaderAt, b []byte, offset int64) error {
	n, err := f.ReadAt(b, offset)
	if n == len(b) {
		return nil
	}
	if errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: it ends at byte %d", ErrChanged, offset+int64(n))
	}
	return err
}
