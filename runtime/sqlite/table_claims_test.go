//go:build cgo

package sqlite

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/mattn/go-sqlite3"

	"github.com/esgen/esgen/runtime/es"
)

// outcomes tells what came of a group, in a word an append.
func outcomes(group []*request) (words []string) {
	for _, r := range group {
		var taken *es.UniqueError
		switch {
		case r.err == nil && r.result.Repeated:
			words = append(words, "repeated")
		case r.err == nil:
			words = append(words, "ok")
		case errors.As(r.err, &taken):
			words = append(words, "taken by "+taken.Stream)
		case errors.Is(r.err, es.ErrConflict):
			words = append(words, "conflict")
		default:
			words = append(words, r.err.Error())
		}
	}
	return words
}

func TestClaimsWithinAGroup(t *testing.T) {
	t.Parallel()
	c := cardTable()
	s := openCards(t, newPath(t), c)
	mustAppend(t, s, card("ann", 0, "a@x"))
	mustAppend(t, s, card("old", 0, "Old@x", true))
	got := outcomes(writeGroup(s,
		card("bob", 0, "A@X"),        // 0: taken in the file
		card("ann", 1, "b@x"),        // 1: gives a@x up
		card("bob", 0, "A@X"),        // 2: so it is free
		card("eve", 0, "b@x"),        // 3: taken in the group
		card("ann", 1, "c@x"),        // 4: a conflict claims nothing
		card("eve", 0, "c@x"),        // 5
		card("eve", 1, "c@x", true),  // 6: deleted, and frees it
		card("kim", 0, "C@x"),        // 7
		card("eve", 2, "c@x"),        // 8: comes back while it is taken
		card("old", 1, "old@x"),      // 9: comes back to what is free still
		card("new", 0, "OLD@x"),      // 10: and has it
		card("old", 2, "", true),     // 11
		card("nil", 0, ""),           // 12: nothing is not unique
		card("nul", 0, ""),           // 13
		card("new", 0, "o\u017fd@x"), // 14: a long s folds to s
		card("osd", 0, "OSD@X"),      // 15
	))
	want := []string{"taken by card-ann", "ok", "ok", "taken by card-ann", "conflict", "ok", "ok", "ok", "taken by card-kim", "ok",
		"taken by card-old", "ok", "ok", "ok", "ok", "taken by card-new"}
	if !slices.Equal(got, want) {
		t.Fatalf("got\n%q\nwant\n%q", got, want)
	}
	cardsAgree(t, s, c)
}

// Aggregates that are saved together can hand a unique value over, in either order,
// and swap theirs.
func TestUniqueValuesAreHandedOver(t *testing.T) {
	t.Parallel()
	c := cardTable()
	s := openCards(t, newPath(t), c)
	mustAppend(t, s, together(card("a", 0, "1"), card("b", 0, "2"), card("c", 0, "3")))
	got := outcomes(writeGroup(s,
		together(card("a", 1, "4"), card("b", 1, "1")),                    // 0: a gives to b
		together(card("a", 2, "1"), card("b", 2, "5")),                    // 1: and takes it back, named first
		together(card("a", 3, "5"), card("b", 3, "1")),                    // 2: they swap
		together(card("a", 4, "3"), card("b", 4, "5")),                    // 3: c is not asked
		together(card("a", 4, "1"), card("b", 4, "1")),                    // 4: both cannot have it
		together(card("a", 4, "1"), card("b", 4, "1", true)),              // 5: one that is deleted can
		together(card("c", 1, "1"), card("a", 5, "2"), card("b", 5, "3")), // 6: b comes back; all move on
	))
	want := []string{"ok", "ok", "ok", "taken by card-c", "taken by card-a", "ok", "ok"}
	if !slices.Equal(got, want) {
		t.Fatalf("got\n%q\nwant\n%q", got, want)
	}
	cardsAgree(t, s, c)
	if got := cardRows(t, s, c); !slices.Equal(got, []string{"[a 2 false]", "[b 3 false]", "[c 1 false]"}) {
		t.Fatalf("%q", got)
	}
}

// An append that is sent again, late, does not bring back the row of its time.
func TestARepeatedAppendLeavesTheRow(t *testing.T) {
	t.Parallel()
	c := cardTable()
	s := openCards(t, newPath(t), c)
	first := card("ann", 0, "a@x")
	mustAppend(t, s, first)
	mustAppend(t, s, card("ann", 1, "b@x"))
	mustAppend(t, s, card("bob", 0, "a@x")) // what the first had
	if r := mustAppend(t, s, first); !r.Repeated {
		t.Fatalf("%+v", r)
	}
	cardsAgree(t, s, c)
}

// Rows and events share what a commit of unknown outcome comes to.
func TestRowsOfUnknownOutcome(t *testing.T) {
	t.Parallel()
	for _, stored := range []bool{true, false} {
		failing := false
		c := cardTable()
		s := openCards(t, newPath(t), c, withFaults(faults{commit: func(conn *conn) error {
			if !failing {
				return conn.exec("COMMIT")
			}
			failing = false
			if stored {
				return errors.Join(conn.exec("COMMIT"), errFsync)
			}
			return errFsync
		}}))
		mustAppend(t, s, card("ann", 0, "a@x"))
		failing = true
		doubtful := card("ann", 1, "b@x")
		group := writeGroup(s, doubtful, card("bob", 0, "a@x"), card("eve", 0, "B@x"))
		if !errors.Is(group[0].err, es.ErrOutcomeUnknown) || !errors.Is(group[1].err, es.ErrOutcomeUnknown) {
			t.Fatalf("%q", outcomes(group))
		}
		// Eve's was refused by what may not have come to be, and so it is judged again.
		want := "ok"
		if stored {
			want = "taken by card-ann"
		}
		if got := outcomes(group[2:])[0]; got != want {
			t.Fatalf("stored %t: %s, want %s", stored, got, want)
		}
		cardsAgree(t, s, c)
		switch r, err := s.Append(t.Context(), doubtful); {
		case stored && (err != nil || !r.Repeated):
			t.Fatalf("sent again: %+v, %v", r, err)
		case !stored && !errors.Is(err, es.ErrUnique):
			t.Fatalf("sent again after Eve took its address: %+v, %v", r, err)
		}
		cardsAgree(t, s, c)
	}
}

// A row that SQLite cannot bear fails with its events, and alone.
func TestAPoisonedRowSparesItsNeighbours(t *testing.T) {
	t.Parallel()
	c := cardTable()
	s := openCards(t, newPath(t), c)
	s.writer.conn.raw.(*sqlite3.SQLiteConn).SetLimit(sqlite3.SQLITE_LIMIT_LENGTH, 10_000)
	poisoned := card("bob", 0, "b@x")
	poisoned.Rows[0].Values[1] = strings.Repeat("x", 20_000)
	group := writeGroup(s, card("ann", 0, "a@x"), poisoned, card("eve", 0, "e@x"))
	if err := errors.Join(group[0].err, group[2].err); err != nil {
		t.Fatalf("a neighbour failed: %v", err)
	}
	if err := group[1].err; !errors.Is(err, ErrTooLarge) {
		t.Fatalf("%v, want ErrTooLarge", err)
	}
	cardsAgree(t, s, c)
	mustAppend(t, s, card("bob", 0, "b@x"))
	cardsAgree(t, s, c)
}

// What a program says of a row has to be true of the stream that it is for.
func TestRowsThatAreNotTheStreams(t *testing.T) {
	t.Parallel()
	c := cardTable()
	s := openCards(t, newPath(t), c)
	mustAppend(t, s, card("ann", 0, "a@x"))
	for name, spoil := range map[string]func(a *es.Append){
		"another's key":    func(a *es.Append) { a.Rows[0].Values[0] = "ann" },
		"another category": func(a *es.Append) { a.Streams[0].Stream.Category = "x-{id}" },
		"two rows":         func(a *es.Append) { a.Rows = append(a.Rows, a.Rows[0]) },
		"a nil blob":       func(a *es.Append) { a.Rows[0].Values[1] = []byte(nil) },
		"a nil key":        func(a *es.Append) { a.Rows[0].Values[0] = nil },
		"too few values":   func(a *es.Append) { a.Rows[0].Values = a.Rows[0].Values[:2] },
		"not UTF-8":        func(a *es.Append) { a.Rows[0].Values[1] = "\xff" },
	} {
		a := card("bob", 0, "b@x")
		spoil(&a)
		if _, err := s.Append(t.Context(), a); !errors.Is(err, es.ErrInvalidAppend) {
			t.Errorf("%s: %v, want es.ErrInvalidAppend", name, err)
		}
	}
	// The file knows whose stream it is, whatever the append says.
	a := card("ann", 1, "b@x")
	a.Rows, a.Streams[0].Stream.Category = nil, ""
	if _, err := s.Append(t.Context(), a); !errors.Is(err, es.ErrNoTable) {
		t.Errorf("an append that hides its category: %v, want es.ErrNoTable", err)
	}
	cardsAgree(t, s, c)
}

// Random groups of random appends leave what a model in Go says, and rows agree with
// events all the time.
func TestClaimsAgreeWithAModel(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	rng := rand.New(rand.NewPCG(seed, 0))
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("seed %d", seed)
		}
	})
	c := cardTable()
	s := openCards(t, newPath(t), c)
	m := &cardModel{states: map[string]state{}, versions: map[string]int64{}}
	counts := map[string]int{}
	for range 60 {
		var group []es.Append
		var want []string
		for range 1 + rng.IntN(12) {
			var parts []es.Append
			var ids []string
			var states []state
			for _, n := range rng.Perm(6)[:1+rng.IntN(3)] {
				id := fmt.Sprint("c", n)
				st := state{Mail: []string{"", "a", "b", "c", "A", "B"}[rng.IntN(6)], Gone: rng.IntN(4) == 0}
				if st.Gone {
					parts = append(parts, card(id, m.versions[id], st.Mail, true))
				} else {
					parts = append(parts, card(id, m.versions[id], st.Mail))
				}
				ids, states = append(ids, id), append(states, st)
			}
			group = append(group, together(parts...))
			want = append(want, m.apply(ids, states))
		}
		got := outcomes(writeGroup(s, group...))
		for i := range got {
			got[i], _, _ = strings.Cut(got[i], " by ")
			counts[got[i]]++
		}
		if !slices.Equal(got, want) {
			t.Fatalf("got\n%q\nwant\n%q", got, want)
		}
		cardsAgree(t, s, c)
	}
	t.Logf("outcomes: %v", counts)
}

// cardModel is what rows and claims come to, the plain way.
type cardModel struct {
	states   map[string]state
	versions map[string]int64
}

func (m *cardModel) apply(ids []string, states []state) string {
	next := make(map[string]state)
	for id, s := range m.states {
		next[id] = s
	}
	for i, id := range ids {
		next[id] = states[i]
	}
	seen := map[string]bool{}
	for _, s := range next {
		if s.Mail == "" || s.Gone {
			continue
		}
		if folded := strings.ToLower(s.Mail); seen[folded] {
			return "taken"
		} else {
			seen[folded] = true
		}
	}
	m.states = next
	for _, id := range ids {
		m.versions[id]++
	}
	return "ok"
}

// A store that was opened before another program made the table anew neither writes to
// nor reads from what it does not know any more.
func TestATableThatAnotherHasMadeAnew(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	c := cardTable()
	s := openCards(t, path, c)
	mustAppend(t, s, card("ann", 0, "a@x"))
	plain := cardTable(func(t *es.Table) { t.Columns[1].Unique, t.Columns[1].Fold = false, false })
	other := openCards(t, path, plain, WithTableDrift())
	if err := other.Rebuild(t.Context(), plain, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Append(t.Context(), card("bob", 0, "b@x")); !errors.Is(err, es.ErrNoTable) || !errors.Is(err, ErrTableDrift) {
		t.Errorf("an append: %v", err)
	}
	for _, q := range []es.RowQuery{{Table: c.table}, {Table: c.table, Column: "mail", Value: "A@X"}} {
		read := 0
		for _, err := range s.Rows(t.Context(), q) {
			if read++; !errors.Is(err, es.ErrNoTable) || !errors.Is(err, ErrTableDrift) {
				t.Errorf("a read: %v", err)
			}
		}
		if read != 1 {
			t.Errorf("a read yields %d times", read)
		}
	}
	mustAppend(t, other, card("bob", 0, "a@x")) // not unique any more
	cardsAgree(t, other, plain)

	// The same table again, made anew, is no other.
	if err := other.Rebuild(t.Context(), plain, nil); err != nil {
		t.Fatal(err)
	}
	mustAppend(t, other, card("eve", 0, "e@x"))
	cardsAgree(t, other, plain)
}

func TestATableThatIsNotThere(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	c := cardTable()
	s := openAt(t, path)
	a := card("ann", 0, "a@x")
	a.Rows = nil
	mustAppend(t, s, a)
	tolerant := openCards(t, path, c, WithTableDrift())
	readOnly := openCards(t, path, c, WithTableDrift(), ReadOnly())
	for _, s := range []*Store{tolerant, readOnly} {
		for _, err := range s.Rows(t.Context(), es.RowQuery{Table: c.table}) {
			if !errors.Is(err, es.ErrNoTable) || !errors.Is(err, ErrTableDrift) {
				t.Errorf("a read: %v", err)
			}
		}
	}
	if err := readOnly.Rebuild(t.Context(), c, nil); !errors.Is(err, ErrReadOnly) {
		t.Errorf("a rebuild of a store that is read-only: %v", err)
	}
	if _, err := Open(context.Background(), path, WithTables(c), ReadOnly()); !errors.Is(err, ErrTableDrift) {
		t.Errorf("a store that is read-only: %v", err)
	}
	if err := tolerant.Rebuild(t.Context(), c, nil); err != nil {
		t.Fatal(err)
	}
	cardsAgree(t, tolerant, c)
	cardsAgree(t, readOnly, c)
}
