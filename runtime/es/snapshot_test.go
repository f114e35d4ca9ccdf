package es_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/memory"
)

// accountState is what a snapshot of an account holds.
type accountState struct {
	ID      string
	Balance int
	Card    *bool
}

// snapshotted is the definition of accounts with snapshots.
func snapshotted(every int, fingerprint string) *es.Definition[account, string, accountEvent] {
	def := accountDefinition()
	def.Snapshots = &es.Snapshots[account]{
		Every: every, Fingerprint: fingerprint,
		Encode: func(dst []byte, a *account) ([]byte, error) {
			s := accountState{ID: a.id, Balance: a.balance}
			if a.card != nil {
				s.Card = &a.card.blocked
			}
			b, err := json.Marshal(s)
			return append(dst, b...), err
		},
		Decode: func(b []byte, a *account) error {
			var s accountState
			if err := json.Unmarshal(b, &s); err != nil {
				return err
			}
			a.id, a.balance = s.ID, s.Balance
			if s.Card != nil {
				a.card = &card{blocked: *s.Card}
			}
			return nil
		},
	}
	return def
}

// bank is a store with an observer that notes what happens, to be used in a bubble of
// synctest: Wait waits for the snapshots.
type bank struct {
	*testing.T
	store *memory.Store

	mu        sync.Mutex
	snapshots []string
	loads     []es.LoadReport
	saves     []es.SaveReport
	retries   []es.RetryReport
}

func newBank(t *testing.T) *bank { return &bank{T: t, store: memory.New()} }

func (b *bank) observer() es.Option {
	return es.WithObserver(es.Observer{
		Loaded: func(_ context.Context, l es.LoadReport) { b.note(func() { b.loads = append(b.loads, l) }) },
		Saved:  func(_ context.Context, s es.SaveReport) { b.note(func() { b.saves = append(b.saves, s) }) },
		Retrying: func(_ context.Context, r es.RetryReport) {
			b.note(func() { b.retries = append(b.retries, r) })
		},
		Snapshot: func(_ context.Context, s es.SnapshotReport) {
			text := fmt.Sprintf("%d %s", s.Version, s.Outcome)
			if s.Err != nil {
				text += ": " + s.Err.Error()
			}
			b.note(func() { b.snapshots = append(b.snapshots, text) })
		},
	})
}

func (b *bank) note(add func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	add()
}

func (b *bank) accounts(def *es.Definition[account, string, accountEvent], opts ...es.Option) *accounts {
	return es.NewRepository(b.store, def, append(opts, b.observer())...)
}

// deposit makes n events in a save each.
func (b *bank) deposit(repo *accounts, n int) {
	b.Helper()
	for range n {
		err := repo.Update(b.Context(), "ann", func(a *account) error {
			a.record(deposited{Amount: 1})
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
		synctest.Wait()
	}
}

// wantSnapshots checks what was heard of snapshots since the last time, each by the
// beginning of its text.
func (b *bank) wantSnapshots(want ...string) {
	b.Helper()
	synctest.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	if !slices.EqualFunc(b.snapshots, want, strings.HasPrefix) {
		b.Errorf("snapshots %q, want %q", b.snapshots, want)
	}
	b.snapshots = nil
}

// wantLoad loads ann, and checks what was read for it.
func (b *bank) wantLoad(repo *accounts, version, snapshot int64, events int) *account {
	b.Helper()
	a := load(b.T, repo, "ann")
	b.wantLoaded(a, version, snapshot, events)
	return a
}

func (b *bank) wantLoaded(a *account, version, snapshot int64, events int) {
	b.Helper()
	l := b.loads[len(b.loads)-1]
	if a.Version() != version || l.Version != version || l.Snapshot != snapshot || l.Events != events {
		b.Errorf("loaded version %d from snapshot %d and %d events (report %+v), want version %d from %d and %d",
			a.Version(), l.Snapshot, l.Events, l, version, snapshot, events)
	}
	if want := int(version) - 1; a.balance != want {
		b.Errorf("the balance is %d, want %d", a.balance, want)
	}
}

func (b *bank) open(repo *accounts) {
	b.Helper()
	if err := repo.Save(b.Context(), open("ann")); err != nil {
		b.Fatal(err)
	}
}

func inBubble(t *testing.T, test func(b *bank)) {
	synctest.Test(t, func(t *testing.T) { test(newBank(t)) })
}

// A snapshot is written by the save that crosses the threshold, and a load reads it and
// the events after it.
func TestSnapshotEvery(t *testing.T) {
	inBubble(t, func(b *bank) {
		repo := b.accounts(snapshotted(4, "f"))
		b.open(repo)
		b.deposit(repo, 2)
		b.wantSnapshots()
		b.wantLoad(repo, 3, 0, 3)
		b.deposit(repo, 1)
		b.wantSnapshots("4 written")
		b.wantLoad(repo, 4, 4, 0)
		b.deposit(repo, 3)
		b.wantSnapshots()
		b.wantLoad(repo, 7, 4, 3)
		b.deposit(repo, 1)
		b.wantSnapshots("8 written")
		b.wantLoad(b.accounts(snapshotted(4, "f")), 8, 8, 0)
		b.wantLoad(b.accounts(snapshotted(4, "f"), es.WithoutSnapshots()), 8, 0, 8)
		b.wantLoad(b.accounts(accountDefinition()), 8, 0, 8)
	})
}

// A load that finds enough events writes one as well, as after the threshold came to be.
func TestSnapshotOfLoad(t *testing.T) {
	inBubble(t, func(b *bank) {
		old := b.accounts(accountDefinition())
		b.open(old)
		b.deposit(old, 9)
		b.wantSnapshots()
		repo := b.accounts(snapshotted(4, "f"))
		b.wantLoad(repo, 10, 0, 10)
		b.wantSnapshots("10 written")
		b.wantLoad(repo, 10, 10, 0)
		b.wantSnapshots()
	})
}

// What was loaded from a snapshot has its children attached, and can be saved.
func TestSnapshotHasChildren(t *testing.T) {
	inBubble(t, func(b *bank) {
		repo := b.accounts(snapshotted(2, "f"))
		a := open("ann")
		a.record(carded{})
		if err := repo.Save(b.Context(), a); err != nil {
			b.Fatal(err)
		}
		b.wantSnapshots("2 written")
		a = load(b.T, repo, "ann")
		a.card.record(blocked{})
		if err := repo.Save(b.Context(), a); err != nil {
			b.Fatal(err)
		}
		if a = load(b.T, repo, "ann"); !a.card.blocked || a.Version() != 3 || b.loads[len(b.loads)-1].Snapshot != 2 {
			b.Errorf("card %+v, version %d", a.card, a.Version())
		}
	})
}

func TestSnapshotOfOtherCode(t *testing.T) {
	inBubble(t, func(b *bank) {
		b.open(b.accounts(snapshotted(2, "old")))
		b.deposit(b.accounts(snapshotted(2, "old")), 1)
		b.wantSnapshots("2 written")
		repo := b.accounts(snapshotted(100, "new"))
		b.wantLoad(repo, 2, 0, 2)
		b.wantSnapshots(`2 ignored: snapshot of other code: it has the fingerprint "old", and the code has "new"`, "2 written")
		b.wantLoad(repo, 2, 2, 0)
		b.wantSnapshots()
	})
}

// put writes a snapshot that is not as it should be.
func (b *bank) put(change func(*es.Snapshot)) {
	b.Helper()
	s, found, err := b.store.ReadSnapshot(b.Context(), "account-ann", "account")
	if err != nil || !found {
		b.Fatalf("found %t, %v", found, err)
	}
	change(&s)
	if err := b.store.WriteSnapshot(b.Context(), s); err != nil {
		b.Fatal(err)
	}
}

func TestBadSnapshots(t *testing.T) {
	for _, c := range []struct {
		name    string
		change  func(*es.Snapshot)
		ignored string
	}{
		{"not decoded", func(s *es.Snapshot) { s.State = []byte("{") }, "4 ignored: decode its state: unexpected end"},
		{"other history", func(s *es.Snapshot) { s.Position++ }, "4 ignored: snapshot of another history: version 4 of the stream is at position 4, and the snapshot at 5"},
		{"other aggregate", func(s *es.Snapshot) { s.State = []byte(`{"ID":"bob"}`) }, "4 ignored: the events after it do not go with it: stream account-ann, version 4"},
	} {
		t.Run(c.name, func(t *testing.T) {
			inBubble(t, func(b *bank) {
				repo := b.accounts(snapshotted(4, "f"))
				b.open(repo)
				b.deposit(repo, 3)
				b.wantSnapshots("4 written")
				b.put(c.change)
				b.wantLoad(repo, 4, 0, 4)
				b.wantSnapshots(c.ignored, "4 written")
				b.wantLoad(repo, 4, 4, 0)
			})
		})
	}
}

// A snapshot whose state is not what its events made shows when an event cannot be
// applied to it.
func TestSnapshotThatEventsDoNotGoWith(t *testing.T) {
	inBubble(t, func(b *bank) {
		repo := b.accounts(snapshotted(2, "f"))
		a := open("ann")
		a.record(carded{})
		if err := repo.Save(b.Context(), a); err != nil {
			b.Fatal(err)
		}
		b.wantSnapshots("2 written")
		b.put(func(s *es.Snapshot) { s.State = []byte(`{"ID":"ann"}`) })
		a.card.record(blocked{})
		if err := repo.Save(b.Context(), a); err != nil {
			b.Fatal(err)
		}
		if got := load(b.T, repo, "ann"); got.card == nil || !got.card.blocked {
			b.Errorf("card %+v", got.card)
		}
		b.wantSnapshots("2 ignored: the events after it do not go with it: stream account-ann, version 3", "3 written")
	})
}

// elsewhere is a store whose snapshots are those of another one.
type elsewhere struct {
	es.Store
	es.SnapshotStore
}

// A snapshot of a stream that has got shorter is of events that are gone.
func TestSnapshotBeyondTheEnd(t *testing.T) {
	inBubble(t, func(b *bank) {
		repo := b.accounts(snapshotted(4, "f"))
		b.open(repo)
		b.deposit(repo, 3)
		b.wantSnapshots("4 written")
		restored := memory.New()
		if err := newAccounts(restored).Save(b.Context(), open("ann")); err != nil {
			b.Fatal(err)
		}
		repo = es.NewRepository(elsewhere{restored, b.store}, snapshotted(4, "f"), b.observer())
		b.wantLoad(repo, 1, 0, 1)
		b.wantSnapshots("4 ignored: snapshot of another history: the stream ends before version 4", "1 written")
	})
}

func TestLoadAtWithSnapshots(t *testing.T) {
	inBubble(t, func(b *bank) {
		clock := es.FrozenClock(time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC))
		start := clock.Now()
		repo := b.accounts(snapshotted(4, "f"), es.WithClock(clock))
		b.open(repo)
		for i := range 5 {
			clock.Advance(time.Hour)
			if i == 1 {
				clock.Advance(100 * time.Hour) // which the clock of another machine takes back
			}
			b.deposit(repo, 1)
			if i == 1 {
				clock.Advance(-100 * time.Hour)
			}
		}
		b.wantSnapshots("4 written")
		for version, snapshot := range map[int64]int64{1: 0, 3: 0, 4: 4, 5: 4, 6: 4} {
			a, err := repo.LoadAt(b.Context(), "ann", es.AtVersion(version))
			if err != nil {
				b.Fatal(err)
			}
			b.wantLoaded(a, version, snapshot, int(version-snapshot))
			if err := repo.Save(b.Context(), a); !errors.Is(err, es.ErrReadOnly) {
				b.Errorf("saving version %d: %v", version, err)
			}
		}
		if _, err := repo.LoadAt(b.Context(), "ann", es.AtVersion(7)); !errors.Is(err, es.ErrNoVersion) {
			b.Errorf("version 7: %v", err)
		}
		for _, c := range []struct {
			at                time.Duration
			version, snapshot int64
		}{{0, 1, 0}, {time.Hour, 2, 0}, {5 * time.Hour, 2, 0}, {101 * time.Hour, 2, 0}, {102 * time.Hour, 6, 4}} {
			a, err := repo.LoadAt(b.Context(), "ann", es.AtTime(start.Add(c.at)))
			if err != nil {
				b.Fatal(err)
			}
			b.wantLoaded(a, c.version, c.snapshot, int(c.version-c.snapshot))
		}
		if _, err := repo.LoadAt(b.Context(), "ann", es.AtTime(start.Add(-1))); !errors.Is(err, es.ErrNotFound) {
			b.Errorf("before the first event: %v", err)
		}
		b.wantSnapshots() // of the past none is written
	})
}

// Encoding fails or panics, and so does writing: nobody but the observer hears of it.
func TestSnapshotsNeverFailASave(t *testing.T) {
	inBubble(t, func(b *bank) {
		def := snapshotted(1, "f")
		for _, encode := range []func([]byte, *account) ([]byte, error){
			func([]byte, *account) ([]byte, error) { return nil, errDomain },
			func([]byte, *account) ([]byte, error) { panic("boom") },
		} {
			def.Snapshots.Encode = encode
			b.store = memory.New()
			b.open(b.accounts(def))
			synctest.Wait()
		}
		b.wantSnapshots("1 not written: encode the state: the domain says no", "1 not written: encode the state: panic: boom")

		def = snapshotted(1, "f")
		def.Snapshots.Decode = func([]byte, *account) error { panic("boom") }
		b.store = memory.New()
		b.open(b.accounts(def))
		b.wantSnapshots("1 written")
		load(b.T, b.accounts(def), "ann")
		b.wantSnapshots("1 ignored: decode its state: panic: boom", "1 written")

		repo := es.NewRepository(elsewhere{b.store, &broken{}}, snapshotted(1, "f"), b.observer())
		load(b.T, repo, "ann")
		b.wantSnapshots("0 ignored: disk on fire", "1 not written: disk on fire")
	})
}

// broken can neither read nor write snapshots. It writes once it is let.
type broken struct {
	hold    chan struct{}
	mu      sync.Mutex
	written []int64
}

var errFire = errors.New("disk on fire")

func (*broken) ReadSnapshot(context.Context, string, string) (es.Snapshot, bool, error) {
	return es.Snapshot{}, false, errFire
}

func (s *broken) WriteSnapshot(_ context.Context, snapshot es.Snapshot) error {
	if s.hold == nil {
		return errFire
	}
	<-s.hold
	s.mu.Lock()
	defer s.mu.Unlock()
	s.written = append(s.written, snapshot.Version)
	return nil
}

// A save does not wait for the snapshot; of those of one stream that wait, the newest
// is written.
func TestSnapshotsAreOffThePath(t *testing.T) {
	inBubble(t, func(b *bank) {
		slow := &broken{hold: make(chan struct{})}
		repo := es.NewRepository(elsewhere{b.store, slow}, snapshotted(1, "f"))
		a := open("ann")
		for range 10 {
			if err := repo.Save(b.Context(), a); err != nil {
				b.Fatal(err)
			}
			synctest.Wait()
			a.record(deposited{Amount: 1})
		}
		close(slow.hold)
		synctest.Wait()
		if !slices.Equal(slow.written, []int64{1, 10}) {
			b.Errorf("written %v, want the first, which was under way, and the newest", slow.written)
		}
	})
}

// No more snapshots wait than there is memory for.
func TestTooManySnapshots(t *testing.T) {
	inBubble(t, func(b *bank) {
		slow := &broken{hold: make(chan struct{})}
		repo := es.NewRepository(elsewhere{b.store, slow}, snapshotted(1, "f"), b.observer())
		for i := range 70 {
			if err := repo.Save(b.Context(), open(fmt.Sprint(i))); err != nil {
				b.Fatal(err)
			}
			synctest.Wait()
		}
		tooMany := slices.Repeat([]string{"1 not written: too many snapshots wait to be written"}, 5)
		b.wantSnapshots(append([]string{"0 ignored: disk on fire"}, tooMany...)...)
		close(slow.hold)
		synctest.Wait()
		if len(slow.written) != 65 {
			b.Errorf("%d were written, want one that was under way and 64 that waited", len(slow.written))
		}
	})
}

// Whatever races, what is loaded is what the events say.
func TestSnapshotsRace(t *testing.T) {
	store := memory.New()
	repos := []*accounts{
		es.NewRepository(store, snapshotted(3, "f")), es.NewRepository(store, snapshotted(5, "f")), es.NewRepository(store, snapshotted(2, "g")),
	}
	if err := repos[0].Save(t.Context(), open("ann")); err != nil {
		t.Fatal(err)
	}
	var writers sync.WaitGroup
	for _, repo := range slices.Repeat(repos, 2) {
		writers.Go(func() {
			for range 50 {
				err := repo.Update(t.Context(), "ann", func(a *account) error {
					if a.balance != int(a.Version())-1 {
						t.Errorf("balance %d at version %d", a.balance, a.Version())
					}
					a.record(deposited{Amount: 1})
					return nil
				})
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	writers.Wait()
	for _, repo := range repos {
		if a := load(t, repo, "ann"); a.balance != 300 || a.Version() != 301 {
			t.Errorf("balance %d at version %d", a.balance, a.Version())
		}
	}
}

func TestSnapshotDefinition(t *testing.T) {
	for want, change := range map[string]func(*es.Snapshots[account]){
		"Every is 0":             func(s *es.Snapshots[account]) { s.Every = 0 },
		"lacks Encode or Decode": func(s *es.Snapshots[account]) { s.Decode = nil },
	} {
		def := snapshotted(1, "f")
		change(def.Snapshots)
		if err := es.NewRepository(memory.New(), def).Save(t.Context(), open("ann")); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// A context that is done, or a store that is closed, is no matter of the snapshot.
func TestSnapshotReadIsCutOff(t *testing.T) {
	repo := es.NewRepository(memory.New(), snapshotted(1, "f"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := repo.Load(ctx, "ann"); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	store := memory.New()
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := es.NewRepository(store, snapshotted(1, "f")).Load(t.Context(), "ann"); !errors.Is(err, es.ErrClosed) {
		t.Errorf("%v", err)
	}
}
