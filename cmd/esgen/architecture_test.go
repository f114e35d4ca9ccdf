package main

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// importRule keeps one direction of the house: what some packages may not have
// among all that they import, directly or not.
type importRule struct {
	why string
	// of says which packages of this module the rule is about; their paths are
	// relative to it, "." for the root.
	of func(path string) bool
	// never says what none of them may depend on.
	never func(path string) bool
	// direct looks at the packages' own import declarations only.
	direct bool
}

var importRules = []importRule{
	{
		why: "the model and its rules know neither Go's types nor YAML nor how source is printed",
		of:  is("schema"),
		never: is("go/types", "go/ast", "go/packages", "golang.org/x/tools/go/packages", "gopkg.in/yaml.v3",
			"github.com/dave/jennifer/jen"),
	},
	{
		why: "emitters see the model only, whichever front end made it",
		of:  below("templates"),
		never: is("go/types", "golang.org/x/tools/go/packages", "gopkg.in/yaml.v3",
			ownModule+"/schema/golang", ownModule+"/schema/yaml"),
	},
	{
		why:    "how source is printed is known to the templates alone",
		of:     except(below("templates")),
		never:  is("github.com/dave/jennifer/jen"),
		direct: true,
	},
	{
		why:    "how Go packages are loaded is known to the front end alone",
		of:     except(below("schema/golang")),
		never:  is("golang.org/x/tools/go/packages"),
		direct: true,
	},
	{
		why:    "how YAML is read is known to the front end alone",
		of:     except(below("schema/yaml")),
		never:  is("gopkg.in/yaml.v3"),
		direct: true,
	},
	{
		why:   "front ends do not know the templates",
		of:    below("schema"),
		never: ours(below("templates")),
	},
	{
		why:   "front ends do not know one another",
		of:    below("schema/yaml"),
		never: ours(below("schema/golang")),
	},
	{
		why:   "front ends do not know one another",
		of:    below("schema/golang"),
		never: ours(below("schema/yaml")),
	},
	{
		why:   "who looks into a store's file needs nothing of the generator",
		of:    below("cmd/esstore"),
		never: ours(func(path string) bool { return below("schema")(path) || below("templates")(path) }),
	},
	{
		why:    "how a terminal is talked to is known to one package",
		of:     except(below("cmd/internal/terminal")),
		never:  talksToTerminals,
		direct: true,
	},
	{
		why:   "what the commands share knows nothing of what they do",
		of:    below("cmd/internal"),
		never: ours(except(below("cmd/internal"))),
	},
	{
		why:   "what talks to terminals is for commands",
		of:    below("runtime"),
		never: func(path string) bool { return below("github.com/spf13/cobra")(path) || talksToTerminals(path) },
	},
	{
		why:    "how commands are validated is known to one package",
		of:     except(below("runtime/command")),
		never:  below("github.com/go-playground/validator"),
		direct: true,
	},
	{
		why: "stores speak to their database themselves; database/sql would convert what it passes on",
		of: except(func(path string) bool {
			return below("cmd/esstore")(path) || below("runtime/sqlite/bench")(path) || below("examples")(path)
		}),
		never:  is("database/sql"),
		direct: true,
	},
	{
		why:   "what users run does not come with what generates it",
		of:    below("runtime"),
		never: ours(func(path string) bool { return below("schema")(path) || below("templates")(path) || below("cmd")(path) }),
	},
	{
		why: "the heart of the runtime needs the standard library and uuid only",
		of:  is("runtime/es"),
		never: func(path string) bool {
			return strings.Contains(first(path), ".") && path != "github.com/google/uuid" && path != ownModule+"/runtime/es"
		},
	},
	{
		why: "the generator is built without SQLite, and so without a C compiler",
		of:  is("cmd/esgen"),
		never: func(path string) bool {
			return ours(below("runtime/sqlite"))(path) || strings.HasPrefix(path, "github.com/mattn/go-sqlite3")
		},
	},
}

func is(paths ...string) func(string) bool {
	return func(path string) bool { return slices.Contains(paths, path) }
}

// below says whether a path is root, or leads below it.
func below(root string) func(string) bool {
	return func(path string) bool { return path == root || strings.HasPrefix(path, root+"/") }
}

func except(match func(string) bool) func(string) bool {
	return func(path string) bool { return !match(path) }
}

func talksToTerminals(path string) bool {
	return below("github.com/schollz/progressbar")(path) || below("golang.org/x/term")(path)
}

// ours turns a test of relative paths into one of import paths.
func ours(match func(string) bool) func(string) bool {
	return func(path string) bool {
		rel, ok := strings.CutPrefix(path, ownModule+"/")
		return ok && match(rel)
	}
}

// first is the first element of an import path; that of the standard library's has
// no dot.
func first(path string) string {
	element, _, _ := strings.Cut(path, "/")
	return element
}

type goPackage struct {
	ImportPath string
	Imports    []string
	Deps       []string
}

func TestImportDirections(t *testing.T) {
	packages := map[string]goPackage{}
	for _, p := range listDeps(t) {
		rel := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, ownModule), "/")
		if rel != p.ImportPath {
			packages[rel] = p
		}
	}
	for _, rule := range importRules {
		applied := false
		for rel, p := range packages {
			if !rule.of(rel) {
				continue
			}
			applied = true
			imports := p.Deps
			if rule.direct {
				imports = p.Imports
			}
			for _, path := range imports {
				if rule.never(path) {
					t.Errorf("%s imports %s, but %s", rel, path, rule.why)
				}
			}
		}
		if !applied {
			t.Errorf("no package is left that this is about: %s", rule.why)
		}
	}
}

// listDeps lists all packages of this module with what they import, as a machine
// without a C compiler sees them.
func listDeps(t *testing.T) []goPackage {
	t.Helper()
	cmd := exec.Command("go", "list", "-e", "-deps", "-json=ImportPath,Imports,Deps", "./...")
	cmd.Dir = filepath.Join("..", "..")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var packages []goPackage
	for dec := json.NewDecoder(out); ; {
		var p goPackage
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	return packages
}

// The tool is pure Go: everybody can build it.
func TestBuildsWithoutC(t *testing.T) {
	buildTool(t)
}

// buildTool builds the tool without cgo and gives the binary's path.
func buildTool(t testing.TB) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "esgen.exe")
	cmd := exec.Command("go", "build", "-o", binary, ".")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return binary
}
