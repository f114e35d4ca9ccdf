package schema

import (
	"slices"
	"strconv"
	"strings"
)

// Struct is the struct that the event is, nil where it is none.
func (e *Event) Struct() *Struct { return structOf(e.Type) }

// structOf is the struct that a type is, by itself or by its declaration; nil where it
// is none.
func structOf(t Type) *Struct {
	t = Resolve(t)
	if n, ok := t.(*Named); ok {
		t = n.Under
	}
	s, _ := t.(*Struct)
	return s
}

// sameType says whether two types are one and the same.
func sameType(a, b Type) bool { return sameTypeDeep(a, b, 0) }

func sameTypeDeep(a, b Type, depth int) bool {
	a, b = Resolve(a), Resolve(b)
	if a == b {
		return a != nil
	}
	// Only literals nest without a name to end the recursion, and nobody nests them so deeply.
	if depth > 100 {
		return false
	}
	same := func(a, b Type) bool { return sameTypeDeep(a, b, depth+1) }
	switch a := a.(type) {
	case *Basic:
		b, ok := b.(*Basic)
		return ok && a.Kind == b.Kind
	case *Slice:
		b, ok := b.(*Slice)
		return ok && same(a.Elem, b.Elem)
	case *Array:
		b, ok := b.(*Array)
		return ok && a.Len == b.Len && same(a.Elem, b.Elem)
	case *Map:
		b, ok := b.(*Map)
		return ok && same(a.Key, b.Key) && same(a.Elem, b.Elem)
	case *Pointer:
		b, ok := b.(*Pointer)
		return ok && same(a.Elem, b.Elem)
	case *Any:
		_, ok := b.(*Any)
		return ok
	case *Struct:
		b, ok := b.(*Struct)
		return ok && slices.EqualFunc(a.Fields, b.Fields, func(f, g *Field) bool {
			return f.Name.Value == g.Name.Value && f.Embedded == g.Embedded && same(f.Type, g.Type)
		})
	case *Named:
		b, ok := b.(*Named)
		return ok && a.Path == b.Path && a.Name == b.Name && slices.EqualFunc(a.Args, b.Args, same)
	case *Unsupported:
		b, ok := b.(*Unsupported)
		return ok && a.Spelling == b.Spelling
	}
	return false
}

// isComparable says whether == works on values of a type, and means what it seems to.
func isComparable(t Type) bool {
	switch t := Resolve(t).(type) {
	case *Basic:
		return true
	case *Array:
		return isComparable(t.Elem)
	case *Struct:
		return !slices.ContainsFunc(t.Fields, func(f *Field) bool { return !isComparable(f.Type) })
	case *Named:
		return t.Comparable
	}
	return false
}

// spell is a type as it is written, with the names of packages but those of pkg.
func spell(t Type, pkg string) string {
	switch t := t.(type) {
	case *Basic:
		return string(t.Kind)
	case *Slice:
		return "[]" + spellElem(t.Elem, pkg)
	case *Array:
		return "[" + strconv.FormatInt(t.Len, 10) + "]" + spellElem(t.Elem, pkg)
	case *Map:
		return "map[" + spell(t.Key, pkg) + "]" + spell(t.Elem, pkg)
	case *Pointer:
		return "*" + spell(t.Elem, pkg)
	case *Any:
		return "any"
	case *Struct:
		if len(t.Fields) == 0 {
			return "struct{}"
		}
		return "struct{…}"
	case *Named:
		name := t.Name
		if t.Path != pkg && t.Package != "" {
			name = t.Package + "." + name
		}
		if len(t.Args) == 0 {
			return name
		}
		args := make([]string, len(t.Args))
		for i, arg := range t.Args {
			args[i] = spell(arg, pkg)
		}
		return name + "[" + strings.Join(args, ", ") + "]"
	case *Unsupported:
		return t.Spelling
	}
	return "…" // it could not be read
}

// spellElem is spell for the elements of slices and arrays: what is uint8 to the
// model is mostly written byte there.
func spellElem(t Type, pkg string) string {
	if b, ok := t.(*Basic); ok && b.Kind == Uint8 {
		return "byte"
	}
	return spell(t, pkg)
}
