package schema

import (
	"strings"
	"unicode"
)

// inferWireName is the stable name of an event whose directive spells none: the
// aggregate's name, a dot, and the Go name in snake case. A Go name that begins
// with the aggregate's keeps it, so OrderCreated of order is order.order_created:
// whoever wants order.created writes it. To be clever here would let two events,
// Created and OrderCreated, have one name.
func inferWireName(aggregate, goName string) string {
	return aggregate + "." + snakeCase(goName)
}

// LikelyName is the stable name that an aggregate of this Go name probably has; it
// is empty where the Go name does not lend itself to one, as Größe does not.
func LikelyName(goName string) string {
	if name := snakeCase(goName); isStableName(name) {
		return name
	}
	return ""
}

// isStableName says whether a name can be that of an aggregate, or a word of that
// of an event: [a-z][a-z0-9_]*.
func isStableName(name string) bool {
	for i := range len(name) {
		switch c := name[i]; {
		case 'a' <= c && c <= 'z':
		case i > 0 && ('0' <= c && c <= '9' || c == '_'):
		default:
			return false
		}
	}
	return name != ""
}

// snakeCase splits a Go name into words: HTTPServerStarted is
// http_server_started, and a number stays with the word before it.
func snakeCase(goName string) string {
	var b strings.Builder
	runes := []rune(goName)
	for i, r := range runes {
		if unicode.IsUpper(r) && i > 0 && runes[i-1] != '_' {
			afterWord := !unicode.IsUpper(runes[i-1])
			startsWord := i+1 < len(runes) && unicode.IsLower(runes[i+1])
			if afterWord || startsWord {
				b.WriteByte('_')
			}
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
