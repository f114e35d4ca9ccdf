package main

import (
	"fmt"
	"io"
	"math"
	"runtime"
	"slices"
	"time"
)

// A line is what is printed of a row: one value of each side, and how they relate.
type line struct {
	// suffix is added to the name of the row.
	suffix string
	// value is what a measurement says; format is how it is written.
	value  func(measurement) float64
	format func(float64) string
	// goal is what the ratio has to be, or the value where there is no reference; none if it is 0.
	goal float64
	// atLeast says that more is better.
	atLeast bool
}

// Lines of the table. What is written has both times: on a machine that is shared, that of the processor
// is the one to trust, and the other is the one that matters.
func writing(goal float64) []line {
	return []line{{value: func(m measurement) float64 { return float64(m.each) }, format: inTime, goal: goal}, processorOf()}
}

// processorOf has no goal.
func processorOf() line {
	l := reading(0)[0]
	l.suffix = ", processor"
	return l
}

func reading(goal float64) []line {
	return []line{{value: func(m measurement) float64 { return float64(m.processor) }, format: inTime, goal: goal}}
}

func throughputGoal(goal float64) line {
	return line{suffix: ", appends", value: func(m measurement) float64 { return float64(time.Second) / float64(m.each) },
		format: perSecond, goal: goal, atLeast: true}
}

func p99Goal(goal float64) line {
	return line{suffix: ", p99", value: func(m measurement) float64 { return float64(m.p99) }, format: inTime, goal: goal}
}

func memoryGoal(bytes float64) line {
	return line{value: func(m measurement) float64 { return float64(m.memory) }, format: inMegabytes, goal: bytes}
}

func inTime(ns float64) string {
	switch {
	case ns < 1e4:
		return fmt.Sprintf("%.2f µs", ns/1e3)
	case ns < 1e6:
		return fmt.Sprintf("%.0f µs", ns/1e3)
	case ns < 1e9:
		return fmt.Sprintf("%.2f ms", ns/1e6)
	}
	return fmt.Sprintf("%.2f s", ns/1e9)
}

func perSecond(n float64) string { return fmt.Sprintf("%.0f/s", n) }

func inMegabytes(n float64) string { return fmt.Sprintf("%.1f MB", n/1e6) }

const tableFormat = "%-64s %10s %10s %7s %9s  %s\n"

func (b *bench) printHead(out io.Writer) {
	fmt.Fprintf(out, "%s %s/%s, %d processors, medians of %d rounds, scale %s: replays of %d events, a large file of %d\n\n",
		runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.GOMAXPROCS(0), b.rounds, b.scale.name, b.scale.replay, b.scale.large)
	fmt.Fprintf(out, tableFormat, "row", "ours", "reference", "ratio", "goal", "")
}

func (l line) print(out io.Writer, name string, sides []*side) {
	ours := l.values(sides[0])
	reference, ratio := "", ""
	decides := median(ours)
	if len(sides) > 1 {
		theirs := l.values(sides[1])
		ratios := make([]float64, len(ours))
		for i := range ours {
			ratios[i] = ours[i] / theirs[i]
		}
		decides = median(ratios)
		reference, ratio = l.format(median(theirs)), number(decides)
	}
	fmt.Fprintf(out, tableFormat, name+l.suffix, l.format(median(ours)), reference, ratio, l.wanted(len(sides) > 1), l.verdict(decides))
}

func (l line) values(s *side) []float64 {
	values := make([]float64, len(s.results))
	for i, m := range s.results {
		values[i] = l.value(m)
	}
	return values
}

// wanted is the goal as it is printed.
func (l line) wanted(ratio bool) string {
	if l.goal == 0 {
		return ""
	}
	sign := "<= "
	if l.atLeast {
		sign = ">= "
	}
	if ratio {
		return sign + number(l.goal)
	}
	return sign + l.format(l.goal)
}

func (l line) verdict(v float64) string {
	switch {
	case l.goal == 0:
		return ""
	case math.IsNaN(v):
		return "not measured"
	case l.atLeast && v >= l.goal || !l.atLeast && v <= l.goal:
		return "met"
	}
	return "MISSED"
}

func number(v float64) string {
	switch {
	case v >= 10:
		return fmt.Sprintf("%.0f", v)
	case v < 0.1:
		return fmt.Sprintf("%.4f", v)
	}
	return fmt.Sprintf("%.2f", v)
}

func median(values []float64) float64 {
	values = slices.Sorted(slices.Values(values))
	n := len(values)
	return (values[(n-1)/2] + values[n/2]) / 2
}
