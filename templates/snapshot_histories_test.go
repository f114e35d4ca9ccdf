package templates

import (
	"strings"
	"testing"
)

// Over a thousand random histories, an aggregate that is loaded from a snapshot is the one
// that is replayed from the start: with children, with a sibling on the same stream, with
// all that a state can be made of, and whatever is done to it between loads and saves.
func TestSnapshotsOfRandomHistories(t *testing.T) {
	user := newUserModule(t, "example.com/histories")
	user.write(t, "cart.go", []byte(strings.ReplaceAll(historiesCart, "¦", "`")))
	user.write(t, "cart_test.go", []byte(historiesTest))
	user.generate(t, "./...")
	if output, err := user.command(t, "test", "-vet=off", "-ldflags=-s -w", "."); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
}

const historiesCart = `package cart

import (
	"time"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
)

//es:aggregate cart
//es:snapshot every=3
type Cart struct {
	es.Root

	id       uuid.UUID ¦es:"id"¦
	lines    map[int]*Line ¦es:"child"¦
	newest   *Step
	notes    []string
	byWeight map[float64][]byte
	code     Code
	opened   time.Time
	local    time.Time
	total    *Amount
	same     *Amount
	extra    any
	cache    int ¦es:"-"¦
}

type Amount struct{ Cents int64 }

// Step is one of a ring.
type Step struct {
	number int
	next   *Step
}

//es:child
type Line struct {
	es.Child

	number int ¦es:"id"¦
	count  int
}

//es:value encode=String decode=codeOf
type Code struct{ text string }

func (c Code) String() string { return c.text }

func codeOf(s string) Code { return Code{s} }

//es:event cart.opened
type Opened struct {
	ID     uuid.UUID
	At     time.Time
	Code   Code
	Hidden string ¦json:"-"¦
}

//es:event cart.added
type Added struct {
	Number int
	Notes  []string ¦json:",omitempty"¦
	Weight float64
	Bytes  []byte
	Amount *Amount
	Extra  any
}

//es:event cart.counted
type Counted struct {
	Number int ¦es:"child"¦
	By     int
}

//es:event cart.removed
type Removed struct{ Number int }

func (c *Cart) applyOpened(e Opened) {
	c.id, c.opened, c.code = e.ID, e.At, e.Code
	c.local = e.At.In(time.Local)
	c.notes = append(c.notes, e.Hidden)
}

func (c *Cart) applyAdded(e Added) {
	if c.lines == nil {
		c.lines = map[int]*Line{}
		c.byWeight = map[float64][]byte{}
	}
	c.lines[e.Number] = &Line{number: e.Number}
	step := &Step{number: e.Number}
	if step.next = step; c.newest != nil {
		step.next, c.newest.next = c.newest.next, step
	}
	c.newest = step
	c.notes = e.Notes
	c.byWeight[e.Weight] = e.Bytes
	c.total, c.same, c.extra = e.Amount, e.Amount, e.Extra
}

func (l *Line) applyCounted(e Counted) { l.count += e.By }

func (c *Cart) applyRemoved(e Removed) {
	delete(c.lines, e.Number)
	if c.total != nil {
		c.total.Cents++ // which same sees
	}
}

//es:aggregate audit
//es:stream of=Cart
//es:snapshot every=2
type Audit struct {
	es.Root

	id     uuid.UUID ¦es:"id"¦
	seen   int
	passed []Passed
}

//es:event audit.passed
type Passed struct {
	ID uuid.UUID
	By string
}

func (a *Audit) applyOpened(e Opened) { a.id = e.ID }
func (a *Audit) applyAdded(Added)     { a.seen++ }
func (a *Audit) applyPassed(e Passed) { a.passed = append(a.passed, e) }
`

const historiesTest = `package cart

import (
	"context"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/memory"
)

// plain takes away what the runtime keeps in an aggregate and in its children.
func plain(c *Cart) *Cart {
	c.Root = es.Root{}
	for _, l := range c.lines {
		l.Child = es.Child{}
	}
	return c
}

func TestHistories(t *testing.T) {
	time.Local = time.FixedZone("far", -7*3600)
	loads, fromSnapshot := 0, 0
	observer := es.WithObserver(es.Observer{
		Loaded: func(_ context.Context, l es.LoadReport) {
			loads++
			if l.Snapshot > 0 {
				fromSnapshot++
			}
		},
		Snapshot: func(_ context.Context, s es.SnapshotReport) {
			if s.Err != nil {
				t.Errorf("%+v", s)
			}
		},
	})
	for seed := range uint64(1000) {
		synctest.Test(t, func(t *testing.T) { history(t, rand.New(rand.NewPCG(seed, 7)), observer) })
		if t.Failed() {
			t.Fatalf("history %d", seed)
		}
	}
	if fromSnapshot < loads/2 {
		t.Errorf("of %d loads %d were from a snapshot", loads, fromSnapshot)
	}
}

func history(t *testing.T, rng *rand.Rand, observer es.Option) {
	store := memory.New()
	carts, audits := NewCartRepository(store, observer), NewAuditRepository(store, observer)
	id := uuid.UUID{byte(1 + rng.IntN(200))}
	c := new(Cart)
	c.record(Opened{ID: id, At: time.Now(), Code: Code{[]string{"", "x"}[rng.IntN(2)]}, Hidden: "hidden"})
	if err := carts.Save(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	for step, next := 0, 0; step < 12; step++ {
		synctest.Wait()
		if rng.IntN(4) == 0 {
			err := audits.Update(t.Context(), id, func(a *Audit) error {
				a.record(Passed{ID: id, By: "me"})
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			c = nil
		}
		if c == nil || rng.IntN(2) == 0 {
			var err error
			if c, err = carts.Load(t.Context(), id); err != nil {
				t.Fatal(err)
			}
		}
		for range rng.IntN(5) {
			number := rng.IntN(next + 1)
			switch line := c.lines[number]; {
			case line == nil || rng.IntN(3) == 0:
				next++
				e := Added{Number: next, Weight: []float64{0, math.Copysign(0, -1), 1.5, 1e300}[rng.IntN(4)]}
				switch rng.IntN(3) {
				case 0:
					e.Notes, e.Bytes, e.Extra = []string{}, []byte{}, map[string]any{"n": 1.5, "l": []any{nil, true}}
				case 1:
					e.Notes, e.Bytes, e.Amount, e.Extra = []string{"a", ""}, []byte{0, 255}, &Amount{7}, 7
				}
				c.record(e)
			case rng.IntN(2) == 0:
				line.record(Counted{Number: number, By: rng.IntN(9)})
			default:
				c.record(Removed{Number: number})
			}
		}
		c.cache++
		c.notes = append(c.notes, "no event says so")
		if err := carts.Save(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		compare(t, store, id, carts, audits)
	}
	last := c.Version()
	for range 3 {
		at := es.AtVersion(1 + rng.Int64N(last))
		got, err := carts.LoadAt(t.Context(), id, at)
		want, err2 := NewCartRepository(store, es.WithoutSnapshots()).LoadAt(t.Context(), id, at)
		if err != nil || err2 != nil || !reflect.DeepEqual(plain(got), plain(want)) {
			t.Errorf("at %v: %v, %v\n%+v\n%+v", at, err, err2, got, want)
		}
	}
}

func compare(t *testing.T, store es.Store, id uuid.UUID, carts *CartRepository, audits *AuditRepository) {
	got, err := carts.Load(t.Context(), id)
	want, err2 := NewCartRepository(store, es.WithoutSnapshots()).Load(t.Context(), id)
	if err != nil || err2 != nil || got.Version() != want.Version() || !reflect.DeepEqual(plain(got), plain(want)) {
		t.Errorf("%v, %v\n%+v\n%+v", err, err2, got, want)
	}
	if got.total != got.same {
		t.Error("what was one is two")
	}
	a, err := audits.Load(t.Context(), id)
	b, err2 := NewAuditRepository(store, es.WithoutSnapshots()).Load(t.Context(), id)
	if err != nil || err2 != nil || a.Version() != b.Version() || a.id != b.id || a.seen != b.seen || !reflect.DeepEqual(a.passed, b.passed) {
		t.Errorf("%v, %v\n%+v\n%+v", err, err2, a, b)
	}
}
`
