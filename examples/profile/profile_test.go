package profile_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/esgen/esgen/examples/profile"
	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/es/estest"
)

var (
	noon = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	id   = uuid.MustParse("0196896a-8b00-7000-8000-000000000001")
)

func name(t testing.TB, s string) profile.Name {
	t.Helper()
	n, err := profile.NewName(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestProfile(t *testing.T) {
	ann, bob := name(t, "Ann"), name(t, "Bob")
	registered := profile.Registered{ProfileID: id, Name: ann, RegisteredAt: noon}

	estest.For(t, profile.NewProfileRepository).
		WhenNew(func() *profile.Profile { return profile.Register(es.FrozenClock(noon), id, ann) }).
		Then(registered)

	estest.For(t, profile.NewProfileRepository).
		Given(registered).
		When(func(p *profile.Profile) error { return p.Rename(bob) }).
		Then(profile.Renamed{Name: bob})

	estest.For(t, profile.NewProfileRepository).
		Given(registered).
		When(func(p *profile.Profile) error { return p.Rename(ann) }).
		ThenError(profile.ErrNameUnchanged)

	estest.For(t, profile.NewProfileRepository).
		Given(registered, profile.Visited{Page: "/"}).
		When(func(p *profile.Profile) error { p.SignIn(); return nil }).
		Then(profile.SignedIn{}).
		ThenState(func(p *profile.Profile) {
			if p.Visits() != 2 {
				t.Errorf("%d visits, want 2", p.Visits())
			}
		})
}

func TestNamesAreThreeCharactersLong(t *testing.T) {
	for s, ok := range map[string]bool{"": false, "Al": false, "Åsa": true, "Ann": true} {
		if _, err := profile.NewName(s); (err == nil) != ok {
			t.Errorf("NewName(%q): %v", s, err)
		}
	}
}
