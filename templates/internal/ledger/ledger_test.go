package ledger

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
)

var (
	id = uuid.MustParse("01890c2e-0000-7000-8000-000000000001")
	at = time.Date(2026, 5, 1, 12, 0, 0, 123456789, time.UTC)

	opened = Opened{AccountID: id, Owner: "Ann Archer", OpenedAt: at, Tags: []string{"private", "new", "vip"},
		Address: Address{Street: "Long Street", City: "Bergen", Number: 17}}
	events = []AccountEvent{
		Deposited{Cents: 1250, At: at, By: id}, SignedIn{Attempts: 2}, SignedOut{}, Noted{Text: "called"}, CardUsed{Number: 4, Cents: 99},
	}
)

// account is one with a card, to which all events can be applied.
func account(t testing.TB) *Account {
	a := new(Account)
	for _, event := range []AccountEvent{opened, CardIssued{Number: 3}, CardIssued{Number: 4}} {
		if err := dispatchAccount(a, event); err != nil {
			t.Fatal(err)
		}
	}
	return a
}

func stored(t testing.TB, event AccountEvent) *es.Stored {
	payload, err := encodeAccountEvent(nil, event)
	if err != nil {
		t.Fatal(err)
	}
	return &es.Stored{Type: event.EventType(), TypeVersion: 1, Payload: payload}
}

// Dispatching an event allocates nothing, and loading one no more than what its
// fields hold: no event is put into an interface on the way.
func TestAllocations(t *testing.T) {
	a := account(t)
	for _, event := range append(events, opened) {
		var err error
		if n := testing.AllocsPerRun(100, func() { err = dispatchAccount(a, event) }); n > 0 || err != nil {
			t.Errorf("dispatching %T: %v allocations, %v", event, n, err)
		}
	}
	for _, event := range events {
		s := stored(t, event)
		var err error
		if n := testing.AllocsPerRun(100, func() { err = loadAccount(a, s) }); n > 0 || err != nil {
			t.Errorf("loading %T: %v allocations, %v", event, n, err)
		}
	}
	// Six strings, and the slice of three.
	s := stored(t, opened)
	var err error
	if n := testing.AllocsPerRun(100, func() { err = loadAccount(a, s) }); n > 7 || err != nil {
		t.Errorf("loading %T: %v allocations, %v", opened, n, err)
	}
}

func TestApplied(t *testing.T) {
	a := account(t)
	for _, event := range events {
		if err := loadAccount(a, stored(t, event)); err != nil {
			t.Fatal(err)
		}
	}
	if a.owner != "Ann Archer" || !a.openedAt.Equal(at) || a.cents != 1250 || a.visits != 2 || a.cards[0].spent != 0 || a.cards[1].spent != 99 {
		t.Errorf("account %+v, cards %+v %+v", a, a.cards[0], a.cards[1])
	}
}

func BenchmarkDispatch(b *testing.B) {
	a, event := account(b), events[0]
	b.ReportAllocs()
	for b.Loop() {
		if err := dispatchAccount(a, event); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLoad decodes an event and applies it.
func BenchmarkLoad(b *testing.B) {
	for _, event := range append(events, opened) {
		b.Run(event.EventType(), func(b *testing.B) {
			a, s := account(b), stored(b, event)
			b.ReportAllocs()
			b.SetBytes(int64(len(s.Payload)))
			for b.Loop() {
				if err := loadAccount(a, s); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkEncode(b *testing.B) {
	var event AccountEvent = opened
	var dst []byte
	b.ReportAllocs()
	for b.Loop() {
		var err error
		if dst, err = encodeAccountEvent(dst[:0], event); err != nil {
			b.Fatal(err)
		}
	}
}
