package schema

// Module is what one run looks at. A front end fills it; Check fills what is
// marked as resolved.
type Module struct {
	// Packages are sorted by import path.
	Packages []*Package
}

// Package is one Go package with annotated declarations.
type Package struct {
	// Path is the import path, Name the package's own name, Dir the absolute folder
	// that its generated files go to.
	Path, Name, Dir string
	// ModulePath is the path of the Go module that the package belongs to.
	ModulePath string
	// Generate is false for a package that was read only because another one's
	// registry names it, or because its value objects are used.
	Generate bool

	// In the order of the sources: by file name, then by position.
	Aggregates []*Aggregate
	Events     []*Event
	Children   []*Child

	Commands []*Command
	// Decisions are the decision models.
	Decisions []*DecisionModel

	// Declared are the types that schema files declare rather than Go files: the
	// generator writes their declarations. What they mean stands in the lists above,
	// as if the user had written them.
	Declared []*Declaration

	// Registry is nil where no //es:registry stands on the package clause.
	Registry *Registry
	// Objects are all names that the user's own files declare at package level, and
	// the methods and fields of its annotated types.
	Objects []Object
}

// Object is a name that the user's code has.
type Object struct {
	// Recv is the type that a method or a field belongs to; empty at package level.
	Recv string
	Name Text
	// Kind is "type", "func", "var", "const", "import", "method" or "field".
	Kind string
}

// Aggregate is a struct that embeds es.Root.
type Aggregate struct {
	// Package is the package that declares it.
	Package *Package
	// GoName is the name of the struct, Name the stable one. Name is empty where the
	// front end found none and said so.
	GoName, Name Text
	// Doc is the doc comment without directives.
	Doc string
	// Root says how es.Root is embedded.
	Root Embedding
	// TypeParams says that the declaration is generic.
	TypeParams bool

	// Stream is the stream's template, nil where it is the default. Of names the
	// aggregate whose stream is shared, nil where the stream is the aggregate's own.
	Stream, Of *Text

	Suppress []Text
	// SuppressAll is where "all" stands, nil where it doesn't.
	SuppressAll *Text

	Fields  []*Field
	Applies []*Apply
	// Handlers are its methods that are called handle<Name>, whether or not a command of
	// the package has the name.
	Handlers []*Handler

	// Snapshot is nil where the state is not kept in snapshots, Table where it is not
	// kept in a table.
	Snapshot *Snapshot
	Table    *Table

	// Resolved. StreamOwner is the aggregate whose template the stream has: the
	// aggregate itself, or what Of leads to.
	StreamOwner *Aggregate
	// ID is the field with the aggregate's ID.
	ID *Field
	// Own are the events that belong to the aggregate.
	Own []*Event
	// Siblings are all aggregates of the stream, the owner first, then in the order
	// of the sources; just the aggregate where the stream is not shared.
	Siblings []*Aggregate
	// Dispatch says what happens to each event of the stream, own or a sibling's,
	// in the order of Siblings and of each one's Own.
	Dispatch []Dispatch
	// Paths lead to every child, parents before their children.
	Paths []ChildPath
}

// Embedding says how a struct embeds a type of the runtime.
type Embedding int

// The ways in which es.Root or es.Child can be embedded.
const (
	NotEmbedded Embedding = iota
	EmbeddedByValue
	EmbeddedByPointer
)

// Child is a struct that embeds es.Child.
type Child struct {
	Package *Package
	GoName  Text
	Doc     string
	// Embeds says how es.Child is embedded.
	Embeds Embedding
	// TypeParams says that the declaration is generic.
	TypeParams bool
	Fields     []*Field
	Applies    []*Apply

	// Resolved. Root is the aggregate that the child is part of.
	Root *Aggregate
	// ID is the field tagged es:"id", nil where there is none. A child in a slice
	// or a map must have one.
	ID *Field
}

// Apply is an apply method of an aggregate, a child or a decision model.
type Apply struct {
	// Method is its name, Recv the type it is a method of.
	Method Text
	Recv   string
	// PointerRecv says that the receiver is a pointer.
	PointerRecv bool
	// Events are the Go names of the events that it applies: those of the
	// directive, or the one that its name says. They are empty for a method that takes
	// an event but is called otherwise; it applies nothing, and is listed so that it can
	// be pointed at where an event has no apply method. A decision model's may have a name
	// that is no event's.
	Events []Text
	// Directive is the text of the directive's name, nil where the method was
	// inferred from its name.
	Directive *Text
	// Params are the parameters as written, Results the results.
	Params, Results []Param
	// Source is a digest of the method's source without its comments and, in packages
	// whose aggregates have snapshots, of what it calls and names in the package, so
	// that a change of what it does can be noticed.
	Source string
}

// Param is a parameter or a result.
type Param struct {
	// Type is the type as it is spelt in the source: "Registered", "*Registered",
	// "ProfileEvent", "time.Time".
	Type Text
	// Event is the Go name of the package's event that the type is, by value or
	// behind a pointer; empty for any other type.
	Event string
	// Pointer says that the type is a pointer to Event.
	Pointer bool
	// Interface says that the type is an interface or a name that nothing
	// declares, as generated interfaces are before the first generation. Undeclared says
	// that it is the latter.
	Interface, Undeclared bool
	// Methods are the names of the methods that an interface asks for.
	Methods []string
}

// Event is an event type.
type Event struct {
	Package *Package
	GoName  Text
	// Name is the stable wire name, nil where it is to be inferred. Of names the
	// aggregate, nil where it follows from the name.
	Name, Of *Text
	// Aliases are older wire names.
	Aliases []Text
	// Version is the type version, 1 where the directive says none.
	Version int
	Doc     string
	// Type is the type of the Go declaration: a struct, if the event is right.
	Type Type
	// TypeParams says that the declaration is generic.
	TypeParams bool

	// Resolved. WireName is the stable name, spelt or inferred; Owner the aggregate
	// that it belongs to.
	WireName string
	Owner    *Aggregate
}

// Dispatch says what happens to an event on an aggregate.
type Dispatch struct {
	Event *Event
	// Own says that the event belongs to the aggregate, not to a sibling.
	Own bool
	// Apply is nil where the event changes no state.
	Apply *Apply
	// Path leads to the child that has Apply; nil where the aggregate has it.
	Path *ChildPath
	// Keys has one element for each step of Path: the event's field that says which
	// child of a slice or a map is meant, nil for a step that holds just one. The
	// field is one of the event's struct, or promoted to it by value, so that a plain
	// selector reaches it.
	Keys []*Field
}

// ChildPath leads from an aggregate to one of its children.
type ChildPath struct {
	// Steps has one element for a child of the aggregate, more for children of
	// children.
	Steps []ChildStep
}

// Child is what the path leads to.
func (p *ChildPath) Child() *Child { return p.Steps[len(p.Steps)-1].Child }

// ChildStep leads through one field.
type ChildStep struct {
	Field *Field
	Child *Child
	// Container is what the field holds.
	Container Container
	// Pointer says that the child stands behind a pointer, and so can be nil.
	Pointer bool
}

// Container is how a field holds children.
type Container int

// A field holds one child, a slice of them, or a map by their ID.
const (
	One Container = iota
	InSlice
	InMap
)

// Registry is an //es:registry directive.
type Registry struct {
	// Directive is where it stands. Again is where further ones of the same package
	// stand: there must be none.
	Directive Text
	Again     []Text
	Patterns  []Text
	// Packages are those that the patterns match and that have aggregates or
	// events, sorted by path. The front end fills it.
	Packages []*Package
}

// Command is a struct that asks something of an aggregate.
type Command struct {
	Package *Package
	// Directive is where //es:command, or what a schema file has instead, stands.
	Directive Text
	GoName    Text
	Doc       string
	// Creates says whether the command starts its aggregate. CreatesAt is where that
	// is said, nil where it isn't.
	Creates   Creates
	CreatesAt *Text
	// Of names the aggregate, nil where there is but one that can be meant.
	Of *Text
	// Type is the type of the Go declaration: a struct, if the command is right.
	Type Type
	// TypeParams says that the declaration is generic.
	TypeParams bool
	// Validates says that it has a method Validate() error, PointerValidates that only
	// its pointer has.
	Validates, PointerValidates bool

	// Resolved. Owner is the aggregate that answers it, Target the field that says which
	// one, Handler the method that does.
	Owner   *Aggregate
	Target  *Field
	Handler *Handler
}

// Creates says whether a command starts its aggregate.
type Creates int

// A command is for an aggregate that exists, one that must not, or either.
const (
	ForExisting Creates = iota
	CreatesNew
	CreatesIfMissing
)

// Handler is a method of an aggregate that answers a command.
type Handler struct {
	// Method is its name, Recv the type it is a method of.
	Method Text
	Recv   string
	// PointerRecv says that the receiver is a pointer.
	PointerRecv bool
	// Command is the Go name of the command that the method's name says; where there is no
	// such command, the name as the method has it.
	Command string
	// Params are the parameters as written, Results the results. A Param's Event is the
	// command, where it is one.
	Params, Results []Param
}

// Snapshot says that an aggregate's state is kept in snapshots.
type Snapshot struct {
	// Directive is where it stands.
	Directive Text
	// Every is the number of events between two snapshots. Version is for what the
	// fingerprint of the state cannot see; 0 where none is given.
	Every, Version int
}

// Table says that an aggregate's state is kept in a table, whose columns are its
// fields that have one.
type Table struct {
	// Directive is where it stands, Name the name of the table.
	Directive, Name Text
}

// Column says that a field is a column of its aggregate's table. What the tag
// leaves out is nil.
type Column struct {
	// Tag is where it stands.
	Tag Text
	// Name is the column's name; nil where it follows from the field's.
	Name *Text
	// Index asks for an index, Unique that no two rows have the same value; Unique's
	// value is "fold" where upper and lower case are one.
	Index, Unique *Text
	// SoftDelete says that a row counts as deleted where the column is true; its value
	// is "frees" where such a row gives its unique values free.
	SoftDelete *Text
	// Time is how a time is stored: "integer", nanoseconds since 1970, or "text".
	Time *Text
}

// DecisionModel is a struct that embeds es.Decision.
type DecisionModel struct {
	Package *Package
	GoName  Text
	Doc     string
	// Embeds says how es.Decision is embedded.
	Embeds Embedding
	// TypeParams says that the declaration is generic.
	TypeParams bool
	Fields     []*Field
	Applies    []*Apply

	// Resolved. Tagged are its fields with a tag; Reads are the events that it applies, in
	// the order of the sources.
	Tagged []*Field
	Reads  []Read
}

// Read is an event that a decision model applies.
type Read struct {
	Event *Event
	Apply *Apply
	// Tags are the model's tags that the event carries too, by which it is found.
	Tags []TagMatch
}

// TagMatch is a tag that a decision model and an event both have.
type TagMatch struct {
	Key string
	// Model and Event are the fields that have its value.
	Model, Event *Field
}
