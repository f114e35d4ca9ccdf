package command_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/esgen/esgen/runtime/command"
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

	var times [2][]time.Duration // of each turn
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
			times[way] = append(times[way], time.Since(begun))
		}
	}
	// Medians, for some turns are held up by others on the machine.
	slices.Sort(times[0])
	slices.Sort(times[1])
	hand, dispatch := times[0][len(times[0])/2], times[1][len(times[1])/2]
	b.ReportMetric(float64(hand.Nanoseconds())/each, "ns/by-hand")
	b.ReportMetric(float64(dispatch.Nanoseconds())/each, "ns/dispatch")
	b.ReportMetric(dispatch.Seconds()/hand.Seconds(), "x-by-hand")
}

// BenchmarkValidate measures the rules alone, of a command with some twenty fields.
func BenchmarkValidate(b *testing.B) {
	dispatcher := command.NewDispatcher(newItems(memory.New()), func(itemCommand) (command.Route[item, string], error) {
		return command.Create("nut", func(*item) error { return nil }), nil
	})
	var cmd itemCommand = sound()
	b.ReportAllocs()
	for b.Loop() {
		if err := dispatcher.Dispatch(b.Context(), cmd); err != nil {
			b.Fatal(err)
		}
	}
}
