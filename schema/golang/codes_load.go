package golang

import "github.com/esgen/esgen/schema"

var loadCodes = []schema.CodeInfo{
	{Code: codeGoVersion, Title: "the module needs a newer Go than esgen was built with", Text: `
esgen reads Go with the parser and the type checker of the Go version that it was
built with, so it reads modules of that version and older ones. As a tool of the
module, with a tool line in go.mod, it is built with the right version by itself.

Wrong: an esgen that was installed long ago, and in go.mod

	go 1.99

Right:

	go get -tool github.com/esgen/esgen/cmd/esgen@latest
	go tool esgen
`},
	{Code: codePattern, Title: "a pattern names no package", Text: `
Patterns are those of the go command: a folder, an import path, or ./... for a folder
and all below it. The name of a schema file stands for the package of its folder. That
of a Go file is no pattern, as code is generated for packages.

Wrong:

	esgen order/order.go

Right:

	esgen ./order
	esgen order/order.yaml
`},
	{Code: codeNoMatch, Title: "a pattern matches no packages", Text: `
There is no package with Go files or schema files in or below that folder. Mind that
./... does not enter other modules, nor folders called testdata or vendor, nor those
that begin with a dot or an underscore. This is a warning, as it is for the go command.

Wrong:

	esgen ./ordr/...

Right:

	esgen ./order/...
`},
	{Code: CodeNoGoFiles, Title: "a folder holds no Go files", Text: `
The folder is empty, or build constraints leave out all that is in it. Nor is there a
schema file, which is YAML that begins with esgen: 1.

Wrong:

	esgen ./docs

Right:

	esgen ./order
`},
	{Code: codeListing, Title: "the go command cannot make out a package", Text: `
The go command lists a package's files before anything else can be done with them. It
cannot do so where the files of one folder belong to different packages, say.

Wrong, in two files of one folder:

	package order
	package orders

Right:

	package order
	package order
`},
	{Code: codeSyntax, Title: "a file has a syntax error", Text: `
The package need not compile, as what it calls is yet to be generated, but its files
must be Go.

Wrong:

	type Placed strct{}

Right:

	type Placed struct{}
`},
	{Code: codeImport, Title: "an import cannot be resolved", Text: `
An annotated declaration uses a type of a package that the go command does not find.
Most often its module is missing in go.mod.

Wrong: a go.mod without

	require github.com/shopspring/decimal v1.4.0

Right:

	go get github.com/shopspring/decimal
`},
	{Code: codeCycle, Title: "packages import one another", Text: `
Go packages cannot import one another in a circle. What two packages need both
belongs into a third one.

Wrong:

	package order   // imports example.com/shop/customer
	package customer // imports example.com/shop/order

Right:

	package order    // imports example.com/shop/money
	package customer // imports example.com/shop/money
`},
	{Code: codeType, Title: "an annotated declaration has a type error", Text: `
A type that an annotated declaration is made of is wrong in the eyes of the compiler,
which says what it is. Errors elsewhere in the package are none of esgen's business.

Wrong:

	//es:event order.placed
	type Placed struct {
		Items [n]Item
	}

	var n = 3

Right:

	//es:event order.placed
	type Placed struct {
		Items [n]Item
	}

	const n = 3
`},
}
