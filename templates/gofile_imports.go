package templates

import (
	"bytes"
	"fmt"
	"go/doc"
	"go/scanner"
	"go/token"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/esgen/esgen/schema"
)

// placeholder is what the code calls its i-th import until the import has a name.
func placeholder(i int) string { return "esgenImport" + strconv.Itoa(i) }

// render gives the file's code with placeholders for its imports.
func (f *goFile) render() ([]byte, error) {
	if f.err != nil {
		return nil, f.err
	}
	file := jen.NewFilePathName(f.pkg.Path, f.pkg.Name)
	file.NoFormat = true
	file.HeaderComment(header)
	for i, importPath := range slices.Sorted(maps.Keys(f.packages)) {
		file.ImportAlias(importPath, placeholder(i))
	}
	file.Add(f.code...)
	var b bytes.Buffer
	err := file.Render(&b)
	return b.Bytes(), err
}

// settleImports replaces the placeholders in rendered code by names that meet
// nothing else in the file, and writes the import declaration.
func (f *goFile) settleImports(source []byte) ([]byte, error) {
	paths := slices.Sorted(maps.Keys(f.packages))
	placeholders := make(map[string]int, len(paths))
	for i := range paths {
		placeholders[placeholder(i)] = i
	}
	tokens, imports, err := scanIdents(source)
	if err != nil {
		return nil, err
	}

	used := make([]bool, len(paths))
	taken := maps.Clone(f.scope)
	for _, t := range tokens {
		if i, ok := placeholders[t.name]; ok {
			used[i] = true
			continue
		}
		if f.scope[t.name] && doc.IsPredeclared(t.name) {
			return nil, &shadowError{t.name}
		}
		taken[t.name] = true
	}
	names := make([]string, len(paths))
	for i, importPath := range paths {
		if !used[i] {
			continue
		}
		names[i] = distinct(f.packages[importPath], func(name string) bool {
			return taken[name] || doc.IsPredeclared(name) || token.IsKeyword(name)
		})
		taken[names[i]] = true
	}

	var b bytes.Buffer
	b.Write(source[:imports.start])
	f.writeImports(&b, paths, names)
	last := imports.end
	for _, t := range tokens {
		if i, ok := placeholders[t.name]; ok {
			b.Write(source[last:t.offset])
			b.WriteString(names[i])
			last = t.offset + len(t.name)
		}
	}
	b.Write(source[last:])
	return b.Bytes(), nil
}

// writeImports declares the imports that have a name: the standard library's
// first, then the others, each sorted by path. A name is spelt out where the
// path does not end with it.
func (f *goFile) writeImports(b *bytes.Buffer, paths, names []string) {
	var groups [2][]string
	for i, importPath := range paths {
		if names[i] == "" {
			continue
		}
		spec := strconv.Quote(importPath)
		if names[i] != path.Base(importPath) {
			spec = names[i] + " " + spec
		}
		group := 0
		if first, _, _ := strings.Cut(importPath, "/"); strings.Contains(first, ".") || first == moduleRoot(f.pkg) {
			group = 1
		}
		groups[group] = append(groups[group], spec)
	}
	all := slices.Concat(groups[0], groups[1])
	switch len(all) {
	case 0:
	case 1:
		fmt.Fprintf(b, "\nimport %s\n", all[0])
	default:
		b.WriteString("\nimport (\n" + strings.Join(groups[0], "\n"))
		if len(groups[0]) > 0 && len(groups[1]) > 0 {
			b.WriteString("\n\n")
		}
		b.WriteString(strings.Join(groups[1], "\n") + "\n)\n")
	}
}

// moduleRoot is the first part of the path of the package's module, which need
// not be a domain.
func moduleRoot(p *schema.Package) string {
	first, _, _ := strings.Cut(p.ModulePath, "/")
	return first
}

// ident is an identifier in a file that is not the selector of another.
type ident struct {
	name   string
	offset int
}

// byteRange is a part of a file.
type byteRange struct{ start, end int }

// scanIdents lists the identifiers after the import declaration and says where
// that is; without one it is the empty range after the package clause.
func scanIdents(source []byte) (idents []ident, imports byteRange, err error) {
	var s scanner.Scanner
	file := token.NewFileSet().AddFile("", -1, len(source))
	s.Init(file, source, func(pos token.Position, msg string) {
		if err == nil {
			err = fmt.Errorf("line %d: %s", pos.Line, msg)
		}
	}, 0)
	before := token.ILLEGAL
	for {
		pos, tok, literal := s.Scan()
		offset := file.Offset(pos)
		switch tok {
		case token.EOF:
			return idents, imports, err
		case token.IMPORT:
			imports.start = offset
			for end := token.STRING; tok != end && tok != token.EOF; {
				if pos, tok, literal = s.Scan(); tok == token.LPAREN {
					end = token.RPAREN
				}
			}
			imports.end = file.Offset(pos) + max(len(literal), 1)
		case token.IDENT:
			switch {
			case before == token.PACKAGE:
				imports = byteRange{offset + len(literal), offset + len(literal)}
			case before != token.PERIOD:
				idents = append(idents, ident{literal, offset})
			}
		}
		before = tok
	}
}
