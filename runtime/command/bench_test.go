package command_test

import (
	"context"
	"testing"
	"time"

	"github.com/esgen/esgen/runtime/memory"
)

// BenchmarkDispatch measures a dispatch, validation included, beside the same load, act and
// save written by hand. The two take turns on items of the same length, for the machine
// does other things too; x-by-hand is the ratio of their times.
func BenchmarkDispatch(b *testing.B) {
	const each = 10 // to an item, so that streams stay short
	ctx := context.Background()
	repository := newItems(memory.New())
	commands := newItemCommands(repository)
	byHand := func(cmd take) error {
		i, err := repository.Load(ctx, cmd.ID)
		if err != nil {
			return err
		}
		if err := i.handleTake(cmd); err != nil {
			return err
		}
		return repository.Save(ctx, i)
	}
	dispatched := func(cmd take) error { return commands.Dispatch(ctx, cmd) }

	var times [2]time.Duration
	items := 0
	b.ReportAllocs()
	for b.Loop() {
		if items%1000 == 0 {
			// A store of its own, for that of all iterations would grow without bound.
			repository = newItems(memory.New())
			commands = newItemCommands(repository)
		}
		items++
		for n := range 2 {
			way := (n + items) % 2
			do := []func(take) error{byHand, dispatched}[way]
			id := "item-" + string(rune('a'+way)) + time.Duration(items).String()
			if err := commands.Dispatch(ctx, stock{ID: id, Count: 1000}); err != nil {
				b.Fatal(err)
			}
			begun := time.Now()
			for range each {
				if err := do(take{ID: id, Count: 1}); err != nil {
					b.Fatal(err)
				}
			}
			times[way] += time.Since(begun)
		}
	}
	n := float64(b.N * each)
	b.ReportMetric(float64(times[0].Nanoseconds())/n, "ns/by-hand")
	b.ReportMetric(float64(times[1].Nanoseconds())/n, "ns/dispatch")
	b.ReportMetric(times[1].Seconds()/times[0].Seconds(), "x-by-hand")
}
