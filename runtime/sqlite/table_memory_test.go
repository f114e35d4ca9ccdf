//go:build cgo

package sqlite_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/memory"
)

// The store in memory keeps tables as this one does: the same saves have the same
// outcomes, and leave the same rows.
func TestTablesAgreeWithTheStoreInMemory(t *testing.T) {
	for seed := range uint64(4) {
		table := personTable(func(t *es.Table) { t.Columns[4].Frees = seed%2 == 0 })
		file, _, _ := tabled(t, table)
		stores := []es.TableStore{file, memory.New()}
		repos := []*people{newPeople(stores[0], table), newPeople(stores[1], table)}
		random := rand.New(rand.NewPCG(seed, 5))
		mail := func() string { return []string{"a@b", "A@b", "ß@x", "SS@X", "c", "d"}[random.IntN(6)] }
		kinds := map[string]int{}
		for range 300 {
			id, address, kind, pair := fmt.Sprint("p", random.IntN(8)), mail(), random.IntN(5), random.IntN(8)
			var came [2]string
			for i, repo := range repos {
				err := repo.UpdateOrCreate(t.Context(), id, func(p *person) error {
					switch {
					case p.Version() == 0:
						fresh(p, id, address)
					case kind == 0:
						p.record(left{})
					default:
						p.record(moved{Mail: address})
					}
					return nil
				})
				if kind == 1 && pair < 7 {
					err = errors.Join(err, exchange(t, stores[i], repo, fmt.Sprint("p", pair), fmt.Sprint("p", pair+1)))
				}
				came[i] = outcomeOf(err)
			}
			if came[0] != came[1] {
				t.Fatalf("seed %d: a save came to %q in the file, and to %q in memory", seed, came[0], came[1])
			}
			kinds[came[0]]++
		}
		if len(kinds) < 2 {
			t.Fatalf("seed %d: the saves all came to the same: %v", seed, kinds)
		}
		for _, q := range []es.RowQuery{
			{Deleted: true}, {}, {Limit: 3}, {After: "p3", Deleted: true}, {Column: "mail", Value: "A@B", Deleted: true}, {Column: "name", Value: "P2"}, {Column: "rank", Value: int64(7)},
		} {
			q.Table = table
			var got [2][][]any
			for i, store := range stores {
				for row, err := range store.Rows(t.Context(), q) {
					if err != nil {
						t.Fatal(err)
					}
					got[i] = append(got[i], row)
				}
			}
			if !reflect.DeepEqual(got[0], got[1]) {
				t.Fatalf("seed %d: %+v gives %v in the file, and %v in memory", seed, q, got[0], got[1])
			}
		}
	}
}

func fresh(p *person, id, address string) {
	p.record(came{ID: id, Name: "P" + id[1:], Mail: address, Rank: 7})
}

// exchange has two persons take one another's address, in one append.
func exchange(t *testing.T, store es.Store, repo *people, a, b string) error {
	t.Helper()
	first, err := repo.Load(t.Context(), a)
	if err != nil {
		return err
	}
	second, err := repo.Load(t.Context(), b)
	if err != nil {
		return err
	}
	x, y := first.mail, second.mail
	first.record(moved{Mail: y})
	second.record(moved{Mail: x})
	return es.Atomic(store, repo.Part(first), repo.Part(second)).Save(t.Context())
}

// outcomeOf says what an error is about, without the words of one store.
func outcomeOf(err error) string {
	taken, ok := errors.AsType[*es.UniqueError](err)
	switch {
	case err == nil:
		return "stored"
	case ok:
		return fmt.Sprintf("%+v", *taken)
	case errors.Is(err, es.ErrNotFound):
		return "not found"
	}
	return err.Error()
}
