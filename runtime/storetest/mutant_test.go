package storetest_test

import (
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// mutantVariable names, in the environment of a child process, the mutant that it
// is to hold the suite against.
const mutantVariable = "STORETEST_MUTANT"

var failedCase = regexp.MustCompile(`(?m)^ *--- FAIL: TestMutants/(\w+/\w+) `)

// TestMutants holds the suite against broken stores, which it must refuse. A test
// cannot fail and be content with it, so that each mutant has a process of its own.
func TestMutants(t *testing.T) {
	if name, ok := os.LookupEnv(mutantVariable); ok {
		i := slices.IndexFunc(mutants, func(m mutant) bool { return m.name == name })
		mutants[i].config().Run(t)
		return
	}
	t.Parallel()
	for _, m := range mutants {
		t.Run(strings.ReplaceAll(m.name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			self, err := os.Executable()
			if err != nil {
				t.Fatal(err)
			}
			// Only the groups that are to notice it, for the sake of time.
			var groups []string
			for _, name := range m.caught {
				group, _, _ := strings.Cut(name, "/")
				groups = append(groups, group)
			}
			only := "^TestMutants$/^(" + strings.Join(groups, "|") + ")$"
			child := exec.CommandContext(t.Context(), self, "-test.run="+only, "-test.v", "-test.short", "-test.timeout=2m")
			child.Env = append(os.Environ(), mutantVariable+"="+m.name)
			out, err := child.CombinedOutput()
			if err == nil {
				t.Fatalf("the suite passes a store that %s", m.name)
			}
			var failed []string
			for _, match := range failedCase.FindAllSubmatch(out, -1) {
				failed = append(failed, string(match[1]))
			}
			slices.Sort(failed)
			t.Logf("a store that %s fails %s", m.name, strings.Join(failed, ", "))
			for _, name := range m.caught {
				if !slices.Contains(failed, name) {
					t.Errorf("%s does not notice a store that %s", name, m.name)
				}
			}
			if strings.Contains(string(out), "panic: ") {
				t.Errorf("the suite breaks down, instead of failing, on a store that %s", m.name)
			}
			if t.Failed() {
				t.Logf("%v\n%s", err, out)
			}
		})
	}
}
