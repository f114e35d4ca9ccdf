package schema

const (
	codeNoTarget       Code = "ES0608"
	codeSeveralTargets Code = "ES0609"
	codeTargetType     Code = "ES0610"
)

var targetRules = []rule{
	{CodeInfo{codeNoTarget, "a command does not say which aggregate it is for", `
The field tagged es:"id" holds the ID of the aggregate that is to answer the command. A
command that creates one says how it will be called, too: then it creates just one, also
if it is sent twice. The field may be one of an embedded struct.

Wrong:

	//es:command
	type Cancel struct {
		OrderID uuid.UUID
	}

Right:

	//es:command
	type Cancel struct {
		OrderID uuid.UUID ¦es:"id"¦
	}
`}, checkNoTarget},
	{CodeInfo{codeSeveralTargets, "a command is for several aggregates", `
A command is for one aggregate: the one whose ID is in the field tagged es:"id". Other
IDs that it has are just values.

Wrong:

	//es:command
	type Transfer struct {
		From AccountID ¦es:"id"¦
		To   AccountID ¦es:"id"¦
	}

Right:

	//es:command
	type Transfer struct {
		From AccountID ¦es:"id"¦
		To   AccountID
	}
`}, checkSeveralTargets},
	{CodeInfo{codeTargetType, "the target of a command is no ID of its aggregate", `
The field tagged es:"id" of a command has the very type of the aggregate's ID.

Wrong:

	//es:aggregate order
	type Order struct {
		es.Root

		id OrderID ¦es:"id"¦
	}

	//es:command
	type Cancel struct {
		OrderID string ¦es:"id"¦
	}

Right:

	//es:command
	type Cancel struct {
		OrderID OrderID ¦es:"id"¦
	}
`}, checkTargetType},
}

func checkNoTarget(c *checker) {
	for _, p := range c.packages() {
		for _, cmd := range p.Commands {
			s := cmd.Struct()
			if cmd.Target != nil || s == nil || !c.scopes[p].hasCommand(cmd) {
				continue
			}
			id := "ID uuid.UUID"
			if cmd.Owner != nil && cmd.Owner.ID != nil && cmd.Owner.ID.Type != nil {
				id = cmd.Owner.GoName.Value + "ID " + spell(cmd.Owner.ID.Type, p.Path)
			}
			d := c.errorf(codeNoTarget, cmd.GoName.Span, "command %s does not say which aggregate it is for", cmd.GoName.Value).
				help("add a field such as %s `es:\"id\"`", id)
			if _, behind := cmd.targets(); len(behind) > 0 {
				d.note(at(behind[0].ID.Span, behind[0].Name.Span), "this field stands behind an embedded pointer, which can be nil").
					help("embed the struct itself")
				continue
			}
			if f := likelyTarget(cmd, s); f != nil {
				d.note(f.Name.Span, "this field looks like it").help("tag %s with `es:\"id\"`", f.Name.Value)
			}
		}
	}
}

// likelyTarget is the only field of the type of the aggregate's ID, nil where there is
// not just one.
func likelyTarget(cmd *Command, s *Struct) *Field {
	if cmd.Owner == nil || cmd.Owner.ID == nil {
		return nil
	}
	var found *Field
	for _, f := range s.Fields {
		if sameType(f.Type, cmd.Owner.ID.Type) {
			if found != nil {
				return nil
			}
			found = f
		}
	}
	return found
}

func checkSeveralTargets(c *checker) {
	for _, p := range c.packages() {
		for _, cmd := range p.Commands {
			targets, _ := cmd.targets()
			if len(targets) < 2 || !c.scopes[p].hasCommand(cmd) {
				continue
			}
			first := targets[0]
			for _, f := range targets[1:] {
				c.errorf(codeSeveralTargets, at(f.ID.Span, f.Name.Span, cmd.GoName.Span), "command %s has two targets, %s and %s", cmd.GoName.Value, first.Name.Value, f.Name.Value).
					note(first.ID.Span, "%s is tagged here", first.Name.Value).
					help("keep the tag on one of them: a command is for one aggregate")
			}
		}
	}
}

func checkTargetType(c *checker) {
	for _, p := range c.packages() {
		for _, cmd := range p.Commands {
			f := cmd.Target
			if f == nil || f.Type == nil || cmd.Owner == nil || cmd.Owner.ID == nil || cmd.Owner.ID.Type == nil || !c.scopes[p].hasCommand(cmd) {
				continue
			}
			id := cmd.Owner.ID
			if sameType(f.Type, id.Type) {
				continue
			}
			c.errorf(codeTargetType, at(f.TypeSpan, f.Name.Span, cmd.GoName.Span), "target %s of command %s is %s, but the ID of %s is %s", f.Name.Value, cmd.GoName.Value,
				spell(f.Type, p.Path), cmd.Owner.GoName.Value, spell(id.Type, p.Path)).
				note(at(id.TypeSpan, id.Name.Span), "the ID of %s", cmd.Owner.GoName.Value).
				help("give %s the type %s", f.Name.Value, spell(id.Type, p.Path))
		}
	}
}
