package schema

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Format is how findings are printed.
type Format string

// The formats of Print.
const (
	// FormatText is for people: each finding with an excerpt of the source, first
	// lines that editors understand.
	FormatText Format = "text"
	// FormatJSON is one JSON object a line for each finding; see JSONDiagnostic.
	FormatJSON Format = "json"
	// FormatGitHub are workflow commands, which GitHub shows beside the lines of a
	// pull request.
	FormatGitHub Format = "github"
)

// Formats are all formats, the default first.
func Formats() []Format { return []Format{FormatText, FormatJSON, FormatGitHub} }

// PrintOptions say how Print prints. The zero value prints absolute paths, reads
// sources from disk, and uses no colour.
type PrintOptions struct {
	// Base is the folder that paths are printed relative to, where that makes them
	// shorter; empty leaves them absolute.
	Base string
	// Source gives the content of a file for the excerpts; nil reads it from disk.
	// Where it fails there is no excerpt.
	Source func(file string) ([]byte, error)
	// Color uses the colours of a terminal. It concerns text only.
	Color bool
	// Limit is how many findings are printed for one folder, 0 for the default of 20,
	// a negative number for all. Errors go before warnings. It concerns text only.
	Limit int
	// Tool is how esgen is called where the findings are read, for it explains them: "go
	// tool esgen", say; empty is "esgen". It concerns text only.
	Tool string
}

// Print writes the findings in the order in which they are; see
// [Diagnostics.Sorted]. It returns an error where w does, or for an unknown format.
func Print(w io.Writer, format Format, d Diagnostics, opts PrintOptions) error {
	if opts.Source == nil {
		opts.Source = os.ReadFile
	}
	var text []byte
	var err error
	switch format {
	case FormatText:
		text = printText(d, opts)
	case FormatJSON:
		text, err = printJSON(d, opts)
	case FormatGitHub:
		text = printGitHub(d, opts)
	default:
		err = fmt.Errorf("unknown format %q: want one of %v", format, Formats())
	}
	if err != nil || len(text) == 0 {
		return err
	}
	_, err = w.Write(text)
	return err
}

// path is a file as it is printed.
func (o PrintOptions) path(file string) string {
	if o.Base == "" || file == "" {
		return file
	}
	if rel, err := filepath.Rel(o.Base, file); err == nil && len(rel) < len(file) {
		return rel
	}
	return file
}
