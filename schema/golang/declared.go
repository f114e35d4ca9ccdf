package golang

import (
	"go/ast"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"

	"github.com/esgen/esgen/schema"
)

// What schema files declare comes as one more Go file of its package, which exists
// nowhere on disk. It is parsed, pruned and type-checked like the others, but for
// this: all of it is kept, nothing in it is a name of the user's, and places in it
// stand for places in the schema files (see relocate).

// schemaFiles is what is known of the schema files of a folder.
type schemaFiles struct {
	declared *schema.Declared
	// wrong says that errors were found in them. Then some of their declarations may be
	// missing.
	wrong bool
}

// hasSchema says whether a folder has schema files, right or wrong.
func (l *loader) hasSchema(dir string) bool {
	s := l.schemas[dir]
	return s != nil && (s.declared != nil || s.wrong)
}

// declare reads the schema files of folders.
func (l *loader) declare(dirs []string) error {
	slices.Sort(dirs)
	var ask []string
	for _, dir := range slices.Compact(dirs) {
		if l.schemas[dir] != nil {
			continue
		}
		l.schemas[dir] = &schemaFiles{}
		ask = append(ask, dir)
	}
	if len(ask) == 0 {
		return nil
	}
	declared, found, err := l.Declare(ask)
	if err != nil {
		return err
	}
	for _, d := range declared {
		if s := l.schemas[d.Dir]; s != nil {
			s.declared = d
		}
	}
	for _, d := range found {
		l.list = append(l.list, &d)
		if s := l.schemas[filepath.Dir(d.Span.File)]; s != nil && d.Severity == schema.Error {
			s.wrong = true
		}
	}
	return nil
}

// declaredFile is what schema files declare, as a file of the package. Its path is
// one that no file can have.
func declaredFile(d *schema.Declared) *file {
	return &file{name: filepath.Base(d.File), path: declaredPath(d), text: d.Source, declared: d}
}

func declaredPath(d *schema.Declared) string { return d.File + "#declared" }

// joinDeclared holds the file of the schema files against the user's own.
func (s *source) joinDeclared(fset *token.FileSet) {
	if f := s.schemaFile(); f != nil && f.ast != nil {
		s.judgePackageName(fset, f)
		s.findClashes(fset)
	}
}

// schemaFile is the file of the package's schema files; nil where there are none.
func (s *source) schemaFile() *file {
	for _, f := range s.files {
		if f.declared != nil {
			return f
		}
	}
	return nil
}

// judgePackageName reports that Go files and schema files of one folder belong to
// different packages. Nothing more can be said about such a package.
func (s *source) judgePackageName(fset *token.FileSet, f *file) {
	name := f.declared.Package
	for _, other := range slices.Concat(s.files, s.testFiles) {
		if other.declared != nil || other.ast == nil || other.ast.Name.Name == name {
			continue
		}
		d := s.errorf(codeListing, span(fset, f.ast.Name.Pos(), len(name)), "package %s, but the Go files of this folder are package %s", name, other.ast.Name.Name)
		d.Notes = []schema.Note{{Span: span(fset, other.ast.Name.Pos(), len(other.ast.Name.Name)), Message: "package " + other.ast.Name.Name + " is said here"}}
		d.Help = "a folder holds one package: give both the same name"
		s.broken = true
		return
	}
	s.Name = name
}

// objectKey is a name at package level, or one of a type's methods and fields.
type objectKey struct{ recv, name string }

// declaredObjects are the names that the schema files declare, each with its place.
func (s *source) declaredObjects() map[objectKey]*ast.Ident {
	f := s.schemaFile()
	if f == nil || f.ast == nil {
		return nil
	}
	names := map[objectKey]*ast.Ident{}
	for o := range f.objects() {
		if key := (objectKey{o.recv, o.id.Name}); names[key] == nil {
			names[key] = o.id
		}
	}
	return names
}

// findClashes reports what the user's Go files declare although the schema files do.
// It is left out of everything else: two declarations of one name would only be
// reported again and again.
func (s *source) findClashes(fset *token.FileSet) {
	declared := s.declaredObjects()
	s.clashing = map[*ast.Ident]bool{}
	for _, f := range slices.Concat(s.files, s.testFiles) {
		if f.declared != nil || f.ast == nil {
			continue
		}
		for o := range f.objects() {
			recv := s.unaliased(o.recv)
			other := declared[objectKey{recv, o.id.Name}]
			if other == nil || o.kind == "field" { // that is one of a type that clashes
				continue
			}
			s.clashing[o.id] = true
			name := o.id.Name
			if recv != "" {
				name = recv + "." + name
			}
			d := s.errorf(codeDeclaredTwice, span(fset, o.id.Pos(), len(o.id.Name)), "%s is declared here, and in a schema file", name)
			d.Notes = []schema.Note{{Span: span(fset, other.Pos(), len(other.Name)), Message: "the schema file has it here"}}
			d.Help = "what schema files declare is generated: remove one of the two, or give it another name"
		}
	}
}

// declarations fills in what only the type checker knows of what schema files declare.
func (c *converter) declarations(u *unit) []*schema.Declaration {
	f := u.src.schemaFile()
	if f == nil {
		return nil
	}
	list := make([]*schema.Declaration, 0, len(f.declared.Declarations))
	for _, given := range f.declared.Declarations {
		d := *given
		list = append(list, &d)
		obj, _ := u.pkg.Scope().Lookup(d.Name.Value).(*types.TypeName)
		spec := u.spec(d.Name.Value)
		if obj == nil || spec == nil {
			continue
		}
		switch d.Kind {
		case schema.DeclaredScalar, schema.DeclaredEnum:
			d.Is = c.convert(u.info.TypeOf(spec.Type), spec.Type, u)
		default:
			if n, ok := c.convert(obj.Type(), nil, u).(*schema.Named); ok {
				d.Type = n.Under
			}
		}
	}
	return list
}
