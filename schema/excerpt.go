package schema

import (
	"strings"
	"unicode"

	"github.com/rivo/uniseg"
)

// An excerpt is cut to so many columns, and keeps so many behind the carets.
const (
	excerptColumns = 100
	excerptAfter   = 20
	tabColumns     = 4
)

// cutLine prepares a line for a terminal: tabs become spaces, what cannot be shown
// is replaced, and a long line is cut around the span, which begins at a byte
// offset. It gives the text, and where carets go below it, in columns.
func cutLine(line string, offset, width int) (text string, before, carets int) {
	offset = max(0, min(offset, len(line)))
	end := max(offset, min(offset+max(width, 0), len(line)))
	left, middle, right := printable(line[:offset]), printable(line[offset:end]), printable(line[end:])
	right = strings.TrimRight(right, " ")

	if columns(left)+columns(middle)+columns(right) > excerptColumns {
		if columns(middle) > excerptColumns-1 {
			middle, right = cutRight(middle, excerptColumns-1), ""
		}
		behind := min(columns(right), excerptAfter)
		left = cutLeft(left, max(excerptColumns-columns(middle)-behind, 1))
		right = cutRight(right, max(excerptColumns-columns(left)-columns(middle), 1))
	}
	return strings.TrimRight(left+middle+right, " "), columns(left), max(columns(middle), 1)
}

// printable is a text without what would move the cursor.
func printable(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\t':
			b.WriteString(strings.Repeat(" ", tabColumns))
		case r == '\ufeff':
		case unicode.IsPrint(r), unicode.Is(unicode.M, r), r == '\u200d':
			b.WriteRune(r)
		default:
			b.WriteRune(unicode.ReplacementChar)
		}
	}
	return b.String()
}

// columns is how many columns of a terminal a text takes.
func columns(s string) int { return uniseg.StringWidth(s) }

// cutRight cuts a text to at most so many columns, with an ellipsis at its end.
func cutRight(s string, most int) string {
	if columns(s) <= most {
		return s
	}
	var b strings.Builder
	used, state := 0, -1
	for rest := s; rest != ""; {
		var cluster string
		var width int
		cluster, rest, width, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if used+width > most-1 {
			break
		}
		b.WriteString(cluster)
		used += width
	}
	return b.String() + "…"
}

// cutLeft cuts a text to at most so many columns, with an ellipsis at its beginning.
func cutLeft(s string, most int) string {
	excess := columns(s) - most
	if excess <= 0 {
		return s
	}
	state := -1
	for excess >= 0 && s != "" {
		var width int
		_, s, width, state = uniseg.FirstGraphemeClusterInString(s, state)
		excess -= width
	}
	return "…" + s
}
