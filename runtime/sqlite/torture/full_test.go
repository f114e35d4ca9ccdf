//go:build cgo && linux

package torture

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/sqlite"
)

// The disk gets full while several goroutines append. Appends fail with
// sqlite.ErrFull, reading goes on, nothing that was acknowledged is lost, nothing that
// failed is there; and when there is room again appends succeed.
func TestFull(t *testing.T) {
	t.Parallel()
	t.Run("Mount", func(t *testing.T) { onSmallMount(t, "1m", 500, false) })
	t.Run("Reopen", func(t *testing.T) { onSmallMount(t, "1m", 500, true) })
	t.Run("Library", func(t *testing.T) { onSmallLibrary(t, 1<<20, 500, false) })
}

func TestTortureFull(t *testing.T) {
	full(t)
	for i := range 10 {
		reopen := i%2 == 1
		t.Run(fmt.Sprint("Mount", i), func(t *testing.T) { onSmallMount(t, fmt.Sprint(700+111*i, "k"), 100<<i%5000, reopen) })
		t.Run(fmt.Sprint("Library", i), func(t *testing.T) { onSmallLibrary(t, 500_000+111_111*i, 100<<i%5000, reopen) })
	}
	// Here the disk gets full in the checkpoints that SQLite makes by itself, too.
	t.Run("MountCheckpoint", func(t *testing.T) { onSmallMount(t, "22m", 8000, false) })
	t.Run("MountCheckpointReopen", func(t *testing.T) { onSmallMount(t, "22m", 8000, true) })
	t.Run("LibraryCheckpoint", func(t *testing.T) { onSmallLibrary(t, 22<<20, 8000, false) })
}

// onSmallMount runs on a file system in memory, of that size.
func onSmallMount(t *testing.T, size string, fill int, reopen bool) {
	dir := t.TempDir()
	err := syscall.Mount("esgen-torture", dir, "tmpfs", 0, "size="+size)
	if errors.Is(err, syscall.EPERM) {
		t.Skip("only root may mount a file system, and this user may not; the subtests named Library do the same with a library in its place")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	}()
	path := filepath.Join(dir, "events.db")
	cmd, stderr := child(t, "full", "-fill", fill, "-reopen="+fmt.Sprint(reopen), path)
	onFull(t, cmd, stderr, path, "a tmpfs of "+size, func() error {
		return syscall.Mount("esgen-torture", dir, "tmpfs", syscall.MS_REMOUNT, "size=100m")
	})
}

// onSmallLibrary lets writes fail beyond so many bytes.
func onSmallLibrary(t *testing.T, room, fill int, reopen bool) {
	dir, control := memoryFolder(t), newControl(t)
	path := filepath.Join(dir, "events.db")
	cmd, stderr := child(t, "full", "-fill", fill, "-reopen="+fmt.Sprint(reopen), path)
	onDisk(t, cmd, dir, "", control.path())
	if err := control.set(faultPlan{room: uint32(room)}, true); err != nil {
		t.Fatal(err)
	}
	onFull(t, cmd, stderr, path, fmt.Sprintf("a library that leaves room for %d bytes", room), func() error {
		return control.set(faultPlan{}, false)
	})
	if control.injected(t) == 0 {
		t.Error("no write failed")
	}
}

func onFull(t *testing.T, cmd *exec.Cmd, stderr *bytes.Buffer, path, where string, makeRoom func() error) {
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	tale, before, said := newTale(), 0, ""
	for lines := bufio.NewScanner(out); lines.Scan(); {
		switch what, rest, _ := strings.Cut(lines.Text(), " "); what {
		case "full":
			before = len(tale.acked)
			if err := makeRoom(); err != nil {
				t.Error(err)
			}
			if _, err := io.WriteString(in, "\n"); err != nil {
				t.Error(err)
			}
		case "note":
			said += "; " + rest
		default:
			n, err := parseNews(lines.Text())
			if err != nil {
				t.Fatal(err)
			}
			tale.add(n)
		}
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("%v\n%s", err, stderr)
	}
	if f := judge(t.Context(), path, tale); !f.none() {
		t.Errorf("%v", f)
	}
	if len(tale.refused) == 0 || before == 0 || len(tale.acked) == before {
		t.Errorf("%d appends failed, %d acknowledged before, %d in all", len(tale.refused), before, len(tale.acked))
	}
	t.Logf("%s: %d appends acknowledged until it was full, %d failed, %d acknowledged after there was room%s",
		where, before, len(tale.refused), len(tale.acked)-before, said)
}

// childFull appends until the disk is full and still full, says so, waits for a line,
// and appends some more.
func childFull(args []string) error {
	flags := flag.NewFlagSet("full", flag.ExitOnError)
	fill := flags.Int("fill", 0, "see deed")
	reopen := flags.Bool("reopen", false, "close the store and open it again while the disk is full")
	if err := flags.Parse(args); err != nil {
		return err
	}
	ctx, path := context.Background(), flags.Arg(0)
	s, err := sqlite.Open(ctx, path)
	if err != nil {
		return err
	}
	say, err := teller("")
	if err != nil {
		return err
	}
	const enough, after = 10, 20
	if err := fillUp(s, "full", *fill, enough, 0, say); err != nil {
		return err
	}
	events := 0
	for _, err := range s.All(ctx, es.ReadAll{}) {
		if err != nil {
			return fmt.Errorf("read while the disk is full: %w", err)
		}
		events++
	}
	fmt.Println("note", events, "events read while it was full")
	if *reopen {
		if err := s.Close(); err != nil {
			fmt.Println("note close:", err)
		}
		if s, err = sqlite.Open(ctx, path); err != nil {
			fmt.Println("note open:", err)
		}
	}
	fmt.Println("full")
	if _, err := bufio.NewReader(os.Stdin).ReadString('\n'); err != nil {
		return err
	}
	if s == nil {
		if s, err = sqlite.Open(ctx, path); err != nil {
			return err
		}
	}
	if err := fillUp(s, "again", *fill, 0, after, say); err != nil {
		return err
	}
	return s.Close()
}

// fillUp appends from eight goroutines, each until so many of its appends have failed,
// or have succeeded.
func fillUp(s *sqlite.Store, name string, fill, failures, successes int, say func(news) error) error {
	errs := make([]error, 8)
	var wg sync.WaitGroup
	for g := range errs {
		wg.Go(func() { errs[g] = fillUpFrom(s, fmt.Sprint(name, g), fill, failures, successes, say) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

func fillUpFrom(s *sqlite.Store, writer string, fill, failures, successes int, say func(news) error) error {
	var own int64
	acked, refused := 0, 0
	for seq := 0; failures > 0 && refused < failures || successes > 0 && acked < successes; seq++ {
		d := deed{writer: writer, seq: seq, own: own, fill: fill}
		if err := say(news{what: "begin", deed: d}); err != nil {
			return err
		}
		a := d.append()
		r, err := s.Append(context.Background(), a)
		n := acknowledged(d, r)
		switch {
		case err == nil:
			acked++
			own += int64(len(a.Streams[0].Events))
		case failures == 0 || !errors.Is(err, sqlite.ErrFull) || errors.Is(err, es.ErrOutcomeUnknown):
			return fmt.Errorf("%v: %w", d, err)
		default:
			refused++
			n = news{what: "refused", deed: d}
		}
		if err := say(n); err != nil {
			return err
		}
	}
	return nil
}
