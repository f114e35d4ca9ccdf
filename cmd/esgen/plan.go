package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/esgen/esgen/schema"
	"github.com/esgen/esgen/templates"
)

// generatedNames are the files that esgen writes into a package's folder.
var generatedNames = []string{templates.SourceFile, templates.TestFile}

// plan says what a run would change: it is made without touching anything, and then
// either carried out ([plan.write]) or shown ([plan.compare]).
type plan struct {
	// changes are sorted by path, files that stay as they are left out.
	changes []change
	// nothing says that no package of the run has anything to generate, nor had.
	nothing bool
}

// change is what happens to one file.
type change struct {
	action action
	// path is where the file is, absolute; target the same with symbolic links
	// followed, so that a linked file is written where it really is.
	path, target string
	// old and new are the contents before and after.
	old, new []byte
	// mode is what an existing file has.
	mode fs.FileMode
}

// action is what is done to a file.
type action int

const (
	created action = iota
	updated
	removed
)

// newPlan holds the generated files against what is there. Folders are those of the
// packages of this run: a generated file in one of them that is no longer generated
// is to be removed.
//
// A file that has a generated file's name but not esgen's header is somebody's work,
// and never touched: it is a finding.
func newPlan(files []templates.File, folders []string) (*plan, schema.Diagnostics, error) {
	p := &plan{nothing: len(folders) == 0}
	var found schema.Diagnostics
	generated, generatedIn := map[string]bool{}, map[string]bool{}
	for _, f := range files {
		generated[f.Path], generatedIn[filepath.Dir(f.Path)] = true, true
		c, err := compareFile(f)
		if foreign, ok := errors.AsType[*foreignFileError](err); ok {
			found = append(found, foreign.diagnostic())
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		if c != nil {
			p.changes = append(p.changes, *c)
		}
	}
	for _, folder := range folders {
		if !generatedIn[folder] {
			annotated, err := hasDirectives(folder)
			if err != nil {
				return nil, nil, err
			}
			if annotated {
				continue
			}
		}
		for _, name := range generatedNames {
			path := filepath.Join(folder, name)
			if generated[path] {
				continue
			}
			c, err := orphan(path)
			if err != nil {
				return nil, nil, err
			}
			if c != nil {
				p.changes = append(p.changes, *c)
			}
		}
	}
	slices.SortFunc(p.changes, func(a, b change) int { return cmp.Compare(a.path, b.path) })
	return p, found, nil
}

// compareFile says what has to happen to make f be there; nil if it already is.
func compareFile(f templates.File) (*change, error) {
	target, err := filepath.EvalSymlinks(f.Path)
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Lstat(f.Path); err == nil {
			return nil, &foreignFileError{f.Path, "is a symbolic link that leads nowhere"}
		}
		return &change{action: created, path: f.Path, target: f.Path, new: f.Content}, nil
	}
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(target)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, &foreignFileError{f.Path, "is not a regular file"}
	}
	old, err := os.ReadFile(target)
	if err != nil {
		return nil, err
	}
	if !isGenerated(old) {
		return nil, &foreignFileError{f.Path, "was not written by esgen"}
	}
	if bytes.Equal(unixLines(old), f.Content) {
		return nil, nil
	}
	return &change{
		action: updated, path: f.Path, target: target,
		old: old, new: f.Content, mode: info.Mode().Perm(),
	}, nil
}

// hasDirectives says whether a folder has annotated files although nothing was
// generated for it: build constraints leave them out of this run, and then what was
// generated for them is not left over.
func hasDirectives(folder string) (bool, error) {
	names, err := goFiles(folder)
	if err != nil {
		return false, err
	}
	for _, name := range names {
		content, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			return false, err
		}
		if !isGenerated(content) && bytes.Contains(content, []byte("\n//es:")) {
			return true, nil
		}
	}
	return false, nil
}

// goFiles are the names of the Go files in a folder; none where it does not exist.
func goFiles(folder string) ([]string, error) {
	entries, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if filepath.Ext(e.Name()) == ".go" && !e.IsDir() {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

// orphan says that a file is to be removed; nil if there is none, or if it isn't
// ours.
func orphan(path string) (*change, error) {
	old, err := os.ReadFile(path)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) || isFolder(path) {
			return nil, nil
		}
		return nil, err
	}
	if !isGenerated(old) {
		return nil, nil
	}
	return &change{action: removed, path: path, target: path, old: old}, nil
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// header is the first line of every generated file.
const header = "// Code generated by esgen. DO NOT EDIT."

// isGenerated says whether esgen has written a file: its header stands before the
// package clause, perhaps below a licence that somebody's tool puts into every file.
func isGenerated(content []byte) bool {
	for line := range bytes.Lines(content) {
		line = bytes.TrimRight(line, "\r\n")
		if string(line) == header {
			return true
		}
		if bytes.HasPrefix(line, []byte("package ")) {
			return false
		}
	}
	return false
}

// unixLines undoes what version control may do to line endings on Windows: a file
// that differs in nothing else is not stale.
func unixLines(content []byte) []byte {
	return bytes.ReplaceAll(content, []byte("\r\n"), []byte("\n"))
}

// foreignFileError says that a file stands where a generated one has to go.
type foreignFileError struct{ path, reason string }

func (e *foreignFileError) Error() string { return fmt.Sprintf("%s %s", e.path, e.reason) }

func (e *foreignFileError) diagnostic() schema.Diagnostic {
	return schema.Diagnostic{
		Code: codeForeign, Severity: schema.Error,
		Span:    schema.Span{File: e.path, Line: 1, Column: 1, Width: 1},
		Message: fmt.Sprintf("%s %s, so it is not overwritten", filepath.Base(e.path), e.reason),
		Help:    "rename the file, or delete it if nobody needs it",
	}
}

// unmarked makes one finding of all that are about a file that has a generated file's name
// and not esgen's header. Whoever has lost that line need not read of each name in the file
// that it will be generated.
func unmarked(found schema.Diagnostics) schema.Diagnostics {
	var list schema.Diagnostics
	said := map[string]bool{}
	for _, d := range found {
		file := d.Span.File
		if !slices.Contains(generatedNames, filepath.Base(file)) {
			list = append(list, d)
			continue
		}
		if said[file] {
			continue
		}
		said[file] = true
		list = append(list, schema.Diagnostic{
			Code: codeForeign, Severity: schema.Error,
			Span:    schema.Span{File: file, Line: 1, Column: 1, Width: 1},
			Message: fmt.Sprintf("%s declares what is to be generated, and was not written by esgen, or has lost the line that says so", filepath.Base(file)),
			Help:    fmt.Sprintf("rename the file if it is yours; else begin it with %q again, or delete it, and esgen writes it anew", header),
		})
	}
	return list
}

// list says which files are written and removed, one a line.
func (p *plan) list(w io.Writer) {
	for _, c := range p.changes {
		fmt.Fprintf(w, "%s %s\n", c.action.past(), displayPath(c.path))
	}
}
