//go:build cgo && linux

package torture

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/sqlite"
)

// Writes and syncs fail, now and then or each. Every append ends as an acknowledged
// success, as a failure of which nothing is stored, or as es.ErrOutcomeUnknown, which
// the same append sent again settles. The file is whole in the end.
func TestFault(t *testing.T) {
	t.Parallel()
	for _, p := range []faultPlan{
		{calls: onSync, files: walFile, every: 3, error: syscall.EIO},
		{calls: onWrite, files: walFile, every: 19, error: syscall.EIO, half: true},
		{calls: onWrite | onSync, files: mainFile, every: 2, error: syscall.EIO},
		{calls: onWrite | onSync | onTruncate, files: allFiles, every: 1, error: syscall.EIO},
		{calls: onWrite, files: allFiles, every: 11, error: syscall.ENOSPC},
	} {
		t.Run(p.String(), func(t *testing.T) {
			total := testFault(t, p, faultSize{goroutines: 8, count: 6, sessions: 2, fill: 2000})
			t.Log(total)
		})
	}
}

func TestTortureFault(t *testing.T) {
	full(t)
	var total faulted
	for _, calls := range []uint32{onSync, onWrite, onWrite | onSync | onTruncate} {
		for _, files := range []uint32{walFile, mainFile, allFiles} {
			for _, every := range []uint32{1, 2, 3, 5, 11, 29, 97} {
				if calls == onSync && files == mainFile && every > 3 {
					continue // only checkpoints sync the main file
				}
				for _, error := range []syscall.Errno{syscall.EIO, syscall.ENOSPC} {
					p := faultPlan{calls: calls, files: files, every: every, error: error, half: calls&onWrite != 0 && every%3 == 2}
					t.Run(p.String(), func(t *testing.T) {
						one := testFault(t, p, faultSize{goroutines: 8, count: 25, sessions: 4, fill: 8000})
						t.Log(one)
						total.add(one)
					})
				}
			}
		}
	}
	t.Log("in all:", total)
}

// A process whose append has come to an unknown outcome is killed before it can do
// anything about it. The append may be stored; sent again, it is stored once.
func TestFaultKill(t *testing.T) {
	t.Parallel()
	testFaultKill(t, 4)
}

func TestTortureFaultKill(t *testing.T) { full(t); testFaultKill(t, 100) }

func testFaultKill(t *testing.T, kills int) {
	rng := random(t)
	var acked, repeated, anew int
	for range kills {
		path, tale := faultKill(t, rng, false)
		if f := judge(t.Context(), path, tale); !f.none() {
			t.Fatal(f)
		}
		acked += len(tale.acked)
		r, a, err := settleAt(t.Context(), path, tale)
		if err != nil {
			t.Fatal(err)
		}
		repeated, anew = repeated+r, anew+a
		if f := judge(t.Context(), path, tale); !f.none() {
			t.Fatalf("after the append was sent again:\n%v", f)
		}
	}
	t.Logf("%d kills after an unknown outcome: %d appends acknowledged before; of those in doubt %d were stored and %d not", kills, acked, repeated, anew)
	if repeated == 0 {
		t.Error("no append in doubt was stored: this test sees too little")
	}
}

// A store that says of an unknown outcome that nothing was stored does not get through.
func TestFaultKillFindsStoreThatIsSure(t *testing.T) {
	t.Parallel()
	rng := random(t)
	wrong := 0
	for range 4 {
		path, tale := faultKill(t, rng, true)
		wrong += len(judge(t.Context(), path, tale).wrong)
	}
	if wrong == 0 {
		t.Error("a store that is sure of a failure was not found out")
	}
	t.Logf("%d appends failed and are there", wrong)
}

// faultKill runs a process until its first unknown outcome, with which it ends.
func faultKill(t *testing.T, rng *rand.Rand, sure bool) (path string, tale *tale) {
	t.Helper()
	dir, control := memoryFolder(t), newControl(t)
	path, tale = filepath.Join(dir, "events.db"), newTale()
	p := faultPlan{calls: onSync, files: walFile, every: uint32(2 + rng.IntN(40)), error: syscall.EIO}
	cmd, stderr := child(t, "fault", "-goroutines", 1, "-count", 1000, "-fill", 1+rng.IntN(8000),
		"-calls", p.calls, "-files", p.files, "-every", p.every, "-errno", int(p.error), "-die", "-sure="+fmt.Sprint(sure), path)
	onDisk(t, cmd, dir, "", control.path())
	var out bytes.Buffer
	cmd.Stdout = &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	wasKilled(t, cmd, stderr)
	for line := range strings.Lines(out.String()) {
		n, err := parseNews(strings.TrimSpace(line))
		if err != nil {
			t.Fatal(err)
		}
		tale.add(n)
	}
	return path, tale
}

func (p faultPlan) String() string {
	var b strings.Builder
	for i, name := range []string{"Write", "Sync", "Truncate"} {
		if p.calls&(1<<i) != 0 {
			b.WriteString(name)
		}
	}
	b.WriteString("Of")
	for i, name := range []string{"Main", "WAL", "Journal"} {
		if p.files&(1<<i) != 0 {
			b.WriteString(name)
		}
	}
	if p.half {
		b.WriteString("Half")
	}
	fmt.Fprintf(&b, "Every%dErrno%d", p.every, int(p.error))
	return b.String()
}

type faultSize struct{ goroutines, count, sessions, fill int }

// faulted is what a run with faults came to.
type faulted struct{ injected, acked, unknown, stored, refused, opens, closes int }

func (f *faulted) add(one faulted) {
	f.injected += one.injected
	f.acked += one.acked
	f.unknown += one.unknown
	f.stored += one.stored
	f.refused += one.refused
	f.opens += one.opens
	f.closes += one.closes
}

func (f faulted) String() string {
	return fmt.Sprintf("%d calls failed; %d appends acknowledged, %d failures with nothing stored, %d unknown outcomes, all settled (%d appends turned out to be stored); opening failed %d times, closing %d times",
		f.injected, f.acked, f.refused, f.unknown, f.stored, f.opens, f.closes)
}

func testFault(t *testing.T, p faultPlan, size faultSize) faulted {
	t.Helper()
	dir, control := memoryFolder(t), newControl(t)
	path := filepath.Join(dir, "events.db")
	cmd, stderr := child(t, "fault", "-goroutines", size.goroutines, "-count", size.count, "-sessions", size.sessions, "-fill", size.fill,
		"-calls", p.calls, "-files", p.files, "-every", p.every, "-errno", int(p.error), "-half="+fmt.Sprint(p.half), path)
	onDisk(t, cmd, dir, "", control.path())
	tale := newTale()
	var total faulted
	for line := range strings.Lines(string(finish(t, cmd, stderr))) {
		line = strings.TrimSpace(line)
		switch line {
		case "open failed":
			total.opens++
			continue
		case "close failed":
			total.closes++
			continue
		}
		n, err := parseNews(line)
		if err != nil {
			t.Fatal(err)
		}
		tale.add(n)
		switch n.what {
		case "unknown":
			total.unknown++
		case "stored":
			total.stored++
		}
	}
	total.injected, total.acked, total.refused = control.injected(t), len(tale.acked), len(tale.refused)
	if total.injected == 0 {
		t.Error("no call failed")
	}
	if open := tale.open(); len(open) > 0 {
		t.Errorf("%d appends have no outcome", len(open))
	}
	if f := judge(t.Context(), path, tale); !f.none() {
		t.Errorf("%v\n%v", total, f)
	}
	return total
}

// childFault does deeds while calls fail. Faults are there for most of the attempts,
// and then for some they are not, so that all comes to an end.
func childFault(args []string) error {
	flags := flag.NewFlagSet("fault", flag.ExitOnError)
	goroutines := flags.Int("goroutines", 8, "")
	count := flags.Int("count", 0, "deeds of each goroutine")
	sessions := flags.Int("sessions", 1, "how often the file is opened")
	fill := flags.Int("fill", 0, "see deed")
	calls := flags.Uint("calls", 0, "see faultPlan")
	files := flags.Uint("files", 0, "")
	every := flags.Uint("every", 0, "")
	errno := flags.Uint("errno", 0, "")
	half := flags.Bool("half", false, "")
	die := flags.Bool("die", false, "end with a kill at the first unknown outcome")
	sure := flags.Bool("sure", false, "take an unknown outcome for a failure with nothing stored")
	log := flags.String("log", "", "where to mark what is told, beside what disk.c records")
	if err := flags.Parse(args); err != nil {
		return err
	}
	control, err := openControl(os.Getenv("ESGEN_DISK_CONTROL"))
	if err != nil {
		return err
	}
	disk := &faultyDisk{
		control: control, die: *die, sure: *sure,
		plan: faultPlan{calls: uint32(*calls), files: uint32(*files), every: uint32(*every), error: syscall.Errno(*errno), half: *half},
	}
	say, err := teller(*log)
	if err != nil {
		return err
	}
	for session := range *sessions {
		s, err := disk.open(flags.Arg(0))
		if err != nil {
			return err
		}
		// With a connection for reading, that for writing is not the last to be closed,
		// which would tidy up the WAL.
		if _, err := s.Head(context.Background()); err != nil {
			return err
		}
		errs := make([]error, *goroutines)
		var wg sync.WaitGroup
		for g := range *goroutines {
			wg.Go(func() { errs[g] = disk.write(s, fmt.Sprintf("f-%d-%d", session, g), *count, *fill, say) })
		}
		wg.Wait()
		if err := errors.Join(errs...); err != nil {
			return err
		}
		if err := s.Close(); err != nil {
			fmt.Println("close failed")
		}
	}
	return nil
}

type faultyDisk struct {
	control  *control
	plan     faultPlan
	die      bool
	sure     bool
	attempts atomic.Int64
}

// attempt is called before each attempt to do something.
func (d *faultyDisk) attempt() error {
	switch d.attempts.Add(1) % 64 {
	case 1:
		return d.control.set(d.plan, true)
	case 49:
		return d.control.set(d.plan, false)
	}
	return nil
}

func (d *faultyDisk) open(path string) (*sqlite.Store, error) {
	for {
		if err := d.attempt(); err != nil {
			return nil, err
		}
		s, err := sqlite.Open(context.Background(), path)
		if err == nil {
			return s, nil
		}
		if mistaken(err) {
			return nil, err
		}
		fmt.Println("open failed")
	}
}

func (d *faultyDisk) write(s *sqlite.Store, writer string, count, fill int, say func(news) error) error {
	var own int64
	for seq := 0; count > 0; seq++ {
		deed := deed{writer: writer, seq: seq, own: own, fill: fill}
		if err := say(news{what: "begin", deed: deed}); err != nil {
			return err
		}
		a := deed.append()
		r, err := d.append(s, a, func(what string) error { return say(news{what: what, deed: deed}) })
		n := acknowledged(deed, r)
		if err != nil {
			if mistaken(err) {
				return fmt.Errorf("%v: %w", deed, err)
			}
			n = news{what: "refused", deed: deed}
		} else {
			own += int64(len(a.Streams[0].Events))
			count--
		}
		if err := say(n); err != nil {
			return err
		}
		if d.die && errors.Is(err, es.ErrOutcomeUnknown) {
			return d.kill()
		}
	}
	return nil
}

// append appends, and repeats what has an unknown outcome until it is settled.
func (d *faultyDisk) append(s *sqlite.Store, a es.Append, tell func(what string) error) (es.Result, error) {
	inDoubt := false
	for {
		if err := d.attempt(); err != nil {
			return es.Result{}, err
		}
		r, err := s.Append(context.Background(), a)
		switch {
		case err == nil && r.Repeated:
			return r, tell("stored")
		case err == nil, mistaken(err), d.sure:
			return r, err
		case errors.Is(err, es.ErrOutcomeUnknown):
			inDoubt = true
			if err := tell("unknown"); err != nil {
				return r, err
			}
			if d.die {
				return r, d.kill()
			}
		case !inDoubt: // if it is, this failure says nothing about the append before
			return r, err
		}
	}
}

// kill ends the process as it is.
func (d *faultyDisk) kill() error {
	if err := syscall.Kill(os.Getpid(), syscall.SIGKILL); err != nil {
		return err
	}
	select {}
}

// mistaken says whether an error is one that no disk is the cause of.
func mistaken(err error) bool {
	for _, wrong := range []error{
		es.ErrConflict, es.ErrCondition, es.ErrDuplicateEvent, es.ErrCorrupt, es.ErrClosed, es.ErrInvalidAppend,
		sqlite.ErrNotOurs, sqlite.ErrNewerFormat, sqlite.ErrOlderFormat, sqlite.ErrReadOnly, sqlite.ErrMoved, sqlite.ErrTooLarge,
	} {
		if errors.Is(err, wrong) {
			return true
		}
	}
	return false
}
