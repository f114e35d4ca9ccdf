package schema

import (
	"fmt"
	"path/filepath"
	"strings"
)

// What the runner would take for the end of a property, of the properties or of
// the command is escaped.
var (
	githubProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	githubMessage  = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
)

// printGitHub prints workflow commands. Notes and help have no place of their own
// there, so they are further lines of the message.
func printGitHub(d Diagnostics, opts PrintOptions) []byte {
	var b strings.Builder
	for _, one := range d {
		command := "error"
		if one.Severity == Warning {
			command = "warning"
		}
		var properties []string
		if one.Span.File != "" {
			properties = append(properties, "file="+githubProperty.Replace(filepath.ToSlash(opts.path(one.Span.File))))
		}
		if one.Span.Line > 0 {
			properties = append(properties, fmt.Sprintf("line=%d,col=%d,endColumn=%d",
				one.Span.Line, one.Span.Column, one.Span.Column+max(one.Span.Width, 1)-1))
		}
		properties = append(properties, "title="+githubProperty.Replace(string(one.Code)))
		message := one.Message
		for _, note := range one.Notes {
			message += "\n" + filepath.ToSlash(header(note.Span, opts)) + "note: " + note.Message
		}
		if one.Help != "" {
			message += "\nhelp: " + one.Help
		}
		fmt.Fprintf(&b, "::%s %s::%s\n", command, strings.Join(properties, ","), githubMessage.Replace(message))
	}
	return []byte(b.String())
}
