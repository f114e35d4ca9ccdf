package main

import (
	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/jsonx/bench/event"
)

func esgenPlaced() library[event.Placed] {
	return esgenLibrary(event.AppendPlaced, event.DecodePlaced)
}

func esgenDispatched() library[event.Dispatched] {
	return esgenLibrary(event.AppendDispatched, event.DecodeDispatched)
}

func esgenNoted() library[event.Noted] {
	return esgenLibrary(event.AppendNoted, event.DecodeNoted)
}

// esgenLibrary calls generated code as a repository does.
func esgenLibrary[E any](encode func([]byte, *E) ([]byte, error), decode func(*es.Stored, *E) error) library[E] {
	stored := &es.Stored{TypeVersion: 1}
	return library[E]{
		name:   esgen,
		encode: encode,
		decode: func(data []byte, e *E) error {
			stored.Payload = data
			return decode(stored, e)
		},
	}
}
