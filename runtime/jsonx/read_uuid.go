package jsonx

import (
	"bytes"
	"errors"
)

var errUUID = errors.New("not the form of a UUID")

// UUID reads a UUID. Like package uuid it takes 32 hexadecimal digits with or
// without hyphens, the former also in braces or after "urn:uuid:".
func (r *Reader) UUID() [16]byte {
	pos := r.pos
	text := r.Text()
	if !r.Got() {
		return [16]byte{}
	}
	switch {
	case len(text) == 36+9 && bytes.EqualFold(text[:9], []byte("urn:uuid:")):
		text = text[9:]
	case len(text) == 36+2 && text[0] == '{' && text[37] == '}':
		text = text[1:37]
	}
	u, ok := parseUUID(text)
	if !ok {
		r.fail(pos, typeError("want a UUID: %w", errUUID))
	}
	return u
}

func parseUUID(text []byte) (u [16]byte, ok bool) {
	hyphens := len(text) == 36
	if !hyphens && len(text) != 32 {
		return u, false
	}
	at, valid := 0, byte(0)
	for i := range u {
		if hyphens && (i == 4 || i == 6 || i == 8 || i == 10) {
			if text[at] != '-' {
				return [16]byte{}, false
			}
			at++
		}
		high, low := hexDigits[text[at]], hexDigits[text[at+1]]
		u[i] = high<<4 | low&15
		valid |= high | low
		at += 2
	}
	if valid > 15 {
		return [16]byte{}, false
	}
	return u, true
}

// hexDigits has the value of each hexadecimal digit, and 255 for what is none.
var hexDigits = func() (table [256]byte) {
	for c := range table {
		table[c] = 255
	}
	for i, c := range "0123456789abcdef" {
		table[c] = byte(i)
	}
	for i, c := range "ABCDEF" {
		table[c] = byte(10 + i)
	}
	return table
}()
