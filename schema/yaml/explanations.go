package yaml

import (
	"slices"
	"strings"

	"github.com/esgen/esgen/schema"
)

// Codes lists what Load and Format may find, sorted by code. The caller may keep and
// change the list.
func Codes() []schema.CodeInfo {
	infos := slices.Concat(fileCodes, keyCodes, nameCodes, meaningCodes, formCodes)
	for i := range infos {
		infos[i].Text = strings.TrimSpace(infos[i].Text) + "\n"
	}
	return infos
}

var fileCodes = []schema.CodeInfo{
	{Code: codeSyntax, Title: "a schema file is no YAML", Text: `
The file cannot be read at all. The line is the first one that does not go on as what
stands before it began. Mostly it is a text that YAML takes for something else: types
that begin with [] are written in quotes, within braces also those with ? or brackets,
and so is text that has a colon and a space in it.

Wrong:

	fields:
	  lines: []Line

Right:

	fields:
	  lines: "[]Line"
`},
	{Code: codeTab, Title: "a tab in the indentation of a schema file", Text: `
YAML is indented with spaces, as tabs are of different width for different people.

Wrong, with a tab before is:

	types:
	  OrderID:
	→	is: uuid

Right:

	types:
	  OrderID:
	    is: uuid
`},
	{Code: codeCharacter, Title: "a character that a schema file cannot have", Text: `
A schema file is UTF-8, and made of characters that can be seen. Bytes that are no
UTF-8, control characters, and characters that end a line for some programs and not for
others are refused: what a reviewer sees is what is generated. A byte order mark at the
beginning and line ends of Windows are fine.

Wrong, in a file that was saved as Latin-1:

	doc: gr<0xf6>sser

Right, saved as UTF-8:

	doc: grösser
`},
	{Code: codeSize, Title: "a schema file is too long", Text: `
A schema file of more than 8 MB was not written by people, and would not be read by
them. Several files of one folder make one package, so a schema can be split.

Wrong:

	everything.yaml

Right:

	orders.yaml
	customers.yaml
`},
	{Code: codeNoSchema, Title: "a file is no schema", Text: `
A schema file is a mapping whose first key is esgen: that is how it is told from other
YAML files of the folder. Its value is the version of the language.

Wrong:

	package: shop
	esgen: 1

Right:

	esgen: 1
	package: shop
`},
	{Code: codeDocuments, Title: "a second document in a schema file", Text: `
YAML can have several documents in one file, but a reader easily misses one. Each schema
file has just one.

Wrong:

	esgen: 1
	package: shop
	---
	esgen: 1
	package: shop

Right:

	esgen: 1
	package: shop
`},
	{Code: codeMerge, Title: "a merge key in a schema file", Text: `
Merge keys are no part of YAML 1.2, and programs disagree on what they mean. Write the
keys out; for fields that belong together declare a type.

Wrong:

	Placed:
	  fields:
	    <<: *address

Right:

	Placed:
	  fields: {address: Address}
`},
	{Code: codeAlias, Title: "an alias that cannot be replaced", Text: `
An alias stands for what its anchor marks. It cannot stand inside of that itself, its
anchor must come before it, and all aliases of a file together may stand for 10,000
nodes: a few lines could otherwise stand for billions.

Wrong:

	types: &all
	  Order:
	    fields: *all

Right:

	types:
	  Order:
	    fields: {id: uuid}
`},
	{Code: codeTag, Title: "a YAML tag in a schema file", Text: `
The language needs no tags of YAML's, such as !!str. A number that is meant as text is
written in quotes.

Wrong:

	enum: [!!str 1.10]

Right:

	enum: ["1.10"]
`},
}

var keyCodes = []schema.CodeInfo{
	{Code: codeKind, Title: "a value of the wrong kind", Text: `
Each key takes text, a number, a list or a mapping; some take one or the other.
"esgen schema" prints which, and an editor that knows the JSON Schema says so as you
type.

Wrong:

	fields: [orderId, total]

Right:

	fields: {orderId: uuid, total: int64}
`},
	{Code: codeNull, Title: "a key without a value", Text: `
In YAML a key without a value means null, which nothing in the language does. Often the
lines that should follow are not indented. A mapping without keys is written {}.

Wrong:

	events:
	  Cancelled:

Right:

	events:
	  Cancelled: {}
`},
	{Code: codeNotText, Title: "a number or something else where text is meant", Text: `
YAML reads 1.10 as the number 1.1, 010 as 8, true as a truth value and 2024-01-01 as a
date. Where the language wants text, text in quotes is what you mean.

Wrong:

	enum: [1.9, 1.10]

Right:

	enum: ["1.9", "1.10"]
`},
	{Code: codeNumber, Title: "a number that is none, or too great or small", Text: `
Numbers are written in decimal, without leading zeros, underscores and other bases, which
YAML 1.1 and 1.2 read differently. A bound must be a value that its type can have.

Wrong:

	is: int8
	max: 0x1FF

Right:

	is: int8
	max: 127
`},
	{Code: codeChoice, Title: "a value that is none of those that can be", Text: `
Some keys take one of a few words, or true alone: suppress: false says nothing that
leaving the key out would not say.

Wrong:

	creates: if_missing

Right:

	creates: ifmissing
`},
	{Code: codeKey, Title: "a key is not known", Text: `
An unknown key is an error: passed over in silence, a slip of the fingers would make an
event disappear. Keys have their places: tag stands on fields of events, column on state
fields, rules such as min on types and on fields of types and commands.

Wrong:

	evnts:
	  Placed: {}

Right:

	events:
	  Placed: {}
`},
	{Code: codeDuplicate, Title: "a key or a value stands twice", Text: `
Of two equal keys of a mapping, programs would take the first or the last one.

Wrong:

	types:
	  OrderID: {is: uuid}
	  OrderID: {is: string}

Right:

	types:
	  OrderID: {is: uuid}
	  OrderNumber: {is: string}
`},
	{Code: codeMissing, Title: "a key is missing", Text: `
Some keys cannot be left out: an aggregate has an ID, a field has a type.

Wrong:

	orderId: {doc: The number on the invoice.}

Right:

	orderId: {type: uuid, doc: The number on the invoice.}
`},
	{Code: codeTogether, Title: "keys that do not go together", Text: `
A type is one of four things: a base with rules (is), an enum, fields, or a type of Go's
(go). Rules go with is.

Wrong:

	Channel: {is: string, enum: [web, phone]}

Right:

	Channel: {enum: [web, phone]}
`},
}

var nameCodes = []schema.CodeInfo{
	{Code: codeIdentifier, Title: "a name that Go cannot spell", Text: `
Types, aggregates, events and commands are called as in Go: they begin with a capital.
The Go names of fields and constants are made of their keys and values: hotelId is
HotelID, or hotelID in the state. Where that gives no name of Go's, or a keyword, say
with go_name how it is called.

Wrong:

	fields: {1st: string}
	state: {type: string}

Right:

	fields: {1st: {type: string, go_name: First}}
	state: {type: {type: string, go_name: kind}}
`},
	{Code: codeCollision, Title: "two names become one in Go", Text: `
All names of a package stand beside one another, those of generated functions too: a type
with rules has New<Name>, an enum Parse<Name>, <Name>Values and its constants. The fields
userId and user_id both become UserID.

Wrong:

	fields: {userId: uuid, user_id: string}

Right:

	fields: {userId: uuid, user_id: {type: string, go_name: OldUserID}}
`},
	{Code: codeBreaksOut, Title: "a text that would break generated code", Text: `
Names go into directives and struct tags, values into constants, docs into comments. What
would end these and go on as Go is refused: quotes, line breaks, backslashes, */, and
lines of a doc that read like a directive.

Wrong:

	name: order.placed of=Invoice

Right:

	name: order.placed
`},
	{Code: codePackage, Title: "the schema files of a folder are of different packages", Text: `
A folder is a package, and all schema files in it declare that package together.

Wrong, in two files of one folder:

	package: shop
	package: orders

Right:

	package: shop
	package: shop
`},
}

var meaningCodes = []schema.CodeInfo{
	{Code: codeType, Title: "a type is not known, or cannot stand here", Text: `
A type is a built-in one, []T, map[K]T, ?T (it may be null), or a name declared under
types; the children of an aggregate stand in its state only. Keys of maps are what JSON
can spell: strings, integers, enums, declared types over those. A base (is) is a built-in
type, or a list or a map. A type holds itself behind ? or in a list only.

Wrong:

	Node: {fields: {next: Node, price: money.Money}}

Right:

	Money: {go: {import: example.com/money, name: Money}}
	Node: {fields: {next: "?Node", price: Money}}
`},
	{Code: codeRule, Title: "a rule does not fit", Text: `
min and max are for numbers and durations, min_length and max_length for strings, bytes,
lists and maps, pattern for strings, one_of for strings and whole numbers. A range must
have something in it.

Wrong:

	Name: {is: string, min: 3}

Right:

	Name: {is: string, min_length: 3}
`},
	{Code: codeSets, Title: "an event cannot set a field", Text: `
An event sets a state field from its own field of the same name, and both are of the same
type. What takes more than that is done by an apply method, in Go.

Wrong:

	state: {orderId: uuid, total: int64}
	events:
	  Placed: {fields: {orderId: uuid, total: string}, sets: [orderId, total]}

Right:

	state: {orderId: uuid, total: int64}
	events:
	  Placed: {fields: {orderId: uuid, total: int64}, sets: [orderId, total]}
`},
	{Code: codeField, Title: "a field that is named is not there", Text: `
id names a state field. A command says which aggregate it is for by the field that is
called as the aggregate's id is, or by the one that target names.

Wrong:

	id: orderId
	state: {orderId: uuid}
	commands:
	  Cancel: {fields: {order: uuid}}

Right:

	id: orderId
	state: {orderId: uuid}
	commands:
	  Cancel: {target: order, fields: {order: uuid}}
`},
	{Code: codeImport, Title: "an import path is none", Text: `
go: {import: PATH, name: NAME} names a type that Go code declares, by the import path of
its package. For a type that stands in Go beside the schema file it is the package's own
path.

Wrong:

	Money: {go: {import: ./money, name: Money}}

Right:

	Money: {go: {import: example.com/shop/money, name: Money}}
`},
}

var formCodes = []schema.CodeInfo{
	{Code: CodeForm, Title: "a schema file is not in canonical form", Text: `
Files that all look alike are quicker to read, and changes to them quicker to review.
"esgen fmt" orders keys, indents by two spaces and keeps comments; only
"esgen fmt --check" says that it was not run.

Wrong:

	Placed:
	    fields: { orderId : uuid }
	    name: order.placed

Right:

	Placed:
	  name: order.placed
	  fields: {orderId: uuid}
`},
}
