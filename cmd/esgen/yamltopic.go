package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/esgen/esgen/schema/yaml"
)

// yamlTopic is the help page on what a schema file can say. It is made of the table that
// drives the checks, so it cannot be out of date.
func yamlTopic() *cobra.Command {
	return &cobra.Command{
		Use:   "yaml",
		Short: "The keys that schema files have",
		Long:  yamlPage(yaml.Language()),
	}
}

func yamlPage(language []yaml.Mapping) string {
	var b strings.Builder
	b.WriteString(`A schema file is YAML whose first key is esgen. It declares what the aggregates of a Go
package remember, what can happen to them and what they are asked; what they decide is
written in Go, beside the file. Each key is shown here with a value that it may have.
`)
	for _, m := range language {
		fmt.Fprintf(&b, "\n%s\n", m.What)
		doc := m.Doc
		if len(m.OneOf) > 0 {
			doc += " It has one of " + strings.Join(m.OneOf, ", ") + "."
		}
		if !strings.EqualFold(doc, m.What+".") {
			for line := range wrapped(doc, 84) {
				fmt.Fprintf(&b, "  %s\n", line)
			}
		}
		for _, k := range m.Keys {
			required := ""
			if k.Required {
				required = "  (required)"
			}
			fmt.Fprintf(&b, "    %s%s\n", k.Example, required)
			for line := range wrapped(k.Doc, 80) {
				fmt.Fprintf(&b, "        %s\n", line)
			}
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}
