package jsonl

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// disk is what a store asks of the operating system. Tests put another in its place, which
// loses what was not synced.
type disk interface {
	// open opens the file at path, for writing too if that is asked for, and then creates
	// it where there is none.
	open(path string, writable bool) (file, error)
	stat(path string) (fs.FileInfo, error)
	// syncFolder brings the names in a folder to disk.
	syncFolder(path string) error
}

// file is an open file.
type file interface {
	io.ReaderAt
	io.WriterAt
	io.Closer
	Truncate(size int64) error
	Stat() (fs.FileInfo, error)
	// Sync brings all to disk. datasync leaves out what is not needed to read the data,
	// such as the time of the last change.
	Sync() error
	datasync() error
	// lock keeps others that write out until the file is closed. It does not wait: it
	// returns ErrLocked.
	lock() error
}

// system is the operating system's disk.
type system struct{}

func (system) open(path string, writable bool) (file, error) {
	flag := os.O_RDONLY
	if writable {
		flag = os.O_RDWR | os.O_CREATE
	}
	f, err := os.OpenFile(path, flag, 0o666)
	if err != nil {
		return nil, err
	}
	return &systemFile{f}, nil
}

func (system) stat(path string) (fs.FileInfo, error) { return os.Stat(path) }

// systemFile is a file of the operating system. How it is synced and locked depends on
// that.
type systemFile struct{ *os.File }

// resolve finds out what is at path, and refuses what cannot be a file of events. The
// result is absolute and not that of a link.
func resolve(path string) (string, error) {
	switch {
	case path == "":
		return "", errors.New("the path is empty")
	case strings.ContainsRune(path, 0):
		return "", errors.New("the path holds a NUL byte")
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	if target, err := filepath.EvalSymlinks(abs); err == nil {
		abs = target
	}
	switch info, err := os.Stat(abs); {
	case errors.Is(err, fs.ErrNotExist):
		if info, err := os.Stat(filepath.Dir(abs)); err != nil {
			return "", fmt.Errorf("its folder must exist: %w", err)
		} else if !info.IsDir() {
			return "", fmt.Errorf("%s is no folder", filepath.Dir(abs))
		}
	case err != nil:
		return "", err
	case info.IsDir():
		return "", errors.New("it is a folder; name a file in it")
	case !info.Mode().IsRegular():
		return "", errors.New("it is no regular file")
	}
	return abs, nil
}
