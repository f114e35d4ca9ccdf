package golang

import "github.com/esgen/esgen/schema"

var tagCodes = []schema.CodeInfo{
	{Code: codeMalformedTag, Title: "a struct tag is malformed", Text: `
A struct tag is made of key:"value" pairs with spaces between them. Go itself reads a
tag up to the first mistake and passes over the rest in silence.

Wrong:

	id uuid.UUID ¦es:id¦

Right:

	id uuid.UUID ¦es:"id"¦
`},
	{Code: codeUnknownTag, Title: "an es tag is not known", Text: `
The tag's key is es, in lower case, and its value one that esgen knows.

Wrong:

	id uuid.UUID ¦es:"ID"¦

Right:

	id uuid.UUID ¦es:"id"¦
`},
	{Code: codeTagPlace, Title: "an es tag stands where it means nothing", Text: `
es:"id" stands on a field of an aggregate, a child or a command; es:"child" on one of an
aggregate, a child or an event, and not both on one field; es:"tag=KEY" on one of an
event or a decision model; es:"column" on one of an aggregate; es:"-" on one of what is
kept in snapshots.

Wrong:

	type Order struct {
		id uuid.UUID ¦es:"id"¦
	}

Right:

	//es:aggregate order
	type Order struct {
		es.Root

		id uuid.UUID ¦es:"id"¦
	}
`},
}

var declarationCodes = []schema.CodeInfo{
	{Code: codeValueType, Title: "a type cannot be a value object", Text: `
A value object is a type with a value of its own to encode. A generic type is many
types at once, and an interface can be nil, for which no method can be called.

Wrong:

	//es:value encode=String decode=parseID
	type ID[T any] struct{ value string }

Right:

	//es:value encode=String decode=parseOrderID
	type OrderID struct{ value string }
`},
	{Code: codeNoFunction, Title: "a method or function of a value object is missing", Text: `
//es:value names a method in encode=, and functions of the same package in decode=
and sample=. The tag es:"encode=FUNC,decode=FUNC" names functions of the package that
declares the struct.

Wrong:

	//es:value encode=Text decode=restoreName
	type Name struct{ value string }

	func (n Name) String() string { return n.value }

Right:

	//es:value encode=String decode=restoreName
	type Name struct{ value string }

	func (n Name) String() string { return n.value }

	func restoreName(s string) Name { return Name{value: s} }
`},
	{Code: codeFunctionForm, Title: "a method or function of a value object has the wrong form", Text: `
The method that encodes takes nothing and returns one value. The function that
decodes takes that value and returns the value object, with or without an error. The
function that makes a sample takes nothing. For the tag es:"encode=FUNC,decode=FUNC"
the first is a function too, which takes the field's value.

Wrong:

	func (n Name) String() (string, error) { … }

	func restoreName(s []byte) *Name { … }

Right:

	func (n Name) String() string { … }

	func restoreName(s string) (Name, error) { … }
`},
	{Code: codeAlias, Title: "an alias stands where a type must stand", Text: `
An alias is but another name of a type. What a directive says is said about a type of
the package's own, and es.Root is embedded under its own name, by which generated code
reaches it.

Wrong:

	//es:event order.placed
	type Placed = other.Placed

Right:

	//es:event order.placed
	type Placed struct{ Order other.Order }
`},
	{Code: codeUndeclared, Title: "an annotated declaration mentions a name that nothing declares", Text: `
What an annotated declaration is made of must be there before anything is generated:
generated code follows from it. So a field of an event or an aggregate cannot have a
type that esgen generates. Only the parameter of an apply method can.

Wrong:

	//es:aggregate order
	type Order struct {
		es.Root

		orders *OrderRepository
	}

Right:

	//es:aggregate order
	type Order struct {
		es.Root
	}

	type Service struct {
		orders *OrderRepository
	}
`},
	{Code: codeStrayApply, Title: "a method looks like an apply method", Text: `
This is a warning. A method apply<Type> of an aggregate or a child that takes the type
looks like an apply method, but the type is no event of the package, and nothing in the
package calls the method: it never runs. A directive may have been forgotten. An event
of another package never arrives, for the streams of an aggregate hold the events of its
own package.

Wrong:

	type Cancelled struct{}

	func (o *Order) applyCancelled(e Cancelled) { o.cancelled = true }

Right:

	//es:event order.cancelled
	type Cancelled struct{}

	func (o *Order) applyCancelled(e Cancelled) { o.cancelled = true }
`},
	{Code: codeDeclaredTwice, Title: "Go and a schema file declare one name", Text: `
What a schema file declares is generated: the types, and methods such as those that
apply events with sets:. So the Go files of the package, which see all of it, cannot
declare the same names.

Wrong, beside a hotel.yaml that declares an event Opened:

	type Opened struct{ Rooms int }

Right, if it is another thing:

	type OpenedDoor struct{ Number int }
`},
}
