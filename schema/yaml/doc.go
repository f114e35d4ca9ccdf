// Package yaml reads schema files: YAML that declares what a package's aggregates
// remember and what they are asked. It is the front end for teams that design their
// events first, in a file that an editor completes and checks, and review changes to
// it as they would review those to an API.
//
// The problem is to have two ways in and one meaning. A second model, or a second
// set of rules, would drift from the first one. So this package knows the language
// of the files and nothing else: [Load] checks it and lowers it to Go declarations
// with directives and tags, just as a person would have written them, together with
// a table from their bytes to places in the YAML files. Package schema/golang reads
// these beside the package's own Go files, and from there on nobody can tell the two
// apart but by the positions of what is found.
//
//	files, err := yaml.Files(dir)
//	if err != nil {
//		return err
//	}
//	declared, findings, err := yaml.Load(ctx, dir, files)
//
// The smallest schema file:
//
//	esgen: 1
//	package: door
//
//	aggregates:
//	  Door:
//	    id: doorId
//	    state: {doorId: string}
//	    events:
//	      Opened: {fields: {by: string}, suppress: true}
//
// The language declares and does not compute. Its keys stand in one table, which
// drives the checks, [Format], and the JSON Schema that editors use, so that the
// three cannot differ.
//
// Files are not trusted. Load reads any bytes without a panic and within bounds on
// memory and time, reports every error with its place, and gives nothing where it
// found one; what it gives is Go, whatever stands in the strings.
package yaml
