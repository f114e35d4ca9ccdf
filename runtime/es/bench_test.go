package es_test

import (
	"strconv"
	"testing"

	"github.com/esgen/esgen/runtime/memory"
)

// Recording applies, gives an ID and queues. The aggregate is replaced now and then, for the
// queue only grows until a save.
func BenchmarkRecord(b *testing.B) {
	b.ReportAllocs()
	a := open("ann")
	for b.Loop() {
		if a.Version() == 100 {
			a = open("ann")
		}
		a.record(deposited{Amount: 1})
	}
}

// A first save of an account with that many events, and a load of it, by the codec of the
// tests, which is encoding/json.
func BenchmarkSaveAndLoad(b *testing.B) {
	for _, events := range []int{1, 10, 100} {
		b.Run(strconv.Itoa(events)+" events", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				// A store of its own, for that of all iterations would grow without bound.
				repo := newAccounts(memory.New())
				a := open("ann")
				for range events - 1 {
					a.record(deposited{Amount: 1})
				}
				if err := repo.Save(b.Context(), a); err != nil {
					b.Fatal(err)
				}
				if _, err := repo.Load(b.Context(), "ann"); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
