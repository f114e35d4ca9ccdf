package templates

import (
	"fmt"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/esgen/esgen/schema"
)

// emitChildRecord writes the method by which a child records an event of its
// aggregate.
//
//	// record records an event of the Cart that the Delivery is part of.
//	func (d *Delivery) record(event CartEvent) {
//		es.RootOf[Cart](&d.Child).record(event)
//	}
func emitChildRecord(f *goFile, c *schema.Child) {
	l := f.locals()
	event := l.name("event")
	recv := l.of(c.GoName.Value)
	root := c.Root
	f.add(fmt.Sprintf("%s records an event of the %s that the %s is part of.", schema.RecordMethod, root.GoName.Value, c.GoName.Value),
		jen.Func().Params(jen.Id(recv).Add(pointer(c.GoName.Value))).Id(schema.RecordMethod).
			Params(jen.Id(event).Id(root.EventInterface())).Block(
			f.es("RootOf").Types(jen.Id(root.GoName.Value)).Call(jen.Op("&").Id(recv).Dot("Child")).
				Dot(schema.RecordMethod).Call(jen.Id(event)),
		))
}

// findChild gives the expression of the child that the event means, and the
// statements before it that find it in holder, or run missing where it is not
// there.
//
//	if c.delivery == nil {
//		return es.MissingChild("Cart.delivery", e)
//	}
//
//	i := slices.IndexFunc(c.lines, func(l *Line) bool { return l != nil && l.id == e.LineID })
//	if i < 0 {
//		return es.MissingChild("Cart.lines", e, e.LineID)
//	}
//
//	line := c.linesByID[e.LineID]
//	if line == nil {
//		return es.MissingChild("Cart.linesByID", e, e.LineID)
//	}
func findChild(f *goFile, l *locals, holder *jen.Statement, step schema.ChildStep, key *schema.Field, e string, missing jen.Code) (*jen.Statement, []jen.Code) {
	switch step.Container {
	case schema.InSlice:
		i := l.name("i")
		child := l.nested().of(step.Child.GoName.Value)
		isMeant := jen.Func().Params(jen.Id(child).Add(pointer(step.Child.GoName.Value))).Bool().Add(oneLine(
			jen.Return(jen.Id(child).Op("!=").Nil().Op("&&").
				Id(child).Dot(step.Child.ID.Name.Value).Op("==").Id(e).Dot(key.Name.Value)),
		))
		return holder.Clone().Index(jen.Id(i)), []jen.Code{
			jen.Id(i).Op(":=").Add(f.std("slices", "IndexFunc")).Call(holder.Clone(), isMeant),
			jen.If(jen.Id(i).Op("<").Lit(0)).Block(missing),
		}
	case schema.InMap:
		child := l.of(step.Child.GoName.Value)
		return jen.Id(child), []jen.Code{
			jen.Id(child).Op(":=").Add(holder.Clone()).Index(jen.Id(e).Dot(key.Name.Value)),
			jen.If(jen.Id(child).Op("==").Nil()).Block(missing),
		}
	}
	if step.Pointer {
		return holder.Clone(), []jen.Code{jen.If(holder.Clone().Op("==").Nil()).Block(missing)}
	}
	return holder.Clone(), nil
}

// emitAttach writes the function that makes all children, wherever the
// aggregate keeps them, parts of it.
//
//	// attachCart lets the children of Cart record.
//	func attachCart(c *Cart) {
//		if c.delivery != nil {
//			es.Attach(&c.delivery.Child, c)
//		}
//		for _, l := range c.lines {
//			if l != nil {
//				es.Attach(&l.Child, c)
//			}
//		}
//	}
func emitAttach(f *goFile, a *schema.Aggregate) {
	l := f.locals()
	recv := l.of(a.GoName.Value)
	body := attachChildren(f, l, childTree(a), jen.Id(recv), recv)
	f.add(fmt.Sprintf("%s lets the children of %s record.", a.AttachFunc(), a.GoName.Value),
		jen.Func().Id(a.AttachFunc()).Params(jen.Id(recv).Add(pointer(a.GoName.Value))).Block(body...))
}

// attachChildren gives the statements that attach what holder holds, and what
// that holds in turn, to the aggregate root.
func attachChildren(f *goFile, l *locals, nodes []*childNode, holder *jen.Statement, root string) []jen.Code {
	var statements []jen.Code
	for _, n := range nodes {
		field := holder.Clone().Dot(n.step.Field.Name.Value)
		attach := func(l *locals, child *jen.Statement) []jen.Code {
			call := f.es("Attach").Call(jen.Op("&").Add(child.Clone()).Dot("Child"), jen.Id(root))
			return append([]jen.Code{call}, attachChildren(f, l, n.children, child, root)...)
		}
		switch {
		case n.step.Container != schema.One:
			inner := l.nested()
			child := inner.of(n.step.Child.GoName.Value)
			statements = append(statements, jen.For(jen.List(jen.Id("_"), jen.Id(child)).Op(":=").Range().Add(field)).Block(
				jen.If(jen.Id(child).Op("!=").Nil()).Block(attach(inner, jen.Id(child))...),
			))
		case n.step.Pointer:
			statements = append(statements, jen.If(field.Clone().Op("!=").Nil()).Block(attach(l, field)...))
		default:
			statements = append(statements, attach(l, field)...)
		}
	}
	return statements
}

// childNode is a child with the children that it has itself.
type childNode struct {
	step     schema.ChildStep
	children []*childNode
}

// childTree gives the children of an aggregate, whose paths are listed parents
// first, as a tree.
func childTree(a *schema.Aggregate) []*childNode {
	var top []*childNode
	byPath := map[string]*childNode{}
	for _, p := range a.Paths {
		steps := make([]string, len(p.Steps))
		for i, step := range p.Steps {
			steps[i] = step.Field.Name.Value
		}
		n := &childNode{step: p.Steps[len(p.Steps)-1]}
		byPath[strings.Join(steps, ".")] = n
		if parent := byPath[strings.Join(steps[:len(steps)-1], ".")]; parent != nil {
			parent.children = append(parent.children, n)
		} else {
			top = append(top, n)
		}
	}
	return top
}
