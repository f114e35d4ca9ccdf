package yaml

import (
	"bytes"
	"slices"
	"strings"
)

// indentStep is how much deeper each level stands.
const indentStep = 2

// formatter works on lines: it moves those of an entry together, and indents them.
// Within an entry it only touches what it knows.
type formatter struct {
	src *source
	// keepOrder is set where keys cannot change their places.
	keepOrder bool
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
	var lines []string
	if known == fileShape {
		// What stands at the top of the file stays there, whichever key comes first; but for
		// what an empty line parts from it.
		own := entries[0].key
		for i := own; i > entries[0].lead; i-- {
			if len(bytes.TrimSpace(f.src.line(i-1))) == 0 {
				own = i
				break
			}
		}
		lines = trimmedAbove(f.comments(entries[0].lead, own, indent))
		entries[0].lead = own
	}
	if known != nil && !f.keepOrder {
		slices.SortStableFunc(entries, func(a, b entry) int { return known.rank(a.pair) - known.rank(b.pair) })
	}
	for i, e := range entries {
		lead := f.comments(e.lead, e.key, indent)
		if i == 0 {
			lead = trimmedAbove(lead)
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

// trimmedAbove leaves out the empty lines at the beginning.
func trimmedAbove(lines []string) []string {
	for len(lines) > 0 && lines[0] == "" {
		lines = lines[1:]
	}
	return lines
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
			return append([]string{joined(head, rest)}, f.sequence(n, within, e.key+1, e.end, dash, indent+indentStep)...)
		}
	case isFlow(n) && !below:
		rest = f.flowWithin(rest, n, within)
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

// sequence formats the lines of a list whose dashes stand in a column.
func (f *formatter) sequence(n *node, s shape, from, to, column, indent int) []string {
	var lines []string
	lead := from
	for i, item := range n.items {
		line := f.dashAbove(item.span.Line-1, lead, column)
		if line < 0 {
			return f.shifted(from, to, indent-column)
		}
		end := to
		if i+1 < len(n.items) {
			next := f.dashAbove(n.items[i+1].span.Line-1, line+1, column)
			if next < 0 {
				return f.shifted(from, to, indent-column)
			}
			end = f.above(next, line+1, column)
		} else if last := f.lastLine(pair{item, item}); last >= line {
			end = f.above(to, last+1, column)
		}
		lines = append(lines, f.comments(lead, line, indent)...)
		lines = append(lines, f.item(item, shapeOfItem(s), line, end, column, indent)...)
		lead = end
	}
	return append(lines, f.comments(lead, to, indent)...)
}

// dashAbove is the line with the dash of an item that begins on a line, or -1: the dash
// may stand on a line of its own.
func (f *formatter) dashAbove(line, least, column int) int {
	for ; line >= least; line-- {
		text := f.src.line(line)
		if len(text) > column && text[column] == '-' && len(bytes.TrimLeft(text[:column], " ")) == 0 {
			return line
		}
	}
	return -1
}

// item formats an item of a list, from the line with its dash.
func (f *formatter) item(n *node, s shape, from, to, column, indent int) []string {
	verbatim := f.shifted(from, to, indent-column)
	if n.kind == mapping && !isFlow(n) && len(n.pairs) > 0 && n.span.Line-1 == from && f.column(n.pairs[0].key) > column {
		// Without its dash, the item is a mapping like any other.
		at := f.src.lines[from] + column
		f.src.text[at] = ' '
		lines := f.mapping(n, s, from, to, indent+indentStep)
		f.src.text[at] = '-'
		if strings.HasPrefix(strings.TrimLeft(lines[0], " "), "#") || len(lines[0]) <= indent || lines[0][indent] != ' ' {
			return verbatim
		}
		lines[0] = lines[0][:indent] + "-" + lines[0][indent+1:]
		return lines
	}
	if to == from+1 && n.span.Line-1 == from && len(verbatim[0]) > indent && verbatim[0][indent] == '-' {
		rest := strings.Trim(verbatim[0][indent+1:], " \t")
		if isFlow(n) {
			rest = f.flowWithin(rest, n, s)
		}
		return []string{joined(verbatim[0][:indent]+"-", rest)}
	}
	return verbatim
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
