package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/esgen/esgen/cmd/internal/terminal"
	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/jsonl"
	"github.com/esgen/esgen/runtime/sqlite"
)

// What the store's interface does not tell of JSON lines is read from the lines.

// streamList are the streams of a file, by name.
type streamList []es.Stream

// with are some of those whose names begin with a text.
func (l streamList) with(prefix string, most int) []es.Stream {
	from, _ := slices.BinarySearchFunc(l, prefix, func(s es.Stream, name string) int { return cmp.Compare(s.Name, name) })
	n := 0
	for n < most && from+n < len(l) && strings.HasPrefix(l[from+n].Name, prefix) {
		n++
	}
	return l[from : from+n]
}

func lineStreams(ctx context.Context, path string) (streamList, error) {
	byName := make(map[string]es.Stream)
	err := withRecords(ctx, path, func(_ int64, records recordSeq) error {
		for r, err := range records {
			if err != nil {
				return err
			}
			byName[r.Stream.Name] = r.Stream
		}
		return nil
	})
	return slices.SortedFunc(maps.Values(byName), func(a, b es.Stream) int { return cmp.Compare(a.Name, b.Name) }), err
}

// readLineStats reads all lines that a store has.
func readLineStats(ctx context.Context, path string, s store, progress *terminal.Progress) (*stats, error) {
	st := newStats(path)
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	st.Size = info.Size()
	if st.Head, err = s.Head(ctx); err != nil {
		return nil, err
	}
	streams := make(map[string]int64)
	byType := make(map[string]*typeStats)
	for e, err := range s.All(ctx, es.ReadAll{To: max(st.Head, 1)}) {
		if err != nil {
			return nil, err
		}
		if e.Version == 1 {
			streams[e.Stream.Category]++
			st.Streams++
		}
		t := byType[e.Type]
		if t == nil {
			t = &typeStats{Type: e.Type, First: e.RecordedAt, Last: e.RecordedAt}
			byType[e.Type] = t
		}
		if e.RecordedAt.Before(t.First) {
			t.First = e.RecordedAt
		}
		if e.RecordedAt.After(t.Last) {
			t.Last = e.RecordedAt
		}
		size := int64(len(e.Payload))
		t.Events, t.Payloads = t.Events+1, t.Payloads+size
		st.Events, st.Payloads, st.Metadata, st.Longest = st.Events+1, st.Payloads+size, st.Metadata+int64(len(e.Metadata)), max(st.Longest, size)
		progress.StepOf("counting events", st.Events, st.Head)
	}
	for category, n := range streams {
		st.Kinds = append(st.Kinds, kindStats{category, n})
	}
	slices.SortFunc(st.Kinds, func(a, b kindStats) int {
		return cmp.Or(cmp.Compare(b.Streams, a.Streams), cmp.Compare(a.Category, b.Category))
	})
	st.addTypes(byType)
	return st, nil
}

// checkLines opens a file, which verifies each line beside the others, and reads what opening
// it does not.
func checkLines(cmd *cobra.Command, path string, asJSON bool) error {
	progress := terminal.StartProgress(cmd.ErrOrStderr())
	defer progress.Stop()
	report, err := reportOfLines(cmd, path, progress)
	progress.Stop()
	w := cmd.OutOrStdout()
	if damage, ok := errors.AsType[*jsonl.DamageError](err); ok && !errors.Is(err, jsonl.ErrNotOurs) {
		report.Found = 1
		fault := sqlite.Fault{Kind: "line", Position: damage.Line, Problem: fmt.Sprintf("the line begins at byte %d: %v; what follows was not checked", damage.Offset, damage.Err)}
		if err := printFault(w, fault, asJSON); err != nil {
			return err
		}
	} else if err != nil {
		return err
	}
	if err := printReport(w, path, report, asJSON); err != nil || report.Found == 0 {
		return err
	}
	return errFaults
}

// reportOfLines counts what is in a file, up to the first line that is damaged.
func reportOfLines(cmd *cobra.Command, path string, progress *terminal.Progress) (*sqlite.Report, error) {
	s, err := jsonl.Open(cmd.Context(), path, jsonl.ReadOnly(),
		jsonl.OnProgress(func(p jsonl.Progress) { progress.StepOf("checking lines", p.Read, p.Size) }),
		jsonl.OnTorn(func(t jsonl.Torn) {
			progress.Hide()
			cmd.PrintErrf("esstore: %d bytes of an append that is not whole stand at the end, from line %d at byte %d\n", t.Size, t.Line, t.Offset)
		}))
	report := &sqlite.Report{}
	var head int64
	switch damage, ok := errors.AsType[*jsonl.DamageError](err); {
	case ok:
		head = damage.Line - 1
	case err != nil:
		return report, err
	default:
		defer s.Close()
		var e error
		if head, e = s.Head(cmd.Context()); e != nil {
			return report, e
		}
	}
	streams, types := make(map[string]string), make(map[string]bool)
	for r, e := range lineRecords(cmd.Context(), path, head) {
		if e != nil {
			return report, errors.Join(err, e)
		}
		// The events of a command follow one another in their stream.
		last, seen := streams[r.Stream.Name]
		if r.CommandID != "" && (!seen || last != r.CommandID) {
			report.Commands++
		}
		streams[r.Stream.Name], types[r.Type] = r.CommandID, true
		report.Events, report.Tags = report.Events+1, report.Tags+int64(len(r.Tags))
		progress.StepOf("counting", report.Events, head)
	}
	report.Streams, report.Types = int64(len(streams)), int64(len(types))
	return report, err
}
