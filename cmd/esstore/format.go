package main

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// format is the kind of a file of events.
type format int

const (
	formatSQLite format = iota
	formatLines
)

// formatOf finds out by its beginning what a file is. What is no SQLite database is taken for
// JSON lines; package jsonl tells whether it is. A file that does not exist, or is empty, is
// what its name says it will be.
func formatOf(path string) (format, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return formatByName(path), nil
	}
	if err != nil {
		return 0, err
	}
	defer f.Close()
	const magic = "SQLite format 3\x00"
	begin := make([]byte, len(magic))
	switch n, err := io.ReadFull(f, begin); {
	case n == 0 && err == io.EOF:
		return formatByName(path), nil
	case err != nil && err != io.ErrUnexpectedEOF:
		return 0, err
	case string(begin[:n]) == magic:
		return formatSQLite, nil
	}
	return formatLines, nil
}

func formatByName(path string) format {
	if slices.Contains([]string{".jsonl", ".ndjson", ".json"}, strings.ToLower(filepath.Ext(path))) {
		return formatLines
	}
	return formatSQLite
}
