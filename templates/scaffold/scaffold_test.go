package scaffold

import (
	"strings"
	"testing"
)

func TestNames(t *testing.T) {
	tests := []struct {
		options Options
		// files are the names of the files, holds what the first must hold.
		files, holds string
	}{
		{Options{Package: "order"}, "order.go order_test.go", "//es:aggregate order\ntype Order struct {"},
		{Options{Package: "order_line"}, "orderline.go orderline_test.go", "//es:aggregate order_line\ntype OrderLine struct {"},
		{Options{Package: "file_windows"}, "filewindows.go filewindows_test.go", "package file_windows"},
		{Options{Package: "web", Aggregate: "HTTPCheck"}, "web.go web_test.go", "//es:aggregate http_check\ntype HTTPCheck struct {"},
		{Options{Package: "web", Aggregate: "HTTPCheck"}, "web.go web_test.go", "//es:event http_check.created\n"},
		{Options{Package: "exam"}, "exam.go exam_test.go", "func (a *Exam) applyCreated(e Created)"},
		{Options{Package: "order_line", YAML: true}, "orderline.yaml orderline.go orderline_test.go", "\npackage: order_line\n"},
		{Options{Package: "web", Aggregate: "HTTPCheck", YAML: true}, "web.yaml web.go web_test.go", "\n  HTTPCheck:\n    doc: A HTTPCheck is"},
		{Options{Package: "exam", YAML: true}, "exam.yaml exam.go exam_test.go", "what an Exam remembers"},
	}
	for _, test := range tests {
		files, err := Files(test.options)
		if err != nil {
			t.Errorf("%+v: %v", test.options, err)
			continue
		}
		var names []string
		for _, f := range files {
			names = append(names, f.Name)
		}
		if got := strings.Join(names, " "); got != test.files {
			t.Errorf("%+v: files %s, want %s", test.options, got, test.files)
		}
		if content := string(files[0].Content); !strings.Contains(content, test.holds) {
			t.Errorf("%+v: %s does not hold %q:\n%s", test.options, names[0], test.holds, content)
		}
	}
}

func TestBadNames(t *testing.T) {
	for options, want := range map[Options]string{
		{}:                                      "cannot be the name of a package",
		{Package: "1st"}:                        "cannot be the name of a package",
		{Package: "_"}:                          "cannot be the name of a package",
		{Package: "a-b"}:                        "cannot be the name of a package",
		{Package: "range"}:                      "a word of Go's own",
		{Package: "main"}:                       "cannot be imported",
		{Package: "a_test"}:                     "tests only",
		{Package: "order", Aggregate: "order"}:  "begins with a capital",
		{Package: "order", Aggregate: "Or der"}: "begins with a capital",
		{Package: "order", Aggregate: "Überweisung"}: "only ASCII letters",
		{Package: "größe"}:                           "only ASCII letters",
		{Package: "created"}:                         "would meet another name",
		{Package: "name", YAML: true}:                "would meet another name",
	} {
		_, err := Files(options)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: error %v, want one that holds %q", options, err, want)
		}
	}
}
