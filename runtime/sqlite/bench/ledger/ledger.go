// Package ledger has the aggregate that the store is measured with. What esgen
// generates for it is checked in.
package ledger

import (
	"time"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
)

//go:generate go tool esgen

// Account is an account of a bank.
//
//es:aggregate account
type Account struct {
	es.Root

	id    uuid.UUID `es:"id"`
	state State
}

// State is what the events of an account come to.
type State struct {
	Owner string
	Cents int64
	Notes int
	Last  time.Time
}

// Open opens an account.
func Open(e Opened) *Account {
	a := new(Account)
	a.record(e)
	return a
}

// Deposit pays money in.
func (a *Account) Deposit(e Deposited) { a.record(e) }

// State is the account's.
func (a *Account) State() State { return a.state }

func (a *Account) applyOpened(e Opened)       { a.id, a.state.Owner = e.AccountID, e.Owner }
func (a *Account) applyDeposited(e Deposited) { a.state.Deposit(e) }
func (a *Account) applyWithdrawn(e Withdrawn) { a.state.Withdraw(e) }
func (a *Account) applyNoted(e Noted)         { a.state.Note(e) }
func (a *Account) applyCharged(e Charged)     { a.state.Cents -= e.Cents }

// Deposit applies an event.
func (s *State) Deposit(e Deposited) { s.Cents, s.Last = s.Cents+e.Cents, e.At }

// Withdraw applies an event.
func (s *State) Withdraw(e Withdrawn) { s.Cents, s.Last = s.Cents-e.Cents, e.At }

// Note applies an event.
func (s *State) Note(Noted) { s.Notes++ }

// Opened is an account's first event.
//
//es:event account.opened
type Opened struct {
	AccountID uuid.UUID `json:"accountId"`
	Owner     string    `json:"owner"`
	Branch    string    `json:"branch"`
	OpenedAt  time.Time `json:"openedAt"`
}

// Deposited is the event that there are most of.
//
//es:event account.deposited
type Deposited struct {
	Cents     int64     `json:"cents"`
	Currency  string    `json:"currency"`
	At        time.Time `json:"at"`
	By        uuid.UUID `json:"by"`
	Reference string    `json:"reference"`
}

// Withdrawn is the opposite of Deposited.
//
//es:event account.withdrawn
type Withdrawn struct {
	Cents   int64     `json:"cents"`
	At      time.Time `json:"at"`
	Machine int       `json:"machine"`
	Receipt bool      `json:"receipt"`
	Purpose string    `json:"purpose"`
}

// Noted is a text.
//
//es:event account.noted
type Noted struct {
	Text string `json:"text"`
	By   string `json:"by"`
}

// Charged is a payment with a card, of which an account can have several, and which
// several accounts can share.
//
//es:event account.charged
type Charged struct {
	Card  string    `json:"card" es:"tag=card"`
	Cents int64     `json:"cents"`
	At    time.Time `json:"at"`
}

// CardUse is what was paid with a card, from whatever accounts.
//
//es:decision
type CardUse struct {
	es.Decision

	card    string `es:"tag=card"`
	charges int
	cents   int64
}

func (u *CardUse) applyCharged(e Charged) { u.charges, u.cents = u.charges+1, u.cents+e.Cents }

// Charges is how often the card was used.
func (u *CardUse) Charges() int { return u.charges }
