package main

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/esgen/esgen/cmd/internal/terminal"
	"github.com/esgen/esgen/schema"
)

const checkHelp = `check does all that esgen does, but writes nothing: it says which generated files are stale,
missing or left over, and shows what would change as a unified diff. It is meant for CI,
and for a look before generating.

The diff goes to the standard output, in the form that "git apply" and "patch -p1" take. With
--format json or github, where the findings go there, no diff is printed.`

func newCheckCommand() *cobra.Command {
	var flags generateFlags
	cmd := &cobra.Command{
		Use:   "check [PATTERN... | FILE.yaml...]",
		Short: "Say which generated files are not up to date",
		Long:  checkHelp + "\n" + exitHelp,
		Example: `  esgen check ./...
  esgen check --format github ./...`,
		Args:              cobra.ArbitraryArgs,
		ValidArgsFunction: completeFolder,
		RunE: func(cmd *cobra.Command, args []string) error {
			return check(cmd, &flags, args)
		},
	}
	flags.register(cmd)
	return cmd
}

// check shows the plan that generate would carry out.
func check(cmd *cobra.Command, flags *generateFlags, patterns []string) error {
	progress := terminal.StartProgress(cmd.ErrOrStderr())
	defer progress.Stop()
	p, found, err := makePlan(cmd.Context(), flags, patterns, progress)
	if err != nil {
		return err
	}
	progress.Stop()
	if found.HasErrors() {
		return report(cmd, flags.format, found)
	}
	diffs := cmd.OutOrStdout()
	if flags.format.Format != schema.FormatText {
		diffs = io.Discard
	}
	stale, err := p.compare(diffs)
	if err != nil {
		return err
	}
	p.sayIfNothing(cmd)
	return report(cmd, flags.format, append(found, stale...))
}
