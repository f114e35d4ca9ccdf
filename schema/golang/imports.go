package golang

import (
	"go/ast"
	"go/token"
	"path"
	"strconv"
	"strings"
)

func newImported(spec *ast.ImportSpec) *imported {
	imp := &imported{spec: spec}
	imp.path, _ = strconv.Unquote(spec.Path.Value)
	switch {
	case spec.Name != nil:
		imp.name = spec.Name.Name
	default:
		imp.name = guessName(imp.path)
		imp.guessed = imp.name != ""
	}
	return imp
}

// guessName is the name that a package of this path has by custom: the path's last
// element, without a version. It is empty where that is no identifier.
func guessName(importPath string) string {
	name := path.Base(importPath)
	if isMajor(name) && strings.Contains(importPath, "/") {
		name = path.Base(path.Dir(importPath))
	}
	if head, version, ok := strings.Cut(name, "."); ok && isMajor(version) {
		name = head // gopkg.in/yaml.v3
	}
	if !token.IsIdentifier(name) {
		return ""
	}
	return name
}

// isMajor says whether s is a major version: v2.
func isMajor(s string) bool {
	return len(s) > 1 && s[0] == 'v' && strings.Trim(s[1:], "0123456789") == ""
}

// needed are the imports that the pruned declarations use.
func (p *pruner) needed() []*imported {
	var list []*imported
	for _, f := range p.src.files {
		for _, imp := range p.imports[f] {
			if imp.used && imp.path != "C" {
				list = append(list, imp)
			}
		}
	}
	return list
}

// doubt says whether a package is not called what its path made believe. Then all
// imports of the files that count on it are needed, for any may be the one.
func (p *pruner) doubt(nameOf func(path string) string) bool {
	doubted := false
	for _, imports := range p.imports {
		wrong := false
		for _, imp := range imports {
			if name := nameOf(imp.path); imp.used && imp.guessed && name != "" && name != imp.name {
				wrong = true
			}
		}
		for _, imp := range imports {
			if wrong && !imp.used && imp.spec.Name == nil {
				imp.use(true)
				doubted = true
			}
		}
	}
	return doubted
}
