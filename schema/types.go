package schema

// Type is the type of a field. It is one of *Basic, *Slice, *Array, *Map,
// *Pointer, *Struct, *Named, *Any and *Unsupported, and may be recursive through
// *Named.
type Type interface{ isType() }

// Basic is a predeclared type.
type Basic struct{ Kind BasicKind }

// BasicKind is the name of a predeclared type: "bool", "string", "int64" …; byte
// is "uint8" and rune is "int32".
type BasicKind string

// The kinds that have a JSON form.
const (
	Bool    BasicKind = "bool"
	String  BasicKind = "string"
	Int     BasicKind = "int"
	Int8    BasicKind = "int8"
	Int16   BasicKind = "int16"
	Int32   BasicKind = "int32"
	Int64   BasicKind = "int64"
	Uint    BasicKind = "uint"
	Uint8   BasicKind = "uint8"
	Uint16  BasicKind = "uint16"
	Uint32  BasicKind = "uint32"
	Uint64  BasicKind = "uint64"
	Uintptr BasicKind = "uintptr"
	Float32 BasicKind = "float32"
	Float64 BasicKind = "float64"
)

// Slice is []Elem. A slice of uint8 is encoded as base64.
type Slice struct{ Elem Type }

// Array is [Len]Elem.
type Array struct {
	Len  int64
	Elem Type
}

// Map is map[Key]Elem.
type Map struct{ Key, Elem Type }

// Pointer is *Elem.
type Pointer struct{ Elem Type }

// Any is the empty interface.
type Any struct{}

// Struct is a struct type, with all its fields.
type Struct struct{ Fields []*Field }

// Unsupported is a type that has no JSON form, or one that cannot be read here.
type Unsupported struct {
	// Spelling is the type as Go spells it, Reason why it has no JSON form: "a
	// channel has no JSON form".
	Spelling, Reason string
}

// Named is a declared type or an alias. Each declared type is one Named, shared
// by all that use it within a Module, so that recursive types end.
type Named struct {
	// Path is the import path and Package the package's own name; both are empty
	// for predeclared names such as error.
	Path, Package, Name string
	Args                []Type
	// Alias says that the declaration is an alias; Under is then what it stands
	// for, which may be Named itself.
	Alias bool
	// Under is the underlying type; never Named unless Alias is set.
	Under Type
	// Encoding says how its values are encoded. An alias has its target's.
	Encoding Encoding
	// Value is set where Encoding is EncodeValue.
	Value *Value
	// PointerEncode says that the encoding method (MarshalText, MarshalJSON or the
	// value object's) is one of the pointer.
	PointerEncode bool
	// IsZero says that the type has the method IsZero() bool, which omitzero asks;
	// PointerIsZero that only its pointer has.
	IsZero, PointerIsZero bool
	// Judges says that the type, or its pointer, has the method Valid() bool, which the
	// validation rule valid calls. Of types that schema files declare it is not known.
	Judges bool
	// Comparable says that == works, and without a panic at run time.
	Comparable bool
	// HiddenFields says that it is a struct with fields that belong to another package and
	// are not exported, as those of type T time.Time are.
	HiddenFields bool
	// Module says that the type is declared in the module of the package that uses
	// it, so that a change to its fields must be noticed.
	Module bool
	// Span is the declaration's name, zero for a type of another module.
	Span Span
}

// Encoding is how the values of a Named are encoded.
type Encoding int

// A front end decides in this order: a value object's directive, the types that
// are known by name, the methods, the underlying type.
const (
	// EncodeUnder encodes as the underlying type.
	EncodeUnder Encoding = iota
	// EncodeValue calls the functions of a value object.
	EncodeValue
	// EncodeTime is time.Time.
	EncodeTime
	// EncodeUUID is github.com/google/uuid.UUID.
	EncodeUUID
	// EncodeRaw is encoding/json.RawMessage.
	EncodeRaw
	// EncodeText calls MarshalText and UnmarshalText.
	EncodeText
	// EncodeJSON calls MarshalJSON and UnmarshalJSON.
	EncodeJSON
	// EncodeOpaque leaves the value to encoding/json and its reflection: for
	// generic types without methods of their own.
	EncodeOpaque
)

// Value says how a value object, or one field, is encoded: as another value.
type Value struct {
	// Directive is where it stands.
	Directive Text
	// Method is the method that gives what is encoded; its value is empty where
	// Encode is set, as the tag of a field has it.
	Method Text
	Encode *Func
	// Decode gives the value back, Sample makes one for tests and is nil where
	// there is none.
	Decode *Func
	Sample *Func
	// Base is the type of what is encoded.
	Base Type
	// Fails says that Decode returns an error too.
	Fails bool
	// Source is a digest like that of an Apply, of what encodes and decodes.
	Source string
}

// Func is a function of some package.
type Func struct {
	Path, Package string
	Name          Text
}

// Field is a field of a struct.
type Field struct {
	Name Text
	Type Type
	// TypeSpan is where the type is spelt.
	TypeSpan Span
	Embedded bool
	Exported bool
	JSON     JSONTag

	// Where es:"id" and es:"child" stand, nil where they don't.
	ID, Child *Text
	// Value is set by es:"encode=FUNC,decode=FUNC".
	Value *Value
	// Tags are the keys of es:"tag=KEY".
	Tags []Text
	// Column is set by es:"column".
	Column *Column
	// NoSnapshot is where es:"-" stands, nil where it doesn't.
	NoSnapshot *Text
	// Validate is what the validate tag says; its value is empty where there is none.
	Validate Text
	// Tag is the whole struct tag, without quotes around it; empty where there is none.
	Tag string
}

// JSONTag is a field's json tag.
type JSONTag struct {
	// Name is empty where the tag gives none.
	Name Text
	// Skip is json:"-".
	Skip                        bool
	OmitEmpty, OmitZero, String bool
	// Unknown are options that encoding/json does not know.
	Unknown []Text
}

func (*Basic) isType()       {}
func (*Slice) isType()       {}
func (*Array) isType()       {}
func (*Map) isType()         {}
func (*Pointer) isType()     {}
func (*Any) isType()         {}
func (*Struct) isType()      {}
func (*Named) isType()       {}
func (*Unsupported) isType() {}

// Resolve follows aliases to the type that t stands for.
func Resolve(t Type) Type {
	for {
		n, ok := t.(*Named)
		if !ok || !n.Alias {
			return t
		}
		t = n.Under
	}
}
