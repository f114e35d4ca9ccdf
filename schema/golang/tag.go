package golang

import (
	"slices"
	"strconv"
	"strings"

	"github.com/esgen/esgen/schema"
)

// fieldTag is what a field's struct tag says to us.
type fieldTag struct {
	json schema.JSONTag
	// id and child are where those stand.
	id, child *schema.Text
	// encode and decode name functions. es is the whole value of the es tag.
	encode, decode *schema.Text
	es             schema.Text
	column         columnTag
	// tags are the keys of es:"tag=KEY".
	tags []schema.Text
	// noSnapshot is where es:"-" stands.
	noSnapshot *schema.Text
	// validate is the whole value of the validate tag.
	validate schema.Text
}

// tagText is a piece of a tag without its quotes, and where each byte of it stands
// in the source.
type tagText struct {
	value string
	// offsets has the place of each byte, and of the end, counted from the literal.
	offsets []int
	// spanAt is nil for a tag of which there is no source.
	spanAt func(offset, width int) schema.Span
}

func (t tagText) span(from, to int) schema.Span {
	if t.spanAt == nil {
		return schema.Span{}
	}
	return t.spanAt(t.offsets[from], t.offsets[to]-t.offsets[from])
}

func (t tagText) text(from, to int) schema.Text {
	return schema.Text{Value: t.value[from:to], Span: t.span(from, to)}
}

func (t tagText) from(i int) tagText { return t.part(i, len(t.value)) }

func (t tagText) part(from, to int) tagText {
	return tagText{value: t.value[from:to], offsets: t.offsets[from : to+1], spanAt: t.spanAt}
}

// unquoted removes the quotes of a Go string and resolves escapes.
func (t tagText) unquoted() (tagText, bool) {
	s := t.value
	if len(s) < 2 || s[0] != s[len(s)-1] {
		return t, false
	}
	switch s[0] {
	case '`':
		return t.part(1, len(s)-1), true
	case '"':
		var value []byte
		var offsets []int
		for i := 1; i < len(s)-1; {
			r, multibyte, tail, err := strconv.UnquoteChar(s[i:len(s)-1], '"')
			if err != nil {
				return t, false
			}
			before := len(value)
			if multibyte {
				value = append(value, string(r)...)
			} else {
				value = append(value, byte(r))
			}
			for range len(value) - before {
				offsets = append(offsets, t.offsets[i])
			}
			i = len(s) - 1 - len(tail)
		}
		return tagText{value: string(value), offsets: append(offsets, t.offsets[len(s)-1]), spanAt: t.spanAt}, true
	}
	return t, false
}

// tagPlaces gives the place of every piece of a literal that begins at a place. A
// literal in back quotes may go over several lines.
func tagPlaces(literal string, at schema.Span) func(offset, width int) schema.Span {
	return func(offset, width int) schema.Span {
		s := at
		if end := strings.IndexByte(literal[offset:offset+width], '\n'); end >= 0 {
			width = end
		}
		if lines := strings.Count(literal[:offset], "\n"); lines > 0 {
			s.Line += lines
			s.Column = 1
			offset -= strings.LastIndexByte(literal[:offset], '\n') + 1
		}
		return within(s, offset, width)
	}
}

// tagLiteral is the tag of a field in a source file.
func tagLiteral(literal string, at schema.Span) tagText {
	offsets := make([]int, len(literal)+1)
	for i := range offsets {
		offsets[i] = i
	}
	return tagText{value: literal, offsets: offsets, spanAt: tagPlaces(literal, at)}
}

// parseLiteral reads a tag as it stands in a source file, quotes and all.
func parseLiteral(literal string, at schema.Span, f *findings) fieldTag {
	t, ok := tagLiteral(literal, at).unquoted()
	if !ok {
		return fieldTag{} // the Go parser has said so
	}
	return parseTag(t, f)
}

// parseForeign reads the tag of a field of which there is no source.
func parseForeign(tag string) fieldTag {
	var nobody findings
	return parseTag(tagText{value: tag, offsets: make([]int, len(tag)+1)}, &nobody)
}

// parseTag reads key:"value" pairs as package reflect does, but says where it would
// silently stop.
func parseTag(t tagText, f *findings) fieldTag {
	var tag fieldTag
	var seen []string
	whole := t
	for {
		start := 0
		for start < len(t.value) && t.value[start] == ' ' {
			start++
		}
		t = t.from(start)
		if t.value == "" {
			return tag
		}
		if t.value[0] < ' ' {
			f.errorf(codeMalformedTag, whole.span(0, 0), "a struct tag has a line break or a tab in it").
				Help = "put spaces between the parts of a tag"
			return tag
		}
		end := 0
		for end < len(t.value) && t.value[end] > ' ' && t.value[end] != ':' && t.value[end] != '"' && t.value[end] != 0x7f {
			end++
		}
		key := t.text(0, end)
		if end == 0 || !strings.HasPrefix(t.value[end:], `:"`) {
			f.errorf(codeMalformedTag, t.span(0, len(t.value)), "malformed struct tag: %s", firstLine(t.value)).
				Help = "a tag is made of key:\"value\" pairs with spaces between them, such as `es:\"id\" json:\"id\"`"
			return tag
		}
		value := t.from(end + 1)
		closing := closingQuote(value.value)
		if closing < 0 {
			f.errorf(codeMalformedTag, value.span(0, len(value.value)), "the value of the struct tag %s is not closed", key.Value).
				Help = `a value ends with a double quote`
			return tag
		}
		t = value.from(closing + 1)
		value, ok := value.part(0, closing+1).unquoted()
		if !ok {
			f.errorf(codeMalformedTag, key.Span, "the value of the struct tag %s is no Go string", key.Value)
			continue
		}
		if strings.HasPrefix(key.Value, ",") || strings.HasPrefix(key.Value, ";") {
			f.errorf(codeMalformedTag, key.Span, "malformed struct tag: %s:%q", key.Value, value.value).
				Help = "put spaces between the parts of a tag, not " + key.Value[:1]
			continue
		}
		if key.Value != "es" && strings.EqualFold(key.Value, "es") {
			f.errorf(codeUnknownTag, key.Span, "unknown struct tag %s", key.Value).Help = `did you mean es:"` + value.value + `"?`
			continue
		}
		if key.Value != "es" && key.Value != "json" && key.Value != "validate" {
			continue
		}
		if slices.Contains(seen, key.Value) {
			f.errorf(codeRepeated, key.Span, "the struct tag %s stands twice on one field", key.Value).Help = "leave one of the two out"
			continue
		}
		seen = append(seen, key.Value)
		switch key.Value {
		case "json":
			tag.json = parseJSON(value)
		case "validate":
			tag.validate = value.text(0, len(value.value))
		default:
			parseES(value, &tag, f)
		}
	}
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// closingQuote finds the end of a string that begins with a double quote; -1 where
// it does not end.
func closingQuote(s string) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return -1
}

// parts splits the value of a tag at commas.
func (t tagText) parts() []tagText {
	var parts []tagText
	for {
		comma := strings.IndexByte(t.value, ',')
		if comma < 0 {
			return append(parts, t)
		}
		parts = append(parts, t.part(0, comma))
		t = t.from(comma + 1)
	}
}

// parseJSON reads a json tag. Whether its name is one is for the rules to say.
func parseJSON(t tagText) schema.JSONTag {
	if t.value == "-" {
		return schema.JSONTag{Skip: true}
	}
	var tag schema.JSONTag
	for i, part := range t.parts() {
		text := part.text(0, len(part.value))
		switch {
		case text.Value == "":
		case i == 0:
			tag.Name = text
		case text.Value == "omitempty":
			tag.OmitEmpty = true
		case text.Value == "omitzero":
			tag.OmitZero = true
		case text.Value == "string":
			tag.String = true
		default:
			tag.Unknown = append(tag.Unknown, text)
		}
	}
	return tag
}
