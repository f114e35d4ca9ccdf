package main

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
)

// A table has what all contestants do with one event.
type table struct {
	event, action string
	bytes         int
	contestants   []*contestant
}

type contestant struct {
	library string
	worker  *worker
	// index is that of the worker's benchmark.
	index   int
	results []measurement
}

// addContestant adds a benchmark to its table.
func addContestant(tables []*table, b benchmark, w *worker, index int) []*table {
	i := slices.IndexFunc(tables, func(t *table) bool { return t.event == b.Event && t.action == b.Action })
	if i < 0 {
		i = len(tables)
		tables = append(tables, &table{event: b.Event, action: b.Action, bytes: b.Bytes})
	}
	tables[i].contestants = append(tables[i].contestants, &contestant{library: b.Library, worker: w, index: index})
	return tables
}

func (t *table) contestant(library string) *contestant {
	for _, c := range t.contestants {
		if c.library == library {
			return c
		}
	}
	return nil
}

// median is that of something over all rounds.
func (c *contestant) median(of func(measurement) float64) float64 {
	values := make([]float64, len(c.results))
	for i, m := range c.results {
		values[i] = of(m)
	}
	return median(values)
}

func nanoseconds(m measurement) float64 { return m.Nanoseconds }
func allocated(m measurement) float64   { return m.Bytes }
func allocations(m measurement) float64 { return m.Allocs }

// ratio is the median of the ratios of c's time to that of another in the same round. It is not a
// number if there is no other.
func (c *contestant) ratio(to *contestant) float64 {
	if to == nil {
		return math.NaN()
	}
	values := make([]float64, len(c.results))
	for i, m := range c.results {
		values[i] = m.Nanoseconds / to.results[i].Nanoseconds
	}
	return median(values)
}

func median(values []float64) float64 {
	slices.Sort(values)
	n := len(values)
	return (values[(n-1)/2] + values[n/2]) / 2
}

// report prints the tables, those of one event under each other, and then the goals.
func report(out io.Writer, tables []*table, rounds int) error {
	slices.SortStableFunc(tables, func(a, b *table) int { return cmp.Compare(order(tables, a), order(tables, b)) })
	fmt.Fprintf(out, "%s %s/%s, medians of %d rounds; ratios are to %s\n",
		runtime.Version(), runtime.GOOS, runtime.GOARCH, rounds, baseline)
	for _, t := range tables {
		fmt.Fprintf(out, "\n%s of %d bytes: %s\n", t.event, t.bytes, t.action)
		base := t.contestant(baseline)
		slices.SortFunc(t.contestants, func(a, b *contestant) int {
			return cmp.Compare(a.median(nanoseconds), b.median(nanoseconds))
		})
		w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
		fmt.Fprintln(w, "ns/op\tratio\tB/op\tallocs/op\t\t")
		for _, c := range t.contestants {
			fmt.Fprintf(w, "%.0f\t%.2f\t%.0f\t%.0f\t  %s\n",
				c.median(nanoseconds), c.ratio(base), c.median(allocated), c.median(allocations), c.library)
		}
		if err := w.Flush(); err != nil {
			return err
		}
	}
	return goals(out, tables)
}

// order is where the first table of t's event is.
func order(tables []*table, t *table) int {
	return slices.IndexFunc(tables, func(other *table) bool { return other.event == t.event })
}

// goals prints what the codecs are meant to reach and what they do.
func goals(out io.Writer, tables []*table) error {
	fmt.Fprintln(out, "\ngoals")
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	line := func(t *table, what, goal, measured string, reached bool) {
		verdict := "reached"
		if !reached {
			verdict = "MISSED"
		}
		fmt.Fprintf(w, "  %s\t%s\t%s\t%s\t%s\t%s\n", t.event, t.action, what, goal, measured, verdict)
	}
	for _, t := range tables {
		own := t.contestant(esgen)
		if own == nil {
			continue
		}
		atMost := func(what string, limit, value float64) {
			if !math.IsNaN(value) {
				line(t, what, fmt.Sprintf("<= %.4g", limit), fmt.Sprintf("%.2f", value), value <= limit)
			}
		}
		first := t.event == tables[0].event
		switch t.action {
		case encode:
			atMost("time to "+baseline, 0.25, own.ratio(t.contestant(baseline)))
			if first {
				atMost("allocations", 0, math.Round(own.median(allocations)))
			}
		case decode:
			atMost("time to "+baseline, 0.18, own.ratio(t.contestant(baseline)))
			if first {
				atMost("allocations", 7, math.Round(own.median(allocations)))
			}
		default:
			canonical := slices.IndexFunc(tables, func(c *table) bool { return c.event == t.event && c.action == decode })
			if canonical >= 0 {
				atMost("time to canonical order", 1.6, own.ratio(tables[canonical].contestant(esgen)))
			}
		}
		quickest, ratio := quickestOther(t, own)
		if quickest != nil {
			line(t, "time to "+strings.TrimSpace(quickest.library)+", the next", "< 1", fmt.Sprintf("%.2f", ratio), ratio < 1)
		}
	}
	return w.Flush()
}

// quickestOther is the quickest contestant but own, and the ratio of own's time to that.
func quickestOther(t *table, own *contestant) (*contestant, float64) {
	var quickest *contestant
	var ratio float64
	for _, c := range t.contestants {
		if c == own {
			continue
		}
		if r := own.ratio(c); quickest == nil || r > ratio {
			quickest, ratio = c, r
		}
	}
	return quickest, ratio
}
