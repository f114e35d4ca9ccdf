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

// formatOf finds out by its beginning what a file is. If that says nothing, or there is no
// file, it is what its name says it will be; the package of that format tells whether it is.
func formatOf(path string) (format, error) {
	begin, err := beginning(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return formatByName(path), nil
	case err != nil:
		return 0, err
	case begin == magicSQLite:
		return formatSQLite, nil
	case strings.HasPrefix(begin, "{"):
		return formatLines, nil
	}
	return formatByName(path), nil
}

// magicSQLite is how a SQLite database begins.
const magicSQLite = "SQLite format 3\x00"

// beginning is as much of a file's beginning as tells its format.
func beginning(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	begin := make([]byte, len(magicSQLite))
	n, err := io.ReadFull(f, begin)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		err = nil
	}
	return string(begin[:n]), err
}

func formatByName(path string) format {
	if slices.Contains([]string{".jsonl", ".ndjson", ".json"}, strings.ToLower(filepath.Ext(path))) {
		return formatLines
	}
	return formatSQLite
}
