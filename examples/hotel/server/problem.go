package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/esgen/esgen/examples/hotel"
	"github.com/esgen/esgen/runtime/command"
	"github.com/esgen/esgen/runtime/es"
)

// problem is an error as RFC 9457 has it, application/problem+json.
type problem struct {
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail,omitempty"`
	// Errors are the rules that the command breaks, none of them with the value.
	Errors []brokenRule `json:"errors,omitempty"`
}

type brokenRule struct {
	Field string `json:"field"`
	Rule  string `json:"rule"`
}

func (p *problem) write(w http.ResponseWriter) {
	p.Title = http.StatusText(p.Status)
	body, err := json.Marshal(p)
	if err != nil {
		w.WriteHeader(p.Status)
		return
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	_, _ = w.Write(append(body, '\n')) // a client that has gone is not told
}

// problemOf says what an error means to a client. What is not meant for one is not
// told.
func problemOf(err error) *problem {
	if _, panicked := errors.AsType[*command.PanicError](err); panicked {
		return &problem{Status: http.StatusInternalServerError} // whatever it panicked with
	}
	switch {
	case errors.Is(err, es.ErrInvalid):
		p := &problem{Status: http.StatusUnprocessableEntity, Detail: "the command breaks rules of its schema"}
		for _, e := range command.Invalid(err) {
			p.Errors = append(p.Errors, brokenRule{e.Field, e.Rule})
		}
		return p
	case errors.Is(err, es.ErrOutcomeUnknown):
		return &problem{Status: http.StatusServiceUnavailable, Detail: "the command may have been carried out: send it again under the same Idempotency-Key"}
	case errors.Is(err, es.ErrNotFound):
		return &problem{Status: http.StatusNotFound, Detail: "there is no such hotel"}
	case errors.Is(err, hotel.ErrNoRoom):
		return &problem{Status: http.StatusNotFound, Detail: err.Error()}
	case errors.Is(err, es.ErrExists):
		return &problem{Status: http.StatusConflict, Detail: "there is such a hotel already"}
	case errors.Is(err, es.ErrConflict):
		return &problem{Status: http.StatusConflict, Detail: "others were faster: try again"}
	case errors.Is(err, hotel.ErrFull), errors.Is(err, hotel.ErrNotTaken):
		return &problem{Status: http.StatusConflict, Detail: err.Error()}
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return &problem{Status: http.StatusServiceUnavailable, Detail: "it took too long, and nothing was done"}
	}
	return &problem{Status: http.StatusInternalServerError}
}

// withProblems gives the mux's own refusals, of unknown paths and of methods, the form
// of all others.
func withProblems(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if handler, pattern := mux.Handler(r); pattern == "" {
			refusal := refused{header: w.Header()}
			handler.ServeHTTP(&refusal, r)
			if refusal.status >= 400 {
				(&problem{Status: refusal.status}).write(w)
				return
			}
		}
		mux.ServeHTTP(w, r)
	})
}

// refused keeps the status and the header of an answer, and drops its body.
type refused struct {
	header http.Header
	status int
}

func (r *refused) Header() http.Header         { return r.header }
func (r *refused) WriteHeader(status int)      { r.status = status }
func (r *refused) Write(b []byte) (int, error) { return len(b), nil }
