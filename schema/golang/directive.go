package golang

import (
	"go/token"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/esgen/esgen/schema"
)

// directive is one //es: line, as far as it is right.
type directive struct {
	*Directive
	// name is the word after //es:, line all of it.
	name schema.Text
	line schema.Span
	args []schema.Text
	keys []keyValue
	// faulty says that something of it was wrong, guessed that its name was: it was
	// reported, and stands for the directive that was probably meant.
	faulty, guessed bool
}

// keyValue is one KEY=VALUE word. values has one element, or several where the
// key takes a list.
type keyValue struct {
	key    *Key
	values []schema.Text
}

// value is what a key has, nil where it isn't there.
func (d *directive) value(key string) *schema.Text {
	for i := range d.keys {
		if d.keys[i].key.Name == key {
			return &d.keys[i].values[0]
		}
	}
	return nil
}

// list is all that a key has.
func (d *directive) list(key string) []schema.Text {
	for i := range d.keys {
		if d.keys[i].key.Name == key {
			return d.keys[i].values
		}
	}
	return nil
}

// word is one word of a directive's line.
type word struct {
	schema.Text
	// key is the part before the equals sign, if there is one, and value the part
	// after it.
	key, value schema.Text
	isKey      bool
}

const prefix = "//es:"

// directiveName splits a line that begins with //es: into the directive's name and
// the rest.
func directiveName(line string) (name, rest string) {
	line = line[len(prefix):]
	end := strings.IndexFunc(line, unicode.IsSpace)
	if end < 0 {
		end = len(line)
	}
	return line[:end], line[end:]
}

// parseDirective reads a line that begins with //es: and stands at a place. It
// returns nil where the directive is not known, nor close to one that is; else what is
// right of it, so that one mistake does not bring about others elsewhere.
func parseDirective(line string, at schema.Span, f *findings) *directive {
	name, rest := directiveName(line)
	trimmed := strings.TrimRightFunc(line, unicode.IsSpace)
	d := &directive{
		Directive: find(directives, name),
		name:      schema.Text{Value: name, Span: within(at, len(prefix), len(name))},
		line:      within(at, 0, len(trimmed)),
	}
	switch {
	case name == "":
		diag := f.errorf(codeUnknownDirective, d.line, "the name of a directive must follow //es: at once")
		diag.Help = didYouMean("", directives)
		words := strings.Fields(rest)
		if len(words) == 0 || find(directives, words[0]) == nil {
			return nil
		}
		diag.Help = "write " + prefix + strings.TrimSpace(rest)
		return guess(words[0], line, strings.TrimLeftFunc(rest, unicode.IsSpace)[len(words[0]):], d.line)
	case d.Directive == nil:
		f.errorf(codeUnknownDirective, d.name.Span, "unknown directive //es:%s", name).
			Help = didYouMean(name, directives)
		return guess(schema.Nearest(name, names(directives)), line, rest, d.line)
	}
	before := len(f.list)
	d.parse(rest, within(at, len(prefix)+len(name), 1), f)
	d.faulty = len(f.list) > before
	return d
}

// guess reads the arguments at the end of a line as those of the directive that it was
// meant to be; nil where that is not known. The line has been reported, and what else is
// wrong with it can wait; but nothing is to be said of declarations that rest on it.
func guess(name, line, args string, at schema.Span) *directive {
	known := find(directives, name)
	if known == nil {
		return nil
	}
	d := &directive{Directive: known, name: schema.Text{Value: name, Span: at}, line: at, faulty: true, guessed: true}
	d.parse(args, within(at, len(line)-len(args), 1), &findings{})
	return d
}

// parse reads what stands behind a directive's name.
func (d *directive) parse(rest string, at schema.Span, f *findings) {
	for _, w := range d.words(rest, at, f) {
		if w.isKey {
			d.addKey(w, f)
		} else {
			d.addArg(w, f)
		}
	}
	d.complete(f)
}

// words splits the rest of a line. A word may be quoted as a whole, as Go quotes
// strings.
func (d *directive) words(rest string, at schema.Span, f *findings) []word {
	var words []word
	for offset := 0; ; {
		offset += len(rest[offset:]) - len(strings.TrimLeftFunc(rest[offset:], unicode.IsSpace))
		if offset == len(rest) {
			return words
		}
		tail := rest[offset:]
		var w word
		width := strings.IndexFunc(tail, unicode.IsSpace)
		if width < 0 {
			width = len(tail)
		}
		if tail[0] == '"' || tail[0] == '`' {
			quoted, err := strconv.QuotedPrefix(tail)
			after, _ := utf8.DecodeRuneInString(tail[len(quoted):])
			if err != nil || len(quoted) < len(tail) && !unicode.IsSpace(after) {
				f.errorf(codeQuotes, within(at, offset, width), "the quotes of an argument of //es:%s are not closed, or something follows them", d.Name).
					Help = `a word is quoted as a whole, as in "key=some value"`
				offset += width
				continue
			}
			width = len(quoted)
			w.Value, _ = strconv.Unquote(quoted)
			w.Span = within(at, offset, width)
			w.split(1)
		} else {
			w.Value = tail[:width]
			w.Span = within(at, offset, width)
			if strings.ContainsAny(w.Value, "\"`") {
				f.errorf(codeQuotes, w.Span, "a quote in the middle of an argument of //es:%s", d.Name).
					Help = `a word is quoted as a whole, as in "key=some value"`
				offset += width
				continue
			}
			w.split(0)
		}
		words = append(words, w)
		offset += width
	}
}

// split finds key and value. quote is the width of the opening quote; behind it
// escapes can make text and source differ in length, so the spans end with the
// word at the latest.
func (w *word) split(quote int) {
	key, value, isKey := strings.Cut(w.Value, "=")
	if !isKey || strings.ContainsAny(key, "{}/.*") {
		return // a template or a pattern may have an equals sign of its own
	}
	w.isKey = true
	clip := func(offset, width int) schema.Span {
		offset = min(offset, w.Span.Width-1)
		return within(w.Span, offset, min(width, w.Span.Width-offset))
	}
	w.key = schema.Text{Value: key, Span: clip(quote, len(key))}
	w.value = schema.Text{Value: value, Span: clip(quote+len(key)+1, len(value))}
}

func (d *directive) addArg(w word, f *findings) {
	switch {
	case w.Value == "":
		f.errorf(codeEmptyValue, w.Span, "an empty argument of //es:%s", d.Name).Help = d.usage()
		return
	case d.maxArgs >= 0 && len(d.args) >= d.maxArgs:
		if len(d.args) > d.maxArgs {
			return // the first one too many is enough to report
		}
		d.args = append(d.args, schema.Text{})
		help := d.usage()
		if strings.HasPrefix(w.Value, "//") {
			help = "a directive has its line for itself: write the comment on a line of its own"
		} else if d.key(w.Value) != nil {
			help = "give it a value: " + w.Value + "=" + d.key(w.Value).Value
		}
		f.errorf(codeTooManyArgs, w.Span, "too many arguments of //es:%s: %s", d.Name, w.Value).Help = help
		return
	}
	if !d.check(d.form, w.Text, "argument", f) {
		if name := strings.TrimRight(w.Value, ","); d.form == formEvent && token.IsIdentifier(name) {
			w.Value = name // what was meant is plain
			d.args = append(d.args, w.Text)
			return
		}
		// A placeholder keeps the count right; complete drops it.
		d.args = append(d.args, schema.Text{})
		return
	}
	for _, other := range d.args {
		if other.Value == w.Value {
			f.errorf(codeRepeated, w.Span, "%s stands twice in //es:%s", w.Value, d.Name).Help = "leave one of the two out"
			return
		}
	}
	d.args = append(d.args, w.Text)
}

func (d *directive) addKey(w word, f *findings) {
	key := d.key(w.key.Value)
	if key == nil {
		diag := f.errorf(codeUnknownKey, w.key.Span, "//es:%s has no key %s", d.Name, w.key.Value)
		diag.Help = d.usage()
		known := make([]string, len(d.Keys))
		for i := range d.Keys {
			known[i] = d.Keys[i].Name
		}
		if near := schema.Nearest(w.key.Value, known); near != "" {
			diag.Help = "did you mean " + near + "=" + d.key(near).Value + "?"
		}
		return
	}
	kv := keyValue{key: key}
	for _, other := range d.keys {
		if other.key == key {
			diag := f.errorf(codeRepeated, w.key.Span, "//es:%s has %s= twice", d.Name, key.Name)
			diag.Help = "leave one of the two out"
			if key.List {
				diag.Help = "separate several values by commas: " + key.Name + "=" + other.values[0].Value + "," + w.value.Value
			}
			return
		}
	}
	parts := []string{w.value.Value}
	if key.List {
		parts = strings.Split(w.value.Value, ",")
	}
	offset := 0
	for _, part := range parts {
		text := schema.Text{Value: part, Span: within(w.value.Span, min(offset, w.value.Span.Width-1), len(part))}
		offset += len(part) + 1
		if part == "" {
			diag := f.errorf(codeEmptyValue, w.Span, "%s= of //es:%s has an empty value", key.Name, d.Name)
			if diag.Help = d.usage(); len(parts) > 1 {
				diag.Help = "several values have commas between them, and no spaces: " + key.Name + "=" + key.Value + "," + key.Value
			}
			continue
		}
		if !d.check(key.form, text, key.Name, f) {
			continue
		}
		if slices.ContainsFunc(kv.values, func(other schema.Text) bool { return other.Value == part }) {
			f.errorf(codeRepeated, text.Span, "%s stands twice in //es:%s", part, d.Name).Help = "leave one of the two out"
			continue
		}
		kv.values = append(kv.values, text)
	}
	// Without a right value the key is as good as missing, but there: complete must
	// not say that it is missing.
	if len(kv.values) == 0 {
		kv.values = []schema.Text{{}}
	}
	d.keys = append(d.keys, kv)
}

// check reports a value of the wrong form.
func (d *directive) check(want form, text schema.Text, what string, f *findings) bool {
	why := want.wrong(text.Value)
	if why == "" {
		return true
	}
	f.errorf(codeForm, text.Span, "%s %q of //es:%s: %s", what, text.Value, d.Name, why).Help = d.usage()
	return false
}

// complete reports what is missing, and drops the placeholders of what was wrong.
func (d *directive) complete(f *findings) {
	if len(d.args) < d.minArgs {
		f.errorf(codeMissingArg, d.line, "//es:%s lacks its argument %s", d.Name, d.Args).Help = d.usage()
	}
	for i := range d.Keys {
		if d.Keys[i].Required && d.list(d.Keys[i].Name) == nil {
			f.errorf(codeMissingArg, d.line, "//es:%s lacks %s=%s", d.Name, d.Keys[i].Name, d.Keys[i].Value).Help = d.usage()
		}
	}
	args := d.args[:0]
	for _, arg := range d.args {
		if arg.Value != "" {
			args = append(args, arg)
		}
	}
	d.args = args
	keys := d.keys[:0]
	for _, kv := range d.keys {
		if kv.values[0].Value != "" {
			keys = append(keys, kv)
		}
	}
	d.keys = keys
}

func (d *directive) usage() string { return "it is written " + d.Usage() }
