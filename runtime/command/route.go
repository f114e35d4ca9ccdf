package command

import (
	"fmt"
	"reflect"

	"github.com/esgen/esgen/runtime/es"
)

// Route says which aggregate a command is for, what has to be there, and what answers
// it. The zero value is no route.
type Route[A any, ID comparable] struct {
	begins beginning
	id     ID
	handle func(*A) error
}

// beginning is what a command begins with.
type beginning int

const (
	withExisting beginning = iota
	withNew
	withEither
)

// Update is the route of a command for an aggregate that exists.
//
// Called by generated code.
func Update[A any, ID comparable](id ID, handle func(*A) error) Route[A, ID] {
	return Route[A, ID]{withExisting, id, handle}
}

// Create is the route of a command that creates its aggregate.
//
// Called by generated code.
func Create[A any, ID comparable](id ID, handle func(*A) error) Route[A, ID] {
	return Route[A, ID]{withNew, id, handle}
}

// UpdateOrCreate is the route of a command that creates its aggregate where it does
// not exist.
//
// Called by generated code.
func UpdateOrCreate[A any, ID comparable](id ID, handle func(*A) error) Route[A, ID] {
	return Route[A, ID]{withEither, id, handle}
}

// Unexpected is the error for a command that has no route: a pointer, nil, or a type
// that the generated code did not know.
//
// Called by generated code.
func Unexpected(aggregate string, cmd any) error {
	if cmd == nil {
		return fmt.Errorf("%s takes no nil command", aggregate)
	}
	t := reflect.TypeOf(cmd)
	if t.Kind() == reflect.Pointer {
		return fmt.Errorf("%s takes commands by value, and this is a %s: leave out the &", aggregate, t)
	}
	return fmt.Errorf("%s does not know the command %s: %w", aggregate, t, es.ErrUnknownType)
}
