//go:build cgo && linux

package torture

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"sync"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/sqlite"
)

// childWrite does deeds from several goroutines at once, and tells of them.
func childWrite(args []string) error {
	flags := flag.NewFlagSet("write", flag.ExitOnError)
	name := flags.String("name", "w", "first part of the writers' names")
	goroutines := flags.Int("goroutines", 8, "")
	count := flags.Int("count", 0, "deeds of each goroutine, 0 is without end")
	sessions := flags.Int("sessions", 1, "how often the file is opened")
	fill := flags.Int("fill", 0, "see deed")
	normal := flags.Bool("normal", false, "open with synchronous=NORMAL")
	hasty := flags.Bool("hasty", false, "acknowledge before the commit")
	log := flags.String("log", "", "where to mark what is told, beside what disk.c records")
	if err := flags.Parse(args); err != nil {
		return err
	}
	say, err := teller(*log)
	if err != nil {
		return err
	}
	for session := range *sessions {
		var opts []sqlite.Option
		if *normal {
			opts = append(opts, sqlite.WithSynchronousNormal())
		}
		s, err := sqlite.Open(context.Background(), flags.Arg(0), opts...)
		if err != nil {
			return err
		}
		var store es.Store = s
		if *hasty {
			store = newHasty(s)
		}
		errs := make([]error, *goroutines)
		var wg sync.WaitGroup
		for g := range *goroutines {
			wg.Go(func() { errs[g] = write(store, fmt.Sprintf("%s-%d-%d", *name, session, g), *count, *fill, say) })
		}
		wg.Wait()
		if err := errors.Join(append(errs, s.Close())...); err != nil {
			return err
		}
	}
	return nil
}

func write(s es.Store, writer string, count, fill int, say func(news) error) error {
	var own int64
	for seq := 0; count == 0 || seq < count; seq++ {
		d := deed{writer: writer, seq: seq, own: own, fill: fill}
		if err := say(news{what: "begin", deed: d}); err != nil {
			return err
		}
		a := d.append()
		r, err := s.Append(context.Background(), a)
		if err != nil {
			return fmt.Errorf("%v: %w", d, err)
		}
		if err := say(acknowledged(d, r)); err != nil {
			return err
		}
		own += int64(len(a.Streams[0].Events))
		if err := writeSnapshot(s, d, own, r); err != nil {
			return fmt.Errorf("a snapshot after %v: %w", d, err)
		}
	}
	return nil
}

// writeSnapshot writes a snapshot after some deeds, in a store that keeps them. That goes
// into the same WAL as the appends, and is not synced.
func writeSnapshot(s es.Store, d deed, version int64, r es.Result) error {
	store, ok := s.(es.SnapshotStore)
	if !ok || d.seq%3 != 2 {
		return nil
	}
	return store.WriteSnapshot(context.Background(), es.Snapshot{
		Stream: d.append().Streams[0].Stream.Name, Aggregate: "own", Version: version, Position: r.Streams[0].LastPosition,
		RecordedAt: epoch, Fingerprint: "f", State: []byte(strings.Repeat(d.name(), 100)),
	})
}

// teller prints news, each with one write of its own: none is told in part, or later
// than the next thing that is done. With a log they become marks there.
func teller(log string) (func(news) error, error) {
	if log == "" {
		return func(n news) error {
			_, err := os.Stdout.WriteString(n.String() + "\n")
			return err
		}, nil
	}
	f, err := os.OpenFile(log, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	return func(n news) error {
		text := n.String()
		_, err := fmt.Fprintf(f, "mark %d\n%s", len(text), text)
		return err
	}, nil
}

// hasty is a store that is wrong on purpose: it answers first and appends later.
type hasty struct {
	es.Store
	mu       sync.Mutex
	versions map[string]int64
	position int64
	queue    chan es.Append
}

func newHasty(s es.Store) *hasty {
	h := &hasty{Store: s, versions: make(map[string]int64), queue: make(chan es.Append, 16)}
	if err := h.look(); err != nil {
		panic(err)
	}
	go func() {
		for a := range h.queue {
			if _, err := s.Append(context.Background(), a); err != nil {
				panic(err)
			}
		}
	}()
	return h
}

// look finds out where the next events will stand, so that the answers are right if
// only the appends happen.
func (h *hasty) look() error {
	for e, err := range h.Store.All(context.Background(), es.ReadAll{}) {
		if err != nil {
			return err
		}
		h.versions[e.Stream.Name], h.position = e.Version, e.Position
	}
	return nil
}

func (h *hasty) Append(_ context.Context, a es.Append) (es.Result, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	var r es.Result
	for _, part := range a.Streams {
		n := int64(len(part.Events))
		version := h.versions[part.Stream.Name] + n
		h.versions[part.Stream.Name] = version
		h.position += n
		r.Streams = append(r.Streams, es.StreamResult{
			FirstVersion: version - n + 1, LastVersion: version, FirstPosition: h.position - n + 1, LastPosition: h.position,
		})
	}
	r.Position = h.position
	h.queue <- a
	return r, nil
}
