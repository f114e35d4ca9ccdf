package golang

import (
	"cmp"
	"fmt"
	"go/token"
	"slices"
	"strings"
	"unicode/utf8"

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
	slices.SortStableFunc(list, func(a, b schema.Diagnostic) int {
		return cmp.Or(
			cmp.Compare(a.Span.File, b.Span.File), cmp.Compare(a.Span.Line, b.Span.Line), cmp.Compare(a.Span.Column, b.Span.Column),
			cmp.Compare(a.Code, b.Code), cmp.Compare(a.Message, b.Message),
		)
	})
	return slices.CompactFunc(list, func(a, b schema.Diagnostic) bool {
		return a.Span == b.Span && a.Code == b.Code && a.Message == b.Message
	})
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
	if near := nearest(word, names(table)); near != "" {
		return "did you mean " + find(table, near).short() + "?"
	}
	var known []string
	for i := range table {
		if table[i].Supported {
			known = append(known, table[i].short())
		}
	}
	return "known are " + strings.Join(known, ", ")
}

// nearest is the known word that was probably meant: one that differs in case
// only, in one slip of the fingers, or in two if it has more than eight letters.
// It is empty where there is none.
func nearest(word string, known []string) string {
	limit := 1
	if utf8.RuneCountInString(word) > 8 {
		limit = 2
	}
	best, bestDistance := "", limit+1
	for _, k := range known {
		if strings.EqualFold(k, word) {
			return k
		}
		if d := distance([]rune(word), []rune(k)); d < bestDistance && d < utf8.RuneCountInString(k) {
			best, bestDistance = k, d
		}
	}
	return best
}

// distance counts the letters to insert, delete, replace or swap with their
// neighbour to make b of a.
func distance(a, b []rune) int {
	var before []int
	last := make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range a {
		row := make([]int, len(b)+1)
		row[0] = i + 1
		for j := range b {
			change := 1
			if a[i] == b[j] {
				change = 0
			}
			row[j+1] = min(last[j]+change, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}
