package jsonl

import "github.com/esgen/esgen/runtime/es"

// Option changes how a file is opened. A nil one does nothing.
type Option func(*config) error

type config struct {
	readOnly bool
	progress func(Progress)
	torn     func(Torn)
	observer *es.Observer // nil where nobody wants to know

	// disk is other than the operating system's in tests only.
	disk disk
}

func newConfig(opts []Option) (config, error) {
	cfg := config{disk: system{}, progress: func(Progress) {}, torn: func(Torn) {}}
	for _, opt := range opts {
		if opt == nil {
			continue
		}
		if err := opt(&cfg); err != nil {
			return config{}, err
		}
	}
	return cfg, nil
}

// ReadOnly opens a file that exists for reading, and refuses appends with
// [ErrReadOnly]. What a crash has left at its end is passed over and stays there.
//
// Several programs may read a file in this way while a store writes to it. They see an
// append when all of it is in the file, and bring it to disk before they show it. They see
// new ones whenever a reading begins: to follow a file, ask for its Head now and then. One
// thing can take away what was seen, which is an error of the disk: an append whose sync
// failed is cut off by the store that wrote it. Then reading fails with [ErrChanged] or a
// [DamageError]. A file that is renamed or deleted is read on as it was.
//
// A file that this user cannot write is opened in this way without being asked.
func ReadOnly() Option {
	return func(c *config) error {
		c.readOnly = true
		return nil
	}
}

// Progress says how far Open has come with reading the file.
type Progress struct {
	// Read and Size are in bytes. Open is through when they are equal.
	Read, Size int64
	// Events is how many were found so far.
	Events int64
}

// OnProgress has Open report now and then how far it has come, and once at the end. The
// function is called by the goroutine that calls Open, which waits for it.
func OnProgress(report func(Progress)) Option {
	return func(c *config) error {
		if report != nil {
			c.progress = report
		}
		return nil
	}
}

// Torn is the part of an append, or of several that were written together, that a crash
// has left at the end of a file. None of them was acknowledged.
type Torn struct {
	// Path is that of the file.
	Path string
	// Line and Offset say where it begins: the number of the line, from 1, and the byte,
	// from 0.
	Line, Offset int64
	// Size is how many bytes it has.
	Size int64
	// Cut says that it was cut off. It was passed over in a store that is read-only, and
	// may be what another store was just writing.
	Cut bool
}

// OnTorn has Open report what a crash has left at the end of the file. The function is
// called by the goroutine that calls Open, after it was cut off.
func OnTorn(report func(Torn)) Option {
	return func(c *config) error {
		if report != nil {
			c.torn = report
		}
		return nil
	}
}

// WithObserver has the store report each group of appends that it writes, by the
// observer's Committed. Given again, it adds an observer.
func WithObserver(o es.Observer) Option {
	return func(c *config) error {
		if c.observer != nil {
			o = es.Observers(*c.observer, o)
		}
		c.observer = &o
		return nil
	}
}
