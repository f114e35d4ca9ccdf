package yaml

import (
	"bytes"
	"slices"
	"strings"

	"github.com/esgen/esgen/schema"
)

// Format brings a schema file into its canonical form: keys in the order of the
// language, two spaces a level, at most one empty line in a row. Comments stay with
// what they stand above or behind; types, aggregates, events, commands and fields stay in
// the order in which they are. Formatting what Format gives changes nothing.
//
// The findings say why a file cannot be formatted; then the text is nil. They are about
// YAML and not about what the file means, so that one can format a file that is not
// finished. A file with anchors keeps the order of its keys. What Format does not
// understand it leaves as it is.
func Format(name string, text []byte) ([]byte, schema.Diagnostics) {
	f := &findings{}
	original := newSource(name, text)
	if len(text) > maxSize {
		readSchema(original, f)
		return nil, f.sorted()
	}
	file := parse(original, f)
	if file != nil && (file.kind != mapping || file.pair("esgen") == nil) {
		f.errorf(codeNoSchema, file.span, "the file is no schema").
			help(`a schema file begins with "esgen: 1" and the name of its package`)
	}
	if len(f.list) > 0 {
		return nil, f.sorted()
	}
	plain := bytes.ReplaceAll(bytes.TrimPrefix(text, []byte(bom)), []byte("\r\n"), []byte("\n"))
	result := reformat(plain)
	if !sameMeaning(plain, result) {
		return plain, nil
	}
	return result, nil
}

// sameMeaning says whether two texts hold the same, and no text was lost, comments
// included. It is what stands between a mistake in this file and somebody's work.
func sameMeaning(a, b []byte) bool {
	var f findings
	x, y := parse(newSource("", a), &f), parse(newSource("", b), &f)
	return x != nil && y != nil && len(f.list) == 0 && sameNode(x, y) && sameCharacters(a, b)
}

// sameNode compares what nodes hold; the order of keys does not matter.
func sameNode(a, b *node) bool {
	if a.kind != b.kind || a.text != b.text || a.tag != b.tag || len(a.pairs) != len(b.pairs) || len(a.items) != len(b.items) {
		return false
	}
	byKey := make(map[string]*node, len(b.pairs))
	for _, p := range b.pairs {
		byKey[p.key.text] = p.value
	}
	for _, p := range a.pairs {
		if other := byKey[p.key.text]; other == nil || !sameNode(p.value, other) {
			return false
		}
	}
	for i := range a.items {
		if !sameNode(a.items[i], b.items[i]) {
			return false
		}
	}
	return true
}

// sameCharacters says whether two texts differ only in white space and in the order of
// their parts.
func sameCharacters(a, b []byte) bool {
	var counts [256]int
	for _, c := range a {
		counts[c]++
	}
	for _, c := range b {
		counts[c]--
	}
	counts[' '], counts['\n'], counts['\t'] = 0, 0, 0
	return counts == [256]int{}
}

// indentStep is how much deeper each level stands.
const indentStep = 2

// formatter works on lines: it moves those of an entry together, and indents them.
// Within an entry it only touches what it knows.
type formatter struct {
	src *source
	// keepOrder is set where keys cannot change their places.
	keepOrder bool
}

// reformat gives the canonical form of a file that can be parsed.
func reformat(text []byte) []byte {
	src := newSource("", text)
	var findings findings
	file := parse(src, &findings)
	if file == nil || file.kind != mapping || isFlow(file) || len(file.pairs) == 0 {
		return text
	}
	f := &formatter{src: src, keepOrder: bytes.ContainsRune(text, '&')}
	last := len(src.lines)
	if src.lines[last-1] == len(text) {
		last-- // there is nothing behind the last line break
	}
	lines := f.mapping(file, fileShape, 0, last, 0)
	for len(lines) > 0 && lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return []byte(strings.Join(lines, "\n") + "\n")
}

// isFlow says whether a mapping or a list is written with braces or brackets.
func isFlow(n *node) bool {
	return n.kind != scalar && n.offset < len(n.src.text) && (n.src.text[n.offset] == '{' || n.src.text[n.offset] == '[')
}

// entry is a key of a mapping with its value and what belongs to it.
type entry struct {
	pair pair
	// The lines from lead to key are comments and empty lines, those from key to end the
	// entry itself.
	lead, key, end int
}

// mapping formats the lines from one to before another one, which hold a mapping, for a
// level of indentation.
func (f *formatter) mapping(n *node, s shape, from, to, indent int) []string {
	column := f.column(n.pairs[0].key)
	entries, foot := f.entries(n, from, to, column)
	if entries == nil {
		return f.shifted(from, to, indent-f.leastIndent(from, to))
	}
	known, _ := s.(*keys)
	if known != nil && !f.keepOrder {
		slices.SortStableFunc(entries, func(a, b entry) int { return known.rank(a.pair) - known.rank(b.pair) })
	}
	var lines []string
	for i, e := range entries {
		lead := f.comments(e.lead, e.key, indent)
		if i == 0 {
			for len(lead) > 0 && lead[0] == "" {
				lead = lead[1:]
			}
		} else if known == fileShape && isSection(e.pair) && (len(lead) == 0 || lead[0] != "") {
			lead = append([]string{""}, lead...)
		}
		lines = append(lines, lead...)
		lines = append(lines, f.entry(e, s, column, indent)...)
	}
	return append(lines, f.comments(foot, to, indent)...)
}

// leastIndent is the indentation of the line that has the least of it.
func (f *formatter) leastIndent(from, to int) int {
	least := -1
	for i := from; i < to; i++ {
		line := f.src.line(i)
		if text := bytes.TrimLeft(line, " "); len(text) > 0 && (least < 0 || len(line)-len(text) < least) {
			least = len(line) - len(text)
		}
	}
	return max(least, 0)
}

// isSection says whether a key of the file stands apart.
func isSection(p pair) bool {
	return slices.Contains([]string{"types", "aggregates", "decisions"}, p.key.text)
}

// rank is the place of a key among those of its mapping; unknown ones come last.
func (k *keys) rank(p pair) int {
	if i := slices.IndexFunc(k.keys, func(known key) bool { return known.name == p.key.text }); i >= 0 {
		return i
	}
	return len(k.keys)
}

// column is where a node begins, counted from 0.
func (f *formatter) column(n *node) int {
	return n.offset - quoteWidth(n) - f.src.lines[n.span.Line-1]
}

// quoteWidth is 1 for a text in quotes, whose offset is that of its first character.
func quoteWidth(n *node) int {
	if n.kind == scalar && n.verbatim && n.offset > 0 {
		if c := n.src.text[n.offset-1]; (c == '"' || c == '\'') && n.src.text[min(len(n.src.text)-1, n.offset+len(n.text))] == c {
			return 1
		}
	}
	return 0
}

// entries splits a mapping. The result is nil where it is written in a way that cannot
// be taken apart line by line. Foot is where the comments begin that stand behind all.
func (f *formatter) entries(n *node, from, to, column int) (entries []entry, foot int) {
	for i, p := range n.pairs {
		key := p.key.span.Line - 1
		if f.column(p.key) != column || len(bytes.TrimLeft(f.src.line(key)[:column], " ")) > 0 || key < from || key >= to {
			return nil, 0
		}
		e := entry{pair: p, lead: from, key: key, end: to}
		if i > 0 {
			before := &entries[i-1]
			least := f.lastLine(before.pair) + 1
			if least == 0 || least > key {
				return nil, 0
			}
			e.lead = f.above(key, least, column)
			before.end = e.lead
		}
		entries = append(entries, e)
	}
	last := &entries[len(entries)-1]
	least := f.lastLine(last.pair) + 1
	if least == 0 || least > to {
		return nil, 0
	}
	last.end = f.above(to, least, column)
	return entries, last.end
}

// above is the first of the comments and empty lines right above a line, which are not
// indented deeper than a column.
func (f *formatter) above(line, least, column int) int {
	first := line
	for i := line - 1; i >= least; i-- {
		text := f.src.line(i)
		trimmed := bytes.TrimLeft(text, " ")
		switch {
		case len(bytes.TrimSpace(trimmed)) == 0:
		case trimmed[0] == '#' && len(text)-len(trimmed) <= column:
			first = i
			continue
		default:
			return first
		}
		first = i
	}
	return first
}

// lastLine is the last line, counted from 0, that a value surely takes: that of its
// last bracket or quote. It is -1 where that cannot be found.
func (f *formatter) lastLine(p pair) int {
	n := p.value
	start := n.offset - quoteWidth(n)
	switch {
	case n.kind == scalar && (n.text == "" && n.tag == "!!null"):
		return p.key.span.Line - 1
	case n.kind == scalar && (start >= len(f.src.text) || f.src.text[start] != '"' && f.src.text[start] != '\''):
		return n.span.Line - 1
	case n.kind != scalar && !isFlow(n):
		if n.kind == sequence {
			if len(n.items) == 0 {
				return -1
			}
			return n.items[len(n.items)-1].span.Line - 1
		}
		if len(n.pairs) == 0 {
			return -1
		}
		return n.pairs[len(n.pairs)-1].key.span.Line - 1
	}
	end := endOf(f.src.text, start)
	if end < 0 {
		return -1
	}
	return f.src.span(end-1, 1).Line - 1
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

// comments formats lines that hold comments and nothing else.
func (f *formatter) comments(from, to, indent int) []string {
	var lines []string
	for i := from; i < to; i++ {
		text := strings.TrimSpace(string(f.src.line(i)))
		switch {
		case text == "":
			if len(lines) == 0 || lines[len(lines)-1] != "" {
				lines = append(lines, "")
			}
		case text[0] == '#':
			lines = append(lines, strings.Repeat(" ", indent)+text)
		default: // the beginning of the document
			lines = append(lines, text)
		}
	}
	return lines
}

// shifted moves lines to the right, or to the left.
func (f *formatter) shifted(from, to, by int) []string {
	var lines []string
	for i := from; i < to; i++ {
		line := string(f.src.line(i))
		switch text := strings.TrimLeft(line, " "); {
		case text == "":
			line = ""
		case by > 0:
			line = strings.Repeat(" ", by) + line
		default:
			line = line[min(-by, len(line)-len(text)):]
		}
		lines = append(lines, line)
	}
	return lines
}

// entry formats one key and its value.
func (f *formatter) entry(e entry, s shape, column, indent int) []string {
	within := shapeOf(s, e.pair)
	n := e.pair.value
	line := string(f.src.line(e.key))
	name, rest := f.splitKey(e, line[column:])
	if name == "" {
		return f.shifted(e.key, e.end, indent-column)
	}
	head := strings.Repeat(" ", indent) + name + ":"
	below := n.span.Line-1 > e.key
	switch {
	case n.kind == mapping && !isFlow(n) && below && len(n.pairs) > 0:
		return append([]string{joined(head, rest)}, f.mapping(n, within, e.key+1, e.end, indent+indentStep)...)
	case n.kind == sequence && !isFlow(n) && below:
		if dash := f.dash(e.key+1, e.end); dash >= 0 {
			return append([]string{joined(head, rest)}, f.shifted(e.key+1, e.end, indent+indentStep-dash)...)
		}
	case isFlow(n) && !below:
		start := n.offset
		if end := endOf(f.src.text, start); end > 0 && f.src.span(end-1, 1).Line-1 == e.key {
			written := string(f.src.text[start:end])
			if flow := f.flow(n, within); sameCharacters([]byte(flow), []byte(written)) {
				at := strings.Index(rest, written)
				if at >= 0 {
					rest = rest[:at] + flow + rest[at+len(written):]
				}
			}
		}
	}
	return append([]string{joined(head, rest)}, f.shifted(e.key+1, e.end, indent-column)...)
}

// joined puts what stands behind a key behind it.
func joined(head, rest string) string {
	if rest == "" {
		return head
	}
	return head + " " + rest
}

// splitKey splits a line into the key, as it is written, and what stands behind the
// colon. The key is empty where there is more to it.
func (f *formatter) splitKey(e entry, line string) (key, rest string) {
	width := len(e.pair.key.text)
	switch {
	case !e.pair.key.verbatim:
		return "", ""
	case quoteWidth(e.pair.key) == 1:
		width += 2
	}
	if width > len(line) {
		return "", ""
	}
	key = line[:width]
	rest, found := strings.CutPrefix(strings.TrimLeft(line[width:], " "), ":")
	if !found {
		return "", ""
	}
	rest = strings.TrimLeft(rest, " \t")
	if start := e.pair.value.offset; start < len(f.src.text) && strings.IndexByte("\"'|>", f.src.text[start-quoteWidth(e.pair.value)]) >= 0 {
		return key, rest // spaces at the end may be part of the text
	}
	return key, strings.TrimRight(rest, " \t")
}

// dash is the column of the first item of a list; -1 where it is not the first thing
// on its line.
func (f *formatter) dash(from, to int) int {
	for i := from; i < to; i++ {
		line := f.src.line(i)
		text := bytes.TrimLeft(line, " ")
		if len(text) == 0 || text[0] == '#' {
			continue
		}
		if text[0] == '-' {
			return len(line) - len(text)
		}
		break
	}
	return -1
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
