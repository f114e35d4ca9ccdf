package schema

import (
	"slices"
	"strings"
)

const (
	codePlaceholder   Code = "ES0130"
	codeTemplateChars Code = "ES0131"
	codeOverlap       Code = "ES0132"
	codeStreamOf      Code = "ES0133"
	codeSiblingID     Code = "ES0134"
	codeTemplateAndOf Code = "ES0135"
)

var streamRules = []rule{
	{CodeInfo{codePlaceholder, "a stream template does not have {id} once", `
The template says how the stream of each aggregate is called: {id} stands for the
aggregate's ID. Without it all aggregates would share one stream; with two, the ID
could not be read back. Without a template a stream is called NAME-{id}.

Wrong:

	//es:aggregate order
	//es:stream orders
	type Order struct{ es.Root }

Right:

	//es:aggregate order
	//es:stream shop/order-{id}
	type Order struct{ es.Root }
`}, checkPlaceholder},
	{CodeInfo{codeTemplateChars, "a stream template has a character that spells trouble", `
The names of streams are read and typed by people: in shells, in SQL, in queries of
message brokers. So a template has no spaces, quotes, backslashes or characters that
cannot be printed, no braces but those of {id}, and none of * ? > %, which stand for
many names in one place or another. Letters, digits and - _ . : / @ + are fine.

Wrong:

	//es:aggregate order
	//es:stream order*{id}
	type Order struct{ es.Root }

Right:

	//es:aggregate order
	//es:stream order:{id}
	type Order struct{ es.Root }
`}, checkTemplateChars},
	{CodeInfo{codeOverlap, "two templates can spell one stream", `
Every stream is of one kind. Two templates can spell one another's streams if of the
parts before {id} one begins the other, and of the parts behind it one ends the
other: then some ID of the one aggregate leads to a stream of the other. This holds
in a package and among all packages of a registry. Templates that differ in their
first part, as the default ones do, never meet.

Wrong:

	//es:aggregate order
	type Order struct{ es.Root }

	//es:aggregate line
	//es:stream order-line-{id}
	type Line struct{ es.Root }

Right:

	//es:aggregate order
	type Order struct{ es.Root }

	//es:aggregate line
	//es:stream line-{id}
	type Line struct{ es.Root }
`}, checkOverlap},
	{CodeInfo{codeStreamOf, "a shared stream leads nowhere", `
//es:stream of=TYPE puts an aggregate on the stream of another aggregate of the
package. That one, or the one that it shares with in turn, has a stream of its own:
nobody shares with itself, nor in a circle.

Wrong:

	//es:aggregate shipping
	//es:stream of=Shipping
	type Shipping struct{ es.Root }

Right:

	//es:aggregate order
	type Order struct{ es.Root }

	//es:aggregate shipping
	//es:stream of=Order
	type Shipping struct{ es.Root }
`}, checkStreamOf},
	{CodeInfo{codeSiblingID, "aggregates of one stream have IDs of different types", `
Aggregates that share a stream are found by the same ID, so it is of one type.

Wrong:

	//es:aggregate order
	type Order struct {
		es.Root

		id uuid.UUID ¦es:"id"¦
	}

	//es:aggregate shipping
	//es:stream of=Order
	type Shipping struct {
		es.Root

		id string ¦es:"id"¦
	}

Right:

	//es:aggregate shipping
	//es:stream of=Order
	type Shipping struct {
		es.Root

		id uuid.UUID ¦es:"id"¦
	}
`}, checkSiblingID},
	{CodeInfo{codeTemplateAndOf, "a stream has a template and is shared", `
Who shares a stream shares its name. The template is that of the aggregate which
has the stream.

Wrong:

	//es:aggregate shipping
	//es:stream shipping-{id} of=Order
	type Shipping struct{ es.Root }

Right:

	//es:aggregate shipping
	//es:stream of=Order
	type Shipping struct{ es.Root }
`}, checkTemplateAndOf},
}

// templated are the aggregates of a package that spell a template.
func templated(p *Package) []*Aggregate {
	return slices.DeleteFunc(slices.Clone(p.Aggregates), func(a *Aggregate) bool { return a.Stream == nil })
}

func checkPlaceholder(c *checker) {
	for _, p := range c.packages() {
		for _, a := range templated(p) {
			const help = "write {id} once, where the aggregate's ID goes, as in "
			var d *Diagnostic
			switch n := strings.Count(a.Stream.Value, idPlaceholder); {
			case n == 1:
				continue
			case a.Stream.Value == "":
				d = c.errorf(codePlaceholder, at(a.Stream.Span, a.GoName.Span), "the stream template of %s is empty", a.GoName.Value)
			case n == 0:
				d = c.errorf(codePlaceholder, a.Stream.Span, "the stream template of %s has no {id}", a.GoName.Value)
			default:
				d = c.errorf(codePlaceholder, a.Stream.Span, "the stream template of %s has {id} %d times", a.GoName.Value, n)
			}
			d.help(help+"//es:stream %s-{id}", a.Name.Value).helpInSchema(help+"stream: %s-{id}", a.Name.Value)
		}
	}
}

func checkTemplateChars(c *checker) {
	for _, p := range c.packages() {
		for _, a := range templated(p) {
			rest := strings.ReplaceAll(a.Stream.Value, idPlaceholder, "")
			if strings.ContainsAny(rest, "{}") && rest != a.Stream.Value {
				c.errorf(codeTemplateChars, a.Stream.Span, "the stream template of %s has a brace that is not one of {id}", a.GoName.Value).
					help("{id} is the only placeholder")
			}
			if bad := firstBad(rest, "\"'`\\*?>%"); bad != "" {
				c.errorf(codeTemplateChars, a.Stream.Span, "the stream template of %s has %s in it", a.GoName.Value, bad).
					help("use letters, digits and - _ . : / @ +")
			}
		}
	}
}

func checkOverlap(c *checker) {
	for _, p := range c.packages() {
		c.overlaps(c.streams(p), nil)
		if p.Registry != nil {
			var all []stream
			for _, member := range p.Registry.Packages {
				all = append(all, c.streams(member)...)
			}
			c.overlaps(all, p.Registry)
		}
	}
}

// stream is an aggregate that has a stream of its own.
type stream struct {
	*Aggregate
	pkg *Package
	// at is where the template is spelt, or the name that it is made of.
	at Span
}

func (c *checker) streams(p *Package) []stream {
	var streams []stream
	for _, a := range p.Aggregates {
		if s := c.scopes[p]; a.StreamOwner != a || s != nil && s.lost[a] {
			continue
		}
		place := at(a.Name.Span, a.GoName.Span)
		if a.Stream != nil {
			place = at(a.Stream.Span, place)
		}
		streams = append(streams, stream{a, p, place})
	}
	return streams
}

// goName is the aggregate's Go name, with its package where there are several.
func (s stream) goName(registry *Registry) string {
	if registry != nil {
		return s.pkg.Name + "." + s.GoName.Value
	}
	return s.GoName.Value
}

func (c *checker) overlaps(streams []stream, registry *Registry) {
	slices.SortStableFunc(streams, func(a, b stream) int { return compareSpans(a.at, b.at) })
	for i, second := range streams {
		for _, first := range streams[:i] {
			if (registry != nil) == (first.pkg == second.pkg) {
				continue
			}
			if first.Name.Value == second.Name.Value && first.Stream == nil && second.Stream == nil {
				// That they have one name is said already.
				continue
			}
			name, id1, id2, overlap := templatesOverlap(first.Template(), second.Template())
			if !overlap {
				continue
			}
			spelt := second
			if spelt.Stream == nil {
				spelt = first
			}
			c.errorf(codeOverlap, second.at, "stream %s could be %s with ID %s (%s) or %s with ID %s (%s)", name,
				first.goName(registry), id1, first.Template(), second.goName(registry), id2, second.Template()).
				note(first.at, "the stream of %s is declared here", first.goName(registry)).
				help("let them begin differently, as in //es:stream %s-{id}", spelt.Name.Value).
				helpInSchema("let them begin differently, as in stream: %s-{id}", spelt.Name.Value).
				noteRegistry(registry)
		}
	}
}

func checkStreamOf(c *checker) {
	for _, p := range c.packages() {
		s := c.scopes[p]
		inCircle := map[*Aggregate]bool{}
		for _, a := range p.Aggregates {
			if a.Of == nil || inCircle[a] {
				continue
			}
			of := s.aggregates[a.Of.Value]
			switch {
			case of == nil:
				c.reportUnknownStream(s, a)
			case of == a:
				c.errorf(codeStreamOf, a.Of.Span, "%s shares the stream of itself", a.GoName.Value).
					help("remove it: the stream of an aggregate is its own unless it shares another's")
			default:
				c.reportCircle(s, a, inCircle)
			}
		}
	}
}

func (c *checker) reportUnknownStream(s *scope, a *Aggregate) {
	of := a.Of.Value
	d := c.errorf(codeStreamOf, a.Of.Span, "%s shares the stream of %s, which is no aggregate of package %s", a.GoName.Value, of, s.pkg.Name)
	if other := c.elsewhere(s.pkg, of); other != nil {
		d.note(other.GoName.Span, "%s is an aggregate of package %s", other.GoName.Value, other.Package.Name).
			help("aggregates of one stream live in one package: move %s there", a.GoName.Value)
		return
	}
	if named := s.aggregateNames[of]; named != nil {
		d.note(named.GoName.Span, "%s is the name of this aggregate", of).help("of= takes the name of the type: of=%s", named.GoName.Value).
			helpInSchema("of: takes the name of the type: of: %s", named.GoName.Value)
		return
	}
	if child := s.children[of]; child != nil {
		d.note(child.GoName.Span, "%s is a child", of)
	}
	others := slices.DeleteFunc(s.aggregateNamesInGo(), func(name string) bool { return name == a.GoName.Value })
	d.help("remove it, or declare the aggregate").help("%s", didYouMean(of, "other aggregates", others))
}

// reportCircle reports the circle that a is in, once.
func (c *checker) reportCircle(s *scope, a *Aggregate, inCircle map[*Aggregate]bool) {
	circle := []*Aggregate{a}
	for next := s.aggregates[a.Of.Value]; next != a; next = s.aggregates[next.Of.Value] {
		if next == nil || next.Of == nil || slices.Contains(circle, next) {
			// It leads out, or into a circle without a.
			return
		}
		circle = append(circle, next)
	}
	for _, member := range circle {
		inCircle[member] = true
	}
	names := make([]string, 0, len(circle)+1)
	for _, member := range append(circle, a) {
		names = append(names, member.GoName.Value)
	}
	d := c.errorf(codeStreamOf, a.Of.Span, "the stream of %s is shared in a circle: %s", a.GoName.Value, strings.Join(names, ", "))
	for _, member := range circle[1:] {
		d.note(member.Of.Span, "%s shares the stream of %s", member.GoName.Value, member.Of.Value)
	}
	d.help("one of them has a stream of its own: remove its of=").
		helpInSchema("one of them has a stream of its own: remove its of:")
}

func checkSiblingID(c *checker) {
	for _, p := range c.packages() {
		for _, a := range p.Aggregates {
			owner := a.StreamOwner
			if owner == a || a.ID == nil || owner.ID == nil || a.ID.Type == nil || owner.ID.Type == nil ||
				sameType(a.ID.Type, owner.ID.Type) {
				continue
			}
			c.errorf(codeSiblingID, at(a.ID.TypeSpan, a.ID.Name.Span), "%s shares the stream of %s, but its ID is %s, not %s", a.GoName.Value,
				owner.GoName.Value, spell(a.ID.Type, p.Path), spell(owner.ID.Type, p.Path)).
				note(at(owner.ID.TypeSpan, owner.ID.Name.Span), "the ID of %s", owner.GoName.Value).
				help("give %s the type %s", a.ID.Name.Value, spell(owner.ID.Type, p.Path))
		}
	}
}

func checkTemplateAndOf(c *checker) {
	for _, p := range c.packages() {
		for _, a := range templated(p) {
			if a.Of == nil {
				continue
			}
			c.errorf(codeTemplateAndOf, a.Stream.Span, "%s has a stream template, but shares the stream of %s", a.GoName.Value, a.Of.Value).
				note(a.Of.Span, "the stream is shared here").
				help("remove the template, or of=%s", a.Of.Value).
				helpInSchema("remove the template, or of: %s", a.Of.Value)
		}
	}
}
