package users

import (
	"errors"
	"strings"
	"time"
	"unicode"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
)

// Create is the command that makes a user. An address that another user has, or had, is
// an *es.UniqueError: the table refuses it, and no event is written.
//
//es:command creates
type Create struct {
	UserID   uuid.UUID `json:"userId" es:"id"`
	Name     string    `json:"name" validate:"required,min=3,max=80"`
	Email    string    `json:"email" validate:"required,email,max=254"`
	Password string    `json:"password" validate:"required,min=8"`
	// At is the time of creation.
	At time.Time `json:"at" validate:"required"`
	// Cost is what hashing the password costs; 0 is bcrypt's default.
	Cost int `json:"-"`
}

// Validate is the part of the rules that tags cannot say.
func (c Create) Validate() error {
	return errors.Join(checkName(c.Name), checkPassword("password", c.Password))
}

// Rename is the command that gives a user another name.
//
//es:command
type Rename struct {
	UserID uuid.UUID `json:"userId" es:"id"`
	Name   string    `json:"name" validate:"required,min=3,max=80"`
}

// Validate is the part of the rules that tags cannot say.
func (c Rename) Validate() error { return checkName(c.Name) }

// ChangePassword is the command that gives a user another password. Who does not know
// the current one is told ErrWrongPassword.
//
//es:command
type ChangePassword struct {
	UserID  uuid.UUID `json:"userId" es:"id"`
	Current string    `json:"current" validate:"required"`
	New     string    `json:"new" validate:"required,min=8"`
	// Cost is what hashing the password costs; 0 is bcrypt's default.
	Cost int `json:"-"`
}

// Validate is the part of the rules that tags cannot say.
func (c ChangePassword) Validate() error { return checkPassword("new", c.New) }

// Destroy is the command that marks a user as deleted.
//
//es:command
type Destroy struct {
	UserID uuid.UUID `json:"userId" es:"id"`
}

func (u *User) handleCreate(c Create) error {
	hash, err := HashPassword(c.Password, c.Cost)
	if err != nil {
		return err
	}
	u.record(Created{UserID: c.UserID, Name: c.Name, Email: c.Email, PasswordHash: hash, CreatedAt: c.At.UTC()})
	return nil
}

func (u *User) handleRename(c Rename) error {
	switch {
	case u.Deleted:
		return ErrDeleted
	case u.Name == c.Name:
		return nil // it is so, as was asked
	}
	u.record(Renamed{Name: c.Name})
	return nil
}

func (u *User) handleChangePassword(c ChangePassword) error {
	switch {
	case u.Deleted:
		return ErrDeleted
	case !u.PasswordHash.Matches(c.Current):
		return ErrWrongPassword
	}
	hash, err := HashPassword(c.New, c.Cost)
	if err != nil {
		return err
	}
	u.record(PasswordChanged{PasswordHash: hash})
	return nil
}

func (u *User) handleDestroy(Destroy) error {
	if u.Deleted {
		return ErrDeleted
	}
	u.record(Destroyed{})
	return nil
}

// checkName refuses names that cannot be told apart when they are shown.
func checkName(name string) error {
	if name != strings.TrimSpace(name) || strings.ContainsFunc(name, unicode.IsControl) {
		return &es.InvalidError{Field: "name", Rule: "printable"}
	}
	return nil
}

// checkPassword refuses what bcrypt would refuse later, or cut off.
func checkPassword(field, password string) error {
	if len(password) > longestPassword {
		return &es.InvalidError{Field: field, Rule: "max_bytes=72"}
	}
	return nil
}
