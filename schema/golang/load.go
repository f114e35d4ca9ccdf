package golang

import (
	"context"
	"errors"
	"fmt"
	"go/token"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/esgen/esgen/schema"
)

// Config says where and how packages are looked for. The zero value looks in the
// current folder, as the go command does. Load does not change it.
type Config struct {
	// Dir is the folder that relative patterns start from; empty is the current one.
	Dir string
	// Tags are build tags. Files that they leave out are not read.
	Tags []string
	// BuildFlags are further flags for the go command: "-mod=vendor".
	BuildFlags []string
	// Env is the environment of the go command; nil is that of the process.
	Env []string
	// Declare, unless nil, is asked for what the schema files of folders declare, and what
	// is wrong with them. The folders are absolute, and hold files of which the name ends
	// in .yaml or .yml; those without a schema file have no Declared. It is called from
	// within Load, perhaps several times, but for each folder once.
	Declare func(dirs []string) ([]*schema.Declared, schema.Diagnostics, error)
	// Progress, unless nil, is called before each package is checked and once after the
	// last: done of total are finished, pkg is the next one's import path, in the end
	// empty. The calls come one after the other, from within Load.
	Progress func(done, total int, pkg string)

	// goVersion is the Go version that esgen was built with, for tests.
	goVersion string
}

// Load reads the packages that the patterns name, by default the one in cfg.Dir,
// and what its registries name. Packages without directives are passed over; one
// that was generated once and has no directive any more is an empty package of the
// module, so that what is left over can be found.
//
// The findings are sorted by position. Where they have errors the module lacks what
// could not be read, and is good for nothing but schema.Check, which may find more.
// The error is for trouble with the go command and the files, a *GoError say, or
// for a context that is done.
//
// Load only reads. It may be called by several goroutines at once.
func Load(ctx context.Context, cfg Config, patterns ...string) (*schema.Module, schema.Diagnostics, error) {
	dir, err := filepath.Abs(cfg.Dir)
	if err != nil {
		return nil, nil, err
	}
	cfg.Dir = dir
	if cfg.goVersion == "" {
		cfg.goVersion = runtime.Version()
	}
	if len(patterns) == 0 {
		patterns = []string{"."}
	}
	l := newLoader(cfg)
	module, err := l.load(ctx, patterns)
	if err != nil {
		return nil, nil, err
	}
	places := l.relocation()
	for _, d := range l.list {
		places.diagnostic(d)
	}
	places.module(module)
	return module, l.sorted(), nil
}

// loader is one run of Load.
type loader struct {
	Config
	findings
	fset *token.FileSet
	// sources are the packages with something of interest; byPath has them too.
	sources []*source
	byPath  map[string]*source
	// modules are those that are worked on.
	modules func() []*mainModule
	// schemas are the schema files by folder; sniffed says which folders may have some.
	schemas map[string]*schemaFiles
	sniffed map[string]bool
}

func newLoader(cfg Config) *loader {
	return &loader{
		Config: cfg, fset: token.NewFileSet(), byPath: map[string]*source{},
		modules: sync.OnceValue(cfg.mainModules),
		schemas: map[string]*schemaFiles{}, sniffed: map[string]bool{},
	}
}

func (l *loader) load(ctx context.Context, patterns []string) (*schema.Module, error) {
	module := &schema.Module{}
	if l.tooNew() {
		return module, nil
	}
	if err := l.resolve(ctx, patterns); err != nil {
		return nil, err
	}
	registries, err := l.resolveRegistries(ctx)
	if err != nil {
		return nil, err
	}
	if l.tooNewFiles() {
		return module, nil
	}
	return module, l.build(ctx, module, registries)
}

// build makes the model of the packages that were read.
func (l *loader) build(ctx context.Context, module *schema.Module, registries map[string]members) error {
	pruners, err := l.pruned(ctx)
	if err != nil {
		return err
	}
	deps, err := l.loadDependencies(ctx, l.fset, pruners)
	if err != nil {
		return err
	}
	return l.model(ctx, module, pruners, deps, registries)
}

// pruned prunes the packages that could be parsed. What the parser makes up of the
// others would only confuse. Packages with schema files that they import are read
// too, for of these nothing may have been generated yet.
func (l *loader) pruned(ctx context.Context) ([]*pruner, error) {
	var pruners []*pruner
	for done := 0; done < len(l.sources); {
		batch := l.sources[done:]
		done = len(l.sources)
		for _, s := range batch {
			if s.broken {
				l.list = append(l.list, s.list...)
				continue
			}
			p := newPruner(s, l.fset)
			p.prune()
			p.strayTags()
			pruners = append(pruners, p)
		}
		if err := l.readImported(ctx, pruners); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(pruners, func(a, b *pruner) int { return strings.Compare(a.src.ImportPath, b.src.ImportPath) })
	return pruners, nil
}

// model type-checks what was pruned, and fills the module with it.
func (l *loader) model(ctx context.Context, module *schema.Module, pruners []*pruner, deps *dependencies, registries map[string]members) error {
	units := &units{fset: l.fset, deps: deps, byPath: map[string]*unit{}}
	for i, p := range pruners {
		if err := ctx.Err(); err != nil {
			return err
		}
		l.progress(i, len(pruners), p.src.ImportPath)
		units.byPath[p.src.ImportPath] = &unit{pruner: p, pkg: deps.check(p), main: p.src.Module == nil || p.src.Module.Main}
	}
	c := &converter{units: units, named: map[string]schema.Type{}}
	packages := map[string]*schema.Package{}
	for _, pruner := range pruners {
		if s := pruner.src; len(s.types)+len(s.registries) == 0 && !s.generated && s.schemaFile() == nil {
			continue // a comment in it looked like a directive
		}
		p := c.build(units.byPath[pruner.src.ImportPath])
		module.Packages = append(module.Packages, p)
		packages[p.Path] = p
	}
	for path, members := range registries {
		if p := packages[path]; p != nil {
			p.Registry.Packages = members.in(packages)
		}
	}
	if !units.haveErrors() && !l.sorted().HasErrors() {
		c.reportUnread()
	}
	for _, u := range units.byPath {
		if u == nil || u.imported && !u.main {
			continue
		}
		l.list = append(l.list, u.src.list...)
		if u.imported && u.usedValues {
			module.Packages = append(module.Packages, &schema.Package{
				Path: u.src.ImportPath, Name: u.src.Name, Dir: u.src.Dir, ModulePath: u.src.Module.Path,
			})
		}
	}
	slices.SortFunc(module.Packages, func(a, b *schema.Package) int { return strings.Compare(a.Path, b.Path) })
	l.progress(len(pruners), len(pruners), "")
	return nil
}

func (l *loader) progress(done, total int, pkg string) {
	if l.Progress != nil {
		l.Progress(done, total, pkg)
	}
}

// resolve finds, reads and parses the packages of patterns.
func (l *loader) resolve(ctx context.Context, patterns []string) error {
	patterns, named := l.splitPatterns(patterns)
	if patterns == nil {
		return nil
	}
	packages, err := l.listPackages(ctx, patterns)
	if err != nil {
		return l.explain(err)
	}
	l.judgeNamed(named)
	matched := map[string]bool{}
	var targets []*listed
	for _, p := range packages {
		for _, pattern := range p.Match {
			matched[pattern] = true
		}
		if l.accept(p) {
			targets = append(targets, p)
		}
	}
	for _, pattern := range patterns {
		if !matched[pattern] {
			l.warnf(codeNoMatch, schema.Span{}, "pattern %s matches no packages", pattern)
		}
	}
	return l.read(ctx, targets, true)
}

// read reads and parses packages, as many at once as there are processors.
func (l *loader) read(ctx context.Context, packages []*listed, generate bool) error {
	sources := make([]*source, len(packages))
	errs := make([]error, len(packages))
	limit := make(chan struct{}, runtime.GOMAXPROCS(0))
	var wg sync.WaitGroup
	for i, p := range packages {
		wg.Go(func() {
			limit <- struct{}{}
			defer func() { <-limit }()
			if errs[i] = ctx.Err(); errs[i] != nil {
				return
			}
			sources[i], errs[i] = readSource(p, l.schemas[p.Dir])
			if s := sources[i]; s != nil {
				s.parse(l.fset)
				s.mark(l.fset)
			}
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("cannot read the sources: %w", err)
	}
	for _, s := range sources {
		if s != nil && l.byPath[s.ImportPath] == nil {
			s.generate = generate
			l.byPath[s.ImportPath] = s
			l.sources = append(l.sources, s)
		}
	}
	return nil
}

// accept says whether a package can be read, and reports it if not.
func (l *loader) accept(p *listed) bool {
	if !p.isOurs() {
		return false // a dependency that a pattern like "all" matches
	}
	if p.Error == nil || len(p.GoFiles)+len(p.CgoFiles) > 0 && !strings.HasPrefix(p.Error.Err, "found packages ") {
		return true // syntax errors are reported by the parser, all of them
	}
	switch msg, help := goAdvice(p.Error.Err); {
	case strings.HasPrefix(msg, "build constraints exclude all Go files"):
		if l.hasSchema(p.Dir) {
			return true
		}
		l.errorf(CodeNoGoFiles, schema.Span{}, "build constraints leave out all Go files in %s", p.Dir).
			Help = "pass the build tags that the package needs"
		return true // for the files' own sake
	case strings.HasPrefix(msg, "no Go files in"):
		l.errorf(CodeNoGoFiles, schema.Span{}, "%s", msg)
	case strings.HasPrefix(msg, "found packages "):
		l.reportPackages(p.Dir, msg)
	case len(p.Match) > 0:
		l.errorf(codePattern, schema.Span{}, "pattern %s: %s", p.Match[0], strings.TrimPrefix(msg, "pattern "+p.Match[0]+": ")).
			Help = help
	default:
		l.errorf(codeListing, schema.Span{}, "package %s: %s", p.ImportPath, msg).Help = help
	}
	return false
}

// reportPackages reports the Go files of several packages in one folder. Those that esgen has
// written are still called as the package was before.
func (l *loader) reportPackages(dir, message string) {
	entries, _ := os.ReadDir(dir)
	var generated []string
	stale := false
	for _, entry := range entries {
		text, err := []byte(nil), error(nil)
		if strings.HasSuffix(entry.Name(), ".go") && entry.Type().IsRegular() {
			text, err = os.ReadFile(filepath.Join(dir, entry.Name()))
		}
		if err == nil && isOurs(text) {
			generated = append(generated, entry.Name())
			stale = stale || strings.Contains(message, "("+entry.Name()+")")
		}
	}
	if !stale {
		l.errorf(codeListing, schema.Span{}, "%s", message).Help = "a folder holds one package: give both the same name, or move one"
		return
	}
	l.errorf(codeListing, schema.Span{}, "%s", message).
		Help = "if the package is called otherwise now, delete " + strings.Join(generated, " and ") + ", which esgen writes anew"
}

// explain turns what can be said better than the go command does into a finding.
func (l *loader) explain(err error) error {
	if failed := (*GoError)(nil); errors.As(err, &failed) {
		if l.tooOldCommand(failed) {
			return nil
		}
	}
	return err
}

// isLocal says whether a pattern is meant from a folder. Others are import paths, or
// stand for many of these.
func isLocal(pattern string) bool {
	return pattern == "." || pattern == ".." || strings.HasPrefix(pattern, "./") || strings.HasPrefix(pattern, "../")
}

// exists says whether there is such a file.
func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
