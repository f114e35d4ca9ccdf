package schema

import "slices"

const (
	codeOwnCodec Code = "ES0118"
	codeHolds    Code = "ES0119"
)

// eventDataRules are about events as plain data.
var eventDataRules = []rule{
	{CodeInfo{codeOwnCodec, "an event encodes itself", `
The codec of an event is generated from its fields, so that fields can be added and
every store holds the same. A method such as MarshalJSON of the event itself would
never be called. How a single value is written down is said on its type, by such
methods or by //es:value, or on the field, by es:"encode=FUNC,decode=FUNC".

Wrong:

	//es:event order.placed
	type Placed struct{ By Name }

	func (e Placed) MarshalJSON() ([]byte, error) {
		return json.Marshal(e.By.String())
	}

Right:

	//es:event order.placed
	type Placed struct{ By Name }

	//es:value encode=String decode=restoreName
	type Name struct{ value string }
`}, checkOwnCodec},
	{CodeInfo{codeHolds, "an event holds an aggregate or a child", `
An event says what happened, in plain data that never changes. An aggregate, or a child
of one, is what events make: an event has its ID, or those of its values that matter.

Wrong:

	//es:event order.merged
	type Merged struct {
		With *Order
	}

Right:

	//es:event order.merged
	type Merged struct {
		With OrderID
	}
`}, checkHolds},
}

// codecMethods are the methods by which a type says how it is encoded.
var codecMethods = []string{
	"MarshalJSON", "UnmarshalJSON", "MarshalText", "UnmarshalText", "MarshalJSONTo", "UnmarshalJSONFrom",
}

func checkOwnCodec(c *checker) {
	for _, p := range c.packages() {
		s := c.scopes[p]
		for _, o := range p.Objects {
			e := s.events[o.Recv]
			if e == nil || o.Kind != "method" || !slices.Contains(codecMethods, o.Name.Value) || !s.has(e) {
				continue
			}
			c.errorf(codeOwnCodec, o.Name.Span, "event %s has a method %s, which would never be called: its fields are encoded", o.Recv, o.Name.Value).
				note(e.GoName.Span, "%s is declared here", o.Recv).
				help("remove it; a method on the type of a field says how that is encoded")
		}
	}
}

func checkHolds(c *checker) {
	report := func(v fieldVisit, n *Named) {
		what := c.stateful(n)
		if what == "" {
			return
		}
		d := v.note(c.errorf(codeHolds, v.at, "%s holds %s, %s", v.name(), spell(n, v.pkg.Path), what)).
			help("keep its ID instead, or the values that matter; or leave it out with `json:\"-\"`")
		if v.column {
			d.help("keep its ID instead, or remove `es:\"column\"`").helpInSchema("keep its ID instead, or remove column:")
		}
	}
	for _, v := range c.walk().types {
		if n, ok := Resolve(v.typ).(*Named); ok {
			report(v.fieldVisit, n)
		}
	}
	for _, v := range c.walk().fields {
		if n := namedBehindPointer(v.field.Type); n != nil && v.stores() {
			if _, inner := v.field.embeddedStruct(); inner != nil {
				report(v, n)
			}
		}
	}
}

// stateful says that a type is an aggregate or a child; it is empty for others.
func (c *checker) stateful(n *Named) string {
	s := c.scopeOf(n)
	switch {
	case s == nil:
	case s.aggregates[n.Name] != nil:
		return "which is an aggregate"
	case s.children[n.Name] != nil:
		return "which is a child of an aggregate"
	}
	return ""
}
