package yaml

import (
	"bytes"
	"fmt"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/esgen/esgen/schema"
)

// maxSize is how many bytes a schema file may have. What people write and review is
// a thousandth of it.
const maxSize = 8 << 20

// source is the text of one file.
type source struct {
	name string
	text []byte
	// lines has the offset of each line's first byte.
	lines []int
	// cursor is the last place that offset was asked for: most often the next one is
	// further on in the same line, which may be long.
	cursor struct{ line, column, at int }
}

func newSource(name string, text []byte) *source {
	s := &source{name: name, text: text, lines: []int{0}}
	for i, c := range text {
		if c == '\n' {
			s.lines = append(s.lines, i+1)
		}
	}
	return s
}

const bom = "\ufeff"

// line is the text of a line, counted from 0, without its break.
func (s *source) line(i int) []byte {
	if i < 0 || i >= len(s.lines) {
		return nil
	}
	end := len(s.text)
	if i+1 < len(s.lines) {
		end = s.lines[i+1]
	}
	line := s.text[s.lines[i]:end]
	if text, broken := bytes.CutSuffix(line, []byte("\n")); broken {
		return bytes.TrimSuffix(text, []byte("\r"))
	}
	return line
}

// offset turns a place as the YAML library counts them, from 1 and columns in
// characters, into an offset in bytes.
func (s *source) offset(line, column int) int {
	line = max(0, min(line-1, len(s.lines)-1))
	text := s.line(line)
	from, at := 1, 0
	if line == 0 && bytes.HasPrefix(text, []byte(bom)) {
		at = len(bom) // which the library does not count
	}
	if c := s.cursor; c.column > 0 && c.line == line && c.column <= column {
		from, at = c.column, c.at
	}
	for ; from < column && at < len(text); from++ {
		_, size := utf8.DecodeRune(text[at:])
		at += size
	}
	s.cursor.line, s.cursor.column, s.cursor.at = line, from, at
	return s.lines[line] + min(at, len(text))
}

// span is a stretch of the file. It ends where its line does.
func (s *source) span(offset, width int) schema.Span {
	offset = max(0, min(offset, len(s.text)))
	line := sort.SearchInts(s.lines, offset+1) - 1
	column := offset - s.lines[line]
	width = max(1, min(width, len(s.line(line))-column))
	return schema.Span{File: s.name, Line: line + 1, Column: column + 1, Width: width}
}

// lineSpan is what stands on a line, counted from 0, without the space around it.
func (s *source) lineSpan(line int) schema.Span {
	line = max(0, min(line, len(s.lines)-1))
	text := s.line(line)
	trimmed := strings.TrimSpace(string(text))
	return s.span(s.lines[line]+bytes.Index(text, []byte(trimmed)), len(trimmed))
}

// checkText refuses what no file of ours may hold, whatever it means as YAML. It says
// whether the file can be read on.
func (s *source) checkText(f *findings) bool {
	before := len(f.list)
	rest := s.text
	for len(rest) > 0 {
		r, size := utf8.DecodeRune(rest)
		at := len(s.text) - len(rest)
		rest = rest[size:]
		why, help := "", ""
		switch {
		case r == utf8.RuneError && size <= 1:
			why, help = fmt.Sprintf("the byte 0x%02x is no valid UTF-8", s.text[at]), "save the file as UTF-8"
		case r == '\r' && (len(rest) == 0 || rest[0] != '\n'):
			why, help = "a carriage return without a line feed", "end lines with a line feed"
		case r == '\u0085' || r == '\u2028' || r == '\u2029':
			why = fmt.Sprintf("the character %U, which ends a line for some readers and not for others", r)
			help = fmt.Sprintf(`in double quotes it can be written as "\u%04x"`, r)
		case r < ' ' && r != '\n' && r != '\t' && r != '\r', r >= 0x7f && r < 0xa0, r == '\ufeff' && at > 0, r >= 0xfffe && r <= 0xffff:
			why, help = fmt.Sprintf("the character %U, which cannot be seen", r), "remove it"
		default:
			continue
		}
		f.errorf(codeCharacter, s.span(at, size), "%s", why).Help = help
		if len(f.list)-before == maxFindings {
			break
		}
	}
	return len(f.list) == before
}

// maxFindings is how many errors of one kind are worth listing.
const maxFindings = 20
