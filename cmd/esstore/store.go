package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/jsonl"
	"github.com/esgen/esgen/runtime/sqlite"
)

// store is what either kind of file is.
type store interface {
	es.Store
	io.Closer
}

// withStore runs fn on the store in a file, which is opened for reading only.
func withStore(ctx context.Context, path string, fn func(store) error) error {
	s, err := openStore(ctx, path)
	if err != nil {
		return damaged(path, err)
	}
	return errors.Join(damaged(path, fn(s)), s.Close())
}

func openStore(ctx context.Context, path string) (store, error) {
	f, err := formatOf(path)
	switch {
	case err != nil:
		return nil, err
	case f == formatLines:
		return jsonl.Open(ctx, path, jsonl.ReadOnly())
	default:
		return sqlite.Open(ctx, path, sqlite.ReadOnly())
	}
}

// damaged says what to do about a file that is damaged. Of JSON lines all is said already.
func damaged(path string, err error) error {
	if _, line := errors.AsType[*jsonl.DamageError](err); !line && errors.Is(err, es.ErrCorrupt) {
		return fmt.Errorf("%w\n\"esstore check %s\" says what else is damaged", err, path)
	}
	return err
}
