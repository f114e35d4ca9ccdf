package golang

import (
	"bytes"
	"context"
	"io"
	"io/fs"
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
	if _, known := l.sniffed[dir]; !known {
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
	if info, err := os.Stat(file); err != nil || !info.Mode().IsRegular() {
		return false // a named pipe, say, of which no end is in sight
	}
	f, err := os.Open(file)
	if err != nil {
		return false
	}
	defer f.Close()
	head, err := io.ReadAll(io.LimitReader(f, sniffLimit))
	for _, word := range []string{"esgen", "aggregates:", "decisions:"} { // it may lack its first key
		if err == nil && bytes.Contains(head, []byte(word)) {
			return true
		}
	}
	return false
}
