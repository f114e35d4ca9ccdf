//go:build cgo

package sqlite

import (
	"fmt"
	"strings"
	"testing"

	"github.com/esgen/esgen/runtime/es"
)

func TestCheckSnapshots(t *testing.T) {
	t.Parallel()
	const streams = 2*snapshotsPage + 1
	for _, c := range []struct {
		change string
		kind   FaultKind
		want   string
	}{
		{"UPDATE es_snapshots SET fingerprint = 'f'", "", ""},
		{"DELETE FROM es_snapshots", "", ""},
		{"UPDATE es_snapshots SET state = x'00' WHERE stream = 1", FaultSnapshot, "does not match its checksum"},
		{"UPDATE es_snapshots SET last_event = 8 WHERE stream = 65", FaultSnapshot, "does not match its checksum"},
		{"UPDATE es_snapshots SET stream = 99 WHERE stream = 65", FaultReference, "has the number 99"},
		{"beyond", FaultSnapshot, "a version that the stream does not have"},
		{"elsewhere", FaultSnapshot, "another history"},
	} {
		path := newPath(t)
		s := openAt(t, path)
		for i := range streams {
			name := fmt.Sprint("thing-", i)
			r := mustAppend(t, s, to(name, es.ExpectNone, event("made")))
			snapshot := snapshotAt(1)
			snapshot.Stream, snapshot.Position = name, r.Position
			if c.change == "elsewhere" && i == 3 {
				snapshot.Position++
			}
			mustWriteSnapshot(t, s, snapshot)
		}
		conn := s.writer.snapshotWriter.conn
		change := c.change
		switch change {
		case "elsewhere":
			change = ""
		case "beyond":
			v := snapshotAt(7)
			v.Stream = "thing-0"
			var sum checksum
			change = fmt.Sprintf("UPDATE es_snapshots SET version = 7, position = 7, state = CAST('%s' AS BLOB), crc = %d WHERE stream = 1", v.State, sum.snapshot(&v))
		}
		if err := conn.script("PRAGMA foreign_keys = OFF; " + change); err != nil {
			t.Fatal(err)
		}
		report, err := Check(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		if c.kind == "" {
			if report.Found > 0 {
				t.Errorf("%s: %+v", c.change, report.Faults)
			}
			continue
		}
		if report.Snapshots != streams || report.Found != 1 || report.Faults[0].Kind != c.kind || !strings.Contains(report.Faults[0].Problem, c.want) {
			t.Errorf("%s: %+v, want one that says %q", c.change, report, c.want)
		}
	}
}
