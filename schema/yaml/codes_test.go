package yaml

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/esgen/esgen/schema"
)

// Each code is explained, and some golden shows it.
func TestCodes(t *testing.T) {
	paths, err := filepath.Glob("testdata/findings/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var shown strings.Builder
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		_, want, _ := strings.Cut(string(text), "-- want --")
		shown.WriteString(want)
	}
	infos := Codes()
	if !slices.IsSortedFunc(infos, func(a, b schema.CodeInfo) int { return strings.Compare(string(a.Code), string(b.Code)) }) {
		t.Error("the codes are not sorted")
	}
	seen := map[schema.Code]bool{}
	for _, info := range infos {
		if seen[info.Code] || !regexp.MustCompile(`^ES05\d\d$`).MatchString(string(info.Code)) {
			t.Errorf("%s is there twice, or no code of this front end", info.Code)
		}
		seen[info.Code] = true
		if info.Title == "" || len(info.Title) > 72 || !strings.Contains(info.Text, "\nWrong") || !strings.Contains(info.Text, "\nRight") {
			t.Errorf("%s is not explained", info.Code)
		}
		for line := range strings.Lines(info.Text) {
			if utf8.RuneCountInString(line) > 90 {
				t.Errorf("%s has a line that is too long: %s", info.Code, line)
			}
		}
		// A file of 8 MB is no golden: TestSize has it. The form is the tool's to compare.
		if info.Code != codeSize && info.Code != CodeForm && !strings.Contains(shown.String(), "["+string(info.Code)+"]") {
			t.Errorf("no golden shows %s", info.Code)
		}
	}
	for _, code := range regexp.MustCompile(`ES05\d\d`).FindAllString(shown.String(), -1) {
		if !seen[schema.Code(code)] {
			t.Errorf("%s is not explained", code)
		}
	}
	Codes()[0].Title = "changed"
	if Codes()[0].Title == "changed" {
		t.Error("the table can be changed from outside")
	}
}
