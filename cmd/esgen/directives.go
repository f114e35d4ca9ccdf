package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/esgen/esgen/schema/golang"
)

// directivesTopic is the help page on what can be annotated. It is made of the table
// that drives the parser, so it cannot be out of date.
func directivesTopic() *cobra.Command {
	return &cobra.Command{
		Use:   "directives",
		Short: "The directives and tags that declarations are annotated with",
		Long:  directivesPage(golang.Directives()),
	}
}

func directivesPage(table []golang.Directive) string {
	var b strings.Builder
	b.WriteString(`A directive is a line of its own in the doc comment of a declaration: //es:, its name, and
words, some of them KEY=VALUE. There is no space after the slashes, and no blank line
between the comment and the declaration. A tag is part of a struct field's tag.
`)
	for _, d := range table {
		fmt.Fprintf(&b, "\n%s\n    on a %s\n", d.Usage(), joinTargets(d.Targets))
		for line := range wrapped(d.Doc, 84) {
			fmt.Fprintf(&b, "    %s\n", line)
		}
		for _, k := range d.Keys {
			fmt.Fprintf(&b, "      %s=%s  %s\n", k.Name, k.Value, k.Doc)
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func joinTargets(targets []golang.Target) string {
	words := make([]string, len(targets))
	for i, t := range targets {
		words[i] = string(t)
	}
	return strings.Join(words, ", ")
}

// wrapped breaks a text into lines of at most so many bytes.
func wrapped(text string, width int) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		var line string
		for word := range strings.FieldsSeq(text) {
			if line != "" && len(line)+1+len(word) > width {
				if !yield(line) {
					return
				}
				line = ""
			}
			if line != "" {
				line += " "
			}
			line += word
		}
		if line != "" {
			yield(line)
		}
	}
}
