package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
)

func newExplainCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "explain [CODE]",
		Short: "Explain an error code, or list them all",
		Long: `explain says what an error code means, with an example of what is wrong and one of what is
right. Without a code it lists all of them.`,
		Example: `  esgen explain ES0107
  esgen explain`,
		Args: func(cmd *cobra.Command, args []string) error {
			if err := cobra.MaximumNArgs(1)(cmd, args); err != nil {
				return usageError(cmd, fmt.Errorf("one code at a time, but there are %d", len(args)))
			}
			return nil
		},
		ValidArgsFunction: completeCode,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return listCodes(cmd.OutOrStdout())
			}
			return explain(cmd.OutOrStdout(), args[0])
		},
	}
}

func completeCode(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var codes []string
	for _, c := range allCodes() {
		codes = append(codes, cobra.CompletionWithDesc(string(c.Code), c.Title))
	}
	return codes, cobra.ShellCompDirectiveNoFileComp
}

func listCodes(w io.Writer) error {
	for _, c := range allCodes() {
		if _, err := fmt.Fprintf(w, "%s  %s\n", c.Code, c.Title); err != nil {
			return err
		}
	}
	return nil
}

func explain(w io.Writer, name string) error {
	c, ok := findCode(name)
	if !ok {
		if similar := similarCodes(name); len(similar) > 0 {
			return fmt.Errorf("there is no code %s; did you mean %s?", name, strings.Join(similar, ", "))
		}
		return fmt.Errorf("there is no code %s; %q lists all", name, spelling()+" explain")
	}
	_, err := fmt.Fprintf(w, "%s: %s\n\n%s\n", c.Code, c.Title, strings.TrimSpace(c.Text))
	return err
}
