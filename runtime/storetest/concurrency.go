package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/esgen/esgen/runtime/es"
)

var concurrencyCases = []testCase{
	{"OneWinner", "of the appends that expect one version, exactly one is stored", raceVersions},
	{"OneCreator", "of the appends that expect no stream, exactly one is stored", raceCreators},
	{"Retries", "writers that read, append and start over on a conflict all come through, and leave no gap", raceRetries},
	{"Independent", "appends to different streams do not refuse one another", raceIndependent},
	{"CrossedStreams", "appends to several streams are atomic, in whatever order they name them, and do not block one another for good", raceCrossed},
	{"SameAppend", "of the same append sent many times at once, one is stored, and the others are that one repeated", raceSameAppend},
	{"SameCommand", "of the appends that bear one command ID, one is stored, and the others are that one repeated", raceSameCommand},
	{"Overlapping", "of appends that share an event ID or a command, and are else different, one is stored, and the others are ErrDuplicateEvent", raceOverlapping},
	{"WholeAppends", "a reader sees appends whole, and no hole, while others append", raceReaders},
	{"OwnWrites", "what an append has stored is there for every reading that begins after it returned", raceOwnWrites},
}

// race lets n goroutines loose at one moment, and waits for them. They must not
// call Fatal.
func race(n int, do func(i int)) {
	var ready, done sync.WaitGroup
	start := make(chan struct{})
	ready.Add(n)
	for i := range n {
		done.Go(func() {
			ready.Done()
			<-start
			do(i)
		})
	}
	ready.Wait()
	close(start)
	done.Wait()
}

// meeting is where n goroutines wait for one another, as often as they like.
type meeting struct {
	mu      sync.Mutex
	n, here int
	open    chan struct{}
}

func newMeeting(n int) *meeting { return &meeting{n: n, open: make(chan struct{})} }

func (m *meeting) wait() {
	m.mu.Lock()
	open := m.open
	if m.here++; m.here == m.n {
		m.here, m.open = 0, make(chan struct{})
		close(open)
	}
	m.mu.Unlock()
	<-open
}

const racers = 16

// checkWinners checks that exactly one of the appends was stored, and that the
// others were refused for what it did.
func checkWinners(t *subject, round int, errs []error, lost func(error) error) {
	t.Helper()
	won := 0
	for i, err := range errs {
		if err == nil {
			won++
		} else if err := lost(err); err != nil {
			t.Fatalf("round %d: racer %d: %v", round, i, err)
		}
	}
	if won != 1 {
		t.Fatalf("round %d: %d of %d appends were stored, want exactly 1: is what is checked still so when the append is stored?",
			round, won, len(errs))
	}
}

func raceVersions(s *subject) {
	s.unrecorded = true
	for v := range int64(scale(50, 20)) {
		errs := make([]error, racers)
		race(racers, func(i int) {
			_, errs[i] = s.store.Append(s.Context(), write(to("a", es.Exactly(v), event("thing.done"))))
		})
		checkWinners(s, int(v), errs, func(err error) error {
			want := es.ConflictError{Stream: "a", Expected: es.Exactly(v), Actual: v + 1}
			if got, ok := errors.AsType[*es.ConflictError](err); !ok || *got != want {
				return fmt.Errorf("the error is %q (%T), want %+v", err, err, want)
			}
			return nil
		})
	}
}

func raceCreators(s *subject) {
	s.unrecorded = true
	for round := range scale(50, 20) {
		name := fmt.Sprintf("order-%d", round)
		errs := make([]error, racers)
		race(racers, func(i int) {
			_, errs[i] = s.store.Append(s.Context(), write(to(name, es.ExpectNone, events(2, "order.placed")...)))
		})
		checkWinners(s, round, errs, func(err error) error {
			want := es.ConflictError{Stream: name, Expected: es.ExpectNone, Actual: 2}
			if got, ok := errors.AsType[*es.ConflictError](err); !ok || *got != want || !errors.Is(err, es.ErrExists) {
				return fmt.Errorf("the error is %q (%T), want %+v that matches es.ErrExists", err, err, want)
			}
			return nil
		})
	}
}

func raceRetries(s *subject) {
	s.unrecorded = true
	const streams = 3
	quota := scale(40, 10)
	race(racers, func(i int) {
		name := fmt.Sprintf("account-%d", i%streams)
		for range quota {
			for attempt := 0; ; attempt++ {
				version, err := lastVersion(s.Context(), s.store, name)
				if err != nil {
					s.Error(err)
					return
				}
				_, err = s.store.Append(s.Context(), write(to(name, es.Exactly(version), event("money.moved"))))
				if err == nil {
					break
				}
				if !errors.Is(err, es.ErrConflict) {
					s.Errorf("Append to %s at version %d: %v", name, version, err)
					return
				}
				if attempt > racers*quota {
					s.Errorf("%s: %d conflicts, more than there are other appends: the last is %v", name, attempt, err)
					return
				}
			}
		}
	})
	if n := len(s.all(es.ReadAll{})); !s.Failed() && n != racers*quota {
		s.Fatalf("%d appends succeeded, and %d events are stored", racers*quota, n)
	}
}

// lastVersion reads the version of a stream.
func lastVersion(ctx context.Context, store es.Store, stream string) (version int64, err error) {
	for e, err := range store.Stream(ctx, stream, es.ReadStream{Backwards: true, Limit: 1}) {
		if err != nil {
			return 0, fmt.Errorf("reading the last event of stream %s: %w", stream, err)
		}
		version = e.Version
	}
	return version, nil
}

func raceIndependent(s *subject) {
	s.unrecorded = true
	quota := int64(scale(40, 10))
	race(racers, func(i int) {
		name := fmt.Sprintf("order-%d", i)
		for v := range quota {
			if _, err := s.store.Append(s.Context(), write(to(name, es.Exactly(3*v), events(3, "thing.done")...))); err != nil {
				s.Errorf("Append to %s, which nobody else writes to, at version %d: %v", name, 3*v, err)
				return
			}
		}
	})
	if n := len(s.all(es.ReadAll{})); !s.Failed() && n != 3*racers*int(quota) {
		s.Fatalf("%d events were appended, and %d are stored", 3*racers*quota, n)
	}
}

func raceCrossed(s *subject) {
	s.unrecorded = true
	quota := scale(40, 10)
	var stored atomic.Int64
	race(racers, func(i int) {
		for range quota {
			parts := []es.StreamAppend{
				to("a", es.ExpectAny, events(2, "thing.done")...),
				to("b", es.ExpectAny, events(1, "thing.done")...),
				to("c", es.ExpectAny, events(3, "thing.done")...),
			}
			if i%2 == 0 {
				slices.Reverse(parts)
			}
			if i%4 == 0 { // cannot be stored: and so nothing of it is
				parts[1].Expected = es.Exactly(1 << 40)
			}
			_, err := s.store.Append(s.Context(), write(parts...))
			switch {
			case i%4 == 0 && !errors.Is(err, es.ErrConflict):
				s.Errorf("Append that expects a version which is never reached: %v", err)
			case i%4 != 0 && err != nil:
				s.Errorf("Append that expects nothing: %v", err)
			case err == nil:
				stored.Add(1)
			}
		}
	})
	for name, n := range map[string]int64{"a": 2, "b": 1, "c": 3} {
		if got := int64(len(s.stream(name, es.ReadStream{}))); got != n*stored.Load() {
			s.Errorf("%d appends brought %d events each to stream %s, and it has %d", stored.Load(), n, name, got)
		}
	}
}

func raceSameAppend(s *subject) {
	s.unrecorded = true
	for round := range int64(scale(40, 15)) {
		a := write(to("a", es.Exactly(2*round), events(2, "thing.done")...), to("b", es.ExpectAny, event("thing.done")))
		s.raceRepeated(func() es.Append { return cloneAppend(a) })
	}
}

func raceSameCommand(s *subject) {
	s.unrecorded = true
	for round := range scale(40, 15) {
		id := fmt.Sprint("c-", round)
		s.raceRepeated(func() es.Append {
			return write(
				commanded(id, to("a", es.ExpectAny, events(2, "thing.done")...)),
				commanded(id, to("b", es.ExpectAny, event("thing.done"))),
			)
		})
	}
}

// raceRepeated sends appends of which the first to come is stored, and all others
// repeat it.
func (s *subject) raceRepeated(made func() es.Append) {
	s.Helper()
	results, errs := make([]es.Result, racers), make([]error, racers)
	race(racers, func(i int) { results[i], errs[i] = s.store.Append(s.Context(), made()) })
	stored := 0
	for i, r := range results {
		if errs[i] != nil {
			s.Fatalf("racer %d: %v", i, errs[i])
		}
		if !r.Repeated {
			stored++
		}
		if r.Position != results[0].Position || !slices.Equal(r.Streams, results[0].Streams) {
			s.Fatalf("racer %d got %+v, and racer 0 got %+v, for the same append", i, r, results[0])
		}
	}
	if stored != 1 {
		s.Fatalf("%d of %d results have Repeated not set, want exactly 1", stored, racers)
	}
}

func raceOverlapping(s *subject) {
	s.unrecorded = true
	duplicate := func(err error) error {
		if !errors.Is(err, es.ErrDuplicateEvent) {
			return fmt.Errorf("the error is %q, want es.ErrDuplicateEvent", err)
		}
		return nil
	}
	for round := range scale(30, 15) {
		shared := event("thing.done")
		errs := make([]error, racers)
		race(racers, func(i int) {
			own := fmt.Sprintf("own-%d-%d", round, i)
			_, errs[i] = s.store.Append(s.Context(), write(to(own, es.ExpectAny, event("thing.done"), shared)))
		})
		checkWinners(s, round, errs, duplicate)

		id := fmt.Sprint("c-", round)
		race(racers, func(i int) {
			own := fmt.Sprintf("own-%d-%d", round, i)
			_, errs[i] = s.store.Append(s.Context(), write(
				commanded(id, to(own, es.ExpectAny, event("thing.done"))),
				commanded(id, to("common", es.ExpectAny, event("thing.done"))),
			))
		})
		checkWinners(s, round, errs, duplicate)
	}
}

func raceReaders(s *subject) {
	s.unrecorded = true
	quota := scale(100, 30)
	var writers sync.WaitGroup
	for range 4 {
		writers.Go(func() {
			for range quota {
				a := write(to("a", es.ExpectAny, events(3, "thing.done")...), to("b", es.ExpectAny, events(2, "thing.done")...))
				if _, err := s.store.Append(s.Context(), a); err != nil {
					s.Errorf("Append: %v", err)
					return
				}
			}
		})
	}
	done := make(chan struct{})
	go func() { writers.Wait(); close(done) }()
	defer writers.Wait()
	var followed reading
	var after int64
	for last := false; !last; {
		select {
		case <-done:
			last = true
		default:
		}
		// One reader follows the appends, the others read from the start.
		next := s.all(es.ReadAll{After: after})
		if len(next) > 0 {
			after = next[len(next)-1].Position
		}
		var whole, a reading
		for _, err := range []error{
			followed.take(next), followed.whole(),
			whole.take(s.all(es.ReadAll{})), whole.whole(),
			a.take(s.stream("a", es.ReadStream{})),
		} {
			if err != nil {
				s.Error(err)
				return
			}
		}
		if a.a%3 != 0 || a.a < whole.a {
			s.Errorf("a reading of stream a yields %d events, after one of All has yielded %d of them, 3 of each append", a.a, whole.a)
			return
		}
	}
}

// reading counts the events that a reader has seen of streams a and b.
type reading struct{ a, b int }

func (r *reading) take(events []es.Stored) error {
	for _, e := range events {
		n := &r.a
		if e.Stream.Name == "b" {
			n = &r.b
		}
		if *n++; e.Version != int64(*n) {
			return fmt.Errorf("a reading yields version %d of stream %s where version %d is due", e.Version, e.Stream.Name, *n)
		}
	}
	return nil
}

// whole says whether the events are those of whole appends, which bring 3 and 2.
func (r *reading) whole() error {
	if r.a%3 != 0 || r.b%2 != 0 || r.a/3 != r.b/2 {
		return fmt.Errorf("a reading of All yields %d and %d events of appends that brought 3 and 2 each: part of an append", r.a, r.b)
	}
	return nil
}

func raceOwnWrites(s *subject) {
	s.unrecorded = true
	quota := scale(50, 15)
	race(8, func(i int) {
		name := fmt.Sprintf("s-%d", i%4)
		for range quota {
			e := event("thing.done", tag("own", fmt.Sprint(i)))
			r, err := s.store.Append(s.Context(), write(to(name, es.ExpectAny, e)))
			if err != nil {
				s.Errorf("Append: %v", err)
				return
			}
			version := r.Streams[0].FirstVersion
			for reading, seq := range map[string]func(func(*es.Stored, error) bool){
				"Stream":     s.store.Stream(s.Context(), name, es.ReadStream{From: version, To: version}),
				"All":        s.store.All(s.Context(), es.ReadAll{After: r.Position - 1, To: r.Position}),
				"All by tag": s.store.All(s.Context(), es.ReadAll{After: r.Position - 1, Limit: 1, Query: query(tagged(e.Tags...))}),
			} {
				got, err := collect(seq)
				if err != nil || len(got) != 1 || got[0].ID != e.ID {
					s.Errorf("%s does not yield the event that was appended before: %d events, %v", reading, len(got), err)
					return
				}
			}
			if head, err := s.store.Head(s.Context()); err != nil || head < r.Position {
				s.Errorf("Head is %d (%v) after an append that returned position %d", head, err, r.Position)
				return
			}
		}
	})
}
