package schema

// childRef is a field that holds a child.
type childRef struct {
	// The field is one of an aggregate or of another child; the other is nil.
	aggregate *Aggregate
	parent    *Child
	step      ChildStep
	// fits says that the field holds the child in a way that can be followed: see
	// Container. mapKey is the key's type where it is a map.
	fits   bool
	mapKey Type
	// inCircle says that the child leads back to its parent.
	inCircle bool
}

// owner is the Go name of the type with the field.
func (r *childRef) owner() Text {
	if r.aggregate != nil {
		return r.aggregate.GoName
	}
	return r.parent.GoName
}

// resolveChildren finds the way from each aggregate to its children. A field
// without its tag, or of a type that cannot be followed, is taken as what it was
// probably meant to be: it is reported, and what hangs on it is not.
func (s *scope) resolveChildren() {
	byParent := map[*Child][]*childRef{}
	s.byParent = byParent
	for _, a := range s.pkg.Aggregates {
		for _, f := range a.Fields {
			if r := s.childRef(f); r != nil {
				r.aggregate = a
				s.refs = append(s.refs, r)
			}
		}
	}
	for _, child := range s.pkg.Children {
		for _, f := range child.Fields {
			if r := s.childRef(f); r != nil {
				r.parent = child
				s.refs = append(s.refs, r)
				byParent[child] = append(byParent[child], r)
			}
		}
	}
	for _, r := range s.refs {
		r.inCircle = r.parent != nil && leadsTo(r.step.Child, r.parent, byParent, map[*Child]bool{})
	}
	for _, a := range s.pkg.Aggregates {
		seen := map[*Child]bool{}
		for _, r := range s.refs {
			if r.aggregate == a {
				a.addPaths(nil, r, byParent, seen)
			}
		}
	}
}

// leadsTo says whether children lead from one to another.
func leadsTo(from, to *Child, byParent map[*Child][]*childRef, seen map[*Child]bool) bool {
	if from == to {
		return true
	}
	if seen[from] {
		return false
	}
	seen[from] = true
	for _, r := range byParent[from] {
		if leadsTo(r.step.Child, to, byParent, seen) {
			return true
		}
	}
	return false
}

// addPaths adds the way through r and whatever lies behind, each child once.
func (a *Aggregate) addPaths(before []ChildStep, r *childRef, byParent map[*Child][]*childRef, seen map[*Child]bool) {
	child := r.step.Child
	if seen[child] {
		return
	}
	seen[child] = true
	steps := append(before[:len(before):len(before)], r.step)
	a.Paths = append(a.Paths, ChildPath{Steps: steps})
	if child.Root == nil {
		child.Root = a
	}
	for _, next := range byParent[child] {
		a.addPaths(steps, next, byParent, seen)
	}
}

// childRef says which child a field holds and how, nil where it holds none.
func (s *scope) childRef(f *Field) *childRef {
	r := &childRef{step: ChildStep{Field: f}}
	t := plain(f.Type, s.isChild)
	switch u := t.(type) {
	case *Slice:
		r.step.Container, t = InSlice, u.Elem
	case *Map:
		r.step.Container, t, r.mapKey = InMap, u.Elem, u.Key
	}
	t = plain(t, s.isChild)
	if p, ok := t.(*Pointer); ok {
		r.step.Pointer = true
		t = plain(p.Elem, s.isChild)
	}
	r.fits = r.step.Pointer || r.step.Container == One
	for depth := 0; ; depth++ {
		if child := s.childOf(t); child != nil {
			r.step.Child = child
			return r
		}
		r.fits = false
		elem := elemOf(t)
		if elem == nil || depth > 100 {
			return nil
		}
		t = plain(elem, s.isChild)
	}
}

// childOf is the child of the package that a type is.
func (s *scope) childOf(t Type) *Child {
	if n, ok := t.(*Named); ok && n.Path == s.pkg.Path {
		return s.children[n.Name]
	}
	return nil
}

func (s *scope) isChild(n *Named) bool { return s.childOf(n) != nil }

// plain looks through aliases and declared types to what a type is made of, and
// stops at those that stop says.
func plain(t Type, stop func(*Named) bool) Type {
	t = Resolve(t)
	if n, ok := t.(*Named); ok && !stop(n) {
		return Resolve(n.Under)
	}
	return t
}

// elemOf is the type of the elements of a composite type, nil for others.
func elemOf(t Type) Type {
	switch t := t.(type) {
	case *Slice:
		return t.Elem
	case *Array:
		return t.Elem
	case *Map:
		return t.Elem
	case *Pointer:
		return t.Elem
	}
	return nil
}

// keyProblem says why an event does not tell which child is meant.
type keyProblem struct {
	step ChildStep
	// fields are those that could be meant: none, or too many. Mistyped says that
	// it is one, which is tagged, but has another type than the child's ID.
	fields   []*Field
	mistyped bool
}

// childKeys finds, for each step of a path that leads through a slice or a map,
// the event's field with the child's ID: the one tagged es:"child" for the child
// itself, else the only one of the ID's type.
func childKeys(e *Event, path *ChildPath) ([]*Field, []keyProblem) {
	if path == nil {
		return nil, nil
	}
	var problems []keyProblem
	var fields, tagged []*Field
	for _, f := range e.selectable() {
		fields = append(fields, f)
		if f.Child != nil {
			tagged = append(tagged, f)
		}
	}
	keys := make([]*Field, len(path.Steps))
	for i, step := range path.Steps {
		if step.Container == One || step.Child.ID == nil {
			continue
		}
		last := i == len(path.Steps)-1
		var found []*Field
		if last && len(tagged) > 0 {
			found = tagged
		} else {
			for _, f := range fields {
				if f.Child == nil && f.Value == nil && sameType(f.Type, step.Child.ID.Type) {
					found = append(found, f)
				}
			}
		}
		switch {
		case len(found) != 1:
			problems = append(problems, keyProblem{step: step, fields: found})
		case !sameType(found[0].Type, step.Child.ID.Type):
			problems = append(problems, keyProblem{step: step, fields: found, mistyped: true})
		default:
			keys[i] = found[0]
		}
	}
	return keys, problems
}

// selectable are the stored fields of an event that a plain selector reaches
// without following a pointer.
func (e *Event) selectable() []*Field {
	s := e.Struct()
	if s == nil {
		return nil
	}
	var fields []*Field
	for _, f := range JSONFields(s) {
		byValue := true
		for _, through := range f.Path {
			if _, pointer := Resolve(through.Type).(*Pointer); pointer {
				byValue = false
			}
		}
		if byValue {
			fields = append(fields, f.Field)
		}
	}
	return fields
}
