package golang

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// pruner finds what the annotated declarations of a package are made of. The rest
// is not type-checked: it mentions what is yet to be generated, and imports that
// would take time to load.
type pruner struct {
	src  *source
	fset *token.FileSet
	// decls are the declarations of each name of the package, usually one; methods
	// those of each type.
	decls, methods map[string][]*declaration
	imports        map[*file][]*imported
	queue          []*declaration
	// generic says that a generic type is instantiated. Then all methods are kept, for
	// its constraints can ask for any: but as extras, that is, nobody cares if they are
	// wrong or mention what is yet to be generated.
	generic, extras bool

	// unresolved are the names that nothing declares, by position, and
	// selected those of other packages. The type checker has the last word on them.
	unresolved map[token.Pos]unresolved
	selected   map[token.Pos]*selection
	// info has the types of expressions, where schema files declare some.
	info *types.Info
	// tags has the struct tags of everything that is kept.
	tags map[*ast.Field]fieldTag
}

type declaration struct {
	name string
	file *file
	// gen and spec, or fn.
	gen         *ast.GenDecl
	spec        ast.Spec
	fn          *ast.FuncDecl
	kept, extra bool
}

type imported struct {
	spec *ast.ImportSpec
	path string
	// name is how the file calls the package; empty where only the package itself
	// can tell. guessed says that the path tells, if its author followed the custom.
	name        string
	guessed     bool
	used, extra bool
}

// use marks an import as needed. extra says that nobody cares if it fails.
func (imp *imported) use(extra bool) {
	if !imp.used {
		imp.used, imp.extra = true, extra
	}
}

// unresolved is a name that nothing in the package declares.
type unresolved struct {
	ident *ast.Ident
	// in is the declaration that mentions it.
	in *declaration
	// excused says that it may be missing: it is the parameter of an apply method,
	// and thus a generated interface.
	excused bool
}

// selection is the use of a name of another package.
type selection struct {
	sel *ast.SelectorExpr
	// from are the imports that may be meant, usually one.
	from []*imported
	in   *declaration
}

func newPruner(s *source, fset *token.FileSet) *pruner {
	p := &pruner{
		src: s, fset: fset,
		decls: map[string][]*declaration{}, methods: map[string][]*declaration{},
		imports:    map[*file][]*imported{},
		unresolved: map[token.Pos]unresolved{}, selected: map[token.Pos]*selection{},
		tags: map[*ast.Field]fieldTag{},
	}
	for _, f := range s.files {
		if f.ast == nil {
			continue
		}
		for _, spec := range f.ast.Imports {
			p.imports[f] = append(p.imports[f], newImported(spec))
		}
		for _, decl := range f.ast.Decls {
			p.index(f, decl)
		}
	}
	return p
}

func (p *pruner) index(f *file, decl ast.Decl) {
	put := func(d declaration, id *ast.Ident) {
		if p.src.clashing[id] {
			return
		}
		d.file = f
		if d.name != "_" && d.name != "init" {
			p.decls[d.name] = append(p.decls[d.name], &d)
		}
	}
	switch decl := decl.(type) {
	case *ast.FuncDecl:
		if decl.Recv == nil {
			put(declaration{name: decl.Name.Name, fn: decl}, decl.Name)
			return
		}
		if p.src.clashing[decl.Name] {
			return
		}
		recv := p.src.unaliased(receiver(decl))
		p.methods[recv] = append(p.methods[recv], &declaration{name: decl.Name.Name, file: f, fn: decl})
	case *ast.GenDecl:
		for _, spec := range decl.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				put(declaration{name: spec.Name.Name, gen: decl, spec: spec}, spec.Name)
			case *ast.ValueSpec:
				for _, name := range spec.Names {
					put(declaration{name: name.Name, gen: decl, spec: spec}, name)
				}
			}
		}
	}
}

// prune keeps the annotated types, what schema files declare, and all that these lead
// to. It may be called again when more is kept.
func (p *pruner) prune() {
	for _, group := range []map[string][]*declaration{p.decls, p.methods} {
		for _, list := range group {
			for _, d := range list {
				if d.file.declared != nil {
					p.keep(d)
				}
			}
		}
	}
	for _, m := range p.src.types {
		p.keepName(m.spec.Name.Name)
		if d := m.directive("value"); d != nil {
			for _, key := range []string{"decode", "sample"} {
				if name := d.value(key); name != nil {
					p.keepName(name.Value)
				}
			}
		}
	}
	for {
		for len(p.queue) > 0 {
			d := p.queue[0]
			p.queue = p.queue[1:]
			p.visit(d)
		}
		if !p.generic || p.extras {
			return
		}
		p.extras = true
		for name := range p.methods {
			p.keepMethods(name)
		}
	}
}

func (p *pruner) keepName(name string) {
	for _, d := range p.decls[name] {
		p.keep(d)
	}
}

func (p *pruner) keep(d *declaration) {
	if !d.kept {
		d.kept, d.extra = true, p.extras
		p.queue = append(p.queue, d)
	}
}

// keepMethods keeps the methods of a type that matter, if the type is kept.
func (p *pruner) keepMethods(name string) {
	if !slices.ContainsFunc(p.decls[name], func(d *declaration) bool { return d.kept }) {
		return
	}
	for _, m := range p.methods[name] {
		if p.extras || p.matters(name, m) {
			p.keep(m)
		}
	}
}

// codecMethods say how values of a type are encoded.
var codecMethods = []string{"MarshalJSON", "UnmarshalJSON", "MarshalText", "UnmarshalText", "IsZero"}

func (p *pruner) matters(recv string, m *declaration) bool {
	if slices.Contains(codecMethods, m.name) || isValidate(m.fn) || isValid(m.fn) {
		return true
	}
	// The method of a value object may be one of a field that it embeds.
	for _, marked := range p.src.types {
		if d := marked.directive("value"); d != nil {
			if encode := d.value("encode"); encode != nil && encode.Value == m.name {
				return true
			}
		}
	}
	marked := p.src.byName[recv]
	return marked != nil && p.isApply(marked, m.fn)
}

// isApply says whether a method may be one that applies events.
func (p *pruner) isApply(m *markedType, fn *ast.FuncDecl) bool {
	if !m.is("aggregate") && !m.is("child") && !m.is("decision") {
		return false
	}
	return strings.HasPrefix(fn.Name.Name, "apply") || p.src.applyOf(fn) != nil
}

func (p *pruner) visit(d *declaration) {
	w := walker{pruner: p, in: d}
	switch {
	case d.fn != nil:
		w.function(d.fn)
	case d.gen.Tok == token.TYPE:
		spec := d.spec.(*ast.TypeSpec)
		w.typeParams(spec.TypeParams)
		w.walk(spec.Type)
		p.keepMethods(d.name)
	case d.gen.Tok == token.CONST:
		// A constant may repeat the expression of one above it.
		for _, spec := range d.gen.Specs {
			for _, name := range spec.(*ast.ValueSpec).Names {
				p.keepName(name.Name)
			}
			w.walk(spec)
		}
	default:
		w.walk(withoutValues(d.spec.(*ast.ValueSpec)))
	}
}

// withoutValues drops a variable's value where its type is spelt.
func withoutValues(spec *ast.ValueSpec) *ast.ValueSpec {
	if spec.Type == nil {
		return spec
	}
	bare := *spec
	bare.Values = nil
	return &bare
}

// applyOf is the //es:apply of a method; nil where there is none.
func (s *source) applyOf(fn *ast.FuncDecl) *markedMethod {
	for _, m := range s.applies {
		if m.decl == fn {
			return m
		}
	}
	return nil
}

// files gives what is kept as files to be type-checked.
func (p *pruner) files() []*ast.File {
	var files []*ast.File
	for _, f := range p.src.files {
		if f.ast == nil {
			continue
		}
		pruned := *f.ast
		pruned.Decls, pruned.Comments, pruned.Doc = nil, nil, nil
		for _, decl := range f.ast.Decls {
			switch decl := decl.(type) {
			case *ast.FuncDecl:
				if p.keepsFunc(decl) {
					pruned.Decls = append(pruned.Decls, decl)
				}
			case *ast.GenDecl:
				bare := *decl
				bare.Specs = nil
				for _, spec := range decl.Specs {
					if kept := p.keptSpec(f, spec); kept != nil {
						bare.Specs = append(bare.Specs, kept)
					}
				}
				switch {
				case len(bare.Specs) == 0:
				case decl.Tok == token.CONST:
					pruned.Decls = append(pruned.Decls, decl) // iota counts them all
				default:
					pruned.Decls = append(pruned.Decls, &bare)
				}
			}
		}
		files = append(files, &pruned)
	}
	return files
}

func (p *pruner) keepsFunc(fn *ast.FuncDecl) bool {
	list := p.decls[fn.Name.Name]
	if fn.Recv != nil {
		list = p.methods[p.src.unaliased(receiver(fn))]
	}
	return slices.ContainsFunc(list, func(d *declaration) bool { return d.fn == fn && d.kept })
}

func (p *pruner) keptSpec(f *file, spec ast.Spec) ast.Spec {
	switch spec := spec.(type) {
	case *ast.ImportSpec:
		for _, imp := range p.imports[f] {
			if imp.spec == spec && imp.used {
				return spec
			}
		}
	case *ast.TypeSpec:
		if p.keepsSpec(spec.Name.Name, spec) {
			return spec
		}
	case *ast.ValueSpec:
		for _, name := range spec.Names {
			if p.keepsSpec(name.Name, spec) {
				return withoutValues(spec)
			}
		}
	}
	return nil
}

func (p *pruner) keepsSpec(name string, spec ast.Spec) bool {
	return slices.ContainsFunc(p.decls[name], func(d *declaration) bool { return d.spec == spec && d.kept })
}
