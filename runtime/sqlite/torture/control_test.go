//go:build cgo && linux

package torture

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// faultPlan says which calls of SQLite fail: see struct control in testdata/disk.c.
type faultPlan struct {
	calls, files uint32
	every        uint32
	error        syscall.Errno
	half         bool
	room         uint32
}

// The sums of faultPlan.
const (
	onWrite, onSync, onTruncate = 1, 2, 4
	mainFile, walFile, journal  = 1, 2, 4
	allFiles                    = mainFile | walFile | journal
)

// control is the file by which testdata/disk.c is told what is to fail.
type control struct{ file *os.File }

const controlSize = 8 * 4

func newControl(t *testing.T) *control {
	t.Helper()
	f, err := os.Create(filepath.Join(memoryFolder(t), "control"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	if err := f.Truncate(controlSize); err != nil {
		t.Fatal(err)
	}
	return &control{f}
}

func openControl(path string) (*control, error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	return &control{f}, err
}

func (c *control) path() string { return c.file.Name() }

// set makes calls fail from now on, or none if on is false. What has been counted
// stays.
func (c *control) set(p faultPlan, on bool) error {
	if !on {
		p.calls, p.room = 0, 0
	}
	half := uint32(0)
	if p.half {
		half = 1
	}
	if err := c.write(0, p.calls, p.files, p.every, uint32(p.error), half); err != nil {
		return err
	}
	return c.write(7, p.room)
}

func (c *control) write(at int64, values ...uint32) error {
	var b []byte
	for _, v := range values {
		b = binary.NativeEndian.AppendUint32(b, v)
	}
	_, err := c.file.WriteAt(b, 4*at)
	return err
}

// injected is how many calls have failed.
func (c *control) injected(t *testing.T) int {
	t.Helper()
	b := make([]byte, controlSize)
	if _, err := c.file.ReadAt(b, 0); err != nil {
		t.Fatal(err)
	}
	return int(binary.NativeEndian.Uint32(b[6*4:]))
}
