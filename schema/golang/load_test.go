package golang

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/esgen/esgen/schema"
)

var update = flag.Bool("update", false, "rewrite the expectations in testdata")

// scenario is one archive of testdata/load: files, settings in the comment, and
// what is to come of it in the file called want.
type scenario struct {
	*txtar.Archive
	dir      string
	config   Config
	patterns []string
	objects  bool
	rules    bool
	want     *txtar.File
}

// stubs are the modules that scenarios may import.
var stubs = map[string]string{
	"github.com/esgen/esgen": "testdata/stubs/esgen",
	"github.com/google/uuid": "testdata/stubs/uuid",
}

func goMod(tb testing.TB, module string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "module %s\n\ngo 1.26\n", module)
	for _, path := range []string{"github.com/esgen/esgen", "github.com/google/uuid"} {
		dir, err := filepath.Abs(stubs[path])
		if err != nil {
			tb.Fatal(err)
		}
		fmt.Fprintf(&b, "\nrequire %s v1.0.0\n\nreplace %s => %s\n", path, path, dir)
	}
	return b.String()
}

func readScenario(tb testing.TB, path string) *scenario {
	archive, err := txtar.ParseFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	s := &scenario{Archive: archive, dir: tb.TempDir(), patterns: []string{"./..."}}
	// The folder may lie behind a link, which the go command resolves.
	if s.dir, err = filepath.EvalSymlinks(s.dir); err != nil {
		tb.Fatal(err)
	}
	s.config.Dir = s.dir
	s.config.Env = append(os.Environ(), "GOPROXY=off", "GOFLAGS=", "GOWORK=", "CGO_ENABLED=1", "GOTOOLCHAIN=local")
	hasMod := false
	for i := range archive.Files {
		f := &archive.Files[i]
		if f.Name == "want" {
			s.want = f
			continue
		}
		hasMod = hasMod || f.Name == "go.mod"
		if strings.HasSuffix(f.Name, lowered) {
			s.config.Declare = s.declare
			continue
		}
		s.write(tb, f.Name, string(f.Data))
	}
	for line := range strings.Lines(string(archive.Comment)) {
		key, value, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if !ok {
			continue
		}
		words := strings.Fields(value)
		switch key {
		case "patterns":
			s.patterns = words
		case "tags":
			s.config.Tags = words
		case "flags":
			s.config.BuildFlags = words
		case "env":
			s.config.Env = append(s.config.Env, words...)
		case "mod": // none
			hasMod = true
		case "link":
			if err := os.Symlink(words[1], filepath.Join(s.dir, words[0])); err != nil {
				tb.Fatal(err)
			}
		case "show":
			s.objects = value == "objects"
		case "rules": // apply
			s.rules = true
		case "dir":
			s.config.Dir = filepath.Join(s.dir, value)
		}
	}
	if !hasMod {
		s.write(tb, "go.mod", goMod(tb, "example.com/app"))
	}
	return s
}

// write writes a file. STUBS in it is the folder of the stubs; ␍ and ␣ stand for a
// carriage return and a byte order mark, which editors would lose.
func (s *scenario) write(tb testing.TB, name, text string) {
	dir, err := filepath.Abs("testdata/stubs")
	if err != nil {
		tb.Fatal(err)
	}
	text = strings.NewReplacer("STUBS", dir, "␍", "\r", "␣", "\ufeff").Replace(text)
	path := filepath.Join(s.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		tb.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		tb.Fatal(err)
	}
}

func (s *scenario) load(tb testing.TB) (*schema.Module, string) {
	tb.Helper()
	module, findings, err := Load(tb.Context(), s.config, s.patterns...)
	d := &dumper{root: s.dir, named: map[*schema.Named]bool{}, objects: s.objects}
	if err != nil {
		d.line(0, "ERROR %s", d.plain(err.Error()))
		return module, d.String()
	}
	if s.rules && module != nil {
		findings = append(findings, schema.Check(module)...).Sorted()
	}
	d.findings(findings)
	if !findings.HasErrors() {
		d.module(module)
	}
	return module, d.String()
}

func TestLoad(t *testing.T) {
	files, err := filepath.Glob("testdata/load/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no scenarios", err)
	}
	for _, path := range files {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			t.Parallel()
			s := readScenario(t, path)
			module, got := s.load(t)
			if module != nil {
				schema.Check(module) // it takes whatever there is
			}
			if *update {
				s.rewrite(t, path, got)
				return
			}
			if s.want == nil {
				t.Fatalf("%s has no file called want; -update makes one", path)
			}
			if diff := cmp.Diff(string(s.want.Data), got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", path, diff)
			}
		})
	}
}

func (s *scenario) rewrite(t *testing.T, path, got string) {
	if s.want == nil {
		s.Files = append(s.Files, txtar.File{Name: "want"})
		s.want = &s.Files[len(s.Files)-1]
	}
	s.want.Data = []byte(got)
	if err := os.WriteFile(path, txtar.Format(s.Archive), 0o666); err != nil {
		t.Fatal(err)
	}
}
