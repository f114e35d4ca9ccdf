package yaml

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func write(t testing.TB, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

func TestFiles(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{
		"a.yaml":           "# a comment\n\nesgen: 1\n",
		"b.yml":            "\ufeff%YAML 1.2\r\n---\r\n\"esgen\": 1\r\n",
		"c.yaml":           "--- {esgen: 1, package: c}\n",
		"d.yaml":           "kind: Deployment\nesgen: 1\n",
		"e.yaml":           "",
		"f.json":           "{\"esgen\": 1}",
		"g.yaml":           "esgenerator: 1\n",
		"h.yaml":           "- esgen: 1\n",
		"i.yaml/x.yaml":    "esgen: 1\n",
		"folder/deep.yaml": "esgen: 1\n",
		"k.yaml":           "# yaml-language-server: $schema=../esgen.schema.json\npackage: k\n",
		"l.yaml":           "package: l\ntypes:\naggregates:\n  Door:\n    id: id\n",
		"m.yaml":           "package: m\nesgen: 1\ndecisions: {}\n",
		"n.yaml":           "esgn: 1\npackage: n\naggregates: {}\n",
		"o.yaml":           "package: o\naggregates: {}\nversion: 3\n",
		"p.yaml":           "package: p\ntypes: {}\ndoc: none\n",
		"long.yaml":        strings.Repeat("# a long preface\n", 500) + "esgen: 1\n",
	})
	if err := os.Symlink("nowhere", filepath.Join(dir, "j.yaml")); err != nil {
		t.Fatal(err)
	}
	files, err := Files(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range files {
		names = append(names, strings.TrimPrefix(f, dir+string(filepath.Separator)))
	}
	if diff := cmp.Diff([]string{"a.yaml", "b.yml", "c.yaml", "k.yaml", "l.yaml", "long.yaml", "m.yaml", "n.yaml"}, names); diff != "" {
		t.Error(diff)
	}
	if files, err := Files(filepath.Join(dir, "none")); files != nil || err != nil {
		t.Errorf("a folder that is not there: %v, %v", files, err)
	}
}

const minimal = `esgen: 1
package: door
aggregates:
  Door:
    id: doorId
    state: {doorId: string}
    events:
      Opened: {fields: {by: string}, suppress: true}
`

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{
		"go.mod":          "module example.com/house\n",
		"door/door.yaml":  minimal,
		"door/types.yaml": "esgen: 1\npackage: door\ntypes:\n  Key: {go: {import: example.com/house/door, name: key}}\n  Keys: {is: \"[]Key\"}\n",
	})
	folder := filepath.Join(dir, "door")
	files, err := Files(folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	declared, found, err := Load(t.Context(), "door", []string{files[1], "door/door.yaml", files[0]})
	if err != nil || len(found) > 0 {
		t.Fatal(found, err)
	}
	if declared.Dir != folder || declared.Package != "door" || declared.File != files[0] || len(declared.Declarations) != 3 {
		t.Errorf("%+v", declared)
	}
	// The package's own path means a type that stands beside the file.
	if !strings.Contains(string(declared.Source), "type Keys []key\n") {
		t.Errorf("%s", declared.Source)
	}
	if declared, found, err := Load(t.Context(), folder, nil); declared != nil || found != nil || err != nil {
		t.Error("no files:", declared, found, err)
	}
	if _, _, err := Load(t.Context(), folder, []string{filepath.Join(folder, "none.yaml")}); !errors.Is(err, fs.ErrNotExist) {
		t.Error("a file that is not there:", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := Load(ctx, folder, files); !errors.Is(err, context.Canceled) {
		t.Error("a context that is done:", err)
	}
}

// A file may begin with a byte order mark and have the line ends of Windows.
func TestMarksAndLineEnds(t *testing.T) {
	plain := newSource("/a.yaml", []byte(minimal))
	other := newSource("/a.yaml", []byte(bom+strings.ReplaceAll(minimal, "\n", "\r\n")))
	a, found := load("/", "", []*source{plain})
	if a == nil {
		t.Fatal(printed(t, found, []*source{plain}))
	}
	b, found := load("/", "", []*source{other})
	if b == nil {
		t.Fatal(printed(t, found, []*source{other}))
	}
	if diff := cmp.Diff(string(a.Source), string(b.Source)); diff != "" {
		t.Error(diff)
	}
	for offset := range a.Source {
		want, got := a.At(offset), b.At(offset)
		if want.Line == 1 {
			want.Column += len(bom)
		}
		if want != got {
			t.Fatalf("offset %d: %+v, want %+v", offset, got, want)
		}
	}
}

// A file that is too long is refused before anything is made of it.
func TestSize(t *testing.T) {
	dir := t.TempDir()
	text := minimal + "#" + strings.Repeat("x", maxSize)
	write(t, dir, map[string]string{"a.yaml": text[:maxSize], "b.yaml": text})
	_, found, err := Load(t.Context(), dir, []string{filepath.Join(dir, "a.yaml")})
	if err != nil || len(found) > 0 {
		t.Error("8 MB:", found, err)
	}
	declared, found, err := Load(t.Context(), dir, []string{filepath.Join(dir, "b.yaml")})
	if err != nil || declared != nil || len(found) != 1 || found[0].Code != codeSize || found[0].Span.Line != 1 {
		t.Error("more:", found, err)
	}
}

func TestGoNames(t *testing.T) {
	for key, want := range map[string][2]string{
		"hotelId":     {"HotelID", "hotelID"},
		"url":         {"URL", "url"},
		"URL":         {"URL", "url"},
		"url_path":    {"URLPath", "urlPath"},
		"user-name":   {"UserName", "userName"},
		"openedAt":    {"OpenedAt", "openedAt"},
		"OPENED_AT":   {"OPENEDAT", "openedAT"},
		"HTTPServer":  {"HTTPServer", "httpServer"},
		"userIDs":     {"UserIDs", "userIDs"},
		"userIds":     {"UserIDs", "userIDs"},
		"apis":        {"APIs", "apis"},
		"isIt":        {"IsIt", "isIt"},
		"line2":       {"Line2", "line2"},
		"line_2":      {"Line2", "line2"},
		"utf8":        {"UTF8", "utf8"},
		"größe":       {"Größe", "größe"},
		"__x__":       {"X", "x"},
		"":            {"", ""},
		"already_Set": {"AlreadySet", "alreadySet"},
	} {
		if got := [2]string{exportedName(key), unexportedName(key)}; got != want {
			t.Errorf("%q: %q, want %q", key, got, want)
		}
	}
}

func TestTrimDoc(t *testing.T) {
	for doc, want := range map[string]string{
		"":                          "",
		"  \n ":                     "",
		"One line.\n":               "One line.",
		"a \n\n \n\nb\t\n  c\n\n\n": "a\n\nb\n  c",
	} {
		if got := trimDoc(doc); got != want {
			t.Errorf("%q: %q, want %q", doc, got, want)
		}
	}
}
