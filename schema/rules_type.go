package schema

import (
	"go/token"
	"strings"
)

const (
	codeUnsupported   Code = "ES0301"
	codeUnexported    Code = "ES0302"
	codeMapKey        Code = "ES0309"
	codeOpaque        Code = "ES0310"
	codeEmbeddedPtr   Code = "ES0311"
	codeEmbeddedCodec Code = "ES0312"
	codeUnnameable    Code = "ES0313"
)

var typeRules = []rule{
	{CodeInfo{codeUnsupported, "a field has no form in which it could be stored", `
Events are stored as JSON. A channel, a function, a complex number or an interface
with methods has no JSON form: either it is not part of what has happened, or it has
to be said how it is written down.

Wrong:

	//es:event order.placed
	type Placed struct {
		Total money.Amount
		Done  chan struct{}
	}

Right:

	//es:event order.placed
	type Placed struct {
		Total money.Amount  ¦es:"encode=formatAmount,decode=parseAmount"¦
		Done  chan struct{} ¦json:"-"¦
	}
`}, checkUnsupported},
	{CodeInfo{codeUnexported, "an unexported field would silently not be stored", `
Like encoding/json, events store exported fields only. A value in an unexported field
would be there when the event is recorded, and gone when it is loaded. Export it; leave
it out on purpose; or make its struct a value object, which says how it is encoded.

Wrong:

	//es:event order.placed
	type Placed struct {
		amount int64
	}

Right:

	//es:event order.placed
	type Placed struct {
		Amount int64
		cache  string ¦json:"-"¦
	}
`}, checkUnexported},
	{CodeInfo{codeMapKey, "a map has keys without a text", `
The keys of a JSON object are strings. So the keys of a map are strings, integers,
value objects of those, or of a type with MarshalText and UnmarshalText.

Wrong:

	//es:event stock.counted
	type Counted struct {
		Pieces map[Shelf]int
	}

	type Shelf struct{ Row, Number int }

Right:

	//es:event stock.counted
	type Counted struct {
		Pieces map[Shelf]int
	}

	//es:value encode=String decode=parseShelf
	type Shelf struct{ Row, Number int }
`}, checkMapKeys},
	{CodeInfo{codeOpaque, "a type is left to encoding/json", `
This is a warning. The codec of a generic type cannot be generated without knowing what
it means, so its values go through encoding/json and its reflection: that is right,
and slower. A type with methods of its own, or one declared for the instance, is not.

Wrong:

	//es:event order.placed
	type Placed struct {
		Note Optional[string]
	}

	type Optional[T any] struct{ Value *T }

Right:

	//es:event order.placed
	type Placed struct {
		Note *string
	}
`}, checkOpaque},
	{CodeInfo{codeEmbeddedPtr, "an embedded pointer to an unexported struct cannot be decoded", `
encoding/json cannot set such a field, as nobody outside the package could. Embed the
struct itself, or export its type.

Wrong:

	//es:event order.placed
	type Placed struct {
		*address
	}

	type address struct{ City string }

Right:

	//es:event order.placed
	type Placed struct {
		address
	}

	type address struct{ City string }
`}, checkEmbeddedPointers},
	{CodeInfo{codeEmbeddedCodec, "an embedded type speaks for the whole struct", `
A type with MarshalJSON or MarshalText that is embedded lends this method to the struct
around it: for encoding/json the struct then is nothing but that type, and all other
fields are lost.

Wrong:

	//es:event order.placed
	type Placed struct {
		time.Time
		Amount int64
	}

Right:

	//es:event order.placed
	type Placed struct {
		At     time.Time
		Amount int64
	}
`}, checkEmbeddedCodecs},
	{CodeInfo{codeUnnameable, "a type cannot be named where the codec stands", `
The codec of an event is generated into the event's package. It has to name the types
of all fields, so those of other packages are exported, and not internal to somebody
else.

Wrong, where package shared has an unexported type address:

	//es:event order.placed
	type Placed struct {
		To shared.Parcel
	}

Right:

	//es:event order.placed
	type Placed struct {
		To shared.Address
	}
`}, checkUnnameable},
}

const helpInstead = "give the field another type, or declare one in Go that is a value object, with //es:value"

const helpLeaveOut = "leave it out with `json:\"-\"`, or say how it is stored with `es:\"encode=FUNC,decode=FUNC\"`"

func checkUnsupported(c *checker) {
	for _, v := range c.walk().types {
		t, ok := Resolve(v.typ).(*Unsupported)
		if !ok {
			continue
		}
		if v.base != nil && v.base.Value.Directive.Span.Line > 0 {
			c.errorf(codeUnsupported, v.base.Value.Directive.Span, "value object %s is encoded as %s: %s", v.base.Name, t.Spelling, t.Reason).
				help("let it be encoded as something that can be stored, such as a string")
			continue
		}
		spelling := t.Spelling
		if v.declared != nil {
			spelling = spell(v.declared, v.pkg.Path)
		}
		v.note(c.errorf(codeUnsupported, v.at, "%s cannot be stored: %s: %s", v.name(), spelling, t.Reason)).help("%s", v.leaveOut()).helpInSchema(helpInstead)
	}
}

func checkUnexported(c *checker) {
	for _, v := range c.walk().structs {
		var names []string
		for _, f := range v.strct.Fields {
			_, inner := f.embeddedStruct()
			field := fieldVisit{place: v.place, field: f}
			if f.Exported || inner != nil || !field.stores() {
				continue
			}
			names = append(names, f.Name.Value)
			if v.foreign {
				continue
			}
			field.at = at(f.Name.Span, v.at)
			d := field.note(c.errorf(codeUnexported, field.at, "%s is not exported, so it would not be stored", field.name())).
				help("export it, or leave it out with `json:\"-\"`")
			if v.path == "" && v.in != v.root {
				d.help("export it, leave it out with `json:\"-\"`, or make %s a value object with //es:value", v.in)
			}
		}
		if len(names) > 0 && v.foreign {
			// Who wrote the struct cannot be asked, so its fields are one matter.
			field, verb := "field", " is"
			if len(names) > 1 {
				field, verb = "fields", " are"
			}
			v.note(c.errorf(codeUnexported, v.at, "field %s of %s would not be stored in full: its %s %s%s not exported", v.path, v.in,
				field, enumerate(names), verb)).
				help(helpLeaveOut).helpInSchema(helpInstead)
		}
	}
}

func checkMapKeys(c *checker) {
	for _, v := range c.walk().types {
		if !v.key || isMapKey(v.typ) {
			continue
		}
		key := spell(v.typ, v.pkg.Path)
		if n, ok := Resolve(v.typ).(*Named); ok && n.Encoding == EncodeValue {
			v.note(c.errorf(codeMapKey, v.at, "%s has keys of type %s, which is encoded as %s", v.name(), key, spell(n.Value.Base, v.pkg.Path))).
				help("a value object is a key if it is encoded as a string or an integer")
			continue
		}
		v.note(c.errorf(codeMapKey, v.at, "%s has keys of type %s, which have no text", v.name(), key)).
			help("a key is a string, an integer, a //es:value of those, or has MarshalText and UnmarshalText").
			helpInSchema("a key is a string, an integer, an enum, or a declared type over one of those")
	}
}

// isMapKey says whether values of the type can be the keys of a JSON object. Of
// what has been reported already it says so too.
func isMapKey(t Type) bool {
	switch t := Resolve(t).(type) {
	case nil, *Unsupported:
		return true
	case *Basic:
		return t.Kind != Bool && t.Kind != Float32 && t.Kind != Float64
	case *Named:
		switch t.Encoding {
		case EncodeText, EncodeUUID, EncodeTime:
			return true
		case EncodeValue:
			return t.Value == nil || isPlainKey(t.Value.Base)
		}
		b, ok := t.Under.(*Basic)
		return ok && isMapKey(b)
	}
	return false
}

// isPlainKey says whether a value object that is encoded as t can be a key: where
// that is a string or an integer, and has no encoding of its own in turn.
func isPlainKey(t Type) bool {
	t = Resolve(t)
	if n, ok := t.(*Named); ok && n.Encoding == EncodeUnder {
		t = n.Under
	}
	switch t.(type) {
	case nil, *Unsupported, *Basic:
		return isMapKey(t)
	}
	return false
}

func checkOpaque(c *checker) {
	for _, v := range c.walk().types {
		n, ok := Resolve(v.typ).(*Named)
		if !ok || n.Encoding != EncodeOpaque || v.fallback != "" {
			continue
		}
		v.note(c.warnf(codeOpaque, v.at, "%s falls back to encoding/json and its reflection: %s has no methods that encode it",
			v.name(), spell(n, v.pkg.Path))).
			help("declare a type for this instance, or give %s MarshalJSON and UnmarshalJSON", n.Name)
	}
}

func checkEmbeddedPointers(c *checker) {
	for _, v := range c.walk().fields {
		_, inner := v.field.embeddedStruct()
		if _, pointer := Resolve(v.field.Type).(*Pointer); !pointer || inner == nil || v.field.Exported || !v.stores() {
			continue
		}
		v.note(c.errorf(codeEmbeddedPtr, v.nameAt(), "%s is an embedded pointer to an unexported struct, which cannot be decoded", v.name())).
			help("embed %s itself, or export it", v.field.Name.Value)
	}
}

func checkEmbeddedCodecs(c *checker) {
	for _, v := range c.walk().fields {
		n := namedBehindPointer(v.field.Type)
		if !v.field.Embedded || !v.stores() || n == nil || v.fallback != "" {
			continue
		}
		method := "MarshalJSON"
		switch n.Encoding {
		case EncodeJSON, EncodeTime, EncodeRaw:
		case EncodeText, EncodeUUID:
			method = "MarshalText"
		default:
			continue
		}
		v.note(c.errorf(codeEmbeddedCodec, v.nameAt(), "%s is embedded, so that its %s speaks for all of %s", v.name(), method, v.in)).
			help("give the field a name")
	}
}

func checkUnnameable(c *checker) {
	w := c.walk()
	for _, v := range w.types {
		if n, ok := Resolve(v.typ).(*Named); ok {
			c.reportUnnameable(v.fieldVisit, n)
		}
	}
	for _, v := range w.fields {
		if _, inner := v.field.embeddedStruct(); inner != nil && v.stores() {
			if n := namedBehindPointer(v.field.Type); n != nil {
				c.reportUnnameable(v, n)
			}
		}
	}
}

func (c *checker) reportUnnameable(v fieldVisit, n *Named) {
	if n.Path == v.pkg.Path || n.Path == "" || v.fallback != "" {
		return
	}
	name := spell(n, v.pkg.Path)
	switch {
	case !token.IsExported(n.Name):
		v.note(c.errorf(codeUnnameable, v.at, "%s cannot be stored by package %s: %s is not exported", v.name(), v.pkg.Name, name)).
			note(n.Span, "%s is declared here", n.Name).
			help("export %s, or give it MarshalJSON and UnmarshalJSON on an exported type around it", n.Name)
	case !mayImport(v.pkg.Path, n.Path):
		v.note(c.errorf(codeUnnameable, v.at, "%s cannot be stored by package %s, which may not import %s", v.name(), v.pkg.Name, n.Path)).
			help("%s", v.leaveOut()).helpInSchema(helpInstead)
	}
}

// mayImport says whether a package may import another, as far as internal folders go.
func mayImport(importer, path string) bool {
	elements := strings.Split(path, "/")
	i := len(elements) - 1
	for i >= 0 && elements[i] != "internal" {
		i--
	}
	if i < 0 {
		return true
	}
	parent := strings.Join(elements[:i], "/")
	return importer == parent || parent != "" && strings.HasPrefix(importer, parent+"/")
}
