package jsonl

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"testing"

	"github.com/esgen/esgen/runtime/es"
)

// unsafeDisk is a disk that loses what was not synced when the power goes. What the
// system sees of it, until then, is a real file.
type unsafeDisk struct {
	system
	mu      sync.Mutex
	rng     *rand.Rand
	named   bool     // whether the name of the file is on disk
	durable []byte   // what of the file is on disk
	pending []change // what is not, or only in part

	// These make the disk, or the store, worse than they are.
	skipSync    bool           // a sync does nothing
	skipRewrite bool           // a write of what is there already does nothing
	failSync    func() bool    // says whether a sync fails
	failWrite   func() bool    // says whether a write fails, half done
	onCall      func(afterCut) // is called at each call, before and after it
}

// afterCut gives what is in the file if the power goes now; false if there is no file.
type afterCut func() ([]byte, bool)

// change is a write, or with data nil a cut to offset.
type change struct {
	offset int64
	data   []byte
}

func (c change) apply(data []byte) []byte {
	end := int(c.offset) + len(c.data)
	if c.data == nil || end > len(data) {
		data = append(slices.Clip(data), make([]byte, max(0, end-len(data)))...)[:end]
	}
	copy(data[c.offset:], c.data)
	return data
}

// sector is what a disk writes whole or not at all.
const sector = 512

// pieces are those of some changes that reach the disk when nobody waits for them.
func pieces(changes []change, rng *rand.Rand) (some []change) {
	switch rng.IntN(5) {
	case 0:
		return nil
	case 1:
		return changes
	case 2:
		return changes[:rng.IntN(len(changes)+1)]
	}
	likely := rng.Float64()
	for _, c := range changes {
		if c.data == nil {
			// A file system keeps cuts in their order with what follows.
			some = append(some, c)
			continue
		}
		for at := int64(0); at < int64(len(c.data)); {
			end := min((c.offset+at)/sector*sector+sector-c.offset, int64(len(c.data)))
			if rng.Float64() < likely {
				some = append(some, change{c.offset + at, c.data[at:end]})
			}
			at = end
		}
	}
	return some
}

func (d *unsafeDisk) cut() ([]byte, bool) {
	data := slices.Clone(d.durable)
	for _, c := range pieces(d.pending, d.rng) {
		data = c.apply(data)
	}
	return data, d.named
}

// call does something to the disk. Before and after it the power may go.
func (d *unsafeDisk) call(do func() error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.onCall != nil {
		d.onCall(d.cut)
		defer d.onCall(d.cut)
	}
	return do()
}

func (d *unsafeDisk) open(path string, writable bool) (file, error) {
	f, err := d.system.open(path, writable)
	if err != nil {
		return nil, err
	}
	return &unsafeFile{f.(*systemFile), d}, nil
}

func (d *unsafeDisk) syncFolder(string) error {
	return d.call(func() error { d.named = true; return nil })
}

type unsafeFile struct {
	*systemFile
	disk *unsafeDisk
}

func (f *unsafeFile) WriteAt(b []byte, offset int64) (n int, err error) {
	d := f.disk
	err = d.call(func() error {
		if d.failWrite != nil && d.failWrite() {
			b = b[:len(b)/2]
			err = syscall.EIO
		}
		there := make([]byte, len(b))
		if k, _ := f.ReadAt(there, offset); d.skipRewrite && k == len(b) && slices.Equal(b, there) {
			return err
		}
		d.pending = append(d.pending, change{offset, slices.Clone(b)})
		if _, e := f.systemFile.WriteAt(b, offset); e != nil {
			return e
		}
		return err
	})
	return len(b), err
}

func (f *unsafeFile) Truncate(size int64) error {
	return f.disk.call(func() error {
		f.disk.pending = append(f.disk.pending, change{offset: size})
		return f.systemFile.Truncate(size)
	})
}

func (f *unsafeFile) Sync() error     { return f.sync() }
func (f *unsafeFile) datasync() error { return f.sync() }

func (f *unsafeFile) sync() error {
	d := f.disk
	return d.call(func() error {
		if d.skipSync {
			return nil
		}
		changes := d.pending
		var err error
		if d.failSync != nil && d.failSync() {
			// The system says so once, and from then on takes for written what is not.
			changes, err = pieces(changes, d.rng), syscall.EIO
		}
		for _, c := range changes {
			d.durable = c.apply(d.durable)
		}
		d.pending = nil
		return err
	})
}

// The power goes at any call. Whatever was acknowledged before is there, and no append in
// part.
func TestPower(t *testing.T) {
	t.Parallel()
	if losses := cutPower(t, &unsafeDisk{}, 150); losses != 0 {
		t.Errorf("acknowledged appends were lost in %d cuts of power", losses)
	}
}

func TestPowerWithFaults(t *testing.T) {
	t.Parallel()
	var n int
	d := &unsafeDisk{
		failSync:  func() bool { n++; return n%5 == 3 },
		failWrite: func() bool { n++; return n%7 == 5 },
	}
	if losses := cutPower(t, d, 150); losses != 0 {
		t.Errorf("acknowledged appends were lost in %d cuts of power", losses)
	}
}

// A store that does not wait for the disk is found out.
func TestPowerFindsStoreThatSkipsTheSync(t *testing.T) {
	t.Parallel()
	losses := cutPower(t, &unsafeDisk{skipSync: true}, 40)
	if losses == 0 {
		t.Error("no cut of power lost anything: this test sees nothing")
	}
	t.Logf("appends were lost in %d of 40 cuts", losses)
}

func TestTorturePower(t *testing.T) {
	full(t)
	for range 20 {
		if losses := cutPower(t, &unsafeDisk{}, 200); losses != 0 {
			t.Errorf("acknowledged appends were lost in %d cuts of power", losses)
		}
	}
}

// cutPower appends to a file, and looks now and then at what would be there if the power
// went. It returns how often something was lost that had been acknowledged.
func cutPower(t *testing.T, d *unsafeDisk, cuts int) (losses int) {
	t.Helper()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	d.rng = rand.New(rand.NewPCG(seed, 1))
	dir := t.TempDir()
	var mu sync.Mutex
	var acknowledged []deed
	done := make(chan struct{})
	type state struct {
		data  []byte
		acked []deed
	}
	states := make(chan state, 4)
	d.onCall = func(cut afterCut) {
		if d.rng.IntN(3) > 0 {
			return
		}
		mu.Lock()
		acked := slices.Clone(acknowledged)
		mu.Unlock()
		data, named := cut()
		if !named {
			data = nil
		}
		select {
		case states <- state{data, acked}:
		case <-done:
		}
	}
	path := filepath.Join(dir, "events.jsonl")
	var writing sync.WaitGroup
	stopped := make(chan struct{})
	writing.Go(func() {
		defer close(stopped)
		for session := 0; !over(done); session++ {
			s, err := openOn(d, path)
			if err != nil {
				if d.failSync == nil {
					t.Errorf("open: %v", err)
					return
				}
				continue
			}
			var group sync.WaitGroup
			for i := range 4 {
				group.Go(func() {
					for j := 0; j < 12 && !over(done); j++ {
						one := deed{session*4 + i, j}
						err := appendUntilKnown(s, one.append())
						if err != nil {
							if d.failSync == nil {
								t.Errorf("append: %v", err)
							}
							continue
						}
						mu.Lock()
						acknowledged = append(acknowledged, one)
						mu.Unlock()
					}
				})
			}
			group.Wait()
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}
	})
	for i := range cuts {
		var st state
		select {
		case st = <-states:
		case <-stopped:
			t.Fatal("the writer has stopped")
		}
		after := filepath.Join(dir, "after.jsonl")
		if err := os.WriteFile(after, st.data, 0o666); err != nil {
			t.Fatal(err)
		}
		lost, err := missing(after, st.acked)
		if err != nil && !d.skipSync {
			t.Errorf("cut %d: %v", i, err)
			break
		}
		if err != nil || len(lost) > 0 {
			losses++
		}
	}
	close(done)
	writing.Wait()
	if len(acknowledged) < 10 {
		t.Errorf("%d appends were acknowledged only", len(acknowledged))
	}
	return losses
}

func over(done chan struct{}) bool {
	select {
	case <-done:
		return true
	default:
		return false
	}
}

func openOn(d disk, path string) (*Store, error) {
	return Open(context.Background(), path, func(c *config) error { c.disk = d; return nil })
}

// appendUntilKnown sends an append until its outcome is known.
func appendUntilKnown(s *Store, a es.Append) error {
	for {
		if _, err := s.Append(context.Background(), a); !errors.Is(err, es.ErrOutcomeUnknown) {
			return err
		}
	}
}

// An append whose sync failed is in the file, as the system sees it, and not on disk. A
// store that opens the file must not say of it that it is stored before it is.
func TestSyncThatFailedIsNotBelievedAfterReopening(t *testing.T) {
	t.Parallel()
	for _, mutant := range []bool{false, true} {
		var lost int
		for seed := range uint64(30) {
			failing := false
			d := &unsafeDisk{rng: rand.New(rand.NewPCG(seed, 7)), failSync: func() bool { return failing }, skipRewrite: mutant}
			path := filepath.Join(t.TempDir(), "events.jsonl")
			s, err := openOn(d, path)
			if err != nil {
				t.Fatal(err)
			}
			if err := appendUntilKnown(s, deed{1, 1}.append()); err != nil {
				t.Fatal(err)
			}
			failing = true
			if _, err := s.Append(t.Context(), deed{1, 2}.append()); !errors.Is(err, es.ErrOutcomeUnknown) {
				t.Fatalf("an append whose sync failed: %v, want es.ErrOutcomeUnknown", err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			failing = false
			if s, err = openOn(d, path); err != nil {
				t.Fatal(err)
			}
			if r, err := s.Append(t.Context(), deed{1, 2}.append()); err != nil || !r.Repeated {
				t.Fatalf("the append sent again: %+v, %v, want that it is there", r, err)
			}
			data, _ := d.cut()
			after := filepath.Join(t.TempDir(), "after.jsonl")
			if err := os.WriteFile(after, data, 0o666); err != nil {
				t.Fatal(err)
			}
			gone, err := missing(after, []deed{{1, 1}, {1, 2}})
			if err != nil {
				t.Fatal(err)
			}
			lost += len(gone)
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		}
		if lost > 0 && !mutant {
			t.Errorf("%d appends were lost", lost)
		}
		if lost == 0 && mutant {
			t.Error("a store that does not write the last lines again was not found out")
		}
	}
}

// After a sync that failed, the store goes on from what was on disk before.
func TestSyncThatFailedIsNotBelieved(t *testing.T) {
	t.Parallel()
	failing := false
	d := &unsafeDisk{rng: rand.New(rand.NewPCG(1, 2)), failSync: func() bool { return failing }}
	path := filepath.Join(t.TempDir(), "events.jsonl")
	s, err := openOn(d, path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := appendUntilKnown(s, deed{1, 1}.append()); err != nil {
		t.Fatal(err)
	}
	head, _ := s.Head(t.Context())
	failing = true
	for range 2 {
		_, err := s.Append(t.Context(), deed{1, 2}.append())
		if err == nil {
			t.Fatal("an append whose sync failed was acknowledged")
		}
		if now, _ := s.Head(t.Context()); now != head {
			t.Fatalf("the head is %d, and %d is on disk", now, head)
		}
	}
	if _, err := s.Append(t.Context(), deed{1, 3}.append()); err == nil || errors.Is(err, es.ErrOutcomeUnknown) {
		t.Fatalf("an append while the file cannot be brought to a known state: %v, want that nothing was stored", err)
	}
	failing = false
	if r, err := s.Append(t.Context(), deed{1, 2}.append()); err != nil || r.Repeated {
		t.Fatalf("the append sent again: %+v, %v, want it stored now", r, err)
	}
	var got []string
	for e, err := range s.All(t.Context(), es.ReadAll{}) {
		if err != nil {
			t.Fatal(err)
		}
		if n := len(got); n == 0 || got[n-1] != e.Tags[0].Value {
			got = append(got, e.Tags[0].Value)
		}
	}
	if !slices.Equal(got, []string{"1/1", "1/2"}) {
		t.Fatalf("got %v", got)
	}
}

// full skips a test that takes minutes unless it is asked for.
func full(t *testing.T) {
	t.Helper()
	if os.Getenv("ESGEN_TORTURE") == "" {
		t.Skip("takes minutes: set ESGEN_TORTURE=1")
	}
}
