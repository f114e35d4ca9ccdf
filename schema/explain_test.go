package schema_test

import (
	"go/format"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/esgen/esgen/schema"
)

var exampleHeading = regexp.MustCompile(`^(Wrong|Right)\b.*:$`)

// TestExplanations holds the texts of esgen explain to one shape: what it is about,
// then what is wrong and what is right, in Go that gofmt would leave alone.
func TestExplanations(t *testing.T) {
	codes := schema.Codes()
	if len(codes) == 0 {
		t.Fatal("there are no codes")
	}
	if !slices.IsSortedFunc(codes, func(a, b schema.CodeInfo) int { return strings.Compare(string(a.Code), string(b.Code)) }) {
		t.Error("the codes are not sorted")
	}
	seen := map[schema.Code]bool{}
	for _, info := range codes {
		if seen[info.Code] {
			t.Errorf("%s is there twice", info.Code)
		}
		seen[info.Code] = true
		if !regexp.MustCompile(`^ES(0[13678]|10)\d\d$`).MatchString(string(info.Code)) {
			t.Errorf("%s is no code of these rules", info.Code)
		}
		if info.Title == "" || len(info.Title) > 72 || strings.HasSuffix(info.Title, ".") {
			t.Errorf("%s: the title is not a short line without a full stop: %q", info.Code, info.Title)
		}
		if strings.Contains(info.Text, "¦") || !strings.HasSuffix(info.Text, "\n") || strings.HasPrefix(info.Text, "\n") {
			t.Errorf("%s: the text is not ready to be printed: %q", info.Code, info.Text)
		}
		examples := map[string]int{}
		heading := ""
		var snippet []string
		finish := func() {
			if heading != "" {
				examples[heading]++
				checkSnippet(t, info.Code, strings.Trim(strings.Join(snippet, "\n"), "\n"))
			}
			heading, snippet = "", nil
		}
		for _, line := range strings.Split(info.Text, "\n") {
			if width := utf8.RuneCountInString(strings.ReplaceAll(line, "\t", "    ")); width > 90 || strings.TrimRight(line, " \t") != line {
				t.Errorf("%s: a line is too long, or ends with spaces: %q", info.Code, line)
			}
			switch match := exampleHeading.FindStringSubmatch(line); {
			case match != nil:
				finish()
				heading = match[1]
			case heading != "" && (line == "" || strings.HasPrefix(line, "\t")):
				snippet = append(snippet, strings.TrimPrefix(line, "\t"))
			case heading != "":
				t.Errorf("%s: text follows the examples: %q", info.Code, line)
			}
		}
		finish()
		if examples["Wrong"] == 0 || examples["Right"] == 0 {
			t.Errorf("%s: the text lacks an example of what is wrong, or of what is right", info.Code)
		}
	}
}

func checkSnippet(t *testing.T, code schema.Code, snippet string) {
	t.Helper()
	files := []string{snippet}
	if strings.Contains(snippet, "package ") {
		files = strings.Split(snippet, "\n\n")
	}
	for _, file := range files {
		formatted, err := format.Source([]byte(file))
		if err != nil {
			t.Errorf("%s: an example is no Go: %v\n%s", code, err, file)
		} else if strings.TrimSuffix(string(formatted), "\n") != file {
			t.Errorf("%s: gofmt would change an example to\n%s", code, formatted)
		}
	}
}

func TestCodesAreCopies(t *testing.T) {
	schema.Codes()[0].Title = "changed"
	if schema.Codes()[0].Title == "changed" {
		t.Error("the table can be changed from outside")
	}
}
