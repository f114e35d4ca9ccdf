package schema

// resolveCommands finds the aggregate that answers each command, the method that does,
// and the field that says which aggregate is meant.
func (s *scope) resolveCommands() {
	for _, cmd := range s.pkg.Commands {
		cmd.Owner, cmd.Handler, cmd.Target = s.commandOwner(cmd), nil, nil
		if cmd.Owner != nil {
			cmd.Handler = cmd.Owner.handler(cmd)
		}
		if targets, _ := cmd.targets(); len(targets) > 0 {
			cmd.Target = targets[0]
		}
	}
}

// commandOwner is the aggregate that a command belongs to: the one that of= names; else
// the one that has its handler; else the only one of the package. It is nil where none
// of these is. Of several that have a handler, which is reported, it is the first.
func (s *scope) commandOwner(cmd *Command) *Aggregate {
	if cmd.Of != nil {
		return s.aggregates[cmd.Of.Value]
	}
	if handlers := s.handlersOf(cmd); len(handlers) > 0 {
		return handlers[0]
	}
	if len(s.pkg.Aggregates) == 1 {
		return s.pkg.Aggregates[0]
	}
	return nil
}

// handlersOf are the aggregates that have a handler for a command.
func (s *scope) handlersOf(cmd *Command) []*Aggregate {
	var list []*Aggregate
	for _, a := range s.pkg.Aggregates {
		if a.handler(cmd) != nil {
			list = append(list, a)
		}
	}
	return list
}

// handler is the method of an aggregate that answers a command, nil where there is none.
func (a *Aggregate) handler(cmd *Command) *Handler {
	for _, h := range a.Handlers {
		if h.Command == cmd.GoName.Value {
			return h
		}
	}
	return nil
}

// Struct is the struct that the command is, nil where it is none.
func (cmd *Command) Struct() *Struct { return structOf(cmd.Type) }

// targets are the fields tagged es:"id" that a plain selector reaches without following
// a pointer, the least nested first. behind are those behind an embedded pointer.
func (cmd *Command) targets() (targets, behind []*Field) {
	type level struct {
		strct   *Struct
		pointer bool
	}
	s := cmd.Struct()
	if s == nil {
		return nil, nil
	}
	visited := map[*Struct]bool{}
	for queue := []level{{s, false}}; len(queue) > 0; queue = queue[1:] {
		l := queue[0]
		if visited[l.strct] {
			continue
		}
		visited[l.strct] = true
		for _, f := range l.strct.Fields {
			switch {
			case f.ID != nil && l.pointer:
				behind = append(behind, f)
			case f.ID != nil:
				targets = append(targets, f)
			}
			if _, inner := f.embeddedStruct(); inner != nil {
				_, pointer := Resolve(f.Type).(*Pointer)
				queue = append(queue, level{inner, l.pointer || pointer})
			}
		}
	}
	return targets, behind
}

// hasCommand says whether cmd is what its Go name means in the package.
func (s *scope) hasCommand(cmd *Command) bool {
	name := cmd.GoName.Value
	return s.commands[name] == cmd && s.aggregates[name] == nil && s.children[name] == nil && s.events[name] == nil
}
