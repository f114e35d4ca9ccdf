//go:build goexperiment.jsonv2

package main

import (
	"bytes"
	"encoding/json"
	jsonv2 "encoding/json/v2"
)

// libraries lists the contestants that exist only where the toolchain has encoding/json/v2: its own
// functions, and those of encoding/json, which are built on it there.
func libraries[E any, P generated[E]](_, _ library[E]) []library[E] {
	return []library[E]{
		{
			name:   "encoding/json on v2",
			encode: func(_ []byte, e *E) ([]byte, error) { return json.Marshal(e) },
			decode: func(data []byte, e *E) error { return json.Unmarshal(data, e) },
		},
		v2[E](),
	}
}

func v2[E any]() library[E] {
	var buf bytes.Buffer
	return library[E]{
		name: "encoding/json/v2",
		encode: func(_ []byte, e *E) ([]byte, error) {
			buf.Reset()
			err := jsonv2.MarshalWrite(&buf, e, jsonv2.Deterministic(true))
			return buf.Bytes(), err
		},
		decode: func(data []byte, e *E) error { return jsonv2.Unmarshal(data, e) },
	}
}
