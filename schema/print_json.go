package schema

import (
	"bytes"
	"encoding/json"
	"path/filepath"
)

// JSONDiagnostic is a finding as [FormatJSON] prints it: one object on a line of its
// own. Members are added in later versions, but never renamed or removed.
type JSONDiagnostic struct {
	// Code is a stable name such as ES0107, Severity "error" or "warning".
	Code     Code     `json:"code"`
	Severity Severity `json:"severity"`
	JSONPlace
	Message string `json:"message"`
	// Notes are related places; the member is left out where there is none.
	Notes []JSONNote `json:"notes,omitempty"`
	// Help says what to do; the member is left out where nothing is said.
	Help string `json:"help,omitempty"`
}

// JSONNote is a related place of a JSONDiagnostic.
type JSONNote struct {
	JSONPlace
	Message string `json:"message"`
}

// JSONPlace is a stretch of a line, or nothing at all: then every member is left out.
type JSONPlace struct {
	// File has forward slashes, and is relative where that is shorter.
	File string `json:"file,omitempty"`
	// Line and Column count from 1; Column and Width are in bytes.
	Line   int `json:"line,omitempty"`
	Column int `json:"column,omitempty"`
	Width  int `json:"width,omitempty"`
}

func printJSON(d Diagnostics, opts PrintOptions) ([]byte, error) {
	place := func(s Span) JSONPlace {
		if s.Line == 0 {
			return JSONPlace{File: filepath.ToSlash(opts.path(s.File))}
		}
		return JSONPlace{filepath.ToSlash(opts.path(s.File)), s.Line, s.Column, max(s.Width, 1)}
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	for _, one := range d {
		object := JSONDiagnostic{
			Code: one.Code, Severity: one.Severity, JSONPlace: place(one.Span), Message: one.Message, Help: one.Help,
		}
		for _, note := range one.Notes {
			object.Notes = append(object.Notes, JSONNote{place(note.Span), note.Message})
		}
		if err := encoder.Encode(object); err != nil {
			return nil, err
		}
	}
	return out.Bytes(), nil
}
