package golang

import (
	"context"
	"path/filepath"
	"slices"

	"github.com/esgen/esgen/schema"
)

// members are the import paths that a registry's patterns match, sorted.
type members []string

// in gives the packages of the members that have something to register.
func (m members) in(packages map[string]*schema.Package) []*schema.Package {
	var list []*schema.Package
	for _, path := range m {
		if p := packages[path]; p != nil && len(p.Aggregates)+len(p.Events) > 0 {
			list = append(list, p)
		}
	}
	return list
}

// resolveRegistries finds and reads the packages of all registries, by the import
// path of the package that has it. Registries of packages that are found so don't
// count.
func (l *loader) resolveRegistries(ctx context.Context) (map[string]members, error) {
	var patterns []string
	askedBy := map[string][]string{}
	for _, s := range l.sources {
		if len(s.registries) == 0 {
			continue
		}
		for _, arg := range s.registries[0].args {
			pattern := arg.Value
			if isLocal(pattern) {
				// It is meant from the folder that it stands in. Join removes the dots, which
				// the go command would take for a path in its own folder.
				pattern = filepath.Join(s.Dir, filepath.FromSlash(pattern))
			}
			patterns = append(patterns, pattern)
			askedBy[pattern] = append(askedBy[pattern], s.ImportPath)
		}
	}
	if len(patterns) == 0 {
		return nil, nil
	}
	slices.Sort(patterns)
	found, err := l.listPackages(ctx, slices.Compact(patterns))
	if err != nil {
		return nil, err
	}
	registries := map[string]members{}
	var targets []*listed
	for _, p := range found {
		if p.Error != nil && len(p.GoFiles)+len(p.CgoFiles) == 0 && !l.hasSchema(p.Dir) {
			continue // that a pattern matches nothing is for the rules to say
		}
		for _, pattern := range p.Match {
			for _, path := range askedBy[pattern] {
				registries[path] = append(registries[path], p.ImportPath)
			}
		}
		if !p.Standard && l.byPath[p.ImportPath] == nil {
			targets = append(targets, p)
		}
	}
	for path, list := range registries {
		slices.Sort(list)
		registries[path] = slices.Compact(list)
	}
	return registries, l.read(ctx, targets, false)
}
