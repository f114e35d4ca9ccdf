package templates

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestCheckedIn holds what is generated for the packages in internal against what is
// checked in there, so that their tests and benchmarks are about the generated code of
// today.
func TestCheckedIn(t *testing.T) {
	for _, name := range []string{"declared", "kinds", "ledger", "tables"} {
		t.Run(name, func(t *testing.T) {
			user := userModule{"."}
			files, err := Generate(user.load(t, "./internal/"+name))
			if err != nil || len(files) != 2 {
				t.Fatalf("%d files, %v", len(files), err)
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
					t.Errorf("%s has changed (-want +got); go test ./templates -run CheckedIn -update rewrites it:\n%s", f.Path, diff)
				}
			}
		})
	}
}
