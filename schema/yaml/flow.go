package yaml

import (
	"bytes"
	"slices"
	"strings"
)

// flowWithin replaces a mapping or a list by its canonical form, in the text of the
// line that has all of it.
func (f *formatter) flowWithin(line string, n *node, s shape) string {
	end := endOf(f.src.text, n.offset)
	if end < 0 || f.src.span(end-1, 1).Line != n.span.Line {
		return line
	}
	written := string(f.src.text[n.offset:end])
	flow := f.flow(n, s)
	before, after, found := strings.Cut(line, written)
	if !found || !sameCharacters([]byte(flow), []byte(written)) {
		return line
	}
	return before + flow + after
}

// flow writes a mapping or a list on one line, with the texts as they are written.
func (f *formatter) flow(n *node, s shape) string {
	switch {
	case n.kind == scalar:
		start := n.offset - quoteWidth(n)
		if n.verbatim {
			return string(f.src.text[start : n.offset+len(n.text)+quoteWidth(n)])
		}
		if end := endOf(f.src.text, start); end > 0 && strings.IndexByte(`"'`, f.src.text[start]) >= 0 {
			return string(f.src.text[start:end])
		}
		return ""
	case n.kind == sequence:
		var items []string
		for _, item := range n.items {
			items = append(items, f.flow(item, shapeOfItem(s)))
		}
		return "[" + strings.Join(items, ", ") + "]"
	}
	pairs := slices.Clone(n.pairs)
	if known, ok := s.(*keys); ok && !f.keepOrder {
		slices.SortStableFunc(pairs, func(a, b pair) int { return known.rank(a) - known.rank(b) })
	}
	var members []string
	for _, p := range pairs {
		members = append(members, f.flow(p.key, nil)+": "+f.flow(p.value, shapeOf(s, p)))
	}
	return "{" + strings.Join(members, ", ") + "}"
}

// shapeOf is the shape of a value within a mapping; nil where there is none.
func shapeOf(s shape, p pair) shape {
	var within shape
	switch s := s.(type) {
	case *keys:
		if k := s.find(p.key.text); k != nil {
			within = k.shape
		}
	case names:
		within = s.of
	}
	if e, ok := within.(either); ok {
		switch {
		case p.value.kind == mapping:
			return e.mapping
		case p.value.kind == sequence:
			return e.list
		}
	}
	return within
}

// shapeOfItem is the shape of a mapping in a list.
func shapeOfItem(s shape) shape {
	l, ok := s.(list)
	if !ok {
		return nil
	}
	if e, ok := l.of.(either); ok {
		return e.mapping
	}
	return l.of
}

// endOf is the end of what begins with a quote, a brace or a bracket; -1 where it has
// none.
func endOf(text []byte, start int) int {
	depth := 0
	for i := start; i < len(text); i++ {
		switch c := text[i]; c {
		case '"', '\'':
			if i > start && !bytes.ContainsRune([]byte("{[,: \n"), rune(text[i-1])) {
				continue // within a text without quotes
			}
			end := endOfQuotes(text, i)
			if end < 0 {
				return -1
			}
			i = end - 1
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		case '#':
			if text[i-1] == ' ' || text[i-1] == '\n' || text[i-1] == '\t' {
				for i+1 < len(text) && text[i+1] != '\n' {
					i++
				}
			}
		}
		if depth == 0 {
			return i + 1
		}
	}
	return -1
}

func endOfQuotes(text []byte, start int) int {
	for i := start + 1; i < len(text); i++ {
		switch {
		case text[i] == '\\' && text[start] == '"':
			i++
		case text[i] == text[start]:
			if text[start] == '\'' && i+1 < len(text) && text[i+1] == '\'' {
				i++
				continue
			}
			return i + 1
		}
	}
	return -1
}
