package yaml

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	yaml "gopkg.in/yaml.v3"

	"github.com/esgen/esgen/schema"
)

// parse reads the one document of a file. The result is nil where it can't.
func parse(src *source, f *findings) *node {
	if !src.checkText(f) {
		return nil
	}
	tree, err := decode(src.text)
	switch {
	case errors.Is(err, io.EOF), err == nil && isBlank(tree):
		f.errorf(codeNoSchema, src.span(0, 1), "the file is empty").
			help(`a schema file begins with "esgen: 1" and the name of its package`)
		return nil
	case errors.Is(err, errDocuments):
		line, _ := secondDocument(src)
		f.errorf(codeDocuments, src.lineSpan(line), "a second document in one file").
			help("a schema file has one document: put the other one into a file of its own")
		return nil
	case err != nil:
		syntaxError(src, f, err)
		return nil
	}
	b := &builder{findings: f, src: src, open: map[*yaml.Node]bool{}}
	n := b.build(tree.Content[0])
	if n.bad {
		return nil
	}
	return n
}

// isBlank says whether a document holds nothing.
func isBlank(doc *yaml.Node) bool {
	return len(doc.Content) == 0 || doc.Content[0].Kind == yaml.ScalarNode && doc.Content[0].Value == "" && doc.Content[0].Style == 0
}

var errDocuments = errors.New("a second document")

// decode reads a text with the library, which must not bring the process down
// whatever it thinks of the text.
func decode(text []byte) (doc *yaml.Node, err error) {
	defer func() {
		if r := recover(); r != nil {
			doc, err = nil, fmt.Errorf("the YAML library gave up: %v", r)
		}
	}()
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	doc = new(yaml.Node)
	if err := decoder.Decode(doc); err != nil {
		return nil, err
	}
	if err := decoder.Decode(new(yaml.Node)); err == nil {
		return nil, errDocuments
	} else if !errors.Is(err, io.EOF) {
		return nil, err
	}
	return doc, nil
}

// secondDocument is the line, counted from 0, where the second document begins.
func secondDocument(src *source) (int, bool) {
	content := false
	for i := range src.lines {
		line := strings.TrimPrefix(string(src.line(i)), bom)
		switch {
		case line == "---" || strings.HasPrefix(line, "--- ") || strings.HasPrefix(line, "---\t"):
			if content {
				return i, true
			}
			content = strings.TrimSpace(line[3:]) != "" || i > 0 && content
		case strings.TrimSpace(line) == "" || strings.HasPrefix(strings.TrimSpace(line), "#") || strings.HasPrefix(line, "%"):
		default:
			content = true
		}
	}
	return len(src.lines) - 1, false
}

var (
	unknownAnchor = regexp.MustCompile(`unknown anchor '(.*)' referenced`)
	lineNumber    = regexp.MustCompile(`^(yaml: )?(line \d+: )?`)
	// unquotedType are the two types that YAML takes for something else: a list in a
	// value, and ? within braces.
	unquotedType      = regexp.MustCompile(`:\s+(\[\][\w\[\]?]+|\?\w+|map\[[^,}]*)`)
	colonWithoutSpace = regexp.MustCompile(`^\s*([\pL_][\pL\p{Nd}_]*):([^\s/].*)`)
	colonInText       = regexp.MustCompile(`:\s+[^"'{\[&*|>#][^#]*?:\s`)
)

// syntaxError says what the library has found, where it is: the library gives the
// line of what surrounds it, if any.
func syntaxError(src *source, f *findings, err error) {
	message := lineNumber.ReplaceAllString(err.Error(), "")
	if m := unknownAnchor.FindStringSubmatch(message); m != nil {
		at := max(0, bytes.Index(src.text, []byte("*"+m[1])))
		f.errorf(codeAlias, src.span(at, 1+len(m[1])), "the alias *%s stands for nothing: no &%[1]s comes before it", m[1]).
			help("write out what is meant; text that begins with * is written in quotes")
		return
	}
	line := failingLine(src)
	if line > 0 && colonWithoutSpace.Match(src.line(line-1)) {
		line-- // YAML takes it for a text that goes on, and stumbles over what follows
	}
	text := string(src.line(line))
	indent := text[:len(text)-len(strings.TrimLeft(text, " \t"))]
	if tab := strings.IndexByte(indent, '\t'); tab >= 0 {
		f.errorf(codeTab, src.span(src.lines[line]+tab, strings.Count(indent[tab:], "\t")), "a tab in the indentation").
			help("YAML is indented with spaces")
		return
	}
	d := f.errorf(codeSyntax, src.lineSpan(line), "this is no YAML: %s", message)
	switch {
	case strings.HasPrefix(text, "%"):
		d.help("leave out the line that says which YAML it is")
	case unquotedType.MatchString(text):
		d.help(`write a type that begins with [] in quotes, and within braces also one with ? or a bracket: "%s"`,
			strings.TrimRight(unquotedType.FindStringSubmatch(text)[1], " "))
	case strings.ContainsRune(strings.TrimLeft(text, " -"), '\t'):
		d.help("there is a tab on this line: use spaces")
	case colonInText.MatchString(text):
		d.help("write text that has a colon in it in quotes")
	case colonWithoutSpace.MatchString(text):
		d.help("write a space behind the colon: %s", colonWithoutSpace.ReplaceAllString(strings.TrimSpace(text), "$1: $2"))
	case strings.Contains(message, "did not find expected key"):
		d.help("the keys of one mapping all begin in one column: see whether this line and those above and below it do")
	}
}

// failingLine is the line, counted from 0, that the library stumbles over: what
// stands before it is YAML. It tries beginnings of the file, as often as it can afford.
func failingLine(src *source) int {
	budget := 16<<20 + len(src.text)
	fine := func(lines int) bool {
		if lines >= len(src.lines) {
			return false
		}
		prefix := src.text[:src.lines[lines]]
		budget -= len(prefix)
		_, err := decode(prefix)
		return err == nil || errors.Is(err, io.EOF)
	}
	// The first good lines are fine, the first bad ones are not. A beginning that stops
	// amid something of several lines is not fine either, so some more are tried.
	const further = 30
	good, bad := 0, len(src.lines)
	for good+1 < bad && budget > 0 {
		middle := (good + bad) / 2
		found := false
		for i := middle; i < min(middle+further, bad) && budget > 0; i++ {
			if fine(i) {
				good, found = i, true
				break
			}
		}
		if !found {
			bad = middle
		}
	}
	line := good
	for line+1 < len(src.lines) && isComment(src.line(line)) {
		line++
	}
	return withinBraces(src, line)
}

// withinBraces finds the line of a type without its quotes, where what fails goes over
// several lines.
func withinBraces(src *source, line int) int {
	open := 0
	for i := line; i < min(len(src.lines), line+1000); i++ {
		text := src.line(i)
		open += bytes.Count(text, []byte("{")) - bytes.Count(text, []byte("}"))
		if unquotedType.Match(text) {
			return i
		}
		if open <= 0 {
			break
		}
	}
	return line
}

func isComment(line []byte) bool {
	line = bytes.TrimSpace(line)
	return len(line) == 0 || line[0] == '#'
}

// meantAsSchema says whether a file that is no schema was meant to be one: its editor knows
// it for one, or its keys are those that no other file has together. Passed over, what it
// declares would be missing without a word.
func meantAsSchema(beginning []byte) bool {
	var known, others []string
	for line := range bytes.Lines(bytes.TrimPrefix(beginning, []byte(bom))) {
		text := strings.TrimRight(string(line), " \t\r\n")
		if comment, ok := strings.CutPrefix(text, "#"); ok && strings.Contains(comment, "yaml-language-server:") && strings.Contains(comment, "esgen.schema.json") {
			return true
		}
		if key := topKey.FindStringSubmatch(text); key == nil {
			continue
		} else if fileShape.find(key[1]) != nil {
			known = append(known, key[1])
		} else {
			others = append(others, key[1])
		}
	}
	has := func(key string) bool { return slices.Contains(known, key) }
	return has("package") && (has("aggregates") || has("decisions")) && (len(others) == 0 || len(others) == 1 && schema.Nearest(others[0], []string{"esgen"}) != "")
}

// topKey is a key that begins a line.
var topKey = regexp.MustCompile(`^["']?([\pL_][\pL\p{Nd}_-]*)["']? *:( |$)`)

// isSchema says whether a file is one of ours, by its first lines.
func isSchema(beginning []byte) bool {
	beginning = bytes.TrimPrefix(beginning, []byte(bom))
	for line := range bytes.Lines(beginning) {
		text := strings.TrimSpace(string(line))
		if text == "" || text[0] == '#' || text == "---" || text[0] == '%' {
			continue
		}
		text = strings.TrimSpace(strings.TrimPrefix(strings.TrimPrefix(text, "--- "), "{"))
		return slices.ContainsFunc([]string{"esgen:", `"esgen":`, "'esgen':", "esgen :"}, func(key string) bool {
			return strings.HasPrefix(text, key)
		})
	}
	return false
}
