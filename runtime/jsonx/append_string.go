package jsonx

import (
	"math/bits"
	"unicode/utf8"
)

// AppendString appends a string in quotes; ErrUTF8 if it is not valid UTF-8.
func AppendString[T ~string](dst []byte, s T) ([]byte, error) { return appendQuoted(dst, string(s)) }

// AppendStrings appends an array of strings, nil as null; ErrUTF8 if one is not
// valid UTF-8.
func AppendStrings[S ~[]T, T ~string](dst []byte, s S) ([]byte, error) {
	var err error
	for i := range s {
		if dst, err = appendQuoted(Elem(dst, i), string(s[i])); err != nil {
			return dst, err
		}
	}
	return EndSlice(dst, s), nil
}

// AppendQuotedString appends a string as it is with the option string of a json
// tag: its JSON form, as a string.
func AppendQuotedString[T ~string](dst []byte, s T) ([]byte, error) {
	quoted, err := appendQuoted(nil, string(s))
	if err != nil {
		return dst, err
	}
	return appendQuoted(dst, quoted)
}

// AppendText appends what a MarshalText method returns, as a string.
func AppendText(dst []byte, marshal func() ([]byte, error)) ([]byte, error) {
	text, err := marshal()
	if err != nil {
		return dst, err
	}
	return appendQuoted(dst, text)
}

// plain has the bytes that stand for themselves in a string, both ways.
var plain = func() (table [256]bool) {
	for c := ' '; c < utf8.RuneSelf; c++ {
		table[c] = c != '"' && c != '\\'
	}
	return table
}()

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// special has a bit set, in the highest bit of a byte, if one of the eight bytes
// of w is not plain. The lowest such bit is at the first of them.
func special(w uint64) uint64 {
	quote, backslash := w^(ones*'"'), w^(ones*'\\')
	return (w | (w - ones*' ') | (quote - ones) | (backslash - ones)) & highs
}

// load8 gives eight bytes of s from i on, the first as the lowest.
func load8[T string | []byte](s T, i int) uint64 {
	s = s[i : i+8]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// plainEnd is the index of the first byte from i on that is not plain, or the
// length of s.
func plainEnd[T string | []byte](s T, i int) int {
	for ; i+8 <= len(s); i += 8 {
		if found := special(load8(s, i)); found != 0 {
			return i + bits.TrailingZeros64(found)/8
		}
	}
	for i < len(s) && plain[s[i]] {
		i++
	}
	return i
}

// appendQuoted appends s in quotes. If s is not valid UTF-8, the buffer is
// returned as it was.
func appendQuoted[T string | []byte](dst []byte, s T) ([]byte, error) {
	start := len(dst)
	dst = append(dst, '"')
	done := 0
	for i := plainEnd(s, 0); i < len(s); i = plainEnd(s, i) {
		c := s[i]
		if c < utf8.RuneSelf {
			dst = appendEscaped(append(dst, s[done:i]...), c)
			i++
			done = i
			continue
		}
		r, size := decodeRune(s, i)
		switch {
		case r == utf8.RuneError && size == 1:
			return dst[:start], ErrUTF8
		case r == '\u2028' || r == '\u2029':
			// Not needed in JSON, but encoding/json escapes them for JavaScript.
			dst = append(append(dst, s[done:i]...), `\u202`...)
			dst = append(dst, '8'+byte(r&1))
			done = i + size
		}
		i += size
	}
	return append(append(dst, s[done:]...), '"'), nil
}

// decodeRune decodes the rune at i, which is there.
func decodeRune[T string | []byte](s T, i int) (rune, int) {
	return utf8.DecodeRuneInString(string(s[i:min(len(s), i+utf8.UTFMax)]))
}

// appendEscaped appends an ASCII character that is not plain.
func appendEscaped(dst []byte, c byte) []byte {
	const digits = "0123456789abcdef"
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\b':
		return append(dst, '\\', 'b')
	case '\f':
		return append(dst, '\\', 'f')
	case '\n':
		return append(dst, '\\', 'n')
	case '\r':
		return append(dst, '\\', 'r')
	case '\t':
		return append(dst, '\\', 't')
	default:
		return append(dst, '\\', 'u', '0', '0', digits[c>>4], digits[c&15])
	}
}
