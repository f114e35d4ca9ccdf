package jsonl

import (
	"os"

	"golang.org/x/sys/unix"
)

func (f *systemFile) datasync() error {
	// Through the file's own connection, so that it cannot be closed meanwhile.
	conn, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = conn.Control(func(fd uintptr) {
		for {
			if failed = unix.Fdatasync(int(fd)); failed != unix.EINTR {
				return
			}
		}
	})
	if err == nil && failed != nil {
		err = os.NewSyscallError("fdatasync", failed)
	}
	return err
}
