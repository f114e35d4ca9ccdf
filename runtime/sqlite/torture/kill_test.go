//go:build cgo && linux

package torture

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Processes are killed while they append. Every acknowledged event must be there,
// where it was said to be, and no append in part. Then what had no outcome is sent
// again, which must settle it.
func TestKill(t *testing.T) {
	t.Parallel()
	testKill(t, 5)
}

func TestTortureKill(t *testing.T) { full(t); testKill(t, 100) }

func testKill(t *testing.T, kills int) {
	rng := random(t)
	var total killed
	path := ""
	var tale *tale
	for round := range kills {
		if round%10 == 0 { // a file lives through ten kills
			path, tale = filepath.Join(t.TempDir(), "events.db"), newTale()
		}
		if round%2 == 0 {
			killOpening(t, rng, path)
			total.opening++
		}
		total.add(kill(t, rng, path, fmt.Sprint("r", round), tale))
		if f := judge(t.Context(), path, tale); !f.none() {
			t.Fatalf("after kill %d:\n%v", round+1, f)
		}
		repeated, anew, err := settleAt(t.Context(), path, tale)
		if err != nil {
			t.Fatal(err)
		}
		total.repeated += repeated
		total.anew += anew
		if round%10 == 9 || round == kills-1 {
			if f := judge(t.Context(), path, tale); !f.none() {
				t.Fatalf("after the appends without an outcome were sent again:\n%v", f)
			}
			total.events += tale.events()
		}
	}
	t.Logf("%d kills, with %d to %d appends in flight (%d in all, of which %d were stored and %d not), and %d kills of a process that opens the file; %d appends acknowledged before a kill, %d events in the end",
		total.kills, total.least, total.most, total.inFlight, total.repeated, total.anew, total.opening, total.acked, total.events)
}

// A store that acknowledges before it commits does not get through.
func TestKillFindsStoreThatIsHasty(t *testing.T) {
	t.Parallel()
	rng := random(t)
	lost := 0
	const kills = 3
	for range kills {
		path, tale := filepath.Join(t.TempDir(), "events.db"), newTale()
		kill(t, rng, path, "hasty", tale, "-hasty")
		f := judge(t.Context(), path, tale)
		lost += len(f.lost)
		if len(f.wrong)+len(f.partial) > 0 {
			t.Fatalf("more is wrong than that appends are lost:\n%v", f)
		}
	}
	if lost == 0 {
		t.Error("a store that acknowledges before it commits was not found out")
	}
	t.Logf("%d kills: %d appends lost that had been acknowledged", kills, lost)
}

// killed is what kills came to.
type killed struct {
	kills, opening, acked, inFlight, least, most int
	repeated, anew, events                       int
}

func (k *killed) add(one killed) {
	k.kills++
	k.acked += one.acked
	k.inFlight += one.inFlight
	k.most = max(k.most, one.inFlight)
	if k.least == 0 || one.inFlight < k.least {
		k.least = one.inFlight
	}
}

// kill starts a process that appends, lets it acknowledge a random number of appends,
// waits for a random time, kills it, and takes what it told into the tale. There are
// appends in flight each time.
func kill(t *testing.T, rng *rand.Rand, path, name string, tale *tale, flags ...any) killed {
	t.Helper()
	args := append([]any{"-name", name, "-fill", 1 + rng.IntN(4000)}, flags...)
	cmd, stderr := child(t, "write", append(args, path)...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	acks, wait := 1+rng.IntN(150), time.Duration(rng.IntN(int(5*time.Millisecond)))
	var k killed
	begun := 0
	// What was told before the kill is in the pipe after it.
	for lines := bufio.NewReader(out); ; {
		line, err := lines.ReadString('\n')
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		n, err := parseNews(strings.TrimSpace(line))
		if err != nil {
			t.Fatal(err)
		}
		tale.add(n)
		if n.what == "begin" {
			begun++
			continue
		}
		if k.acked++; k.acked == acks {
			time.AfterFunc(wait, func() { _ = cmd.Process.Kill() })
		}
	}
	wasKilled(t, cmd, stderr)
	if k.inFlight = begun - k.acked; k.inFlight == 0 {
		t.Errorf("no append was in flight when %s was killed", name)
	}
	return k
}

// killOpening kills a process that is opening the file, or has just opened it, which
// may be the first since another was killed. Nobody has ever read its standard output,
// so it cannot tell of an append, and ends by itself instead of beginning one.
func killOpening(t *testing.T, rng *rand.Rand, path string) {
	t.Helper()
	cmd, _ := child(t, "write", "-name", "opening", path)
	in, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	if err := in.Close(); err != nil { // before there is a process that could be faster
		t.Fatal(err)
	}
	cmd.Stdout = out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(time.Duration(rng.IntN(int(30*time.Millisecond))), func() { _ = cmd.Process.Kill() })
	_ = cmd.Wait()
}

func wasKilled(t *testing.T, cmd *exec.Cmd, stderr fmt.Stringer) {
	t.Helper()
	if exit, ok := errors.AsType[*exec.ExitError](cmd.Wait()); !ok || exit.Exited() {
		t.Errorf("the process ended by itself: %v\n%v", exit, stderr)
	}
}
