package yaml

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"go/token"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"

	"github.com/esgen/esgen/schema"
)

// beginning is how much of a file Files reads.
const beginning = 16 << 10

// Files lists the schema files of a folder: those that end in .yaml or .yml and whose
// first key is esgen, and those that lack it though they are plainly meant to be schemas,
// for Load to say so. It reads no more than their beginnings. The paths are sorted, and
// begin with dir; a folder that has none, or does not exist, gives none.
func Files(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var files []string
	for _, entry := range entries {
		name := filepath.Join(dir, entry.Name())
		switch filepath.Ext(name) {
		case ".yaml", ".yml":
		default:
			continue
		}
		if info, err := os.Stat(name); err != nil || !info.Mode().IsRegular() {
			continue // a folder, say, or a link that leads nowhere
		}
		text, err := readFile(name, beginning)
		if err != nil {
			return nil, err
		}
		if isSchema(text) || meantAsSchema(text) {
			files = append(files, name)
		}
	}
	return files, nil
}

// readFile reads at most so many bytes of a file.
func readFile(name string, most int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, most))
}

// Load reads the schema files of one package, which stands in the folder dir, and
// lowers what they declare. The findings are sorted by position. Where they have
// errors there are no declarations. Without files there is nothing at all: nil, nil,
// nil.
//
// The error is for a file that cannot be read, and for a context that is done. Load
// only reads. It may be called by several goroutines at once.
func Load(ctx context.Context, dir string, files []string) (*schema.Declared, schema.Diagnostics, error) {
	if len(files) == 0 {
		return nil, nil, nil
	}
	absolute, err := filepath.Abs(dir)
	if err != nil {
		return nil, nil, err
	}
	var sources []*source
	for _, name := range files {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		if name, err = filepath.Abs(name); err != nil {
			return nil, nil, err
		}
		text, err := readFile(name, maxSize+1)
		if err != nil {
			return nil, nil, fmt.Errorf("schema file: %w", err)
		}
		sources = append(sources, newSource(name, text))
	}
	slices.SortFunc(sources, func(a, b *source) int { return strings.Compare(a.name, b.name) })
	sources = slices.CompactFunc(sources, func(a, b *source) bool { return a.name == b.name })
	declared, found := load(absolute, importPath(absolute), sources)
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	return declared, found, nil
}

// load makes declarations of files.
func load(dir, ownPath string, sources []*source) (*schema.Declared, schema.Diagnostics) {
	p := &program{
		findings: &findings{}, ownPath: ownPath,
		byName: map[string]*decl{}, declared: map[string]declaredName{}, refused: map[string]bool{}, open: map[*decl]bool{},
	}
	for _, src := range sources {
		if file := readSchema(src, p.findings); file != nil {
			p.files = append(p.files, file)
		}
	}
	p.checkPackage()
	p.collect()
	p.resolve()
	if len(p.list) > 0 {
		return nil, p.sorted()
	}
	l := p.lower()
	return &schema.Declared{
		Dir:          dir,
		Package:      p.pkg.Value,
		File:         sources[0].name,
		Source:       l.out,
		At:           l.at,
		Declarations: p.declarations(),
	}, nil
}

// readSchema reads one file and checks its keys. The result is nil where nothing of
// it can be used.
func readSchema(src *source, f *findings) *node {
	if len(src.text) > maxSize {
		f.errorf(codeSize, src.span(0, 1), "the file is longer than %d MB", maxSize>>20).
			help("declare what belongs together in a file of its own")
		return nil
	}
	file := parse(src, f)
	if file == nil {
		return nil
	}
	if file.kind != mapping {
		f.errorf(codeNoSchema, file.span, "the file is no mapping").
			help(`a schema file begins with "esgen: 1" and the name of its package`)
		return nil
	}
	if first := file.pair("esgen"); first != nil && file.pairs[0].key != first.key {
		f.errorf(codeNoSchema, first.key.span, "the key esgen is not the first one of the file").
			help("put it first: by that the file is known for a schema file")
	}
	fileShape.check(f, file, place{span: file.span, what: "the file"})
	return file
}

// checkPackage asks that all files name the same package.
func (p *program) checkPackage() {
	for _, file := range p.files {
		n := file.get("package")
		if n == nil {
			continue
		}
		switch {
		case strings.HasSuffix(n.text, "_test"):
			p.errorf(codeIdentifier, n.span, "%s is the name of a package of tests", n.text).
				help("give it the name of the package that is tested: %s", strings.TrimSuffix(n.text, "_test"))
		case !token.IsIdentifier(n.text) || n.text == "_":
			p.errorf(codeIdentifier, n.span, "%s cannot be the name of a package", quoted(n.text)).
				help("it begins with a letter and goes on with letters and digits")
		case p.pkg.Value == "":
			p.pkg = n.value()
		case p.pkg.Value != n.text:
			p.errorf(codePackage, n.span, "the files of one folder are of different packages: %s and %s", p.pkg.Value, n.text).
				note(p.pkg.Span, "package %s", p.pkg.Value).
				help("all schema files of a folder make one package")
		}
	}
}

// importPath is the import path of the package in a folder, by the go.mod above it;
// empty where there is none.
func importPath(dir string) string {
	for folder := dir; ; {
		content, err := os.ReadFile(filepath.Join(folder, "go.mod"))
		if err == nil {
			rel, err := filepath.Rel(folder, dir)
			if modulePath := modfile.ModulePath(bytes.TrimPrefix(content, []byte(bom))); modulePath != "" && err == nil {
				return path.Join(modulePath, filepath.ToSlash(rel))
			}
			return ""
		}
		parent := filepath.Dir(folder)
		if parent == folder {
			return ""
		}
		folder = parent
	}
}

// declarations describe what the generator writes.
func (p *program) declarations() []*schema.Declaration {
	var list []*schema.Declaration
	for _, d := range p.decls {
		if d.foreign {
			continue
		}
		declaration := &schema.Declaration{Name: d.name, Kind: d.kind, Rules: d.rules, Values: d.values}
		if doc := d.n.get("doc"); doc != nil {
			declaration.Doc = trimDoc(doc.text)
		}
		switch d.kind {
		case schema.DeclaredScalar:
			declaration.Is = p.modelType(d.base)
		case schema.DeclaredEnum:
			declaration.Is = &schema.Basic{Kind: schema.String}
		case schema.DeclaredEvent:
			for _, s := range d.sets {
				declaration.State = d.owner.name.Value
				declaration.Sets = append(declaration.Sets, schema.Set{State: s.state.name, Event: s.event.name})
			}
		}
		for _, f := range d.fields {
			field := &schema.DeclaredField{Name: f.name, JSON: f.json.Value, Tag: joinTag(p.tags(d, f)), Rules: f.rules}
			if doc := f.n.get("doc"); doc != nil {
				field.Doc = trimDoc(doc.text)
			}
			declaration.Fields = append(declaration.Fields, field)
		}
		list = append(list, declaration)
	}
	return list
}
