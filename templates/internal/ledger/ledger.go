// Package ledger is a user's package as esgen meets it. What is generated for it
// is checked in, so that its tests can measure what generated code costs.
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
//es:suppress Noted
type Account struct {
	es.Root

	id       uuid.UUID `es:"id"`
	owner    string
	openedAt time.Time
	cents    int64
	visits   int
	cards    []*Card `es:"child"`
}

func (a *Account) applyOpened(e Opened) {
	a.id, a.owner, a.openedAt = e.AccountID, e.Owner, e.OpenedAt
}

func (a *Account) applyDeposited(e Deposited) { a.cents += e.Cents }

// applyVisit looks at the event only, so that nothing of it must outlive the call.
//
//es:apply SignedIn SignedOut
func (a *Account) applyVisit(event AccountEvent) {
	if e, ok := event.(SignedIn); ok {
		a.visits += int(e.Attempts)
	}
}

func (a *Account) applyCardIssued(e CardIssued) {
	a.cards = append(a.cards, &Card{number: e.Number})
}

// Card is a card of an account.
//
//es:child
type Card struct {
	es.Child

	number int64 `es:"id"`
	spent  int64
}

func (c *Card) applyCardUsed(e CardUsed) { c.spent += e.Cents }

// Opened has something of everything.
//
//es:event account.opened
type Opened struct {
	AccountID uuid.UUID `json:"accountId"`
	Owner     string    `json:"owner"`
	OpenedAt  time.Time `json:"openedAt"`
	Tags      []string  `json:"tags"`
	Address   Address   `json:"address"`
}

// Address is where somebody lives.
type Address struct {
	Street string `json:"street"`
	City   string `json:"city"`
	Number int    `json:"number"`
}

// Deposited holds nothing that must be allocated.
//
//es:event account.deposited
type Deposited struct {
	Cents int64     `json:"cents"`
	At    time.Time `json:"at"`
	By    uuid.UUID `json:"by"`
}

// SignedIn is applied together with SignedOut.
//
//es:event account.signed_in
type SignedIn struct {
	Attempts int64 `json:"attempts"`
}

// SignedOut has no field.
//
//es:event account.signed_out
type SignedOut struct{}

// Noted changes no state.
//
//es:event account.noted
type Noted struct {
	Text string `json:"text"`
}

// CardIssued adds a child.
//
//es:event account.card_issued
type CardIssued struct {
	Number int64 `json:"number"`
}

// CardUsed is for a child.
//
//es:event account.card_used
type CardUsed struct {
	Number int64 `json:"number" es:"child"`
	Cents  int64 `json:"cents"`
}
