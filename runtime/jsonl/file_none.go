//go:build !(darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd || windows)

package jsonl

import (
	"errors"
	"fmt"
	"runtime"
)

func diskFull(error) bool { return false }

func readOnlyDisk(error) bool { return false }

// lock refuses to write to a file that others might write to, too.
func (f *systemFile) lock() error {
	return fmt.Errorf("%w: a lock on a file on %s; open it with ReadOnly", errors.ErrUnsupported, runtime.GOOS)
}

func (system) syncFolder(string) error { return nil }
