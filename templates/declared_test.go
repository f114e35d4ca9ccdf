package templates

import (
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/esgen/esgen/schema"
)

// declare emits declarations alone, as they stand in a package.
func declare(t testing.TB, declarations ...*schema.Declaration) string {
	t.Helper()
	f := newGoFile(&schema.Package{Path: "example.com/hotel", Name: "hotel", Declared: declarations})
	emitDeclared(f)
	source, err := f.bytes()
	if err != nil {
		t.Fatal(err)
	}
	if again, err := format.Source(source); err != nil || string(again) != string(source) {
		t.Errorf("gofmt would change it (%v):\n%s", err, source)
	}
	return string(source)
}

func text(s string) schema.Text { return schema.Text{Value: s} }

func scalar(name string, is schema.BasicKind, rules ...schema.Rule) *schema.Declaration {
	return &schema.Declaration{Name: text(name), Is: &schema.Basic{Kind: is}, Rules: rules}
}

func ruleOf(name string, values ...string) schema.Rule {
	r := schema.Rule{Name: text(name)}
	for _, v := range values {
		r.Values = append(r.Values, text(v))
	}
	return r
}

func TestDocComments(t *testing.T) {
	long := strings.Repeat("word ", 40)
	for _, test := range []struct{ name, doc, want string }{
		{"Channel", "The way in which a booking came.", "Channel: the way in which a booking came."},
		{"Opened", "A Opened happens.", "A Opened happens."},
		{"Opened", "Opened happens once.", "Opened happens once."},
		{"Open", "Opened happens once.", "Open: Opened happens once."},
		{"Open", "Open_it", "Open: Open_it"},
		{"Hotel", "The Hotel", "The Hotel"},
		{"Hotel", "the Hotel", "Hotel: the Hotel"},
		{"Hotel", "is a house.", "Hotel is a house."},
		{"Hotel", "URL of a house.", "Hotel: URL of a house."},
		{"Hotel", " \n\t\n", "Hotel"},
		{"Hotel", "A house.\nIt has\nrooms.\n\n\nAnd guests.", "Hotel: a house. It has rooms.\n\nAnd guests."},
		{"X", "Wrapped: " + long, "X: Wrapped: " + strings.TrimSpace(strings.Repeat("word ", 15)) + "\n" +
			strings.TrimSpace(strings.Repeat("word ", 18)) + "\n" + strings.TrimSpace(strings.Repeat("word ", 7))},
		{"X", "A list:\n- one\n- two\n  goes on\n- three", "X: a list:\n  - one\n  - two\n    goes on\n  - three"},
		{"X", "Code:\n\n    x := 1\n", "X: Code:\n\n\tx := 1"},
		{"X", "Rest.\n\n# Heading\n\nText", "X: Rest.\n\n# Heading\n\nText"},
		{"X", "Rest.\n\n+build linux", "X: Rest.\n\n\"+build\" linux"},
		{"X", "Rest.\n\n+build0", "X: Rest.\n\n\"+build0\""},
		{"X", "Rest.\n\n+build0", "X: Rest.\n\n\"+build0\""},
		{"X", "Rest.\n\n//es:event x", "X: Rest.\n\n\"//es:event\" x"},
		{"X", "Rest.\n\ngo:build x", "X: Rest.\n\n\"go:build\" x"},
		{"X", "Rest.\n\n  +build x", "X: Rest.\n\n\t\"+build\" x"},
		{"X", "a\r\nb\rc\u2028d\x00\ufeff\u202ee\xff", "X: a b c de\ufffd"},
	} {
		if got := docComment(test.name, test.doc); got != test.want {
			t.Errorf("%s, of which is said %q:\n%s\nwant\n%s", test.name, test.doc, got, test.want)
		}
	}
	// A word that would be obeyed at the beginning of a line is never put there.
	doc := docComment("X", strings.Repeat("word ", 17)+"//es:event +build - go:build 1. # /* end")
	for line := range strings.Lines(doc) {
		if first := strings.Fields(line)[0]; first != "X:" && first != "end" && first != "word" {
			t.Errorf("a line begins with %s:\n%s", first, doc)
		}
	}
}

// Whatever a doc says, it is the comment of its declaration and nothing else.
func FuzzDocComment(f *testing.F) {
	for _, doc := range []string{
		"", "A doc.", "*/ type Y int", "\n//es:event x\n", "//go:build ignore", "+build ignore", "/* x */", "`", "\x00\ufeff\xff",
		"- a\n-b\n  - c\n", "# x\n#y", "    code\n\tmore\n", "\u2028//go:embed x", "a\n\n\nb", "[x]: http://x", "Deprecated: no.", "//line x.go:1", "1) a\n 2. b",
	} {
		f.Add(doc)
	}
	f.Fuzz(func(t *testing.T, doc string) {
		source := declare(t,
			&schema.Declaration{Name: text("Hotel"), Doc: doc, Is: &schema.Basic{Kind: schema.Int}},
			&schema.Declaration{Name: text("Mode"), Kind: schema.DeclaredEnum, Doc: doc, Values: []schema.EnumValue{{Value: text("on"), GoName: "ModeOn", Doc: doc}}},
			&schema.Declaration{
				Name: text("Stay"), Kind: schema.DeclaredStruct, Doc: doc, Fields: []*schema.DeclaredField{{Name: text("From"), Doc: doc}},
				Type: &schema.Struct{Fields: []*schema.Field{{Name: text("From"), Type: &schema.Basic{Kind: schema.Int}}}},
			})
		checkComments(t, source, "Hotel", "Mode", "Stay")
	})
}

// checkComments parses generated code. It must declare the types, of those with a doc
// each with a comment that begins with its name; no comment may be a directive.
func checkComments(t *testing.T, source string, names ...string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "", source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatalf("%v\n%s", err, source)
	}
	var declared []string
	for _, d := range file.Decls {
		gen, ok := d.(*ast.GenDecl)
		if !ok || gen.Tok != token.TYPE {
			continue
		}
		name := gen.Specs[0].(*ast.TypeSpec).Name.Name
		declared = append(declared, name)
		words := strings.Fields(gen.Doc.Text())
		if len(words) == 0 || strings.TrimSuffix(words[0], ":") != name && (len(words) < 2 || !strings.HasPrefix(words[1], name)) {
			t.Errorf("the comment of %s does not begin with it:\n%s", name, source)
		}
	}
	if diff := cmp.Diff(names, declared); diff != "" {
		t.Errorf("it declares other types (-want +got):\n%s\n%s", diff, source)
	}
	for _, group := range file.Comments[1:] {
		for _, c := range group.List {
			if !strings.HasPrefix(c.Text, "// ") && !strings.HasPrefix(c.Text, "//\t") && c.Text != "//" || strings.HasPrefix(strings.TrimLeft(c.Text[2:], " \t"), "+build") {
				t.Errorf("tools may obey the comment %q", c.Text)
			}
		}
	}
}

// Nothing that stands in strings of a schema file becomes code.
func TestHostileStrings(t *testing.T) {
	user := newUserModule(t, "example.com/user")
	hostile := "a`\"'\\ */ \n//go:build x\n`+panic(1)+`${}%s{{.}}\x00\u202e\ufeff"
	tag := `json:"a" validate:"pattern=^[` + "`" + `\"\\]+$"`
	source := declare(t,
		scalar("Name", schema.String, ruleOf("pattern", "^[`\"\\\\]*$"), ruleOf("one_of", hostile, "`", `\`)),
		&schema.Declaration{Name: text("Mode"), Kind: schema.DeclaredEnum, Doc: hostile, Values: []schema.EnumValue{{Value: text(hostile), GoName: "ModeOn", Doc: hostile}}},
		&schema.Declaration{
			Name: text("Stay"), Kind: schema.DeclaredStruct, Doc: hostile, Fields: []*schema.DeclaredField{{Name: text("From"), Doc: hostile, Tag: tag}},
			Type: &schema.Struct{Fields: []*schema.Field{{Name: text("From"), Type: &schema.Basic{Kind: schema.Int}}}},
		})
	checkComments(t, source, "Name", "Mode", "Stay")
	user.write(t, "hotel/hotel.go", []byte(source))
	user.write(t, "hotel/hotel_test.go", []byte(`package hotel

import (
	"errors"
	"reflect"
	"testing"

	"github.com/esgen/esgen/runtime/es"
)

func Test(t *testing.T) {
	const hostile = `+quoted(hostile)+`
	if string(ModeOn) != hostile {
		t.Errorf("%q", ModeOn)
	}
	if tag := reflect.TypeFor[Stay]().Field(0).Tag; tag != `+quoted(tag)+` {
		t.Errorf("%q", tag)
	}
	for _, s := range []string{"`+"`"+`", "\\"} {
		if _, err := NewName(s); err != nil {
			t.Error(err)
		}
	}
	invalid, ok := errors.AsType[*es.InvalidError](func() error { _, err := NewName(hostile); return err }())
	if !ok || invalid.Rule != `+quoted("pattern=^[`\"\\\\]*$")+` {
		t.Errorf("%v", invalid)
	}
}
`))
	for _, command := range []string{"vet", "test"} {
		if output, err := user.command(t, command, "./..."); err != nil {
			t.Errorf("%v\n%s\n%s", err, output, source)
		}
	}
}

// quoted spells a string without help of what is tested here.
func quoted(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(s) {
		const digits = "0123456789abcdef"
		b.WriteString(`\x` + digits[s[i]>>4:s[i]>>4+1] + digits[s[i]&15:s[i]&15+1])
	}
	return b.String() + `"`
}

// Kinds that embed a type of the runtime.
func TestEmbedding(t *testing.T) {
	for kind, want := range map[schema.DeclarationKind]string{
		schema.DeclaredAggregate: "type Seats struct {\n\tes.Root\n\n\trow int\n}",
		schema.DeclaredChild:     "type Seats struct {\n\tes.Child\n\n\trow int\n}",
		schema.DeclaredDecision:  "type Seats struct {\n\tes.Decision\n\n\trow int\n}",
		schema.DeclaredEvent:     "type Seats struct {\n\trow int\n}",
	} {
		source := declare(t, &schema.Declaration{
			Name: text("Seats"), Kind: kind, Fields: []*schema.DeclaredField{{Name: text("row")}},
			Type: &schema.Struct{Fields: []*schema.Field{{Name: text("row"), Type: &schema.Basic{Kind: schema.Int}}}},
		})
		if !strings.Contains(source, want) {
			t.Errorf("want %s in\n%s", want, source)
		}
	}
}

// What no front end lets through is no code either.
func TestUnspellableRules(t *testing.T) {
	for _, d := range []*schema.Declaration{
		scalar("N", schema.Int, ruleOf("min", "1; panic(1)")),
		scalar("N", schema.Int, ruleOf("min", "f()")),
		scalar("N", schema.Int, ruleOf("min")),
		scalar("N", schema.Int, ruleOf("one_of", "1", "x")),
		scalar("N", schema.Float64, ruleOf("max", "NaN")),
		scalar("N", schema.Float64, ruleOf("max", "Inf")),
		scalar("N", schema.Bool, ruleOf("one_of", "maybe")),
		scalar("N", schema.String, ruleOf("min_length", "-1x")),
		scalar("N", schema.String, ruleOf("even", "1")),
		{Name: text("N"), Kind: schema.DeclaredEnum},
		{Name: text("N"), Kind: schema.DeclaredEvent, Type: &schema.Basic{Kind: schema.Int}},
		{Name: text("N"), Kind: schema.DeclaredEvent, Type: &schema.Struct{}, Fields: []*schema.DeclaredField{{Name: text("F")}}},
		{Name: text("N"), Is: &schema.Named{Path: "time", Package: "time", Name: "Time", Encoding: schema.EncodeTime}, Rules: []schema.Rule{ruleOf("min", "1")}},
		{Name: text("N"), Is: &schema.Named{Path: "net/netip", Package: "netip", Name: "Addr", Encoding: schema.EncodeText}},
	} {
		f := newGoFile(&schema.Package{Path: "example.com/hotel", Name: "hotel", Declared: []*schema.Declaration{d}})
		emitDeclared(f)
		if source, err := f.bytes(); err == nil {
			t.Errorf("%+v becomes\n%s", d, source)
		}
	}
}
