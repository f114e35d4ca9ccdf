package main

import (
	"bytes"
	"io"
	"path/filepath"

	"github.com/rogpeppe/go-internal/diff"

	"github.com/esgen/esgen/schema"
)

// compare says what [plan.write] would change: one finding a file, and to w a unified
// diff that patch and git apply understand.
func (p *plan) compare(w io.Writer) (schema.Diagnostics, error) {
	var found schema.Diagnostics
	for _, c := range p.changes {
		found = append(found, c.diagnostic())
		if _, err := w.Write(c.diff()); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// diff shows the change. Paths have slashes on every system, as patches have.
func (c change) diff() []byte {
	path := filepath.ToSlash(displayPath(c.path))
	from, to := "a/"+path, "b/"+path
	switch c.action {
	case created:
		from = "/dev/null"
	case removed:
		to = "/dev/null"
	}
	return diff.Diff(from, unixLines(c.old), to, c.new)
}

// diagnostic is the change as a finding.
func (c change) diagnostic() schema.Diagnostic {
	d := schema.Diagnostic{
		Severity: schema.Error,
		Span:     schema.Span{File: c.path},
		Help:     "run " + spelling() + ", and commit what it changes",
	}
	name := filepath.Base(c.path)
	switch c.action {
	case created:
		d.Code, d.Message = codeMissing, name+" has not been generated"
	case removed:
		d.Code, d.Message = codeOrphaned, name+" is left over: nothing in its package asks for it"
	case updated:
		d.Code, d.Message = codeStale, name+" is stale: it differs from what its package gives now"
		d.Span.Line, d.Span.Column, d.Span.Width = c.firstDifference(), 1, 1
	}
	return d
}

// firstDifference is the number of the first line of the old file that has changed.
func (c change) firstDifference() int {
	before, after := bytes.SplitAfter(unixLines(c.old), []byte("\n")), bytes.SplitAfter(c.new, []byte("\n"))
	line := 0
	for line < min(len(before), len(after)) && bytes.Equal(before[line], after[line]) {
		line++
	}
	return min(line+1, len(before))
}
