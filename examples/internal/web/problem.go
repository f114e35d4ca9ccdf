package web

import (
	"encoding/json"
	"log/slog"
	"net/http"

	"github.com/esgen/esgen/runtime/command"
)

// Problem is an error as RFC 9457 has it, application/problem+json.
type Problem struct {
	// Title is filled in by Write.
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail,omitempty"`
	// Errors are the rules that the command breaks, none of them with the value.
	Errors []BrokenRule `json:"errors,omitempty"`
}

// BrokenRule says which rule a field breaks, in the words of es.InvalidError.
type BrokenRule struct {
	Field string `json:"field"`
	Rule  string `json:"rule"`
}

// BrokenRules are those of an error that matches es.ErrInvalid.
func BrokenRules(err error) []BrokenRule {
	var list []BrokenRule
	for _, e := range command.Invalid(err) {
		list = append(list, BrokenRule{e.Field, e.Rule})
	}
	return list
}

// Write answers a request with the problem.
func (p *Problem) Write(w http.ResponseWriter) {
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

// WriteJSON answers a request with a value, as JSON.
func WriteJSON(w http.ResponseWriter, logger *slog.Logger, status int, answer any) {
	body, err := json.Marshal(answer)
	if err != nil {
		logger.Error("an answer cannot be encoded", "error", err)
		(&Problem{Status: http.StatusInternalServerError}).Write(w)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n')) // a client that has gone is not told
}

// WithProblems gives the mux's own refusals, of unknown paths and of methods, the form
// of all others.
func WithProblems(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if handler, pattern := mux.Handler(r); pattern == "" {
			refusal := refused{header: w.Header()}
			handler.ServeHTTP(&refusal, r)
			if refusal.status >= 400 {
				(&Problem{Status: refusal.status}).Write(w)
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
