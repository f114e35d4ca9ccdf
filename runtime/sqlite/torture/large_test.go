//go:build cgo && linux

package torture

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/metrics"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/sqlite"
)

// Files of many streams, of long streams, with large events and large appends. After
// closing, goroutines and open files are as many as they were before.
func TestLarge(t *testing.T) {
	testLarge(t, memoryFolder(t), largeSize{streams: 5_000, events: 10_000, payload: 4 << 20, append: 2_000})
}

func TestTortureLarge(t *testing.T) {
	full(t)
	testLarge(t, t.TempDir(), largeSize{streams: 1_000_000, events: 1_000_000, payload: 64 << 20, append: 10_000})
}

type largeSize struct {
	streams, events int
	payload, append int
}

func testLarge(t *testing.T, dir string, size largeSize) {
	for _, test := range []struct {
		name string
		run  func(t *testing.T, path string)
	}{
		{"Streams", func(t *testing.T, path string) { largeStreams(t, path, size.streams) }},
		{"Stream", func(t *testing.T, path string) { largeStream(t, path, size.events) }},
		{"Payload", func(t *testing.T, path string) { largePayload(t, path, size.payload) }},
		{"Append", func(t *testing.T, path string) { largeAppend(t, path, size.append) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(dir, test.name+".db")
			// Whatever is started once for a process has been started after this.
			closeStore(t, open(t, path))
			goroutines, files := leftovers(t)
			test.run(t, path)
			g, f := leftovers(t)
			// Go's own goroutine that runs finalizers counts while it does so, after the
			// collections that the test asks for.
			for wait := 0; g > goroutines && wait < 500; wait++ {
				time.Sleep(10 * time.Millisecond)
				g, f = leftovers(t)
			}
			if g > goroutines || f > files {
				t.Errorf("%d goroutines and %d open files, before %d and %d", g, f, goroutines, files)
			}
			t.Logf("%d goroutines and %d open files, before %d and %d; %s", g, f, goroutines, files, fileSize(t, path))
		})
	}
}

// leftovers counts goroutines and open files.
func leftovers(t *testing.T) (goroutines, files int) {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return runtime.NumGoroutine(), len(entries)
}

func fileSize(t *testing.T, path string) string {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("the file has %.1f MiB", float64(info.Size())/(1<<20))
}

func largeStreamName(i int) string { return fmt.Sprint("thing-", i) }

func largeEvent(i int) es.NewEvent {
	return es.NewEvent{
		ID: uuid.Must(uuid.NewV7()), Type: "thing.made", TypeVersion: 1, RecordedAt: epoch, Payload: fmt.Appendf(nil, `{"number":%d}`, i),
	}
}

func isLargeEvent(e *es.Stored, i int) bool {
	return string(e.Payload) == fmt.Sprintf(`{"number":%d}`, i)
}

func largeStreams(t *testing.T, path string, n int) {
	const each = 1000 // in an append
	s := open(t, path)
	began := time.Now()
	for first := 0; first < n; first += each {
		var a es.Append
		for i := first; i < first+each; i++ {
			stream := es.Stream{Name: largeStreamName(i), Category: "thing-{id}", Key: fmt.Sprint(i)}
			a.Streams = append(a.Streams, es.StreamAppend{Stream: stream, Events: []es.NewEvent{largeEvent(i)}})
		}
		mustAppend(t, s, a)
	}
	t.Logf("%d streams made in %v", n, time.Since(began).Round(time.Millisecond))
	closeStore(t, s)

	s = open(t, path)
	rng := random(t)
	began = time.Now()
	some := min(n/50, 1000)
	for range some {
		i := rng.IntN(n)
		to := func(expected es.Expected) es.Append {
			return es.Append{Streams: []es.StreamAppend{{Stream: es.Stream{Name: largeStreamName(i)}, Expected: expected, Events: []es.NewEvent{largeEvent(i)}}}}
		}
		if _, err := s.Append(t.Context(), to(es.ExpectNone)); err == nil {
			t.Fatalf("stream %d was made twice", i)
		}
		version := mustAppend(t, s, to(es.ExpectExists)).Streams[0].LastVersion
		count := int64(0)
		for e, err := range s.Stream(t.Context(), largeStreamName(i), es.ReadStream{}) {
			if err != nil {
				t.Fatal(err)
			}
			if count++; !isLargeEvent(e, i) || e.Version != count {
				t.Fatalf("stream %d, event %d: %+v", i, count, e)
			}
		}
		if count != version || count < 2 {
			t.Fatalf("stream %d has %d events, want %d", i, count, version)
		}
	}
	t.Logf("%d of them appended to and loaded in %v", some, time.Since(began).Round(time.Millisecond))
	count, took, peak := replay(t, s, func(e *es.Stored, i int) bool { return i >= n || isLargeEvent(e, i) })
	if count != n+some {
		t.Errorf("a replay finds %d events, want %d", count, n+some)
	}
	t.Logf("%d events replayed in %v, with up to %.1f MiB of Go's memory", count, took.Round(time.Millisecond), peak)
	closeStore(t, s)
}

// replay reads everything, and looks at how much memory is in use meanwhile.
func replay(t *testing.T, s *sqlite.Store, right func(e *es.Stored, i int) bool) (count int, took time.Duration, peak float64) {
	t.Helper()
	began := time.Now()
	runtime.GC()
	for e, err := range s.All(t.Context(), es.ReadAll{}) {
		if err != nil {
			t.Fatal(err)
		}
		if !right(e, count) {
			t.Fatalf("event %d: %+v", count, e)
		}
		if count++; count%1000 == 0 {
			peak = max(peak, heap())
		}
	}
	return count, time.Since(began), peak
}

// heap is what Go's heap holds, in MiB.
func heap() float64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return float64(sample[0].Value.Uint64()) / (1 << 20)
}

func largeStream(t *testing.T, path string, n int) {
	const each = 10_000 // in an append
	s := open(t, path)
	began := time.Now()
	for first := 0; first < n; first += each {
		a := es.Append{Streams: []es.StreamAppend{{Stream: es.Stream{Name: "long"}, Expected: es.Exactly(int64(first))}}}
		for i := first; i < first+each; i++ {
			a.Streams[0].Events = append(a.Streams[0].Events, largeEvent(i))
		}
		mustAppend(t, s, a)
	}
	t.Logf("a stream of %d events made in %v", n, time.Since(began).Round(time.Millisecond))
	closeStore(t, s)

	s = open(t, path)
	for _, backwards := range []bool{false, true} {
		runtime.GC()
		began, count, peak := time.Now(), 0, 0.0
		for e, err := range s.Stream(t.Context(), "long", es.ReadStream{Backwards: backwards}) {
			if err != nil {
				t.Fatal(err)
			}
			i := count
			if backwards {
				i = n - 1 - count
			}
			if e.Version != int64(i+1) || !isLargeEvent(e, i) {
				t.Fatalf("event %d: %+v", i, e)
			}
			if count++; count%1000 == 0 {
				peak = max(peak, heap())
			}
		}
		if count != n {
			t.Errorf("a load finds %d events, want %d", count, n)
		}
		if peak > 64 {
			t.Errorf("a load takes up to %.1f MiB of Go's memory, want at most 64", peak)
		}
		t.Logf("loaded (backwards: %v) in %v, with up to %.1f MiB of Go's memory", backwards, time.Since(began).Round(time.Millisecond), peak)
	}
	end := es.Append{Streams: []es.StreamAppend{{Stream: es.Stream{Name: "long"}, Expected: es.Exactly(int64(n)), Events: []es.NewEvent{largeEvent(n)}}}}
	if r := mustAppend(t, s, end); r.Streams[0].LastVersion != int64(n+1) {
		t.Errorf("the next version is %d, want %d", r.Streams[0].LastVersion, n+1)
	}
	closeStore(t, s)
}

func largePayload(t *testing.T, path string, n int) {
	s := open(t, path)
	large := largeEvent(0)
	large.Payload = append(append([]byte{'"'}, bytes.Repeat([]byte("0123456789abcdef"), n/16)...), '"')
	a := es.Append{Streams: []es.StreamAppend{{Stream: es.Stream{Name: "large"}, Events: []es.NewEvent{largeEvent(0), large, largeEvent(2)}}}}
	began := time.Now()
	mustAppend(t, s, a)
	appended := time.Since(began)
	closeStore(t, s)
	s = open(t, path)
	began = time.Now()
	count := 0
	for e, err := range s.Stream(t.Context(), "large", es.ReadStream{}) {
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(e.Payload, a.Streams[0].Events[count].Payload) {
			t.Errorf("event %d has a payload of %d bytes that is not what was appended", count, len(e.Payload))
		}
		count++
	}
	if count != 3 {
		t.Errorf("%d events, want 3", count)
	}
	t.Logf("a payload of %d bytes appended in %v, loaded in %v", len(large.Payload), appended.Round(time.Millisecond), time.Since(began).Round(time.Millisecond))
	closeStore(t, s)
}

func largeAppend(t *testing.T, path string, n int) {
	s := open(t, path)
	var a es.Append
	for stream := range 4 {
		part := es.StreamAppend{Stream: es.Stream{Name: largeStreamName(stream)}, CommandID: "all at once"}
		for i := range n / 4 {
			e := largeEvent(stream*n/4 + i)
			e.Tags = []es.Tag{{Key: "stream", Value: fmt.Sprint(stream)}}
			part.Events = append(part.Events, e)
		}
		a.Streams = append(a.Streams, part)
	}
	began := time.Now()
	mustAppend(t, s, a)
	appended := time.Since(began)
	closeStore(t, s)
	s = open(t, path)
	if count, _, _ := replay(t, s, isLargeEvent); count != n {
		t.Errorf("a replay finds %d events, want %d", count, n)
	}
	if r := mustAppend(t, s, a); !r.Repeated || r.Position != int64(n) {
		t.Errorf("the same append again: %+v", r)
	}
	t.Logf("%d events in one append in %v", n, appended.Round(time.Millisecond))
	closeStore(t, s)
}
