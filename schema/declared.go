package schema

// Declared is what the schema files of one folder declare, lowered to Go: the
// form in which a front end for such files hands its findings to the one that
// knows Go's types. There the declarations stand beside the user's own, whose
// methods, constants and types meet them as if a Go file had them.
type Declared struct {
	// Dir is the absolute folder, Package the name of its package.
	Dir, Package string
	// File is the path of the first schema file, for what is about all of them.
	File string
	// Source is a Go file with the declarations of types, their directives and tags, and
	// the methods that the generator writes for them (such as apply methods for events
	// that only set fields). It is never written to disk.
	Source []byte
	// At gives the place in a schema file that the byte at offset of Source stands for.
	At func(offset int) Span
	// Declarations describe the declared types, in the order of the sources.
	Declarations []*Declaration
}

// Declaration is a type that a schema file declares, and that the generator
// writes: what the model of a Go declaration does not know of it.
type Declaration struct {
	// Name is the type's Go name, Span where the schema file declares it.
	Name Text
	Kind DeclarationKind
	Doc  string
	// Is is the type that a DeclaredScalar or a DeclaredEnum is declared as.
	Is Type
	// Rules are those of a DeclaredScalar.
	Rules []Rule
	// Values are those of a DeclaredEnum.
	Values []EnumValue
	// Fields are those of every other kind, in their order.
	Fields []*DeclaredField
	// Sets are the state fields that a DeclaredEvent sets, by the apply method that is
	// generated for it. State is the Go name of the aggregate. Both are empty where the
	// user writes the apply method.
	State string
	Sets  []Set
	// Type is the struct of a declaration with fields, as the model has it.
	Type Type
}

// DeclarationKind is what a Declaration declares.
type DeclarationKind int

// What schema files can declare.
const (
	// DeclaredScalar is a type over a built-in one, with rules.
	DeclaredScalar DeclarationKind = iota
	// DeclaredEnum is a string that has one of some values.
	DeclaredEnum
	// DeclaredStruct is a type with fields.
	DeclaredStruct
	DeclaredAggregate
	DeclaredChild
	DeclaredEvent
	DeclaredCommand
	DeclaredDecision
)

// DeclaredField is a field of a Declaration.
type DeclaredField struct {
	// Name is the Go name, JSON the one that a schema file and stored events have.
	Name Text
	JSON string
	Doc  string
	// Tag is the whole struct tag, without quotes around it; empty where there is none.
	Tag string
	// Rules are those of the field itself, without those of its type.
	Rules []Rule
}

// Rule is what a schema file asks of a value. Rules are checked by constructors
// and commands, never when stored data is decoded.
type Rule struct {
	// Name is "min", "max", "min_length", "max_length", "pattern" or "one_of".
	Name Text
	// Values are the rule's: one, or for one_of any number. A number is spelt as Go
	// spells it.
	Values []Text
}

// EnumValue is a value of an enum.
type EnumValue struct {
	// Value is what is stored, GoName the constant's whole name.
	Value  Text
	GoName string
	Doc    string
}

// Set says that an event sets a field of the state, each given by its Go name.
type Set struct{ State, Event Text }
