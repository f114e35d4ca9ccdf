package schema_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/esgen/esgen/schema"
)

// sources are the Go files of one test case, read into a model just far enough for
// the rules: by syntax alone, trusting that they are spelt right. Folders below
// "elsewhere" stand for other modules.
type sources struct {
	t     testing.TB
	fset  *token.FileSet
	files map[string][]byte
	pkgs  map[string]*sourcePackage
	named map[string]*schema.Named
}

type sourcePackage struct {
	path, name, dir string
	foreign         bool
	files           []*ast.File
	types           map[string]*ast.TypeSpec
	methods         map[string][]*ast.FuncDecl
	model           *schema.Package
}

const (
	sourceRoot   = "/src"
	sourceModule = "example.com/shop"
	foreignRoot  = "elsewhere/"
)

// readSources reads the Go files of an archive. A line "generate: a b" in its comment
// names the folders that are to be generated; without it, all are.
func readSources(t testing.TB, a *txtar.Archive) (*schema.Module, *sources) {
	s := &sources{
		t: t, fset: token.NewFileSet(), files: map[string][]byte{},
		pkgs: map[string]*sourcePackage{}, named: map[string]*schema.Named{},
	}
	for _, f := range a.Files {
		if strings.HasSuffix(f.Name, ".go") {
			s.parse(f.Name, f.Data)
		}
	}
	generate, selective := "", false
	for line := range strings.Lines(string(a.Comment)) {
		if rest, ok := strings.CutPrefix(line, "generate:"); ok {
			generate, selective = rest, true
		}
	}
	m := &schema.Module{}
	for _, p := range s.pkgs {
		if p.foreign {
			continue
		}
		p.model = &schema.Package{
			Path: p.path, Name: p.name, Dir: path.Join(sourceRoot, p.dir), ModulePath: sourceModule,
			Generate: !selective || slices.Contains(strings.Fields(generate), p.dir),
		}
		m.Packages = append(m.Packages, p.model)
	}
	for _, p := range s.pkgs {
		if !p.foreign {
			s.declarations(p)
		}
	}
	for _, p := range s.pkgs {
		if r := p.model; r != nil && r.Registry != nil {
			for _, pattern := range r.Registry.Patterns {
				for _, other := range s.pkgs {
					if other.model != nil && path.Join(p.path, pattern.Value) == other.path && len(other.model.Aggregates) > 0 {
						r.Registry.Packages = append(r.Registry.Packages, other.model)
					}
				}
			}
		}
	}
	return m, s
}

// source reads the files of the archive by their absolute names.
func (s *sources) source(file string) ([]byte, error) {
	if data, ok := s.files[file]; ok {
		return data, nil
	}
	return nil, os.ErrNotExist
}

func (s *sources) parse(name string, data []byte) {
	file := path.Join(sourceRoot, name)
	s.files[file] = data
	f, err := parser.ParseFile(s.fset, file, data, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		s.t.Fatal(err)
	}
	dir := path.Dir(name)
	p := s.pkgs[dir]
	if p == nil {
		p = &sourcePackage{path: path.Join(sourceModule, dir), name: f.Name.Name, dir: dir,
			types: map[string]*ast.TypeSpec{}, methods: map[string][]*ast.FuncDecl{}}
		if rest, ok := strings.CutPrefix(dir, foreignRoot); ok {
			p.path, p.foreign = rest, true
		}
		s.pkgs[dir] = p
	}
	p.files = append(p.files, f)
	for _, decl := range f.Decls {
		switch d := decl.(type) {
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				if ts, ok := spec.(*ast.TypeSpec); ok {
					p.types[ts.Name.Name] = ts
				}
			}
		case *ast.FuncDecl:
			if d.Recv != nil {
				recv := receiver(d)
				p.methods[recv] = append(p.methods[recv], d)
			}
		}
	}
}

func receiver(d *ast.FuncDecl) string {
	t := d.Recv.List[0].Type
	if star, ok := t.(*ast.StarExpr); ok {
		t = star.X
	}
	if index, ok := t.(*ast.IndexExpr); ok {
		t = index.X
	}
	return t.(*ast.Ident).Name
}

func (s *sources) span(pos token.Pos, width int) schema.Span {
	p := s.fset.Position(pos)
	return schema.Span{File: p.Filename, Line: p.Line, Column: p.Column, Width: max(width, 1)}
}

func (s *sources) ident(id *ast.Ident) schema.Text {
	return schema.Text{Value: id.Name, Span: s.span(id.Pos(), len(id.Name))}
}

// directive is a line //es:NAME WORD… with the place of each word.
type directive struct {
	name  schema.Text
	words []schema.Text
	keys  map[string]schema.Text
}

var wordPattern = regexp.MustCompile(`"[^"]*"|\S+`)

func (s *sources) directives(doc *ast.CommentGroup) []directive {
	if doc == nil {
		return nil
	}
	var list []directive
	for _, c := range doc.List {
		rest, ok := strings.CutPrefix(c.Text, "//es:")
		if !ok {
			continue
		}
		d := directive{keys: map[string]schema.Text{}}
		for i, loc := range wordPattern.FindAllStringIndex(rest, -1) {
			word := rest[loc[0]:loc[1]]
			at := s.span(c.Pos()+token.Pos(len("//es:")+loc[0]), len(word))
			key, value, hasKey := strings.Cut(word, "=")
			switch {
			case i == 0:
				d.name = schema.Text{Value: word, Span: at}
			case hasKey:
				at.Column += len(key) + 1
				at.Width = max(len(value), 1)
				d.keys[key] = schema.Text{Value: value, Span: at}
			default:
				if unquoted, err := strconv.Unquote(word); err == nil {
					word = unquoted
				}
				d.words = append(d.words, schema.Text{Value: word, Span: at})
			}
		}
		list = append(list, d)
	}
	return list
}

func (d directive) word() *schema.Text {
	if len(d.words) == 0 {
		return nil
	}
	return &d.words[0]
}

func (d directive) key(name string) *schema.Text {
	if text, ok := d.keys[name]; ok {
		return &text
	}
	return nil
}

// declarations fills the model of a package.
func (s *sources) declarations(p *sourcePackage) {
	annotated := map[string]bool{}
	for _, f := range p.files {
		for _, d := range s.directives(f.Doc) {
			if d.name.Value != "registry" {
				continue
			}
			if p.model.Registry != nil {
				p.model.Registry.Again = append(p.model.Registry.Again, d.name)
				continue
			}
			p.model.Registry = &schema.Registry{Directive: d.name, Patterns: d.words}
		}
		for _, decl := range f.Decls {
			if d, ok := decl.(*ast.GenDecl); ok {
				for _, spec := range d.Specs {
					if ts, ok := spec.(*ast.TypeSpec); ok {
						doc := ts.Doc
						if doc == nil {
							doc = d.Doc
						}
						s.annotated(p, f, ts, s.directives(doc))
					}
				}
			}
		}
	}
	for _, a := range p.model.Aggregates {
		a.Applies = s.applies(p, a.GoName.Value)
		a.Handlers = s.handlers(p, a.GoName.Value)
		annotated[a.GoName.Value] = true
	}
	for _, m := range p.model.Decisions {
		m.Applies = s.applies(p, m.GoName.Value)
		annotated[m.GoName.Value] = true
	}
	for _, cmd := range p.model.Commands {
		annotated[cmd.GoName.Value] = true
		for _, m := range p.methods[cmd.GoName.Value] {
			if m.Name.Name == "Validate" && m.Type.Params.NumFields() == 0 && m.Type.Results.NumFields() == 1 && s.spelling(m.Type.Results.List[0].Type) == "error" {
				_, pointer := m.Recv.List[0].Type.(*ast.StarExpr)
				cmd.Validates, cmd.PointerValidates = !pointer, pointer
			}
		}
	}
	for _, c := range p.model.Children {
		c.Applies = s.applies(p, c.GoName.Value)
		annotated[c.GoName.Value] = true
	}
	for _, e := range p.model.Events {
		annotated[e.GoName.Value] = true
	}
	s.objects(p, annotated)
}

func (s *sources) annotated(p *sourcePackage, f *ast.File, ts *ast.TypeSpec, directives []directive) {
	goName := s.ident(ts.Name)
	fields := func() []*schema.Field {
		st, ok := s.typ(p, f, ts.Type, nil).(*schema.Struct)
		if !ok {
			return nil
		}
		return st.Fields
	}
	var a *schema.Aggregate
	for _, d := range directives {
		switch d.name.Value {
		case "aggregate":
			a = &schema.Aggregate{Package: p.model, GoName: goName, Fields: fields(), TypeParams: ts.TypeParams != nil}
			if name := d.word(); name != nil {
				a.Name = *name
			}
			a.Root = embedding(a.Fields, "Root")
			p.model.Aggregates = append(p.model.Aggregates, a)
		case "child":
			c := &schema.Child{Package: p.model, GoName: goName, Fields: fields(), TypeParams: ts.TypeParams != nil}
			c.Embeds = embedding(c.Fields, "Child")
			p.model.Children = append(p.model.Children, c)
		case "event":
			e := &schema.Event{Package: p.model, GoName: goName, Name: d.word(), Of: d.key("of"), Version: 1, TypeParams: ts.TypeParams != nil}
			e.Type = s.typ(p, f, ts.Type, map[string]schema.Type{"T": &schema.Unsupported{Spelling: "T", Reason: "a type parameter stands for no one type"}})
			if aliases := d.key("alias"); aliases != nil {
				at := aliases.Span
				for alias := range strings.SplitSeq(aliases.Value, ",") {
					at.Width = max(len(alias), 1)
					e.Aliases = append(e.Aliases, schema.Text{Value: alias, Span: at})
					at.Column += len(alias) + 1
				}
			}
			p.model.Events = append(p.model.Events, e)
		case "decision":
			m := &schema.DecisionModel{Package: p.model, GoName: goName, Fields: fields(), TypeParams: ts.TypeParams != nil}
			m.Embeds = embedding(m.Fields, "Decision")
			p.model.Decisions = append(p.model.Decisions, m)
		case "command":
			cmd := &schema.Command{Package: p.model, Directive: d.name, GoName: goName, Of: d.key("of"), TypeParams: ts.TypeParams != nil}
			cmd.Type = s.typ(p, f, ts.Type, map[string]schema.Type{"T": &schema.Unsupported{Spelling: "T", Reason: "a type parameter stands for no one type"}})
			if cmd.CreatesAt = d.word(); cmd.CreatesAt != nil {
				cmd.Creates = schema.CreatesNew
			}
			if ifMissing := d.key("creates"); ifMissing != nil {
				cmd.Creates, cmd.CreatesAt = schema.CreatesIfMissing, ifMissing
			}
			p.model.Commands = append(p.model.Commands, cmd)
		}
	}
	for _, d := range directives {
		switch {
		case a == nil:
		case d.name.Value == "stream":
			a.Stream, a.Of = d.word(), d.key("of")
		case d.name.Value == "table":
			a.Table = &schema.Table{Directive: d.name}
			if name := d.word(); name != nil {
				a.Table.Name = *name
			}
		case d.name.Value == "snapshot":
			a.Snapshot = &schema.Snapshot{Directive: d.name}
			a.Snapshot.Every, _ = strconv.Atoi(d.keys["every"].Value)
			a.Snapshot.Version, _ = strconv.Atoi(d.keys["version"].Value)
		case d.name.Value == "suppress":
			for _, word := range d.words {
				if word.Value == "all" {
					a.SuppressAll = &word
				} else {
					a.Suppress = append(a.Suppress, word)
				}
			}
		}
	}
}

func embedding(fields []*schema.Field, name string) schema.Embedding {
	for _, f := range fields {
		if !f.Embedded || f.Name.Value != name {
			continue
		}
		if _, pointer := f.Type.(*schema.Pointer); pointer {
			return schema.EmbeddedByPointer
		}
		return schema.EmbeddedByValue
	}
	return schema.NotEmbedded
}

func (s *sources) applies(p *sourcePackage, recv string) []*schema.Apply {
	var applies []*schema.Apply
	for _, m := range p.methods[recv] {
		apply := &schema.Apply{Method: s.ident(m.Name), Recv: recv}
		_, apply.PointerRecv = m.Recv.List[0].Type.(*ast.StarExpr)
		for _, d := range s.directives(m.Doc) {
			if d.name.Value == "apply" {
				apply.Directive, apply.Events = &d.name, d.words
			}
		}
		if event, ok := strings.CutPrefix(m.Name.Name, "apply"); ok && apply.Directive == nil {
			at := apply.Method.Span
			at.Column += len("apply")
			at.Width = max(len(event), 1)
			apply.Events = []schema.Text{{Value: event, Span: at}}
		}
		if apply.Events == nil {
			continue
		}
		apply.Params, apply.Results = s.params(p, m.Type.Params), s.params(p, m.Type.Results)
		applies = append(applies, apply)
	}
	return applies
}

func (s *sources) handlers(p *sourcePackage, recv string) []*schema.Handler {
	commands := map[string]bool{}
	for _, cmd := range p.model.Commands {
		commands[cmd.GoName.Value] = true
	}
	var handlers []*schema.Handler
	for _, m := range p.methods[recv] {
		command, ok := strings.CutPrefix(m.Name.Name, "handle")
		if !ok {
			continue
		}
		h := &schema.Handler{Method: s.ident(m.Name), Recv: recv, Command: command}
		if lower := strings.ToLower(command[:1]) + command[1:]; commands[lower] {
			h.Command = lower
		}
		_, h.PointerRecv = m.Recv.List[0].Type.(*ast.StarExpr)
		h.Params, h.Results = s.params(p, m.Type.Params), s.params(p, m.Type.Results)
		for i := range h.Params {
			name, pointer := strings.CutPrefix(h.Params[i].Type.Value, "*")
			if commands[name] {
				h.Params[i].Event, h.Params[i].Pointer = name, pointer
			}
		}
		handlers = append(handlers, h)
	}
	return handlers
}

func (s *sources) params(p *sourcePackage, list *ast.FieldList) []schema.Param {
	if list == nil {
		return nil
	}
	var params []schema.Param
	for _, field := range list.List {
		spelling := s.spelling(field.Type)
		param := schema.Param{Type: schema.Text{Value: spelling, Span: s.span(field.Type.Pos(), len(spelling))}}
		name, pointer := strings.CutPrefix(spelling, "*")
		declared := p.types[name]
		for _, e := range p.model.Events {
			if e.GoName.Value == name {
				param.Event, param.Pointer = name, pointer
			}
		}
		if declared != nil {
			var iface *ast.InterfaceType
			if iface, param.Interface = declared.Type.(*ast.InterfaceType); param.Interface {
				for _, method := range iface.Methods.List {
					param.Methods = append(param.Methods, method.Names[0].Name)
				}
			}
		} else if token.IsExported(spelling) || spelling == "any" {
			param.Interface, param.Undeclared = true, spelling != "any"
		}
		for range max(len(field.Names), 1) {
			params = append(params, param)
		}
	}
	return params
}

func (s *sources) spelling(e ast.Expr) string {
	from, to := s.fset.Position(e.Pos()), s.fset.Position(e.End())
	return string(s.files[from.Filename][from.Offset:to.Offset])
}

// objects lists the names that the files declare.
func (s *sources) objects(p *sourcePackage, annotated map[string]bool) {
	add := func(recv, kind string, id *ast.Ident) {
		p.model.Objects = append(p.model.Objects, schema.Object{Recv: recv, Name: s.ident(id), Kind: kind})
	}
	for _, f := range p.files {
		for _, decl := range f.Decls {
			switch d := decl.(type) {
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					switch spec := spec.(type) {
					case *ast.TypeSpec:
						add("", "type", spec.Name)
						if st, ok := spec.Type.(*ast.StructType); ok && annotated[spec.Name.Name] {
							for _, field := range st.Fields.List {
								for _, name := range field.Names {
									add(spec.Name.Name, "field", name)
								}
							}
						}
					case *ast.ValueSpec:
						for _, name := range spec.Names {
							add("", d.Tok.String(), name)
						}
					}
				}
			case *ast.FuncDecl:
				if d.Recv == nil {
					add("", "func", d.Name)
				} else if annotated[receiver(d)] {
					add(receiver(d), "method", d.Name)
				}
			}
		}
	}
}
