package users

import (
	"context"
	"iter"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
)

// Moment is an event of a user, with the state that it led to.
type Moment struct {
	es.Recorded[UserEvent]
	State UserRow
}

// Timeline tells a user's life, from the first event on. The state of the last moment is
// the user's row in the table. es.ErrNotFound where there is no such user; the first error
// ends the iteration.
func Timeline(ctx context.Context, users *UserRepository, id uuid.UUID) iter.Seq2[Moment, error] {
	return func(yield func(Moment, error) bool) {
		var u User
		for e, err := range users.History(ctx, id) {
			if err == nil {
				err = dispatchUser(&u, e.Event)
			}
			if err != nil {
				yield(Moment{}, err)
				return
			}
			if !yield(Moment{e, u.row()}, nil) {
				return
			}
		}
	}
}

// row is the state as the table has it.
func (u *User) row() UserRow {
	return UserRow{u.ID, u.Name, u.Email, u.PasswordHash, u.CreatedAt, u.Deleted}
}
