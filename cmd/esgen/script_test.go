package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/mod/modfile"
)

var update = flag.Bool("update", false, "rewrite what the scripts expect")

// The test binary is the tool as well: a script that runs esgen runs main.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"esgen": func() {
		dropPrivileges()
		main()
	}})
}

// TestScripts runs testdata/script, one story a file.
func TestScripts(t *testing.T) {
	goEnv := goEnvironment(t, "GOCACHE", "GOMODCACHE", "GOTOOLCHAIN")
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Vars = append(env.Vars, goEnv...)
			env.Setenv("HOME", filepath.Join(env.WorkDir, ".home"))
			env.Setenv("GOENV", "off")
			// What the tests need is in the module cache, for this module needs it too.
			env.Setenv("GOPROXY", "off")
			env.Setenv("GOSUMDB", "off")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"gomod":     scriptGoMod,
			"status":    scriptStatus,
			"age":       scriptAge,
			"unchanged": scriptUnchanged,
			"await":     scriptAwait,
			"holds":     scriptHolds,
		},
	})
}

// scriptGoMod is the command "gomod MODULE [FOLDER]": it writes the go.mod of a module
// that uses this checkout of esgen, runtime and tool, and needs no network.
func scriptGoMod(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: gomod MODULE [FOLDER]")
	}
	folder := ts.MkAbs(".")
	if len(args) == 2 {
		folder = ts.MkAbs(args[1])
	}
	ts.Check(writeGoMod(folder, args[0]))
}

// writeGoMod writes go.mod and go.sum of a module that is built with this checkout.
func writeGoMod(folder, module string) error {
	checkout, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		return err
	}
	own, err := os.ReadFile(filepath.Join(checkout, "go.mod"))
	if err != nil {
		return err
	}
	parsed, err := modfile.Parse("go.mod", own, nil)
	if err != nil {
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "module %s\n\ngo %s\n\nrequire %s v0.0.0\n\nrequire (\n", module, parsed.Go.Version, parsed.Module.Mod.Path)
	for _, r := range parsed.Require {
		fmt.Fprintf(&b, "\t%s %s // indirect\n", r.Mod.Path, r.Mod.Version)
	}
	fmt.Fprintf(&b, ")\n\nreplace %s => %s\n\ntool %[1]s/cmd/esgen\n", parsed.Module.Mod.Path, checkout)
	sums, err := os.ReadFile(filepath.Join(checkout, "go.sum"))
	if err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	return errors.Join(
		os.WriteFile(filepath.Join(folder, "go.mod"), []byte(b.String()), 0o666),
		os.WriteFile(filepath.Join(folder, "go.sum"), sums, 0o666),
	)
}

// scriptStatus is the command "status N PROGRAM ARG...": the program must end with
// just that exit status.
func scriptStatus(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N PROGRAM ARG...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		exit, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

// longAgo is a time that no test file gets by being written.
var longAgo = time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)

// scriptAge is the command "age FILE...": the files look as if they were old.
func scriptAge(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range args {
		ts.Check(os.Chtimes(ts.MkAbs(name), longAgo, longAgo))
	}
}

// scriptUnchanged is the command "[!] unchanged FILE...": nobody has written to the
// files since they were aged.
func scriptUnchanged(ts *testscript.TestScript, neg bool, args []string) {
	for _, name := range args {
		info, err := os.Stat(ts.MkAbs(name))
		ts.Check(err)
		if untouched := info.ModTime().Equal(longAgo); untouched == neg {
			ts.Fatalf("%s: untouched is %v", name, untouched)
		}
	}
}

// scriptAwait is the command "await FILE": it returns when a program in the background
// has made the file.
func scriptAwait(ts *testscript.TestScript, _ bool, args []string) {
	for range 600 {
		if _, err := os.Stat(ts.MkAbs(args[0])); err == nil {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	ts.Fatalf("%s did not come", args[0])
}

// scriptHolds is the command "holds FOLDER FILE...": the folder holds just those
// files, hidden ones counted.
func scriptHolds(ts *testscript.TestScript, _ bool, args []string) {
	entries, err := os.ReadDir(ts.MkAbs(args[0]))
	ts.Check(err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if got, want := strings.Join(names, " "), strings.Join(args[1:], " "); got != want {
		ts.Fatalf("folder %s holds %s, want %s", args[0], got, want)
	}
}

// goEnvironment gives KEY=VALUE of some of the go command's settings.
func goEnvironment(t testing.TB, keys ...string) []string {
	t.Helper()
	out, err := exec.Command("go", append([]string{"env"}, keys...)...).Output()
	if err != nil {
		t.Fatal(err)
	}
	values := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	for i := range keys {
		values[i] = keys[i] + "=" + values[i]
	}
	return values
}
