package templates

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/modfile"
	"golang.org/x/tools/txtar"

	"github.com/esgen/esgen/schema"
	"github.com/esgen/esgen/schema/golang"
	"github.com/esgen/esgen/schema/yaml"
)

// userModule is a user's module in a folder of its own, which takes this project
// from the checkout and everything else from where this project does.
type userModule struct{ dir string }

// newUserModule makes an empty module.
func newUserModule(t testing.TB, path string) userModule {
	t.Helper()
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	ours, err := modfile.Parse("go.mod", data, nil)
	if err != nil {
		t.Fatal(err)
	}
	mod := new(modfile.File)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(mod.AddModuleStmt(path))
	must(mod.AddGoStmt(ours.Go.Version))
	must(mod.AddRequire(ours.Module.Mod.Path, "v0.0.0"))
	must(mod.AddReplace(ours.Module.Mod.Path, "", root, ""))
	for _, r := range ours.Require {
		must(mod.AddRequire(r.Mod.Path, r.Mod.Version))
	}
	formatted, err := mod.Format()
	must(err)
	sum, err := os.ReadFile(filepath.Join(root, "go.sum"))
	must(err)

	m := userModule{t.TempDir()}
	m.write(t, "go.mod", formatted)
	m.write(t, "go.sum", sum)
	return m
}

// write writes a file; its path is relative to the module.
func (m userModule) write(t testing.TB, name string, content []byte) {
	t.Helper()
	path := filepath.Join(m.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o666); err != nil {
		t.Fatal(err)
	}
}

// extract writes the files of an archive below a folder, but for generated ones.
func (m userModule) extract(t testing.TB, dir string, archive *txtar.Archive) {
	t.Helper()
	for _, f := range archive.Files {
		if !isGenerated(f.Name) {
			m.write(t, dir+"/"+f.Name, f.Data)
		}
	}
}

// adopt copies the user's files of one of this project's packages and of those
// below it into the module, with or without tests, and gives them the import path
// that they have there.
func (m userModule) adopt(t testing.TB, from, importPath, to, newPath string, tests bool) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".go" || isGenerated(path) || !tests && strings.HasSuffix(path, "_test.go") {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		m.write(t, to+"/"+filepath.ToSlash(rel), bytes.ReplaceAll(content, []byte(importPath), []byte(newPath)))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func isGenerated(name string) bool {
	base := filepath.Base(name)
	return base == SourceFile || base == TestFile
}

// load reads the module as esgen does, and checks it. Warnings are none of a
// test's business here.
func (m userModule) load(t testing.TB, patterns ...string) *schema.Module {
	t.Helper()
	module, findings, err := golang.Load(t.Context(), golang.Config{Dir: m.dir, Env: m.env(), Declare: declareIn(t.Context())}, patterns...)
	if err != nil {
		t.Fatal(err)
	}
	findings = append(findings, schema.Check(module)...)
	for _, d := range findings.Sorted() {
		if d.Severity == schema.Error {
			t.Errorf("%s:%d:%d: %s[%s]: %s", d.Span.File, d.Span.Line, d.Span.Column, d.Severity, d.Code, d.Message)
		}
	}
	if findings.HasErrors() {
		t.FailNow()
	}
	return module
}

// declareIn reads the schema files of folders.
func declareIn(ctx context.Context) func(dirs []string) ([]*schema.Declared, schema.Diagnostics, error) {
	return func(dirs []string) ([]*schema.Declared, schema.Diagnostics, error) {
		var all []*schema.Declared
		var findings schema.Diagnostics
		for _, dir := range dirs {
			files, err := yaml.Files(dir)
			if err != nil {
				return nil, nil, err
			}
			declared, found, err := yaml.Load(ctx, dir, files)
			if err != nil {
				return nil, nil, err
			}
			findings = append(findings, found...)
			if declared != nil {
				all = append(all, declared)
			}
		}
		return all, findings, nil
	}
}

// generate writes what is generated for the packages, and gives it.
func (m userModule) generate(t testing.TB, patterns ...string) []File {
	t.Helper()
	files, err := Generate(m.load(t, patterns...))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if err := os.WriteFile(f.Path, f.Content, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// command runs the go command in the module, and gives what it printed.
func (m userModule) command(t testing.TB, args ...string) (output string, err error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir, cmd.Env = m.dir, m.env()
	var b bytes.Buffer
	cmd.Stdout, cmd.Stderr = &b, &b
	err = cmd.Run()
	return b.String(), err
}

// env keeps the folder out of what is compiled, so that the next run, which has
// another folder, need not compile it again.
func (m userModule) env() []string {
	return append(os.Environ(), "GOWORK=off", "GOFLAGS=-trimpath", "GOPROXY=off")
}
