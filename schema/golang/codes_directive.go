package golang

import "github.com/esgen/esgen/schema"

// The explanations are written with ¦ for the backquote.
var directiveCodes = []schema.CodeInfo{
	{Code: codeUnknownDirective, Title: "a directive is not known", Text: `
A line that begins with //es: is an instruction to esgen, and one that it does not
know is an error: passed over in silence, a slip of the fingers would make an event
disappear.

Wrong:

	//es:evnet order.placed
	type Placed struct{}

Right:

	//es:event order.placed
	type Placed struct{}
`},
	{Code: codeNoDirective, Title: "a comment looks like a directive, and is none", Text: `
A directive is a comment of one line that begins with exactly //es: and goes on with
the directive's name. With a space in it, in a block comment or in capitals it is
just a comment.

Wrong:

	// es:event order.placed
	type Placed struct{}

Right:

	//es:event order.placed
	type Placed struct{}
`},
	{Code: codeStray, Title: "a directive stands on no declaration", Text: `
A directive is part of the doc comment of a declaration: it stands right above it,
without an empty line between, on a line of its own, and not inside a function.
Within the doc comment its place does not matter; gofmt moves it to the end.

Wrong:

	//es:event order.placed

	type Placed struct{}

Right:

	// Placed is the first event of an order.
	//
	//es:event order.placed
	type Placed struct{}
`},
	{Code: codeMisplaced, Title: "a directive stands on the wrong kind of declaration", Text: `
Each directive has its place: //es:registry the package clause, //es:apply a method,
all others a type. In a group, type ( … ), it stands on the one type that it means,
not on the group. Fields have tags instead of directives.

Wrong:

	//es:event order.placed
	func NewPlaced() Placed { return Placed{} }

Right:

	//es:event order.placed
	type Placed struct{}
`},
	{Code: codeRepeated, Title: "something stands twice where it can stand once", Text: `
A declaration has each directive once, and a directive each key and each name once.
The same holds for struct tags. Several values of one key are separated by commas.

Wrong:

	//es:event order.placed alias=order.made alias=order.created
	type Placed struct{}

Right:

	//es:event order.placed alias=order.made,order.created
	type Placed struct{}
`},
	{Code: codeTwoRoles, Title: "a type is two things at once", Text: `
A type is an aggregate, a child, an event, a command, a decision model or a value object,
and only one of them.

Wrong:

	//es:event order.placed
	//es:value encode=String decode=parsePlaced
	type Placed struct{ … }

Right:

	//es:event order.placed
	type Placed struct{ By Name }

	//es:value encode=String decode=parseName
	type Name struct{ … }
`},
	{Code: codeAlone, Title: "a directive or a tag lacks another one that it goes with", Text: `
//es:stream, //es:suppress, //es:snapshot and //es:table speak of an aggregate,
so they stand beside //es:aggregate. //es:apply stands on a method of an aggregate, of a
child or of a decision model. In a tag, index, unique, softdelete and time stand beside
column.

Wrong:

	//es:stream order-{id}
	type Order struct{ es.Root }

Right:

	//es:aggregate order
	//es:stream order-{id}
	type Order struct{ es.Root }
`},
	{Code: codeMissingArg, Title: "a directive or a tag lacks an argument", Text: `
What a directive cannot do without must be there: the name of an aggregate, the
events of //es:apply, encode= and decode= of //es:value.

Wrong:

	//es:aggregate
	type Order struct{ es.Root }

Right:

	//es:aggregate order
	type Order struct{ es.Root }
`},
	{Code: codeTooManyArgs, Title: "a directive or a tag has too many arguments", Text: `
A directive fills its line: what follows the name are arguments, a comment too.

Wrong:

	//es:event order.placed // the first one
	type Placed struct{}

Right:

	// Placed is the first event.
	//
	//es:event order.placed
	type Placed struct{}
`},
	{Code: codeForm, Title: "an argument of a directive has the wrong form", Text: `
Events, aggregates, methods and functions are named as Go names them, without the
package: what a directive refers to is declared in the same package. A version is a
whole number from 1.

Wrong:

	//es:apply order.placed
	func (o *Order) open(e Placed) { … }

Right:

	//es:apply Placed
	func (o *Order) open(e Placed) { … }
`},
	{Code: codeUnknownKey, Title: "a directive does not know a key", Text: `
Each directive has its own KEY=VALUE words.

Wrong:

	//es:event order.placed aka=order.made
	type Placed struct{}

Right:

	//es:event order.placed alias=order.made
	type Placed struct{}
`},
	{Code: codeEmptyValue, Title: "a directive or a tag has an empty value", Text: `
An equals sign is followed by a value at once, and lists have no empty elements.

Wrong:

	//es:event order.placed alias= order.made
	type Placed struct{}

Right:

	//es:event order.placed alias=order.made
	type Placed struct{}
`},
	{Code: codeQuotes, Title: "the quotes in a directive are wrong", Text: `
A word with spaces in it is put into quotes as a whole, key and all, as a Go string.

Wrong:

	//es:stream template="order {id}"

Right:

	//es:stream "order {id}"
`},
	{Code: codeVersion, Title: "an event has a version that is not supported yet", Text: `
The version of an event's type rises when its fields change in a way that old events
do not fit, and an upcaster then brings those up to date. Upcasters are still to come,
so every event has version 1. A field that is added is no new version: it is zero in
older events.

Wrong:

	//es:event order.placed version=2
	type Placed struct{ Amount Money }

Right:

	//es:event order.placed_with_currency
	type PlacedWithCurrency struct{ Amount Money }
`},
	{Code: codeTestFile, Title: "a directive stands in a test file", Text: `
Generated code is part of the package, and the package cannot see what its tests
declare.

Wrong, in order_test.go:

	//es:event order.placed
	type Placed struct{}

Right, in order.go:

	//es:event order.placed
	type Placed struct{}
`},
	{Code: codeExcluded, Title: "a file with directives is left out of the build", Text: `
The file has a build constraint, or a name such as order_windows.go, that does not
hold for this run. What it declares is not there, so nothing is generated for it.
This is a warning: you may be generating for some other system on purpose. But events
are stored, and read by any system, so they are best declared in files that are
always there.

Wrong:

	//go:build enterprise

	//es:event order.placed
	type Placed struct{}

Right:

	//es:event order.placed
	type Placed struct{}

or

	esgen --tags enterprise
`},
}
