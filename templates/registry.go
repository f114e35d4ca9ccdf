package templates

import (
	"github.com/dave/jennifer/jen"

	"github.com/esgen/esgen/schema"
)

// emitRegistry writes the registry of the package's own aggregates, and of the
// packages that its //es:registry names.
//
//	// Registry knows the aggregates and events of this package.
//	func Registry() *es.Registry {
//		return es.MustRegistry(
//			orderDefinition(),
//			billing.Registry(),
//		)
//	}
func emitRegistry(f *goFile) {
	p := f.pkg
	var parts []jen.Code
	for _, a := range p.Aggregates {
		parts = append(parts, jen.Id(a.DefinitionFunc()).Call())
	}
	what := "this package"
	if p.Registry != nil {
		what = "this package and of those that //es:registry names"
		if len(p.Aggregates) == 0 {
			what = "the packages that //es:registry names"
		}
		for _, other := range p.Registry.Packages {
			if other.Path != p.Path && hasRegistry(other) {
				parts = append(parts, f.qual(other.Path, other.Name, schema.RegistryFunc).Call())
			}
		}
	}
	args := jen.Params(parts...)
	if len(parts) > 1 {
		args = elements("(", ")", parts...)
	}
	f.add(schema.RegistryFunc+" knows the aggregates and events of "+what+".",
		jen.Func().Id(schema.RegistryFunc).Params().Op("*").Add(f.es("Registry")).Block(
			jen.Return(f.es("MustRegistry").Add(args)),
		))
}

// hasRegistry says whether a package has, or will have, the function Registry.
func hasRegistry(p *schema.Package) bool { return len(p.Aggregates) > 0 || p.Registry != nil }
