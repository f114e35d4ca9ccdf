package jsonl

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/esgen/esgen/runtime/es"
)

func openReader(t *testing.T, path string, opts ...Option) *Store {
	t.Helper()
	s, err := Open(t.Context(), path, append(opts, ReadOnly())...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// A store that is read-only does not keep one that writes from opening the file, and sees
// what it appends.
func TestReaderFollowsWriter(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "events.jsonl")
	write(t, path, nil)
	readers := []*Store{openReader(t, path)}
	w, err := Open(t.Context(), path)
	if err != nil {
		t.Fatalf("a store that writes, beside one that reads: %v", err)
	}
	defer w.Close()
	for i := range 5 {
		readers = append(readers, openReader(t, path))
		a := testAppend("a", testEvent(2*i+1), testEvent(2*i+2))
		a.Streams[0].CommandID = fmt.Sprint("c", i)
		if _, err := w.Append(t.Context(), a); err != nil {
			t.Fatal(err)
		}
		want := events(t, w.All(t.Context(), es.ReadAll{}))
		tagged := es.ReadAll{Query: es.Query{Items: []es.Item{{Tags: []es.Tag{{Key: "n", Value: fmt.Sprint(2*i + 2)}}}}}}
		for j, r := range readers {
			// Whichever way of reading comes first, it sees what is new.
			switch (i + j) % 4 {
			case 0:
				if head, err := r.Head(t.Context()); err != nil || head != int64(len(want)) {
					t.Fatalf("the head is %d, %v", head, err)
				}
			case 1:
				if first, seen, err := r.Command(t.Context(), "a", fmt.Sprint("c", i)); err != nil || !seen || first.LastVersion != int64(len(want)) {
					t.Fatalf("the command: %+v, %t, %v", first, seen, err)
				}
			case 2:
				if got := events(t, r.All(t.Context(), tagged)); len(got) != 1 {
					t.Fatalf("found %v by a tag", got)
				}
			}
			if diff := cmp.Diff(want, events(t, r.Stream(t.Context(), "a", es.ReadStream{}))); diff != "" {
				t.Fatal(diff)
			}
		}
	}
	if _, err := readers[0].Append(t.Context(), testAppend("a", testEvent(99))); !errors.Is(err, ErrReadOnly) {
		t.Fatalf("Append: %v, want ErrReadOnly", err)
	}
}

// Whatever part of an append has been written when a reader looks, it sees all of it or
// none, and all in the end.
func TestReaderOfFileThatGrowsByTheByte(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "events.jsonl")
	one := written(t, path, testAppend("a", testEvent(1)))
	two := written(t, path, testAppend("a", testEvent(2), testEvent(3)))
	all := written(t, path, testAppend("b", testEvent(4), testEvent(5)))
	for _, begin := range []int{0, len(one) - 1, len(one), len(one) + 50, len(two) - 1} {
		write(t, path, all[:begin])
		r := openReader(t, path, withHaste)
		for size := begin; size <= len(all); size++ {
			if size > begin {
				if err := appendTo(path, string(all[size-1:size])); err != nil {
					t.Fatal(err)
				}
			}
			want := 0
			for i, end := range []int{len(one), len(two), len(all)} {
				// The line feed is none of an append where a reader begins.
				if size >= end || size == begin && size == end-1 || i < 2 && begin == end-1 {
					want = []int{1, 3, 5}[i]
				}
			}
			if got := events(t, r.All(t.Context(), es.ReadAll{})); len(got) != want {
				t.Fatalf("from byte %d, at byte %d: %d events, want %d", begin, size, len(got), want)
			}
		}
	}
}

func TestReaderOfFileThatIsChanged(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "events.jsonl")
	one := written(t, path, testAppend("a", testEvent(1)))
	two := written(t, path, testAppend("a", testEvent(2), testEvent(3)))
	read := func(r *Store) (err error) {
		for _, err = range r.All(t.Context(), es.ReadAll{}) {
		}
		return err
	}
	write(t, path, one)
	r := openReader(t, path)

	damaged := append([]byte(nil), two...)
	damaged[len(one)+100] ^= 1
	write(t, path, damaged)
	damage, ok := errors.AsType[*DamageError](read(r))
	if !ok || damage.Line != 2 || damage.Offset != int64(len(one)) {
		t.Fatalf("damage: %v", damage)
	}
	write(t, path, two)
	if err := read(r); err != nil {
		t.Fatalf("after it was mended: %v", err)
	}
	write(t, path, one)
	if err := read(r); !errors.Is(err, ErrChanged) {
		t.Fatalf("a file that was cut: %v, want ErrChanged", err)
	}
	if _, err := r.Head(t.Context()); !errors.Is(err, ErrChanged) {
		t.Fatalf("a file that was cut: %v, want ErrChanged", err)
	}
}

// Readers beside writers see whole appends, in an order that never changes.
func TestReadersBesideWriters(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "events.jsonl")
	w, err := Open(t.Context(), path, withHaste)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	var writing, reading sync.WaitGroup
	done := make(chan struct{})
	for i := range 4 {
		writing.Go(func() {
			for j := range 60 {
				if _, err := w.Append(t.Context(), (deed{i, j}).append()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for i := range 3 {
		shared := openReader(t, path, withHaste)
		for range 2 {
			reading.Go(func() {
				var before []string
				for last := false; !last; {
					last = over(done)
					r := shared
					if i == 2 {
						fresh, err := Open(t.Context(), path, ReadOnly(), withHaste)
						if err != nil {
							t.Error(err)
							return
						}
						r = fresh
					}
					var now []string
					found := make(map[string]int)
					for e, err := range r.All(t.Context(), es.ReadAll{}) {
						if err != nil {
							t.Error(err)
							return
						}
						now = append(now, e.ID.String())
						found[e.Tags[0].Value]++
					}
					if len(now) < len(before) || !slices.Equal(before, now[:len(before)]) {
						t.Errorf("read %d events, and %d others before", len(now), len(before))
						return
					}
					for what, n := range found {
						var d deed
						if _, err := fmt.Sscanf(what, "%d/%d", &d.writer, &d.number); err != nil {
							t.Error(err)
						}
						if a := d.append(); n != countEvents(&a) {
							t.Errorf("read %d events of deed %v", n, d)
							return
						}
					}
					before = now
					if i == 2 {
						if err := r.Close(); err != nil {
							t.Error(err)
						}
					}
				}
			})
		}
	}
	writing.Wait()
	close(done)
	reading.Wait()
}

// What a reader has seen stays, even if the power goes before the writer has synced it.
func TestReaderSeesWhatIsOnDisk(t *testing.T) {
	t.Parallel()
	for _, mutant := range []bool{false, true} {
		lost := 0
		for seed := range uint64(12) {
			d := &unsafeDisk{rng: rand.New(rand.NewPCG(seed, 9))}
			path := filepath.Join(t.TempDir(), "events.jsonl")
			w, err := openOn(d, path)
			if err != nil {
				t.Fatal(err)
			}
			if err := appendUntilKnown(w, deed{1, 1}.append()); err != nil {
				t.Fatal(err)
			}
			onDisk := func(c *config) error { c.disk = d; return nil }
			early := openReader(t, path, onDisk)
			// The append is written, and its sync comes when the power has gone.
			d.skipSync = true
			if err := appendUntilKnown(w, deed{1, 2}.append()); err != nil {
				t.Fatal(err)
			}
			d.skipSync = mutant
			readers := []*Store{early, openReader(t, path, onDisk)}
			seen := events(t, readers[seed%2].All(t.Context(), es.ReadAll{}))
			data, _ := d.cut()
			after := filepath.Join(t.TempDir(), "after.jsonl")
			if err := os.WriteFile(after, data, 0o666); err != nil {
				t.Fatal(err)
			}
			if left := events(t, openReader(t, after, withHaste).All(t.Context(), es.ReadAll{})); !cmp.Equal(seen, left) {
				lost++
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
		}
		if lost > 0 && !mutant {
			t.Errorf("what a reader saw was lost in %d cuts of power", lost)
		}
		if lost == 0 && mutant {
			t.Error("a reader that shows what is not on disk was not found out")
		}
	}
}
