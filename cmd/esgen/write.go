package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// write carries the plan out. First all contents are written to temporary files
// beside the ones they are for; only when that went well are they renamed into
// place. So whatever is likely to fail, a full disk or a folder that cannot be
// written to, fails before anything has changed. An interruption counts until then
// too; what follows takes no time worth interrupting.
//
// Where a rename does fail, the error is a *[writeError], which says what was done
// and what was not.
func (p *plan) write(ctx context.Context) error {
	staged := make([]string, len(p.changes))
	defer func() {
		for _, temporary := range staged {
			if temporary != "" {
				_ = os.Remove(temporary)
			}
		}
	}()
	for i, c := range p.changes {
		if err := ctx.Err(); err != nil {
			return err
		}
		// Where a file is to be removed, an empty one shows that the folder allows it.
		temporary, err := stage(c)
		if err != nil {
			return fmt.Errorf("nothing was written: %w", err)
		}
		staged[i] = temporary
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	for i, c := range p.changes {
		var err error
		if c.action == removed {
			if err = os.Remove(c.path); errors.Is(err, fs.ErrNotExist) {
				err = nil
			}
		} else if err = os.Rename(staged[i], c.target); err == nil {
			staged[i] = ""
		}
		if err != nil {
			return &writeError{err: err, done: p.changes[:i], left: p.changes[i:]}
		}
	}
	return nil
}

// stage writes the new content of a file beside it, under a name that the go command
// passes over, and gives that name back.
func stage(c change) (temporary string, err error) {
	folder := filepath.Dir(c.target)
	f, err := createTemporary(folder, filepath.Base(c.target))
	if err != nil {
		return "", fmt.Errorf("cannot write to folder %s: %w", folder, reason(err))
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
			err = fmt.Errorf("cannot write %s: %w", c.path, reason(err))
		}
	}()
	_, err = f.Write(c.new)
	if err == nil && c.action == updated {
		err = f.Chmod(c.mode)
	}
	return f.Name(), errors.Join(err, f.Close())
}

// createTemporary is like os.CreateTemp, but gives the file the permissions that any
// new file gets.
func createTemporary(folder, name string) (*os.File, error) {
	for i := 0; ; i++ {
		path := filepath.Join(folder, fmt.Sprintf(".%s.%d.%d.tmp", name, os.Getpid(), i))
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if !errors.Is(err, fs.ErrExist) {
			return f, err
		}
	}
}

// reason is what is left of an error once the file that it is about has been named.
func reason(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}

// writeError says that a plan was carried out only in part.
type writeError struct {
	err        error
	done, left []change
}

func (e *writeError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "not all files could be changed: %v", e.err)
	for _, c := range e.done {
		fmt.Fprintf(&b, "\n  %s %s", c.action.past(), displayPath(c.path))
	}
	for _, c := range e.left {
		fmt.Fprintf(&b, "\n  not %s: %s", c.action.past(), displayPath(c.path))
	}
	return b.String()
}

func (e *writeError) Unwrap() error { return e.err }

// past says what was done to a file.
func (a action) past() string {
	if a == removed {
		return "removed"
	}
	return "written"
}
