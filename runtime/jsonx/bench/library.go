package main

import "github.com/mailru/easyjson"

// A library is a contestant: one way to encode and decode events of type E.
type library[E any] struct {
	name string
	// encode gives the JSON form of an event. It may write it into dst, which has room for it, if
	// the library can be made to.
	encode func(dst []byte, e *E) ([]byte, error)
	// decode decodes into a zero event. What it puts there may not be part of data, which a store
	// lends for as long as it is read. It is nil for what is another way to encode only.
	decode func(data []byte, e *E) error
}

// generated is what easyjson adds to an event.
type generated[E any] interface {
	*E
	easyjson.Marshaler
	easyjson.Unmarshaler
}

// Names of contestants that the report speaks of.
const (
	baseline = "encoding/json"
	esgen    = "esgen"
)
