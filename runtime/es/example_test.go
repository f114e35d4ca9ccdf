package es_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/memory"
)

// A registry is made by hand of the definitions of its aggregates, and replays their events
// across all streams. Here account is an aggregate whose definition is written by hand too;
// esgen generates it from the aggregate and its events.
func ExampleReplay() {
	ctx := context.Background()
	store := memory.New()
	accounts := es.NewRepository(store, accountDefinition())
	for _, name := range []string{"ann", "bob"} {
		if err := accounts.Save(ctx, open(name)); err != nil {
			log.Fatal(err)
		}
	}
	err := accounts.Update(ctx, "ann", func(a *account) error {
		a.record(deposited{Amount: 100})
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}

	registry, err := es.NewRegistry(accountDefinition())
	if err != nil {
		log.Fatal(err)
	}
	for e, err := range es.Replay(ctx, store, registry) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%d: %s, version %d: %s %v\n", e.Position, e.Stream, e.Version, e.Type, e.Event)
	}
	// Output:
	// 1: account-ann, version 1: account.opened {ann}
	// 2: account-bob, version 1: account.opened {bob}
	// 3: account-ann, version 2: account.deposited {100}
}

// Whoever follows the events keeps the position of the last that was seen, beside what was
// made of them, and goes on behind it: every second, say, or when a save has told of news.
func ExampleAfterPosition() {
	ctx := context.Background()
	store := memory.New()
	accounts := es.NewRepository(store, accountDefinition())
	registry, err := es.NewRegistry(accountDefinition())
	if err != nil {
		log.Fatal(err)
	}

	total, seen := 0, int64(0)
	catchUp := func() {
		for e, err := range es.Replay(ctx, store, registry, es.AfterPosition(seen)) {
			if err != nil {
				log.Fatal(err)
			}
			if d, ok := e.Event.(deposited); ok {
				total += d.Amount
			}
			seen = e.Position
		}
		fmt.Printf("total %d at position %d\n", total, seen)
	}
	catchUp()
	if err := accounts.Save(ctx, open("ann")); err != nil {
		log.Fatal(err)
	}
	for _, amount := range []int{100, 20} {
		err := accounts.Update(ctx, "ann", func(a *account) error {
			a.record(deposited{Amount: amount})
			return nil
		})
		if err != nil {
			log.Fatal(err)
		}
		catchUp()
	}
	// Output:
	// total 0 at position 0
	// total 100 at position 2
	// total 120 at position 3
}

// What a context bears is stored with every event that is saved under it; a decorator adds
// to the metadata of each.
func ExampleWithDecorator() {
	host := func(_ context.Context, _ es.Event, md *es.Metadata) error {
		md.Headers["host"] = "web-1"
		return nil
	}
	accounts := es.NewRepository(memory.New(), accountDefinition(), es.WithDecorator(host))

	ctx := es.ContextWithMetadata(context.Background(), es.Metadata{CorrelationID: "request-17"})
	if err := accounts.Save(ctx, open("ann")); err != nil {
		log.Fatal(err)
	}
	for e, err := range accounts.History(ctx, "ann") {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(e.Type, e.Metadata.CorrelationID, e.Metadata.Headers["host"])
	}
	// Output: account.opened request-17 web-1
}

// accountCount is a decision model: how many accounts there are.
type accountCount struct {
	es.Decision

	n int
}

func countAccounts(ctx context.Context, store es.Store) (*accountCount, error) {
	count := new(accountCount)
	opened := es.Query{Items: []es.Item{{Types: []string{"account.opened"}}}}
	err := es.ReadDecision(ctx, store, &count.Decision, opened, func(*es.Stored) error {
		count.n++
		return nil
	})
	return count, err
}

// A rule about many streams: there are two accounts at most. The save is refused where an
// account was opened since they were counted; Retry counts anew and decides again.
func ExampleIf() {
	ctx := context.Background()
	store := memory.New()
	accounts := es.NewRepository(store, accountDefinition())
	errFull := errors.New("there are two accounts already")

	openIfRoom := func(name string) error {
		return es.Retry(ctx, func() error {
			count, err := countAccounts(ctx, store)
			if err != nil {
				return err
			}
			if count.n >= 2 {
				return errFull
			}
			return accounts.Save(ctx, open(name), es.If(count))
		})
	}
	for _, name := range []string{"ann", "bob", "eve"} {
		fmt.Println(name, openIfRoom(name))
	}

	stale, err := countAccounts(ctx, store)
	if err != nil {
		log.Fatal(err)
	}
	if err := accounts.Save(ctx, open("joe")); err != nil { // by somebody who does not ask
		log.Fatal(err)
	}
	err = accounts.Save(ctx, open("kim"), es.If(stale))
	fmt.Println("kim", errors.Is(err, es.ErrCondition))
	// Output:
	// ann <nil>
	// bob <nil>
	// eve there are two accounts already
	// kim true
}
