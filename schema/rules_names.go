package schema

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	codeAggregateName Code = "ES0120"
	codeEventName     Code = "ES0121"
	codeNeedlessAlias Code = "ES0122"
	codeBadName       Code = "ES0123"
	codeGoNameTwice   Code = "ES0124"
	codeGeneratedName Code = "ES0125"
)

var nameRules = []rule{
	{CodeInfo{codeAggregateName, "two aggregates have one name", `
The stable name of an aggregate says what a stream in the store is one of. So it
is unique in its package, and among all packages of a registry.

Wrong:

	//es:aggregate order
	type Order struct{ es.Root }

	//es:aggregate order
	type Draft struct{ es.Root }

Right:

	//es:aggregate order
	type Order struct{ es.Root }

	//es:aggregate draft
	type Draft struct{ es.Root }
`}, checkAggregateNames},
	{CodeInfo{codeEventName, "two events have one name", `
The stable name of an event, and every alias, says how what was stored is to be
read. So each stands for one event, in its package and among all packages of a
registry.

Wrong:

	//es:event order.created
	type Created struct{}

	//es:event order.placed alias=order.created
	type Placed struct{}

Right:

	//es:event order.created
	type Created struct{}

	//es:event order.placed alias=order.submitted
	type Placed struct{}
`}, checkEventNames},
	{CodeInfo{codeNeedlessAlias, "an alias says what is known already", `
An alias is an older name under which the event was stored. The event's own name
is none, and once is enough.

Wrong:

	//es:event order.placed alias=order.placed,order.submitted
	type Placed struct{}

Right:

	//es:event order.placed alias=order.submitted
	type Placed struct{}
`}, checkAliases},
	{CodeInfo{codeBadName, "a stable name is malformed", `
The name of an aggregate begins with a small letter and goes on with small letters,
digits and underscores, as it becomes part of the names of streams. The name of an
event is one or several such words with dots between them. An alias is an older name,
and older systems had their own ways: it may be anything but for spaces, commas,
quotes, backslashes and what cannot be printed.

Wrong:

	//es:aggregate Order-Line
	type OrderLine struct{ es.Root }

Right:

	//es:aggregate order_line
	type OrderLine struct{ es.Root }
`}, checkBadNames},
	{CodeInfo{codeGoNameTwice, "one Go name is declared twice", `
Aggregates, children, events, commands and decision models are types of one package, and
each has a name of its own, whether it is declared in Go or in YAML.

Wrong:

	//es:aggregate order
	//es:event order.placed
	type Order struct{ es.Root }

Right:

	//es:aggregate order
	type Order struct{ es.Root }

	//es:event order.placed
	type Placed struct{}
`}, checkGoNames},
	{CodeInfo{codeGeneratedName, "a name is needed for generated code", `
Beside what you write, the package gets generated declarations: for an aggregate
Order these are OrderEvent, OrderRepository, NewOrderRepository, its method record
and some unexported functions. A name of your own that equals one of them has to
change, or the type that it is generated for.

Wrong:

	//es:aggregate order
	type Order struct{ es.Root }

	type OrderEvent interface{ At() time.Time }

Right:

	//es:aggregate order
	type Order struct{ es.Root }

	type Dated interface{ At() time.Time }
`}, checkGeneratedNames},
}

// namedThing is a stable name and what has it.
type namedThing struct {
	pkg    *Package
	name   string
	at     Span
	goName string
	// event is set for the name of an event; alias says that it is an older one.
	event *Event
	alias bool
}

func aggregateNames(p *Package) []namedThing {
	var names []namedThing
	for _, a := range p.Aggregates {
		names = append(names, namedThing{pkg: p, name: a.Name.Value, at: at(a.Name.Span, a.GoName.Span), goName: a.GoName.Value})
	}
	return names
}

func eventNames(p *Package) []namedThing {
	var names []namedThing
	for _, e := range p.Events {
		place := e.GoName.Span
		if e.Name != nil {
			place = at(e.Name.Span, place)
		}
		seen := map[string]bool{e.WireName: true}
		names = append(names, namedThing{pkg: p, name: e.WireName, at: place, goName: e.GoName.Value, event: e})
		for _, alias := range e.Aliases {
			if seen[alias.Value] {
				continue
			}
			seen[alias.Value] = true
			names = append(names, namedThing{p, alias.Value, at(alias.Span, place), e.GoName.Value, e, true})
		}
	}
	return names
}

// eachTwin calls f for every name that was taken before by another thing: within
// each package, and across the packages of each registry, where registry is set.
func (c *checker) eachTwin(names func(*Package) []namedThing, f func(first, second namedThing, registry *Registry)) {
	for _, p := range c.packages() {
		twins(names(p), func(a, b namedThing) { f(a, b, nil) })
		if p.Registry == nil {
			continue
		}
		var all []namedThing
		for _, member := range p.Registry.Packages {
			all = append(all, names(member)...)
		}
		twins(all, func(a, b namedThing) {
			if a.pkg != b.pkg {
				f(a, b, p.Registry)
			}
		})
	}
}

func twins(names []namedThing, f func(first, second namedThing)) {
	slices.SortStableFunc(names, func(a, b namedThing) int {
		return cmp.Or(strings.Compare(a.name, b.name), compareSpans(a.at, b.at), strings.Compare(a.goName, b.goName))
	})
	first := 0
	for i := range names {
		if names[i].name != names[first].name {
			first = i
		}
		if i > first && names[i].name != "" {
			f(names[first], names[i])
		}
	}
}

func checkAggregateNames(c *checker) {
	c.eachTwin(aggregateNames, func(first, second namedThing, registry *Registry) {
		if registry == nil && first.goName == second.goName {
			return
		}
		d := c.errorf(codeAggregateName, second.at, "aggregates %s and %s have one name, %s", first.qualified(registry), second.qualified(registry), second.name).
			note(first.at, "%s has it too", first.qualified(registry)).
			help("give one of them another name; if it has streams already, keep those: //es:stream %s-{id}", second.name).
			helpInSchema("give one of them another name; if it has streams already, keep those: stream: %s-{id}", second.name)
		d.noteRegistry(registry)
	})
}

func (n namedThing) qualified(registry *Registry) string {
	if registry != nil {
		return n.pkg.Name + "." + n.goName
	}
	return n.goName
}

func (d *Diagnostic) noteRegistry(r *Registry) {
	if r != nil {
		d.note(r.Directive.Span, "this registry has both")
	}
}

func checkEventNames(c *checker) {
	c.eachTwin(eventNames, func(first, second namedThing, registry *Registry) {
		if first.event == second.event || registry == nil && first.goName == second.goName {
			return
		}
		what := map[bool]string{true: "an alias", false: "the name"}
		c.errorf(codeEventName, second.at, "%s is %s of %s, and %s of %s", second.name,
			what[first.alias], first.qualified(registry), what[second.alias], second.qualified(registry)).
			note(first.at, "%s has it too", first.qualified(registry)).
			help("a stored event must be read as one of the two: take the name from the other").
			noteRegistry(registry)
	})
}

func checkAliases(c *checker) {
	for _, p := range c.packages() {
		for _, e := range p.Events {
			seen := map[string]bool{}
			for _, alias := range e.Aliases {
				switch {
				case alias.Value == e.WireName && alias.Value != "":
					d := c.errorf(codeNeedlessAlias, alias.Span, "alias %s is the name of event %s itself", alias.Value, e.GoName.Value).
						help("remove it: an alias is an older name")
					if e.Name != nil {
						d.note(e.Name.Span, "the name stands here")
					}
				case seen[alias.Value]:
					c.errorf(codeNeedlessAlias, alias.Span, "event %s has the alias %s twice", e.GoName.Value, alias.Value).
						help("remove one of the two")
				}
				seen[alias.Value] = true
			}
		}
	}
}

func checkBadNames(c *checker) {
	for _, p := range c.packages() {
		for _, a := range p.Aggregates {
			if a.Name.Value != "" && !isStableName(a.Name.Value) {
				c.reportAggregateName(a)
			}
		}
		for _, e := range p.Events {
			if e.Name != nil {
				c.checkEventName(e)
			}
			for _, alias := range e.Aliases {
				c.checkAlias(e, alias)
			}
		}
	}
}

func (c *checker) reportAggregateName(a *Aggregate) {
	d := c.errorf(codeBadName, at(a.Name.Span, a.GoName.Span), "the name of aggregate %s, %q, is not made of small letters, digits and underscores", a.GoName.Value, a.Name.Value).
		help("begin it with a small letter, as in //es:aggregate order_line").
		helpInSchema("begin it with a small letter, as in name: order_line")
	for _, better := range []string{repairedName(a.Name.Value), LikelyName(a.GoName.Value)} {
		if isStableName(better) {
			d.help("write //es:aggregate %s", better).helpInSchema("write name: %s", better)
			return
		}
	}
}

// repairedName is a name in the manner of stable names: Order-Line is order_line.
func repairedName(name string) string {
	return snakeCase(strings.NewReplacer("-", "_", "/", "_", ":", "_", " ", "_").Replace(name))
}

func (c *checker) checkEventName(e *Event) {
	words := strings.Split(e.Name.Value, ".")
	if !slices.ContainsFunc(words, func(word string) bool { return !isStableName(word) }) {
		return
	}
	d := c.errorf(codeBadName, at(e.Name.Span, e.GoName.Span), "the name of event %s, %q, is not made of words of small letters, digits and underscores with dots between them",
		e.GoName.Value, e.Name.Value).
		help("write it as in order.placed, each word beginning with a letter")
	for i, word := range words {
		words[i] = repairedName(word)
		if !isStableName(words[i]) {
			return
		}
	}
	better := strings.Join(words, ".")
	if firstBad(e.Name.Value, notInAlias) != "" {
		d.help("write %s", better)
		return
	}
	d.help("write %s; if events are stored under the other name already, add alias=%s", better, e.Name.Value).
		helpInSchema("write %s; if events are stored under the other name already, add alias: %s", better, e.Name.Value)
}

// notInAlias are characters that an alias cannot have: it is one of a list, and is
// typed in shells and in SQL.
const notInAlias = ",\"'`\\"

// checkAlias asks for less than checkEventName: older names are what they are.
func (c *checker) checkAlias(e *Event, alias Text) {
	const help = "an alias is the older name as it is stored, such as com.acme/placed:v1"
	if alias.Value == "" {
		c.errorf(codeBadName, at(alias.Span, e.GoName.Span), "an alias of event %s is empty", e.GoName.Value).help(help)
	} else if bad := firstBad(alias.Value, notInAlias); bad != "" {
		c.errorf(codeBadName, alias.Span, "an alias of event %s, %q, has %s in it", e.GoName.Value, alias.Value, bad).help(help)
	}
}

// firstBad describes the first character of a name that has no place in one:
// white space, what cannot be printed, and the characters of more.
func firstBad(name, more string) string {
	for i, r := range name {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(name[i:], "\ufffd"):
			return "a byte that is not UTF-8"
		case r == ' ':
			return "a space"
		case unicode.IsSpace(r), !unicode.IsPrint(r):
			return fmt.Sprintf("the character %U", r)
		case strings.ContainsRune(more, r):
			return "the character " + string(r)
		}
	}
	return ""
}

func checkGoNames(c *checker) {
	type declaration struct {
		Text
		what string
	}
	for _, p := range c.packages() {
		var all []declaration
		for _, a := range p.Aggregates {
			all = append(all, declaration{a.GoName, "an aggregate"})
		}
		for _, child := range p.Children {
			all = append(all, declaration{child.GoName, "a child"})
		}
		for _, e := range p.Events {
			all = append(all, declaration{e.GoName, "an event"})
		}
		for _, cmd := range p.Commands {
			all = append(all, declaration{cmd.GoName, "a command"})
		}
		for _, m := range p.Decisions {
			all = append(all, declaration{m.GoName, "a decision model"})
		}
		slices.SortStableFunc(all, func(a, b declaration) int { return compareSpans(a.Span, b.Span) })
		first := map[string]declaration{}
		for _, d := range all {
			before, twice := first[d.Value]
			switch {
			case d.Value == "":
			case !twice:
				first[d.Value] = d
			case before.Span == d.Span:
				c.errorf(codeGoNameTwice, d.Span, "%s is %s and %s", d.Value, before.what, d.what).
					help("a type is one of the two: keep one directive")
			default:
				c.errorf(codeGoNameTwice, d.Span, "%s is declared twice, as %s and as %s", d.Value, before.what, d.what).
					note(before.Span, "it is declared here too").
					help("give one of them another name")
			}
		}
	}
}

func checkGeneratedNames(c *checker) {
	type key struct{ recv, name string }
	for _, p := range c.packages() {
		objects := map[key]Object{}
		for _, o := range p.Objects {
			putFirst(objects, key{o.Recv, o.Name.Value}, o)
		}
		generated := map[key]GeneratedName{}
		said := map[[2]Span]bool{} // two types meet in several names, which is one finding
		for _, g := range GeneratedNames(p) {
			k := key{g.Recv, g.Name}
			name := g.Name
			if g.Recv != "" {
				name = g.Recv + "." + g.Name
			}
			if o, taken := objects[k]; taken && g.Name != "" {
				c.errorf(codeGeneratedName, o.Name.Span, "%s is the name of what will be generated: %s", name, g.What).
					note(g.For, "it is generated for this").
					help("give your %s another name", o.Kind)
			}
			before, taken := generated[k]
			switch {
			case !taken:
			case before.For == g.For && before.What != g.What:
				c.errorf(codeGeneratedName, g.For, "%s would be generated twice: as %s, and as %s", name, before.What, g.What).
					help("give it another name")
			case before.For != g.For && !said[[2]Span{before.For, g.For}]:
				said[[2]Span{before.For, g.For}] = true
				c.errorf(codeGeneratedName, g.For, "%s would be generated twice: as %s, and as %s", name, before.What, g.What).
					note(before.For, "the other is generated for this").
					help("give one of the two types another name")
			}
			putFirst(generated, k, g)
		}
	}
}
