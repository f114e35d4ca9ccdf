//go:build cgo && linux

package torture

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/esgen/esgen/runtime/sqlite"
)

func init() { children["resend"] = childResend }

// A process is killed when its WAL is written and not yet synced. Another opens the
// file, finds the append, and is told so when it sends it again: that too is an
// acknowledgement, and must survive the loss of power right after it.
func TestPowerAfterKill(t *testing.T)        { testPowerAfterKill(t, 4) }
func TestTorturePowerAfterKill(t *testing.T) { full(t); testPowerAfterKill(t, 100) }

func testPowerAfterKill(t *testing.T, kills int) {
	rng := random(t)
	lost, wrong := 0, 0
	for range kills {
		dir, log, control := memoryFolder(t), filepath.Join(memoryFolder(t), "record"), newControl(t)
		path := filepath.Join(dir, "events.db")
		cmd, stderr := child(t, "fault", "-goroutines", 1, "-count", 1000, "-fill", 1+rng.IntN(8000), "-calls", onSync, "-files", walFile,
			"-every", 2+rng.IntN(20), "-errno", int(syscall.EIO), "-die", "-log", log, path)
		onDisk(t, cmd, dir, log, control.path())
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		wasKilled(t, cmd, stderr)
		steps, err := readRecord(log)
		if err != nil {
			t.Fatal(err)
		}
		tale := newTale()
		for _, s := range steps {
			if s.what == "mark" {
				n, err := parseNews(string(s.data))
				if err != nil {
					t.Fatal(err)
				}
				tale.add(n)
			}
		}
		doubtful := tale.open()
		if len(doubtful) == 0 {
			t.Fatalf("the process has come to no unknown outcome\n%v", stderr)
		}
		d := doubtful[0]
		again, stderr := child(t, "resend", path, log, d.writer, d.seq, d.own, d.fill)
		onDisk(t, again, dir, log, "")
		if err := again.Start(); err != nil {
			t.Fatal(err)
		}
		wasKilled(t, again, stderr)
		if steps, err = readRecord(log); err != nil {
			t.Fatal(err)
		}
		simulated := newDisk()
		for _, s := range steps {
			if err := simulated.do(s); err != nil {
				t.Fatal(err)
			}
			if s.what == "mark" {
				n, err := parseNews(string(s.data))
				if err != nil {
					t.Fatal(err)
				}
				tale.add(n)
			}
		}
		if len(tale.open()) > 0 {
			t.Fatal("the append was not acknowledged when it was sent again")
		}
		for range 5 {
			files, _ := simulated.cut(rng)
			at := memoryFolder(t)
			for name, data := range files {
				if err := os.WriteFile(filepath.Join(at, name), data, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			f := judge(t.Context(), filepath.Join(at, "events.db"), tale)
			lost += len(f.lost)
			wrong += len(f.wrong) + len(f.partial)
			if !f.none() {
				t.Logf("%v", f)
			}
		}
	}
	if lost+wrong > 0 {
		t.Errorf("of %d appends that were sent again and acknowledged after a kill, in 5 losses of power each, %d are lost, and %d things are wrong", kills, lost, wrong)
	}
	t.Logf("%d kills, %d losses of power", kills, 5*kills)
}

// childResend sends a deed again, tells its outcome, and is killed.
func childResend(args []string) error {
	d := deed{writer: args[2]}
	if _, err := fmt.Sscan(args[3]+" "+args[4]+" "+args[5], &d.seq, &d.own, &d.fill); err != nil {
		return err
	}
	say, err := teller(args[1])
	if err != nil {
		return err
	}
	s, err := sqlite.Open(context.Background(), args[0])
	if err != nil {
		return err
	}
	r, err := s.Append(context.Background(), d.append())
	if err != nil {
		return err
	}
	if !r.Repeated {
		return fmt.Errorf("%v was not stored", d)
	}
	if err := say(acknowledged(d, r)); err != nil {
		return err
	}
	return (&faultyDisk{}).kill()
}
