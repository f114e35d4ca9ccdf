package memory

import (
	"context"
	"sync"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
)

// Store is an [es.Store] in memory. It is safe for use by several goroutines at
// once, and must not be copied.
//
// A stream keeps the category and the key that its first event came with.
type Store struct {
	mu     sync.RWMutex
	closed bool

	// log holds the event of position p at p-1. What stands in it never changes,
	// nor what its events refer to, so that a reader may go on with the log as it
	// was while the store appends to it. The same holds for every positions.
	log     []es.Stored
	ids     map[uuid.UUID]int64 // the position of each event
	streams map[string]*stream
	types   map[string]positions
	tags    map[es.Tag]positions

	tables    map[string]*table           // nil until there is one
	snapshots map[snapshotKey]es.Snapshot // nil until there is one
}

var (
	_ es.Store         = (*Store)(nil)
	_ es.CommandReader = (*Store)(nil)
)

// positions are those of some of the log's events, rising.
type positions []int64

// stream is what a store knows of one stream; the version of an event is its
// place in events, counted from 1.
type stream struct {
	is       es.Stream
	events   positions
	commands map[string]es.StreamResult // by command ID; nil until there is one
}

// version is 0 for a stream that does not exist.
func (s *stream) version() int64 {
	if s == nil {
		return 0
	}
	return int64(len(s.events))
}

// New returns an empty store.
func New() *Store {
	return &Store{
		ids:     make(map[uuid.UUID]int64),
		streams: make(map[string]*stream),
		types:   make(map[string]positions),
		tags:    make(map[es.Tag]positions),
	}
}

// Close makes every later call fail with es.ErrClosed. Iterations that have begun
// run to their ends. Close may be called more than once, and returns nil.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	return nil
}

// Head implements [es.Store].
func (s *Store) Head(ctx context.Context) (int64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		return 0, es.ErrClosed
	}
	return s.head(), nil
}

func (s *Store) head() int64 { return int64(len(s.log)) }

// at is the event at a position that the log has.
func (s *Store) at(position int64) *es.Stored { return &s.log[position-1] }
