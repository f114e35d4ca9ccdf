package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"

	"github.com/spf13/cobra"

	"github.com/esgen/esgen/cmd/internal/terminal"
	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/jsonl"
	"github.com/esgen/esgen/runtime/sqlite"
)

const exportHelp = `export prints all events of a file as JSON lines: those that package jsonl of esgen keeps its
events in, and "esstore import" reads. FILE is a SQLite file or one of JSON lines. IDs, times,
metadata, tags and command IDs are kept, and payloads byte by byte. The same events always
come to the same bytes.

Each line is an event, and says of the last event of an append that it is the last. SQLite
does not know which events were appended together: an export takes the events of a command
for one append, and each other event for one of its own. In JSON lines positions are the
numbers of the lines; in a SQLite file whose positions have gaps they are others.

With -o the lines go to a file. Where an export to it was interrupted, or events have come
since, it goes on from there, after it has verified that what is there is what would be.`

// recordSeq are events as lines have them.
type recordSeq = iter.Seq2[*jsonl.Record, error]

func newExportCommand() *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:   "export FILE",
		Short: "Print all events as JSON lines",
		Long:  exportHelp + "\n" + exitHelp,
		Example: `  esstore export events.db -o events.jsonl
  esstore export events.db | gzip > events.jsonl.gz
  esstore export events.db | jq -r 'select(.type == "order.placed") | .payload.total'`,
		Args:              takes("FILE"),
		ValidArgsFunction: completeFile,
		RunE: func(cmd *cobra.Command, args []string) error {
			if output != "" {
				return exportTo(cmd, args[0], output)
			}
			return withRecords(cmd.Context(), args[0], func(head int64, records recordSeq) error {
				_, err := writeRecords(cmd, jsonl.NewWriter(cmd.OutOrStdout(), 0), records, 0, head)
				return err
			})
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "", "write the lines to this `file`, and go on with it if it is there")
	return cmd
}

// exportTo exports to a file, whose first lines may be there.
func exportTo(cmd *cobra.Command, path, output string) error {
	if a, e := os.Stat(path); e == nil {
		if b, e := os.Stat(output); e == nil && os.SameFile(a, b) {
			return fmt.Errorf("%s is the file that is to be exported: name another", output)
		}
	}
	var head, total int64
	err := withRecords(cmd.Context(), path, func(to int64, records recordSeq) (err error) {
		// The store knows what an export that was interrupted has left at the end, and keeps
		// others from writing.
		s, err := jsonl.Open(cmd.Context(), output)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, s.Close()) }()
		if head, err = s.Head(cmd.Context()); err != nil {
			return err
		}
		f, err := os.OpenFile(output, os.O_RDWR, 0)
		if err != nil {
			return err
		}
		rest := after(head, records, jsonl.NewReader(f), path, output)
		total, err = writeRecords(cmd, jsonl.NewWriter(&atEnd{f}, head), rest, head, to)
		if err == nil {
			err = f.Sync()
		}
		return errors.Join(err, f.Close())
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: %s%s\n", printableName(output), number(total, "event"), already(head))
	return err
}

// after leaves out the first events, which are there already, and verifies that.
func after(head int64, records recordSeq, there *jsonl.Reader, path, output string) recordSeq {
	return func(yield func(*jsonl.Record, error) bool) {
		var n int64
		for r, err := range records {
			if n++; err == nil && n <= head {
				if err = sameLine(there, r); err == nil {
					continue
				}
				err = fmt.Errorf("%s: line %d: %w: name another file", output, n, err)
			}
			if !yield(r, err) {
				return
			}
		}
		if n < head {
			yield(nil, fmt.Errorf("%s has %s, and %s has %d: name another file", output, number(head, "event"), path, n))
		}
	}
}

// already says how many events were there before.
func already(n int64) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(", of which %d were there already", n)
}

// atEnd writes to the end of a file, wherever that was read meanwhile.
type atEnd struct{ f *os.File }

func (a *atEnd) Write(b []byte) (int, error) {
	if _, err := a.f.Seek(0, io.SeekEnd); err != nil {
		return 0, err
	}
	return a.f.Write(b)
}

// sameLine verifies that the next line is that of an event.
func sameLine(there *jsonl.Reader, r *jsonl.Record) error {
	got, err := there.Read()
	if err != nil {
		return err
	}
	if got.ID != r.ID || got.Stream != r.Stream || got.Version != r.Version || got.CommandID != r.CommandID || got.Last != r.Last {
		return fmt.Errorf("it is event %s, version %d of stream %s, and event %s, version %d of stream %s, should be there",
			got.ID, got.Version, got.Stream.Name, r.ID, r.Version, r.Stream.Name)
	}
	return nil
}

// writeRecords writes the lines of events, up to a number of which some are there, and
// returns how many there are then.
func writeRecords(cmd *cobra.Command, w *jsonl.Writer, records recordSeq, there, total int64) (n int64, err error) {
	progress := terminal.StartProgress(cmd.ErrOrStderr())
	defer progress.Stop()
	n = there
	for r, err := range records {
		if err == nil {
			err = w.Write(r)
		}
		if err != nil {
			return n, errors.Join(err, w.Flush())
		}
		n++
		progress.StepOf("exporting", n, total)
	}
	return n, w.Flush()
}

// withRecords calls fn with all events of a file, as lines have them, and with their number
// as far as it is known.
func withRecords(ctx context.Context, path string, fn func(head int64, records recordSeq) error) error {
	f, err := formatOf(path)
	if err != nil {
		return err
	}
	if f == formatSQLite {
		s, err := sqlite.Open(ctx, path, sqlite.ReadOnly())
		if err != nil {
			return damaged(path, err)
		}
		head, err := s.Head(ctx)
		if err == nil {
			err = fn(head, databaseRecords(ctx, path, s, head))
		}
		return errors.Join(err, s.Close())
	}
	s, err := jsonl.Open(ctx, path, jsonl.ReadOnly())
	if err != nil {
		return err
	}
	head, err := s.Head(ctx)
	if err == nil {
		err = fn(head, lineRecords(ctx, path, head))
	}
	return errors.Join(err, s.Close())
}

// lineRecords are the first lines of a file.
func lineRecords(ctx context.Context, path string, head int64) recordSeq {
	return func(yield func(*jsonl.Record, error) bool) {
		f, err := os.Open(path)
		if err != nil {
			yield(nil, err)
			return
		}
		defer f.Close()
		lines := jsonl.NewReader(f)
		for range head {
			r, err := lines.Read()
			if err == nil {
				err = ctx.Err()
			}
			if !yield(r, err) || err != nil {
				return
			}
		}
	}
}

// databaseRecords are the events of a SQLite file up to a position. Those of a command are
// one append, and so is each other event.
func databaseRecords(ctx context.Context, path string, s *sqlite.Store, head int64) recordSeq {
	return func(yield func(*jsonl.Record, error) bool) {
		commands, err := openCommands(ctx, path, head)
		if err != nil {
			yield(nil, err)
			return
		}
		defer commands.close()
		var r jsonl.Record
		var last int64 // the version of r's stream with which the command of r ends
		for e, err := range s.All(ctx, es.ReadAll{To: head}) {
			if err == nil && last > 0 && (e.Stream.Name != r.Stream.Name || e.Version != r.Version+1) {
				err = fmt.Errorf("%w: the events of command %q of stream %s do not follow one another at position %d",
					es.ErrCorrupt, r.CommandID, r.Stream.Name, e.Position)
			}
			if err == nil && last == 0 {
				r.CommandID, last, err = commands.at(e.Position)
			}
			if err != nil {
				yield(nil, damaged(path, err))
				return
			}
			r.Stored = *e
			if r.Last = last == 0 || last == e.Version; r.Last {
				last = 0
			}
			if !yield(&r, nil) {
				return
			}
		}
	}
}

// commands are those that streams have seen, in the order of their first events. The store's
// interface does not list them; package sqlite documents the tables.
type commands struct {
	db   *sql.DB
	rows *sql.Rows

	position, last int64 // of the next command's first event, the version of its last
	id             string
}

func openCommands(ctx context.Context, path string, head int64) (_ *commands, err error) {
	c := &commands{}
	if c.db, err = openDatabase(path); err != nil {
		return nil, err
	}
	c.rows, err = c.db.QueryContext(ctx, `SELECT e.position, c.id, c.last_version FROM es_commands c
		JOIN es_events e ON e.stream = c.stream AND e.version = c.first_version WHERE e.position <= ? ORDER BY e.position`, head)
	if err == nil {
		err = c.next()
	}
	if err != nil {
		c.close()
		return nil, fmt.Errorf("es_commands: %w", err)
	}
	return c, nil
}

func (c *commands) close() {
	if c.rows != nil {
		c.rows.Close()
	}
	c.db.Close()
}

// next reads the next command; position is 0 if there is none.
func (c *commands) next() error {
	c.position = 0
	if !c.rows.Next() {
		return c.rows.Err()
	}
	return c.rows.Scan(&c.position, &c.id, &c.last)
}

// at is the command whose first event is at a position, and the version of its last event;
// an empty one if there is none. It is asked for rising positions.
func (c *commands) at(position int64) (id string, last int64, err error) {
	for c.position != 0 && c.position < position {
		return "", 0, fmt.Errorf("%w: command %q begins at position %d, within another", es.ErrCorrupt, c.id, c.position)
	}
	if c.position != position {
		return "", 0, nil
	}
	id, last = c.id, c.last
	return id, last, c.next()
}
