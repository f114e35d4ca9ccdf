// Package kept has the aggregate that loads from snapshots are measured with. What
// esgen generates for it is checked in.
package kept

import (
	"time"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
)

//go:generate go tool esgen

// Account is an account of a bank, which remembers its last bookings.
//
//es:aggregate kept
//es:snapshot every=9990
type Account struct {
	es.Root

	id       uuid.UUID `es:"id"`
	cents    int64
	bookings []Booking
}

// Booking is one of the last hundred deposits.
type Booking struct {
	Reference string
	Cents     int64
	At        time.Time
}

// Opened is an account's first event.
//
//es:event kept.opened
type Opened struct{ AccountID uuid.UUID }

// Deposited says that money was paid in.
//
//es:event kept.deposited
type Deposited struct {
	Cents     int64
	Reference string
	At        time.Time
}

// Open opens an account.
func Open(id uuid.UUID) *Account {
	a := new(Account)
	a.record(Opened{AccountID: id})
	return a
}

// Deposit pays money in.
func (a *Account) Deposit(e Deposited) { a.record(e) }

// Cents is what there is.
func (a *Account) Cents() int64 { return a.cents }

func (a *Account) applyOpened(e Opened) { a.id = e.AccountID }

func (a *Account) applyDeposited(e Deposited) {
	a.cents += e.Cents
	if len(a.bookings) == 100 {
		a.bookings = append(a.bookings[:0], a.bookings[1:]...)
	}
	a.bookings = append(a.bookings, Booking{Reference: e.Reference, Cents: e.Cents, At: e.At})
}
