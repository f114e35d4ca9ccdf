package es

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// visible spells an ID, or the name of a stream, in the text of an error: as it is, or in
// quotes and escaped as Go would where it holds what is not UTF-8 or cannot be seen.
// Both are often what a request says, and errors end in logs and on terminals, which
// obey control characters. Package runtime/internal/visible does the same for stores.
func visible(s string) string {
	if utf8.ValidString(s) && strings.IndexFunc(s, func(r rune) bool { return !unicode.IsGraphic(r) }) < 0 {
		return s
	}
	return strconv.Quote(s)
}
