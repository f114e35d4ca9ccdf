package schema

import "strings"

// Span is a stretch of one line of a source file.
type Span struct {
	// File is an absolute path.
	File string
	// Line and Column count from 1, columns in bytes; a Line of 0 is no position.
	Line, Column int
	// Width is in bytes, and at least 1 where there is a position.
	Width int
}

// IsSchemaFile says whether a file may be a schema file by its name: it ends in .yaml or
// .yml.
func IsSchemaFile(name string) bool {
	return strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml")
}

// Text is a piece of source with its place.
type Text struct {
	Value string
	Span  Span
}

// Severity says whether a diagnostic stops the generation.
type Severity string

// Errors stop the generation, warnings don't.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Code is a stable name of a kind of diagnostic: ES and four digits.
type Code string

// Diagnostic is one finding: what, where, and what to do.
type Diagnostic struct {
	Code     Code
	Severity Severity
	Span     Span
	// Message says what is wrong, in lower case and without a full stop.
	Message string
	// Notes point at other places that have to do with it.
	Notes []Note
	// Help says what to do, in one line; it may be empty.
	Help string
}

// Note is a related place.
type Note struct {
	Span    Span
	Message string
}

// Diagnostics are the findings of a run.
type Diagnostics []Diagnostic

// HasErrors says whether one of them is an error.
func (d Diagnostics) HasErrors() bool {
	for i := range d {
		if d[i].Severity == Error {
			return true
		}
	}
	return false
}
