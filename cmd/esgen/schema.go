package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/esgen/esgen/schema/yaml"
)

const schemaHelp = `schema prints the JSON Schema (2020-12) of schema files. Editors complete and check a file by
it, where the file's first line names it:

  # yaml-language-server: $schema=esgen.schema.json

What takes more than a JSON Schema to see, the names of types say, "esgen check" finds.`

func newSchemaCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "schema",
		Short:   "Print the JSON Schema of schema files",
		Long:    schemaHelp,
		Example: `  esgen schema > esgen.schema.json`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usageError(cmd, fmt.Errorf("schema takes no arguments, but there is %q", args[0]))
			}
			return nil
		},
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := cmd.OutOrStdout().Write(yaml.JSONSchema())
			return err
		},
	}
}
