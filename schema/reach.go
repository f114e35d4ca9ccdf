package schema

import (
	"go/token"
	"strings"
)

// reach knows what generated code of a package can reach.
type reach struct {
	pkg *Package
	// known says of declared types that have been looked at why what they are made of is out
	// of reach; it is empty where it isn't, and while that is being found out.
	known map[*Named]string
}

func newReach(p *Package) *reach { return &reach{pkg: p, known: map[*Named]string{}} }

// problem says why values of a type cannot be kept in a snapshot; it is empty where they
// can. What is wrong within a struct without a name, or one that inner says, is said there
// and not here; a nil inner stands for none.
func (r *reach) problem(t Type, inner func(*Named) bool) string {
	switch t := Resolve(t).(type) {
	case nil, *Basic, *Any:
		return ""
	case *Slice:
		return r.problem(t.Elem, inner)
	case *Array:
		return r.problem(t.Elem, inner)
	case *Pointer:
		return r.problem(t.Elem, inner)
	case *Map:
		if why := r.problem(t.Key, inner); why != "" {
			return why
		}
		return r.problem(t.Elem, inner)
	case *Struct:
		if inner != nil {
			return "" // it is spelt where its fields are looked at, too
		}
		return r.fields(t, true, "it", nil)
	case *Unsupported:
		return strings.Replace(t.Reason, "has no JSON form", "cannot be written down", 1)
	case *Named:
		switch {
		case inner != nil && inner(t):
		case t.StateByParts(r.pkg.Path):
			if why := r.structure(t); why != "" {
				return spell(t, r.pkg.Path) + why
			}
		case t.Encoding == EncodeValue && t.Value != nil:
			if why := r.values(t, t.Value); why != "" {
				return spell(t, r.pkg.Path) + " is a value object, and " + why
			}
		}
	}
	return ""
}

// structure says why what a declared type is made of is out of reach: " has …". It is
// empty where it isn't.
func (r *reach) structure(n *Named) string {
	if why, known := r.known[n]; known {
		return why
	}
	r.known[n] = ""
	why := ""
	if s, ok := n.Under.(*Struct); ok {
		switch {
		case n.Path == runtimePath:
			why = " belongs to another aggregate, child or decision model"
		case n.Path != r.pkg.Path && n.Path != "" && !token.IsExported(n.Name):
			why = " is not exported"
		case !mayImport(r.pkg.Path, n.Path):
			why = " is internal to " + n.Path
		default:
			why = r.fields(s, n.Path == r.pkg.Path && !n.HiddenFields, "", nil)
		}
	} else if inner := r.problem(n.Under, nil); inner != "" {
		why = ": " + inner
	}
	r.known[n] = why
	return why
}

// fields says which fields of a struct are out of reach. own says that the struct is one
// of the package.
func (r *reach) fields(s *Struct, own bool, subject string, inner func(*Named) bool) string {
	var hidden []string
	for _, f := range StateFields(s) {
		if !f.Exported && !own {
			hidden = append(hidden, f.Name.Value)
		}
	}
	if len(hidden) == 1 {
		return subject + " has a field that is not exported: " + hidden[0]
	} else if len(hidden) > 1 {
		return subject + " has fields that are not exported: " + enumerate(hidden)
	}
	for _, f := range StateFields(s) {
		why := ""
		if f.Value != nil {
			why = r.values(nil, f.Value)
		} else {
			why = r.problem(f.Type, inner)
		}
		if why != "" {
			return subject + " holds " + f.Name.Value + ", and " + why
		}
	}
	return ""
}

// values says why the functions of a value object, or of a field, are out of reach, or
// what they give.
func (r *reach) values(n *Named, v *Value) string {
	if n != nil && n.Path != r.pkg.Path && v.Method.Value != "" && !token.IsExported(v.Method.Value) {
		return v.Method.Value + " is not exported"
	}
	for _, f := range []*Func{v.Encode, v.Decode} {
		if f != nil && f.Path != r.pkg.Path && f.Name.Value != "" && !token.IsExported(f.Name.Value) {
			return f.Name.Value + " is not exported"
		}
	}
	if n != nil && endlessValue(n) != nil {
		return "there is no end to its encoding"
	}
	return r.problem(v.Base, nil)
}
