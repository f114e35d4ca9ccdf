package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
)

// Decode reads the one JSON value of a request's body, of at most limit bytes. The
// problem does not hold any part of the body, which can be a password.
func Decode(w http.ResponseWriter, r *http.Request, limit int64, into any) *Problem {
	if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || media != "application/json" {
		return &Problem{Status: http.StatusUnsupportedMediaType, Detail: "send application/json"}
	}
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, limit))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	if err == nil {
		if err = d.Decode(new(json.RawMessage)); err == io.EOF {
			return nil
		} else if err == nil {
			err = errMore
		}
	}
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return &Problem{Status: http.StatusRequestEntityTooLarge, Detail: fmt.Sprintf("the body may have %d bytes", tooLarge.Limit)}
	}
	return &Problem{Status: http.StatusBadRequest, Detail: "the body is not what is expected: " + reason(err)}
}

var errMore = errors.New("there is more after the value")

// reason tells what is wrong in words that hold nothing of the body. The texts of
// encoding/json have names, numbers and characters of it.
func reason(err error) string {
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		if wrong.Field == "" {
			return "it must be an object"
		}
		return fmt.Sprintf("field %s is of another type", wrong.Field)
	}
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Sprintf("it is no JSON from byte %d on", syntax.Offset)
	}
	switch {
	case err == errMore:
		return err.Error()
	case errors.Is(err, io.EOF):
		return "it is empty"
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "it ends too early"
	case strings.HasPrefix(err.Error(), "json: unknown field "):
		return "it has an unknown field"
	}
	return "a value of it has another form"
}
