//go:build cgo

package sqlite_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/sqlite"
)

// tally is an aggregate whose plumbing is written by hand.
type tally struct {
	es.Root

	id   string
	refs []string // of what was counted
}

type tallyEvent interface {
	es.Event
	isTallyEvent()
}

type (
	begun   struct{ ID string }
	counted struct{ Ref string }
)

func (begun) EventType() string   { return "tally.begun" }
func (counted) EventType() string { return "tally.counted" }

func (begun) isTallyEvent()   {}
func (counted) isTallyEvent() {}

func (a *tally) begin(id string)  { es.Record(a, &a.Root, tallyEvent(begun{ID: id}), applyTally) }
func (a *tally) count(ref string) { es.Record(a, &a.Root, tallyEvent(counted{Ref: ref}), applyTally) }

func applyTally(a *tally, event tallyEvent) error {
	switch e := event.(type) {
	case begun:
		a.id = e.ID
	case counted:
		a.refs = append(a.refs, e.Ref)
	default:
		return es.UnexpectedEvent("tally", event)
	}
	return nil
}

func decodeTally(s *es.Stored) (event tallyEvent, err error) {
	switch s.Type {
	case "tally.begun":
		var e begun
		err = json.Unmarshal(s.Payload, &e)
		event = e
	case "tally.counted":
		var e counted
		err = json.Unmarshal(s.Payload, &e)
		event = e
	default:
		return nil, es.UnknownEvent("tally", s)
	}
	return event, err
}

type tallies = es.Repository[tally, string, tallyEvent]

func newTallies(store es.Store) *tallies {
	return es.NewRepository(store, &es.Definition[tally, string, tallyEvent]{
		Name: "tally", Stream: "tally-{id}",
		Events: []es.EventType{
			{Name: "tally.begun", Version: 1, Zero: begun{}},
			{Name: "tally.counted", Version: 1, Zero: counted{}},
		},
		ID:       func(a *tally) string { return a.id },
		FormatID: func(id string) (string, error) { return id, nil },
		ParseID:  func(s string) (string, error) { return s, nil },
		Apply:    applyTally,
		Load: func(a *tally, s *es.Stored) error {
			e, err := decodeTally(s)
			if err != nil {
				return err
			}
			return applyTally(a, e)
		},
		Encode: func(dst []byte, e tallyEvent) ([]byte, error) {
			b, err := json.Marshal(e)
			return append(dst, b...), err
		},
		Decode: decodeTally,
	})
}

func openTallies(t *testing.T, opts ...sqlite.Option) *tallies {
	t.Helper()
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "events.db"), opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return newTallies(store)
}

func beginTally(t *testing.T, repo *tallies, id string) *tally {
	t.Helper()
	a := new(tally)
	a.begin(id)
	if err := repo.Save(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	return a
}

// acknowledged are the references of the events that a save has said to be stored,
// by the ID of the aggregate.
type acknowledged struct {
	mu   sync.Mutex
	refs map[string][]string
}

func (k *acknowledged) add(id, ref string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.refs == nil {
		k.refs = make(map[string][]string)
	}
	k.refs[id] = append(k.refs[id], ref)
}

// verify checks that the histories hold what was acknowledged, each once, and
// nothing else, at versions without holes.
func (k *acknowledged) verify(t *testing.T, repo *tallies) {
	t.Helper()
	for id, want := range k.refs {
		var got []string
		version := int64(0)
		for r, err := range repo.History(t.Context(), id) {
			if err != nil {
				t.Fatal(err)
			}
			if version++; r.Version != version {
				t.Fatalf("tally %s: version %d stands in the place of version %d", id, r.Version, version)
			}
			if e, ok := r.Event.(counted); ok {
				got = append(got, e.Ref)
			}
		}
		loaded, err := repo.Load(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(loaded.refs, got) || loaded.Version() != version {
			t.Errorf("tally %s: a load gives %d events at version %d, its history has %d up to version %d",
				id, len(loaded.refs), loaded.Version(), len(got), version)
		}
		slices.Sort(got)
		if slices.Sort(want); !slices.Equal(got, want) {
			t.Errorf("tally %s: %d events were acknowledged, and %d are stored:\n%q\n%q", id, len(want), len(got), want, got)
		}
	}
}

// unlocked fails where somebody hears of SQLite's locks.
func unlocked(t *testing.T, err error) {
	if err != nil && (errors.Is(err, sqlite.ErrBusy) || strings.Contains(err.Error(), "locked")) {
		t.Errorf("somebody has met a lock: %v", err)
	}
}

// Aggregates that many goroutines have loaded at one version are saved by one of
// them.
func TestRepositorySavesOfOneVersion(t *testing.T) {
	t.Parallel()
	const goroutines, rounds = 64, 5
	repo := openTallies(t)
	beginTally(t, repo, "shared")
	var stored acknowledged
	for round := range rounds {
		loaded := make([]*tally, goroutines)
		for g := range loaded {
			a, err := repo.Load(t.Context(), "shared")
			if err != nil {
				t.Fatal(err)
			}
			loaded[g] = a
		}
		var wg sync.WaitGroup
		for g, a := range loaded {
			wg.Go(func() {
				ref := fmt.Sprintf("%d by %d", round, g)
				a.count(ref)
				err := repo.Save(t.Context(), a)
				unlocked(t, err)
				if err == nil {
					stored.add("shared", ref)
					return
				}
				conflict, ok := errors.AsType[*es.ConflictError](err)
				want := es.Exactly(int64(round + 1))
				if !ok || conflict.Expected != want || conflict.Actual != int64(round+2) {
					t.Errorf("got %v, want a conflict of version %d", err, want)
				}
				if err := repo.Save(t.Context(), a); !errors.Is(err, es.ErrDetached) {
					t.Errorf("saved again after a conflict: %v, want es.ErrDetached", err)
				}
			})
		}
		wg.Wait()
		if n := len(stored.refs["shared"]); n != round+1 {
			t.Fatalf("after %d rounds %d saves were acknowledged", round+1, n)
		}
	}
	stored.verify(t, repo)
}

// Many goroutines make aggregates, save their own, and update those that they share
// with others, all in one file.
func TestRepositoryInManyGoroutines(t *testing.T) {
	t.Parallel()
	const goroutines, each, shared = 64, 6, 4
	repo := openTallies(t)
	for i := range shared {
		beginTally(t, repo, fmt.Sprint("shared-", i))
	}
	var stored acknowledged
	var wg sync.WaitGroup
	for g := range goroutines {
		wg.Go(func() {
			own := uuid.NewString()
			err := repo.Create(t.Context(), func(a *tally) error {
				a.begin(own)
				return nil
			})
			for i := 0; err == nil && i < each; i++ {
				ref := fmt.Sprintf("%d by %d", i, g)
				var a *tally
				if a, err = repo.Load(t.Context(), own); err != nil {
					break
				}
				a.count(ref)
				if err = repo.Save(t.Context(), a); err != nil {
					break
				}
				stored.add(own, ref)

				id := fmt.Sprint("shared-", (g+i)%shared)
				if err = repo.Update(t.Context(), id, func(a *tally) error {
					a.count(ref)
					return nil
				}); err == nil {
					stored.add(id, ref)
				}
			}
			unlocked(t, err)
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if len(stored.refs) != goroutines+shared {
		t.Errorf("%d tallies were acknowledged, want %d", len(stored.refs), goroutines+shared)
	}
	stored.verify(t, repo)
}

// Histories that nobody reads to their ends hold no connection, not even the only
// one.
func TestAbandonedHistories(t *testing.T) {
	t.Parallel()
	repo := openTallies(t, sqlite.WithReaders(1))
	a := beginTally(t, repo, "a")
	for i := range 200 { // more than a page
		a.count(fmt.Sprint(i))
	}
	if err := repo.Save(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	for i := range 1000 {
		read, most := 0, 1
		if i%20 == 0 {
			most = 150
		}
		for r, err := range repo.History(t.Context(), "a") {
			if err != nil || r.Version != int64(read+1) {
				t.Fatalf("version %d, %v", r.Version, err)
			}
			if read++; read == most {
				break
			}
		}
	}
	a.count("after them")
	if err := repo.Save(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	if loaded, err := repo.Load(t.Context(), "a"); err != nil || loaded.Version() != 202 {
		t.Fatalf("loaded %+v, %v, want version 202", loaded, err)
	}
}
