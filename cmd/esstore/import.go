package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"github.com/esgen/esgen/cmd/internal/terminal"
	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/jsonl"
	"github.com/esgen/esgen/runtime/sqlite"
)

const importHelp = `import appends the events of a file of JSON lines to another file, as "esstore export" writes
them and package jsonl of esgen keeps them. LINES is that file, or - for the standard input.
FILE is a SQLite file or one of JSON lines; one that does not exist yet is made, of JSON lines
if its name ends with .jsonl, .ndjson or .json.

IDs, times, metadata, tags and command IDs are kept, and payloads byte by byte; so are
versions, and the order of events. Events that FILE has already, with the same ID and at the
same version of the same stream, are skipped: an import that was interrupted is started
again, and goes on. Where a stream of FILE has another event at a version, the import stops.
Events of FILE that LINES does not have are no obstacle, and keep the positions before those
that are imported.

To be quick, an import into a SQLite file does not wait for the disk after each append, but
in the end. One into a file of JSON lines does: "esstore export -o" makes one much quicker.`

func newImportCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "import FILE LINES",
		Short: "Append events that were exported",
		Long:  importHelp + "\n" + exitHelp,
		Example: `  esstore import events.db events.jsonl
  zcat events.jsonl.gz | esstore import events.db -`,
		Args: takesImport,
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveDefault
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return importLines(cmd, args[0], args[1])
		},
	}
}

// takesImport is the rule for the arguments of import, whose FILE need not exist.
func takesImport(cmd *cobra.Command, args []string) error {
	names := []string{"FILE", "LINES"}
	if len(args) < len(names) {
		return usageError(cmd, fmt.Errorf("%s is missing: %s", names[len(args)], cmd.UseLine()))
	}
	if len(args) > len(names) {
		return usageError(cmd, fmt.Errorf("%q is one argument too many: %s", args[len(names)], cmd.UseLine()))
	}
	a, err := os.Stat(args[1])
	if args[1] == "-" {
		return nil
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("there is no file %s", args[1])
	case err == nil && a.IsDir():
		return fmt.Errorf("%s is a folder; name a file of JSON lines in it", args[1])
	}
	if b, e := os.Stat(args[0]); err == nil && e == nil && os.SameFile(a, b) {
		return fmt.Errorf("%s cannot be imported into itself", args[1])
	}
	return nil
}

func openTarget(ctx context.Context, path string) (store, format, error) {
	f, err := formatOf(path)
	if err != nil {
		return nil, f, err
	}
	if f == formatLines {
		s, err := jsonl.Open(ctx, path)
		return s, f, err
	}
	// What a loss of power takes away, the same import brings again. The last connection
	// to be closed brings all to disk.
	s, err := sqlite.Open(ctx, path, sqlite.WithSynchronousNormal())
	return s, f, err
}

func importLines(cmd *cobra.Command, path, from string) (err error) {
	in, size := cmd.InOrStdin(), int64(0)
	if from != "-" {
		f, err := os.Open(from)
		if err != nil {
			return err
		}
		defer f.Close()
		if info, err := f.Stat(); err == nil {
			size = info.Size()
		}
		in = f
	}
	if from != "-" {
		if begin, err := beginning(from); err == nil && begin == magicSQLite {
			return fmt.Errorf("%s is a SQLite file: export it first, as \"esstore export %s | esstore import %s -\" does", from, from, path)
		}
	}
	im := &importer{lines: jsonl.NewReader(in), name: from}
	// A file is made only for what can be read.
	if im.first, im.firstErr = im.read(); im.firstErr != nil && im.firstErr != io.EOF {
		return fmt.Errorf("%s: %w", im.name, im.firstErr)
	}
	target, kind, err := openTarget(cmd.Context(), path)
	if err != nil {
		return err
	}
	progress := terminal.StartProgress(cmd.ErrOrStderr())
	defer progress.Stop()
	im.store, im.join = target, kind == formatSQLite
	im.step = func() { progress.StepOf("importing", im.lines.Offset(), size) }
	err = im.run(cmd.Context())
	progress.Stop()
	if e := target.Close(); err == nil {
		err = e
	}
	if im.stored+im.skipped > 0 || err == nil {
		_, e := fmt.Fprintf(cmd.OutOrStdout(), "%s: %s imported%s\n", printableName(path), number(im.stored, "event"), alreadyThere(im.skipped))
		err = errors.Join(err, e)
	}
	return err
}

func alreadyThere(n int64) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(", %d were there already", n)
}

// importer appends what it reads.
type importer struct {
	store store
	lines *jsonl.Reader
	name  string // of what is read
	step  func()
	// join says that appends may be taken together into one.
	join bool

	// first is the first append of the file, or firstErr why there is none.
	first    lineAppend
	firstErr error
	// waiting are appends of the file that are to be taken together.
	waiting []lineAppend
	streams map[string]bool // which are in them
	events  int

	stored, skipped int64
}

// lineAppend is an append with the number of its first line.
type lineAppend struct {
	es.Append
	line   int64
	events int
}

// mostJoined is how many events are appended at once, where appends are taken together.
const mostJoined = 1000

func (im *importer) run(ctx context.Context) error {
	im.streams = make(map[string]bool)
	for a, err := im.first, im.firstErr; ; a, err = im.read() {
		if err != nil {
			if flushed := im.flush(ctx); flushed != nil {
				return flushed
			}
			if err == io.EOF {
				return nil
			}
			return fmt.Errorf("%s: %w", im.name, err)
		}
		if !im.fits(&a) {
			if err := im.flush(ctx); err != nil {
				return err
			}
		}
		im.waiting = append(im.waiting, a)
		im.events += a.events
		for i := range a.Streams {
			im.streams[a.Streams[i].Stream.Name] = true
		}
	}
}

// read reads the next append.
func (im *importer) read() (a lineAppend, err error) {
	for {
		r, err := im.lines.Read()
		if err == io.EOF && a.events > 0 {
			return a, fmt.Errorf("it ends within an append, whose last line has not been written: line %d", a.line+int64(a.events)-1)
		}
		if err != nil {
			return a, err
		}
		if a.events++; a.line == 0 {
			a.line = r.Position
		}
		part := &es.StreamAppend{}
		if n := len(a.Streams); n > 0 && a.Streams[n-1].Stream.Name == r.Stream.Name {
			part = &a.Streams[n-1]
		} else {
			a.Streams = append(a.Streams, es.StreamAppend{Stream: r.Stream, Expected: es.Exactly(r.Version - 1), CommandID: r.CommandID})
			part = &a.Streams[n]
		}
		if next := int64(part.Expected) + int64(len(part.Events)) + 1; r.Version != next || r.CommandID != part.CommandID {
			return a, fmt.Errorf("line %d: version %d of stream %s does not go with the line before", r.Position, r.Version, r.Stream.Name)
		}
		part.Events = append(part.Events, es.NewEvent{
			ID: r.ID, Type: r.Type, TypeVersion: r.TypeVersion, RecordedAt: r.RecordedAt,
			Payload: append([]byte(nil), r.Payload...), Metadata: append([]byte(nil), r.Metadata...), Tags: r.Tags,
		})
		if r.Last {
			return a, nil
		}
	}
}

// fits says whether an append can be taken together with those that wait: their events must
// keep their order, and no stream may come twice.
func (im *importer) fits(a *lineAppend) bool {
	if len(im.waiting) == 0 {
		return true
	}
	if !im.join || im.events+a.events > mostJoined {
		return false
	}
	for i := range a.Streams {
		if im.streams[a.Streams[i].Stream.Name] {
			return false
		}
	}
	return true
}

// flush appends what waits.
func (im *importer) flush(ctx context.Context) error {
	waiting := im.waiting
	if len(waiting) == 0 {
		return nil
	}
	im.waiting, im.events = nil, 0
	clear(im.streams)
	joined := lineAppend{line: waiting[0].line}
	for i := range waiting {
		joined.Streams = append(joined.Streams, waiting[i].Streams...)
		joined.events += waiting[i].events
	}
	err := im.append(ctx, &joined)
	if len(waiting) > 1 && (errors.Is(err, es.ErrDuplicateEvent) || errors.Is(err, es.ErrConflict) || errors.Is(err, errOther)) {
		// Some of them are there already.
		for i := range waiting {
			if err = im.append(ctx, &waiting[i]); err != nil {
				break
			}
		}
	}
	im.step()
	return err
}

var errOther = errors.New("the stream has seen the command, and what came of it are other events")

func (im *importer) append(ctx context.Context, a *lineAppend) error {
	r, err := im.store.Append(ctx, a.Append)
	if errors.Is(err, es.ErrOutcomeUnknown) {
		r, err = im.store.Append(ctx, a.Append)
	}
	if err == nil && r.SameCommand {
		err = errOther
	}
	switch {
	case err == nil && r.Repeated:
		im.skipped += int64(a.events)
	case err == nil:
		im.stored += int64(a.events)
	case errors.Is(err, es.ErrConflict) || errors.Is(err, es.ErrDuplicateEvent) || errors.Is(err, errOther):
		return fmt.Errorf("%s: line %d cannot be appended, as other events are there: %w", im.name, a.line, err)
	}
	return err
}
