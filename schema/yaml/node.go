package yaml

import (
	"bytes"
	"strings"

	yaml "gopkg.in/yaml.v3"

	"github.com/esgen/esgen/schema"
)

// kind is what a node is.
type kind int

const (
	scalar kind = iota
	mapping
	sequence
)

// node is a node of a file, aliases replaced by what they stand for.
type node struct {
	kind kind
	src  *source
	// offset is where it begins; span that, with its width.
	offset int
	span   schema.Span
	// text is a scalar's value; tag what YAML takes it for: !!str, !!int, !!float,
	// !!bool, !!null or !!timestamp.
	text, tag string
	// verbatim says that the bytes at offset are the text.
	verbatim bool
	// pairs are those of a mapping, items those of a sequence.
	pairs []pair
	items []*node
	// bad says that an error about it was reported, and that it is good for nothing.
	bad bool
}

type pair struct{ key, value *node }

// get is the value of a key of a mapping; nil where there is none, or a bad one.
func (n *node) get(key string) *node {
	if p := n.pair(key); p != nil && !p.value.bad {
		return p.value
	}
	return nil
}

// pair finds a key of a mapping, whatever its value is.
func (n *node) pair(key string) *pair {
	if n == nil || n.kind != mapping {
		return nil
	}
	for i := range n.pairs {
		if n.pairs[i].key.text == key {
			return &n.pairs[i]
		}
	}
	return nil
}

// good are the pairs without an error in the key or in the value as a whole.
func (n *node) good() []pair {
	if n == nil {
		return nil
	}
	var good []pair
	for _, p := range n.pairs {
		if !p.key.bad && !p.value.bad {
			good = append(good, p)
		}
	}
	return good
}

// part is where a piece of a scalar's text stands.
func (n *node) part(from, to int) schema.Span {
	if !n.verbatim {
		return n.span
	}
	return n.src.span(n.offset+from, to-from)
}

// value is the scalar's text with its place.
func (n *node) value() schema.Text { return schema.Text{Value: n.text, Span: n.span} }

// maxExpanded is how many nodes all aliases of a file may stand for.
const maxExpanded = 10_000

// builder makes nodes of the library's.
type builder struct {
	*findings
	src *source
	// open are the anchored nodes that are being built, aliased how many aliases deep it
	// is, expanded how many nodes they stand for.
	open     map[*yaml.Node]bool
	aliased  int
	expanded int
	// exhausted says that the aliases stand for too much, which is said once.
	exhausted bool
}

// build makes the tree. The result is bad where it can't.
func (b *builder) build(y *yaml.Node) *node {
	n := &node{src: b.src, offset: b.src.offset(y.Line, y.Column)}
	n.span = b.src.span(n.offset, 1)
	if b.aliased > 0 {
		b.expanded++
	}
	if b.exhausted || b.expanded > maxExpanded {
		n.bad = true
		return n
	}
	if y.Kind == yaml.AliasNode {
		return b.alias(y, n)
	}
	if y.Style&yaml.TaggedStyle != 0 {
		n.bad = true
		b.errorf(codeTag, n.span, "a tag, %s, which schema files do not have", y.Tag).
			help("leave it out; a number that is meant as text is written in quotes")
		return n
	}
	if y.Anchor != "" {
		b.open[y] = true
		defer delete(b.open, y)
		// The library counts the anchor as part of the node.
		n.offset = skipAnchor(b.src.text, n.offset, y.Anchor)
		n.span = b.src.span(n.offset, 1)
	}
	switch y.Kind {
	case yaml.MappingNode:
		n.kind = mapping
		b.mapping(y, n)
	case yaml.SequenceNode:
		n.kind = sequence
		for _, item := range y.Content {
			n.items = append(n.items, b.build(item))
		}
	default:
		n.text, n.tag = y.Value, y.ShortTag()
		n.span = b.src.span(n.offset, n.width(y.Style))
	}
	return n
}

// skipAnchor is the offset of what an anchor stands before.
func skipAnchor(text []byte, offset int, anchor string) int {
	if rest, ok := strings.CutPrefix(string(text[offset:min(len(text), offset+len(anchor)+64)]), "&"+anchor); ok {
		trimmed := strings.TrimLeft(rest, " ")
		if trimmed != "" && trimmed[0] != '\r' && trimmed[0] != '\n' {
			return offset + 1 + len(anchor) + len(rest) - len(trimmed)
		}
	}
	return offset
}

// width is how many bytes a scalar takes on its first line, and finds out whether its
// text stands there as it is.
func (n *node) width(style yaml.Style) int {
	line := n.src.line(n.span.Line - 1)[n.span.Column-1:]
	switch {
	case style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0 && len(line) > 0:
		quote := line[0]
		if rest, found := bytes.CutPrefix(line[1:], []byte(n.text)); found && n.text != "" && len(rest) > 0 && rest[0] == quote {
			n.verbatim = true
			n.offset++
			n.span.Column++
			return len(n.text)
		}
		for i := 1; i < len(line); i++ {
			switch {
			case line[i] == '\\' && quote == '"':
				i++
			case line[i] == quote:
				return i + 1
			}
		}
		return len(line)
	case style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		return 1
	case bytes.HasPrefix(line, []byte(n.text)):
		n.verbatim = n.text != ""
		return len(n.text)
	}
	return len(bytes.TrimRight(line, " \t"))
}

func (b *builder) alias(y *yaml.Node, n *node) *node {
	n.span = b.src.span(n.offset, 1+len(y.Value))
	n.bad = true
	if b.open[y.Alias] {
		b.errorf(codeAlias, n.span, "the alias *%s stands inside of what it stands for", y.Value).
			help("write out what is meant")
		return n
	}
	b.aliased++
	defer func() { b.aliased-- }()
	target := b.build(y.Alias)
	if b.expanded > maxExpanded && !b.exhausted {
		b.exhausted = true
		b.errorf(codeAlias, n.span, "the aliases of this file stand for more than %d nodes", maxExpanded).
			help("write out what is meant, or declare a type for it")
	}
	return target
}

func (b *builder) mapping(y *yaml.Node, n *node) {
	first := map[string]*node{}
	for i := 0; i+1 < len(y.Content); i += 2 {
		if y.Content[i].Kind == yaml.ScalarNode && y.Content[i].Tag == "!!merge" {
			key := b.src.span(b.src.offset(y.Content[i].Line, y.Content[i].Column), len("<<"))
			b.errorf(codeMerge, key, "a merge key, which schema files do not have").
				help("write the keys out; for fields that several events share, declare a type")
			continue
		}
		key := b.build(y.Content[i])
		value := b.build(y.Content[i+1])
		switch {
		case key.bad:
			continue
		case key.kind != scalar:
			b.errorf(codeKind, key.span, "a key that is no text")
			continue
		case key.tag != "!!str":
			b.errorf(codeNotText, key.span, "the key %s is %s, where a name is meant", key.text, tagName(key.tag)).
				help("put it in quotes, if it is what you mean")
			continue
		}
		if before := first[key.text]; before != nil {
			b.errorf(codeDuplicate, key.span, "the key %s stands twice in one mapping", quoted(key.text)).
				note(before.span, "the first one is here").
				help("leave one of the two out, or rename it")
			continue
		}
		first[key.text] = key
		n.pairs = append(n.pairs, pair{key, value})
	}
	if len(n.pairs) > 0 && n.src.text[min(n.offset, len(n.src.text)-1)] != '{' {
		n.span = n.pairs[0].key.span
	}
}

// tagName is what YAML takes a scalar for, in a sentence.
func tagName(tag string) string {
	switch tag {
	case "!!int", "!!float":
		return "a number"
	case "!!bool":
		return "a truth value"
	case "!!null":
		return "null"
	case "!!timestamp":
		return "a date"
	}
	return "text"
}
