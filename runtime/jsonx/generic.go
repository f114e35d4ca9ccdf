package jsonx

import (
	"encoding/json"
	"reflect"
)

// New allocates what p, a pointer to it, is to point to, where its type has no
// name to be spelt by.
func New[T any](_ *T) *T { return new(T) }

// Value is the zero value of a map's values, where their type has no name to be
// spelt by.
func Value[M ~map[K]V, K comparable, V any](_ M) V {
	var zero V
	return zero
}

// Opaque reads a value of any type through encoding/json and its reflection. It
// is zero for null.
func Opaque[T any](r *Reader) T {
	var v T
	pos := r.pos
	if raw := r.Raw(); r.err == nil {
		if err := json.Unmarshal(raw, &v); err != nil {
			r.fail(pos, err)
		}
	}
	return v
}

// IsZero says by reflection whether *v is the zero value of its type, for types
// that == does not compare.
func IsZero[T any](v *T) bool { return reflect.ValueOf(v).Elem().IsZero() }
