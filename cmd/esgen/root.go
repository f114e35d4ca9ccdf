package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
)

const rootHelp = `esgen reads Go packages whose events and aggregates are annotated with //es: directives,
or declared in schema files, which are YAML that begins with esgen: 1. It writes the rest of
an event-sourced aggregate into es_gen.go: the sealed interface of its events, the apply
dispatcher, codecs, the registry and a typed repository, and the types that schema files
declare. Tests that every event survives being stored go to es_gen_test.go.

PATTERN names packages as it does for the go command: a folder (./order), an import path,
or all packages below a folder (./...). The name of a schema file stands for the package of
its folder. Without a pattern it is the package in the current folder, so a line

	//go:generate go tool esgen

in a package is all that "go generate" needs. One such line for ./... at the top of a
module is quicker than one in each package.

Nothing is written while any declaration is wrong: every error is listed, with its place
and what to do. Files that would not change are not touched; generated files that nothing
asks for any more are removed. Files that esgen has not written are never overwritten.

Findings are printed for people, to the standard error: on a terminal in colour, unless
NO_COLOR is set. With --format json they go to the standard output, one object a line, and
with --format github as commands that make GitHub show them beside the code.`

const rootExamples = `  esgen              generate the package in the current folder
  esgen ./...        generate all packages of the module
  esgen check ./...  see whether generated files are up to date, in CI say
  esgen init order   start a package with an aggregate, two events and a test`

const exitHelp = `
Exit status: 0 if all is well, 1 if there are findings or stale files, 2 if the work could
not be done at all (wrong usage, the go command fails, a file cannot be written).`

// newRootCommand is the tool: generating is what it does without a subcommand.
func newRootCommand() *cobra.Command {
	var flags generateFlags
	var folder string
	root := &cobra.Command{
		Use:               "esgen [PATTERN... | FILE.yaml...]",
		Short:             "Write the plumbing of event-sourced Go",
		Long:              rootHelp + "\n" + exitHelp,
		Example:           rootExamples,
		Args:              patternsOrCommand,
		ValidArgsFunction: completeFolder,
		RunE: func(cmd *cobra.Command, args []string) error {
			return generate(cmd, &flags, args)
		},
		SilenceUsage:  true,
		SilenceErrors: true,

		SuggestionsMinimumDistance: 2,
	}
	root.PersistentFlags().StringVarP(&folder, "chdir", "C", "", "run as if started in `DIR`")
	root.PersistentPreRunE = func(*cobra.Command, []string) error {
		if folder == "" {
			return nil
		}
		return os.Chdir(folder)
	}
	flags.register(root)
	root.Flags().BoolVarP(&flags.verbose, "verbose", "v", false, "list the files that are written or removed")
	root.SetFlagErrorFunc(usageError)
	root.AddCommand(newCheckCommand(), newInitCommand(), newFmtCommand(), newExplainCommand(), newSchemaCommand(), newVersionCommand(), directivesTopic(), yamlTopic())
	return root
}

// usageError tells where to read on.
func usageError(cmd *cobra.Command, err error) error {
	return fmt.Errorf("%w\nsee %q", err, spelling()+strings.TrimPrefix(cmd.CommandPath(), cmd.Root().Name())+" --help")
}

// completeFolder completes patterns and folders.
func completeFolder(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveFilterDirs
}

// patternsOrCommand takes patterns, but not what can only be a misspelt command: no
// package that has annotations is called so.
func patternsOrCommand(cmd *cobra.Command, args []string) error {
	for _, arg := range args[:min(len(args), 1)] {
		if strings.ContainsAny(arg, `./\`) {
			continue
		}
		if meant := cmd.SuggestionsFor(arg); len(meant) > 0 {
			return usageError(cmd, fmt.Errorf("unknown command %q; did you mean %s?", arg, strings.Join(meant, " or ")))
		}
		if isFolder(arg) {
			return usageError(cmd, fmt.Errorf("unknown command %q; the package in that folder is ./%[1]s", arg))
		}
	}
	return nil
}
