package golang

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"regexp"
	"strconv"
	"strings"

	"github.com/esgen/esgen/schema"
)

// check type-checks what is kept of a package, and reports what is wrong with it.
func (p *pruner) check(deps *dependencies) *types.Package {
	reporter := errorReporter{pruner: p, deps: deps}
	reporter.imports()
	config := types.Config{
		Importer:         deps,
		IgnoreFuncBodies: true,
		FakeImportC:      true,
		Error:            reporter.report,
	}
	if m := p.src.Module; m != nil && m.GoVersion != "" {
		config.GoVersion = "go" + m.GoVersion
	}
	// The package is usable whatever was wrong, and all that is wrong is reported.
	if p.src.schemaFile() != nil {
		p.info = &types.Info{Types: map[ast.Expr]types.TypeAndValue{}}
	}
	pkg, _ := config.Check(p.src.ImportPath, p.fset, p.files(), p.info)
	return pkg
}

// errorReporter makes findings of the errors of the type checker.
type errorReporter struct {
	*pruner
	deps *dependencies
	last *schema.Diagnostic
}

// imports reports imports that failed. The type checker says so too, but not why.
func (r *errorReporter) imports() {
	for _, imp := range r.needed() {
		why := r.deps.failure(imp.path)
		if why == "" || imp.extra {
			continue
		}
		at := span(r.fset, imp.spec.Path.Pos(), len(imp.spec.Path.Value))
		if strings.HasPrefix(why, "import cycle not allowed") {
			r.src.errorf(codeCycle, at, "%s imports this package in turn", imp.path).
				Help = "move what both need into a third package"
			continue
		}
		message, help := goAdvice(why)
		r.src.errorf(codeImport, at, "cannot import %s: %s", imp.path, message).Help = help
	}
}

// goAdvice splits what the go command says, as it often ends with the command that
// would help.
func goAdvice(text string) (message, help string) {
	message, rest, _ := strings.Cut(strings.TrimSpace(text), "\n")
	message = strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(message, ":"), " it"), "; to add")
	if command := strings.TrimSpace(rest); strings.HasPrefix(command, "go ") {
		help = "run " + command
	}
	return message, help
}

func (r *errorReporter) report(err error) {
	e, ok := err.(types.Error)
	if !ok {
		return // there are no others
	}
	if strings.HasPrefix(e.Msg, "\t") {
		if r.last == nil {
			return // what it goes on with was passed over
		}
		r.last.Notes = append(r.last.Notes, schema.Note{Span: r.at(e.Pos), Message: strings.TrimSpace(e.Msg)})
		return
	}
	r.last = nil
	if r.isExtra(e.Pos) {
		return
	}
	if missing, ok := r.unresolved[e.Pos]; ok {
		if !missing.excused && !r.src.faultySchema {
			r.last = r.src.errorf(codeUndeclared, r.at(e.Pos), "%s mentions %s, which nothing declares", missing.in.what(), missing.ident.Name)
			r.last.Help = missing.in.mayDeclare()
		}
		return
	}
	for _, imports := range r.pruner.imports {
		for _, imp := range imports {
			if imp.spec.Path.Pos() != e.Pos {
				continue
			}
			if r.deps.own[imp.path] != nil {
				r.src.errorf(codeCycle, span(r.fset, e.Pos, len(imp.spec.Path.Value)), "%s imports this package in turn", imp.path).
					Help = "move what both need into a third package"
			} else if r.deps.failure(imp.path) == "" && !imp.extra { // else see imports
				r.src.errorf(codeImport, span(r.fset, e.Pos, len(imp.spec.Path.Value)), "cannot import %s", imp.path).
					Help = "see whether go build " + imp.path + " knows why"
			}
			return
		}
	}
	if s, ok := r.selected[e.Pos]; ok && len(s.from) == 1 {
		if !token.IsExported(s.sel.Sel.Name) {
			r.last = r.src.errorf(codeType, r.at(e.Pos), "%s mentions %s, which package %s does not export", s.in.what(), s.sel.Sel.Name, s.from[0].path)
			return
		}
		r.last = r.src.errorf(codeUndeclared, r.at(e.Pos), "%s mentions %s, which package %s does not declare", s.in.what(), s.sel.Sel.Name, s.from[0].path)
		r.last.Help = s.in.mayDeclare()
		return
	}
	if m := r.src.byName[r.wordAt(e.Pos)]; strings.HasPrefix(e.Msg, "cannot use generic type") && m != nil && m.role != nil {
		return // that it must not be generic is reported where it is declared
	}
	message, other := declaredAt(e.Msg)
	r.last = r.src.errorf(codeType, r.at(e.Pos), "%s", message)
	if other.Line > 0 {
		r.last.Notes = []schema.Note{{Span: other, Message: "the other is declared here"}}
	}
}

var declaredElsewhere = regexp.MustCompile(`^(method .*\.(.+) already declared) at (.*):(\d+):(\d+)$`)

// declaredAt takes the place out of a message that has one in its text.
func declaredAt(message string) (string, schema.Span) {
	match := declaredElsewhere.FindStringSubmatch(message)
	if match == nil {
		return message, schema.Span{}
	}
	line, _ := strconv.Atoi(match[4])
	column, _ := strconv.Atoi(match[5])
	return match[1], schema.Span{File: match[3], Line: line, Column: column, Width: len(match[2])}
}

// isExtra says whether a position is in a declaration that nobody cares about.
func (r *errorReporter) isExtra(pos token.Pos) bool {
	if !r.extras {
		return false
	}
	for _, group := range []map[string][]*declaration{r.decls, r.methods} {
		for _, list := range group {
			for _, d := range list {
				var n ast.Node = d.fn
				if d.fn == nil {
					n = d.spec
				}
				if d.extra && n.Pos() <= pos && pos < n.End() {
					return true
				}
			}
		}
	}
	return false
}

// at is the place of the word at a position.
func (r *errorReporter) at(pos token.Pos) schema.Span {
	return span(r.fset, pos, len(r.wordAt(pos)))
}

// wordAt is the identifier at a position; empty where there is none.
func (r *errorReporter) wordAt(pos token.Pos) string {
	f := r.src.fileAt(pos)
	if f == nil {
		return ""
	}
	text := f.text[min(f.offset(r.fset, pos), len(f.text)):]
	return string(text[:wordWidth(text)])
}

// wordWidth is the width of the identifier that a text begins with.
func wordWidth(text []byte) int {
	width := 0
	for i, r := range string(text[:min(len(text), 200)]) {
		if !token.IsIdentifier(string(text[:i]) + string(r)) {
			break
		}
		width = i + len(string(r))
	}
	return width
}

// mayDeclare is advice for a declaration that mentions what nothing declares.
func (d *declaration) mayDeclare() string {
	if d.file.declared != nil {
		return "declare it in a Go file of that package"
	}
	return "declare it; if esgen is to generate it, an annotated declaration cannot mention it"
}

// what describes a declaration in a sentence.
func (d *declaration) what() string {
	if d.fn != nil && d.fn.Recv != nil {
		return fmt.Sprintf("method %s of %s", d.name, receiver(d.fn))
	}
	return d.name
}
