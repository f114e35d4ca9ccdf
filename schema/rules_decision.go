package schema

import "strings"

const (
	codeDecisionEmbed Code = "ES0701"
	codeNoTag         Code = "ES0702"
	codeUnfoundEvent  Code = "ES0703"
	codeKeyTwice      Code = "ES0704"
	codeTagTexts      Code = "ES0705"
	codeReadsNothing  Code = "ES0706"
)

var decisionRules = []rule{
	{CodeInfo{codeDecisionEmbed, "a decision model does not embed es.Decision", `
A decision model embeds es.Decision by value: it remembers what was read, so that a save
can ask that nothing of that kind has come since.

Wrong:

	//es:decision
	type Employment struct {
		person PersonID ¦es:"tag=person"¦
	}

Right:

	//es:decision
	type Employment struct {
		es.Decision

		person PersonID ¦es:"tag=person"¦
	}
`}, checkDecisionEmbed},
	{CodeInfo{codeNoTag, "a decision model has no tag", `
The fields tagged es:"tag=KEY" say which events the model is made of: those that have the
same tag with the same value. Without one it would be made of every event of its types,
and any save of such an event anywhere would break the decision.

Wrong:

	//es:decision
	type Employment struct {
		es.Decision

		person PersonID
	}

Right:

	//es:decision
	type Employment struct {
		es.Decision

		person PersonID ¦es:"tag=person"¦
	}
`}, checkNoTag},
	{CodeInfo{codeUnfoundEvent, "an event that a decision model applies has none of its tags", `
A decision model finds its events by their tags. An event that it applies has at least one
of them: a field with the same key.

Wrong:

	//es:decision
	type Employment struct {
		es.Decision

		person PersonID ¦es:"tag=person"¦
	}

	func (e *Employment) applyEnded(x Ended) { e.until = x.At }

	//es:event contract.ended
	type Ended struct{ At time.Time }

Right:

	//es:event contract.ended
	type Ended struct {
		PersonID PersonID ¦es:"tag=person"¦
		At       time.Time
	}
`}, checkUnfoundEvent},
	{CodeInfo{codeKeyTwice, "a decision model has one key twice", `
Each tag of a decision model has one value. Two fields of one key would ask for events
that have both. An event may well have several tags of one key, a slice of students say.

Wrong:

	//es:decision
	type Transfer struct {
		es.Decision

		from AccountID ¦es:"tag=account"¦
		to   AccountID ¦es:"tag=account"¦
	}

Right:

	//es:decision
	type Balance struct {
		es.Decision

		account AccountID ¦es:"tag=account"¦
	}
`}, checkKeyTwice},
	{CodeInfo{codeTagTexts, "a tag of a decision model can never equal that of an event", `
Tags are compared as texts. A number never equals a UUID or a boolean, so the model would
find nothing.

Wrong:

	//es:event course.enrolled
	type Enrolled struct {
		Student uuid.UUID ¦es:"tag=student"¦
	}

	//es:decision
	type Load struct {
		es.Decision

		student int ¦es:"tag=student"¦
	}

	func (l *Load) applyEnrolled(Enrolled) { l.courses++ }

Right:

	//es:decision
	type Load struct {
		es.Decision

		student uuid.UUID ¦es:"tag=student"¦
		courses int
	}

	func (l *Load) applyEnrolled(Enrolled) { l.courses++ }
`}, checkTagTexts},
	{CodeInfo{codeReadsNothing, "a decision model applies no event", `
What a decision model knows, it knows from the events that its apply methods apply:
methods called apply<Event>, or with //es:apply, as an aggregate has them.

Wrong:

	//es:decision
	type Employment struct {
		es.Decision

		person PersonID ¦es:"tag=person"¦
	}

Right:

	//es:decision
	type Employment struct {
		es.Decision

		person PersonID ¦es:"tag=person"¦
		signed bool
	}

	func (e *Employment) applySigned(s Signed) { e.signed = true }
`}, checkReadsNothing},
}

// eachModel calls f for the decision models of the packages to be judged.
func (c *checker) eachModel(f func(s *scope, m *DecisionModel)) {
	for _, p := range c.packages() {
		for _, m := range p.Decisions {
			if c.scopes[p].hasModel(m) {
				f(c.scopes[p], m)
			}
		}
	}
}

func checkDecisionEmbed(c *checker) {
	c.eachModel(func(_ *scope, m *DecisionModel) {
		goName := m.GoName.Value
		switch m.Embeds {
		case EmbeddedByPointer:
			place := m.GoName.Span
			if f := embedded(m.Fields, "Decision"); f != nil {
				place = at(f.Name.Span, place)
			}
			c.errorf(codeDecisionEmbed, place, "decision model %s embeds a pointer to es.Decision", goName).
				help("embed es.Decision itself: its zero value is ready to use, and a nil pointer is not")
		case NotEmbedded:
			c.errorf(codeDecisionEmbed, m.GoName.Span, "decision model %s does not embed es.Decision", goName).
				help("make es.Decision the first field of the struct %s", goName)
		}
	})
}

func checkNoTag(c *checker) {
	c.eachModel(func(s *scope, m *DecisionModel) {
		if len(m.Tagged) > 0 || m.Embeds == NotEmbedded {
			return
		}
		d := c.errorf(codeNoTag, m.GoName.Span, "decision model %s has no tag, so it would be made of all events of the store", m.GoName.Value).
			help("add a field such as person uuid.UUID `es:\"tag=person\"`").
			helpInSchema("add a field to its state, such as person: {type: uuid, tag: person}")
		for _, read := range m.Reads {
			for _, tag := range read.Event.Tags() {
				d.note(tag.Field.Name.Span, "event %s has the tag %s", read.Event.GoName.Value, tag.Key).
					help("add a field such as %s %s `es:\"tag=%s\"`", lowerFirst(tag.Key), spell(tag.Value, s.pkg.Path), tag.Key).
					helpInSchema("add a field with tag: %s to its state", tag.Key)
				return
			}
		}
	})
}

func checkUnfoundEvent(c *checker) {
	c.eachModel(func(s *scope, m *DecisionModel) {
		var keys []string
		fields := map[string]*Field{}
		for _, f := range m.Tagged {
			for _, key := range f.Tags {
				keys = append(keys, key.Value)
				putFirst(fields, key.Value, f)
			}
		}
		tagged := map[string]bool{}
		for _, e := range s.pkg.Events {
			for _, tag := range e.Tags() {
				tagged[tag.Key] = true
			}
		}
		for _, read := range m.Reads {
			if len(read.Tags) > 0 || len(keys) == 0 {
				continue
			}
			e := read.Event
			d := c.errorf(codeUnfoundEvent, read.Apply.Method.Span, "decision model %s applies %s, which has none of its tags", m.GoName.Value, e.GoName.Value).
				note(e.GoName.Span, "%s is declared here", e.GoName.Value).
				help("tag a field of %s, as in %s", e.GoName.Value, tagKey(e.GoName.Span, keys[0]))
			for _, tag := range e.Tags() {
				near := Nearest(tag.Key, keys)
				if near == "" {
					continue
				}
				d.note(tag.Field.Name.Span, "it has the tag %s", tag.Key)
				if f := fields[near]; tagged[near] {
					d.help("did you mean %s on %s?", tagKey(tag.Field.Name.Span, near), tag.Field.Name.Value)
				} else { // then the model is more likely to have it wrong than all events
					d.note(f.Name.Span, "the model has the tag %s, as no event has", near).
						help("did you mean %s on %s of %s?", tagKey(f.Name.Span, tag.Key), f.Name.Value, m.GoName.Value)
				}
				break
			}
		}
	})
}

// tagKey is how a field is tagged in the file of a place.
func tagKey(place Span, key string) string {
	if IsSchemaFile(place.File) {
		return "tag: " + key
	}
	return "es:\"tag=" + key + "\""
}

func checkKeyTwice(c *checker) {
	c.eachModel(func(_ *scope, m *DecisionModel) {
		first := map[string]Text{}
		for _, f := range m.Tagged {
			for _, key := range f.Tags {
				before, twice := first[key.Value]
				if twice {
					c.errorf(codeKeyTwice, at(key.Span, f.Name.Span), "decision model %s has the tag %s twice", m.GoName.Value, key.Value).
						note(before.Span, "it stands here already").
						help("keep one of the two; what concerns several values is several decision models")
				}
				putFirst(first, key.Value, key)
			}
		}
	})
}

func checkTagTexts(c *checker) {
	c.eachModel(func(s *scope, m *DecisionModel) {
		for _, read := range m.Reads {
			for _, match := range read.Tags {
				if why, tag := m.neverEqual(match, read.Event); why != "" {
					f := match.Model
					c.errorf(codeTagTexts, at(f.TypeSpan, f.Name.Span), "tag %s of decision model %s is %s, but that of event %s is %s: %s", match.Key, m.GoName.Value,
						spell(f.Type, s.pkg.Path), read.Event.GoName.Value, spell(tag.Value, s.pkg.Path), why).
						note(at(tag.Field.TypeSpan, tag.Field.Name.Span), "the field of %s", read.Event.GoName.Value).
						help("give both one type")
				}
			}
		}
	})
}

// neverEqual says why no value of a model's field can have the text of a tag of an event;
// why is empty where one of the event's tags of the key can.
func (m *DecisionModel) neverEqual(match TagMatch, e *Event) (why string, tag EventTag) {
	model := tagText(fieldTagType(match.Model))
	for _, t := range e.Tags() {
		if t.Key != match.Key {
			continue
		}
		event := tagText(t.Value)
		if model == textNone || event == textNone || model == textAny || event == textAny || model == event {
			return "", EventTag{}
		}
		why, tag = "their texts are never equal", t
	}
	return why, tag
}

func checkReadsNothing(c *checker) {
	c.eachModel(func(s *scope, m *DecisionModel) {
		for _, u := range s.modelUses {
			if u.holder.model == m {
				return // which may be unknown, and is reported then
			}
		}
		if m.Embeds == NotEmbedded {
			return
		}
		d := c.errorf(codeReadsNothing, m.GoName.Span, "decision model %s applies no event", m.GoName.Value).
			help("add a method apply<Event> for each event that it is made of")
		for _, e := range s.pkg.Events {
			if len(m.matches(e)) > 0 {
				d.help("add %s", applySignature(m.GoName.Value, e.GoName.Value))
				return
			}
		}
		for _, apply := range m.Applies {
			if strings.HasPrefix(apply.Method.Value, "apply") {
				d.note(apply.Method.Span, "%s is called after no event", apply.Method.Value)
				return
			}
		}
	})
}
