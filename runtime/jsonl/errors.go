package jsonl

import (
	"errors"
	"fmt"

	"github.com/esgen/esgen/runtime/es"
)

// What an error of this package is about; test with errors.Is. Errors of the store
// contract, es.ErrConflict and the like, are in package es.
var (
	// ErrNotOurs says that a file's first line is none of this format. It is left as it
	// was. Returned by Open, in a *DamageError.
	ErrNotOurs = errors.New("not a file of events")
	// ErrLocked says that another store has the file open and can write to it, of this
	// process or another: ReadOnly opens it beside that one. Returned by Open.
	ErrLocked = errors.New("the file is in use by another store that writes")
	// ErrReadOnly says that the store was opened with ReadOnly, or that this user cannot
	// write the file. Returned by Append. It is not es.ErrReadOnly, which says that an
	// aggregate was loaded as of the past.
	ErrReadOnly = errors.New("store is read-only")
	// ErrMoved says that the file was deleted, moved or replaced while the store was
	// open: close the store and open the file that is meant. Nothing was stored.
	// Returned by Append.
	ErrMoved = errors.New("the file is not in its place any more")
	// ErrChanged says that another program has written to the file or cut it while the
	// store was open: close the store, and find out what has happened before you open
	// the file again. Nothing was stored. Returned by Append, and by readings of what is
	// not there any more.
	ErrChanged = errors.New("the file was changed by another program")
	// ErrFull says that the disk is full, or the file as large as it can be; nothing was
	// stored. Returned by Append.
	ErrFull = errors.New("disk is full")
	// ErrTooLarge says that an event takes more than 1 GiB as a line. Returned by Append.
	ErrTooLarge = errors.New("event is too large")
)

// DamageError says which line of a file is damaged. It matches es.ErrCorrupt.
type DamageError struct {
	// Line counts from 1. It is also the position that the event should have.
	Line int64
	// Offset is the byte at which the line begins, from 0.
	Offset int64
	// Err says what is wrong.
	Err error
}

func (e *DamageError) Error() string {
	return fmt.Sprintf("line %d, which begins at byte %d, is damaged: %v", e.Line, e.Offset, e.Err)
}

// Is matches es.ErrCorrupt.
func (e *DamageError) Is(target error) bool { return target == es.ErrCorrupt }

// Unwrap returns Err.
func (e *DamageError) Unwrap() error { return e.Err }

// explainWrite makes an error of a write match ErrFull where that is the matter.
func explainWrite(err error) error {
	if diskFull(err) {
		return fmt.Errorf("%w: %w", ErrFull, err)
	}
	return err
}
