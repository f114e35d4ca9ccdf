//go:build unix

package sqlite

import "golang.org/x/sys/unix"

// access asks whether a file can be written, without opening it: to close it again
// would drop the locks that other stores of this process have on it.
func access(path string) error { return unix.Access(path, unix.W_OK) }
