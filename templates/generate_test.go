package templates

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// BenchmarkGenerate generates for a hundred packages, as in a run over a large
// module; reading them is not part of it.
func BenchmarkGenerate(b *testing.B) {
	archive, err := txtar.ParseFile("testdata/golden/profile.txtar")
	if err != nil {
		b.Fatal(err)
	}
	user := newUserModule(b, "example.com/user")
	for i := range 100 {
		user.write(b, fmt.Sprintf("p%d/profile.go", i), archive.Files[0].Data)
	}
	m := user.load(b, "./...")
	for b.Loop() {
		if _, err := Generate(m); err != nil {
			b.Fatal(err)
		}
	}
}

func TestCanImport(t *testing.T) {
	for _, test := range []struct {
		from, to string
		want     bool
	}{
		{"example.com/a", "example.com/b", true},
		{"example.com/a", "example.com/a/internal", true},
		{"example.com/a/b/c", "example.com/a/internal/x", true},
		{"example.com/ab", "example.com/a/internal/x", false},
		{"example.com/a", "example.com/a/internal/b/internal/c", false},
		{"example.com/a/internal/b/d", "example.com/a/internal/b/internal/c", true},
		{"example.com/a", "example.com/internals/b", true},
	} {
		if got := canImport(test.from, test.to); got != test.want {
			t.Errorf("canImport(%q, %q) is %v", test.from, test.to, got)
		}
	}
}

func TestEnumerate(t *testing.T) {
	for list, want := range map[string]string{"A": "A", "A B": "A and B", "A B C": "A, B and C"} {
		if got := enumerate(strings.Fields(list)); got != want {
			t.Errorf("%q is spelt %q", list, got)
		}
	}
}
