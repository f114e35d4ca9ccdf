package yaml

import (
	"math"
	"slices"
)

// The table of the language: every key, where it stands, what it takes and what it is
// for. The descriptions are what an editor shows.

// languageVersion is the value of the key esgen.
const languageVersion = 1

const typeDoc = "A type: string, bool, int, int8 … uint64, float32, float64, bytes, uuid, time, duration, any (raw JSON), " +
	"a name declared under types, []T, map[K]T, or ?T (may be null)."

var (
	yes, no = true, false

	docKey  = key{name: "doc", doc: "What it is, for the generated Go documentation.", example: "A guest has a room.", shape: text{prose: true}}
	goName  = key{name: "go_name", doc: "The Go name, where the one that is made of the key won't do.", example: "OrderID", shape: text{word: true}}
	goType  = key{name: "type", doc: typeDoc, example: "string", shape: typeText{}, required: true}
	jsonKey = key{name: "json", doc: "The name in JSON, by default the key as it is written.", example: "orderId", shape: text{}}
	// optionalKey leaves a zero value out.
	optionalKey = key{name: "optional", doc: "Leaves the field out of the JSON where it has its zero value.", example: "true", shape: truth{}}
	tagKey      = key{
		name: "tag", doc: "Tags the event with the field's value, under this name or these; decision models find it by that.", example: "person",
		shape: list{of: text{word: true}, single: true, filled: true, what: "a tag"},
	}
	idKey = key{name: "id", doc: "The state field that holds the ID.", example: "orderId", shape: text{}}
)

// rules are the keys that say what a value must be like.
func rules(with ...string) []key {
	length := whole{min: 0, max: math.MaxInt32}
	return []key{
		{name: "min", doc: "The least value that a number, or a duration such as 90s, may have.", example: "1", shape: number{}, with: with},
		{name: "max", doc: "The greatest value that a number, or a duration such as 90s, may have.", example: "100", shape: number{}, with: with},
		{name: "min_length", doc: "The least length: of a string in characters, of a list, a map or bytes in elements.", example: "1", shape: length, with: with},
		{name: "max_length", doc: "The greatest length: of a string in characters, of a list, a map or bytes in elements.", example: "80", shape: length, with: with},
		{name: "pattern", doc: "A regular expression (RE2) that a string must match; ^ and $ anchor it.", example: `"^[A-Z]{3}$"`, shape: text{}, with: with},
		{name: "one_of", doc: "The values that a string or a whole number may have.", example: "[web, phone]", shape: list{of: value{}, filled: true, what: "a value of one_of"}, with: with},
	}
}

// field is a field's shape: a type, or a mapping with more to say.
func field(k *keys) shape {
	return either{
		doc:  "A type, or a mapping of type, doc and more.",
		text: typeText{doc: typeDoc}, mapping: k, want: "a type or a mapping",
	}
}

func fields(doc string, k *keys) shape {
	return names{doc: doc, what: "the field", of: field(k)}
}

var eventField = &keys{
	name: "eventField", what: "a field of an event", doc: "A field of an event.",
	keys: []key{
		goType, docKey, optionalKey, jsonKey, goName, tagKey,
		{name: "child", doc: "The field has the ID of the child that the event is about.", example: "true", shape: truth{always: &yes}},
	},
}

var valueField = &keys{
	name: "valueField", what: "a field of a type", doc: "A field of a type.",
	keys: append([]key{goType, docKey, optionalKey, jsonKey, goName}, rules()...),
}

var commandField = &keys{
	name: "commandField", what: "a field of a command", doc: "A field of a command.",
	keys: append([]key{goType, docKey, optionalKey, jsonKey, goName}, rules()...),
}

var column = &keys{
	name: "column", what: "a column", doc: "A column of the aggregate's table.",
	keys: []key{
		{name: "name", doc: "The column's name, by default the field's in snake case.", example: "user_name", shape: text{word: true}},
		{name: "index", doc: "The column is indexed.", example: "true", shape: truth{}},
		{
			name: "unique", doc: "No two rows have the same value; with fold, upper and lower case are one.", example: "fold",
			shape: either{doc: "true, or fold.", truth: truth{}, text: choice{words: []string{"fold"}, or: []string{"true"}}, want: "true or fold"},
		},
		{
			name: "softdelete", doc: "A row counts as deleted where the column is true; with frees, it then gives its unique values free.", example: "true",
			shape: either{doc: "true, or frees.", truth: truth{}, text: choice{words: []string{"frees"}, or: []string{"true"}}, want: "true or frees"},
		},
		{name: "time", doc: "How a time is stored: as an integer, nanoseconds since 1970, or as text.", example: "text", shape: choice{words: []string{"integer", "text"}}},
	},
}

var stateField = &keys{
	name: "stateField", what: "a state field", doc: "A field of the state of an aggregate.",
	keys: []key{
		goType, docKey, goName,
		{
			name: "column", doc: "The field is a column of the aggregate's table: true, the column's name, or a mapping with more to say.", example: "true",
			shape: either{
				doc:   "true, the column's name, or a mapping.",
				truth: truth{always: &yes}, text: text{word: true}, mapping: column, want: "true, a name or a mapping",
			},
		},
		{name: "snapshot", doc: "false leaves the field out of snapshots.", example: "false", shape: truth{always: &no}},
	},
}

var childField = &keys{
	name: "childField", what: "a state field of a child", doc: "A field of the state of a child.",
	keys: []key{goType, docKey, goName, *stateField.find("snapshot")},
}

var decisionField = &keys{
	name: "decisionField", what: "a field of a decision model", doc: "A field of a decision model.",
	keys: []key{goType, docKey, goName, tagKey},
}

var enumValue = &keys{
	name: "enumValue", what: "a value of an enum", doc: "A value of an enum.",
	keys: []key{
		{name: "value", doc: "What is stored.", example: "walk-in", shape: text{}, required: true},
		docKey,
		{name: "go_name", doc: "The whole name of the Go constant, by default that of the type and the value: ChannelWeb.", example: "ChannelWalkIn", shape: text{word: true}},
	},
}

var goImport = &keys{
	name: "goType", what: "a type of Go", doc: "A type that Go code declares.",
	keys: []key{
		{name: "import", doc: "The import path of its package; the package's own path for a type that stands in Go beside the schema file.", example: "github.com/shopspring/decimal", shape: text{}, required: true},
		{name: "name", doc: "The name of the type.", example: "Decimal", shape: text{word: true}, required: true},
	},
}

var typeDecl = &keys{
	name: "type", what: "a type", doc: "A type that fields can have: a base with rules, an enum, fields, or a type of Go's.",
	oneOf: []string{"is", "enum", "fields", "go"},
	keys: slices.Concat([]key{
		{name: "doc", doc: docKey.doc, example: "A guest's name.", shape: docKey.shape, with: []string{"is", "enum", "fields"}},
		{name: "is", doc: "The base: string, bool, int, int8 … uint64, float32, float64, bytes, uuid, time or duration, a list or a map.", example: "string", shape: typeText{}},
	}, rules("is"), []key{
		{
			name: "enum", doc: "The values of an enum. What is stored and not among them still loads, and is not Valid.", example: "[web, phone]",
			shape: list{
				of:     either{doc: "A value, or a mapping of value, doc and go_name.", text: text{}, mapping: enumValue, want: "a value or a mapping"},
				filled: true, what: "a value of an enum",
			},
		},
		{name: "fields", doc: "The fields of a value object, by their names in JSON.", example: "{from: time, to: time}", shape: fields("The fields of a value object, by their names in JSON.", valueField)},
		{name: "go", doc: "A type that Go code declares.", example: "{import: github.com/shopspring/decimal, name: Decimal}", shape: goImport},
	}),
}

var eventDecl = &keys{
	name: "event", what: "an event", doc: "What happened to an aggregate.",
	keys: []key{
		docKey,
		{name: "name", doc: "The stable name, under which it is stored; by default the aggregate's name, a dot, and the event's in snake case.", example: "order.placed", shape: text{word: true}},
		{name: "alias", doc: "Older names, under which stored events still load.", example: "order.created", shape: list{of: text{word: true}, single: true, filled: true, what: "an alias"}},
		{name: "version", doc: "The version of the event's type, 1 by default.", example: "1", shape: whole{min: 1, max: math.MaxInt32}},
		{name: "fields", doc: "The event's fields, by their names in JSON.", example: "{orderId: uuid, total: int}", shape: fields("The event's fields, by their names in JSON.", eventField)},
		{name: "sets", doc: "The state fields that the event sets, each from its own field of that name. Its apply method is then generated.", example: "[orderId, total]", shape: list{of: text{}, filled: true, what: "a field that is set"}},
		{name: "suppress", doc: "The event changes no state, and needs no apply method.", example: "true", shape: truth{always: &yes}},
	},
}

var commandDecl = &keys{
	name: "command", what: "a command", doc: "What an aggregate is asked to do. Its method handle<Command> answers it.",
	keys: []key{
		docKey,
		{
			name: "creates", doc: "The command starts its aggregate: one that must not exist yet, or, with ifmissing, one that may.", example: "true",
			shape: either{doc: "true, or ifmissing.", truth: truth{}, text: choice{words: []string{"ifmissing"}, or: []string{"true"}}, want: "true or ifmissing"},
		},
		{name: "target", doc: "The field that has the ID of the aggregate, by default the one that is called as the aggregate's id is.", example: "orderId", shape: text{}},
		{name: "fields", doc: "The command's fields, by their names in JSON.", example: "{orderId: uuid, note: {type: string, max_length: 80}}", shape: fields("The command's fields, by their names in JSON.", commandField)},
	},
}

var childDecl = &keys{
	name: "child", what: "a child", doc: "A part of an aggregate, which holds it in a state field of type ?Child, []?Child or map[K]?Child.",
}

var aggregateDecl = &keys{
	name: "aggregate", what: "an aggregate", doc: "What decides, and remembers what it has decided as events.",
	keys: []key{
		docKey,
		{name: "name", doc: "The stable name, by default the aggregate's in snake case.", example: "order", shape: text{word: true}},
		{
			name: "stream", doc: "The template of its stream, by default its name and -{id}; or of: the aggregate whose stream it shares.", example: "shop/order-{id}",
			shape: either{
				doc: "A template, or a mapping with of.", text: text{word: true}, want: "a template or a mapping",
				mapping: &keys{
					name: "stream", what: "a stream", doc: "A stream that aggregates share.",
					keys: []key{{name: "of", doc: "The aggregate whose stream it is.", example: "Order", shape: text{}, required: true}},
				},
			},
		},
		{name: "id", doc: idKey.doc, example: "orderId", shape: text{}, required: true},
		{name: "table", doc: "The table that keeps the aggregate's current state, one row for each, written with the events.", example: "orders", shape: text{word: true}},
		{
			name: "snapshot", doc: "The aggregate's state is kept in snapshots.", example: "{every: 100}",
			shape: &keys{
				name: "snapshot", what: "a snapshot", doc: "When snapshots are taken.",
				keys: []key{
					{name: "every", doc: "The number of events between two snapshots.", example: "100", shape: whole{min: 1, max: math.MaxInt32}, required: true},
					{name: "version", doc: "The version of the state; snapshots of older ones are passed over.", example: "2", shape: whole{min: 1, max: math.MaxInt32}},
				},
			},
		},
		{name: "state", doc: "What the aggregate remembers.", example: "{orderId: uuid, total: {type: int, column: true}}", shape: fields("What the aggregate remembers.", stateField)},
		{name: "children", doc: "Its parts with a state of their own.", example: "{Line: {id: lineId, state: {lineId: int, sku: string}}}", shape: names{doc: "The children, by their Go names.", what: "the child", of: childDecl, goName: true}},
		{name: "events", doc: "What can happen to it.", example: "{Placed: {fields: {orderId: uuid}, sets: [orderId]}}", shape: names{doc: "The events, by their Go names.", what: "the event", of: eventDecl, goName: true}},
		{
			name: "suppress", doc: "Events that change no state and need no apply method, or all.", example: "[Viewed, Printed]",
			shape: either{
				doc: "all, or a list of events.", text: choice{words: []string{"all"}, or: []string{"a list of events"}}, want: "all or a list of events",
				list: list{of: text{}, filled: true, what: "a suppressed event"},
			},
		},
		{name: "commands", doc: "What it can be asked.", example: "{Place: {creates: true, fields: {orderId: uuid}}}", shape: names{doc: "The commands, by their Go names.", what: "the command", of: commandDecl, goName: true}},
	},
}

var decisionDecl = &keys{
	name: "decision", what: "a decision model", doc: "A model over tagged events of several streams. Its apply methods are written in Go.",
	keys: []key{
		docKey,
		{name: "state", doc: "What the model knows. A tag says which events it is made of.", example: "{person: {type: uuid, tag: person}, open: int}", shape: fields("What the model knows.", decisionField)},
	},
}

var fileShape = &keys{
	name: "file", what: "a schema file", doc: "A schema file of esgen: the types, aggregates, events and commands of a Go package.",
	keys: []key{
		{name: "esgen", doc: "The version of the language: 1.", example: "1", shape: whole{min: languageVersion, max: languageVersion}, required: true},
		{name: "package", doc: "The name of the Go package, which all files of the folder share.", example: "order", shape: text{}, required: true},
		{name: "doc", doc: "What the file is about, for those who read it.", example: "What a shop keeps of its orders.", shape: text{prose: true}},
		{name: "types", doc: "The types that fields can have.", example: "{Name: {is: string, max_length: 80}, Channel: {enum: [web, phone]}}", shape: names{doc: "The types, by their Go names.", what: "the type", of: typeDecl, goName: true}},
		{name: "aggregates", doc: "The aggregates.", example: "{Order: {id: orderId, state: {orderId: uuid}}}", shape: names{doc: "The aggregates, by their Go names.", what: "the aggregate", of: aggregateDecl, goName: true}},
		{name: "decisions", doc: "The decision models.", example: "{OpenOrders: {state: {person: {type: uuid, tag: person}}}}", shape: names{doc: "The decision models, by their Go names.", what: "the decision model", of: decisionDecl, goName: true}},
	},
}

// allKeys are all mappings of the language, for suggestions and the JSON Schema.
var allKeys = []*keys{
	typeDecl, goImport, enumValue, valueField, aggregateDecl, stateField, column, childDecl, childField, eventDecl, eventField,
	commandDecl, commandField, decisionDecl, decisionField,
}

// Children have children, so their keys cannot stand in their declaration.
func init() {
	childDecl.keys = []key{
		docKey,
		idKey,
		{name: "state", doc: "What the child remembers.", example: "{lineId: int, sku: string}", shape: fields("What the child remembers.", childField)},
		{name: "children", doc: "Its own parts.", example: "{Note: {id: noteId, state: {noteId: int}}}", shape: names{doc: "The children, by their Go names.", what: "the child", of: childDecl, goName: true}},
	}
}

// mappings are all mappings of the language, the file first.
func mappings() []*keys { return append([]*keys{fileShape}, allKeys...) }

// homesOf are the mappings that have a key.
func homesOf(name string) []string {
	var homes []string
	for _, k := range mappings() {
		if k.find(name) != nil {
			homes = append(homes, k.what)
		}
	}
	if len(homes) > 3 {
		homes = append(homes[:2], "others")
	}
	return homes
}
