package jsonl

import (
	"path/filepath"
	"sync"
	"testing"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/storetest"
)

// Cuts of power are the matter of other tests: this one need not wait for a disk.
func TestConformance(t *testing.T) {
	t.Parallel()
	var paths sync.Map // of the stores
	open := func(t *testing.T, path string) es.Store {
		t.Helper()
		s, err := Open(t.Context(), path, withHaste)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
		paths.Store(s, path)
		return s
	}
	storetest.Config{
		Open: func(t *testing.T) es.Store { return open(t, filepath.Join(t.TempDir(), "events.jsonl")) },
		Reopen: func(t *testing.T, s es.Store) es.Store {
			if err := s.(*Store).Close(); err != nil {
				t.Fatal(err)
			}
			path, _ := paths.Load(s)
			return open(t, path.(string))
		},
	}.Run(t)
}
