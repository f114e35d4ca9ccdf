package main

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// visible says whether a character may go to a terminal as it is: one that takes its
// place on the screen, and does nothing else. Control characters are not among them
// (of both ranges, for some terminals heed the upper one too), nor are those that
// cannot be seen or that turn the direction of the text around them.
func visible(r rune) bool { return unicode.IsGraphic(r) && r != utf8.RuneError }

// printable is text with everything escaped that is not visible, as Go would.
func printable(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, s[0])
		case visible(r):
			b.WriteRune(r)
		default:
			b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
		}
		s = s[n:]
	}
	return b.String()
}

func plain(s string) bool { return strings.IndexFunc(s, func(r rune) bool { return !visible(r) }) < 0 }

// printableName is a name such that one can tell where it ends, and that it cannot
// pass for another: in quotes, unless it is plain.
func printableName(s string) string {
	if plain(s) && s != "" && !strings.ContainsAny(s, `"'\`) && strings.TrimSpace(s) == s {
		return s
	}
	return `"` + printable(strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s)) + `"`
}

// printableJSON is JSON that means the same, with everything escaped that is not
// visible. It must be compact: then that can only stand in strings.
func printableJSON(text []byte) []byte {
	ok := true
	for i := 0; i < len(text) && ok; {
		r, n := utf8.DecodeRune(text[i:])
		ok = visible(r)
		i += n
	}
	if ok {
		return text
	}
	escaped := make([]byte, 0, len(text)+16)
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		switch high, low := utf16.EncodeRune(r); {
		case visible(r):
			escaped = append(escaped, text[:n]...)
		case high != unicode.ReplacementChar:
			escaped = fmt.Appendf(escaped, `\u%04x\u%04x`, high, low)
		default:
			escaped = fmt.Appendf(escaped, `\u%04x`, r)
		}
		text = text[n:]
	}
	return escaped
}
