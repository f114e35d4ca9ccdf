package esgen_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var fence = regexp.MustCompile("(?s)```(go)?\n(.*?)```")

// What the README shows is what happens: its code is generated for, compiled and
// run, and its error is the one that esgen prints.
func TestReadme(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := fence.FindAllStringSubmatch(string(readme), -1)
	if len(blocks) < 3 {
		t.Fatalf("%d blocks of code, want the aggregate, its use and the error", len(blocks))
	}
	aggregate, use, finding := blocks[0][2], blocks[1][2], blocks[2][2]

	root, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	tool := filepath.Join(t.TempDir(), "esgen")
	run(t, root, "go", "build", "-o", tool, "./cmd/esgen")
	dir := t.TempDir()
	sums, err := os.ReadFile("go.sum")
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, "go.sum", string(sums))
	write(t, dir, "profile/profile.go", aggregate)
	write(t, dir, "main.go", `package main

import (
	"context"
	"fmt"

	"example.com/app/profile"
	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/sqlite"
)

func main() {
	ctx := context.Background()
`+use+`
	fmt.Println("then", then.Version(), err, store.Close())
}
`)
	write(t, dir, "go.mod", "module example.com/app\n\ngo 1.26\n")
	run(t, dir, "go", "mod", "edit", "-replace", "github.com/esgen/esgen="+root)
	run(t, dir, "go", "mod", "tidy", "-e")
	run(t, dir, tool, "./...")
	run(t, dir, "go", "mod", "tidy")
	run(t, dir, "go", "vet", "./...")
	want := "1 profile.registered {7 Ann} <nil>\n2 profile.renamed {Bob} <nil>\nthen 1 <nil> <nil>\n"
	if diff := cmp.Diff(want, run(t, dir, "go", "run", ".")); diff != "" {
		t.Errorf("the program prints something else (-want +got):\n%s", diff)
	}

	// Leave out applyRenamed.
	cut := regexp.MustCompile(`(?m)^func \(p \*Profile\) applyRenamed.*\n`)
	write(t, dir, "profile/profile.go", cut.ReplaceAllString(aggregate, ""))
	cmd := exec.Command(tool, "./profile")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err == nil {
		t.Fatal("esgen accepts an event without an apply method")
	}
	if !strings.HasPrefix(string(out), finding) {
		t.Errorf("the error differs (-README +esgen):\n%s", cmp.Diff(finding, string(out)))
	}
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	file := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func run(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", filepath.Base(name), strings.Join(args, " "), err, out)
	}
	return string(out)
}
