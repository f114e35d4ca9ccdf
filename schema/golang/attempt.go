package golang

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/token"
	"strings"

	"github.com/esgen/esgen/schema"
)

// attempt is a comment, or a line of one, that is a directive or was meant to be.
type attempt struct {
	// text is the line from its first slash, or from es: in a block comment.
	text string
	at   schema.Span
	// group is the comment that it is part of.
	group *ast.CommentGroup
	// flaw says why it is none, and fixed how it is written; both are empty for a
	// directive. meant is the name of the one that it was meant to be, and args are what
	// follows the name.
	flaw, fixed string
	meant, args string
}

// attempts finds all directives of a file, and what was meant to be one.
func (f *file) attempts(fset *token.FileSet) []attempt {
	if f.ast == nil {
		return nil
	}
	var list []attempt
	for _, group := range f.ast.Comments {
		start := len(list)
		for _, c := range group.List {
			switch {
			case strings.HasPrefix(c.Text, prefix):
				list = append(list, attempt{text: c.Text, at: span(fset, c.Slash, len(c.Text))})
			case strings.HasPrefix(c.Text, "//"):
				if a, ok := misspelt(c.Text, len("//")); ok {
					a.at = span(fset, c.Slash, len(c.Text))
					list = append(list, a)
				}
			default:
				list = append(list, f.blockAttempts(fset, c)...)
			}
		}
		for i := range list[start:] {
			list[start+i].group = group
		}
	}
	return list
}

// blockAttempts looks for directives in a block comment. It reads the file and not
// the comment, whose text has lost its carriage returns.
func (f *file) blockAttempts(fset *token.FileSet, c *ast.Comment) []attempt {
	var list []attempt
	offset := f.offset(fset, c.Slash)
	text := f.text[offset:]
	if end := bytes.Index(text[2:], []byte("*/")); end >= 0 {
		text = text[:2+end]
	}
	for line := range bytes.Lines(text) {
		start := len(line) - len(bytes.TrimLeft(line, " \t*/"))
		trimmed := strings.TrimRight(string(line[start:]), " \t\r\n*")
		if a, ok := misspelt(trimmed, 0); ok {
			a.flaw = "it stands in a block comment"
			a.at = f.spanAt(offset+start, len(trimmed))
			list = append(list, a)
		}
		offset += len(line)
	}
	return list
}

// misspelt says whether a line of comment, behind its slashes, was meant to be a
// directive. It takes only the names of directives, and what is close to one, for
// that: "es: " may begin a sentence.
func misspelt(text string, slashes int) (attempt, bool) {
	inner := strings.TrimLeft(text[slashes:], " \t")
	tool, rest, ok := strings.Cut(inner, ":")
	if !ok || !strings.EqualFold(tool, "es") && !strings.EqualFold(tool, "esgen") {
		return attempt{}, false
	}
	end := strings.IndexAny(rest, " \t")
	if end < 0 {
		end = len(rest)
	}
	name := schema.Nearest(rest[:end], names(directives))
	if name == "" {
		return attempt{}, false
	}
	a := attempt{text: text, fixed: strings.TrimRight(prefix+name+rest[end:], " \t\r"), meant: name, args: rest[end:]}
	switch {
	case inner != text[slashes:]:
		a.flaw = "a space stands between // and es:"
	case strings.EqualFold(tool, "esgen"):
		a.flaw = fmt.Sprintf("directives begin with //es:, not with //%s:", tool)
	default:
		a.flaw = "es: must be in lower case"
	}
	return a, true
}
