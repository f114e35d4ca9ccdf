package golang

import (
	"slices"
	"strings"
)

// Target is what a directive stands on, or the struct that a tagged field is in.
type Target string

// The places that directives and tags have.
const (
	OnPackage Target = "package clause"
	OnType    Target = "type"
	OnMethod  Target = "method"

	InAggregate Target = "field of an aggregate"
	InChild     Target = "field of a child"
	InEvent     Target = "field of an event"
	InCommand   Target = "field of a command"
	InDecision  Target = "field of a decision model"
	InStruct    Target = "field of a struct"
)

// Directive describes one directive, //es:NAME, or one part of an es tag. The
// descriptions drive the parser, and the reference page is made of them.
type Directive struct {
	Name string
	// Tag says that this is a part of a struct tag, es:"NAME", not a directive.
	Tag bool
	// Targets are where it may stand.
	Targets []Target
	// Args describes the words that follow the name, "EVENT…" say; it is empty where
	// there are none. A tag's is what follows the equals sign.
	Args string
	// Keys are the KEY=VALUE words.
	Keys []Key
	// Doc says what it is for, in one line.
	Doc string
	// Example is Go source that shows it in use.
	Example string

	// minArgs and maxArgs bound the words without a key; a maxArgs of -1 is no bound.
	minArgs, maxArgs int
	form             form
	// role says that a declaration can have only one such directive, this or another.
	role bool
	// with names the directive that must stand on the same declaration.
	with string
}

// Key is one KEY=VALUE word of a directive.
type Key struct {
	Name string
	// Value stands for the value, "TYPE" say.
	Value string
	Doc   string
	// Required says that the directive means nothing without it.
	Required bool
	// List says that the value may be several, separated by commas.
	List bool

	form form
	// spelt says that the directive's Args show the key already.
	spelt bool
}

// Usage is how the directive or the tag is written: //es:stream TEMPLATE, or
// es:"encode=FUNC".
func (d Directive) Usage() string {
	if d.Tag {
		usage := d.Name
		switch value, optional := strings.CutPrefix(d.Args, "["); {
		case optional:
			usage += "[=" + value
		case value != "":
			usage += "=" + value
		}
		return `es:"` + usage + `"`
	}
	words := []string{"//es:" + d.Name}
	if d.Args != "" {
		words = append(words, d.Args)
	}
	for _, k := range d.Keys {
		if k.spelt {
			continue
		}
		word := k.Name
		if k.Value != "" {
			word += "=" + k.Value
		}
		if k.List {
			word += ",…"
		}
		if !k.Required {
			word = "[" + word + "]"
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

// short is how the directive or the tag is called in a sentence.
func (d *Directive) short() string {
	if d.Tag {
		return d.Usage()
	}
	return prefix + d.Name
}

// key finds a key by its name; nil where there is none.
func (d *Directive) key(name string) *Key {
	for i := range d.Keys {
		if d.Keys[i].Name == name {
			return &d.Keys[i]
		}
	}
	return nil
}

// Directives lists all directives, then all parts of es tags. The caller may keep
// and change the list.
func Directives() []Directive {
	all := slices.Concat(directives, tags)
	for i := range all {
		all[i].Targets = slices.Clone(all[i].Targets)
		all[i].Keys = slices.Clone(all[i].Keys)
		all[i].Example = strings.ReplaceAll(strings.TrimPrefix(examples[all[i].short()], "\n"), "¦", "`")
	}
	return all
}

var directives = []Directive{
	{
		Name: "aggregate", Targets: []Target{OnType}, role: true,
		Args: "NAME", minArgs: 1, maxArgs: 1, form: formAny,
		Doc: "A struct that embeds es.Root is an aggregate, and NAME its stable name.",
	},
	{
		Name: "stream", Targets: []Target{OnType}, with: "aggregate",
		Args: "[TEMPLATE]", maxArgs: 1, form: formAny,
		Keys: []Key{{Name: "of", Value: "TYPE", form: formType, Doc: "share the stream of this aggregate of the package"}},
		Doc:  "The aggregate's stream: a template with {id} in it, by default the aggregate's name and -{id}; or the stream of another aggregate.",
	},
	{
		Name: "event", Targets: []Target{OnType}, role: true,
		Args: "[NAME]", maxArgs: 1, form: formAny,
		Keys: []Key{
			{Name: "of", Value: "TYPE", form: formType, Doc: "the aggregate that the event belongs to, where its name does not say so"},
			{Name: "alias", Value: "NAME", List: true, form: formAny, Doc: "older names, under which stored events still load"},
			{Name: "version", Value: "N", form: formVersion, Doc: "the version of the type, 1 for now"},
		},
		Doc: "A struct is an event, and NAME its stable name; left out, it is the aggregate's name, a dot, and the type's name in snake case.",
	},
	{
		Name: "apply", Targets: []Target{OnMethod},
		Args: "EVENT…", minArgs: 1, maxArgs: -1, form: formEvent,
		Doc: "A method of an aggregate or a child applies these events. A method called apply<Event> needs no directive.",
	},
	{
		Name: "suppress", Targets: []Target{OnType}, with: "aggregate",
		Args: "EVENT…|all", minArgs: 1, maxArgs: -1, form: formEvent,
		Doc: "These events, or all that nothing applies, change no state of the aggregate.",
	},
	{
		Name: "child", Targets: []Target{OnType}, role: true,
		Doc: `A struct that embeds es.Child is part of an aggregate, which holds it in a field tagged es:"child".`,
	},
	{
		Name: "value", Targets: []Target{OnType}, role: true,
		Keys: []Key{
			{Name: "encode", Value: "METHOD", Required: true, form: formIdent, Doc: "the method that gives what is encoded"},
			{Name: "decode", Value: "FUNC", Required: true, form: formIdent, Doc: "the function that gives the value back, with or without an error"},
			{Name: "sample", Value: "FUNC", form: formIdent, Doc: "the function that makes a value for generated tests"},
		},
		Doc: "A type is a value object, and is encoded as what its method gives: in events, snapshots and tables. What encoding/json makes of it, in an answer of your own to a client say, is for its MarshalJSON to say.",
	},
	{
		Name: "registry", Targets: []Target{OnPackage},
		Args: "PATTERN…", minArgs: 1, maxArgs: -1, form: formAny,
		Doc: "The package has one registry of all aggregates and events of the packages that the patterns match.",
	},
	{
		Name: "snapshot", Targets: []Target{OnType}, with: "aggregate",
		Keys: []Key{
			{Name: "every", Value: "N", Required: true, form: formCount, Doc: "take a snapshot after so many events"},
			{Name: "version", Value: "N", form: formCount, Doc: "raise it to pass over older snapshots after a change that nobody can see, such as one of a function of another package that apply methods call"},
		},
		Doc: "The aggregate's state is kept in snapshots, unexported fields and children included, so that loading it reads what came since. A changed field or apply method passes over older snapshots by itself.",
	},
	{
		Name: "command", Targets: []Target{OnType}, role: true,
		Args: "[creates[=ifmissing]]", maxArgs: 1, form: formCreates,
		Keys: []Key{
			{Name: "creates", Value: "ifmissing", form: formIfMissing, spelt: true, Doc: "start the aggregate where there is none yet; creates alone asks that there is none"},
			{Name: "of", Value: "TYPE", form: formType, Doc: "the aggregate that answers the command, where its methods do not say so"},
		},
		Doc: "A struct is a command, which the aggregate's method handle<Command> answers.",
	},
	{
		Name: "table", Targets: []Target{OnType}, with: "aggregate",
		Args: "NAME", minArgs: 1, maxArgs: 1, form: formAny,
		Doc: "A table keeps the aggregate's current state, one row for each, written in the transaction of the events. Its columns are the ID and the fields tagged so.",
	},
	{
		Name: "decision", Targets: []Target{OnType}, role: true,
		Doc: "A struct that embeds es.Decision is a decision model: what one decision looks at, made of the events that have its tags, of whatever streams.",
	},
}

var tags = []Directive{
	{
		Name: "id", Tag: true, Targets: []Target{InAggregate, InChild, InCommand},
		Doc: "The field holds the ID of the aggregate, or of the child. In a command it holds the ID of the aggregate that is to answer it.",
	},
	{
		Name: "child", Tag: true, Targets: []Target{InAggregate, InChild, InEvent},
		Doc: "The field holds a child, a slice of children, or a map of them by their ID. In an event it has the ID of the child that the event is about; the tag is needless where no other field is of its type.",
	},
	{
		Name: "encode", Tag: true, Targets: []Target{InStruct, InAggregate, InChild},
		Args: "FUNC", form: formIdent,
		Doc: "The function gives what is encoded for a field whose type is not yours; decode must stand beside it.",
	},
	{
		Name: "decode", Tag: true, Targets: []Target{InStruct, InAggregate, InChild},
		Args: "FUNC", form: formIdent,
		Doc: "The function gives the field's value back, with or without an error.",
	},
	{
		Name: "tag", Tag: true, Targets: []Target{InEvent, InDecision}, Args: "KEY",
		Doc: "The event is tagged with the field's value, and decision models find it by that. A slice gives a tag for each element, a nil pointer none; a field can have several keys. In a decision model the field says which events are looked at.",
	},
	{
		Name: "column", Tag: true, Targets: []Target{InAggregate}, Args: "[NAME]", form: formAny,
		Doc: "The field is a column of the aggregate's table, called after the field in snake case or as NAME says. Strings, numbers, booleans, bytes and times are stored as such, other values as JSON. The ID is the key of the row without the tag.",
	},
	{
		Name: "index", Tag: true, Targets: []Target{InAggregate},
		Doc: "The column is indexed.",
	},
	{
		Name: "unique", Tag: true, Targets: []Target{InAggregate}, Args: "[fold]", form: formFold,
		Doc: "No two rows have the same value in the column; with fold, not in upper and lower case either.",
	},
	{
		Name: "softdelete", Tag: true, Targets: []Target{InAggregate}, Args: "[frees]", form: formFrees,
		Doc: "The row counts as deleted where the column is true; with frees, others can take its unique values then.",
	},
	{
		Name: "time", Tag: true, Targets: []Target{InAggregate}, Args: "integer|text", form: formTime,
		Doc: "How the column stores a time: as nanoseconds since 1970, which is the default, or as a text of RFC 3339.",
	},
	{
		Name: "-", Tag: true, Targets: []Target{InAggregate, InChild, InStruct},
		Doc: "The field is left out of snapshots, and is empty after a load from one: a cache, say.",
	},
}

// find looks a directive or a tag up by its name; nil where there is none.
func find(table []Directive, name string) *Directive {
	for i := range table {
		if table[i].Name == name {
			return &table[i]
		}
	}
	return nil
}

// names are those of a table, in its order.
func names(table []Directive) []string {
	list := make([]string, len(table))
	for i := range table {
		list[i] = table[i].Name
	}
	return list
}
