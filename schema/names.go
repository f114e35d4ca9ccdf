package schema

import (
	"go/token"
	"unicode"
	"unicode/utf8"
)

// The names that generated code declares. Emitters take them from here, and the
// rule on clashes checks the same, so that the two cannot differ.

// EventInterface is the sealed interface of the aggregate's own events:
// "OrderEvent".
func (a *Aggregate) EventInterface() string { return a.GoName.Value + "Event" }

// StreamInterface is the interface of all events of the aggregate's stream:
// "OrderStreamEvent" where aggregates share it, else EventInterface.
func (a *Aggregate) StreamInterface() string {
	if len(a.Siblings) > 1 {
		return a.StreamOwner.GoName.Value + "StreamEvent"
	}
	return a.EventInterface()
}

// Marker is the method that seals an interface: "isOrderEvent".
func Marker(iface string) string { return "is" + upperFirst(iface) }

// RepositoryType is the aggregate's repository: "OrderRepository".
func (a *Aggregate) RepositoryType() string { return a.GoName.Value + "Repository" }

// RepositoryFunc makes one: "NewOrderRepository", or "newOrderRepository" for an
// aggregate that is not exported.
func (a *Aggregate) RepositoryFunc() string {
	if token.IsExported(a.GoName.Value) {
		return "New" + a.RepositoryType()
	}
	return "new" + upperFirst(a.RepositoryType())
}

// DefinitionFunc gives the aggregate's es.Definition: "orderDefinition".
func (a *Aggregate) DefinitionFunc() string { return lowerFirst(a.GoName.Value) + "Definition" }

// DispatchFunc applies an event to the aggregate: "dispatchOrder".
func (a *Aggregate) DispatchFunc() string { return "dispatch" + upperFirst(a.GoName.Value) }

// LoadFunc decodes a stored event and applies it: "loadOrder".
func (a *Aggregate) LoadFunc() string { return "load" + upperFirst(a.GoName.Value) }

// AttachFunc attaches the aggregate's children: "attachOrder".
func (a *Aggregate) AttachFunc() string { return "attach" + upperFirst(a.GoName.Value) }

// EncodeFunc and DecodeFunc encode and decode the events of the aggregate's
// stream: "encodeOrderEvent", "decodeOrderEvent". Siblings share them.
func (a *Aggregate) EncodeFunc() string { return "encode" + upperFirst(a.StreamInterface()) }

// DecodeFunc is the other way of EncodeFunc.
func (a *Aggregate) DecodeFunc() string { return "decode" + upperFirst(a.StreamInterface()) }

// CommandInterface is the sealed interface of the commands that the aggregate answers:
// "OrderCommand". Marker gives the method that seals it.
func (a *Aggregate) CommandInterface() string { return a.GoName.Value + "Command" }

// CommandsType dispatches them: "OrderCommands".
func (a *Aggregate) CommandsType() string { return a.GoName.Value + "Commands" }

// CommandsFunc makes one: "NewOrderCommands", or "newOrderCommands" for an aggregate
// that is not exported.
func (a *Aggregate) CommandsFunc() string {
	if token.IsExported(a.GoName.Value) {
		return "New" + a.CommandsType()
	}
	return "new" + upperFirst(a.CommandsType())
}

// CommandRouteFunc says which aggregate a command is for and what answers it:
// "routeOrderCommand".
func (a *Aggregate) CommandRouteFunc() string { return "route" + upperFirst(a.CommandInterface()) }

// LoadModelFunc loads the decision model: "LoadEmployment", or "loadEmployment" for one
// that is not exported.
func (m *DecisionModel) LoadModelFunc() string {
	if token.IsExported(m.GoName.Value) {
		return "Load" + m.GoName.Value
	}
	return "load" + upperFirst(m.GoName.Value)
}

// ApplyFunc decodes a stored event and applies it to the decision model:
// "applyToEmployment".
func (m *DecisionModel) ApplyFunc() string { return "applyTo" + upperFirst(m.GoName.Value) }

// TagsFunc gives the tags of an event of the aggregate's stream: "tagsOfOrderEvent".
// Siblings share it, and it is declared where one of the events has a tag: see Tagged.
func (a *Aggregate) TagsFunc() string { return "tagsOf" + upperFirst(a.StreamInterface()) }

// TableFunc gives the aggregate's state table: "UserTable".
func (a *Aggregate) TableFunc() string { return a.GoName.Value + "Table" }

// RowsType reads the rows of the state table: "UserRows".
func (a *Aggregate) RowsType() string { return a.GoName.Value + "Rows" }

// RowType is a row of the state table: "UserRow".
func (a *Aggregate) RowType() string { return a.GoName.Value + "Row" }

// TableVar describes the state table: "tableOfUser".
func (a *Aggregate) TableVar() string { return "tableOf" + upperFirst(a.GoName.Value) }

// RowOfFunc gives the row of an aggregate: "rowOfUser".
func (a *Aggregate) RowOfFunc() string { return "rowOf" + upperFirst(a.GoName.Value) }

// RowKeyFunc gives an ID as the table's key: "keyOfUserRow".
func (a *Aggregate) RowKeyFunc() string { return "keyOf" + upperFirst(a.RowType()) }

// ScanRowFunc makes a row of stored values: "scanUserRow".
func (a *Aggregate) ScanRowFunc() string { return "scan" + upperFirst(a.RowType()) }

// DecodeFunc decodes a stored event of this type: "decodeRegistered".
func (e *Event) DecodeFunc() string { return "decode" + upperFirst(e.GoName.Value) }

// Names that are the same for every aggregate or package.
const (
	RecordMethod    = "record"
	EventTypeMethod = "EventType"
	RegistryFunc    = "Registry"
)

// Names that the generated test declares: the test itself, and what makes samples
// of value objects.
const (
	RoundTripTest  = "TestEsgenRoundTrip"
	TrySample      = "esgenSample"
	TryErrorSample = "esgenSampleErr"
)

// GeneratedName is a name that generated code will declare.
type GeneratedName struct {
	// Recv is the type that a method belongs to; empty at package level.
	Recv string
	Name string
	// What says what it is, for a message: "the repository of Order". For is the
	// declaration that it is generated for.
	What string
	For  Span
}

// GeneratedNames lists all names that will be declared for p, which Check has
// resolved, in the order of p's declarations.
func GeneratedNames(p *Package) []GeneratedName {
	var names []GeneratedName
	add := func(span Span, recv, name, what string) {
		names = append(names, GeneratedName{Recv: recv, Name: name, What: what, For: span})
	}
	if len(p.Aggregates) > 0 || p.Registry != nil {
		var span Span
		if p.Registry != nil {
			span = p.Registry.Directive.Span
		} else {
			span = p.Aggregates[0].GoName.Span
		}
		add(span, "", RegistryFunc, "the registry of the package")
	}
	for _, a := range p.Aggregates {
		goName, span := a.GoName.Value, a.GoName.Span
		add(span, "", a.EventInterface(), "the interface of the events of "+goName)
		add(span, "", a.RepositoryType(), "the repository of "+goName)
		add(span, "", a.RepositoryFunc(), "the constructor of the repository of "+goName)
		add(span, "", a.DefinitionFunc(), "the definition of "+goName)
		add(span, "", a.DispatchFunc(), "the apply dispatcher of "+goName)
		add(span, "", a.LoadFunc(), "the load dispatcher of "+goName)
		add(span, goName, RecordMethod, "the method that records events")
		if len(a.Paths) > 0 {
			add(span, "", a.AttachFunc(), "what attaches the children of "+goName)
		}
		if a.StreamOwner == a {
			if len(a.Siblings) > 1 {
				add(span, "", a.StreamInterface(), "the interface of the events of the stream of "+goName)
			}
			add(span, "", a.EncodeFunc(), "the codec of the events of "+goName)
			add(span, "", a.DecodeFunc(), "the codec of the events of "+goName)
		}
	}
	for _, c := range p.Children {
		add(c.GoName.Span, c.GoName.Value, RecordMethod, "the method that records events")
	}
	for _, e := range p.Events {
		goName, span := e.GoName.Value, e.GoName.Span
		add(span, goName, EventTypeMethod, "the method that gives the event's name")
		add(span, "", e.DecodeFunc(), "the decoder of "+goName)
		if e.Owner != nil {
			add(span, goName, Marker(e.Owner.EventInterface()), "what makes it an event of "+e.Owner.GoName.Value)
			if iface := e.Owner.StreamInterface(); iface != e.Owner.EventInterface() {
				add(span, goName, Marker(iface), "what makes it an event of the stream of "+e.Owner.StreamOwner.GoName.Value)
			}
		}
	}
	names = append(names, commandNames(p)...)
	names = append(names, decisionNames(p)...)
	names = append(names, declaredNames(p)...)
	for _, a := range p.Aggregates {
		if a.Snapshot != nil {
			add(a.GoName.Span, "", a.EncodeStateFunc(), "the snapshots of "+a.GoName.Value)
			add(a.GoName.Span, "", a.DecodeStateFunc(), "the snapshots of "+a.GoName.Value)
		}
	}
	for _, t := range StateTypes(p) {
		add(t.Span(), "", t.Write, "the snapshots of "+t.Name)
		add(t.Span(), "", t.Read, "the snapshots of "+t.Name)
	}
	for _, a := range p.Aggregates {
		if a.Table == nil {
			continue
		}
		for _, name := range []string{a.TableFunc(), a.RowsType(), a.RowType(), a.TableVar(), a.RowOfFunc(), a.RowKeyFunc(), a.ScanRowFunc()} {
			add(a.GoName.Span, "", name, "the state table of "+a.GoName.Value)
		}
	}
	for _, c := range CodecTypes(p) {
		for _, name := range []string{c.Append, c.Read, c.AppendAt, c.Fields} {
			if name != "" {
				what := c.Name
				if c.Column != nil {
					what = "column " + c.Column.Name
				}
				add(c.Span(), "", name, "the codec of "+what)
			}
		}
	}
	if len(p.Events) > 0 {
		for _, name := range []string{RoundTripTest, TrySample, TryErrorSample} {
			add(p.Events[0].GoName.Span, "", name, "the test of the package's events")
		}
	}
	return names
}

// commandNames are the names that are declared for the commands of p.
func commandNames(p *Package) []GeneratedName {
	var names []GeneratedName
	add := func(span Span, recv, name, what string) {
		names = append(names, GeneratedName{Recv: recv, Name: name, What: what, For: span})
	}
	for _, a := range p.Aggregates {
		commands := a.Commands()
		if len(commands) == 0 {
			continue
		}
		goName, span := a.GoName.Value, a.GoName.Span
		add(span, "", a.CommandInterface(), "the interface of the commands of "+goName)
		add(span, "", a.CommandsType(), "what dispatches the commands of "+goName)
		add(span, "", a.CommandsFunc(), "the constructor of what dispatches the commands of "+goName)
		add(span, "", a.CommandRouteFunc(), "the routes of the commands of "+goName)
		for _, cmd := range commands {
			add(cmd.GoName.Span, cmd.GoName.Value, Marker(a.CommandInterface()), "what makes it a command of "+goName)
		}
	}
	return names
}

// decisionNames are the names that are declared for the decision models and the tags of p.
func decisionNames(p *Package) []GeneratedName {
	var names []GeneratedName
	for _, m := range p.Decisions {
		names = append(names,
			GeneratedName{Name: m.LoadModelFunc(), What: "what loads the decision model " + m.GoName.Value, For: m.GoName.Span},
			GeneratedName{Name: m.ApplyFunc(), What: "what applies events to the decision model " + m.GoName.Value, For: m.GoName.Span})
	}
	for _, a := range p.Aggregates {
		if a.StreamOwner == a && a.Tagged() {
			names = append(names, GeneratedName{Name: a.TagsFunc(), What: "the tags of the events of " + a.GoName.Value, For: a.GoName.Span})
		}
	}
	return names
}

// Commands are the commands that the aggregate answers, in the order of the sources.
func (a *Aggregate) Commands() []*Command {
	var list []*Command
	if a.Package == nil {
		return nil
	}
	for _, cmd := range a.Package.Commands {
		if cmd.Owner == a {
			list = append(list, cmd)
		}
	}
	return list
}

func upperFirst(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

// lowerFirst makes a name unexported as a person would: order, httpServer, id.
func lowerFirst(s string) string {
	runes := []rune(s)
	for i := range runes {
		if i > 0 && i+1 < len(runes) && !unicode.IsUpper(runes[i+1]) {
			break
		}
		if !unicode.IsUpper(runes[i]) {
			break
		}
		runes[i] = unicode.ToLower(runes[i])
	}
	return string(runes)
}
