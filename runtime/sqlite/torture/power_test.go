//go:build cgo && linux

package torture

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The power fails at random points of what a process does to the disk. Everything
// that was acknowledged before must be there, and the file must be whole.
func TestPower(t *testing.T) {
	t.Parallel()
	testPower(t, powerPlan{cuts: 20, goroutines: 4, count: 25, sessions: 2, fill: 2000})
}

func TestTorturePower(t *testing.T) {
	full(t)
	// The WAL gets long enough for the checkpoints that SQLite makes by itself.
	t.Run("Long", func(t *testing.T) {
		testPower(t, powerPlan{cuts: 100, goroutines: 4, count: 150, sessions: 2, fill: 24_000})
	})
	t.Run("Short", func(t *testing.T) {
		testPower(t, powerPlan{cuts: 100, goroutines: 4, count: 20, sessions: 8, fill: 2000})
	})
}

// With synchronous=NORMAL the same test finds appends that were lost: it sees what it
// is to see. The file stays whole even so.
func TestPowerFindsLossesOfNormal(t *testing.T) {
	t.Parallel()
	testPower(t, powerPlan{cuts: 20, goroutines: 4, count: 25, sessions: 1, fill: 2000, normal: true})
}

func TestTorturePowerFindsLossesOfNormal(t *testing.T) {
	full(t)
	testPower(t, powerPlan{cuts: 200, goroutines: 4, count: 100, sessions: 2, fill: 16_000, normal: true})
}

type powerPlan struct {
	cuts                        int
	goroutines, count, sessions int
	fill                        int
	normal                      bool
}

func testPower(t *testing.T, plan powerPlan) {
	rng := random(t)
	dir, log := memoryFolder(t), filepath.Join(memoryFolder(t), "record")
	cmd, stderr := child(t, "write", "-goroutines", plan.goroutines, "-count", plan.count, "-sessions", plan.sessions,
		"-fill", plan.fill, "-normal="+fmt.Sprint(plan.normal), "-log", log, filepath.Join(dir, "events.db"))
	onDisk(t, cmd, dir, log, "")
	finish(t, cmd, stderr)
	steps, err := readRecord(log)
	if err != nil {
		t.Fatal(err)
	}
	count := make(map[string]int)
	for _, s := range steps {
		count[s.what]++
	}
	if count["write"] == 0 || count["sync"] == 0 || count["mark"] == 0 {
		t.Fatalf("the record has no writes, syncs or marks: %v", count)
	}

	var acked, pending, lossy, lost, kept int
	simulated, tale, done := newDisk(), newTale(), 0
	for _, cut := range cuts(steps, plan.cuts, rng) {
		for ; done < cut; done++ {
			if err := simulated.do(steps[done]); err != nil {
				t.Fatalf("step %d: %v", done, err)
			}
			if steps[done].what == "mark" {
				n, err := parseNews(string(steps[done].data))
				if err != nil {
					t.Fatal(err)
				}
				tale.add(n)
			}
		}
		files, unsynced := simulated.cut(rng)
		pending += unsynced
		acked += len(tale.acked)
		path := filepath.Join(memoryFolder(t), "events.db")
		for name, data := range files {
			if err := os.WriteFile(filepath.Join(filepath.Dir(path), name), data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		f := judge(t.Context(), path, tale)
		if plan.normal && len(f.lost) > 0 {
			lossy++
			lost += len(f.lost)
			f.lost = nil
		}
		if !f.none() {
			t.Fatalf("power cut at step %d of %d, %s, with %d writes not synced:\n%v", cut, len(steps), describe(steps, cut), unsynced, f)
		}
		if !plan.normal {
			repeated, _, err := settleAt(t.Context(), path, tale.clone())
			if err != nil {
				t.Fatal(err)
			}
			kept += repeated
		}
		_ = os.RemoveAll(filepath.Dir(path))
	}
	if plan.normal && lossy == 0 {
		t.Error("no cut lost what was acknowledged with synchronous=NORMAL: this test sees too little")
	}
	t.Logf("recorded %d writes, %d truncations, %d syncs, %d unlinked files and %d appends acknowledged; %d cuts with %d writes not synced: of %d appends acknowledged before a cut %d are lost (in %d cuts); of those in flight %d had made it",
		count["write"], count["truncate"], count["sync"], count["unlink"], len(tale.acked), plan.cuts, pending, acked, lost, lossy, kept)
	if count["truncate"] == 0 && count["unlink"] == 0 {
		t.Error("there was no checkpoint")
	}
}

// cuts are the numbers of steps after which the power fails, rising: a half anywhere,
// the others right after something was acknowledged, synced, truncated or unlinked.
func cuts(steps []step, n int, rng *rand.Rand) []int {
	turns := make(map[string][]int)
	for i, s := range steps {
		if s.what == "mark" && !strings.HasPrefix(string(s.data), "ack") {
			continue
		}
		turns[s.what] = append(turns[s.what], i+1)
	}
	whats := []string{"mark", "sync", "truncate", "unlink"}
	var points []int
	for i := range n {
		at := 1 + rng.IntN(len(steps))
		if list := turns[whats[i/2%len(whats)]]; i%2 == 1 && len(list) > 0 {
			at = list[rng.IntN(len(list))]
		}
		points = append(points, at)
	}
	slices.Sort(points)
	return points
}

// describe says what had just been done.
func describe(steps []step, cut int) string {
	var b strings.Builder
	b.WriteString("after")
	for _, s := range steps[max(0, cut-4):cut] {
		fmt.Fprintf(&b, " [%s %d %s %d]", s.what, s.fd, s.name, s.offset)
	}
	return b.String()
}
