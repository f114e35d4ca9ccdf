package schema

const (
	codeChildNoID  Code = "ES0146"
	codeChildKey   Code = "ES0147"
	codeStrayChild Code = "ES0149"
)

var childIDRules = []rule{
	{CodeInfo{codeChildNoID, "a child in a slice or a map has no ID", `
An event that one of several children applies says which: by the child's ID. So the
child has a field tagged es:"id", and the keys of a map are of its type.

Wrong:

	//es:aggregate cart
	type Cart struct {
		es.Root

		lines map[string]*Line ¦es:"child"¦
	}

	//es:child
	type Line struct {
		es.Child

		id LineID ¦es:"id"¦
	}

Right:

	//es:aggregate cart
	type Cart struct {
		es.Root

		lines map[LineID]*Line ¦es:"child"¦
	}

	//es:child
	type Line struct {
		es.Child

		id LineID ¦es:"id"¦
	}
`}, checkChildNoID},
	{CodeInfo{codeChildKey, "an event does not say which child it is about", `
An event that is applied by a child of a slice or a map has exactly one field of the
type of the child's ID. Where it has several, the tag es:"child" says which one is
meant. Children of children are found step by step, so each step needs such a field.

Wrong:

	//es:event cart.quantity_changed
	type QuantityChanged struct {
		Quantity int
	}

Right:

	//es:event cart.quantity_changed
	type QuantityChanged struct {
		LineID   LineID
		Quantity int
	}

	//es:event cart.line_replaced
	type LineReplaced struct {
		LineID LineID ¦es:"child"¦
		By     LineID
	}
`}, checkChildKey},
	{CodeInfo{codeStrayChild, `the tag es:"child" of an event names no child`, `
On a field of an event, es:"child" says that the field has the ID of the child which
applies the event, and only children in slices and maps are told apart by IDs.

Wrong:

	//es:event cart.opened
	type Opened struct {
		CartID uuid.UUID ¦es:"child"¦
	}

Right:

	//es:event cart.opened
	type Opened struct {
		CartID uuid.UUID
	}
`}, checkStrayChild},
}

func checkChildNoID(c *checker) {
	for _, p := range c.packages() {
		for _, r := range c.scopes[p].refs {
			child, id := r.step.Child, r.step.Child.ID
			switch {
			case r.step.Container == One:
			case id == nil:
				c.errorf(codeChildNoID, child.GoName.Span, "child %s has no ID field, but %s holds several", child.GoName.Value, r.field()).
					note(r.step.Field.Name.Span, "%s is declared here", r.field()).
					help("add a field such as id int `es:\"id\"`, which tells them apart").
					helpInSchema("name the state field that tells them apart, as in id: lineId")
			case r.step.Container == InMap && r.mapKey != nil && id.Type != nil && !sameType(r.mapKey, id.Type):
				c.errorf(codeChildNoID, at(r.step.Field.TypeSpan, r.step.Field.Name.Span), "the keys of %s are %s, but the ID of %s is %s", r.field(),
					spell(r.mapKey, p.Path), child.GoName.Value, spell(id.Type, p.Path)).
					note(at(id.TypeSpan, id.Name.Span), "the ID of %s", child.GoName.Value).
					help("use map[%s]*%s", spell(id.Type, p.Path), child.GoName.Value)
			}
		}
	}
}

func checkChildKey(c *checker) {
	for _, p := range c.packages() {
		for _, u := range c.scopes[p].uses {
			if u.event == nil || u.holder.path == nil || !c.scopes[p].sharesStream(u.holder.root, u.event) {
				continue
			}
			_, problems := childKeys(u.event, u.holder.path)
			for _, problem := range problems {
				c.reportChildKey(p, u, problem)
			}
		}
	}
}

func (c *checker) reportChildKey(p *Package, u *use, problem keyProblem) {
	e, child := u.event.GoName, problem.step.Child
	id := spell(child.ID.Type, p.Path)
	place := e.Span
	var names []string
	for _, f := range problem.fields {
		names = append(names, f.Name.Value)
	}
	var d *Diagnostic
	switch {
	case problem.mistyped:
		f := problem.fields[0]
		d = c.errorf(codeChildKey, at(f.TypeSpan, f.Name.Span, place), "field %s of %s is to name a %s, but is %s, not %s", f.Name.Value, e.Value,
			child.GoName.Value, spell(f.Type, p.Path), id).
			help("give it the type %s", id)
	case len(names) == 0:
		d = c.errorf(codeChildKey, place, "event %s does not say which %s it is about", e.Value, child.GoName.Value).
			help("add a field of the type of its ID, such as %sID %s", child.GoName.Value, id)
	default:
		if problem.fields[0].Child != nil {
			place = at(problem.fields[1].Child.Span, place)
		}
		d = c.errorf(codeChildKey, place, "event %s names a %s in several fields: %s", e.Value, child.GoName.Value, enumerate(names)).
			help("tag the one that is meant, and only that, `es:\"child\"`")
		if child != u.holder.path.Child() {
			d.help("give the ID of %s a type of its own, so that one field is of it", child.GoName.Value)
		}
	}
	d.note(u.apply.Method.Span, "%s applies it", u.method()).
		note(problem.step.Field.Name.Span, "%s holds several, told apart by %s", problem.step.Field.Name.Value, child.ID.Name.Value)
}

func checkStrayChild(c *checker) {
	keys := map[*Field]bool{}
	for _, p := range c.packages() {
		s := c.scopes[p]
		for _, u := range s.uses {
			if u.event == nil || u.holder.path == nil {
				continue
			}
			for _, step := range u.holder.path.Steps {
				if step.Container == One {
					continue
				}
				for _, f := range u.event.selectable() {
					keys[f] = true
				}
			}
		}
		// Methods of a child that none holds may be about to become such.
		for _, child := range p.Children {
			for _, apply := range child.Applies {
				for _, name := range apply.Events {
					if e := s.events[name.Value]; e != nil && child.Root == nil {
						for _, f := range e.selectable() {
							keys[f] = true
						}
					}
				}
			}
		}
	}
	for _, v := range c.walk().fields {
		if v.field.Child == nil || keys[v.field] {
			continue
		}
		v.note(c.errorf(codeStrayChild, at(v.field.Child.Span, v.at), `es:"child" on %s of %s names no child of a slice or a map`, v.field.Name.Value, v.in)).
			help("remove it, or apply the event on the child")
	}
	stray := func(what string, fields []*Field) {
		for _, f := range fields {
			if f.Child != nil {
				c.errorf(codeStrayChild, at(f.Child.Span, f.Name.Span), `es:"child" on field %s of %s names no child`, f.Name.Value, what).
					help("remove it: aggregates and children hold children, and events name them")
			}
		}
	}
	c.eachModel(func(_ *scope, m *DecisionModel) { stray("decision model "+m.GoName.Value, m.Fields) })
	for _, p := range c.packages() {
		for _, cmd := range p.Commands {
			if strct := cmd.Struct(); strct != nil && c.scopes[p].hasCommand(cmd) {
				stray("command "+cmd.GoName.Value, strct.Fields)
			}
		}
	}
}
