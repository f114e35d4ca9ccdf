package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/esgen/esgen/runtime/es"
)

// What subscribing to a course can be refused for.
var (
	errNoCourse   = errors.New("there is no such course")
	errSubscribed = errors.New("the student has the course already")
	errFull       = errors.New("the course is full")
	errTooMany    = errors.New("the student has enough courses")
)

// coursesEach is how many courses a student may take.
const coursesEach = 2

func courseTag(course string) es.Tag   { return tag("course", course) }
func studentTag(student string) es.Tag { return tag("student", student) }

// setCapacity defines a course, or changes it. It is conditional on nobody having
// come or changed it since.
func setCapacity(ctx context.Context, store es.Store, course string, seats func(now, taken int) int) error {
	now, taken := 0, 0
	conditions, err := decide(ctx, store, query(tagged(courseTag(course))), func(e *es.Stored) error {
		if e.Type == "student.subscribed" {
			taken++
			return nil
		}
		return json.Unmarshal(e.Payload, &now)
	})
	if err != nil {
		return err
	}
	e := event("course.capacity", courseTag(course))
	e.Payload = fmt.Append(nil, seats(now, taken))
	_, err = store.Append(ctx, provided(write(to("course-"+course, es.ExpectAny, e)), conditions...))
	return err
}

func subscribe(ctx context.Context, store es.Store, course, student string) error {
	capacity, taken, courses, both := -1, 0, 0, false
	q := query(
		es.Item{Types: []string{"course.capacity"}, Tags: []es.Tag{courseTag(course)}},
		es.Item{Types: []string{"student.subscribed"}, Tags: []es.Tag{courseTag(course)}},
		es.Item{Types: []string{"student.subscribed"}, Tags: []es.Tag{studentTag(student)}},
	)
	conditions, err := decide(ctx, store, q, func(e *es.Stored) error {
		if e.Type == "course.capacity" {
			return json.Unmarshal(e.Payload, &capacity)
		}
		here, mine := false, false
		for _, t := range e.Tags {
			here, mine = here || t == courseTag(course), mine || t == studentTag(student)
		}
		if here {
			taken++
		}
		if mine {
			courses++
		}
		both = both || here && mine
		return nil
	})
	switch {
	case err != nil:
		return err
	case capacity < 0:
		return errNoCourse
	case both:
		return errSubscribed
	case taken >= capacity:
		return errFull
	case courses >= coursesEach:
		return errTooMany
	}
	e := event("student.subscribed", courseTag(course), studentTag(student))
	_, err = store.Append(ctx, provided(write(to("subscriptions-"+student, es.ExpectAny, e)), conditions...))
	return err
}

// insist tries again as long as somebody else is faster.
func insist(fn func() error) error {
	for {
		if err := fn(); !errors.Is(err, es.ErrCondition) {
			return err
		}
	}
}

func decisionCourse(s *subject) {
	s.unrecorded = true
	ctx := s.Context()
	want := func(target, err error) {
		s.Helper()
		if !errors.Is(err, target) {
			s.Fatalf("got %v, want %v", err, target)
		}
	}
	seats := func(n int) func(int, int) int { return func(int, int) int { return n } }
	want(errNoCourse, subscribe(ctx, s.store, "go", "ann"))
	for _, course := range []string{"go", "sql", "art"} {
		want(nil, setCapacity(ctx, s.store, course, seats(2)))
	}
	want(nil, subscribe(ctx, s.store, "go", "ann"))
	want(errSubscribed, subscribe(ctx, s.store, "go", "ann"))
	want(nil, subscribe(ctx, s.store, "go", "bob"))
	want(errFull, subscribe(ctx, s.store, "go", "eve"))
	want(nil, subscribe(ctx, s.store, "sql", "ann"))
	want(errTooMany, subscribe(ctx, s.store, "art", "ann"))

	for seed := range seeds() {
		// Eight want the last seat, while the capacity may be lowered to what is taken.
		course := fmt.Sprintf("c%d", seed)
		want(nil, setCapacity(ctx, s.store, course, seats(2)))
		want(nil, subscribe(ctx, s.store, course, "first"+course))
		errs := make([]error, 9)
		lowered := false
		race(len(errs), func(i int) {
			if i == 8 {
				if seed%2 == 1 {
					errs[i] = insist(func() error {
						return setCapacity(ctx, s.store, course, func(now, taken int) int { lowered = taken < now; return taken })
					})
				}
				return
			}
			errs[i] = insist(func() error { return subscribe(ctx, s.store, course, fmt.Sprintf("s%d-%d", seed, i)) })
		})
		got := 0
		for i, err := range errs[:8] {
			switch {
			case err == nil:
				got++
			case !errors.Is(err, errFull):
				s.Fatalf("seed %d: racer %d: %v", seed, i, err)
			}
		}
		if errs[8] != nil {
			s.Fatalf("seed %d: lowering the capacity: %v", seed, errs[8])
		}
		if wanted := map[bool]int{true: 0, false: 1}[lowered]; got != wanted {
			s.Fatalf("seed %d: %d of 8 got the last seat, want %d (the capacity was lowered before: %t)", seed, got, wanted, lowered)
		}
	}
}
