package jsonx_test

import (
	"fmt"
	"time"

	"github.com/esgen/esgen/runtime/jsonx"
)

// Renamed is an event. The functions are what esgen generates for it.
type Renamed struct {
	Name string    `json:"name"`
	At   time.Time `json:"at"`
}

func appendRenamedJSON(dst []byte, e *Renamed) ([]byte, error) {
	start := len(dst)
	var err error
	if dst, err = jsonx.AppendString(append(dst, `{"name":`...), e.Name); err != nil {
		return jsonx.EncodeFailed("Renamed", dst, start, err)
	}
	if dst, err = jsonx.AppendTime(append(dst, `,"at":`...), e.At); err != nil {
		return jsonx.EncodeFailed("Renamed", dst, start, err)
	}
	return append(dst, '}'), nil
}

var fieldsOfRenamed = [...]string{"name", "at"}

func readRenamedJSON(r *jsonx.Reader, e *Renamed) {
	var o jsonx.Object
	for o.Next(r, fieldsOfRenamed[:]) {
		switch o.Name {
		case "name":
			e.Name = r.String()
		case "at":
			e.At = r.Time()
		}
	}
}

func Example() {
	at := time.Date(2026, 5, 1, 14, 0, 0, 0, time.FixedZone("", 2*60*60))
	payload, err := appendRenamedJSON(nil, &Renamed{Name: "Ann", At: at})
	fmt.Println(string(payload), err)

	var e Renamed
	r := jsonx.NewReader(payload)
	readRenamedJSON(&r, &e)
	fmt.Println(e, r.End("profile.renamed"))

	r = jsonx.NewReader([]byte(`{"at": "2026-05-01T12:00:00Z", "by": {"id": 1}, "name": 5}`))
	readRenamedJSON(&r, &e)
	fmt.Println(r.End("profile.renamed"))

	_, err = appendRenamedJSON(nil, &Renamed{Name: "\xff"})
	fmt.Println(err)
	// Output:
	// {"name":"Ann","at":"2026-05-01T12:00:00Z"} <nil>
	// {Ann 2026-05-01 12:00:00 +0000 UTC} <nil>
	// decode profile.renamed: field name at byte 56: wrong type: want a string, got a number
	// encode Renamed: field name: invalid UTF-8
}
