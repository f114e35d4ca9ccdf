//go:build torture

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/module"
	"golang.org/x/mod/zip"
)

// TestTorturePublished does what a newcomer does, with this checkout as it would be
// published: nothing replaced, everything fetched by version into an empty module
// cache. It shows that what users get is whole.
func TestTorturePublished(t *testing.T) {
	env := publish(t, "v0.1.0")
	binary := buildTool(t)

	t.Run("by the tool line", func(t *testing.T) {
		folder := t.TempDir()
		for _, command := range []string{
			"go mod init example.com/shop",
			"go get -tool github.com/esgen/esgen/cmd/esgen",
			"go tool esgen init order",
			"go generate ./...",
			"go test ./...",
			"go mod tidy",
			"go test ./...",
			"go tool esgen check ./...",
			"go vet ./...",
		} {
			runCommand(t, folder, env, strings.Fields(command)...)
		}
		out := runCommand(t, folder, env, "go", "tool", "esgen", "version")
		if !strings.HasPrefix(out, "esgen v0.1.0 ") {
			t.Errorf("the version is %q, want esgen v0.1.0", out)
		}
	})
	t.Run("by a binary in an empty folder", func(t *testing.T) {
		folder := filepath.Join(t.TempDir(), "shop")
		if err := os.Mkdir(folder, 0o777); err != nil {
			t.Fatal(err)
		}
		runCommand(t, folder, env, binary, "init")
		runCommand(t, folder, env, "go", "generate")
		runCommand(t, folder, env, "go", "test")
	})
}

// publish makes a module proxy of this checkout, and gives the environment in which
// the go command uses it.
func publish(t *testing.T, version string) []string {
	t.Helper()
	checkout, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	proxy := t.TempDir()
	folder := filepath.Join(proxy, filepath.FromSlash(ownModule), "@v")
	if err := os.MkdirAll(folder, 0o777); err != nil {
		t.Fatal(err)
	}
	mod, err := os.ReadFile(filepath.Join(checkout, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"list":            version + "\n",
		version + ".info": fmt.Sprintf(`{"Version":%q,"Time":"2026-01-01T00:00:00Z"}`, version),
		version + ".mod":  string(mod),
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	archive, err := os.Create(filepath.Join(folder, version+".zip"))
	if err != nil {
		t.Fatal(err)
	}
	if err := zip.CreateFromDir(archive, module.Version{Path: ownModule, Version: version}, checkout); err != nil {
		t.Fatal(err)
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}

	out, err := exec.Command("go", "env", "GOMODCACHE", "GOPROXY").Output()
	if err != nil {
		t.Fatal(err)
	}
	cache, upstream, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	return append(os.Environ(),
		"GOPROXY="+strings.Join([]string{
			"file://" + filepath.ToSlash(proxy),
			"file://" + filepath.ToSlash(filepath.Join(cache, "cache", "download")),
			upstream,
		}, ","),
		"GOMODCACHE="+t.TempDir(),
		"GOSUMDB=off",
		"GOFLAGS=-modcacherw",
		"GOWORK=off",
	)
}

func runCommand(t *testing.T, folder string, env []string, args ...string) string {
	t.Helper()
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir, cmd.Env = folder, env
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}
