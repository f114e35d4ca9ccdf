package yaml

import (
	"bytes"
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

// reformat gives the canonical form of a file that can be parsed.
func reformat(text []byte) []byte {
	src := newSource("", bytes.Clone(text))
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
