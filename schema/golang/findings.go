package golang

import (
	"fmt"
	"go/token"
	"strings"

	"github.com/esgen/esgen/schema"
)

// findings collects diagnostics. Those that are returned to be completed, with a
// help line or notes, stay valid.
type findings struct {
	list []*schema.Diagnostic
}

func (f *findings) errorf(code schema.Code, at schema.Span, format string, args ...any) *schema.Diagnostic {
	d := &schema.Diagnostic{Code: code, Severity: schema.Error, Span: at, Message: fmt.Sprintf(format, args...)}
	f.list = append(f.list, d)
	return d
}

func (f *findings) warnf(code schema.Code, at schema.Span, format string, args ...any) *schema.Diagnostic {
	d := f.errorf(code, at, format, args...)
	d.Severity = schema.Warning
	return d
}

// sorted gives the findings by position, each once: what two packages have to say
// about a third is the same.
func (f *findings) sorted() schema.Diagnostics {
	list := make(schema.Diagnostics, len(f.list))
	for i, d := range f.list {
		list[i] = *d
	}
	return list.Sorted()
}

// span is a stretch of a file. It is where the bytes stand, whatever a //line
// comment claims.
func span(fset *token.FileSet, pos token.Pos, width int) schema.Span {
	if !pos.IsValid() {
		return schema.Span{}
	}
	p := fset.PositionFor(pos, false)
	return schema.Span{File: p.Filename, Line: p.Line, Column: p.Column, Width: max(width, 1)}
}

// within is the part of s from an offset in bytes.
func within(s schema.Span, offset, width int) schema.Span {
	if s.Line == 0 {
		return s
	}
	s.Column += offset
	s.Width = max(width, 1)
	return s
}

// didYouMean is a help line for a directive or a tag that is not known.
func didYouMean(word string, table []Directive) string {
	if near := schema.Nearest(word, names(table)); near != "" {
		return "did you mean " + find(table, near).short() + "?"
	}
	var known []string
	for i := range table {
		known = append(known, table[i].short())
	}
	return "known are " + strings.Join(known, ", ")
}
