// Package profile is the first example: one aggregate with four events, a value
// object and a renamed event, in annotated Go.
//
// What is used here and not declared here (record, ProfileEvent,
// ProfileRepository, NewProfileRepository, Registry) is in es_gen.go, which esgen
// writes when go generate runs.
package profile

import (
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
)

//go:generate go tool esgen

// ErrNameUnchanged says that the profile has that name already.
var ErrNameUnchanged = errors.New("profile: the name is unchanged")

// Profile is one registered person.
//
//es:aggregate profile
type Profile struct {
	es.Root

	id           uuid.UUID `es:"id"`
	name         Name
	registeredAt time.Time
	visits       int
}

// Register makes a profile. The clock is passed in, so that a test can say what
// time it is.
func Register(clock es.Clock, id uuid.UUID, name Name) *Profile {
	p := new(Profile)
	p.record(Registered{ProfileID: id, Name: name, RegisteredAt: clock.Now()})
	return p
}

// ID is the identity of the profile.
func (p *Profile) ID() uuid.UUID { return p.id }

// Name is the current name.
func (p *Profile) Name() Name { return p.name }

// RegisteredAt is when the profile was made.
func (p *Profile) RegisteredAt() time.Time { return p.registeredAt }

// Visits counts visits and sign-ins.
func (p *Profile) Visits() int { return p.visits }

// Rename gives the profile another name. It checks the rule, then records what
// has happened: an event is a fact, and applying it never fails.
func (p *Profile) Rename(name Name) error {
	if name == p.name {
		return ErrNameUnchanged
	}
	p.record(Renamed{Name: name})
	return nil
}

// Visit notes that a page was looked at.
func (p *Profile) Visit(page string) { p.record(Visited{Page: page}) }

// SignIn notes that the person signed in.
func (p *Profile) SignIn() { p.record(SignedIn{}) }

// An event that no method applies, and that is not suppressed either, is an
// error of the generator. A method named apply<Event> needs no directive.

func (p *Profile) applyRegistered(e Registered) {
	p.id, p.name, p.registeredAt = e.ProfileID, e.Name, e.RegisteredAt
}

func (p *Profile) applyRenamed(e Renamed) { p.name = e.Name }

// One method may apply several events. It takes their interface, and the
// directive names them.
//
//es:apply Visited SignedIn
func (p *Profile) applyActivity(ProfileEvent) { p.visits++ }

// Registered is the first event of every profile.
//
//es:event profile.registered
type Registered struct {
	ProfileID    uuid.UUID `json:"profileId"`
	Name         Name      `json:"name"`
	RegisteredAt time.Time `json:"registeredAt"`
}

// Renamed was stored as profile.name_changed by an older version of this
// program. Streams of that time still load; what is saved has the name of today.
//
//es:event profile.renamed alias=profile.name_changed
type Renamed struct {
	Name Name `json:"name"`
}

// Visited says that a page was looked at.
//
//es:event profile.visited
type Visited struct {
	Page string `json:"page"`
}

// SignedIn says that the person signed in. Its stable name is inferred:
// profile.signed_in.
//
//es:event
type SignedIn struct{}

// Name is a value object: a name of at least three characters. It knows nothing
// of JSON. The directive says which method gives what is stored, and which
// function gives the value back; that one checks nothing, for what was stored
// once must load for ever, also when the rule gets stricter.
//
//es:value encode=String decode=restoreName
type Name struct{ value string }

// NewName checks the rule.
func NewName(s string) (Name, error) {
	if utf8.RuneCountInString(s) < 3 {
		return Name{}, fmt.Errorf("profile: the name %q has fewer than 3 characters", s)
	}
	return Name{value: s}, nil
}

func restoreName(s string) Name { return Name{value: s} }

func (n Name) String() string { return n.value }
