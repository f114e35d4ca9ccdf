package yaml

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// checkWord refuses what would not stay one word where it is put: in a directive, or
// in a struct tag.
func checkWord(f *findings, n *node, what string) bool {
	i := breaking(n.text, " \"'`\\,=")
	switch {
	case n.text == "":
		n.bad = true
		f.errorf(codeBreaksOut, n.span, "%s is empty", what)
	case i >= 0:
		n.bad = true
		f.errorf(codeBreaksOut, n.part(i, i+1), "%s has %s in it, which would break generated code", what, describe(n.text[i:])).
			help("it is one word, of letters and digits")
	}
	return !n.bad
}

// breaking is where a text has the first character that would end what it is put into:
// one of some, one that cannot be seen, or the end of a comment. It is -1 for a text that
// stays in its place.
func breaking(text, chars string) int {
	i := strings.IndexFunc(text, func(r rune) bool { return !unicode.IsPrint(r) || strings.ContainsRune(chars, r) })
	if end := strings.Index(text, "*/"); end >= 0 && (i < 0 || end < i) {
		return end
	}
	return i
}

// describe names the first character of a text, or the two that end a comment.
func describe(s string) string {
	if strings.HasPrefix(s, "*/") {
		return "*/"
	}
	switch r, _ := utf8.DecodeRuneInString(s); {
	case r == '\n':
		return "a line break"
	case r == ' ':
		return "a space"
	case r == '"', r == '\'':
		return "a quote"
	case r == '`':
		return "a backquote"
	case r == '\\':
		return "a backslash"
	case !unicode.IsPrint(r):
		return fmt.Sprintf("the character %U", r)
	default:
		return string(r)
	}
}

var readsAsDirective = regexp.MustCompile(`(?i)^\s*(es|esgen):[a-z]`)

// checkProse refuses what a comment of a Go file cannot hold.
func checkProse(f *findings, n *node, what string) bool {
	for line := range strings.SplitSeq(n.text, "\n") {
		i := strings.IndexFunc(line, func(r rune) bool {
			return r != '\t' && (unicode.IsControl(r) || r == '\ufeff' || r == '\u2028' || r == '\u2029')
		})
		switch {
		case i >= 0:
			f.errorf(codeBreaksOut, n.span, "%s has %s in it, which a comment cannot have", what, describe(line[i:]))
		case readsAsDirective.MatchString(line):
			f.errorf(codeBreaksOut, n.span, "a line of %s reads like a directive: %s", what, strings.TrimSpace(line)).
				help("begin the line with another word")
		default:
			continue
		}
		n.bad = true
		return false
	}
	return true
}

// quoted shows a text of a file in a message, on one line and not too long.
func quoted(s string) string {
	const most = 60
	if len([]rune(s)) > most {
		s = string([]rune(s)[:most]) + "…"
	}
	return strconv.Quote(s)
}
