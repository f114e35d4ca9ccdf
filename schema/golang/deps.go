package golang

import (
	"context"
	"errors"
	"fmt"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

// dependencies are the packages that the pruned declarations import.
type dependencies struct {
	// loaded has them by path, and all that they import in turn; of those only a part
	// of the types is there. It is nil where stand-ins suffice.
	loaded map[string]*packages.Package
	direct map[string]bool
	// own are the packages with schema files, by path: they are imported as they were
	// read. What was generated for them may be of yesterday, or not be there.
	own map[string]*ownPackage
}

// ownPackage is a package that is type-checked when it is first asked for.
type ownPackage struct {
	*pruner
	pkg      *types.Package
	checking bool
}

// loadDependencies loads what all packages import, in one go. What does not
// compile is read from its source, as far as that goes: it may be yet to be
// generated itself.
func (c *Config) loadDependencies(ctx context.Context, fset *token.FileSet, pruners []*pruner) (*dependencies, error) {
	own := ownPackages(pruners)
	for {
		deps := &dependencies{direct: map[string]bool{}, own: own}
		if standInsSuffice(pruners, own) {
			return deps, nil
		}
		for _, p := range pruners {
			for _, imp := range p.needed() {
				if own[imp.path] == nil {
					deps.direct[imp.path] = true
				}
			}
		}
		roots, err := packages.Load(&packages.Config{
			// No type information is asked for the packages to generate themselves: the go
			// command would compile them first. And no overlay, which would make it ignore
			// everything that it has compiled before.
			Mode:       packages.NeedName | packages.NeedFiles | packages.NeedImports | packages.NeedTypes | packages.NeedModule,
			Context:    ctx,
			Dir:        c.Dir,
			Env:        c.environ(),
			BuildFlags: c.buildFlags(),
			Fset:       fset,
		}, slices.Sorted(maps.Keys(deps.direct))...)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			return nil, fmt.Errorf("cannot load the imports: %w", err)
		}
		if len(roots) == 0 {
			// Where the go command fails altogether, go/packages keeps it to itself.
			if _, err := c.goList(ctx, slices.Sorted(maps.Keys(deps.direct))); err != nil {
				return nil, err
			}
			return nil, errors.New("cannot load the imports: the go command listed none of them")
		}
		deps.loaded = map[string]*packages.Package{}
		for _, root := range roots {
			deps.add(root)
		}
		again := false
		for _, p := range pruners {
			again = p.doubt(deps.name) || again
		}
		if !again {
			return deps, nil
		}
	}
}

func (d *dependencies) add(p *packages.Package) {
	if d.loaded[p.PkgPath] != nil {
		return
	}
	d.loaded[p.PkgPath] = p
	for _, imp := range p.Imports {
		d.add(imp)
	}
}

// ownPackages are the packages that have schema files. They keep what others use of
// them.
func ownPackages(pruners []*pruner) map[string]*ownPackage {
	own := map[string]*ownPackage{}
	for _, p := range pruners {
		if p.src.schemaFile() != nil {
			own[p.src.ImportPath] = &ownPackage{pruner: p}
		}
	}
	for more := len(own) > 0; more; {
		more = false
		for _, p := range pruners {
			for _, s := range p.selected {
				for _, imp := range s.from {
					if o := own[imp.path]; o != nil && o.pruner != p {
						o.keepName(s.sel.Sel.Name)
						more = more || len(o.queue) > 0
						o.prune()
					}
				}
			}
		}
	}
	return own
}

// check type-checks a package that was read, once.
func (d *dependencies) check(p *pruner) *types.Package {
	o := d.own[p.src.ImportPath]
	if o == nil {
		return p.check(d)
	}
	if o.pkg == nil {
		o.checking = true
		o.pkg = p.check(d)
		o.checking = false
	}
	return o.pkg
}

// name is a package's own name; empty where it is not known.
func (d *dependencies) name(path string) string {
	if o := d.own[path]; o != nil {
		return o.src.Name
	}
	if p := d.loaded[path]; p != nil {
		return p.Name
	}
	return ""
}

var errNotLoaded = errors.New("not loaded")

// Import makes the dependencies a types.Importer.
func (d *dependencies) Import(path string) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	if o := d.own[path]; o != nil {
		if o.checking {
			return nil, errNotLoaded
		}
		return d.check(o.pruner), nil
	}
	if d.loaded == nil {
		if pkg := standIn(path); pkg != nil {
			return pkg, nil
		}
		return nil, errNotLoaded
	}
	p := d.loaded[path]
	if p == nil || !d.direct[path] || p.Types == nil || p.Name == "" {
		return nil, errNotLoaded
	}
	return p.Types, nil
}

// failure says why a package could not be imported: the go command's own words;
// empty where it could be. That a package does not compile is no failure.
func (d *dependencies) failure(path string) string {
	p := d.loaded[path]
	if p == nil {
		return ""
	}
	for _, e := range p.Errors {
		if e.Kind == packages.ListError && !strings.HasPrefix(e.Msg, "# ") {
			return strings.TrimSpace(e.Msg)
		}
	}
	return ""
}
