//go:build !goexperiment.jsonv2

package main

import (
	"bytes"
	"encoding/json"

	"github.com/bytedance/sonic"
	"github.com/bytedance/sonic/encoder"
	goccy "github.com/goccy/go-json"
	"github.com/mailru/easyjson/jlexer"
	"github.com/mailru/easyjson/jwriter"
	segmentio "github.com/segmentio/encoding/json"
)

// libraries lists the contestants for events of type E, given those that are written for it. Each is
// set up to be as quick as it can be while what it decodes owns its memory.
func libraries[E any, P generated[E]](own, jx library[E]) []library[E] {
	return []library[E]{
		standard[E](),
		standardEncoder[E](),
		easyLibrary[E, P](),
		goccyLibrary[E](),
		segmentioLibrary[E](),
		jx,
		sonicLibrary[E](),
		own,
	}
}

func standard[E any]() library[E] {
	return library[E]{
		name:   baseline,
		encode: func(_ []byte, e *E) ([]byte, error) { return json.Marshal(e) },
		decode: func(data []byte, e *E) error { return json.Unmarshal(data, e) },
	}
}

// standardEncoder writes into a buffer that is kept, and escapes no HTML.
func standardEncoder[E any]() library[E] {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	return library[E]{
		name: "encoding/json, Encoder",
		encode: func(_ []byte, e *E) ([]byte, error) {
			buf.Reset()
			err := enc.Encode(e)
			return bytes.TrimSuffix(buf.Bytes(), []byte("\n")), err
		},
	}
}

func easyLibrary[E any, P generated[E]]() library[E] {
	return library[E]{
		name: "mailru/easyjson",
		encode: func(dst []byte, e *E) ([]byte, error) {
			w := jwriter.Writer{NoEscapeHTML: true}
			P(e).MarshalEasyJSON(&w)
			return w.BuildBytes(dst)
		},
		decode: func(data []byte, e *E) error {
			l := jlexer.Lexer{Data: data}
			P(e).UnmarshalEasyJSON(&l)
			return l.Error()
		},
	}
}

func goccyLibrary[E any]() library[E] {
	var buf bytes.Buffer
	enc := goccy.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	return library[E]{
		name: "goccy/go-json",
		encode: func(_ []byte, e *E) ([]byte, error) {
			buf.Reset()
			err := enc.Encode(e)
			return bytes.TrimSuffix(buf.Bytes(), []byte("\n")), err
		},
		decode: func(data []byte, e *E) error { return goccy.Unmarshal(data, e) },
	}
}

func segmentioLibrary[E any]() library[E] {
	return library[E]{
		name: "segmentio/encoding",
		encode: func(dst []byte, e *E) ([]byte, error) {
			return segmentio.Append(dst, e, segmentio.SortMapKeys)
		},
		decode: func(data []byte, e *E) error {
			_, err := segmentio.Parse(data, e, segmentio.DontMatchCaseInsensitiveStructFields)
			return err
		},
	}
}

// sonicLibrary checks neither that strings are valid UTF-8 nor what it skips, as sonic need not.
func sonicLibrary[E any]() library[E] {
	const options = encoder.SortMapKeys | encoder.NoEncoderNewline | encoder.NoValidateJSONMarshaler
	api := sonic.Config{CopyString: true, NoValidateJSONSkip: true}.Froze()
	return library[E]{
		name: "bytedance/sonic",
		encode: func(dst []byte, e *E) ([]byte, error) {
			err := encoder.EncodeInto(&dst, e, options)
			return dst, err
		},
		decode: func(data []byte, e *E) error { return api.Unmarshal(data, e) },
	}
}
