package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"time"
)

// A worker process writes the list of its benchmarks when it starts. Then it answers each request that
// it reads with a measurement, until its input ends. Everything is JSON.

type request struct {
	Index    int
	Duration time.Duration
}

// A measurement is what one run of a benchmark costs.
type measurement struct {
	Nanoseconds float64
	// Bytes and Allocs are what is allocated.
	Bytes, Allocs float64
	Err           string
}

// work is a worker.
func work(in io.Reader, out io.Writer) error {
	list, err := benchmarks()
	if err != nil {
		return err
	}
	requests, answers := json.NewDecoder(in), json.NewEncoder(out)
	if err := answers.Encode(list); err != nil {
		return err
	}
	// A collection takes long beside what is measured, and would fall into some of the measurements.
	debug.SetGCPercent(-1)
	// How often to do a thing is found out once, so that all rounds do the same.
	counts := make([]int, len(list))
	for {
		var q request
		if err := requests.Decode(&q); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		m, err := measure(list[q.Index].run, &counts[q.Index], q.Duration)
		if err != nil {
			m.Err = err.Error()
		}
		if err := answers.Encode(m); err != nil {
			return err
		}
	}
}

// measure runs a benchmark often enough to take about that long. It begins with a heap that has just
// been collected, and garbage is not collected meanwhile: B/op tells what there would be to collect.
func measure(run func(n int) error, count *int, duration time.Duration) (measurement, error) {
	for n := 1; *count == 0; n *= 2 {
		start := clock()
		if err := run(n); err != nil {
			return measurement{}, err
		}
		if took := clock() - start; took >= duration/4 {
			*count = max(1, int(float64(n)*float64(duration)/float64(took)))
		}
	}
	n := *count
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := clock()
	if err := run(n); err != nil {
		return measurement{}, err
	}
	took := clock() - start
	runtime.ReadMemStats(&after)
	return measurement{
		Nanoseconds: float64(took.Nanoseconds()) / float64(n),
		Bytes:       float64(after.TotalAlloc-before.TotalAlloc) / float64(n),
		Allocs:      float64(after.Mallocs-before.Mallocs) / float64(n),
	}, nil
}

// worker is a worker process, seen from the one that directs it.
type worker struct {
	cmd        *exec.Cmd
	in         io.WriteCloser
	requests   *json.Encoder
	answers    *json.Decoder
	benchmarks []benchmark
}

func startWorker(ctx context.Context, path string) (*worker, error) {
	cmd := exec.CommandContext(ctx, path, "-worker")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	w := &worker{cmd: cmd, in: in, requests: json.NewEncoder(in), answers: json.NewDecoder(out)}
	if err := w.answers.Decode(&w.benchmarks); err != nil {
		w.stop()
		return nil, fmt.Errorf("starting a worker: %w", err)
	}
	return w, nil
}

// measure has the worker take one measurement.
func (w *worker) measure(index int, duration time.Duration) (measurement, error) {
	if err := w.requests.Encode(request{index, duration}); err != nil {
		return measurement{}, err
	}
	var m measurement
	if err := w.answers.Decode(&m); err != nil {
		return measurement{}, err
	}
	if m.Err != "" {
		return measurement{}, errors.New(m.Err)
	}
	return m, nil
}

// stop ends the worker. There is nothing left to be learnt from how it ends.
func (w *worker) stop() {
	w.in.Close()
	w.cmd.Wait()
}
