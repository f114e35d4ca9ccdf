package storetest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"sync"

	"github.com/esgen/esgen/runtime/es"
)

var decisionCases = []testCase{
	{"MixedSkew", "of two decisions of which one read by type and the other by tag, and both append what both would have read, one is refused", decisionMixedSkew},
	{"Disjoint", "of decisions that read nothing of one another all are stored, though each was read before any was stored", decisionDisjoint},
	{"Between", "whatever came between the reading of a decision and its append breaks its condition, be it conditional or not, one event or many", decisionBetween},
	{"EveryStep", "what comes while a decision is read, at whatever step, breaks its condition", decisionEveryStep},
	{"Honest", "whenever a conditional append is stored, what its author read is still all that there is to be read", decisionHonest},
	{"Course", "a course is never oversold, and no student takes too many, whoever races", decisionCourse},
}

// decide reads what the query selects, and gives the condition that nothing else
// has come.
func decide(ctx context.Context, store es.Store, q es.Query, apply func(*es.Stored) error) ([]es.Condition, error) {
	var d struct{ es.Decision }
	if err := es.ReadDecision(ctx, store, &d.Decision, q, apply); err != nil {
		return nil, err
	}
	return es.Conditions(&d)
}

func ignore(*es.Stored) error { return nil }

// seeds is how often a case that needs luck tries it.
func seeds() int { return scale(100, 20) }

func decisionMixedSkew(s *subject) {
	s.unrecorded = true
	for round := range seeds() {
		// A type that is new each time keeps rounds apart.
		typ, shared := fmt.Sprintf("seat.taken.%d", round), tag("table", fmt.Sprint(round))
		guards := []es.Query{query(typed(typ)), query(tagged(shared))}
		errs, conditions := make([]error, 2), make([][]es.Condition, 2)
		for i := range conditions {
			var err error
			if conditions[i], err = decide(s.Context(), s.store, guards[i], ignore); err != nil {
				s.Fatalf("reading a decision: %v", err)
			}
		}
		after := s.head()
		race(2, func(i int) {
			a := provided(write(to(fmt.Sprintf("guest-%d-%d", round, i), es.ExpectNone, event(typ, shared))), conditions[i]...)
			_, errs[i] = s.store.Append(s.Context(), a)
		})
		checkWinners(s, round, errs, func(err error) error { return lostCondition(err, typ, after) })
	}
}

func decisionDisjoint(s *subject) {
	s.unrecorded = true
	for round := range seeds() {
		// Half of them have a type of their own, and half a tag.
		guards, conditions, errs := make([]es.Item, racers), make([][]es.Condition, racers), make([]error, racers)
		for i := range guards {
			own := fmt.Sprintf("%d.%d", round, i)
			if guards[i] = tagged(tag("table", own)); i%2 == 0 {
				guards[i] = typed("seat.taken." + own)
			}
			var err error
			if conditions[i], err = decide(s.Context(), s.store, query(guards[i]), ignore); err != nil {
				s.Fatalf("reading a decision: %v", err)
			}
		}
		race(racers, func(i int) {
			e := event("seat.taken", append(guards[i].Tags, tag("round", fmt.Sprint(round)))...)
			if len(guards[i].Types) > 0 {
				e.Type = guards[i].Types[0]
			}
			_, errs[i] = s.store.Append(s.Context(), provided(write(to(fmt.Sprintf("guest-%d", i), es.ExpectAny, e)), conditions[i]...))
		})
		for i, err := range errs {
			if err != nil {
				s.Fatalf("round %d: decision %d, which read what nobody else appends: %v", round, i, err)
			}
		}
	}
}

func decisionBetween(s *subject) {
	person := tag("person", "7")
	unrelated := event("weather.changed", tag("person", "8"))
	for what, between := range map[string]es.Append{
		"one event":                  write(to("contract-1", es.ExpectAny, event("contract.signed", person))),
		"the last of a batch":        write(to("contract-2", es.ExpectAny, unrelated, event("weather.changed"), event("contract.signed", person))),
		"the second of two streams":  write(to("weather", es.ExpectAny, event("weather.changed")), to("contract-3", es.ExpectAny, event("contract.signed", person))),
		"a conditional append":       provided(write(to("contract-4", es.ExpectAny, event("contract.signed", person))), none(1_000_000)),
		"a stream that was read too": write(to("mine", es.ExpectAny, event("contract.signed", person))),
	} {
		conditions, err := decide(s.Context(), s.store, query(es.Item{Types: []string{"contract.signed"}, Tags: []es.Tag{person}}), ignore)
		if err != nil {
			s.Fatalf("reading a decision: %v", err)
		}
		r := s.append(between)
		mine := provided(write(to("mine", es.ExpectAny, event("contract.signed", person))), conditions...)
		err = s.refused(mine, es.ErrCondition)
		if broken, ok := errors.AsType[*es.ConditionError](err); !ok || broken.Position != r.Position || broken.Type != "contract.signed" {
			s.Fatalf("after %s: %v, want the condition to be broken by the event at position %d", what, err, r.Position)
		}
		// What the query does not select is no hindrance.
		if mine.Conditions, err = decide(s.Context(), s.store, query(tagged(tag("person", "9"))), ignore); err != nil {
			s.Fatalf("reading a decision: %v", err)
		}
		s.append(write(to("weather", es.ExpectAny, event("weather.changed", person))))
		s.append(mine)
	}
}

// interrupted is a store in which something happens at one step of a reading: before
// the head is read, after it, or before or after an event is handed out.
type interrupted struct {
	es.Store
	at, step int
	do       func()
}

func (i *interrupted) pass() {
	if i.step == i.at {
		i.do()
	}
	i.step++
}

func (i *interrupted) Head(ctx context.Context) (int64, error) {
	i.pass()
	defer i.pass()
	return i.Store.Head(ctx)
}

func (i *interrupted) All(ctx context.Context, opts es.ReadAll) iter.Seq2[*es.Stored, error] {
	return func(yield func(*es.Stored, error) bool) {
		i.pass()
		for e, err := range i.Store.All(ctx, opts) {
			i.pass()
			if !yield(e, err) {
				return
			}
		}
		i.pass()
	}
}

func decisionEveryStep(s *subject) {
	s.unrecorded = true
	for at := 0; ; at++ {
		// Each time it is another person's events, so that there are as many steps.
		person := tag("person", fmt.Sprint(at))
		q := query(tagged(person))
		rival := func() {
			if _, err := s.store.Append(s.Context(), write(to("rival", es.ExpectAny, event("contract.signed", person)))); err != nil {
				s.Fatalf("a rival's append: %v", err)
			}
		}
		for range 3 {
			rival()
		}
		seen := 0
		watched := &interrupted{Store: s.store, at: at, do: rival}
		conditions, err := decide(s.Context(), watched, q, func(*es.Stored) error { seen++; return nil })
		if err != nil {
			s.Fatalf("reading a decision: %v", err)
		}
		if watched.step <= at {
			if at < 6 {
				s.Fatalf("the reading had %d steps only", watched.step)
			}
			return // there is no such step
		}
		_, err = s.store.Append(s.Context(), provided(write(to(fmt.Sprintf("mine-%d", at), es.ExpectNone, event("contract.signed", person))), conditions...))
		total, countErr := count(s.Context(), s.store, q)
		switch {
		case countErr != nil:
			s.Fatalf("All: %v", countErr)
		case at == 0 && err != nil:
			s.Fatalf("what came before the head was read is part of the decision, and broke it: %v", err)
		case at == 0:
			continue
		case !errors.Is(err, es.ErrCondition):
			s.Fatalf("step %d: the decision saw %d of %d events, and its append came to %v, want es.ErrCondition", at, seen, total, err)
		}
	}
}

// promise is what one conditional append was built upon.
type promise struct {
	query  es.Query
	read   []int64 // the positions of what its author had read
	first  int64   // where its own events begin
	author int
}

func decisionHonest(s *subject) {
	s.unrecorded = true
	const authors = 40
	var mu sync.Mutex
	var kept []promise
	broken := 0
	meet := newMeeting(authors)
	race(authors, func(i int) {
		w := &author{Rand: rand.New(rand.NewPCG(uint64(i), 23))}
		failed := false
		for round := range scale(25, 8) {
			p := promise{query: w.queryOf(), author: i}
			events := []es.NewEvent{w.eventOf(), w.eventOf()}
			crowded := round%4 == 0 // each is in the way of all others, so that no luck is needed
			if crowded {
				shared := tag("round", fmt.Sprint(round))
				p.query = query(tagged(shared))
				events[1].Tags = append(events[1].Tags, shared)
			}
			conditions, err := decide(s.Context(), s.store, p.query, func(e *es.Stored) error { p.read = append(p.read, e.Position); return nil })
			if err != nil && !failed {
				s.Errorf("reading a decision: %v", err)
			}
			if round%2 == 0 { // all have read before the first of them appends
				meet.wait()
			}
			if failed = failed || err != nil; !failed {
				a := provided(write(to(fmt.Sprintf("author-%d", i), es.ExpectAny, events...)), conditions...)
				r, err := s.store.Append(s.Context(), a)
				mu.Lock()
				switch {
				case err == nil:
					p.first = r.Streams[0].FirstPosition
					kept = append(kept, p)
				case errors.Is(err, es.ErrCondition):
					broken++
				default:
					s.Errorf("Append: %v", err)
					failed = true
				}
				mu.Unlock()
			}
			if crowded { // nobody goes on and appends something else in between
				meet.wait()
			}
		}
	})
	if s.Failed() {
		return
	}
	if len(kept) == 0 || broken == 0 {
		s.Fatalf("%d appends were stored and %d refused: the history shows nothing", len(kept), broken)
	}
	all := s.all(es.ReadAll{})
	for _, p := range kept {
		if err := p.holds(all); err != nil {
			s.Fatal(err)
		}
	}
}

// holds checks that at the moment of the append its author had read all that there
// was to be read.
func (p promise) holds(all []es.Stored) error {
	read := p.read
	for _, e := range all {
		if e.Position >= p.first {
			break
		}
		if !p.query.Matches(e.Type, e.Tags) {
			continue
		}
		if len(read) == 0 || read[0] != e.Position {
			return fmt.Errorf("author %d appended at position %d on a condition, and had not read the event %s at position %d, which its query %s selects",
				p.author, p.first, e.Type, e.Position, describeQuery(p.query))
		}
		read = read[1:]
	}
	if len(read) > 0 {
		return fmt.Errorf("author %d read an event at position %d, before which it then appended at %d", p.author, read[0], p.first)
	}
	return nil
}
