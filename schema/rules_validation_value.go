package schema

import (
	"slices"
	"strings"
)

// nilPointers follows a pointer that is nil through the rules of a tag.
type nilPointers struct {
	typ Type
	// passed is the rule that has let it through; gone says that none that follows meets it.
	passed string
	gone   bool
}

// meets gives the name of a rule that would be asked about a nil pointer. For the library
// that is broken, unless an earlier rule says when the field may be left out: then what
// follows gets the pointer itself, and panics.
func (n *nilPointers) meets(p validatePart) *Text {
	if _, ok := underlying(n.typ).(*Pointer); !ok || n.gone {
		return nil
	}
	for _, alternative := range append([]validatePart{p}, p.or...) {
		switch name := alternative.name.Value; {
		case name == "omitempty" || name == "omitnil" || name == "omitzero" || name == "required":
			n.gone = true
		case strings.HasPrefix(name, "required_") || strings.HasPrefix(name, "excluded_") || name == "skip_unless":
			n.passed = name
		case name == "isdefault" || name == "structonly" || name == "nostructlevel":
		case n.passed != "":
			return &alternative.name
		default:
			n.gone = true
		}
	}
	return nil
}

// method is the method that a rule calls.
func (r ValidationRule) method(p validatePart) string {
	switch {
	case r.Name == "valid":
		return validMethod
	case r.Name == "validateFn" && p.param.Value != "":
		return p.param.Value
	case r.Name == "validateFn":
		return validateMethod
	}
	return ""
}

const (
	// validMethod is what the rule valid calls, validateMethod what validateFn calls by
	// default.
	validMethod    = "Valid"
	validateMethod = "Validate"
)

// lacks says whether a type surely has no such method. One that a schema file declares has
// what is generated.
func (t *validateTag) lacks(typ Type, method string) bool {
	for range 100 {
		typ = Resolve(typ)
		switch u := typ.(type) {
		case *Pointer:
			typ = u.Elem
			continue
		case *Basic, *Slice, *Array, *Map:
			return true
		case *Struct:
			return !embeds(u)
		case *Named:
			if u.Encoding == EncodeTime || u.Encoding == EncodeUUID || isDuration(u) {
				return true
			}
			return method == validMethod && !u.Judges && (!u.Module || strings.HasSuffix(u.Span.File, ".go"))
		}
		return false
	}
	return false
}

func embeds(s *Struct) bool {
	return slices.ContainsFunc(s.Fields, func(f *Field) bool { return f.Embedded })
}
