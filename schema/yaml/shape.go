package yaml

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/esgen/esgen/schema"
)

// A shape says what may stand in some place of a schema file. The shapes of the
// language drive the checks of this file, the order of keys that Format brings about,
// and the JSON Schema.
type shape interface {
	// check reports what is wrong about a value, and marks as bad what is of no use. At is
	// where the value belongs: its key, say.
	check(f *findings, n *node, at place)
	// jsonSchema describes the shape to editors.
	jsonSchema() object
}

// place is where a value stands, for messages about it.
type place struct {
	span schema.Span
	// what names it: "the key doc".
	what string
	// example shows how a key is written; empty for all else.
	example string
}

// text is any text.
type text struct {
	doc string
	// word asks for one word that can stand in a directive or a tag.
	word bool
	// prose may have several lines.
	prose bool
}

func (t text) check(f *findings, n *node, at place) {
	if !isText(f, n, at, "text") {
		return
	}
	switch {
	case t.word:
		checkWord(f, n, at.what)
	case t.prose:
		checkProse(f, n, at.what)
	}
}

// isText refuses all but text. Want says what the text is, if it is not any.
func isText(f *findings, n *node, at place, want string) bool {
	switch {
	case n.bad:
	case n.kind != scalar, n.tag == "!!null", n.tag != "!!str" && want != "text":
		n.wrongKind(f, at, want)
	case n.tag != "!!str":
		n.bad = true
		f.errorf(codeNotText, n.span, "%s must be text, and %s is %s", at.what, n.text, tagName(n.tag)).
			help(`put it in quotes: "%s"`, n.text)
	default:
		return true
	}
	return false
}

// wrongKind reports a node that is no scalar, or is one.
func (n *node) wrongKind(f *findings, at place, want string) {
	got := "text"
	span := n.span
	switch n.kind {
	case mapping:
		got, span = "a mapping", at.span
	case sequence:
		got, span = "a list", at.span
	default:
		if n.tag == "!!null" {
			n.null(f, at, want)
			return
		}
		got = tagName(n.tag)
	}
	n.bad = true
	d := f.errorf(codeKind, span, "%s must be %s, not %s", at.what, want, got)
	if at.example != "" {
		d.help("it is written as in %s", at.example)
	}
}

// null reports a value that is missing, and what should be there.
func (n *node) null(f *findings, at place, want string) {
	n.bad = true
	span := n.span
	if n.text == "" {
		span = at.span
	}
	d := f.errorf(codeNull, span, "%s has no value", at.what)
	switch {
	case want == "a mapping":
		d.help("leave it out; a mapping without keys is written {}")
	case n.text == "" || !strings.HasPrefix(want, "text") && !strings.HasPrefix(want, "a value"):
		d.help("give it %s, or leave it out", want)
	default:
		d.help(`leave it out, or put it in quotes if text is meant: "%s"`, n.text)
	}
}

// typeText is a type, as text. What it says is read where all types are known.
type typeText struct{ doc string }

func (typeText) check(f *findings, n *node, at place) { isText(f, n, at, "a type") }

// truth is true or false. Where always is set, only true means anything.
type truth struct {
	doc    string
	always *bool
}

func (t truth) check(f *findings, n *node, at place) {
	if n.bad {
		return
	}
	if n.kind != scalar || n.tag != "!!bool" {
		n.wrongKind(f, at, "true or false")
		return
	}
	if t.always != nil && n.isTrue() != *t.always {
		n.bad = true
		f.errorf(codeChoice, n.span, "%s can only be %t", at.what, *t.always).
			help("leave the key out")
	}
}

func (n *node) isTrue() bool { return strings.EqualFold(n.text, "true") }

// whole is a whole number.
type whole struct {
	doc      string
	min, max int
}

var wholeNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]*)$`)

func (w whole) check(f *findings, n *node, at place) {
	if n.bad {
		return
	}
	if n.kind != scalar || n.tag != "!!int" && n.tag != "!!float" {
		n.wrongKind(f, at, "a whole number")
		return
	}
	value, err := strconv.Atoi(n.text)
	if !wholeNumber.MatchString(n.text) || err != nil || value < w.min || value > w.max {
		n.bad = true
		if w.min == w.max {
			f.errorf(codeNumber, n.span, "%s must be %d, not %s", at.what, w.min, n.text)
			return
		}
		f.errorf(codeNumber, n.span, "%s must be a whole number from %d to %d, not %s", at.what, w.min, w.max, n.text)
	}
}

// number is a number, or what is written like one in a rule: a length of time, say.
type number struct{ doc string }

var decimalNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$`)

func (number) check(f *findings, n *node, at place) {
	switch {
	case n.bad:
	case n.kind == scalar && n.tag == "!!str" && durationText.MatchString(n.text):
	case n.kind == scalar && n.tag == "!!str" && decimalNumber.MatchString(n.text) && quoteWidth(n) == 0:
		n.bad = true // YAML takes it for text
		f.errorf(codeNumber, n.span, "%s is more than any number type can hold", quoted(n.text))
	case n.kind == scalar && n.tag == "!!str" && decimalNumber.MatchString(n.text):
		n.bad = true
		f.errorf(codeKind, n.span, "%s must be a number, not text", at.what).help("leave the quotes out: %s", n.text)
	case n.kind != scalar || n.tag != "!!int" && n.tag != "!!float":
		n.wrongKind(f, at, "a number, or a length of time such as 90s")
	case !decimalNumber.MatchString(n.text):
		n.bad = true
		f.errorf(codeNumber, n.span, "%s is no plain decimal number", n.text).
			help("numbers are written like 12, -3 or 0.5: without leading zeros, underscores or other bases")
	}
}

// choice is one of some words.
type choice struct {
	doc   string
	words []string
	// or are what may stand there otherwise.
	or []string
}

func (c choice) check(f *findings, n *node, at place) {
	want := orList(slices.Concat(c.or, c.words))
	if isText(f, n, at, want) && !slices.Contains(c.words, n.text) {
		n.bad = true
		d := f.errorf(codeChoice, n.span, "%s must be %s, not %s", at.what, want, quoted(n.text))
		if help := f.didYouMean(n.text, c.words); help != "" {
			d.help("%s", help)
		}
	}
}

// value is a text or a number.
type value struct{ doc string }

func (value) check(f *findings, n *node, at place) {
	switch {
	case n.bad:
	case n.kind != scalar, n.tag == "!!null":
		n.wrongKind(f, at, "text or a number")
	}
}

// list is a list of what is all of one shape. Single says that one of them may stand
// for the list.
type list struct {
	doc    string
	of     shape
	single bool
	filled bool
	// what names an element.
	what string
}

func (l list) check(f *findings, n *node, at place) {
	switch {
	case n.bad:
	case n.kind == sequence:
		if l.filled && len(n.items) == 0 {
			n.bad = true
			f.errorf(codeMissing, at.span, "%s is an empty list", at.what).
				help("leave it out, or name something, as in %s", at.example)
		}
		for _, item := range n.items {
			span := item.span
			if item.kind == scalar && item.text == "" {
				span = at.span
			}
			l.of.check(f, item, place{span: span, what: l.what})
		}
	case l.single && n.kind == scalar:
		l.of.check(f, n, at)
	default:
		n.wrongKind(f, at, "a list")
	}
}

// elements are the good items of a list, or the one that stands for it.
func (n *node) elements() []*node {
	switch {
	case n == nil || n.bad:
		return nil
	case n.kind == scalar:
		return []*node{n}
	}
	return slices.DeleteFunc(slices.Clone(n.items), func(item *node) bool { return item.bad })
}

// either is one shape for a scalar, another one for a mapping or a list.
type either struct {
	doc string
	// truth is for true and false, text for all other scalars. Those that are nil cannot
	// stand there.
	truth, text, mapping, list shape
	// want says what can, in a message.
	want string
}

func (e either) check(f *findings, n *node, at place) {
	var s shape
	switch {
	case n.bad:
		return
	case n.kind == mapping:
		s = e.mapping
	case n.kind == sequence:
		s = e.list
	case n.tag == "!!bool" && e.truth != nil:
		s = e.truth
	case n.tag != "!!null":
		s = e.text
	}
	if s == nil {
		n.wrongKind(f, at, e.want)
		return
	}
	s.check(f, n, at)
}

// names is a mapping from names that the user chooses.
type names struct {
	doc string
	// what names one of them: "the event".
	what string
	of   shape
	// goName asks for exported Go identifiers; else any key will do here, and is turned
	// into a Go name later.
	goName bool
	filled bool
}

func (m names) check(f *findings, n *node, at place) {
	switch {
	case n.bad:
		return
	case n.kind != mapping:
		n.wrongKind(f, at, "a mapping")
		return
	case m.filled && len(n.pairs) == 0:
		n.bad = true
		f.errorf(codeMissing, at.span, "%s is empty", at.what)
	}
	for _, p := range n.pairs {
		if m.goName {
			checkGoName(f, p.key, m.what)
		}
		m.of.check(f, p.value, place{span: p.key.span, what: m.what + " " + p.key.text})
	}
}

// keys is a mapping with keys that the language knows.
type keys struct {
	// name is that of its definition in the JSON Schema, what names it in a sentence:
	// "an event".
	name, what, doc string
	keys            []key
	// oneOf are keys of which there must be just one.
	oneOf []string
}

// key is a key of the language.
type key struct {
	name string
	doc  string
	// example is a value that it may have, as it is written behind the colon.
	example  string
	shape    shape
	required bool
	// with are the keys of which one must stand beside it.
	with []string
}

// written is the key with a value, as it may stand in a file.
func (k *key) written() string { return k.name + ": " + k.example }

// explained is the same with what it is for.
func (k *key) explained() string {
	if k.doc == typeDoc {
		return k.written() // the message says enough, and this would be long
	}
	first, width := utf8.DecodeRuneInString(k.doc)
	return k.written() + "; it is " + string(unicode.ToLower(first)) + strings.TrimSuffix(k.doc[width:], ".")
}

func (k *keys) find(name string) *key {
	for i := range k.keys {
		if k.keys[i].name == name {
			return &k.keys[i]
		}
	}
	return nil
}

func (k *keys) names() []string {
	list := make([]string, len(k.keys))
	for i := range k.keys {
		list[i] = k.keys[i].name
	}
	return list
}

func (k *keys) check(f *findings, n *node, at place) {
	switch {
	case n.bad:
		return
	case n.kind != mapping:
		n.wrongKind(f, at, "a mapping")
		return
	}
	meant := map[string]bool{} // keys that are there, but misspelt
	for _, p := range n.pairs {
		known := k.find(p.key.text)
		if known == nil {
			meant[k.unknown(f, p.key)] = true
			p.value.bad = true
			continue
		}
		known.shape.check(f, p.value, place{p.key.span, "the key " + known.name, known.written()})
		if len(known.with) > 0 && n.hasAny(k.oneOf) && !n.hasAny(known.with) {
			f.errorf(codeTogether, p.key.span, "%s means nothing here without %s", known.name, orList(known.with))
		}
	}
	for i := range k.keys {
		if k.keys[i].required && n.pair(k.keys[i].name) == nil && !meant[k.keys[i].name] {
			f.errorf(codeMissing, at.span, "%s lacks the key %s", at.what, k.keys[i].name).
				help("add it, as in %s", k.keys[i].explained())
		}
	}
	if slices.ContainsFunc(k.oneOf, func(name string) bool { return meant[name] }) {
		n.bad = true
		return
	}
	k.checkOne(f, n, at)
}

// hasAny says whether a mapping has one of some keys.
func (n *node) hasAny(keys []string) bool {
	return slices.ContainsFunc(keys, func(key string) bool { return n.pair(key) != nil })
}

// checkOne asks for just one of the keys that exclude each other.
func (k *keys) checkOne(f *findings, n *node, at place) {
	if len(k.oneOf) == 0 {
		return
	}
	var found []*node
	for _, p := range n.pairs {
		if slices.Contains(k.oneOf, p.key.text) {
			found = append(found, p.key)
		}
	}
	switch {
	case len(found) == 0:
		n.bad = true
		f.errorf(codeMissing, at.span, "%s has none of %s", at.what, orList(k.oneOf))
	case len(found) > 1:
		n.bad = true
		f.errorf(codeTogether, found[1].span, "%s has %s and %s", at.what, found[0].text, found[1].text).
			note(found[0].span, "%s is here", found[0].text).
			help("it can only have one of %s: leave the other out", orList(k.oneOf))
	}
}

// unknown reports a key that the mapping does not have. The result is the one that was
// meant, empty where nothing is near.
func (k *keys) unknown(f *findings, key *node) string {
	d := f.errorf(codeKey, key.span, "unknown key %s in %s", quoted(key.text), k.what)
	if near := f.nearest(key.text, k.names()); near != "" {
		d.help("did you mean %s?", near)
		return near
	}
	if homes := homesOf(key.text); len(homes) > 0 {
		d.help("it is a key of %s", orList(homes))
		return ""
	}
	d.help("known are %s", strings.Join(k.names(), ", "))
	return ""
}

// orList is "a, b or c".
func orList(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}
