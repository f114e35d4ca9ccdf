package templates

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/esgen/esgen/schema"
	"github.com/esgen/esgen/schema/golang"
)

// TestKinds checks that what is generated for internal/kinds is what is checked in
// there: the tests of that package compare it with encoding/json.
func TestKinds(t *testing.T) {
	dir, err := filepath.Abs("internal/kinds")
	if err != nil {
		t.Fatal(err)
	}
	module, findings, err := golang.Load(t.Context(), golang.Config{Dir: dir}, ".")
	if err != nil {
		t.Fatal(err)
	}
	findings = append(findings, schema.Check(module)...)
	for _, d := range findings {
		if d.Severity == schema.Error {
			t.Errorf("%s:%d: %s[%s]: %s", d.Span.File, d.Span.Line, d.Severity, d.Code, d.Message)
		}
	}
	if findings.HasErrors() {
		t.FailNow()
	}
	files, err := Generate(module)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if *update {
			if err := os.WriteFile(f.Path, f.Content, 0o666); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(f.Path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(f.Content)); diff != "" {
			t.Errorf("%s has changed (-want +got); go test ./templates -run Kinds -update rewrites it:\n%s", f.Path, diff)
		}
	}
}
