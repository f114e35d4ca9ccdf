package golang

import (
	"go/types"

	"github.com/esgen/esgen/schema"
)

// wellKnown fills the types that are known by name. What they are made of is not
// looked at, so that it is the same for a stand-in and for every Go version.
func (c *converter) wellKnown(n *schema.Named, obj *types.TypeName) bool {
	switch {
	case isNamed(obj, "time", "Time"):
		n.Encoding, n.Under = schema.EncodeTime, &schema.Struct{}
	case isNamed(obj, uuidPath, "UUID"):
		n.Encoding, n.Under = schema.EncodeUUID, &schema.Array{Len: 16, Elem: &schema.Basic{Kind: schema.Uint8}}
	case isNamed(obj, "encoding/json", "RawMessage"), isNamed(obj, "encoding/json/jsontext", "Value"):
		n.Encoding, n.Under = schema.EncodeRaw, bytesType()
	case isNamed(obj, "encoding/json", "Number"):
		// encoding/json writes it as a number, though it is a string.
		n.Encoding, n.Under = schema.EncodeOpaque, &schema.Basic{Kind: schema.String}
	case isPart(obj):
		n.Under = &schema.Struct{}
	default:
		return false
	}
	return true
}

// isPart says whether a type is one that aggregates, children and decision models embed.
func isPart(obj *types.TypeName) bool {
	return isNamed(obj, runtimePath, "Root") || isNamed(obj, runtimePath, "Child") || isNamed(obj, runtimePath, "Decision")
}

func isNamed(obj *types.TypeName, path, name string) bool {
	return obj.Name() == name && obj.Pkg() != nil && obj.Pkg().Path() == path
}

func bytesType() schema.Type { return &schema.Slice{Elem: &schema.Basic{Kind: schema.Uint8}} }

// byMethods decides the encoding of a type by its methods, as encoding/json does.
// It says why where the methods are but half of what is needed.
func (c *converter) byMethods(n *schema.Named, t *types.Named) (why string) {
	if types.IsInterface(t) {
		return ""
	}
	for _, codec := range []struct {
		encoding           schema.Encoding
		marshal, unmarshal string
	}{
		{schema.EncodeJSON, "MarshalJSON", "UnmarshalJSON"},
		{schema.EncodeText, "MarshalText", "UnmarshalText"},
	} {
		marshal, pointer := lookupMethod(t, codec.marshal)
		unmarshal, _ := lookupMethod(t, codec.unmarshal)
		encodes, decodes := marshal != nil && isMarshal(marshal), unmarshal != nil && isUnmarshal(unmarshal)
		switch {
		case encodes && decodes:
			n.Encoding, n.PointerEncode = codec.encoding, pointer
			return ""
		case encodes:
			return "it has " + codec.marshal + ", but no " + codec.unmarshal
		case decodes:
			return "it has " + codec.unmarshal + ", but no " + codec.marshal
		}
	}
	if len(n.Args) > 0 {
		n.Encoding = schema.EncodeOpaque
	}
	return ""
}

// lookupMethod finds a method of a type, its own or one of an embedded field.
// pointer says that only the type's pointer has it.
func lookupMethod(t *types.Named, name string) (method *types.Func, pointer bool) {
	obj, _, _ := types.LookupFieldOrMethod(types.NewPointer(t), false, t.Obj().Pkg(), name)
	method, ok := obj.(*types.Func)
	if !ok {
		return nil, false
	}
	return method, types.NewMethodSet(t).Lookup(t.Obj().Pkg(), name) == nil
}

func isMarshal(f *types.Func) bool {
	sig := f.Signature()
	return sig.Params().Len() == 0 && sig.Results().Len() == 2 &&
		isBytes(sig.Results().At(0).Type()) && isError(sig.Results().At(1).Type())
}

func isUnmarshal(f *types.Func) bool {
	sig := f.Signature()
	return sig.Params().Len() == 1 && !sig.Variadic() && sig.Results().Len() == 1 &&
		isBytes(sig.Params().At(0).Type()) && isError(sig.Results().At(0).Type())
}

func isIsZero(f *types.Func) bool {
	sig := f.Signature()
	return sig.Params().Len() == 0 && sig.Results().Len() == 1 && types.Identical(sig.Results().At(0).Type(), types.Typ[types.Bool])
}

func isBytes(t types.Type) bool { return types.Identical(t, types.NewSlice(types.Typ[types.Byte])) }

func isError(t types.Type) bool {
	return types.Identical(t, types.Universe.Lookup("error").Type())
}

// isComparable says whether == works on a type, and cannot panic: an interface
// can hold anything. An aggregate, a child or a decision model is never compared.
func isComparable(t types.Type) bool {
	if named, ok := types.Unalias(t).(*types.Named); ok && isPart(named.Obj()) {
		return false
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return u.Kind() != types.Invalid && u.Kind() != types.UntypedNil
	case *types.Pointer, *types.Chan:
		return true
	case *types.Array:
		return isComparable(u.Elem())
	case *types.Struct:
		for f := range u.Fields() {
			if !isComparable(f.Type()) {
				return false
			}
		}
		return true
	}
	return false
}
