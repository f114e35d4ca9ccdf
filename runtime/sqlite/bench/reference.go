package main

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/mattn/go-sqlite3"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/sqlite/bench/ledger"
)

// reference is what a program does without a store.
type reference struct {
	db *sql.DB

	insert, insertMany *sql.Stmt
	version            *sql.Stmt
}

// Settings of the store, so that the reference has the same.
const (
	writerPragmas = "PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -16384"
	readerPragmas = "PRAGMA cache_size = -16384"
)

// The columns and constraints are those of es_events, but for what refers to other tables. What those
// hold, numbers of streams and types, the reference knows without having to look.
const referenceSchema = `
CREATE TABLE events (
  position     INTEGER PRIMARY KEY,
  stream       INTEGER NOT NULL,
  version      INTEGER NOT NULL,
  type         INTEGER NOT NULL,
  type_version INTEGER NOT NULL,
  recorded_at  INTEGER NOT NULL,
  id           BLOB NOT NULL UNIQUE,
  crc          INTEGER NOT NULL,
  crc_rest     INTEGER NOT NULL,
  tags         TEXT,
  metadata     TEXT,
  payload      TEXT NOT NULL,
  UNIQUE (stream, version)
) STRICT`

const (
	insertInto = "INSERT INTO events (stream, version, type, type_version, recorded_at, id, crc, crc_rest, tags, metadata, payload) VALUES "
	insertRow  = "(?,?,?,?,?,?,?,?,?,?,?)"
	// many is how many rows one statement inserts, where there are that many. More did not make it
	// quicker.
	many = 100
	// someSum stands for the checksums, which the reference does not make.
	someSum int64 = 0x9e3779b9
)

// createReference makes a file with the reference's table, for a number of connections.
func createReference(ctx context.Context, path string, connections int) (_ *reference, err error) {
	r := &reference{db: openPlain(path, "mode=rwc&_journal_mode=WAL&_synchronous=FULL&_txlock=immediate&_busy_timeout=30000", writerPragmas)}
	defer func() {
		if err != nil {
			r.db.Close()
		}
	}()
	r.db.SetMaxOpenConns(connections)
	r.db.SetMaxIdleConns(connections)
	if _, err := r.db.ExecContext(ctx, referenceSchema); err != nil {
		return nil, err
	}
	if r.insert, err = r.db.PrepareContext(ctx, insertInto+insertRow); err != nil {
		return nil, err
	}
	if r.insertMany, err = r.db.PrepareContext(ctx, insertInto+strings.Repeat(insertRow+",", many-1)+insertRow); err != nil {
		return nil, err
	}
	r.version, err = r.db.PrepareContext(ctx, "SELECT ifnull(max(version), 0) FROM events WHERE stream = ?")
	return r, err
}

func (r *reference) close() error { return r.db.Close() }

// insertOne is a bare insert, a transaction of its own.
func (r *reference) insertOne(stream, version int64, e *es.NewEvent) error {
	// The driver starts a goroutine for each statement whose context can be cancelled.
	_, err := r.insert.ExecContext(context.Background(), insertArgs(nil, stream, version, e)...)
	return err
}

func insertArgs(args []any, stream, version int64, e *es.NewEvent) []any {
	return append(args, stream, version, typeNumbers[e.Type], e.TypeVersion, e.RecordedAt.UnixNano(), e.ID[:], someSum, someSum,
		nil, string(e.Metadata), string(e.Payload))
}

// insertAll inserts events with statements of many rows, in one transaction.
func (r *reference) insertAll(stream, version int64, events []es.NewEvent) error {
	ctx := context.Background()
	tx, err := r.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	insertOne, insertMany := tx.StmtContext(ctx, r.insert), tx.StmtContext(ctx, r.insertMany)
	args := make([]any, 0, many*11)
	for len(events) > 0 {
		n, statement := 1, insertOne
		if len(events) >= many {
			n, statement = many, insertMany
		}
		args = args[:0]
		for i := range events[:n] {
			version++
			args = insertArgs(args, stream, version, &events[i])
		}
		if _, err := statement.ExecContext(ctx, args...); err != nil {
			return err
		}
		events = events[n:]
	}
	return tx.Commit()
}

// save checks the version of a stream and inserts an event, in a transaction.
func (r *reference) save(stream, expected int64, e *es.NewEvent) error {
	ctx := context.Background()
	tx, err := r.db.BeginTx(ctx, nil) // BEGIN IMMEDIATE, by _txlock
	if err != nil {
		return err
	}
	defer tx.Rollback()
	var version int64
	if err := tx.StmtContext(ctx, r.version).QueryRowContext(ctx, stream).Scan(&version); err != nil {
		return err
	}
	if version != expected {
		return fmt.Errorf("stream %d is at version %d, want %d", stream, version, expected)
	}
	if _, err := tx.StmtContext(ctx, r.insert).ExecContext(ctx, insertArgs(nil, stream, version+1, e)...); err != nil {
		return err
	}
	return tx.Commit()
}

// referenceReader reads a file of the store.
type referenceReader struct {
	db                        *sql.DB
	load, tail, replay, brief *sql.Stmt
	types                     map[int64]string
	streams                   map[int64]string
}

// What the store reads: of all events, and of those that an aggregate is loaded from.
const (
	eventColumns = "position, stream, version, type, type_version, recorded_at, id, crc, tags, metadata, payload, crc_rest"
	loadColumns  = "position, version, type, type_version, recorded_at, crc, payload"
)

// openReference opens a file of the store for reading.
func openReference(ctx context.Context, path string) (_ *referenceReader, err error) {
	r := &referenceReader{db: openPlain(path, "mode=rw&_query_only=1&_busy_timeout=30000", readerPragmas),
		types: make(map[int64]string), streams: make(map[int64]string)}
	defer func() {
		if err != nil {
			r.db.Close()
		}
	}()
	r.db.SetMaxOpenConns(1)
	for statement, query := range map[**sql.Stmt]string{
		&r.load:   "SELECT " + loadColumns + " FROM es_events WHERE stream = (SELECT id FROM es_streams WHERE name = ?) ORDER BY version",
		&r.tail:   "SELECT " + loadColumns + " FROM es_events WHERE stream = (SELECT id FROM es_streams WHERE name = ?) AND version > ? ORDER BY version",
		&r.brief:  "SELECT type, payload FROM es_events WHERE stream = (SELECT id FROM es_streams WHERE name = ?) ORDER BY version",
		&r.replay: "SELECT " + eventColumns + " FROM es_events ORDER BY position",
	} {
		if *statement, err = r.db.PrepareContext(ctx, query); err != nil {
			return nil, err
		}
	}
	return r, errors.Join(r.names(ctx, "SELECT id, name FROM es_types", r.types), r.names(ctx, "SELECT id, name FROM es_streams", r.streams))
}

func (r *referenceReader) close() error { return r.db.Close() }

func (r *referenceReader) names(ctx context.Context, query string, into map[int64]string) error {
	rows, err := r.db.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var number int64
		var name string
		if err := rows.Scan(&number, &name); err != nil {
			return err
		}
		into[number] = name
	}
	return rows.Err()
}

// plainEvent is a row of events.
type plainEvent struct {
	position, stream, version, typ, typeVersion, recordedAt, crc, rest int64
	id                                                                 []byte
	tags                                                               sql.NullString
	metadata, payload                                                  []byte
}

// scan reads the eventColumns.
func (e *plainEvent) scan(rows *sql.Rows) error {
	return rows.Scan(&e.position, &e.stream, &e.version, &e.typ, &e.typeVersion, &e.recordedAt, &e.id, &e.crc, &e.tags, &e.metadata, &e.payload, &e.rest)
}

// scanLoad reads the loadColumns.
func (e *plainEvent) scanLoad(rows *sql.Rows) error {
	return rows.Scan(&e.position, &e.version, &e.typ, &e.typeVersion, &e.recordedAt, &e.crc, &e.payload)
}

// state reads an account.
func (r *referenceReader) state(statement *sql.Stmt, args ...any) (state ledger.State, err error) {
	rows, err := statement.QueryContext(context.Background(), args...)
	if err != nil {
		return state, err
	}
	defer rows.Close()
	for rows.Next() {
		var e plainEvent
		if err := e.scanLoad(rows); err != nil {
			return state, err
		}
		if err := applyPlain(&state, r.types[e.typ], e.payload); err != nil {
			return state, err
		}
	}
	return state, rows.Err()
}

// briefState is state for one who wants nothing but types and payloads.
func (r *referenceReader) briefState(name string) (state ledger.State, err error) {
	rows, err := r.brief.QueryContext(context.Background(), name)
	if err != nil {
		return state, err
	}
	defer rows.Close()
	for rows.Next() {
		var typ int64
		var payload []byte
		if err := rows.Scan(&typ, &payload); err != nil {
			return state, err
		}
		if err := applyPlain(&state, r.types[typ], payload); err != nil {
			return state, err
		}
	}
	return state, rows.Err()
}

func applyPlain(state *ledger.State, typ string, payload []byte) error {
	event, err := decodePlain(typ, payload)
	if err != nil {
		return err
	}
	switch e := event.(type) {
	case ledger.Opened:
		state.Owner = e.Owner
	case ledger.Deposited:
		state.Deposit(e)
	case ledger.Withdrawn:
		state.Withdraw(e)
	case ledger.Noted:
		state.Note(e)
	}
	return nil
}

func decodePlain(typ string, payload []byte) (any, error) {
	switch typ {
	case "account.opened":
		return decodeAs[ledger.Opened](payload)
	case "account.deposited":
		return decodeAs[ledger.Deposited](payload)
	case "account.withdrawn":
		return decodeAs[ledger.Withdrawn](payload)
	case "account.noted":
		return decodeAs[ledger.Noted](payload)
	}
	return nil, fmt.Errorf("there is no event %q", typ)
}

func decodeAs[E any](payload []byte) (E, error) {
	var e E
	err := json.Unmarshal(payload, &e)
	return e, err
}

// plainRecorded is what a replay gives.
type plainRecorded struct {
	stream            string
	version, position int64
	id                uuid.UUID
	typ               string
	recordedAt        time.Time
	metadata          es.Metadata
	event             any
}

// all calls fn with each event.
func (r *referenceReader) all(fn func(*plainRecorded)) error {
	rows, err := r.replay.QueryContext(context.Background())
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var e plainEvent
		if err := e.scan(rows); err != nil {
			return err
		}
		p := plainRecorded{stream: r.streams[e.stream], version: e.version, position: e.position, id: uuid.UUID(e.id),
			typ: r.types[e.typ], recordedAt: time.Unix(0, e.recordedAt).UTC()}
		if err := json.Unmarshal(e.metadata, &p.metadata); err != nil {
			return err
		}
		if p.event, err = decodePlain(p.typ, e.payload); err != nil {
			return err
		}
		fn(&p)
	}
	return rows.Err()
}

// typeNumbers are those that the reference's table has.
var typeNumbers = map[string]int64{"account.opened": 1, "account.deposited": 2, "account.withdrawn": 3, "account.noted": 4}

// openPlain opens a file with database/sql. The pragmas are those of each connection.
func openPlain(path, parameters, pragmas string) *sql.DB {
	return sql.OpenDB(&connector{
		source:  "file:" + (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath() + "?" + parameters,
		pragmas: pragmas,
	})
}

type connector struct{ source, pragmas string }

func (c *connector) Driver() driver.Driver { return &sqlite3.SQLiteDriver{} }

func (c *connector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Driver().Open(c.source)
	if err != nil {
		return nil, err
	}
	if _, err := conn.(driver.ExecerContext).ExecContext(ctx, c.pragmas, nil); err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}
