package jsonx

import (
	"bytes"
	"encoding/base64"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// String reads a string.
func (r *Reader) String() string {
	text, escaped, ok := r.text()
	switch {
	case !ok:
		return ""
	case escaped:
		var b strings.Builder
		b.Grow(len(text))
		for len(text) > 0 {
			n := plainRun(text)
			b.Write(text[:n])
			if text = text[n:]; len(text) > 0 {
				var c rune
				c, text = unescapeRune(text)
				b.WriteRune(c)
			}
		}
		return b.String()
	default:
		return string(text)
	}
}

// Text reads a string for an UnmarshalText method. The bytes may be a part of the
// payload: whoever keeps them must copy them, as that method must.
func (r *Reader) Text() []byte {
	text, escaped, _ := r.text()
	if escaped {
		return unescape(text)
	}
	return text
}

// Bytes reads a string in base64. It is nil for null.
func (r *Reader) Bytes() []byte {
	pos := r.pos
	text, escaped, ok := r.text()
	if !ok {
		return nil
	}
	if escaped {
		text = unescape(text)
	}
	b := make([]byte, base64.StdEncoding.DecodedLen(len(text)))
	n, err := base64.StdEncoding.Decode(b, text)
	for _, c := range text {
		if c == '\r' || c == '\n' {
			err = errBase64 // which the decoder passes over
		}
	}
	if err != nil {
		r.fail(pos, typeError("want base64: %w", err))
		return nil
	}
	return b[:n:n]
}

// ByteSlice is Reader.Bytes for a slice whose elements have a type of their own.
// Of its second argument it looks at the type only.
func ByteSlice[S ~[]E, E ~uint8](r *Reader, _ S) S {
	b := r.Bytes()
	if b == nil {
		return nil
	}
	s := make(S, len(b))
	for i := range b {
		s[i] = E(b[i])
	}
	return s
}

// QuotedString reads a string whose text is the JSON form of a string, as the
// option string of a json tag asks for.
func (r *Reader) QuotedString() string {
	pos := r.pos
	text := r.Text()
	if !r.Got() {
		return ""
	}
	inner := Reader{data: text}
	s := ""
	if len(text) == 0 || text[0] != '"' {
		inner.fail(0, errNotQuoted)
	} else {
		s = inner.String()
		if inner.err == nil && inner.pos < len(text) {
			inner.fail(inner.pos, errNotQuoted)
		}
	}
	if inner.err != nil {
		r.fail(pos, typeError("want a string in a string: %w", inner.err))
		return ""
	}
	return s
}

// Quote begins to read a number or a boolean that stands in a string, as the
// option string of a json tag asks for; Unquote ends it. It says whether there
// is one: not where there is null.
func (r *Reader) Quote() bool {
	if r.peek() != '"' {
		r.mismatch("a number or boolean in a string")
		return false
	}
	pos := r.pos
	text, escaped, ok := r.text()
	if !ok {
		return false
	}
	end := r.pos
	if escaped {
		r.outer, r.outerPos = r.data, end
		r.data = append(unescape(text), '"')
		text = r.data
		pos = -1
	}
	if len(text) == 0 || !beginsQuoted(text[0]) {
		r.fail(end, errQuoted)
		return false
	}
	r.pos = pos + 1
	return true
}

// beginsQuoted says whether a number or a boolean begins with c.
func beginsQuoted(c byte) bool { return c == '-' || c-'0' <= 9 || c == 't' || c == 'f' }

// Unquote ends what Quote has begun.
func (r *Reader) Unquote() {
	if r.err != nil {
		return
	}
	if r.pos >= len(r.data) || r.data[r.pos] != '"' || r.outer != nil && r.pos != len(r.data)-1 {
		r.fail(r.pos, errQuoted)
		return
	}
	r.pos++
	if r.outer != nil {
		r.data, r.pos, r.outer = r.outer, r.outerPos, nil
	}
}

// text reads a string and returns what stands between its quotes. Where that is
// escaped it is valid all the same. It is not ok where there is no string.
func (r *Reader) text() (text []byte, escaped, ok bool) {
	if r.peek() != '"' {
		r.mismatch("a string")
		return nil, false, false
	}
	start := r.pos + 1
	end := plainTextEnd(r.data, start)
	if end < len(r.data) && r.data[end] == '"' {
		r.pos = end + 1
		return r.data[start:end], false, true
	}
	end, escaped, ok = r.stringEnd(end)
	if !ok {
		return nil, false, false
	}
	r.pos = end + 1
	return r.data[start:end], escaped, true
}

// plainTextEnd is plainEnd for a string of which nothing is known, which may be
// long.
func plainTextEnd(data []byte, i int) int {
	const probe = 64
	if len(data)-i < longText || plainRun(data[i:i+probe]) < probe {
		return plainEnd(data, i)
	}
	rest := data[i:]
	for _, c := range []byte(`"\`) {
		if end := bytes.IndexByte(rest, c); end >= 0 {
			rest = rest[:end]
		}
	}
	return plainEnd(data, i+unquotedRun(rest))
}

// stringEnd finds the closing quote of a string from i on, which is within the
// string, and checks what it passes.
func (r *Reader) stringEnd(i int) (end int, escaped, ok bool) {
	for i = plainEnd(r.data, i); i < len(r.data); i = plainEnd(r.data, i) {
		switch c := r.data[i]; {
		case c == '"':
			return i, escaped, true
		case c == '\\':
			n := r.escapeLen(i)
			if n == 0 {
				return 0, false, false
			}
			i += n
			escaped = true
		case c < ' ':
			r.fail(i, syntaxError("control character %#02x in a string", c))
			return 0, false, false
		case !utf8.FullRune(r.data[i:]):
			i = len(r.data)
		default:
			_, size := utf8.DecodeRune(r.data[i:])
			if size == 1 {
				r.fail(i, ErrUTF8)
				return 0, false, false
			}
			i += size
		}
	}
	r.unexpected(len(r.data), "the end of a string")
	return 0, false, false
}

// escapeLen is the length of the escape sequence at i, with both halves of a
// surrogate pair; 0 where it is wrong.
func (r *Reader) escapeLen(i int) int {
	b := r.data[i:]
	if len(b) < 2 {
		r.unexpected(len(r.data), "the end of a string")
		return 0
	}
	switch b[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		c := hex4(b[2:])
		switch {
		case c < 0:
			r.fail(i, syntaxError("want four hexadecimal digits after \\u"))
			return 0
		case !utf16.IsSurrogate(c):
			return 6
		case len(b) >= 12 && b[6] == '\\' && b[7] == 'u' && utf16.DecodeRune(c, hex4(b[8:])) != utf8.RuneError:
			return 12
		}
		r.fail(i, errSurrogate)
		return 0
	}
	r.fail(i, syntaxError("unknown escape in a string"))
	return 0
}

// hex4 is the number in the first four hexadecimal digits of b, or -1.
func hex4(b []byte) rune {
	if len(b) < 4 {
		return -1
	}
	n := rune(0)
	for _, c := range b[:4] {
		switch {
		case c >= '0' && c <= '9':
			n = n<<4 | rune(c-'0')
		case c >= 'a' && c <= 'f':
			n = n<<4 | rune(c-'a'+10)
		case c >= 'A' && c <= 'F':
			n = n<<4 | rune(c-'A'+10)
		default:
			return -1
		}
	}
	return n
}

// unescape gives the text that stands between the quotes of a string. It makes
// do with what is not valid.
func unescape(text []byte) []byte {
	out := make([]byte, 0, len(text))
	for len(text) > 0 {
		n := plainRun(text)
		out = append(out, text[:n]...)
		if text = text[n:]; len(text) > 0 {
			var c rune
			c, text = unescapeRune(text)
			out = utf8.AppendRune(out, c)
		}
	}
	return out
}

// unescapeRune gives the first character of text, which may be escaped, and what
// comes after it.
func unescapeRune(text []byte) (rune, []byte) {
	if text[0] != '\\' || len(text) < 2 {
		c, size := utf8.DecodeRune(text)
		return c, text[size:]
	}
	switch c := text[1]; c {
	case 'b':
		return '\b', text[2:]
	case 'f':
		return '\f', text[2:]
	case 'n':
		return '\n', text[2:]
	case 'r':
		return '\r', text[2:]
	case 't':
		return '\t', text[2:]
	case 'u':
		high := hex4(text[2:])
		if high < 0 {
			return utf8.RuneError, nil
		}
		text = text[6:]
		if utf16.IsSurrogate(high) && len(text) >= 6 {
			return utf16.DecodeRune(high, hex4(text[2:])), text[6:]
		}
		return high, text
	default:
		return rune(c), text[2:]
	}
}
