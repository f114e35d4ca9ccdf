package command

import (
	"context"
	"errors"
	"fmt"

	"github.com/esgen/esgen/runtime/es"
)

// Dispatcher carries out the commands of one aggregate. It is safe for use by
// several goroutines at once.
//
// A is the aggregate's struct, ID the type of its ID, E the interface of the events
// of its stream, C the interface of its commands.
type Dispatcher[A any, ID comparable, E es.Event, C any] struct {
	repository *es.Repository[A, ID, E]
	route      func(C) (Route[A, ID], error)
	handle     Handler[C]
	// err is why the dispatcher cannot work; Dispatch returns it.
	err error
}

// Handler carries a command out. The options are those of the save that it ends
// with.
type Handler[C any] func(ctx context.Context, cmd C, opts ...es.SaveOption) error

// Middleware is put around a handler: it may look at the command, change the
// context, add options, or not call next at all. The handler that it returns must be
// safe for use by several goroutines at once.
type Middleware[C any] func(next Handler[C]) Handler[C]

// Option is an option of a dispatcher. A nil one does nothing.
type Option[C any] func(*options[C]) error

type options[C any] struct{ middleware []Middleware[C] }

// WithMiddleware puts middleware around the dispatch, validation included. The first
// one is outermost.
func WithMiddleware[C any](middleware ...Middleware[C]) Option[C] {
	return func(o *options[C]) error {
		for _, m := range middleware {
			if m == nil {
				return errors.New("command.WithMiddleware: a middleware is nil")
			}
		}
		o.middleware = append(o.middleware, middleware...)
		return nil
	}
}

// NewDispatcher gives a dispatcher that carries commands out as route says, which
// must be safe for use by several goroutines at once. Where the repository, route or an
// option is no good, Dispatch returns the error.
//
// Called by generated code.
func NewDispatcher[A any, ID comparable, E es.Event, C any](
	repository *es.Repository[A, ID, E], route func(C) (Route[A, ID], error), opts ...Option[C],
) *Dispatcher[A, ID, E, C] {
	d := &Dispatcher[A, ID, E, C]{repository: repository, route: route}
	d.handle = d.carryOut
	switch {
	case repository == nil:
		d.err = errors.New("command: the repository is nil")
		return d
	case route == nil:
		d.err = errors.New("command: nothing says which aggregate a command is for")
		return d
	}
	var o options[C]
	for _, opt := range opts {
		if opt == nil {
			continue
		}
		if d.err = opt(&o); d.err != nil {
			return d
		}
	}
	for i := len(o.middleware) - 1; i >= 0; i-- {
		if d.handle = o.middleware[i](d.handle); d.handle == nil {
			d.err = errors.New("command: a middleware gave no handler")
			return d
		}
	}
	return d
}

// Dispatch carries a command out: see the package's documentation for what happens
// in which order. es.Into tells what it came to, es.Once makes it idempotent, es.If
// makes it conditional on decision models.
//
// What the command's rules refuse is an error that matches es.ErrInvalid, an aggregate
// that is not there es.ErrNotFound, one that is there already es.ErrExists. An error of the
// handler is returned as it is. Nothing is stored where there is an error, unless it
// matches es.ErrOutcomeUnknown.
func (d *Dispatcher[A, ID, E, C]) Dispatch(ctx context.Context, cmd C, opts ...es.SaveOption) error {
	if d.err != nil {
		return d.err
	}
	return d.handle(ctx, cmd, opts...)
}

// carryOut is the innermost handler.
func (d *Dispatcher[A, ID, E, C]) carryOut(ctx context.Context, cmd C, opts ...es.SaveOption) error {
	route, err := d.route(cmd)
	if err != nil {
		return err
	}
	if route.handle == nil {
		return fmt.Errorf("command: %s has an empty route", nameOf(cmd))
	}
	var zero ID
	if err := validate(cmd, route.id == zero); err != nil {
		return err
	}
	if id := es.MetadataFromContext(ctx).CommandID; id != "" {
		// First, so that an es.Once among the options prevails.
		opts = append([]es.SaveOption{es.Once(id)}, opts...)
	}
	handle := route.handle
	if leavesBehind(ctx) {
		handle = func(a *A) error { return apart(ctx, func() error { return route.handle(a) }) }
	}
	switch route.begins {
	case withNew:
		return d.repository.CreateWithID(ctx, route.id, handle, opts...)
	case withEither:
		return d.repository.UpdateOrCreate(ctx, route.id, handle, opts...)
	}
	return d.repository.Update(ctx, route.id, handle, opts...)
}
