package memory_test

import (
	"testing"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/memory"
	"github.com/esgen/esgen/runtime/storetest"
)

func TestStore(t *testing.T) {
	open := func(t *testing.T) es.Store {
		store := memory.New()
		t.Cleanup(func() {
			if err := store.Close(); err != nil {
				t.Error(err)
			}
		})
		return store
	}
	storetest.Config{Open: open, Snapshots: true}.Run(t)
}
