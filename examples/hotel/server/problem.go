package main

import (
	"context"
	"errors"
	"net/http"

	"github.com/esgen/esgen/examples/hotel"
	"github.com/esgen/esgen/examples/internal/web"
	"github.com/esgen/esgen/runtime/command"
	"github.com/esgen/esgen/runtime/es"
)

// problemOf says what an error means to a client. What is not meant for one is not
// told.
func problemOf(err error) *web.Problem {
	if _, panicked := errors.AsType[*command.PanicError](err); panicked {
		return &web.Problem{Status: http.StatusInternalServerError} // whatever it panicked with
	}
	switch {
	case errors.Is(err, es.ErrInvalid):
		return &web.Problem{
			Status: http.StatusUnprocessableEntity, Detail: "the command breaks rules of its schema", Errors: web.BrokenRules(err),
		}
	case errors.Is(err, es.ErrOutcomeUnknown):
		return &web.Problem{Status: http.StatusServiceUnavailable, Detail: "the command may have been carried out: send it again under the same Idempotency-Key"}
	case errors.Is(err, es.ErrNotFound):
		return &web.Problem{Status: http.StatusNotFound, Detail: "there is no such hotel"}
	case errors.Is(err, hotel.ErrNoRoom):
		return &web.Problem{Status: http.StatusNotFound, Detail: err.Error()}
	case errors.Is(err, es.ErrExists):
		return &web.Problem{Status: http.StatusConflict, Detail: "there is such a hotel already"}
	case errors.Is(err, es.ErrConflict):
		return &web.Problem{Status: http.StatusConflict, Detail: "others were faster: try again"}
	case errors.Is(err, hotel.ErrFull), errors.Is(err, hotel.ErrNotTaken):
		return &web.Problem{Status: http.StatusConflict, Detail: err.Error()}
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return &web.Problem{Status: http.StatusServiceUnavailable, Detail: "it took too long, and nothing was done"}
	}
	return &web.Problem{Status: http.StatusInternalServerError}
}
