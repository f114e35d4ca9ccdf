package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/sqlite"
	"github.com/esgen/esgen/runtime/sqlite/bench/ledger"
)

// metadataOf is what a save adds to its events: no two saves have the same.
func metadataOf(save int) es.Metadata {
	return es.Metadata{CorrelationID: accountID(save).String(), CausationID: fmt.Sprintf("c-20260304-%d", save)}
}

// encodedMetadata is how that is stored.
func encodedMetadata(save int) []byte {
	return fmt.Appendf(nil, `{"correlationId":"%s","causationId":"c-20260304-%d"}`, accountID(save), save)
}

var epoch = time.Date(2026, 3, 4, 5, 6, 7, 123456789, time.UTC)

// accountID is that of the i-th account.
func accountID(i int) uuid.UUID {
	var id uuid.UUID
	binary.BigEndian.PutUint64(id[8:], uint64(i+1))
	id[6], id[8] = 0x40, 0x80
	return id
}

func stream(i int) es.Stream {
	key := accountID(i).String()
	return es.Stream{Name: "account-" + key, Category: "account-{id}", Key: key}
}

func opened(i int) ledger.Opened {
	return ledger.Opened{AccountID: accountID(i), Owner: "Margarethe Lindqvist", Branch: "Östermalm", OpenedAt: epoch}
}

func deposited(version int) ledger.Deposited {
	return ledger.Deposited{Cents: int64(100*version + 99), Currency: "EUR", At: epoch.Add(time.Duration(version) * time.Minute),
		By: accountID(version), Reference: fmt.Sprintf("invoice 2026-%06d", version)}
}

// event is the one that an account of the files has at a version, from 1.
func event(account, version int) es.Event {
	switch {
	case version == 1:
		return opened(account)
	case version%10 == 9:
		return ledger.Noted{Text: fmt.Sprintf("The customer asked for a \"statement\" of month %d by letter, not by mail.", version), By: "desk 4"}
	case version%3 == 0:
		return ledger.Withdrawn{Cents: int64(version), At: epoch.Add(time.Duration(version) * time.Minute), Machine: version % 77,
			Receipt: version%2 == 0, Purpose: "cash at the machine in Sveavägen 44"}
	}
	return deposited(version)
}

// newEvents are an account's events from one version to another, as a save would make them.
func newEvents(registry *es.Registry, account, from, to int) ([]es.NewEvent, error) {
	events := make([]es.NewEvent, 0, to-from+1)
	metadata := encodedMetadata(account ^ from<<16)
	for version := from; version <= to; version++ {
		e := event(account, version)
		payload, err := registry.Encode(nil, e)
		if err != nil {
			return nil, err
		}
		events = append(events, es.NewEvent{ID: newID(), Type: e.EventType(), TypeVersion: 1,
			RecordedAt: epoch.Add(time.Duration(version) * time.Second), Payload: payload, Metadata: metadata})
	}
	return events, nil
}

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

// A history says what a file holds: so many events of each of so many accounts. The accounts take
// turns, with so many events each time.
type history struct{ accounts, each, stretch int }

func (h history) name() string {
	return fmt.Sprintf("history-%d-%d-%d.db", h.accounts, h.each, h.stretch)
}

// file makes a file of events, or finds the one that was made before.
func (b *bench) file(ctx context.Context, h history) (string, error) {
	dir := b.dir
	if dir == "" {
		dir = b.temp
	}
	path := filepath.Join(dir, h.name())
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return path, err
	}
	partial := b.fresh(h.name() + ".partial")
	s, err := sqlite.Open(ctx, partial, sqlite.WithSynchronousNormal())
	if err != nil {
		return "", err
	}
	if err := h.write(ctx, s); err != nil {
		return "", errors.Join(err, s.Close())
	}
	if err := s.Close(); err != nil {
		return "", err
	}
	return path, os.Rename(partial, path)
}

// copied is a copy of a file that is kept, for those who write to it; a file that is not kept is
// its own.
func (b *bench) copied(path string) (string, error) {
	if b.dir == "" {
		return path, nil
	}
	to := b.fresh("copy-" + filepath.Base(path))
	return to, copyFile(to, path)
}

func (h history) write(ctx context.Context, s es.Store) error {
	registry := ledger.Registry()
	var a es.Append
	waiting := 0
	flush := func() error {
		if waiting == 0 {
			return nil
		}
		_, err := s.Append(ctx, a)
		a.Streams, waiting = a.Streams[:0], 0
		return err
	}
	for from := 1; from <= h.each; from += h.stretch {
		to := min(from+h.stretch-1, h.each)
		for account := range h.accounts {
			events, err := newEvents(registry, account, from, to)
			if err != nil {
				return err
			}
			a.Streams = append(a.Streams, es.StreamAppend{Stream: stream(account), Expected: es.Exactly(int64(from - 1)), Events: events})
			if waiting += len(events); waiting >= 1000 {
				if err := flush(); err != nil {
					return err
				}
			}
		}
		// A stream must not be named twice in an append.
		if err := flush(); err != nil {
			return err
		}
	}
	return nil
}
