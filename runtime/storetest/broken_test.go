package storetest_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/memory"
	"github.com/esgen/esgen/runtime/storetest"
)

// mutant is a store that is broken in one way.
type mutant struct {
	name string
	open func() *altered
	// reopen is set where it is reopening that is broken.
	reopen func(t *testing.T, store es.Store) es.Store
	// caught are cases that must fail, among others.
	caught []string
}

func (m mutant) config() storetest.Config {
	return storetest.Config{Open: func(*testing.T) es.Store { return m.open() }, Reopen: m.reopen}
}

var mutants = []mutant{
	{
		name: "keeps nothing",
		open: func() *altered {
			s := sound()
			s.append = func(ctx context.Context, a es.Append) (es.Result, error) { return memory.New().Append(ctx, a) }
			return s
		},
		caught: []string{"Append/EveryField", "Append/Versions", "Expected/None", "Concurrency/OneWinner", "History/Random"},
	},
	{
		name: "ignores expected versions",
		open: func() *altered {
			s := sound()
			s.append = func(ctx context.Context, a es.Append) (es.Result, error) {
				if err := a.Validate(); err != nil {
					return es.Result{}, err
				}
				return s.inner.Append(ctx, eachPart(a, func(part *es.StreamAppend) { part.Expected = es.ExpectAny }))
			}
			return s
		},
		caught: []string{"Expected/None", "Expected/Exists", "Expected/Exactly", "Concurrency/OneWinner", "Concurrency/OneCreator", "History/Random", "History/Serial"},
	},
	{
		name: "ignores conditions",
		open: func() *altered {
			s := sound()
			s.append = func(ctx context.Context, a es.Append) (es.Result, error) {
				a.Conditions = nil
				return s.inner.Append(ctx, a)
			}
			return s
		},
		caught: []string{"Conditions/After", "Conditions/Tags", "Boundaries/Racers", "Boundaries/WriteSkew", "Decisions/MixedSkew", "Decisions/Between", "Decisions/EveryStep", "History/Random", "History/Serial"},
	},
	{
		name: "keeps the snapshot that comes last",
		open: func() *altered {
			return keeping(func(es.Snapshot, es.Snapshot) bool { return true })
		},
		caught: []string{"Snapshots/Newer"},
	},
	{
		name: "keeps one snapshot a stream",
		open: func() *altered {
			s := sound()
			s.readSnapshot = func(ctx context.Context, stream, aggregate string) (es.Snapshot, bool, error) {
				got, found, err := s.inner.ReadSnapshot(ctx, stream, "any")
				got.Aggregate = aggregate
				return got, found, err
			}
			s.writeSnapshot = func(ctx context.Context, snapshot es.Snapshot) error {
				snapshot.Aggregate = "any"
				return s.inner.WriteSnapshot(ctx, snapshot)
			}
			return s
		},
		caught: []string{"Snapshots/OwnPerAggregate"},
	},
	{
		name: "keeps the caller's state",
		open: func() *altered {
			return keeping(func(before, s es.Snapshot) bool { return s.Version >= before.Version })
		},
		caught: []string{"Snapshots/Ownership", "Snapshots/BeyondEnd"},
	},
	{
		name: "drops rows of state tables",
		open: func() *altered {
			s := sound()
			s.append = func(ctx context.Context, a es.Append) (es.Result, error) {
				a.Rows = nil
				return s.inner.Append(ctx, a)
			}
			return s
		},
		caught: []string{"Invalid/NoTable"},
	},
	{name: "hands out positions before commit", open: positionsBeforeCommit, caught: []string{"Polling/MissesNothing"}},
	{name: "shows appends in part", open: appendsInPart, caught: []string{"Concurrency/WholeAppends"}},
	{
		name: "ends iterations silently on a canceled context",
		open: func() *altered {
			return sound().reading(func(seq events) events {
				return func(yield func(*es.Stored, error) bool) {
					for e, err := range seq {
						if errors.Is(err, context.Canceled) || !yield(e, err) {
							return
						}
					}
				}
			})
		},
		caught: []string{"Context/ReadDone", "Context/ReadCut"},
	},
	{
		name:   "ignores repetition",
		open:   ignoresRepetition,
		caught: []string{"Repeat/SameAppend", "Repeat/SomeStored", "Repeat/OtherStream", "Concurrency/SameAppend", "History/Random"},
	},
	{
		name: "forgets commands",
		open: func() *altered {
			s := sound()
			s.append = func(ctx context.Context, a es.Append) (es.Result, error) {
				return s.inner.Append(ctx, eachPart(a, func(part *es.StreamAppend) { part.CommandID = "" }))
			}
			return s
		},
		caught: []string{"Commands/SameCommand", "Commands/SomeStreams", "Concurrency/SameCommand"},
	},
	{
		name: "answers for the commands of all streams",
		open: func() *altered {
			s := sound()
			var firsts sync.Map // by command ID
			s.append = func(ctx context.Context, a es.Append) (es.Result, error) {
				r, err := s.inner.Append(ctx, a)
				for i := range r.Streams {
					firsts.LoadOrStore(a.Streams[i].CommandID, r.Streams[i])
				}
				return r, err
			}
			s.lookUp = func(_ context.Context, _, id string) (es.StreamResult, bool, error) {
				first, seen := firsts.Load(id)
				if !seen {
					return es.StreamResult{}, false, nil
				}
				return first.(es.StreamResult), true, nil
			}
			return s
		},
		caught: []string{"Lookups/Unseen", "Lookups/SeveralStreams", "Lookups/Context"},
	},
	{
		name: "judges versions before repetition",
		open: func() *altered {
			s := sound()
			s.append = func(ctx context.Context, a es.Append) (es.Result, error) {
				for _, part := range a.Streams {
					if actual := version(ctx, s.inner, part.Stream.Name); !part.Expected.Holds(actual) {
						return es.Result{}, &es.ConflictError{Stream: part.Stream.Name, Expected: part.Expected, Actual: actual}
					}
				}
				return s.inner.Append(ctx, a)
			}
			return s
		},
		caught: []string{"Repeat/SameAppend", "Repeat/BeforeVersions", "Commands/BeforeVersionsAndConditions"},
	},
	{
		name: "stores part of a refused append",
		open: func() *altered {
			s := sound()
			s.append = func(ctx context.Context, a es.Append) (es.Result, error) {
				r, err := s.inner.Append(ctx, a)
				if err != nil && len(a.Streams) > 1 {
					// It got as far as this before it noticed.
					_, _ = s.inner.Append(ctx, es.Append{Streams: a.Streams[:1]})
				}
				return r, err
			}
			return s
		},
		caught: []string{"Expected/OneOfSeveral", "Conditions/OneOfSeveral", "Concurrency/CrossedStreams"},
	},
	{name: "keeps the caller's buffers", open: keepsBuffers, caught: []string{"Ownership/AppendKeepsNothing"}},
	{
		name: "sorts the caller's tags",
		open: func() *altered {
			s := sound()
			s.append = func(ctx context.Context, a es.Append) (es.Result, error) {
				for _, part := range a.Streams {
					for _, e := range part.Events {
						slices.SortFunc(e.Tags, func(x, y es.Tag) int { return strings.Compare(x.Key, y.Key) })
					}
				}
				return s.inner.Append(ctx, a)
			}
			return s
		},
		caught: []string{"Ownership/AppendChangesNothing"},
	},
	{
		name: "checks versions, then stores",
		open: func() *altered {
			s := sound()
			s.append = func(ctx context.Context, a es.Append) (es.Result, error) {
				if a.Validate() == nil && holdsNow(ctx, s.inner, a) {
					slowDown()
					a = eachPart(a, func(part *es.StreamAppend) { part.Expected = es.ExpectAny })
				}
				return s.inner.Append(ctx, a)
			}
			return s
		},
		caught: []string{"Concurrency/OneWinner", "Concurrency/OneCreator"},
	},
	{
		name:   "checks conditions, then stores",
		open:   checksConditionsFirst,
		caught: []string{"Boundaries/Racers", "Boundaries/WriteSkew", "Decisions/MixedSkew", "Decisions/Between", "Decisions/EveryStep", "Decisions/Honest"},
	},
	{name: "leaks readers", open: leaksReaders, caught: []string{"Iterators/Abandoned"}},
	{
		name: "counts the limit before the query",
		open: func() *altered {
			s := sound()
			s.all = func(ctx context.Context, opts es.ReadAll) events {
				q := opts.Query
				opts.Query = es.Query{}
				return each(func(e *es.Stored) bool { return q.Matches(e.Type, e.Tags) })(s.inner.All(ctx, opts))
			}
			return s
		},
		caught: []string{"All/Query", "All/Combined"},
	},
	{
		name: "leaves out more than it may where it reads in brief",
		open: func() *altered {
			s := sound()
			s.all = func(ctx context.Context, opts es.ReadAll) events {
				return each(func(e *es.Stored) bool {
					if opts.Brief {
						e.RecordedAt = time.Time{}
					}
					return true
				})(s.inner.All(ctx, opts))
			}
			return s
		},
		caught: []string{"All/Brief"},
	},
	{
		name: "cuts times to microseconds",
		open: func() *altered {
			return sound().reading(each(func(e *es.Stored) bool {
				e.RecordedAt = e.RecordedAt.Truncate(time.Microsecond)
				return true
			}))
		},
		caught: []string{"Append/Times"},
	},
	{
		name: "takes names that differ in case for one",
		open: func() *altered {
			s := sound()
			s.append = func(ctx context.Context, a es.Append) (es.Result, error) {
				if err := a.Validate(); err != nil {
					return es.Result{}, err
				}
				return s.inner.Append(ctx, eachPart(a, func(part *es.StreamAppend) { part.Stream.Name = strings.ToLower(part.Stream.Name) }))
			}
			s.stream = func(ctx context.Context, name string, opts es.ReadStream) events {
				return s.inner.Stream(ctx, strings.ToLower(name), opts)
			}
			return s
		},
		caught: []string{"Names/Distinct"},
	},
	{
		name: "goes on once it is closed",
		open: func() *altered {
			s := sound()
			s.close = func() error { return nil }
			return s
		},
		caught: []string{"Close/Closed", "Close/Iterators"},
	},
	{name: "forgets commands when it is closed", open: sound, reopen: reopenWithoutCommands, caught: []string{"Reopen/Commands", "Reopen/History"}},
	{name: "loses everything when it is closed", open: sound, reopen: reopenAnother, caught: []string{"Reopen/Everything", "Reopen/GoesOn"}},
}

// slowDown is what a disk, or another process, does to a store: it gives a mistake
// the time to show.
func slowDown() { time.Sleep(50 * time.Microsecond) }

// checksConditionsFirst judges conditions outside of the transaction that stores. Its
// appends are always unlucky: each was judged just before the one that is stored ahead
// of it, so that no case has to wait for that to happen.
func checksConditionsFirst() *altered {
	s := sound()
	var mu sync.Mutex
	var judged int64 // the head as it was before the newest append
	s.append = func(ctx context.Context, a es.Append) (es.Result, error) {
		mu.Lock()
		defer mu.Unlock()
		head, err := s.inner.Head(ctx)
		if err != nil {
			return es.Result{}, err
		}
		if unbroken(ctx, s.inner, a, judged) {
			a.Conditions = nil
		}
		r, err := s.inner.Append(ctx, a)
		if err == nil {
			judged = head
		}
		return r, err
	}
	return s
}

// positionsBeforeCommit gives an append its positions, and lets it be seen a little
// later: then others with higher positions may have been seen.
func positionsBeforeCommit() *altered {
	s := sound()
	var mu sync.RWMutex
	committed := make(map[int64]bool)
	var head int64
	s.append = func(ctx context.Context, a es.Append) (es.Result, error) {
		r, err := s.inner.Append(ctx, a)
		if err != nil || r.Repeated {
			return r, err
		}
		if r.Position%3 == 0 {
			slowDown()
		}
		mu.Lock()
		defer mu.Unlock()
		for _, part := range r.Streams {
			for p := part.FirstPosition; p <= part.LastPosition; p++ {
				committed[p] = true
			}
		}
		head = max(head, r.Position)
		return r, nil
	}
	s.reading(each(func(e *es.Stored) bool {
		mu.RLock()
		defer mu.RUnlock()
		return committed[e.Position]
	}))
	s.head = func(ctx context.Context) (int64, error) {
		mu.RLock()
		defer mu.RUnlock()
		return head, nil
	}
	return s
}

// appendsInPart judges appends as a whole, and lets their streams be seen one after
// the other.
func appendsInPart() *altered {
	s := sound()
	var mu sync.Mutex
	judge := memory.New()
	s.append = func(ctx context.Context, a es.Append) (es.Result, error) {
		mu.Lock()
		defer mu.Unlock()
		r, err := judge.Append(ctx, a)
		if err != nil || r.Repeated {
			return r, err
		}
		for _, part := range a.Streams {
			part.Expected = es.ExpectAny
			if _, err := s.inner.Append(context.WithoutCancel(ctx), es.Append{Streams: []es.StreamAppend{part}}); err != nil {
				return es.Result{}, err
			}
			slowDown()
		}
		return r, nil
	}
	return s
}

// ignoresRepetition stores events under IDs of its own, and shows those that it was
// given.
func ignoresRepetition() *altered {
	s := sound()
	var given sync.Map // by own ID
	s.append = func(ctx context.Context, a es.Append) (es.Result, error) {
		if err := a.Validate(); err != nil {
			return es.Result{}, err
		}
		return s.inner.Append(ctx, eachPart(a, func(part *es.StreamAppend) {
			for i := range part.Events {
				own := uuid.New()
				given.Store(own, part.Events[i].ID)
				part.Events[i].ID = own
			}
		}))
	}
	return s.reading(each(func(e *es.Stored) bool {
		id, _ := given.Load(e.ID)
		e.ID = id.(uuid.UUID)
		return true
	}))
}

// keepsBuffers shows payloads, metadata and tags where the caller has them.
func keepsBuffers() *altered {
	s := sound()
	var kept sync.Map
	s.append = func(ctx context.Context, a es.Append) (es.Result, error) {
		r, err := s.inner.Append(ctx, a)
		if err == nil && !r.Repeated {
			for _, part := range a.Streams {
				for _, e := range part.Events {
					kept.Store(e.ID, e)
				}
			}
		}
		return r, err
	}
	return s.reading(each(func(e *es.Stored) bool {
		if given, ok := kept.Load(e.ID); ok {
			e.Payload = given.(es.NewEvent).Payload
		}
		return true
	}))
}

// leaksReaders has a hundred readers, and gets back only those that read to the end.
func leaksReaders() *altered {
	var lent atomic.Int64
	return sound().reading(func(seq events) events {
		return func(yield func(*es.Stored, error) bool) {
			if lent.Add(1) > 100 {
				yield(nil, errors.New("no reader is left"))
				return
			}
			for e, err := range seq {
				if !yield(e, err) {
					return
				}
			}
			lent.Add(-1)
		}
	})
}

// reopenWithoutCommands copies a store's events into a new one, at the positions that
// they had.
func reopenWithoutCommands(t *testing.T, store es.Store) es.Store {
	old, copied := store.(*altered), sound()
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	for e, err := range old.inner.All(t.Context(), es.ReadAll{}) {
		if err != nil {
			t.Fatal(err)
		}
		_, err = copied.Append(t.Context(), es.Append{Streams: []es.StreamAppend{{
			Stream: e.Stream, Expected: es.Exactly(e.Version - 1), Events: []es.NewEvent{{
				ID: e.ID, Type: e.Type, TypeVersion: e.TypeVersion, RecordedAt: e.RecordedAt,
				Payload: e.Payload, Metadata: e.Metadata, Tags: e.Tags,
			}},
		}}})
		if err != nil {
			t.Fatal(err)
		}
	}
	return copied
}

// reopenAnother opens a store that has never seen an event.
func reopenAnother(t *testing.T, store es.Store) es.Store {
	if err := store.(*altered).Close(); err != nil {
		t.Fatal(err)
	}
	return sound()
}

// keeping keeps snapshots without a look at their streams, and without a copy: those
// that replace says so of.
func keeping(replace func(before, s es.Snapshot) bool) *altered {
	s := sound()
	var mu sync.Mutex
	kept := map[[2]string]es.Snapshot{}
	s.readSnapshot = func(ctx context.Context, stream, aggregate string) (es.Snapshot, bool, error) {
		mu.Lock()
		defer mu.Unlock()
		snapshot, found := kept[[2]string{stream, aggregate}]
		return snapshot, found, ctx.Err()
	}
	s.writeSnapshot = func(ctx context.Context, snapshot es.Snapshot) error {
		mu.Lock()
		defer mu.Unlock()
		if err := snapshot.Validate(); err != nil {
			return err
		}
		key := [2]string{snapshot.Stream, snapshot.Aggregate}
		if replace(kept[key], snapshot) {
			snapshot.RecordedAt = snapshot.RecordedAt.Round(0).UTC()
			kept[key] = snapshot
		}
		return ctx.Err()
	}
	return s
}
