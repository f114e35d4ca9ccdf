package main

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/esgen/esgen/cmd/internal/terminal"
	"github.com/esgen/esgen/runtime/jsonl"
)

const statsHelp = `stats prints how many streams and events there are, of which types, how much room they take,
and when the first and the last were recorded; and what is kept beside the events: snapshots,
and state tables with their rows. Sizes are in bytes: payloads as they were appended, the file
with all that it has.

It reads the whole file.`

func newStatsCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "stats FILE",
		Short: "Print what there is, and how much of it",
		Long:  statsHelp + "\n" + exitHelp,
		Example: `  esstore stats events.db
  esstore stats --json events.db | jq .events`,
		Args:              takes("FILE"),
		ValidArgsFunction: completeFile,
		RunE: func(cmd *cobra.Command, args []string) error {
			progress := terminal.StartProgress(cmd.ErrOrStderr())
			defer progress.Stop()
			progress.Step("opening the file")
			var st *stats
			// The store has verified that the file is what it is taken for.
			err := withStore(cmd.Context(), args[0], func(s store) (err error) {
				if _, ok := s.(*jsonl.Store); ok {
					st, err = readLineStats(cmd.Context(), args[0], s, progress)
				} else {
					st, err = readStats(cmd.Context(), args[0], progress)
				}
				return err
			})
			progress.Stop()
			switch {
			case err != nil:
				return err
			case asJSON:
				return printJSON(cmd.OutOrStdout(), st)
			}
			return st.print(cmd.OutOrStdout())
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return cmd
}

// stats is what there is in a file. Sizes are in bytes.
type stats struct {
	File     string      `json:"file"`
	Format   int64       `json:"format"` // 0 for JSON lines
	Size     int64       `json:"size"`
	WALSize  int64       `json:"walSize"`
	Streams  int64       `json:"streams"`
	Events   int64       `json:"events"`
	Head     int64       `json:"head"` // position of the newest event
	Payloads int64       `json:"payloadSize"`
	Longest  int64       `json:"longestPayload"`
	Metadata int64       `json:"metadataSize"`
	First    *time.Time  `json:"first,omitempty"` // when the earliest was recorded
	Last     *time.Time  `json:"last,omitempty"`
	Kinds    []kindStats `json:"categories"`
	Types    []typeStats `json:"types"`
	// Snapshots and Tables are nothing for JSON lines.
	Snapshots int64        `json:"snapshots"`
	Tables    []tableStats `json:"tables"`
}

// kindStats are the streams of a category, which is empty for streams without one.
type kindStats struct {
	Category string `json:"category"`
	Streams  int64  `json:"streams"`
}

type typeStats struct {
	Type     string    `json:"type"`
	Events   int64     `json:"events"`
	Payloads int64     `json:"payloadSize"`
	First    time.Time `json:"first"`
	Last     time.Time `json:"last"`
}

// tableStats is a state table, and how many rows it has.
type tableStats struct {
	Name      string `json:"name"`
	Aggregate string `json:"aggregate"`
	Rows      int64  `json:"rows"`
}

func newStats(path string) *stats {
	return &stats{File: path, Kinds: []kindStats{}, Types: []typeStats{}, Tables: []tableStats{}}
}

func readStats(ctx context.Context, path string, progress *terminal.Progress) (*stats, error) {
	st := newStats(path)
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	st.Size = info.Size()
	if info, err := os.Stat(path + "-wal"); err == nil {
		st.WALSize = info.Size()
	}
	db, err := openDatabase(path)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	if err := db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&st.Format); err != nil {
		return nil, err
	}
	if err := db.QueryRowContext(ctx, "SELECT ifnull(max(position), 0) FROM es_events").Scan(&st.Head); err != nil {
		return nil, err
	}
	if err := st.readCategories(ctx, db); err != nil {
		return nil, err
	}
	if err := db.QueryRowContext(ctx, "SELECT count(*) FROM es_snapshots").Scan(&st.Snapshots); err != nil {
		return nil, err
	}
	if err := st.readTables(ctx, db, progress); err != nil {
		return nil, err
	}
	return st, st.readEvents(ctx, db, progress)
}

func (st *stats) readTables(ctx context.Context, db *sql.DB, progress *terminal.Progress) error {
	rows, err := db.QueryContext(ctx, "SELECT name, aggregate FROM es_tables ORDER BY name")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var t tableStats
		if err := rows.Scan(&t.Name, &t.Aggregate); err != nil {
			return err
		}
		st.Tables = append(st.Tables, t)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for i := range st.Tables {
		t := &st.Tables[i]
		progress.Step("counting rows")
		name := `"` + strings.ReplaceAll(t.Name, `"`, `""`) + `"`
		if err := db.QueryRowContext(ctx, "SELECT count(*) FROM "+name).Scan(&t.Rows); err != nil {
			return fmt.Errorf("count the rows of the state table %s: %w", printableName(t.Name), err)
		}
	}
	return nil
}

func (st *stats) readCategories(ctx context.Context, db *sql.DB) error {
	rows, err := db.QueryContext(ctx, "SELECT category, count(*) FROM es_streams GROUP BY category ORDER BY count(*) DESC, category")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var k kindStats
		if err := rows.Scan(&k.Category, &k.Streams); err != nil {
			return err
		}
		st.Kinds = append(st.Kinds, k)
		st.Streams += k.Streams
	}
	return rows.Err()
}

// eventsQuery sums up some events after a position, by their types. The sizes are known
// without reading the payloads.
const eventsQuery = `SELECT t.name, count(*), max(e.position), sum(e.payload), max(e.payload), sum(e.metadata), min(e.recorded_at), max(e.recorded_at)
	FROM (SELECT position, type, recorded_at, octet_length(payload) AS payload, ifnull(octet_length(metadata), 0) AS metadata
		FROM es_events WHERE position > ? AND position <= ? ORDER BY position LIMIT ?) e
	LEFT JOIN es_types t ON t.id = e.type GROUP BY e.type`

// eventsAtOnce is how many events are summed up in one transaction: nobody is to wait
// for the end of a long file.
const eventsAtOnce = 1 << 15

func (st *stats) readEvents(ctx context.Context, db *sql.DB, progress *terminal.Progress) error {
	byType := make(map[string]*typeStats)
	for after, more := int64(0), true; more; {
		progress.StepOf("counting events", st.Events, st.Head)
		before := st.Events
		err := st.addEvents(ctx, db, byType, &after)
		if err != nil {
			return err
		}
		more = st.Events > before
	}
	st.addTypes(byType)
	return nil
}

// addTypes takes what is known of each type into the whole.
func (st *stats) addTypes(byType map[string]*typeStats) {
	for _, t := range byType {
		if st.First == nil || t.First.Before(*st.First) {
			st.First = &t.First
		}
		if st.Last == nil || t.Last.After(*st.Last) {
			st.Last = &t.Last
		}
		st.Types = append(st.Types, *t)
	}
	slices.SortFunc(st.Types, func(a, b typeStats) int { return cmp.Or(cmp.Compare(b.Events, a.Events), cmp.Compare(a.Type, b.Type)) })
}

// addEvents adds the next events after a position, and moves that on.
func (st *stats) addEvents(ctx context.Context, db *sql.DB, byType map[string]*typeStats, after *int64) error {
	rows, err := db.QueryContext(ctx, eventsQuery, *after, st.Head, eventsAtOnce)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var name sql.NullString
		var events, position, payloads, longest, metadata, from, to int64
		if err := rows.Scan(&name, &events, &position, &payloads, &longest, &metadata, &from, &to); err != nil {
			return err
		}
		t := byType[name.String]
		if t == nil {
			t = &typeStats{Type: name.String, First: at(from), Last: at(to)}
			byType[name.String] = t
		}
		t.Events, t.Payloads = t.Events+events, t.Payloads+payloads
		t.First, t.Last = at(min(t.First.UnixNano(), from)), at(max(t.Last.UnixNano(), to))
		st.Events, st.Payloads, st.Metadata = st.Events+events, st.Payloads+payloads, st.Metadata+metadata
		st.Longest, *after = max(st.Longest, longest), max(*after, position)
	}
	return rows.Err()
}

func at(nanoseconds int64) time.Time { return time.Unix(0, nanoseconds).UTC() }

func (st *stats) print(w io.Writer) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	line := func(name, format string, args ...any) {
		fmt.Fprintf(tw, "%s\t"+format+"\n", append([]any{name}, args...)...)
	}
	line("file", "%s", printableName(st.File))
	if st.Format == 0 {
		line("format", "JSON lines")
	} else {
		line("format", "%d", st.Format)
	}
	line("size", "%s", size(st.Size))
	if st.WALSize > 0 {
		line("WAL", "%s", size(st.WALSize))
	}
	line("streams", "%d", st.Streams)
	line("events", "%d", st.Events)
	if st.Events > 0 {
		line("first", "%s", st.First.Format(shortTime))
		line("last", "%s", st.Last.Format(shortTime))
		line("payloads", "%s, %s on average, the longest %s", size(st.Payloads), size(st.Payloads/st.Events), size(st.Longest))
		line("metadata", "%s", size(st.Metadata))
	}
	if st.Snapshots > 0 {
		line("snapshots", "%d", st.Snapshots)
	}
	if len(st.Kinds) > 0 {
		fmt.Fprint(tw, "\nCATEGORY\tSTREAMS\n")
	}
	for _, k := range st.Kinds {
		name := "(none)"
		if k.Category != "" {
			name = printableName(k.Category)
		}
		fmt.Fprintf(tw, "%s\t%d\n", name, k.Streams)
	}
	if len(st.Types) > 0 {
		fmt.Fprint(tw, "\nTYPE\tEVENTS\tPAYLOADS\tFIRST\tLAST\n")
	}
	for _, t := range st.Types {
		fmt.Fprintf(tw, "%s\t%d\t%s\t%s\t%s\n", printableName(t.Type), t.Events, size(t.Payloads), t.First.Format(shortTime), t.Last.Format(shortTime))
	}
	if len(st.Tables) > 0 {
		fmt.Fprint(tw, "\nTABLE\tAGGREGATE\tROWS\n")
	}
	for _, t := range st.Tables {
		fmt.Fprintf(tw, "%s\t%s\t%d\n", printableName(t.Name), printableName(t.Aggregate), t.Rows)
	}
	return tw.Flush()
}

// size is a number of bytes for people: "12.3 MB".
func size(n int64) string {
	if n < 1000 {
		return fmt.Sprintf("%d B", n)
	}
	v, unit := float64(n)/1000, 0
	for ; v >= 999.95 && unit < 3; unit++ {
		v /= 1000
	}
	return fmt.Sprintf("%.1f %cB", v, "kMGT"[unit])
}
