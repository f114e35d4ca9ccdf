package event

import "github.com/esgen/esgen/runtime/es"

// The functions that esgen generates, as a repository calls them.

// AppendPlaced appends the JSON form of an event.
func AppendPlaced(dst []byte, e *Placed) ([]byte, error) { return appendPlacedJSON(dst, e) }

// DecodePlaced decodes a stored event into a zero one.
func DecodePlaced(s *es.Stored, e *Placed) error { return decodePlaced(s, e) }

// AppendDispatched appends the JSON form of an event.
func AppendDispatched(dst []byte, e *Dispatched) ([]byte, error) { return appendDispatchedJSON(dst, e) }

// DecodeDispatched decodes a stored event into a zero one.
func DecodeDispatched(s *es.Stored, e *Dispatched) error { return decodeDispatched(s, e) }

// AppendNoted appends the JSON form of an event.
func AppendNoted(dst []byte, e *Noted) ([]byte, error) { return appendNotedJSON(dst, e) }

// DecodeNoted decodes a stored event into a zero one.
func DecodeNoted(s *es.Stored, e *Noted) error { return decodeNoted(s, e) }
