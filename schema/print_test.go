package schema_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/esgen/esgen/schema"
)

const printSource = "package order\n" +
	"\n" +
	"//es:aggregate order\n" +
	"type Order struct{ es.Root }\n" +
	"\tif\tx\t// tabs\n" +
	"日本 := größe // wide\r\n" +
	"e\u0301te := 1 // a combining accent\n" +
	"bell\x07 and \x1b[31mred\xff\n"

func at(line, column, width int) schema.Span {
	return schema.Span{File: filepath.FromSlash("/src/order/order.go"), Line: line, Column: column, Width: width}
}

func source(text string) func(string) ([]byte, error) {
	return func(file string) ([]byte, error) {
		if filepath.ToSlash(file) != "/src/order/order.go" {
			return nil, fs.ErrNotExist
		}
		return []byte(text), nil
	}
}

func printed(t *testing.T, format schema.Format, d schema.Diagnostics, opts schema.PrintOptions) string {
	t.Helper()
	var b bytes.Buffer
	if err := schema.Print(&b, format, d, opts); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestPrintText(t *testing.T) {
	d := schema.Diagnostics{
		{
			Code: "ES0107", Severity: schema.Error, Span: at(4, 6, 5), Message: "event Cancelled has no apply method",
			Notes: []schema.Note{{Span: at(3, 16, 5), Message: "the name stands here"}, {Message: "a note without a place"}},
			Help:  "add it",
		},
		{Code: "ES0304", Severity: schema.Warning, Span: at(5, 5, 1), Message: "tabs become spaces"},
		{Code: "ES0101", Severity: schema.Error, Span: at(6, 11, 7), Message: "a column is a byte, a caret a column"},
		{Code: "ES0101", Severity: schema.Error, Span: at(7, 8, 2), Message: "an accent takes no column"},
		{Code: "ES0101", Severity: schema.Error, Span: at(8, 11, 3), Message: "what moves\nthe cursor is not\x1b printed"},
		{Code: "ES0101", Severity: schema.Error, Span: at(2, 1, 3), Message: "an empty line"},
		{Code: "ES0101", Severity: schema.Error, Span: at(1, 12, 99), Message: "a span beyond its line"},
		{Code: "ES0101", Severity: schema.Error, Span: at(99, 1, 1), Message: "a line beyond its file"},
		{Code: "ES0101", Severity: schema.Error, Span: schema.Span{File: "/elsewhere/x.go", Line: 3, Column: 1, Width: 1}, Message: "a file that cannot be read"},
		{Code: "ES0101", Severity: schema.Error, Span: schema.Span{File: "/src/order/order.go"}, Message: "a file without a line"},
		{Code: "ES0101", Severity: schema.Error, Message: "no place at all"},
	}
	want := `order/order.go:4:6: error[ES0107]: event Cancelled has no apply method
    4 | type Order struct{ es.Root }
      |      ^^^^^
order/order.go:3:16: note: the name stands here
note: a note without a place
help: add it

order/order.go:5:5: warning[ES0304]: tabs become spaces
    5 |     if    x    // tabs
      |           ^

order/order.go:6:11: error[ES0101]: a column is a byte, a caret a column
    6 | 日本 := größe // wide
      |         ^^^^^

order/order.go:7:8: error[ES0101]: an accent takes no column
    7 | ` + "e\u0301" + `te := 1 // a combining accent
      |      ^^

order/order.go:8:11: error[ES0101]: what moves the cursor is not  printed
    8 | bell� and �[31mred�
      |           ^^^

order/order.go:2:1: error[ES0101]: an empty line
    2 |
      | ^

order/order.go:1:12: error[ES0101]: a span beyond its line
    1 | package order
      |            ^^

order/order.go:99:1: error[ES0101]: a line beyond its file

/elsewhere/x.go:3:1: error[ES0101]: a file that cannot be read

order/order.go: error[ES0101]: a file without a line

error[ES0101]: no place at all

10 errors, 1 warning; for more, run go tool esgen explain ES0107
`
	got := printed(t, schema.FormatText, d, schema.PrintOptions{Base: "/src", Source: source(printSource), Tool: "go tool esgen"})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("text differs (-want +got):\n%s", diff)
	}
	if got := printed(t, schema.FormatText, nil, schema.PrintOptions{}); got != "" {
		t.Errorf("nothing to say, but: %q", got)
	}
}

func TestPrintTextCutsLongLines(t *testing.T) {
	long := strings.Repeat("abcdefghi ", 30)
	for _, test := range []struct {
		name          string
		column, width int
	}{
		{"at the beginning", 1, 3},
		{"in the middle", 151, 9},
		{"at the end", 298, 2},
		{"all of it", 1, 300},
		{"most of it", 31, 200},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := schema.Diagnostics{{Code: "ES0101", Severity: schema.Error, Span: at(1, test.column, test.width), Message: "m"}}
			lines := strings.Split(printed(t, schema.FormatText, d, schema.PrintOptions{Source: source(long)}), "\n")
			text, carets := []rune(lines[1]), []rune(lines[2])
			if len(text) > 108 || len(carets) > 108 || strings.Contains(lines[1], "……") {
				t.Errorf("the line is not cut:\n%s\n%s", lines[1], lines[2])
			}
			first := strings.Index(lines[2], "^")
			marked := string(text[first:min(len(carets), len(text))])
			if want := long[test.column-1:][:test.width]; !strings.HasPrefix(want, strings.TrimRight(marked, "…")) || marked == "" {
				t.Errorf("the carets are not below %q:\n%s\n%s", want, lines[1], lines[2])
			}
		})
	}
}

func TestPrintTextInColor(t *testing.T) {
	d := schema.Diagnostics{
		{Code: "ES0107", Severity: schema.Error, Span: at(4, 6, 5), Message: "m", Notes: []schema.Note{{Span: at(3, 16, 5), Message: "n"}}, Help: "h"},
		{Code: "ES0304", Severity: schema.Warning, Span: at(4, 6, 5), Message: "m"},
	}
	plain := printed(t, schema.FormatText, d, schema.PrintOptions{Base: "/src", Source: source(printSource)})
	colored := printed(t, schema.FormatText, d, schema.PrintOptions{Base: "/src", Source: source(printSource), Color: true})
	if strings.Contains(plain, "\x1b") {
		t.Errorf("colour without being asked: %q", plain)
	}
	var b strings.Builder
	for i, part := range strings.Split(colored, "\x1b[") {
		if i > 0 {
			_, part, _ = strings.Cut(part, "m")
		}
		b.WriteString(part)
	}
	if diff := cmp.Diff(plain, b.String()); diff != "" || plain == colored {
		t.Errorf("colour changes more than colour:\n%s", diff)
	}
}

func TestPrintTextLimitsFolders(t *testing.T) {
	var d schema.Diagnostics
	for i := range 30 {
		d = append(d, schema.Diagnostic{Code: "ES0304", Severity: schema.Warning, Message: fmt.Sprintf("warning %d", i), Span: schema.Span{File: "/src/a/x.go", Line: i + 1, Column: 1, Width: 1}})
	}
	for i := range 15 {
		d = append(d, schema.Diagnostic{Code: "ES0101", Severity: schema.Error, Message: fmt.Sprintf("error %d", i), Span: schema.Span{File: "/src/a/y.go", Line: i + 1, Column: 1, Width: 1}})
	}
	d = append(d, schema.Diagnostic{Code: "ES0101", Severity: schema.Error, Message: "alone", Span: schema.Span{File: "/src/b/z.go", Line: 1, Column: 1, Width: 1}})
	opts := schema.PrintOptions{Base: "/src", Source: source("")}
	got := printed(t, schema.FormatText, d, opts)
	if n := strings.Count(got, "error[") + strings.Count(got, "warning["); n != 21 {
		t.Errorf("%d findings are shown, want 20 of one folder and 1 of the other", n)
	}
	if strings.Count(got, "error[") != 16 {
		t.Error("warnings keep errors out of sight")
	}
	if !strings.HasSuffix(got, "alone\n\n… and 25 more in a\n\n16 errors, 30 warnings; for more, run esgen explain ES0101\n") {
		t.Errorf("the end does not say what is left out:\n%s", got)
	}
	opts.Limit = -1
	if got := printed(t, schema.FormatText, d, opts); strings.Contains(got, "more in") || !strings.Contains(got, "warning 29") {
		t.Error("without a limit, all are shown")
	}
	opts.Limit = 1
	if got := printed(t, schema.FormatText, d, opts); strings.Count(got, "error[") != 2 || strings.Contains(got, "warning[") {
		t.Errorf("one of each folder is asked for:\n%s", got)
	}
	for _, format := range []schema.Format{schema.FormatJSON, schema.FormatGitHub} {
		if lines := strings.Count(printed(t, format, d, opts), "\n"); lines != len(d) {
			t.Errorf("%s: a machine gets all %d findings, not %d", format, len(d), lines)
		}
	}
}

func TestPrintJSON(t *testing.T) {
	d := schema.Diagnostics{
		{Code: "ES0107", Severity: schema.Error, Span: at(4, 6, 5), Message: `a "<b>"`, Notes: []schema.Note{{Span: at(3, 16, 5), Message: "n"}}, Help: "h"},
		{Code: "ES0304", Severity: schema.Warning, Message: "no place"},
	}
	want := `{"code":"ES0107","severity":"error","file":"order/order.go","line":4,"column":6,"width":5,"message":"a \"<b>\"","notes":[{"file":"order/order.go","line":3,"column":16,"width":5,"message":"n"}],"help":"h"}
{"code":"ES0304","severity":"warning","message":"no place"}
`
	got := printed(t, schema.FormatJSON, d, schema.PrintOptions{Base: "/src"})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("JSON differs (-want +got):\n%s", diff)
	}
	for line := range strings.Lines(got) {
		var back schema.JSONDiagnostic
		if err := json.Unmarshal([]byte(line), &back); err != nil {
			t.Error(err)
		}
	}
}

func TestPrintGitHub(t *testing.T) {
	d := schema.Diagnostics{
		{Code: "ES0107", Severity: schema.Error, Span: at(4, 6, 5), Message: "100% of a,b:c\r\nd", Notes: []schema.Note{{Span: at(3, 16, 5), Message: "n"}}, Help: "h"},
		{Code: "ES0304", Severity: schema.Warning, Span: schema.Span{File: "/src/a,b:c%.go", Line: 1, Column: 1}, Message: "m"},
		{Code: "ES0101", Severity: schema.Error, Message: "no place"},
	}
	want := `::error file=order/order.go,line=4,col=6,endColumn=10,title=ES0107::100%25 of a,b:c%0D%0Ad%0Aorder/order.go:3:16: note: n%0Ahelp: h
::warning file=a%2Cb%3Ac%25.go,line=1,col=1,endColumn=1,title=ES0304::m
::error title=ES0101::no place
`
	got := printed(t, schema.FormatGitHub, d, schema.PrintOptions{Base: "/src"})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("workflow commands differ (-want +got):\n%s", diff)
	}
}

type brokenPipe struct{}

var errPipe = errors.New("broken pipe")

func (brokenPipe) Write([]byte) (int, error) { return 0, errPipe }

func TestPrintFails(t *testing.T) {
	d := schema.Diagnostics{{Code: "ES0101", Severity: schema.Error, Message: "m"}}
	for _, format := range schema.Formats() {
		if err := schema.Print(brokenPipe{}, format, d, schema.PrintOptions{}); !errors.Is(err, errPipe) {
			t.Errorf("%s: got %v, want the writer's error", format, err)
		}
	}
	err := schema.Print(brokenPipe{}, "xml", nil, schema.PrintOptions{})
	if err == nil || !strings.Contains(err.Error(), "github") {
		t.Errorf("an unknown format: got %v, want an error that lists the known ones", err)
	}
}

func TestSorted(t *testing.T) {
	same := schema.Diagnostic{Code: "ES0101", Message: "m", Span: at(1, 2, 3)}
	before := schema.Diagnostic{Code: "ES0102", Message: "m", Span: at(1, 1, 3)}
	other := schema.Diagnostic{Code: "ES0100", Message: "m", Span: at(1, 2, 3)}
	d := schema.Diagnostics{same, before, same, other}
	got := d.Sorted()
	if diff := cmp.Diff(schema.Diagnostics{before, other, same}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if d[0].Code != "ES0101" || d[2].Code != "ES0101" {
		t.Error("the list itself was changed")
	}
}
