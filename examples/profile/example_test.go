package profile_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	"github.com/esgen/esgen/examples/profile"
	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/memory"
	"github.com/esgen/esgen/runtime/sqlite"
)

func mustName(s string) profile.Name {
	n, err := profile.NewName(s)
	if err != nil {
		log.Fatal(err)
	}
	return n
}

// registered gives a repository in which Ann is registered.
func registered(ctx context.Context, clock es.Clock) *profile.ProfileRepository {
	profiles := profile.NewProfileRepository(memory.New(), es.WithClock(clock))
	if err := profiles.Save(ctx, profile.Register(clock, id, mustName("Ann"))); err != nil {
		log.Fatal(err)
	}
	return profiles
}

// An aggregate is saved to a file and loaded again.
func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "profile")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	store, err := sqlite.Open(ctx, filepath.Join(dir, "events.db"))
	if err != nil {
		log.Fatal(err)
	}
	defer store.Close()

	profiles := profile.NewProfileRepository(store)
	if err := profiles.Save(ctx, profile.Register(es.SystemClock, id, mustName("Ann"))); err != nil {
		log.Fatal(err)
	}
	err = profiles.Update(ctx, id, func(p *profile.Profile) error { return p.Rename(mustName("Bob")) })
	if err != nil {
		log.Fatal(err)
	}
	p, err := profiles.Load(ctx, id)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(p.Name(), "at version", p.Version())
	// Output: Bob at version 2
}

// Of two writers that loaded the same version, the second to save loses.
func Example_conflict() {
	ctx := context.Background()
	profiles := registered(ctx, es.SystemClock)

	first, err := profiles.Load(ctx, id)
	if err != nil {
		log.Fatal(err)
	}
	second, err := profiles.Load(ctx, id)
	if err != nil {
		log.Fatal(err)
	}
	first.SignIn()
	second.Visit("/home")
	fmt.Println(profiles.Save(ctx, first))
	err = profiles.Save(ctx, second)
	var conflict *es.ConflictError
	if errors.As(err, &conflict) {
		fmt.Println("expected version", conflict.Expected, "and found", conflict.Actual)
	}

	// Update starts over with a fresh aggregate when it meets a conflict.
	fmt.Println(profiles.Update(ctx, id, func(p *profile.Profile) error { p.Visit("/home"); return nil }))
	// Output:
	// <nil>
	// expected version 1 and found 2
	// <nil>
}

// The state can be read as of any version or time.
func Example_timeTravel() {
	ctx := context.Background()
	clock := es.FrozenClock(noon)
	profiles := registered(ctx, clock)
	clock.Advance(time.Hour)
	err := profiles.Update(ctx, id, func(p *profile.Profile) error { return p.Rename(mustName("Bob")) })
	if err != nil {
		log.Fatal(err)
	}

	for _, at := range []es.At{es.AtVersion(1), es.AtTime(noon.Add(59 * time.Minute)), es.AtTime(noon.Add(time.Hour))} {
		p, err := profiles.LoadAt(ctx, id, at)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(p.Name(), "at version", p.Version())
	}
	// Output:
	// Ann at version 1
	// Ann at version 1
	// Bob at version 2
}

// The history of an aggregate is typed: a switch over it is a switch over its
// events.
func Example_history() {
	ctx := context.Background()
	profiles := registered(ctx, es.FrozenClock(noon))
	err := profiles.Update(ctx, id, func(p *profile.Profile) error { return p.Rename(mustName("Bob")) })
	if err != nil {
		log.Fatal(err)
	}

	for e, err := range profiles.History(ctx, id) {
		if err != nil {
			log.Fatal(err)
		}
		switch event := e.Event.(type) {
		case profile.Registered:
			fmt.Println(e.Version, "registered as", event.Name)
		case profile.Renamed:
			fmt.Println(e.Version, "renamed to", event.Name)
		}
	}
	// Output:
	// 1 registered as Ann
	// 2 renamed to Bob
}

// What is known of an event beside the event travels in the context.
func Example_metadata() {
	ctx := es.ContextWithMetadata(context.Background(), es.Metadata{CorrelationID: "request-7", Headers: map[string]string{"user": "ann"}})
	profiles := registered(ctx, es.SystemClock)
	for e, err := range profiles.History(ctx, id) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(e.Type, e.Metadata.CorrelationID, e.Metadata.Headers["user"])
	}
	// Output: profile.registered request-7 ann
}
