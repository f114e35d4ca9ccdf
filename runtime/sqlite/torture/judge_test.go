//go:build cgo && linux

package torture

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/sqlite"
)

// findings are what is wrong with a file, given what is known of its making.
type findings struct {
	lost    []string // events of acknowledged appends that are not there, or elsewhere
	partial []string // appends of which a part is there
	wrong   []string // everything else: holes, damage, events that nobody appended
}

func (f *findings) add(list *[]string, format string, args ...any) {
	*list = append(*list, fmt.Sprintf(format, args...))
}

func (f *findings) none() bool { return len(f.lost)+len(f.partial)+len(f.wrong) == 0 }

func (f *findings) String() string {
	var b bytes.Buffer
	for _, kind := range []struct {
		name string
		list []string
	}{{"lost", f.lost}, {"partial", f.partial}, {"wrong", f.wrong}} {
		if len(kind.list) > 0 {
			fmt.Fprintf(&b, "%s (%d): %q\n", kind.name, len(kind.list), kind.list[:min(3, len(kind.list))])
		}
	}
	return b.String()
}

// judge opens a file, reads everything in it in every way, and compares it with what
// was done to it.
func judge(ctx context.Context, path string, t *tale) *findings {
	f := new(findings)
	s, err := sqlite.Open(ctx, path)
	if err != nil {
		f.add(&f.wrong, "open: %v", err)
		return f
	}
	stored := read(ctx, s, f)
	f.compare(stored, t)
	if err := s.Close(); err != nil {
		f.add(&f.wrong, "close: %v", err)
	}
	integrity(ctx, path, f)
	return f
}

// read reads all events, and each stream once more.
func read(ctx context.Context, s *sqlite.Store, f *findings) map[uuid.UUID]es.Stored {
	stored := make(map[uuid.UUID]es.Stored)
	versions := make(map[string]int64)
	var last int64
	for e, err := range s.All(ctx, es.ReadAll{}) {
		if err != nil {
			f.add(&f.wrong, "replay: %v", err)
			return stored
		}
		if e.Version != versions[e.Stream.Name]+1 {
			f.add(&f.wrong, "stream %s: version %d follows %d", e.Stream.Name, e.Version, versions[e.Stream.Name])
		}
		if e.Position <= last {
			f.add(&f.wrong, "position %d follows %d", e.Position, last)
		}
		versions[e.Stream.Name], last = e.Version, e.Position
		kept := *e
		kept.Payload, kept.Metadata, kept.Tags = bytes.Clone(e.Payload), bytes.Clone(e.Metadata), slices.Clone(e.Tags)
		stored[e.ID] = kept
	}
	if head, err := s.Head(ctx); err != nil || head != last {
		f.add(&f.wrong, "head %d (%v), and the last event has position %d", head, err, last)
	}
	for name, n := range versions {
		var count int64
		for e, err := range s.Stream(ctx, name, es.ReadStream{}) {
			if err != nil {
				f.add(&f.wrong, "load: %v", err)
				break
			}
			if again, ok := stored[e.ID]; !ok || again.Position != e.Position || !bytes.Equal(again.Payload, e.Payload) {
				f.add(&f.wrong, "stream %s: version %d is not what a replay finds", name, e.Version)
			}
			count++
		}
		if count != n {
			f.add(&f.wrong, "stream %s: a load finds %d events, a replay %d", name, count, n)
		}
	}
	return stored
}

// compare looks for each deed's events.
func (f *findings) compare(stored map[uuid.UUID]es.Stored, t *tale) {
	known := 0
	for _, name := range slices.Sorted(maps.Keys(t.begun)) {
		d := t.begun[name]
		ack, acked := t.acked[name]
		_, refused := t.refused[name]
		found, events, displaced := 0, 0, false
		for i, part := range d.append().Streams {
			for j, e := range part.Events {
				events++
				got, ok := stored[e.ID]
				if !ok {
					continue
				}
				found++
				if got.Stream != part.Stream || got.Type != e.Type || !bytes.Equal(got.Payload, e.Payload) ||
					!bytes.Equal(got.Metadata, e.Metadata) || !slices.Equal(got.Tags, e.Tags) || !got.RecordedAt.Equal(e.RecordedAt) {
					f.add(&f.wrong, "%s: event %s is not what was appended: %+v", name, e.ID, got)
				}
				if acked {
					back := int64(len(part.Events) - 1 - j)
					displaced = displaced || got.Version != ack.places[i][0]-back || got.Position != ack.places[i][1]-back
				}
			}
		}
		known += found
		switch {
		case found > 0 && found < events:
			f.add(&f.partial, "%s: %d of %d events", name, found, events)
		case acked && found == 0:
			f.add(&f.lost, "%s: %d events", name, events)
		case displaced:
			f.add(&f.lost, "%s: not where it was acknowledged: %v", name, ack)
		case refused && found > 0:
			f.add(&f.wrong, "%s failed with nothing stored, and is there", name)
		}
	}
	if known != len(stored) {
		f.add(&f.wrong, "%d events are there that nobody appended", len(stored)-known)
	}
}

// integrity asks SQLite about the pages, the tables about one another, and Check about
// everything.
func integrity(ctx context.Context, path string, f *findings) {
	report, err := sqlite.Check(ctx, path)
	if err := cmp.Or(err, report.Err()); err != nil {
		f.add(&f.wrong, "check: %v", err)
	}
	db, err := sql.Open("sqlite3", "file:"+(&url.URL{Path: path}).EscapedPath()+"?mode=rw")
	if err != nil {
		f.add(&f.wrong, "%v", err)
		return
	}
	defer db.Close()
	for _, q := range []struct{ query, want string }{
		{"SELECT group_concat(integrity_check) FROM pragma_integrity_check", "ok"},
		{"SELECT count(*) FROM pragma_foreign_key_check", "0"},
		{"SELECT count(*) FROM es_streams s LEFT JOIN es_heads h ON h.stream = s.id WHERE h.head IS NOT (SELECT ifnull(max(version), 0) FROM es_events WHERE stream = s.id)", "0"},
		{"SELECT (SELECT count(*) FROM es_tags) - (SELECT ifnull(sum(json_array_length(tags)), 0) FROM es_events WHERE tags IS NOT NULL)", "0"},
		{"SELECT count(*) FROM es_commands c JOIN es_heads h ON h.stream = c.stream WHERE c.last_version > h.head", "0"},
	} {
		var got sql.NullString
		if err := db.QueryRowContext(ctx, q.query).Scan(&got); err != nil || got.String != q.want {
			f.add(&f.wrong, "%s: %v %v, want %s", q.query, got.String, err, q.want)
		}
	}
}

// settle sends again what has no outcome, and takes the answers into the tale: each
// must be stored once, now or before.
func settle(ctx context.Context, s *sqlite.Store, t *tale) (repeated, anew int, err error) {
	for _, d := range t.open() {
		r, err := s.Append(ctx, d.append())
		if err != nil {
			return repeated, anew, fmt.Errorf("%v, sent again: %w", d, err)
		}
		if r.Repeated {
			repeated++
		} else {
			anew++
		}
		t.add(acknowledged(d, r))
	}
	return repeated, anew, nil
}

// settleAt opens a file for settle.
func settleAt(ctx context.Context, path string, t *tale) (repeated, anew int, err error) {
	s, err := sqlite.Open(ctx, path)
	if err != nil {
		return 0, 0, err
	}
	repeated, anew, err = settle(ctx, s, t)
	return repeated, anew, errors.Join(err, s.Close())
}
