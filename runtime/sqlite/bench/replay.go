package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/sqlite"
	"github.com/esgen/esgen/runtime/sqlite/bench/ledger"
)

// replayed is a file of a thousand accounts whose events were written in turns.
func (b *bench) replayed() history {
	return history{accounts: 1000, each: b.scale.replay / 1000, stretch: 1}
}

// total is what a replay comes to.
type total struct {
	events, cents int64
	withMetadata  int64
	latest        time.Time
}

func (t *total) add(event any, at time.Time, md es.Metadata) {
	t.events++
	switch e := event.(type) {
	case ledger.Deposited:
		t.cents += e.Cents
	case ledger.Withdrawn:
		t.cents -= e.Cents
	}
	if md.CorrelationID != "" {
		t.withMetadata++
	}
	if at.After(t.latest) {
		t.latest = at
	}
}

func replay(ctx context.Context, s es.Store) (t total, err error) {
	for r, err := range es.Replay(ctx, s, ledger.Registry()) {
		if err != nil {
			return t, err
		}
		t.add(r.Event, r.RecordedAt, r.Metadata)
	}
	return t, nil
}

func (r *referenceReader) total() (t total, err error) {
	err = r.all(func(e *plainRecorded) { t.add(e.event, e.recordedAt, e.metadata) })
	return t, err
}

// replayRows read everything, by the registry.
func (b *bench) replayRows() []row {
	rows := []row{
		{
			name:  "replay through the registry, an event",
			lines: reading(0.5),
			prepare: func(ctx context.Context) (*contest, error) {
				r, err := b.newReaders(ctx, b.replayed())
				if err != nil {
					return nil, err
				}
				got, err := replay(ctx, r.store)
				if err != nil {
					return nil, errors.Join(err, r.close())
				}
				want, err := r.plain.total()
				if err != nil {
					return nil, errors.Join(err, r.close())
				}
				if got != want || got.events != int64(b.scale.replay) {
					return nil, errors.Join(fmt.Errorf("a replay gives %+v, and the reference says %+v", got, want), r.close())
				}
				return &contest{
					ours: func(ctx context.Context) (measurement, error) {
						m, err := repeated(1, func() error { _, err := replay(ctx, r.store); return err })
						return m.by(b.scale.replay), err
					},
					reference: func(context.Context) (measurement, error) {
						m, err := repeated(1, func() error { _, err := r.plain.total(); return err })
						return m.by(b.scale.replay), err
					},
					close: r.close,
				}, nil
			},
		},
		{
			name:  "replay, memory of the whole process at its peak",
			lines: []line{memoryGoal(64e6)},
			prepare: func(ctx context.Context) (*contest, error) {
				path, err := b.file(ctx, b.replayed())
				if err != nil {
					return nil, err
				}
				own, err := os.Executable()
				if err != nil {
					return nil, err
				}
				return &contest{ours: func(ctx context.Context) (measurement, error) {
					cmd := exec.CommandContext(ctx, own, "-memory", path)
					cmd.Stderr = os.Stderr
					answer, err := cmd.Output()
					if err != nil {
						return measurement{}, err
					}
					n, err := strconv.ParseInt(string(bytes.TrimSpace(answer)), 10, 64)
					return measurement{memory: n}, err
				}}, nil
			},
		},
	}
	if runtime.GOOS != "linux" {
		return rows[:1] // others do not tell
	}
	return rows
}

// replayForMemory is what a process of its own does: it replays a file and prints the most memory that
// it ever had, 0 where the system does not tell.
func replayForMemory(ctx context.Context, out io.Writer, path string) error {
	s, err := sqlite.Open(ctx, path)
	if err != nil {
		return err
	}
	if _, err := replay(ctx, s); err != nil {
		return errors.Join(err, s.Close())
	}
	if err := s.Close(); err != nil {
		return err
	}
	peak, err := peakMemory()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(out, peak)
	return err
}

// peakMemory is the most memory that this process has had resident, as Linux tells it. What other
// systems tell includes that of the process that started this one.
func peakMemory() (int64, error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, fmt.Errorf("this system does not tell how much memory was used: %w", err)
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kib, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 10, 64)
			return kib << 10, err
		}
	}
	return 0, errors.New("/proc/self/status does not tell how much memory was used")
}
