package es

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

const (
	// A store settles one of those who contend for a stream at a time. So many
	// attempts, spread by the pauses, serve some hundred of them.
	defaultAttempts = 300
	firstPause      = time.Millisecond
	longestPause    = 100 * time.Millisecond
)

// Update loads an aggregate, calls fn, and saves what fn recorded. A conflict on
// the aggregate's stream starts it over, with a pause of random length in
// between and a bound on the attempts (WithAttempts); after the last one the
// conflict is returned. An unknown outcome repeats the append, not fn. fn can be
// called several times, each time with a fresh aggregate; an error of fn is
// returned as it is, and nothing is saved. With Once, fn is not called where the
// stream has seen the command: the outcome is that of the first time.
//
// A broken condition of If is returned, for fn did not make the decision: Retry
// around the decision does that.
func (r *Repository[A, ID, E]) Update(ctx context.Context, id ID, fn func(*A) error, opts ...SaveOption) error {
	return r.execute(ctx, id, existing, fn, opts)
}

// UpdateOrCreate is Update where the aggregate exists. Where it does not, fn gets a
// new one, to which it must give that ID; who creates it at the same time and is too
// late starts over, and updates what the other has created.
func (r *Repository[A, ID, E]) UpdateOrCreate(ctx context.Context, id ID, fn func(*A) error, opts ...SaveOption) error {
	return r.execute(ctx, id, newOrExisting, fn, opts)
}

// CreateWithID is Create for an aggregate whose ID is known before: what fn records
// must give it that ID, or nothing is saved. With Once, fn is not called where the
// stream has seen the command: the outcome is that of the first time, and not
// ErrExists.
func (r *Repository[A, ID, E]) CreateWithID(ctx context.Context, id ID, fn func(*A) error, opts ...SaveOption) error {
	return r.execute(ctx, id, onlyNew, fn, opts)
}

// Create calls fn with a new aggregate and saves what fn recorded. The stream
// must not exist: ErrExists. An unknown outcome repeats the append. An error of
// fn is returned as it is, and nothing is saved.
func (r *Repository[A, ID, E]) Create(ctx context.Context, fn func(*A) error, opts ...SaveOption) error {
	if r.err != nil {
		return r.err
	}
	o, err := newSaveOptions(opts)
	if err != nil {
		return fmt.Errorf("save %s: %w", r.def.Name, err)
	}
	a := new(A)
	if err := fn(a); err != nil {
		return err
	}
	return r.saveUntilKnown(ctx, a, o)
}

// beginning says what fn of execute begins with.
type beginning int

const (
	existing beginning = iota
	newOrExisting
	onlyNew
)

func (r *Repository[A, ID, E]) execute(ctx context.Context, id ID, from beginning, fn func(*A) error, opts []SaveOption) error {
	if r.err != nil {
		return r.err
	}
	o, err := newSaveOptions(opts)
	if err != nil {
		return fmt.Errorf("save %s: %w", r.def.Name, err)
	}
	return r.retry(ctx, func() (again bool, err error) {
		a, done, err := r.begin(ctx, id, from, o)
		if err != nil || done {
			return false, err
		}
		if err := fn(a); err != nil {
			return false, err // also a conflict, for it is one of another stream
		}
		err = r.saveUntilKnown(ctx, a, o)
		return isLostRace(err) || from == newOrExisting && errors.Is(err, ErrExists), err
	})
}

// begin gives the aggregate that fn of execute gets, unless the command of Once was
// carried out before. That is looked up last: of a command that comes to be stored
// after the aggregate was loaded, fn sees nothing.
func (r *Repository[A, ID, E]) begin(ctx context.Context, id ID, from beginning, o *saveOptions) (a *A, done bool, err error) {
	if from != onlyNew {
		a, err = r.Load(ctx, id)
		if err != nil && (from == existing || !errors.Is(err, ErrNotFound)) {
			return nil, false, err
		}
	} else if err := ctx.Err(); err != nil {
		return nil, false, err
	}
	if a != nil && o.once == "" {
		return a, false, nil
	}
	stream, err := r.Stream(id)
	if err != nil {
		return nil, false, err
	}
	if a == nil {
		a = new(A)
		rootOf(a).stream = stream.Name // which the ID that fn gives it has to spell
	}
	done, err = r.repeats(ctx, stream, o)
	return a, done, err
}

// saveUntilKnown repeats the append while its outcome is unknown. All that is pending
// was recorded before, so what is in doubt is all of it.
func (r *Repository[A, ID, E]) saveUntilKnown(ctx context.Context, a *A, o *saveOptions) error {
	return r.retry(ctx, func() (again bool, err error) {
		err = r.save(ctx, a, o)
		return errors.Is(err, ErrOutcomeUnknown) && !errors.Is(err, errStillUnknown), err
	})
}

func isLostRace(err error) bool { return errors.Is(err, ErrConflict) && !errors.Is(err, ErrExists) }

// Retry calls fn until it returns something other than a version conflict or a
// broken condition, with a pause of random length in between. After 300 attempts
// it gives up, with an error that wraps fn's last one. What cannot succeed is not tried
// again: ErrExists and ErrUnique. When ctx is done it returns, with the context's
// error and fn's last one.
func Retry(ctx context.Context, fn func() error) error {
	return retry(ctx, defaultAttempts, nil, func() (again bool, err error) {
		err = fn()
		return (isLostRace(err) || errors.Is(err, ErrCondition)) && !errors.Is(err, ErrUnique), err
	})
}

func (r *Repository[A, ID, E]) retry(ctx context.Context, fn func() (again bool, err error)) error {
	return retry(ctx, r.opts.attempts, func(failed int, err error) { r.opts.observer.retrying(ctx, r.def.Name, failed, err) }, fn)
}

// retry calls fn until it wants no more, and before each pause between, if it is not
// nil.
func retry(ctx context.Context, attempts int, between func(failed int, err error), fn func() (again bool, err error)) error {
	pause := firstPause
	for n := 1; ; n++ {
		again, err := fn()
		if !again {
			return err
		}
		if n == attempts {
			return fmt.Errorf("gave up after %d attempts: %w", n, err)
		}
		if between != nil {
			between(n, err)
		}
		if ctxErr := sleep(ctx, rand.N(pause)); ctxErr != nil {
			return errors.Join(ctxErr, err)
		}
		pause = min(2*pause, longestPause)
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
