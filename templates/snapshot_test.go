package templates

import (
	"fmt"
	"strings"
	"testing"
)

// fingerprinted is a package whose parts are changed one by one.
const fingerprinted = `package cart

import (
	"time"

	"github.com/esgen/esgen/runtime/es"
)

// Cart is a cart.
//
//es:aggregate cart
//es:snapshot every=10
type Cart struct {
	es.Root

	id    string ¦es:"id"¦
	total Money
	code  Code
	lines []*Line ¦es:"child"¦
	cache int ¦es:"-"¦
}

type Money struct{ Cents int64 }

//es:child
type Line struct {
	es.Child

	number int ¦es:"id"¦
	sold   time.Time
}

func (l *Line) applySold(e Sold) { l.sold = when(e.At) }

const scale = 1

func when(t time.Time) time.Time { _ = scale; return t }

//es:value encode=String decode=codeOf
type Code struct{ text string }

func (c Code) String() string { return c.text }

func codeOf(s string) Code { return Code{s} }

func (c *Cart) applyOpened(e Opened) { c.id = e.ID }

// applyAdded adds a line.
func (c *Cart) applyAdded(e Added) {
	c.lines = append(c.lines, &Line{number: e.Number})
	c.total.Cents += e.Price.Cents // at once
}

// Total is no apply method.
func (c *Cart) Total() int64 { return c.total.Cents }

//es:event cart.opened
type Opened struct{ ID string }

//es:event cart.added
type Added struct {
	Number int
	Price  Price
}

type Price struct{ Cents int64 }

//es:event cart.sold
type Sold struct {
	Number int ¦es:"child"¦
	At     time.Time
}
`

// A fingerprint changes with all that the state depends on, and with nothing else.
func TestFingerprint(t *testing.T) {
	changes := []struct {
		what, old, new string
		same           bool
	}{
		{"nothing", "Cart is a cart", "Cart is a cart", true},
		{"a comment", "// at once", "// soon", true},
		{"the doc of an apply method", "applyAdded adds a line.", "applyAdded adds.", true},
		{"how often", "every=10", "every=20", true},
		{"another method", "{ return c.total.Cents }", "{ return 2 * c.total.Cents }", true},
		{"a field that is left out", "cache int", "cache string", true},
		{"the body of an apply method", "c.total.Cents += e", "c.total.Cents -= e", false},
		{"the body of a child's apply method", "l.sold = when(e.At)", "l.sold = when(e.At).Local()", false},
		{"the version", "every=10", "every=10 version=2", false},
		{"a field's name", "lines []*Line", "rows []*Line", false},
		{"a field's type", "Money struct{ Cents int64 }", "Money struct{ Cents int32 }", false},
		{"a field of a child", "sold   time.Time", "sold   time.Time\n\tsize int", false},
		{"a field that comes in", "cache int ¦es:\"-\"¦", "cache int", false},
		{"the order of fields", "id    string ¦es:\"id\"¦\n\ttotal Money", "total Money\n\tid    string ¦es:\"id\"¦", false},
		{"the name of an event", "es:event cart.added", "es:event cart.put", false},
		{"an alias", "es:event cart.added", "es:event cart.added alias=cart.put", false},
		{"how an event is decoded", "Price  Price", "Price  Price ¦json:\"price\"¦", false},
		{"how a part of an event is decoded", "Price struct{ Cents int64 }", "Price struct{ Cents int64 ¦json:\"c\"¦ }", false},
		{"what an apply method calls", "return t }", "return t.Local() }", false},
		{"a constant of what it calls", "scale = 1", "scale = 2", false},
		{"how a value object is decoded", "return Code{s}", "return Code{s + s}", false},
		{"another event", "//es:event cart.sold", "//es:event cart.seen\ntype Seen struct{}\n\nfunc (c *Cart) applySeen(Seen) {}\n\n//es:event cart.sold", false},
	}
	user := newUserModule(t, "example.com/fingerprints")
	for i, c := range changes {
		if strings.Count(fingerprinted, c.old) != 1 {
			t.Fatalf("%s: %q is not there once", c.what, c.old)
		}
		source := strings.ReplaceAll(strings.Replace(fingerprinted, c.old, c.new, 1), "¦", "`")
		user.write(t, fmt.Sprintf("v%02d/cart.go", i), []byte(source))
	}
	module := user.load(t, "./...")
	prints := map[string]string{}
	var first string
	for i, p := range module.Packages {
		got := fingerprint(p.Aggregates[0])
		if i == 0 {
			first = got
			continue
		}
		if c := changes[i]; c.same != (got == first) {
			t.Errorf("%s: the fingerprint is %s, and was %s", c.what, got, first)
		}
		if other, twice := prints[got]; twice && !changes[i].same {
			t.Errorf("%s and %s have the same fingerprint", changes[i].what, other)
		}
		prints[got] = changes[i].what
	}
}

// Two ages of a program, over one store: what the one has put into snapshots the other
// does not take for its own.
func TestNoStaleState(t *testing.T) {
	user := newUserModule(t, "example.com/stale")
	old := strings.ReplaceAll(fingerprinted, "¦", "`")
	user.write(t, "old/cart.go", []byte(old))
	user.write(t, "today/cart.go", []byte(strings.Replace(old, "c.total.Cents += e", "c.total.Cents += 100 * e", 1)))
	user.write(t, "stale_test.go", []byte(`package stale

import (
	"context"
	"testing"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/memory"

	cart "example.com/stale/old"
	carttoday "example.com/stale/today"
)

func TestStale(t *testing.T) {
	store := memory.New()
	reports := make(chan es.SnapshotReport, 10)
	observer := es.WithObserver(es.Observer{Snapshot: func(_ context.Context, s es.SnapshotReport) { reports <- s }})
	before, after := cart.NewCartRepository(store, observer), carttoday.NewCartRepository(store, observer)
	c := cart.Open("c")
	for n := range 9 {
		c.Add(n)
	}
	if err := before.Save(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	want := func(outcome es.SnapshotOutcome) {
		t.Helper()
		if s := <-reports; s.Outcome != outcome || s.Version != 10 {
			t.Errorf("%+v, want %s", s, outcome)
		}
	}
	want(es.SnapshotWritten)
	for _, outcomes := range [][]es.SnapshotOutcome{{es.SnapshotIgnored, es.SnapshotWritten}, nil} {
		now, err := after.Load(t.Context(), "c")
		if err != nil {
			t.Fatal(err)
		}
		if now.Total() != 900 {
			t.Errorf("the total is %d, want 900", now.Total())
		}
		for _, outcome := range outcomes {
			want(outcome)
		}
	}
	then, err := before.Load(t.Context(), "c")
	if err != nil {
		t.Fatal(err)
	}
	if then.Total() != 9 {
		t.Errorf("the old total is %d, want 9", then.Total())
	}
}
`))
	behaviour := `

func Open(id string) *Cart {
	c := new(Cart)
	c.record(Opened{ID: id})
	return c
}

func (c *Cart) Add(n int) { c.record(Added{Number: n, Price: Price{1}}) }
`
	user.write(t, "old/open.go", []byte("package cart"+behaviour))
	user.write(t, "today/open.go", []byte("package cart"+behaviour))
	user.generate(t, "./...")
	if output, err := user.command(t, "test", "-vet=off", "-ldflags=-s -w", "."); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
}
