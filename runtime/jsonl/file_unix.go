//go:build darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd

package jsonl

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// diskFull says whether a write failed because there is no room.
func diskFull(err error) bool {
	return errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.EDQUOT) || errors.Is(err, unix.EFBIG)
}

// readOnlyDisk says whether a file could not be opened because nothing on its disk can be
// written.
func readOnlyDisk(err error) bool { return errors.Is(err, unix.EROFS) }

func (f *systemFile) lock() error { return f.flock(unix.LOCK_EX | unix.LOCK_NB) }

// Close gives the lock back by itself: a process that is just being started by this one may
// hold the file open for a moment longer, and the lock with it.
func (f *systemFile) Close() error {
	return errors.Join(f.flock(unix.LOCK_UN), f.File.Close())
}

func (f *systemFile) flock(how int) error {
	conn, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = conn.Control(func(fd uintptr) {
		for {
			if failed = unix.Flock(int(fd), how); failed != unix.EINTR {
				return
			}
		}
	})
	switch {
	case err != nil:
		return err
	case failed == unix.EWOULDBLOCK:
		return ErrLocked
	case failed != nil:
		return os.NewSyscallError("flock", failed)
	}
	return nil
}

func (system) syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	err = d.Sync()
	if e := d.Close(); err == nil {
		err = e
	}
	return err
}
