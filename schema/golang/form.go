package golang

import (
	"go/token"
	"strings"
	"unicode"
)

// form is what an argument must look like.
type form int

const (
	formAny form = iota
	// formName is a stable name, of an aggregate say.
	formName
	// formWireName is a stable name of parts with dots between them.
	formWireName
	// formIdent is the name of something in the package.
	formIdent
	// formType is such a name, which may be qualified with a package. That nothing
	// of another package will do is for the rules to say.
	formType
	// formVersion is the version of an event's type.
	formVersion
)

// wrong says what the form asks for, where value does not have it; else it is
// empty.
func (f form) wrong(value string) string {
	switch f {
	case formName:
		if !isName(value) {
			return "a name is made of a-z, 0-9 and _, and begins with a letter"
		}
	case formWireName:
		for part := range strings.SplitSeq(value, ".") {
			if !isName(part) {
				return "a name is made of parts with dots between them, each of a-z, 0-9 and _, and beginning with a letter"
			}
		}
	case formIdent:
		if !token.IsIdentifier(value) {
			return "it must be the Go name of something that the package declares"
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
	}
	return ""
}

// repaired is a value of the form that is close to a wrong one; empty where none
// is.
func (f form) repaired(value string) string {
	if f != formName && f != formWireName {
		return ""
	}
	var b strings.Builder
	lower := false
	for _, r := range value {
		switch {
		case unicode.IsUpper(r):
			if lower {
				b.WriteByte('_')
			}
			b.WriteRune(unicode.ToLower(r))
		case r == '-' || r == '/' || r == ':' || r == ' ':
			b.WriteByte('_')
		default:
			b.WriteRune(r)
		}
		lower = unicode.IsLower(r) || unicode.IsDigit(r)
	}
	if s := b.String(); s != value && f.wrong(s) == "" {
		return s
	}
	return ""
}

// isName says whether s is like [a-z][a-z0-9_]*.
func isName(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z':
		case i > 0 && ('0' <= c && c <= '9' || c == '_'):
		default:
			return false
		}
	}
	return s != ""
}
