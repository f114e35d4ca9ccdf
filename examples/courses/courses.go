// Package courses has a rule with two sides: a course takes so many students, and
// a student takes so many courses. Neither side is one aggregate's own business, for
// a subscription belongs to both.
//
// Each side is a decision model. Subscribing loads the two, asks both, and saves on
// the condition that neither would come out otherwise by now. Nobody is locked: of
// those who race for the last seat one is stored, and the others decide again.
package courses

import (
	"context"
	"errors"
	"net/url"

	"github.com/esgen/esgen/runtime/es"
)

//go:generate go tool esgen

// MostCourses is how many courses a student may take.
const MostCourses = 5

// What subscribing can be refused for.
var (
	ErrNoCourse   = errors.New("courses: there is no such course")
	ErrSubscribed = errors.New("courses: the student has subscribed to it already")
	ErrFull       = errors.New("courses: the course is full")
	ErrEnough     = errors.New("courses: the student takes enough courses")
	ErrTaken      = errors.New("courses: more seats are taken than that")
)

// CourseID and StudentID are names that people know.
type (
	CourseID  string
	StudentID string
)

// Course has a number of seats.
//
//es:aggregate course
type Course struct {
	es.Root

	id CourseID `es:"id"`
}

// Define makes a course.
func Define(id CourseID, seats int) *Course {
	c := new(Course)
	c.record(Defined{CourseID: id, Seats: seats})
	return c
}

func (c *Course) applyDefined(e Defined) { c.id = e.CourseID }

// Defined is the first event of every course.
//
//es:event course.defined
type Defined struct {
	CourseID CourseID `json:"courseId" es:"tag=course"`
	Seats    int      `json:"seats"`
}

// SeatsChanged says that the course has more or fewer seats from now on. It changes
// nothing about the Course itself, which does not count.
//
//es:event course.seats_changed
type SeatsChanged struct {
	CourseID CourseID `json:"courseId" es:"tag=course"`
	Seats    int      `json:"seats"`
}

func (c *Course) applySeatsChanged(SeatsChanged) {}

// Subscription is one student's place in one course. Its stream has one event.
//
//es:aggregate subscription
//es:stream subscription-{id}
type Subscription struct {
	es.Root

	id string `es:"id"`
}

func subscribe(course CourseID, student StudentID) *Subscription {
	s := new(Subscription)
	id := url.PathEscape(string(course)) + "/" + url.PathEscape(string(student)) // either may have a slash of its own
	s.record(Subscribed{ID: id, Course: course, Student: student})
	return s
}

func (s *Subscription) applySubscribed(e Subscribed) { s.id = e.ID }

// Subscribed belongs to both sides, and is tagged with both.
//
//es:event subscription.subscribed
type Subscribed struct {
	ID      string    `json:"id"`
	Course  CourseID  `json:"course" es:"tag=course"`
	Student StudentID `json:"student" es:"tag=student"`
}

// Seats is the course's side.
//
//es:decision
type Seats struct {
	es.Decision

	course  CourseID `es:"tag=course"`
	defined bool
	seats   int
	taken   map[StudentID]bool
}

func (s *Seats) applyDefined(e Defined)           { s.defined, s.seats = true, e.Seats }
func (s *Seats) applySeatsChanged(e SeatsChanged) { s.seats = e.Seats }

func (s *Seats) applySubscribed(e Subscribed) {
	if s.taken == nil {
		s.taken = map[StudentID]bool{}
	}
	s.taken[e.Student] = true
}

func (s *Seats) takes(student StudentID) error {
	switch {
	case !s.defined:
		return ErrNoCourse
	case s.taken[student]:
		return ErrSubscribed
	case len(s.taken) >= s.seats:
		return ErrFull
	}
	return nil
}

// Timetable is the student's side.
//
//es:decision
type Timetable struct {
	es.Decision

	student StudentID `es:"tag=student"`
	courses int
}

func (t *Timetable) applySubscribed(Subscribed) { t.courses++ }

func (t *Timetable) takesAnother() error {
	if t.courses >= MostCourses {
		return ErrEnough
	}
	return nil
}

// School keeps courses and subscriptions.
type School struct {
	store         es.Store
	courses       *CourseRepository
	subscriptions *SubscriptionRepository
}

// NewSchool opens a school on a store.
func NewSchool(store es.Store) *School {
	return &School{store: store, courses: NewCourseRepository(store), subscriptions: NewSubscriptionRepository(store)}
}

// Define makes a course. es.ErrExists where there is one of that name.
func (s *School) Define(ctx context.Context, id CourseID, seats int) error {
	return s.courses.Save(ctx, Define(id, seats))
}

// Subscribe gives a student a seat in a course.
func (s *School) Subscribe(ctx context.Context, course CourseID, student StudentID) error {
	return es.Retry(ctx, func() error {
		seats, err := LoadSeats(ctx, s.store, course)
		if err != nil {
			return err
		}
		timetable, err := LoadTimetable(ctx, s.store, student)
		if err != nil {
			return err
		}
		if err := errors.Join(seats.takes(student), timetable.takesAnother()); err != nil {
			return err
		}
		return s.subscriptions.Save(ctx, subscribe(course, student), es.If(seats, timetable))
	})
}

// ChangeSeats gives a course another number of seats: not fewer than are taken, not
// even when somebody takes one at that moment.
func (s *School) ChangeSeats(ctx context.Context, id CourseID, seats int) error {
	return es.Retry(ctx, func() error {
		now, err := LoadSeats(ctx, s.store, id)
		if err != nil {
			return err
		}
		if len(now.taken) > seats {
			return ErrTaken
		}
		return s.courses.Update(ctx, id, func(c *Course) error {
			c.record(SeatsChanged{CourseID: id, Seats: seats})
			return nil
		}, es.If(now))
	})
}
