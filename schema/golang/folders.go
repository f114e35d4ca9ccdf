package golang

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"

	"github.com/esgen/esgen/schema"
)

// The go command knows folders by their Go files. A folder that holds nothing but
// schema files has none before it is generated for the first time, so such folders
// are looked for here, in the way in which the go command walks a tree.

// mainModule is a module that is worked on.
type mainModule struct {
	listedModule
	// ignore are the folders that go.mod tells the go command to pass over.
	ignore []string
}

// mainModules are the modules that patterns speak of: that of the current folder, or
// those of its workspace. What is wrong with their files the go command says.
func (c *Config) mainModules() []*mainModule {
	var modules []*mainModule
	add := func(dir string) {
		goMod := filepath.Join(dir, "go.mod")
		text, err := os.ReadFile(goMod)
		if err != nil {
			return
		}
		parsed, err := modfile.ParseLax(goMod, text, nil)
		if err != nil || parsed.Module == nil {
			return
		}
		m := &mainModule{listedModule: listedModule{Path: parsed.Module.Mod.Path, Main: true, Dir: dir, GoMod: goMod}}
		if parsed.Go != nil {
			m.GoVersion = parsed.Go.Version
		}
		for _, ignored := range parsed.Ignore {
			m.ignore = append(m.ignore, strings.TrimSuffix(ignored.Path, "/"))
		}
		modules = append(modules, m)
	}
	if work := c.workspace(); work != "" {
		text, err := os.ReadFile(work)
		if err != nil {
			return nil
		}
		parsed, err := modfile.ParseWork(work, text, nil)
		if err != nil {
			return nil
		}
		for _, use := range parsed.Use {
			dir := filepath.FromSlash(use.Path)
			if !filepath.IsAbs(dir) {
				dir = filepath.Join(filepath.Dir(work), dir)
			}
			add(dir)
		}
		return modules
	}
	if goMod := upwards(c.Dir, "go.mod"); goMod != "" {
		add(filepath.Dir(goMod))
	}
	return modules
}

// workspace is the go.work file in force; empty where there is none.
func (c *Config) workspace() string {
	file := ""
	for _, variable := range c.environ() {
		if value, ok := strings.CutPrefix(variable, "GOWORK="); ok {
			file = value
		}
	}
	switch file {
	case "off":
		return ""
	case "":
		return upwards(c.Dir, "go.work")
	}
	return file
}

// upwards finds a file in a folder or in one above it; empty where there is none.
func upwards(dir, name string) string {
	for {
		if file := filepath.Join(dir, name); exists(file) {
			return file
		}
		if dir == filepath.Dir(dir) {
			return ""
		}
		dir = filepath.Dir(dir)
	}
}

// moduleOf is the innermost of the modules that a folder is in; nil for none.
func moduleOf(modules []*mainModule, dir string) *mainModule {
	var found *mainModule
	for _, m := range modules {
		if isBelow(dir, m.Dir) && (found == nil || len(m.Dir) > len(found.Dir)) {
			found = m
		}
	}
	return found
}

// isBelow says whether a folder is root, or lies below it.
func isBelow(dir, root string) bool {
	return dir == root || strings.HasPrefix(dir, strings.TrimSuffix(root, string(filepath.Separator))+string(filepath.Separator))
}

// importPath is the path of the package in a folder of the module.
func (m *mainModule) importPath(dir string) string {
	rel, err := filepath.Rel(m.Dir, dir)
	if err != nil || rel == "." {
		return m.Path
	}
	return path.Join(m.Path, filepath.ToSlash(rel))
}

// folder is where a package of the module lies; empty for one that is none of it.
func (m *mainModule) folder(importPath string) string {
	if importPath == m.Path {
		return m.Dir
	}
	if rel, ok := strings.CutPrefix(importPath, m.Path+"/"); ok {
		return filepath.Join(m.Dir, filepath.FromSlash(rel))
	}
	return ""
}

// schemaFolders finds the folders with schema files that patterns name, whether the
// go command knows them or not, each with the patterns that name it.
func (l *loader) schemaFolders(ctx context.Context, patterns []string) (map[string][]string, error) {
	modules := l.modules()
	found := map[string][]string{}
	for _, pattern := range patterns {
		s := &folderSearch{loader: l, ctx: ctx, modules: modules}
		s.add = func(dir string) { found[dir] = append(found[dir], pattern) }
		if isLocal(pattern) || filepath.IsAbs(pattern) {
			full := filepath.FromSlash(pattern)
			if !filepath.IsAbs(full) {
				full = filepath.Join(l.Dir, full)
			}
			s.name = filepath.ToSlash
			if err := s.search(filepath.ToSlash(full), filepath.FromSlash(fixedPart(filepath.ToSlash(full)))); err != nil {
				return nil, err
			}
			continue
		}
		for _, m := range modules {
			names := pattern
			if pattern == "all" {
				names = m.Path + "/..."
			}
			root := m.folder(strings.TrimSuffix(fixedPart(names), "/"))
			if root == "" && strings.HasPrefix(m.Path, fixedPart(names)) {
				root = m.Dir
			}
			if root == "" || moduleOf(modules, root) != m {
				continue
			}
			s.name = m.importPath
			if err := s.search(names, root); err != nil {
				return nil, err
			}
		}
	}
	return found, nil
}

// fixedPart is what a pattern begins with: all before its first dots, up to a slash.
func fixedPart(pattern string) string {
	before, _, wild := strings.Cut(pattern, "...")
	if !wild {
		return pattern
	}
	return before[:strings.LastIndexByte(before, '/')+1]
}

// folderSearch is the search for the folders of one pattern.
type folderSearch struct {
	*loader
	ctx     context.Context
	modules []*mainModule
	// name is what the pattern speaks of: the folder itself, or its import path.
	name    func(dir string) string
	matches *regexp.Regexp
	add     func(dir string)
}

// search looks at root, which is all that a pattern without dots names, and else at
// all below it.
func (s *folderSearch) search(pattern, root string) error {
	root = filepath.Clean(root)
	if !strings.Contains(pattern, "...") {
		if moduleOf(s.modules, root) != nil && s.mayHaveSchema(root) {
			s.add(root)
		}
		return nil
	}
	expr := strings.ReplaceAll(regexp.QuoteMeta(pattern), `\.\.\.`, `.*`)
	if head, ok := strings.CutSuffix(expr, `/.*`); ok {
		expr = head + `(/.*)?`
	}
	var err error
	if s.matches, err = regexp.Compile(`^` + expr + `$`); err != nil {
		return nil // the go command judges it
	}
	return s.walk(root, moduleOf(s.modules, root), true)
}

// walk goes through a folder of a module. What cannot be read the go command speaks of,
// where it matters.
func (s *folderSearch) walk(dir string, m *mainModule, root bool) error {
	if err := s.ctx.Err(); err != nil {
		return err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	isModule := slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == "go.mod" && !e.IsDir() })
	if isModule && !root {
		if m = moduleOf(s.modules, dir); m == nil || m.Dir != dir {
			return nil // a module of its own
		}
	}
	if m != nil && s.matches.MatchString(s.name(dir)) && s.sniff(dir, entries) {
		s.add(dir)
	}
	for _, e := range entries {
		if e.IsDir() && !passedOver(e.Name()) {
			if below := filepath.Join(dir, e.Name()); m == nil || !m.ignores(below) {
				if err := s.walk(below, m, false); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// passedOver says whether patterns do not go into folders of a name.
func passedOver(name string) bool {
	return name[0] == '.' || name[0] == '_' || name == "testdata" || name == "vendor"
}

// ignores says whether go.mod has a folder passed over.
func (m *mainModule) ignores(dir string) bool {
	if len(m.ignore) == 0 {
		return false
	}
	rel, err := filepath.Rel(m.Dir, dir)
	if err != nil {
		return false
	}
	rel = filepath.ToSlash(rel)
	return slices.ContainsFunc(m.ignore, func(ignored string) bool {
		if rooted, ok := strings.CutPrefix(ignored, "./"); ok {
			return rel == rooted
		}
		return rel == ignored || strings.HasSuffix(rel, "/"+ignored)
	})
}

// mayHaveSchema says whether a folder has what may be a schema file. It may err on
// the side of yes: it only spares the rest of the work where there is nothing to do.
func (l *loader) mayHaveSchema(dir string) bool {
	if l.given(dir) != nil {
		return true
	}
	if l.Declare == nil {
		return false
	}
	if known, ok := l.sniffed[dir]; ok {
		return known
	}
	entries, err := os.ReadDir(dir)
	return err == nil && l.sniff(dir, entries)
}

// sniff does the same for a folder whose entries are at hand.
func (l *loader) sniff(dir string, entries []fs.DirEntry) bool {
	if l.given(dir) != nil {
		return true
	}
	if _, known := l.sniffed[dir]; !known && l.Declare != nil {
		l.sniffed[dir] = slices.ContainsFunc(entries, func(e fs.DirEntry) bool {
			return schema.IsSchemaFile(e.Name()) && !e.IsDir() && looksLikeSchema(filepath.Join(dir, e.Name()))
		})
	}
	return l.sniffed[dir]
}

// sniffLimit is how much of a file is looked at: its first key says what it is, and
// only comments stand before that.
const sniffLimit = 64 << 10

func looksLikeSchema(file string) bool {
	f, err := os.Open(file)
	if err != nil {
		return false
	}
	defer f.Close()
	head, err := io.ReadAll(io.LimitReader(f, sniffLimit))
	return err == nil && bytes.Contains(head, []byte("esgen"))
}

// listPackages resolves patterns like goList, and adds the folders in which only schema files
// are. The schema files of all packages are read on the way.
func (l *loader) listPackages(ctx context.Context, patterns []string) ([]*listed, error) {
	type result struct {
		folders map[string][]string
		err     error
	}
	walked := make(chan result, 1)
	if l.Declare == nil && len(l.Declared) == 0 {
		walked <- result{}
	} else {
		go func() {
			folders, err := l.schemaFolders(ctx, patterns)
			walked <- result{folders, err}
		}()
	}
	packages, err := l.goList(ctx, patterns)
	walk := <-walked
	if err := errors.Join(err, walk.err); err != nil {
		return nil, err
	}
	dirs := slices.Collect(maps.Keys(walk.folders))
	for _, p := range packages {
		if p.isOurs() && p.Dir != "" && l.mayHaveSchema(p.Dir) {
			dirs = append(dirs, p.Dir)
		}
	}
	if err := l.declare(dirs); err != nil {
		return nil, err
	}
	return l.withSchemaFolders(packages, walk.folders), nil
}

// isOurs says whether a package is one of a module that is worked on.
func (p *listed) isOurs() bool { return !p.Standard && (p.Module == nil || p.Module.Main) }

// withSchemaFolders adds folders to packages, unless the go command listed them. What
// it has to say about folders without Go files does not count then.
func (l *loader) withSchemaFolders(packages []*listed, folders map[string][]string) []*listed {
	byDir := map[string]*listed{}
	for _, p := range packages {
		if p.isPackage() {
			byDir[p.Dir] = p
		}
	}
	modules := l.modules()
	answered := map[string]bool{}
	for _, dir := range slices.Sorted(maps.Keys(folders)) {
		if !l.hasSchema(dir) {
			continue // it only looked like one
		}
		if p := byDir[dir]; p != nil {
			p.Match = append(p.Match, folders[dir]...)
			continue
		}
		m := moduleOf(modules, dir)
		module := m.listedModule
		packages = append(packages, &listed{Dir: dir, ImportPath: m.importPath(dir), Match: folders[dir], Module: &module})
		for _, pattern := range folders[dir] {
			answered[pattern] = !strings.Contains(pattern, "...")
		}
	}
	return slices.DeleteFunc(packages, func(p *listed) bool {
		return !p.isPackage() && len(p.Match) > 0 && answered[p.Match[0]]
	})
}

// isPackage says whether the go command made a package of what it listed, be it one
// whose files are all left out.
func (p *listed) isPackage() bool {
	return p.Dir != "" && (p.Error == nil || !strings.HasPrefix(p.Error.Err, "no Go files in"))
}

// readImported reads the packages with schema files that pruned packages import, and
// that were not asked for.
func (l *loader) readImported(ctx context.Context, pruners []*pruner) error {
	modules := l.modules()
	var paths []string
	for _, p := range pruners {
		for _, imp := range p.needed() {
			if l.byPath[imp.path] != nil {
				continue
			}
			for _, m := range modules {
				dir := m.folder(imp.path)
				if dir != "" && l.schemas[dir] == nil && moduleOf(modules, dir) == m && l.mayHaveSchema(dir) {
					paths = append(paths, imp.path)
				}
			}
		}
	}
	if len(paths) == 0 {
		return nil
	}
	slices.Sort(paths)
	found, err := l.listPackages(ctx, slices.Compact(paths))
	if err != nil {
		return err
	}
	found = slices.DeleteFunc(found, func(p *listed) bool { return !l.hasSchema(p.Dir) })
	return l.read(ctx, found, false)
}

// splitPatterns takes the schema files out of patterns: such a file stands for the
// package of its folder. named has them. The patterns are nil where one cannot be one,
// which it reports.
func (l *loader) splitPatterns(given []string) (patterns, named []string) {
	for _, pattern := range given {
		switch {
		case strings.HasSuffix(pattern, ".go"):
			l.errorf(codePattern, schema.Span{}, "%s is a file, and code is generated for packages", pattern).
				Help = "name the package's folder: " + filepath.ToSlash(filepath.Dir(pattern))
			return nil, nil
		case schema.IsSchemaFile(pattern):
			file := filepath.FromSlash(pattern)
			if !filepath.IsAbs(file) {
				file = filepath.Join(l.Dir, file)
			}
			if info, err := os.Stat(file); err != nil || info.IsDir() {
				l.errorf(codePattern, schema.Span{}, "there is no file %s", pattern).
					Help = "name a schema file, or the folder of a package"
				return nil, nil
			}
			if !looksLikeSchema(file) {
				l.noSchema(file)
				return nil, nil
			}
			named = append(named, file)
			pattern = filepath.ToSlash(filepath.Dir(filepath.FromSlash(pattern)))
			if !filepath.IsAbs(filepath.FromSlash(pattern)) && pattern != "." && pattern != ".." && !strings.HasPrefix(pattern, "../") {
				pattern = "./" + pattern
			}
		}
		patterns = append(patterns, pattern)
	}
	return patterns, named
}

// judgeNamed reports files that were named as schema files, and only looked like some.
func (l *loader) judgeNamed(files []string) {
	for _, file := range files {
		if !l.hasSchema(filepath.Dir(file)) {
			l.noSchema(file)
		}
	}
}

func (l *loader) noSchema(file string) {
	l.errorf(codePattern, schema.Span{File: file}, "%s is no schema file", filepath.Base(file)).
		Help = "a schema file begins with esgen: 1"
}
