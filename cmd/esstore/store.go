package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/sqlite"
)

// withStore runs fn on the store in a file.
func withStore(ctx context.Context, path string, fn func(*sqlite.Store) error) error {
	s, err := sqlite.Open(ctx, path, sqlite.ReadOnly())
	if err != nil {
		return damaged(path, err)
	}
	return errors.Join(damaged(path, fn(s)), s.Close())
}

// damaged says what to do about a file that is damaged.
func damaged(path string, err error) error {
	if errors.Is(err, es.ErrCorrupt) {
		return fmt.Errorf("%w\n\"esstore check %s\" says what else is damaged", err, path)
	}
	return err
}
