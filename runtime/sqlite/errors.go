package sqlite

import (
	"errors"
	"fmt"

	"github.com/esgen/esgen/runtime/es"
)

// What an error of this package is about; test with errors.Is. Errors of the
// store contract, es.ErrConflict and the like, are in package es.
var (
	// ErrNotOurs says that a file is no SQLite database, or one of something else.
	// It is left as it was. Returned by Open.
	ErrNotOurs = errors.New("not an esgen store")
	// ErrNewerFormat says that a file was written by a newer version of this
	// package. It is left as it was. Returned by Open, and by Append where another
	// process has brought the file to a newer format.
	ErrNewerFormat = errors.New("newer file format")
	// ErrOlderFormat says that a file must be brought to the current format, which
	// a store that was opened with ReadOnly cannot do. Returned by Open.
	ErrOlderFormat = errors.New("older file format")
	// ErrReadOnly says that the store was opened with ReadOnly. Returned by Append. It
	// is not es.ErrReadOnly, which says that an aggregate was loaded as of the past.
	ErrReadOnly = errors.New("store is read-only")
	// ErrMoved says that the file was deleted, moved, replaced or overwritten while the
	// store was open: close the store and open the file that is meant. Nothing was stored.
	// Returned by Append, Head and the iterators.
	ErrMoved = errors.New("the file is not in its place any more")
	// ErrBusy says that another process kept the file locked for longer than the
	// busy timeout; nothing was stored. Returned by Open, Append, Head and the
	// iterators.
	ErrBusy = errors.New("file is in use by another process")
	// ErrFull says that the disk, or the file's size limit, is full; nothing was
	// stored. Returned by Append.
	ErrFull = errors.New("disk is full")
	// ErrTableDrift says that a state table of the file is not the one that the program
	// knows: open the store with WithTableDrift and call Rebuild. Returned by Open.
	ErrTableDrift = errors.New("state table differs from the code")
	// ErrTooLarge says that an event is larger than SQLite can hold in a row.
	// Returned by Append.
	ErrTooLarge = errors.New("event is too large")
)

// kind is what SQLite's result codes come to for this package.
type kind int

const (
	kindOther kind = iota
	kindNone       // no error
	kindBusy
	kindFull
	kindDamaged
	kindNotADatabase
	kindCantOpen
	kindReadOnly
	kindTooLarge
	kindConstraint
)

// SQLite's primary result codes.
const (
	codeBusy       = 5
	codeReadOnly   = 8
	codeCorrupt    = 11
	codeFull       = 13
	codeCantOpen   = 14
	codeProtocol   = 15 // a race for the locks of the WAL that was lost too often
	codeTooBig     = 18
	codeConstraint = 19
	codeNotADB     = 26
)

func kindOf(err error) kind {
	if err == nil {
		return kindNone
	}
	code, ok := resultCode(err)
	switch {
	case !ok && errors.Is(err, ErrBusy):
		return kindBusy
	case !ok:
		return kindOther
	}
	switch code {
	case codeBusy, codeProtocol:
		return kindBusy
	case codeFull:
		return kindFull
	case codeCorrupt:
		return kindDamaged
	case codeNotADB:
		return kindNotADatabase
	case codeCantOpen:
		return kindCantOpen
	case codeReadOnly:
		return kindReadOnly
	case codeTooBig:
		return kindTooLarge
	case codeConstraint:
		return kindConstraint
	}
	return kindOther
}

// explain wraps an error of SQLite so that it says what the matter is and matches
// what callers test for. Other errors are returned as they are, and so is one that
// has been explained.
func explain(err error) error {
	var what error
	switch kindOf(err) {
	case kindBusy:
		what = ErrBusy
	case kindFull:
		what = ErrFull
	case kindDamaged:
		what = errDamaged
	case kindNotADatabase:
		what = errNoDatabase
	case kindCantOpen, kindReadOnly:
		what = errNoAccess
	case kindTooLarge:
		what = ErrTooLarge
	case kindConstraint:
		what = errContradiction
	}
	if what == nil || errors.Is(err, what) {
		return err
	}
	return fmt.Errorf("%w: %w", what, err)
}

var (
	errDamaged = fmt.Errorf("%w: the file is damaged", es.ErrCorrupt)
	// Appends are judged before they are written, by what the file says of itself.
	errContradiction = fmt.Errorf("%w: the file contradicts itself", es.ErrCorrupt)
	errNoDatabase    = fmt.Errorf("%w: it is no SQLite database", ErrNotOurs)
	// Reading needs to write too: what readers see is agreed on in the file's neighbours.
	errNoAccess = errors.New("cannot use the file: do it and its folder exist, and may this user write to both?")
)
