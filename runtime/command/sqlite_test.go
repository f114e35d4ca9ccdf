//go:build cgo

package command_test

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/sqlite"
)

// Many goroutines send commands to few aggregates: what was accepted is there once, and
// what was refused is not, also where a third of the commands is sent twice.
func TestManySenders(t *testing.T) { manySenders(t, 20) }

// The same at full length, whose thousands of commits take most of a minute on a busy disk.
func TestTortureManySenders(t *testing.T) {
	if os.Getenv("ESGEN_TORTURE") == "" {
		t.Skip("set ESGEN_TORTURE=1; the short form of it runs always")
	}
	manySenders(t, 100)
}

func manySenders(t *testing.T, each int) {
	for _, twice := range []bool{false, true} {
		t.Run(fmt.Sprintf("twice=%t", twice), func(t *testing.T) {
			t.Parallel() // most of the time is waiting for the disk
			store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "items.db"))
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := store.Close(); err != nil {
					t.Error(err)
				}
			}()
			sendMany(t, store, each, twice)
		})
	}
}

func sendMany(t *testing.T, store es.Store, each int, twice bool) {
	const senders, aggregates = 32, 4
	repository := newItems(store)
	commands := newItemCommands(repository)
	var mu sync.Mutex
	accepted := map[string]map[int]bool{} // the counts that were stocked, by item: each is another
	send := func(id, commandID string, count int) {
		var opts []es.SaveOption
		if twice {
			opts = append(opts, es.Once(commandID))
		}
		if count%10 == 0 {
			if err := commands.Dispatch(t.Context(), act{ID: id, Do: func(i *item) error {
				i.record(stocked{ID: id, Count: count})
				return errShort
			}}, opts...); err != errShort {
				t.Errorf("%s: %v", commandID, err)
			}
			return
		}
		var out es.Outcome
		if err := commands.Dispatch(t.Context(), actEither{ID: id, Do: func(i *item) error { i.record(stocked{ID: id, Count: count}); return nil }}, append(opts, es.Into(&out))...); err != nil {
			t.Errorf("%s: %v", commandID, err)
			return
		}
		if len(out.Events) != 1 || out.Events[0] != (stocked{ID: id, Count: count}) || out.Version < 1 {
			t.Errorf("%s: %+v", commandID, out)
		}
		mu.Lock()
		defer mu.Unlock()
		if accepted[id] == nil {
			accepted[id] = map[int]bool{}
		}
		accepted[id][count] = true
	}
	for i := range aggregates {
		// They exist, for those that are refused.
		send(fmt.Sprint("item-", i), fmt.Sprint("first-", i), -1-i*2)
	}
	var group sync.WaitGroup
	for s := range senders {
		group.Go(func() {
			var again sync.WaitGroup
			for n := range each {
				count := s*each + n + 1
				id, commandID := fmt.Sprint("item-", count%aggregates), fmt.Sprint("c-", count)
				if twice && n%3 == 0 {
					if n%2 == 0 {
						again.Go(func() { send(id, commandID, count) }) // at once
					} else {
						defer send(id, commandID, count) // later
					}
				}
				send(id, commandID, count)
			}
			again.Wait()
		})
	}
	group.Wait()

	total := 0
	for id, counts := range accepted {
		found := map[int]bool{}
		for e, err := range repository.History(t.Context(), id) {
			if err != nil {
				t.Fatal(err)
			}
			count := e.Event.(stocked).Count
			if found[count] || !counts[count] {
				t.Errorf("%s: the event of %d is there twice, or was never accepted", id, count)
			}
			found[count] = true
		}
		if len(found) != len(counts) {
			t.Errorf("%s: %d events are there, and %d were accepted", id, len(found), len(counts))
		}
		total += len(found)
	}
	if want := senders*each*9/10 + aggregates; total != want {
		t.Errorf("%d events, want %d", total, want)
	}
}
