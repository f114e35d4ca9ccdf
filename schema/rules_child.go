package schema

import "slices"

const (
	codeChildUnreached Code = "ES0140"
	codeChildTwice     Code = "ES0141"
	codeNotAChild      Code = "ES0142"
	codeChildUntagged  Code = "ES0143"
	codeChildEmbed     Code = "ES0144"
	codeChildByValue   Code = "ES0145"
	codeChildCircle    Code = "ES0148"
)

var childRules = []rule{
	{CodeInfo{codeChildUnreached, "a child is part of no aggregate", `
A child records its events on the stream of its aggregate. The aggregate, or another
of its children, holds it in a field tagged es:"child".

Wrong:

	//es:aggregate cart
	type Cart struct{ es.Root }

	//es:child
	type Delivery struct{ es.Child }

Right:

	//es:aggregate cart
	type Cart struct {
		es.Root

		delivery *Delivery ¦es:"child"¦
	}

	//es:child
	type Delivery struct{ es.Child }
`}, checkChildUnreached},
	{CodeInfo{codeChildTwice, "a child is reached in two ways", `
A child is part of one aggregate, and stands in one place of it: otherwise an event
that it applies could mean either. Two deliveries of one cart are a slice or a map of
deliveries, whose IDs say which is meant; the same thing in two aggregates is two
types.

Wrong:

	//es:aggregate cart
	type Cart struct {
		es.Root

		first, second *Delivery ¦es:"child"¦
	}

Right:

	//es:aggregate cart
	type Cart struct {
		es.Root

		deliveries map[DeliveryID]*Delivery ¦es:"child"¦
	}
`}, checkChildTwice},
	{CodeInfo{codeNotAChild, `a field tagged es:"child" holds no child`, `
The tag stands on a field that holds a //es:child of the package: one, a pointer to
one, a slice of pointers, or a map of pointers by the child's ID.

Wrong:

	//es:aggregate cart
	type Cart struct {
		es.Root

		delivery Delivery ¦es:"child"¦
	}

	type Delivery struct{ done bool }

Right:

	//es:aggregate cart
	type Cart struct {
		es.Root

		delivery Delivery ¦es:"child"¦
	}

	//es:child
	type Delivery struct {
		es.Child

		done bool
	}
`}, checkNotAChild},
	{CodeInfo{codeChildUntagged, "a field with a child is not tagged", `
A field that holds a child is tagged es:"child": generated code follows it, to apply
events to the child and to attach what the child records.

Wrong:

	//es:aggregate cart
	type Cart struct {
		es.Root

		delivery *Delivery
	}

Right:

	//es:aggregate cart
	type Cart struct {
		es.Root

		delivery *Delivery ¦es:"child"¦
	}
`}, checkChildUntagged},
	{CodeInfo{codeChildEmbed, "a child does not embed es.Child", `
A child embeds es.Child by value, which attaches it to its aggregate, so that it can
record events.

Wrong:

	//es:child
	type Delivery struct {
		done bool
	}

Right:

	//es:child
	type Delivery struct {
		es.Child

		done bool
	}
`}, checkChildEmbed},
	{CodeInfo{codeChildByValue, "a slice or a map holds children by value", `
A child is attached to its aggregate where it stands. A slice that grows moves its
elements, and what a map holds has no place at all: so both hold pointers.

Wrong:

	//es:aggregate cart
	type Cart struct {
		es.Root

		lines []Line ¦es:"child"¦
	}

Right:

	//es:aggregate cart
	type Cart struct {
		es.Root

		lines []*Line ¦es:"child"¦
	}
`}, checkChildByValue},
	{CodeInfo{codeChildCircle, "a child is part of itself", `
Generated code follows the fields tagged es:"child" from the aggregate to every child.
A child that holds itself, or one that leads back to it, would have no end. A tree is
better kept flat: a map of all its nodes, each with the ID of its parent.

Wrong:

	//es:child
	type Node struct {
		es.Child

		id    NodeID  ¦es:"id"¦
		nodes []*Node ¦es:"child"¦
	}

Right:

	//es:aggregate tree
	type Tree struct {
		es.Root

		nodes map[NodeID]*Node ¦es:"child"¦
	}

	//es:child
	type Node struct {
		es.Child

		id     NodeID ¦es:"id"¦
		parent NodeID
	}
`}, checkChildCircle},
}

func checkChildUnreached(c *checker) {
	for _, p := range c.packages() {
		s := c.scopes[p]
		for _, child := range p.Children {
			held := slices.ContainsFunc(s.refs, func(r *childRef) bool { return r.step.Child == child })
			if child.Root != nil || held || s.unreadRef() || s.children[child.GoName.Value] != child {
				continue
			}
			d := c.errorf(codeChildUnreached, child.GoName.Span, "child %s is part of no aggregate", child.GoName.Value)
			if len(p.Aggregates) == 1 {
				a := p.Aggregates[0].GoName
				d.note(a.Span, "%s is declared here", a.Value)
			}
			d.help("add a field such as %s *%s `es:\"child\"` to its aggregate", lowerFirst(child.GoName.Value), child.GoName.Value).
				helpInSchema("add a field such as %s: ?%s to the state of its aggregate", lowerFirst(child.GoName.Value), child.GoName.Value)
		}
	}
}

// unreadRef says whether there is a field for a child whose type could not be read.
// It may hold any child.
func (s *scope) unreadRef() bool {
	unread := func(f *Field) bool { return f.Child != nil && f.Type == nil }
	return slices.ContainsFunc(s.pkg.Aggregates, func(a *Aggregate) bool { return slices.ContainsFunc(a.Fields, unread) }) ||
		slices.ContainsFunc(s.pkg.Children, func(c *Child) bool { return slices.ContainsFunc(c.Fields, unread) })
}

func checkChildTwice(c *checker) {
	for _, p := range c.packages() {
		first := map[*Child]*childRef{}
		refs := slices.Clone(c.scopes[p].refs)
		slices.SortStableFunc(refs, func(a, b *childRef) int {
			return compareSpans(a.step.Field.Name.Span, b.step.Field.Name.Span)
		})
		for _, r := range refs {
			child := r.step.Child
			if r.inCircle {
				continue
			}
			before := first[child]
			if before == nil {
				first[child] = r
				continue
			}
			d := c.errorf(codeChildTwice, r.step.Field.Name.Span, "child %s is reached in two ways, through %s and %s",
				child.GoName.Value, before.field(), r.field()).
				note(before.step.Field.Name.Span, "%s holds it too", before.field())
			if before.owner().Span == r.owner().Span {
				d.help("hold them in one slice or map, where IDs tell them apart, or give them types of their own")
			} else {
				d.help("a child is part of one aggregate: declare another type for the other")
			}
		}
	}
}

// field is the field with its type: Cart.delivery.
func (r *childRef) field() string { return r.owner().Value + "." + r.step.Field.Name.Value }

func checkNotAChild(c *checker) {
	const help = "a child is held as T, *T, []*T or map[ID]*T, where T is a //es:child of the package"
	for _, p := range c.packages() {
		s := c.scopes[p]
		held := map[*Field]bool{}
		for _, r := range s.refs {
			held[r.step.Field] = true
			if !r.fits && !r.byValue() {
				c.errorf(codeNotAChild, at(r.step.Field.TypeSpan, r.step.Field.Name.Span), "field %s cannot hold child %s as %s",
					r.field(), r.step.Child.GoName.Value, spell(r.step.Field.Type, p.Path)).
					note(r.step.Child.GoName.Span, "%s is declared here", r.step.Child.GoName.Value).
					help(help)
			}
		}
		check := func(owner Text, fields []*Field) {
			for _, f := range fields {
				if f.Child == nil || held[f] || f.Type == nil {
					continue
				}
				d := c.errorf(codeNotAChild, at(f.Child.Span, f.Name.Span), `field %s.%s is tagged es:"child", but %s is none`,
					owner.Value, f.Name.Value, spell(f.Type, p.Path)).help(help)
				n := innermost(f.Type)
				if n == nil {
					continue
				}
				if n.Path == p.Path && n.Span.Line > 0 {
					d.note(n.Span, "%s has no //es:child", n.Name).
						help("add //es:child to %s, and embed es.Child in it", n.Name)
				} else if other := c.scopeOf(n); other != nil && other.children[n.Name] != nil {
					d.note(n.Span, "%s is a child of another package", n.Name).
						help("children live in the package of their aggregate: move %s here", n.Name)
				}
			}
		}
		for _, a := range p.Aggregates {
			check(a.GoName, a.Fields)
		}
		for _, child := range p.Children {
			check(child.GoName, child.Fields)
		}
	}
}

// innermost is the declared type that is held in slices, maps and pointers.
func innermost(t Type) *Named {
	for range 100 {
		t = Resolve(t)
		if n, ok := t.(*Named); ok {
			return n
		}
		t = elemOf(t)
	}
	return nil
}

// byValue says that a slice or a map holds the child itself.
func (r *childRef) byValue() bool {
	t := plain(r.step.Field.Type, func(n *Named) bool { return n.Name == r.step.Child.GoName.Value })
	if r.step.Container == One || r.step.Pointer {
		return false
	}
	n, ok := Resolve(elemOf(t)).(*Named)
	return ok && n.Name == r.step.Child.GoName.Value
}

func checkChildUntagged(c *checker) {
	for _, p := range c.packages() {
		for _, r := range c.scopes[p].refs {
			if f := r.step.Field; f.Child == nil {
				c.errorf(codeChildUntagged, f.Name.Span, "field %s holds child %s, but is not tagged", r.field(), r.step.Child.GoName.Value).
					note(r.step.Child.GoName.Span, "%s is declared here", r.step.Child.GoName.Value).
					help("tag it `es:\"child\"`")
			}
		}
	}
}

func checkChildEmbed(c *checker) {
	for _, p := range c.packages() {
		for _, child := range p.Children {
			switch child.Embeds {
			case EmbeddedByPointer:
				place := child.GoName.Span
				if f := embedded(child.Fields, "Child"); f != nil {
					place = f.Name.Span
				}
				c.errorf(codeChildEmbed, place, "child %s embeds a pointer to es.Child", child.GoName.Value).
					help("embed es.Child itself: its zero value is ready to use, and a nil pointer is not")
			case NotEmbedded:
				c.errorf(codeChildEmbed, child.GoName.Span, "child %s does not embed es.Child", child.GoName.Value).
					help("make es.Child the first field of %s", child.GoName.Value)
			}
		}
	}
}

func checkChildByValue(c *checker) {
	for _, p := range c.packages() {
		for _, r := range c.scopes[p].refs {
			if !r.byValue() {
				continue
			}
			name := r.step.Child.GoName.Value
			d := c.errorf(codeChildByValue, at(r.step.Field.TypeSpan, r.step.Field.Name.Span), "field %s holds children by value", r.field())
			if r.step.Container == InSlice {
				d.help("a slice that grows moves its elements: use []*%s", name).
					helpInSchema("a slice that grows moves its elements: use []?%s", name)
			} else {
				d.help("what a map holds cannot be changed in place: use map[%s]*%s", spell(r.mapKey, p.Path), name)
			}
		}
	}
}

func checkChildCircle(c *checker) {
	for _, p := range c.packages() {
		s := c.scopes[p]
		reported := map[*childRef]bool{}
		for _, r := range s.refs {
			if !r.inCircle || reported[r] {
				continue
			}
			d := c.errorf(codeChildCircle, r.step.Field.Name.Span, "child %s is part of itself, through field %s", r.parent.GoName.Value, r.field()).
				help("keep the tree flat: a map of all of them, each with the ID of its parent")
			for _, next := range s.refs {
				if next.inCircle && s.leadsTo(r.step.Child, next.parent) && s.leadsTo(next.step.Child, r.parent) {
					reported[next] = true
					if next != r {
						d.note(next.step.Field.Name.Span, "%s leads on to %s", next.field(), next.step.Child.GoName.Value)
					}
				}
			}
		}
	}
}

// leadsTo says whether children lead from one to another.
func (s *scope) leadsTo(from, to *Child) bool {
	return leadsTo(from, to, s.byParent, map[*Child]bool{})
}
