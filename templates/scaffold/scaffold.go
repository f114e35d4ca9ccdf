package scaffold

import (
	"bytes"
	"embed"
	"fmt"
	"go/format"
	"go/token"
	"slices"
	"strings"
	"text/template"
	"unicode"
	"unicode/utf8"
)

// Options say what the package is called.
type Options struct {
	// Package is the name of the package: "order".
	Package string
	// Aggregate is the Go name of its aggregate, which must be exported. Left empty it
	// is made from Package: "Order".
	Aggregate string
	// YAML asks for a schema file beside Go code that decides, instead of annotated Go.
	YAML bool
}

// File is a file of the package.
type File struct {
	// Name is that of the file, without a folder.
	Name    string
	Content []byte
}

//go:embed files/*.tmpl
var sources embed.FS

var templates = template.Must(template.ParseFS(sources, "files/*.tmpl"))

// own are the names that the files declare beside the aggregate, in annotated Go and
// with a schema.
var own = map[bool][]string{
	false: {"Create", "Created", "Renamed", "ErrNoName", "Registry"},
	true:  {"Name", "NewName", "Create", "Created", "Rename", "Renamed", "ErrSameName", "Registry"},
}

// outline lists the templates and what follows the package's name in the names of the
// files.
var outline = map[bool][][2]string{
	false: {{"aggregate.go.tmpl", ".go"}, {"aggregate_test.go.tmpl", "_test.go"}},
	true:  {{"schema.yaml.tmpl", ".yaml"}, {"schema.go.tmpl", ".go"}, {"schema_test.go.tmpl", "_test.go"}},
}

// Files gives the package's files, formatted. The error says why a name is no
// good.
func Files(o Options) ([]File, error) {
	if o.Aggregate == "" {
		o.Aggregate = exported(o.Package)
	}
	if err := o.check(); err != nil {
		return nil, err
	}
	receiver := strings.ToLower(o.Aggregate[:1])
	if receiver == "e" {
		receiver = "a" // e is the event
	}
	article := "a"
	if strings.ContainsRune("AEIOU", rune(o.Aggregate[0])) {
		article = "an"
	}
	// A file name with an underscore can mean a test, or an operating system.
	base := strings.ReplaceAll(o.Package, "_", "")
	data := struct {
		Options
		Name, Receiver, Base, Article, ArticleUpper string
	}{o, snakeCase(o.Aggregate), receiver, base, article, strings.ToUpper(article[:1]) + article[1:]}

	var files []File
	for _, f := range outline[o.YAML] {
		name := base + f[1]
		var b bytes.Buffer
		if err := templates.ExecuteTemplate(&b, f[0], data); err != nil {
			return nil, fmt.Errorf("scaffold %s: %w", name, err)
		}
		content := b.Bytes()
		if strings.HasSuffix(name, ".go") {
			formatted, err := format.Source(content)
			if err != nil {
				return nil, fmt.Errorf("scaffold %s: %w", name, err)
			}
			content = formatted
		}
		files = append(files, File{name, content})
	}
	return files, nil
}

func (o Options) check() error {
	switch {
	case token.IsKeyword(o.Package):
		return fmt.Errorf("%q cannot be the name of a package: it is a word of Go's own", o.Package)
	case !token.IsIdentifier(o.Package) || o.Package == "_":
		return fmt.Errorf("%q cannot be the name of a package: it takes letters and digits, and begins with a letter", o.Package)
	case o.Package == "main":
		return fmt.Errorf("package main cannot be imported, so it is no place for an aggregate: choose a name such as order")
	case strings.HasSuffix(o.Package, "_test"):
		return fmt.Errorf("package %s would be one of tests only: choose a name without _test", o.Package)
	case !token.IsIdentifier(o.Aggregate) || !token.IsExported(o.Aggregate):
		return fmt.Errorf("%q cannot be the name of an aggregate: it takes letters and digits, and begins with a capital", o.Aggregate)
	case strings.ContainsFunc(o.Aggregate, func(r rune) bool { return r > unicode.MaxASCII }):
		return fmt.Errorf("the aggregate's stable name is made from %q, and takes only ASCII letters", o.Aggregate)
	case slices.Contains(own[o.YAML], o.Aggregate):
		return fmt.Errorf("aggregate %s would meet another name of the package: choose a name such as Order", o.Aggregate)
	}
	return nil
}

// exported is the name of a package as that of a type: order_line is OrderLine.
func exported(pkg string) string {
	var b strings.Builder
	for word := range strings.SplitSeq(pkg, "_") {
		first, size := utf8.DecodeRuneInString(word)
		if size > 0 {
			b.WriteString(string(unicode.ToUpper(first)) + word[size:])
		}
	}
	return b.String()
}

// snakeCase is the stable name of an aggregate: OrderLine is order_line.
func snakeCase(goName string) string {
	var b strings.Builder
	runes := []rune(goName)
	for i, r := range runes {
		if i > 0 && unicode.IsUpper(r) && runes[i-1] != '_' &&
			(!unicode.IsUpper(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1])) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
