package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"
)

const rootHelp = `esstore looks at a file of events, as the stores of esgen keep them in SQLite or as JSON
lines: what is in it, and whether it is sound; and it exports events as JSON lines, and
imports them. Only import, and export -o, change a file. A file that is looked at may be in use.

What could drive a terminal is shown as an escape sequence. On a terminal, lines are cut to
its width; --full shows all. With --json each command prints objects, one a line.`

const rootExamples = `  esstore stats events.db           what there is, and how much of it
  esstore tail -f events.db         the newest events, and those that come
  esstore show events.db order-17   the events of a stream
  esstore check events.db           is anything damaged?
  esstore export events.db          all events as JSON lines`

const exitHelp = `
Exit status: 0 if all is well, 1 if "esstore check" has found faults, 2 if the work could not
be done (wrong usage, no such file or stream, not a file of this kind).`

func newRootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:           "esstore",
		Short:         "Look at a file of events",
		Long:          rootHelp + "\n" + exitHelp,
		Example:       rootExamples,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          commandFirst,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },

		SuggestionsMinimumDistance: 2,
	}
	root.SetFlagErrorFunc(usageError)
	root.AddCommand(newCheckCommand(), newShowCommand(), newTailCommand(), newStatsCommand(), newExportCommand(), newImportCommand(), newVersionCommand())
	return root
}

// usageError tells where to read on.
func usageError(cmd *cobra.Command, err error) error {
	return fmt.Errorf("%w\nsee %q", err, cmd.CommandPath()+" --help")
}

// commandFirst refuses a command that there is not, and guesses which was meant.
func commandFirst(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	err := fmt.Errorf("unknown command %q", args[0])
	if meant := cmd.SuggestionsFor(args[0]); len(meant) > 0 {
		err = fmt.Errorf("%w; did you mean %s?", err, strings.Join(meant, " or "))
	} else if _, e := os.Stat(args[0]); e == nil {
		err = fmt.Errorf("%w; did you mean: esstore stats %s", err, args[0])
	}
	return usageError(cmd, err)
}

// takes is the rule for the arguments of a command: just those that are named.
func takes(names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) < len(names) {
			return usageError(cmd, fmt.Errorf("%s is missing: %s", names[len(args)], cmd.UseLine()))
		}
		if len(args) > len(names) {
			return usageError(cmd, fmt.Errorf("%q is one argument too many: %s", args[len(names)], cmd.UseLine()))
		}
		if info, err := os.Stat(args[0]); errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("there is no file %s", args[0])
		} else if err == nil && info.IsDir() {
			return fmt.Errorf("%s is a folder; name the file of events in it", args[0])
		}
		return nil
	}
}

// completeFile completes the argument FILE, and no others.
func completeFile(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return nil, cobra.ShellCompDirectiveDefault
}
