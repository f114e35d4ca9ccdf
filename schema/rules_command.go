package schema

import (
	"slices"
)

const (
	codeNoCommandOwner Code = "ES0601"
	codeNoHandler      Code = "ES0602"
	codeCommandStruct  Code = "ES0611"
	codeValidateMethod Code = "ES0612"
)

var commandRules = []rule{
	{CodeInfo{codeNoCommandOwner, "a command belongs to no aggregate", `
A command asks one aggregate of its package to do something. Which one, is said by of=;
else it is the aggregate that has the method handle<Command>; else the package's only
aggregate.

Wrong, in a package with the aggregates order and cart:

	//es:command
	type Cancel struct {
		ID uuid.UUID ¦es:"id"¦
	}

Right:

	//es:command of=Order
	type Cancel struct {
		ID uuid.UUID ¦es:"id"¦
	}

	func (o *Order) handleCancel(c Cancel) error { return nil }
`}, checkCommandOwner},
	{CodeInfo{codeNoHandler, "a command has no handler", `
The method handle<Command> of the aggregate decides what a command leads to: it records
events, or returns an error. Without one a command could be sent, and nothing would
happen.

Wrong:

	//es:command
	type Cancel struct {
		OrderID uuid.UUID ¦es:"id"¦
	}

Right:

	//es:command
	type Cancel struct {
		OrderID uuid.UUID ¦es:"id"¦
	}

	func (o *Order) handleCancel(c Cancel) error {
		if o.sent {
			return ErrSent
		}
		o.record(Cancelled{})
		return nil
	}
`}, checkNoHandler},
	{CodeInfo{codeCommandStruct, "a command is not a struct", `
A command says what is asked, and of which aggregate. So it is a struct, with a field
that holds the aggregate's ID.

Wrong:

	//es:command
	type Cancel uuid.UUID

Right:

	//es:command
	type Cancel struct {
		OrderID uuid.UUID ¦es:"id"¦
	}
`}, checkCommandStruct},
	{CodeInfo{codeValidateMethod, "the method Validate of a command is never called", `
A command's method Validate() error is called before its handler is, for what struct tags
cannot say. A method of that name which takes something, or returns anything else, would
look like a check and never be one.

Wrong:

	func (c Transfer) Validate() bool { return c.From != c.To }

Right:

	func (c Transfer) Validate() error {
		if c.From == c.To {
			return errors.New("from and to are the same account")
		}
		return nil
	}
`}, checkValidateMethod},
}

func checkCommandOwner(c *checker) {
	for _, p := range c.packages() {
		s := c.scopes[p]
		for _, cmd := range p.Commands {
			switch {
			case cmd.Owner != nil || !s.hasCommand(cmd):
			case cmd.Of != nil:
				c.reportUnknownCommandOf(s, cmd)
			case len(p.Aggregates) == 0:
				c.errorf(codeNoCommandOwner, cmd.GoName.Span, "command %s belongs to no aggregate: package %s has none", cmd.GoName.Value, p.Name).
					help("declare one with //es:aggregate NAME on a struct that embeds es.Root")
			default:
				names := s.aggregateNamesInGo()
				of := make([]string, len(names))
				for i, name := range names {
					of[i] = "of=" + name
				}
				d := c.errorf(codeNoCommandOwner, cmd.GoName.Span, "command %s could belong to %s", cmd.GoName.Value, alternatives(names)).
					help("add %s, or say %s", handlerSignature(names[0], cmd.GoName.Value), alternatives(of))
				for _, a := range p.Aggregates {
					if d.noteNearHandler(s, a, cmd); len(d.Notes) > 0 {
						break
					}
				}
			}
		}
	}
}

func (c *checker) reportUnknownCommandOf(s *scope, cmd *Command) {
	of := cmd.Of.Value
	d := c.errorf(codeNoCommandOwner, cmd.Of.Span, "command %s is for %s, which is no aggregate of package %s", cmd.GoName.Value, of, s.pkg.Name)
	if child := s.children[of]; child != nil {
		d.note(child.GoName.Span, "%s is a child", of)
		if child.Root != nil {
			d.help("the aggregate answers commands, also those about its children: of=%s", child.Root.GoName.Value)
		}
		return
	}
	if other := c.elsewhere(s.pkg, of); other != nil {
		d.note(other.GoName.Span, "%s is an aggregate of package %s", other.GoName.Value, other.Package.Name).
			help("commands live in the package of their aggregate: move %s there", cmd.GoName.Value)
		return
	}
	if a := s.aggregateNames[of]; a != nil {
		d.note(a.GoName.Span, "%s is the name of this aggregate", of).help("of= takes the name of the type: of=%s", a.GoName.Value)
		return
	}
	d.help("declare the aggregate").help("%s", didYouMean(of, "aggregates", s.aggregateNamesInGo()))
}

func checkNoHandler(c *checker) {
	for _, p := range c.packages() {
		s := c.scopes[p]
		for _, cmd := range p.Commands {
			if cmd.Owner != nil && cmd.Handler == nil && s.hasCommand(cmd) {
				c.reportNoHandler(s, cmd)
			}
		}
	}
}

func (c *checker) reportNoHandler(s *scope, cmd *Command) {
	goName, owner := cmd.GoName.Value, cmd.Owner
	want := handlerName(goName)
	d := c.errorf(codeNoHandler, cmd.GoName.Span, "command %s has no handler on %s", goName, owner.GoName.Value).
		note(owner.GoName.Span, "%s is declared here", owner.GoName.Value).
		help("add %s", handlerSignature(owner.GoName.Value, goName)).
		helpInSchema("write %s in a Go file of the package", handlerSignature(owner.GoName.Value, goName))
	if others := s.handlersOf(cmd); len(others) > 0 {
		h := others[0].handler(cmd)
		d.note(h.Method.Span, "%s has one, but the command is for %s", others[0].GoName.Value, owner.GoName.Value).
			help("move it to %s, or say of=%s", owner.GoName.Value, others[0].GoName.Value)
		return
	}
	for _, o := range s.pkg.Objects {
		if o.Kind == "method" && o.Name.Value == want && s.children[o.Recv] != nil {
			d.note(o.Name.Span, "%s is a child: the aggregate answers commands", o.Recv).
				help("add %s, and let it call the child", handlerSignature(owner.GoName.Value, goName))
		}
	}
	d.noteNearHandler(s, owner, cmd)
}

// noteNearHandler points at the method of an aggregate that was probably meant to handle a
// command, if there is one.
func (d *Diagnostic) noteNearHandler(s *scope, a *Aggregate, cmd *Command) {
	goName := cmd.GoName.Value
	want := handlerName(goName)
	for _, h := range a.Handlers {
		if s.commands[h.Command] == nil && len(h.Params) == 1 && h.Params[0].Event == goName {
			d.note(h.Method.Span, "%s takes %s, but is not called %s", h.Method.Value, goName, want).
				help("rename %s to %s", h.Method.Value, want)
			return
		}
	}
	var methods []string
	at := map[string]Span{}
	for _, o := range s.pkg.Objects {
		if o.Kind != "method" || o.Recv != a.GoName.Value {
			continue
		}
		if h := a.handlerCalled(o.Name.Value); h == nil || s.commands[h.Command] == nil {
			methods = append(methods, o.Name.Value)
			at[o.Name.Value] = o.Name.Span
		}
	}
	if near := Nearest(want, methods); near != "" {
		d.note(at[near], "did you mean this method?").help("rename %s to %s", near, want)
	}
}

// handlerCalled is the handler of a name, nil where there is none.
func (a *Aggregate) handlerCalled(method string) *Handler {
	i := slices.IndexFunc(a.Handlers, func(h *Handler) bool { return h.Method.Value == method })
	if i < 0 {
		return nil
	}
	return a.Handlers[i]
}

func checkCommandStruct(c *checker) {
	for _, p := range c.packages() {
		for _, cmd := range p.Commands {
			if cmd.Type == nil || cmd.Struct() != nil || !c.scopes[p].hasCommand(cmd) {
				continue
			}
			c.errorf(codeCommandStruct, cmd.GoName.Span, "command %s is not a struct but %s", cmd.GoName.Value, spellDeclared(cmd.Type, cmd.GoName.Value, p)).
				help("declare it as type %s struct { … }", cmd.GoName.Value)
		}
	}
}

func checkValidateMethod(c *checker) {
	for _, p := range c.packages() {
		s := c.scopes[p]
		for _, o := range p.Objects {
			cmd := s.commands[o.Recv]
			if cmd == nil || o.Kind != "method" || o.Name.Value != "Validate" || cmd.Validates || cmd.PointerValidates || !s.hasCommand(cmd) {
				continue
			}
			c.errorf(codeValidateMethod, o.Name.Span, "method Validate of command %s is not Validate() error, and would never be called", o.Recv).
				help("give it the form func (c %s) Validate() error, or another name", o.Recv)
		}
	}
}
