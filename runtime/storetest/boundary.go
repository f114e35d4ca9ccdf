package storetest

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"github.com/esgen/esgen/runtime/es"
)

var boundaryCases = []testCase{
	{"Racers", "of the appends that read one boundary and are conditional on it, exactly one is stored, though each goes to a stream of its own", boundaryRacers},
	{"WriteSkew", "of two decisions that both read what the other one writes, one is refused", boundarySkew},
	{"Disjoint", "conditions on different tags do not refuse one another", boundaryDisjoint},
	{"Uniqueness", "a value that must be new is taken once", boundaryUnique},
	{"Balance", "decisions that start over when their condition is broken never spend what is not there", boundaryBalance},
}

// lostCondition says what is wrong with the error of an append whose condition was
// broken by a rival that appends events of a type.
func lostCondition(err error, typ string, after int64) error {
	got, ok := errors.AsType[*es.ConditionError](err)
	switch {
	case !ok || !errors.Is(err, es.ErrCondition):
		return fmt.Errorf("the error is %q (%T), want a *es.ConditionError", err, err)
	case got.Type != typ || got.After != after:
		return fmt.Errorf("got %+v, want type %s and After %d", *got, typ, after)
	case got.Position != 0 && got.Position <= after:
		return fmt.Errorf("got %+v: the event that broke the condition lies after %d, or has no position yet", *got, after)
	}
	return nil
}

func boundaryRacers(s *subject) {
	s.unrecorded = true
	course := tag("course", "c1")
	for round := range seeds() {
		errs := make([]error, racers)
		after := s.head()
		race(racers, func(i int) {
			a := write(to(fmt.Sprintf("student-%d-%d", round, i), es.ExpectNone, event("student.subscribed", course)))
			_, errs[i] = s.store.Append(s.Context(), provided(a, none(after, tagged(course))))
		})
		checkWinners(s, round, errs, func(err error) error { return lostCondition(err, "student.subscribed", after) })
	}
}

func boundarySkew(s *subject) {
	s.unrecorded = true
	for round := range seeds() {
		ward := tag("ward", fmt.Sprint(round))
		for i := range 2 {
			if _, err := s.store.Append(s.Context(), write(to(fmt.Sprintf("doctor-%d-%d", round, i), es.ExpectNone, event("doctor.on_call", ward)))); err != nil {
				s.Fatal(err)
			}
		}
		errs := make([]error, 2)
		after := s.head()
		race(2, func(i int) {
			// Both see two doctors on call, so that one may leave.
			a := write(to(fmt.Sprintf("doctor-%d-%d", round, i), es.Exactly(1), event("doctor.left", ward)))
			_, errs[i] = s.store.Append(s.Context(), provided(a, none(after, tagged(ward))))
		})
		checkWinners(s, round, errs, func(err error) error { return lostCondition(err, "doctor.left", after) })
	}
}

func boundaryDisjoint(s *subject) {
	s.unrecorded = true
	quota := scale(40, 15)
	race(racers, func(i int) {
		mine := tag("account", fmt.Sprint(i))
		var after int64
		for range quota {
			a := write(to("ledger", es.ExpectAny, event("money.moved", mine)))
			r, err := s.store.Append(s.Context(), provided(a, none(after, tagged(mine)), none(0, typed("no.such"))))
			if err != nil {
				s.Errorf("Append on a condition that only its own events could break: %v", err)
				return
			}
			after = r.Position
		}
	})
}

func boundaryUnique(s *subject) {
	s.unrecorded = true
	const seats = 12
	for round := range scale(6, 3) {
		taken := make([][]error, racers)
		race(racers, func(i int) {
			taken[i] = make([]error, seats)
			for j := range seats {
				seat := (i + j) % seats // so that all meet at different seats
				a := write(to(fmt.Sprintf("guest-%d-%d", round, i), es.ExpectAny, event("seat.taken", tag("seat", fmt.Sprintf("%d/%d", round, seat)))))
				_, taken[i][seat] = s.store.Append(s.Context(), provided(a, none(0, tagged(tag("seat", fmt.Sprintf("%d/%d", round, seat))))))
			}
		})
		for seat := range seats {
			errs := make([]error, racers)
			for i := range taken {
				errs[i] = taken[i][seat]
			}
			checkWinners(s, round, errs, func(err error) error { return lostCondition(err, "seat.taken", 0) })
		}
	}
}

func boundaryBalance(s *subject) {
	s.unrecorded = true
	const balance = 40
	account := tagged(tag("account", "1"))
	race(racers, func(i int) {
		// Each attempt spends a coin or meets that somebody else did, of whom there
		// can be so many only.
		for range 2*balance + 1 {
			after, err := s.store.Head(s.Context())
			if err != nil {
				s.Errorf("Head: %v", err)
				return
			}
			spent, err := count(s.Context(), s.store, query(account))
			if err != nil {
				s.Errorf("All: %v", err)
				return
			}
			if spent >= balance {
				return
			}
			runtime.Gosched() // let others decide on the same
			a := write(to(fmt.Sprintf("card-%d", i), es.ExpectAny, event("coin.spent", tag("account", "1"))))
			if _, err = s.store.Append(s.Context(), provided(a, none(after, account))); err == nil {
				continue
			}
			if err := lostCondition(err, "coin.spent", after); err != nil {
				s.Error(err)
				return
			}
		}
		s.Errorf("%d attempts to spend %d coins did not do", 2*balance+1, balance)
	})
	if n, err := count(s.Context(), s.store, query(account)); !s.Failed() && (err != nil || n != balance) {
		s.Fatalf("%d coins were spent of %d (%v)", n, balance, err)
	}
}

// count is how many events the query selects.
func count(ctx context.Context, store es.Store, q es.Query) (n int, err error) {
	for _, err := range store.All(ctx, es.ReadAll{Query: q}) {
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}
