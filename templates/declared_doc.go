package templates

import (
	"fmt"
	"go/doc/comment"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/esgen/esgen/schema"
)

// How the doc of a schema file becomes a doc comment of Go. Whatever it says, it
// stays a comment, and neither a directive nor anything else that tools obey.

// docWidth is how many characters a line of a doc comment has at most, where its
// words let it.
const docWidth = 90

// declaredDoc is the doc comment of a declared type: the schema's doc, or what can
// be said without one.
func declaredDoc(p *schema.Package, d *schema.Declaration) string {
	if strings.TrimSpace(d.Doc) == "" {
		return wrapDoc(d.Name.Value + " " + plainDoc(p, d) + ".")
	}
	return docComment(d.Name.Value, d.Doc)
}

// plainDoc says what a declaration is, in words that follow its name.
func plainDoc(p *schema.Package, d *schema.Declaration) string {
	name := d.Name.Value
	switch d.Kind {
	case schema.DeclaredScalar:
		return "is " + describeScalar(d)
	case schema.DeclaredEnum:
		names := make([]string, len(d.Values))
		for i, v := range d.Values {
			names[i] = v.GoName
		}
		if len(names) > fewValues {
			return "is one of " + d.ValuesFunc()
		}
		if len(names) == 1 {
			return "is " + names[0]
		}
		list := enumerate(names)
		i := strings.LastIndex(list, " and ")
		return "is " + list[:i] + " or " + list[i+len(" and "):]
	case schema.DeclaredAggregate:
		for _, a := range p.Aggregates {
			if a.GoName.Value == name {
				return "is an aggregate: the events of a stream " + streamTemplate(a) + " make its state"
			}
		}
	case schema.DeclaredChild:
		for _, c := range p.Children {
			if c.GoName.Value == name && c.Root != nil {
				return "is part of " + withArticle(c.Root.GoName.Value)
			}
		}
	case schema.DeclaredEvent:
		for _, e := range p.Events {
			if e.GoName.Value == name && e.Owner != nil {
				return fmt.Sprintf("is an event of %s, stored as %s", withArticle(e.Owner.GoName.Value), e.WireName)
			}
		}
	case schema.DeclaredCommand:
		for _, c := range p.Commands {
			if c.GoName.Value != name || c.Owner == nil {
				continue
			}
			owner := withArticle(c.Owner.GoName.Value)
			switch c.Creates {
			case schema.CreatesNew:
				return "is a command that creates " + owner
			case schema.CreatesIfMissing:
				return "is a command to " + owner + ", which it creates if there is none"
			}
			return "is a command to " + owner
		}
	case schema.DeclaredDecision:
		return "is a decision model"
	}
	return "is " + map[schema.DeclarationKind]string{
		schema.DeclaredStruct:    "a value object",
		schema.DeclaredAggregate: "an aggregate",
		schema.DeclaredChild:     "part of an aggregate",
		schema.DeclaredEvent:     "an event",
		schema.DeclaredCommand:   "a command",
	}[d.Kind]
}

// describeScalar says what the values of a scalar are: "a string of 3 to 80
// characters that matches its pattern".
func describeScalar(d *schema.Declaration) string {
	what, unit := "a slice", "element"
	switch t := schema.Resolve(d.Is).(type) {
	case *schema.Basic:
		what, unit = withArticle(string(t.Kind)), "character"
	case *schema.Slice:
		what += of(t.Elem)
	case *schema.Map:
		what = "a map" + of(t.Elem)
	case *schema.Named:
		what = withArticle(t.Package + "." + t.Name)
	}
	switch baseOf(d) {
	case baseBytes:
		what, unit = "a []byte", "byte"
	case baseUUID:
		what = "a UUID"
	case baseTime:
		what = "a time, kept in UTC"
	case baseDuration:
		what = "a duration"
	}
	return what + describeRange(d, "min_length", "max_length", unit) + describeRange(d, "min", "max", "") + describeChoice(d)
}

// of says what a slice or a map has, where that has a name.
func of(elem schema.Type) string {
	switch t := elem.(type) {
	case *schema.Named:
		return " of " + t.Name
	case *schema.Basic:
		return " of " + string(t.Kind)
	}
	return ""
}

func describeRange(d *schema.Declaration, minName, maxName, unit string) string {
	least, hasLeast := findRule(d, minName)
	most, hasMost := findRule(d, maxName)
	if baseOf(d) == baseDuration {
		for _, bound := range []*string{&least, &most} {
			if v, ok := parseDuration(*bound); ok {
				*bound = durationText(v)
			}
		}
	}
	last := most
	if !hasMost {
		last = least
	}
	switch {
	case unit != "" && last == "1":
		unit = " " + unit
	case unit != "":
		unit = " " + unit + "s"
	}
	switch {
	case hasLeast && hasMost && least == most:
		return " of exactly " + least + unit
	case hasLeast && hasMost && unit == "":
		return " from " + least + " to " + most
	case hasLeast && hasMost:
		return " of " + least + " to " + most + unit
	case hasLeast:
		return " of at least " + least + unit
	case hasMost:
		return " of at most " + most + unit
	}
	return ""
}

func describeChoice(d *schema.Declaration) string {
	_, pattern := findRule(d, "pattern")
	_, choice := findRule(d, "one_of")
	switch {
	case pattern && choice:
		return " out of a fixed set that matches a pattern"
	case pattern:
		return " that matches a pattern"
	case choice:
		return " out of a fixed set"
	}
	return ""
}

func findRule(d *schema.Declaration, name string) (value string, ok bool) {
	for _, rule := range d.Rules {
		if rule.Name.Value == name {
			return ruleValue(rule), true
		}
	}
	return "", false
}

// withArticle puts a or an before a name, as its first letter has it.
func withArticle(name string) string {
	if strings.ContainsRune("AEIOaeio", rune(name[0])) || name[0] == 'U' && len(name) > 1 && unicode.IsLower(rune(name[1])) && !strings.HasPrefix(name, "Uni") && !strings.HasPrefix(name, "Use") {
		return "an " + name
	}
	return "a " + name
}

// docComment is the doc comment of a name. It begins with the name, or with an
// article and the name, as Go wants it: "Channel: the way in which a booking came."
func docComment(name, doc string) string {
	doc = strings.TrimSpace(cleanDoc(doc))
	if doc == "" {
		return name
	}
	rest := doc
	for _, article := range []string{"A ", "An ", "The "} {
		rest = strings.TrimPrefix(rest, article)
	}
	if after, ok := strings.CutPrefix(rest, name); ok {
		if r, _ := utf8.DecodeRuneInString(after); !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' {
			return wrapDoc(doc)
		}
	}
	first, more, _ := strings.Cut(doc, " ")
	switch first {
	case "is", "are", "was", "has":
		return wrapDoc(name + " " + doc)
	case "A", "An", "The", "This", "That", "What", "When", "Where", "Which", "Who", "Whether", "How",
		"Some", "Somebody", "Someone", "Something", "Each", "Every", "One", "No", "Nobody", "It", "All":
		doc = strings.ToLower(first) + " " + more
	}
	return wrapDoc(name + ": " + doc)
}

// cleanDoc leaves out what a comment cannot or should not hold: control characters,
// the mark of byte order, and those that reverse the direction of text.
func cleanDoc(doc string) string {
	doc = strings.ToValidUTF8(doc, "\ufffd")
	doc = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n", "\u0085", "\n").Replace(doc)
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case unicode.IsControl(r), r == '\ufeff', unicode.Is(unicode.Bidi_Control, r):
			return -1
		case unicode.IsSpace(r):
			return ' '
		}
		return r
	}, doc)
}

// wrapDoc lays a doc out in lines. Paragraphs are filled anew; lists, and lines that
// are indented, stay as they are.
func wrapDoc(doc string) string {
	var lines, words []string
	flush := func() {
		lines = append(lines, filled(words)...)
		words = nil
	}
	for line := range strings.SplitSeq(strings.TrimSpace(cleanDoc(doc)), "\n") {
		line = strings.TrimRight(line, " \t")
		fields := strings.Fields(line)
		switch {
		case len(fields) == 0:
			flush()
			lines = append(lines, "")
		case line[0] == ' ' || line[0] == '\t' || marker.MatchString(fields[0]):
			flush()
			if line[0] != '#' && line[0] == fields[0][0] {
				line = "  " + line // without the space it were no list to Go
			}
			lines = append(lines, strings.Replace(line, fields[0], harmless(fields[0]), 1))
		default:
			words = append(words, fields...)
		}
	}
	flush()
	// gofmt does this to comments of declarations, but not to those of their parts.
	canonical := new(comment.Printer).Comment(new(comment.Parser).Parse(strings.Join(lines, "\n")))
	return strings.TrimSuffix(string(canonical), "\n")
}

// filled puts words into lines of at most docWidth characters.
func filled(words []string) []string {
	var lines []string
	line := ""
	for i, word := range words {
		switch {
		case i == 0:
			line = harmless(word)
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > docWidth && !marker.MatchString(word) && word == harmless(word):
			lines = append(lines, line)
			line = word
		default:
			line += " " + word
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// marker is what begins an item of a list, or a heading.
var marker = regexp.MustCompile(`^([-*+•#]+|[0-9]+[.)])$`)

// obeyed is what tools look for at the beginning of a comment's line: directives, in
// whose place some take comments with a space before them, and build constraints.
var obeyed = regexp.MustCompile(`^([+]build.*|//.*|/[*].*|#cgo|[a-z0-9]+:[a-z0-9].*)$`)

// harmless puts a word in quotes that must not begin a line of a comment.
func harmless(word string) string {
	if obeyed.MatchString(word) {
		return `"` + word + `"`
	}
	return word
}
