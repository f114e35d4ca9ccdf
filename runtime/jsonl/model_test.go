package jsonl

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/memory"
)

// Random operations come to the same as with the store in memory, which reopening does not
// interrupt either.
func TestRandomHistoriesAgainstMemory(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	for round := range uint64(8) {
		rng := rand.New(rand.NewPCG(seed, round))
		path := filepath.Join(t.TempDir(), "events.jsonl")
		s, err := Open(t.Context(), path, withHaste)
		if err != nil {
			t.Fatal(err)
		}
		model := memory.New()
		var earlier []es.Append
		for step := range 300 {
			if rng.IntN(40) == 0 {
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
				if s, err = Open(t.Context(), path, withHaste, OnTorn(func(x Torn) { t.Errorf("torn: %+v", x) })); err != nil {
					t.Fatal(err)
				}
			}
			a := randomAppend(rng)
			if n := len(earlier); n > 0 && rng.IntN(4) == 0 {
				a = earlier[rng.IntN(n)]
			}
			earlier = append(earlier, a)
			got, gotErr := s.Append(t.Context(), a)
			want, wantErr := model.Append(t.Context(), a)
			if fmt.Sprint(gotErr) != fmt.Sprint(wantErr) {
				t.Fatalf("step %d: %v, want %v", step, gotErr, wantErr)
			}
			if diff := difference(want, got); diff != "" {
				t.Fatalf("step %d: %s", step, diff)
			}
			all, stream := randomReads(rng)
			name := fmt.Sprintf("s-%d", rng.IntN(5))
			if diff := difference(events(t, model.All(t.Context(), all)), events(t, s.All(t.Context(), all))); diff != "" {
				t.Fatalf("step %d: All(%+v): %s", step, all, diff)
			}
			if diff := difference(events(t, model.Stream(t.Context(), name, stream)), events(t, s.Stream(t.Context(), name, stream))); diff != "" {
				t.Fatalf("step %d: Stream(%s, %+v): %s", step, name, stream, diff)
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// difference is cmp.Diff, which takes long even where there is none.
func difference(want, got any) string {
	if reflect.DeepEqual(want, got) {
		return ""
	}
	return cmp.Diff(want, got)
}

func randomTags(rng *rand.Rand) (tags []es.Tag) {
	for range rng.IntN(3) {
		tags = append(tags, es.Tag{Key: fmt.Sprint("k", rng.IntN(2)), Value: fmt.Sprint(rng.IntN(3))})
	}
	return tags
}

func randomQuery(rng *rand.Rand) (q es.Query) {
	for range rng.IntN(3) {
		it := es.Item{Tags: randomTags(rng)}
		for range rng.IntN(3) {
			it.Types = append(it.Types, fmt.Sprint("t", rng.IntN(4)))
		}
		q.Items = append(q.Items, it)
	}
	return q
}

func randomAppend(rng *rand.Rand) (a es.Append) {
	for _, i := range rng.Perm(5)[:1+rng.IntN(2)] {
		part := es.StreamAppend{Stream: es.Stream{Name: fmt.Sprintf("s-%d", i)}, Expected: es.Expected(rng.IntN(6) - 2)}
		if rng.IntN(3) > 0 {
			part.Expected = es.ExpectAny
		}
		if rng.IntN(4) == 0 {
			part.CommandID = fmt.Sprint("c", rng.IntN(40))
		}
		for range 1 + rng.IntN(3) {
			e := testEvent(rng.IntN(1 << 16))
			e.ID, e.Type, e.Tags = uuid.New(), fmt.Sprint("t", rng.IntN(3)), randomTags(rng)
			part.Events = append(part.Events, e)
		}
		a.Streams = append(a.Streams, part)
	}
	if rng.IntN(3) == 0 {
		a.Conditions = []es.Condition{{Query: randomQuery(rng), After: rng.Int64N(500)}}
	}
	return a
}

func randomReads(rng *rand.Rand) (all es.ReadAll, stream es.ReadStream) {
	all = es.ReadAll{After: rng.Int64N(300), Query: randomQuery(rng), Limit: rng.IntN(20)}
	if rng.IntN(2) == 0 {
		all.To = rng.Int64N(600)
	}
	for range rng.IntN(3) {
		all.Streams = append(all.Streams, fmt.Sprintf("s-%d", rng.IntN(6)))
	}
	return all, es.ReadStream{From: rng.Int64N(30), To: rng.Int64N(60), Backwards: rng.IntN(2) == 0, Limit: rng.IntN(40)}
}

func events(t *testing.T, seq func(func(*es.Stored, error) bool)) (all []es.Stored) {
	t.Helper()
	for e, err := range seq {
		if err != nil {
			t.Fatal(err)
		}
		c := *e
		c.Payload, c.Metadata, c.Tags = bytes.Clone(e.Payload), bytes.Clone(e.Metadata), slices.Clone(e.Tags)
		all = append(all, c)
	}
	return all
}

// A full disk loses nothing, and is told of. The neighbours of an append that is too much
// are stored.
func TestFullDisk(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("there is no /dev/full, which says how this system puts it")
	}
	f, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, noSpace := f.Write([]byte("x"))
	f.Close()
	d := &smallDisk{err: noSpace, size: 6000}
	path := filepath.Join(t.TempDir(), "events.jsonl")
	var mu sync.Mutex
	var reports []es.CommitReport
	s, err := Open(t.Context(), path, func(c *config) error { c.disk = d; return nil },
		WithObserver(es.Observer{}), WithObserver(es.Observer{Committed: func(_ context.Context, c es.CommitReport) {
			mu.Lock()
			defer mu.Unlock()
			reports = append(reports, c)
		}}))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	large := testEvent(999)
	large.Payload = fmt.Appendf(nil, `"%s"`, bytes.Repeat([]byte("x"), 8000))
	var group sync.WaitGroup
	stored := make([]bool, 10)
	for i := range stored {
		group.Go(func() {
			e := testEvent(i + 1)
			if i == 5 {
				e = large
			}
			_, err := s.Append(t.Context(), testAppend(fmt.Sprint("s-", i), e))
			if stored[i] = err == nil; err != nil && (!errors.Is(err, ErrFull) || errors.Is(err, es.ErrOutcomeUnknown)) {
				t.Errorf("append %d: %v, want ErrFull", i, err)
			}
		})
	}
	group.Wait()
	n := 0
	for i, ok := range stored {
		if ok == (i == 5) {
			t.Errorf("append %d stored: %t", i, ok)
		}
		if ok {
			n++
		}
	}
	if got := events(t, s.All(t.Context(), es.ReadAll{})); len(got) != n {
		t.Errorf("%d events, want %d", len(got), n)
	}
	written := 0
	for _, r := range reports {
		written += r.Events
		if r.Store != s.path || r.Appends < 1 || r.Start.IsZero() || r.Err != nil && r.Events != 0 {
			t.Errorf("reported %+v", r)
		}
	}
	if written != n {
		t.Errorf("%d events were reported, and %d written", written, n)
	}
}

// smallDisk has no room behind a number of bytes.
type smallDisk struct {
	hasty
	size int64
	err  error
}

type smallFile struct {
	file
	disk *smallDisk
}

func (d *smallDisk) open(path string, writable bool) (file, error) {
	f, err := d.hasty.open(path, writable)
	return &smallFile{f, d}, err
}

func (f *smallFile) WriteAt(b []byte, offset int64) (int, error) {
	room := max(f.disk.size-offset, 0)
	if int64(len(b)) <= room {
		return f.file.WriteAt(b, offset)
	}
	n, err := f.file.WriteAt(b[:room], offset)
	if err == nil {
		err = f.disk.err
	}
	return n, err
}
