package golang

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/esgen/esgen/schema"
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
	// generic says that a generic type is instantiated. Then all methods count, for
	// its constraints can ask for any.
	generic, allMethods bool

	// unresolved are the names that nothing declares, by position, and
	// selected those of other packages. The type checker has the last word on them.
	unresolved map[token.Pos]unresolved
	selected   map[token.Pos]*selection
	// tags has the struct tags of everything that is kept.
	tags map[*ast.Field]fieldTag
}

type declaration struct {
	name string
	file *file
	// gen and spec, or fn.
	gen  *ast.GenDecl
	spec ast.Spec
	fn   *ast.FuncDecl
	kept bool
}

type imported struct {
	spec *ast.ImportSpec
	path string
	// name is how the file calls the package; empty where only the package itself
	// can tell. guessed says that the path tells, if its author followed the custom.
	name    string
	guessed bool
	used    bool
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
	put := func(d declaration) {
		d.file = f
		if d.name != "_" && d.name != "init" {
			p.decls[d.name] = append(p.decls[d.name], &d)
		}
	}
	switch decl := decl.(type) {
	case *ast.FuncDecl:
		if decl.Recv == nil {
			put(declaration{name: decl.Name.Name, fn: decl})
			return
		}
		recv := p.src.unaliased(receiver(decl))
		p.methods[recv] = append(p.methods[recv], &declaration{name: decl.Name.Name, file: f, fn: decl})
	case *ast.GenDecl:
		for _, spec := range decl.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				put(declaration{name: spec.Name.Name, gen: decl, spec: spec})
			case *ast.ValueSpec:
				for _, name := range spec.Names {
					put(declaration{name: name.Name, gen: decl, spec: spec})
				}
			}
		}
	}
}

// prune keeps the annotated types and all that they lead to.
func (p *pruner) prune() {
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
		if !p.generic || p.allMethods {
			return
		}
		p.allMethods = true
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
		d.kept = true
		p.queue = append(p.queue, d)
	}
}

// keepMethods keeps the methods of a type that matter, if the type is kept.
func (p *pruner) keepMethods(name string) {
	if !slices.ContainsFunc(p.decls[name], func(d *declaration) bool { return d.kept }) {
		return
	}
	for _, m := range p.methods[name] {
		if p.allMethods || p.matters(name, m) {
			p.keep(m)
		}
	}
}

// codecMethods say how values of a type are encoded.
var codecMethods = []string{"MarshalJSON", "UnmarshalJSON", "MarshalText", "UnmarshalText", "IsZero"}

func (p *pruner) matters(recv string, m *declaration) bool {
	if slices.Contains(codecMethods, m.name) {
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
	marked := p.src.typeNamed(recv)
	return marked != nil && p.isApply(marked, m.fn)
}

// isApply says whether a method may be one that applies events.
func (p *pruner) isApply(m *markedType, fn *ast.FuncDecl) bool {
	if !m.is("aggregate") && !m.is("child") {
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

// walker goes through one declaration.
type walker struct {
	*pruner
	in *declaration
	// shadowed are the names of type parameters.
	shadowed []string
	excused  bool
}

func (w *walker) typeParams(list *ast.FieldList) {
	if list == nil {
		return
	}
	for _, field := range list.List {
		for _, name := range field.Names {
			w.shadowed = append(w.shadowed, name.Name)
		}
	}
	w.walk(list)
}

func (w *walker) function(fn *ast.FuncDecl) {
	if fn.Recv != nil {
		ast.Inspect(fn.Recv, func(n ast.Node) bool {
			if index, ok := n.(*ast.IndexExpr); ok {
				w.shadow(index.Index)
			}
			if index, ok := n.(*ast.IndexListExpr); ok {
				for _, param := range index.Indices {
					w.shadow(param)
				}
			}
			return true
		})
		w.keepName(receiver(fn)) // which may be an alias
		m := w.src.typeNamed(w.src.unaliased(receiver(fn)))
		w.excused = m != nil && w.isApply(m, fn)
	}
	w.typeParams(fn.Type.TypeParams)
	w.walk(fn.Type.Params)
	w.excused = false
	if fn.Type.Results != nil {
		w.walk(fn.Type.Results)
	}
}

func (w *walker) shadow(expr ast.Expr) {
	if id, ok := expr.(*ast.Ident); ok {
		w.shadowed = append(w.shadowed, id.Name)
	}
}

func (w *walker) walk(n ast.Node) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Field:
			w.field(n)
			return false
		case *ast.Ident:
			w.ident(n)
			return false
		case *ast.SelectorExpr:
			if id, ok := n.X.(*ast.Ident); ok && !slices.Contains(w.shadowed, id.Name) && w.decls[id.Name] == nil {
				w.selector(id, n)
				return false
			}
			w.walk(n.X)
			return false
		case *ast.ValueSpec:
			if n.Type != nil {
				w.walk(n.Type)
			}
			for _, value := range n.Values {
				w.walk(value)
			}
			return false
		case *ast.FuncLit:
			w.walk(n.Type)
			return false
		case *ast.IndexExpr, *ast.IndexListExpr:
			w.generic = true
		}
		return true
	})
}

// field goes on with a field's type and tag; its name refers to nothing.
func (w *walker) field(n *ast.Field) {
	if n.Tag != nil {
		tag := parseLiteral(n.Tag.Value, span(w.fset, n.Tag.Pos(), len(n.Tag.Value)), &w.src.findings)
		w.tags[n] = tag
		if tag.encode != nil {
			w.keepName(tag.encode.Value)
			w.keepName(tag.decode.Value)
		}
	}
	// An apply method takes the generated interface, and nothing made of it.
	t := ast.Unparen(n.Type)
	if star, ok := t.(*ast.StarExpr); ok {
		t = star.X
	}
	if _, plain := t.(*ast.Ident); !plain && w.excused {
		w.excused = false
		defer func() { w.excused = true }()
	}
	w.walk(n.Type)
}

func (w *walker) ident(n *ast.Ident) {
	if slices.Contains(w.shadowed, n.Name) {
		return
	}
	if w.decls[n.Name] != nil {
		w.keepName(n.Name)
		return
	}
	if types.Universe.Lookup(n.Name) != nil || n.Name == "_" {
		return
	}
	w.unresolved[n.Pos()] = unresolved{ident: n, in: w.in, excused: w.excused}
	for _, imp := range w.imports[w.in.file] {
		imp.used = imp.used || imp.name == "."
	}
}

// selector notes the use of a name of another package. What the file calls that
// package is not always known before it is loaded.
func (w *walker) selector(id *ast.Ident, n *ast.SelectorExpr) {
	s := &selection{sel: n, in: w.in}
	w.selected[n.Sel.Pos()] = s
	for _, imp := range w.imports[w.in.file] {
		if imp.name == id.Name {
			s.from = append(s.from, imp)
		}
	}
	if len(s.from) == 0 {
		for _, imp := range w.imports[w.in.file] {
			if imp.name == "" || imp.guessed {
				s.from = append(s.from, imp)
			}
		}
	}
	if len(s.from) == 0 {
		w.unresolved[id.Pos()] = unresolved{ident: id, in: w.in}
	}
	for _, imp := range s.from {
		imp.used = true
	}
}

// typeNamed is the annotated type of a name; nil where there is none.
func (s *source) typeNamed(name string) *markedType {
	for _, m := range s.types {
		if m.spec.Name.Name == name {
			return m
		}
	}
	return nil
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

// strayTags reports es tags of structs that nothing annotated is made of.
func (p *pruner) strayTags() {
	if !p.src.attempted {
		return
	}
	for _, f := range p.src.files {
		if f.ast == nil {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			s, ok := n.(*ast.StructType)
			if !ok {
				return true
			}
			for _, field := range s.Fields.List {
				if _, known := p.tags[field]; known || field.Tag == nil || !strings.Contains(field.Tag.Value, "es:") {
					continue
				}
				tag := parseLiteral(field.Tag.Value, span(p.fset, field.Tag.Pos(), len(field.Tag.Value)), &p.src.findings)
				for _, stray := range []*schema.Text{tag.id, tag.child} {
					if stray != nil {
						p.src.errorf(codeTagPlace, stray.Span, "es:%q on a field of a struct that is no aggregate and no child", stray.Value).
							Help = "put //es:aggregate or //es:child on the struct, or leave the tag out"
					}
				}
			}
			return true
		})
	}
}
