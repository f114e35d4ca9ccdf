package golang

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/esgen/esgen/schema"
)

// listPackages resolves patterns like goList, and adds the folders in which only schema
// files are. The schema files of all packages are read on the way.
func (l *loader) listPackages(ctx context.Context, patterns []string) ([]*listed, error) {
	type result struct {
		folders map[string][]string
		err     error
	}
	walked := make(chan result, 1)
	if l.Declare == nil {
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
