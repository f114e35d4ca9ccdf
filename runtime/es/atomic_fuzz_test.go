package es_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/memory"
)

// witness is a store that fails as it is told to, and keeps a copy of every append that
// may be stored: one that is sent again must be what it was, and none may be stored in
// part.
type witness struct {
	*memory.Store
	t    *testing.T
	next fault
	sent map[uuid.UUID]es.Append // by the ID of each event
}

type fault byte

const (
	noFault fault = iota
	lostAnswer
	lostAppend
	refusedAppend
)

func (w *witness) Append(ctx context.Context, a es.Append) (es.Result, error) {
	for _, s := range a.Streams {
		for _, e := range s.Events {
			if before, again := w.sent[e.ID]; again && !reflect.DeepEqual(before, a) {
				w.t.Fatalf("sent again:\n%+v\nand it was\n%+v", a, before)
			}
		}
	}
	f := w.next
	w.next = noFault
	if f == refusedAppend {
		return es.Result{}, errDomain
	}
	var r es.Result
	err := errUnknown
	if f != lostAppend {
		r, err = w.Store.Append(ctx, a)
	}
	if f == lostAnswer {
		r, err = es.Result{}, errUnknown
	}
	if err == nil || errors.Is(err, es.ErrOutcomeUnknown) {
		kept := copied(a)
		for _, s := range a.Streams {
			for _, e := range s.Events {
				w.sent[e.ID] = kept
			}
		}
	}
	return r, err
}

func copied(a es.Append) es.Append {
	a.Conditions = slices.Clone(a.Conditions)
	a.Streams = slices.Clone(a.Streams)
	for i := range a.Streams {
		events := slices.Clone(a.Streams[i].Events)
		for j := range events {
			events[j].Payload = bytes.Clone(events[j].Payload)
		}
		a.Streams[i].Events = events
	}
	return a
}

// verify compares what is stored with what was sent.
func (w *witness) verify() {
	w.t.Helper()
	payloads := map[uuid.UUID]string{}
	for e, err := range w.All(w.t.Context(), es.ReadAll{}) {
		if err != nil {
			w.t.Fatal(err)
		}
		payloads[e.ID] = string(e.Payload)
	}
	for _, a := range w.sent {
		there, events := 0, 0
		for _, s := range a.Streams {
			for _, e := range s.Events {
				events++
				stored, ok := payloads[e.ID]
				if !ok {
					continue
				}
				if there++; stored != string(e.Payload) {
					w.t.Fatalf("%s is stored, and %s was sent", stored, e.Payload)
				}
			}
		}
		if there != 0 && there != events {
			w.t.Fatalf("%d of %d events are stored of %+v", there, events, a)
		}
	}
}

// FuzzAtomic saves accounts alone and together, of which any may be in doubt, while
// strangers come between. What an account says of itself must be what the store says,
// however it came to that.
func FuzzAtomic(f *testing.F) {
	f.Add([]byte{0, 1, 5, 7, 2, 0, 1, 9, 7, 0, 1, 2, 5, 7, 0, 5, 1, 5, 3, 6, 7})
	f.Add([]byte("atomic saves of several"))
	f.Add([]byte{0x31, 0x47, 0x11, 0x47, 0x21, 0x47, 0x0f, 0x1f, 0x2f, 0x57, 0x3f, 0x03, 0x13, 0x0f})
	for seed := range byte(40) {
		var script []byte
		for i := range byte(120) {
			script = append(script, (i*(2*seed+7)+seed*seed)^(i<<3))
		}
		f.Add(script)
	}
	f.Fuzz(func(t *testing.T, script []byte) { atomicScript(t, script) })
}

func atomicScript(t *testing.T, script []byte) {
	ctx := t.Context()
	w := &witness{Store: memory.New(), t: t, sent: map[uuid.UUID]es.Append{}}
	repo := newAccounts(w)
	const accounts = 4
	name := func(i int) string { return fmt.Sprint("a", i) }
	live := make([]*account, accounts)
	for i := range live {
		live[i] = open(name(i))
		if err := repo.Save(ctx, live[i]); err != nil {
			t.Fatal(err)
		}
	}
	amount := 1
	commands := 1
	// stale has the accounts of which a stranger's event is not known here.
	stale := make([]bool, accounts)
	// doubtful has those that may have been in doubt when they were saved.
	doubtful := make([]bool, accounts)
	// settled is called where a save says that all of these are stored.
	settled := func(saved ...int) {
		for _, i := range saved {
			a := live[i]
			if n := len(es.Pending(a)); n > 0 {
				t.Fatalf("%d events of %s are pending after it was saved", n, name(i))
			}
			if stale[i] {
				continue // it had nothing to save, or what it had came before the stranger's
			}
			got := load(t, repo, name(i))
			if got.Version() != a.Version() || got.balance != a.balance {
				t.Fatalf("%s is at version %d with %d, and its stream at version %d with %d", name(i), a.Version(), a.balance, got.Version(), got.balance)
			}
		}
	}
	for _, b := range script[:min(len(script), 300)] { // each step reads the whole store
		i, arg := int(b>>3)%accounts, int(b>>5)
		switch b & 7 {
		case 0, 1, 2: // something happens to an account
			live[i].record(deposited{Amount: amount})
			amount *= 3
			amount %= 1_000_003
		case 3: // a stranger is faster
			stale[i] = true
			if arg&1 == 1 { // who carries the newest command out
				err := newAccounts(w.Store).Update(ctx, name(i), func(a *account) error { a.record(deposited{Amount: 1}); return nil }, es.Once(fmt.Sprint("c", commands)))
				if err != nil {
					t.Fatal(err)
				}
				continue
			}
			put(t, w.Store, "account-"+name(i), time.Unix(1, 0), "account.deposited", 1, `{"Amount":1}`)
		case 4:
			w.next = fault(1 + arg%3)
		case 5, 6, 7: // some are saved
			var opts []es.SaveOption
			if b&7 == 6 {
				if arg&1 == 0 {
					commands++
				}
				opts = append(opts, es.Once(fmt.Sprint("c", commands)))
			}
			saved, single := []int{i}, b&7 == 5
			if !single {
				saved = nil
				for j := range accounts {
					if arg>>(j%3)&1 == 0 || j == i {
						saved = append(saved, j)
					}
				}
			}
			brought := slices.DeleteFunc(slices.Clone(saved), func(j int) bool { return len(es.Pending(live[j])) == 0 })
			var err error
			if single {
				err = repo.Save(ctx, live[i], opts...)
			} else {
				batch := make([]es.Part, len(saved))
				for n, j := range saved {
					batch[len(saved)-1-n] = repo.Part(live[j])
				}
				err = es.Atomic(w, batch...).Save(ctx, opts...)
			}
			switch {
			case err == nil:
				// Where the command was carried out before, it was so for all.
				repeated, sure := 0, true
				for _, j := range brought {
					sure = sure && !doubtful[j]
					doubtful[j] = false
					if errors.Is(repo.Save(ctx, live[j]), es.ErrDetached) {
						repeated++
						live[j], stale[j] = load(t, repo, name(j)), false
					}
				}
				if sure && repeated != 0 && repeated != len(brought) {
					t.Fatalf("of %d accounts %d were saved, and the command of the others was carried out elsewhere", len(brought), len(brought)-repeated)
				}
				settled(saved...)
			case errors.Is(err, es.ErrConflict), errors.Is(err, es.ErrDetached), errors.Is(err, es.ErrDuplicateEvent):
				for _, j := range saved {
					if err := repo.Save(ctx, live[j]); errors.Is(err, es.ErrDetached) || errors.Is(err, es.ErrConflict) {
						live[j], stale[j] = load(t, repo, name(j)), false
					}
				}
			case errors.Is(err, es.ErrOutcomeUnknown):
				for _, j := range saved {
					doubtful[j] = true
				}
			case errors.Is(err, errDomain):
			default:
				t.Fatal(err)
			}
			w.verify()
		}
	}
	// What is in doubt still can be settled, each by itself.
	w.next = noFault
	for i := range live {
		err := repo.Save(ctx, live[i])
		switch {
		case err == nil:
			settled(i)
		case errors.Is(err, es.ErrConflict), errors.Is(err, es.ErrDetached), errors.Is(err, es.ErrDuplicateEvent):
		default:
			t.Fatal(err)
		}
	}
	w.verify()
}
