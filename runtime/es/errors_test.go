package es_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/esgen/esgen/runtime/es"
)

// What a stream is called is often what a request says.
func TestStreamsInErrors(t *testing.T) {
	const odd, shown = "account-\x1b[2J\u202e", `"account-\x1b[2J\u202e"`
	for want, err := range map[string]error{
		"stream account-Zoë 1 exists already, at version 2":                                 &es.ConflictError{Stream: "account-Zoë 1", Expected: es.ExpectNone, Actual: 2},
		"stream " + shown + " exists already, at version 2":                                 &es.ConflictError{Stream: odd, Expected: es.ExpectNone, Actual: 2},
		"version conflict: stream " + shown + " is at version 2, expected one at version 1": &es.ConflictError{Stream: odd, Expected: 1, Actual: 2},
		"stream " + shown + ", version 3: corrupt":                                          &es.EventError{Stream: odd, Version: 3, Err: es.ErrCorrupt},
		"account: its mail is taken, by stream " + shown:                                    &es.UniqueError{Aggregate: "account", Column: "mail", Stream: odd},
		"account.blocked is for " + shown + " of Bank.accounts, which is not there":         es.MissingChild("Bank.accounts", blocked{}, odd),
	} {
		if err.Error() != want {
			t.Errorf("%q, want %q", err, want)
		}
	}
}

func TestInvalidError(t *testing.T) {
	tests := []struct {
		err  es.InvalidError
		want string
	}{
		{es.InvalidError{Field: "GuestName", Rule: "min_length=3"},
			"invalid GuestName: the value breaks the rule min_length=3"},
		{es.InvalidError{Command: "OpenHotel", Field: "rooms", Rule: "min=1"},
			"invalid OpenHotel: field rooms breaks the rule min=1"},
		{es.InvalidError{Command: "BookRoom", Rule: "until_after_from"},
			"invalid BookRoom: the command breaks the rule until_after_from"},
	}
	for _, test := range tests {
		if got := test.err.Error(); got != test.want {
			t.Errorf("%+v says %q, want %q", test.err, got, test.want)
		}
		wrapped := fmt.Errorf("dispatch: %w", &test.err)
		if got, ok := errors.AsType[*es.InvalidError](wrapped); !ok || *got != test.err {
			t.Errorf("%v holds %v", wrapped, got)
		}
		if !errors.Is(wrapped, es.ErrInvalid) || errors.Is(wrapped, es.ErrConflict) {
			t.Errorf("%v should match ErrInvalid alone", wrapped)
		}
	}
}
