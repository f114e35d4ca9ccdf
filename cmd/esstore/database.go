package main

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"

	_ "github.com/mattn/go-sqlite3" // the driver

	"github.com/esgen/esgen/runtime/es"
)

// What the store's interface does not tell is read from its tables, which package
// sqlite documents.

// openDatabase opens a file for reading.
func openDatabase(path string) (*sql.DB, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	abs = filepath.ToSlash(abs)
	if !strings.HasPrefix(abs, "/") {
		abs = "/" + abs // C:/events.db
	}
	db, err := sql.Open("sqlite3", "file://"+(&url.URL{Path: abs}).EscapedPath()+"?mode=ro&_query_only=1&_busy_timeout=30000")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	return db, nil
}

// streamsLike are some streams whose names begin with a text, or else with as much of
// it as some name does.
func streamsLike(ctx context.Context, path, begun string, most int) ([]es.Stream, error) {
	var with func(prefix string) ([]es.Stream, error)
	if f, err := formatOf(path); err != nil {
		return nil, err
	} else if f == formatLines {
		all, err := lineStreams(ctx, path)
		if err != nil {
			return nil, err
		}
		with = func(prefix string) ([]es.Stream, error) { return all.with(prefix, most), nil }
	} else {
		db, err := openDatabase(path)
		if err != nil {
			return nil, err
		}
		defer db.Close()
		with = func(prefix string) ([]es.Stream, error) { return streamsWith(ctx, db, prefix, most) }
	}
	for prefix := []rune(begun); ; prefix = prefix[:len(prefix)-1] {
		streams, err := with(string(prefix))
		if err != nil || len(streams) > 0 || len(prefix) == 0 {
			return streams, err
		}
	}
}

func streamsWith(ctx context.Context, db *sql.DB, prefix string, most int) ([]es.Stream, error) {
	// Names are compared byte by byte, and no UTF-8 has the byte 0xff.
	rows, err := db.QueryContext(ctx, "SELECT name, category, key FROM es_streams WHERE name >= ? AND name < ? || CAST(x'ff' AS TEXT) ORDER BY name LIMIT ?", prefix, prefix, most)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var streams []es.Stream
	for rows.Next() {
		var s es.Stream
		if err := rows.Scan(&s.Name, &s.Category, &s.Key); err != nil {
			return nil, fmt.Errorf("es_streams: %w", err)
		}
		streams = append(streams, s)
	}
	return streams, rows.Err()
}
