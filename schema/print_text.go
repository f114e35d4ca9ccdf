package schema

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// defaultLimit is how many findings of one folder a person is shown.
const defaultLimit = 20

// style is a colour of a terminal.
type style string

const (
	styleNone   style = ""
	styleError  style = "\x1b[1;31m"
	styleWarn   style = "\x1b[1;33m"
	styleNote   style = "\x1b[1;36m"
	styleStrong style = "\x1b[1m"
	styleFaint  style = "\x1b[2m"
	styleReset        = "\x1b[0m"
)

// textPrinter prints findings for people.
type textPrinter struct {
	strings.Builder
	opts  PrintOptions
	lines map[string][]string
}

func printText(d Diagnostics, opts PrintOptions) []byte {
	p := &textPrinter{opts: opts, lines: map[string][]string{}}
	shown, hidden := limit(d, opts.Limit)
	for i, one := range shown {
		if i > 0 {
			p.WriteByte('\n')
		}
		p.diagnostic(one)
	}
	if len(hidden) > 0 {
		p.WriteByte('\n')
	}
	for _, h := range hidden {
		in := ""
		if h.folder != "" {
			in = " in " + opts.path(h.folder)
		}
		fmt.Fprintf(p, "… and %d more%s\n", h.count, in)
	}
	p.summary(d)
	return []byte(p.String())
}

// omitted says how many findings of a folder are not shown.
type omitted struct {
	folder string
	count  int
}

// limit picks the findings to show: so many of each folder, errors first, since a
// warning must not keep an error out of sight.
func limit(d Diagnostics, most int) (shown Diagnostics, hidden []omitted) {
	if most == 0 {
		most = defaultLimit
	}
	if most < 0 {
		return d, nil
	}
	keep := make([]bool, len(d))
	kept, total := map[string]int{}, map[string]int{}
	var folders []string
	for _, severity := range []Severity{Error, Warning} {
		for i, one := range d {
			if (one.Severity == Warning) != (severity == Warning) {
				continue
			}
			folder := folderOf(one)
			if total[folder] == 0 {
				folders = append(folders, folder)
			}
			total[folder]++
			if kept[folder] < most {
				kept[folder]++
				keep[i] = true
			}
		}
	}
	for i, one := range d {
		if keep[i] {
			shown = append(shown, one)
		}
	}
	slices.Sort(folders)
	for _, folder := range folders {
		if n := total[folder] - kept[folder]; n > 0 {
			hidden = append(hidden, omitted{folder, n})
		}
	}
	return shown, hidden
}

func folderOf(d Diagnostic) string {
	if d.Span.File == "" {
		return ""
	}
	return filepath.Dir(d.Span.File)
}

func (p *textPrinter) styled(s style, text string) string {
	if !p.opts.Color || s == styleNone || text == "" {
		return text
	}
	return string(s) + text + styleReset
}

func (p *textPrinter) diagnostic(d Diagnostic) {
	severity := styleError
	if d.Severity == Warning {
		severity = styleWarn
	}
	p.WriteString(p.styled(styleStrong, header(d.Span, p.opts)))
	p.WriteString(p.styled(severity, fmt.Sprintf("%s[%s]: ", d.Severity, d.Code)))
	p.WriteString(p.styled(styleStrong, oneLine(d.Message)))
	p.WriteByte('\n')
	p.excerpt(d.Span, severity)
	for _, note := range d.Notes {
		p.WriteString(header(note.Span, p.opts) + p.styled(styleNote, "note: ") + oneLine(note.Message) + "\n")
	}
	if d.Help != "" {
		p.WriteString(p.styled(styleNote, "help: ") + oneLine(d.Help) + "\n")
	}
}

// header is the place of a finding as compilers print it, so that editors lead
// there: "order/events.go:14:6: ".
func header(s Span, opts PrintOptions) string {
	switch {
	case s.File == "":
		return ""
	case s.Line == 0:
		return opts.path(s.File) + ": "
	}
	return opts.path(s.File) + ":" + strconv.Itoa(s.Line) + ":" + strconv.Itoa(s.Column) + ": "
}

// excerpt prints the line, with carets below the span.
func (p *textPrinter) excerpt(s Span, carets style) {
	line, ok := p.line(s)
	if !ok {
		return
	}
	text, before, width := cutLine(line, s.Column-1, s.Width)
	number := fmt.Sprintf("%5d", s.Line)
	p.WriteString(p.styled(styleFaint, number+" |"))
	if text != "" {
		p.WriteString(" " + text)
	}
	p.WriteByte('\n')
	p.WriteString(p.styled(styleFaint, strings.Repeat(" ", len(number))+" |"))
	p.WriteString(" " + strings.Repeat(" ", before) + p.styled(carets, strings.Repeat("^", width)) + "\n")
}

// line is the line of a span, if its file can be read.
func (p *textPrinter) line(s Span) (string, bool) {
	if s.Line <= 0 || s.File == "" {
		return "", false
	}
	lines, known := p.lines[s.File]
	if !known {
		if src, err := p.opts.Source(s.File); err == nil {
			lines = strings.Split(string(src), "\n")
		}
		p.lines[s.File] = lines
	}
	if s.Line > len(lines) {
		return "", false
	}
	return strings.TrimSuffix(lines[s.Line-1], "\r"), true
}

// summary counts the findings and points to the explanations, once.
func (p *textPrinter) summary(d Diagnostics) {
	var errors, warnings int
	for _, one := range d {
		if one.Severity == Warning {
			warnings++
		} else {
			errors++
		}
	}
	if len(d) == 0 {
		return
	}
	// What is wrong first has often made the others wrong.
	first := max(0, slices.IndexFunc(d, func(one Diagnostic) bool { return one.Severity == Error }))
	var counts []string
	if errors > 0 {
		counts = append(counts, count(errors, "error"))
	}
	if warnings > 0 {
		counts = append(counts, count(warnings, "warning"))
	}
	fmt.Fprintf(p, "\n%s; for more, run %s explain %s\n", strings.Join(counts, ", "), cmp.Or(p.opts.Tool, "esgen"), d[first].Code)
}

// oneLine keeps a text from a source, which may have anything in it, from breaking
// the shape of the output.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
}
