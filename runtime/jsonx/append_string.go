package jsonx

import (
	"encoding/binary"
	"math/bits"
	"strings"
	"unicode/utf8"
)

// AppendString appends a string in quotes; ErrUTF8 if it is not valid UTF-8.
func AppendString[T ~string](dst []byte, s T) ([]byte, error) {
	known := 0
	if len(s) >= longText {
		end := len(s)
		for _, c := range []byte(`"\`) {
			if i := strings.IndexByte(string(s[:end]), c); i >= 0 {
				end = i
			}
		}
		known = unquotedRun([]byte(s[:end]))
	}
	// The conversion does not copy, as nobody changes or keeps the bytes.
	return appendQuoted(dst, []byte(s), known)
}

// AppendStrings appends an array of strings, nil as null; ErrUTF8 if one is not
// valid UTF-8.
func AppendStrings[S ~[]T, T ~string](dst []byte, s S) ([]byte, error) {
	var err error
	for i := range s {
		if dst, err = AppendString(Elem(dst, i), s[i]); err != nil {
			return dst, err
		}
	}
	return EndSlice(dst, s), nil
}

// AppendQuotedString appends a string as it is with the option string of a json
// tag: its JSON form, as a string.
func AppendQuotedString[T ~string](dst []byte, s T) ([]byte, error) {
	quoted, err := AppendString(nil, s)
	if err != nil {
		return dst, err
	}
	return appendQuoted(dst, quoted, 0)
}

// AppendText appends what a MarshalText method returns, as a string.
func AppendText(dst []byte, marshal func() ([]byte, error)) ([]byte, error) {
	text, err := marshal()
	if err != nil {
		return dst, err
	}
	return appendQuoted(dst, text, 0)
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

// special has the highest bit of a byte set if one of the eight bytes of w is not
// plain. The lowest such bit is at the first of them; those above it may be wrong.
func special(w uint64) uint64 {
	// With the second bit turned, the quote comes right after the control characters,
	// and the space where it was.
	return w | (w ^ ones*2 - ones*(' '+1)) | (w ^ (ones * '\\') - ones)
}

// plainRun counts the plain bytes at the start of b. It looks at eight at a time
// where there are as many, and at 32 in what seems to be long.
func plainRun(b []byte) int {
	rest := b
	for len(rest) >= 32 {
		w0, w1 := binary.LittleEndian.Uint64(rest), binary.LittleEndian.Uint64(rest[8:])
		w2, w3 := binary.LittleEndian.Uint64(rest[16:]), binary.LittleEndian.Uint64(rest[24:])
		if (special(w0)|special(w1)|special(w2)|special(w3))&highs != 0 {
			break
		}
		rest = rest[32:]
	}
	for len(rest) >= 8 {
		if found := special(binary.LittleEndian.Uint64(rest)) & highs; found != 0 {
			return len(b) - len(rest) + bits.TrailingZeros64(found)/8
		}
		rest = rest[8:]
	}
	for i, c := range rest {
		if !plain[c] {
			return len(b) - len(rest) + i
		}
	}
	return len(b)
}

// longText is from how many bytes on it pays to look for quotes first, which
// packages strings and bytes do faster than can be done here.
const longText = 512

// unquotedRun counts bytes at the start of b that are plain, where b has no quote
// and no backslash. It may stop short of the last ones.
func unquotedRun(b []byte) int {
	rest := b
	for len(rest) >= 32 {
		w0, w1 := binary.LittleEndian.Uint64(rest), binary.LittleEndian.Uint64(rest[8:])
		w2, w3 := binary.LittleEndian.Uint64(rest[16:]), binary.LittleEndian.Uint64(rest[24:])
		if (w0|(w0-ones*' ')|w1|(w1-ones*' ')|w2|(w2-ones*' ')|w3|(w3-ones*' '))&highs != 0 {
			break
		}
		rest = rest[32:]
	}
	return len(b) - len(rest)
}

// plainEnd is the index of the first byte of b from i on that is not plain, or the
// length of b.
func plainEnd(b []byte, i int) int { return i + plainRun(b[i:]) }

// appendQuoted appends s in quotes, of which so many bytes at the start are known
// to be plain. If s is not valid UTF-8, the buffer is returned as it was.
func appendQuoted(dst, s []byte, known int) ([]byte, error) {
	start := len(dst)
	dst = append(dst, '"')
	done := 0
	for i := plainEnd(s, known); i < len(s); i = plainEnd(s, i) {
		c := s[i]
		if c < utf8.RuneSelf {
			dst = appendEscaped(append(dst, s[done:i]...), c)
			i++
			done = i
			continue
		}
		r, size := utf8.DecodeRune(s[i:])
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
