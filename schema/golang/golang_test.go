package golang

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/esgen/esgen/schema"
)

// What a user writes by the book passes the rules, too.
func TestExamplesPassTheRules(t *testing.T) {
	for _, name := range []string{"profile", "order"} {
		s := readScenario(t, "testdata/load/"+name+".txtar")
		module, findings, err := Load(t.Context(), s.config, s.patterns...)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range append(findings, schema.Check(module)...) {
			t.Errorf("%s: %s:%d: %s: %s", name, filepath.Base(d.Span.File), d.Span.Line, d.Code, d.Message)
		}
	}
}

func TestOrderDoesNotMatter(t *testing.T) {
	for _, name := range []string{"not_generated", "imports", "workspace", "directive_place", "undeclared", "registry_twice"} {
		s := readScenario(t, "testdata/load/"+name+".txtar")
		if name != "workspace" && name != "registry_twice" {
			entries, err := os.ReadDir(s.dir)
			if err != nil {
				t.Fatal(err)
			}
			s.patterns = nil
			for _, entry := range entries {
				if entry.IsDir() && entry.Name() != "generated" {
					s.patterns = append(s.patterns, "./"+entry.Name()+"/...")
				}
			}
		}
		_, want := s.load(t)
		for range 5 {
			rand.Shuffle(len(s.patterns), func(i, j int) { s.patterns[i], s.patterns[j] = s.patterns[j], s.patterns[i] })
			if _, got := s.load(t); got != want {
				t.Fatalf("%s as %v:\n%s", name, s.patterns, cmp.Diff(want, got))
			}
		}
	}
}

func TestCancelledContext(t *testing.T) {
	s := readScenario(t, "testdata/load/profile.txtar")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := Load(ctx, s.config, s.patterns...); !errors.Is(err, context.Canceled) {
		t.Errorf("before the start: %v", err)
	}
	ctx, cancel = context.WithCancel(t.Context())
	s.config.Progress = func(int, int, string) { cancel() }
	s.write(t, "second/a.go", "package second\n\n//es:event a.b\ntype E struct{}\n")
	if _, _, err := Load(ctx, s.config, s.patterns...); !errors.Is(err, context.Canceled) {
		t.Errorf("on the way: %v", err)
	}
}

func TestMissingGoCommand(t *testing.T) {
	s := readScenario(t, "testdata/load/profile.txtar")
	t.Setenv("PATH", t.TempDir())
	_, _, err := Load(t.Context(), s.config, s.patterns...)
	if err == nil || !strings.Contains(err.Error(), "go command") {
		t.Error(err)
	}
}

func TestGoError(t *testing.T) {
	s := readScenario(t, "testdata/load/gomod_broken.txtar")
	_, _, err := Load(t.Context(), s.config, s.patterns...)
	var failed *GoError
	if !errors.As(err, &failed) || !strings.Contains(failed.Stderr, "nonsense") || failed.Args[0] != "list" {
		t.Errorf("%#v", err)
	}
}

func TestProgress(t *testing.T) {
	s := readScenario(t, "testdata/load/imports.txtar")
	var got []string
	s.config.Progress = func(done, total int, pkg string) {
		if done != len(got) || total != 3 {
			t.Errorf("%d of %d", done, total)
		}
		got = append(got, pkg)
	}
	if _, _, err := Load(t.Context(), s.config, s.patterns...); err != nil {
		t.Fatal(err)
	}
	want := []string{"example.com/app/a", "example.com/app/b", "example.com/app/c", ""}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// The zero Config looks in the current folder, with the current environment.
func TestZeroConfig(t *testing.T) {
	s := readScenario(t, "testdata/load/profile.txtar")
	t.Chdir(filepath.Join(s.dir, "profile"))
	t.Setenv("GOFLAGS", "")
	module, findings, err := Load(t.Context(), Config{})
	if err != nil || len(findings) > 0 || len(module.Packages) != 1 {
		t.Fatal(module, findings, err)
	}
	if dir := module.Packages[0].Dir; dir != filepath.Join(s.dir, "profile") {
		t.Error(dir)
	}
}

// An esgen that is older than the module's Go refuses, even where the go command
// is new enough.
func TestOlderThanTheModule(t *testing.T) {
	for _, test := range []struct {
		built, module string
		refused       bool
	}{
		{"go1.25.3", "1.26", true},
		{"go1.26.0", "1.26.99", false},
		{"go1.26rc1", "1.26", false},
		{"devel go1.27-abcdef", "1.26", false},
		{"go1.26", "1.9", false},
	} {
		s := readScenario(t, "testdata/load/profile.txtar")
		s.config.goVersion = test.built
		s.write(t, "go.mod", strings.Replace(goMod(t, "example.com/app"), "go 1.26", "go "+test.module, 1))
		_, findings, err := Load(t.Context(), s.config, "./...")
		if test.refused {
			if err != nil || len(findings) != 1 || findings[0].Code != codeGoVersion {
				t.Errorf("%s reads go %s: %v %v", test.built, test.module, findings, err)
			}
			continue
		}
		if slices.ContainsFunc(findings, func(d schema.Diagnostic) bool { return d.Code == codeGoVersion && d.Span.Line > 0 }) {
			t.Errorf("%s does not read go %s: %s", test.built, test.module, findings[0].Message)
		}
	}
}

// Each code is explained, and some scenario shows it.
func TestCodes(t *testing.T) {
	files, err := filepath.Glob("testdata/load/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var wants []byte
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		_, want, _ := bytes.Cut(text, []byte("-- want --"))
		wants = append(wants, want...)
	}
	infos := Codes()
	if !slices.IsSortedFunc(infos, func(a, b schema.CodeInfo) int { return strings.Compare(string(a.Code), string(b.Code)) }) {
		t.Error("the codes are not sorted")
	}
	for i, info := range infos {
		if i > 0 && info.Code == infos[i-1].Code {
			t.Errorf("%s twice", info.Code)
		}
		if info.Title == "" || !strings.Contains(info.Text, "\nWrong") || !strings.Contains(info.Text, "\nRight") || strings.Contains(info.Text, "¦") {
			t.Errorf("%s is not explained", info.Code)
		}
		for line := range strings.Lines(info.Text) {
			if len(line) > 90 {
				t.Errorf("%s has a line of %d bytes: %s", info.Code, len(line), line)
			}
		}
		if !bytes.Contains(wants, []byte("["+info.Code+"]")) {
			t.Errorf("no scenario shows %s", info.Code)
		}
	}
}

func TestDirectives(t *testing.T) {
	var usages []string
	for _, d := range Directives() {
		usages = append(usages, d.Usage())
		if d.Doc == "" || len(d.Targets) == 0 || !strings.HasSuffix(d.Doc, ".") {
			t.Errorf("%s is not described", d.Name)
		}
		for _, k := range d.Keys {
			if k.Doc == "" || k.Value == "" {
				t.Errorf("key %s of %s is not described", k.Name, d.Name)
			}
		}
	}
	want := []string{
		"//es:aggregate NAME", "//es:stream [TEMPLATE] [of=TYPE]", "//es:event [NAME] [of=TYPE] [alias=NAME,…] [version=N]",
		"//es:apply EVENT…", "//es:suppress EVENT…|all", "//es:child", "//es:value encode=METHOD decode=FUNC [sample=FUNC]",
		"//es:registry PATTERN…", "//es:snapshot every=N [version=N]", "//es:command [creates[=ifmissing]] [of=TYPE]",
		"//es:table NAME", "//es:decision",
		`es:"id"`, `es:"child"`, `es:"encode=FUNC"`, `es:"decode=FUNC"`, `es:"tag=KEY"`, `es:"column[=NAME]"`, `es:"index"`,
		`es:"unique[=fold]"`, `es:"softdelete[=frees]"`, `es:"time=integer|text"`, `es:"-"`,
	}
	if diff := cmp.Diff(want, usages); diff != "" {
		t.Error(diff)
	}
	// The list is the caller's own.
	list := Directives()
	list[0].Name, list[1].Keys[0].Name = "changed", "changed"
	if find(directives, "aggregate") == nil || find(directives, "stream").key("of") == nil {
		t.Error("the table can be changed from outside")
	}
}

func TestGuessName(t *testing.T) {
	for path, want := range map[string]string{
		"time": "time", "encoding/json": "json", "math/rand/v2": "rand", "gopkg.in/yaml.v3": "yaml", "github.com/google/uuid": "uuid",
		"example.com/go-money": "", "v2": "v2", "example.com/v3": "", "example.com/pkg.go": "",
	} {
		if got := guessName(path); got != want {
			t.Errorf("guessName(%q) = %q, want %q", path, got, want)
		}
	}
}

func TestLooksAnnotated(t *testing.T) {
	for text, want := range map[string]bool{
		"package a\n//es:event x\n":            true,
		"// es:event":                          true,
		"//\tes:event":                         true,
		"/* es:event */":                       true,
		"/*\n * es:event\n*/":                  true,
		"/*\nES:event\n*/":                     true,
		"//esgen:event":                        true,
		"es:":                                  true,
		"x := map[string]int{\"es\": 1}":       false,
		"// addresses: many, and files: more":  false,
		"// see notes:event":                   false,
		"type T struct { ID int `es:\"id\"` }": false,
		"":                                     false,
	} {
		if got := looksAnnotated([]byte(text)); got != want {
			t.Errorf("looksAnnotated(%q) = %t", text, got)
		}
	}
}

func TestIsOurs(t *testing.T) {
	for text, want := range map[string]bool{
		header + "\n\npackage a\n":                                 true,
		"//go:build x\r\n\r\n" + header + "\r\npackage a":          true,
		"package a\n" + header + "\n":                              false,
		"// " + header + "\npackage a\n":                           false,
		header + " \npackage a\n":                                  false,
		"// Code generated by esgen v2. DO NOT EDIT.\npackage a\n": false,
	} {
		if got := isOurs([]byte(text)); got != want {
			t.Errorf("isOurs(%q) = %t", text, got)
		}
	}
}
