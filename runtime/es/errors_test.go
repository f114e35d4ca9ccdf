package es_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/esgen/esgen/runtime/es"
)

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
