package yaml

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"github.com/esgen/esgen/schema"
)

// findings collects diagnostics. Those that are returned to be completed stay valid.
type findings struct {
	list []*schema.Diagnostic
	// compared is how many words were looked at for suggestions.
	compared int
}

func (f *findings) errorf(code schema.Code, at schema.Span, format string, args ...any) *finding {
	d := &schema.Diagnostic{Code: code, Severity: schema.Error, Span: at, Message: oneLine(format, args)}
	f.list = append(f.list, d)
	return (*finding)(d)
}

// finding is a diagnostic that may get more to say.
type finding schema.Diagnostic

func (d *finding) note(at schema.Span, format string, args ...any) *finding {
	d.Notes = append(d.Notes, schema.Note{Span: at, Message: oneLine(format, args)})
	return d
}

func (d *finding) help(format string, args ...any) *finding {
	d.Help = oneLine(format, args)
	return d
}

// oneLine formats a message. Names in it come from a file, and may have line breaks or be
// of any length.
func oneLine(format string, args []any) string {
	const most = 400
	var b strings.Builder
	count := 0
	for _, r := range fmt.Sprintf(format, args...) {
		if count++; count > most {
			b.WriteString("…")
			break
		}
		if unicode.IsPrint(r) {
			b.WriteRune(r)
		} else {
			quoted := strconv.QuoteRune(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		}
	}
	return b.String()
}

func (f *findings) sorted() schema.Diagnostics {
	list := make(schema.Diagnostics, len(f.list))
	for i, d := range f.list {
		list[i] = *d
	}
	return list.Sorted()
}

// didYouMean is a help line for a word that is not known.
func (f *findings) didYouMean(word string, known []string) string {
	if near := f.nearest(word, known); near != "" {
		return "did you mean " + near + "?"
	}
	return ""
}

// nearest is the known word that is most like another one; empty where none is.
func (f *findings) nearest(word string, known []string) string {
	f.compared += len(known)
	if f.compared > maxCompared {
		return ""
	}
	return schema.Nearest(word, known)
}

// maxCompared is how many words a run may compare to find the one that was meant:
// whoever has thousands of words wrong has made another mistake.
const maxCompared = 50_000
