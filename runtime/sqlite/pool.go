package sqlite

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/esgen/esgen/runtime/es"
)

// pool lends the reading connections. They are opened when they are first needed,
// and the one that was used last is lent first, for its cache is warm.
type pool struct {
	open    func(context.Context) (*conn, error)
	inPlace func() error  // says whether the file is still the one that open opens
	timeout time.Duration // for others who are in the way
	closing <-chan struct{}
	slots   chan struct{} // holds one element for each connection that is lent

	mu   sync.Mutex
	idle []*conn
}

func newPool(cfg *config, closing <-chan struct{}, inPlace func() error, open func(context.Context) (*conn, error)) *pool {
	return &pool{open: open, inPlace: inPlace, timeout: cfg.busyTimeout, closing: closing, slots: make(chan struct{}, cfg.readers)}
}

// with runs fn on a connection, and again where others were in its way: fn must
// start from the beginning each time. It waits for a connection as long as the
// context allows.
func (p *pool) with(ctx context.Context, fn func(*conn) error) error {
	select {
	case p.slots <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	case <-p.closing:
		return es.ErrClosed
	}
	defer func() { <-p.slots }()

	if err := p.inPlace(); err != nil {
		return err
	}
	c, err := p.take(ctx)
	if err != nil {
		return err
	}
	err = patiently(ctx, p.timeout, func() error { return fn(c) })
	if _, engine := resultCode(err); engine {
		_ = c.close()
		return err
	}
	p.mu.Lock()
	p.idle = append(p.idle, c)
	p.mu.Unlock()
	return err
}

func (p *pool) take(ctx context.Context) (*conn, error) {
	p.mu.Lock()
	if n := len(p.idle); n > 0 {
		c := p.idle[n-1]
		p.idle = p.idle[:n-1]
		p.mu.Unlock()
		return c, nil
	}
	p.mu.Unlock()
	return p.open(ctx)
}

// close waits for the connections that are lent, and closes all.
func (p *pool) close() error {
	for range cap(p.slots) {
		p.slots <- struct{}{}
	}
	var errs []error
	for _, c := range p.idle {
		errs = append(errs, c.close())
	}
	p.idle = nil
	return errors.Join(errs...)
}
