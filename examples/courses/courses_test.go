package courses_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	"github.com/esgen/esgen/examples/courses"
	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/memory"
	"github.com/esgen/esgen/runtime/sqlite"
)

func ExampleSchool_Subscribe() {
	ctx := context.Background()
	school := courses.NewSchool(memory.New())
	fmt.Println(school.Define(ctx, "sql", 1))
	fmt.Println(school.Subscribe(ctx, "sql", "ann"))
	fmt.Println(school.Subscribe(ctx, "sql", "bob"))
	fmt.Println(school.Subscribe(ctx, "art", "bob"))
	// Output:
	// <nil>
	// <nil>
	// courses: the course is full
	// courses: there is no such course
}

// stores are those that the rules must hold on.
func stores(t *testing.T, test func(t *testing.T, school *courses.School, store es.Store)) {
	t.Run("memory", func(t *testing.T) {
		store := memory.New()
		test(t, courses.NewSchool(store), store)
	})
	t.Run("sqlite", func(t *testing.T) {
		store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "events.db"))
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		test(t, courses.NewSchool(store), store)
	})
}

func TestRules(t *testing.T) {
	stores(t, func(t *testing.T, school *courses.School, _ es.Store) {
		ctx := t.Context()
		want := func(err, target error) {
			t.Helper()
			if !errors.Is(err, target) {
				t.Fatalf("got %v, want %v", err, target)
			}
		}
		for i := range courses.MostCourses + 1 {
			want(school.Define(ctx, courses.CourseID(fmt.Sprint("c", i)), 2), nil)
		}
		want(school.Define(ctx, "c0", 2), es.ErrExists)
		want(school.Subscribe(ctx, "no such", "ann"), courses.ErrNoCourse)
		for i := range courses.MostCourses {
			want(school.Subscribe(ctx, courses.CourseID(fmt.Sprint("c", i)), "ann"), nil)
		}
		want(school.Subscribe(ctx, "c0", "ann"), courses.ErrSubscribed)
		want(school.Subscribe(ctx, "c5", "ann"), courses.ErrEnough)
		want(school.Subscribe(ctx, "c0", "bob"), nil)
		// Names with a slash are names too, and no others.
		want(school.Define(ctx, "a", 2), nil)
		want(school.Define(ctx, "a/b", 2), nil)
		want(school.Subscribe(ctx, "a/b", "c"), nil)
		want(school.Subscribe(ctx, "a", "b/c"), nil)
		want(school.Subscribe(ctx, "c0", "eve"), courses.ErrFull)
		want(school.ChangeSeats(ctx, "c0", 1), courses.ErrTaken)
		want(school.ChangeSeats(ctx, "c0", 3), nil)
		want(school.Subscribe(ctx, "c0", "eve"), nil)
		want(school.ChangeSeats(ctx, "no such", 3), es.ErrNotFound)
	})
}

// Eight want the last seat, while the number of seats may be lowered to what is taken:
// the course is never oversold.
func TestRaces(t *testing.T) {
	stores(t, func(t *testing.T, school *courses.School, store es.Store) {
		ctx := t.Context()
		for round := range 20 {
			id := courses.CourseID(fmt.Sprint("race", round))
			for _, err := range []error{school.Define(ctx, id, 2), school.Subscribe(ctx, id, "first"+courses.StudentID(id))} {
				if err != nil {
					t.Fatal(err)
				}
			}
			var wg sync.WaitGroup
			errs := make([]error, 8)
			for i := range errs {
				wg.Go(func() { errs[i] = school.Subscribe(ctx, id, courses.StudentID(fmt.Sprintf("s%d-%d", round, i))) })
			}
			var lowered error = courses.ErrTaken
			if round%2 == 1 {
				wg.Go(func() { lowered = school.ChangeSeats(ctx, id, 1) })
			}
			wg.Wait()
			got := 0
			for _, err := range errs {
				switch {
				case err == nil:
					got++
				case !errors.Is(err, courses.ErrFull):
					t.Fatal(err)
				}
			}
			if lowered != nil && !errors.Is(lowered, courses.ErrTaken) {
				t.Fatal(lowered)
			}
			if want := map[bool]int{true: 0, false: 1}[lowered == nil]; got != want {
				t.Fatalf("round %d: %d got the last seat, want %d (lowering it: %v)", round, got, want, lowered)
			}
		}
	})
}
