package memory

import (
	"context"
	"slices"

	"github.com/esgen/esgen/runtime/es"
)

var _ es.SnapshotStore = (*Store)(nil)

// snapshotKey says whose a snapshot is.
type snapshotKey struct{ stream, aggregate string }

// ReadSnapshot implements [es.SnapshotStore].
func (s *Store) ReadSnapshot(ctx context.Context, stream, aggregate string) (es.Snapshot, bool, error) {
	if err := ctx.Err(); err != nil {
		return es.Snapshot{}, false, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		return es.Snapshot{}, false, es.ErrClosed
	}
	found, ok := s.snapshots[snapshotKey{stream, aggregate}]
	found.State = slices.Clone(found.State)
	return found, ok, nil
}

// WriteSnapshot implements [es.SnapshotStore]. It copies what it keeps.
func (s *Store) WriteSnapshot(ctx context.Context, snapshot es.Snapshot) error {
	if err := snapshot.Validate(); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return es.ErrClosed
	}
	// Streams never get shorter here, so that no snapshot lies beyond the end of one.
	key := snapshotKey{snapshot.Stream, snapshot.Aggregate}
	if snapshot.Version > s.streams[snapshot.Stream].version() || snapshot.Version < s.snapshots[key].Version {
		return nil
	}
	snapshot.State = slices.Clone(snapshot.State)
	snapshot.RecordedAt = snapshot.RecordedAt.Round(0).UTC()
	if s.snapshots == nil {
		s.snapshots = make(map[snapshotKey]es.Snapshot)
	}
	s.snapshots[key] = snapshot
	return nil
}
