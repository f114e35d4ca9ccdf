// Package golang reads annotated Go: directives such as //es:event above
// declarations, and es struct tags. It is the front end for people who write their
// events and aggregates in Go.
//
// The problem is that the packages it reads don't compile. Their methods call what
// is yet to be generated, so a loader that asks the go command for type
// information, which compiles the package first, is slow and gets nothing. So
// [Load] works in steps:
//
//  1. One `go list -find` turns all patterns into packages and files.
//  2. Packages in which nothing looks like a directive are passed over. The others
//     are parsed, without the files that esgen itself has written.
//  3. Each package is pruned to what its annotated declarations are made of: types,
//     the constants in them, the signatures of a few methods and functions. What is
//     left mentions nothing generated, and few imports.
//  4. Those imports are loaded, all in one go, for all packages. Where they are but
//     the usual ones (time, uuid, the runtime) and nothing more than their types'
//     names matters, small stand-ins spare that step, which takes longer than all
//     others together.
//  5. What was pruned is type-checked, and becomes the model.
//
// What schema files declare comes in by the side: Config.Declare gives it as the source
// of one more file of the package, and where each byte of it comes from. So a package of
// annotated Go, of schema files or of both goes the same way; only folders that hold
// nothing but schema files have to be looked for, as the go command does not see them
// before they are generated.
//
// A file never needs to be saved twice or generated in some order: a value object
// may be declared in a package that has not been generated yet.
//
//	module, findings, err := golang.Load(ctx, golang.Config{}, "./...")
//	if err != nil {
//		return err // the go command failed
//	}
//	findings = append(findings, schema.Check(module)...)
//
// Load does syntax and resolution: whether each directive is spelt right and stands
// where it may, and what each name refers to. What the declarations mean together is
// judged by [schema.Check].
package golang
