// Package scaffold holds what `esgen init` writes: the files of a package to
// begin with.
//
// Whoever meets event sourcing here for the first time learns more from a package
// that works than from a page that explains, and needs no more than one aggregate,
// two events and a test to see which part is theirs to write. The files are
// templates beside this one; the names of the package and of its aggregate are
// filled in. After `go generate` they compile, and the test passes. They are annotated
// Go, or a schema file with Go that decides beside it.
//
//	files, err := scaffold.Files(scaffold.Options{Package: "order"})
//	for _, f := range files {
//		err = os.WriteFile(filepath.Join("order", f.Name), f.Content, 0o666)
//	}
package scaffold
