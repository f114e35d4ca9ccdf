package command

import (
	"strings"

	"github.com/esgen/esgen/runtime/es"
)

// violations are all the rules that a command breaks.
type violations []error

func (v violations) Error() string {
	texts := make([]string, len(v))
	for i, err := range v {
		texts[i] = err.Error()
	}
	return strings.Join(texts, "; ")
}

// Unwrap lets errors.Is and errors.As find each.
func (v violations) Unwrap() []error { return v }

// Invalid lists all that err says of rules that were broken, those of tags in the order of
// the fields, then what else there is: for a form, or an answer to a client. It is empty where err says nothing of the
// kind. An error of a command's own Validate method that is no *es.InvalidError is not
// among them, though it matches es.ErrInvalid.
func Invalid(err error) []*es.InvalidError {
	switch e := err.(type) {
	case *es.InvalidError:
		return []*es.InvalidError{e}
	case interface{ Unwrap() []error }:
		var all []*es.InvalidError
		for _, part := range e.Unwrap() {
			all = append(all, Invalid(part)...)
		}
		return all
	case interface{ Unwrap() error }:
		return Invalid(e.Unwrap())
	}
	return nil
}
