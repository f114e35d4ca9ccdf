package schema

import (
	"path"
	"path/filepath"
	"slices"
	"strings"
)

const (
	codeRegistryTwice Code = "ES0150"
	codeRegistryEmpty Code = "ES0151"
	codeNotImportable Code = "ES0152"
)

var registryRules = []rule{
	{CodeInfo{codeRegistryTwice, "a package has two registries", `
//es:registry stands on the package clause of one file. It takes any number of
patterns.

Wrong, in two files of package app:

	//es:registry ./order
	package app

	//es:registry ./cart
	package app

Right, in one of them:

	//es:registry ./order ./cart
	package app
`}, checkRegistryTwice},
	{CodeInfo{codeRegistryEmpty, "a pattern of a registry matches nothing", `
A pattern of //es:registry is one of package paths, as the go command takes them. It
matches at least one package with aggregates or events.

Wrong, where the folder is called order:

	//es:registry ./orders
	package app

Right:

	//es:registry ./order
	package app
`}, checkRegistryEmpty},
	{CodeInfo{codeNotImportable, "a registry has a package that cannot be imported", `
The generated registry imports every package that its patterns match. A command, that
is a package main, cannot be imported, and what lies in a folder called internal only
by packages below the parent of that folder. To leave such a package out in silence
would mean that its events are not found.

Wrong:

	//es:registry ../billing/internal/invoice
	package app

Right:

	//es:registry ../billing/invoice
	package app
`}, checkImportable},
}

func checkRegistryTwice(c *checker) {
	for _, p := range c.packages() {
		if p.Registry == nil {
			continue
		}
		for _, again := range p.Registry.Again {
			c.errorf(codeRegistryTwice, again.Span, "package %s has two registries", p.Name).
				note(p.Registry.Directive.Span, "the other stands here").
				help("write all patterns into one directive")
		}
	}
}

func checkRegistryEmpty(c *checker) {
	for _, p := range c.packages() {
		r := p.Registry
		if r == nil {
			continue
		}
		if len(r.Patterns) == 0 {
			c.errorf(codeRegistryEmpty, r.Directive.Span, "the registry of package %s has no patterns", p.Name).
				help("name the packages, as in //es:registry ./...")
		}
		for _, pattern := range r.Patterns {
			if r.matches(p, pattern.Value) {
				continue
			}
			c.errorf(codeRegistryEmpty, pattern.Span, "pattern %s matches no package with aggregates or events", pattern.Value).
				help("write it as for go list, relative to the folder of package %s: ./order, ./... or an import path", p.Name)
		}
	}
}

// matches says whether one of the registry's packages is what a pattern means.
// Relative patterns are compared by folder and by import path, as either may lead
// through a link or a nested module.
func (r *Registry) matches(p *Package, pattern string) bool {
	return slices.ContainsFunc(r.Packages, func(member *Package) bool { return p.patternMatches(pattern, member) })
}

// patternMatches says whether a pattern of p's registry means a package.
func (p *Package) patternMatches(pattern string, member *Package) bool {
	if local := pattern == "." || pattern == ".." || strings.HasPrefix(pattern, "./") || strings.HasPrefix(pattern, "../"); !local {
		return matchPath(pattern, member.Path)
	}
	return matchPath(path.Join(p.Path, pattern), member.Path) ||
		matchPath(path.Join(filepath.ToSlash(p.Dir), pattern), filepath.ToSlash(member.Dir))
}

func checkImportable(c *checker) {
	for _, p := range c.packages() {
		if p.Registry == nil {
			continue
		}
		for _, member := range p.Registry.Packages {
			if member == p || member.Name != "main" && mayImport(p.Path, member.Path) {
				continue
			}
			span := p.Registry.Directive.Span
			for _, pattern := range p.Registry.Patterns {
				if p.patternMatches(pattern.Value, member) {
					span = pattern.Span
					break
				}
			}
			if member.Name == "main" {
				c.errorf(codeNotImportable, span, "the registry of package %s has %s, which is a command and cannot be imported", p.Name, member.Path).
					help("move its aggregates into a package of their own, or name packages without it")
				continue
			}
			c.errorf(codeNotImportable, span, "the registry of package %s has %s, which is internal to other packages", p.Name, member.Path).
				help("put the registry where %s can be imported, or name packages without it", member.Name)
		}
	}
}

// matchPath matches as the go command does: "..." stands for anything, and a final
// "/..." for nothing too.
func matchPath(pattern, name string) bool {
	if prefix, all := strings.CutSuffix(pattern, "/..."); all && matchPath(prefix, name) {
		return true
	}
	before, after, wild := strings.Cut(pattern, "...")
	if !wild {
		return pattern == name
	}
	rest, ok := strings.CutPrefix(name, before)
	if !ok {
		return false
	}
	for i := range len(rest) + 1 {
		if matchPath(after, rest[i:]) {
			return true
		}
	}
	return false
}
