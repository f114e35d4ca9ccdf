//go:build cgo

package sqlite

import (
	"testing"

	"github.com/esgen/esgen/runtime/es"
)

// What the system knows of the file is asked for once a page: to ask for it with
// each event would double the cost of a load.
func TestReadingAsksTheSystemOncePerPage(t *testing.T) {
	const n = 2000
	s := openAt(t, newPath(t))
	fill(t, s, n, "a")
	for name, read := range map[string]func() error{
		"Stream": func() error {
			_, err := readError(t, s, "a", es.ReadStream{})
			return err
		},
		"All": func() (err error) {
			for _, err = range s.All(t.Context(), es.ReadAll{}) {
			}
			return err
		},
	} {
		asked := 0
		s.readers.inPlace = func() error {
			asked++
			return s.inPlace()
		}
		if err := read(); err != nil {
			t.Fatal(err)
		}
		// A page of 128 events, and then pages of 512.
		if want := 1 + (n-firstPage+fullPage-1)/fullPage; asked != want {
			t.Errorf("%s: asked %d times, want %d", name, asked, want)
		}
	}
}

// loaded is a store with a stream of n events, for measuring what reading costs.
func loaded(tb testing.TB, n int) *Store {
	s := openAt(tb, newPath(tb))
	events := make([]es.NewEvent, n)
	for i := range events {
		events[i] = event("made")
	}
	mustAppend(tb, s, to("a", es.ExpectNone, events...))
	return s
}

func TestReadingAllocatesLittle(t *testing.T) {
	const n = 2000
	s := loaded(t, n)
	for _, test := range []struct {
		opts es.ReadStream
		most float64 // the driver makes most of them: values of columns
	}{
		{es.ReadStream{}, 9},
		{es.ReadStream{Brief: true}, 5.2},
	} {
		allocs := testing.AllocsPerRun(3, func() {
			if read, err := readError(t, s, "a", test.opts); read != n || err != nil {
				t.Fatalf("%d events, %v", read, err)
			}
		})
		if perEvent := allocs / n; perEvent > test.most {
			t.Errorf("%+v: reading %d events allocates %.2f times for each, want at most %v", test.opts, n, perEvent, test.most)
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	const n = 2000
	s := loaded(b, n)
	b.ReportAllocs()
	for b.Loop() {
		if read, err := readError(b, s, "a", es.ReadStream{Brief: true}); read != n || err != nil {
			b.Fatalf("%d events, %v", read, err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/event")
}
