package yaml

import (
	"go/token"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// initialisms are the words that Go writes in capitals.
var initialisms = []string{
	"ACL", "API", "ASCII", "CPU", "CSS", "DNS", "EOF", "GUID", "HTML", "HTTP", "HTTPS", "ID", "IP", "JSON", "OS", "QPS", "RAM",
	"RPC", "SLA", "SMTP", "SQL", "SSH", "TCP", "TLS", "TTL", "UDP", "UI", "UID", "URI", "URL", "UTC", "UTF8", "UUID", "VM",
	"XML", "XMPP", "XSRF", "XSS",
}

// words splits a name that is written in any of the usual ways: hotelId, hotel_id,
// hotel-id, HotelID. A number stays with the word before it.
func words(name string) []string {
	var list []string
	for part := range strings.FieldsFuncSeq(name, func(r rune) bool { return r == '_' || r == '-' }) {
		runes := []rune(part)
		start := 0
		for i := 1; i < len(runes); i++ {
			if !unicode.IsUpper(runes[i]) {
				continue
			}
			afterWord := !unicode.IsUpper(runes[i-1])
			startsWord := i+1 < len(runes) && unicode.IsLower(runes[i+1]) && !isPlural(runes[i+1:])
			if afterWord || startsWord {
				list = append(list, string(runes[start:i]))
				start = i
			}
		}
		list = append(list, string(runes[start:]))
	}
	return list
}

// isPlural says whether capitals end here with an s, as in userIDs.
func isPlural(rest []rune) bool {
	return rest[0] == 's' && (len(rest) == 1 || unicode.IsUpper(rest[1]))
}

// capitalized is a word within a Go name: Id and id are ID, ids is IDs.
func capitalized(word string) string {
	upper := strings.ToUpper(word)
	if slices.Contains(initialisms, upper) {
		return upper
	}
	if single, plural := strings.CutSuffix(upper, "S"); plural && slices.Contains(initialisms, single) {
		return single + "s"
	}
	r, size := utf8.DecodeRuneInString(word)
	return string(unicode.ToUpper(r)) + word[size:]
}

// exportedName is the Go name of a field whose key is in a schema file: hotelId is
// HotelID.
func exportedName(key string) string {
	var b strings.Builder
	for _, word := range words(key) {
		b.WriteString(capitalized(word))
	}
	return b.String()
}

// unexportedName is that of a state field: hotelId is hotelID.
func unexportedName(key string) string {
	list := words(key)
	var b strings.Builder
	for i, word := range list {
		if i == 0 {
			b.WriteString(strings.ToLower(word))
		} else {
			b.WriteString(capitalized(word))
		}
	}
	return b.String()
}

// isExportedName says whether Go takes a name for a declaration that other packages
// see.
func isExportedName(name string) bool { return token.IsIdentifier(name) && token.IsExported(name) }

// checkGoName asks for an exported Go name, as those of types are.
func checkGoName(f *findings, key *node, what string) {
	if key.bad || isExportedName(key.text) {
		return
	}
	key.bad = true
	d := f.errorf(codeIdentifier, key.span, "%s %s has no name that Go can spell: it must begin with a capital and go on with letters and digits", what, quoted(key.text))
	parts := strings.FieldsFunc(key.text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if name := exportedName(strings.Join(parts, "-")); isExportedName(name) {
		d.help("call it %s", name)
	} else if name != "" && isExportedName("X"+name) {
		d.help("call it X%s, say", name)
	}
}
