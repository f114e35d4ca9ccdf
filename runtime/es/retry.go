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
// returned as it is, and nothing is saved.
//
// A broken condition of If is returned, for fn did not make the decision: Retry
// around the decision does that.
func (r *Repository[A, ID, E]) Update(ctx context.Context, id ID, fn func(*A) error, opts ...SaveOption) error {
	return retry(ctx, r.opts.attempts, func() (again bool, err error) {
		a, err := r.Load(ctx, id)
		if err != nil {
			return false, err
		}
		if err := fn(a); err != nil {
			return false, err // also a conflict, for it is one of another stream
		}
		err = r.saveUntilKnown(ctx, a, opts)
		return isLostRace(err), err
	})
}

// Create calls fn with a new aggregate and saves what fn recorded. The stream
// must not exist: ErrExists. An unknown outcome repeats the append. An error of
// fn is returned as it is, and nothing is saved.
func (r *Repository[A, ID, E]) Create(ctx context.Context, fn func(*A) error, opts ...SaveOption) error {
	if r.err != nil {
		return r.err
	}
	a := new(A)
	if err := fn(a); err != nil {
		return err
	}
	return r.saveUntilKnown(ctx, a, opts)
}

// saveUntilKnown repeats the append while its outcome is unknown.
func (r *Repository[A, ID, E]) saveUntilKnown(ctx context.Context, a *A, opts []SaveOption) error {
	return retry(ctx, r.opts.attempts, func() (again bool, err error) {
		err = r.Save(ctx, a, opts...)
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
	return retry(ctx, defaultAttempts, func() (again bool, err error) {
		err = fn()
		return (isLostRace(err) || errors.Is(err, ErrCondition)) && !errors.Is(err, ErrUnique), err
	})
}

func retry(ctx context.Context, attempts int, fn func() (again bool, err error)) error {
	pause := firstPause
	for n := 1; ; n++ {
		again, err := fn()
		if !again {
			return err
		}
		if n == attempts {
			return fmt.Errorf("gave up after %d attempts: %w", n, err)
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
