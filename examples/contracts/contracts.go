// Package contracts has a rule that spans aggregates: the contracts of one person
// must not overlap in time, and each contract is an aggregate of its own.
//
// There are three ways to keep such a rule, side by side here:
//
//   - a guard ([Office.SignGuarded]) asks a table of current state before it saves.
//     It is a good message for the many who are not in a race, and a door that two at
//     once walk through;
//   - a decision model ([Office.Sign]) folds the events that the decision looks at,
//     and the save is refused if another such event has come since. Two at once are
//     one, and one that decides again;
//   - compensation ([Office.CancelOverlaps]) lets it happen, finds it later and undoes
//     it. It is for rules that the world breaks anyway, such as when contracts are
//     signed on paper and arrive in any order.
package contracts

import (
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
)

//go:generate go tool esgen

// What signing can be refused for.
var (
	ErrOverlap = errors.New("contracts: the person is under contract in that period already")
	ErrPeriod  = errors.New("contracts: the period ends before it begins")
)

// Period is the time from From up to, and without, To. Where To is zero it has no
// end.
type Period struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to,omitzero"`
}

// Overlaps says whether the two periods share a moment.
func (p Period) Overlaps(q Period) bool {
	return (q.To.IsZero() || p.From.Before(q.To)) && (p.To.IsZero() || q.From.Before(p.To))
}

// Person is somebody who can sign contracts.
//
//es:aggregate person
type Person struct {
	es.Root

	id   uuid.UUID `es:"id"`
	name string
}

// Register makes a person.
func Register(id uuid.UUID, name string) *Person {
	p := new(Person)
	p.record(Registered{PersonID: id, Name: name})
	return p
}

// SignContract gives a contract of the person's, which has yet to be saved. One
// aggregate makes another; each keeps its own events.
func (p *Person) SignContract(id uuid.UUID, period Period, at time.Time) (*Contract, error) {
	if !period.To.IsZero() && period.To.Before(period.From) {
		return nil, ErrPeriod
	}
	c := new(Contract)
	c.record(Signed{ContractID: id, PersonID: p.id, Period: period, SignedAt: at})
	return c, nil
}

// Name is the person's name.
func (p *Person) Name() string { return p.name }

func (p *Person) applyRegistered(e Registered) { p.id, p.name = e.PersonID, e.Name }

// Registered is a person's first event.
//
//es:event person.registered
type Registered struct {
	PersonID uuid.UUID `json:"personId"`
	Name     string    `json:"name"`
}

// Contract is one contract of one person. Its table is what the guard asks, and what
// the compensation goes through.
//
//es:aggregate contract
//es:table contracts
type Contract struct {
	es.Root

	id        uuid.UUID `es:"id"`
	person    uuid.UUID `es:"column=person_id,index"`
	from      time.Time `es:"column=valid_from,time=text"`
	to        time.Time `es:"column=valid_to,time=text"`
	signed    time.Time `es:"column=signed_at,time=text"`
	cancelled bool      `es:"column,softdelete"`
}

// Cancel ends the contract as if it had not been. A cancelled one stays so.
func (c *Contract) Cancel(reason string) {
	if !c.cancelled {
		c.record(Cancelled{ContractID: c.id, PersonID: c.person, Reason: reason})
	}
}

func (c *Contract) applySigned(e Signed) {
	c.id, c.person, c.signed = e.ContractID, e.PersonID, e.SignedAt
	c.from, c.to = e.Period.From, e.Period.To
}

func (c *Contract) applyCancelled(Cancelled) { c.cancelled = true }

// Signed is tagged with the person: that is how a decision about one person finds the
// events of all their contracts.
//
//es:event contract.signed
type Signed struct {
	ContractID uuid.UUID `json:"contractId"`
	PersonID   uuid.UUID `json:"personId" es:"tag=person"`
	Period     Period    `json:"period"`
	SignedAt   time.Time `json:"signedAt"`
}

// Cancelled bears the same tag, for it changes what a decision comes to.
//
//es:event contract.cancelled
type Cancelled struct {
	ContractID uuid.UUID `json:"contractId"`
	PersonID   uuid.UUID `json:"personId" es:"tag=person"`
	Reason     string    `json:"reason"`
}
