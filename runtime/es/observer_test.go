package es_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/memory"
)

func TestObserverOfSaves(t *testing.T) {
	inBubble(t, func(b *bank) {
		repo := b.accounts(accountDefinition())
		b.open(repo)
		b.deposit(repo, 1)
		stale := load(b.T, repo, "ann")
		b.deposit(repo, 1)
		stale.record(deposited{Amount: 1})
		if err := repo.Save(b.Context(), stale); !errors.Is(err, es.ErrConflict) {
			b.Fatal(err)
		}
		if err := repo.Save(b.Context(), load(b.T, repo, "ann")); err != nil { // nothing is pending
			b.Fatal(err)
		}
		bob := open("bob")
		bob.record(noted{})
		carl := open("carl")
		if err := es.Atomic(b.store, repo.Part(bob), repo.Part(carl)).Save(b.Context()); err != nil {
			b.Fatal(err)
		}
		want := []es.SaveReport{
			{Stream: "account-ann", Streams: 1, Events: 1, Version: 1, Position: 1},
			{Stream: "account-ann", Streams: 1, Events: 1, Version: 2, Position: 2},
			{Stream: "account-ann", Streams: 1, Events: 1, Version: 3, Position: 3},
			{Stream: "account-ann", Streams: 1, Events: 1},
			{Stream: "account-bob", Streams: 2, Events: 3, Version: 1, Position: 6},
		}
		if len(b.saves) != len(want) {
			b.Fatalf("%+v", b.saves)
		}
		for i, got := range b.saves {
			if failed := got.Err != nil; failed != (i == 3) || failed && !es.IsExpected(got.Err) || got.Start.IsZero() {
				b.Errorf("save %d: %+v", i, got)
			}
			want[i].Aggregate = "account"
			got.Err, got.Start, got.Duration = nil, want[i].Start, 0
			if got != want[i] {
				b.Errorf("save %d: %+v, want %+v", i, got, want[i])
			}
		}
	})
}

func TestObserverOfRetries(t *testing.T) {
	inBubble(t, func(b *bank) {
		repo := b.accounts(accountDefinition())
		b.open(repo)
		calls := 0
		err := repo.Update(b.Context(), "ann", func(a *account) error {
			if calls++; calls < 3 {
				b.deposit(newAccounts(b.store), 1)
			}
			a.record(deposited{Amount: 1})
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
		if len(b.retries) != 2 || b.retries[1].Attempt != 2 || b.retries[1].Aggregate != "account" || !errors.Is(b.retries[1].Err, es.ErrConflict) {
			b.Errorf("%+v", b.retries)
		}
		if len(b.loads) != 3 {
			b.Errorf("%d loads", len(b.loads))
		}
	})
}

func TestObserverOfFailedLoads(t *testing.T) {
	inBubble(t, func(b *bank) {
		repo := b.accounts(accountDefinition())
		if _, err := repo.Load(b.Context(), "ann"); !errors.Is(err, es.ErrNotFound) {
			b.Fatal(err)
		}
		if l := b.loads[0]; !errors.Is(l.Err, es.ErrNotFound) || l.Version != 0 || l.Stream != "account-ann" || l.Aggregate != "account" {
			b.Errorf("%+v", l)
		}
	})
}

type traced struct{}

// The context that an observer returns reaches the store, and each of several observers
// is told.
func TestObserverContexts(t *testing.T) {
	var told []string
	observer := func(name string) es.Option {
		begin := func(ctx context.Context) context.Context {
			before, _ := ctx.Value(traced{}).(string)
			return context.WithValue(ctx, traced{}, before+name)
		}
		end := func(ctx context.Context, what string) {
			told = append(told, name+" "+what+" in "+ctx.Value(traced{}).(string))
		}
		return es.WithObserver(es.Observer{
			LoadBegins: func(ctx context.Context, _ es.LoadReport) context.Context { return begin(ctx) },
			SaveBegins: func(ctx context.Context, _ es.SaveReport) context.Context { return begin(ctx) },
			Loaded:     func(ctx context.Context, _ es.LoadReport) { end(ctx, "loaded") },
			Saved:      func(ctx context.Context, _ es.SaveReport) { end(ctx, "saved") },
		})
	}
	repo := newAccounts(memory.New(), observer("a"), es.WithObserver(es.Observer{}), observer("b"))
	if err := repo.Save(t.Context(), open("ann")); err != nil {
		t.Fatal(err)
	}
	load(t, repo, "ann")
	want := []string{"a saved in ab", "b saved in ab", "a loaded in ab", "b loaded in ab"}
	if !slices.Equal(told, want) {
		t.Errorf("%q, want %q", told, want)
	}
}

func TestLogObserver(t *testing.T) {
	inBubble(t, func(b *bank) {
		var out bytes.Buffer
		logger := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{
			Level: slog.LevelDebug,
			ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
				if a.Key == slog.TimeKey || a.Key == "duration" {
					return slog.Attr{}
				}
				return a
			},
		}))
		log := es.WithObserver(es.LogObserver(logger))
		repo := b.accounts(snapshotted(2, "f"), log)
		b.open(repo)
		b.deposit(repo, 1)
		load(b.T, repo, "ann")
		load(b.T, b.accounts(snapshotted(9, "g"), log), "ann")
		b.wantSnapshots("2 written", "2 ignored", "2 written")
		_, _ = repo.Load(b.Context(), "bob")
		_, _ = b.accounts(accountDefinition(), log, es.WithObserver(es.Observer{})).Load(b.Context(), "ann")
		_, _ = es.NewRepository(holed{b.store, 1}, accountDefinition(), log).Load(b.Context(), "ann")
		_ = repo.Save(b.Context(), open("ann"))
		_ = es.NewRepository(&faulty{Store: b.store, after: []error{errUnknown}}, accountDefinition(), log).Save(b.Context(), open("cat"))
		got := out.String()
		for _, want := range []string{
			`level=DEBUG msg="events appended" aggregate=account stream=account-ann events=1 version=1 position=1`,
			`level=DEBUG msg="aggregate loaded" aggregate=account stream=account-ann version=1 events=1`,
			`level=DEBUG msg="snapshot written" aggregate=account stream=account-ann version=2 bytes=`,
			`level=DEBUG msg="aggregate loaded" aggregate=account stream=account-ann version=2 events=0 snapshot=2`,
			`level=INFO msg="snapshot ignored" aggregate=account stream=account-ann version=2 bytes=`,
			`level=DEBUG msg="aggregate not loaded" aggregate=account stream=account-bob events=0 error=`,
			`level=ERROR msg="aggregate not loaded" aggregate=account stream=account-ann events=0 error=`,
			`level=DEBUG msg="events not appended" aggregate=account stream=account-ann events=1 error="stream account-ann exists already`,
			`level=ERROR msg="events perhaps appended" aggregate=account stream=account-cat events=1 error=`,
		} {
			if !strings.Contains(got, want) {
				b.Errorf("no line %s in\n%s", want, got)
			}
		}
	})
}

// Reports cost nothing where nobody wants them: neither an allocation nor a look at the
// clock.
func BenchmarkUnobserved(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		es.Unobserved(b.Context(), "account", "account-ann")
	}
}

func TestUnobservedCostsNothing(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() { es.Unobserved(t.Context(), "account", "account-ann") }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	repo, _ := opened100(t)
	silent, _ := opened100(t, es.WithObserver(es.Observer{}))
	plain := testing.AllocsPerRun(100, func() { load(t, repo, "ann") })
	seeing := testing.AllocsPerRun(100, func() { load(t, silent, "ann") })
	if seeing > plain {
		t.Errorf("a load allocates %v times, and %v with an observer that wants nothing", plain, seeing)
	}
}

// A store that is closed before a snapshot was written is no reason to warn anybody.
func TestLogObserverOfClosedStores(t *testing.T) {
	var out bytes.Buffer
	log := es.LogObserver(slog.New(slog.NewTextHandler(&out, nil)))
	log.Snapshot(t.Context(), es.SnapshotReport{Outcome: es.SnapshotNotWritten, Err: es.ErrClosed})
	if out.Len() > 0 {
		t.Errorf("%s", out.String())
	}
	log.Snapshot(t.Context(), es.SnapshotReport{Outcome: es.SnapshotNotWritten, Err: errDomain})
	if !strings.Contains(out.String(), "level=WARN") {
		t.Errorf("%q", out.String())
	}
}
