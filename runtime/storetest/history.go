package storetest

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
)

var historyCases = []testCase{
	{"Random", "every answer to a long random history is the one that the contract gives", historyRandom},
	{"Serial", "appends from many goroutines have the outcomes that they would have one after the other, in the order of their positions", historySerial},
}

// author makes up appends and readings: most of them sensible, many not quite.
type author struct {
	*rand.Rand
	past []es.Append
}

func (w *author) oneIn(n int) bool { return w.IntN(n) == 0 }

func pick[T any](w *author, from []T) T { return from[w.IntN(len(from))] }

// streamOf is one of few streams, half of which have a template.
func (w *author) streamOf() es.Stream {
	n := w.IntN(6)
	if n%2 == 0 {
		return es.Stream{Name: fmt.Sprintf("s-%d", n)}
	}
	return es.Stream{Name: fmt.Sprintf("s-%d", n), Category: "s-{id}", Key: fmt.Sprint(n)}
}

func (w *author) typeOf() string { return fmt.Sprintf("type.%d", w.IntN(5)) }

func (w *author) tagsOf(most int) []es.Tag {
	var tags []es.Tag
	for range w.IntN(most + 1) {
		tags = append(tags, tag(pick(w, []string{"k", "l"}), fmt.Sprint(w.IntN(6))))
	}
	return tags
}

func (w *author) eventOf() es.NewEvent {
	e := event(w.typeOf(), w.tagsOf(3)...)
	e.TypeVersion = 1 + w.IntN(3)
	if w.oneIn(3) {
		e.Metadata = fmt.Appendf(nil, `{"m":%d}`, w.IntN(100))
	}
	return e
}

func (w *author) queryOf() es.Query {
	var q es.Query
	for range w.IntN(4) {
		it := es.Item{Tags: w.tagsOf(2)}
		for range w.IntN(3) {
			it.Types = append(it.Types, w.typeOf())
		}
		q.Items = append(q.Items, it)
	}
	return q
}

// positionOf is a position near what is there.
func (w *author) positionOf(head int64) int64 {
	switch w.IntN(6) {
	case 0:
		return 0
	case 1:
		return w.Int64N(head + 1)
	case 2:
		return head + w.Int64N(5)
	case 3:
		return head
	}
	return max(0, head-w.Int64N(8))
}

// appendOf is a new append, by somebody who believes that streams have these
// versions and the store this head.
func (w *author) appendOf(versions map[string]int64, head int64) es.Append {
	var a es.Append
	named := make(map[string]bool)
	for range 1 + w.IntN(6)/3 {
		part := es.StreamAppend{Stream: w.streamOf()}
		if named[part.Stream.Name] {
			continue
		}
		named[part.Stream.Name] = true
		switch version := versions[part.Stream.Name]; w.IntN(8) {
		case 0:
			part.Expected = es.ExpectNone
		case 1, 2, 3:
			part.Expected = es.ExpectAny
		case 4:
			part.Expected = es.ExpectExists
		case 5:
			part.Expected = es.Exactly(max(0, version+w.Int64N(5)-2))
		default:
			part.Expected = es.Exactly(version)
		}
		for range 1 + w.IntN(3) {
			part.Events = append(part.Events, w.eventOf())
		}
		if w.oneIn(4) {
			part.CommandID = fmt.Sprintf("c-%d", w.IntN(200))
		}
		a.Streams = append(a.Streams, part)
	}
	for range w.IntN(5) / 3 {
		a.Conditions = append(a.Conditions, es.Condition{Query: w.queryOf(), After: w.positionOf(head)})
	}
	return a
}

// again is an append of the past, or one that is much like it.
func (w *author) again() es.Append {
	a := cloneAppend(pick(w, w.past))
	part := &a.Streams[w.IntN(len(a.Streams))]
	switch w.IntN(12) {
	case 0:
		slices.Reverse(part.Events)
	case 1:
		slices.Reverse(a.Streams)
	case 2:
		part.Events[w.IntN(len(part.Events))].ID = uuid.New()
	case 3:
		part.Events = part.Events[:1+w.IntN(len(part.Events))]
	case 4:
		part.Events = append(part.Events, w.eventOf())
	case 5:
		part.Expected = pick(w, []es.Expected{es.ExpectNone, es.ExpectAny, es.ExpectExists, part.Expected + 1})
	case 6:
		a.Streams = []es.StreamAppend{*part}
	case 7:
		part.CommandID = ""
	case 8: // a command, handled anew
		for i := range a.Streams {
			for j := range a.Streams[i].Events {
				a.Streams[i].Events[j].ID = uuid.New()
			}
		}
	case 9:
		if len(a.Streams) == 1 { // else it might be named twice
			part.Stream = w.streamOf()
		}
	}
	return a
}

func (w *author) next(versions map[string]int64, head int64) es.Append {
	if len(w.past) > 0 && w.oneIn(4) {
		return w.again()
	}
	a := w.appendOf(versions, head)
	w.past = append(w.past, cloneAppend(a))
	return a
}

func historyRandom(s *subject) {
	s.unrecorded = true
	for seed := range uint64(3) {
		s.store = s.config.Open(s.T)
		s.history(seed, scale(1500, 500), func(int) {})
		s.verify("after a random history")
	}
}

// history compares the store's answers with the model's, and calls between before
// each step.
func (s *subject) history(seed uint64, steps int, between func(step int)) {
	w := &author{Rand: rand.New(rand.NewPCG(seed, 7))}
	m := newModel()
	kinds := make(map[string]int)
	for step := range steps {
		between(step)
		if w.oneIn(3) {
			s.readLike(w, m, seed, step)
			continue
		}
		a := w.next(m.versions, m.head())
		v := m.judge(a)
		r, err := s.store.Append(s.Context(), a)
		if wrong := v.allows(r, err); wrong != nil {
			s.Fatalf("seed %d, step %d: Append of %s: %v\nappend %+v", seed, step, describe(a), wrong, a)
		}
		if err := m.learn(s, a, r, v.fresh()); err != nil {
			s.Fatalf("seed %d, step %d: Append of %s: %v\nappend %+v", seed, step, describe(a), err, a)
		}
		kinds[v.kind()]++
	}
	// The history is of use only if it has something of everything.
	for _, kind := range []string{"stored", "repeated", "duplicate", "conflict", "condition"} {
		if kinds[kind] == 0 {
			s.Fatalf("seed %d: no append of the history was of the kind %q: %v", seed, kind, kinds)
		}
	}
	if err := same(s.all(es.ReadAll{}), m.log); err != nil {
		s.Fatalf("seed %d: in the end All yields other events than were appended: %v", seed, err)
	}
}

// learn reads what an append brought, and checks that it was this and no more.
func (m *model) learn(s *subject, a es.Append, r es.Result, fresh bool) error {
	got := s.all(es.ReadAll{After: m.head()})
	want := 0
	if fresh {
		for _, part := range a.Streams {
			want += len(part.Events)
		}
	}
	if len(got) != want {
		return fmt.Errorf("%d events lie after the position that was the head before, want %d", len(got), want)
	}
	if !fresh {
		return nil
	}
	if err := checkResult(a, r); err != nil {
		return err
	}
	return m.store(a, r, got)
}

func (v verdict) kind() string {
	switch {
	case len(v.repeated) > 0:
		return "repeated"
	case v.duplicate:
		return "duplicate"
	case len(v.conflicts) > 0:
		return "conflict"
	case len(v.conditions) > 0:
		return "condition"
	}
	return "stored"
}

// readLike compares one reading with the model's.
func (s *subject) readLike(w *author, m *model, seed uint64, step int) {
	s.Helper()
	if head := s.head(); head != m.head() {
		s.Fatalf("seed %d, step %d: Head is %d, want %d", seed, step, head, m.head())
	}
	if w.oneIn(2) {
		name := w.streamOf().Name
		opts := es.ReadStream{Backwards: w.oneIn(2)}
		if w.oneIn(2) {
			opts.From = w.Int64N(m.versions[name] + 3)
		}
		if w.oneIn(2) {
			opts.To = w.Int64N(m.versions[name] + 3)
		}
		if w.oneIn(2) {
			opts.Limit = w.IntN(10)
		}
		whole := allPart(m.log, es.ReadAll{Streams: []string{name}})
		if err := same(s.stream(name, opts), streamPart(whole, opts)); err != nil {
			s.Fatalf("seed %d, step %d: Stream(%q, %+v): %v", seed, step, name, opts, err)
		}
		return
	}
	opts := es.ReadAll{After: w.positionOf(m.head()), Query: w.queryOf()}
	if w.oneIn(3) {
		opts.To = w.positionOf(m.head())
	}
	if w.oneIn(3) {
		opts.Limit = w.IntN(10)
	}
	for w.oneIn(3) {
		opts.Streams = append(opts.Streams, w.streamOf().Name)
	}
	if err := same(s.all(opts), allPart(m.log, opts)); err != nil {
		s.Fatalf("seed %d, step %d: All(%s): %v", seed, step, describeRead(opts), err)
	}
}

// outcome is an append and what a store answered.
type outcome struct {
	a   es.Append
	r   es.Result
	err error
}

func historySerial(s *subject) {
	s.unrecorded = true
	var mu sync.Mutex
	var outcomes []outcome
	var past []es.Append // of all authors, so that they send one another's appends again
	steps := scale(120, 50)
	race(8, func(i int) {
		w := &author{Rand: rand.New(rand.NewPCG(uint64(i), 11))}
		for range steps {
			head, err := s.store.Head(s.Context())
			versions := make(map[string]int64)
			for n := range 6 {
				name := fmt.Sprintf("s-%d", n)
				if err == nil {
					versions[name], err = lastVersion(s.Context(), s.store, name)
				}
			}
			if err != nil {
				s.Errorf("reading: %v", err)
				return
			}
			mu.Lock()
			w.past = slices.Clip(past)
			a := w.next(versions, head)
			past = append(past, w.past[len(past):]...)
			mu.Unlock()

			r, err := s.store.Append(s.Context(), a)
			mu.Lock()
			outcomes = append(outcomes, outcome{cloneAppend(a), r, err})
			mu.Unlock()
		}
	})
	if s.Failed() {
		return
	}
	slices.SortStableFunc(outcomes, func(x, y outcome) int { return cmp.Compare(x.r.Position, y.r.Position) })
	all := s.all(es.ReadAll{})
	m := newModel()
	for _, o := range outcomes {
		if o.err == nil && !o.r.Repeated {
			s.replay(m, o, all)
		}
	}
	if len(m.log) != len(all) {
		s.Fatalf("the appends that succeeded brought %d events, and the store holds %d", len(m.log), len(all))
	}
	for _, o := range outcomes {
		if err := m.explains(o); err != nil {
			s.Fatalf("Append of %s: %v", describe(o.a), err)
		}
	}
}

// replay gives the model an append that the store has stored, after all that have
// lower positions.
func (s *subject) replay(m *model, o outcome, all []es.Stored) {
	s.Helper()
	if err := checkResult(o.a, o.r); err != nil {
		s.Fatalf("Append of %s: %v\nresult %+v", describe(o.a), err, o.r)
	}
	n := 0
	for _, part := range o.a.Streams {
		n += len(part.Events)
	}
	if rest := len(all) - len(m.log); rest < n {
		s.Fatalf("Append of %s succeeded with %+v, and All yields only %d events from there on", describe(o.a), o.r, rest)
	}
	if v := m.judge(o.a); !v.fresh() {
		s.Fatalf("Append of %s was stored with %+v, though at that point it had to be refused: %+v", describe(o.a), o.r, v)
	}
	if err := m.store(o.a, o.r, all[len(m.log):len(m.log)+n]); err != nil {
		s.Fatalf("Append of %s: %v", describe(o.a), err)
	}
}

// explains says what is wrong with an answer to an append that brought nothing, by
// what there is in the end.
func (m *model) explains(o outcome) error {
	if o.err == nil {
		if !o.r.Repeated {
			return nil
		}
		// What is repeated once is so for ever, and in the same way; but for events that
		// were not stored when their command was found, and are by now, since they were
		// sent again without it.
		if r, seen := m.byCommands(o.a); o.r.SameCommand && seen == len(o.a.Streams) {
			return verdict{repeated: []es.Result{r}}.allows(o.r, nil)
		}
		return m.judge(o.a).allows(o.r, nil)
	}
	if errors.Is(o.err, es.ErrDuplicateEvent) {
		return nil
	}
	if conflict, ok := errors.AsType[*es.ConflictError](o.err); ok {
		if conflict.Expected.Holds(conflict.Actual) || conflict.Actual > m.versions[conflict.Stream] {
			return fmt.Errorf("got %+v, which is no conflict, or a version that the stream never had", *conflict)
		}
		return nil
	}
	broken, ok := errors.AsType[*es.ConditionError](o.err)
	if !ok {
		return fmt.Errorf("unexpected error: %w", o.err)
	}
	for _, c := range o.a.Conditions {
		if c.After != broken.After {
			continue
		}
		for _, e := range m.log {
			if e.Type == broken.Type && e.Position > c.After && c.Query.Matches(e.Type, e.Tags) &&
				(broken.Position == 0 || broken.Position == e.Position) {
				return nil
			}
		}
	}
	return fmt.Errorf("got %+v, and there is no such event that breaks one of the conditions %+v", *broken, o.a.Conditions)
}
