package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/esgen/esgen/cmd/internal/terminal"
	"github.com/esgen/esgen/runtime/sqlite"
)

const checkHelp = `check reads the whole file and looks for everything that contradicts itself: pages and
indexes, tables and triggers, both checksums of every event, versions and positions that are
missing, heads of streams, tags, commands, state tables and their rows, snapshots, and what
refers to nothing. Each fault is a line:

  checksum: stream order-17, version 3, position 42, event order.placed: …

In a file of JSON lines it verifies each line, by itself and with those before it, and stops
at the first that is damaged. What a crash has left at the end is no fault.

Others may use the file meanwhile. A million events take some seconds.`

func newCheckCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "check FILE",
		Short: "Say whether anything in the file is damaged",
		Long:  checkHelp + "\n" + exitHelp,
		Example: `  esstore check events.db
  esstore check --json events.db | jq 'select(.fault)'`,
		Args:              takes("FILE"),
		ValidArgsFunction: completeFile,
		RunE: func(cmd *cobra.Command, args []string) error {
			return check(cmd, args[0], asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print faults as JSON, an object a line, and what was checked in the last line")
	return cmd
}

func check(cmd *cobra.Command, path string, asJSON bool) error {
	if f, err := formatOf(path); err == nil && f == formatLines {
		return checkLines(cmd, path, asJSON)
	}
	progress := terminal.StartProgress(cmd.ErrOrStderr())
	defer progress.Stop()
	w := cmd.OutOrStdout()
	var printing error
	report, err := sqlite.Check(cmd.Context(), path,
		sqlite.OnProgress(func(p sqlite.Progress) { progress.StepOf("checking "+p.Step, p.Done, p.Total) }),
		sqlite.OnFault(func(f sqlite.Fault) {
			progress.Hide()
			if e := printFault(w, f, asJSON); printing == nil {
				printing = e
			}
		}))
	progress.Stop()
	if err != nil {
		return err
	}
	if printing == nil {
		printing = printReport(w, path, &report, asJSON)
	}
	if printing == nil && report.Found > 0 {
		return errFaults
	}
	return printing
}

type faultJSON struct {
	Kind     sqlite.FaultKind `json:"fault"`
	Stream   string           `json:"stream,omitempty"`
	Version  int64            `json:"version,omitempty"`
	Position int64            `json:"position,omitempty"`
	Type     string           `json:"type,omitempty"`
	Problem  string           `json:"problem"`
}

func printFault(w io.Writer, f sqlite.Fault, asJSON bool) error {
	if asJSON {
		return printJSON(w, faultJSON(f))
	}
	if f.Stream != "" {
		f.Stream = printableName(f.Stream)
	}
	if f.Type != "" {
		f.Type = printableName(f.Type)
	}
	_, err := fmt.Fprintf(w, "%s: %s\n", f.Kind, printable(f.String()))
	return err
}

type reportJSON struct {
	File      string `json:"file"`
	Format    int64  `json:"format,omitempty"` // none for JSON lines
	Streams   int64  `json:"streams"`
	Events    int64  `json:"events"`
	Types     int64  `json:"types"`
	Tags      int64  `json:"tags"`
	Commands  int64  `json:"commands"`
	Tables    int64  `json:"tables"`
	Rows      int64  `json:"rows"`
	Snapshots int64  `json:"snapshots"`
	Faults    int64  `json:"faults"`
}

func printReport(w io.Writer, path string, r *sqlite.Report, asJSON bool) error {
	if asJSON {
		return printJSON(w, reportJSON{path, r.Format, r.Streams, r.Events, r.Types, r.Tags, r.Commands, r.Tables, r.Rows, r.Snapshots, r.Found})
	}
	verdict := "sound"
	if r.Found > 0 {
		verdict = number(r.Found, "fault")
	}
	// Most files have nothing beside the events.
	beside := ""
	if r.Tables > 0 {
		beside = fmt.Sprintf(", %s in %s", number(r.Rows, "row"), number(r.Tables, "table"))
	}
	if r.Snapshots > 0 {
		beside += ", " + number(r.Snapshots, "snapshot")
	}
	_, err := fmt.Fprintf(w, "%s: %s: %s of %s in %s, %s, %s%s\n", printableName(path), verdict, number(r.Events, "event"),
		number(r.Types, "type"), number(r.Streams, "stream"), number(r.Tags, "tag"), number(r.Commands, "command"), beside)
	return err
}

// number counts: "1 event", "2 events".
func number(n int64, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
