package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/esgen/esgen/runtime/es"
)

const showHelp = `show prints the events of a stream, each on a line: version, time, type and payload. --full
adds position, ID, tags and metadata.

Every event is verified against its checksum as it is read.`

func newShowCommand() *cobra.Command {
	var flags eventFlags
	var opts es.ReadStream
	cmd := &cobra.Command{
		Use:   "show FILE STREAM",
		Short: "Print the events of a stream",
		Long:  showHelp + "\n" + exitHelp,
		Example: `  esstore show events.db order-17
  esstore show events.db order-17 --from 10 --to 19
  esstore show events.db order-17 --backwards --limit 5
  esstore show events.db order-17 --json | jq .payload`,
		Args:              takes("FILE", "STREAM"),
		ValidArgsFunction: completeStream,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkRange(opts); err != nil {
				return usageError(cmd, err)
			}
			p := newEventPrinter(cmd.OutOrStdout(), flags)
			return withStore(cmd.Context(), args[0], func(s store) error {
				return show(cmd, s, p, args[0], args[1], opts)
			})
		},
	}
	flags.register(cmd)
	cmd.Flags().Int64Var(&opts.From, "from", 0, "the first `VERSION` to print")
	cmd.Flags().Int64Var(&opts.To, "to", 0, "the last `VERSION` to print")
	cmd.Flags().IntVarP(&opts.Limit, "limit", "n", 0, "print at most `N` events")
	cmd.Flags().BoolVarP(&opts.Backwards, "backwards", "r", false, "print the newest event first")
	return cmd
}

func (f *eventFlags) register(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.json, "json", false, "print events as JSON, an object a line")
	cmd.Flags().BoolVar(&f.full, "full", false, "print all that is known of an event, and cut nothing")
}

func checkRange(opts es.ReadStream) error {
	switch {
	case opts.From < 0 || opts.To < 0:
		return fmt.Errorf("versions count from 1")
	case opts.Limit < 0:
		return fmt.Errorf("--limit %d is negative", opts.Limit)
	case opts.To != 0 && opts.To < opts.From:
		return fmt.Errorf("--to %d lies before --from %d", opts.To, opts.From)
	}
	return nil
}

func show(cmd *cobra.Command, s store, p *eventPrinter, path, stream string, opts es.ReadStream) error {
	n := 0
	for e, err := range s.Stream(cmd.Context(), stream, opts) {
		if err == nil {
			err = p.print(e)
		}
		if err != nil {
			_ = p.flush() // what comes before the error
			return err
		}
		n++
	}
	if err := p.flush(); err != nil || n > 0 {
		return err
	}
	for e, err := range s.Stream(cmd.Context(), stream, es.ReadStream{Backwards: true, Limit: 1}) {
		if err != nil {
			return err
		}
		cmd.PrintErrf("esstore: stream %s ends at version %d\n", printableName(stream), e.Version)
		return nil
	}
	return noStream(cmd.Context(), path, stream)
}

// noStream says that there is no such stream, and which others might be meant.
func noStream(ctx context.Context, path, stream string) error {
	err := fmt.Errorf("there is no stream %s in %s", printableName(stream), path)
	similar, e := streamsLike(ctx, path, stream, 4)
	if e != nil || len(similar) == 0 {
		return err
	}
	var names []string
	for _, s := range similar {
		names = append(names, printableName(s.Name))
	}
	if len(names) == 4 {
		names[3] = "…"
	}
	return fmt.Errorf("%w; there is %s", err, strings.Join(names, ", "))
}

// completeStream completes FILE and then the name of a stream in it.
func completeStream(cmd *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
	if len(args) != 1 {
		return completeFile(cmd, args, begun)
	}
	const most = 100
	found, err := streamsLike(cmd.Context(), args[0], begun, most)
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	var names []string
	for _, s := range found {
		// Shells get a line a name, in which a tab begins its description.
		if strings.HasPrefix(s.Name, begun) && plain(s.Name) {
			names = append(names, cobra.CompletionWithDesc(s.Name, printable(s.Category)))
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}
