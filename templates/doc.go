// Package templates turns a model into Go source: what esgen writes beside the
// user's code.
//
// # The problem
//
// Generated code is read, stepped through and reviewed like any other, and it
// must compile in a package whose names were chosen by somebody else. A user may
// call a type e or dst, import two packages named money, or have a field called
// error.
//
// # The model
//
// [Generate] takes a [schema.Module] that schema.Check has passed and gives the
// files of each package. A file here is one concern of what is generated: declared
// (the types of schema files), events, apply, children, eventcodec, codec, snapshot, repository,
// id, commands, registry, guards, test. Within it, one function emits one declaration,
// and its comment shows what comes out.
//
// All emitters write through a goFile, which owns the names: those of imports and
// those of variables. Names at package level come from schema (names.go,
// declared_names.go and codectypes.go there), so that the rule that refuses clashes with
// the user's own names and the emitters cannot disagree.
//
// Generated code is dispatch and data. What can be a function of the runtime is
// one, so that it can be tested and mended without generating anything again.
//
// # The smallest example
//
//	files, err := templates.Generate(module)
//	for _, f := range files {
//		err = os.WriteFile(f.Path, f.Content, 0o666)
//	}
//
// What `esgen init` writes is in templates/scaffold.
package templates
