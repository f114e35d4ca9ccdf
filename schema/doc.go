// Package schema says what a package's events and aggregates are, whichever way
// they were written down, and what makes sense of them.
//
// A front end (schema/golang for annotated Go, schema/yaml for YAML) reads
// sources into a [Module]: plain data in which every name has a [Span], and in
// which nothing has been judged. [Check] then applies the rules of meaning, one
// table for all front ends, links what refers to one another (an event to its
// aggregate, an apply method to its events), and returns every [Diagnostic] of
// the run, sorted by position. What passes is handed to the emitters of package
// templates.
//
//	module, diagnostics := golang.Load(ctx, cfg, "./...")
//	diagnostics = append(diagnostics, schema.Check(module)...)
//	if !diagnostics.HasErrors() {
//		files, err := templates.Generate(module)
//		…
//	}
//
// The package knows neither go/types nor YAML nor how Go source is printed.
package schema
