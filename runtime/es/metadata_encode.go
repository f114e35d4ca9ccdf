package es

import (
	"fmt"
	"slices"
	"unicode/utf8"
)

// encode gives the JSON object that is stored, nil where there is nothing to say: the
// bytes that encoding/json makes of md without escaping HTML, which would take several
// times as long for it. Each save encodes metadata, and package jsonx, which encodes
// events, imports this one.
func (md Metadata) encode() ([]byte, error) {
	if md.isZero() {
		return nil, nil
	}
	if err := md.checkUTF8(); err != nil {
		return nil, err
	}
	size := len(`{"correlationId":"","causationId":"","commandId":""}`) + len(md.CorrelationID) + len(md.CausationID) + len(md.CommandID)
	if len(md.Headers) == 0 {
		return append(md.appendIDs(make([]byte, 0, size)), '}'), nil
	}
	// The keys of most headers fit here.
	var few [8]string
	keys := few[:0]
	size += len(`,"headers":{}`)
	for key, value := range md.Headers {
		keys = append(keys, key)
		size += len(`"":"",`) + len(key) + len(value)
	}
	slices.Sort(keys)
	dst := append(begin(md.appendIDs(make([]byte, 0, size))), `"headers":{`...)
	for _, key := range keys {
		dst = append(appendText(begin(dst), key), ':')
		dst = appendText(dst, md.Headers[key])
	}
	return append(dst, '}', '}'), nil
}

// appendIDs appends the beginning of the object, with all but the headers.
func (md *Metadata) appendIDs(dst []byte) []byte {
	dst = append(dst, '{')
	if md.CorrelationID != "" {
		dst = appendText(append(dst, `"correlationId":`...), md.CorrelationID)
	}
	if md.CausationID != "" {
		dst = appendText(append(begin(dst), `"causationId":`...), md.CausationID)
	}
	if md.CommandID != "" {
		dst = appendText(append(begin(dst), `"commandId":`...), md.CommandID)
	}
	return dst
}

// begin appends what separates a member from the one before, if there is one: no value
// ends as an object begins.
func begin(dst []byte) []byte {
	if dst[len(dst)-1] == '{' {
		return dst
	}
	return append(dst, ',')
}

// checkUTF8 refuses what encoding/json would change without a word.
func (md *Metadata) checkUTF8() error {
	for _, s := range [...]string{md.CorrelationID, md.CausationID, md.CommandID} {
		if !utf8.ValidString(s) {
			return fmt.Errorf("metadata %q is not UTF-8", s)
		}
	}
	for key, value := range md.Headers {
		if !utf8.ValidString(key) || !utf8.ValidString(value) {
			return fmt.Errorf("metadata header %q is not UTF-8", key)
		}
	}
	return nil
}

// Lines end with these in JavaScript, and encoding/json escapes them for its sake. They
// are of one length, and begin with a byte that begins characters of that length only.
const lineSeparator, paragraphSeparator = "\u2028", "\u2029"

// unescaped has the bytes of valid texts that stand for themselves in a JSON string,
// whatever follows them.
var unescaped = func() (table [256]bool) {
	for c := range table {
		table[c] = c >= ' ' && c != '"' && c != '\\' && c != int(lineSeparator[0])
	}
	return table
}()

// appendText appends a valid text as a JSON string, with the escapes that encoding/json
// chooses.
func appendText(dst []byte, s string) []byte {
	const digits = "0123456789abcdef"
	dst = append(dst, '"')
	done := 0 // of s
	for i := 0; i < len(s); i++ {
		c := s[i]
		if unescaped[c] {
			continue
		}
		if c == lineSeparator[0] {
			if r := s[i : i+len(lineSeparator)]; r == lineSeparator || r == paragraphSeparator {
				dst = append(append(append(dst, s[done:i]...), `\u202`...), digits[r[2]&15])
				i += len(r) - 1
				done = i + 1
			}
			continue
		}
		dst = append(append(dst, s[done:i]...), '\\')
		done = i + 1
		switch c {
		case '"', '\\':
			dst = append(dst, c)
		case '\b':
			dst = append(dst, 'b')
		case '\f':
			dst = append(dst, 'f')
		case '\n':
			dst = append(dst, 'n')
		case '\r':
			dst = append(dst, 'r')
		case '\t':
			dst = append(dst, 't')
		default:
			dst = append(dst, 'u', '0', '0', digits[c>>4], digits[c&15])
		}
	}
	return append(append(dst, s[done:]...), '"')
}
