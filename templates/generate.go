package templates

import (
	"fmt"
	"path/filepath"

	"github.com/esgen/esgen/schema"
)

// The names of the generated files.
const (
	SourceFile = "es_gen.go"
	TestFile   = "es_gen_test.go"
)

// File is a generated file.
type File struct {
	// Path is absolute.
	Path    string
	Content []byte
}

// Generate gives the files of the packages of m that are to be generated:
// SourceFile for each that has an aggregate, an event, a registry or types that schema
// files declare, and TestFile for each that has an event. They are sorted as the
// packages are, and their bytes depend on m alone.
//
// m must have passed schema.Check without an error. An error is a mistake of
// esgen's, with one exception: a package that gives a predeclared name such as
// len a meaning of its own cannot be generated for.
//
// Generate only reads m, and may be called by several goroutines at once.
func Generate(m *schema.Module) ([]File, error) {
	var files []File
	for _, p := range m.Packages {
		if !p.Generate || !hasRegistry(p) && len(p.Events)+len(p.Declared) == 0 {
			continue
		}
		source, err := sourceFile(p)
		if err != nil {
			return nil, fmt.Errorf("generate %s of %w", SourceFile, err)
		}
		files = append(files, File{filepath.Join(p.Dir, SourceFile), source})
		if len(p.Events) == 0 {
			continue
		}
		test, err := testFile(p)
		if err != nil {
			return nil, fmt.Errorf("generate %s of %w", TestFile, err)
		}
		files = append(files, File{filepath.Join(p.Dir, TestFile), test})
	}
	return files, nil
}

// sourceFile gives the bytes of a package's SourceFile: what users read first,
// then what makes it work.
func sourceFile(p *schema.Package) ([]byte, error) {
	f := newGoFile(p, packageNames(p)...)
	emitGenerationGuard(f)
	emitDeclared(f)
	for _, a := range p.Aggregates {
		if a.StreamOwner == a && len(a.Siblings) > 1 {
			emitStreamInterface(f, a)
		}
		emitEventInterface(f, a)
		for _, e := range a.Own {
			emitEventMethods(f, e)
		}
		emitRepositoryType(f, a)
		emitRepositoryFunc(f, a)
		emitRecord(f, a)
		for _, c := range p.Children {
			if c.Root == a {
				emitChildRecord(f, c)
			}
		}
		emitCommands(f, a)
		emitTable(f, a)
	}
	for _, m := range p.Decisions {
		emitLoadModel(f, m)
	}
	if hasRegistry(p) {
		emitRegistry(f)
	}
	for _, a := range p.Aggregates {
		emitDefinition(f, a)
		emitDispatch(f, a)
		emitLoad(f, a)
		if len(a.Paths) > 0 {
			emitAttach(f, a)
		}
		emitTablePlumbing(f, a)
		if a.StreamOwner == a {
			emitEncode(f, a)
			emitDecode(f, a)
			emitTags(f, a)
		}
	}
	for _, m := range p.Decisions {
		emitApplyToModel(f, m)
	}
	for _, e := range p.Events {
		emitDecodeEvent(f, e)
	}
	emitCodecs(f)
	emitSnapshots(f)
	emitDriftGuards(f)
	return f.bytes()
}

// packageNames are the names that generated files declare at package level.
func packageNames(p *schema.Package) []string {
	var names []string
	for _, g := range schema.GeneratedNames(p) {
		if g.Recv == "" {
			names = append(names, g.Name)
		}
	}
	return names
}
