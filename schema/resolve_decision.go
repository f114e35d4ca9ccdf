package schema

// EventTag says that an event is tagged with the value of a field.
type EventTag struct {
	Key string
	// Field is one of the event's struct, or promoted to it by value, so that a plain
	// selector reaches it.
	Field *Field
	// Value is the type whose text is the tag's value: the field's own, what it points to,
	// or what a slice has as elements. It is the base of a field with functions of its own.
	Value Type
	// Each says that the field is a slice or an array, and gives a tag for each element.
	Each bool
	// Pointer says that the field, or each element, is a pointer, which gives no tag where it
	// is nil.
	Pointer bool
}

// Tags lists the tags of an event, in the order of its fields. Two fields may have one
// key: the event then has two tags of it.
func (e *Event) Tags() []EventTag {
	var tags []EventTag
	for _, f := range e.selectable() {
		for _, key := range f.Tags {
			tag := EventTag{Key: key.Value, Field: f}
			if tag.Value = f.Type; f.Value != nil {
				tag.Value = f.Value.Base
			} else {
				tag.unwrap()
			}
			tags = append(tags, tag)
		}
	}
	return tags
}

// unwrap finds what the tag's values are within slices and behind pointers.
func (t *EventTag) unwrap() {
	if elem := tagElem(t.Value); elem != nil {
		t.Value, t.Each = elem, true
	}
	if p, ok := Resolve(t.Value).(*Pointer); ok {
		t.Value, t.Pointer = p.Elem, true
	}
}

// tagElem is the type of the elements where a type is a slice or an array that has no
// text of its own.
func tagElem(t Type) Type {
	t = Resolve(t)
	if n, ok := t.(*Named); ok {
		if n.Encoding != EncodeUnder {
			return nil
		}
		t = Resolve(n.Under)
	}
	switch t := t.(type) {
	case *Slice:
		return t.Elem
	case *Array:
		return t.Elem
	}
	return nil
}

// Tagged says whether an event of the aggregate's stream has a tag.
func (a *Aggregate) Tagged() bool {
	for _, sibling := range a.Siblings {
		for _, e := range sibling.Own {
			if len(e.Tags()) > 0 {
				return true
			}
		}
	}
	return false
}

// resolveDecisions finds what each decision model reads.
func (s *scope) resolveDecisions() {
	for _, m := range s.pkg.Decisions {
		m.Tagged, m.Reads = nil, nil
		for _, f := range m.Fields {
			if len(f.Tags) > 0 {
				m.Tagged = append(m.Tagged, f)
			}
		}
		h := &holder{goName: m.GoName, applies: m.Applies, model: m}
		first := map[*Event]*Apply{}
		for _, apply := range m.Applies {
			for _, name := range apply.Events {
				u := &use{holder: h, apply: apply, name: name, event: s.events[name.Value]}
				s.modelUses = append(s.modelUses, u)
				if u.event != nil {
					putFirst(first, u.event, apply)
				}
			}
		}
		for _, e := range s.pkg.Events {
			if apply := first[e]; apply != nil {
				m.Reads = append(m.Reads, Read{Event: e, Apply: apply, Tags: m.matches(e)})
			}
		}
	}
}

// matches are the tags that the model and an event have in common, in the order of the
// model's fields.
func (m *DecisionModel) matches(e *Event) []TagMatch {
	tags := e.Tags()
	var matches []TagMatch
	for _, f := range m.Tagged {
		for _, key := range f.Tags {
			for _, tag := range tags {
				if tag.Key == key.Value {
					matches = append(matches, TagMatch{Key: key.Value, Model: f, Event: tag.Field})
					break
				}
			}
		}
	}
	return matches
}

// allUses are the uses of events by aggregates, children and decision models.
func (s *scope) allUses() []*use {
	return append(s.uses[:len(s.uses):len(s.uses)], s.modelUses...)
}

// hasModel says whether m is what its Go name means in the package.
func (s *scope) hasModel(m *DecisionModel) bool {
	name := m.GoName.Value
	return s.decisions[name] == m && s.aggregates[name] == nil && s.children[name] == nil && s.events[name] == nil && s.commands[name] == nil
}
