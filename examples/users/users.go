// Package users keeps, beside the events, a table of current state: one row a user.
// It is the pattern of a relational application that grows an event log: query the
// table as ever, and have the whole history as well.
//
// # Why the two cannot disagree
//
// A projection reads events and writes a table some time later: until it has caught up,
// after a crash, or after a mistake in it, the table says something else than the events.
// Writing the table first and the events afterwards, or both through a queue, has the
// same gap in another place. Here there is no gap, for three reasons:
//
//   - One state. The row is made of the aggregate that has just applied the events, by
//     generated code. There is no second function that could fold them differently.
//   - One transaction. Events and row are written together or not at all, whether the
//     process is killed, the disk is full, or the address is taken. So a handler may
//     answer with the row at once, and a unique index is a rule that holds for events.
//   - One way in. The file remembers that users have a table. A program that does not
//     know it, an older release say, cannot append events of users and leave the row
//     behind. When the columns change, sqlite's Store.Rebuild makes the table anew
//     of the events, while others go on writing.
//
// What remains is a row that somebody changes by hand, with an SQL client. The events
// are not touched by that, and a rebuild puts it right.
//
// # Passwords
//
// An event is for ever, so no password must be in one. The handlers hash it first, and
// a [PasswordHash] says "[redacted]" wherever it is printed, logged or marshalled. The hash
// itself is in two places only: the payload of the event and the column password_digest.
package users

import (
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
)

//go:generate go tool esgen

// What a user refuses.
var (
	ErrDeleted       = errors.New("users: the user is deleted")
	ErrWrongPassword = errors.New("users: the current password is another one")
)

// User is a user of the application. Nothing is ever deleted: Deleted marks the row,
// which keeps its address, so that nobody else can pass for that user later.
//
//es:aggregate user
//es:table users
type User struct {
	es.Root

	ID           uuid.UUID    `es:"id"`
	Name         string       `es:"column"`
	Email        string       `es:"column,unique=fold"`
	PasswordHash PasswordHash `es:"column=password_digest"`
	CreatedAt    time.Time    `es:"column,time=text"`
	Deleted      bool         `es:"column,softdelete"`
}

func (u *User) applyCreated(e Created) {
	u.ID, u.Name, u.Email, u.PasswordHash, u.CreatedAt = e.UserID, e.Name, e.Email, e.PasswordHash, e.CreatedAt
}
func (u *User) applyRenamed(e Renamed)                 { u.Name = e.Name }
func (u *User) applyPasswordChanged(e PasswordChanged) { u.PasswordHash = e.PasswordHash }
func (u *User) applyDestroyed(Destroyed)               { u.Deleted = true }

// Created is the first event of every user.
//
//es:event user.created
type Created struct {
	UserID       uuid.UUID    `json:"userId"`
	Name         string       `json:"name"`
	Email        string       `json:"email"`
	PasswordHash PasswordHash `json:"passwordHash"`
	CreatedAt    time.Time    `json:"createdAt"`
}

// Renamed gives the user another name.
//
//es:event user.renamed
type Renamed struct {
	Name string `json:"name"`
}

// PasswordChanged gives the user another password.
//
//es:event user.password_changed
type PasswordChanged struct {
	PasswordHash PasswordHash `json:"passwordHash"`
}

// Destroyed is the last event of a user.
//
//es:event user.destroyed
type Destroyed struct{}
