package storetest

import (
	"testing"

	"github.com/esgen/esgen/runtime/es"
)

// Config says how the suite comes by the stores that it tests. Its functions are
// called by several tests at once.
type Config struct {
	// Open returns a new and empty store, which is used by one test only. Whatever
	// has to be closed or removed after it is left to t.Cleanup, and must bear that
	// the suite has closed the store before.
	Open func(t *testing.T) es.Store
	// Reopen closes a store that Open or Reopen returned, if the suite has not closed
	// it yet, and opens what it kept again. What has to be closed after that is left
	// to t.Cleanup, as with Open. It is nil for a store that does not outlive its
	// process, and then the cases about reopening are not part of the suite.
	Reopen func(t *testing.T, store es.Store) es.Store
	// Snapshots says that the stores are to be an es.SnapshotStore each, so that the
	// cases about snapshots cannot drop out of the suite unnoticed. A store that is one
	// is tested for it in any case.
	Snapshots bool
}

// Run tests the stores that open returns, for stores that cannot be reopened: it
// is Config{Open: open}.Run(t).
func Run(t *testing.T, open func(t *testing.T) es.Store) {
	t.Helper()
	Config{Open: open}.Run(t)
}

// Run tests the stores that c opens. Each case is a subtest, named by its group
// and itself: Conditions/Racers.
//
// A store that has a method Close() error is tested for what it does once closed,
// one that is an es.CommandReader for what it answers, and one that is an
// es.SnapshotStore for what it keeps.
func (c Config) Run(t *testing.T) {
	t.Helper()
	if c.Open == nil {
		t.Fatal("storetest: Config.Open is nil; it must return a new and empty store")
	}
	groups := []group{
		{"Append", appendCases},
		{"Names", nameCases},
		{"Expected", expectedCases},
		{"Conditions", conditionCases},
		{"Repeat", repeatCases},
		{"Commands", commandCases},
		{"Invalid", invalidCases},
		{"Stream", streamCases},
		{"All", allCases},
		{"Iterators", iteratorCases},
		{"Context", contextCases},
		{"Ownership", ownershipCases},
		{"Large", largeCases},
		{"Concurrency", concurrencyCases},
		{"Polling", pollingCases},
		{"Boundaries", boundaryCases},
		{"Decisions", decisionCases},
		{"History", historyCases},
	}
	example := c.Open(t)
	if _, ok := example.(es.CommandReader); ok {
		groups = append(groups, group{"Lookups", lookupCases})
	}
	if _, ok := example.(es.SnapshotStore); ok {
		groups = append(groups, group{"Snapshots", snapshotCases})
	} else if c.Snapshots {
		t.Fatalf("storetest: Config.Snapshots is set, and a %T is no es.SnapshotStore", example)
	}
	if _, ok := example.(closer); ok {
		groups = append(groups, group{"Close", closeCases})
	}
	if c.Reopen != nil {
		groups = append(groups, group{"Reopen", reopenCases})
	}
	for _, g := range groups {
		t.Run(g.name, func(t *testing.T) {
			for _, tc := range g.cases {
				t.Run(tc.name, func(t *testing.T) {
					t.Parallel() // most of a store's time is waiting for its disk
					tc.run(t, c)
				})
			}
		})
	}
}

// closer is what a store that can be closed has beside es.Store.
type closer interface{ Close() error }

type group struct {
	name  string
	cases []testCase
}

// testCase is one sentence of the contract and the test of it.
type testCase struct {
	name string
	says string // the sentence
	test func(*subject)
}

func (tc testCase) run(t *testing.T, c Config) {
	defer func() {
		if t.Failed() {
			t.Logf("what the contract says: %s", tc.says)
		}
	}()
	s := &subject{T: t, config: c, store: c.Open(t)}
	tc.test(s)
	if !s.closed && !t.Failed() {
		s.verify("at the end of the test")
	}
}

// scale is n, and a smaller number where tests are to be short.
func scale(n, short int) int {
	if testing.Short() {
		return short
	}
	return n
}
