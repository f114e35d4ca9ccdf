package schema

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	codeHandlerResult   Code = "ES0603"
	codeHandlerParams   Code = "ES0604"
	codeHandlerReceiver Code = "ES0605"
	codeTwoHandlers     Code = "ES0606"
	codeStrayHandler    Code = "ES0607"
)

var handlerRules = []rule{
	{CodeInfo{codeHandlerResult, "a handler does not return an error alone", `
A handler records what happens, or says why nothing does. Its one result is an error: nil
saves what was recorded, anything else drops it. What the caller wants to know of the new
state it reads from the outcome of the dispatch, or loads.

Wrong:

	func (o *Order) handleCancel(c Cancel) (Receipt, error) { return Receipt{}, nil }

Right:

	func (o *Order) handleCancel(c Cancel) error { return nil }
`}, checkHandlerResult},
	{CodeInfo{codeHandlerParams, "a handler does not take its command alone", `
A handler takes one parameter, the command, by value. It decides by the command and the
state of the aggregate, and may be called again if somebody else was quicker: what it
needs to know beside that, such as the time, a price or a random number, is found out
before and put into the command.

Wrong:

	func (o *Order) handleCancel(ctx context.Context, c *Cancel) error { return nil }

Right:

	func (o *Order) handleCancel(c Cancel) error { return nil }
`}, checkHandlerParams},
	{CodeInfo{codeHandlerReceiver, "a handler has a value receiver", `
With a value receiver the method records on a copy of the aggregate, and nothing would be
saved.

Wrong:

	func (o Order) handleCancel(c Cancel) error { return nil }

Right:

	func (o *Order) handleCancel(c Cancel) error { return nil }
`}, checkHandlerReceiver},
	{CodeInfo{codeTwoHandlers, "two aggregates handle one command", `
A command is for one aggregate. What two aggregates are to do together is two commands,
or one aggregate's answer to an event of the other.

Wrong:

	func (o *Order) handleCancel(c Cancel) error { return nil }

	func (i *Invoice) handleCancel(c Cancel) error { return nil }

Right:

	func (o *Order) handleCancel(c Cancel) error { return nil }

	func (i *Invoice) handleRevoke(c Revoke) error { return nil }
`}, checkTwoHandlers},
	{CodeInfo{codeStrayHandler, "a method looks like a handler of a command", `
This is a warning. A method handle<Type> of an aggregate that takes the type and returns
an error looks like the handler of a command, but the type has no directive: nothing can
be dispatched to it.

Wrong:

	type Cancel struct{ OrderID uuid.UUID }

	func (o *Order) handleCancel(c Cancel) error { return nil }

Right:

	//es:command
	type Cancel struct {
		OrderID uuid.UUID ¦es:"id"¦
	}

	func (o *Order) handleCancel(c Cancel) error { return nil }
`}, checkStrayHandler},
}

// handlerName is the name of the method that handles a command.
func handlerName(command string) string { return "handle" + upperFirst(command) }

// handlerSignature is the head of the method that is missing.
func handlerSignature(recv, command string) string {
	r, _ := utf8.DecodeRuneInString(recv)
	name := unicode.ToLower(r)
	if !unicode.IsLetter(name) || name == 'c' {
		name = 'a'
	}
	return fmt.Sprintf("func (%c *%s) %s(c %s) error", name, recv, handlerName(command), command)
}

// eachHandler calls f for the handlers of all commands, on whichever aggregate they are.
func (c *checker) eachHandler(f func(s *scope, a *Aggregate, cmd *Command, h *Handler)) {
	for _, p := range c.packages() {
		s := c.scopes[p]
		for _, a := range p.Aggregates {
			for _, h := range a.Handlers {
				if cmd := s.commands[h.Command]; cmd != nil && s.hasCommand(cmd) {
					f(s, a, cmd, h)
				}
			}
		}
	}
}

func checkHandlerResult(c *checker) {
	c.eachHandler(func(_ *scope, a *Aggregate, cmd *Command, h *Handler) {
		if len(h.Results) == 1 && h.Results[0].Type.Value == "error" {
			return
		}
		name := a.GoName.Value + "." + h.Method.Value
		if len(h.Results) == 0 {
			c.errorf(codeHandlerResult, h.Method.Span, "handler %s returns nothing", name).
				help("write %s: a command can be refused", handlerSignature(a.GoName.Value, cmd.GoName.Value))
			return
		}
		var results []string
		for _, r := range h.Results {
			results = append(results, r.Type.Value)
		}
		c.errorf(codeHandlerResult, at(h.Results[0].Type.Span, h.Method.Span), "handler %s returns %s, not just an error", name, enumerate(results)).
			help("record what happens, and return an error if nothing does: who dispatches a command reads the outcome from the events, or loads %s", a.GoName.Value)
	})
}

func checkHandlerParams(c *checker) {
	c.eachHandler(func(_ *scope, a *Aggregate, cmd *Command, h *Handler) {
		name, goName := a.GoName.Value+"."+h.Method.Value, cmd.GoName.Value
		takes := "write " + h.Method.Value + "(c " + goName + ") error"
		switch {
		case len(h.Params) == 0:
			c.errorf(codeHandlerParams, h.Method.Span, "handler %s takes no command", name).help("%s", takes)
		case len(h.Params) > 1:
			c.errorf(codeHandlerParams, at(h.Params[1].Type.Span, h.Method.Span), "handler %s takes %s, not just the command", name, count(len(h.Params), "parameter")).
				help("%s: what it needs beside the state is put into the command before", takes)
		case h.Params[0].Event == goName && h.Params[0].Pointer:
			c.errorf(codeHandlerParams, at(h.Params[0].Type.Span, h.Method.Span), "handler %s takes a pointer to %s", name, goName).
				help("take %s by value: a command never changes", goName)
		case h.Params[0].Event != goName:
			c.errorf(codeHandlerParams, at(h.Params[0].Type.Span, h.Method.Span), "handler %s takes %s, not %s", name, h.Params[0].Type.Value, goName).
				note(cmd.GoName.Span, "%s is declared here", goName).
				help("%s, or call the method otherwise", takes)
		}
	})
}

func checkHandlerReceiver(c *checker) {
	c.eachHandler(func(_ *scope, a *Aggregate, _ *Command, h *Handler) {
		if !h.PointerRecv {
			c.errorf(codeHandlerReceiver, h.Method.Span, "handler %s.%s has a value receiver, so what it records is lost", a.GoName.Value, h.Method.Value).
				help("make the receiver *%s", a.GoName.Value)
		}
	})
}

func checkTwoHandlers(c *checker) {
	c.eachHandler(func(s *scope, a *Aggregate, cmd *Command, h *Handler) {
		if cmd.Owner == nil || cmd.Owner == a || cmd.Handler == nil {
			return
		}
		d := c.errorf(codeTwoHandlers, h.Method.Span, "command %s has a second handler, on %s", cmd.GoName.Value, a.GoName.Value).
			note(cmd.Handler.Method.Span, "%s handles it too", cmd.Owner.GoName.Value).
			help("keep one of the two, or make two commands of it")
		if cmd.Of != nil {
			d.note(cmd.Of.Span, "it is for %s", cmd.Of.Value).help("remove it, or make two commands of it")
		}
	})
}

func checkStrayHandler(c *checker) {
	for _, p := range c.packages() {
		s := c.scopes[p]
		for _, a := range p.Aggregates {
			for _, h := range a.Handlers {
				if s.commands[h.Command] == nil && h.looksRight() {
					c.reportStrayHandler(s, a, h)
				}
			}
		}
	}
}

// looksRight says whether a method could be the handler of what it is called after.
func (h *Handler) looksRight() bool {
	return len(h.Params) == 1 && len(h.Results) == 1 && h.Results[0].Type.Value == "error" &&
		strings.TrimPrefix(h.Params[0].Type.Value, "*") == h.Command
}

func (c *checker) reportStrayHandler(s *scope, a *Aggregate, h *Handler) {
	if s.aggregates[h.Command] != nil || s.children[h.Command] != nil || s.events[h.Command] != nil {
		return // the method is about something else
	}
	for _, o := range s.pkg.Objects {
		if o.Recv == "" && o.Kind == "type" && o.Name.Value == h.Command {
			c.warnf(codeStrayHandler, h.Method.Span, "method %s.%s looks like a handler, but %s is no command", a.GoName.Value, h.Method.Value, h.Command).
				note(o.Name.Span, "%s is declared here", h.Command).
				help("add //es:command to %s, or call the method otherwise", h.Command)
			return
		}
	}
}
