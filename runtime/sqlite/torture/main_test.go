//go:build cgo && linux

package torture

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/sqlite"
)

// children are what this test binary does when a test starts it as another process,
// with the name in childEnv.
var children = map[string]func(args []string) error{
	"write":  childWrite,
	"fault":  childFault,
	"full":   childFull,
	"linear": childLinear,
	"decide": childDecide,
	"race":   childRace,

	"claim":   childClaim,
	"members": childMembers,
	"rebuild": childRebuild,
}

const childEnv = "ESGEN_TORTURE_CHILD"

func TestMain(m *testing.M) {
	if name := os.Getenv(childEnv); name != "" {
		if err := children[name](os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	code := m.Run()
	if preloadDir != "" {
		_ = os.RemoveAll(preloadDir)
	}
	os.Exit(code)
}

// child is a command that runs one of children. What it writes to its standard error
// is collected.
func child(t *testing.T, name string, args ...any) (cmd *exec.Cmd, stderr *bytes.Buffer) {
	t.Helper()
	cmd = exec.CommandContext(t.Context(), os.Args[0])
	for _, arg := range args {
		cmd.Args = append(cmd.Args, fmt.Sprint(arg))
	}
	cmd.Env = append(os.Environ(), childEnv+"="+name)
	stderr = new(bytes.Buffer)
	cmd.Stderr = stderr
	return cmd, stderr
}

// finish runs a child to its end and returns what it printed.
func finish(t *testing.T, cmd *exec.Cmd, stderr *bytes.Buffer) []byte {
	t.Helper()
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr)
	}
	return out
}

// full skips a test that takes minutes, if it was not asked for.
func full(t *testing.T) {
	t.Helper()
	if os.Getenv("ESGEN_TORTURE") == "" {
		t.Skip("takes minutes: set ESGEN_TORTURE=1; the short form of it runs always")
	}
}

// random is a source of the test's own. Its seed is printed if the test fails, though
// processes and disks have moments of their own.
func random(t *testing.T) *rand.Rand {
	seed := rand.Uint64()
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("seed %d", seed)
		}
	})
	return rand.New(rand.NewPCG(seed, 0))
}

// hashed is a number that stands for a text.
func hashed(text string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(text))
	return h.Sum64()
}

// memoryFolder is a folder that is gone after the test, in memory if the system has a
// place for that: syncs cost nothing there.
func memoryFolder(t *testing.T) string {
	t.Helper()
	root := "/dev/shm"
	if info, err := os.Stat(root); err != nil || !info.IsDir() {
		root = ""
	}
	dir, err := os.MkdirTemp(root, "esgen-torture-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func open(t *testing.T, path string, opts ...sqlite.Option) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), path, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func closeStore(t *testing.T, s *sqlite.Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func mustAppend(t *testing.T, s es.Store, a es.Append) es.Result {
	t.Helper()
	r, err := s.Append(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// preloadDir is where the library is, if it was made.
var preloadDir string

// preload is testdata/disk.c as a library, compiled once for all tests.
var preload = sync.OnceValues(func() (path string, err error) {
	if preloadDir, err = os.MkdirTemp("", "esgen-torture-"); err != nil {
		return "", err
	}
	path = filepath.Join(preloadDir, "disk.so")
	out, err := exec.Command("cc", "-shared", "-fPIC", "-O2", "-Wall", "-o", path, "testdata/disk.c", "-ldl", "-lpthread").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("cc: %w\n%s", err, out)
	}
	return path, nil
})

// onDisk lets a child's SQLite work through testdata/disk.c.
func onDisk(t *testing.T, cmd *exec.Cmd, dir, log, control string) {
	t.Helper()
	if _, err := exec.LookPath("cc"); err != nil {
		t.Skip("no C compiler (cc): the library between SQLite and the disk cannot be made")
	}
	library, err := preload()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Env = append(cmd.Env, "LD_PRELOAD="+library, "ESGEN_DISK_DIR="+dir)
	if log != "" {
		cmd.Env = append(cmd.Env, "ESGEN_DISK_LOG="+log)
	}
	if control != "" {
		cmd.Env = append(cmd.Env, "ESGEN_DISK_CONTROL="+control)
	}
}
