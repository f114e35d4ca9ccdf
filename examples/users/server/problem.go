package main

import (
	"context"
	"errors"
	"net/http"

	"github.com/esgen/esgen/examples/internal/web"
	"github.com/esgen/esgen/examples/users"
	"github.com/esgen/esgen/runtime/command"
	"github.com/esgen/esgen/runtime/es"
)

// badQuery says what is wrong with the part of an address behind the question mark.
type badQuery string

func (q badQuery) Error() string { return string(q) }

// problemOf says what an error means to a client. What is not meant for one is not
// told, and no value is.
func problemOf(err error) *web.Problem {
	if _, panicked := errors.AsType[*command.PanicError](err); panicked {
		return &web.Problem{Status: http.StatusInternalServerError} // whatever it panicked with
	}
	if query, ok := errors.AsType[badQuery](err); ok {
		return &web.Problem{Status: http.StatusBadRequest, Detail: query.Error()}
	}
	if taken, ok := errors.AsType[*es.UniqueError](err); ok {
		return &web.Problem{
			Status: http.StatusConflict, Detail: "another user has or had this " + taken.Column,
			Errors: []web.BrokenRule{{Field: taken.Column, Rule: "unique"}},
		}
	}
	switch {
	case errors.Is(err, es.ErrInvalid):
		return &web.Problem{Status: http.StatusUnprocessableEntity, Detail: "some values break rules", Errors: web.BrokenRules(err)}
	case errors.Is(err, es.ErrOutcomeUnknown):
		return &web.Problem{Status: http.StatusServiceUnavailable, Detail: "it may have been done: look before you try again"}
	case errors.Is(err, es.ErrNotFound):
		return &web.Problem{Status: http.StatusNotFound, Detail: "there is no such user"}
	case errors.Is(err, users.ErrDeleted):
		return &web.Problem{Status: http.StatusGone, Detail: err.Error()}
	case errors.Is(err, users.ErrWrongPassword):
		return &web.Problem{Status: http.StatusForbidden, Detail: err.Error()}
	case errors.Is(err, es.ErrConflict):
		return &web.Problem{Status: http.StatusConflict, Detail: "others were faster: try again"}
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return &web.Problem{Status: http.StatusServiceUnavailable, Detail: "it took too long, and nothing was done"}
	}
	return &web.Problem{Status: http.StatusInternalServerError}
}
