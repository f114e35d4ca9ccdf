package schema

import (
	"path"
	"path/filepath"
	"strings"
)

const (
	codeRegistryTwice Code = "ES0150"
	codeRegistryEmpty Code = "ES0151"
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
	local := pattern == "." || pattern == ".." || strings.HasPrefix(pattern, "./") || strings.HasPrefix(pattern, "../")
	for _, member := range r.Packages {
		if !local && matchPath(pattern, member.Path) {
			return true
		}
		if local && (matchPath(path.Join(p.Path, pattern), member.Path) ||
			matchPath(path.Join(filepath.ToSlash(p.Dir), pattern), filepath.ToSlash(member.Dir))) {
			return true
		}
	}
	return false
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
