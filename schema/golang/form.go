package golang

import (
	"go/token"
	"strconv"
	"strings"
)

// form is what an argument must look like.
type form int

const (
	// formAny is anything that can be written: a stable name, say, which the rules judge,
	// as they do where it comes from another front end.
	formAny form = iota
	// formIdent is the name of something in the package.
	formIdent
	// formEvent is such a name of an event. That one is called by its stable name is for the
	// rules to say.
	formEvent
	// formType is such a name, which may be qualified with a package. That nothing
	// of another package will do is for the rules to say.
	formType
	// formVersion is the version of an event's type.
	formVersion
	// formCount is a whole number from 1.
	formCount
	// formFold, formFrees and formTime are the words that parts of a column's tag know.
	formFold
	formFrees
	formTime
	// formCreates is the word creates, and formIfMissing its value.
	formCreates
	formIfMissing
)

// wrong says what the form asks for, where value does not have it; else it is
// empty.
func (f form) wrong(value string) string {
	switch f {
	case formIdent:
		if !token.IsIdentifier(value) {
			return "it must be the Go name of something that the package declares"
		}
	case formEvent:
		if name := strings.TrimRight(value, ","); name != value && token.IsIdentifier(name) {
			return "events have spaces between them, and no commas"
		}
		for word := range strings.SplitSeq(value, ".") {
			if !token.IsIdentifier(word) {
				return formIdent.wrong(word)
			}
		}
	case formType:
		pkg, name, qualified := strings.Cut(value, ".")
		if !token.IsIdentifier(pkg) || qualified && !token.IsIdentifier(name) {
			return "it must be the Go name of a type"
		}
	case formVersion:
		if strings.Trim(value, "0123456789") != "" || value == "" || value[0] == '0' {
			return "a version is a whole number from 1"
		}
	case formCount:
		if n, err := strconv.ParseInt(value, 10, 32); err != nil || n < 1 || value[0] == '+' {
			return "it must be a whole number from 1"
		}
	case formFold:
		if value != "fold" {
			return "its only value is fold"
		}
	case formFrees:
		if value != "frees" {
			return "its only value is frees"
		}
	case formTime:
		if value != "integer" && value != "text" {
			return "its value is integer or text"
		}
	case formCreates:
		if value != "creates" {
			return "the only word here is creates"
		}
	case formIfMissing:
		if value != "ifmissing" {
			return "its only value is ifmissing"
		}
	}
	return ""
}
