// Package visible spells the names of streams in the texts of stores' errors as package
// es, which imports nothing of ours, spells them in its own. They hold IDs, which are
// often what a request says, and errors end in logs and on terminals: those obey control
// characters.
package visible

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text is s as it is, or in quotes and escaped as Go would where it holds what is not
// UTF-8 or cannot be seen: control characters, line breaks, marks that turn the direction
// of the text around them.
func Text(s string) string {
	if utf8.ValidString(s) && strings.IndexFunc(s, func(r rune) bool { return !unicode.IsGraphic(r) }) < 0 {
		return s
	}
	return strconv.Quote(s)
}
